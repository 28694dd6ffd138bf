//! Random edits under sound: nothing in the callback allocates (the test's allocator would abort), nothing clicks.
//!
//! The bound is derived, not tuned. All sources are sines of less than 1 kHz, and nothing on the way to the output has
//! more than unit gain. Where all that is heard of them adds up to an amplitude `a`, a step from one frame to the next
//! is at most `a 2 pi 1000 / rate`. While a patch goes over to another, both are heard, and what fades adds at most
//! twice its amplitude over the frames of a fade: once where it enters a node, once where it leaves it. Whatever jumps
//! steps by far more.

use crate::{Chance, patch, source};
use signalbox_engine::patch::{Cable, Node, Patch};
use signalbox_live::Player;

const RATE: u32 = 48_000;
const FADE: f32 = 240.0;
const SINES: usize = 6;
const LEVEL_DB: f32 = -20.0;

/// Sines into gains and latent nodes into one output.
fn first() -> Patch {
    let mut graph = String::new();
    for i in 0..SINES {
        let pitch = 100 + 150 * i;
        graph += &format!(
            r#"{{"id": "s{i}", "kind": "osc", "values": {{"shape": "sine", "freq": {pitch}, "level": {LEVEL_DB}}}}},
               {{"id": "g{i}", "kind": "gain"}}, "#
        );
    }
    let cables: Vec<String> = (0..SINES)
        .map(|i| format!(r#"{{"from": "s{i}", "to": "g{i}"}}, {{"from": "g{i}", "to": "out"}}"#))
        .collect();
    patch(&format!(
        r#"{{"format": 1, "nodes": [{graph} {{"id": "out", "kind": "output"}}], "cables": [{}]}}"#,
        cables.join(", ")
    ))
}

/// One random edit: a cable pulled, drawn or set to another level, a node put in, taken out, muted or turned.
fn edit(patch: &mut Patch, chance: &mut Chance, count: usize) {
    let graph = &mut patch.graph;
    let ids: Vec<u32> = graph.cables.keys().copied().collect();
    let which = chance.below(SINES);
    match chance.below(7) {
        0 => {
            if let Some(id) = ids.get(chance.below(ids.len())) {
                graph.cables.remove(id);
            }
        }
        1 => {
            let from = if chance.below(2) == 0 { format!("s{which}") } else { format!("g{which}") };
            let there = graph.cables.values().any(|c| c.from.node == from && c.to.node == "out");
            if !there {
                graph.connect(Cable::new(&from, "out"));
            }
        }
        2 => {
            if let Some(cable) = ids.get(chance.below(ids.len())).and_then(|id| graph.cables.get_mut(id)) {
                cable.gain = Some((-(chance.below(30) as f64)).into());
            }
        }
        3 => {
            // A node with latency beside the others: all other paths are held back.
            let id = format!("late{count}");
            let kind = if chance.below(2) == 0 { "limiter" } else { "gain" };
            graph.nodes.insert(id.clone(), Node::new(kind));
            graph.connect(Cable::new(&format!("s{which}"), &id).with_gain(-20));
            graph.connect(Cable::new(&id, "out"));
        }
        4 => {
            let late: Vec<String> = graph.nodes.keys().filter(|k| k.starts_with("late")).cloned().collect();
            if let Some(id) = late.get(chance.below(late.len())) {
                graph.nodes.remove(id);
                graph.cables.retain(|_, c| c.from.node != *id && c.to.node != *id);
            }
        }
        5 => {
            if let Some(node) = graph.nodes.get_mut(&format!("g{which}")) {
                node.mute = !node.mute;
            }
        }
        _ => {
            if let Some(node) = graph.nodes.get_mut(&format!("g{which}")) {
                node.values.insert("gain".into(), (-(chance.below(24) as f64)).into());
            }
        }
    }
}

fn amplitude(db: &Option<serde_json::Value>) -> f32 {
    db.as_ref().and_then(serde_json::Value::as_f64).map_or(1.0, |db| 10f32.powf(db as f32 / 20.0))
}

/// The sum of the amplitudes of all that is heard.
fn loudness(patch: &Patch) -> f32 {
    let sine = 10f32.powf(LEVEL_DB / 20.0);
    let into = |node: &str| {
        let cables = patch.graph.cables.values().filter(move |c| c.to.node == node);
        cables.map(|c| amplitude(&c.gain)).sum::<f32>()
    };
    let cables = patch.graph.cables.values().filter(|c| c.to.node == "out");
    let level = |node: &str| if node.starts_with('s') { 1.0 } else { into(node) };
    cables.map(|c| sine * amplitude(&c.gain) * level(&c.from.node)).sum()
}

/// How much greater than allowed the greatest step was that edits made, and how many of them were played.
fn play(edits: usize, seed: u64, naive: bool) -> (f32, usize) {
    let mut chance = Chance(seed);
    let mut patch = first();
    let (mut player, mut engine) = Player::new(source(), RATE);
    player.set(patch.clone()).expect("it plays");
    let mut buffer = vec![0.0f32; 2 * 512];
    let (mut last, mut worst) = (0.0f32, 0.0f32);
    let mut warm = false;
    let mut run = |engine: &mut signalbox_live::Engine, frames: usize, loud: f32| {
        let out = &mut buffer[..2 * frames];
        // The first call of a thread makes room for what reads the schedule, once.
        if std::mem::replace(&mut warm, true) {
            assert_no_alloc::assert_no_alloc(|| engine.fill(out, 2));
        } else {
            engine.fill(out, 2);
        }
        let step = loud * (std::f32::consts::TAU * 1_000.0 / RATE as f32 + 2.0 / FADE);
        for frame in out.chunks(2) {
            worst = worst.max((frame[0] - last).abs() / step);
            last = frame[0];
        }
        worst
    };
    // What may be heard: this patch and those before it that are still on their way.
    let mut heard = vec![loudness(&patch)];
    for _ in 0..20 {
        run(&mut engine, 512, heard[0]);
        player.tick();
    }
    let (mut played, mut worst) = (0, 0.0);
    for count in 0..edits {
        edit(&mut patch, &mut chance, count);
        if player.is_there() {
            heard.drain(..heard.len() - 1);
        }
        heard.push(loudness(&patch));
        if naive {
            (player, engine) = Player::new(source(), RATE);
            player.set(patch.clone()).expect("it plays");
            for _ in 0..10 {
                worst = run(&mut engine, 512, heard.iter().sum());
            }
            continue;
        }
        played += usize::from(player.set(patch.clone()).is_ok());
        for _ in 0..1 + chance.below(4) {
            let frames = 1 + chance.below(512);
            worst = run(&mut engine, frames, heard.iter().sum());
            player.tick();
        }
        assert!(player.retired() < 8, "{} programs are kept", player.retired());
    }
    (worst, played)
}

#[test]
fn random_edits_under_sines_never_click_or_allocate() {
    let edits = match std::env::var("SIGNALBOX_SOAK") {
        Ok(_) => 1_000_000,
        Err(_) => 4_000,
    };
    let (worst, played) = play(edits, 1, false);
    assert!(worst <= 1.0, "a step of {worst} times what is allowed");
    assert!(played > edits * 9 / 10, "{played} of {edits}");
}

#[test]
fn the_bound_is_one_that_a_naive_swap_breaks() {
    let (worst, _) = play(50, 1, true);
    assert!(worst > 1.0, "a step of {worst} times what is allowed");
}

#[test]
fn a_value_in_a_patch_that_plays_is_turned_without_a_new_program() {
    let mut patch = first();
    let (mut player, mut engine) = Player::new(source(), RATE);
    player.set(patch.clone()).expect("it plays");
    let mut peak = |player: &mut Player| {
        let (mut buffer, mut peak) = (vec![0.0f32; 2 * 512], 0.0f32);
        for call in 0..40 {
            engine.fill(&mut buffer, 2);
            player.tick();
            // The first half is for what glides or fades.
            peak = buffer.iter().filter(|_| call >= 20).fold(peak, |peak, x| peak.max(x.abs()));
        }
        peak
    };
    let before = peak(&mut player);
    for i in 0..SINES {
        let node = patch.graph.nodes.get_mut(&format!("g{i}")).expect("a gain");
        node.values.insert("gain".into(), (-20).into());
    }
    player.set(patch.clone()).expect("it plays");
    assert_eq!((player.retired(), player.is_there()), (0, true));
    assert_eq!(player.patch(), Some(&patch));
    let after = peak(&mut player);
    assert!((after / before - 0.1).abs() < 0.01, "{before} {after}");
    // What was turned stays so when a cable is pulled, which takes a program of its own.
    patch.graph.cables.pop_last();
    player.set(patch.clone()).expect("it plays");
    assert_ne!(player.retired(), 0);
    let pulled = peak(&mut player);
    assert!(pulled > 0.5 * after && pulled < 1.01 * after, "{after} {pulled}");
    // A value that is wrong changes nothing.
    patch.graph.nodes.get_mut("g0").expect("a gain").values.insert("gain".into(), "3 Hz".into());
    assert!(player.set(patch).is_err_and(|problems| problems[0].place == "g0"));
    assert_eq!(peak(&mut player), pulled);
}
