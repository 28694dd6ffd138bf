//! Slots that change while they play: they go over from what they were to what they are.

use crate::support::{Project, RATE, level, listen_patch, near, sine};
use signalbox_engine::patch::Patch;
use signalbox_scripts::Outcome;
use signalbox_scripts::apply::{Slots, Turn};
use std::f64::consts::FRAC_PI_2;

/// A slot that sounds a frequency; another sound beside it.
fn text(frequency: f64, how: &str) -> String {
    format!(
        "rate(16.khz); tempo(120.bpm); length(9.s);\n\
         def(\"pad\"{how}, || osc({frequency:.1}.hz, shape: \"sine\", level: -6.db));\n\
         def(\"beside\", fade: 1.s, || osc(50.hz, shape: \"sine\") |> delay(time: 100.ms, feedback: 0.5));"
    )
}

fn build(project: &Project, text: &str) -> Outcome {
    project.build(text).unwrap_or_else(|e| panic!("{e}"))
}

/// How much of a frequency there is, by amplitude, around a time; the window holds whole periods of both tones.
fn amount(x: &[f32], frequency: f64, seconds: f64) -> f64 {
    let width = (0.02 * f64::from(RATE)) as usize;
    let start = (seconds * f64::from(RATE)) as usize - width / 2;
    let (mut re, mut im) = (0.0, 0.0);
    for (i, &y) in x.iter().enumerate().skip(start).take(width) {
        let t = i as f64 / f64::from(RATE);
        re += f64::from(y) * sine(frequency, t);
        im += f64::from(y) * sine(frequency, t + 0.25 / frequency);
    }
    (re * re + im * im).sqrt() * 2.0 / width as f64
}

const ROLLS: bool = true;

fn turn(song: f64) -> Turn {
    Turn { song, rolls: ROLLS }
}

/// What plays after a script was changed while the song stood at a moment.
fn changed(project: &Project, old: &str, new: &str, song: f64) -> (Slots, Outcome, Patch) {
    let (old, new) = (build(project, old), build(project, new));
    let mut slots = Slots::default();
    slots.change(old.patch.clone(), &old.slots, turn(0.0));
    let playing = slots.change(new.patch.clone(), &new.slots, turn(song));
    (slots, new, playing)
}

#[test]
fn a_changed_slot_goes_over_by_equal_power_from_the_grid_on() {
    let project = Project::new();
    let how = ", fade: 2.s, quant: 1.bar";
    // Changed at 2.9 s: the next bar of 2 s begins at 4 s.
    let (_, outcome, playing) = changed(&project, &text(400.0, how), &text(900.0, how), 2.9);
    let pad = listen_patch(&playing, &outcome, "pad fader", 8.0);
    let full = 10f64.powf(-6.0 / 20.0);
    for i in 0..40 {
        let t = 0.1 + f64::from(i) * 0.19;
        let way = ((t - 4.0) / 2.0).clamp(0.0, 1.0) * FRAC_PI_2;
        near(&format!("what was, at {t}"), amount(&pad, 400.0, t) / full, way.cos(), 0.012);
        near(&format!("what is, at {t}"), amount(&pad, 900.0, t) / full, way.sin(), 0.012);
    }
    // Before the fade not a bit of it, and behind it nothing of what was.
    let alone = |text: &str| {
        let outcome = build(&project, text);
        listen_patch(&outcome.patch, &outcome, "pad fader", 8.0)
    };
    let at = |t: f64| (t * f64::from(RATE)) as usize;
    assert!(pad[..at(4.0)] == alone(&text(400.0, how))[..at(4.0)]);
    assert!(pad[at(6.0) + 1..] == alone(&text(900.0, how))[at(6.0) + 1..]);
}

#[test]
fn a_linear_law_is_linear_and_no_grid_is_soon() {
    let project = Project::new();
    let how = ", fade: 1.s, law: \"linear\"";
    let (slots, outcome, playing) = changed(&project, &text(400.0, how), &text(900.0, how), 1.0);
    let fades = slots.fades();
    assert_eq!(fades.len(), 1);
    let (start, end) = fades[0].span;
    assert!((1.1..1.3).contains(&start), "{start}");
    near("its length", end - start, 1.0, 1e-9);
    let pad = listen_patch(&playing, &outcome, "pad fader", 3.0);
    let full = 10f64.powf(-6.0 / 20.0);
    for share in [0.25, 0.5, 0.75] {
        near("what was", amount(&pad, 400.0, start + share) / full, 1.0 - share, 0.012);
        near("what is", amount(&pad, 900.0, start + share) / full, share, 0.012);
    }
}

#[test]
fn what_did_not_change_is_the_same_nodes_and_the_same_cables() {
    let project = Project::new();
    let how = ", fade: 2.s";
    let new = text(900.0, how).replace("def(\"pad\"", "osc(70.hz) |> gain(-90.db) |> master();\ndef(\"pad\"");
    let (mut slots, outcome, playing) = changed(&project, &text(400.0, how), &new, 1.0);
    let old = build(&project, &text(400.0, how)).patch;
    // All that was there still is, under its name and number, with what it was set to.
    for (id, node) in &old.graph.nodes {
        assert_eq!(playing.graph.nodes.get(id), Some(node), "{id}");
    }
    for (id, cable) in &old.graph.cables {
        assert_eq!(playing.graph.cables.get(id), Some(cable), "{id}");
    }
    let beside = listen_patch(&old, &outcome, "beside fader", 2.0);
    assert!(beside == listen_patch(&playing, &outcome, "beside fader", 2.0));
    // Nothing falls due before the fade is over; then the old nodes are gone, and the new ones keep their names.
    assert!(slots.tick(turn(3.0)).is_none());
    let after = slots.tick(turn(3.3)).expect("the fade is over");
    assert!(slots.tick(turn(9.0)).is_none());
    assert!(after.graph.nodes.contains_key("pad osc ~2") && !after.graph.nodes.contains_key("pad osc"));
    assert!(after.graph.nodes.keys().all(|id| playing.graph.nodes.contains_key(id)));
    assert!(after.graph.lanes.is_empty());
    // Saved again as it is, nothing changes.
    assert_eq!(slots.change(outcome.patch.clone(), &outcome.slots, turn(4.0)), after);
}

#[test]
fn a_slot_that_changes_again_on_its_way_goes_on_from_where_it_is() {
    let project = Project::new();
    let how = ", fade: 2.s";
    let builds = [400.0, 900.0, 1_500.0].map(|f| build(&project, &text(f, how)));
    let mut slots = Slots::default();
    let mut playing = Patch::default();
    for (outcome, song) in builds.iter().zip([0.0, 1.0, 2.0]) {
        playing = slots.change(outcome.patch.clone(), &outcome.slots, turn(song));
    }
    let pad = listen_patch(&playing, &builds[2], "pad fader", 6.0);
    let full = 10f64.powf(-6.0 / 20.0);
    // At 2.15 s, the second one has come half the way, and leaves from there.
    let half = (0.5 * FRAC_PI_2).sin();
    near("the second at its height", amount(&pad, 900.0, 2.14) / full, half, 0.02);
    near("the second on its way out", amount(&pad, 900.0, 3.15) / full, (0.25 * FRAC_PI_2).sin(), 0.02);
    near("the first is gone", amount(&pad, 400.0, 3.3) / full, 0.0, 0.01);
    near("the third is there", amount(&pad, 1_500.0, 4.3) / full, 1.0, 0.01);
    // Nothing jumps: no step is greater than the three at their fastest.
    let fastest = full * (400.0 + 900.0 + 1_500.0) * std::f64::consts::TAU / f64::from(RATE);
    assert!(pad.windows(2).all(|w| f64::from((w[1] - w[0]).abs()) <= fastest));
}

#[test]
fn slots_that_are_gone_fade_out_and_new_ones_fade_in() {
    let project = Project::new();
    let how = ", fade: 1.s";
    let without = "rate(16.khz); tempo(120.bpm); length(9.s);\ndef(\"new\", fade: 1.s, || osc(900.hz, shape: \"sine\", level: -6.db));";
    let (mut slots, outcome, playing) = changed(&project, &text(400.0, how), without, 1.0);
    let full = 10f64.powf(-6.0 / 20.0);
    let master = listen_patch(&playing, &outcome, "master fader", 4.0);
    near("gone, half way", amount(&master, 400.0, 1.65) / full, 0.5f64.sqrt(), 0.02);
    near("new, half way", amount(&master, 900.0, 1.65) / full, 0.5f64.sqrt(), 0.02);
    assert!(amount(&master, 400.0, 2.3) < 1e-3);
    let after = slots.tick(turn(2.5)).expect("the fade is over");
    assert_eq!(after.graph.nodes, outcome.patch.graph.nodes);
    // It comes back while it goes: what plays has it once.
    let (mut slots, _, _) = changed(&project, &text(400.0, how), without, 1.0);
    let back = build(&project, &text(400.0, how));
    let playing = slots.change(back.patch.clone(), &back.slots, turn(1.2));
    let master = listen_patch(&playing, &back, "master fader", 4.0);
    assert!(
        level(&master, 3.5, 0.5)
            < level(&listen_patch(&back.patch, &back, "master fader", 4.0), 3.5, 0.5) + 0.05
    );
}

/// A slot that is led to a bus and into a send by its function, too.
fn led(frequency: f64) -> String {
    format!(
        "rate(16.khz); tempo(120.bpm); length(9.s);\n\
         let verb = bus(\"verb\"); verb |> master();\n\
         let notes = bus(\"other\"); notes |> master();\n\
         def(\"pad\", fade: 2.s, || {{\n\
            let x = osc({frequency:.1}.hz, shape: \"sine\", level: -6.db);\n\
            x |> verb; x * -12.db |> notes;\n\
            x * -40.db\n\
         }});"
    )
}

#[test]
fn what_a_slot_leads_elsewhere_fades_with_it() {
    let project = Project::new();
    let (_, outcome, playing) = changed(&project, &led(400.0), &led(900.0), 1.0);
    for (place, db) in [("verb fader", -6.0), ("other fader", -18.0), ("pad fader", -46.0)] {
        let sound = listen_patch(&playing, &outcome, place, 4.0);
        let full = 10f64.powf(db / 20.0);
        for t in [0.5f64, 1.15, 1.65, 2.15, 2.65, 3.3] {
            let way = ((t - 1.15) / 2.0f64).clamp(0.0, 1.0) * FRAC_PI_2;
            near(&format!("{place}: what was, at {t}"), amount(&sound, 400.0, t) / full, way.cos(), 0.02);
            near(&format!("{place}: what is, at {t}"), amount(&sound, 900.0, t) / full, way.sin(), 0.02);
        }
    }
    // A slot that is gone leaves the other buses as it leaves its own.
    let without = "rate(16.khz); tempo(120.bpm); length(9.s);\n\
                   let verb = bus(\"verb\"); verb |> master(); bus(\"other\") |> master();";
    let (_, outcome, playing) = changed(&project, &led(400.0), without, 1.0);
    let sound = listen_patch(&playing, &outcome, "verb fader", 4.0);
    near("half way out", amount(&sound, 400.0, 2.15) / 10f64.powf(-6.0 / 20.0), 0.5f64.sqrt(), 0.02);
    assert!(amount(&sound, 400.0, 3.3) < 1e-3);
}

#[test]
fn where_the_song_stands_or_leaves_nothing_fades() {
    let project = Project::new();
    let how = ", fade: 2.s";
    let (old, new) = (build(&project, &text(400.0, how)), build(&project, &text(900.0, how)));
    let mut slots = Slots::default();
    slots.change(old.patch.clone(), &old.slots, turn(0.0));
    let stands = Turn { song: 1.0, rolls: false };
    assert_eq!(slots.change(new.patch.clone(), &new.slots, stands).graph.nodes, new.patch.graph.nodes);
    for gone in [stands, turn(200.0), turn(0.0)] {
        let (mut slots, _, _) = changed(&project, &text(400.0, how), &text(900.0, how), 5.0);
        assert!(slots.tick(gone).is_some_and(|p| p.graph.lanes.is_empty()), "{gone:?}");
    }
    // A fade that is under way where the song stands is over.
    let (mut slots, new, playing) = changed(&project, &text(400.0, how), &text(900.0, how), 5.0);
    assert!(!playing.graph.lanes.is_empty());
    assert!(slots.change(new.patch.clone(), &new.slots, stands).graph.lanes.is_empty());
    // A slot without a fade keeps the nodes that did not change.
    let (_, _, playing) = changed(&project, &text(400.0, ""), &text(900.0, ""), 1.0);
    assert!(playing.graph.nodes.contains_key("pad osc") && !playing.graph.nodes.contains_key("pad osc ~2"));
}

#[test]
fn a_change_of_a_curve_or_of_a_level_alone_is_a_change() {
    let project = Project::new();
    let slot = |what: &str| {
        format!("rate(16.khz); def(\"pad\", fade: 1.s, || osc(400.hz, shape: \"sine\") {what});")
    };
    let ride = |db: f64| slot(&format!("|> gain(ride([0.s, 0.db], [9.s, {db:.1}.db]))"));
    for (old, new) in [(ride(-6.0), ride(-9.0)), (slot("* -6.db"), slot("* -9.db"))] {
        let (slots, _, _) = changed(&project, &old, &new, 1.0);
        assert_eq!(slots.fades().len(), 1, "{new}");
        let (slots, _, _) = changed(&project, &old, &old, 1.0);
        assert!(slots.fades().is_empty(), "{old}");
    }
}

#[test]
fn what_lies_on_the_grid_but_for_rounding_begins_there() {
    let project = Project::new();
    let how = ", fade: 1.s, quant: 1.beat / 5";
    let (old, new) = (build(&project, &text(400.0, how)), build(&project, &text(900.0, how)));
    for k in 5..60 {
        // A fade begins 150 ms behind the change at the earliest; here that lies on the grid of 100 ms.
        let soon = f64::from(k) * 0.1;
        let mut slots = Slots::default();
        slots.change(old.patch.clone(), &old.slots, turn(0.0));
        slots.change(new.patch.clone(), &new.slots, turn(soon - 0.15));
        near("it begins", slots.fades()[0].span.0, soon, 1e-6);
    }
}
