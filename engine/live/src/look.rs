//! Looking into a patch while it plays: a probe is put beside what somebody looks at, and taken away again. Where nobody
//! looks, nothing is there.

use signalbox_engine::Audio;
use signalbox_engine::node::{Assets, PortKind, Probe, Shelf};
use signalbox_engine::patch::{Cable, Graph, Node, Patch};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The kind of node that shows what it hears.
pub const KIND: &str = "probe";

/// An output port of a node, behind the ids of the instances that it lies in: `verse/lead.out`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The instances' ids.
    instances: Vec<String>,
    node: String,
    port: Option<String>,
}

impl Place {
    /// A place from its text; without a port, the first one is meant.
    pub fn new(text: &str) -> Self {
        let mut ids: Vec<String> = text.split('/').map(String::from).collect();
        let last = ids.pop().unwrap_or_default();
        match last.split_once('.') {
            Some((node, port)) => Self { instances: ids, node: node.into(), port: Some(port.into()) },
            None => Self { instances: ids, node: last, port: None },
        }
    }

    /// The id of the probe.
    fn id(&self) -> String {
        let port = self.port.as_deref().unwrap_or_default();
        format!("look at {} {port}", self.node).trim_end().into()
    }

    /// The key of the probe in the compiled patch.
    pub fn key(&self) -> String {
        let before: String = self.instances.iter().map(|id| format!("{id}/")).collect();
        before + &self.id()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.instances.iter().try_for_each(|id| write!(f, "{id}/"))?;
        f.write_str(&self.node)?;
        self.port.iter().try_for_each(|port| write!(f, ".{port}"))
    }
}

/// What is looked at, and how many seconds are kept of it.
pub type Looks = BTreeMap<Place, f32>;

/// A patch with a probe beside all that is looked at. What is not there, or not any more, is left out.
pub fn with_looks(patch: &Patch, looks: &Looks, shelf: &Shelf) -> Patch {
    let mut seen = patch.clone();
    for (place, keep) in looks {
        let Some(graph) = graph(&mut seen, &place.instances) else { continue };
        let Some(node) = graph.nodes.get(&place.node) else { continue };
        let declaration = shelf.get(&node.kind);
        let port = declaration.and_then(|d| match &place.port {
            Some(port) => d.outputs.iter().find(|p| p.name == port),
            None => d.outputs.first(),
        });
        if declaration.is_some() && port.is_none() {
            continue;
        }
        let notes = port.is_some_and(|p| p.kind == PortKind::Events);
        let id = place.id();
        if graph.nodes.contains_key(&id) {
            continue;
        }
        graph.nodes.insert(id.clone(), Node::new(KIND).with("keep", *keep));
        let from = match &place.port {
            Some(port) => format!("{}.{port}", place.node),
            None => place.node.clone(),
        };
        let to = if notes { format!("{id}.notes") } else { id };
        graph.connect(Cable::new(&from, &to));
    }
    seen
}

/// The graph in which the nodes of an instance lie.
fn graph<'p>(patch: &'p mut Patch, instances: &[String]) -> Option<&'p mut Graph> {
    let mut name: Option<String> = None;
    for id in instances {
        let graph = match &name {
            None => &patch.graph,
            Some(name) => patch.subpatches.get(name)?,
        };
        name = Some(graph.nodes.get(id)?.kind.clone());
    }
    match name {
        None => Some(&mut patch.graph),
        Some(name) => patch.subpatches.get_mut(&name),
    }
}

/// Probes by the keys of their nodes, sorted; as long as nothing else is looked at, it is the same list.
pub type Shown = Arc<Vec<(String, Arc<Probe>)>>;

/// Files, and the probes of the nodes that show what they hear.
pub struct Eyes {
    assets: Arc<dyn Assets + Send>,
    probes: Mutex<Probes>,
}

#[derive(Default)]
struct Probes {
    made: HashMap<String, Arc<Probe>>,
    shown: Shown,
}

impl Eyes {
    /// With files from elsewhere.
    pub fn new(assets: Arc<dyn Assets + Send>) -> Self {
        Self { assets, probes: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Probes> {
        self.probes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows the probes of the nodes with these keys; the others are forgotten.
    pub fn show(&self, there: &HashSet<Arc<str>>) {
        let mut probes = self.lock();
        probes.made.retain(|key, _| there.contains(key.as_str()));
        let mut all: Vec<_> = probes.made.iter().map(|(key, probe)| (key.clone(), probe.clone())).collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        probes.shown = Arc::new(all);
    }

    /// What is shown.
    pub fn shown(&self) -> Shown {
        self.lock().shown.clone()
    }
}

impl Assets for Eyes {
    fn audio(&self, path: &str, rate: u32) -> Result<Arc<Audio>, String> {
        self.assets.audio(path, rate)
    }

    fn width(&self, path: &str) -> Result<usize, String> {
        self.assets.width(path)
    }

    fn probe(&self, key: &str, rate: u32, channels: usize, keep: f32) -> Option<Arc<Probe>> {
        let new = Arc::new(Probe::new(rate, channels, keep));
        self.lock().made.insert(key.into(), new.clone());
        Some(new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_and_written() {
        for text in ["lead", "lead.out", "verse/lead.out", "a/b/lead"] {
            assert_eq!(Place::new(text).to_string(), text);
        }
        assert_eq!(Place::new("verse/lead.out").key(), "verse/look at lead out");
    }
}
