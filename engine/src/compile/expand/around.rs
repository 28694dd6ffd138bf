//! Instances that sound goes round.

use super::super::internal::EVENT_WIRE;
use super::{Flat, FlatCable, Target, Walk};
use crate::compile::Problem;
use crate::patch::Graph;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A bypassed instance of a sub-patch.
pub struct Bypassed {
    /// What the scopes of all cables inside begin with.
    scope: Arc<str>,
    /// Its first input.
    input: Option<usize>,
    /// Its outputs, the first one first.
    outputs: Vec<usize>,
    /// Whether it lies in another voice than the first.
    repeats: bool,
}

impl Walk<'_> {
    /// Keeps in mind that sound is to go round an instance, whose ports stand in the table.
    pub(super) fn go_around(&mut self, key: &str, sub: &Graph) {
        let ports = |kind: &'static str| {
            let ids = sub.nodes.iter().filter(move |(_, n)| n.kind == kind).map(|(id, _)| id);
            ids.filter_map(|id| self.index.get(&*format!("{key}/{id}")).copied())
        };
        let (input, outputs) = (ports("input").next(), ports("output").collect());
        let (scope, repeats) = (format!("{key}/").into(), self.repeats);
        self.bypassed.push(Bypassed { scope, input, outputs, repeats });
    }
}

/// Leads what comes in at the first input of each instance straight to its first output. All inside runs on, unheard:
/// sound stays as late as it was, and nothing begins anew when it is heard again. Gives what can't be gone round.
pub fn lead(flat: &mut Flat, bypassed: &[Bypassed]) -> Vec<Problem> {
    let (mut outputs, mut odd) = (BTreeMap::new(), Vec::new());
    let events = |node: usize| std::ptr::eq(flat.nodes[node].declaration, &EVENT_WIRE);
    for b in bypassed {
        match (b.input, b.outputs.first()) {
            (Some(from), Some(&to)) if !events(from) && !events(to) => {
                outputs.extend(b.outputs.iter().map(|&n| (n, &b.scope)));
                let cable = FlatCable::plain(&b.scope, (from, 0), (to, Target::Port(0)));
                flat.cables.push(FlatCable { id: FlatCable::AROUND, ..cable });
            }
            _ if b.repeats => {}
            _ => odd.push(super::no_bypass(
                b.scope.trim_end_matches('/'),
                "a sub-patch that does not begin with sound in and sound out",
            )),
        }
    }
    let silent: BTreeSet<usize> = outputs.keys().copied().filter(|&n| events(n)).collect();
    let inside = |c: &FlatCable| {
        !c.goes_around() && outputs.get(&c.to.0).is_some_and(|scope| c.scope.starts_with(&***scope))
    };
    flat.cables.retain(|c| !(silent.contains(&c.to.0) && inside(c)));
    flat.cables.iter_mut().filter(|c| inside(c)).for_each(|c| c.gain = 0.0);
    odd
}
