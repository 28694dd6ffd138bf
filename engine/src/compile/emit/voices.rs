//! Steps of voices: one deals events to them, others measure how loud they are.

use super::{Channel, Emitter, Given, Op};
use crate::compile::internal::DEALT_PORTS;
use std::collections::BTreeMap;

/// The lists of the voices are filled up to a whole multiple of this, so that the last lanes of a batch have some too.
const ROOM: usize = 16;

impl Emitter<'_> {
    /// Deals events to the voices of an instance.
    pub(super) fn deal(&mut self, voices: usize) {
        let (node, count) = (self.flat.voices[voices].dealer, self.flat.voices[voices].count);
        let ports = self.flat.nodes[node].connected.iter().filter(|c| **c).count().min(DEALT_PORTS);
        let from: Vec<u32> = (0..ports).map(|port| self.events(node, port)).collect();
        let (to, room) = (self.out.lists, count.next_multiple_of(ROOM) as u32);
        self.out.lists += room * ports as u32;
        for port in 0..ports as u32 {
            let first = to + room * port;
            self.dealt.push(first..first + room);
            self.given[node].push(Given::Dealt(first));
        }
        self.out.ops.push(Op::Deal { voices, from, to, room });
    }

    /// The first of the lists that the lanes of a batch hear, where those are lists of voices in their order.
    pub(super) fn in_a_row(&self, members: &[Option<usize>], lists: &[u32]) -> Option<u32> {
        let start = lists[0];
        let row = start..start + lists.len() as u32;
        let whole = self.dealt.iter().any(|d| d.start <= row.start && row.end <= d.end);
        let matches = |((node, list), at): ((&Option<usize>, &u32), u32)| node.is_none() || *list == at;
        (whole && members.iter().zip(lists).zip(row).all(matches)).then_some(start)
    }

    /// Measures what nodes that have just run give to the sums of voices, each value by itself, while it is near.
    pub(super) fn measure(&mut self, nodes: &[Option<usize>]) {
        if self.sums.is_empty() {
            return;
        }
        let mut levels = BTreeMap::<_, Vec<(u32, u32, f32)>>::new();
        for &n in nodes.iter().flatten() {
            for cable in self.leaving[n].iter().map(|&c| &self.flat.cables[c]) {
                let (Some(voice), Some(&voices)) = (cable.voice, self.sums.get(&cable.to.0)) else {
                    continue;
                };
                // One that is just going may be one too many.
                if voice as usize >= self.flat.voices[voices].count {
                    continue;
                }
                let Some(Given::Channels(channels)) = self.given[n].get(cable.from.1) else { continue };
                let heard = |c: &&Channel| **c != Channel::SILENT && cable.gain != 0.0;
                for channel in channels.iter().filter(heard) {
                    let lanes = levels.entry((voices, channel.value)).or_default();
                    lanes.push((channel.lane, voice, cable.gain));
                }
            }
        }
        for ((voices, of), lanes) in levels {
            self.out.ops.push(Op::Level { voices, of, lanes });
        }
    }
}
