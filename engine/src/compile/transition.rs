//! From one patch to another without a click: for some milliseconds a program runs both, and fades what goes into what
//! comes.
//!
//! A node that is alike in both goes on. Any other runs on beside its successor, on the cables that it had. Where
//! sound leads from what goes or comes to what stays, its cables fade.

use super::Widths;
use super::flat::{Begins, Flat, FlatCable, FlatLane, Target};
use super::order::heard;
use super::voices::FlatVoices;
use crate::node::PortKind;
use crate::schedule::{Fade, Line};
use foldhash::{HashMap, HashSet};
use std::sync::Arc;

/// How much alike two nodes of the same key are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alike {
    /// One goes on as the other.
    Wholly,
    /// What one keeps, the other can take over; but it does something else with it at once.
    InState,
    /// Not at all.
    Not,
}

/// A patch that was compiled, as far as a transition needs it.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// Nodes and cables.
    pub flat: &'a Flat,
    /// How many channels each port has.
    pub widths: &'a Widths,
}

/// What is added to the key of a node that goes while another one has its key.
const GOING: &str = " (before)";

impl Flat {
    /// Tells the cables by how much they were held back in the program before, from its cables and its delays.
    pub fn follow<'a>(&mut self, before: &Self, lines: impl Iterator<Item = &'a Line>) {
        let name = |c: &FlatCable| (c.scope.clone(), c.id, c.ends);
        let mut was: HashMap<(Arc<str>, u32, u64), usize> =
            before.cables.iter().filter(|c| !c.goes).map(|c| (name(c), 0)).collect();
        let lines = lines.filter(|l| !l.goes);
        was.extend(lines.map(|l| ((l.scope.clone(), l.cable, l.ends), l.frames)));
        // What goes takes with it what was held back; what comes in its place begins anew.
        let going: HashSet<_> = self.cables.iter().filter(|c| c.goes).map(name).collect();
        for cable in &mut self.cables {
            let name = name(cable);
            let new = !cable.goes && going.contains(&name);
            cable.was = was.get(&name).copied().filter(|_| !new);
        }
    }
}

/// Both patches as one, in which cables fade over so many frames; `alike` compares nodes of the same key by their
/// indices in the old table and in the new one.
pub fn between(
    old: Side<'_>,
    new: Side<'_>,
    frames: usize,
    alike: impl Fn(usize, usize) -> Alike,
) -> (Flat, Widths) {
    let mut flat = Flat {
        nodes: new.flat.nodes.clone(),
        cables: Vec::new(),
        lanes: new.flat.lanes.clone(),
        voices: new.flat.voices.clone(),
        ends: Vec::new(),
    };
    let dealt =
        |side: Side<'_>, node: usize| side.flat.voices.iter().find(|v| v.dealer == node).map(|v| v.count);
    let mut widths = new.widths.clone();
    let keys: HashMap<&str, usize> =
        new.flat.nodes.iter().enumerate().map(|(n, node)| (&*node.key, n)).collect();
    // By new node: whether it was there, and how; and whether it ran.
    let mut was = vec![None; new.flat.nodes.len()];
    let (ran, mut runs) = (heard(old.flat), vec![false; new.flat.nodes.len()]);
    // By old node: where it stands now.
    let mut place = Vec::with_capacity(old.flat.nodes.len());
    for (o, node) in old.flat.nodes.iter().enumerate() {
        let mut node = node.clone();
        if let Some(&n) = keys.get(&*node.key) {
            let how = if dealt(old, o) == dealt(new, n) { alike(o, n) } else { Alike::Not };
            was[n] = Some(how);
            runs[n] = ran[o];
            if how == Alike::Wholly {
                place.push(n);
                continue;
            }
            flat.nodes[n].begins = match how {
                Alike::InState => Begins::CopyOf(node.key.clone()),
                _ => Begins::Anew,
            };
            node.begins = Begins::Renamed(node.key.clone());
            node.label = format!("{}{GOING}", node.title());
            node.key = format!("{}{GOING}", node.key).into();
        }
        place.push(flat.nodes.len());
        widths.inputs.push(old.widths.inputs[o].iter().copied());
        widths.outputs.push(old.widths.outputs[o].iter().copied());
        flat.nodes.push(node);
    }
    // What deals to the voices that go.
    for voices in old.flat.voices.iter().filter(|v| place[v.dealer] >= was.len()) {
        let dealer = place[voices.dealer];
        // Where voices that stay are summed they are measured for what deals to them from now on.
        let going = voices.outputs.iter().map(|&n| place[n]).filter(|&n| n >= was.len());
        flat.voices.push(FlatVoices {
            key: flat.nodes[dealer].key.clone(),
            count: voices.count,
            dealer,
            outputs: going.collect(),
        });
    }
    let stays = |n: usize| was.get(n) == Some(&Some(Alike::Wholly));
    let came = was.len();
    let sound = |c: &FlatCable| flat.nodes[c.from.0].declaration.outputs[c.from.1].kind != PortKind::Events;
    let ends = pulled(old.flat, new.flat, &keys, |n| was[n]);
    let mut cables: Vec<FlatCable> = Vec::with_capacity(new.flat.cables.len());
    let mut going: HashMap<(&str, u32, u64), &FlatCable> =
        old.flat.cables.iter().map(|c| ((&*c.scope, c.id, c.ends), c)).collect();
    let fade = |cable: &FlatCable, from: f32, to: f32| FlatCable {
        gain: 1.0,
        fade: Some(Fade { from, to, frames, wait: 0 }),
        ..cable.clone()
    };
    // It fades before it is held back, so its own gain comes behind that, as in the program that follows.
    let come = |cable: &FlatCable| FlatCable {
        fade: Some(Fade { from: 0.0, to: 1.0, frames, wait: 0 }),
        comes: !stays(cable.from.0) || !runs[cable.from.0],
        ..cable.clone()
    };
    for cable in &new.flat.cables {
        let (from, to) = (cable.from.0, cable.to.0);
        let name = (&*cable.scope, cable.id, cable.ends);
        let before =
            going.get(&name).copied().filter(|b| b.feedback == cable.feedback && target(b) == target(cable));
        let cable = match before {
            _ if !sound(cable) => cable.clone(),
            Some(before) if stays(from) && stays(to) => {
                if before.gain == cable.gain && before.to.1 == cable.to.1 {
                    cable.clone()
                } else if before.to.1 == cable.to.1 {
                    fade(cable, before.gain, cable.gain)
                } else {
                    // Another depth is another cable.
                    cables.push(placed(&fade(before, before.gain, 0.0), &place));
                    come(cable)
                }
            }
            // It led to what this node was made of.
            Some(before) if stays(from) && was[to] == Some(Alike::InState) && before.gain == cable.gain => {
                cable.clone()
            }
            _ if stays(from) || stays(to) => come(cable),
            _ => cable.clone(),
        };
        cables.push(cable);
        if before.is_some() && stays(from) && stays(to) {
            going.remove(&name);
        }
    }
    for cable in old.flat.cables.iter().filter(|c| going.contains_key(&(&*c.scope, c.id, c.ends))) {
        let moved = placed(cable, &place);
        // What goes is fed to the end; what stays hears it fade.
        if moved.to.0 >= came {
            cables.push(moved);
        } else if sound(&moved) {
            cables.push(fade(&moved, moved.gain, 0.0));
        }
    }
    cables.sort_by(|a, b| (&a.scope, a.id, a.ends).cmp(&(&b.scope, b.id, b.ends)));
    flat.cables = cables;
    let lanes = old.flat.lanes.iter().filter(|lane| place[lane.node] >= came);
    let lanes: Vec<FlatLane> = lanes.map(|l| FlatLane { node: place[l.node], ..l.clone() }).collect();
    flat.lanes.extend(lanes);
    for node in &mut flat.nodes {
        node.connected.fill(false);
        node.moved.fill(false);
    }
    flat.mark();
    for &(node, port) in &ends {
        flat.nodes[node].connected[port] = true;
    }
    flat.ends = ends;
    (flat, widths)
}

/// The ports, by new node, of which a cable of events is pulled, or led from what is another node now; `was` tells how
/// much alike a new node is to the old one of its key.
fn pulled(
    old: &Flat,
    new: &Flat,
    keys: &HashMap<&str, usize>,
    was: impl Fn(usize) -> Option<Alike>,
) -> Vec<(usize, usize)> {
    let place = |n: usize| keys.get(&*old.nodes[n].key).copied();
    let there: HashSet<_> = new.cables.iter().map(|c| (c.from, c.to.0, target(c))).collect();
    let mut ends: Vec<(usize, usize)> = Vec::new();
    for cable in &old.cables {
        let ((from, given), Target::Port(port)) = (cable.from, cable.to.1) else { continue };
        if old.nodes[from].declaration.outputs[given].kind != PortKind::Events {
            continue;
        }
        let Some(to) = place(cable.to.0).filter(|&n| matches!(was(n), Some(Alike::Wholly | Alike::InState)))
        else {
            continue;
        };
        let from = place(from).filter(|&n| was(n) == Some(Alike::Wholly));
        let stays = from.is_some_and(|n| there.contains(&((n, given), to, target(cable))));
        if !stays && !ends.contains(&(to, port)) {
            ends.push((to, port));
        }
    }
    ends
}

/// Where a cable ends, however far it moves a parameter there.
fn target(cable: &FlatCable) -> (bool, usize) {
    match cable.to.1 {
        Target::Port(port) => (false, port),
        Target::Parameter(parameter, _) => (true, parameter),
    }
}

/// A cable of the old patch on its way out, between the places of its ends.
fn placed(cable: &FlatCable, place: &[usize]) -> FlatCable {
    let from = (place[cable.from.0], cable.from.1);
    FlatCable { from, to: (place[cable.to.0], cable.to.1), goes: true, ..cable.clone() }
}
