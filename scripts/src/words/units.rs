//! Units as properties of numbers, and arithmetic with them.

use super::Words;
use super::args::amount;
use crate::amount::{Amount, Measure, UNITS};
use crate::draft::named;
use crate::trouble::Wrong;
use rhai::{Dynamic, EvalAltResult, NativeCallContext};
use signalbox_dsp::units::Unit;
use std::any::TypeId;
use std::cmp::Ordering;

/// Teaches units.
pub fn teach(words: &mut Words<'_>) {
    for &(name, measure, factor) in UNITS {
        words.doc(name, &format!("4.{name}"), &format!("{}, from a plain number", measure.kind()));
        words.engine.register_get(name, move |n: &mut i64| scaled(*n as f64, measure, factor));
        words.engine.register_get(name, move |n: &mut f64| scaled(*n, measure, factor));
    }
    words.doc("value", "x.value", "the number of a quantity in its base unit, without the unit");
    words.engine.register_get("value", |a: &mut Amount| a.value);
    for print in ["to_string", "print", "to_debug", "debug"] {
        words.engine.register_fn(print, |a: &mut Amount| a.to_string());
    }
    arithmetic(words);
    words.word(
        "within",
        "m.lufs.within(-23.lufs, 0.5)",
        "whether a number lies so near to another, in its unit",
        3..=3,
        |_, mut args| {
            let x = args.amount("a number")?;
            let y = args.amount("a number to compare with")?;
            let far = args.amount("how far it may lie off")?;
            args.done()?;
            if x.measure != y.measure {
                return Err(mixed("compared with", x, y).into());
            }
            if far.measure != x.measure && far.measure != Measure::Of(Unit::None) {
                return Err(mixed("within", x, far).into());
            }
            Ok(((x.value - y.value).abs() <= far.value).into())
        },
    );
    words.word("note", "note(\"eb3\")", "the frequency of a key, a4 being 440 Hz", 1..=1, |_, mut args| {
        let text = args.text("the name of a key, as in \"eb3\"")?;
        args.done()?;
        let key = key(&text)
            .ok_or_else(|| Wrong::new(format!("\"{text}\" is no key; write \"c4\", \"eb3\", \"f#2\"")))?;
        Ok(Dynamic::from(Amount::new(440.0 * ((key - 69.0) / 12.0).exp2(), Unit::Hertz)))
    });
}

fn scaled(number: f64, measure: Measure, factor: f64) -> Amount {
    // Dividing by a whole number rounds once where multiplying by its inverse would round twice.
    let value = if factor < 1.0 { number / (1.0 / factor).round() } else { number * factor };
    Amount { value, measure }
}

/// The MIDI key of a name: `c4` is 60.
fn key(text: &str) -> Option<f64> {
    let mut chars = text.chars();
    let step = match chars.next()?.to_ascii_lowercase() {
        'c' => 0.0,
        'd' => 2.0,
        'e' => 4.0,
        'f' => 5.0,
        'g' => 7.0,
        'a' => 9.0,
        'b' => 11.0,
        _ => return None,
    };
    let rest = chars.as_str();
    let (shift, octave) = match rest.chars().next()? {
        '#' => (1.0, &rest[1..]),
        'b' => (-1.0, &rest[1..]),
        _ => (0.0, rest),
    };
    let octave: i32 = octave.parse().ok()?;
    (-1..=9).contains(&octave).then(|| f64::from(octave + 1) * 12.0 + step + shift)
}

fn mixed(what: &str, a: Amount, b: Amount) -> Wrong {
    Wrong::new(format!("{} ({a}) can't be {what} {} ({b})", a.measure.kind(), b.measure.kind()))
}

fn plain(amount: Amount) -> bool {
    amount.measure == Measure::Of(Unit::None)
}

/// What an operator makes of two numbers, one of which has a unit.
fn calculate(operator: &str, a: Amount, b: Amount) -> Result<Dynamic, Wrong> {
    let keep = |value: f64, measure: Measure| Ok(Dynamic::from(Amount { value, measure }));
    match operator {
        "+" | "-" if a.measure == b.measure => {
            keep(if operator == "+" { a.value + b.value } else { a.value - b.value }, a.measure)
        }
        "+" => Err(mixed("added to", a, b)),
        "-" => Err(mixed("taken from", b, a)),
        "*" if plain(a) => keep(a.value * b.value, b.measure),
        "*" if plain(b) => keep(a.value * b.value, a.measure),
        "*" => Err(mixed("multiplied with", a, b)),
        "/" if b.value == 0.0 => Err(Wrong::new("nothing can be divided by 0")),
        "/" if plain(b) => keep(a.value / b.value, a.measure),
        "/" if a.measure == b.measure => Ok((a.value / b.value).into()),
        "/" => Err(mixed("divided by", a, b)),
        "==" => Ok((a == b).into()),
        "!=" => Ok((a != b).into()),
        _ if a.measure != b.measure => Err(mixed("compared with", a, b)),
        _ => {
            let order = a.value.partial_cmp(&b.value);
            Ok(match operator {
                "<" => order == Some(Ordering::Less),
                ">" => order == Some(Ordering::Greater),
                "<=" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
                _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            }
            .into())
        }
    }
}

fn arithmetic(words: &mut Words<'_>) {
    let (own, whole, real) = (TypeId::of::<Amount>(), TypeId::of::<i64>(), TypeId::of::<f64>());
    for operator in ["+", "-", "*", "/", "==", "!=", "<", ">", "<=", ">="] {
        for types in [[own, own], [own, whole], [own, real], [whole, own], [real, own]] {
            words.engine.register_raw_fn(operator, types, move |_: NativeCallContext<'_>, values| {
                match (amount(values[0]), amount(values[1])) {
                    (Some(a), Some(b)) => calculate(operator, a, b).map_err(Box::<EvalAltResult>::from),
                    _ => {
                        Err(Wrong::new(format!("{} {operator} {}?", named(values[0]), named(values[1])))
                            .into())
                    }
                }
            });
        }
    }
    words.engine.register_fn("-", |a: Amount| Amount { value: -a.value, ..a });
    words.engine.register_fn("+", |a: Amount| a);
    words.engine.register_fn("abs", |a: Amount| Amount { value: a.value.abs(), ..a });
    // Whole numbers divide as people expect, and are taken where numbers are.
    words.engine.register_fn("/", |a: i64, b: i64| divided(a as f64, b as f64));
    words.engine.register_fn("/", |a: i64, b: f64| divided(a as f64, b));
    words.engine.register_fn("/", |a: f64, b: i64| divided(a, b as f64));
    type Function = (&'static str, fn(f64) -> f64);
    let one: [Function; 8] = [
        ("sin", f64::sin),
        ("cos", f64::cos),
        ("tan", f64::tan),
        ("tanh", f64::tanh),
        ("exp", f64::exp),
        ("ln", f64::ln),
        ("log", f64::log10),
        ("sqrt", f64::sqrt),
    ];
    for (name, f) in one {
        words.engine.register_fn(name, move |x: i64| f(x as f64));
    }
    words.doc(
        "sin",
        "sin(x)",
        "also cos, tan, tanh, exp, ln, log, sqrt, abs, floor, round: of plain numbers",
    );
}

fn divided(a: f64, b: f64) -> Result<f64, Box<EvalAltResult>> {
    if b == 0.0 { Err(Wrong::new("nothing can be divided by 0").into()) } else { Ok(a / b) }
}
