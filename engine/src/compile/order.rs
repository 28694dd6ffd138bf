//! Third pass: sorts what is heard; finds the loops, and where each is cut.

mod loops;

use super::flat::{Flat, Target};
use super::rows::Rows;
use super::{Problem, is_output};
use crate::node::Group;
pub use loops::Loop;
use petgraph::algo::{kosaraju_scc, toposort};
use petgraph::graph::{DiGraph, NodeIndex};

/// How a node is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Inputs to outputs.
    Process,
    /// Where a loop is cut: outputs first.
    Emit,
    /// Where a loop is cut: inputs afterwards.
    Absorb,
}

/// One place in the order: a node and how it is run there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Vertex {
    /// Index in the flat table.
    pub node: usize,
    /// How.
    pub mode: Mode,
}

/// The order, and what is heard.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// What is run, first to last.
    pub vertices: Vec<Vertex>,
    /// Whether each node of the flat table is heard at an output or by a meter.
    pub heard: Vec<bool>,
    /// By node: a number of the loop that it lies in, in the order in which loops and single nodes follow each other;
    /// the nodes of one loop, and only they, have the same number.
    pub numbers: Vec<usize>,
    /// By node: the loop that it lies in, as an index of `loops`.
    pub loop_of: Vec<Option<usize>>,
    /// The loops, and how each is run.
    pub loops: Vec<Loop>,
    /// By cable: whether a loop is cut there, so that it brings what was given one frame ago.
    pub feedback: Vec<bool>,
}

/// Sorts the nodes that are heard. `holds` tells for how many frames a node can give what it has before it must take
/// what comes in; 0 where it can't.
pub fn order(flat: &Flat, holds: impl Fn(usize) -> usize) -> Result<Order, Vec<Problem>> {
    let heard = heard(flat);
    let mut order = Order {
        numbers: vec![0; flat.nodes.len()],
        loop_of: vec![None; flat.nodes.len()],
        feedback: vec![false; flat.cables.len()],
        ..Order::default()
    };
    let mut cuts = vec![false; flat.nodes.len()];
    let graph = build(flat, &heard, &cuts, &order.feedback);
    if let Ok(sorted) = toposort(&graph, None) {
        // No loops: each node stands for itself.
        order.vertices = sorted.into_iter().map(|i| graph[i]).collect();
        order.vertices.iter().enumerate().for_each(|(at, v)| order.numbers[v.node] = at);
        order.heard = heard;
        return Ok(order);
    }
    // The components come last to first.
    let components = kosaraju_scc(&graph);
    let mut errors = Vec::new();
    for (number, component) in components.into_iter().rev().enumerate() {
        let circle = component.len() > 1 || graph.find_edge(component[0], component[0]).is_some();
        let nodes: Vec<usize> = component.into_iter().map(|index| graph[index].node).collect();
        nodes.iter().for_each(|&n| order.numbers[n] = number);
        if !circle {
            continue;
        }
        nodes.iter().for_each(|&n| order.loop_of[n] = Some(order.loops.len()));
        match loops::cut(flat, nodes, &holds) {
            Ok(cut) => {
                cut.nodes.iter().for_each(|&n| cuts[n] = true);
                cut.cables.iter().for_each(|&c| order.feedback[c] = true);
                order.loops.push(cut);
            }
            Err(problem) => errors.push(problem),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let graph = build(flat, &heard, &cuts, &order.feedback);
    let Ok(sorted) = toposort(&graph, None) else {
        let what = "a loop is left; this is a fault of the program: report it with the patch";
        return Err(vec![Problem::new("the patch", what)]);
    };
    order.vertices = sorted.into_iter().map(|i| graph[i]).collect();
    // Each loop in one piece, behind all that leads into it.
    order.vertices.sort_by_key(|v| order.numbers[v.node]);
    order.heard = heard;
    Ok(order)
}

/// Marks what reaches an output or a meter.
pub(super) fn heard(flat: &Flat) -> Vec<bool> {
    let arriving = Rows::deal(flat.nodes.len(), flat.cables.iter().map(|c| (c.to.0, c.from.0)));
    let ends = |d: &crate::node::Declaration| is_output(d) || d.group == Group::Meters;
    let mut heard = vec![false; flat.nodes.len()];
    let mut waiting: Vec<usize> =
        (0..flat.nodes.len()).filter(|&n| ends(flat.nodes[n].declaration)).collect();
    while let Some(node) = waiting.pop() {
        if !std::mem::replace(&mut heard[node], true) {
            waiting.extend(&arriving[node]);
        }
    }
    heard
}

type Vertices = DiGraph<Vertex, ()>;

fn build(flat: &Flat, heard: &[bool], cuts: &[bool], feedback: &[bool]) -> Vertices {
    let mut graph = Vertices::with_capacity(flat.nodes.len(), flat.cables.len());
    // For each node, where its inputs arrive and where its outputs leave.
    let places: Vec<Option<(NodeIndex, NodeIndex)>> = (0..flat.nodes.len())
        .map(|node| {
            heard[node].then(|| {
                if cuts[node] {
                    let emit = graph.add_node(Vertex { node, mode: Mode::Emit });
                    let absorb = graph.add_node(Vertex { node, mode: Mode::Absorb });
                    graph.add_edge(emit, absorb, ());
                    (absorb, emit)
                } else {
                    let index = graph.add_node(Vertex { node, mode: Mode::Process });
                    (index, index)
                }
            })
        })
        .collect();
    for (cable, _) in flat.cables.iter().zip(feedback).filter(|(_, feedback)| !**feedback) {
        let (Some(from), Some(to)) = (places[cable.from.0], places[cable.to.0]) else { continue };
        // What moves a parameter must be there before the outputs are given.
        let arrival = if matches!(cable.to.1, Target::Parameter(..)) { to.1 } else { to.0 };
        graph.add_edge(from.1, arrival, ());
    }
    graph
}
