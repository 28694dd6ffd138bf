//! Programs that follow each other without a click.

use super::builder::{Builder, fade_frames};
use super::make::make;
use crate::compile::Flat;
use crate::compile::{Alike, Compiled, Context, Problem, Side, Widths, between, compile_flat, unfold};
use crate::node::PortKind;
use crate::patch::{Patch, TempoMap};

/// A patch as it was compiled, with its tempo.
#[derive(Clone, Copy)]
pub struct Compiling<'a> {
    /// What came of it.
    pub compiled: &'a Compiled,
    /// Its tempo.
    pub tempo: &'a TempoMap,
}

impl Builder {
    /// Compiles a patch that is to follow the last program, `before`, without a jump in time: a cable that was held
    /// back and is not any more, or by another length, comes to that by itself.
    pub fn compile_after(
        &self,
        patch: &Patch,
        before: &Compiled,
        context: &Context<'_>,
    ) -> Result<Compiled, Vec<Problem>> {
        let (mut flat, widths, warnings) = unfold(patch, context)?;
        flat.follow(&before.flat, &before.schedule.lines);
        let mut compiled = self.compile_seated(flat, widths, context, &patch.tempo)?;
        compiled.warnings.splice(0..0, warnings);
        Ok(compiled)
    }

    /// The way from the last program to another one: both at once, while cables fade. `None` where there is none: a node
    /// would lose its state, or another output would be heard.
    pub fn compile_between(
        &self,
        old: Compiling<'_>,
        new: Compiling<'_>,
        context: &Context<'_>,
    ) -> Option<Compiled> {
        let from = Side { flat: &old.compiled.flat, widths: &old.compiled.widths };
        let to = Side { flat: &new.compiled.flat, widths: &new.compiled.widths };
        let alike = |o: usize, n: usize| -> Alike {
            let same = make(from.flat, from.widths, context, old.tempo, o)
                == make(to.flat, to.widths, context, new.tempo, n);
            let declaration = to.flat.nodes[n].declaration;
            // At the first port, and at those for events, no cable is as good as silence.
            let sides = declaration.inputs.iter().enumerate().skip(1);
            let mut sides = sides.filter(|(_, port)| port.kind != PortKind::Events).map(|(i, _)| i);
            let plugged = sides.any(|i| from.flat.nodes[o].connected[i] != to.flat.nodes[n].connected[i]);
            match (same, plugged) {
                (false, _) => Alike::Not,
                (true, false) => Alike::Wholly,
                (true, true) if declaration.batches() => Alike::InState,
                (true, true) => Alike::Not,
            }
        };
        let (mut flat, widths) = between(from, to, fade_frames(context.rate), alike);
        flat.follow(from.flat, &old.compiled.schedule.lines);
        let compiled = self.compile_seated(flat, widths, context, new.tempo).ok()?;
        self.keeps_all(&compiled, context, new.tempo).then_some(compiled)
    }

    /// Whether every node that is to go on can.
    fn keeps_all(&self, compiled: &Compiled, context: &Context<'_>, tempo: &TempoMap) -> bool {
        compiled.schedule.nodes().all(|n| self.keeps(&compiled.flat, &compiled.widths, context, tempo, n))
    }

    fn compile_seated(
        &self,
        flat: Flat,
        widths: Widths,
        context: &Context<'_>,
        tempo: &TempoMap,
    ) -> Result<Compiled, Vec<Problem>> {
        compile_flat(flat, widths, context, tempo, &|flat, widths, node| {
            self.seat(flat, widths, context, tempo, node)
        })
    }
}
