//! Steps of batches: buffers in which nodes lie side by side, handed on as they are where lanes meet their own.

use super::{Channel, Emitter, Given, Op, Ports, SILENCE, Terms, Value, Values, terms};
use crate::compile::flat::Depth;
use crate::compile::order::Mode;
use crate::node::PortKind;
use smallvec::SmallVec;

impl Emitter<'_> {
    /// Runs a batch.
    pub(super) fn batch(&mut self, members: &[Option<usize>]) {
        let Some(first) = members.iter().flatten().copied().next() else { return };
        let (lanes, declaration) = (members.len(), self.flat.nodes[first].declaration);
        self.hold(members);
        let mut inputs = Vec::with_capacity(declaration.inputs.len());
        for (port, declared) in declaration.inputs.iter().enumerate() {
            inputs.push(match declared.kind {
                PortKind::Events => self.lists(members, port),
                PortKind::Audio(_) => Ports::Channels(self.wide_audio(members, port)),
            });
        }
        let moved = self.wide_moved(members);
        let mut in_place = SmallVec::new();
        let mut outputs = Vec::with_capacity(declaration.outputs.len());
        for port in 0..declaration.outputs.len() {
            let width = self.widths.outputs[first][port];
            let channels: Values = (0..width).map(|_| self.value(lanes)).collect();
            if let (0, true, Some(Ports::Channels(from))) = (port, declaration.in_place, inputs.first()) {
                in_place = from.iter().copied().zip(channels.iter().copied()).collect();
            }
            let values = channels.iter().map(|&value| (value, members.to_vec()));
            self.members.extend(values);
            for (lane, node) in members.iter().enumerate() {
                let Some(node) = *node else { continue };
                let channel = |&value| Channel { value, lane: lane as u32, lanes: lanes as u32 };
                self.given[node].push(Given::Channels(channels.iter().map(channel).collect()));
            }
            outputs.push(Ports::Channels(channels));
        }
        self.out.ops.push(Op::Run {
            members: members.into(),
            mode: Mode::Process,
            inputs,
            outputs,
            in_place,
            moved,
        });
        self.measure(members);
    }

    /// What an input port of a batch hears: one value a channel, with all lanes.
    fn wide_audio(&mut self, members: &[Option<usize>], port: usize) -> Values {
        let mut sources = Vec::with_capacity(members.len());
        for node in members {
            sources.push(node.map(|n| self.sources(n, port)));
        }
        let width = members.iter().flatten().next().map_or(0, |&n| self.widths.inputs[n][port]);
        (0..width)
            .map(|channel| {
                let lanes: Vec<_> = sources.iter().map(|s| s.as_ref().map(|s| terms(s, channel))).collect();
                let mut counts = lanes.iter().flatten().map(SmallVec::len);
                let count = counts.next().unwrap_or(0);
                // One cable at full level is no sum: it keeps the sign of a zero.
                let bare = |terms: &Terms| count == 1 && terms[0].1 == 1.0;
                let like = lanes.iter().flatten().next().is_some_and(bare);
                if counts.all(|n| n == count) && lanes.iter().flatten().all(|terms| bare(terms) == like) {
                    return self.wide_sum(&lanes, count);
                }
                // Each lane by itself, where their cables differ in number.
                let own = sources.iter().map(|s| s.as_ref().map_or(SILENCE, |s| self.hear(s, channel)));
                let own = own.collect();
                self.pack(own)
            })
            .collect()
    }

    /// The sum of `count` terms in every lane.
    fn wide_sum(&mut self, lanes: &[Option<Terms>], count: usize) -> Value {
        let mut sum = Vec::with_capacity(count);
        for t in 0..count {
            let at = |lane: &Option<Terms>| lane.as_ref().map(|terms| terms[t]);
            let channels: SmallVec<[Option<Channel>; 16]> =
                lanes.iter().map(|l| at(l).map(|t| t.0)).collect();
            let gains: Vec<f32> = lanes.iter().map(|l| at(l).map_or(0.0, |t| t.1)).collect();
            sum.push((self.side_by_side(&channels), gains));
        }
        match &sum[..] {
            [] => SILENCE,
            [(value, gains)] if lanes.iter().zip(gains).all(|(l, &g)| l.is_none() || g == 1.0) => *value,
            _ => {
                let to = self.value(lanes.len());
                self.out.ops.push(Op::WideSum { to, terms: sum });
                to
            }
        }
    }

    /// One value with these channels in its lanes: theirs where they lie so already.
    fn side_by_side(&mut self, channels: &[Option<Channel>]) -> Value {
        let lanes = channels.len() as u32;
        let mut there = channels.iter().zip(0..).filter_map(|(c, lane)| c.map(|c| (c, lane)));
        if let Some((first, _)) = there.clone().next()
            && first.lanes == lanes
            && there.all(|(c, lane)| c.value == first.value && c.lane == lane && c.lanes == lanes)
        {
            return first.value;
        }
        let own = channels.iter().map(|c| c.map_or(SILENCE, |c| self.alone(c))).collect();
        self.pack(own)
    }

    fn pack(&mut self, from: Vec<Value>) -> Value {
        if from.iter().all(|&v| v == SILENCE) {
            return SILENCE;
        }
        if let Some(&there) = self.packed.get(&from) {
            return there;
        }
        let to = self.value(from.len());
        self.packed.insert(from.clone(), to);
        self.out.ops.push(Op::Pack { from, to });
        to
    }

    /// The lists of events that the lanes hear.
    fn lists(&mut self, members: &[Option<usize>], port: usize) -> Ports {
        let lists: Vec<u32> = members.iter().map(|n| n.map_or(0, |n| self.events(n, port))).collect();
        let mut heard = members.iter().zip(&lists).filter(|(node, _)| node.is_some()).map(|(_, &list)| list);
        let first = heard.next().unwrap_or(0);
        if heard.all(|list| list == first) {
            return Ports::List(first, false);
        }
        if let Some(start) = self.in_a_row(members, &lists) {
            return Ports::List(start, true);
        }
        let start = self.out.lists;
        self.out.lists += lists.len() as u32;
        for (to, list) in (start..).zip(lists) {
            let from = if list == 0 { Vec::new() } else { vec![(list, 0, 0)] };
            self.out.ops.push(Op::Merge { to, from, ends: false });
        }
        Ports::List(start, true)
    }

    /// What moves the parameters of a batch; the class says that it is alike in all lanes.
    fn wide_moved(&mut self, members: &[Option<usize>]) -> Vec<(usize, Value, Vec<Depth>)> {
        let mut lanes = Vec::with_capacity(members.len());
        for node in members {
            let mut moves = node.map(|n| self.moves(n));
            // The class holds cables of one parameter in order, and parameters in any.
            if let Some(moves) = &mut moves {
                moves.sort_by_key(|m| m.0);
            }
            lanes.push(moves);
        }
        let count = lanes.iter().flatten().map(Vec::len).min().unwrap_or(0);
        (0..count)
            .filter_map(|m| {
                let of = |lane: &Option<Vec<(usize, Channel, Depth)>>| lane.as_ref().map(|moves| moves[m]);
                let (parameter, _, kind) = lanes.iter().find_map(of)?;
                let channels: Vec<Option<Channel>> = lanes.iter().map(|l| of(l).map(|m| m.1)).collect();
                let none =
                    if matches!(kind, Depth::Units(_)) { Depth::Units(0.0) } else { Depth::Octaves(0.0) };
                let depths = lanes.iter().map(|l| of(l).map_or(none, |m| m.2)).collect();
                Some((parameter, self.side_by_side(&channels), depths))
            })
            .collect()
    }

    /// A channel as a value of its own. All lanes that will be wanted so are taken apart at once.
    pub(super) fn alone(&mut self, channel: Channel) -> Value {
        if channel.lanes == 1 {
            return channel.value;
        }
        if let Some(&value) = self.alone.get(&channel) {
            return value;
        }
        let lanes: Vec<u32> = match self.opened.insert(channel.value) {
            true => self.wanted_alone(channel),
            false => vec![channel.lane],
        };
        let to: Vec<(u32, Value)> = lanes.into_iter().map(|lane| (lane, self.value(1))).collect();
        for &(lane, value) in &to {
            self.alone.insert(Channel { lane, ..channel }, value);
        }
        self.out.ops.push(Op::Unpack { from: channel.value, to });
        self.alone[&channel]
    }

    /// All lanes of a value that hold a node whose cables lead on.
    fn wanted_alone(&self, channel: Channel) -> Vec<u32> {
        let members = self.members.get(&channel.value);
        (0..channel.lanes)
            .filter(|&lane| {
                let node = members.and_then(|m| m[lane as usize]);
                lane == channel.lane || node.is_some_and(|n| !self.leaving[n].is_empty())
            })
            .collect()
    }
}
