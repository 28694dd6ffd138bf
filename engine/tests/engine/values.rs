//! Values that a patch sets anew while it plays: the same as a patch compiled anew, without compiling.

use crate::support::build::{bytes, context, patch};
use crate::support::chance::Chance;
use crate::support::generate::{self, edits::edits};
use crate::support::kinds;
use crate::support::play::{Played, listen};
use signalbox_engine::compile::{Compiled, Context, compile};
use signalbox_engine::patch::Patch;
use signalbox_engine::run::pair;

/// How long a patch plays before its values are set and afterwards.
const FRAMES: (usize, usize) = (150, 300);

/// A patch after random edits of values alone.
fn edited(patch: &Patch, chance: &mut Chance) -> Option<Patch> {
    (0..20).find_map(|_| {
        let mut next = patch.clone();
        edits(chance, patch).into_iter().try_for_each(|edit| next.apply(edit).map(drop)).ok()?;
        (next != *patch && next.differs_in_values(patch)).then_some(next)
    })
}

/// What a patch gives after another one was playing: its values set where that can be, or compiled anew.
/// Also what it is compiled to.
fn after(old: &Patch, new: &Patch, context: &Context, values: bool) -> Option<(Played, Compiled)> {
    let (mut builder, mut runner) = pair();
    let mut compiled = builder.compile(old, context).ok()?;
    let mut program = builder.build(&compiled, context, &old.tempo).ok()?;
    listen(&mut runner, &program, FRAMES.0, || 64);
    match values {
        true => {
            builder.set_values(new, old, &mut compiled, context).ok()??;
        }
        false => {
            compiled = builder.compile(new, context).ok()?;
            program = builder.build(&compiled, context, &new.tempo).ok()?;
        }
    }
    Some((listen(&mut runner, &program, FRAMES.1, || 64), compiled))
}

#[test]
fn a_patch_of_which_values_were_set_sounds_as_if_it_had_been_compiled_anew() {
    let shelf = kinds::shelf();
    let context = context(&shelf);
    let mut set = 0;
    for seed in 0..500 {
        let (old, _) = generate::patch(seed);
        let Some(new) = edited(&old, &mut Chance::new(seed ^ 0x7012)) else { continue };
        let Some((ours, compiled)) = after(&old, &new, &context, true) else { continue };
        let tell = || format!("seed {seed}\n{}\n{}", bytes(&old), bytes(&new));
        let anew = compile(&new, &context).unwrap_or_else(|p| panic!("{p:?}\n{}", tell()));
        assert!(compiled.schedule == anew.schedule, "{}", tell());
        assert!(compiled.widths == anew.widths && compiled.loops == anew.loops, "{}", tell());
        assert_eq!(compiled.warnings, anew.warnings, "{}", tell());
        for (ours, theirs) in compiled.flat.nodes.iter().zip(&anew.flat.nodes) {
            assert_eq!((&ours.key, &ours.settings), (&theirs.key, &theirs.settings), "{}", tell());
        }
        let (theirs, _) = after(&old, &new, &context, false).unwrap_or_else(|| panic!("{}", tell()));
        assert_eq!(ours.difference(&theirs), None, "{}", tell());
        set += 1;
    }
    assert!(set > 100, "only {set} patches differ in values alone");
}

/// Whether one patch becomes another without being compiled.
fn sets(old: &Patch, new: &Patch) -> bool {
    let shelf = kinds::shelf();
    let context = context(&shelf);
    let (mut builder, _) = pair();
    let mut compiled = builder.compile(old, &context).expect("it compiles");
    builder.build(&compiled, &context, &old.tempo).expect("a program");
    builder.set_values(new, old, &mut compiled, &context).expect("values that are right").is_some()
}

#[test]
fn a_value_a_label_and_a_place_need_no_compiling_and_a_cable_a_lane_and_a_mute_do() {
    let words = "a noise\ng gain gain=0.5\no output\na > g\ng > o";
    let old = patch(words);
    let with = |more: &str| patch(&format!("{words}\n{more}"));
    let changed = |change: &dyn Fn(&mut Patch)| {
        let mut new = old.clone();
        change(&mut new);
        sets(&old, &new)
    };
    let node = |p: &mut Patch, change: &dyn Fn(&mut signalbox_engine::patch::Node)| {
        p.graph.nodes.get_mut("g").into_iter().for_each(change);
    };
    assert!(changed(&|p| node(p, &|n| drop(n.values.insert("gain".into(), 0.25.into())))));
    assert!(changed(&|p| node(p, &|n| n.label = "quiet".into())));
    assert!(changed(&|p| node(p, &|n| n.at = Some((1.0, 2.0)))));
    assert!(!changed(&|p| node(p, &|n| n.mute = true)));
    assert!(!changed(&|p| node(p, &|n| n.bypass = true)));
    assert!(!changed(&|p| drop(p.graph.cables.pop_last())));
    assert!(!sets(&old, &with("a > o")));
    assert!(!sets(&old, &with("g.gain ~ [[0, 0.5], [1, 0]]")));
    assert!(!sets(&old, &with("late late")));
}
