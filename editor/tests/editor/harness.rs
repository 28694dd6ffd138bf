//! The screen without a window: events go in, messages are applied at once, pictures come out. The processor draws.

use iced::advanced::clipboard::{Clipboard, Kind};
use iced::advanced::renderer::{Headless, Style};
use iced::advanced::widget::Operation;
use iced::futures::{StreamExt, executor::block_on};
use iced::keyboard::{self, Key, Modifiers, key};
use iced::{Event, Point, Rectangle, Renderer, Size, Task, mouse, window};
use iced_runtime::user_interface::{Cache, UserInterface};
use iced_runtime::{Action, clipboard, task};
use signalbox_editor::keymap::Command;
use signalbox_editor::screen::{self, Ask, Dialogs, Given, Message, Options, Screen};
use signalbox_editor::{Output, theme};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What a dialog is to give, as if somebody had chosen it.
#[derive(Clone, Default)]
pub struct Chooser(Arc<Mutex<Option<Given>>>);

impl Chooser {
    /// The next dialog gives this.
    pub fn chooses(&self, path: &Path) {
        *self.0.lock().expect("nobody panics here") = Some(Given::Path(path.into()));
    }

    /// There is no dialog the next time.
    pub fn is_missing(&self) {
        *self.0.lock().expect("nobody panics here") = Some(Given::NoDialog);
    }
}

impl Dialogs for Chooser {
    fn ask(&self, _: &Ask, _: &Path, _: &str) -> screen::Answer {
        let chosen = self.0.lock().expect("nobody panics here").take();
        Box::pin(async move { chosen.unwrap_or(Given::Nothing) })
    }
}

#[derive(Default)]
struct Copied(Option<String>);

impl Clipboard for Copied {
    fn read(&self, _: Kind) -> Option<String> {
        self.0.clone()
    }

    fn write(&mut self, _: Kind, contents: String) {
        self.0 = Some(contents);
    }
}

/// The screen, somebody's hands, and what they see.
pub struct Harness {
    pub screen: Screen,
    pub chooser: Chooser,
    pub exited: bool,
    cache: Option<Cache>,
    renderer: Renderer,
    size: Size,
    pointer: Point,
    held: Modifiers,
    copied: Copied,
    /// Where the last click was, and when.
    last: Option<(Point, Instant)>,
}

/// Two clicks in a place within this time are a double click.
const TWICE: Duration = Duration::from_millis(310);

/// A patch from its text.
pub fn patch(text: &str) -> signalbox_engine::patch::Patch {
    signalbox_engine::patch::file::read(text).expect("a patch")
}

/// The patch of the first start.
pub fn first() -> Options {
    Options { output: Output { deaf: true, ..Output::default() }, ..Options::default() }
}

/// A patch from its text.
pub fn with(text: &str) -> Options {
    Options { patch: Some((patch(text), PathBuf::new())), ..first() }
}

impl Harness {
    pub fn new(options: Options) -> Self {
        Self::sized(options, 1280.0, 800.0)
    }

    pub fn sized(options: Options, width: f32, height: f32) -> Self {
        let renderer = block_on(<Renderer as Headless>::new(theme::FONT, 16.0.into(), Some("tiny-skia")));
        let chooser = Chooser::default();
        let mut harness = Self {
            screen: Screen::new(options, Arc::new(chooser.clone())),
            chooser,
            exited: false,
            cache: Some(Cache::new()),
            renderer: renderer.expect("the processor draws"),
            size: Size::new(width, height),
            pointer: Point::new(1.0, 1.0),
            held: Modifiers::empty(),
            copied: Copied::default(),
            last: None,
        };
        harness.redraw();
        harness
    }

    /// One event; what it leads to is applied at once.
    pub fn does(&mut self, event: Event) {
        if let Event::Mouse(mouse::Event::CursorMoved { position }) = &event {
            self.pointer = *position;
        }
        let cursor = mouse::Cursor::Available(self.pointer);
        let cache = self.cache.take().unwrap_or_default();
        let mut messages = Vec::new();
        let mut ui = UserInterface::build(self.screen.view(), self.size, cache, &mut self.renderer);
        let events = [event.clone()];
        let (_, statuses) = ui.update(&events, cursor, &mut self.renderer, &mut self.copied, &mut messages);
        self.cache = Some(ui.into_cache());
        // As the window's subscription does.
        if let (Event::Keyboard(event), [status]) = (&event, statuses.as_slice()) {
            messages.extend(screen::heard(event, *status == iced::event::Status::Captured));
        }
        messages.into_iter().for_each(|message| self.send(message));
    }

    /// What was copied last.
    pub fn clipboard(&self) -> Option<String> {
        self.copied.0.clone()
    }

    pub fn send(&mut self, message: Message) {
        let task = self.screen.update(message);
        self.follow(task);
    }

    fn follow(&mut self, task: Task<Message>) {
        let Some(mut actions) = task::into_stream(task) else { return };
        while let Some(action) = block_on(actions.next()) {
            match action {
                Action::Output(message) => self.send(message),
                Action::Widget(operation) => self.operate(operation),
                Action::Clipboard(clipboard::Action::Read { channel, .. }) => {
                    let _ = channel.send(self.copied.0.clone());
                }
                Action::Clipboard(clipboard::Action::Write { contents, .. }) => {
                    self.copied.0 = Some(contents)
                }
                Action::Exit => self.exited = true,
                _ => {}
            }
        }
    }

    fn operate(&mut self, mut operation: Box<dyn Operation>) {
        let cache = self.cache.take().unwrap_or_default();
        let mut ui = UserInterface::build(self.screen.view(), self.size, cache, &mut self.renderer);
        loop {
            ui.operate(&self.renderer, operation.as_mut());
            match operation.finish() {
                iced::advanced::widget::operation::Outcome::Chain(next) => operation = next,
                _ => break,
            }
        }
        self.cache = Some(ui.into_cache());
    }

    /// A frame, as the window asks for it.
    pub fn redraw(&mut self) {
        self.does(Event::Window(window::Event::RedrawRequested(Instant::now())));
        self.does(Event::Window(window::Event::RedrawRequested(Instant::now())));
    }

    pub fn run(&mut self, command: Command) {
        self.send(Message::Run(command));
        self.redraw();
    }

    pub fn moves(&mut self, to: Point) {
        self.does(Event::Mouse(mouse::Event::CursorMoved { position: to }));
    }

    pub fn presses(&mut self) {
        self.does(Event::Mouse(mouse::Event::ButtonPressed(mouse::Button::Left)));
    }

    pub fn lets_go(&mut self) {
        self.does(Event::Mouse(mouse::Event::ButtonReleased(mouse::Button::Left)));
    }

    /// One click, which is not the second of a double click.
    pub fn clicks(&mut self, at: Point) {
        if self.last.is_some_and(|(place, when)| place == at && when.elapsed() < TWICE) {
            std::thread::sleep(TWICE);
        }
        self.last = Some((at, Instant::now()));
        self.moves(at);
        self.presses();
        self.lets_go();
    }

    pub fn double_clicks(&mut self, at: Point) {
        for _ in 0..2 {
            self.last = None;
            self.clicks(at);
        }
    }

    pub fn drags(&mut self, from: Point, to: Point) {
        self.moves(from);
        self.presses();
        for k in 1..=6 {
            self.moves(from + (to - from) * (k as f32 / 6.0));
        }
        self.lets_go();
        // Another press there is no double click.
        self.moves(Point::new(1.0, 1.0));
    }

    pub fn scrolls(&mut self, at: Point, lines: f32) {
        self.moves(at);
        let delta = mouse::ScrollDelta::Lines { x: 0.0, y: lines };
        self.does(Event::Mouse(mouse::Event::WheelScrolled { delta }));
    }

    pub fn holds(&mut self, held: Modifiers) {
        self.held = held;
        self.does(Event::Keyboard(keyboard::Event::ModifiersChanged(held)));
    }

    /// Presses a key, written as in the keymap: `Ctrl+Z`, `Tab`, `a`.
    pub fn key(&mut self, chord: &str) {
        let mut rest = chord;
        let mut held = Modifiers::empty();
        while let Some((name, after)) = rest.split_once('+').filter(|(_, after)| !after.is_empty()) {
            held |= match name {
                "Ctrl" => Modifiers::COMMAND,
                "Shift" => Modifiers::SHIFT,
                "Alt" => Modifiers::ALT,
                other => panic!("no such key: {other}"),
            };
            rest = after;
        }
        let named = |named: key::Named| (Key::Named(named), None);
        let (key, text) = match rest {
            "Tab" => named(key::Named::Tab),
            "Enter" => named(key::Named::Enter),
            "Escape" => named(key::Named::Escape),
            "Delete" => named(key::Named::Delete),
            "F2" => named(key::Named::F2),
            "PageDown" => named(key::Named::PageDown),
            "PageUp" => named(key::Named::PageUp),
            "ArrowLeft" => named(key::Named::ArrowLeft),
            "ArrowRight" => named(key::Named::ArrowRight),
            "ArrowUp" => named(key::Named::ArrowUp),
            "ArrowDown" => named(key::Named::ArrowDown),
            "Space" => (Key::Named(key::Named::Space), Some(" ".into())),
            letter => (Key::Character(letter.to_lowercase().into()), Some(letter.into())),
        };
        self.holds(held);
        let text = text.filter(|_| !held.command() && !held.alt());
        let physical_key = key::Physical::Unidentified(key::NativeCode::Unidentified);
        let (location, modifiers) = (keyboard::Location::Standard, held);
        let modified_key = key.clone();
        self.does(Event::Keyboard(keyboard::Event::KeyPressed {
            key: key.clone(),
            modified_key: modified_key.clone(),
            physical_key,
            location,
            modifiers,
            text,
            repeat: false,
        }));
        self.does(Event::Keyboard(keyboard::Event::KeyReleased {
            key,
            modified_key,
            physical_key,
            location,
            modifiers,
        }));
        self.holds(Modifiers::empty());
        self.redraw();
    }

    /// Types a text, letter by letter.
    pub fn types(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                ' ' => self.key("Space"),
                letter => self.key(&letter.to_string()),
            }
        }
    }

    /// Where a text stands that is seen.
    pub fn find(&mut self, wanted: &str) -> Option<Rectangle> {
        struct Finder(String, Arc<Mutex<Option<Rectangle>>>);
        impl Operation for Finder {
            fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation)) {
                operate(self);
            }
            fn text(&mut self, _: Option<&iced::advanced::widget::Id>, bounds: Rectangle, text: &str) {
                let mut found = self.1.lock().expect("nobody panics here");
                if text == self.0 && found.is_none() {
                    *found = Some(bounds);
                }
            }
        }
        let found = Arc::new(Mutex::new(None));
        self.operate(Box::new(Finder(wanted.into(), found.clone())));
        *found.lock().expect("nobody panics here")
    }

    pub fn sees(&mut self, text: &str) -> bool {
        self.find(text).is_some()
    }

    /// Clicks on a text.
    pub fn clicks_on(&mut self, text: &str) {
        let at = self.find(text).unwrap_or_else(|| panic!("`{text}` is not seen")).center();
        self.clicks(at);
        self.redraw();
    }

    /// Where a place of the graph is in the window.
    pub fn at(&mut self, place: signalbox_editor::geometry::Point) -> Point {
        // The first card tells how the graph lies in the window.
        let card = self.screen.scene.cards.first().expect("a node").clone();
        let seen = self.find(&card.title).expect("it is seen");
        let zoom = seen.width / card.rect.size.x;
        Point::new(seen.x + (place.x - card.rect.at.x) * zoom, seen.y + (place.y - card.rect.at.y) * zoom)
    }

    /// Where a port is in the window.
    pub fn port(&mut self, node: &str, name: &str, out: bool) -> Point {
        let (card, socket) =
            self.screen.scene.find(node, name, out).unwrap_or_else(|| panic!("no port {node}.{name}"));
        let at = self.screen.scene.cards[card].sockets[socket].at;
        self.at(at)
    }

    /// The head of a node, where it is taken hold of.
    pub fn head(&mut self, node: &str) -> Point {
        let card = self.screen.scene.card(node).unwrap_or_else(|| panic!("no node {node}"));
        let at = card.rect.at + signalbox_editor::geometry::Point::new(70.0, 14.0);
        self.at(at)
    }

    /// Ticks until something holds.
    pub fn until(&mut self, what: &str, holds: impl Fn(&Screen) -> bool) {
        let start = Instant::now();
        while !holds(&self.screen) {
            assert!(start.elapsed() < Duration::from_secs(30), "not in time: {what}");
            std::thread::sleep(Duration::from_millis(5));
            self.send(Message::Tick);
        }
    }

    /// What is wrong with the patch, when that is known.
    pub fn problems(&mut self) -> Vec<String> {
        self.until("it is known what becomes of the patch", |s| !s.live.waits());
        self.screen.live.problems().iter().map(ToString::to_string).collect()
    }

    /// The cables of the patch, as `from>to`.
    pub fn cables(&self) -> Vec<String> {
        let cables = self.screen.document.patch().graph.cables.values();
        cables.map(|c| format!("{}>{}", c.from, c.to)).collect()
    }

    /// What is seen, in rows of red, green, blue, at a scale.
    pub fn picture(&mut self, scale: f32) -> (u32, u32, Vec<u8>) {
        self.redraw();
        let cache = self.cache.take().unwrap_or_default();
        let mut ui = UserInterface::build(self.screen.view(), self.size, cache, &mut self.renderer);
        let theme = self.screen.theme();
        let style = self.screen.style(&theme);
        let cursor = mouse::Cursor::Available(self.pointer);
        // Widgets learn how they stand when a frame is asked for.
        let frame = [Event::Window(window::Event::RedrawRequested(Instant::now()))];
        ui.update(&frame, cursor, &mut self.renderer, &mut self.copied, &mut Vec::new());
        ui.draw(&mut self.renderer, &theme, &Style { text_color: style.text_color }, cursor);
        self.cache = Some(ui.into_cache());
        let size = Size::new((self.size.width * scale) as u32, (self.size.height * scale) as u32);
        let pixels = Headless::screenshot(&mut self.renderer, size, scale, style.background_color);
        (size.width, size.height, pixels.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect())
    }
}

/// Writes a picture.
pub fn write_png(path: &Path, (width, height, pixels): &(u32, u32, Vec<u8>)) {
    let file = std::fs::File::create(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut encoder = png::Encoder::new(std::io::BufWriter::new(file), *width, *height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().expect("a picture");
    writer.write_image_data(pixels).expect("it is written");
}

/// Reads a picture.
pub fn read_png(path: &Path) -> (u32, u32, Vec<u8>) {
    let file = std::fs::File::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut reader = png::Decoder::new(std::io::BufReader::new(file)).read_info().expect("a picture");
    let mut pixels = vec![0; reader.output_buffer_size().expect("it fits into memory")];
    let info = reader.next_frame(&mut pixels).expect("a picture");
    pixels.truncate(info.buffer_size());
    (info.width, info.height, pixels)
}
