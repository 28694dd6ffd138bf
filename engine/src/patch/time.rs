//! Moments in a patch: seconds, beats, or a bar and a beat.

use super::TempoMap;
use crate::node::Value;
use signalbox_dsp::units::{Quantity, Unit};

/// A moment or a length in a patch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Moment {
    /// Seconds from the start.
    Seconds(f64),
    /// Beats from the start.
    Beats(f64),
    /// A bar, and a beat inside it, both from 1.
    Bar(f64, f64),
}

impl Moment {
    /// Reads a number of seconds, `4.5 s`, `12 beats`, `bar 9` or `bar 9 beat 3`.
    pub fn read(value: &Value) -> Result<Self, String> {
        let wrong =
            || format!("{value} is no time; write seconds, `4.5 s`, `12 beats`, `bar 9` or `bar 9 beat 3`");
        if let Some(seconds) = value.as_f64() {
            return Ok(Self::Seconds(seconds));
        }
        let text = value.as_str().ok_or_else(wrong)?.trim();
        if let Some(rest) = text.strip_prefix("bar ") {
            let (bar, beat) = rest.split_once("beat").unwrap_or((rest, "1"));
            let number = |t: &str| t.trim().parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 1.0);
            return Ok(Self::Bar(number(bar).ok_or_else(wrong)?, number(beat).ok_or_else(wrong)?));
        }
        match Quantity::parse(text) {
            Some(Quantity { value, unit: Unit::Second | Unit::None }) => Ok(Self::Seconds(value)),
            Some(Quantity { value, unit: Unit::Beat }) => Ok(Self::Beats(value)),
            _ => Err(wrong()),
        }
    }

    /// The moment in seconds from the start.
    pub fn seconds(self, tempo: &TempoMap) -> f64 {
        match self {
            Self::Seconds(s) => s,
            Self::Beats(b) => tempo.seconds(b),
            Self::Bar(bar, beat) => tempo.seconds(tempo.beat_of_bar(bar, beat)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn moments_read_in_seconds_beats_and_bars() {
        let tempo = TempoMap::steady(120.0);
        for (value, seconds) in [
            (json!(1.5), 1.5),
            (json!("250 ms"), 0.25),
            (json!("4 beats"), 2.0),
            (json!("bar 3 beat 2"), 4.5),
        ] {
            assert_eq!(Moment::read(&value).unwrap().seconds(&tempo), seconds, "{value}");
        }
        assert!(Moment::read(&json!("bar x")).is_err());
        assert!(Moment::read(&json!("3 Hz")).is_err());
    }
}
