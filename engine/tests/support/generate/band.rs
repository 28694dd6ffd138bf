//! Instruments: a sub-patch that plays notes, with voices, and somebody who plays it.

use super::super::chance::Chance;
use super::kinds::{Gives, MOST, Placed, instance, known};
use super::{Growing, Offer, grow};
use signalbox_engine::patch::{Cable, Graph, Node, Patch, Voices};

/// Nodes of which a voice is a row; most of them run side by side.
const ROW: &[&str] = &["gain", "gain", "scale", "times", "latent", "late", "widen", "tap", "mono"];

/// Puts a sub-patch that plays notes into a patch; now and then one that has another one inside.
pub fn instrument(chance: &mut Chance, patch: &mut Patch, offers: &mut Vec<Offer>) {
    let mut graph = Graph::default();
    let mut cables = Vec::new();
    let mut offer = Offer {
        name: "instrument".into(),
        size: 8,
        ins: vec![("keys".into(), Gives::Events)],
        outs: vec![("heard".into(), Gives::Sound)],
        moves: Vec::new(),
        values: Vec::new(),
    };
    graph.nodes.insert("keys".into(), Node::new("input"));
    graph.nodes.insert("heard".into(), Node::new("output"));
    graph.nodes.insert("tone".into(), Node::new("pulse"));
    cables.push(Cable::new("keys", "tone.notes"));
    if chance.is(0.3) {
        // A second port whose notes are for the same voices.
        graph.nodes.insert("more".into(), Node::new("input"));
        graph.nodes.insert("bell".into(), Node::new("pulse"));
        cables.push(Cable::new("more", "bell.notes"));
        cables.push(Cable::new("bell", "heard"));
        offer.ins.push(("more".into(), Gives::Events));
    }
    if chance.is(0.3) {
        // The ends of notes come out again.
        graph.nodes.insert("ends".into(), Node::new("output"));
        graph.nodes.insert("sorter".into(), Node::new("shift"));
        cables.push(Cable::new("keys", "sorter"));
        cables.push(Cable::new("sorter.ends", "ends"));
        offer.outs.push(("ends".into(), Gives::Events));
    }
    if chance.is(0.3) {
        graph.nodes.insert("air".into(), Node::new("input"));
        cables.push(Cable::new("air", "tone.level"));
        offer.ins.push(("air".into(), Gives::Sound));
    }
    let mut last = "tone".to_string();
    for number in 0..chance.below(4) {
        let kind = *chance.pick(ROW);
        let (placed, node) = known(chance, format!("part{number}"), kind);
        for (name, low, high, hertz) in &placed.moves {
            offer.moves.push((format!("{}.{name}", placed.id), *low, *high, *hertz));
        }
        cables.push(Cable::new(&last, &format!("{}.{}", placed.id, placed.ins[0].0)));
        last = placed.outputs(Gives::Sound).next().expect("a sound");
        graph.nodes.insert(placed.id.clone(), node);
    }
    let end = Cable::new(&last, "heard");
    cables.push(if chance.is(0.3) { end.with_gain(-6) } else { end });
    for cable in cables {
        graph.connect(cable);
    }
    patch.subpatches.insert("instrument".into(), graph);
    offers.push(offer);
    if chance.is(0.4) {
        let (graph, offer) = grow(chance, 1, &offers[offers.len() - 1..], Some("ensemble"));
        patch.subpatches.insert("ensemble".into(), graph);
        offers.extend(offer);
    }
}

impl Growing<'_> {
    /// Puts in somebody who plays notes close to each other, and an instrument that they are led to.
    pub(super) fn band(&mut self, offers: &[Offer]) {
        let playing = |o: &&Offer| o.name == "instrument" || o.name == "ensemble";
        for (number, offer) in offers.iter().filter(playing).enumerate() {
            let (placed, node) = known(self.chance, format!("player{number}"), "notes");
            let player = placed.id.clone();
            let every = self.chance.between(3, 40);
            self.put(placed, node.with("every", every));
            let (placed, mut node) = instance(self.chance, offer, format!("band{number}"));
            let count = *self.chance.pick(&[1, 2, 3, 4, 6, 8, 9, 16, 17, 20]);
            let most = (MOST / offer.size as u32).max(1);
            node.voices = Some(Voices::new(count.min(most)).expect("1 to 256"));
            let ports = placed.ins.iter().filter(|i| i.1 == Gives::Events);
            let ports: Vec<String> = ports.map(|i| format!("{}.{}", placed.id, i.0)).collect();
            self.put(Placed { inside: offer.size * most as usize, ..placed }, node);
            for port in ports {
                self.cables.push(Cable::new(&player, &port));
            }
        }
    }
}
