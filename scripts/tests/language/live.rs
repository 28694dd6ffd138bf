//! Slots and patterns by when and how loud they sound.

use crate::support::{Project, RATE, level, listen, near, sine};

const LIVE: &str = include_str!("../../examples/live.rhai");

#[test]
fn a_pattern_hits_on_its_beats_with_its_velocities() {
    let project = Project::new();
    let source = "rate(16.khz); tempo(120.bpm); length(4.s);\n\
                  pattern(\"kick\", every: 1.beat, |i| hit(\"kick\", vel: if i % 4 == 0 { 1.0 } else { 0.5 }));\n\
                  pattern(\"hat\", every: 1.beat / 4, |i| if i % 4 == 2 { hit(\"hat\") });";
    let outcome = project.build(source).unwrap_or_else(|e| panic!("{e}"));
    let kick = listen(&outcome, "kick fader", 4.0);
    for beat in 0..8 {
        let at = f64::from(beat) * 0.5;
        let start = (at * f64::from(RATE)) as usize;
        // Nothing right before a beat, something right behind it.
        if beat > 0 {
            assert!(level(&kick, at - 0.01, 0.02) < level(&kick, at + 0.05, 0.05) - 15.0, "beat {beat}");
        }
        let first = kick[start..].iter().position(|x| x.abs() > 0.01).unwrap();
        assert!(first < 40, "beat {beat}: {first}");
    }
    near("velocity", level(&kick, 0.55, 0.06) - level(&kick, 0.05, 0.06), -6.02, 0.3);
    let hat = listen(&outcome, "hat fader", 4.0);
    assert!(level(&hat, 0.1, 0.1) < -100.0);
    assert!(level(&hat, 0.27, 0.03) > -40.0);
}

#[test]
fn a_slot_sounds_on_the_master_unless_it_is_led_elsewhere() {
    let project = Project::new();
    let source = "rate(16.khz); length(1.s);\n\
                  def(\"pad\", fade: 2.s, || osc(220.hz, shape: \"sine\") |> lowpass(freq: lfo(2.hz, lo: 300.hz, hi: 3.khz)));\n\
                  let b = bus(\"b\"); b |> master(); b.gain = -20.db;\n\
                  def(\"low\", || osc(110.hz, shape: \"sine\")) |> b;";
    let outcome = project.build(source).unwrap_or_else(|e| panic!("{e}"));
    let to = |from: &str| {
        let cables = outcome.patch.graph.cables.values().filter(|c| c.from.node == from);
        cables.map(|c| c.to.node.clone()).collect::<Vec<_>>()
    };
    assert_eq!(to("pad fader"), ["master"]);
    assert_eq!(to("low fader"), ["b"]);
    assert!(level(&listen(&outcome, "master fader", 1.0), 0.5, 0.3) > -20.0);
    let slots: Vec<_> = outcome.slots.iter().map(|s| (s.name.as_str(), s.fade)).collect();
    assert_eq!(slots, [("pad", 2.0)]);
}

/// A script that is changed a little is the same patch but for that: what did not change keeps its nodes.
#[test]
fn a_changed_word_is_a_few_edits() {
    let project = Project::new();
    let source = |cut: &str| {
        format!(
            "rate(16.khz); length(1.s);\ndef(\"a\", || osc(220.hz) |> lowpass({cut}) |> reverb());\n\
             def(\"b\", || noise() |> gain(-20.db));"
        )
    };
    let build = |text: String| project.build(&text).unwrap_or_else(|e| panic!("{e}")).patch;
    let (old, new) = (build(source("400.hz")), build(source("900.hz")));
    let edits = signalbox_scripts::apply::difference(&old, &new);
    assert_eq!(edits.len(), 1, "{edits:?}");
    let mut patch = old.clone();
    edits.into_iter().for_each(|e| drop(patch.apply(e).unwrap()));
    assert_eq!(patch, new);
    // From anything to anything else, too.
    let other = build(
        "osc(100.hz) |> comp(3) |> master(); let m = master(); at(1.s, || m.gain = -6.db); length(2.s);"
            .into(),
    );
    let mut patch = new;
    for edit in signalbox_scripts::apply::difference(&patch, &other) {
        patch.apply(edit).unwrap();
    }
    assert_eq!(patch, other);
}

#[test]
fn the_live_set_of_the_examples_plays() {
    let project = Project::new();
    let outcome = project.build(LIVE).unwrap_or_else(|e| panic!("{e}"));
    assert!(outcome.notes.is_empty(), "{:?}", outcome.notes);
    let beat = 60.0 / 128.0;
    let rate = f64::from(outcome.rate);
    // A kick on each beat, at once; the first of four is louder.
    let kick = listen(&outcome, "kick fader", beat * 9.0);
    let peak = |from: f64, to: f64| {
        let part = &kick[(from * rate) as usize..(to * rate) as usize];
        part.iter().fold(0.0f32, |m, x| m.max(x.abs()))
    };
    for n in 0..9 {
        let at = f64::from(n) * beat;
        assert!(peak(at, at + 0.03) > 0.3, "beat {n}");
    }
    near("accent", 20.0 * f64::from(peak(beat, beat * 1.1) / peak(0.0, beat * 0.1)).log10(), -3.1, 0.3);
    // The pad sounds through the own node, the filter and the room; the echo of an input that is silent is silent.
    let pad = listen(&outcome, "pad fader", 2.0);
    assert!(pad[48_000..].iter().any(|x| x.abs() > 0.05));
    assert!(listen(&outcome, "echo fader", 0.5).iter().all(|&x| x == 0.0));
    let master = listen(&outcome, "master fader", 4.0);
    assert!(master.iter().all(|x| x.abs() <= 10f32.powf(-1.0 / 20.0)));
    // Chance is the same in every run, and another with another seed.
    assert_eq!(outcome.patch, project.build(LIVE).unwrap().patch);
    assert_ne!(outcome.patch, project.build(&LIVE.replace("seed(7)", "seed(8)")).unwrap().patch);
}

#[test]
fn an_own_node_does_what_its_function_says() {
    let project = Project::new();
    project.sound("x.wav", 0.5, |t| 0.8 * sine(200.0, t));
    let source = "let fold = node(\"fold\", |x, p| sin(x * (1 + p.drive * 4)) * 0.7, drive: 0.5);\n\
                  let low = node(\"low\", |x, p| x + (back(x) - x) * p.keep, keep: 0.9);\n\
                  let half = node(\"half\", |x, p| select(x > 0, x, -x / 2) + prev(x) * 0);\n\
                  let x = player(\"x.wav\");\n\
                  mix([x |> fold(drive: 0.2), x |> low(), x |> half()]) |> master();";
    let outcome = project.build(source).unwrap_or_else(|e| panic!("{e}"));
    let x = listen(&outcome, "player", 0.5);
    let off = |node: &str, wanted: &dyn Fn(usize) -> f64| {
        let y = listen(&outcome, node, 0.5);
        (1..y.len()).map(|i| (f64::from(y[i]) - wanted(i)).abs()).fold(0.0, f64::max)
    };
    assert!(off("fold", &|i| (f64::from(x[i]) * 1.8).sin() * 0.7) < 1e-6);
    assert!(off("half", &|i| if x[i] > 0.0 { f64::from(x[i]) } else { f64::from(-x[i]) / 2.0 }) < 1e-6);
    let mut low = vec![0.0f64; x.len()];
    for i in 0..x.len() {
        let last = if i == 0 { 0.0 } else { low[i - 1] };
        low[i] = f64::from(x[i]) + (last - f64::from(x[i])) * 0.9;
    }
    assert!(off("low", &|i| low[i]) < 1e-5);
    // What it is given moves as a parameter of any node does.
    let moved = source.replace("drive: 0.2", "drive: ride([0.s, 0.0], [0.4.s, 1.0])");
    let outcome = project.build(&moved).unwrap_or_else(|e| panic!("{e}"));
    let y = listen(&outcome, "fold", 0.5);
    let i = 3_210;
    let drive = i as f64 / f64::from(RATE) / 0.4;
    near("moved", f64::from(y[i]), (f64::from(x[i]) * (1.0 + drive * 4.0)).sin() * 0.7, 1e-4);
}

#[test]
fn what_an_own_node_cannot_is_told() {
    let project = Project::new();
    for (source, word) in [
        ("node(\"a\", |x, p| if x > 0 { x } else { 0 })", "select(condition, a, b)"),
        ("node(\"a\", |x, p| p.drvie, drive: 1)", "there is no `.drvie`"),
        (
            "let a = node(\"a\", |x, p| x * p.drive, drive: 1); impulse() |> a(dirve: 2)",
            "did you mean `drive`?",
        ),
        ("node(\"a\", |x, p| x * 3.db)", "don't go together"),
        ("node(\"a\", |x, p| { let y = x; for i in 0..1000 { y = y + i; } y })", "256 operations"),
        ("node(\"a\", |x, p| \"x\")", "plain numbers"),
    ] {
        let text = project.trouble(source);
        assert!(text.contains(word), "{source}: {text}");
    }
}

/// What `signalbox bench` holds against the same in Rust is what the words make.
#[test]
fn an_own_node_becomes_the_program_that_the_bench_measures() {
    for own in &signalbox_studio::bench::own::OWN {
        let source =
            format!("let own = node(\"own\", {}, it: 0.5);\nosc(110.hz) |> own() |> master();", own.script);
        let outcome = Project::new().build(&source).unwrap();
        let node = outcome.patch.graph.nodes.values().find(|n| n.kind == "code").unwrap();
        assert_eq!(node.values["program"], own.program);
    }
}
