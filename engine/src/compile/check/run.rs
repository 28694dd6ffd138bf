//! A node, or several side by side, on paper.

use super::paper::{Paper, once, overlap};
use crate::compile::Mode;
use crate::schedule::{Place, Run, Schedule};
use smallvec::SmallVec;

impl Paper {
    /// A node runs once, or gives once and then takes once.
    fn turn(&mut self, run: &Run) -> Result<(), String> {
        let ran = self.ran.get_mut(run.bank as usize).ok_or("no such bank")?;
        let right = match run.mode {
            Mode::Process | Mode::Emit => ran.is_none(),
            Mode::Absorb => *ran == Some(Mode::Emit),
        };
        *ran = Some(run.mode);
        if right { Ok(()) } else { Err("the node runs twice, or takes before it gave".into()) }
    }

    /// Runs a node, or several side by side.
    pub fn run(&mut self, run: &Run, schedule: &Schedule) -> Result<(), String> {
        self.turn(run)?;
        let lanes = schedule.banks[run.bank as usize].lanes();
        let span = lanes as u32;
        if lanes > 1 && run.mode != Mode::Process {
            return Err("nodes side by side cut no loop".into());
        }
        for moved in &run.moved {
            if moved.curves.iter().any(|&curve| curve as usize >= schedule.lanes.len()) {
                return Err("a lane is not there".into());
            }
            let whole = moved.curves.is_empty() || moved.curves.len() == lanes;
            if !whole || moved.cables.iter().any(|c| c.1.len() != lanes) {
                return Err("a parameter is not moved in all lanes".into());
            }
        }
        let places = |port: &crate::run::PortView| -> Result<&[Place], String> {
            if port.events {
                let last = port.start + if port.apart { span - 1 } else { 0 };
                let there = port.width == 0 && last < schedule.lists;
                return if there { Ok(&[]) } else { Err(format!("list {} is not there", port.start)) };
            }
            let start = port.start as usize;
            run.places
                .get(start..start + usize::from(port.width))
                .ok_or_else(|| "a port has no places".into())
        };
        let given = run.slots.iter().map(|&slot| slot.checked_mul(span));
        if run.places.iter().map(|p| Some(p.slot)).ne(given) {
            return Err("slots and places differ".into());
        }
        if run.places.iter().chain(&run.before).any(|p| p.span != span) {
            return Err("a port has another number of lanes".into());
        }
        for window in run.windows.iter().filter(|w| !w.written) {
            self.list(window.whole)?;
            *self.lists.get_mut(window.seen as usize).ok_or("a window is not there")? = true;
        }
        let mut read = SmallVec::<[Place; 16]>::new();
        for port in &run.inputs {
            if port.events {
                let count = if port.apart { span } else { 1 };
                (port.start..port.start + count).try_for_each(|list| self.list(list))?;
            }
            for place in places(port)? {
                self.read(*place)?;
                read.push(*place);
            }
        }
        for place in run.moved.iter().flat_map(|m| m.cables.iter().map(|c| c.0)) {
            self.read_span(place, span)?;
            read.push(place);
        }
        for place in &run.before {
            self.read(*place)?;
        }
        let mut written = SmallVec::<[Place; 16]>::new();
        for (i, port) in run.outputs.iter().enumerate() {
            let channels = places(port)?;
            if i == 0
                && !run.before.is_empty()
                && run.before.iter().map(|p| p.slot).ne(channels.iter().map(|p| p.slot))
            {
                return Err("works in place, but in other slots than its input".into());
            }
            if port.events {
                if lanes > 1 {
                    return Err("nodes side by side give no events".into());
                }
                once(&mut self.lists, port.start, "list")?;
            }
            written.extend_from_slice(channels);
        }
        for window in run.windows.iter().filter(|w| w.written) {
            once(&mut self.lists, window.whole, "list")?;
        }
        for (i, place) in written.iter().enumerate() {
            if read.iter().chain(&written[..i]).any(|p| overlap(*p, *place)) {
                return Err(format!("slot {} is used twice", place.slot));
            }
        }
        written.into_iter().try_for_each(|place| self.write(place))
    }
}
