//! Every node of the shelf as a word, from its one declaration.

use super::args::Args;
use super::{Answer, Call, Doc, Words};
use crate::draft::{Blueprint, Chain, Given, Stage, further_inputs, in_chain, meant};
use crate::trouble::Wrong;
use rhai::Dynamic;
use signalbox_dsp::units::{Quantity, Unit};
use signalbox_engine::node::{Declaration, Kind, Parameter};
use std::rc::Rc;

/// Kinds for which there are words of their own.
const OTHERWISE: &[&str] = &["player", "live", "bus", "probe"];

/// A word for a kind with some settings.
struct Alias {
    word: &'static str,
    kind: &'static str,
    /// Settings that make it what it is.
    fixed: &'static [(&'static str, &'static str)],
    /// The parameter that a value without a name is for.
    first: &'static str,
    /// Other names for parameters.
    renamed: &'static [(&'static str, &'static str)],
    help: &'static str,
}

const PLAIN: Alias = Alias { word: "", kind: "", fixed: &[], first: "", renamed: &[], help: "" };

const ALIASES: &[Alias] = &[
    Alias {
        word: "lowpass",
        kind: "filter",
        fixed: &[("mode", "lowpass")],
        help: "a filter that keeps what lies below",
        ..PLAIN
    },
    Alias {
        word: "highpass",
        kind: "filter",
        fixed: &[("mode", "highpass")],
        help: "a filter that keeps what lies above",
        ..PLAIN
    },
    Alias {
        word: "bandpass",
        kind: "filter",
        fixed: &[("mode", "bandpass")],
        help: "a filter that keeps what lies around",
        ..PLAIN
    },
    Alias {
        word: "notch",
        kind: "filter",
        fixed: &[("mode", "notch")],
        help: "a filter that takes away what lies around",
        ..PLAIN
    },
    Alias {
        word: "width",
        kind: "pan",
        first: "width",
        help: "makes a stereo sound narrower or wider: 0 is mono, 1 leaves it alone",
        ..PLAIN
    },
    Alias {
        word: "scope",
        kind: "probe",
        first: "keep",
        renamed: &[("span", "keep")],
        help: "shows the last seconds of the sound while it plays, and lets it pass",
        ..PLAIN
    },
];

/// A band of the equaliser by one name: the band's type, the parameter that the value is for, another setting, and what
/// it does.
type Band = (&'static str, &'static str, &'static str, Option<(&'static str, &'static str)>, &'static str);

/// All such bands.
const BANDS: &[Band] = &[
    ("hp", "highpass", "freq", None, "keeps what lies above this frequency"),
    ("lp", "lowpass", "freq", None, "keeps what lies below this frequency"),
    ("low", "lowshelf", "gain", Some(("freq", "100 Hz")), "raises or lowers what lies below 100 Hz"),
    ("mid", "bell", "gain", Some(("freq", "1 kHz")), "raises or lowers what lies around 1 kHz"),
    ("high", "highshelf", "gain", Some(("freq", "8 kHz")), "raises or lowers what lies above 8 kHz"),
    (
        "tilt",
        "tilt",
        "gain",
        Some(("freq", "800 Hz")),
        "raises what lies above 800 Hz and lowers what lies below",
    ),
];

/// How many bands the equaliser has.
const EQ_BANDS: usize = 8;

/// Kinds whose name is another word, too, when it is called with values.
const BARE: &[&str] = &["meter"];

/// The most values and runs of names of one call.
const MOST_VALUES: usize = 8;

/// Teaches a word for each kind, and those that stand for a kind with settings.
pub fn teach(words: &mut Words<'_>) {
    let shelf = words.world.borrow().draft.shelf.clone();
    for kind in shelf.kinds().iter().copied().filter(|k| !OTHERWISE.contains(&k.name)) {
        words.docs.push(doc(kind, words.group, kind.name, kind.help));
        let most = if BARE.contains(&kind.name) { 0 } else { MOST_VALUES };
        words.silent_word(kind.name, 0..=most, move |call, args| node(call, args, kind, &PLAIN));
    }
    for alias in ALIASES {
        let Some(kind) = shelf.get(alias.kind) else { continue };
        words.docs.push(doc(kind, words.group, alias.word, alias.help));
        words.silent_word(alias.word, 0..=MOST_VALUES, move |call, args| node(call, args, kind, alias));
    }
}

/// A call of a node's word: a source is placed at once, anything else becomes a chain.
fn node(call: &Call<'_, '_>, mut args: Args, kind: &'static Declaration, alias: &'static Alias) -> Answer {
    let mut given: Vec<(String, Given)> = Vec::new();
    for (name, value) in alias.fixed {
        given.push((name.to_string(), Given::Text(value.to_string())));
    }
    for (name, value) in args.rest() {
        let value = Given::read(&value).map_err(|w| Wrong { argument: Some(name.clone()), ..w })?;
        let renamed = alias.renamed.iter().find(|r| r.0 == name).map(|r| r.1.to_string());
        if kind.name == "eq" && bands(&mut given, &name, &value)? {
            continue;
        }
        given.push((renamed.unwrap_or(name), value));
    }
    while let Some(value) = args.next() {
        let value = Given::read(&value)?;
        let first = Some(alias.first).filter(|f| !f.is_empty() && !given.iter().any(|(n, _)| n == f));
        let Some(name) = first.or_else(|| meant(kind, &given, &value)) else {
            return Err(Wrong::new(format!(
                "`{}` has no parameter that takes {}; give it by name, as in {}",
                args.word(),
                value.shown(),
                signature(kind, args.word())
            ))
            .into());
        };
        given.push((name.to_string(), value));
    }
    let word = args.word().to_string();
    call.draft(|d| {
        let blueprint = Blueprint { word, kind, given, place: d.place };
        blueprint.check()?;
        if in_chain(kind) {
            // What is wrong with a value is told where it stands, not where the chain is used.
            check_values(d, &blueprint)?;
            return Ok(Dynamic::from(Chain::one(Stage::Node(Rc::new(blueprint)))));
        }
        d.put(&blueprint, None).map(Dynamic::from)
    })
    .map_err(Into::into)
}

/// Tries the numbers, words and switches of a node that will be made later.
fn check_values(draft: &mut crate::draft::Draft, blueprint: &Blueprint) -> Result<(), Wrong> {
    for (name, value) in &blueprint.given {
        let Some(parameter) = blueprint.kind.parameter(name).map(|p| &blueprint.kind.parameters[p]) else {
            continue;
        };
        match value {
            Given::Amount(amount) => drop(draft.number_for(parameter, *amount)?),
            Given::Text(text) => {
                drop(parameter.read(&text.as_str().into()).map_err(|e| Wrong::about(name, e.to_string()))?)
            }
            Given::Switch(on) => {
                drop(parameter.read(&(*on).into()).map_err(|e| Wrong::about(name, e.to_string()))?)
            }
            Given::Ride(ride) => {
                for (_, amount) in &ride.points {
                    draft.number_for(parameter, *amount)?;
                }
            }
            Given::Sweep(sweep) => {
                draft.number_for(parameter, sweep.low)?;
                draft.number_for(parameter, sweep.high)?;
            }
            Given::Param(_) => {}
            Given::Signal(_) => {
                return Err(Wrong::about(
                    name,
                    format!(
                        "`{name}` wants a number; a signal moves it between two values, as in x.range(…, …)"
                    ),
                ));
            }
        }
    }
    Ok(())
}

/// A band of the equaliser by one name; whether it is one.
fn bands(given: &mut Vec<(String, Given)>, name: &str, value: &Given) -> Result<bool, Wrong> {
    let Some((_, band, parameter, setting, _)) = BANDS.iter().find(|b| b.0 == name) else { return Ok(false) };
    let taken = |n: &usize| given.iter().any(|(name, _)| *name == format!("type{n}"));
    let Some(n) = (1..=EQ_BANDS).find(|n| !taken(n)) else {
        return Err(Wrong::about(name, format!("an `eq` has {EQ_BANDS} bands; put two in a row")));
    };
    // The error of a value names what the user wrote.
    let unit = if *parameter == "freq" { Unit::Hertz } else { Unit::Decibel };
    if let Given::Amount(amount) = value
        && amount.measure != crate::amount::Measure::Of(unit)
    {
        let example = crate::amount::Measure::Of(unit).example();
        return Err(Wrong::about(
            name,
            format!("`{name}` wants {}, as in {example}; got {amount}", unit.kind()),
        ));
    }
    given.push((format!("type{n}"), Given::Text(band.to_string())));
    given.push((format!("{parameter}{n}"), value.clone()));
    if let Some((name, value)) = setting
        && let Some(q) = Quantity::parse(value)
    {
        given.push((format!("{name}{n}"), Given::Amount(crate::amount::Amount::new(q.value, q.unit))));
    }
    Ok(true)
}

/// How a node is called, with its first parameters and their defaults.
fn signature(kind: &Declaration, word: &str) -> String {
    let shown: Vec<String> =
        kind.parameters.iter().take(4).filter_map(|p| Some(format!("{}: {}", p.name, default(p)?))).collect();
    format!("{word}({})", shown.join(", "))
}

/// A parameter's default as a script writes it.
pub fn default(parameter: &Parameter) -> Option<String> {
    match parameter.kind {
        Kind::Number { unit, default, .. } | Kind::Fixed { unit, default, .. } => {
            Some(literal(default, unit))
        }
        Kind::Choice { options, default } => options.get(default).map(|o| format!("\"{}\"", o.0)),
        Kind::Switch { default } => Some(default.to_string()),
        Kind::Text { default } => Some(format!("\"{default}\"")),
        Kind::File => None,
    }
}

/// A number with its unit as a script writes it.
pub fn literal(value: f32, unit: Unit) -> String {
    let value: f64 = value.to_string().parse().unwrap_or(f64::from(value));
    let (number, property) = match unit {
        Unit::None => return if value.fract() == 0.0 { format!("{value:.0}") } else { value.to_string() },
        Unit::Percent => return format!("{:?}", value / 100.0),
        Unit::Second if value != 0.0 && value < 1.0 => ((value * 1e6).round() / 1e3, "ms"),
        Unit::Second => (value, "s"),
        Unit::Hertz if value >= 1e3 => (value / 1e3, "khz"),
        Unit::Hertz => (value, "hz"),
        Unit::Decibel => (value, "db"),
        Unit::Semitone => (value, "st"),
        Unit::Octave => (value, "oct"),
        Unit::Beat => (value, "beats"),
        Unit::Lufs => (value, "lufs"),
    };
    format!("{number}.{property}")
}

fn doc(kind: &Declaration, group: &'static str, word: &str, help: &str) -> Doc {
    let mut parameters: Vec<[String; 3]> = Vec::new();
    for port in further_inputs(kind) {
        parameters.push([port.name.into(), "a signal".into(), port.help.into()]);
    }
    if kind.name == "eq" {
        for (name, _, parameter, _, help) in BANDS {
            let value = if *parameter == "freq" { "a frequency" } else { "a level" };
            parameters.push([name.to_string(), value.into(), help.to_string()]);
        }
    }
    for p in kind.parameters {
        let values = match p.kind {
            Kind::Number { unit, min, max, default, .. } | Kind::Fixed { unit, min, max, default } => {
                format!(
                    "{}, {} to {}{}",
                    literal(default, unit),
                    literal(min, unit),
                    literal(max, unit),
                    if p.moves() { "" } else { ", fixed" }
                )
            }
            Kind::Choice { options, default } => {
                let words: Vec<String> = options.iter().map(|o| format!("\"{}\"", o.0)).collect();
                format!("\"{}\", of {}", options.get(default).map_or("", |o| o.0), words.join(", "))
            }
            Kind::Switch { default } => default.to_string(),
            Kind::Text { default } => format!("\"{default}\""),
            Kind::File => "an audio file".into(),
        };
        parameters.push([p.name.into(), values, p.help.into()]);
    }
    Doc { group, name: word.into(), signature: signature(kind, word), help: help.into(), parameters }
}
