//! Steps of loops.

use super::{Channel, Emitter, Given, Op, Values, Vertex};
use crate::compile::order::Loop;
use foldhash::HashSet;

impl Emitter<'_> {
    /// Runs the nodes of a loop, a few frames at once, round and round.
    pub(super) fn around(&mut self, l: &Loop, vertices: &[Vertex]) {
        let nodes: HashSet<usize> = vertices.iter().map(|v| v.node).collect();
        let inside = |n: usize| nodes.contains(&n);
        // What comes from outside is made ready once.
        let mut entering: Vec<usize> =
            vertices.iter().flat_map(|v| self.arriving[v.node].iter().copied()).collect();
        entering.sort_unstable();
        entering.dedup();
        entering.retain(|&c| !inside(self.flat.cables[c].from.0));
        let sound = |given: &Given| matches!(given, Given::Channels(_));
        for cable in entering {
            let from = self.flat.cables[cable].from;
            if self.given[from.0].get(from.1).is_some_and(sound) {
                let channels = self.delayed(cable);
                let own = channels.into_iter().map(|c| Channel::own(self.alone(c))).collect();
                self.brought.insert(cable, own);
            }
        }
        self.out.ops.push(Op::Begin { frames: l.frames });
        for &cable in &l.cables {
            let from = self.flat.cables[cable].from;
            let to: Values = (0..self.widths.outputs[from.0][from.1]).map(|_| self.value(1)).collect();
            self.out.ops.push(Op::Give { cable, to: to.to_vec() });
            let to = self.faded(cable, to);
            self.brought.insert(cable, to.into_iter().map(Channel::own).collect());
        }
        vertices.iter().for_each(|&v| self.vertex(v));
        for &cable in &l.cables {
            let from = self.flat.cables[cable].from;
            if let Some(Given::Channels(channels)) = self.given[from.0].get(from.1) {
                let from = channels.iter().map(|c| c.value).collect();
                self.out.ops.push(Op::Take { cable, from });
            }
        }
        self.out.ops.push(Op::End);
        self.brought.clear();
    }
}
