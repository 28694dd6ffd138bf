//! The screen: what is shown, what happens to it, and what follows.
//!
//! Event → gesture → intent → edit → document → engine. Each pane is a file: what it shows, what it tells, and what of
//! that the screen has to do.

pub mod bar;
mod commands;
mod dialogs;
pub mod export;
mod files;
mod follow;
pub mod gallery;
pub mod hints;
pub mod history;
pub mod inspector;
mod intents;
mod keys;
pub mod marks;
mod message;
pub mod meters;
mod notice;
pub mod outline;
pub mod path;
pub mod pins;
mod presets;
pub mod search;
pub mod shelf;
mod show;
pub mod steps;
mod view;
mod ways;

pub use dialogs::{Answer, Ask, Dialogs, Given, System};
pub use keys::heard;
pub use message::Message;
pub use notice::Notice;

use crate::document::Document;
use crate::geometry::Point;
use crate::gesture::Gesture;
use crate::keymap::{Command, Keymap};
use crate::live::{Live, Output};
use crate::picture::{Picture, Pictures};
use crate::scene::Scene;
use crate::session::{Kept, Session, View};
use iced::Task;
use signalbox_engine::compile::Problem;
use signalbox_engine::node::Shelf;
use signalbox_engine::patch::Scope;
use signalbox_live::Pulse;
use signalbox_studio::assets::Files;
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How the editor is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The patch to open; the first patch if there is none.
    pub path: Option<PathBuf>,
    /// A patch to begin with that lies in no file, and the folder that its files lie in.
    pub patch: Option<(signalbox_engine::patch::Patch, PathBuf)>,
    /// Where what is kept from one start to the next lies; nothing is kept where there is none.
    pub home: Option<PathBuf>,
    /// Where sound goes.
    pub output: Output,
    /// Whether the song stands at the start.
    pub stands: bool,
}

/// The screen.
pub struct Screen {
    /// The document.
    pub document: Document,
    /// How it is looked at.
    pub session: Session,
    /// How it sounds.
    pub live: Live,
    /// What is seen of it.
    pub scene: Scene,
    shelf: Arc<Shelf>,
    /// What is seen while a drag has not ended.
    dragged: Option<Dragged>,
    gesture: Gesture,
    keymap: Keymap,
    pictures: Pictures,
    shown: HashMap<String, Arc<Picture>>,
    wrong: BTreeSet<String>,
    search: Option<search::State>,
    inspector: inspector::State,
    /// What is being written on the mark that is selected.
    written: Option<String>,
    /// What is heard at the selected node.
    heard: inspector::live::Heard,
    meters: meters::State,
    export: export::State,
    gallery: Option<gallery::State>,
    path: Option<path::State>,
    /// The key that was pressed last, for others who look on.
    pressed: Option<show::Pressed>,
    /// What stands on the shelf.
    stand: shelf::State,
    pins: pins::State,
    /// The schedule, while it is shown.
    steps: Option<steps::State>,
    /// The output that the pointer stands over.
    over: Option<(String, String)>,
    /// When it was asked last what nodes cost.
    measured: Instant,
    notice: Option<Notice>,
    dialogs: Arc<dyn Dialogs>,
    home: Option<PathBuf>,
    folder: PathBuf,
    /// The sound files of the patch, for what is tried before it is done.
    files: Files,
    copied: String,
    size: Point,
    /// Whether the view is to show all as soon as it is known how large the canvas is.
    fits: bool,
    /// Whether something moves, so that it is drawn thirty times a second.
    moves: bool,
    started: Instant,
    odd: bool,
    /// The revision that was saved by itself, and when.
    kept: (u64, Instant),
    quits: bool,
}

/// What is seen while a drag has not ended, and how far it is moved in it.
struct Dragged {
    scene: Scene,
    by: Point,
}

/// How often it is asked what nodes cost, while that is shown.
const COSTS: Duration = Duration::from_secs(1);

/// The patch of the first start.
pub const FIRST: &str = include_str!("first.json");

impl Screen {
    /// The screen at the start.
    pub fn new(options: Options, dialogs: Arc<dyn Dialogs>) -> Self {
        let kept = options.home.as_deref().map(Kept::read).unwrap_or_default();
        let mut notice = None;
        let first = || {
            // The first patch is tried by a test.
            Document::new(signalbox_engine::patch::file::read(FIRST).unwrap_or_default())
        };
        let mut folder = PathBuf::new();
        let document = match (&options.path, options.patch) {
            (_, Some((patch, beside))) => {
                folder = beside;
                Document::new(patch)
            }
            (Some(path), None) => {
                folder = files::folder(path);
                Document::open(path).unwrap_or_else(|problem| {
                    notice = Some(Notice::tell(problem.to_string()));
                    Document::default()
                })
            }
            (None, None) => first(),
        };
        let shelf = Arc::new(signalbox_studio::shelf());
        let live = Live::new(options.output, folder.clone(), kept.volume, shelf.clone());
        let mut screen = Self {
            document,
            session: Session { kept, ..Session::default() },
            live,
            scene: Scene::default(),
            shelf,
            dragged: None,
            gesture: Gesture::Idle,
            keymap: Keymap::default(),
            pictures: Pictures::default(),
            shown: HashMap::new(),
            wrong: BTreeSet::new(),
            search: None,
            inspector: inspector::State::default(),
            written: None,
            heard: inspector::live::Heard::default(),
            meters: meters::State::default(),
            export: export::State::default(),
            gallery: None,
            path: None,
            pressed: None,
            stand: shelf::State::default(),
            pins: pins::State::default(),
            steps: None,
            over: None,
            measured: Instant::now(),
            notice,
            dialogs,
            home: options.home,
            files: Files::new(folder.clone()),
            folder,
            copied: String::new(),
            size: Point::new(800.0, 600.0),
            fits: true,
            moves: false,
            started: Instant::now(),
            odd: false,
            kept: (0, Instant::now()),
            quits: false,
        };
        screen.read_keys();
        screen.find_lost();
        if let Some(path) = screen.document.path().map(PathBuf::from) {
            screen.session.kept.opened(&path);
        }
        screen.changed();
        screen.look_for_sounds();
        screen.live.play(!options.stands);
        screen
    }

    /// Which graph is looked at.
    pub fn scope(&self) -> Scope {
        self.session.scope(self.document.patch())
    }

    /// What the window is called.
    pub fn title(&self) -> String {
        let mark = if self.document.is_changed() { " •" } else { "" };
        format!("{}{mark} – Signalbox", self.document.name())
    }

    /// Whether it has to look again soon by itself: something moves, or is still to come.
    pub fn moves(&self) -> bool {
        let listens = self.stand.listens() || self.inspector.learns();
        self.moves || listens || self.draws() || self.walks() || self.session.kept.presents
    }

    /// Tells from elsewhere whether it is worth looking at what plays.
    pub fn pulse(&self) -> Pulse {
        self.live.pulse()
    }

    /// Whether the steps of the schedule are still to come.
    pub fn walks(&self) -> bool {
        self.steps.as_ref().is_some_and(steps::State::waits)
    }

    /// Whether pictures of nodes are still being made.
    pub fn draws(&self) -> bool {
        self.pictures.waits()
    }

    /// Whether the window is to close.
    pub fn quits(&self) -> bool {
        self.quits
    }

    /// What is wrong with the patch. That nothing is heard of an empty one is no mistake.
    fn mistakes(&self) -> &[Problem] {
        if self.document.patch().graph.nodes.is_empty() { &[] } else { self.live.problems() }
    }

    /// What is told at the moment.
    pub fn notice(&self) -> Option<&Notice> {
        self.notice.as_ref()
    }

    /// What happens, and what follows from it.
    pub fn update(&mut self, message: Message) -> Task<Message> {
        match message {
            Message::Canvas(told) => return self.canvas(told),
            Message::Key(chord) => return self.key(&chord),
            Message::Escaped => {
                self.search = None;
                self.export.close();
                self.gallery = None;
                self.path = None;
                self.stand.leave();
                self.inspector.forget();
                self.written = None;
            }
            Message::Mark(message) => return self.on_mark(message),
            Message::Run(command) => return self.run(command),
            Message::Tick => return self.tick(),
            Message::Search(message) => return self.searched(message),
            Message::Inspector(message) => return self.inspected(message),
            Message::Volume(turn) => self.turn_volume(turn),
            Message::Shelf(message) => return self.shelved(message),
            Message::Gallery(message) => return self.galleried(message),
            Message::Export(message) => return self.exports(message),
            Message::Pasted(text) => self.paste(text),
            Message::Given(ask, given) => return self.given(ask, given),
            Message::Path(message) => return self.pathed(message),
            Message::Notice(answer) => return self.answered(answer),
            Message::Hint(hint) => self.put_away(hint),
            Message::GoTo(done) => {
                self.document.go_to(done);
                self.changed();
            }
            Message::CopySteps(step) => return self.copy_steps(step),
            Message::Select(path) => {
                self.session.outlined = true;
                self.select(path);
            }
            Message::Scrub(turn) => self.scrub_to(turn),
            Message::HearAll => {
                self.session.solo = None;
                self.changed();
            }
            Message::Leave(count) => self.leave(count),
            Message::Close => return self.run(Command::Quit),
            Message::Resized(width, height) => self.session.kept.window = (width, height),
            Message::Dropped(path) => return self.take_file(path),
        }
        Task::none()
    }

    fn view_of(&self) -> View {
        self.session.view().unwrap_or_default()
    }
}

/// A problem in words. What is wrong with all of the patch needs no place.
fn told(problem: &Problem) -> String {
    match problem.place.as_str() {
        "the patch" => sentence(&problem.what),
        place => format!("{place}: {}", sentence(&problem.what)),
    }
}

/// A sentence of a text: it begins with a capital letter and ends with a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let rest = letters.as_str();
    let end = if rest.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{rest}{end}")
}
