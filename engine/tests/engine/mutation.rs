//! Schedules that are broken on purpose: what the checker lets through must sound the same, and what it can't see the
//! oracle hears.

use crate::support::build::{bytes, compiled, context, patch};
use crate::support::chance::Chance;
use crate::support::interpreter::interpret;
use crate::support::play::play;
use crate::support::{generate, kinds};
use signalbox_dsp::units::Unit;
use signalbox_engine::compile::check::check;
use signalbox_engine::compile::{Compiled, Depth, SILENT_SLOTS, compile};
use signalbox_engine::node::{Declaration, Io, Kernel, Parameter, Port, Shelf, Width, host};
use signalbox_engine::patch::Patch;
use signalbox_engine::schedule::{Place, Schedule, Step, Term};
use std::sync::Arc;

const FRAMES: usize = 600;

/// All places that a schedule names.
fn places(schedule: &mut Schedule) -> Vec<&mut Place> {
    let mut all = Vec::new();
    for step in &mut schedule.steps {
        match step {
            Step::Copy { from, to } => all.extend([from, to]),
            Step::Sum { before, to, terms } => {
                all.extend(before);
                all.push(to);
                all.extend(terms.iter_mut().map(Term::place_mut));
            }
            Step::WideSum { to, terms } => {
                all.push(to);
                all.extend(terms.iter_mut().map(|t| &mut t.0));
            }
            Step::Pack { from, to } => {
                all.extend(from);
                all.push(to);
            }
            Step::Unpack { from, to } => {
                all.push(from);
                all.extend(to.iter_mut().map(|t| &mut t.1));
            }
            Step::Delay { channels, .. } | Step::WideDelay { channels, .. } | Step::Fade { channels, .. } => {
                all.extend(channels.iter_mut().flat_map(|c| [&mut c.0, &mut c.1]))
            }
            Step::Merge { .. } | Step::Deal { .. } | Step::Loop { .. } | Step::Fuse { .. } => {}
            Step::Level { of, .. } => all.push(of),
            Step::Give { to: all_of, .. } | Step::Take { from: all_of, .. } => all.extend(all_of),
            Step::Run(run) => {
                all.extend(&mut run.places);
                all.extend(&mut run.before);
                all.extend(run.moved.iter_mut().flat_map(|m| &mut m.cables).map(|c| &mut c.0));
            }
        }
    }
    all.extend(schedule.outputs.iter_mut().flat_map(|o| &mut o.channels));
    all
}

/// Writes the slots of places into the tables that the runner reads.
fn settle(schedule: &mut Schedule) {
    for step in &mut schedule.steps {
        if let Step::Run(run) = step {
            run.slots = run.places.iter().map(|p| p.slot / p.span).collect();
        }
    }
}

/// A schedule with its steps changed by `change`.
fn mutant(compiled: &Compiled, change: impl FnOnce(&mut Schedule)) -> Schedule {
    let mut schedule = Schedule::clone(&compiled.schedule);
    change(&mut schedule);
    settle(&mut schedule);
    schedule
}

/// Tries a broken schedule: `true` where the checker catches it; where it does not, it must sound the same.
fn caught(patch: &Patch, compiled: &mut Compiled, broken: Schedule, what: &str) -> bool {
    if check(&broken).is_err() {
        return true;
    }
    let good = play(patch, compiled, FRAMES, || 64);
    let kept = std::mem::replace(&mut compiled.schedule, Arc::new(broken));
    let bad = play(patch, compiled, FRAMES, || 64);
    compiled.schedule = kept;
    if let Some(difference) = good.difference(&bad) {
        panic!("{what} passed the checker and is heard: {difference}\n{}", bytes(patch));
    }
    false
}

/// Breaks the schedules of random patches in one way, some times each; gives how many were caught, and of how many.
fn campaign(
    what: &str,
    times: usize,
    mut change: impl FnMut(&mut Chance, &Schedule) -> Option<Schedule>,
) -> (usize, usize) {
    let (mut found, mut tried) = (0, 0);
    for seed in 0..150 {
        let (patch, mut compiled) = generate::patch(seed);
        let mut chance = Chance::new(seed ^ 0xdead);
        for _ in 0..times {
            if let Some(mut broken) = change(&mut chance, &compiled.schedule) {
                settle(&mut broken);
                tried += 1;
                found += usize::from(caught(&patch, &mut compiled, broken, what));
            }
        }
    }
    println!("{what}: {found} of {tried} caught, the others are harmless");
    (found, tried)
}

#[test]
fn steps_that_change_places_are_caught_or_harmless() {
    let (found, tried) = campaign("two steps swapped", 6, |chance, good| {
        let mut broken = good.clone();
        let (a, b) = (chance.below(good.steps.len()), chance.below(good.steps.len()));
        (a != b).then(|| broken.steps.swap(a, b)).map(|()| broken)
    });
    assert!(tried > 500 && found > tried / 3, "{found} of {tried}");
    campaign("neighbours swapped", 6, |chance, good| {
        let mut broken = good.clone();
        let at = chance.below(good.steps.len().max(2) - 1);
        (good.steps.len() > 1).then(|| broken.steps.swap(at, at + 1)).map(|()| broken)
    });
}

#[test]
fn slots_that_become_one_are_caught_or_harmless() {
    let (found, tried) = campaign("two slots made one", 6, |chance, good| {
        let mut broken = good.clone();
        let mut slot =
            || (SILENT_SLOTS as usize - 1 + chance.below((good.slots - SILENT_SLOTS) as usize + 1)) as u32;
        let (a, b) = (slot(), slot());
        places(&mut broken).into_iter().filter(|p| p.slot == a).for_each(|p| p.slot = b);
        (a != b && a >= SILENT_SLOTS).then_some(broken)
    });
    assert!(tried > 300 && found > tried / 2, "{found} of {tried}");
}

#[test]
fn a_place_that_points_elsewhere_is_caught_or_harmless() {
    let (found, tried) = campaign("one place moved", 6, |chance, good| {
        let mut broken = good.clone();
        let slot = chance.below(good.slots as usize) as u32;
        let mut all = places(&mut broken);
        let at = chance.below(all.len());
        let place = all.get_mut(at)?;
        let moved = place.slot != slot;
        place.slot = slot;
        moved.then_some(broken)
    });
    assert!(tried > 500 && found > tried / 2, "{found} of {tried}");
}

#[test]
fn a_step_that_is_missing_or_there_twice_is_always_caught() {
    let kinds = |step: &Step| match step {
        Step::Copy { .. } => "copy",
        Step::Sum { .. } | Step::WideSum { .. } => "sum",
        Step::Pack { .. } => "pack",
        Step::Unpack { .. } => "unpack",
        Step::Delay { .. } => "delay",
        Step::WideDelay { .. } => "wide delay",
        Step::Fade { .. } => "fade",
        Step::Merge { .. } => "merge",
        Step::Deal { .. } => "deal",
        Step::Level { .. } => "level",
        Step::Run(_) => "run",
        Step::Loop { .. } => "loop",
        Step::Fuse { .. } => "fuse",
        Step::Give { .. } => "give",
        Step::Take { .. } => "take",
    };
    let mut dropped = std::collections::BTreeMap::new();
    for seed in 0..150 {
        let (patch, compiled) = generate::patch(seed);
        for at in 0..compiled.schedule.steps.len() {
            let kind = kinds(&compiled.schedule.steps[at]);
            // Without it the steps run by themselves, to the same effect.
            if kind == "fuse" {
                continue;
            }
            let missing = mutant(&compiled, |s| drop(s.steps.remove(at)));
            assert!(check(&missing).is_err(), "no {kind} at step {at}:\n{}", bytes(&patch));
            *dropped.entry(kind).or_insert(0) += 1;
            // A copy or a sum that is made twice in a row gives the same; all else has a state.
            if !matches!(kind, "copy" | "sum" | "pack" | "unpack") {
                let twice = mutant(&compiled, |s| s.steps.insert(at, s.steps[at].clone()));
                assert!(check(&twice).is_err(), "{kind} twice at step {at}:\n{}", bytes(&patch));
            }
        }
    }
    println!("{dropped:?}");
    assert!(dropped.len() == 12 && dropped.values().all(|&n| n >= 4), "{dropped:?}");
}

/// Breaks what the checker can't see; the oracle must hear most of it (some is silent, or behind a clamp).
fn heard(what: &str, mut change: impl FnMut(&mut Chance, &mut Schedule) -> bool) {
    let (mut found, mut tried) = (0, 0);
    for seed in 0..2_000 {
        if tried == 60 {
            break;
        }
        let (patch, mut compiled) = generate::patch(seed);
        let mut chance = Chance::new(seed ^ 0xbeef);
        if change(&mut chance, Arc::make_mut(&mut compiled.schedule)) {
            let Some(expected) = interpret(&patch, &compiled, FRAMES) else { continue };
            assert_eq!(check(&compiled.schedule), Ok(()));
            tried += 1;
            found += usize::from(play(&patch, &compiled, FRAMES, || 64).difference(&expected).is_some());
        }
    }
    println!("{what}: {found} of {tried} heard");
    assert!(tried == 60 && found * 3 > tried, "{what}: {found} of {tried}");
}

#[test]
fn the_oracle_hears_what_the_checker_can_not_see() {
    heard("a delay one frame too long", |chance, schedule| {
        let delays = schedule.steps.iter().filter_map(|step| match step {
            Step::Delay { line, .. } => Some(*line as usize),
            _ => None,
        });
        let delays: Vec<usize> = delays.collect();
        let at = delays.get(chance.below(delays.len().max(1)));
        at.map(|&at| schedule.lines[at].frames += 1).is_some()
    });
    heard("events one frame late", |chance, schedule| {
        let at = chance.below(schedule.event_lines.len());
        schedule.event_lines.get_mut(at).map(|l| l.frames += 1).is_some()
    });
    heard("a term a thousandth louder", |chance, schedule| {
        let sums = schedule
            .steps
            .iter_mut()
            .filter_map(|s| if let Step::Sum { terms, .. } = s { Some(terms) } else { None });
        let mut terms: Vec<&mut f32> = sums
            .flatten()
            .flat_map(|t| match t {
                Term::Channel(_, gain) => vec![gain],
                Term::Lanes(_, lanes) => lanes.iter_mut().map(|l| &mut l.1).collect(),
            })
            .collect();
        let at = chance.below(terms.len());
        terms.get_mut(at).map(|t| **t *= 1.001).is_some()
    });
    heard("a lane one frame early", |_, schedule| {
        let mut runs =
            schedule.steps.iter_mut().filter_map(|s| if let Step::Run(run) = s { Some(run) } else { None });
        let moved = runs.find(|run| run.moved.iter().any(|m| !m.curves.is_empty()));
        moved.map(|run| run.arrival += 1).is_some()
    });
    heard("a depth a thousandth deeper", |_, schedule| {
        let runs =
            schedule.steps.iter_mut().filter_map(|s| if let Step::Run(run) = s { Some(run) } else { None });
        let mut cables = runs.flat_map(|r| &mut r.moved).flat_map(|m| &mut m.cables);
        cables
            .next()
            .map(|c| match &mut c.1[0] {
                Depth::Units(d) | Depth::Octaves(d) => *d *= 1.001,
            })
            .is_some()
    });
}

/// Gives what came in a hundred frames ago, and says that it rests when it does not.
struct Hasty([f32; 100]);

impl Kernel<f32> for Hasty {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        for (j, x) in io.outputs.channel(0, 0).iter_mut().enumerate() {
            *x = std::mem::replace(&mut self.0[(io.frame as usize + j) % 100], *x);
        }
    }
    fn reset(&mut self) {
        self.0 = [0.0; 100];
    }
    fn at_rest(&self) -> bool {
        true
    }
}

static HASTY: Declaration = Declaration {
    name: "hasty",
    inputs: &[Port::audio("in", Width::Fixed(1), "")],
    outputs: &[Port::audio("out", Width::Fixed(1), "")],
    in_place: true,
    make: |_| Ok(host(Hasty([0.0; 100]))),
    ..Declaration::BLANK
};

#[test]
fn the_oracle_hears_a_node_that_is_skipped_while_it_still_sounds() {
    let mut kinds = kinds::shelf().kinds().to_vec();
    kinds.push(&HASTY);
    let shelf = Shelf::new(&kinds);
    // What never falls silent is never skipped; behind a click there is silence before its echo comes.
    for (source, is_heard) in [("noise", false), ("impulse at=30", true)] {
        let patch = patch(&format!("s {source}\nx hasty\nout output\ns > x\nx > out"));
        let compiled = compile(&patch, &context(&shelf)).unwrap_or_else(|p| panic!("{p:?}"));
        let expected = interpret(&patch, &compiled, FRAMES).expect("no events");
        let played = play(&patch, &compiled, FRAMES, || 64);
        assert_eq!(played.difference(&expected).is_some(), is_heard);
    }
}

/// Gives how many frames it ran at once, and says that it treats each frame by itself.
struct Lengths;

impl Kernel<f32> for Lengths {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        io.outputs.channel(0, 0).fill(io.frames as f32);
    }
    fn reset(&mut self) {}
}

static LENGTHS: Declaration = Declaration {
    name: "lengths",
    inputs: &[Port::audio("in", Width::Fixed(1), "")],
    outputs: &[Port::audio("out", Width::Fixed(1), "")],
    parameters: &[Parameter::number("value", Unit::None, (-9.0, 9.0), 0.0, "")],
    pointwise: |_| true,
    make: |_| Ok(host(Lengths)),
    ..Declaration::BLANK
};

#[test]
fn of_constants_one_frame_is_computed_and_of_all_else_every_one() {
    let mut kinds = kinds::shelf().kinds().to_vec();
    kinds.push(&LENGTHS);
    let shelf = Shelf::new(&kinds);
    // The node reads what `s` gives, and `p` moves its parameter.
    for (nodes, length) in [
        ("s level\np level", 1.0),
        ("s noise\np level", 64.0),
        ("s level\np noise", 64.0),
        ("s noise until=1\np level", 1.0),
    ] {
        let text = format!("{nodes}\nx lengths\nout output\ns > x\np > x.value depth=1\nx > out");
        let patch = patch(&text);
        let compiled = compile(&patch, &context(&shelf)).unwrap_or_else(|p| panic!("{p:?}"));
        let (mut builder, mut runner) = signalbox_engine::run::pair();
        let program = builder.build(&compiled, &context(&shelf), &patch.tempo);
        let program = program.unwrap_or_else(|p| panic!("{p:?}"));
        let mut last = Vec::new();
        runner.run(&program, 640, |block| last = block.channel(0, 0).to_vec());
        assert_eq!(last, [length; 64], "{nodes}");
    }
}

//  hiss ─┬─ tap ─ out        the tap works in place, and others still read its input: it gets a copy
//        └───────┘
#[test]
fn the_copy_before_a_node_in_place_can_not_be_left_out() {
    let patch = patch("hiss noise\nx gain gain=0.5\nout output\nhiss > x\nhiss > out\nx > out");
    let compiled = compiled(&patch).unwrap_or_else(|p| panic!("{p:?}"));
    let copy = compiled.schedule.steps.iter().position(|s| matches!(s, Step::Copy { .. })).expect("a copy");
    let missing = mutant(&compiled, |s| drop(s.steps.remove(copy)));
    assert!(check(&missing).is_err());
    // Even one that reads what it would have copied.
    let mut shared = missing;
    let Step::Copy { from, to } = compiled.schedule.steps[copy] else { unreachable!() };
    places(&mut shared).into_iter().filter(|p| p.slot == to.slot).for_each(|p| p.slot = from.slot);
    settle(&mut shared);
    assert!(check(&shared).is_err());
}

#[test]
fn a_builder_takes_no_schedule_that_does_not_hold() {
    let patch = patch("hiss noise\nx gain\nout output\nhiss > x\nx > out");
    let mut compiled = compiled(&patch).unwrap_or_else(|p| panic!("{p:?}"));
    Arc::make_mut(&mut compiled.schedule).steps.remove(0);
    let shelf = kinds::shelf();
    let (mut builder, _) = signalbox_engine::run::pair();
    assert!(builder.build(&compiled, &context(&shelf), &patch.tempo).is_err());
}
