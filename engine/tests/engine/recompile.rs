//! What has not changed goes on bit for bit when a patch is compiled again.

use crate::support::build::{bytes, compiled, patch};
use crate::support::generate;
use crate::support::interpreter::interpret;
use crate::support::play::sounding;
use crate::support::shrink::shrink;
use crate::support::stage::Stage;
use signalbox_engine::patch::{Node, Patch};

fn counting(more: &str) -> Patch {
    patch(&format!("c count\nout output\nc > out\n{more}"))
}

/// Frames from 0 on, as `count` gives them.
fn counts(from: usize, to: usize) -> Vec<f32> {
    (from..to).map(|i| i as f32).collect()
}

#[test]
fn a_random_patch_compiled_again_in_mid_flight_gives_the_same_bits() {
    let differs = |patch: &Patch| {
        let mut stage = Stage::new();
        let program = stage.build(patch);
        let whole = stage.run(&program, &[500]);
        let mut stage = Stage::new();
        let mut cut: Vec<Vec<f32>> = vec![Vec::new(); whole.len()];
        for frames in [150, 77, 273] {
            let program = stage.build(patch);
            for (to, from) in cut.iter_mut().zip(stage.run(&program, &[frames])) {
                to.extend(from);
            }
        }
        let bits = |all: &[Vec<f32>]| all.iter().flatten().map(|x| x.to_bits()).collect::<Vec<_>>();
        bits(&cut) != bits(&whole)
    };
    for seed in 0..300 {
        let (patch, compiled_once) = generate::patch(seed);
        // Which events are lost for want of room depends on where the blocks end.
        if interpret(&patch, &compiled_once, 500).is_some() && differs(&patch) {
            let small = shrink(&patch, |p| compiled(p).is_ok() && differs(p));
            panic!("seed {seed}\n{}", bytes(&small));
        }
    }
}

#[test]
fn a_node_goes_on_when_others_come_go_and_change() {
    let mut stage = Stage::new();
    let mut out = Vec::new();
    for (more, frames) in [
        ("", 100),
        ("hiss noise\nz output\nhiss > z", 30),
        ("a late\nhiss noise\nhiss > a\nz output\na > z", 50),
        ("b gain\nc > b\nz output\nb > z", 64),
        ("", 56),
    ] {
        let program = stage.build(&counting(more));
        out.extend(stage.run(&program, &[frames]).swap_remove(0));
    }
    assert_eq!(out, counts(0, 300));
}

//  a b c d ─ out        they run side by side; then c and d lead to another node as well, and run by themselves
#[test]
fn nodes_that_ran_as_one_go_on_as_two() {
    let text = "a count\nb count\nc count\nd count\nout output\na > out\nb > out\nc > out\nd > out\n";
    let mut stage = Stage::new();
    let program = stage.build(&patch(text));
    let mut out = stage.run(&program, &[100]).swap_remove(0);
    let program = stage.build(&patch(&format!("{text}x late\nz output\nc > x\nd > x\nx > z")));
    out.extend(stage.run(&program, &[10, 90]).swap_remove(0));
    assert_eq!(out, counts(0, 200).iter().map(|x| 4.0 * x).collect::<Vec<_>>());
}

#[test]
fn a_parameter_whose_cable_is_pulled_has_the_value_that_it_was_set_to() {
    let text = "hiss noise\nx level value=0.5\nout output\nx > out\nz output\nhiss > z\n";
    let mut stage = Stage::new();
    let program = stage.build(&patch(&format!("{text}hiss > x.value depth=1")));
    assert!(stage.run(&program, &[100])[0].windows(2).any(|w| w[0] != w[1]));
    let program = stage.build(&patch(text));
    assert_eq!(stage.run(&program, &[100])[0], vec![0.5; 100]);
}

#[test]
fn label_place_and_numbers_keep_the_state_and_what_is_fixed_makes_the_node_anew() {
    let mut stage = Stage::new();
    let mut patch = counting("");
    let mut run = |patch: &Patch, frames: usize| {
        let program = stage.build(patch);
        stage.run(&program, &[frames]).swap_remove(0)
    };
    assert_eq!(run(&patch, 100), counts(0, 100));
    let node = |patch: &mut Patch, change: &dyn Fn(Node) -> Node| {
        let old = patch.graph.nodes.remove("c").expect("the counter");
        patch.graph.nodes.insert("c".into(), change(old));
    };
    node(&mut patch, &|n| n.labelled("Counter").at(3.0, 4.0));
    assert_eq!(run(&patch, 100), counts(100, 200));
    // A number is a change by hand: it is added smoothly, and the count goes on below.
    node(&mut patch, &|n| n.with("value", 1_000));
    let out = run(&patch, 200);
    assert!(out[0] > 200.0 && out[0] < 300.0, "{}", out[0]);
    assert_eq!(out[100..], counts(1_300, 1_400));
    node(&mut patch, &|n| n.with("start", 7));
    assert_eq!(run(&patch, 10), counts(1_007, 1_017));
}

//        ┌─ latent 100 ─┐
//  click ┤              ├─ out        compiled again while the impulse is under way on both paths
//        └──────────────┘
#[test]
fn sound_under_way_in_nodes_and_cables_arrives_after_a_recompile() {
    let diamond = |more: &str| {
        patch(&format!(
            "click impulse at=5\na latent frames=100\nout output\nclick > a\na > out\nclick > out\n{more}"
        ))
    };
    let mut stage = Stage::new();
    let program = stage.build(&diamond(""));
    let mut out = stage.run(&program, &[60]).swap_remove(0);
    let program = stage.build(&diamond("hiss noise\nz output\nhiss > z"));
    out.extend(stage.run(&program, &[100]).swap_remove(0));
    assert_eq!(sounding(&out), [(105, 2.0)]);
}

#[test]
fn a_program_that_can_not_be_made_leaves_the_last_one_as_it_was() {
    let mut stage = Stage::new();
    let first = stage.build(&counting(""));
    let mut out = stage.run(&first, &[100]).swap_remove(0);
    let mut wrong = counting("x refuses\nc > x\nz output\nx > z");
    wrong.graph.nodes.get_mut("c").expect("the counter").values.insert("value".into(), 500.into());
    let problems = stage.try_build(&wrong).map(drop).expect_err("it refuses");
    assert_eq!(problems.iter().map(ToString::to_string).collect::<Vec<_>>(), ["x: it will not"]);
    // Neither the values nor the state of the running program were touched.
    out.extend(stage.run(&first, &[100]).swap_remove(0));
    let again = stage.build(&counting("hiss noise\nz output\nhiss > z"));
    out.extend(stage.run(&again, &[100]).swap_remove(0));
    assert_eq!(out, counts(0, 300));
}

#[test]
fn a_node_goes_on_when_its_cables_come_and_go_and_begins_anew_with_a_tempo_that_it_is_made_from() {
    let mut stage = Stage::new();
    let mut told = |more: &str, tempo: f64| {
        let mut patch = patch(&format!("w witness\none level\nout output\nw > out\n{more}"));
        patch.tempo = signalbox_engine::patch::TempoMap::steady(tempo);
        let program = stage.build(&patch);
        let out = stage.run(&program, &[10]);
        [out[0][9], out[1][9], out[2][9]]
    };
    assert_eq!(told("", 120.0), [120.0, 0.0, 10.0]);
    assert_eq!(told("one > w", 120.0), [120.0, 1.0, 20.0]);
    assert_eq!(told("one > w\nw.value ~ [[0, 0]]", 120.0), [120.0, 1.0, 30.0]);
    assert_eq!(told("w.value ~ [[0, 0]]", 120.0), [120.0, 0.0, 40.0]);
    assert_eq!(told("one > w.value depth=1", 120.0), [120.0, 0.0, 50.0]);
    assert_eq!(told("one > w", 90.0), [90.0, 1.0, 10.0]);
    assert_eq!(told("", 90.0), [90.0, 0.0, 20.0]);
}

#[test]
fn a_node_that_was_away_begins_anew() {
    let mut stage = Stage::new();
    let program = stage.build(&counting(""));
    stage.run(&program, &[100]);
    let without = stage.build(&patch("d count\nout output\nd > out"));
    assert_eq!(stage.run(&without, &[10])[0], counts(0, 10));
    let back = stage.build(&counting(""));
    assert_eq!(stage.run(&back, &[10])[0], counts(0, 10));
}

#[test]
fn a_runner_does_not_run_a_program_of_another_builder() {
    let (mut one, mut other) = (Stage::new(), Stage::new());
    let program = one.build(&counting(""));
    assert!(other.run(&program, &[100])[0].is_empty());
    assert_eq!((other.runner.frame(), one.runner.frame()), (0, 0));
    assert_eq!(one.run(&program, &[10])[0], counts(0, 10));
}
