//! Edits: every change of a patch, with its exact inverse.

use super::{Cable, Control, Endpoint, Graph, Lane, Marker, Node, Patch, Role, TempoMap, Voices};
use crate::node::Value;
use serde::{Deserialize, Serialize};
use std::collections::btree_map::Entry;
use thiserror::Error;

/// Which graph an edit is about: the patch's own (`None`) or that of a sub-patch.
pub type Scope = Option<String>;

/// One change of a patch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edit {
    /// Puts a node in.
    AddNode(Scope, String, Node),
    /// Takes a node out; its cables and lanes must be gone before.
    RemoveNode(Scope, String),
    /// Sets a parameter, or leaves it to its default.
    SetValue(Scope, String, String, Option<Value>),
    /// Writes a node's label.
    SetLabel(Scope, String, String),
    /// Moves a node on the canvas.
    Move(Scope, String, Option<(f64, f64)>),
    /// Sends sound round a node, or through it again.
    SetBypass(Scope, String, bool),
    /// Silences a node, or lets it sound again.
    SetMute(Scope, String, bool),
    /// Says what a node is to a mix.
    SetRole(Scope, String, Option<Role>),
    /// Gives an instance of a sub-patch so many voices, or makes it a plain one.
    SetVoices(Scope, String, Option<Voices>),
    /// Gives a node another kind in the same place.
    SetKind(Scope, String, String),
    /// Draws a cable under an id.
    Connect(Scope, u32, Cable),
    /// Pulls a cable.
    Disconnect(Scope, u32),
    /// Changes a cable's level and depth.
    SetCable(Scope, u32, Option<Value>, Option<Value>),
    /// Writes, replaces or erases the lane of a parameter.
    SetLane(Scope, Endpoint, Option<Lane>),
    /// Writes, replaces or erases a sub-patch.
    SetSubpatch(String, Option<SubpatchData>),
    /// Sets how beats lie in time.
    SetTempo(TempoMap),
    /// Sets how long a render lasts.
    SetLength(Option<Value>),
    /// Sets the rate that the patch wants.
    SetRate(Option<u32>),
    /// Names the patch.
    SetTitle(String),
    /// Sets the named moments.
    SetMarkers(Vec<Marker>),
    /// Sets which controllers move which parameters.
    SetControls(Vec<Control>),
    /// Keeps, replaces or forgets a word about the patch.
    SetMeta(String, Option<Value>),
}

/// A graph in the form in which a file holds it.
pub type SubpatchData = super::file::GraphData;

/// Why an edit can't be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EditError {
    /// There is no such sub-patch.
    #[error("there is no sub-patch `{0}`")]
    NoScope(String),
    /// There is no such node.
    #[error("there is no node `{0}`")]
    NoNode(String),
    /// The id is taken.
    #[error("there is a node `{0}` already; choose another id")]
    NodeExists(String),
    /// An id that could not be written in a cable's end.
    #[error("`{0}` can't be the id of a node: it must have a letter and neither `.` nor `/`")]
    BadId(String),
    /// A cable or a lane still holds the node.
    #[error("`{0}` still has cables or lanes; take them away first")]
    InUse(String),
    /// There is no such cable.
    #[error("there is no cable {0}")]
    NoCable(u32),
    /// The id is taken.
    #[error("there is a cable {0} already")]
    CableExists(u32),
    /// The tempo map does not hold together.
    #[error("{0}")]
    Tempo(&'static str),
    /// A place on the canvas that is no number.
    #[error("`{0}` can't be moved to a place that is no number")]
    NoPlace(String),
    /// What a patch file would not take: it could not be opened again.
    #[error("{0}")]
    Refused(#[from] super::PatchError),
}

/// Whether a text can be the id of a node.
pub(super) fn good_id(id: &str) -> bool {
    !id.trim().is_empty() && !id.contains(['.', '/'])
}

/// A place that is no number could be written, but not read again.
fn good_place(at: Option<(f64, f64)>) -> bool {
    at.is_none_or(|(x, y)| x.is_finite() && y.is_finite())
}

impl Patch {
    /// Applies an edit and gives its inverse; a refused edit changes nothing.
    pub fn apply(&mut self, edit: Edit) -> Result<Edit, EditError> {
        use std::mem::replace;
        Ok(match edit {
            Edit::AddNode(scope, id, node) => {
                if !good_id(&id) {
                    return Err(EditError::BadId(id));
                }
                if !good_place(node.at) {
                    return Err(EditError::NoPlace(id));
                }
                match self.graph_mut(&scope)?.nodes.entry(id.clone()) {
                    Entry::Occupied(_) => return Err(EditError::NodeExists(id)),
                    Entry::Vacant(place) => place.insert(node),
                };
                Edit::RemoveNode(scope, id)
            }
            Edit::RemoveNode(scope, id) => {
                let graph = self.graph_mut(&scope)?;
                let held = graph.cables.values().any(|c| c.from.node == id || c.to.node == id)
                    || graph.lanes.keys().any(|to| to.node == id);
                if held {
                    return Err(EditError::InUse(id));
                }
                let node = graph.nodes.remove(&id).ok_or_else(|| EditError::NoNode(id.clone()))?;
                Edit::AddNode(scope, id, node)
            }
            Edit::SetValue(scope, id, name, value) => {
                let values = &mut self.node_mut(&scope, &id)?.values;
                let old = match value {
                    Some(value) => values.insert(name.clone(), value),
                    None => values.shift_remove(&name),
                };
                // Names stay in order, so that an undone edit leaves no trace.
                values.sort_keys();
                Edit::SetValue(scope, id, name, old)
            }
            Edit::SetLabel(scope, id, label) => {
                let old = replace(&mut self.node_mut(&scope, &id)?.label, label);
                Edit::SetLabel(scope, id, old)
            }
            Edit::Move(scope, id, at) => {
                if !good_place(at) {
                    return Err(EditError::NoPlace(id));
                }
                let old = replace(&mut self.node_mut(&scope, &id)?.at, at);
                Edit::Move(scope, id, old)
            }
            Edit::SetBypass(scope, id, bypass) => {
                let old = replace(&mut self.node_mut(&scope, &id)?.bypass, bypass);
                Edit::SetBypass(scope, id, old)
            }
            Edit::SetMute(scope, id, mute) => {
                let old = replace(&mut self.node_mut(&scope, &id)?.mute, mute);
                Edit::SetMute(scope, id, old)
            }
            Edit::SetRole(scope, id, role) => {
                let old = replace(&mut self.node_mut(&scope, &id)?.role, role);
                Edit::SetRole(scope, id, old)
            }
            Edit::SetVoices(scope, id, voices) => {
                let old = replace(&mut self.node_mut(&scope, &id)?.voices, voices);
                Edit::SetVoices(scope, id, old)
            }
            Edit::SetKind(scope, id, kind) => {
                let old = replace(&mut self.node_mut(&scope, &id)?.kind, kind);
                Edit::SetKind(scope, id, old)
            }
            Edit::Connect(scope, id, cable) => {
                let graph = self.graph_mut(&scope)?;
                for end in [&cable.from, &cable.to] {
                    if !graph.nodes.contains_key(&end.node) {
                        return Err(EditError::NoNode(end.node.clone()));
                    }
                }
                match graph.cables.entry(id) {
                    Entry::Occupied(_) => return Err(EditError::CableExists(id)),
                    Entry::Vacant(place) => place.insert(cable),
                };
                Edit::Disconnect(scope, id)
            }
            Edit::Disconnect(scope, id) => {
                let cable = self.graph_mut(&scope)?.cables.remove(&id).ok_or(EditError::NoCable(id))?;
                Edit::Connect(scope, id, cable)
            }
            Edit::SetCable(scope, id, gain, depth) => {
                let cable = self.graph_mut(&scope)?.cables.get_mut(&id).ok_or(EditError::NoCable(id))?;
                let old = (replace(&mut cable.gain, gain), replace(&mut cable.depth, depth));
                Edit::SetCable(scope, id, old.0, old.1)
            }
            Edit::SetLane(scope, to, lane) => {
                let graph = self.graph_mut(&scope)?;
                if !graph.nodes.contains_key(&to.node) {
                    return Err(EditError::NoNode(to.node));
                }
                let old = match lane {
                    Some(lane) => graph.lanes.insert(to.clone(), lane),
                    None => graph.lanes.remove(&to),
                };
                Edit::SetLane(scope, to, old)
            }
            Edit::SetSubpatch(name, data) => {
                if !good_id(&name) {
                    return Err(EditError::BadId(name));
                }
                let graph = data.map(SubpatchData::build).transpose()?;
                let nowhere =
                    |g: &Graph| g.nodes.iter().find(|(_, n)| !good_place(n.at)).map(|(id, _)| id.clone());
                if let Some(id) = graph.as_ref().and_then(nowhere) {
                    return Err(EditError::NoPlace(id));
                }
                let old = match graph {
                    Some(graph) => self.subpatches.insert(name.clone(), graph),
                    None => self.subpatches.remove(&name),
                };
                Edit::SetSubpatch(name, old.map(|g| (&g).into()))
            }
            Edit::SetTempo(tempo) => match tempo.problem() {
                Some(problem) => return Err(EditError::Tempo(problem)),
                None => Edit::SetTempo(replace(&mut self.tempo, tempo)),
            },
            Edit::SetLength(length) => {
                super::file::good_length(length.as_ref())?;
                Edit::SetLength(replace(&mut self.length, length))
            }
            Edit::SetRate(rate) => {
                super::file::good_rate(rate)?;
                Edit::SetRate(replace(&mut self.rate, rate))
            }
            Edit::SetTitle(title) => Edit::SetTitle(replace(&mut self.title, title)),
            Edit::SetControls(controls) => {
                Edit::SetControls(replace(&mut self.controls, super::file::good_controls(controls)?))
            }
            Edit::SetMarkers(markers) => Edit::SetMarkers(replace(&mut self.markers, markers)),
            Edit::SetMeta(name, value) => {
                let old = match value {
                    Some(value) => self.meta.insert(name.clone(), value),
                    None => self.meta.shift_remove(&name),
                };
                self.meta.sort_keys();
                Edit::SetMeta(name, old)
            }
        })
    }

    /// The edits that take a node out with all that hangs on it.
    pub fn removal(&self, scope: &Scope, id: &str) -> Vec<Edit> {
        let Some(graph) = self.scope(scope) else { return Vec::new() };
        let lanes = graph.lanes.keys().filter(|to| to.node == id);
        let cables = graph.cables.iter().filter(|(_, c)| c.from.node == id || c.to.node == id);
        lanes
            .map(|to| Edit::SetLane(scope.clone(), to.clone(), None))
            .chain(cables.map(|(&cable, _)| Edit::Disconnect(scope.clone(), cable)))
            .chain([Edit::RemoveNode(scope.clone(), id.into())])
            .collect()
    }

    fn graph_mut(&mut self, scope: &Scope) -> Result<&mut Graph, EditError> {
        match scope {
            None => Ok(&mut self.graph),
            Some(name) => self.subpatches.get_mut(name).ok_or_else(|| EditError::NoScope(name.clone())),
        }
    }

    fn node_mut(&mut self, scope: &Scope, id: &str) -> Result<&mut Node, EditError> {
        self.graph_mut(scope)?.nodes.get_mut(id).ok_or_else(|| EditError::NoNode(id.into()))
    }
}
