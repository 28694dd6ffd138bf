//! Proves a schedule by playing it through on paper: every step must find in its slots the very values that it means.

use super::Mode;
use crate::schedule::{Place, Run, Schedule, Step};

/// Plays a schedule through; the text tells the first step that reads what has been overwritten or was never there, and
/// any node, delay or list of events that is used twice or in the wrong order.
pub fn check(schedule: &Schedule) -> Result<(), String> {
    let mut paper = Paper {
        slots: vec![None; schedule.slots as usize],
        lists: vec![false; schedule.lists as usize],
        ran: vec![None; schedule.nodes.len()],
        lines: vec![false; schedule.lines.len()],
        event_lines: vec![false; schedule.event_lines.len()],
    };
    if let Some(silent) = paper.slots.first_mut() {
        *silent = Some(0);
    }
    if let Some(empty) = paper.lists.first_mut() {
        *empty = true;
    }
    for (at, step) in schedule.steps.iter().enumerate() {
        paper.step(step, schedule).map_err(|why| format!("step {at}: {why}"))?;
    }
    let stopped = |ran: &Option<Mode>| !matches!(ran, Some(Mode::Process | Mode::Absorb));
    if let Some(node) = paper.ran.iter().position(stopped) {
        return Err(format!("node {node} is not run to its end"));
    }
    if !paper.lines.iter().chain(&paper.event_lines).all(|used| *used) {
        return Err("a delay is not used".into());
    }
    for output in &schedule.outputs {
        for place in &output.channels {
            paper.read(*place).map_err(|why| format!("output {}: {why}", output.name))?;
        }
    }
    Ok(())
}

struct Paper {
    /// Which value each slot holds.
    slots: Vec<Option<u32>>,
    /// Whether each list of events is there.
    lists: Vec<bool>,
    /// How each node was run last.
    ran: Vec<Option<Mode>>,
    /// Whether each delay was used.
    lines: Vec<bool>,
    /// The same for events.
    event_lines: Vec<bool>,
}

/// Uses a thing that can be used once.
fn once(used: &mut [bool], at: u32, what: &str) -> Result<(), String> {
    match used.get_mut(at as usize) {
        None => Err(format!("{what} {at} is not there")),
        Some(true) => Err(format!("{what} {at} is used twice")),
        Some(used) => {
            *used = true;
            Ok(())
        }
    }
}

impl Paper {
    fn read(&self, place: Place) -> Result<(), String> {
        match self.slots.get(place.slot as usize) {
            None => Err(format!("slot {} is not there", place.slot)),
            Some(Some(value)) if *value == place.value => Ok(()),
            Some(held) => {
                Err(format!("wants value {} in slot {}, which holds {held:?}", place.value, place.slot))
            }
        }
    }

    fn write(&mut self, place: Place) -> Result<(), String> {
        if place.slot == 0 {
            return Err("writes the silent slot".into());
        }
        match self.slots.get_mut(place.slot as usize) {
            None => Err(format!("slot {} is not there", place.slot)),
            Some(slot) => {
                *slot = Some(place.value);
                Ok(())
            }
        }
    }

    fn step(&mut self, step: &Step, schedule: &Schedule) -> Result<(), String> {
        match step {
            Step::Copy { from, to } => {
                self.read(*from)?;
                if from.slot == to.slot {
                    return Err("copies a slot onto itself".into());
                }
                self.write(*to)
            }
            Step::Sum { to, terms } => {
                for (place, _) in terms {
                    self.read(*place)?;
                    if place.slot == to.slot {
                        return Err(format!("sums slot {} into itself", to.slot));
                    }
                }
                self.write(*to)
            }
            Step::Delay { line, channels } => {
                once(&mut self.lines, *line, "delay")?;
                if schedule.lines[*line as usize].width != channels.len() {
                    return Err("the delay has another width".into());
                }
                for (before, after) in channels {
                    self.read(*before)?;
                    if before.slot != after.slot {
                        return Err("a delay works in place, but its slots differ".into());
                    }
                }
                channels.iter().try_for_each(|c| self.write(c.1))
            }
            Step::Merge { to, from } => {
                for &(list, held) in from {
                    self.list(list)?;
                    if let Some(line) = held {
                        once(&mut self.event_lines, line, "delay of events")?;
                    }
                }
                once(&mut self.lists, *to, "list")
            }
            Step::Run(run) => self.run(run, schedule),
        }
    }

    /// A list can be read once it was written.
    fn list(&self, list: u32) -> Result<(), String> {
        match self.lists.get(list as usize) {
            Some(true) => Ok(()),
            Some(false) => Err(format!("list {list} is read before it is there")),
            None => Err(format!("list {list} is not there")),
        }
    }

    /// A node runs once, or gives once and then takes once.
    fn turn(&mut self, run: &Run) -> Result<(), String> {
        let ran = self.ran.get_mut(run.node as usize).ok_or("no such node")?;
        let right = match run.mode {
            Mode::Process | Mode::Emit => ran.is_none(),
            Mode::Absorb => *ran == Some(Mode::Emit),
        };
        *ran = Some(run.mode);
        if right { Ok(()) } else { Err("the node runs twice, or takes before it gave".into()) }
    }

    fn run(&mut self, run: &Run, schedule: &Schedule) -> Result<(), String> {
        self.turn(run)?;
        let lanes = run.moved.iter().filter_map(|m| m.lane);
        if lanes.into_iter().any(|lane| lane as usize >= schedule.lanes.len()) {
            return Err("a lane is not there".into());
        }
        let places = |port: &crate::run::PortView| -> Result<&[Place], String> {
            if port.events {
                let there = port.width == 0 && port.start < schedule.lists;
                return if there { Ok(&[]) } else { Err(format!("list {} is not there", port.start)) };
            }
            let start = port.start as usize;
            run.places
                .get(start..start + usize::from(port.width))
                .ok_or_else(|| "a port has no places".into())
        };
        if run.places.iter().map(|p| p.slot).ne(run.slots.iter().copied()) {
            return Err("slots and places differ".into());
        }
        let mut read: Vec<u32> = Vec::new();
        for port in &run.inputs {
            if port.events {
                self.list(port.start)?;
            }
            for place in places(port)? {
                self.read(*place)?;
                read.push(place.slot);
            }
        }
        for place in run.moved.iter().flat_map(|m| m.cables.iter().map(|c| c.0)) {
            self.read(place)?;
            read.push(place.slot);
        }
        for place in &run.before {
            self.read(*place)?;
        }
        let mut written: Vec<Place> = Vec::new();
        for (i, port) in run.outputs.iter().enumerate() {
            let channels = places(port)?;
            if i == 0
                && !run.before.is_empty()
                && run.before.iter().map(|p| p.slot).ne(channels.iter().map(|p| p.slot))
            {
                return Err("works in place, but in other slots than its input".into());
            }
            if port.events {
                once(&mut self.lists, port.start, "list")?;
            }
            written.extend(channels);
        }
        for (i, place) in written.iter().enumerate() {
            if read.contains(&place.slot) || written[..i].iter().any(|p| p.slot == place.slot) {
                return Err(format!("slot {} is used twice", place.slot));
            }
        }
        written.into_iter().try_for_each(|place| self.write(place))
    }
}

#[cfg(test)]
mod tests;
