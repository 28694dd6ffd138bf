//! The greatest step from one frame to the next that patches can make, from what their sources do.
//!
//! A signal is known by the most that it reaches and the most that it changes in a frame. Through a gain that stays,
//! both are multiplied by it; through one that moves by `d` a frame, the step grows by `d` times the level. Sums add up.
//! While a patch goes over to another, both may be heard: then a cable's gain is at most the greater of the two.
//!
//! A low-pass whose two poles lie together answers an impulse with `t exp(-t)`, `t` being time by its frequency: this is
//! nowhere below zero and its area is 1, so whatever goes in, nothing higher comes out. Its band-pass `(1 - t) exp(-t)`
//! has an area of `2 / e` in magnitude, and the low-pass moves by that times its frequency: whatever goes in, and however
//! the frequency moves, which only stretches time. Less than a sine of this frequency makes.

use signalbox_engine::patch::{Node, Patch, Scope};
use std::collections::{BTreeMap, BTreeSet};
use std::f32::consts::{LN_10, TAU};

pub const RATE: u32 = 48_000;

/// The highest frequency of a sine or a filter, in Hz.
pub const HIGHEST: usize = 500;

/// The lowest frequency of a filter, in Hz.
pub const LOWEST: usize = 300;

/// The greatest way of a gain in one edit, in decibels.
pub const DECIBELS: usize = 24;

/// Of a second, by frame: fades of cables take 5 ms, ways of parameters 10 ms.
const FADE: f32 = 1.0 / (0.005 * RATE as f32);
const GLIDE: f32 = DECIBELS as f32 * LN_10 / 20.0 / (0.01 * RATE as f32);

/// How many ways a cable has to move at once: it comes and goes, from one gain to another or as one cable in place of
/// another, and its delay goes over to another, which takes from what there was and gives what there will be.
const WAYS: f32 = 4.0;

/// For how many frames a patch may be heard after another has taken its place: the latency of a limiter, 435; the way of
/// a parameter, 480; the memory of a filter, 16 times its slowest 25 frames.
pub const MEMORY: usize = 1_315;

/// The most that a signal reaches, and the most that it changes from one frame to the next.
#[derive(Clone, Copy, Default)]
struct Most {
    level: f32,
    step: f32,
}

/// The amplitude of a number of decibels; where nothing is said, of 0.
fn amplitude(db: Option<&serde_json::Value>) -> f32 {
    db.and_then(serde_json::Value::as_f64).map_or(1.0, |db| 10f32.powf(db as f32 / 20.0))
}

/// The greatest step that may be heard while all these patches may be.
pub fn greatest_step(patches: &[&Patch]) -> f32 {
    let outputs: BTreeSet<&str> = patches.iter().flat_map(|p| of_kind(p, "output")).collect();
    // Only one is heard at a time, and it may be turned down.
    let steps = outputs.iter().map(|id| {
        let most = into(patches, &None, id, Most::default());
        most.step + FADE * most.level
    });
    steps.fold(0.0, f32::max)
}

fn of_kind<'a>(patch: &'a Patch, kind: &'a str) -> impl Iterator<Item = &'a str> {
    patch.graph.nodes.iter().filter(move |(_, n)| n.kind == kind).map(|(id, _)| id.as_str())
}

/// What comes into a node of a graph, into which `outside` comes if it is a sub-patch.
fn into(patches: &[&Patch], scope: &Scope, id: &str, outside: Most) -> Most {
    let mut gains: BTreeMap<&str, f32> = BTreeMap::new();
    for patch in patches {
        let mut own: BTreeMap<&str, f32> = BTreeMap::new();
        for cable in patch.scope(scope).iter().flat_map(|g| g.cables.values()).filter(|c| c.to.node == id) {
            *own.entry(&cable.from.node).or_default() += amplitude(cable.gain.as_ref());
        }
        for (from, gain) in own {
            let most = gains.entry(from).or_default();
            *most = most.max(gain);
        }
    }
    gains.iter().fold(Most::default(), |sum, (from, gain)| {
        let one = out_of(patches, scope, from, outside);
        Most {
            level: sum.level + gain * one.level,
            step: sum.step + gain * (one.step + WAYS * FADE * one.level),
        }
    })
}

/// What comes out of a node.
fn out_of(patches: &[&Patch], scope: &Scope, id: &str, outside: Most) -> Most {
    let input = into(patches, scope, id, outside);
    let alike = patches.iter().filter_map(|p| p.scope(scope)?.nodes.get(id));
    let each = alike.map(|node| match node.kind.as_str() {
        "input" => outside,
        "osc" => sine(node),
        "noise" => noise(node),
        "math" => Most { level: number(node, "value"), step: 0.0 },
        "gain" if node.bypass => moved(input, 1.0),
        "gain" => moved(input, amplitude(node.values.get("gain"))),
        "filter" => {
            let step = input.level * TAU * HIGHEST as f32 / RATE as f32;
            moved(Most { step, ..input }, 1.0)
        }
        // It has nothing to limit.
        "limiter" => input,
        instance => into(patches, &Some(instance.into()), "out", input),
    });
    each.fold(Most::default(), |a, b| Most { level: a.level.max(b.level), step: a.step.max(b.step) })
}

/// What a gain gives that moves up to this, and that may be silenced.
fn moved(most: Most, gain: f32) -> Most {
    Most { level: gain * most.level, step: gain * (most.step + (GLIDE + FADE) * most.level) }
}

fn number(node: &Node, name: &str) -> f32 {
    node.values.get(name).and_then(serde_json::Value::as_f64).unwrap_or_default() as f32
}

fn sine(node: &Node) -> Most {
    let level = amplitude(node.values.get("level"));
    Most { level, step: level * TAU * number(node, "freq") / RATE as f32 }
}

/// White: even up to the square root of three times its level.
fn noise(node: &Node) -> Most {
    let level = amplitude(node.values.get("level")) * 3f32.sqrt();
    Most { level, step: 2.0 * level }
}
