//! The shelf: all kinds of node and the sounds of the patch's folder, to be searched, listened to and dragged out.

mod view;

pub use view::example_button;

use super::dialogs::SOUNDS;
use super::{Message as Screened, Notice, Screen};
use crate::edits::{self, Plan};
use crate::geometry::Point;
use crate::keymap::{Chord, Command};
use crate::layout::GRID;
use crate::live::Preview;
use crate::samples::Samples;
use crate::scene::Hit;
use crate::search;
use iced::Task;
use iced::widget::{Id, operation, scrollable};
use signalbox_engine::node::{Declaration, Group, Value};
use signalbox_engine::patch::Edit;
use std::path::PathBuf;

/// What stands on the shelf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A kind of node.
    Kind(&'static str),
    /// A sub-patch of the patch.
    Own(String),
    /// A sound file, from the patch's folder on.
    Sound(PathBuf),
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq)]
enum Row {
    /// A heading.
    Heading(String),
    /// Something that can be taken.
    Item(Item),
}

/// What the shelf remembers.
#[derive(Default)]
pub struct State {
    typed: String,
    /// Whether sounds are shown, and not nodes.
    sounds: bool,
    /// Whether keys are meant for the list.
    active: bool,
    chosen: Option<Item>,
    dragged: Option<Item>,
    samples: Samples,
    preview: Option<Preview>,
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Message {
    /// Something was typed into the search.
    Typed(String),
    /// Sounds are to be shown, or nodes.
    Sounds(bool),
    /// A row was pressed.
    Choose(Item),
    /// A row was pressed twice, or Enter.
    Take(Option<Item>),
    /// A row is dragged out.
    Drag(Item),
    /// What is dragged was dropped on the canvas, or elsewhere.
    Drop(Option<Point>),
    /// It is to stand among the favourites, or no more.
    Favourite(Item),
    /// It is to be listened to, or no more.
    Listen(Item),
    /// The example of a kind is to be put in.
    Example(&'static str),
}

const FIELD: &str = "search of the shelf";
const LIST: &str = "list of the shelf";
/// How many kinds that were used last are shown.
const RECENT: usize = 5;

/// The name of a compartment.
fn compartment(group: Group) -> &'static str {
    match group {
        Group::Sources => "Sources",
        Group::Filters => "Filters",
        Group::Dynamics => "Dynamics",
        Group::Colour => "Colour",
        Group::Time => "Time",
        Group::Space => "Space",
        Group::Stereo => "Stereo and routing",
        Group::Pitch => "Pitch",
        Group::Repair => "Repair",
        Group::Control => "Control",
        Group::Meters => "Meters",
        Group::Delivery => "Delivery",
    }
}

impl State {
    /// Whether it listens to a sound, or looks for sounds.
    pub fn listens(&self) -> bool {
        self.preview.is_some() || self.samples.waits()
    }

    /// Whether keys are meant for the list.
    pub fn is_active(&self) -> bool {
        self.active
    }

    /// Keys go to the canvas again.
    pub fn leave(&mut self) {
        self.active = false;
    }

    /// The file that is listened to.
    pub fn preview(&self) -> Option<&Preview> {
        self.preview.as_ref()
    }
}

impl Screen {
    /// The sounds of the patch's folder, from there on.
    pub fn sounds(&self) -> &[PathBuf] {
        self.stand.samples.files()
    }

    /// The sound that is listened to.
    pub fn preview(&self) -> Option<&Preview> {
        self.stand.preview()
    }

    /// Shows the shelf and lets one type into its search, or puts it away.
    pub(super) fn toggle_shelf(&mut self) -> Task<Screened> {
        let kept = &mut self.session.kept;
        kept.shelf = !kept.shelf;
        self.stand.active = kept.shelf;
        if !kept.shelf {
            self.stand.preview = None;
            return Task::none();
        }
        self.look_for_sounds();
        operation::focus(Id::new(FIELD))
    }

    /// Looks for the sounds of the patch's folder.
    pub(super) fn look_for_sounds(&mut self) {
        if self.session.kept.shelf {
            self.stand.samples.look(&self.folder, SOUNDS);
        }
    }

    /// What has come since the last look.
    pub(super) fn look_at_shelf(&mut self) {
        self.stand.samples.collect();
        if let Some(over) = self.stand.preview.as_mut().and_then(Preview::look) {
            self.stand.preview = None;
            if let Err(why) = over {
                self.notice = Some(Notice::tell(super::sentence(&why)));
            }
        }
    }

    fn item_title(&self, item: &Item) -> String {
        match item {
            Item::Kind(name) => self.shelf.get(name).map_or(*name, |d| d.title).into(),
            Item::Own(name) => name.clone(),
            Item::Sound(path) => path.display().to_string(),
        }
    }

    /// The rows of the list.
    fn stand_rows(&self) -> Vec<Row> {
        let state = &self.stand;
        if state.sounds {
            let all: Vec<String> = state.samples.files().iter().map(|f| f.display().to_string()).collect();
            let found = search::find(&state.typed, &all, |name| vec![name.as_str()]);
            return found
                .into_iter()
                .map(|k| Row::Item(Item::Sound(state.samples.files()[k].clone())))
                .collect();
        }
        let kinds = self.shelf.kinds();
        if !state.typed.trim().is_empty() {
            let found = search::find(&state.typed, kinds, |d| vec![d.title, d.name, d.help]);
            return found.into_iter().map(|k| Row::Item(Item::Kind(kinds[k].name))).collect();
        }
        let known = |names: &[String]| -> Vec<Item> {
            names.iter().filter_map(|name| self.shelf.get(name)).map(|d| Item::Kind(d.name)).collect()
        };
        let kept = &self.session.kept;
        let mut parts = vec![
            ("Favourites".to_string(), known(&kept.favourites)),
            ("Used last".into(), known(&kept.used).into_iter().take(RECENT).collect()),
        ];
        let scope = self.scope();
        let own = self.document.patch().subpatches.keys().filter(|name| Some(*name) != scope.as_ref());
        parts.push(("Sub-patches".into(), own.cloned().map(Item::Own).collect()));
        let mut groups: Vec<Group> = kinds.iter().map(|d| d.group).collect();
        groups.sort();
        groups.dedup();
        for group in groups {
            let inside = kinds.iter().filter(|d| d.group == group).map(|d| Item::Kind(d.name)).collect();
            parts.push((compartment(group).into(), inside));
        }
        let full = parts.into_iter().filter(|(_, items)| !items.is_empty());
        full.flat_map(|(name, items)| {
            std::iter::once(Row::Heading(name)).chain(items.into_iter().map(Row::Item))
        })
        .collect()
    }

    pub(super) fn shelved(&mut self, message: Message) -> Task<Screened> {
        match message {
            Message::Typed(typed) => {
                (self.stand.typed, self.stand.active) = (typed, true);
                let first = self.stand_rows().into_iter().find_map(|row| match row {
                    Row::Item(item) => Some(item),
                    Row::Heading(_) => None,
                });
                self.stand.chosen = first.filter(|_| !self.stand.typed.is_empty());
                return operation::snap_to(Id::new(LIST), scrollable::RelativeOffset { x: 0.0, y: 0.0 });
            }
            Message::Sounds(sounds) => {
                (self.stand.sounds, self.stand.chosen) = (sounds, None);
                self.look_for_sounds();
            }
            Message::Choose(item) => (self.stand.chosen, self.stand.active) = (Some(item), true),
            Message::Take(item) => {
                if let Some(item) = item.or_else(|| self.stand.chosen.clone()) {
                    self.take_off_shelf(&item, None);
                }
            }
            Message::Drag(item) => self.stand.dragged = Some(item),
            Message::Drop(at) => {
                let dragged = self.stand.dragged.take();
                if let (Some(item), Some(at)) = (dragged, at) {
                    let view = self.view_of();
                    self.take_off_shelf(&item, Some(at / view.zoom + view.at));
                }
            }
            Message::Favourite(item) => self.favour(&item),
            Message::Listen(item) => self.listen_to(&item),
            Message::Example(kind) => self.put_example(kind),
        }
        Task::none()
    }

    /// A key while keys are meant for the list; nothing where it is none of its keys.
    pub(super) fn shelf_key(&mut self, chord: &Chord) -> Option<Task<Screened>> {
        let by = match chord.key.as_str() {
            "ArrowDown" => 1,
            "ArrowUp" => -1,
            "Enter" => return Some(self.shelved(Message::Take(None))),
            "Escape" => {
                self.stand.active = false;
                return Some(operation::focus(Id::new("canvas")));
            }
            _ => return None,
        };
        if chord.ctrl || chord.alt || chord.shift {
            return None;
        }
        let rows = self.stand_rows();
        let items: Vec<(usize, &Item)> = rows
            .iter()
            .enumerate()
            .filter_map(|(k, row)| match row {
                Row::Item(item) => Some((k, item)),
                Row::Heading(_) => None,
            })
            .collect();
        let at = items.iter().position(|(_, item)| Some(*item) == self.stand.chosen.as_ref());
        let next = at.map_or(0, |at| at.saturating_add_signed(by)).min(items.len().saturating_sub(1));
        let (row, item) = items.get(next)?;
        let y = *row as f32 / (rows.len().max(2) - 1) as f32;
        self.stand.chosen = Some((*item).clone());
        Some(operation::snap_to(Id::new(LIST), scrollable::RelativeOffset { x: 0.0, y }))
    }

    /// A command that is about what is chosen on the shelf, or about the selected node.
    pub(super) fn shelf_command(&mut self, command: Command) {
        let chosen = self.stand.chosen.clone().filter(|_| self.stand.active);
        let item = chosen.or_else(|| self.selected_kind().map(|d| Item::Kind(d.name)));
        match (command, item) {
            (Command::Favourite, Some(item)) => self.favour(&item),
            (Command::Listen, Some(item)) => self.listen_to(&item),
            (Command::Example, Some(Item::Kind(kind))) => self.put_example(kind),
            _ => {
                let words = "Choose something on the shelf (Ctrl+5), or select a node, first.";
                self.notice = Some(Notice::tell(words));
            }
        }
    }

    /// The kind of the node that is selected.
    pub(super) fn selected_kind(&self) -> Option<&'static Declaration> {
        let graph = self.document.patch().scope(&self.scope())?;
        self.shelf.get(&graph.nodes.get(self.session.single()?)?.kind)
    }

    fn favour(&mut self, item: &Item) {
        let Item::Kind(kind) = item else { return };
        let favourites = &mut self.session.kept.favourites;
        match favourites.iter().position(|f| f == kind) {
            Some(at) => drop(favourites.remove(at)),
            None => favourites.push((*kind).into()),
        }
    }

    /// Plays a sound softly; the one that plays stops.
    fn listen_to(&mut self, item: &Item) {
        let Item::Sound(file) = item else {
            return self.notice =
                Some(Notice::tell("Only sounds can be listened to: see the sounds of the shelf."));
        };
        let path = self.folder.join(file);
        let same = self.stand.preview.take().is_some_and(|p| p.path() == path);
        self.stand.preview = (!same).then(|| self.live.preview(&path));
    }

    /// Puts a node in, at a place or where there is room; dropped on a cable, it goes into it.
    pub(super) fn take_off_shelf(&mut self, item: &Item, at: Option<Point>) {
        let (kind, value) = match item {
            Item::Kind(kind) => ((*kind).to_string(), None),
            Item::Own(name) => (name.clone(), None),
            Item::Sound(file) => ("player".into(), Some(Value::String(file.display().to_string()))),
        };
        let scope = self.scope();
        let place = at.map_or_else(|| self.free_place(), |at| self.beside(at, None));
        let (id, edits) = edits::add(self.document.patch(), &scope, &kind, place.snapped(GRID));
        let mut plan = Plan::new(self.document.patch(), &scope);
        let wire = at.and_then(|at| match self.scene.hit(at, self.view_of().zoom) {
            Hit::Wire(wire) => Some(self.scene.wires[wire].id),
            _ => None,
        });
        let planned = (|| {
            plan.extend(edits)?;
            if let Some(value) = value {
                plan.push(Edit::SetValue(scope.clone(), id.clone(), "file".into(), Some(value)))?;
            }
            if let Some(wire) = wire {
                let through = edits::insert(plan.patch(), &scope, wire, &id, &self.shelf)?;
                plan.extend(through)?;
            }
            Ok(plan.done())
        })();
        self.session.kept.added(&kind);
        if self.planned(&format!("add {}", self.item_title(item)), planned) {
            self.session.select(&id);
        }
    }

    fn put_example(&mut self, kind: &'static str) {
        let Some(declaration) = self.shelf.get(kind) else { return };
        match edits::example(self.document.patch(), &self.scope(), declaration) {
            Ok((ids, edits)) => {
                if self.commit(&format!("the example of {kind}"), edits) {
                    self.session.select_all(ids);
                    self.fit_selection();
                }
            }
            Err(error) => self.notice = Some(Notice::tell(super::sentence(&error.to_string()))),
        }
    }
}

/// Whether a kind has an example that sounds without a file.
pub fn has_example(declaration: &Declaration) -> bool {
    !declaration.example.is_empty() && !declaration.example.contains("\"file\"")
}
