//! Copying: nodes with the cables between them, as the text of a patch.

use super::{Plan, fresh_id};
use crate::geometry::Point;
use crate::marks::{self, Frame, Marks};
use signalbox_engine::patch::{self, Cable, Edit, EditError, Endpoint, Graph, Patch, Scope};
use std::collections::{BTreeMap, BTreeSet};

/// The text of a patch that holds these nodes, what lies between them, and the sub-patches that they use; nothing where
/// there are none.
pub fn copy(patch: &Patch, scope: &Scope, ids: &BTreeSet<String>) -> Option<String> {
    let graph = patch.scope(scope)?;
    let mut copied = Patch::default();
    let nodes = ids.iter().filter_map(|id| graph.nodes.get_key_value(id));
    copied.graph.nodes = nodes.map(|(id, node)| (id.clone(), node.clone())).collect();
    let both = |c: &&Cable| ids.contains(&c.from.node) && ids.contains(&c.to.node);
    copied.graph.cables = (1..).zip(graph.cables.values().filter(both).cloned()).collect();
    let lanes = graph.lanes.iter().filter(|(to, _)| ids.contains(&to.node));
    copied.graph.lanes = lanes.map(|(to, lane)| (to.clone(), lane.clone())).collect();
    // Frames go with all that is in them.
    let mut marks = Marks::of(patch, scope);
    marks.frames.retain(|_, frame| frame.nodes.is_subset(ids) && !frame.nodes.is_empty());
    let marks = Marks { frames: marks.frames, ..Marks::default() };
    // Nothing else was in it, so that it is taken.
    let _ = copied.apply(marks.edit(&None));
    let mut wanted: Vec<String> = copied.graph.nodes.values().map(|n| n.kind.clone()).collect();
    while let Some(kind) = wanted.pop() {
        if let Some(inner) = patch.subpatches.get(&kind)
            && copied.subpatches.insert(kind, inner.clone()).is_none()
        {
            wanted.extend(inner.nodes.values().map(|n| n.kind.clone()));
        }
    }
    if copied.graph.nodes.is_empty() { None } else { patch::file::write(&copied).ok() }
}

/// Puts the nodes of a patch's text in, with their middle at a place, or so far from where they were. Gives their new
/// ids.
pub fn paste(
    patch: &Patch,
    scope: &Scope,
    text: &str,
    to: Place,
) -> Result<(BTreeSet<String>, Vec<Edit>), PasteError> {
    let mut pasted = patch::file::read(text).map_err(|_| PasteError::NoPatch)?;
    rename(&mut pasted, patch);
    let mut plan = Plan::new(patch, scope);
    for (name, inner) in &pasted.subpatches {
        // The very same one may be there already.
        if !patch.subpatches.contains_key(name) {
            plan.push(Edit::SetSubpatch(name.clone(), Some(inner.into())))?;
        }
    }
    let by = to.shift(&pasted.graph);
    let mut names: BTreeMap<&str, String> = BTreeMap::new();
    for (id, node) in &pasted.graph.nodes {
        let fresh = fresh_id(plan.graph(), id);
        let mut node = node.clone();
        node.at = node.at.map(|(x, y)| (x + f64::from(by.x), y + f64::from(by.y)));
        plan.push(Edit::AddNode(scope.clone(), fresh.clone(), node))?;
        names.insert(id, fresh);
    }
    let renamed = |end: &Endpoint| Endpoint {
        node: names.get(end.node.as_str()).cloned().unwrap_or_default(),
        port: end.port.clone(),
    };
    for cable in pasted.graph.cables.values() {
        let cable = Cable { from: renamed(&cable.from), to: renamed(&cable.to), ..cable.clone() };
        let number = plan.graph().next_cable();
        plan.push(Edit::Connect(scope.clone(), number, cable))?;
    }
    for (to, lane) in &pasted.graph.lanes {
        plan.push(Edit::SetLane(scope.clone(), renamed(to), Some(lane.clone())))?;
    }
    plan.extend(frames(&pasted, patch, scope, &names))?;
    Ok((names.into_values().collect(), plan.done()))
}

/// The edit that puts the frames of what is pasted around its nodes.
fn frames(pasted: &Patch, patch: &Patch, scope: &Scope, names: &BTreeMap<&str, String>) -> Option<Edit> {
    let mut marks = Marks::of(patch, scope);
    let before = marks.frames.len();
    for frame in Marks::of(pasted, &None).frames.into_values() {
        let nodes: BTreeSet<String> =
            frame.nodes.iter().filter_map(|id| names.get(id.as_str()).cloned()).collect();
        if !nodes.is_empty() {
            let number = marks::next(&marks.frames);
            marks.frames.insert(number, Frame { nodes, ..frame });
        }
    }
    (marks.frames.len() > before).then(|| marks.edit(scope))
}

/// Gives sub-patches names of their own where others have the same.
fn rename(pasted: &mut Patch, patch: &Patch) {
    let other =
        |name: &&String| patch.subpatches.get(*name).is_some_and(|own| *own != pasted.subpatches[*name]);
    let names: Vec<String> = pasted.subpatches.keys().filter(other).cloned().collect();
    for name in names {
        let taken = |new: &String| patch.subpatches.contains_key(new) || pasted.subpatches.contains_key(new);
        let Some(new) = (2u32..).map(|k| format!("{name}{k}")).find(|new| !taken(new)) else { return };
        if let Some(inner) = pasted.subpatches.remove(&name) {
            pasted.subpatches.insert(new.clone(), inner);
        }
        let graphs = pasted.subpatches.values_mut().chain([&mut pasted.graph]);
        for node in graphs.flat_map(|g| g.nodes.values_mut()).filter(|n| n.kind == name) {
            node.kind.clone_from(&new);
        }
    }
}

/// Where what is pasted goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// Its middle to a place.
    Middle(Point),
    /// So far from where it was.
    Beside(Point),
}

impl Place {
    fn shift(self, graph: &Graph) -> Point {
        let places: Vec<(f64, f64)> = graph.nodes.values().filter_map(|n| n.at).collect();
        match self {
            Self::Beside(by) => by,
            Self::Middle(_) if places.is_empty() => Point::default(),
            Self::Middle(to) => {
                let ends = |of: fn(&(f64, f64)) -> f64| {
                    let all = places.iter().map(of);
                    (all.clone().fold(f64::MAX, f64::min) + all.fold(f64::MIN, f64::max)) / 2.0
                };
                to - Point::new(ends(|p| p.0) as f32, ends(|p| p.1) as f32)
            }
        }
    }
}

/// Why nothing was pasted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PasteError {
    /// There is no patch in the clipboard.
    #[error("The clipboard holds no nodes: copy some, or the text of a patch.")]
    NoPatch,
    /// The patch does not take it.
    #[error(transparent)]
    Edit(#[from] EditError),
}
