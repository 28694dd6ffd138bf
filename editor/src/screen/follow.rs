//! What follows from what happens: edits are done, what there is is drawn and played anew, what comes back is shown.

use super::{COSTS, Message, Notice, Screen, sentence};
use crate::live::{Alone, Live};
use crate::picture::Sort;
use crate::scene::Scene;
use iced::Task;
use signalbox_engine::patch::{Edit, Scope};
use std::collections::BTreeSet;
use std::time::Instant;

impl Screen {
    /// Does edits as one step; what is refused is told.
    pub(super) fn commit(&mut self, name: &str, edits: Vec<Edit>) -> bool {
        if edits.is_empty() {
            return false;
        }
        let values = values_of(&edits, &self.scope());
        match self.document.commit(name, edits) {
            Ok(()) => {
                self.done(values);
                true
            }
            Err(error) => {
                self.notice = Some(Notice::tell(sentence(&error.to_string())));
                false
            }
        }
    }

    /// Does edits as a part of a drag.
    pub(super) fn drag(&mut self, name: &str, edits: Vec<Edit>) {
        let values = values_of(&edits, &self.scope());
        match self.document.drag(name, edits) {
            Ok(()) => self.done(values),
            Err(error) => self.notice = Some(Notice::tell(sentence(&error.to_string()))),
        }
    }

    /// Edits were done. Of a node that has other values alone, nothing but its picture is another: that spares large
    /// patches much.
    pub(super) fn done(&mut self, values: Option<BTreeSet<String>>) {
        let Some(nodes) = values else { return self.changed() };
        self.live.set(self.document.shared(), &self.session);
        self.want_steps();
        nodes.iter().for_each(|id| self.picture_of(id));
        let delays = |id: &String| self.declaration(id).is_some_and(|d| d.delay.is_some());
        if nodes.iter().any(delays) {
            self.tell();
        }
    }

    /// The document, or which of its graphs is looked at, is another one than before.
    pub(super) fn changed(&mut self) {
        self.session.settle(self.document.patch());
        self.live.set(self.document.shared(), &self.session);
        self.redraw();
    }

    /// Draws what there is anew.
    pub(super) fn redraw(&mut self) {
        let patch = self.document.patch();
        let scope = self.session.scope(patch);
        self.scene = Scene::new(patch, &scope, &self.shelf);
        if let (Some(solo), Some(graph)) = (&self.session.solo, patch.scope(&scope))
            && solo.inside == self.session.inside
        {
            let alone = Alone::new(graph, &solo.nodes);
            let passes = |id: u32| graph.cables.get(&id).is_some_and(|c| alone.passes(c));
            self.scene.alone(&solo.nodes, |id| alone.sounds(id), passes);
        }
        self.tell();
        let port = |&(card, socket): &(usize, usize)| {
            let card = &self.scene.cards[card];
            (card.id.as_str(), card.sockets[socket].port.name.as_str())
        };
        self.live.pin(&self.session.inside, self.scene.pins.iter().map(|p| port(&p.source)));
        self.session.mark = self.session.mark.filter(|mark| self.scene.mark(*mark).is_some());
        self.dragged = None;
        self.wrong = wrong(&self.live, &self.scene);
        self.want_steps();
        self.picture();
    }

    /// Shows what the engine tells of the graph that is looked at.
    pub(super) fn tell(&mut self) {
        let mut told = self.live.insight(&self.session.inside);
        let patch = self.document.patch();
        if let Some(graph) = patch.scope(&self.session.scope(patch)) {
            told.ask(graph, &self.shelf);
        }
        self.scene.tell(&told, self.session.kept.costs);
    }

    /// Finds the pictures of all nodes that have one.
    pub(super) fn picture(&mut self) {
        let patch = self.document.patch();
        let Some(graph) = patch.scope(&self.session.scope(patch)) else { return };
        let before = std::mem::take(&mut self.shown);
        for (id, node) in &graph.nodes {
            let Some(declaration) = self.shelf.get(&node.kind) else { continue };
            // While the next one is made, that of before is seen.
            let sort = Sort::of(declaration);
            let old = || before.get(id).filter(|p| p.sort == sort).cloned();
            if let Some(picture) = self.pictures.get(declaration, &node.values).or_else(old) {
                self.shown.insert(id.clone(), picture);
            }
        }
    }

    /// Finds the picture of one node, if it has one.
    pub(super) fn picture_of(&mut self, id: &str) {
        let patch = self.document.patch();
        let node = patch.scope(&self.session.scope(patch)).and_then(|g| g.nodes.get(id));
        let Some(node) = node else { return };
        let declaration = self.shelf.get(&node.kind);
        // While the next one is made, that of before is seen.
        if let Some(picture) = declaration.and_then(|d| self.pictures.get(d, &node.values)) {
            self.shown.insert(id.into(), picture);
        }
    }

    pub(super) fn tick(&mut self) -> Task<Message> {
        let moved = self.live.collect() | self.look_at_pins() | self.collect_steps();
        if self.session.kept.costs && self.measured.elapsed() > COSTS {
            self.measured = Instant::now();
            self.live.measure();
        }
        if self.live.reported() {
            self.tell();
        }
        if self.live.answered() {
            self.wrong = wrong(&self.live, &self.scene);
        }
        for control in self.live.learnt() {
            self.learnt(control);
        }
        if self.pictures.collect() {
            self.picture();
        }
        let heard = self.live.heard().filter(|_| self.session.kept.meters);
        self.meters.listen(heard);
        self.inspect();
        self.look_at_shelf();
        self.look_at_work();
        self.moves = moved || self.export.works() || self.live.waits();
        self.odd = !self.odd;
        self.keep_safe();
        Task::none()
    }
}

/// The nodes of a graph of which edits change the values, where they change nothing else.
fn values_of(edits: &[Edit], scope: &Scope) -> Option<BTreeSet<String>> {
    let node = |edit: &Edit| match edit {
        Edit::SetValue(of, id, ..) if of == scope => Some(id.clone()),
        _ => None,
    };
    edits.iter().map(node).collect()
}

/// The nodes that problems are about, as far as they are seen.
fn wrong(live: &Live, scene: &Scene) -> BTreeSet<String> {
    let places = live.problems().iter().flat_map(|p| {
        p.place.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_' && c != ' ').collect::<Vec<_>>()
    });
    places.filter(|id| scene.card(id).is_some()).map(String::from).collect()
}
