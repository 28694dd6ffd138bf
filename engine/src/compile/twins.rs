//! Wrong twins: the compiler with one pass that is wrong, in ways in which it could be. What a wrong compiler makes is
//! caught by the checker or by the oracle; what the right one makes is not.

mod back;
mod front;
mod middle;

use super::align::Alignment;
use super::batch::Unit;
use super::emit::Ops;
use super::order::Order;
use super::*;
use crate::support::build::RATE;
use crate::support::chance::Chance;
use crate::support::judge::{lanes, or_panic, wrong};
use crate::support::{generate, kinds};
use std::collections::HashSet;

/// Behind which pass a twin goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Pass {
    Expand,
    Widths,
    /// Order, align and late, which run together until nothing changes any more.
    Settle,
    Batch,
    Emit,
    Early,
    Buffers,
    Fuse,
}

/// What the passes hand on.
struct Chain<'a> {
    patch: &'a Patch,
    context: Context<'a>,
    flat: Flat,
    widths: Widths,
    order: Order,
    alignment: Alignment,
    units: Vec<Unit>,
    ops: Ops,
    schedule: Schedule,
}

/// A wrong twin of a pass.
struct Twin {
    pass: Pass,
    /// What it does wrong.
    what: &'static str,
    /// Makes what the right pass gave wrong; `None` where the patch has nothing that could be.
    wrong: fn(&mut Chain, &mut Chance) -> Option<()>,
}

/// The chain of passes as [`compile`] has it, with a wrong twin in it. Also whether there was anything to do wrong.
fn chain(patch: &Patch, context: Context, twin: Option<&Twin>, chance: &mut Chance) -> (Compiled, bool) {
    let (flat, warnings) = expand::expand(patch, &context).unwrap_or_else(|p| panic!("{p:?}"));
    let (widths, order, alignment) = Default::default();
    let (units, ops, schedule) = Default::default();
    let mut c = Chain { patch, context, flat, widths, order, alignment, units, ops, schedule };
    let mut broken = false;
    let mut after = |pass: Pass, c: &mut Chain| {
        if let Some(twin) = twin.filter(|t| t.pass == pass) {
            broken = (twin.wrong)(c, chance).is_some();
        }
    };
    after(Pass::Expand, &mut c);
    c.widths = widths::infer(&c.flat, &c.context).unwrap_or_else(|p| panic!("{p:?}"));
    after(Pass::Widths, &mut c);
    c.settle();
    after(Pass::Settle, &mut c);
    c.units = batch::batch(&c.flat, &c.widths, &c.order, &c.alignment, c.context.lanes, &|_| None);
    after(Pass::Batch, &mut c);
    c.ops = emit::emit(&c.flat, &c.widths, &c.order, &c.alignment, &c.units);
    after(Pass::Emit, &mut c);
    c.ops = buffers::early::early(std::mem::take(&mut c.ops));
    after(Pass::Early, &mut c);
    c.schedule = buffers::assign(std::mem::take(&mut c.ops), &c.flat, &c.alignment);
    after(Pass::Buffers, &mut c);
    let (flat, widths, context) = (&c.flat, &c.widths, &c.context);
    fuse::fuse(&mut c.schedule, |bank| pointwise(flat, widths, context, &patch.tempo, bank));
    after(Pass::Fuse, &mut c);
    let Chain { flat, widths, order, schedule, .. } = c;
    let schedule = Arc::new(schedule);
    (Compiled { schedule, flat, widths, warnings, loops: order.loops }, broken)
}

impl Chain<'_> {
    fn settle(&mut self) {
        let settled = late::settle(&mut self.flat, &self.widths, &self.context, &self.patch.tempo);
        (self.order, self.alignment, _) = settled.unwrap_or_else(|p| panic!("{p:?}"));
    }
}

/// One of them.
fn any<T>(chance: &mut Chance, all: impl IntoIterator<Item = T>) -> Option<T> {
    let mut all: Vec<T> = all.into_iter().collect();
    (!all.is_empty()).then(|| all.swap_remove(chance.below(all.len())))
}

/// So many patches in which a twin goes wrong are tried.
const TRIES: usize = 20;

/// Lets each twin compile random patches until it went wrong in some; many of them must be caught (what is wrong may be
/// silent, or behind a clamp), and none that the right compiler makes of them.
fn are_caught(twins: &[Twin]) {
    let shelf = kinds::shelf();
    let (mut missed, mut right) = (Vec::new(), HashSet::new());
    for twin in twins {
        let (mut tried, mut caught) = (0, 0);
        for seed in 0..2_000 {
            if tried == TRIES {
                break;
            }
            let (patch, _) = generate::patch(seed);
            let context =
                Context { shelf: &shelf, assets: &crate::node::NoAssets, rate: RATE, lanes: lanes(seed) };
            let mut broken = true;
            let found = or_panic(|| {
                let (compiled, any) = chain(&patch, context, Some(twin), &mut Chance::new(seed));
                broken = any;
                broken.then(|| wrong(&patch, &compiled, seed)).flatten()
            });
            if broken {
                tried += 1;
                caught += usize::from(found.is_some());
                if right.insert(seed) {
                    let (compiled, _) = chain(&patch, context, None, &mut Chance::new(seed));
                    assert_eq!(wrong(&patch, &compiled, seed), None, "seed {seed}");
                }
            }
        }
        println!("{:?}: {}: {caught} of {tried} caught", twin.pass, twin.what);
        if tried < TRIES / 2 || caught * 4 < tried {
            missed.push(twin.what);
        }
    }
    assert!(missed.is_empty(), "hardly ever caught: {missed:?}");
}

#[test]
fn the_chain_of_these_tests_is_that_of_the_compiler() {
    let shelf = kinds::shelf();
    for seed in 0..200 {
        let (patch, _) = generate::patch(seed);
        let context =
            Context { shelf: &shelf, assets: &crate::node::NoAssets, rate: RATE, lanes: lanes(seed) };
        let (ours, _) = chain(&patch, context, None, &mut Chance::new(seed));
        let theirs = compile(&patch, &context).unwrap_or_else(|p| panic!("{p:?}"));
        assert_eq!(ours.schedule, theirs.schedule, "seed {seed}");
    }
}

#[test]
fn wrong_twins_of_the_passes_over_nodes_and_cables_are_caught() {
    are_caught(front::TWINS);
}

#[test]
fn wrong_twins_of_order_and_latency_are_caught() {
    are_caught(middle::TWINS);
}

#[test]
fn wrong_twins_of_the_passes_over_steps_are_caught() {
    are_caught(back::TWINS);
}
