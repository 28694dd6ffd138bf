//! The patch as a versioned JSON file: a node, a cable or a lane a line, in a stable order.

use super::edit::good_id;
use super::unique::Unique;
use super::{Cable, Control, Endpoint, Graph, Lane, Marker, Moment, Node, Patch, PatchError, TempoMap};
use crate::node::{Value, nearest};
use serde::{Deserialize, Serialize};
use serde_json::Map;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The format that this version writes; it reads this and every older one.
pub const FORMAT: u32 = 1;

/// A graph as the file holds it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GraphData {
    #[serde(default)]
    nodes: Vec<NodeLine>,
    #[serde(default)]
    cables: Vec<CableLine>,
    #[serde(default)]
    lanes: Vec<LaneLine>,
}

// A field that nobody knows is refused here: what is flattened takes only what it knows and leaves the rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeLine {
    id: String,
    #[serde(flatten)]
    node: Node,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CableLine {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<u32>,
    #[serde(flatten)]
    cable: Cable,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LaneLine {
    to: Endpoint,
    #[serde(flatten)]
    lane: Lane,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PatchData {
    #[serde(rename = "format")]
    _format: u32,
    #[serde(default)]
    title: String,
    rate: Option<u32>,
    length: Option<Value>,
    #[serde(default)]
    tempo: Option<Vec<(f64, f64)>>,
    #[serde(default)]
    meter: Option<Vec<(u32, f64)>>,
    #[serde(default)]
    nodes: Vec<NodeLine>,
    #[serde(default)]
    cables: Vec<CableLine>,
    #[serde(default)]
    lanes: Vec<LaneLine>,
    #[serde(default)]
    subpatches: BTreeMap<String, GraphData>,
    #[serde(default)]
    markers: Vec<Marker>,
    #[serde(default)]
    controls: Vec<Control>,
    #[serde(default)]
    meta: Map<String, Value>,
}

#[derive(Deserialize)]
struct FormatOnly {
    format: Option<u64>,
}

/// Reads a patch.
pub fn read(text: &str) -> Result<Patch, PatchError> {
    match serde_json::from_str::<FormatOnly>(text)?.format {
        None | Some(0) => return Err(PatchError::NoFormat),
        Some(format) if format > u64::from(FORMAT) => return Err(PatchError::Newer(format)),
        Some(_) => {}
    }
    serde_json::from_str::<Unique>(text)?;
    let data: PatchData = serde_json::from_str(text)?;
    let defaults = TempoMap::default();
    let tempo =
        TempoMap { tempo: data.tempo.unwrap_or(defaults.tempo), meter: data.meter.unwrap_or(defaults.meter) };
    if let Some(problem) = tempo.problem() {
        return Err(PatchError::Setting { what: "tempo", why: problem.into() });
    }
    good_rate(data.rate)?;
    good_length(data.length.as_ref())?;
    let mut subpatches = BTreeMap::new();
    for (name, graph) in data.subpatches {
        if !good_id(&name) {
            return Err(PatchError::BadId(name));
        }
        subpatches.insert(name, graph.build()?);
    }
    Ok(Patch {
        title: data.title,
        rate: data.rate,
        length: data.length,
        tempo,
        graph: GraphData { nodes: data.nodes, cables: data.cables, lanes: data.lanes }.build()?,
        subpatches,
        markers: data.markers,
        controls: good_controls(data.controls)?,
        meta: sorted(data.meta),
    })
}

/// Refuses a rate that the engine does not run at.
pub(super) fn good_rate(rate: Option<u32>) -> Result<(), PatchError> {
    match rate.filter(|r| !crate::RATES.contains(r)) {
        None => Ok(()),
        Some(rate) => {
            let why = format!("{rate} frames a second; it must lie between 8,000 and 384,000");
            Err(PatchError::Setting { what: "rate", why })
        }
    }
}

/// Refuses numbers that no controller has.
pub(super) fn good_controls(controls: Vec<Control>) -> Result<Vec<Control>, PatchError> {
    let bad = |c: &&Control| c.number > 127 || c.channel.is_some_and(|channel| !(1..=16).contains(&channel));
    match controls.iter().find(bad) {
        None => Ok(controls),
        Some(control) => {
            let why = format!(
                "{} on channel {}; controllers have the numbers 0 to 127, channels 1 to 16",
                control.number,
                control.channel.map_or("any".into(), |c| c.to_string())
            );
            Err(PatchError::Setting { what: "controls", why })
        }
    }
}

/// Refuses a length that is no moment, or lies before the start.
pub(super) fn good_length(length: Option<&Value>) -> Result<(), PatchError> {
    let wrong = |why| PatchError::Setting { what: "length", why };
    match length.map(Moment::read).transpose().map_err(wrong)? {
        Some(Moment::Seconds(t) | Moment::Beats(t)) if t < 0.0 => Err(wrong("it can't be negative".into())),
        _ => Ok(()),
    }
}

fn sorted(mut map: Map<String, Value>) -> Map<String, Value> {
    map.sort_keys();
    map
}

impl GraphData {
    /// The graph, where its ids are good.
    pub(super) fn build(self) -> Result<Graph, PatchError> {
        let mut graph = Graph::default();
        for line in self.nodes {
            if !good_id(&line.id) {
                return Err(PatchError::BadId(line.id));
            }
            let node = Node { values: sorted(line.node.values), ..line.node };
            if graph.nodes.insert(line.id.clone(), node).is_some() {
                return Err(PatchError::SameNode(line.id));
            }
        }
        // Cables without an id are numbered after all that have one, in the order of the file.
        let (named, unnamed): (Vec<_>, Vec<_>) = self.cables.into_iter().partition(|c| c.id.is_some());
        for line in named.into_iter().chain(unnamed) {
            let id = line.id.unwrap_or_else(|| graph.next_cable());
            if graph.cables.insert(id, line.cable).is_some() {
                return Err(PatchError::SameCable(id));
            }
        }
        for line in self.lanes {
            if graph.lanes.contains_key(&line.to) {
                return Err(PatchError::SameLane(line.to));
            }
            graph.lanes.insert(line.to, line.lane);
        }
        // Edits keep to this, so that each has an inverse that can be.
        for (id, cable) in &graph.cables {
            graph.holds(&cable.from, || format!("cable {id} ({} → {})", cable.from, cable.to))?;
            graph.holds(&cable.to, || format!("cable {id} ({} → {})", cable.from, cable.to))?;
        }
        for to in graph.lanes.keys() {
            graph.holds(to, || format!("lane {to}"))?;
        }
        Ok(graph)
    }
}

impl Graph {
    /// Refuses an end whose node is not there.
    fn holds(&self, end: &Endpoint, place: impl FnOnce() -> String) -> Result<(), PatchError> {
        if self.nodes.contains_key(&end.node) {
            return Ok(());
        }
        let near = nearest(&end.node, self.nodes.keys().map(String::as_str)).map(str::to_string);
        Err(PatchError::NoNode { place: place(), node: end.node.clone(), near })
    }
}

impl From<&Graph> for GraphData {
    fn from(graph: &Graph) -> Self {
        let nodes = graph.nodes.iter().map(|(id, node)| {
            // Two patches that are equal give the same bytes, in whatever order their values were set.
            let node = Node { values: sorted(node.values.clone()), ..node.clone() };
            NodeLine { id: id.clone(), node }
        });
        let cables = graph.cables.iter().map(|(&id, cable)| CableLine { id: Some(id), cable: cable.clone() });
        let lanes = graph.lanes.iter().map(|(to, lane)| LaneLine { to: to.clone(), lane: lane.clone() });
        Self { nodes: nodes.collect(), cables: cables.collect(), lanes: lanes.collect() }
    }
}

/// Writes a patch; the same patch always gives the same bytes.
pub fn write(patch: &Patch) -> Result<String, PatchError> {
    let mut out = format!("{{\n  \"format\": {FORMAT}");
    field(&mut out, "  ", "title", &patch.title)?;
    if let Some(rate) = patch.rate {
        field(&mut out, "  ", "rate", &rate)?;
    }
    if let Some(length) = &patch.length {
        field(&mut out, "  ", "length", length)?;
    }
    field(&mut out, "  ", "tempo", &patch.tempo.tempo)?;
    field(&mut out, "  ", "meter", &patch.tempo.meter)?;
    if !patch.meta.is_empty() {
        field(&mut out, "  ", "meta", &sorted(patch.meta.clone()))?;
    }
    lines(&mut out, "  ", "markers", &patch.markers)?;
    lines(&mut out, "  ", "controls", &patch.controls)?;
    graph(&mut out, "  ", &(&patch.graph).into())?;
    if !patch.subpatches.is_empty() {
        out.push_str(",\n  \"subpatches\": {");
        for (i, (name, sub)) in patch.subpatches.iter().enumerate() {
            out.push_str(if i == 0 { "\n    " } else { ",\n    " });
            let _ = write!(out, "{}: {{", serde_json::to_string(name)?);
            let mut inner = String::new();
            graph(&mut inner, "      ", &sub.into())?;
            out.push_str(inner.trim_start_matches(','));
            out.push_str("\n    }");
        }
        out.push_str("\n  }");
    }
    out.push_str("\n}\n");
    Ok(out)
}

fn field(out: &mut String, indent: &str, name: &str, value: &impl Serialize) -> Result<(), PatchError> {
    let _ = write!(out, ",\n{indent}\"{name}\": {}", serde_json::to_string(value)?);
    Ok(())
}

fn lines<T: Serialize>(out: &mut String, indent: &str, name: &str, items: &[T]) -> Result<(), PatchError> {
    if items.is_empty() {
        return Ok(());
    }
    let _ = write!(out, ",\n{indent}\"{name}\": [");
    for (i, item) in items.iter().enumerate() {
        let comma = if i == 0 { "" } else { "," };
        let _ = write!(out, "{comma}\n{indent}  {}", serde_json::to_string(item)?);
    }
    let _ = write!(out, "\n{indent}]");
    Ok(())
}

fn graph(out: &mut String, indent: &str, data: &GraphData) -> Result<(), PatchError> {
    lines(out, indent, "nodes", &data.nodes)?;
    lines(out, indent, "cables", &data.cables)?;
    lines(out, indent, "lanes", &data.lanes)
}
