//! What a hand means on the canvas, done.

use super::notice::Offer;
use super::{Dragged, Message, Notice, Screen, search};
use crate::edits;
use crate::geometry::{Point, Rect};
use crate::gesture::{self, Gesture, Intent, Pointer, Table};
use crate::layout::GRID;
use crate::ports::{self, Misfit};
use crate::session::View;
use crate::widget::graph_view::Told;
use iced::Task;
use signalbox_engine::compile::{Context, settle};
use signalbox_engine::patch::{Edit, Endpoint, Node, Patch};
use std::collections::BTreeSet;

/// The room that a new node is given.
const ROOM: Point = Point::new(crate::scene::WIDTH, 96.0);

/// How far away the nearest node may be to be connected by a key.
const FAR: f32 = 800.0;

impl Screen {
    pub(super) fn canvas(&mut self, told: Told) -> Task<Message> {
        match told {
            Told::Size(size) => {
                // Who saw all sees all still, when a pane comes or the window is another.
                let all = self.scene.bounds().map(|all| View::on(all, self.size, 1.0));
                let all = all.is_some() && self.session.view() == all;
                self.size = size;
                if std::mem::take(&mut self.fits) || all {
                    self.fit();
                }
                Task::none()
            }
            Told::Jump(to) => {
                let view = self.view_of();
                self.session.look(View { at: to - self.size / (2.0 * view.zoom), ..view });
                Task::none()
            }
            Told::Over(place) => {
                self.over.clone_from(&place);
                self.live.watch(&self.session.inside, place);
                Task::none()
            }
            Told::Pointer(pointer) => self.pointer(pointer),
        }
    }

    fn pointer(&mut self, pointer: Pointer) -> Task<Message> {
        if matches!(pointer, Pointer::Press { .. }) {
            // A press on the canvas answers what was told there, and ends a search.
            self.notice = self.notice.take().filter(|n| n.offer != Offer::Nothing);
            self.search = None;
            self.stand.leave();
            self.session.outlined = false;
        }
        let table = Table {
            scene: &self.scene,
            selected: &self.session.selected,
            zoom: self.view_of().zoom,
            grid: if matches!(pointer, Pointer::Release { keys, .. } if keys.alt) { 1.0 } else { GRID },
        };
        let (gesture, intents) = std::mem::take(&mut self.gesture).step(pointer, &table);
        self.gesture = gesture;
        let tasks: Vec<Task<Message>> = intents.into_iter().map(|intent| self.intend(intent)).collect();
        self.show_drag();
        Task::batch(tasks)
    }

    /// Shows what is dragged where it would be.
    fn show_drag(&mut self) {
        let (Gesture::Moving { by, .. } | Gesture::Carrying { by, .. }) = self.gesture else {
            return self.dragged = None;
        };
        let begun = || Dragged { scene: self.scene.clone(), by: Point::default() };
        let mut dragged = self.dragged.take().unwrap_or_else(begun);
        // Only the way since the last move: a large graph is copied once a drag.
        let further = by - std::mem::replace(&mut dragged.by, by);
        if further != Point::default() {
            match self.gesture {
                Gesture::Carrying { mark, .. } => dragged.scene.shift_mark(mark, further),
                _ => dragged.scene.shift(|id| self.session.selected.contains(id), further),
            }
        }
        self.dragged = Some(dragged);
    }

    fn intend(&mut self, intent: Intent) -> Task<Message> {
        match intent {
            Intent::Select(ids, adds) => {
                let stay = if adds { std::mem::take(&mut self.session.selected) } else { BTreeSet::new() };
                self.session.select_all(stay.into_iter().chain(ids));
                self.inspector.forget();
            }
            Intent::Deselect(id) => drop(self.session.selected.remove(&id)),
            Intent::SelectCable(cable) => {
                self.session.select_cable(cable);
                self.inspector.forget();
            }
            Intent::SelectMark(mark) => self.select_mark(mark),
            Intent::Carry(mark, by) => {
                let edit = self.marked(|m| m.shift(mark, (by.x, by.y)));
                self.commit("move", vec![edit]);
            }
            Intent::Write(mark) => {
                self.select_mark(mark);
                return self.write_mark();
            }
            Intent::Pan(by) => self.session.look(self.view_of().panned(by)),
            Intent::Zoom(at, by) => self.session.look(self.view_of().zoomed(at, by)),
            Intent::Move(by) => {
                let mut edits = self.moved(by);
                edits.extend(self.dropped(by));
                self.commit("move", edits);
            }
            Intent::Insert(by, cable) => self.insert(by, cable),
            Intent::Join(by, from, to) => self.join(by, from, to),
            Intent::Connect(from, to, taken) => self.connect(from, to, taken),
            Intent::Disconnect(cable) => {
                self.commit("pull a cable", vec![Edit::Disconnect(self.scope(), cable)]);
            }
            Intent::Refuse(from, to, misfit, at) => self.refuse(from, to, misfit, at),
            Intent::Choose(from, out, id, taken) => {
                return self.choose(search::Purpose::Connect { from, out, node: Some(id), taken });
            }
            Intent::Search(from, out, at) => {
                return self.search_for(search::Purpose::Add { at: Some(at), link: Some((from, out)) });
            }
            Intent::Add(at) => return self.search_for(search::Purpose::Add { at: Some(at), link: None }),
            Intent::Open(id) => {
                if self.scene.card(&id).is_some_and(|c| c.inside) {
                    self.enter(&id);
                } else {
                    self.session.select(&id);
                    return self.edit_value();
                }
            }
        }
        Task::none()
    }

    /// Moves what is selected and draws a cable, as one step.
    fn join(&mut self, by: Point, from: Endpoint, to: Endpoint) {
        let mut edits = if by == Point::default() { Vec::new() } else { self.moved(by) };
        let cable =
            edits::connect(self.document.patch(), &self.scope(), from.clone(), to.clone(), &self.shelf);
        match self.why_not(&cable) {
            None => {
                edits.extend(cable);
                self.commit(&format!("connect {} to {}", from.node, to.node), edits);
            }
            Some(why) => {
                self.commit("move", edits);
                self.notice = Some(Notice::tell(why));
            }
        }
    }

    /// Connects the node that is selected to the nearest that fits.
    pub(super) fn connect_near(&mut self) {
        let Some(id) = self.session.single() else {
            self.notice =
                Some(Notice::tell("Select one node first: it is connected to the nearest that fits."));
            return;
        };
        match gesture::near(&self.scene, id, Point::default(), FAR) {
            Some((from, to)) => {
                let ends = (gesture::end(&self.scene, from), gesture::end(&self.scene, to));
                self.join(Point::default(), ends.0, ends.1);
            }
            None => self.notice = Some(Notice::tell("Nothing near has a free port that fits.")),
        }
    }

    fn insert(&mut self, by: Point, cable: u32) {
        let Some(id) = self.session.single().map(String::from) else { return };
        let planned = edits::insert(self.document.patch(), &self.scope(), cable, &id, &self.shelf);
        let moved = self.moved(by);
        let place = self.scene.card(&id).map(|card| card.rect.moved(by));
        let far = self.scene.wires.iter().find(|w| w.id == cable).map(|w| &self.scene.cards[w.to.0].id);
        let room = match (place, far) {
            (Some(place), Some(far)) => edits::make_room(&self.scene, &self.scope(), &id, place, far),
            _ => Vec::new(),
        };
        let planned = planned.map(|mut edits| {
            edits.extend(moved.into_iter().chain(room));
            edits
        });
        self.planned(&format!("put {id} into a cable"), planned);
    }

    /// Draws a cable, if the engine takes it; else tells why not.
    pub(super) fn connect(&mut self, from: Endpoint, to: Endpoint, taken: Option<u32>) {
        let scope = self.scope();
        let mut edits: Vec<Edit> =
            taken.map(|cable| Edit::Disconnect(scope.clone(), cable)).into_iter().collect();
        edits.extend(edits::connect(self.document.patch(), &scope, from.clone(), to.clone(), &self.shelf));
        match self.why_not(&edits) {
            None => drop(self.commit(&format!("connect {} to {}", from.node, to.node), edits)),
            Some(why) => {
                let adapter = why.contains("`mono`").then_some(ports::MONO);
                let at = self.between(&from, &to);
                self.refuse(from, to, Misfit { why, adapter }, at);
            }
        }
    }

    /// What the engine says against edits that it had not to say before.
    pub(super) fn why_not(&self, edits: &[Edit]) -> Option<String> {
        let mut patch = self.document.patch().clone();
        for edit in edits {
            if let Err(error) = patch.apply(edit.clone()) {
                return Some(super::sentence(&error.to_string()));
            }
        }
        let after = self.problems(&patch);
        if after.is_empty() {
            return None;
        }
        let before = self.problems(self.document.patch());
        after.into_iter().find(|what| !before.contains(what)).map(|what| super::sentence(&what))
    }

    fn problems(&self, patch: &Patch) -> Vec<String> {
        let rate = self.live.status().rate.max(8_000);
        let context = Context { shelf: &self.shelf, assets: &self.files, rate, lanes: 1 };
        settle(patch, &context).err().unwrap_or_default().into_iter().map(|p| p.what).collect()
    }

    /// The middle between two nodes, for one that is to stand there.
    fn between(&self, from: &Endpoint, to: &Endpoint) -> Point {
        let middle = |end: &Endpoint| self.scene.card(&end.node).map_or(Point::default(), |c| c.rect.at);
        ((middle(from) + middle(to)) / 2.0).snapped(GRID)
    }

    fn refuse(&mut self, from: Endpoint, to: Endpoint, misfit: Misfit, at: Point) {
        let offer = match misfit.adapter {
            Some(adapter) => Offer::Between(from, to, adapter, at.snapped(GRID)),
            None => Offer::Nothing,
        };
        self.notice = Some(Notice { text: misfit.why, offer });
    }

    /// Connects what is selected: two nodes by the first ports that fit, one with what is then searched for.
    pub(super) fn connect_selected(&mut self) -> Task<Message> {
        let ids: Vec<String> = self.session.selected.iter().cloned().collect();
        match ids.as_slice() {
            [one] => {
                let Some(port) = self.ports(one).outputs.first().map(|p| p.name.clone()) else {
                    let text = format!("Nothing comes out of {one}: select where the cable is to begin.");
                    self.notice = Some(Notice::tell(text));
                    return Task::none();
                };
                let from = ports::end(one, &port);
                self.search_for(search::Purpose::Connect { from, out: true, node: None, taken: None })
            }
            [_, _] => {
                self.connect_two(&ids);
                Task::none()
            }
            _ => {
                self.notice =
                    Some(Notice::tell("Select one node, to search what it is to be connected to, or two."));
                Task::none()
            }
        }
    }

    /// Connects two nodes, the one on the left to the one on the right, by the first ports that fit and are free.
    fn connect_two(&mut self, ids: &[String]) {
        let mut ids: Vec<&String> = ids.iter().collect();
        let left = |id: &str| self.scene.card(id).map_or(0.0, |c| c.rect.at.x);
        ids.sort_by(|a, b| left(a).total_cmp(&left(b)));
        let (from, to) = (self.ports(ids[0]), self.ports(ids[1]));
        let taken = |name: &str| {
            let found = self.scene.find(ids[1], name, false);
            found.is_some_and(|(card, socket)| self.scene.cards[card].sockets[socket].connected)
        };
        let pairs = from.outputs.iter().flat_map(|f| to.inputs.iter().map(move |t| (f, t)));
        let mut fits: Vec<_> = pairs.filter(|(f, t)| ports::fits(f.sort, t.sort).is_ok()).collect();
        fits.sort_by_key(|(_, t)| taken(&t.name));
        let ends =
            |f: &ports::Port, t: &ports::Port| (ports::end(ids[0], &f.name), ports::end(ids[1], &t.name));
        match (fits.first(), from.outputs.first(), to.inputs.first()) {
            (Some((f, t)), ..) => {
                let (from, to) = ends(f, t);
                self.connect(from, to, None);
            }
            (None, Some(f), Some(t)) => {
                let ((from, to), misfit) = (ends(f, t), ports::fits(f.sort, t.sort).err());
                let at = self.between(&from, &to);
                misfit.into_iter().for_each(|misfit| self.refuse(from.clone(), to.clone(), misfit, at));
            }
            _ => {
                let text = format!("{} has nothing that could go into {}.", ids[0], ids[1]);
                self.notice = Some(Notice::tell(text));
            }
        }
    }

    pub(super) fn ports(&self, id: &str) -> ports::Ports {
        ports::Ports::of(self.document.patch(), &self.scope(), id, &self.shelf)
    }

    /// Puts a node of a kind in, and connects it to the cable that was dropped where it now lies.
    pub(super) fn add(&mut self, kind: &str, at: Option<Point>, link: Option<(Endpoint, bool)>) {
        let scope = self.scope();
        let place = at.map_or_else(|| self.free_place(), |at| self.beside(at, link.as_ref()));
        let (id, mut edits) = edits::add(self.document.patch(), &scope, kind, place.snapped(GRID));
        let mut plan = edits::Plan::new(self.document.patch(), &scope);
        let added = edits.iter().cloned().try_for_each(|edit| plan.push(edit));
        if let (Ok(()), Some((end, out))) = (added, link) {
            let new = ports::Ports::of(plan.patch(), &scope, &id, &self.shelf);
            let own = ports::Ports::of(plan.patch(), &scope, &end.node, &self.shelf);
            let ends = match out {
                true => own.output(&end.port).and_then(|from| {
                    let to = new.inputs.iter().find(|to| ports::fits(from.sort, to.sort).is_ok())?;
                    Some((end.clone(), ports::end(&id, &to.name)))
                }),
                false => own.target(&end.port).and_then(|to| {
                    let from = new.outputs.iter().find(|from| ports::fits(from.sort, to.sort).is_ok())?;
                    Some((ports::end(&id, &from.name), end.clone()))
                }),
            };
            if let Some((from, to)) = ends {
                edits.extend(edits::connect(plan.patch(), &scope, from, to, &self.shelf));
            }
        }
        self.session.kept.added(kind);
        if self.commit(&format!("add {kind}"), edits) {
            self.session.select(&id);
        }
    }

    /// Where a node goes whose port is to lie at a place.
    pub(super) fn beside(&self, at: Point, link: Option<&(Endpoint, bool)>) -> Point {
        let port = Point::new(0.0, crate::scene::HEAD + crate::scene::ROW / 2.0);
        match link {
            Some((_, true)) => at - port,
            Some((_, false)) => at - port - Point::new(crate::scene::WIDTH, 0.0),
            None => at - Point::new(crate::scene::WIDTH / 2.0, crate::scene::HEAD / 2.0),
        }
    }

    /// A place where nothing lies: right of what is selected, or in the middle of the view.
    pub(super) fn free_place(&self) -> Point {
        let start = match self.session.single().and_then(|id| self.scene.card(id)) {
            Some(card) => Point::new(card.rect.end().x + 64.0, card.rect.at.y),
            None => self.view_of().seen(self.size).center() - ROOM / 2.0,
        };
        self.free_from(start, ROOM, &BTreeSet::new())
    }

    /// The first place from one on downwards where nothing lies but what goes away.
    pub(super) fn free_from(&self, start: Point, size: Point, gone: &BTreeSet<String>) -> Point {
        let marks = self.scene.pins.iter().map(|p| p.rect).chain(self.scene.comments.iter().map(|c| c.rect));
        let stays = self.scene.cards.iter().filter(|c| !gone.contains(&c.id)).map(|c| c.rect);
        let stays: Vec<Rect> = stays.chain(marks).collect();
        let free = |at: &Point| {
            let place = Rect { at: *at, size }.grown(8.0);
            !stays.iter().any(|r| r.meets(place))
        };
        let mut tried = (0..40).map(|k| start + Point::new(0.0, 32.0 * k as f32));
        tried.find(free).unwrap_or(start)
    }

    /// Lets a node that comes in for what is selected lie where it covers nothing.
    pub(super) fn lay_free(&self, edits: &mut [Edit], comes: &str) {
        for edit in edits {
            if let Edit::AddNode(_, id, Node { at: Some(at), .. }) = edit
                && id == comes
            {
                let start = Point::new(at.0 as f32, at.1 as f32);
                let free = self.free_from(start, ROOM, &self.session.selected);
                *at = (f64::from(free.x), f64::from(free.y));
            }
        }
    }
}
