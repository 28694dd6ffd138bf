//! What a patch holds.

use super::{TempoMap, Voices};
use crate::node::Value;
use serde::{Deserialize, Serialize};
use serde_json::Map;
use std::collections::BTreeMap;
use std::fmt;

/// A patch: the document that is edited, compiled and saved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patch {
    /// What people call it.
    pub title: String,
    /// The rate it wants, in frames a second; the engine's where it says none.
    pub rate: Option<u32>,
    /// How long a render lasts, as a [`super::Moment`]; by its sources and tails where it says nothing.
    pub length: Option<Value>,
    /// How beats lie in time.
    pub tempo: TempoMap,
    /// Nodes, cables and lanes of the patch itself.
    pub graph: Graph,
    /// Nodes folded into one, by name; a node whose kind is that name is an instance.
    pub subpatches: BTreeMap<String, Graph>,
    /// Named moments.
    pub markers: Vec<Marker>,
    /// Which controllers move which parameters while it plays.
    pub controls: Vec<Control>,
    /// What else people want to keep with it.
    pub meta: Map<String, Value>,
}

/// Nodes and what lies between them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// Nodes by their id.
    pub nodes: BTreeMap<String, Node>,
    /// Cables by their id; ids rise in the order in which cables were drawn.
    pub cables: BTreeMap<u32, Cable>,
    /// Automation by the parameter that it moves.
    pub lanes: BTreeMap<Endpoint, Lane>,
}

/// A node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// The kind: a name on the shelf, a sub-patch, `input` or `output`.
    pub kind: String,
    /// What people read on it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Where it lies on the canvas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<(f64, f64)>,
    /// Its parameters where they differ from their defaults.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub values: Map<String, Value>,
    /// Whether sound goes round it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bypass: bool,
    /// Whether its outputs are silent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mute: bool,
    /// What it is to a mix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// For an instance of a sub-patch: how many voices it has; one instance without them where it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voices: Option<Voices>,
}

impl Node {
    /// A node of this kind with nothing set.
    pub fn new(kind: &str) -> Self {
        Self { kind: kind.into(), ..Self::default() }
    }

    /// Whether this node is another one in nothing that is compiled but its values.
    fn differs_in_values(&self, other: &Self) -> bool {
        let Self { kind, label: _, at: _, values: _, bypass, mute, role: _, voices } = self;
        (kind, bypass, mute, voices) == (&other.kind, &other.bypass, &other.mute, &other.voices)
    }

    /// With a value.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.values.insert(name.into(), value.into());
        self
    }

    /// With a label.
    pub fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// With a place on the canvas.
    pub fn at(mut self, x: f64, y: f64) -> Self {
        self.at = Some((x, y));
        self
    }

    /// With so many voices.
    pub fn with_voices(mut self, voices: Voices) -> Self {
        self.voices = Some(voices);
        self
    }

    /// With a role.
    pub fn role(mut self, role: Role) -> Self {
        self.role = Some(role);
        self
    }
}

/// What a node is to a mix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The last node of a strip: its fader. Its outputs, cables and sends are the strip's.
    Strip,
    /// Where the mix is whole, before the master chain.
    Mix,
}

/// One end of a cable: a node and one of its ports or parameters; an empty name is the node's first port.
///
/// Written `node.port`. In a sub-patch's instance, `instance.node.parameter` reaches a parameter inside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Endpoint {
    /// The node's id.
    pub node: String,
    /// The port's or the parameter's name.
    pub port: String,
}

impl From<String> for Endpoint {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&str> for Endpoint {
    fn from(text: &str) -> Self {
        let (node, port) = text.split_once('.').unwrap_or((text, ""));
        Self { node: node.into(), port: port.into() }
    }
}

impl From<Endpoint> for String {
    fn from(end: Endpoint) -> Self {
        end.to_string()
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port.as_str() {
            "" => f.write_str(&self.node),
            port => write!(f, "{}.{port}", self.node),
        }
    }
}

/// A cable.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cable {
    /// Where it comes from.
    pub from: Endpoint,
    /// Where it goes: a port or a parameter.
    pub to: Endpoint,
    /// Its level, `-6 dB`; unchanged where it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gain: Option<Value>,
    /// How far a signal of 1 moves the parameter at its end, in the parameter's unit, or `2 oct` for a frequency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth: Option<Value>,
    /// Whether a loop without a delay is cut here: the cable brings what was given one frame before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub feedback: bool,
}

impl Cable {
    /// A cable between two ends.
    pub fn new(from: &str, to: &str) -> Self {
        Self { from: from.into(), to: to.into(), ..Self::default() }
    }

    /// With a level in decibels.
    pub fn with_gain(mut self, gain: impl Into<Value>) -> Self {
        self.gain = Some(gain.into());
        self
    }

    /// As the cable at which a loop is cut.
    pub fn as_feedback(mut self) -> Self {
        self.feedback = true;
        self
    }

    /// With a depth.
    pub fn with_depth(mut self, depth: impl Into<Value>) -> Self {
        self.depth = Some(depth.into());
        self
    }
}

/// Automation of one parameter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lane {
    /// Points in order of time; before the first and after the last, its value holds.
    pub points: Vec<Point>,
}

/// A point of a lane, written `[time, value]` or `[time, value, shape]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Point {
    /// A straight line leads to the next point.
    Line(Value, Value),
    /// A line of this shape leads to the next point.
    Shaped(Value, Value, Shape),
}

impl Point {
    /// When; a [`super::Moment`].
    pub fn time(&self) -> &Value {
        match self {
            Self::Line(time, _) | Self::Shaped(time, ..) => time,
        }
    }

    /// The parameter's value then.
    pub fn value(&self) -> &Value {
        match self {
            Self::Line(_, value) | Self::Shaped(_, value, _) => value,
        }
    }

    /// How the line runs from here to the next point.
    pub fn shape(&self) -> Shape {
        match self {
            Self::Line(..) => Shape::Linear,
            Self::Shaped(.., shape) => *shape,
        }
    }
}

/// How a lane runs from one point to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// A straight line.
    Linear,
    /// The value holds, then jumps.
    Hold,
    /// Slow, fast, slow: half a cosine.
    S,
    /// Slow, then fast: the square of the way.
    Slow,
    /// Fast, then slow: the square of the way that is left.
    Fast,
}

/// A named moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marker {
    /// When; a [`super::Moment`].
    pub time: Value,
    /// What it is called.
    pub name: String,
}

/// A controller that moves a parameter over its whole range, as its knob would.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// The number of the MIDI controller, 0 to 127.
    pub number: u8,
    /// The MIDI channel, 1 to 16; all where it says none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<u8>,
    /// The parameter; inside of an instance `instance.node.parameter`.
    pub to: Endpoint,
}

impl Graph {
    /// An id for the next cable: above all others or, where that can't be, the lowest that is free.
    pub fn next_cable(&self) -> u32 {
        let above = self.cables.keys().next_back().map_or(Some(0), |id| id.checked_add(1));
        above.unwrap_or_else(|| {
            let gap = (0..).zip(self.cables.keys()).find(|(free, taken)| free != *taken);
            gap.map_or(0, |(free, _)| free)
        })
    }

    /// Draws a cable.
    pub fn connect(&mut self, cable: Cable) -> u32 {
        let id = self.next_cable();
        self.cables.insert(id, cable);
        id
    }
}

impl Patch {
    /// Whether a node is a port of the sub-patch that it lies in.
    pub fn is_port(&self, node: &Node) -> bool {
        matches!(node.kind.as_str(), "input" | "output") && !self.subpatches.contains_key(&node.kind)
    }

    /// Whether this patch is another one in nothing that is compiled but the values of nodes: whatever is a node, a
    /// cable or a lane in one of them is so in the other.
    pub fn differs_in_values(&self, other: &Self) -> bool {
        let Self { title: _, rate: _, length: _, tempo, graph, subpatches, markers: _, meta: _, controls: _ } =
            self;
        let alike = |a: &Graph, b: &Graph| {
            let Graph { nodes, cables, lanes } = a;
            nodes.len() == b.nodes.len()
                && nodes.iter().zip(&b.nodes).all(|(a, b)| a.0 == b.0 && a.1.differs_in_values(b.1))
                && *cables == b.cables
                && *lanes == b.lanes
        };
        *tempo == other.tempo
            && alike(graph, &other.graph)
            && subpatches.len() == other.subpatches.len()
            && subpatches.iter().zip(&other.subpatches).all(|(a, b)| a.0 == b.0 && alike(a.1, b.1))
    }

    /// The graph that a scope names: the patch's own, or a sub-patch's.
    pub fn scope(&self, scope: &super::Scope) -> Option<&Graph> {
        match scope {
            None => Some(&self.graph),
            Some(name) => self.subpatches.get(name),
        }
    }
}
