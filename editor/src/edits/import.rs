//! Another patch as a sub-patch: its outputs become ports.

use super::{Plan, fresh_id};
use crate::geometry::Point;
use signalbox_engine::node::{Kind, Shelf, Value};
use signalbox_engine::patch::{Edit, EditError, Graph, Node, Patch, Scope};
use std::collections::BTreeMap;

/// Puts a patch in as a sub-patch by a name, with an instance at a place; gives the instance's id. `moved` says how a
/// file that the patch plays is called from here.
pub fn import(
    patch: &Patch,
    scope: &Scope,
    (name, other): (&str, &Patch),
    moved: impl Fn(&str) -> String,
    at: Point,
    shelf: &Shelf,
) -> Result<(String, Vec<Edit>), EditError> {
    let mut plan = Plan::new(patch, scope);
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let taken = |plan: &Plan, name: &str| {
        let ports = ["input", "output"].contains(&name);
        ports || plan.patch().subpatches.contains_key(name) || shelf.get(name).is_some()
    };
    let fresh = |plan: &Plan, name: &str| -> String {
        let numbered = (2u32..).map(|k| format!("{name} {k}"));
        let mut tried = std::iter::once(name.to_string()).chain(numbered);
        tried.find(|name| !taken(plan, name)).unwrap_or_default()
    };
    for inner in other.subpatches.keys() {
        let own = fresh(&plan, inner);
        // The name is taken from now on; what it stands for follows.
        plan.push(Edit::SetSubpatch(own.clone(), Some((&Graph::default()).into())))?;
        names.insert(inner.clone(), own);
    }
    let here = |graph: &Graph| -> Graph {
        let mut graph = graph.clone();
        for node in graph.nodes.values_mut() {
            if let Some(own) = names.get(&node.kind) {
                node.kind.clone_from(own);
            }
            let files = shelf.get(&node.kind).map_or(&[][..], |d| d.parameters);
            for parameter in files.iter().filter(|p| p.kind == Kind::File) {
                if let Some(Value::String(path)) = node.values.get_mut(parameter.name) {
                    *path = moved(path);
                }
            }
        }
        graph
    };
    for (inner, own) in &names {
        if let Some(graph) = other.subpatches.get(inner) {
            plan.push(Edit::SetSubpatch(own.clone(), Some((&here(graph)).into())))?;
        }
    }
    let whole = fresh(&plan, name);
    plan.push(Edit::SetSubpatch(whole.clone(), Some((&here(&other.graph)).into())))?;
    let id = fresh_id(plan.graph(), name);
    let node = Node::new(&whole).at(f64::from(at.x), f64::from(at.y));
    plan.push(Edit::AddNode(scope.clone(), id.clone(), node))?;
    Ok((id, plan.done()))
}
