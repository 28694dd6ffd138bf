//! What runs side by side, and in which order: no bit depends on that, but the speed does.

use crate::support::build::{compiled_in, context, patch};
use crate::support::kinds;
use signalbox_engine::compile::{Compiled, Context, settle};
use signalbox_engine::run::{Builder, pair};
use signalbox_engine::schedule::{Schedule, Step};

/// So many nodes of a kind, `a1`, `a2` …, all to the output.
fn many(kind: &str, count: usize) -> String {
    let one = |i: usize| format!("a{i} {kind}\na{i} > out\n");
    (1..=count).map(one).collect::<String>() + "out output\n"
}

fn compiled(text: &str, lanes: usize) -> Compiled {
    compiled_in(&patch(text), lanes).unwrap_or_else(|p| panic!("{p:?}\n{text}"))
}

/// How many lanes each bank with nodes of a kind has, the most first.
fn lanes_of(kind: &str, compiled: &Compiled) -> Vec<usize> {
    let nodes = &compiled.flat.nodes;
    let is = |n: usize| nodes[n].declaration.name == kind;
    let banks = compiled.schedule.banks.iter().filter(|b| b.first().is_some_and(is));
    let mut lanes: Vec<usize> = banks.map(|b| b.lanes()).collect();
    lanes.sort_unstable_by(|a, b| b.cmp(a));
    lanes
}

/// The keys of the nodes in the order in which they run.
fn order(compiled: &Compiled) -> Vec<String> {
    let Schedule { steps, banks, .. } = &*compiled.schedule;
    let runs = steps.iter().filter_map(|s| if let Step::Run(run) = s { Some(run.bank) } else { None });
    let nodes = runs.flat_map(|bank| banks[bank as usize].nodes());
    nodes.map(|n| compiled.flat.nodes[n].key.to_string()).collect()
}

#[test]
fn nodes_of_one_kind_fill_lanes_from_the_widest_down() {
    for (most, count, lanes) in [
        (16, 1, &[1][..]),
        (16, 2, &[4]),
        (16, 4, &[4]),
        (16, 5, &[8]),
        (16, 8, &[8]),
        (16, 9, &[16]),
        (16, 16, &[16]),
        (16, 17, &[16, 1]),
        (16, 19, &[16, 4]),
        (16, 32, &[16, 16]),
        (8, 9, &[8, 1]),
        (8, 12, &[8, 4]),
        (4, 6, &[4, 4]),
        (1, 5, &[1, 1, 1, 1, 1]),
    ] {
        let found = lanes_of("count", &compiled(&many("count", count), most));
        assert_eq!(found, lanes, "{count} nodes, {most} lanes at most");
    }
}

#[test]
fn what_can_not_run_side_by_side_runs_by_itself() {
    assert_eq!(lanes_of("impulse", &compiled(&many("impulse", 5), 16)), [1; 5]);
    let fed: String = (1..=5).map(|i| format!("s > a{i}\n")).collect();
    for (kind, lanes) in [("latent", &[8][..]), ("latent bypass", &[1; 5])] {
        let text = format!("s noise\n{}{fed}", many(kind, 5));
        assert_eq!(lanes_of("latent", &compiled(&text, 16)), lanes, "{kind}");
    }
    // Settings that are fixed differ.
    let text = "a count start=1\nb count start=2\nout output\na > out\nb > out";
    assert_eq!(lanes_of("count", &compiled(text, 16)), [1, 1]);
    // One waits for the other.
    let text = "a count\nb late\nc late\nout output\na > b\nb > c\nc > out";
    assert_eq!(lanes_of("late", &compiled(text, 16)), [1, 1]);
}

/// So many gains, each behind a source of its own; the first `near` sources run side by side.
fn gains(count: usize, near: usize, behind: &str) -> Compiled {
    let mut text = String::from("out output\n");
    for i in 0..count {
        let source = if i < near { "count" } else { "impulse" };
        text += &format!("s{i} {source}\ng{i} gain\ns{i} > g{i}\n{}", behind.replace('#', &i.to_string()));
    }
    compiled(&text, 16)
}

#[test]
fn light_nodes_run_side_by_side_only_where_their_sound_lies_so_already_or_will() {
    let alone = |compiled: &Compiled| lanes_of("gain", compiled).iter().all(|&lanes| lanes == 1);
    let straight = "g# > out\n";
    assert_eq!(lanes_of("gain", &gains(6, 6, straight)), [8]);
    assert!(alone(&gains(6, 0, straight)));
    // More than half of them.
    assert!(alone(&gains(6, 3, straight)));
    assert_eq!(lanes_of("gain", &gains(6, 4, straight)), [8]);
    // At least three.
    assert!(alone(&gains(2, 2, straight)));
    assert_eq!(lanes_of("gain", &gains(3, 3, straight)), [4]);
    // What they lead to runs side by side: where there are more than two of it.
    let on = "h# late\ng# > h#\nh# > out\n";
    assert_eq!(lanes_of("gain", &gains(3, 0, on)), [4]);
    assert!(alone(&gains(2, 0, on)));
}

//  a1 ─ z3 ─ out     what the first stage gives lies side by side as the second wants it, whatever the names are
//  a2 ─ z2 ─ out
//  a3 ─ z1 ─ out
#[test]
fn chains_hand_their_lanes_on_as_they_are() {
    let mut text = String::from("out output\n");
    for i in 0..12 {
        text +=
            &format!("a{i:02} count\nz{:02} late\na{i:02} > z{:02}\nz{:02} > out\n", 11 - i, 11 - i, 11 - i);
    }
    let compiled = compiled(&text, 16);
    assert_eq!((lanes_of("count", &compiled), lanes_of("late", &compiled)), (vec![16], vec![16]));
    let moved = |s: &&Step| matches!(s, Step::Pack { .. } | Step::Unpack { .. } | Step::Copy { .. });
    assert_eq!(compiled.schedule.steps.iter().find(moved), None);
}

//  a1, a2 ───── t1, t2 ─ out     all four run as one, though two of them could run before
//  a3, a4 ─ l ─ t3, t4 ─ out
#[test]
fn a_kind_waits_until_as_many_as_can_run_together() {
    let mut text = String::from("out output\n");
    for i in 1..=4 {
        text += &format!("a{i} count\nt{i} late\nt{i} > out\n");
        text += &match i {
            1 | 2 => format!("a{i} > t{i}\n"),
            _ => format!("l{i} widen\nm{i} mono\na{i} > l{i}\nl{i} > m{i}\nm{i} > t{i}\n"),
        };
    }
    assert_eq!(lanes_of("late", &compiled(&text, 16)), [4]);
}

#[test]
fn what_was_just_written_is_read_while_it_is_near() {
    let mut text = String::from("out output\n");
    for i in 1..=3 {
        text += &format!("a{i} noise seed={i} width=2\nb{i} split\nc{i} join\n");
        text += &format!("a{i} > b{i}\nb{i}.left > c{i}.left\nb{i}.right > c{i}.right\nc{i} > out\n");
    }
    let order = order(&compiled(&text, 16));
    assert_eq!(order, ["a1", "b1", "c1", "a2", "b2", "c2", "a3", "b3", "c3", "out"]);
}

/// How many lanes the banks of `count` have when so many nodes are left, one after the other, by how many there are.
fn left(builder: &mut Builder, counts: &[usize], context: &Context<'_>) -> Vec<Vec<usize>> {
    let after = |&count: &usize| {
        let patch = patch(&many("count", count));
        let compiled = builder.compile(&patch, context).unwrap_or_else(|p| panic!("{p:?}"));
        builder.build(&compiled, context, &patch.tempo).unwrap_or_else(|p| panic!("{p:?}"));
        lanes_of("count", &compiled)
    };
    counts.iter().map(after).collect()
}

#[test]
fn nodes_stay_in_their_lanes_until_three_of_four_are_empty() {
    let shelf = kinds::shelf();
    let context = Context { lanes: 16, ..context(&shelf) };
    let after = |counts: &[usize]| left(&mut pair().0, counts, &context);
    assert_eq!(after(&[16, 5, 4]), [[16], [16], [16]]);
    assert_eq!(after(&[16, 3]), [[16], [4]]);
    assert_eq!(after(&[16, 1]), [[16], [1]]);
    assert_eq!(after(&[8, 2]), [[8], [8]]);
    assert_eq!(after(&[8, 1]), [[8], [1]]);
    assert_eq!(after(&[4, 2]), [[4], [4]]);
    assert_eq!(after(&[4, 1]), [[4], [1]]);
    // Others do not go where somebody lay.
    assert_eq!(after(&[5, 9]), [&[8][..], &[8, 4]]);
}

#[test]
fn the_outputs_are_known_before_the_steps_are() {
    let shelf = kinds::shelf();
    let patch = patch("c count\nz output\na output\nc > z\nc > a");
    let Ok(settled) = settle(&patch, &context(&shelf)) else { panic!("it can be compiled") };
    let schedule = compiled_in(&patch, 16).unwrap_or_else(|p| panic!("{p:?}")).schedule;
    assert_eq!(settled.outputs().collect::<Vec<_>>(), ["a", "z"]);
    assert!(schedule.names().eq(settled.outputs()));
}
