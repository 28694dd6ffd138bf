//! The search: for a node to add, a port to connect, a command.

use super::{Message as Screened, Notice, Screen};
use crate::keymap::{COMMANDS, Chord, Command};
use crate::ports::{self, Ports};
use crate::theme::{self, Colors};
use crate::widget::{cut, length};
use crate::{geometry::Point, search};
use iced::widget::{Id, button, column, container, operation, row, scrollable, space, text, text_input};
use iced::{Center, Element, Fill, Task, padding};
use signalbox_engine::node::Group;
use signalbox_engine::patch::Endpoint;
use std::path::PathBuf;

/// What is searched for.
#[derive(Clone, Debug, PartialEq)]
pub enum Purpose {
    /// A kind of node, to be put somewhere, at the end of a cable that was dropped there.
    Add {
        /// Where.
        at: Option<Point>,
        /// The other end of the cable, and whether it is an output.
        link: Option<(Endpoint, bool)>,
    },
    /// A kind to take a node's place.
    Replace(String),
    /// A command.
    Command,
    /// A file that was open.
    Recent,
    /// The name under which a node is kept.
    SavePreset(String),
    /// A preset for a node.
    Preset(String),
    /// The other end of a cable.
    Connect {
        /// The end that there is.
        from: Endpoint,
        /// Whether that is an output.
        out: bool,
        /// The node whose ports are meant; any where there is none.
        node: Option<String>,
        /// The cable that was taken off for it.
        taken: Option<u32>,
    },
}

/// What a row of the list does.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// A kind of node.
    Kind(String),
    /// A command.
    Command(Command),
    /// A file.
    File(std::path::PathBuf),
    /// An end of a cable.
    End(Endpoint),
    /// A comment.
    Comment,
    /// A preset, by its file.
    Preset(PathBuf),
    /// A name.
    Name(String),
}

/// A row of the list.
#[derive(Clone, Debug)]
pub struct Item {
    title: String,
    detail: String,
    side: String,
    group: Option<Group>,
    act: Act,
}

/// The search.
#[derive(Clone, Debug)]
pub struct State {
    purpose: Purpose,
    typed: String,
    items: Vec<Item>,
    found: Vec<usize>,
    at: usize,
}

/// What happens in it.
#[derive(Clone, Debug)]
pub enum Message {
    /// Something was typed.
    Typed(String),
    /// A row was pressed.
    Pick(usize),
    /// Enter was pressed.
    Submit,
}

/// The field's name.
const FIELD: &str = "search";
/// The list's name.
const LIST: &str = "found";
/// How wide it is, the height of a row, and how many are seen.
const WIDTH: f32 = 460.0;
const ROW: f32 = 40.0;
const SEEN: f32 = 9.0;

/// A row of something that was kept.
fn kept(title: String, detail: &str, act: Act) -> Item {
    Item { title, detail: detail.into(), side: "preset".into(), group: None, act }
}

impl State {
    fn new(purpose: Purpose, items: Vec<Item>) -> Self {
        let found = (0..items.len()).collect();
        Self { purpose, typed: String::new(), items, found, at: 0 }
    }

    fn type_in(&mut self, typed: String) {
        self.found =
            search::find(&typed, &self.items, |i| vec![i.title.as_str(), i.side.as_str(), i.detail.as_str()]);
        self.typed = typed;
        self.at = 0;
    }

    fn chosen(&self, row: usize) -> Option<Act> {
        self.found.get(row).map(|&k| self.items[k].act.clone())
    }

    /// What is told where nothing is found.
    fn empty(&self) -> &'static str {
        match self.purpose {
            Purpose::SavePreset(_) => "Enter keeps it.",
            _ => "Nothing fits that.",
        }
    }

    /// The name that was typed, where one is wanted.
    fn named(&self) -> Option<Act> {
        let typed = self.typed.trim();
        let wanted = matches!(self.purpose, Purpose::SavePreset(_)) && !typed.is_empty();
        wanted.then(|| Act::Name(typed.into()))
    }

    fn title(&self) -> String {
        match &self.purpose {
            Purpose::Add { link: None, .. } => "Add a node".into(),
            Purpose::Add { link: Some((end, true)), .. } => format!("What {end} can go into"),
            Purpose::Add { link: Some((end, false)), .. } => format!("What can come into {end}"),
            Purpose::Replace(id) => format!("Replace {id} by"),
            Purpose::Command => "Commands".into(),
            Purpose::Recent => "Open a patch that was open".into(),
            Purpose::SavePreset(id) => format!("Keep {id} as a preset: type its name"),
            Purpose::Preset(id) => format!("Set {id} as"),
            Purpose::Connect { from, node: Some(node), .. } => format!("Connect {from} to {node}"),
            Purpose::Connect { from, .. } => format!("Connect {from} to"),
        }
    }

    /// How it looks, where there is so much room from left to right.
    pub fn view<'a>(&'a self, room: f32, c: &'static Colors) -> Element<'a, Screened> {
        let width = WIDTH.min(room);
        let field = text_input("type to search", &self.typed)
            .id(Id::new(FIELD))
            .on_input(|typed| Screened::Search(Message::Typed(typed)))
            .on_submit(Screened::Search(Message::Submit))
            .size(15)
            .padding([8, 10])
            .style(theme::field(c, false));
        let rows = self.found.iter().enumerate().map(|(row, &k)| self.row(row, &self.items[k], width, c));
        let mut list = column(rows).width(Fill).padding(padding::right(12));
        if self.found.is_empty() {
            list = list.push(container(text(self.empty()).size(theme::TEXT).color(c.dim)).padding(12));
        }
        let list = scrollable(list).id(Id::new(LIST)).height(ROW * SEEN).style(theme::scroll(c));
        let title = text(self.title()).size(theme::SMALL).color(c.dim);
        container(column![title, field, list].spacing(8))
            .width(width)
            .padding(padding::all(12))
            .style(theme::floating(c))
            .into()
    }

    fn row<'a>(
        &'a self,
        row_: usize,
        item: &'a Item,
        width: f32,
        c: &'static Colors,
    ) -> Element<'a, Screened> {
        let tint = if item.group.is_some() { c.family(item.group) } else { iced::Color::TRANSPARENT };
        let mark = container(space()).width(3).height(24).style(move |_| container::Style {
            background: Some(tint.into()),
            border: iced::border::rounded(1.5),
            ..container::Style::default()
        });
        let room = width - 90.0 - length(&item.side) * theme::SMALL;
        let detail = cut(&item.detail, room / theme::SMALL).into_owned();
        let words = column![
            text(&item.title).size(theme::TEXT),
            text(detail).size(theme::SMALL).color(c.dim).wrapping(iced::widget::text::Wrapping::None),
        ];
        let words = container(words).width(Fill).clip(true);
        let side = text(&item.side).size(theme::SMALL).color(c.dim);
        button(row![mark, words, side].spacing(10).align_y(Center))
            .width(Fill)
            .height(ROW)
            .padding([2, 8])
            .style(theme::row(c, row_ == self.at))
            .on_press(Screened::Search(Message::Pick(row_)))
            .into()
    }
}

impl Screen {
    /// Opens the search.
    pub(super) fn search_for(&mut self, purpose: Purpose) -> Task<Screened> {
        let items = self.items(&purpose);
        self.search = Some(State::new(purpose, items));
        operation::focus(Id::new(FIELD))
    }

    /// Opens the search for a port of a card; where only one fits, that is taken at once.
    pub(super) fn choose(&mut self, purpose: Purpose) -> Task<Screened> {
        let items = self.items(&purpose);
        match items.as_slice() {
            [] => {
                self.notice = Some(Notice::tell("Nothing there takes that cable: it has no port that fits."));
                Task::none()
            }
            [only] => {
                let act = only.act.clone();
                self.act(purpose, act)
            }
            _ => self.search_for(purpose),
        }
    }

    pub(super) fn searched(&mut self, message: Message) -> Task<Screened> {
        let Some(state) = &mut self.search else { return Task::none() };
        match message {
            Message::Typed(typed) => {
                state.type_in(typed);
                operation::snap_to(Id::new(LIST), scrollable::RelativeOffset { x: 0.0, y: 0.0 })
            }
            Message::Pick(row) => self.take(row),
            Message::Submit => {
                let at = state.at;
                self.take(at)
            }
        }
    }

    fn take(&mut self, row: usize) -> Task<Screened> {
        let Some(state) = self.search.take() else { return Task::none() };
        match state.named().or_else(|| state.chosen(row)) {
            Some(act) => self.act(state.purpose, act),
            None => {
                self.search = Some(state);
                Task::none()
            }
        }
    }

    fn act(&mut self, purpose: Purpose, act: Act) -> Task<Screened> {
        match (purpose, act) {
            (Purpose::Add { at, link }, Act::Kind(kind)) => self.add(&kind, at, link),
            (Purpose::Replace(id), Act::Kind(kind)) => {
                let planned =
                    crate::edits::replace(self.document.patch(), &self.scope(), &id, &kind, &self.shelf);
                self.planned(&format!("replace {id} by {kind}"), planned);
            }
            (Purpose::Connect { from, out, taken, .. }, Act::End(end)) => {
                let (from, to) = if out { (from, end) } else { (end, from) };
                self.connect(from, to, taken);
            }
            (Purpose::SavePreset(id), Act::Name(name)) => self.save_preset(&id, &name),
            (Purpose::Preset(id), Act::Preset(path)) => self.apply_preset(&id, &path),
            (Purpose::Add { at, .. }, Act::Preset(path)) => self.insert_preset(&path, at),
            (Purpose::Add { at, .. }, Act::Comment) => return self.comment(at),
            (_, Act::Command(command)) => return self.run(command),
            (_, Act::File(path)) => return self.open(path),
            _ => {}
        }
        Task::none()
    }

    /// A key while the search is open.
    pub(super) fn search_key(&mut self, chord: &Chord, command: Option<Command>) -> Task<Screened> {
        let Some(state) = &mut self.search else { return Task::none() };
        let last = state.found.len().saturating_sub(1);
        let page = SEEN as usize - 1;
        state.at = match chord.key.as_str() {
            "ArrowDown" => (state.at + 1).min(last),
            "ArrowUp" => state.at.saturating_sub(1),
            "PageDown" => (state.at + page).min(last),
            "PageUp" => state.at.saturating_sub(page),
            "Enter" => {
                let at = state.at;
                return self.take(at);
            }
            _ if command == Some(Command::Cancel) => {
                self.search = None;
                return Task::none();
            }
            _ => return Task::none(),
        };
        let beyond = (state.found.len() as f32 - SEEN).max(1.0);
        let y = ((state.at as f32 - SEEN / 2.0) / beyond).clamp(0.0, 1.0);
        operation::snap_to(Id::new(LIST), scrollable::RelativeOffset { x: 0.0, y })
    }

    fn items(&self, purpose: &Purpose) -> Vec<Item> {
        match purpose {
            Purpose::Command => COMMANDS
                .iter()
                .map(|entry| Item {
                    title: entry.title.into(),
                    detail: entry.id.into(),
                    side: self.keymap.key(entry.command).unwrap_or_default(),
                    group: None,
                    act: Act::Command(entry.command),
                })
                .collect(),
            Purpose::Add { link, .. } => {
                let mut items = self.kinds(|ports| match link {
                    None => true,
                    Some((end, out)) => self.answers(ports, end, *out),
                });
                if link.is_none() {
                    let own = self.presets(crate::presets::Of::Subpatches).into_iter();
                    items
                        .extend(own.map(|p| kept(p.name, "A sub-patch that was kept.", Act::Preset(p.path))));
                }
                items.extend(link.is_none().then(|| Item {
                    title: "Comment".into(),
                    detail: "Words on the canvas.".into(),
                    side: String::new(),
                    group: None,
                    act: Act::Comment,
                }));
                items
            }
            Purpose::Recent => (self.session.kept.recent.iter().filter(|path| path.is_file()))
                .map(|path| Item {
                    title: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                    detail: super::files::folder(path).display().to_string(),
                    side: String::new(),
                    group: None,
                    act: Act::File(path.clone()),
                })
                .collect(),
            Purpose::Replace(_) => self.kinds(|_| true),
            Purpose::SavePreset(id) => {
                let over =
                    |p: crate::presets::Preset| kept(p.name.clone(), "Is replaced.", Act::Name(p.name));
                self.presets_of(id).into_iter().map(over).collect()
            }
            Purpose::Preset(id) => {
                let set = |p: crate::presets::Preset| kept(p.name, "", Act::Preset(p.path));
                self.presets_of(id).into_iter().map(set).collect()
            }
            Purpose::Connect { from, out, node, .. } => self.ends(from, *out, node.as_deref()),
        }
    }

    /// Whether a node has a port that fits an end.
    fn answers(&self, ports: &Ports, end: &Endpoint, out: bool) -> bool {
        let own = self.ports(&end.node);
        match out {
            true => own
                .output(&end.port)
                .is_some_and(|from| ports.inputs.iter().any(|to| ports::fits(from.sort, to.sort).is_ok())),
            false => own
                .target(&end.port)
                .is_some_and(|to| ports.outputs.iter().any(|from| ports::fits(from.sort, to.sort).is_ok())),
        }
    }

    /// All kinds that will do: those that were used last first, then the shelf, then the patch's own.
    fn kinds(&self, will_do: impl Fn(&Ports) -> bool) -> Vec<Item> {
        let patch = self.document.patch();
        let shelf = self.shelf.kinds().iter().filter(|d| will_do(&Ports::declared(d))).map(|d| Item {
            title: d.title.into(),
            detail: d.help.into(),
            side: d.name.into(),
            group: Some(d.group),
            act: Act::Kind(d.name.into()),
        });
        // A sub-patch can't hold itself.
        let inside = self.scope();
        let own = patch.subpatches.keys().filter(|name| Some(*name) != inside.as_ref()).map(|name| Item {
            title: name.clone(),
            detail: "A sub-patch of this patch.".into(),
            side: "sub-patch".into(),
            group: None,
            act: Act::Kind(name.clone()),
        });
        let port = |kind: &str, detail: &str| Item {
            title: if kind == "input" { "Input".into() } else { "Output".into() },
            detail: detail.into(),
            side: kind.into(),
            group: None,
            act: Act::Kind(kind.into()),
        };
        let mut ports = vec![port(
            "output",
            if inside.is_some() { "What goes out of this sub-patch." } else { "What is heard." },
        )];
        if inside.is_some() {
            ports.push(port("input", "What comes into this sub-patch."));
        }
        let mut items: Vec<Item> = shelf.chain(own).chain(ports).collect();
        let used = |item: &Item| match &item.act {
            Act::Kind(kind) => self.session.kept.used.iter().position(|k| k == kind).unwrap_or(usize::MAX),
            _ => usize::MAX,
        };
        items.sort_by_key(used);
        items
    }

    /// All ends that a cable could have, of one node or of any.
    fn ends(&self, from: &Endpoint, out: bool, node: Option<&str>) -> Vec<Item> {
        let own = self.ports(&from.node);
        let held = if out { own.output(&from.port) } else { own.target(&from.port) };
        let Some(held) = held.map(|p| p.sort) else { return Vec::new() };
        let mut items = Vec::new();
        for card in self.scene.cards.iter().filter(|c| node.is_none_or(|id| id == c.id)) {
            let ports = self.ports(&card.id);
            let there: Vec<&ports::Port> = match out {
                true => ports.inputs.iter().chain(&ports.values).collect(),
                false => ports.outputs.iter().collect(),
            };
            for port in there {
                let sorts = if out { (held, port.sort) } else { (port.sort, held) };
                let same = card.id == from.node && node.is_none();
                if ports::fits(sorts.0, sorts.1).is_ok() && !same {
                    items.push(Item {
                        title: if port.name.is_empty() {
                            card.title.clone()
                        } else {
                            format!("{} {}", card.title, port.name)
                        },
                        detail: port.help.clone(),
                        side: match port.sort {
                            ports::Sort::Sound => "sound",
                            ports::Sort::Notes => "notes",
                            ports::Sort::Value => "parameter",
                        }
                        .into(),
                        group: card.group,
                        act: Act::End(ports::end(&card.id, &port.name)),
                    });
                }
            }
        }
        items
    }
}
