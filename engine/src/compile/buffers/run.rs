//! The step that runs a node, or several side by side.

use super::Assigner;
use crate::compile::emit::{Ports, Value};
use crate::compile::flat::Depth;
use crate::compile::order::Mode;
use crate::run::PortView;
use crate::schedule::{Bank, Moved, Place, Run, Step, Window};

impl Assigner<'_> {
    fn bank(&mut self, members: &[Option<usize>]) -> u32 {
        let next = self.schedule.banks.len() as u32;
        let first = members.iter().flatten().next().copied();
        match first.map(|n| self.banks[n]).filter(|&bank| bank != u32::MAX) {
            Some(bank) => bank,
            None => {
                first.into_iter().for_each(|n| self.banks[n] = next);
                self.schedule.banks.push(Bank { members: members.to_vec(), pointwise: false });
                next
            }
        }
    }

    pub(super) fn run(
        &mut self,
        (members, mode): (&[Option<usize>], Mode),
        inputs: &[Ports],
        outputs: &[Ports],
        before: Vec<Place>,
        moved: &[(usize, Value, Vec<Depth>)],
    ) -> Step {
        let bank = self.bank(members);
        let first = members.iter().flatten().copied().next().unwrap_or(0);
        let node = &self.flat.nodes[first];
        let span = members.len() as u32;
        let mut places = Vec::new();
        // In a loop a node sees the events of a few frames at once.
        let (looped, lists, mut windows) = (self.around.is_some(), self.schedule.lists, Vec::new());
        let mut seen = |whole: u32, written: bool| {
            if !looped || whole == 0 {
                return whole;
            }
            let seen = lists + windows.len() as u32;
            windows.push(Window { whole, seen, written });
            seen
        };
        let mut views = |ports: &[Ports],
                         connected: &dyn Fn(usize) -> bool,
                         in_place: bool,
                         is_output: bool|
         -> Vec<PortView> {
            ports
                .iter()
                .enumerate()
                .map(|(i, port)| match port {
                    // The empty list is never written, not even where a node sends in spite of it.
                    Ports::List(list, apart) => PortView {
                        start: seen(*list, is_output),
                        width: 0,
                        events: *list != 0,
                        apart: *apart,
                        connected: connected(i),
                    },
                    Ports::Channels(values) => {
                        let start = places.len() as u32;
                        // The first input of a node in place is found in its first output.
                        let hidden = in_place && i == 0;
                        if !hidden {
                            places.extend(values.iter().map(|&v| self.slots.place_in(v, span)));
                        }
                        let width = if hidden { 0 } else { values.len() as u16 };
                        PortView { start, width, events: false, apart: false, connected: connected(i) }
                    }
                })
                .collect()
        };
        let in_place = node.declaration.in_place && mode == Mode::Process;
        let inputs = views(inputs, &|i| node.connected[i], in_place, false);
        let outputs = views(outputs, &|_| true, false, true);
        self.schedule.lists += windows.len() as u32;
        let mut all: Vec<Moved> = Vec::new();
        let mut entry = |parameter: usize| {
            all.iter().position(|m| m.parameter as usize == parameter).unwrap_or_else(|| {
                let range = node.declaration.parameters[parameter].range().map_or((0.0, 0.0), |r| (r.1, r.2));
                let parameter = parameter as u32;
                all.push(Moved { parameter, range, curves: Vec::new(), cables: Vec::new() });
                all.len() - 1
            })
        };
        // A lane outside an instance stands before one inside, and counts as values outside do.
        let curve = |node: usize, parameter: usize| {
            self.lanes.get(&node).and_then(|all| all.iter().find(|l| l.0 == parameter)).map(|l| l.1)
        };
        let mut curves: Vec<(usize, Vec<u32>)> = Vec::new();
        if mode != Mode::Absorb {
            for &(parameter, _) in self.lanes.get(&first).into_iter().flatten() {
                let own = curve(first, parameter).unwrap_or(0);
                let of = |m: &Option<usize>| m.and_then(|n| curve(n, parameter)).unwrap_or(own);
                curves.push((entry(parameter), members.iter().map(of).collect()));
            }
        }
        let cables: Vec<_> =
            moved.iter().map(|(p, value, depths)| (entry(*p), *value, depths.clone())).collect();
        for (at, curves) in curves {
            all[at].curves = curves;
        }
        for (at, value, depths) in cables {
            all[at].cables.push((self.slots.place_in(value, span), depths));
        }
        let arrival = match mode {
            Mode::Absorb => self.alignment.absorb[first],
            _ => self.alignment.arrival[first],
        };
        Step::Run(Run {
            bank,
            mode,
            arrival: arrival as u32,
            inputs,
            outputs,
            slots: places.iter().map(|p| p.slot / span).collect(),
            places,
            before,
            moved: all,
            windows,
        })
    }
}
