//! Cables: drawn, put through a node, led on past one that goes.

use super::{Plan, Planned};
use crate::geometry::Point;
use crate::ports::{self, Adapter, Ports, Sort, end};
use signalbox_engine::node::{Shelf, Value};
use signalbox_engine::patch::{Cable, Edit, Endpoint, Patch, Scope};

/// A cable between two ends, with the usual depth where it ends at a parameter.
fn cable(patch: &Patch, scope: &Scope, from: Endpoint, to: Endpoint, shelf: &Shelf) -> Cable {
    let port = Ports::of(patch, scope, &to.node, shelf).inputs.iter().any(|p| p.name == to.port);
    let parameter = if port { None } else { ports::parameter(patch, scope, &to, shelf) };
    let depth = parameter.map(|p| Value::from(ports::usual_depth(&p)));
    Cable { from, to, depth, ..Cable::default() }
}

/// Draws a cable; nothing where it is there already.
pub fn connect(patch: &Patch, scope: &Scope, from: Endpoint, to: Endpoint, shelf: &Shelf) -> Vec<Edit> {
    let Some(graph) = patch.scope(scope) else { return Vec::new() };
    let cable = cable(patch, scope, from, to, shelf);
    if graph.cables.values().any(|c| c.from == cable.from && c.to == cable.to) {
        return Vec::new();
    }
    vec![Edit::Connect(scope.clone(), graph.next_cable(), cable)]
}

/// Draws a cable through a new node that stands between.
pub fn connect_through(
    patch: &Patch,
    scope: &Scope,
    (from, to): (Endpoint, Endpoint),
    adapter: Adapter,
    at: Point,
    shelf: &Shelf,
) -> Planned {
    let mut plan = Plan::new(patch, scope);
    let (id, edits) = super::add(patch, scope, adapter.kind, at);
    plan.extend(edits)?;
    let first = connect(plan.patch(), scope, from, end(&id, adapter.input), shelf);
    plan.extend(first)?;
    let second = connect(plan.patch(), scope, end(&id, adapter.output), to, shelf);
    plan.extend(second)?;
    Ok(plan.done())
}

/// The first input and the first output of a node through which something of a sort can pass.
fn through(ports: &Ports, sort: Sort) -> Option<(String, String)> {
    // What moves a parameter is a signal before it gets there.
    let sort = if sort == Sort::Value { Sort::Sound } else { sort };
    let input = ports.inputs.iter().find(|p| p.sort == sort)?;
    let output = ports.outputs.iter().find(|p| p.sort == sort)?;
    Some((input.name.clone(), output.name.clone()))
}

/// Puts a node into a cable: what flowed there flows through it. The level and the depth stay at the far end. Nothing
/// where it does not fit.
pub fn insert(patch: &Patch, scope: &Scope, number: u32, node: &str, shelf: &Shelf) -> Planned {
    let mut plan = Plan::new(patch, scope);
    let Some(cable) = plan.graph().cables.get(&number).cloned() else { return Ok(Vec::new()) };
    if cable.from.node == node || cable.to.node == node {
        return Ok(Vec::new());
    }
    let source = Ports::of(patch, scope, &cable.from.node, shelf);
    let sort = source.output(&cable.from.port).map(|p| p.sort);
    let ports = Ports::of(patch, scope, node, shelf);
    let Some((input, output)) = sort.and_then(|sort| through(&ports, sort)) else { return Ok(Vec::new()) };
    plan.push(Edit::Disconnect(scope.clone(), number))?;
    // The number stays with the far end: what is summed there is summed in the same order.
    let far = Cable { from: end(node, &output), ..cable.clone() };
    plan.push(Edit::Connect(scope.clone(), number, far))?;
    let next = plan.graph().next_cable();
    plan.push(Edit::Connect(
        scope.clone(),
        next,
        Cable { from: cable.from, to: end(node, &input), ..Cable::default() },
    ))?;
    Ok(plan.done())
}

/// Takes a node out of its path and leaves it there: what came into it goes where it went.
pub fn bridge(patch: &Patch, scope: &Scope, id: &str, shelf: &Shelf) -> Planned {
    let mut plan = Plan::new(patch, scope);
    let across = bridge_all(patch, scope, id, shelf);
    let Some(graph) = patch.scope(scope) else { return Ok(Vec::new()) };
    let own = graph.cables.iter().filter(|(_, c)| c.from.node == id || c.to.node == id);
    let own: Vec<Edit> = own.map(|(&number, _)| Edit::Disconnect(scope.clone(), number)).collect();
    plan.extend(own)?;
    for cable in across {
        let number = plan.graph().next_cable();
        plan.push(Edit::Connect(scope.clone(), number, cable))?;
    }
    Ok(plan.done())
}

/// The cables that lead past a node: from each that comes into it to where each of its outputs of that sort goes.
pub fn bridge_all(patch: &Patch, scope: &Scope, id: &str, shelf: &Shelf) -> Vec<Cable> {
    let Some(graph) = patch.scope(scope) else { return Vec::new() };
    let ports = Ports::of(patch, scope, id, shelf);
    let mut across: Vec<Cable> = Vec::new();
    for sort in [Sort::Sound, Sort::Notes] {
        let Some((input, output)) = through(&ports, sort) else { continue };
        let at = |port: &str, name: &str, first: bool| port == name || (port.is_empty() && first);
        let first_in = ports.inputs.first().is_some_and(|p| p.name == input);
        let first_out = ports.outputs.first().is_some_and(|p| p.name == output);
        let into = graph.cables.values().filter(|c| c.to.node == id && at(&c.to.port, &input, first_in));
        for come in into {
            let leaving =
                graph.cables.values().filter(|c| c.from.node == id && at(&c.from.port, &output, first_out));
            for go in leaving.filter(|go| go.to.node != id && come.from.node != id) {
                let there = |c: &Cable| c.from == come.from && c.to == go.to;
                if !graph.cables.values().any(there) && !across.iter().any(there) {
                    across.push(Cable { from: come.from.clone(), ..joined(come, go) });
                }
            }
        }
    }
    across
}

/// Two cables as one: the level is that of both.
fn joined(come: &Cable, go: &Cable) -> Cable {
    let gain = match (&come.gain, &go.gain) {
        (Some(a), Some(b)) => decibels(a).zip(decibels(b)).map(|(a, b)| Value::from(format!("{} dB", a + b))),
        (a, b) => a.clone().or_else(|| b.clone()),
    };
    Cable { gain, feedback: come.feedback || go.feedback, ..go.clone() }
}

fn decibels(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| signalbox_dsp::units::Quantity::parse(value.as_str()?).map(|q| q.value))
}
