//! Programs that follow each other without a click.

use super::builder::{Builder, fade_frames};
use super::make::Making;
use crate::compile::{Alike, Compiled, Context, Problem, Settled, Side, between, settle_flat};
use crate::node::PortKind;
use crate::patch::TempoMap;

/// A patch as it was compiled, with its tempo.
#[derive(Clone, Copy)]
pub struct Last<'a> {
    /// What came of it.
    pub compiled: &'a Compiled,
    /// Its tempo.
    pub tempo: &'a TempoMap,
}

/// A patch that is to follow, with its tempo.
#[derive(Clone, Copy)]
pub struct Next<'a> {
    /// What is known of it.
    pub settled: &'a Settled,
    /// Its tempo.
    pub tempo: &'a TempoMap,
}

impl Builder {
    /// Compiles a patch that is to follow the last program, `before`, without a jump in time: a cable that was held
    /// back and is not any more, or by another length, comes to that by itself.
    pub fn compile_after(
        &self,
        mut settled: Settled,
        before: &Compiled,
        context: &Context<'_>,
        tempo: &TempoMap,
    ) -> Compiled {
        settled.flat.follow(&before.flat, before.schedule.held());
        self.finish(settled, context, tempo)
    }

    /// Compiles the last program once more, without the delays that have come to nothing.
    pub fn compile_again(
        &self,
        last: Compiled,
        context: &Context<'_>,
        tempo: &TempoMap,
    ) -> Result<Compiled, Vec<Problem>> {
        let Compiled { mut flat, widths, warnings, .. } = last;
        flat.cables.iter_mut().for_each(|cable| cable.was = None);
        flat.nodes.iter_mut().for_each(|node| node.early = 0);
        let mut settled = settle_flat(flat, widths, context, tempo)?;
        settled.warnings = warnings;
        Ok(self.finish(settled, context, tempo))
    }

    /// The way from the last program to another one: both at once, while cables fade. `None` where there is none: a node
    /// would lose its state, or another output would be heard.
    pub fn compile_between(&self, old: Last<'_>, new: Next<'_>, context: &Context<'_>) -> Option<Compiled> {
        let from = Side { flat: &old.compiled.flat, widths: &old.compiled.widths };
        let to = Side { flat: &new.settled.flat, widths: &new.settled.widths };
        let was = Making::new(from.flat, from.widths, context, old.tempo);
        let is = Making::new(to.flat, to.widths, context, new.tempo);
        let alike = |o: usize, n: usize| -> Alike {
            // Another kind has other ports.
            if !was.alike(o, &is, n) {
                return Alike::Not;
            }
            let declaration = to.flat.nodes[n].declaration;
            // At the first port, and at those for events, no cable is as good as silence.
            let sides = declaration.inputs.iter().enumerate().skip(1);
            let mut sides = sides.filter(|(_, port)| port.kind != PortKind::Events).map(|(i, _)| i);
            match sides.any(|i| from.flat.nodes[o].connected[i] != to.flat.nodes[n].connected[i]) {
                false => Alike::Wholly,
                true if declaration.batches() => Alike::InState,
                true => Alike::Not,
            }
        };
        let (mut flat, widths) = between(from, to, fade_frames(context.rate), alike);
        flat.follow(from.flat, old.compiled.schedule.held());
        let settled = settle_flat(flat, widths, context, new.tempo).ok()?;
        let compiled = self.finish(settled, context, new.tempo);
        self.keeps_all(&compiled, context, new.tempo).then_some(compiled)
    }

    /// Whether every node that is to go on can.
    fn keeps_all(&self, compiled: &Compiled, context: &Context<'_>, tempo: &TempoMap) -> bool {
        compiled.schedule.nodes().all(|n| self.keeps(&compiled.flat, &compiled.widths, context, tempo, n))
    }
}
