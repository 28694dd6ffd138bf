//! What is sent to the stage, and what comes back: whether a patch can be played, and what is known of it while it does.

use super::{Insight, Live, wired};
use crate::session::Session;
use signalbox_engine::compile::Problem;
use signalbox_engine::patch::Patch;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};

impl Live {
    /// Plays a patch as soon as it is compiled, which nobody waits for; of several the last. Where it is wrong, what there
    /// was before plays on, and [`Live::problems`] tells why.
    pub fn set(&mut self, patch: Arc<Patch>, session: &Session) {
        let scope = session.scope(&patch);
        let (session, gain, shelf) = (session.clone(), self.gain(), self.shelf.clone());
        self.sent = Some((self.stage.send(move || wired(&patch, &session, gain, &shelf)), scope));
    }

    /// Whether it is not known yet what became of the patch that was set last.
    pub fn waits(&self) -> bool {
        self.sent.is_some()
    }

    /// Whether it has become known since the last call what became of a patch.
    pub fn answered(&mut self) -> bool {
        std::mem::take(&mut self.answered)
    }

    /// Asks anew what nodes cost.
    pub fn measure(&mut self) {
        self.due = true;
    }

    /// What the engine told last of the graph behind some instances.
    pub fn insight(&self, inside: &[String]) -> Insight {
        Insight::of(&self.report, inside)
    }

    /// Whether it has told something since the last call.
    pub fn reported(&mut self) -> bool {
        std::mem::take(&mut self.reported)
    }

    /// Asks the engine where it is due, once what was sent plays, and hears what it has told.
    pub(super) fn hear_report(&mut self, there: bool) {
        if let Some(Ok(report)) = self.asked.as_ref().map(Receiver::try_recv) {
            self.asked = None;
            self.report = report;
            self.reported = true;
        }
        if self.due && there && self.asked.is_none() && self.sent.is_none() {
            self.asked = Some(self.stage.report());
            self.due = false;
        }
    }

    pub(super) fn hear_answer(&mut self) {
        let Some((answer, scope)) = &self.sent else { return };
        let set = match answer.try_recv() {
            Ok(set) => set,
            Err(TryRecvError::Empty) => return,
            Err(TryRecvError::Disconnected) => {
                Err(vec![Problem::new("the player", "has ended; start it again")])
            }
        };
        if set.is_ok() && self.scoped != *scope {
            self.scoped.clone_from(scope);
            self.levels.clear();
        }
        (self.warnings, self.problems) = match set {
            Ok(warnings) => (warnings, Vec::new()),
            Err(problems) => (Vec::new(), problems),
        };
        self.sent = None;
        self.answered = true;
        self.due = true;
    }
}
