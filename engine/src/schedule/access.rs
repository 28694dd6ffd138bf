//! What a step reads and writes.

use super::{Place, Step};

/// The buffers that a step reads, those that it works on in place included.
pub fn reads(step: &Step, mut each: impl FnMut(Place)) {
    match step {
        Step::Loop { .. } | Step::Fuse { .. } | Step::Give { .. } => {}
        Step::Merge { .. } | Step::Deal { .. } => {}
        Step::Level { of, .. } => each(*of),
        Step::Take { from, .. } | Step::Pack { from, .. } => from.iter().for_each(|&p| each(p)),
        Step::Copy { from, .. } | Step::Unpack { from, .. } => each(*from),
        Step::Sum { before, terms, .. } => {
            before.iter().for_each(|&p| each(p));
            terms.iter().for_each(|t| each(t.place()));
        }
        Step::WideSum { terms, .. } => terms.iter().for_each(|t| each(t.0)),
        Step::Delay { channels, .. } | Step::WideDelay { channels, .. } | Step::Fade { channels, .. } => {
            channels.iter().for_each(|c| each(c.0));
        }
        Step::Run(run) => {
            for port in run.inputs.iter().filter(|p| !p.events) {
                let start = port.start as usize;
                run.places[start..start + usize::from(port.width)].iter().for_each(|&p| each(p));
            }
            run.before.iter().for_each(|&p| each(p));
            run.moved.iter().flat_map(|m| &m.cables).for_each(|c| each(c.0));
        }
    }
}

/// The buffers that a step writes.
pub fn writes(step: &Step, mut each: impl FnMut(Place)) {
    match step {
        Step::Loop { .. } | Step::Fuse { .. } | Step::Take { .. } => {}
        Step::Merge { .. } | Step::Deal { .. } | Step::Level { .. } => {}
        Step::Give { to, .. } => to.iter().for_each(|&p| each(p)),
        Step::Unpack { to, .. } => to.iter().for_each(|t| each(t.1)),
        Step::Copy { to, .. } | Step::Sum { to, .. } | Step::WideSum { to, .. } | Step::Pack { to, .. } => {
            each(*to);
        }
        Step::Delay { channels, .. } | Step::WideDelay { channels, .. } | Step::Fade { channels, .. } => {
            channels.iter().for_each(|c| each(c.1));
        }
        Step::Run(run) => {
            for port in run.outputs.iter().filter(|p| !p.events) {
                let start = port.start as usize;
                run.places[start..start + usize::from(port.width)].iter().for_each(|&p| each(p));
            }
        }
    }
}

/// The lists of events that a step reads (`false`) and writes (`true`), of so many lanes.
pub fn lists(step: &Step, lanes: u32, mut each: impl FnMut(u32, bool)) {
    match step {
        Step::Merge { to, from, .. } => {
            from.iter().for_each(|f| each(f.0, false));
            each(*to, true);
        }
        Step::Deal { from, to, room, .. } => {
            from.iter().for_each(|&list| each(list, false));
            (*to..to + room * from.len() as u32).for_each(|list| each(list, true));
        }
        Step::Run(run) => {
            let seen = |list: u32| run.windows.iter().find(|w| w.seen == list).map_or(list, |w| w.whole);
            for (port, written) in
                run.inputs.iter().map(|p| (p, false)).chain(run.outputs.iter().map(|p| (p, true)))
            {
                let count = if port.apart { lanes } else { 1 };
                if port.events {
                    (port.start..port.start + count).for_each(|list| each(seen(list), written));
                }
            }
        }
        _ => {}
    }
}
