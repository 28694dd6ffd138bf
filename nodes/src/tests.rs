//! What every kind of node must hold, tried on each from its declaration alone.

mod lanes;
mod points;
mod rest;

use signalbox_engine::node::{
    Declaration, EventKind, Group, Kind, Message, MessageKind, Port, PortKind, Value, rig::Rig,
};

/// Longer than any node is late.
const FRAMES: usize = 6_000;

/// Settings under which every parameter of a kind can be heard; the defaults where a kind is not named.
const AWAKE: &[(&str, &str, &str)] = &[
    ("pan", "pan", "40 %"),
    ("comp", "threshold", "-40 dB"),
    ("comp", "mix", "80 %"),
    ("comp", "link", "50 %"),
    ("comp", "detector", "rms"),
    (
        "code",
        "program",
        "in; p 1; p 2; p 3; p 4; p 5; p 6; p 7; p 8; add 0 1; add 9 2; add 10 3; add 11 4; add 12 5; add 13 6; \
         add 14 7; add 15 8",
    ),
    ("deess", "threshold", "-3 dB"),
    ("delay", "time", "20 ms"),
    ("gate", "threshold", "-6.05 dB"),
    ("gate", "hold", "1 ms"),
    ("gate", "hysteresis", "0 dB"),
    ("gate", "release", "5 ms"),
    ("delay", "feedback", "50 %"),
    ("delay", "mix", "60 %"),
    ("env", "decay", "10 ms"),
    ("env", "attack", "5 ms"),
    ("env", "release", "10 ms"),
    ("env", "sustain", "50 %"),
    ("cc", "start", "0.2"),
    ("impulse", "every", "10 ms"),
    ("limiter", "ceiling", "-20 dB"),
    ("notes", "notes", "c3:1/100 e3@0.5"),
    ("notes", "beats", "1/50"),
    ("osc", "shape", "square"),
    ("pitch", "shift", "3 st"),
    ("pitch", "mix", "60 %"),
    ("osc", "ratio", "1.5"),
    ("reverb", "modulation", "50 %"),
    ("reverb", "predelay", "1 ms"),
    ("saturator", "mix", "70 %"),
    ("saturator", "drive", "20 dB"),
];

/// Parameters that by their nature change nothing in the short, steady sound of these tests: what they mean is tested
/// beside their node.
const INAUDIBLE: &[(&str, &str)] = &[
    // It only says how much memory is had.
    ("delay", "max"),
    ("delay", "shortest"),
    // The power detector alone has a window, the amplitude alone a hold.
    ("comp", "hold"),
    // A stereo signal is balanced, so that no law applies.
    ("pan", "law"),
    // A signal is plugged in where it would stand.
    ("math", "value"),
    // A melody is no program.
    ("code", "program"),
    // It learns for longer than these tests last.
    ("denoise", "amount"),
    ("denoise", "range"),
    ("denoise", "learn"),
    // Only whoever looks sees it.
    ("probe", "keep"),
    // It says how a sound is mixed, not what it is.
    ("live", "monitor"),
    // The note comes first.
    ("osc", "freq"),
    ("osc", "retrigger"),
];

/// Ports that stay free, since noise there would drown what the parameters do: the node's own tests use them.
const FREE: &[(&str, &str)] = &[("osc", "sync")];

fn awake(node: &Declaration) -> Vec<(&'static str, Value)> {
    let mut values: Vec<(&str, Value)> =
        AWAKE.iter().filter(|a| a.0 == node.name).map(|a| (a.1, Value::from(a.2))).collect();
    if node.name == "eq" {
        for parameter in node.parameters {
            if parameter.name.starts_with("type") {
                values.push((parameter.name, "bell".into()));
            } else if parameter.name.starts_with("gain") {
                values.push((parameter.name, "6 dB".into()));
            }
        }
    }
    values
}

fn rig_with(node: &'static Declaration, rate: u32, values: &[(&str, Value)]) -> Result<Rig, String> {
    let width = |p: &Port| if FREE.contains(&(node.name, p.name)) { 0 } else { 2 };
    let inputs: Vec<usize> = node.inputs.iter().map(width).collect();
    let mut rig = Rig::new(node, rate, values, &inputs)?;
    let mut keys = Vec::new();
    for (frame, key) in [(90, 60), (110, 20), (700, 110)] {
        keys.push(Message { frame, channel: 2, kind: MessageKind::NoteOn { key, velocity: 0.7 } });
        keys.push(Message { frame, channel: 2, kind: MessageKind::Control { number: 1, value: 0.9 } });
    }
    rig.hear((5..8).map(|seed| crate::probe::noise(seed, FRAMES)).collect(), keys);
    for port in node.inputs.iter().filter(|p| p.kind == PortKind::Events) {
        rig.note(100, port.name, EventKind::NoteOn { key: 57.0, velocity: 0.8, id: 1 });
        rig.note(2_000, port.name, EventKind::NoteOff { id: 1 });
    }
    Ok(rig)
}

/// A rig with every audio input connected in stereo, defaults everywhere.
fn rig(node: &'static Declaration) -> Rig {
    rig_with(node, 48_000, &[]).unwrap_or_else(|e| panic!("{}: {e}", node.name))
}

/// Seeded noise of an amplitude for every input port.
fn noise(node: &Declaration, frames: usize, amplitude: f32) -> Vec<Vec<Vec<f32>>> {
    let mut seed = 0;
    let mut channel = || {
        seed += 1;
        crate::probe::noise(seed, frames).into_iter().map(|x| x * amplitude).collect()
    };
    let port = |p: &Port| match p.kind {
        PortKind::Events => Vec::new(),
        PortKind::Audio(_) if FREE.contains(&(node.name, p.name)) => Vec::new(),
        PortKind::Audio(_) => (0..2).map(|_| channel()).collect(),
    };
    node.inputs.iter().map(port).collect()
}

/// Kinds that can be made with no file.
fn kinds() -> impl Iterator<Item = &'static Declaration> {
    let all = crate::shelf().kinds().to_vec();
    all.into_iter().filter(|k| !k.parameters.iter().any(|p| p.kind == Kind::File))
}

/// Values at the ends of a parameter's range, and all its words.
fn extremes(kind: &Kind) -> Vec<Value> {
    match kind {
        Kind::Number { min, max, .. } | Kind::Fixed { min, max, .. } => vec![(*min).into(), (*max).into()],
        Kind::Choice { options, .. } => options.iter().map(|o| Value::from(o.0)).collect(),
        Kind::Switch { .. } => vec![true.into(), false.into()],
        Kind::Text { .. } | Kind::File => Vec::new(),
    }
}

#[test]
fn any_length_of_block_gives_the_same_bits() {
    for node in kinds() {
        let signals = noise(node, FRAMES, 0.5);
        let make = || rig_with(node, 48_000, &awake(node)).unwrap();
        let whole = make().run(&signals, FRAMES);
        for lengths in [[1, 1, 1], [7, 64, 3], [16, 33, 15]] {
            let cut = make().run_in_blocks(&signals, FRAMES, |i| lengths[i % 3]);
            assert!(whole == cut, "{} in blocks of {lengths:?}", node.name);
        }
    }
}

#[test]
fn silence_in_is_silence_out() {
    for node in kinds().filter(|k| !matches!(k.group, Group::Sources | Group::Control)) {
        let silent = vec![vec![vec![0.0; FRAMES]; 2]; node.inputs.len()];
        let out = rig_with(node, 48_000, &awake(node)).unwrap().run(&silent, FRAMES);
        assert!(out.iter().flatten().flatten().all(|&x| x == 0.0), "{} makes sound by itself", node.name);
    }
}

#[test]
fn every_setting_at_every_rate_gives_finite_numbers() {
    for node in kinds() {
        for rate in [8_000, 48_000, 384_000] {
            for parameter in node.parameters {
                for value in extremes(&parameter.kind) {
                    let mut values = awake(node);
                    values.retain(|v| v.0 != parameter.name);
                    values.push((parameter.name, value.clone()));
                    // Some settings exclude each other; then the node says so.
                    let Ok(mut rig) = rig_with(node, rate, &values) else { continue };
                    let out = rig.run(&noise(node, 700, 1_000.0), 700);
                    let finite = out.iter().flatten().flatten().all(|x| x.is_finite());
                    assert!(finite, "{} at {rate} Hz with {} = {value}", node.name, parameter.name);
                }
            }
        }
    }
}

#[test]
fn every_parameter_does_something() {
    for node in kinds() {
        let signals = noise(node, FRAMES, 0.5);
        let signature = |values: &[(&str, Value)]| {
            let mut rig = rig_with(node, 48_000, values).ok()?;
            let out = rig.run(&signals, FRAMES);
            // Events and latency count, too.
            Some((out, rig.sent(), rig.latency()))
        };
        let base = signature(&awake(node));
        for parameter in node.parameters.iter().filter(|p| !INAUDIBLE.contains(&(node.name, p.name))) {
            let mut others = extremes(&parameter.kind);
            // The ends of a circle are one.
            if let Some((_, min, max)) = parameter.range() {
                others.push((min * 0.6 + max * 0.4).into());
            }
            if let Kind::Text { .. } = parameter.kind {
                others.push("g4:1/30 -:1/30".into());
            }
            let heard = others.into_iter().any(|value| {
                let mut values = awake(node);
                values.retain(|v| v.0 != parameter.name);
                values.push((parameter.name, value));
                let other = signature(&values);
                other.is_some() && other != base
            });
            assert!(heard, "{}: `{}` changes nothing", node.name, parameter.name);
        }
    }
}

#[test]
fn a_reset_heals_what_is_no_number() {
    for node in kinds() {
        let good = noise(node, FRAMES, 0.5);
        let want = rig(node).run(&good, FRAMES);
        let mut bad = good.clone();
        bad.iter_mut().flatten().for_each(|channel| channel[10..20].fill(f32::NAN));
        let mut sick = rig(node);
        sick.run(&bad, FRAMES);
        sick.reset();
        assert!(sick.run(&good, FRAMES) == want, "{} does not forget", node.name);
    }
}

#[test]
fn the_shelf_is_complete_in_words() {
    for node in crate::shelf().kinds() {
        assert!(!node.title.is_empty() && !node.source.is_empty(), "{}", node.name);
        assert!(node.help.ends_with('.') && node.help.len() > 20, "{}: {}", node.name, node.help);
        for parameter in node.parameters {
            assert!(parameter.help.len() > 5, "{}.{}", node.name, parameter.name);
            if let Kind::Number { min, max, default, .. } | Kind::Fixed { min, max, default, .. } =
                parameter.kind
            {
                assert!(min < max && (min..=max).contains(&default), "{}.{}", node.name, parameter.name);
            }
        }
        let names: Vec<&str> =
            node.parameters.iter().map(|p| p.name).chain(node.inputs.iter().map(|p| p.name)).collect();
        let different: std::collections::HashSet<&str> = names.iter().copied().collect();
        assert_eq!(names.len(), different.len(), "{}: a port and a parameter share a name", node.name);
    }
}
