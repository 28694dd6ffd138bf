//! Units of parameters, and quantities as people write them: `-6 dB`, `2.5 ms`, `44.1 kHz`, `1/16 beat`.

use std::fmt;

/// What a number measures, in the base unit that the engine computes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A plain number or a ratio.
    None,
    /// Decibels of amplitude.
    Decibel,
    /// Cycles a second.
    Hertz,
    /// Seconds.
    Second,
    /// Hundredths.
    Percent,
    /// Semitones, twelve an octave.
    Semitone,
    /// Octaves: doublings of frequency.
    Octave,
    /// Beats of the tempo map.
    Beat,
    /// Loudness on the full scale of ITU-R BS.1770.
    Lufs,
}

/// Each way to write a unit: spelling, unit, and how many base units it stands for.
const SPELLINGS: &[(&str, Unit, f64)] = &[
    ("dB", Unit::Decibel, 1.0),
    ("dBTP", Unit::Decibel, 1.0),
    ("dBFS", Unit::Decibel, 1.0),
    ("Hz", Unit::Hertz, 1.0),
    ("kHz", Unit::Hertz, 1e3),
    ("s", Unit::Second, 1.0),
    ("ms", Unit::Second, 1e-3),
    ("us", Unit::Second, 1e-6),
    ("min", Unit::Second, 60.0),
    ("%", Unit::Percent, 1.0),
    ("st", Unit::Semitone, 1.0),
    ("ct", Unit::Semitone, 0.01),
    ("oct", Unit::Octave, 1.0),
    ("beat", Unit::Beat, 1.0),
    ("beats", Unit::Beat, 1.0),
    ("LUFS", Unit::Lufs, 1.0),
];

impl Unit {
    /// What the unit is a unit of, with its article: "a time".
    pub const fn kind(self) -> &'static str {
        match self {
            Self::None => "a plain number",
            Self::Decibel => "a level",
            Self::Hertz => "a frequency",
            Self::Second => "a time",
            Self::Percent => "a percentage",
            Self::Semitone => "an interval",
            Self::Octave => "a span in octaves",
            Self::Beat => "a musical time",
            Self::Lufs => "a loudness",
        }
    }

    /// The sign of the base unit; empty for a plain number.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Decibel => "dB",
            Self::Hertz => "Hz",
            Self::Second => "s",
            Self::Percent => "%",
            Self::Semitone => "st",
            Self::Octave => "oct",
            Self::Beat => "beats",
            Self::Lufs => "LUFS",
        }
    }

    /// The signs that a number of this unit may be written with.
    pub fn signs(self) -> impl Iterator<Item = &'static str> {
        SPELLINGS.iter().filter(move |s| s.1 == self).map(|s| s.0)
    }
}

/// A number with its unit, in the base unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    /// The number, in the base unit.
    pub value: f64,
    /// The unit; [`Unit::None`] where none was written.
    pub unit: Unit,
}

impl Quantity {
    /// A number of base units.
    pub const fn new(value: f64, unit: Unit) -> Self {
        Self { value, unit }
    }

    /// Reads a number, or a fraction, with or without a unit; `None` where the text is neither or is not finite.
    ///
    /// ```
    /// use signalbox_dsp::units::{Quantity, Unit};
    /// assert_eq!(Quantity::parse("2.5 ms"), Some(Quantity::new(0.0025, Unit::Second)));
    /// assert_eq!(Quantity::parse("1/16 beat"), Some(Quantity::new(0.0625, Unit::Beat)));
    /// assert_eq!(Quantity::parse("six"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let end = text.rfind(|c: char| c.is_ascii_digit() || c == '.').map_or(0, |i| i + 1);
        let (number, sign) = text.split_at(end);
        let value = match number.split_once('/') {
            Some((top, bottom)) => top.trim().parse::<f64>().ok()? / bottom.trim().parse::<f64>().ok()?,
            None => number.parse::<f64>().ok()?,
        };
        let sign = sign.trim();
        let (unit, factor) = if sign.is_empty() {
            (Unit::None, 1.0)
        } else {
            let found = SPELLINGS
                .iter()
                .find(|s| s.0 == sign)
                .or_else(|| SPELLINGS.iter().find(|s| s.0.eq_ignore_ascii_case(sign)))?;
            (found.1, found.2)
        };
        // Dividing by a whole number rounds once where multiplying by its inverse would round twice.
        let value = if factor < 1.0 { value / (1.0 / factor).round() } else { value * factor };
        value.is_finite().then_some(Self { value, unit })
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let v = self.value;
        match self.unit {
            Unit::None => write!(f, "{v}"),
            Unit::Percent => write!(f, "{v} %"),
            Unit::Second if v != 0.0 && v.abs() < 1.0 => write!(f, "{} ms", tidy(v * 1e3)),
            Unit::Hertz if v.abs() >= 1e3 => write!(f, "{} kHz", tidy(v / 1e3)),
            unit => write!(f, "{} {}", tidy(v), unit.sign()),
        }
    }
}

/// Rounds away the noise that scaling leaves in the last digits.
fn tidy(v: f64) -> f64 {
    let scale = 10f64.powi(9 - v.abs().max(1e-9).log10().floor() as i32);
    let rounded = (v * scale).round() / scale;
    if rounded.is_finite() { rounded } else { v }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_read_as_people_write_them() {
        for (text, value, unit) in [
            ("-6 dB", -6.0, Unit::Decibel),
            ("-6db", -6.0, Unit::Decibel),
            ("44.1 kHz", 44_100.0, Unit::Hertz),
            ("440", 440.0, Unit::None),
            ("1e3 Hz", 1_000.0, Unit::Hertz),
            ("30 %", 30.0, Unit::Percent),
            ("-14 LUFS", -14.0, Unit::Lufs),
            ("50 ct", 0.5, Unit::Semitone),
        ] {
            assert_eq!(Quantity::parse(text), Some(Quantity::new(value, unit)), "{text}");
        }
        for wrong in ["", "dB", "six dB", "6 parsecs", "1/0 beat", "NaN", "inf Hz", "--6"] {
            assert_eq!(Quantity::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_shown_reads_back() {
        for (value, unit) in [
            (-6.5, Unit::Decibel),
            (0.0025, Unit::Second),
            (2.4, Unit::Second),
            (12_345.0, Unit::Hertz),
            (0.0, Unit::Second),
            (33.3, Unit::Percent),
        ] {
            let shown = Quantity::new(value, unit).to_string();
            let back = Quantity::parse(&shown).unwrap();
            assert!((back.value - value).abs() <= value.abs() * 1e-9 && back.unit == unit, "{shown}");
        }
    }
}
