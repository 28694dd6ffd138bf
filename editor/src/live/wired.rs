//! The patch with what the editor puts into it to be heard and seen: the master volume, and a probe at every port that a
//! cable leaves.

use super::Alone;
use crate::ports::{Ports, Sort};
use crate::session::Session;
use signalbox_engine::node::{Shelf, Value};
use signalbox_engine::patch::{Cable, Graph, Node, Patch};
use signalbox_engine::render::main_output;
use std::collections::BTreeSet;

/// The node of the master volume.
pub const VOLUME: &str = "master volume";
/// The node in which all that goes out is summed before.
const SUM: &str = "master sum";
/// The probe there.
pub const HEARD: &str = "what is heard";
/// How much of that is kept, in seconds: so late may who takes it be.
const KEPT: f64 = 2.0;
/// What the names of probes begin with.
const LEVEL: &str = "level of ";
/// Between the node and the port in the name of a probe; neither can hold it.
const BETWEEN: char = '\u{1f}';
/// The most probes: what is too much to be looked at shows no levels.
const MOST: usize = 2_000;

/// The node and the port that a probe with this name looks at.
pub fn place(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix(LEVEL)?.split_once(BETWEEN)
}

/// The patch as it is played.
pub fn wired(patch: &Patch, session: &Session, gain: f32, shelf: &Shelf) -> Patch {
    let mut wired = patch.clone();
    silence(&mut wired, patch, session, shelf);
    let scope = session.scope(patch);
    if let Some(graph) = patch.scope(&scope) {
        let ends: BTreeSet<(&str, &str)> =
            graph.cables.values().map(|c| (c.from.node.as_str(), c.from.port.as_str())).collect();
        let mut probes = Graph::default();
        let mut seen = BTreeSet::new();
        for (node, port) in ends.into_iter().take(MOST) {
            let ports = Ports::of(patch, &scope, node, shelf);
            let Some(found) = ports.output(port) else { continue };
            if !seen.insert((node, found.name.clone())) {
                continue;
            }
            let id = format!("{LEVEL}{node}{BETWEEN}{}", found.name);
            let into = if found.sort == Sort::Notes { format!("{id}.notes") } else { id.clone() };
            let from = crate::ports::end(node, port);
            probes.nodes.insert(id, Node::new("probe").with("keep", 0));
            probes.connect(Cable { from, to: into.as_str().into(), ..Cable::default() });
        }
        let own = match &scope {
            None => Some(&mut wired.graph),
            Some(name) => wired.subpatches.get_mut(name),
        };
        if let Some(own) = own {
            own.nodes.extend(probes.nodes);
            for cable in probes.cables.into_values() {
                own.connect(cable);
            }
        }
    }
    volume(&mut wired, gain);
    wired
}

/// While some nodes are heard alone, pulls the cables of sound that lead past them.
fn silence(wired: &mut Patch, patch: &Patch, session: &Session, shelf: &Shelf) {
    let Some(solo) = &session.solo else { return };
    let Some(scope) = crate::session::scope(patch, &solo.inside) else { return };
    let own = match &scope {
        None => Some(&mut wired.graph),
        Some(name) => wired.subpatches.get_mut(name),
    };
    let (Some(own), Some(graph)) = (own, patch.scope(&scope)) else { return };
    let alone = Alone::new(graph, &solo.nodes);
    let sound = |c: &Cable| {
        let ports = Ports::of(patch, &scope, &c.to.node, shelf);
        ports.target(&c.to.port).is_none_or(|p| p.sort == Sort::Sound)
    };
    own.cables.retain(|_, c| alone.passes(c) || !sound(c));
}

/// Leads all that goes to the main output through the master volume.
fn volume(patch: &mut Patch, gain: f32) {
    let outputs: Vec<&str> =
        patch.graph.nodes.iter().filter(|(_, n)| n.kind == "output").map(|(id, _)| id.as_str()).collect();
    let Some(main) = main_output(outputs.iter().copied()).map(|at| outputs[at].to_string()) else { return };
    if [VOLUME, SUM, HEARD].iter().any(|id| patch.graph.nodes.contains_key(*id)) {
        return;
    }
    let graph = &mut patch.graph;
    // The cables keep their numbers: what is summed is summed in the same order.
    graph.cables.values_mut().filter(|c| c.to.node == main).for_each(|c| c.to = SUM.into());
    graph.nodes.insert(SUM.into(), Node::new("gain"));
    graph.nodes.insert(VOLUME.into(), Node::new("gain").with("gain", Value::from(gain)));
    graph.connect(Cable::new(SUM, VOLUME));
    graph.connect(Cable::new(VOLUME, &main));
    graph.nodes.insert(HEARD.into(), Node::new("probe").with("keep", KEPT));
    graph.connect(Cable::new(SUM, HEARD));
}
