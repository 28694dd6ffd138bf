//! Lists of events in a pass: merged, dealt to voices, seen some frames at once.

use super::pass::Pass;
use crate::compile::DEALT_PORTS;
use crate::node::{Event, EventKind, EventList};
use crate::schedule::Run;
use std::ops::Range;

impl Pass<'_> {
    /// Merges the events of some frames, those that are held back as they become due.
    pub(super) fn merge(&mut self, to: u32, from: &[(u32, Option<u32>)], ends: bool, frames: Range<usize>) {
        let begins = ends && *self.memory.born.get_or_insert(self.start) == self.start;
        let lists = &mut self.memory.lists;
        let mut merged = std::mem::replace(&mut lists[to as usize], EventList::empty());
        if frames.start == 0 {
            merged.clear();
            if begins {
                merged.push(Event { frame: 0, kind: EventKind::AllOff });
            }
        }
        for &(list, held) in from {
            let events = &lists[list as usize];
            match held {
                None => events
                    .iter()
                    .filter(|e| frames.contains(&(e.frame as usize)))
                    .for_each(|&e| merged.push(e)),
                Some(line) => {
                    // SAFETY: this is the one runner of the program's builder, held by mutable reference.
                    let line = unsafe { &mut *self.program.event_lines[line as usize].0.get() };
                    line.run(self.start, frames.clone(), events, &mut merged);
                }
            }
        }
        lists[to as usize] = merged;
    }

    /// Deals the events of some frames, in order of time and then of the ports.
    pub(super) fn deal(&mut self, dealer: u32, from: &[u32], (to, room): (u32, u32), frames: Range<usize>) {
        // SAFETY: this is the one runner of the program's builder, held by mutable reference.
        let dealer = unsafe { &mut *self.program.dealers[dealer as usize].0.get() };
        let lists = &mut self.memory.lists;
        if frames.start == 0 {
            lists[to as usize..(to + room * from.len() as u32) as usize]
                .iter_mut()
                .for_each(EventList::clear);
        }
        // How far each list has been read.
        let mut read = [0; DEALT_PORTS];
        loop {
            let next = |port: usize| {
                let mut rest = lists[from[port] as usize].iter().skip(read[port]);
                rest.find(|e| frames.contains(&(e.frame as usize))).copied()
            };
            let first = (0..from.len()).filter_map(|port| next(port).map(|event| (port, event)));
            let Some((port, event)) = first.min_by_key(|(_, event)| event.frame) else { return };
            let list = &lists[from[port] as usize];
            read[port] +=
                list[read[port]..].iter().take_while(|e| !frames.contains(&(e.frame as usize))).count() + 1;
            dealer.deal(self.start + i64::from(event.frame), port, event, |voice, port, event| {
                // A note may be held that a port brought which is no longer there.
                if port < from.len() {
                    lists[to as usize + room as usize * port + voice].push(event);
                }
            });
        }
    }

    /// Shows a node in a loop the events of some frames.
    pub(super) fn read_windows(&mut self, run: &Run, frames: &Range<usize>) {
        let lists = &mut self.memory.lists;
        for window in run.windows.iter().filter(|w| !w.written) {
            let mut seen = std::mem::replace(&mut lists[window.seen as usize], EventList::empty());
            seen.clear();
            for event in lists[window.whole as usize].iter().filter(|e| frames.contains(&(e.frame as usize)))
            {
                seen.push(Event { frame: event.frame - frames.start as u32, ..*event });
            }
            lists[window.seen as usize] = seen;
        }
    }

    /// Adds the events that a node in a loop has sent to those of the block.
    pub(super) fn write_windows(&mut self, run: &Run, frames: &Range<usize>) {
        let lists = &mut self.memory.lists;
        for window in run.windows.iter().filter(|w| w.written) {
            let mut whole = std::mem::replace(&mut lists[window.whole as usize], EventList::empty());
            if frames.start == 0 {
                whole.clear();
            }
            for event in lists[window.seen as usize].iter() {
                whole.push(Event { frame: event.frame + frames.start as u32, ..*event });
            }
            lists[window.whole as usize] = whole;
        }
    }
}
