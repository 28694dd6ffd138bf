//! Many nodes of one kind, as the strips of a mix or the voices of a synthesiser are.

use super::super::kinds::shelf;
use super::Growing;
use super::kinds::{Gives, Placed, known};
use signalbox_engine::patch::{Cable, Node};

/// Kinds that can be run side by side, most of them at least.
const SINGERS: &[&str] =
    &["gain", "times", "latent", "late", "widen", "tap", "mono", "level", "count", "pulse"];

/// What moves a parameter of all singers.
#[derive(Clone, Copy, PartialEq)]
enum Moves {
    Nothing,
    Cable,
    Lane,
}

impl Growing<'_> {
    /// Puts in several rows of nodes of one kind; most of a row take their sound from their like in the row before.
    pub(super) fn choir(&mut self) {
        let count = self.chance.between(2, 19);
        let mut before: Vec<Placed> = Vec::new();
        for row in 0..self.chance.between(1, 4) {
            let kind = *self.chance.pick(SINGERS);
            let (model, template) = known(self.chance, format!("row{row}"), kind);
            let moves: Vec<Moves> = model
                .moves
                .iter()
                .map(|_| *self.chance.pick(&[Moves::Nothing, Moves::Nothing, Moves::Cable, Moves::Lane]))
                .collect();
            let levels = self.chance.is(0.3);
            let mut singers = Vec::new();
            for number in 0..count {
                // Now and then one is missing, or has one cable more.
                if self.chance.is(0.05) {
                    continue;
                }
                let id = format!("row{row}x{number:02}");
                let mut node = template.clone();
                for (name, low, high, _) in &model.moves {
                    node = node.with(name, low + (high - low) * self.chance.unit());
                }
                let placed = Placed { id, ..copy(&model) };
                self.sing(&placed, node, before.get(number), &moves, levels);
                singers.push(placed);
            }
            before = singers;
        }
        // All together, and some by themselves.
        let all: Vec<String> = before.iter().flat_map(|p| p.outputs(Gives::Sound)).collect();
        let (placed, node) = known(self.chance, "conductor".into(), "gain");
        self.put(placed, node);
        for from in &all {
            let cable = Cable::new(from, "conductor.in");
            self.cables.push(if self.chance.is(0.3) { cable.with_gain(-12) } else { cable });
        }
        if self.chance.is(0.4) {
            self.whisper(&all);
        }
    }

    /// A sum in which loud terms cancel each other, so that the order in which it is taken is heard in what is left.
    fn whisper(&mut self, all: &[String]) {
        let Some(from) = self.source(Gives::Sound) else { return };
        let (tap, node) = known(self.chance, "twice".into(), "tap");
        self.graph.nodes.insert(tap.id.clone(), Node { bypass: false, ..node });
        self.cables.push(Cable::new(&from, "twice.in"));
        self.graph.nodes.insert("whisper".into(), Node::new("scale").with("by", 1));
        for (from, level) in [("twice.out", 48), ("twice.turned", 48)] {
            self.cables.push(Cable::new(from, "whisper.in").with_gain(level));
        }
        for from in all {
            self.cables.push(Cable::new(from, "whisper.in").with_gain(-119));
        }
        self.graph.nodes.insert("whispered".into(), Node::new("output"));
        self.cables.push(Cable::new("whisper", "whispered.in"));
    }

    /// Puts in a row of nodes of which each feeds the next, each frame by itself.
    pub(super) fn chain(&mut self) {
        let mut before = self.source(Gives::Sound);
        for number in 0..self.chance.between(3, 9) {
            let kind = *self.chance.pick(&["scale", "scale", "blend"]);
            let (mut placed, node) = known(self.chance, format!("link{number}"), kind);
            placed.moves.retain(|_| false);
            let port = placed.ins[0].0.clone();
            let lead = before.clone().map(|from| Cable::new(&from, &format!("{}.{port}", placed.id)));
            if kind == "scale" {
                self.graph.nodes.insert(placed.id.clone(), node);
                self.cables.extend(lead);
                before = placed.outputs(Gives::Sound).next();
                self.placed.push(placed);
            } else {
                before = placed.outputs(Gives::Sound).next();
                self.put(placed, node);
                self.cables.extend(lead);
            }
        }
    }

    fn sing(&mut self, placed: &Placed, node: Node, before: Option<&Placed>, moves: &[Moves], levels: bool) {
        self.graph.nodes.insert(placed.id.clone(), node);
        for (port, gives) in &placed.ins {
            let own = before.and_then(|b| b.outputs(*gives).next()).filter(|_| !self.chance.is(0.1));
            let count = if self.chance.is(0.1) { 2 } else { 1 };
            for _ in 0..count {
                let Some(from) = own.clone().or_else(|| self.source(*gives)) else { continue };
                let cable = Cable::new(&from, &format!("{}.{port}", placed.id));
                let level = *self.chance.pick(&[-9, -3, 2]);
                self.cables.push(if levels && *gives == Gives::Sound {
                    cable.with_gain(level)
                } else {
                    cable
                });
            }
        }
        for ((name, low, high, hertz), moves) in placed.moves.iter().zip(moves) {
            let to = format!("{}.{name}", placed.id);
            match moves {
                Moves::Nothing => {}
                Moves::Lane => {
                    let lane = self.lane(*low, *high);
                    self.graph.lanes.insert(to.as_str().into(), lane);
                }
                Moves::Cable => {
                    let Some(from) = self.source(Gives::Sound) else { continue };
                    let depth = self.chance.unit() * if *hertz { 2.0 } else { high - low };
                    let cable = Cable::new(&from, &to);
                    self.cables.push(match hertz {
                        true => cable.with_depth(format!("{depth} oct")),
                        false => cable.with_depth(depth),
                    });
                }
            }
        }
        self.placed.push(copy(placed));
    }
}

fn copy(placed: &Placed) -> Placed {
    Placed {
        id: placed.id.clone(),
        ins: placed.ins.clone(),
        outs: placed.outs.clone(),
        moves: placed.moves.clone(),
        values: placed.values.clone(),
        cuts: false,
        inside: 0,
    }
}

#[test]
fn the_singers_are_on_the_shelf() {
    let shelf = shelf();
    let wide = SINGERS.iter().filter(|k| shelf.get(k).expect("a kind").batches()).count();
    assert!(wide * 3 > SINGERS.len() * 2);
}
