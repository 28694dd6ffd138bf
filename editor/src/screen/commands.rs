//! What commands do.

use super::dialogs::Ask;
use super::export::What;
use super::notice::Then;
use super::{Message, Notice, Screen, search};
use crate::edits::{self, Line, Place};
use crate::geometry::{Point, Rect};
use crate::gesture::Gesture;
use crate::keymap::{Chord, Command};
use crate::layout::GRID;
use crate::session::View;
use crate::steps;
use crate::widget::fader::Turn;
use iced::Task;
use signalbox_engine::patch::{Edit, Scope};
use std::collections::BTreeSet;

/// How far a copy lies from what it was copied from.
const BESIDE: Point = Point::new(4.0 * GRID, 4.0 * GRID);
/// How much a key turns the master volume, in decibels.
const STEP: f32 = 1.5;

impl Screen {
    pub(super) fn key(&mut self, chord: &Chord) -> Task<Message> {
        let command = self.keymap.command(chord);
        self.show_key(chord, command);
        if self.path.is_some() {
            return self.path_key(chord, command);
        }
        if self.search.is_some() {
            return self.search_key(chord, command);
        }
        if self.gallery.is_some() {
            return self.gallery_key(chord, command);
        }
        if self.export.is_open() {
            return self.export_key(chord, command);
        }
        if self.stand.is_active()
            && let Some(task) = self.shelf_key(chord)
        {
            return task;
        }
        if let Some(task) = self.answer_by_key(command) {
            return task;
        }
        command.map_or_else(Task::none, |command| self.run(command))
    }

    pub(super) fn run(&mut self, command: Command) -> Task<Message> {
        match command {
            Command::Palette => return self.search_for(search::Purpose::Command),
            Command::Add => return self.search_for(search::Purpose::Add { at: None, link: None }),
            Command::Connect => return self.connect_selected(),
            Command::ConnectNear => self.connect_near(),
            Command::Replace => {
                if let Some(id) = self.session.single().map(String::from) {
                    return self.search_for(search::Purpose::Replace(id));
                }
            }
            Command::SavePreset => return self.name_preset(),
            Command::Preset => return self.choose_preset(),
            Command::Rename => return self.inspector.focus_label(),
            Command::Delete => self.delete(true),
            Command::DeleteAll => self.delete(false),
            Command::Detach => {
                if let Some(id) = self.session.single().map(String::from) {
                    let planned = edits::bridge(self.document.patch(), &self.scope(), &id, &self.shelf);
                    self.planned(&format!("take {id} out of its path"), planned);
                }
            }
            Command::Bypass => self.on_selected("bypass", edits::toggle_bypass),
            Command::Mute => self.on_selected("mute", edits::toggle_mute),
            Command::Frame => return self.frame_selected(),
            Command::Unframe => self.unframe(),
            Command::Comment => return self.comment(None),
            Command::Tint => self.next_tint(),
            Command::NextMark => self.next_mark(),
            Command::Solo => self.solo(),
            Command::Undo => {
                self.gesture = Gesture::Idle;
                if self.document.undo().is_some() {
                    self.changed();
                }
            }
            Command::Redo => {
                if self.document.redo().is_some() {
                    self.changed();
                }
            }
            Command::Copy => return self.copy(),
            Command::CopyStep => return self.copy_last_step(),
            Command::CopySteps => return self.copy_steps(None),
            Command::Cut => {
                let task = self.copy();
                // With a frame goes what is in it: that was copied.
                self.session.mark = None;
                self.delete(true);
                return task;
            }
            Command::Paste => return iced::clipboard::read().map(Message::Pasted),
            Command::Duplicate => self.duplicate(),
            Command::SelectAll => {
                let all: Vec<String> = self.scene.cards.iter().map(|c| c.id.clone()).collect();
                self.session.select_all(all);
            }
            Command::Cancel => self.cancel(),
            Command::Open => return self.open_node(),
            Command::Leave => self.leave(1),
            Command::Fold => self.fold(),
            Command::Left => return self.go((-1.0, 0.0)),
            Command::Right => return self.go((1.0, 0.0)),
            Command::Up => return self.go((0.0, -1.0)),
            Command::Down => return self.go((0.0, 1.0)),
            Command::NextCable => self.next_cable(1),
            Command::LastCable => self.next_cable(-1),
            Command::NudgeLeft => self.nudge(Point::new(-GRID, 0.0)),
            Command::NudgeRight => self.nudge(Point::new(GRID, 0.0)),
            Command::NudgeUp => self.nudge(Point::new(0.0, -GRID)),
            Command::NudgeDown => self.nudge(Point::new(0.0, GRID)),
            Command::NextValue => self.step_parameter(1),
            Command::LastValue => self.step_parameter(-1),
            Command::Raise => self.turn_by(0.02),
            Command::Lower => self.turn_by(-0.02),
            Command::Halve => self.scale_value(false),
            Command::Double => self.scale_value(true),
            Command::Reset => self.reset_value(),
            Command::NextBand
            | Command::AddBand
            | Command::BandLeft
            | Command::BandRight
            | Command::BandUp
            | Command::BandDown
            | Command::Narrower
            | Command::Wider => self.band_command(command),
            Command::Arrange => {
                let edits = edits::arrange(&self.scene, &self.scope(), &self.session.selected);
                self.commit("lay out", edits);
                self.fit();
            }
            Command::AlignRow => self.put_in_place("align", |s, scope| {
                edits::align(&s.scene, scope, &s.session.selected, Line::Row)
            }),
            Command::AlignColumn => {
                self.put_in_place("align", |s, scope| {
                    edits::align(&s.scene, scope, &s.session.selected, Line::Column)
                });
            }
            Command::SpreadRow => {
                self.put_in_place("spread", |s, scope| {
                    edits::distribute(&s.scene, scope, &s.session.selected, Line::Row)
                });
            }
            Command::SpreadColumn => {
                self.put_in_place("spread", |s, scope| {
                    edits::distribute(&s.scene, scope, &s.session.selected, Line::Column)
                });
            }
            Command::Straighten => {
                self.put_in_place("straighten", |s, scope| {
                    edits::straighten(&s.scene, scope, &s.session.selected)
                });
            }
            Command::Fit => self.fit(),
            Command::FitSelection => self.fit_selection(),
            Command::ZoomIn => self.zoom(1.25),
            Command::ZoomOut => self.zoom(0.8),
            Command::ZoomOne => self.zoom(1.0 / self.view_of().zoom),
            Command::Pin => self.pin(),
            Command::Hold => self.hold(),
            Command::Earlier => self.scrub(super::pins::STEP),
            Command::Later => self.scrub(-super::pins::STEP),
            Command::Steps => self.show_steps(),
            Command::NextStep => self.go_step(steps::Place::next),
            Command::LastStep => self.go_step(steps::Place::last),
            Command::OverStep => self.go_step(steps::Place::over),
            Command::BackStep => self.go_step(steps::Place::back),
            Command::Costs => {
                self.session.kept.costs = !self.session.kept.costs;
                self.live.measure();
                self.tell();
            }
            Command::Jump1
            | Command::Jump2
            | Command::Jump3
            | Command::Jump4
            | Command::Jump5
            | Command::Jump6
            | Command::Jump7
            | Command::Jump8
            | Command::Jump9
            | Command::Set1
            | Command::Set2
            | Command::Set3
            | Command::Set4
            | Command::Set5
            | Command::Set6
            | Command::Set7
            | Command::Set8
            | Command::Set9 => self.bookmark(command),
            Command::Play => self.live.play(!self.live.status().rolls),
            Command::Start => self.live.seek(0.0),
            Command::Silence => self.live.silence(!self.live.is_silent()),
            Command::Louder => self.set_volume(self.live.volume() + STEP),
            Command::Softer => self.set_volume(self.live.volume() - STEP),
            Command::Unmute => self.live.unmute(),
            Command::New => return self.unless_changed(Then::New),
            Command::OpenFile => return self.ask(Ask::Open),
            Command::Save => match self.document.path().map(std::path::PathBuf::from) {
                Some(path) => drop(self.save(&path)),
                None => return self.ask(Ask::Save(None)),
            },
            Command::SaveAs => return self.ask(Ask::Save(None)),
            Command::Revert => {
                if self.document.path().is_some() {
                    return self.unless_changed(Then::Revert);
                }
                self.notice = Some(Notice::tell("This patch lies in no file yet."));
            }
            Command::ExportMix => return self.open_export(What::Mix),
            Command::ExportStems => return self.open_export(What::Stems),
            Command::ExportHeard => return self.open_export(What::Heard),
            Command::ExportPng => return self.open_export(What::Png),
            Command::ExportSvg => return self.open_export(What::Svg),
            Command::Record => return self.record(),
            Command::Theme => self.session.kept.look = self.session.kept.look.next(),
            Command::Outline => return self.show_outline(),
            Command::History => self.session.kept.history = !self.session.kept.history,
            Command::Meters => self.session.kept.meters = !self.session.kept.meters,
            Command::Remeasure => self.meters.restart(),
            Command::Recent => return self.search_for(search::Purpose::Recent),
            Command::Gallery => self.open_gallery(),
            Command::Import => return self.ask(Ask::Import),
            Command::LayoutPatch
            | Command::LayoutMaster
            | Command::Present
            | Command::Larger
            | Command::Smaller => self.show_command(command),
            Command::Shelf => return self.toggle_shelf(),
            Command::Favourite | Command::Listen | Command::Example => self.shelf_command(command),
            Command::Minimap => self.session.kept.minimap = !self.session.kept.minimap,
            Command::Still => self.session.kept.still = !self.session.kept.still,
            Command::Hints => self.session.kept.hints.clear(),
            Command::Quit => return self.unless_changed(Then::Quit),
        }
        Task::none()
    }

    fn put_in_place(&mut self, name: &str, edits: impl Fn(&Self, &Scope) -> Vec<Edit>) {
        if self.session.selected.len() < 2 {
            self.notice = Some(Notice::tell(
                "Select two nodes or more first: draw a box around them, or press with shift.",
            ));
            return;
        }
        let edits = edits(self, &self.scope());
        self.commit(name, edits);
    }

    fn on_selected(
        &mut self,
        name: &str,
        edits: fn(&signalbox_engine::patch::Graph, &Scope, &BTreeSet<String>) -> Vec<Edit>,
    ) {
        let scope = self.scope();
        let Some(graph) = self.document.patch().scope(&scope) else { return };
        let edits = edits(graph, &scope, &self.session.selected);
        let name = self.named(name);
        self.commit(&name, edits);
    }

    /// The name of a step that is about what is selected.
    fn named(&self, word: &str) -> String {
        match self.session.single() {
            Some(id) => format!("{word} {id}"),
            None => format!("{word} {} nodes", self.session.selected.len()),
        }
    }

    fn delete(&mut self, bridge: bool) {
        let scope = self.scope();
        if let Some(mark) = self.session.mark {
            return self.remove_mark(mark);
        }
        if let Some(cable) = self.session.cable.filter(|_| self.session.selected.is_empty()) {
            self.commit("pull a cable", vec![Edit::Disconnect(scope, cable)]);
            return;
        }
        let name = self.named("delete");
        let next = self.session.single().and_then(|id| {
            let along = |way| self.scene.neighbour(id, way).map(String::from);
            along((-1.0, 0.0)).or_else(|| along((1.0, 0.0)))
        });
        let ids = self.session.selected.clone();
        let planned = edits::remove(self.document.patch(), &scope, &ids, bridge, &self.shelf);
        if self.planned(&name, planned)
            && let Some(next) = next
        {
            // The keyboard goes on from the one before.
            self.session.select(&next);
        }
    }

    fn copy(&mut self) -> Task<Message> {
        let copied = edits::copy(self.document.patch(), &self.scope(), &self.session.selected);
        let Some(text) = copied else { return Task::none() };
        self.copied.clone_from(&text);
        iced::clipboard::write(text)
    }

    /// Pastes what the clipboard holds; where the system has none, what was copied here.
    pub(super) fn paste(&mut self, text: Option<String>) {
        let text = text.filter(|t| !t.trim().is_empty()).unwrap_or_else(|| self.copied.clone());
        let seen = self.view_of().seen(self.size);
        self.put(&text, Place::Middle(seen.center().snapped(GRID)), "paste");
    }

    fn duplicate(&mut self) {
        let copied = edits::copy(self.document.patch(), &self.scope(), &self.session.selected);
        if let Some(text) = copied {
            self.put(&text, Place::Beside(BESIDE), "duplicate");
        }
    }

    pub(super) fn put(&mut self, text: &str, place: Place, name: &str) {
        match edits::paste(self.document.patch(), &self.scope(), text, place) {
            Ok((ids, edits)) => {
                if self.commit(name, edits) {
                    self.session.select_all(ids);
                }
            }
            Err(error) => self.notice = Some(Notice::tell(error.to_string())),
        }
    }

    fn cancel(&mut self) {
        if self.gesture != Gesture::Idle {
            self.gesture = Gesture::Idle;
            self.dragged = None;
        } else if self.session.selected.is_empty()
            && self.session.cable.is_none()
            && self.session.mark.is_none()
        {
            if !self.hide_steps() {
                self.leave(1);
            }
        } else {
            self.session.select_all([]);
        }
    }

    fn open_node(&mut self) -> Task<Message> {
        if self.session.mark.is_some() {
            return self.write_mark();
        }
        let Some(id) = self.session.single().map(String::from) else {
            // The first node, so that the keyboard has a place to go on from.
            if let Some(first) = self.scene.cards.iter().min_by(|a, b| a.rect.at.x.total_cmp(&b.rect.at.x)) {
                self.session.select(&first.id.clone());
            }
            return Task::none();
        };
        if self.scene.card(&id).is_some_and(|c| c.inside) {
            self.enter(&id);
            return Task::none();
        }
        self.edit_value()
    }

    /// Enters a sub-patch.
    pub(super) fn enter(&mut self, id: &str) {
        self.session.inside.push(id.into());
        self.session.select_all([]);
        self.changed();
        if self.session.view().is_none() {
            self.fit();
        }
    }

    /// Leaves so many sub-patches.
    pub(super) fn leave(&mut self, count: usize) {
        let depth = self.session.inside.len();
        let Some(outer) = depth.checked_sub(count).filter(|outer| *outer < depth) else { return };
        let left = self.session.inside.split_off(outer);
        self.session.select_all([]);
        self.changed();
        left.first().iter().for_each(|id| self.session.select(id));
    }

    /// Selects a node by its path.
    pub(super) fn select(&mut self, mut path: Vec<String>) {
        let Some(id) = path.pop() else { return };
        if path != self.session.inside {
            self.session.inside = path;
            self.changed();
        }
        self.session.select(&id);
        self.see(&id);
    }

    fn fold(&mut self) {
        if self.session.selected.is_empty() {
            self.notice = Some(Notice::tell("Select the nodes that are to become a sub-patch first."));
            return;
        }
        match edits::fold(self.document.patch(), &self.scope(), &self.session.selected) {
            Ok((instance, mut edits)) => {
                self.lay_free(&mut edits, &instance);
                if self.commit("fold", edits) {
                    self.session.select(&instance);
                }
            }
            Err(error) => self.notice = Some(Notice::tell(super::sentence(&error.to_string()))),
        }
    }

    fn go(&mut self, way: (f32, f32)) -> Task<Message> {
        if self.session.outlined {
            return self.go_in_outline(way);
        }
        if self.go_along(way) {
            return Task::none();
        }
        let next = match self.session.single() {
            Some(id) => self.scene.neighbour(id, way).map(String::from),
            None => self.scene.cards.first().map(|c| c.id.clone()),
        };
        if let Some(next) = next {
            self.session.select(&next);
            self.see(&next);
        }
        Task::none()
    }

    /// Moves the view as little as shows a node.
    pub(super) fn see(&mut self, id: &str) {
        if let Some(card) = self.scene.card(id) {
            let view = self.view_of().showing(card.rect.grown(24.0), self.size);
            self.session.look(view);
        }
    }

    fn nudge(&mut self, by: Point) {
        let edits = match self.session.mark.filter(|_| self.session.selected.is_empty()) {
            Some(mark) => vec![self.marked(|m| m.shift(mark, (by.x, by.y)))],
            None => self.moved(by),
        };
        self.commit("move", edits);
    }

    /// The edits that move what is selected.
    pub(super) fn moved(&self, by: Point) -> Vec<Edit> {
        let cards = self.scene.cards.iter().filter(|c| self.session.selected.contains(&c.id));
        let to = |at: Point| Some((f64::from(at.x), f64::from(at.y)));
        cards.map(|c| Edit::Move(self.scope(), c.id.clone(), to(c.rect.at + by))).collect()
    }

    /// Sees all.
    pub(super) fn fit(&mut self) {
        if let Some(all) = self.scene.bounds() {
            self.session.look(View::on(all, self.size, 1.0));
        }
    }

    pub(super) fn fit_selection(&mut self) {
        let cards = self.scene.cards.iter().filter(|c| self.session.selected.contains(&c.id));
        match cards.map(|c| c.rect).reduce(Rect::with) {
            Some(area) => self.session.look(View::on(area, self.size, 1.5)),
            None => self.fit(),
        }
    }

    fn zoom(&mut self, by: f32) {
        let view = self.view_of();
        self.session.look(view.zoomed(view.seen(self.size).center(), by));
    }

    pub(super) fn turn_volume(&mut self, turn: Turn) {
        let (low, high) = (crate::live::QUIETEST, crate::live::LOUDEST);
        match turn {
            Turn::To(place) => self.set_volume(low + place * (high - low)),
            Turn::Reset => self.set_volume(0.0),
            Turn::Done => {}
        }
    }

    fn set_volume(&mut self, volume: f32) {
        self.live.set_volume((volume * 10.0).round() / 10.0);
        self.session.kept.volume = self.live.volume();
    }

    pub(super) fn put_away(&mut self, hint: Option<usize>) {
        match hint {
            Some(hint) => drop(self.session.kept.hints.insert(hint)),
            None => self.session.kept.hints.extend(0..super::hints::HINTS.len()),
        }
    }
}
