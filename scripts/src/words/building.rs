//! Where signals come from, and what is made of them.

use super::{Answer, Args, Call, Words};
use crate::draft::{Given, Param, ParamState, Signal, Sweep, named, signal};
use crate::trouble::Wrong;
use rhai::{Dynamic, FnPtr, ImmutableString, NativeCallContext};
use signalbox_dsp::units::Unit;
use signalbox_engine::patch::Endpoint;
use std::cell::Cell;

/// Teaches the words.
pub fn teach(words: &mut Words<'_>) {
    words.word(
        "player",
        "player(\"file.wav\", start: 0.s, offset: 0.s, loop: false)",
        "plays an audio file of the project's folder",
        1..=3,
        |call, mut args| {
            let file = args.text("the name of an audio file")?;
            let mut given = vec![("file".to_string(), Given::Text(file.clone()))];
            for (name, value) in args.rest() {
                given.push((name, Given::read(&value)?));
            }
            args.done()?;
            super::console::known_file(call, &file)?;
            source(call, "player", "player", given)
        },
    );
    words.word(
        "input",
        "input(1)",
        "what the device records at an input while the patch plays; silence in a render",
        0..=2,
        |call, mut args| {
            let first = if args.left() > 0 { args.number("the number of an input")? } else { 1.0 };
            let mut given = vec![("first".to_string(), plain(first))];
            for (name, value) in args.rest() {
                given.push((name, Given::read(&value)?));
            }
            args.done()?;
            source(call, "live", "input", given)
        },
    );
    words.word("mix", "mix([a, b, c])", "the sum of signals", 1..=1, |_, mut args| {
        let signal = args.signal("a list of signals, as in mix([a, b])")?;
        args.done()?;
        Ok(Dynamic::from(signal))
    });
    words.word(
        "feedback",
        "feedback(|y| x + y |> delay(time: 250.ms) * -6.db)",
        "a loop: `y` is what the function gives, as it comes back; without a delay it comes one sample later",
        1..=1,
        feedback,
    );
    words.word(
        "probe",
        "probe(\"name\", signal)",
        "names a place where the sound can be looked at, and passes it on",
        2..=3,
        |call, mut args| {
            let name = args.text("a name")?;
            let signal = args.signal("a signal")?;
            let mut given = Vec::new();
            for (name, value) in args.rest() {
                given.push((name, Given::read(&value)?));
            }
            args.done()?;
            call.draft(|d| {
                let before = d.patch.graph.nodes.len();
                d.node("probe", "probe", &signal, given)?;
                debug_assert_eq!(d.patch.graph.nodes.len(), before + 1);
                let label =
                    d.patch.graph.nodes.values_mut().rfind(|n| n.kind == "probe" && n.label.is_empty());
                if let Some(node) = label {
                    node.label = name;
                }
                Ok::<_, Wrong>(())
            })?;
            Ok(Dynamic::from(signal))
        },
    );
    words.word(
        "param",
        "param(\"name\", 0.5, min: 0.0, max: 1.0)",
        "a number with a name, which whatever is given it follows; .set(x) changes it, inside its range",
        2..=3,
        param,
    );
    words.word(
        "set",
        "p.set(0.9)",
        "sets a param; what lies outside its range goes to the end of it",
        2..=2,
        set,
    );
    words.word(
        "range",
        "signal.range(200.hz, 2.khz)",
        "a control signal from 0 to 1, such as an envelope, that moves a parameter between two values",
        3..=4,
        |_, mut args| {
            let signal = args.signal("a signal")?;
            let (low, high) = (args.amount("the value at 0")?, args.amount("the value at 1")?);
            let both_ways = args.named_switch("bipolar")?;
            args.done()?;
            Ok(Dynamic::from(Sweep { signal, low, high, both_ways }))
        },
    );
    channels(words);
    parameters(words);
}

/// A node that makes sound by itself.
pub fn source(call: &Call<'_, '_>, kind: &str, word: &str, given: Vec<(String, Given)>) -> Answer {
    let signal = call.draft(|d| {
        let kind = d.kind(kind)?;
        let blueprint = crate::draft::Blueprint { word: word.into(), kind, given, place: d.place };
        blueprint.check()?;
        d.put(&blueprint, None)
    })?;
    Ok(Dynamic::from(signal))
}

/// A plain number, given to a parameter.
pub fn plain(number: f64) -> Given {
    Given::Amount(crate::amount::Amount::new(number, Unit::None))
}

fn feedback(call: &Call<'_, '_>, mut args: Args) -> Answer {
    let f: FnPtr = args.function()?;
    args.done()?;
    let (name, y) = call.draft(|d| d.begin_loop());
    let back: Dynamic = f.call_within_context(call.context, (Dynamic::from(y),))?;
    let Some(back) = signal(&back) else {
        return Err(Wrong::new(format!(
            "the function of a feedback gives a signal; it gave {}",
            named(&back)
        ))
        .into());
    };
    call.draft(|d| d.close_loop(&name, &back))?;
    Ok(Dynamic::from(back))
}

fn param(call: &Call<'_, '_>, mut args: Args) -> Answer {
    let name = args.text("a name")?;
    let value = args.amount("a number")?;
    let unit = match value.measure {
        crate::amount::Measure::Of(unit) => unit,
        other => return Err(Wrong::new(format!("a param can't be {}", other.kind())).into()),
    };
    let (min, max) = (args.named_amount("min")?, args.named_amount("max")?);
    args.done()?;
    let param = call.draft(|d| {
        let min = min.map_or(Ok(0.0), |a| d.in_unit("min", unit, a))?;
        let max = max.map_or(Ok(1.0), |a| d.in_unit("max", unit, a))?;
        if !(min..=max).contains(&value.value) {
            return Err(Wrong::new(format!(
                "`{name}` is {value}, which does not lie between {min} and {max}"
            )));
        }
        d.params.push(ParamState { name, value: value.value, min, max, unit, targets: Vec::new() });
        Ok(Param(d.params.len() - 1))
    })?;
    Ok(Dynamic::from(param))
}

fn set(call: &Call<'_, '_>, mut args: Args) -> Answer {
    let value = args.next().unwrap_or_default();
    let Some(param) = value.clone().try_cast::<Param>() else {
        return Err(Wrong::new(format!("`set` is for params; got {}", named(&value))).into());
    };
    let wanted = args.amount("a number")?;
    args.done()?;
    let told = call.draft(|d| {
        let state = d.params[param.0].clone();
        let number = d.in_unit(&state.name, state.unit, wanted)?;
        let came = d.set_param(param, number);
        let told = (came != number).then(|| {
            format!("{} goes from {} to {}: {number} was held at {came}", state.name, state.min, state.max)
        });
        Ok::<_, Wrong>(told)
    })?;
    call.world.borrow_mut().notes.extend(told);
    Ok(Dynamic::UNIT)
}

/// `.left`, `.right`, `.mid`, `.side`.
fn channels(words: &mut Words<'_>) {
    type Part = fn(&Call<'_, '_>, &Signal) -> Result<Signal, Wrong>;
    let parts: [(&str, &str, Part); 4] = [
        ("left", "the left channel", |call, s| port(call, s, "1")),
        ("right", "the right channel", |call, s| port(call, s, "2")),
        ("mid", "the mean of left and right", |call, s| call.draft(|d| d.node("mono", "mid", s, Vec::new()))),
        ("side", "half of left less right", |call, s| {
            let (left, right) = (port(call, s, "1")?, port(call, s, "2")?);
            call.draft(|d| {
                let minus = d.at_level(&right, &plain(-0.5))?;
                Ok(d.at_level(&left, &plain(0.5))?.plus(&minus))
            })
        }),
    ];
    for (name, help, part) in parts {
        words.doc(name, &format!("signal.{name}"), help);
        let world = words.world.clone();
        let get = move |context: NativeCallContext<'_>, signal: &Signal| -> Answer {
            Ok(Dynamic::from(part(&Call { context: &context, world: &world }, signal)?))
        };
        let of_strip = get.clone();
        words.engine.register_get(name, move |c: NativeCallContext<'_>, s: &mut Signal| get(c, s));
        let get = of_strip;
        words.engine.register_get(name, move |c: NativeCallContext<'_>, s: &mut crate::draft::Strip| {
            get(c, &s.out())
        });
    }
    words.word(
        "stereo",
        "stereo(left, right)",
        "a stereo signal of two mono ones",
        2..=2,
        |call, mut args| {
            let (left, right) = (args.signal("the left channel")?, args.signal("the right channel")?);
            args.done()?;
            let given = vec![("1".to_string(), Given::Signal(left)), ("2".to_string(), Given::Signal(right))];
            source(call, "join", "stereo", given)
        },
    );
}

fn port(call: &Call<'_, '_>, signal: &Signal, port: &str) -> Result<Signal, Wrong> {
    let split = call.draft(|d| d.node("split", "split", signal, Vec::new()))?;
    let node = split.node().unwrap_or_default().to_string();
    Ok(Signal::of(&format!("{node}.{port}")))
}

/// A placed node's parameters as properties: `x.freq = 300.hz`, also a ride, also inside of `at`.
fn parameters(words: &mut Words<'_>) {
    words.doc(
        "x.parameter",
        "x.freq = 300.hz",
        "sets a parameter of the node that a signal comes from, also inside of `at`",
    );
    let world = words.world.clone();
    words.engine.register_indexer_set(
        move |context: NativeCallContext<'_>,
              s: &mut Signal,
              name: ImmutableString,
              value: Dynamic|
              -> Result<(), Box<rhai::EvalAltResult>> {
            let call = Call { context: &context, world: &world };
            let given = Given::read(&value)?;
            let node = s
                .node()
                .ok_or_else(|| Wrong::new("this signal is a sum; name the node whose parameter it is"))?;
            call.draft(|d| {
                let kind = d.patch.graph.nodes.get(node).map(|n| n.kind.clone()).unwrap_or_default();
                let kind = d.kind(&kind)?;
                d.give(node, kind, &name, &given)
            })?;
            Ok(())
        },
    );
    words.doc("output", "x.output(\"reduction\")", "another output of the node that a signal comes from");
    words.silent_word("output", 2..=2, |call, mut args| {
        let signal = args.signal("a signal")?;
        let name = args.text("the name of an output")?;
        args.done()?;
        let node = signal.node().ok_or_else(|| Wrong::new("a sum has no further outputs"))?.to_string();
        call.draft(|d| {
            let kind = d.patch.graph.nodes.get(&node).map(|n| n.kind.clone()).unwrap_or_default();
            let kind = d.kind(&kind)?;
            if kind.output(&name).is_some() {
                return Ok(());
            }
            let all: Vec<&str> = kind.outputs.iter().map(|p| p.name).collect();
            Err(Wrong::new(format!("`{}` has no output `{name}`; it has: {}", kind.name, all.join(", "))))
        })?;
        let mut signal = signal;
        signal.taps.iter_mut().for_each(|t| t.from = Endpoint { node: node.clone(), port: name.clone() });
        Ok(Dynamic::from(signal))
    });
}

/// Numbers that look like chance and are the same in every run.
pub fn random(seed: &Cell<u64>) -> f64 {
    // The finaliser of SplitMix (Steele, Lea, Flood 2014).
    seed.set(seed.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
    let mut z = seed.get();
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}
