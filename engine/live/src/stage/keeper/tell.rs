//! What the stage tells and shows.

use super::*;

impl Keeper {
    /// Tells of buffers that came too late, not more often than a person wants to know.
    pub(super) fn complain(&mut self) {
        while let Some((late, nodes)) = self.player.late() {
            let (last, others) = &mut self.complained;
            if last.is_some_and(|last| last.elapsed() < COMPLAIN) {
                *others += 1;
                continue;
            }
            let song = late.song as f64 / f64::from(self.player.rate());
            let others = std::mem::take(others);
            *last = Some(Instant::now());
            let system = late.who == Who::System;
            let dropout = Dropout { song, share: late.share, system, nodes, others };
            let _ = self.events.send(Event::Late(dropout));
        }
    }

    pub(super) fn show(&self) {
        let mut view = self.view.lock().unwrap_or_else(PoisonError::into_inner);
        view.shared = self.player.shared().clone();
        view.rate = self.player.rate();
        view.there = self.player.is_there();
        view.threads = self.player.threads();
        let (device, channels, dropouts) = match &self.sound {
            Sound::Plays(open, ..) => {
                let dropouts = open.signals.dropouts.load(Relaxed);
                (Some(open.name.clone()), usize::from(open.channels), dropouts)
            }
            Sound::Silent { .. } => (None, 2, 0),
        };
        (view.device, view.channels, view.dropouts) = (device, channels, self.dropouts + dropouts);
        (view.input, view.gaps) = (self.input.name().map(String::from), self.input.gaps());
        view.probes = self.player.probes();
    }
}
