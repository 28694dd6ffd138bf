//! Voices: what an instance that has some is unfolded into, and how events reach them.
//!
//! The ports of the instance stand once, as those of a plain one do; all else stands once for each voice, under keys such
//! as `lead/003/osc`. Cables inside a voice begin and end right at the ports, so that what one voice gives is a term of
//! one sum; where that can't be, the voice has a port of its own. Events go through a dealer.
//!
//! ```text
//!             ┌ 001/osc ─ 001/vca ┐
//!  notes ─ dealer                 out        lead, with two voices
//!             └ 002/osc ─ 002/vca ┘
//! ```

use super::Problem;
use super::flat::{Begins, Flags, Flat, FlatCable, FlatNode, Target};
use super::internal::{DEALER, DEALT_PORTS, EVENT_WIRE};
use crate::node::Settings;
use crate::patch::{Graph, Node, Patch, Voices};
use foldhash::{HashMap, HashMapExt};
use smallvec::smallvec;
use std::collections::BTreeSet;
use std::sync::Arc;

/// An instance with voices to which notes are dealt.
#[derive(Clone, Debug)]
pub struct FlatVoices {
    /// The key of the instance.
    pub key: Arc<str>,
    /// How many voices it has.
    pub count: usize,
    /// Index of the node that deals events to them.
    pub dealer: usize,
    /// Indices of the nodes at which the sound of the voices is summed. The cables there that lie in a voice say how
    /// loud it is.
    pub outputs: Vec<usize>,
}

/// What the keys of the nodes of each voice begin with; in three digits, so that they sort by number.
pub fn voice_keys(key: &str, voices: Voices) -> impl Iterator<Item = String> + use<'_> {
    (1..=voices.count()).map(move |number| format!("{key}/{number:03}/"))
}

/// The ports of a sub-patch, by their ids, and whether the voices need ports of their own there.
pub fn ports<'a>(patch: &Patch, sub: &'a Graph) -> Vec<(&'a str, &'a Node, bool)> {
    let mut cables: HashMap<&str, (usize, usize)> = HashMap::new();
    for cable in sub.cables.values() {
        cables.entry(&cable.to.node).or_default().0 += 1;
        cables.entry(&cable.from.node).or_default().1 += 1;
    }
    let own = |id: &str, node: &Node| match (node.kind.as_str(), cables.get(id).copied().unwrap_or_default())
    {
        // A cable inside leads back into the port.
        ("input", (arriving, _)) => arriving > 0,
        // Several cables are summed for each voice, or the port's sound goes on inside.
        (_, (arriving, leaving)) => arriving > 1 || leaving > 0,
    };
    let ports = sub.nodes.iter().filter(|(_, node)| patch.is_port(node));
    ports.map(|(id, node)| (id.as_str(), node, own(id, node))).collect()
}

/// An instance with voices, while a patch is unfolded.
pub struct Instance {
    /// Its key.
    pub key: Arc<str>,
    /// What people read on it; empty where they wrote nothing.
    pub label: String,
    /// How many voices it has.
    pub count: usize,
    /// Whether it lies in another voice than the first.
    pub repeats: bool,
    /// Its ports: the index of each, and whether it takes something in.
    pub ports: Vec<(usize, bool)>,
}

/// The numbers of a port's own cables: one to the dealer, then one for each voice.
pub fn cable_id(port: usize, voice: Option<usize>) -> u32 {
    (port * (Voices::MOST as usize + 1) + voice.map_or(0, |v| v + 1)) as u32
}

/// Puts dealers behind the event ports of instances, once it is known which ports are for events. From then on a cable
/// tells its voice only where it begins at a dealer or ends where voices are summed.
pub fn deal(flat: &mut Flat, instances: Vec<Instance>) -> Vec<Problem> {
    let mut ports: HashMap<usize, Port> = HashMap::new();
    for (number, instance) in instances.iter().enumerate() {
        let scope: Arc<str> = format!("{}/", instance.key).into();
        for (at, &(node, input)) in instance.ports.iter().enumerate() {
            ports.insert(node, Port { instance: number, at, input, scope: scope.clone(), from: None });
        }
    }
    let events = |flat: &Flat, node: usize| std::ptr::eq(flat.nodes[node].declaration, &EVENT_WIRE);
    // By instance: the ports whose events its voices hear.
    let mut heard: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); instances.len()];
    for at in 0..flat.cables.len() {
        let cable = &flat.cables[at];
        let inside = |node: usize| ports.get(&node).filter(|p| cable.scope.starts_with(&*p.scope));
        let dealt = inside(cable.from.0).filter(|p| p.input && events(flat, cable.from.0));
        let summed = inside(cable.to.0).is_some_and(|p| !p.input);
        if let (Some(port), Some(_)) = (dealt, cable.voice) {
            heard[port.instance].insert(port.at);
        } else if !summed {
            flat.cables[at].voice = None;
        }
    }
    let mut errors = Vec::new();
    for (instance, heard) in instances.into_iter().zip(heard).filter(|(_, heard)| !heard.is_empty()) {
        if heard.len() > DEALT_PORTS {
            let what = format!("{} inputs take events; with voices {DEALT_PORTS} may", heard.len());
            errors.push(Problem::new(&*instance.key, what));
            continue;
        }
        let dealer = flat.nodes.len();
        for (at, &number) in heard.iter().enumerate() {
            let node = instance.ports[number].0;
            let Some(port) = ports.get_mut(&node) else { continue };
            port.from = Some((dealer, at));
            flat.cables.push(FlatCable {
                id: cable_id(number, None),
                ..FlatCable::plain(&port.scope, (node, 0), (dealer, Target::Port(at)))
            });
        }
        let outputs = instance.ports.iter().filter(|p| !p.1 && !events(flat, p.0));
        flat.voices.push(FlatVoices {
            key: instance.key.clone(),
            count: instance.count,
            dealer,
            outputs: outputs.map(|p| p.0).collect(),
        });
        flat.nodes.push(FlatNode {
            label: instance.label,
            key: instance.key,
            declaration: &DEALER,
            settings: Settings::new(),
            connected: smallvec![false; DEALER.inputs.len()],
            moved: Flags::new(),
            bypass: false,
            begins: Begins::AsItWas,
            early: 0,
            repeats: instance.repeats,
        });
    }
    for cable in flat.cables.iter_mut().filter(|c| c.voice.is_some()) {
        let port = ports.get(&cable.from.0).filter(|p| cable.scope.starts_with(&*p.scope));
        if let Some(from) = port.and_then(|port| port.from) {
            cable.from = from;
        }
    }
    errors
}

/// A port of an instance.
struct Port {
    instance: usize,
    /// Its number there.
    at: usize,
    /// Whether it takes something in.
    input: bool,
    /// What the scopes of all cables inside begin with.
    scope: Arc<str>,
    /// Where its events come from inside: the dealer and its port.
    from: Option<(usize, usize)>,
}
