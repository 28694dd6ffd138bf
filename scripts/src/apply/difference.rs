//! The difference between two patches as edits, so that what plays keeps the state of all that did not change.

use signalbox_engine::patch::{Edit, Graph, Patch, Scope};

/// The edits that make `new` of `old`.
pub fn difference(old: &Patch, new: &Patch) -> Vec<Edit> {
    let mut edits = Vec::new();
    if old.title != new.title {
        edits.push(Edit::SetTitle(new.title.clone()));
    }
    if old.rate != new.rate {
        edits.push(Edit::SetRate(new.rate));
    }
    if old.length != new.length {
        edits.push(Edit::SetLength(new.length.clone()));
    }
    if old.tempo != new.tempo {
        edits.push(Edit::SetTempo(new.tempo.clone()));
    }
    if old.markers != new.markers {
        edits.push(Edit::SetMarkers(new.markers.clone()));
    }
    if old.controls != new.controls {
        edits.push(Edit::SetControls(new.controls.clone()));
    }
    let empty = Graph::default();
    for (name, inside) in &new.subpatches {
        let was = old.subpatches.get(name);
        if was.is_none() {
            edits.push(Edit::SetSubpatch(name.clone(), Some((&empty).into())));
        }
        graph(&mut edits, &Some(name.clone()), was.unwrap_or(&empty), inside);
    }
    graph(&mut edits, &None, &old.graph, &new.graph);
    for name in old.subpatches.keys().filter(|name| !new.subpatches.contains_key(*name)) {
        edits.push(Edit::SetSubpatch(name.clone(), None));
    }
    for (name, value) in &new.meta {
        if old.meta.get(name) != Some(value) {
            edits.push(Edit::SetMeta(name.clone(), Some(value.clone())));
        }
    }
    for name in old.meta.keys().filter(|name| !new.meta.contains_key(*name)) {
        edits.push(Edit::SetMeta(name.clone(), None));
    }
    edits
}

/// Takes away what is gone, changes what stays, puts in what is new.
fn graph(edits: &mut Vec<Edit>, scope: &Scope, old: &Graph, new: &Graph) {
    let at = || scope.clone();
    for end in old.lanes.keys().filter(|end| !new.lanes.contains_key(*end)) {
        edits.push(Edit::SetLane(at(), end.clone(), None));
    }
    let stays = |id: &u32| match (old.cables.get(id), new.cables.get(id)) {
        (Some(a), Some(b)) => a.from == b.from && a.to == b.to && a.feedback == b.feedback,
        _ => false,
    };
    for id in old.cables.keys().filter(|id| !stays(id)) {
        edits.push(Edit::Disconnect(at(), *id));
    }
    for id in old.nodes.keys().filter(|id| !new.nodes.contains_key(*id)) {
        edits.push(Edit::RemoveNode(at(), id.clone()));
    }
    for (id, node) in &new.nodes {
        let Some(was) = old.nodes.get(id) else {
            edits.push(Edit::AddNode(at(), id.clone(), node.clone()));
            continue;
        };
        if was.kind != node.kind {
            edits.push(Edit::SetKind(at(), id.clone(), node.kind.clone()));
        }
        if was.label != node.label {
            edits.push(Edit::SetLabel(at(), id.clone(), node.label.clone()));
        }
        if was.at != node.at {
            edits.push(Edit::Move(at(), id.clone(), node.at));
        }
        if was.bypass != node.bypass {
            edits.push(Edit::SetBypass(at(), id.clone(), node.bypass));
        }
        if was.mute != node.mute {
            edits.push(Edit::SetMute(at(), id.clone(), node.mute));
        }
        if was.role != node.role {
            edits.push(Edit::SetRole(at(), id.clone(), node.role));
        }
        if was.voices != node.voices {
            edits.push(Edit::SetVoices(at(), id.clone(), node.voices));
        }
        for name in was.values.keys().filter(|name| !node.values.contains_key(*name)) {
            edits.push(Edit::SetValue(at(), id.clone(), name.clone(), None));
        }
        for (name, value) in &node.values {
            if was.values.get(name) != Some(value) {
                edits.push(Edit::SetValue(at(), id.clone(), name.clone(), Some(value.clone())));
            }
        }
    }
    for (id, cable) in &new.cables {
        if !stays(id) {
            edits.push(Edit::Connect(at(), *id, cable.clone()));
        } else if old.cables.get(id) != Some(cable) {
            edits.push(Edit::SetCable(at(), *id, cable.gain.clone(), cable.depth.clone()));
        }
    }
    for (end, lane) in &new.lanes {
        if old.lanes.get(end) != Some(lane) {
            edits.push(Edit::SetLane(at(), end.clone(), Some(lane.clone())));
        }
    }
}
