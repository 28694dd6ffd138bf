//! Third pass: condenses loops, cuts them where a delay allows it, and sorts what is heard.

use super::expand::{Flat, Target};
use super::{Problem, is_output};
use crate::node::{Group, Setup};
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
    /// By node: the loop that it lies in, numbered in the order in which loops and single nodes follow each other; the
    /// nodes of one loop, and only they, have the same number.
    pub loops: Vec<usize>,
    /// Whether each node of the flat table lies in a loop.
    pub looped: Vec<bool>,
}

/// Sorts the nodes that are heard; refuses a loop that no delay cuts.
pub fn order<'a>(flat: &Flat, setup: impl Fn(usize) -> Setup<'a>) -> Result<Order, Vec<Problem>> {
    let heard = heard(flat);
    let mut cuts = vec![false; flat.nodes.len()];
    let mut loops = vec![0; flat.nodes.len()];
    let graph = build(flat, &heard, &cuts);
    let mut looped = vec![false; flat.nodes.len()];
    // The components come last to first.
    for (number, component) in kosaraju_scc(&graph).into_iter().rev().enumerate() {
        let circle = component.len() > 1 || graph.find_edge(component[0], component[0]).is_some();
        for index in component {
            let node = graph[index].node;
            loops[node] = number;
            looped[node] = circle;
            // A bypassed node passes its input on at once, so nothing is cut there.
            cuts[node] =
                circle && !flat.nodes[node].bypass && (flat.nodes[node].declaration.cuts_loop)(&setup(node));
        }
    }
    let any = looped.contains(&true);
    let graph = if any { build(flat, &heard, &cuts) } else { graph };
    if let Ok(sorted) = toposort(&graph, None) {
        let mut vertices: Vec<Vertex> = sorted.into_iter().map(|i| graph[i]).collect();
        if any {
            // Each loop in one piece, behind all that leads into it.
            vertices.sort_by_key(|v| loops[v.node]);
        }
        return Ok(Order { vertices, heard, loops, looped });
    }
    let left =
        kosaraju_scc(&graph).into_iter().filter(|c| c.len() > 1 || graph.find_edge(c[0], c[0]).is_some());
    Err(left
        .map(|component| {
            let mut keys: Vec<&str> = component.iter().map(|&i| flat.nodes[graph[i].node].key.as_str()).collect();
            keys.sort_unstable();
            keys.dedup();
            let shown = keys.iter().take(8).copied().collect::<Vec<_>>().join(", ");
            let more = if keys.len() > 8 { format!(" and {} more", keys.len() - 8) } else { String::new() };
            Problem::new(
                shown + &more,
                "these nodes feed each other in a loop with no delay to cut it; put a `delay` with `mix` at 100 % \
                 and a `shortest` of 2 ms or more (12 ms at 8 kHz) into the loop, or pull one cable",
            )
        })
        .collect())
}

/// Marks what reaches an output or a meter.
fn heard(flat: &Flat) -> Vec<bool> {
    let mut arriving: Vec<Vec<usize>> = vec![Vec::new(); flat.nodes.len()];
    for cable in &flat.cables {
        arriving[cable.to.0].push(cable.from.0);
    }
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

fn build(flat: &Flat, heard: &[bool], cuts: &[bool]) -> Vertices {
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
    for cable in &flat.cables {
        let (Some(from), Some(to)) = (places[cable.from.0], places[cable.to.0]) else { continue };
        // What moves a parameter must be there before the outputs are given.
        let arrival = if matches!(cable.to.1, Target::Parameter(..)) { to.1 } else { to.0 };
        graph.add_edge(from.1, arrival, ());
    }
    graph
}
