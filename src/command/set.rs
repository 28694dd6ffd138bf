//! A patch that plays while its source changes, with the slots of a script that go over.

use signalbox_engine::compile::Problem;
use signalbox_engine::patch::Patch;
use signalbox_live::{Stage, Status};
use signalbox_scripts::apply::{Fade, Slot, Slots, Turn};

/// What plays.
pub struct Set {
    /// Where it plays.
    pub stage: Stage,
    /// The patch as its source says it.
    pub said: Patch,
    /// What plays: where slots go over, both of them.
    pub patch: Patch,
    slots: Slots,
}

impl Set {
    /// Nothing, on a stage.
    pub fn new(stage: Stage) -> Self {
        Self { stage, said: Patch::default(), patch: Patch::default(), slots: Slots::default() }
    }

    /// Plays another patch from now on; gives what is odd, or what is wrong: then nothing changes.
    pub fn change(&mut self, patch: Patch, slots: &[Slot]) -> Result<Vec<Problem>, Vec<Problem>> {
        let mut next = self.slots.clone();
        let playing = next.change(patch.clone(), slots, turn(&self.stage.status()));
        let warnings = self.stage.set(playing.clone())?;
        (self.said, self.patch, self.slots) = (patch, playing, next);
        Ok(warnings)
    }

    /// Plays another patch with the slots that there are.
    pub fn keep_slots(&mut self, patch: Patch) -> Result<Vec<Problem>, Vec<Problem>> {
        let slots = self.slots.said().to_vec();
        self.change(patch, &slots)
    }

    /// Leaves out what has faded; to be called now and then.
    pub fn settle(&mut self, status: &Status) -> Result<(), Vec<Problem>> {
        if let Some(patch) = self.slots.tick(turn(status)) {
            self.stage.set(patch.clone())?;
            self.patch = patch;
        }
        Ok(())
    }

    /// The slots that go over.
    pub fn fades(&self) -> Vec<Fade> {
        self.slots.fades()
    }
}

/// Where the song stands.
fn turn(status: &Status) -> Turn {
    Turn { song: status.song as f64 / f64::from(status.rate.max(1)), rolls: status.rolls }
}
