//! Tells what happens while a patch plays.

use super::screen::Screen;
use crate::say::tell;
use signalbox_live::{Dropout, Event, Status, Trip};

/// What was told.
#[derive(Default)]
pub struct Report {
    trip: Option<Trip>,
}

/// The most nodes of a late buffer that are named.
const NAMED: usize = 3;

impl Report {
    /// Tells one thing that has happened.
    pub fn tell(event: Event) {
        Self::text(event).iter().for_each(tell);
    }

    /// One thing that has happened in words; nothing where that is others' to tell.
    pub fn text(event: Event) -> Option<String> {
        Some(match event {
            Event::Plays(device, rate) => format!("plays on {device} at {rate} Hz"),
            Event::Lost(device) => {
                format!("{device} is lost; the song goes on in silence until it is back")
            }
            Event::NoDevice(why) => {
                format!("{why}; the song goes on in silence, and the device is tried again")
            }
            Event::Refused(why) => format!("error: {why}; what was there before plays on"),
            Event::NotFinite(node) => {
                format!("`{node}` gave what is no number and was silenced for a moment")
            }
            Event::Records(device, rate) => format!("records from {device} at {rate} Hz"),
            Event::InputLost(device) => {
                format!("{device} is lost; silence is recorded until it is back")
            }
            Event::NoInput(why) => {
                format!("{why}; silence is recorded, and the device is tried again")
            }
            Event::Late(dropout) => late(&dropout),
            // The show keeps it.
            Event::Learnt(_) => return None,
        })
    }

    /// Tells that the guard has muted, once.
    pub fn trip(&mut self, status: &Status, screen: &Screen) {
        if status.trip == self.trip {
            return;
        }
        self.trip = status.trip;
        let why = match status.trip {
            Some(Trip::Jump) => "the level jumped by more than 24 dB",
            Some(Trip::NotFinite) => "something was no number",
            None => return,
        };
        screen.aside(|| tell(format_args!("muted, because {why}; press u to listen again")));
    }
}

/// A dropout in words.
fn late(dropout: &Dropout) -> String {
    let Dropout { song, share, system, nodes, others } = dropout;
    let who = match nodes.as_slice() {
        [] if *system => "the system had taken the processor away".into(),
        [] => "all of it is too much".into(),
        [node] => format!("`{node}` took longer than it does otherwise"),
        [named @ .., _] if named.len() < NAMED => format!("one of `{}` took longer", nodes.join("`, `")),
        [first, .., last] => format!("one of {} nodes, `{first}` to `{last}`, took longer", nodes.len()),
    };
    let more = if *others > 0 { format!("; {others} more before that") } else { String::new() };
    format!("late at {song:.2} s, {:.0} % of the time that there was: {who}{more}", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_buffer_is_blamed_in_words() {
        let dropout = |nodes: &[&str]| Dropout {
            system: nodes.is_empty(),
            song: 12.5,
            share: 1.5,
            nodes: nodes.iter().map(|n| n.to_string()).collect(),
            others: 0,
        };
        assert!(late(&dropout(&[])).contains("the system"));
        assert!(
            late(&dropout(&["lead"]))
                .starts_with("late at 12.50 s, 150 % of the time that there was: `lead`")
        );
        assert!(late(&dropout(&["a", "b"])).contains("one of `a`, `b`"));
        assert!(late(&dropout(&["a", "b", "c", "d", "e"])).contains("one of 5 nodes, `a` to `e`"));
        assert!(late(&Dropout { others: 3, ..dropout(&["a"]) }).ends_with("; 3 more before that"));
    }
}
