//! Values that a patch sets anew while it plays go straight to the cells; nothing is compiled.

use super::builder::Builder;
use crate::compile::{Compiled, Context, FlatNode, Problem, setup, values};
use crate::node::{Setting, Settings, Setup};
use crate::patch::{Patch, TempoMap};
use std::sync::Arc;

/// A parameter of a node: the node's key, and the parameter's index.
pub type Place = (Arc<str>, usize);

impl Builder {
    /// Where a patch differs from the last one, `was`, in nothing but values that may change while a node runs, sets
    /// those in the last program and in what it was compiled from, and tells which. `None` where there is more to do
    /// than that; then nothing changes.
    pub fn set_values(
        &self,
        patch: &Patch,
        was: &Patch,
        compiled: &mut Compiled,
        context: &Context<'_>,
    ) -> Result<Option<Vec<Place>>, Vec<Problem>> {
        if !patch.differs_in_values(was) {
            return Ok(None);
        }
        let new = values(patch, context)?;
        let whole = new.len() + compiled.flat.voices.len() == compiled.flat.nodes.len();
        if !whole || !(0..new.len()).all(|n| goes_on(n, &new[n], compiled, context, &patch.tempo)) {
            return Ok(None);
        }
        let mut set = Vec::new();
        for (node, new) in compiled.flat.nodes.iter_mut().zip(new) {
            for (parameter, (old, new)) in node.settings.iter().zip(&new.settings).enumerate() {
                let Setting::Number(value) = new else { continue };
                if old != new {
                    self.set_value(&node.key, parameter, *value);
                    set.push((node.key.clone(), parameter));
                }
            }
            (node.settings, node.label) = (new.settings, new.label);
        }
        Ok(Some(set))
    }
}

/// Whether a node that goes on with new settings is compiled as it was.
fn goes_on(n: usize, new: &FlatNode, compiled: &Compiled, context: &Context<'_>, tempo: &TempoMap) -> bool {
    let (old, declaration) = (&compiled.flat.nodes[n], new.declaration);
    if old.key != new.key {
        return false;
    }
    if old.settings == new.settings {
        return true;
    }
    let before = setup(&compiled.flat, &compiled.widths, context, tempo, n);
    let after = Setup { settings: &new.settings, ..before };
    differ_in(&old.settings, &new.settings, |i| declaration.parameters[i].moves())
        && [declaration.latency, declaration.holds].iter().all(|of| of(&before) == of(&after))
        && [declaration.pointwise, declaration.monitors].iter().all(|of| of(&before) == of(&after))
}

/// Whether settings differ in what `moves` alone.
fn differ_in(old: &Settings, new: &Settings, moves: impl Fn(usize) -> bool) -> bool {
    old.len() == new.len() && old.iter().zip(new).enumerate().all(|(i, (old, new))| old == new || moves(i))
}
