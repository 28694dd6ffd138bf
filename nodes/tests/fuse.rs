//! Nodes of the shelf that treat each frame by itself, one behind the other: they run as one step, with the same bits.

use signalbox_engine::compile::{Compiled, Context, compile};
use signalbox_engine::node::NoAssets;
use signalbox_engine::patch::{Patch, file};
use signalbox_engine::run::pair;
use signalbox_engine::schedule::{Step, explain};
use std::sync::Arc;

const FRAMES: usize = 2_000;

//  hiss ─ gain ─ shift ─ double ─ fade ─ ring ─ far ─ place ─ bus ─ out
//                         surf ────┘      │
//                           └─────────────┘
const ROW: &str = r#"{"format": 1, "rate": 48000, "nodes": [
    {"id": "hiss", "kind": "noise", "values": {"channels": 1}},
    {"id": "surf", "kind": "noise", "values": {"channels": 1, "seed": 7}},
    {"id": "gain", "kind": "gain", "values": {"gain": "-5 dB"}},
    {"id": "shift", "kind": "math", "values": {"op": "add", "value": 0.3}},
    {"id": "double", "kind": "math", "values": {"op": "multiply", "value": -2}},
    {"id": "fade", "kind": "crossfade", "values": {"position": "30 %", "law": "power"}},
    {"id": "ring", "kind": "math", "values": {"op": "subtract"}},
    {"id": "far", "kind": "math", "values": {"op": "difference", "value": 0.1}},
    {"id": "place", "kind": "pan", "values": {"pan": "-20 %"}},
    {"id": "bus", "kind": "bus", "values": {"gain": "3 dB"}},
    {"id": "out", "kind": "output"}],
    "cables": [
    {"from": "hiss", "to": "gain"}, {"from": "gain", "to": "shift"}, {"from": "shift", "to": "double"},
    {"from": "double", "to": "fade.a"}, {"from": "surf", "to": "fade.b"}, {"from": "fade", "to": "ring.a"},
    {"from": "surf", "to": "ring.b"}, {"from": "ring", "to": "far"}, {"from": "far", "to": "place"},
    {"from": "place", "to": "bus"}, {"from": "bus", "to": "out"}]}"#;

fn read(text: &str) -> Patch {
    file::read(text).unwrap_or_else(|e| panic!("{e}"))
}

fn compiled(patch: &Patch) -> Compiled {
    let shelf = signalbox_nodes::shelf();
    let context = Context { shelf: &shelf, assets: &NoAssets, rate: 48_000, lanes: 8 };
    compile(patch, &context).unwrap_or_else(|p| panic!("{p:?}"))
}

/// The bits of all channels of the first output.
fn played(patch: &Patch, compiled: &Compiled) -> Vec<u32> {
    let shelf = signalbox_nodes::shelf();
    let context = Context { shelf: &shelf, assets: &NoAssets, rate: 48_000, lanes: 8 };
    let (mut builder, mut runner) = pair();
    let program = builder.build(compiled, &context, &patch.tempo).unwrap_or_else(|p| panic!("{p:?}"));
    let (mut out, channels) = (Vec::new(), compiled.schedule.outputs[0].channels.len());
    runner.run(&program, FRAMES, |block| {
        (0..channels).for_each(|c| out.extend(block.channel(0, c).iter().map(|x| x.to_bits())));
    });
    assert_eq!(out.len(), FRAMES * channels);
    out
}

/// How many steps each row has.
fn rows(compiled: &Compiled) -> Vec<usize> {
    let row = |step: &Step| if let Step::Fuse { steps } = step { Some(*steps) } else { None };
    compiled.schedule.steps.iter().filter_map(row).collect()
}

#[test]
fn a_row_of_every_pointwise_kind_is_one_step_and_has_the_bits_of_its_nodes_one_by_one() {
    let patch = read(ROW);
    let mut compiled = compiled(&patch);
    assert_eq!(rows(&compiled), [8], "{}", explain(&compiled, 48_000));
    assert!(explain(&compiled, 48_000).contains("the next 8 steps run as one"));
    let fused = played(&patch, &compiled);
    Arc::make_mut(&mut compiled.schedule).steps.retain(|step| !matches!(step, Step::Fuse { .. }));
    assert!(fused == played(&patch, &compiled));
}

//  a (nothing comes in) ─ b ─ out
#[test]
fn a_row_makes_a_number_of_silence_where_its_nodes_do() {
    let patch = read(
        r#"{"format": 1, "rate": 48000, "nodes": [
        {"id": "a", "kind": "math", "values": {"op": "add", "value": 3}},
        {"id": "b", "kind": "math", "values": {"op": "multiply", "value": -0.25}},
        {"id": "out", "kind": "output"}], "cables": [{"from": "a", "to": "b"}, {"from": "b", "to": "out"}]}"#,
    );
    let compiled = compiled(&patch);
    assert_eq!(rows(&compiled), [2]);
    assert!(played(&patch, &compiled).iter().all(|&x| f32::from_bits(x) == -0.75));
}

#[test]
fn operations_that_would_hide_what_is_no_number_run_by_themselves() {
    for op in ["minimum", "maximum", "greater"] {
        let compiled = compiled(&read(&ROW.replace("subtract", op)));
        assert_eq!(rows(&compiled), [4, 3], "{op}");
    }
}

//  open ─ shift ─ ~freq            sway ─ ~gain
//  hiss ────────── filter ────────────── gain ─ out
#[test]
fn what_is_constant_is_told() {
    let patch = read(
        r#"{"format": 1, "rate": 48000, "nodes": [
        {"id": "hiss", "kind": "noise", "values": {"channels": 1}},
        {"id": "open", "kind": "math", "values": {"value": 0.25}},
        {"id": "shift", "kind": "math", "values": {"value": 0.5}},
        {"id": "sway", "kind": "osc", "values": {"mode": "control", "freq": "2 Hz"}},
        {"id": "filter", "kind": "filter"}, {"id": "gain", "kind": "gain"}, {"id": "out", "kind": "output"}],
        "cables": [
        {"from": "open", "to": "shift"}, {"from": "shift", "to": "filter.freq", "depth": "2 oct"},
        {"from": "sway", "to": "gain.gain", "depth": "3 dB"},
        {"from": "hiss", "to": "filter"}, {"from": "filter", "to": "gain"}, {"from": "gain", "to": "out"}]}"#,
    );
    let told = explain(&compiled(&patch), 48_000);
    let line =
        |what: &str| told.lines().find(|l| l.contains(what)).unwrap_or_else(|| panic!("{what}: {told}"));
    for id in ["math     open", "math     shift"] {
        assert!(line(id).contains("constant: one frame is computed"), "{told}");
    }
    assert!(line("filter   filter").contains("freq set, once a block, by "), "{told}");
    assert!(line("gain     gain").contains("gain moved by "), "{told}");
    assert_eq!(told.matches("constant").count(), 2, "{told}");
}
