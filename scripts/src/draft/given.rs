//! What a parameter may be given: a number with its unit, a curve, a signal, a named parameter, a word.

use super::{Draft, Param, Signal, Strip};
use crate::amount::{Amount, Measure};
use crate::trouble::Wrong;
use rhai::{Array, Dynamic, ImmutableString};
use signalbox_dsp::units::{Quantity, Unit};
use signalbox_engine::node::{Kind, Parameter, Value};
use signalbox_engine::patch::{Moment, Shape};

/// A moment of the time line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct When {
    /// In what it was said.
    pub kind: WhenKind,
    /// From the start.
    pub value: f64,
}

/// In what a moment was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenKind {
    /// Seconds.
    Seconds,
    /// Beats.
    Beats,
}

impl When {
    /// A number of beats from the start.
    pub fn beats(value: f64) -> Self {
        Self { kind: WhenKind::Beats, value }
    }

    /// A number of seconds from the start.
    pub fn seconds(value: f64) -> Self {
        Self { kind: WhenKind::Seconds, value }
    }

    /// As a patch knows it.
    pub fn moment(self) -> Moment {
        match self.kind {
            WhenKind::Seconds => Moment::Seconds(self.value),
            WhenKind::Beats => Moment::Beats(self.value),
        }
    }
}

/// A curve: what a parameter does over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Ride {
    /// When, and what then.
    pub points: Vec<(When, Amount)>,
    /// How it goes from one to the next.
    pub shape: Shape,
}

/// A signal that moves a parameter between two values.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// What moves it.
    pub signal: Signal,
    /// The value at the signal's lowest.
    pub low: Amount,
    /// The value at the signal's highest.
    pub high: Amount,
    /// Whether the signal goes from -1 to 1; else from 0 to 1.
    pub both_ways: bool,
}

/// What a parameter is given.
#[derive(Clone, Debug)]
pub enum Given {
    /// A number with its unit; plain numbers have [`Unit::None`].
    Amount(Amount),
    /// A word or a text.
    Text(String),
    /// On or off.
    Switch(bool),
    /// A curve.
    Ride(Ride),
    /// A named parameter.
    Param(Param),
    /// A signal between two values.
    Sweep(Sweep),
    /// A signal.
    Signal(Signal),
}

impl Given {
    /// Reads what a script gave.
    pub fn read(value: &Dynamic) -> Result<Self, Wrong> {
        let value = value.flatten_clone();
        if let Some(number) = number(&value) {
            return Ok(Self::Amount(Amount::new(number, Unit::None)));
        }
        if let Ok(switch) = value.as_bool() {
            return Ok(Self::Switch(switch));
        }
        if let Some(text) = value.read_lock::<ImmutableString>() {
            return Ok(Self::Text(text.to_string()));
        }
        if let Some(amount) = value.clone().try_cast::<Amount>() {
            return Ok(Self::Amount(amount));
        }
        if let Some(ride) = value.clone().try_cast::<Ride>() {
            return Ok(Self::Ride(ride));
        }
        if let Some(param) = value.clone().try_cast::<Param>() {
            return Ok(Self::Param(param));
        }
        if let Some(sweep) = value.clone().try_cast::<Sweep>() {
            return Ok(Self::Sweep(sweep));
        }
        match signal(&value) {
            Some(signal) => Ok(Self::Signal(signal)),
            None => Err(Wrong::new(format!("{} can't be given to a node", named(&value)))),
        }
    }

    /// As an error shows it.
    pub fn shown(&self) -> String {
        match self {
            Self::Amount(amount) => amount.to_string(),
            Self::Text(text) => format!("\"{text}\""),
            Self::Switch(switch) => switch.to_string(),
            Self::Ride(_) => "a ride".into(),
            Self::Param(_) => "a param".into(),
            Self::Sweep(_) | Self::Signal(_) => "a signal".into(),
        }
    }
}

/// A plain number.
pub fn number(value: &Dynamic) -> Option<f64> {
    value.as_float().ok().or_else(|| value.as_int().ok().map(|i| i as f64))
}

/// A signal, or what gives one: a strip after its fader, a list, whose sum it is.
pub fn signal(value: &Dynamic) -> Option<Signal> {
    let value = value.flatten_clone();
    if let Some(signal) = value.clone().try_cast::<Signal>() {
        return Some(signal);
    }
    if let Some(strip) = value.clone().try_cast::<Strip>() {
        return Some(strip.out());
    }
    if let Some(sweep) = value.clone().try_cast::<Sweep>() {
        return Some(sweep.signal);
    }
    let list = value.try_cast::<Array>()?;
    let signals: Option<Vec<Signal>> = list.iter().map(signal).collect();
    signals.filter(|s| !s.is_empty()).map(|s| s.iter().fold(Signal::default(), |sum, x| sum.plus(x)))
}

/// What a value is, in a script's words.
pub fn named(value: &Dynamic) -> String {
    if let Some(amount) = value.clone().try_cast::<Amount>() {
        return amount.to_string();
    }
    match value.type_name() {
        "i64" | "f64" => value.to_string(),
        "string" => format!("\"{value}\""),
        "()" => "nothing".into(),
        "Fn" => "a function".into(),
        "map" => "a map".into(),
        "array" => "a list".into(),
        name => format!("a {}", name.rsplit("::").next().unwrap_or(name).to_lowercase()),
    }
}

/// A number as a patch writes it, with its unit.
pub fn number_text(number: f64, unit: Unit) -> Value {
    match unit {
        Unit::None if number.fract() == 0.0 && number.abs() < 1e15 => (number as i64).into(),
        Unit::None => number.into(),
        unit => Quantity::new(number, unit).to_string().into(),
    }
}

impl Draft {
    /// A number in a parameter's unit: plain shares as percent, beats and bars as the time that they take.
    pub fn in_unit(&self, name: &str, unit: Unit, amount: Amount) -> Result<f64, Wrong> {
        let tempo = &self.patch.tempo;
        let at = self.cursor.map_or(0.0, |when| match when.kind {
            WhenKind::Beats => when.value,
            WhenKind::Seconds => tempo.beat(when.value),
        });
        let beats = |count: f64| tempo.seconds(at + count) - tempo.seconds(at);
        let value = amount.value;
        match (unit, amount.measure) {
            (unit, Measure::Of(given)) if unit == given => Ok(value),
            (Unit::Percent, Measure::Of(Unit::None)) => Ok(value * 100.0),
            (_, Measure::Of(Unit::None)) if value == 0.0 => Ok(0.0),
            (Unit::Second, Measure::Of(Unit::Beat)) => Ok(beats(value)),
            (Unit::Second, Measure::Bars) => Ok(beats(self.bars(value, at))),
            (Unit::Beat, Measure::Bars) => Ok(self.bars(value, at)),
            (unit, _) => Err(Wrong::about(
                name,
                format!(
                    "`{name}` wants {}, as in {}; got {amount}",
                    unit.kind(),
                    Measure::Of(unit).example()
                ),
            )),
        }
    }

    /// So many bars in beats, by the meter that holds at a beat.
    pub fn bars(&self, bars: f64, at: f64) -> f64 {
        let bar = self.patch.tempo.bar(at).0;
        let meter = self.patch.tempo.meter.iter().rfind(|m| m.0 <= bar).map_or(4.0, |m| m.1);
        bars * meter
    }

    /// A number for a parameter, inside its range, in its unit.
    pub fn number_for(&self, parameter: &Parameter, amount: Amount) -> Result<f64, Wrong> {
        let name = parameter.name;
        let Some((unit, min, max)) = parameter.range() else {
            return Err(Wrong::about(name, format!("`{name}` wants {}; got {amount}", wanted(parameter))));
        };
        let value = self.in_unit(name, unit, amount)?;
        // A limit in single precision may lie a hair off the number that people write.
        let (least, most) = (f64::from(min), f64::from(max));
        let hair = 1e-6 * least.abs().max(most.abs());
        if !(least - hair..=most + hair).contains(&value) {
            let shown = |v: f64| Amount::new(v, unit).to_string();
            return Err(Wrong::about(
                name,
                format!("`{name}` goes from {} to {}; got {}", shown(least), shown(most), shown(value)),
            ));
        }
        Ok(value)
    }
}

/// What a parameter wants, in words.
pub fn wanted(parameter: &Parameter) -> String {
    match parameter.kind {
        Kind::Number { unit, .. } | Kind::Fixed { unit, .. } => {
            format!("{}, as in {}", unit.kind(), Measure::Of(unit).example())
        }
        Kind::Choice { options, .. } => {
            let words: Vec<String> = options.iter().map(|o| format!("\"{}\"", o.0)).collect();
            format!("one of {}", words.join(", "))
        }
        Kind::Switch { .. } => "true or false".into(),
        Kind::Text { .. } => "a text".into(),
        Kind::File => "the path of an audio file".into(),
    }
}
