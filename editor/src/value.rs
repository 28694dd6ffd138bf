//! Values as people type and turn them: units, fractions, notes, steps from where it stands, places on a knob.

use signalbox_dsp::units::{Quantity, Unit};
use signalbox_engine::node::{Kind, Parameter, Setting, Taper, Value};

/// What an expression is read against.
#[derive(Clone, Copy, Debug)]
pub struct Ground {
    /// Where the parameter stands.
    pub now: f32,
    /// How long a beat lasts, in seconds.
    pub beat: f64,
}

/// Reads what was typed for a number: `-6 dB`, `2.5 ms`, `a4` for a frequency, `1/16` (of a whole note) or `3 beats` for
/// a time, and from where it stands `+=3 dB`, `-=7 st`, `*=2`, `/=2`. The text of an error says what would do.
pub fn read(text: &str, parameter: &Parameter, ground: Ground) -> Result<f32, String> {
    let text = text.trim();
    let (unit, ..) = parameter.range().ok_or("this is no number")?;
    let now = f64::from(ground.now);
    let value = if let Some(rest) = text.strip_prefix("*=").or_else(|| text.strip_prefix('*')) {
        now * plain(rest)?
    } else if let Some(rest) = text.strip_prefix("/=").or_else(|| text.strip_prefix('/')) {
        now / plain(rest)?
    } else if let Some(rest) = text.strip_prefix("+=") {
        step(now, rest, 1.0, unit, ground.beat)?
    } else if let Some(rest) = text.strip_prefix("-=") {
        step(now, rest, -1.0, unit, ground.beat)?
    } else {
        absolute(text, unit, ground.beat)?
    };
    // The parameter itself says what is wrong with a number.
    let number = serde_json::Number::from_f64(value).ok_or("that is no number")?;
    parameter.read_number(&Value::Number(number)).map_err(|e| e.to_string())
}

fn plain(text: &str) -> Result<f64, String> {
    let quantity = Quantity::parse(text).filter(|q| q.unit == Unit::None);
    quantity.map(|q| q.value).ok_or_else(|| format!("`{}` is no plain number", text.trim()))
}

fn step(now: f64, text: &str, sign: f64, unit: Unit, beat: f64) -> Result<f64, String> {
    let by = Quantity::parse(text).ok_or_else(|| format!("`{}` is no number", text.trim()))?;
    Ok(match (unit, by.unit) {
        (Unit::Hertz, Unit::Semitone) => now * (sign * by.value / 12.0).exp2(),
        (Unit::Hertz, Unit::Octave) => now * (sign * by.value).exp2(),
        (own, Unit::Percent) if own != Unit::Percent => now * (1.0 + sign * by.value / 100.0),
        _ => now + sign * absolute(text, unit, beat)?,
    })
}

fn absolute(text: &str, unit: Unit, beat: f64) -> Result<f64, String> {
    let quantity = Quantity::parse(text);
    match (unit, quantity) {
        (Unit::Hertz, None) => note(text).ok_or_else(|| wanted(text, unit)),
        (Unit::Second, Some(q)) if q.unit == Unit::Beat => Ok(q.value * beat),
        (Unit::Second, Some(q)) if q.unit == Unit::None && text.contains('/') => Ok(q.value * 4.0 * beat),
        (_, Some(q)) if q.unit == unit || q.unit == Unit::None => Ok(q.value),
        _ => Err(wanted(text, unit)),
    }
}

fn wanted(text: &str, unit: Unit) -> String {
    let signs: Vec<_> = unit.signs().collect();
    let signs = if signs.is_empty() { String::new() } else { format!(" ({})", signs.join(", ")) };
    format!("`{text}` is not {}{signs}", unit.kind())
}

/// The frequency of a note, `a4` being 440 Hz, `c#3`, `eb2`.
fn note(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    let mut letters = lower.chars();
    let key = match letters.next()? {
        'c' => 0,
        'd' => 2,
        'e' => 4,
        'f' => 5,
        'g' => 7,
        'a' => 9,
        'b' => 11,
        _ => return None,
    };
    let rest = letters.as_str();
    let (turn, rest) = match rest.as_bytes().first()? {
        b'#' => (1, &rest[1..]),
        b'b' => (-1, &rest[1..]),
        _ => (0, rest),
    };
    let octave: i32 = rest.parse().ok().filter(|o| (-1..=9).contains(o))?;
    Some(440.0 * (f64::from(key + turn + 12 * (octave + 1) - 69) / 12.0).exp2())
}

/// A number as a patch keeps it: with its unit, rounded to what can be told apart.
pub fn keep(value: f32, parameter: &Parameter) -> Value {
    let unit = parameter.range().map_or(Unit::None, |r| r.0);
    let rounded = round(value);
    match unit {
        Unit::None => serde_json::Number::from_f64(rounded).map_or(Value::Null, Value::Number),
        _ => Value::String(Quantity::new(rounded, unit).to_string()),
    }
}

/// A number to four digits, or whole where it is long.
fn round(value: f32) -> f64 {
    let value = f64::from(value);
    if value == 0.0 || !value.is_finite() {
        return 0.0;
    }
    let digits = (3 - value.abs().log10().floor() as i32).clamp(0, 12);
    let scale = 10f64.powi(digits);
    (value * scale).round() / scale
}

/// A setting as it is shown.
pub fn show(setting: &Setting, parameter: &Parameter) -> String {
    match (setting, parameter.kind) {
        (Setting::Number(n), _) => {
            let unit = parameter.range().map_or(Unit::None, |r| r.0);
            Quantity::new(round(*n), unit).to_string()
        }
        (Setting::Choice(at), Kind::Choice { options, .. }) => {
            options.get(*at).map_or("", |o| o.0).to_string()
        }
        (Setting::Choice(at), _) => at.to_string(),
        (Setting::Switch(on), _) => if *on { "on" } else { "off" }.into(),
        (Setting::Text(text), _) => text.clone(),
    }
}

/// Where a number stands on a knob, 0 to 1.
pub fn position(value: f32, parameter: &Parameter) -> f32 {
    let Some((_, min, max)) = parameter.range() else { return 0.0 };
    let share = match taper(parameter) {
        Taper::Linear => (value - min) / (max - min),
        Taper::Logarithmic => (value / min).ln() / (max / min).ln(),
    };
    if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
}

/// The number at a place of a knob.
pub fn at(position: f32, parameter: &Parameter) -> f32 {
    let Some((_, min, max)) = parameter.range() else { return 0.0 };
    let share = position.clamp(0.0, 1.0);
    let value = match taper(parameter) {
        Taper::Linear => min + (max - min) * share,
        Taper::Logarithmic => min * (max / min).powf(share),
    };
    value.clamp(min, max)
}

fn taper(parameter: &Parameter) -> Taper {
    match parameter.kind {
        Kind::Number { taper, min, .. } if min > 0.0 => taper,
        _ => Taper::Linear,
    }
}

/// Half of a number, or twice: of a level 6 dB less or more. It stays in the range.
pub fn scaled(value: f32, twice: bool, parameter: &Parameter) -> f32 {
    let Some((unit, min, max)) = parameter.range() else { return value };
    let scaled = match (unit, twice) {
        (Unit::Decibel | Unit::Lufs, true) => value + 6.0,
        (Unit::Decibel | Unit::Lufs, false) => value - 6.0,
        (_, true) => value * 2.0,
        (_, false) => value / 2.0,
    };
    scaled.clamp(min, max)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREQ: Parameter =
        Parameter::number("freq", Unit::Hertz, (20.0, 20_000.0), 1_000.0, "").logarithmic();
    const GAIN: Parameter = Parameter::number("gain", Unit::Decibel, (-60.0, 24.0), 0.0, "");
    const TIME: Parameter = Parameter::number("time", Unit::Second, (0.0, 4.0), 0.1, "");

    fn typed(text: &str, parameter: &Parameter, now: f32) -> Result<f32, String> {
        read(text, parameter, Ground { now, beat: 0.5 })
    }

    #[test]
    fn values_are_typed_as_people_write_them() {
        for (text, parameter, now, value) in [
            ("-6 dB", &GAIN, 0.0, -6.0),
            ("-6", &GAIN, 3.0, -6.0),
            ("+=3 dB", &GAIN, -6.0, -3.0),
            ("-=3", &GAIN, -6.0, -9.0),
            ("a4", &FREQ, 100.0, 440.0),
            ("2.5 kHz", &FREQ, 100.0, 2_500.0),
            ("+=1 oct", &FREQ, 100.0, 200.0),
            ("-=12 st", &FREQ, 100.0, 50.0),
            ("+=10 %", &FREQ, 100.0, 110.0),
            ("*2", &FREQ, 100.0, 200.0),
            ("/=2", &FREQ, 100.0, 50.0),
            // At 120 beats a minute a sixteenth lasts an eighth of a second.
            ("1/16", &TIME, 0.0, 0.125),
            ("1/4 beat", &TIME, 0.0, 0.125),
            ("20 ms", &TIME, 0.0, 0.02),
        ] {
            let got = typed(text, parameter, now).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert!((got - value).abs() <= value.abs() * 1e-5, "{text}: {got}");
        }
        assert!((typed("c#3", &FREQ, 0.0).expect("a note") - 138.591).abs() < 0.01);
    }

    #[test]
    fn what_can_not_be_says_why() {
        let why = |text, parameter| typed(text, parameter, 0.0).expect_err("it can't be");
        assert!(why("3 ms", &GAIN).contains("not a level (dB"));
        assert!(why("90 dB", &GAIN).contains("goes from -60 dB to 24 dB"));
        assert!(why("loud", &GAIN).contains("not a level"));
        assert!(why("/0", &FREQ).contains("no number"));
    }

    #[test]
    fn a_knob_gives_back_what_it_was_turned_to() {
        for parameter in [FREQ, GAIN, TIME] {
            for k in 0..=10 {
                let place = k as f32 / 10.0;
                assert!((position(at(place, &parameter), &parameter) - place).abs() < 1e-4);
            }
        }
        assert!((at(0.5, &FREQ) - 632.456).abs() < 0.1, "the middle by ratios");
    }

    #[test]
    fn what_is_kept_can_be_read_again() {
        for (value, parameter) in [(1_234.567, FREQ), (-6.0206, GAIN), (0.012_345, TIME), (0.0, GAIN)] {
            let kept = parameter.read_number(&keep(value, &parameter)).expect("it reads");
            assert!((kept - value).abs() <= value.abs() * 1e-3, "{value}: {kept}");
        }
        assert_eq!(keep(1_000.0, &FREQ), Value::from("1 kHz"));
    }
}
