//! What the stage is told, in order; of the patches that were sent while it was busy, the last alone.

use crate::stage::Message;
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// What was told and not yet done.
#[derive(Default)]
pub struct Queue {
    waiting: VecDeque<Message>,
}

impl Queue {
    /// What is to be done next; waits so long for it.
    pub fn next(
        &mut self,
        messages: &Receiver<Message>,
        wait: Duration,
    ) -> Result<Message, RecvTimeoutError> {
        if self.waiting.is_empty() {
            self.waiting.push_back(messages.recv_timeout(wait)?);
        }
        self.waiting.extend(messages.try_iter());
        let sets = |m: &Message| matches!(m, Message::Send(..) | Message::Set(..));
        while let Some(message) = self.waiting.pop_front() {
            if !matches!(message, Message::Send(..)) || !self.waiting.iter().any(sets) {
                return Ok(message);
            }
        }
        Err(RecvTimeoutError::Timeout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wires::Order;
    use signalbox_engine::patch::Patch;
    use std::sync::mpsc;

    #[test]
    fn of_patches_that_wait_the_last_alone_has_its_turn_and_all_else_keeps_its_order() {
        let (sender, receiver) = mpsc::channel();
        let mut answers = Vec::new();
        let mut send = |title: &'static str| {
            let (answer, answered) = mpsc::channel();
            answers.push(answered);
            let make = Box::new(move || Patch { title: title.into(), ..Patch::default() });
            Message::Send(make, answer)
        };
        let told = [send("a"), Message::Order(Order::Roll(true)), send("b"), Message::Seek(1.0), send("c")];
        told.into_iter().for_each(|m| sender.send(m).expect("it is heard"));
        let mut queue = Queue::default();
        let mut next = || queue.next(&receiver, Duration::ZERO);
        assert!(matches!(next(), Ok(Message::Order(_))));
        assert!(matches!(next(), Ok(Message::Seek(_))));
        let Ok(Message::Send(make, _)) = next() else { panic!("a patch is to be set") };
        assert_eq!(make().title, "c");
        assert!(next().is_err());
        assert!(answers[..2].iter().all(|a| matches!(a.try_recv(), Err(mpsc::TryRecvError::Disconnected))));
    }
}
