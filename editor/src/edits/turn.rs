//! One patch into another.

use super::{Plan, Planned};
use signalbox_engine::patch::{Edit, Patch, Scope};

/// The edits that make a patch another one.
pub fn turn_into(from: &Patch, to: &Patch) -> Planned {
    let mut plan = Plan::new(from, &None);
    let ids: Vec<String> = from.graph.nodes.keys().cloned().collect();
    for id in ids {
        let removal = plan.patch().removal(&None, &id);
        plan.extend(removal)?;
    }
    let gone: Vec<String> = from.subpatches.keys().cloned().collect();
    plan.extend(gone.into_iter().map(|name| Edit::SetSubpatch(name, None)))?;
    plan.extend(
        to.subpatches.iter().map(|(name, graph)| Edit::SetSubpatch(name.clone(), Some(graph.into()))),
    )?;
    let scope: Scope = None;
    plan.extend(to.graph.nodes.iter().map(|(id, n)| Edit::AddNode(scope.clone(), id.clone(), n.clone())))?;
    plan.extend(to.graph.cables.iter().map(|(&k, c)| Edit::Connect(scope.clone(), k, c.clone())))?;
    plan.extend(
        to.graph.lanes.iter().map(|(e, l)| Edit::SetLane(scope.clone(), e.clone(), Some(l.clone()))),
    )?;
    plan.push(Edit::SetTitle(to.title.clone()))?;
    plan.push(Edit::SetRate(to.rate))?;
    plan.push(Edit::SetLength(to.length.clone()))?;
    plan.push(Edit::SetTempo(to.tempo.clone()))?;
    plan.push(Edit::SetMarkers(to.markers.clone()))?;
    plan.push(Edit::SetControls(to.controls.clone()))?;
    let forgotten: Vec<String> = from.meta.keys().filter(|k| !to.meta.contains_key(*k)).cloned().collect();
    plan.extend(forgotten.into_iter().map(|name| Edit::SetMeta(name, None)))?;
    plan.extend(to.meta.iter().map(|(name, value)| Edit::SetMeta(name.clone(), Some(value.clone()))))?;
    Ok(plan.done())
}
