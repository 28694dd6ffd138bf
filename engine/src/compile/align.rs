//! Fourth pass: latency. Every path that meets another is delayed until both arrive together.

use super::flat::{Flat, Target};
use super::is_output;
use super::order::{Mode, Order};
use super::rows::Rows;

/// When sound arrives, in frames behind the patch's clock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alignment {
    /// By node: when its inputs arrive (of a node that cuts a loop: when its output is given).
    pub arrival: Vec<usize>,
    /// By node that cuts a loop: when its inputs arrive; elsewhere the same as `arrival`.
    pub absorb: Vec<usize>,
    /// By cable: how long it is held back.
    pub delay: Vec<usize>,
    /// By node: how many frames its output lags behind its input.
    pub latency: Vec<usize>,
    /// When the outputs of the patch arrive, all of them together.
    pub total: usize,
}

/// Aligns all paths; `latency` has the lag of each node, `monitors` whether its sound waits for nothing.
pub fn align(flat: &Flat, order: &Order, latency: &[usize], monitors: &[bool]) -> Alignment {
    let count = flat.nodes.len();
    let monitored = monitored(flat, order, monitors);
    let latency: Vec<usize> = (0..count).map(|n| if order.heard[n] { latency[n] } else { 0 }).collect();
    // What was given a frame ago waits for nothing, nor does what players hear themselves by.
    let waits = |i: &usize| {
        let cable = &flat.cables[*i];
        let meets = monitored[cable.from.0] == monitored[cable.to.0];
        meets && order.heard[cable.from.0] && order.heard[cable.to.0] && !order.feedback[*i]
    };
    let cables = (0..flat.cables.len()).filter(waits);
    let enters = |i: usize| {
        let (from, to) = (flat.cables[i].from.0, flat.cables[i].to.0);
        order.loop_of[to].filter(|_| order.loop_of[from] != order.loop_of[to]).map(|l| (l, i))
    };
    let entering = Rows::deal(order.loops.len(), cables.clone().filter_map(enters));
    let arriving = Rows::deal(count, cables.map(|i| (flat.cables[i].to.0, i)));
    let mut a = Alignment {
        arrival: vec![0; count],
        absorb: vec![0; count],
        delay: vec![0; flat.cables.len()],
        latency,
        total: 0,
    };
    let given = |a: &Alignment, cable: usize| {
        let from = flat.cables[cable].from.0;
        a.arrival[from] + a.latency[from]
    };
    let moves = |cable: usize| matches!(flat.cables[cable].to.1, Target::Parameter(..));
    for vertex in &order.vertices {
        let n = vertex.node;
        let latest =
            |cables: &mut dyn Iterator<Item = usize>| cables.map(|c| given(&a, c)).max().unwrap_or(0);
        let all = arriving[n].iter().copied();
        // A loop begins when all is there that leads into it, so that its delays last as long as they say.
        let entering = order.loop_of[n].map_or(&[][..], |l| &entering[l]).iter().copied();
        match vertex.mode {
            Mode::Process => {
                a.arrival[n] = latest(&mut all.clone().chain(entering));
                a.absorb[n] = a.arrival[n];
            }
            Mode::Emit => {
                a.arrival[n] = latest(&mut all.clone().filter(|&c| moves(c)).chain(entering));
            }
            Mode::Absorb => {
                a.absorb[n] = latest(&mut all.clone().filter(|&c| !moves(c))).max(a.arrival[n]);
            }
        }
    }
    // All outputs are given together. From where a cable goes on, sound is held back behind the output.
    let outputs: Vec<usize> = (0..count).filter(|&n| is_output(flat.nodes[n].declaration)).collect();
    a.total = outputs.iter().map(|&n| a.arrival[n]).max().unwrap_or(0);
    let mut leaves = vec![false; count];
    flat.cables.iter().filter(|c| order.heard[c.to.0]).for_each(|c| leaves[c.from.0] = true);
    for &n in outputs.iter().filter(|&&n| !leaves[n] && !monitored[n]) {
        a.arrival[n] = a.total;
        a.absorb[n] = a.total;
    }
    for (n, cables) in arriving.iter().enumerate() {
        for &cable in cables {
            let target = if moves(cable) { a.arrival[n] } else { a.absorb[n] };
            a.delay[cable] = target - given(&a, cable);
        }
    }
    a
}

/// By node: whether all that it hears is monitored. In loops nothing is.
fn monitored(flat: &Flat, order: &Order, monitors: &[bool]) -> Vec<bool> {
    let mut monitored = monitors.to_vec();
    if !monitors.contains(&true) {
        return monitored;
    }
    let mut heard: Vec<Vec<usize>> = vec![Vec::new(); flat.nodes.len()];
    for cable in flat.cables.iter().filter(|c| !matches!(c.to.1, Target::Parameter(..))) {
        heard[cable.to.0].push(cable.from.0);
    }
    for vertex in &order.vertices {
        let n = vertex.node;
        let all = !heard[n].is_empty() && heard[n].iter().all(|&from| monitored[from]);
        monitored[n] |= all && order.loop_of[n].is_none();
    }
    monitored
}
