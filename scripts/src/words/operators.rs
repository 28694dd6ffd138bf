//! `|>`, `+`, `-` and `*` between signals, strips, chains and levels.

use super::through::{insert, through, wanted_signal};
use super::{Answer, Call, Words};
use crate::amount::Amount;
use crate::draft::{Chain, Given, Param, Ride, Signal, Stage, Strip, Sweep, named, signal};
use crate::trouble::Wrong;
use rhai::{Array, Dynamic, FnPtr, NativeCallContext};
use signalbox_dsp::units::Unit;
use signalbox_studio::console::MASTER;
use std::any::TypeId;

/// How tightly `|>` binds: less than all others, so that `a + b |> comp()` mixes first.
const PRECEDENCE: u8 = 20;

/// The most parts of a sum, and the most stages of a chain.
const MOST: usize = 1_024;

/// Teaches the operators.
pub fn teach(words: &mut Words<'_>) {
    // Can't fail: the symbol is one that Rhai keeps free, and the precedence is none of its own words.
    let _ = words.engine.register_custom_operator("|>", PRECEDENCE);
    words.word(
        "|>",
        "signal |> chain",
        "leads a signal through a chain, a strip's sound through more inserts, or a strip or signal into another strip",
        2..=2,
        |call, mut args| {
            let (Some(from), Some(to)) = (args.next(), args.next()) else { return Ok(Dynamic::UNIT) };
            lead(call, &from, &to)
        },
    );
    words.doc("+", "a + b", "the sum of two signals");
    words.doc(
        "*",
        "signal * -6.db",
        "a signal or a chain at another level: decibels, a factor, a param, a ride or a signal",
    );
    let signals = [TypeId::of::<Signal>(), TypeId::of::<Strip>(), TypeId::of::<Sweep>()];
    for operator in ["+", "-"] {
        for a in signals {
            for b in signals {
                register(words, operator, [a, b], |call, operator, a, b| {
                    let (Some(a), Some(b)) = (signal(a), signal(b)) else { return Ok(Dynamic::UNIT) };
                    let b = match operator {
                        "+" => b,
                        _ => {
                            let minus = Given::Amount(Amount::new(-1.0, Unit::None));
                            call.draft(|d| d.at_level(&b, &minus))?
                        }
                    };
                    Ok(Dynamic::from(few(a.plus(&b))?))
                });
            }
        }
    }
    let levels = [
        TypeId::of::<Amount>(),
        TypeId::of::<i64>(),
        TypeId::of::<f64>(),
        TypeId::of::<Param>(),
        TypeId::of::<Ride>(),
    ];
    for a in signals {
        for b in levels {
            register(words, "*", [a, b], |call, _, a, b| times(call, a, b));
            register(words, "*", [b, a], |call, _, a, b| times(call, b, a));
        }
        for b in signals {
            register(words, "*", [a, b], |call, _, a, b| times(call, a, b));
        }
    }
    for b in levels.into_iter().chain(signals) {
        register(words, "*", [TypeId::of::<Chain>(), b], |_, _, chain, level| {
            let level = Given::read(level)?;
            let chain = chain.clone().try_cast::<Chain>().unwrap_or_default();
            Ok(Dynamic::from(chain.then(&Chain::one(Stage::Level(level)))))
        });
    }
}

/// Refuses a sum without end.
fn few(signal: Signal) -> Result<Signal, Wrong> {
    if signal.taps.len() > MOST {
        return Err(Wrong::new(format!("a sum has {MOST} parts at most; lead them into a bus")));
    }
    Ok(signal)
}

fn times(call: &Call<'_, '_>, a: &Dynamic, level: &Dynamic) -> Answer {
    let level = Given::read(level)?;
    let Some(signal) = signal(a) else { return Ok(Dynamic::UNIT) };
    Ok(Dynamic::from(call.draft(|d| d.at_level(&signal, &level))?))
}

type Work = fn(&Call<'_, '_>, &'static str, &Dynamic, &Dynamic) -> Answer;

fn register(words: &mut Words<'_>, operator: &'static str, types: [TypeId; 2], work: Work) {
    let world = words.world.clone();
    words.engine.register_raw_fn(operator, types, move |context: NativeCallContext<'_>, values| {
        let call = Call { context: &context, world: &world };
        work(&call, operator, values[0], values[1])
    });
}

/// What can stand behind `|>` and is a chain: a chain, a list of them side by side.
pub fn chain(value: &Dynamic) -> Option<Chain> {
    if let Some(chain) = value.clone().try_cast::<Chain>() {
        return Some(chain);
    }
    if let Some(function) = value.clone().try_cast::<FnPtr>() {
        return Some(Chain::one(Stage::Function(function)));
    }
    let list = value.clone().try_cast::<Array>().filter(|l| !l.is_empty())?;
    let chains: Option<Vec<Chain>> = list.iter().map(|v| chain(&v.flatten_clone())).collect();
    Some(Chain::one(Stage::Beside(chains?)))
}

fn lead(call: &Call<'_, '_>, from: &Dynamic, to: &Dynamic) -> Answer {
    if let Some(answer) = super::batch::lead(call, from, to) {
        return answer;
    }
    let strip = from.clone().try_cast::<Strip>();
    if let Some(target) = to.clone().try_cast::<Strip>() {
        if target.name == MASTER {
            // `out` stands for it also where nobody has asked for it yet.
            call.draft(|d| d.desk().master()).map_err(Wrong::from)?;
        }
        return match (strip, signal(from)) {
            (Some(strip), _) => {
                call.draft(|d| {
                    takes_in(d, &target).and_then(|()| Ok(d.desk().route(&strip.name, &target.name)?))
                })?;
                Ok(to.clone())
            }
            (None, Some(signal)) => {
                call.draft(|d| takes_in(d, &target).map(|()| d.lead(&signal, &target.name)))?;
                Ok(to.clone())
            }
            (None, None) => {
                Err(wanted_signal(from).err().unwrap_or_else(|| Wrong::new("nothing is led on")).into())
            }
        };
    }
    let Some(chain) = chain(to) else {
        let way = match named(to).as_str() {
            "a signal" => "a source makes sound and takes none in".to_string(),
            _ => "a chain can, as in eq(hp: 80.hz), or a strip, as in master()".into(),
        };
        return Err(Wrong::new(format!("{} can't stand behind `|>`; {way}", named(to))).into());
    };
    if let Some(strip) = strip {
        insert(call, &strip, &chain)?;
        return Ok(from.clone());
    }
    if let Some(signal) = signal(from) {
        return Ok(Dynamic::from(through(call, &signal, &chain)?));
    }
    if let Some(first) = self::chain(from) {
        let both = first.then(&chain);
        if both.stages.len() > MOST {
            return Err(Wrong::new(format!("a chain has {MOST} stages at most")).into());
        }
        return Ok(Dynamic::from(both));
    }
    Ok(wanted_signal(from).map(Dynamic::from)?)
}

/// Refuses to lead something into a strip that plays a file.
fn takes_in(draft: &crate::draft::Draft, strip: &Strip) -> Result<(), Wrong> {
    let kind = draft.patch.graph.nodes.get(&strip.name).map(|n| n.kind.as_str());
    if kind == Some("bus") || strip.name == MASTER {
        return Ok(());
    }
    Err(Wrong::new(format!(
        "the track `{}` plays a file, and nothing can be led into it; lead both into a bus(\"name\")",
        strip.name
    )))
}
