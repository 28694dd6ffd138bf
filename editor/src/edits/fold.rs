//! Nodes folded into a sub-patch.

use super::{Plan, fresh_id};
use signalbox_engine::patch::{Cable, Control, Edit, EditError, Endpoint, Graph, Node, Patch, Scope};
use std::collections::{BTreeMap, BTreeSet};

/// How far the ports of a fresh sub-patch lie from what is inside.
const APART: f64 = 224.0;

/// Folds nodes into a sub-patch and puts an instance of it in their place: every cable that crossed the border goes
/// through a port of its own, but those that come from one port share one. Gives the id of the instance.
pub fn fold(patch: &Patch, scope: &Scope, ids: &BTreeSet<String>) -> Result<(String, Vec<Edit>), EditError> {
    let mut plan = Plan::new(patch, scope);
    let graph = plan.graph().clone();
    let inside = |end: &Endpoint| ids.contains(&end.node);
    let mut inner = Graph::default();
    let nodes = ids.iter().filter_map(|id| graph.nodes.get_key_value(id));
    inner.nodes = nodes.map(|(id, node)| (id.clone(), node.clone())).collect();
    let lanes = graph.lanes.iter().filter(|(to, _)| inside(to));
    inner.lanes = lanes.map(|(to, lane)| (to.clone(), lane.clone())).collect();
    let name = name(patch, &graph);
    let instance = fresh_id(&graph, &name);
    let mut border = Border::new(&inner);
    let mut outer: Vec<(u32, Cable)> = Vec::new();
    for (&number, cable) in &graph.cables {
        match (inside(&cable.from), inside(&cable.to)) {
            (true, true) => drop(inner.cables.insert(number, cable.clone())),
            (false, true) => {
                let (port, fresh) = border.input(&mut inner, &cable.from);
                // What is particular to the cable stays inside, where there is one for each.
                let within = Cable { from: port.as_str().into(), ..cable.clone() };
                inner.cables.insert(number, within);
                if fresh {
                    outer.push((
                        number,
                        Cable { from: cable.from.clone(), to: at(&instance, &port), ..Cable::default() },
                    ));
                }
            }
            (true, false) => {
                let (port, fresh) = border.output(&mut inner, &cable.from);
                if fresh {
                    inner.cables.insert(
                        number,
                        Cable { from: cable.from.clone(), to: port.as_str().into(), ..Cable::default() },
                    );
                }
                outer.push((number, Cable { from: at(&instance, &port), ..cable.clone() }));
            }
            (false, false) => {}
        }
    }
    let middle = border.middle;
    for id in ids {
        let removal = plan.patch().removal(scope, id);
        plan.extend(removal)?;
    }
    plan.push(Edit::SetSubpatch(name.clone(), Some((&inner).into())))?;
    plan.push(Edit::AddNode(scope.clone(), instance.clone(), Node::new(&name).at(middle.0, middle.1)))?;
    for (number, cable) in outer {
        plan.push(Edit::Connect(scope.clone(), number, cable))?;
    }
    if scope.is_none() {
        plan.extend(controls(patch, ids, &instance))?;
    }
    Ok((instance, plan.done()))
}

/// Controllers find what they move inside.
fn controls(patch: &Patch, ids: &BTreeSet<String>, instance: &str) -> Option<Edit> {
    let moved = |c: &Control| ids.contains(&c.to.node);
    patch.controls.iter().any(moved).then(|| {
        let renamed = |c: &Control| match moved(c) {
            true => Control { to: at(instance, &c.to.to_string()), ..c.clone() },
            false => c.clone(),
        };
        Edit::SetControls(patch.controls.iter().map(renamed).collect())
    })
}

fn at(node: &str, port: &str) -> Endpoint {
    Endpoint { node: node.into(), port: port.into() }
}

/// A name that is neither a sub-patch nor a node yet.
fn name(patch: &Patch, graph: &Graph) -> String {
    let free = |name: &String| !patch.subpatches.contains_key(name) && !graph.nodes.contains_key(name);
    (1u32..).map(|k| if k == 1 { "group".into() } else { format!("group{k}") }).find(free).unwrap_or_default()
}

/// The ports of a fresh sub-patch.
struct Border {
    inputs: BTreeMap<Endpoint, String>,
    outputs: BTreeMap<Endpoint, String>,
    left: f64,
    right: f64,
    top: f64,
    middle: (f64, f64),
}

impl Border {
    fn new(inner: &Graph) -> Self {
        let places: Vec<(f64, f64)> = inner.nodes.values().map(|n| n.at.unwrap_or_default()).collect();
        let least = |of: fn(&(f64, f64)) -> f64| places.iter().map(of).fold(f64::INFINITY, f64::min);
        let most = |of: fn(&(f64, f64)) -> f64| places.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
        let (left, right) = (least(|p| p.0), most(|p| p.0));
        let (top, bottom) = (least(|p| p.1), most(|p| p.1));
        Self {
            inputs: BTreeMap::new(),
            outputs: BTreeMap::new(),
            left: left - APART,
            right: right + APART,
            top,
            middle: ((left + right) / 2.0, (top + bottom) / 2.0),
        }
    }

    fn input(&mut self, inner: &mut Graph, from: &Endpoint) -> (String, bool) {
        let place = (self.left, self.top + 96.0 * self.inputs.len() as f64);
        port(&mut self.inputs, inner, from, "input", "in", place)
    }

    fn output(&mut self, inner: &mut Graph, from: &Endpoint) -> (String, bool) {
        let place = (self.right, self.top + 96.0 * self.outputs.len() as f64);
        port(&mut self.outputs, inner, from, "output", "out", place)
    }
}

/// The port for what comes from an end, and whether it is new.
fn port(
    ports: &mut BTreeMap<Endpoint, String>,
    inner: &mut Graph,
    from: &Endpoint,
    kind: &str,
    word: &str,
    (x, y): (f64, f64),
) -> (String, bool) {
    if let Some(id) = ports.get(from) {
        return (id.clone(), false);
    }
    let id = fresh_id(inner, word);
    inner.nodes.insert(id.clone(), Node::new(kind).at(x, y));
    ports.insert(from.clone(), id.clone());
    (id, true)
}
