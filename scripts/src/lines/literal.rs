//! JSON values as literals of the language, exactly.

use crate::amount::{Amount, Measure, UNITS};
use serde_json::{Number, Value};
use signalbox_dsp::units::Quantity;
use std::fmt::Write as _;

/// A text in quotes.
pub fn text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => drop(write!(out, "\\U{:08x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}

/// A value with its unit where it has one and comes back as it was, `-6.db` for `"-6 dB"`; else as [`json`] writes it.
pub fn amount(value: &Value) -> String {
    let with_unit = || {
        let quantity = Quantity::parse(value.as_str()?)?;
        let amount = Amount::new(quantity.value, quantity.unit);
        let same = crate::draft::number_text(amount.value, quantity.unit) == *value;
        let unit = UNITS.iter().find(|u| u.1 == Measure::Of(quantity.unit) && u.2 == 1.0)?;
        same.then(|| format!("{}.{}", number(amount.value), unit.0))
    };
    with_unit().unwrap_or_else(|| json(value))
}

/// A value as the language writes it: what JSON calls null is nothing.
pub fn json(value: &Value) -> String {
    match value {
        Value::Null => "()".into(),
        Value::Bool(on) => on.to_string(),
        Value::Number(n) => json_number(n),
        Value::String(t) => text(t),
        Value::Array(all) => format!("[{}]", all.iter().map(json).collect::<Vec<_>>().join(", ")),
        Value::Object(all) => {
            let entry = |(name, value): (&String, &Value)| format!("{}: {}", text(name), json(value));
            format!("#{{{}}}", all.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
    }
}

fn json_number(n: &Number) -> String {
    match (n.as_i64(), n.as_f64()) {
        // Its amount is no literal.
        (Some(i64::MIN), _) => format!("({} - 1)", i64::MIN + 1),
        (Some(i), _) => i.to_string(),
        (None, Some(x)) if n.is_f64() => float(x),
        // Beyond what a script's whole numbers hold.
        _ => format!("json(\"{n}\")"),
    }
}

/// A number of a unit, as short as it can be.
fn number(x: f64) -> String {
    let whole = x.fract() == 0.0 && x.abs() < 1e15 && (x != 0.0 || x.is_sign_positive());
    if whole { format!("{x:.0}") } else { float(x) }
}

/// A number that is no whole number to the language, whatever its value.
fn float(x: f64) -> String {
    let shown = format!("{x:?}");
    match shown.split_once('e') {
        Some((mantissa, power)) if !mantissa.contains('.') => format!("{mantissa}.0e{power}"),
        _ => shown,
    }
}
