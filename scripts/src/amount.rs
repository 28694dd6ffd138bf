//! Numbers with their units, as scripts write them: `-6.db`, `2.5.ms`, `44.1.khz`, `4.bars`.

use signalbox_dsp::units::{Quantity, Unit};
use std::fmt;

/// What a number of a script measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// One of the engine's units.
    Of(Unit),
    /// Bars of the meter.
    Bars,
    /// Beats a minute.
    Tempo,
}

/// A number with its unit, in the base unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Amount {
    /// The number.
    pub value: f64,
    /// What it measures.
    pub measure: Measure,
}

/// Each property that gives a number its unit: its name, what it measures, how many base units it stands for.
pub const UNITS: &[(&str, Measure, f64)] = &[
    ("db", Measure::Of(Unit::Decibel), 1.0),
    ("dbtp", Measure::Of(Unit::Decibel), 1.0),
    ("dbfs", Measure::Of(Unit::Decibel), 1.0),
    ("lufs", Measure::Of(Unit::Lufs), 1.0),
    ("lu", Measure::Of(Unit::Decibel), 1.0),
    ("hz", Measure::Of(Unit::Hertz), 1.0),
    ("khz", Measure::Of(Unit::Hertz), 1e3),
    ("s", Measure::Of(Unit::Second), 1.0),
    ("ms", Measure::Of(Unit::Second), 1e-3),
    ("us", Measure::Of(Unit::Second), 1e-6),
    ("min", Measure::Of(Unit::Second), 60.0),
    ("percent", Measure::Of(Unit::Percent), 1.0),
    ("st", Measure::Of(Unit::Semitone), 1.0),
    ("ct", Measure::Of(Unit::Semitone), 0.01),
    ("oct", Measure::Of(Unit::Octave), 1.0),
    ("beat", Measure::Of(Unit::Beat), 1.0),
    ("beats", Measure::Of(Unit::Beat), 1.0),
    ("bar", Measure::Bars, 1.0),
    ("bars", Measure::Bars, 1.0),
    ("bpm", Measure::Tempo, 1.0),
];

impl Measure {
    /// What it is, with its article.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Of(unit) => unit.kind(),
            Self::Bars => "a number of bars",
            Self::Tempo => "a tempo",
        }
    }

    /// How it is written in a script: `10.ms`.
    pub fn example(self) -> &'static str {
        match self {
            Self::Of(Unit::None) => "4",
            Self::Of(Unit::Decibel) => "-6.db",
            Self::Of(Unit::Hertz) => "440.hz",
            Self::Of(Unit::Second) => "10.ms",
            Self::Of(Unit::Percent) => "0.5",
            Self::Of(Unit::Semitone) => "7.st",
            Self::Of(Unit::Octave) => "2.oct",
            Self::Of(Unit::Beat) => "1.beat",
            Self::Of(Unit::Lufs) => "-14.lufs",
            Self::Bars => "4.bars",
            Self::Tempo => "120.bpm",
        }
    }
}

impl Amount {
    /// A number of base units.
    pub const fn new(value: f64, unit: Unit) -> Self {
        Self { value, measure: Measure::Of(unit) }
    }

    /// A number of bars.
    pub const fn bars(value: f64) -> Self {
        Self { value, measure: Measure::Bars }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is measured has more digits than anybody reads.
        let rounded = (self.value * 1e4).round() / 1e4;
        match self.measure {
            Measure::Of(Unit::Decibel | Unit::Lufs) if !self.value.is_finite() => f.write_str("silence"),
            Measure::Of(unit @ (Unit::Decibel | Unit::Lufs)) => {
                write!(f, "{} {}", (self.value * 1e2).round() / 1e2, unit.sign())
            }
            Measure::Of(unit) => Quantity::new(rounded, unit).fmt(f),
            Measure::Bars => write!(f, "{rounded} bars"),
            Measure::Tempo => write!(f, "{rounded} bpm"),
        }
    }
}
