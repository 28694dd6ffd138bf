//! Edits by chance, as a person makes them while a patch plays.

use super::super::chance::Chance;
use super::super::kinds::shelf;
use super::kinds::{plain, some};
use signalbox_engine::node::{PortKind, Value};
use signalbox_engine::patch::{Cable, Edit, Graph, Lane, Node, Patch, Point, Scope, TempoMap, Voices};

/// Some edits that belong together; not all can be.
pub fn edits(chance: &mut Chance, patch: &Patch) -> Vec<Edit> {
    let used = |name: &&String| patch.graph.nodes.values().any(|n| n.kind == **name);
    let names: Vec<&String> = patch.subpatches.keys().filter(used).collect();
    let scope = if names.is_empty() || chance.is(0.75) { None } else { Some((*chance.pick(&names)).clone()) };
    let Some(graph) = patch.scope(&scope) else { return Vec::new() };
    let make = *chance.pick(KINDS);
    make(&mut Editing { chance, patch, graph, scope }).unwrap_or_default()
}

/// Makes edits, where it can.
type Change = fn(&mut Editing) -> Option<Vec<Edit>>;

/// All kinds of change; those that stand here often are made often.
const KINDS: &[Change] = &[
    |e| e.newcomer(),
    |e| e.newcomer(),
    |e| e.instance(),
    |e| e.removal(),
    |e| e.connect(),
    |e| e.connect(),
    |e| e.disconnect(),
    |e| e.redraw(),
    |e| e.level(),
    |e| e.value(),
    |e| e.value(),
    |e| e.value(),
    |e| e.inner_value(),
    |e| e.mute(),
    |e| e.bypass(),
    |e| e.lane(),
    |e| e.lane(),
    |e| e.kind(),
    |e| e.voices(),
    |e| e.tempo(),
];

struct Editing<'a> {
    chance: &'a mut Chance,
    patch: &'a Patch,
    graph: &'a Graph,
    scope: Scope,
}

/// Kinds that hold their sound in bounds, so that a cable may lead back to them.
const BOUND: &[&str] = &["gain", "times", "cutter", "ring", "output"];

impl Editing<'_> {
    fn node(&mut self, is: impl Fn(&Node) -> bool) -> Option<(String, Node)> {
        let all: Vec<_> = self.graph.nodes.iter().filter(|(_, n)| is(n)).collect();
        (!all.is_empty()).then(|| {
            let (id, node) = *self.chance.pick(&all);
            (id.clone(), node.clone())
        })
    }

    fn cable(&mut self) -> Option<(u32, Cable)> {
        let all: Vec<_> = self.graph.cables.iter().collect();
        (!all.is_empty()).then(|| {
            let (&id, cable) = *self.chance.pick(&all);
            (id, cable.clone())
        })
    }

    /// An end that sound comes from.
    fn source(&mut self) -> Option<String> {
        let (id, node) = self.node(|n| n.kind != "meter" && n.kind != "nobody")?;
        let port = match shelf().get(&node.kind) {
            None => return Some(id),
            Some(declared) => {
                let sound = |p: &&signalbox_engine::node::Port| p.kind != PortKind::Events;
                let ports: Vec<_> = declared.outputs.iter().filter(sound).collect();
                if ports.is_empty() {
                    return None;
                }
                self.chance.pick(&ports).name
            }
        };
        Some(format!("{id}.{port}"))
    }

    fn draw(&mut self, nth: u32, from: &str, to: &str) -> Edit {
        let mut cable = Cable::new(from, to);
        if self.chance.is(0.4) {
            cable = cable.with_gain(*self.chance.pick(&[-120, -9, -6, -1]));
        }
        cable.feedback = self.chance.is(0.1);
        Edit::Connect(self.scope.clone(), self.graph.next_cable() + nth, cable)
    }

    /// A node comes in, with cables from others and to one.
    fn newcomer(&mut self) -> Option<Vec<Edit>> {
        let id = format!("new{}", self.chance.below(1_000));
        let (placed, node) = some(self.chance, id.clone());
        let mut edits = vec![Edit::AddNode(self.scope.clone(), id, node)];
        for (port, _) in &placed.ins {
            let from = self.source()?;
            edits.push(self.draw(edits.len() as u32, &from, &format!("{}.{port}", placed.id)));
        }
        if let Some((port, _)) = placed.outs.first() {
            let to = self.node(|n| BOUND.contains(&n.kind.as_str()))?.0;
            edits.push(self.draw(edits.len() as u32, &format!("{}.{port}", placed.id), &to));
        }
        Some(edits)
    }

    fn instance(&mut self) -> Option<Vec<Edit>> {
        let names: Vec<_> = self.patch.subpatches.keys().filter(|_| self.scope.is_none()).collect();
        if names.is_empty() {
            return None;
        }
        let (id, kind) = (format!("more{}", self.chance.below(1_000)), *self.chance.pick(&names));
        let (from, to) = (self.source()?, self.node(|n| BOUND.contains(&n.kind.as_str()))?.0);
        let mut edits = vec![Edit::AddNode(None, id.clone(), Node::new(kind)), self.draw(0, &id, &to)];
        if self.patch.subpatches[kind].nodes.values().any(|n| n.kind == "input") {
            edits.push(self.draw(1, &from, &id));
        }
        Some(edits)
    }

    fn removal(&mut self) -> Option<Vec<Edit>> {
        let (id, _) = self.node(|n| n.kind != "output" && n.kind != "input")?;
        Some(self.patch.removal(&self.scope, &id))
    }

    fn connect(&mut self) -> Option<Vec<Edit>> {
        let (from, to) = (self.source()?, self.node(|n| BOUND.contains(&n.kind.as_str()))?.0);
        Some(vec![self.draw(0, &from, &to)])
    }

    fn disconnect(&mut self) -> Option<Vec<Edit>> {
        let (id, _) = self.cable()?;
        Some(vec![Edit::Disconnect(self.scope.clone(), id)])
    }

    /// A cable comes from elsewhere, under the same id.
    fn redraw(&mut self) -> Option<Vec<Edit>> {
        let (from, (id, cable)) = (self.source()?, self.cable()?);
        let cable = Cable { from: from.as_str().into(), ..cable };
        let scope = self.scope.clone();
        Some(vec![Edit::Disconnect(scope.clone(), id), Edit::Connect(scope, id, cable)])
    }

    fn level(&mut self) -> Option<Vec<Edit>> {
        let (id, cable) = self.cable()?;
        let gain = self.chance.pick(&[None, Some(-120), Some(-6), Some(-2)]).map(Value::from);
        Some(vec![Edit::SetCable(self.scope.clone(), id, gain, cable.depth)])
    }

    /// A value that a node of a kind may be set to.
    fn setting(&mut self, kind: &str) -> Option<(String, Value)> {
        let (_, model) = plain(self.chance, String::new(), kind)?;
        let values: Vec<_> = model.values.iter().collect();
        (!values.is_empty()).then(|| {
            let (name, value) = *self.chance.pick(&values);
            (name.clone(), value.clone())
        })
    }

    fn value(&mut self) -> Option<Vec<Edit>> {
        let (id, node) = self.node(|n| n.kind != "output" && n.kind != "input")?;
        let (name, value) = self.setting(&node.kind)?;
        let value = Some(value).filter(|_| !self.chance.is(0.1));
        Some(vec![Edit::SetValue(self.scope.clone(), id, name, value)])
    }

    /// A value inside of an instance is set from outside.
    fn inner_value(&mut self) -> Option<Vec<Edit>> {
        let (id, node) = self.node(|n| self.patch.subpatches.contains_key(&n.kind))?;
        let inner: Vec<_> = self.patch.subpatches[&node.kind].nodes.iter().collect();
        let (within, inside) = *self.chance.pick(&inner);
        let (name, value) = self.setting(&inside.kind)?;
        Some(vec![Edit::SetValue(self.scope.clone(), id, format!("{within}.{name}"), Some(value))])
    }

    /// More voices or fewer, where there are some.
    fn voices(&mut self) -> Option<Vec<Edit>> {
        let (id, node) = self.node(|n| n.voices.is_some())?;
        let count = node.voices?.count();
        let others = [Some(1), Some(count.div_ceil(2)), Some(count.min(255) + 1), None];
        let voices = self.chance.pick(&others).map(|n| Voices::new(n as u32).expect("1 to 256"));
        Some(vec![Edit::SetVoices(self.scope.clone(), id, voices)])
    }

    fn mute(&mut self) -> Option<Vec<Edit>> {
        let (id, node) = self.node(|_| true)?;
        Some(vec![Edit::SetMute(self.scope.clone(), id, !node.mute)])
    }

    fn bypass(&mut self) -> Option<Vec<Edit>> {
        // What is in bounds stays so.
        let (id, node) = self.node(|n| n.bypass || !BOUND.contains(&n.kind.as_str()))?;
        Some(vec![Edit::SetBypass(self.scope.clone(), id, !node.bypass)])
    }

    fn lane(&mut self) -> Option<Vec<Edit>> {
        let lanes: Vec<_> = self.graph.lanes.keys().collect();
        if !lanes.is_empty() && self.chance.is(0.5) {
            return Some(vec![Edit::SetLane(self.scope.clone(), (*self.chance.pick(&lanes)).clone(), None)]);
        }
        let (id, _) = self.node(|n| n.kind == "gain")?;
        let mut at = 0.0;
        let points = (0..self.chance.between(1, 4)).map(|_| {
            at += 0.04 * self.chance.unit();
            Point::Line(at.into(), (2.0 * self.chance.unit() - 1.0).into())
        });
        let lane = Lane { points: points.collect() };
        Some(vec![Edit::SetLane(self.scope.clone(), format!("{id}.gain").as_str().into(), Some(lane))])
    }

    /// Another kind in the same place.
    fn kind(&mut self) -> Option<Vec<Edit>> {
        const LIKE: &[(&str, &str)] = &[
            ("latent", "late"),
            ("late", "latent"),
            ("cutter", "ring"),
            ("ring", "cutter"),
            ("mono", "gain"),
        ];
        let (id, node) = self.node(|n| LIKE.iter().any(|l| l.0 == n.kind))?;
        let to = LIKE.iter().find(|l| l.0 == node.kind)?.1;
        Some(vec![Edit::SetKind(self.scope.clone(), id, to.into())])
    }

    /// Everything may depend on it, so everything begins anew.
    fn tempo(&mut self) -> Option<Vec<Edit>> {
        self.chance
            .is(0.3)
            .then(|| vec![Edit::SetTempo(TempoMap::steady(90.0 + self.chance.below(60) as f64))])
    }
}
