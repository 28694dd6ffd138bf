//! The example of a kind of node, put into a graph: it goes where the graph's own sound goes.

use super::{PasteError, Place, Plan, paste};
use signalbox_engine::node::Declaration;
use signalbox_engine::patch::{Cable, Edit, Patch, Scope};
use signalbox_engine::render::main_output;
use std::collections::BTreeSet;

/// Puts the example of a kind in. Where the graph has an output, the example leads there and not to one of its own.
pub fn example(
    patch: &Patch,
    scope: &Scope,
    declaration: &Declaration,
) -> Result<(BTreeSet<String>, Vec<Edit>), PasteError> {
    let (mut ids, edits) =
        paste(patch, scope, declaration.example, Place::Beside(crate::geometry::Point::default()))?;
    let mut plan = Plan::new(patch, scope);
    plan.extend(edits)?;
    let outputs = |graph: &signalbox_engine::patch::Graph| -> Vec<String> {
        graph.nodes.iter().filter(|(_, n)| n.kind == "output").map(|(id, _)| id.clone()).collect()
    };
    let own: Vec<String> = patch.scope(scope).map(outputs).unwrap_or_default();
    let Some(main) = main_output(own.iter().map(String::as_str)) else { return Ok((ids, plan.done())) };
    let brought: Vec<String> = outputs(plan.graph()).into_iter().filter(|id| ids.contains(id)).collect();
    for output in brought {
        let cables = plan.graph().cables.iter().filter(|(_, c)| c.to.node == output);
        let cables: Vec<(u32, Cable)> = cables.map(|(number, cable)| (*number, cable.clone())).collect();
        for (number, cable) in cables {
            plan.push(Edit::Disconnect(scope.clone(), number))?;
            let to = own[main].as_str().into();
            plan.push(Edit::Connect(scope.clone(), number, Cable { to, ..cable }))?;
        }
        plan.push(Edit::RemoveNode(scope.clone(), output.clone()))?;
        ids.remove(&output);
    }
    Ok((ids, plan.done()))
}
