//! Wrong twins of batch, emit, early sums, buffers and fuse.

use super::{Chain, Chance, Pass, Twin, any};
use crate::compile::batch::Unit;
use crate::compile::emit::{Op, SILENCE};
use crate::compile::order::{Mode, Vertex};
use crate::schedule::access::{reads, writes};
use crate::schedule::{Place, Schedule, Step, Term};

pub const TWINS: &[Twin] = &[
    Twin { pass: Pass::Batch, what: "nodes of two classes run side by side", wrong: two_classes },
    Twin { pass: Pass::Batch, what: "a unit runs before what it waits for", wrong: before_its_source },
    Twin { pass: Pass::Batch, what: "a lane of a batch is lost", wrong: no_lane },
    Twin { pass: Pass::Emit, what: "a sum is taken backwards", wrong: backwards },
    Twin { pass: Pass::Emit, what: "lanes are taken apart crosswise", wrong: crossed_unpack },
    Twin { pass: Pass::Emit, what: "channels are laid side by side crosswise", wrong: crossed_pack },
    Twin { pass: Pass::Emit, what: "levels of a sum over lanes are crossed", wrong: crossed_gains },
    Twin { pass: Pass::Emit, what: "a list of events is lost", wrong: no_events },
    Twin { pass: Pass::Emit, what: "a loop's cable takes before there is anything", wrong: early_take },
    Twin { pass: Pass::Emit, what: "a delay is left out", wrong: no_delay },
    Twin { pass: Pass::Emit, what: "cables side by side are held back too long", wrong: long_lanes },
    Twin { pass: Pass::Emit, what: "a cable's level does not count for a parameter", wrong: other_depth },
    Twin { pass: Pass::Early, what: "pieces of a sum are taken in another order", wrong: crossed_pieces },
    Twin { pass: Pass::Early, what: "a piece forgets the sum so far", wrong: no_sum_so_far },
    Twin { pass: Pass::Early, what: "a sum so far is rounded", wrong: rounded },
    Twin { pass: Pass::Buffers, what: "a slot is freed too early", wrong: early_slot },
    Twin {
        pass: Pass::Buffers,
        what: "a loop's step lies where the next round reads",
        wrong: early_slot_in_loop,
    },
    Twin { pass: Pass::Buffers, what: "nothing is copied before a node in place", wrong: no_copy },
    Twin { pass: Pass::Buffers, what: "an output reads another slot", wrong: other_output },
    Twin { pass: Pass::Fuse, what: "a row is a step too long", wrong: long_row },
    Twin { pass: Pass::Fuse, what: "a node with a past counts as pointwise", wrong: no_past },
    Twin { pass: Pass::Fuse, what: "a row goes over a parameter that moves", wrong: moving_row },
];

fn two_classes(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let alone = |unit: &Unit| match unit {
        Unit::One(Vertex { node, mode: Mode::Process }) => Some(*node),
        _ => None,
    };
    let fits = |n: usize| c.flat.nodes[n].declaration.batches() && !c.flat.nodes[n].bypass;
    let all: Vec<(usize, usize)> = c
        .units
        .iter()
        .enumerate()
        .filter_map(|(at, u)| Some((at, alone(u)?)))
        .filter(|u| fits(u.1))
        .collect();
    let alike = |a: usize, b: usize| {
        let (x, y) = (&c.flat.nodes[a], &c.flat.nodes[b]);
        let fixed = |n: usize| {
            let node = &c.flat.nodes[n];
            let fixed = node.settings.iter().zip(node.declaration.parameters).filter(|p| !p.1.moves());
            fixed.map(|p| p.0.clone()).collect::<Vec<_>>()
        };
        let differ = fixed(a) != fixed(b) || c.widths.inputs[a] != c.widths.inputs[b];
        std::ptr::eq(x.declaration, y.declaration) && differ
    };
    let pairs = all.iter().flat_map(|&a| all.iter().map(move |&b| (a, b)));
    let ((_, one), (at, two)) = any(chance, pairs.filter(|(a, b)| a.0 < b.0 && alike(a.1, b.1)))?;
    c.units[at] = Unit::Batch(vec![Some(one), Some(two), None, None]);
    c.units.retain(|u| alone(u) != Some(one));
    Some(())
}

fn nodes(unit: &Unit) -> Vec<usize> {
    match unit {
        Unit::One(vertex) => vec![vertex.node],
        Unit::Batch(members) => members.iter().flatten().copied().collect(),
        Unit::Loop(_, vertices) => vertices.iter().map(|v| v.node).collect(),
    }
}

fn before_its_source(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let feeds = |at: &usize| {
        let (from, to) = (nodes(&c.units[*at]), nodes(&c.units[at + 1]));
        c.flat.cables.iter().any(|c| from.contains(&c.from.0) && to.contains(&c.to.0))
    };
    let at = any(chance, (0..c.units.len().max(1) - 1).filter(feeds))?;
    c.units.swap(at, at + 1);
    Some(())
}

fn no_lane(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let batches = c.units.iter_mut().filter_map(|u| if let Unit::Batch(all) = u { Some(all) } else { None });
    let batch = any(chance, batches)?;
    *any(chance, batch.iter_mut().filter(|m| m.is_some()))? = None;
    Some(())
}

/// Louder than this are terms of sums in which the order is heard.
const LOUD: f32 = 100.0;

fn backwards(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let sums = c.ops.ops.iter_mut().filter_map(|op| match op {
        // In double precision the order is heard where loud terms cancel each other.
        Op::Sum { terms, .. } if terms.iter().any(|t| t.1 > LOUD) => Some(terms),
        _ => None,
    });
    any(chance, sums)?.reverse();
    Some(())
}

fn crossed_unpack(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let unpacks = c.ops.ops.iter_mut().filter_map(|op| match op {
        Op::Unpack { to, .. } if to.len() > 1 => Some(to),
        _ => None,
    });
    let to = any(chance, unpacks)?;
    let lane = to[0].0;
    to[0].0 = std::mem::replace(&mut to[1].0, lane);
    Some(())
}

fn crossed_pack(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let packs = c.ops.ops.iter_mut().filter_map(|op| match op {
        Op::Pack { from, .. } if from[0] != from[1] => Some(from),
        _ => None,
    });
    any(chance, packs)?.swap(0, 1);
    Some(())
}

fn crossed_gains(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let sums = c.ops.ops.iter_mut().filter_map(|op| match op {
        Op::WideSum { terms, .. } => Some(terms),
        _ => None,
    });
    let gains = sums.flatten().map(|t| &mut t.1).filter(|gains| gains[0] != gains[1]);
    any(chance, gains)?.swap(0, 1);
    Some(())
}

fn no_events(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let merges = c.ops.ops.iter_mut().filter_map(|op| match op {
        Op::Merge { from, .. } if from.len() > 1 => Some(from),
        _ => None,
    });
    any(chance, merges)?.pop().map(drop)
}

fn early_take(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let taken =
        |(at, op): (usize, &Op)| if let Op::Take { cable, .. } = op { Some((at, *cable)) } else { None };
    let (at, cable) = any(chance, c.ops.ops.iter().enumerate().filter_map(taken))?;
    let op = c.ops.ops.remove(at);
    let given = c.ops.ops.iter().position(|op| matches!(op, Op::Give { cable: c, .. } if *c == cable))?;
    c.ops.ops.insert(given + 1, op);
    Some(())
}

fn no_delay(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let delays = |(at, op): (usize, &Op)| matches!(op, Op::Delay { .. }).then_some(at);
    let at = any(chance, c.ops.ops.iter().enumerate().filter_map(delays))?;
    drop(c.ops.ops.remove(at));
    Some(())
}

fn long_lanes(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let delays = c.ops.ops.iter_mut().filter_map(|op| match op {
        Op::WideDelay { frames, .. } => Some(frames),
        _ => None,
    });
    *any(chance, delays)? += 1;
    Some(())
}

fn other_depth(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    use crate::compile::Depth;
    let moved = c.ops.ops.iter_mut().filter_map(|op| match op {
        Op::Run { moved, .. } => Some(moved),
        _ => None,
    });
    let depths = moved.flatten().filter(|m| m.1 != SILENCE).map(|m| &mut m.2[0]);
    let (Depth::Units(depth) | Depth::Octaves(depth)) = any(chance, depths)?;
    *depth *= 0.501;
    Some(())
}

/// The places of pieces of sums that go on: each with the one in front of it.
fn pieces(c: &Chain) -> Vec<(usize, usize)> {
    let goes_on = |(at, op): (usize, &Op)| {
        let Op::Sum { before: Some(before), .. } = op else { return None };
        let front = c.ops.ops[..at].iter().position(|op| matches!(op, Op::Sum { to, .. } if to == before))?;
        Some((front, at))
    };
    c.ops.ops.iter().enumerate().filter_map(goes_on).collect()
}

fn crossed_pieces(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let loud =
        |at: usize| matches!(&c.ops.ops[at], Op::Sum { terms, .. } if terms.iter().any(|t| t.1 > LOUD));
    let (front, at) = any(chance, pieces(c).into_iter().filter(|p| loud(p.0) || loud(p.1)))?;
    // Both are taken where the last one is, in the wrong order.
    let (head, tail) = c.ops.ops.split_at_mut(at);
    let (Op::Sum { terms: first, .. }, Op::Sum { terms: second, .. }) = (&mut head[front], &mut tail[0])
    else {
        return None;
    };
    second.append(first);
    Some(())
}

fn no_sum_so_far(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let (_, at) = any(chance, pieces(c))?;
    let Op::Sum { before, .. } = &mut c.ops.ops[at] else { return None };
    before.take().map(drop)
}

fn rounded(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let (front, _) = any(chance, pieces(c))?;
    let Op::Sum { to, .. } = &c.ops.ops[front] else { return None };
    c.ops.spans[*to as usize] = 1;
    Some(())
}

/// A value: its place, the step that writes it and the last one that reads it.
struct Life {
    place: Place,
    born: usize,
    dies: usize,
}

fn lives(schedule: &Schedule) -> Vec<Life> {
    let mut lives: Vec<Life> = Vec::new();
    for (at, step) in schedule.steps.iter().enumerate() {
        reads(step, |place| {
            if let Some(life) = lives.iter_mut().find(|l| l.place == place) {
                life.dies = at;
            }
        });
        writes(step, |place| lives.push(Life { place, born: at, dies: at }));
    }
    for place in schedule.outputs.iter().flat_map(|o| &o.channels) {
        lives.iter_mut().filter(|l| l.place == *place).for_each(|l| l.dies = usize::MAX);
    }
    lives
}

/// Lets a value lie in another slot.
fn settle(schedule: &mut Schedule, value: Place, slot: u32) {
    let put = |place: &mut Place| {
        if *place == value {
            place.slot = slot;
        }
    };
    for step in &mut schedule.steps {
        match step {
            Step::Copy { from, to } => [from, to].into_iter().for_each(put),
            Step::Sum { before, to, terms } => {
                before.iter_mut().chain([to]).for_each(put);
                terms.iter_mut().map(Term::place_mut).for_each(put);
            }
            Step::WideSum { to, terms } => terms.iter_mut().map(|t| &mut t.0).chain([to]).for_each(put),
            Step::Pack { from, to } => from.iter_mut().chain([to]).for_each(put),
            Step::Unpack { from, to } => to.iter_mut().map(|t| &mut t.1).chain([from]).for_each(put),
            Step::Delay { channels, .. } | Step::WideDelay { channels, .. } | Step::Fade { channels, .. } => {
                channels.iter_mut().flat_map(|c| [&mut c.0, &mut c.1]).for_each(put)
            }
            Step::Give { to, .. } => to.iter_mut().for_each(put),
            Step::Take { from, .. } => from.iter_mut().for_each(put),
            Step::Level { of, .. } => put(of),
            Step::Merge { .. } | Step::Deal { .. } | Step::Loop { .. } | Step::Fuse { .. } => {}
            Step::Run(run) => {
                run.places.iter_mut().chain(&mut run.before).for_each(put);
                run.moved.iter_mut().flat_map(|m| &mut m.cables).map(|c| &mut c.0).for_each(put);
                run.slots = run.places.iter().map(|p| p.slot / p.span).collect();
            }
        }
    }
    schedule.outputs.iter_mut().flat_map(|o| &mut o.channels).for_each(put);
}

fn early_slot(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let lives = lives(&c.schedule);
    let pairs = lives.iter().flat_map(|old| lives.iter().map(move |new| (old, new)));
    // The new value is written while the old one is still to be read, by a later step.
    let early = |(old, new): &(&Life, &Life)| {
        old.born < new.born
            && new.born < old.dies
            && old.place.span == new.place.span
            && old.place.slot != new.place.slot
    };
    let (old, new) = any(chance, pairs.filter(early))?;
    settle(&mut c.schedule, new.place, old.place.slot);
    Some(())
}

fn early_slot_in_loop(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let loops = c.schedule.steps.iter().enumerate().filter_map(|(at, step)| match step {
        Step::Loop { steps, .. } => Some(at + 1..at + 1 + steps),
        _ => None,
    });
    let loops: Vec<_> = loops.collect();
    let lives = lives(&c.schedule);
    let pairs = lives.iter().flat_map(|old| lives.iter().map(move |new| (old, new)));
    // The old value came in and was read for the last time, but not in the next round.
    let early = |(old, new): &(&Life, &Life)| {
        let inside = |l: &&std::ops::Range<usize>| {
            l.contains(&old.dies) && l.contains(&new.born) && old.born < l.start
        };
        loops.iter().any(|l| inside(&l)) && old.dies < new.born && old.place.span == 1 && new.place.span == 1
    };
    let (old, new) = any(chance, pairs.filter(early))?;
    settle(&mut c.schedule, new.place, old.place.slot);
    Some(())
}

fn no_copy(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let outside = |at: usize| {
        let around = |(first, step): (usize, &Step)| matches!(step, Step::Loop { steps, .. } if (first..=first + steps).contains(&at));
        !c.schedule.steps.iter().enumerate().any(around)
    };
    let copies = c.schedule.steps.iter().enumerate().filter_map(|(at, step)| match step {
        Step::Copy { from, to } if from.value != SILENCE => Some((at, *from, *to)),
        _ => None,
    });
    let (at, from, to) = any(chance, copies.filter(|c| outside(c.0)))?;
    drop(c.schedule.steps.remove(at));
    // The node works right in what others still read.
    let Step::Run(run) =
        c.schedule.steps[at..].iter().find(|s| matches!(s, Step::Run(r) if r.before.contains(&to)))?
    else {
        return None;
    };
    let channel = run.before.iter().position(|p| *p == to)?;
    let written = run.places[run.outputs[0].start as usize + channel];
    settle(&mut c.schedule, to, from.slot);
    settle(&mut c.schedule, written, from.slot);
    Some(())
}

fn other_output(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let slots = c.schedule.slots;
    let place = any(chance, c.schedule.outputs.iter_mut().flat_map(|o| &mut o.channels))?;
    place.slot = if place.slot + 1 < slots { place.slot + 1 } else { place.slot - 1 };
    Some(())
}

fn long_row(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let rows = c
        .schedule
        .steps
        .iter_mut()
        .filter_map(|s| if let Step::Fuse { steps } = s { Some(steps) } else { None });
    *any(chance, rows)? += 1;
    Some(())
}

fn no_past(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let reads_nothing = |step: &Step| {
        let mut nothing = true;
        reads(step, |_| nothing = false);
        nothing
    };
    let banks = &mut c.schedule.banks;
    let runs = c.schedule.steps.iter().filter(|step| reads_nothing(step)).filter_map(|step| match step {
        Step::Run(run) if run.mode == Mode::Process => Some(run.bank as usize),
        _ => None,
    });
    let bank = any(chance, runs.filter(|&bank| !banks[bank].pointwise))?;
    banks[bank].pointwise = true;
    Some(())
}

fn moving_row(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let moves =
        |step: &Step| matches!(step, Step::Run(run) if !run.moved.is_empty() && run.mode == Mode::Process);
    let at = any(chance, (0..c.schedule.steps.len()).filter(|&at| moves(&c.schedule.steps[at])))?;
    let around = |(first, step): (usize, &Step)| matches!(step, Step::Loop { steps, .. } if (first..=first + steps).contains(&at));
    if c.schedule.steps.iter().enumerate().any(around) {
        return None;
    }
    c.schedule.steps.insert(at, Step::Fuse { steps: 1 });
    Some(())
}
