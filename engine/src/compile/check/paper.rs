//! What is known on paper at a step of a schedule.

use crate::compile::buffers::SILENT_SLOTS;
use crate::compile::{DEALT_PORTS, Mode};
use crate::schedule::{Line, Place, Schedule, Step, Term};

/// What a delay was used for.
#[derive(Clone, Copy, PartialEq)]
pub enum Used {
    No,
    Delay,
    /// In a loop: it gave, and has to take.
    Given,
    Taken,
}

/// What stands where.
#[derive(Clone)]
pub struct Paper {
    /// Which value each slot holds.
    pub slots: Vec<Option<u32>>,
    /// Whether each list of events is there.
    pub lists: Vec<bool>,
    /// How each node was run last.
    pub ran: Vec<Option<Mode>>,
    /// Whether each delay was used.
    pub lines: Vec<Used>,
    /// The same for those side by side, and for events.
    pub wide_lines: Vec<bool>,
    pub event_lines: Vec<bool>,
    /// By dealer: whether it dealt, and how often its voices were measured.
    pub dealt: Vec<bool>,
    pub levels: Vec<u32>,
}

/// How many slots a sum in double precision covers.
const SUM_SPAN: u32 = 2;

/// A delay in a loop holds one frame of so many channels.
fn one_frame(schedule: &Schedule, line: u32, width: usize) -> Result<(), String> {
    let line = &schedule.lines[line as usize];
    if line.frames == 1 && line.width == width { Ok(()) } else { Err("the delay has another width".into()) }
}

/// Whether two places share a slot.
pub fn overlap(a: Place, b: Place) -> bool {
    a.slot < b.slot + b.span && b.slot < a.slot + a.span
}

/// Uses a thing that can be used once.
pub fn once(used: &mut [bool], at: u32, what: &str) -> Result<(), String> {
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
    /// What is known before the first step.
    pub fn new(schedule: &Schedule) -> Self {
        let mut paper = Self {
            slots: vec![None; schedule.slots as usize],
            lists: vec![false; schedule.lists as usize],
            ran: vec![None; schedule.banks.len()],
            lines: vec![Used::No; schedule.lines.len()],
            wide_lines: vec![false; schedule.wide_lines.len()],
            event_lines: vec![false; schedule.event_lines.len()],
            dealt: vec![false; schedule.dealers.len()],
            levels: vec![0; schedule.dealers.len()],
        };
        paper.slots.iter_mut().take(SILENT_SLOTS as usize).for_each(|silent| *silent = Some(0));
        if let Some(empty) = paper.lists.first_mut() {
            *empty = true;
        }
        paper
    }

    pub fn read(&self, place: Place) -> Result<(), String> {
        for slot in place.slot..place.slot.saturating_add(place.span) {
            match self.slots.get(slot as usize) {
                None => return Err(format!("slot {slot} is not there")),
                Some(Some(value)) if *value == place.value => {}
                Some(held) => {
                    return Err(format!("wants value {} in slot {slot}, which holds {held:?}", place.value));
                }
            }
        }
        Ok(())
    }

    pub fn write(&mut self, place: Place) -> Result<(), String> {
        if place.slot < SILENT_SLOTS {
            return Err("writes a silent slot".into());
        }
        if place.span == 0 || !place.slot.is_multiple_of(place.span) {
            return Err(format!("slot {} is no place for {} side by side", place.slot, place.span));
        }
        for slot in place.slot..place.slot.saturating_add(place.span) {
            match self.slots.get_mut(slot as usize) {
                None => return Err(format!("slot {slot} is not there")),
                Some(slot) => *slot = Some(place.value),
            }
        }
        Ok(())
    }

    /// Reads a place that must have so many slots.
    pub fn read_span(&self, place: Place, span: u32) -> Result<(), String> {
        if place.span != span {
            return Err(format!("slot {} has span {}, wanted is {span}", place.slot, place.span));
        }
        self.read(place)
    }

    fn sum(&mut self, before: Option<Place>, to: Place, terms: &[Term]) -> Result<(), String> {
        if let Some(before) = before {
            self.read_span(before, SUM_SPAN)?;
            if to.slot != before.slot && overlap(before, to) {
                return Err("a sum goes on half over itself".into());
            }
        }
        if !matches!(to.span, 1 | SUM_SPAN) {
            return Err(format!("a sum has span {}", to.span));
        }
        for term in terms {
            let place = term.place();
            match term {
                Term::Channel(..) => self.read_span(place, 1)?,
                Term::Lanes(_, lanes) => {
                    self.read(place)?;
                    if !matches!(place.span, 4 | 8 | 16) || lanes.iter().any(|l| l.0 >= place.span) {
                        return Err("a sum reads a lane that is not there".into());
                    }
                }
            }
            if overlap(place, to) {
                return Err(format!("sums slot {} into itself", to.slot));
            }
        }
        self.write(to)
    }

    pub fn step(&mut self, at: usize, step: &Step, schedule: &Schedule) -> Result<(), String> {
        match step {
            Step::Copy { from, to } => {
                self.read_span(*from, to.span)?;
                if overlap(*from, *to) {
                    return Err("copies a slot onto itself".into());
                }
                self.write(*to)
            }
            Step::Sum { before, to, terms } => self.sum(*before, *to, terms),
            Step::WideSum { to, terms } => {
                for (place, gains) in terms {
                    self.read_span(*place, to.span)?;
                    if gains.len() != to.span as usize || overlap(*place, *to) {
                        return Err(format!("a sum over lanes reads slot {} wrongly", place.slot));
                    }
                }
                self.write(*to)
            }
            Step::Pack { from, to } => {
                if from.len() != to.span as usize || !matches!(to.span, 4 | 8 | 16) {
                    return Err(format!("{} channels do not make {} lanes", from.len(), to.span));
                }
                for place in from {
                    self.read_span(*place, 1)?;
                    if overlap(*place, *to) {
                        return Err(format!("lays slot {} into itself", place.slot));
                    }
                }
                self.write(*to)
            }
            Step::Unpack { from, to } => {
                self.read(*from)?;
                for (i, (lane, place)) in to.iter().enumerate() {
                    let twice = to[..i].iter().any(|t| t.1.slot == place.slot);
                    if *lane >= from.span || place.span != 1 || overlap(*from, *place) || twice {
                        return Err(format!("takes lane {lane} of slot {} apart wrongly", from.slot));
                    }
                }
                to.iter().try_for_each(|t| self.write(t.1))
            }
            Step::Loop { .. } => Ok(()),
            Step::Fuse { steps } => {
                let rest = schedule.steps.get(at + 1..at + 1 + steps).unwrap_or_default();
                let fits = |s: &Step| matches!(s, Step::Run(run) if run.mode == Mode::Process && run.moved.is_empty());
                let whole = rest.len() == *steps && *steps > 0 && rest.iter().all(fits);
                if whole { Ok(()) } else { Err("fuses what does not rest".into()) }
            }
            Step::Give { line, to } => {
                self.line(*line, (Used::No, Used::Given))?;
                one_frame(schedule, *line, to.len())?;
                to.iter().try_for_each(|place| self.write(*place))
            }
            Step::Take { line, from } => {
                self.line(*line, (Used::Given, Used::Taken))?;
                one_frame(schedule, *line, from.len())?;
                from.iter().try_for_each(|place| self.read_span(*place, 1))
            }
            Step::Delay { line, channels } => {
                self.line(*line, (Used::No, Used::Delay))?;
                if schedule.lines[*line as usize].width != channels.len() {
                    return Err("the delay has another width".into());
                }
                for (before, after) in channels {
                    self.read_span(*before, 1)?;
                    if before.slot != after.slot {
                        return Err("a delay works in place, but its slots differ".into());
                    }
                }
                channels.iter().try_for_each(|c| self.write(c.1))
            }
            Step::WideDelay { line, channels } => {
                once(&mut self.wide_lines, *line, "delay side by side")?;
                let line = &schedule.wide_lines[*line as usize];
                let alike = |l: &Line| {
                    (l.width, l.frames, l.was.unwrap_or(l.frames))
                        == (channels.len(), line.frames(), l.frames)
                };
                if !matches!(line.lanes.len(), 4 | 8 | 16) || line.frames() == 0 || !line.lines().all(alike) {
                    return Err("delays that lie side by side are not alike".into());
                }
                for (before, after) in channels {
                    self.read_span(*before, line.lanes.len() as u32)?;
                    if (before.slot, before.span) != (after.slot, after.span) {
                        return Err("a delay works in place, but its slots differ".into());
                    }
                }
                channels.iter().try_for_each(|c| self.write(c.1))
            }
            Step::Fade { channels, .. } => {
                for (before, after) in channels {
                    self.read_span(*before, 1)?;
                    if before.slot != after.slot {
                        return Err("a fade works in place, but its slots differ".into());
                    }
                }
                channels.iter().try_for_each(|c| self.write(c.1))
            }
            Step::Merge { to, from, .. } => {
                for &(list, held) in from {
                    self.list(list)?;
                    if let Some(line) = held {
                        once(&mut self.event_lines, line, "delay of events")?;
                    }
                }
                once(&mut self.lists, *to, "list")
            }
            Step::Deal { dealer, from, to, room } => {
                once(&mut self.dealt, *dealer, "dealer")?;
                let dealer = &schedule.dealers[*dealer as usize];
                if from.len() != dealer.ports as usize || from.len() > DEALT_PORTS || *room < dealer.voices {
                    return Err("deals to other voices than there are".into());
                }
                from.iter().try_for_each(|&list| self.list(list))?;
                let lists = *to..to.saturating_add(room.saturating_mul(dealer.ports));
                lists.into_iter().try_for_each(|list| once(&mut self.lists, list, "list"))
            }
            Step::Level { dealer, of, lanes } => {
                self.read(*of)?;
                *self.levels.get_mut(*dealer as usize).ok_or("a dealer is not there")? += 1;
                let voices = schedule.dealers[*dealer as usize].voices;
                if !matches!(of.span, 1 | 4 | 8 | 16) || lanes.iter().any(|l| l.0 >= of.span || l.1 >= voices)
                {
                    return Err("measures a lane or a voice that is not there".into());
                }
                Ok(())
            }
            Step::Run(run) => self.run(run, schedule),
        }
    }

    /// Uses a delay.
    fn line(&mut self, line: u32, (from, to): (Used, Used)) -> Result<(), String> {
        match self.lines.get_mut(line as usize) {
            None => Err(format!("delay {line} is not there")),
            Some(used) if *used == from => {
                *used = to;
                Ok(())
            }
            Some(Used::No) => Err(format!("delay {line} takes before it gave")),
            Some(_) => Err(format!("delay {line} is used twice")),
        }
    }

    /// A list can be read once it was written.
    pub fn list(&self, list: u32) -> Result<(), String> {
        match self.lists.get(list as usize) {
            Some(true) => Ok(()),
            Some(false) => Err(format!("list {list} is read before it is there")),
            None => Err(format!("list {list} is not there")),
        }
    }
}
