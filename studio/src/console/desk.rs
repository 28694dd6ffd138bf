//! Edits of strips: each method applies plain edits to the patch and keeps them in a list.

use signalbox_engine::node::Value;
use signalbox_engine::patch::{Cable, Edit, EditError, Endpoint, Node, Patch, Role};

/// The strip that everything leads to in the end.
pub const MASTER: &str = "master";

/// The output of the patch.
const OUT: &str = "out";

/// What a fader is set to that lets nothing through, in decibels.
pub const CLOSED_DB: f64 = -120.0;

/// What lies between the inserts of a strip and its fader, in this order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// Mutes the strip, its sends before the fader too; they begin here.
    Pre,
    /// The share of a VCA, by its name.
    Vca(String),
    /// Levels that go down for a moment.
    Dip,
    /// The place between left and right.
    Pan,
}

impl Layer {
    fn id(&self, strip: &str) -> String {
        match self {
            Self::Pre => format!("{strip} pre"),
            Self::Vca(name) => format!("{strip} vca {name}"),
            Self::Dip => format!("{strip} dip"),
            Self::Pan => format!("{strip} pan"),
        }
    }

    fn kind(&self) -> &'static str {
        if *self == Self::Pan { "pan" } else { "gain" }
    }
}

/// A patch on the desk.
pub struct Desk<'p> {
    patch: &'p mut Patch,
    edits: Vec<Edit>,
}

impl<'p> Desk<'p> {
    /// Puts a patch on the desk.
    pub fn new(patch: &'p mut Patch) -> Self {
        Self { patch, edits: Vec::new() }
    }

    /// The patch as it is now.
    pub fn patch(&self) -> &Patch {
        self.patch
    }

    /// What was done so far, in order.
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// Applies one edit.
    pub fn edit(&mut self, edit: Edit) -> Result<(), EditError> {
        self.patch.apply(edit.clone())?;
        self.edits.push(edit);
        Ok(())
    }

    fn add(&mut self, id: &str, node: Node) -> Result<(), EditError> {
        self.edit(Edit::AddNode(None, id.into(), node))
    }

    fn connect(&mut self, cable: Cable) -> Result<(), EditError> {
        self.edit(Edit::Connect(None, self.patch.graph.next_cable(), cable))
    }

    /// Whether there is such a strip.
    pub fn has(&self, strip: &str) -> bool {
        self.patch.graph.nodes.contains_key(&fader(strip))
    }

    /// A strip that plays a file.
    pub fn track(&mut self, name: &str, file: &str) -> Result<(), EditError> {
        self.strip(name, Node::new("player").with("file", file), Some(Role::Strip))
    }

    /// A strip that takes signals in, as a track that is played into (`Role::Strip`) or as a bus.
    pub fn bus(&mut self, name: &str, role: Option<Role>) -> Result<(), EditError> {
        self.strip(name, Node::new("bus"), role)
    }

    fn strip(&mut self, name: &str, source: Node, role: Option<Role>) -> Result<(), EditError> {
        let fader = fader(name);
        self.add(name, source.labelled(name))?;
        let node = Node { role, ..Node::new("gain") };
        self.add(&fader, node)?;
        self.connect(Cable::new(name, &fader))
    }

    /// The strip before the output; made where it is not there yet.
    pub fn master(&mut self) -> Result<(), EditError> {
        if self.has(MASTER) {
            return Ok(());
        }
        self.strip(MASTER, Node::new("bus").role(Role::Mix), None)?;
        if !self.patch.graph.nodes.contains_key(OUT) {
            self.add(OUT, Node::new("output"))?;
        }
        self.connect(Cable::new(&fader(MASTER), OUT))
    }

    /// Leads a strip into another.
    pub fn route(&mut self, from: &str, to: &str) -> Result<(), EditError> {
        let cable = Cable::new(&fader(from), to);
        if self.patch.graph.cables.values().any(|c| c.from == cable.from && c.to == cable.to) {
            return Ok(());
        }
        self.connect(cable)
    }

    /// The node behind the inserts: the first layer that is there, or the fader.
    pub fn behind_inserts(&self, strip: &str) -> String {
        self.layers(strip).into_iter().next().unwrap_or_else(|| fader(strip))
    }

    /// The layers of a strip that are there, in order.
    fn layers(&self, strip: &str) -> Vec<String> {
        let there = |id: String| self.patch.graph.nodes.contains_key(&id).then_some(id);
        let prefix = format!("{strip} vca ");
        let vcas = self.patch.graph.nodes.range(prefix.clone()..).map(|(id, _)| id.clone());
        let vcas: Vec<String> = vcas.take_while(|id| id.starts_with(&prefix)).collect();
        let mut all: Vec<String> = there(Layer::Pre.id(strip)).into_iter().collect();
        all.extend(vcas);
        all.extend([Layer::Dip, Layer::Pan].into_iter().filter_map(|l| there(l.id(strip))));
        all
    }

    /// Takes away what leads into a node's first port, and gives it back.
    pub fn take_inputs(&mut self, node: &str) -> Result<Vec<Cable>, EditError> {
        let leads = |c: &&Cable| c.to.node == node && matches!(c.to.port.as_str(), "" | "in");
        let graph = &self.patch.graph;
        let found: Vec<(u32, Cable)> =
            graph.cables.iter().filter(|(_, c)| leads(c)).map(|(&id, c)| (id, c.clone())).collect();
        for (id, _) in &found {
            self.edit(Edit::Disconnect(None, *id))?;
        }
        Ok(found.into_iter().map(|(_, c)| c).collect())
    }

    /// The node of a layer; made where it is not there yet.
    pub fn layer(&mut self, strip: &str, layer: &Layer) -> Result<String, EditError> {
        let id = layer.id(strip);
        if self.patch.graph.nodes.contains_key(&id) {
            return Ok(id);
        }
        if !self.has(strip) {
            return Err(EditError::NoNode(fader(strip)));
        }
        let rank = |l: &str| match l {
            l if l == Layer::Pre.id(strip) => 0,
            l if l == Layer::Dip.id(strip) => 2,
            l if l == Layer::Pan.id(strip) => 3,
            _ => 1,
        };
        let own = rank(&id);
        let next = self.layers(strip).into_iter().find(|l| rank(l) > own).unwrap_or_else(|| fader(strip));
        let inputs = self.take_inputs(&next)?;
        self.add(&id, Node::new(layer.kind()))?;
        for cable in inputs {
            self.connect(Cable { to: Endpoint::from(id.as_str()), ..cable })?;
        }
        self.connect(Cable::new(&id, &next))?;
        Ok(id)
    }

    /// Sends a strip to a bus, after its fader or (`pre`) before it; gives the node whose `gain` is the level. A send
    /// that is there stays where it begins.
    pub fn send(&mut self, strip: &str, bus: &str, pre: bool) -> Result<String, EditError> {
        let id = format!("{strip} to {bus}");
        if self.patch.graph.nodes.contains_key(&id) {
            return Ok(id);
        }
        let from = if pre { self.layer(strip, &Layer::Pre)? } else { fader(strip) };
        self.add(&id, Node::new("gain"))?;
        self.connect(Cable::new(&from, &id))?;
        self.connect(Cable::new(&id, bus))?;
        Ok(id)
    }

    /// Sets a value of a node.
    pub fn set(&mut self, node: &str, parameter: &str, value: impl Into<Value>) -> Result<(), EditError> {
        self.edit(Edit::SetValue(None, node.into(), parameter.into(), Some(value.into())))
    }

    /// Mutes a strip, or lets it sound again.
    pub fn mute(&mut self, strip: &str, mute: bool) -> Result<(), EditError> {
        let node = self.layer(strip, &Layer::Pre)?;
        self.set(&node, "gain", if mute { CLOSED_DB } else { 0.0 })
    }

    /// Lets these tracks alone sound, in their places and with their sends: all other tracks are muted. With none, all
    /// sound again.
    pub fn solo(&mut self, tracks: &[&str]) -> Result<(), EditError> {
        for track in self.tracks() {
            let fader = fader(&track);
            let mute = !tracks.is_empty() && !tracks.contains(&track.as_str());
            if self.patch.graph.nodes.get(&fader).is_some_and(|n| n.mute != mute) {
                self.edit(Edit::SetMute(None, fader, mute))?;
            }
        }
        Ok(())
    }

    /// The tracks: strips that are no buses.
    pub fn tracks(&self) -> Vec<String> {
        let strips = self.patch.graph.nodes.iter().filter(|(_, n)| n.role == Some(Role::Strip));
        strips.filter_map(|(id, _)| id.strip_suffix(" fader").map(str::to_string)).collect()
    }

    /// All strips: tracks, buses, groups, the master.
    pub fn strips(&self) -> Vec<String> {
        let names = self.patch.graph.nodes.keys().filter_map(|id| id.strip_suffix(" fader"));
        names.filter(|name| self.patch.graph.nodes.contains_key(*name)).map(str::to_string).collect()
    }

    /// Sets the share that a VCA has in the levels of its strips, in decibels; gives the nodes that hold it.
    pub fn vca(&mut self, name: &str, strips: &[&str], db: f64) -> Result<Vec<String>, EditError> {
        let mut nodes = Vec::new();
        for strip in strips {
            let node = self.layer(strip, &Layer::Vca(name.into()))?;
            self.set(&node, "gain", db)?;
            nodes.push(node);
        }
        Ok(nodes)
    }
}

/// The id of a strip's last node.
pub fn fader(strip: &str) -> String {
    format!("{strip} fader")
}
