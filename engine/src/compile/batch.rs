//! Fifth pass: which nodes run side by side, and the order of all that runs.
//!
//! Nodes of one kind and configuration that do not wait for each other become a batch: one kernel runs them in SIMD
//! lanes. Groups are formed as the graph is walked from its sources: of all classes of nodes that are ready, the one
//! of which fewest members still wait is taken whole. The members of a batch stand strip by strip, so that a
//! chain of batches hands its buffers on as they are. Then the groups are sorted depth first:
//! what was just written is read while it is still near.

mod class;

use super::align::Alignment;
use super::flat::Flat;
use super::order::{Mode, Order, Vertex};
use super::rows::Rows;
use super::widths::Widths;
use class::Classes;
use foldhash::HashMap;
use petgraph::unionfind::UnionFind;
use std::collections::BTreeSet;

/// What runs as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A node by itself.
    One(Vertex),
    /// Nodes side by side, by lane.
    Batch(Vec<Option<usize>>),
    /// A loop, by its number, and its nodes in order.
    Loop(usize, Vec<Vertex>),
}

/// Where the state of a node lies already: the bank, its lanes, and the node's lane there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Seat {
    /// A number of the bank.
    pub bank: u64,
    /// How many lanes it has.
    pub lanes: usize,
    /// The node's.
    pub lane: usize,
}

/// Groups and sorts what is heard; `most` is how many nodes may lie side by side, and `seat` tells where a node's
/// state lies that is to be kept.
pub fn batch(
    flat: &Flat,
    widths: &Widths,
    order: &Order,
    alignment: &Alignment,
    most: usize,
    seat: &dyn Fn(usize) -> Option<Seat>,
) -> Vec<Unit> {
    let parts = parts(order);
    let graph = Graph::new(flat, order, &parts);
    let classes = match most {
        0 | 1 => Classes::none(parts.len()),
        _ => Classes::new(flat, widths, (order, alignment), &parts, seat),
    };
    let mut walk = Walk {
        order,
        strips: strips(&parts, &graph, &classes),
        parts: &parts,
        graph: &graph,
        classes: &classes,
        most,
        waits: graph.waits.clone(),
        units: Vec::new(),
        home: vec![(u32::MAX, 0); parts.len()],
        ready: vec![Vec::new(); classes.members.len()],
        left: classes.members.clone(),
        queue: BTreeSet::new(),
        free: Vec::new(),
    };
    walk.run();
    let Walk { units, home, .. } = walk;
    sort(units, &home, &graph)
}

/// A node by itself or the nodes of a loop.
type Part<'a> = &'a [Vertex];

fn parts(order: &Order) -> Vec<Part<'_>> {
    order.vertices.chunk_by(|a, b| order.numbers[a.node] == order.numbers[b.node]).collect()
}

/// Which parts wait for which.
struct Graph {
    /// By part: the parts that its cables lead to, one entry a cable, each with the part's number.
    leaving: Rows<u32>,
    /// By part: how many cables arrive from other parts.
    waits: Vec<u32>,
    /// By part: the part that the first cable to its first input comes from.
    source: Vec<u32>,
}

impl Graph {
    fn new(flat: &Flat, order: &Order, parts: &[Part<'_>]) -> Self {
        let mut part_of = vec![u32::MAX; flat.nodes.len()];
        for (p, part) in parts.iter().enumerate() {
            part.iter().for_each(|v| part_of[v.node] = p as u32);
        }
        let heard = flat.cables.iter().filter(|c| order.heard[c.from.0] && order.heard[c.to.0]);
        let ends =
            heard.map(|c| (part_of[c.from.0] as usize, part_of[c.to.0])).filter(|e| e.0 != e.1 as usize);
        let leaving = Rows::deal(parts.len(), ends.clone());
        let (mut waits, mut source) = (vec![0; parts.len()], vec![u32::MAX; parts.len()]);
        for (from, to) in ends {
            waits[to as usize] += 1;
            let source = &mut source[to as usize];
            *source = if *source == u32::MAX { from as u32 } else { *source };
        }
        Self { leaving, waits, source }
    }
}

/// By part: the least node of its strip, where a strip is all that cables hold together among nodes that have their like
/// elsewhere: the nodes of one track, of one voice.
fn strips(parts: &[Part<'_>], graph: &Graph, classes: &Classes) -> Vec<u32> {
    let has_like = |part: usize| match classes.of[part] {
        u32::MAX => false,
        class => classes.members[class as usize] > 1,
    };
    let mut strips = UnionFind::new(parts.len());
    for (from, leaving) in graph.leaving.iter().enumerate().filter(|(from, _)| has_like(*from)) {
        for &to in leaving.iter().filter(|&&to| has_like(to as usize)) {
            strips.union(from as u32, to);
        }
    }
    let mut first = vec![u32::MAX; parts.len()];
    for (part, vertices) in parts.iter().enumerate() {
        let least = &mut first[strips.find_mut(part as u32) as usize];
        *least = (*least).min(vertices[0].node as u32);
    }
    (0..parts.len()).map(|part| first[strips.find_mut(part as u32) as usize]).collect()
}

struct Walk<'a> {
    order: &'a Order,
    /// By part: its strip.
    strips: Vec<u32>,
    parts: &'a [Part<'a>],
    graph: &'a Graph,
    classes: &'a Classes,
    most: usize,
    waits: Vec<u32>,
    units: Vec<Unit>,
    /// By part: its unit and its lane there.
    home: Vec<(u32, u32)>,
    /// By class: the parts that may run.
    ready: Vec<Vec<u32>>,
    /// By class: how many parts have not run.
    left: Vec<u32>,
    /// Classes with ready parts: how many more of its parts wait, and its number.
    queue: BTreeSet<(u32, u32)>,
    /// Parts of no class that may run.
    free: Vec<u32>,
}

impl Walk<'_> {
    fn run(&mut self) {
        for part in 0..self.parts.len() as u32 {
            if self.waits[part as usize] == 0 {
                self.is_ready(part);
            }
        }
        loop {
            while let Some(part) = self.free.pop() {
                let vertices = self.parts[part as usize];
                let unit = match self.order.loop_of[vertices[0].node] {
                    None => Unit::One(vertices[0]),
                    Some(number) => Unit::Loop(number, vertices.to_vec()),
                };
                self.place(unit, &[(part, 0)]);
            }
            let Some((_, class)) = self.queue.pop_first() else { return };
            let ready = std::mem::take(&mut self.ready[class as usize]);
            self.left[class as usize] -= ready.len() as u32;
            self.group(class, ready);
        }
    }

    /// A part may run.
    fn is_ready(&mut self, part: u32) {
        let class = self.classes.of[part as usize];
        if class == u32::MAX {
            self.free.push(part);
            return;
        }
        let at = class as usize;
        self.queue.remove(&(self.left[at] - self.ready[at].len() as u32, class));
        self.ready[at].push(part);
        self.queue.insert((self.left[at] - self.ready[at].len() as u32, class));
    }

    /// Puts parts into a unit and releases what waited for them.
    fn place(&mut self, unit: Unit, parts: &[(u32, u32)]) {
        let number = self.units.len() as u32;
        self.units.push(unit);
        for &(part, lane) in parts {
            self.home[part as usize] = (number, lane);
        }
        for &(part, _) in parts {
            for i in 0..self.graph.leaving[part as usize].len() {
                let to = self.graph.leaving[part as usize][i];
                self.waits[to as usize] -= 1;
                if self.waits[to as usize] == 0 {
                    self.is_ready(to);
                }
            }
        }
    }

    /// Makes batches of parts of one class that may run.
    fn group(&mut self, class: u32, mut ready: Vec<u32>) {
        let alone = |part: u32| Unit::One(self.parts[part as usize][0]);
        if !self.pays(class, &ready) {
            let units: Vec<_> = ready.iter().map(|&part| (alone(part), part)).collect();
            units.into_iter().for_each(|(unit, part)| self.place(unit, &[(part, 0)]));
            return;
        }
        // Parts whose state lies in one bank stay there.
        let mut seated: HashMap<(u64, usize), Vec<(u32, u32)>> = HashMap::default();
        ready.retain(|&part| match self.classes.seat[part as usize].filter(|s| s.lanes > 1) {
            Some(seat) => {
                seated.entry((seat.bank, seat.lanes)).or_default().push((part, seat.lane as u32));
                false
            }
            None => true,
        });
        let mut seated: Vec<_> = seated.into_iter().collect();
        seated.sort_unstable();
        for ((_, lanes), parts) in seated {
            if parts.len() * 4 < lanes && lanes > 4 {
                // Too few are left: they move to where there is less room.
                ready.extend(parts.iter().map(|p| p.0));
            } else {
                self.batch(lanes, &parts);
            }
        }
        // Strip by strip, so that the lanes of one batch meet their own in the next.
        ready.sort_unstable_by_key(|&part| (self.strips[part as usize], self.parts[part as usize][0].node));
        for chunk in ready.chunks(self.most) {
            if let [part] = chunk {
                let unit = Unit::One(self.parts[*part as usize][0]);
                self.place(unit, &[(*part, 0)]);
                continue;
            }
            let lanes = [4, 8, 16].into_iter().find(|&n| n >= chunk.len()).unwrap_or(self.most);
            let parts: Vec<(u32, u32)> = chunk.iter().copied().zip(0..).collect();
            self.batch(lanes.min(self.most), &parts);
        }
    }

    fn batch(&mut self, lanes: usize, parts: &[(u32, u32)]) {
        let mut members = vec![None; lanes];
        for &(part, lane) in parts {
            members[lane as usize] = Some(self.parts[part as usize][0].node);
        }
        self.place(Unit::Batch(members), parts);
    }

    /// Whether it pays to run these side by side: where the kind is heavy, or their signals lie side by side already,
    /// or will.
    fn pays(&self, class: u32, ready: &[u32]) -> bool {
        if self.classes.heavy[class as usize] {
            return ready.len() > 1;
        }
        let near = |part: u32| {
            let source = self.graph.source[part as usize];
            let home = self.home.get(source as usize).map_or(u32::MAX, |h| h.0);
            let comes_wide = home != u32::MAX && matches!(self.units[home as usize], Unit::Batch(_));
            let leads_wide = |&to: &u32| {
                let class = self.classes.of[to as usize];
                class != u32::MAX
                    && self.classes.heavy[class as usize]
                    && self.classes.members[class as usize] > 2
            };
            comes_wide || self.graph.leaving[part as usize].iter().any(leads_wide)
        };
        ready.len() > 2 && ready.iter().filter(|&&part| near(part)).count() * 2 > ready.len()
    }
}

/// Sorts units so that each follows what it waits for, as soon as it can.
fn sort(units: Vec<Unit>, home: &[(u32, u32)], graph: &Graph) -> Vec<Unit> {
    let cables = graph.leaving.iter().zip(home);
    let ends = cables.flat_map(|(to, from)| to.iter().map(|to| (from.0 as usize, home[*to as usize].0)));
    let leaving = Rows::deal(units.len(), ends.clone());
    let mut waits = vec![0u32; units.len()];
    ends.for_each(|(_, to)| waits[to as usize] += 1);
    let mut waiting: Vec<u32> = (0..units.len() as u32).rev().filter(|&u| waits[u as usize] == 0).collect();
    let mut units: Vec<Option<Unit>> = units.into_iter().map(Some).collect();
    let mut sorted = Vec::with_capacity(units.len());
    while let Some(unit) = waiting.pop() {
        sorted.extend(units[unit as usize].take());
        for &to in leaving[unit as usize].iter().rev() {
            waits[to as usize] -= 1;
            if waits[to as usize] == 0 {
                waiting.push(to);
            }
        }
    }
    sorted
}

/// Whether a vertex may be a lane among others.
fn may_batch(flat: &Flat, part: &[Vertex], looped: bool) -> bool {
    let [vertex] = part else { return false };
    let node = &flat.nodes[vertex.node];
    let events_out = node.declaration.outputs.iter().any(|p| p.kind == crate::node::PortKind::Events);
    vertex.mode == Mode::Process && !looped && !node.bypass && !events_out && node.declaration.batches()
}
