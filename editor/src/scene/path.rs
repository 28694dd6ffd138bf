//! The whole path of a cable: all that leads to it, and all that it leads to.

use super::{Hit, Scene};

/// What lies on a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// By cable: whether it does.
    pub wires: Vec<bool>,
    /// By card: whether it does.
    pub cards: Vec<bool>,
}

impl Scene {
    /// The cables that a place belongs to: the one there, or those of the port there.
    pub fn ends_at(&self, hit: Hit) -> Vec<usize> {
        match hit {
            Hit::Wire(wire) if wire < self.wires.len() => vec![wire],
            Hit::Socket(card, socket) => {
                let holds = |w: &super::Wire| w.from == (card, socket) || w.to == (card, socket);
                (0..self.wires.len()).filter(|&k| holds(&self.wires[k])).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The path of some cables; nothing where there are none.
    pub fn path(&self, seeds: &[usize]) -> Option<Path> {
        if seeds.is_empty() {
            return None;
        }
        let mut path = Path { wires: vec![false; self.wires.len()], cards: vec![false; self.cards.len()] };
        for forward in [true, false] {
            let ends = |wire: usize| {
                let wire = &self.wires[wire];
                if forward { (wire.from.0, wire.to.0) } else { (wire.to.0, wire.from.0) }
            };
            let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); self.cards.len()];
            (0..self.wires.len()).for_each(|w| leaving[ends(w).0].push(w));
            let mut seen = vec![false; self.cards.len()];
            let mut open = seeds.to_vec();
            while let Some(wire) = open.pop() {
                path.wires[wire] = true;
                let to = ends(wire).1;
                if !std::mem::replace(&mut seen[to], true) {
                    open.extend(&leaving[to]);
                }
            }
            seen.iter().zip(&mut path.cards).for_each(|(seen, on)| *on |= seen);
        }
        Some(path)
    }

    /// The cables that one comes to from a cable by keys: those that leave the node where it begins, and those that come
    /// to the node where it ends, from above.
    pub fn beside(&self, wire: usize) -> Vec<usize> {
        let Some(own) = self.wires.get(wire) else { return Vec::new() };
        self.sorted(|w| w.from.0 == own.from.0 || w.to.0 == own.to.0)
    }

    /// The cables of a node: those that leave it first, from above.
    pub fn cables_of(&self, id: &str) -> Vec<usize> {
        let Some(&card) = self.index.get(id) else { return Vec::new() };
        let mut all = self.sorted(|w| w.from.0 == card);
        all.extend(self.sorted(|w| w.to.0 == card && w.from.0 != card));
        all
    }

    fn sorted(&self, wanted: impl Fn(&super::Wire) -> bool) -> Vec<usize> {
        let mut all: Vec<usize> = (0..self.wires.len()).filter(|&k| wanted(&self.wires[k])).collect();
        let middle = |k: usize| self.wires[k].curve.at(0.5).y;
        all.sort_by(|&a, &b| middle(a).total_cmp(&middle(b)).then(a.cmp(&b)));
        all
    }
}
