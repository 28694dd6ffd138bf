//! The way from one patch to the next: a transition, a dip, or a program that follows without more ado.

use super::*;

impl Player {
    pub(super) fn go(&mut self, patch: Arc<Patch>) -> Result<Vec<Problem>, Vec<Problem>> {
        let source = self.source.clone();
        let context = context(&source, self.rate);
        if self.is_there()
            && let Some(last) = &mut self.last
            && let Some(set) = self.builder.set_values(&patch, &last.patch, &mut last.compiled, &context)?
        {
            last.patch = patch;
            self.turned.retain(|(key, parameter), _| !set.iter().any(|s| *s.0 == **key && s.1 == *parameter));
            return Ok(last.compiled.warnings.clone());
        }
        self.go_over(patch)
    }

    /// Goes over to a patch by another program.
    pub(super) fn go_over(&mut self, patch: Arc<Patch>) -> Result<Vec<Problem>, Vec<Problem>> {
        let source = self.source.clone();
        let context = context(&source, self.rate);
        let settled = settle(&patch, &context)?;
        if main_output(settled.outputs()).is_none() {
            let what = "there is nothing to hear; add a node of the kind `output` and lead a cable to it";
            return Err(vec![Problem::new("the patch", what)]);
        }
        let warnings = settled.warnings.clone();
        let coming = Box::new(Coming { patch, settled });
        // What has not run yet holds state that is still to come over from what did.
        if matches!(self.way, Way::There) && self.is_settled() {
            self.begin(coming)?;
        } else {
            self.waiting = Some(coming);
        }
        Ok(warnings)
    }

    /// Does what has become due: the second half of a transition, the freeing of what is not played any more. To be
    /// called every few milliseconds.
    pub fn tick(&mut self) {
        self.publisher.collect();
        while self.ends.used.pop().is_ok() {}
        let settled = self.is_settled();
        let done = match &self.way {
            Way::There => {
                if settled && let Some(coming) = self.waiting.take() {
                    let begun = self.begin(coming);
                    self.problems.extend(begun.err().unwrap_or_default());
                } else if settled {
                    self.shorten();
                }
                return;
            }
            Way::Fades(_) => settled,
            Way::Dips(_) => self.shared.dipped.load(Relaxed) == self.dips,
        };
        if !done {
            return;
        }
        let (coming, dipped) = match std::mem::replace(&mut self.way, Way::There) {
            Way::Fades(coming) => (coming, false),
            Way::Dips(coming) => (coming, true),
            Way::There => return,
        };
        // A patch that was set compiles; where its nodes can't be made, what there is goes on.
        let followed = self.follow(*coming);
        self.problems.extend(followed.err().unwrap_or_default());
        if dipped {
            let latency = self.last.as_ref().map_or(0, |last| last.compiled.schedule.latency);
            self.order(Order::Rise(latency));
        }
    }

    /// Whether the engine has run what was published for as long as that takes to settle.
    pub(super) fn is_settled(&self) -> bool {
        self.last.as_ref().is_none_or(|last| self.shared.ran.has(last.number, last.unsettled))
    }

    pub(super) fn begin(&mut self, coming: Box<Coming>) -> Result<(), Vec<Problem>> {
        let Some(last) = &self.last else { return self.follow(*coming) };
        let source = self.source.clone();
        let context = context(&source, self.rate);
        let heard = heard(last.compiled.schedule.names()) == heard(coming.settled.outputs());
        let old = run::Last { compiled: &last.compiled, tempo: &last.patch.tempo };
        let new = run::Next { settled: &coming.settled, tempo: &coming.patch.tempo };
        let between = heard.then(|| self.builder.compile_between(old, new, &context)).flatten();
        match between {
            // Nothing comes or goes.
            Some(between) if !between.schedule.steps.iter().any(goes_over) => {
                self.follow(*coming)?;
            }
            Some(between) => {
                let through = Patch { tempo: coming.patch.tempo.clone(), ..Patch::default() };
                self.publish(Arc::new(through), between)?;
                self.way = Way::Fades(coming);
            }
            None => {
                self.dips += 1;
                self.order(Order::Dip(self.dips));
                self.way = Way::Dips(coming);
            }
        }
        Ok(())
    }

    /// Publishes a patch that follows the last program without more ado.
    pub(super) fn follow(&mut self, coming: Coming) -> Result<(), Vec<Problem>> {
        let source = self.source.clone();
        let context = context(&source, self.rate);
        let Coming { patch, settled } = coming;
        let compiled = match &self.last {
            Some(last) => self.builder.compile_after(settled, &last.compiled, &context, &patch.tempo),
            None => finish(settled, &context, &patch.tempo, &|_, _, _| None),
        };
        self.publish(patch, compiled)
    }

    /// Leaves out the delays that have come to nothing.
    pub(super) fn shorten(&mut self) {
        let empty = |last: &Last| last.compiled.schedule.lines.iter().any(|line| line.frames == 0);
        if let Some(last) = self.last.take_if(|last| empty(last)) {
            let (source, patch) = (self.source.clone(), last.patch);
            let context = context(&source, self.rate);
            if let Ok(compiled) = self.builder.compile_again(last.compiled, &context, &patch.tempo) {
                let _ = self.publish(patch, compiled);
            }
        }
    }

    pub(super) fn publish(&mut self, patch: Arc<Patch>, compiled: Compiled) -> Result<(), Vec<Problem>> {
        let source = self.source.clone();
        let program = self.builder.build(&compiled, &context(&source, self.rate), &patch.tempo)?;
        let unsettled = program.unsettled() as u64;
        let output = main_output(compiled.schedule.names()).unwrap_or(0);
        if let Some(last) = &self.last {
            let set = |of: &Compiled, (key, parameter): &(String, usize)| {
                let node = of.flat.nodes.iter().find(|n| *n.key == **key)?;
                node.settings.get(*parameter).cloned()
            };
            self.turned.retain(|at, _| set(&last.compiled, at) == set(&compiled, at));
        }
        for ((key, parameter), value) in &self.turned {
            let _ = program.knobs(key).map(|knobs| knobs.set(*parameter, *value));
        }
        let probes = compiled.flat.nodes.iter().filter(|n| n.declaration.name == look::KIND);
        self.eyes.show(&probes.map(|n| n.key.clone()).collect());
        let (program, helpers) = self.with_helpers(program);
        let number = self.publisher.publish(program, output, helpers);
        self.helpers.iter().flat_map(Helpers::threads).for_each(|thread| thread.unpark());
        self.last = Some(Last { patch, compiled, number, unsettled });
        Ok(())
    }
}

/// Whether a step leads from one patch to the next: a cable that fades, notes that end.
fn goes_over(step: &Step) -> bool {
    matches!(step, Step::Fade { .. } | Step::Merge { ends: true, .. })
}

/// The name of the output that is heard.
fn heard<'a>(mut outputs: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    main_output(outputs.clone()).and_then(|at| outputs.nth(at))
}
