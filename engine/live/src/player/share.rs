//! How many threads play.

use super::*;

impl Player {
    /// Lets so many threads play from now on, 1 being the callback's alone.
    pub fn share(&mut self, threads: usize) {
        if threads == self.threads() {
            return;
        }
        let rank = self.shared.rank.load(Relaxed);
        self.helpers = (threads > 1).then(|| Helpers::new(threads - 1, rank, || self.publisher.reader()));
        if let Some(patch) = self.patch.clone() {
            // What plays still does on more threads.
            let _ = self.go_over(self.looked_at(&patch));
        }
    }

    /// How many threads play.
    pub fn threads(&self) -> usize {
        1 + self.helpers.as_ref().map_or(0, |helpers| helpers.threads().len())
    }

    /// Lets the helpers play a program that is not on the way to another one.
    pub(super) fn with_helpers(&mut self, program: Program) -> (Program, Vec<Thread>) {
        if let Some(current) = self.publisher.current() {
            let costs = current.program.costs().into_iter();
            self.costs.extend(costs.filter_map(|(keys, cost)| Some((keys.first()?.to_string(), cost))));
        }
        match &self.helpers {
            Some(helpers) if program.unsettled() == 0 => {
                let costs = &self.costs;
                let cost = |keys: &[&str]| keys.first().and_then(|key| costs.get(*key)).copied();
                (program.with_crew(self.threads(), cost), helpers.threads())
            }
            _ => (program, Vec::new()),
        }
    }
}
