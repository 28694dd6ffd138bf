//! Asks for a file in the window itself, where the system has no dialog for that: its path is typed, and what lies there
//! is listed.

use super::dialogs::Ask;
use super::{Message as Screened, Screen};
use crate::keymap::{Chord, Command};
use crate::theme::{self, Colors};
use iced::widget::{Id, button, column, container, operation, row, scrollable, space, text, text_input};
use iced::{Center, Element, Fill, Task, padding};
use std::path::{Path, PathBuf};

/// What is asked, and what is typed.
pub struct State {
    ask: Ask,
    typed: String,
    /// What lies there; the names of folders end as those do.
    list: Vec<String>,
    at: Option<usize>,
    wrong: Option<String>,
    /// The file that is there already, once that was told.
    over: Option<PathBuf>,
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Message {
    /// Something was typed.
    Typed(String),
    /// A row was pressed.
    Take(usize),
    /// It is meant so.
    Go,
    /// It is put away.
    Close,
}

/// The names of the field and of the list.
const FIELD: &str = "path";
const LIST: &str = "what lies there";
/// The height of a row, and how many are seen.
const ROW: f32 = 28.0;
const SEEN: f32 = 8.0;
/// What ends the name of a folder.
const END: char = std::path::MAIN_SEPARATOR;

/// What was typed, as a path; `~` is the user's own folder.
fn path(typed: &str) -> PathBuf {
    match typed.strip_prefix('~').map(|rest| (rest.strip_prefix(END), rest.is_empty())) {
        Some((Some(rest), _)) => std::env::home_dir().unwrap_or_default().join(rest),
        Some((None, true)) => std::env::home_dir().unwrap_or_default(),
        _ => typed.into(),
    }
}

/// The folder of what was typed, with its end, and the name behind it.
fn parts(typed: &str) -> (&str, &str) {
    typed.split_at(typed.rfind(END).map_or(0, |at| at + END.len_utf8()))
}

/// What lies in a folder and may be meant, folders first; hidden files where a name is typed like theirs.
fn entries(ask: &Ask, folder: &Path, name: &str) -> Vec<String> {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let there = std::fs::read_dir(here).into_iter().flatten().flatten().filter_map(|entry| {
        let file = entry.path();
        let mut own = entry.file_name().to_string_lossy().into_owned();
        let inside = file.is_dir();
        let fits = inside || ask.fits(&file);
        if inside {
            own.push(END);
        }
        (fits && (name.starts_with('.') || !own.starts_with('.'))).then_some((
            !inside,
            own.to_lowercase(),
            own,
        ))
    });
    let mut all: Vec<(bool, String, String)> = there.collect();
    all.sort();
    let typed = name.to_lowercase();
    // Where nothing begins so, a new name is typed: then it helps to see all.
    if all.iter().any(|(_, low, _)| low.starts_with(&typed)) {
        all.retain(|(_, low, _)| low.starts_with(&typed));
    }
    all.into_iter().map(|(.., own)| own).collect()
}

impl State {
    fn new(ask: Ask, folder: &Path, name: &str) -> Self {
        // A patch that lies nowhere yet goes where the editor was started.
        let here = || std::env::current_dir().unwrap_or_default();
        let folder = if folder.as_os_str().is_empty() { here() } else { folder.into() };
        let own = if ask.writes() { name } else { "" };
        let typed = folder.join(own).display().to_string();
        let mut state =
            Self { ask, typed: String::new(), list: Vec::new(), at: None, wrong: None, over: None };
        state.type_in(typed);
        state
    }

    fn type_in(&mut self, typed: String) {
        let (folder, name) = parts(&typed);
        self.list = entries(&self.ask, &path(folder), name);
        (self.at, self.wrong, self.over) = (None, None, None);
        self.typed = typed;
    }

    /// Takes a row of the list over; whether that is a file.
    fn take(&mut self, row: usize) -> bool {
        let Some(name) = self.list.get(row) else { return false };
        let file = !name.ends_with(END);
        let typed = format!("{}{name}", parts(&self.typed).0);
        self.type_in(typed);
        file
    }

    /// What was typed, where it will do; else why it does not. A file that is there is replaced at the second time.
    fn taken(&mut self) -> Result<PathBuf, String> {
        let typed = self.typed.trim();
        let path = path(typed);
        if typed.is_empty() || (typed.ends_with(END) || path.is_dir()) && !self.ask.is_folder() {
            return Err("Type the name of a file.".into());
        }
        if !self.ask.writes() {
            let there = path.is_file();
            return if there { Ok(path) } else { Err(format!("There is no file {}.", path.display())) };
        }
        let path = self.ask.complete(path);
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|f| !f.is_dir()) {
            return Err(format!("There is no folder {}.", folder.display()));
        }
        if path.is_file() && self.over.as_ref() != Some(&path) {
            let told = format!("{} is there already. Once more, and it is replaced.", path.display());
            self.over = Some(path);
            return Err(told);
        }
        Ok(path)
    }

    /// How it looks.
    pub(super) fn view<'a>(&'a self, c: &'static Colors) -> Element<'a, Screened> {
        let told = |message: Message| Screened::Path(message);
        let field = text_input("a path", &self.typed)
            .id(Id::new(FIELD))
            .on_input(move |typed| told(Message::Typed(typed)))
            .on_submit(told(Message::Go))
            .size(15)
            .padding([8, 10])
            .style(theme::field(c, self.wrong.is_some()));
        let rows = self.list.iter().enumerate().map(|(k, name)| {
            let color = if name.ends_with(END) { c.text } else { c.dim };
            let words = text(name).size(theme::TEXT).color(color).wrapping(text::Wrapping::None);
            button(words)
                .width(Fill)
                .height(ROW)
                .padding([4, 8])
                .clip(true)
                .style(theme::row(c, self.at == Some(k)))
                .on_press(told(Message::Take(k)))
                .into()
        });
        let list = column(rows).width(Fill).padding(padding::right(12));
        let list = scrollable(list).id(Id::new(LIST)).height(ROW * SEEN).style(theme::scroll(c));
        let press = |words: &'static str, message: Message, main: bool| {
            button(text(words).size(theme::TEXT))
                .padding([6, 14])
                .style(move |t, s| if main { theme::main(c)(t, s) } else { theme::solid(c)(t, s) })
                .on_press(told(message))
        };
        let keys = text("↑ ↓ choose   Tab completes   Enter").size(theme::SMALL).color(c.dim);
        let word = if self.over.is_some() { "Replace it" } else { self.ask.word() };
        let buttons = row![press(word, Message::Go, true), press("Cancel", Message::Close, false)];
        let mut all = column![text(self.ask.title()).size(theme::LARGE).color(c.text), field].spacing(12);
        if let Some(wrong) = &self.wrong {
            all = all.push(text(wrong).size(theme::SMALL).color(c.wrong));
        }
        let buttons = buttons.push(space().width(Fill)).push(keys).spacing(8).align_y(Center);
        container(all.push(list).push(buttons))
            .width(560)
            .padding(padding::all(16))
            .style(theme::floating(c))
            .into()
    }
}

/// Puts the cursor behind what is typed.
fn to_field() -> Task<Screened> {
    Task::batch([operation::focus(Id::new(FIELD)), operation::move_cursor_to_end(Id::new(FIELD))])
}

impl Screen {
    /// Opens the panel.
    pub(super) fn ask_here(&mut self, ask: Ask) -> Task<Screened> {
        let name = self.file_name(&ask);
        self.path = Some(State::new(ask, &self.folder, &name));
        to_field()
    }

    pub(super) fn pathed(&mut self, message: Message) -> Task<Screened> {
        let Some(state) = &mut self.path else { return Task::none() };
        match message {
            Message::Typed(typed) => state.type_in(typed),
            Message::Take(row) => {
                state.take(row);
                return to_field();
            }
            Message::Close => self.path = None,
            Message::Go => {
                // A row that arrows have chosen is taken first; a folder is only gone into.
                if let Some(row) = state.at.take()
                    && !state.take(row)
                {
                    return to_field();
                }
                match state.taken() {
                    Ok(path) => {
                        let ask = state.ask.clone();
                        self.path = None;
                        return self.chosen(ask, path);
                    }
                    Err(why) => state.wrong = Some(why),
                }
            }
        }
        Task::none()
    }

    /// A key while the panel is seen.
    pub(super) fn path_key(&mut self, chord: &Chord, command: Option<Command>) -> Task<Screened> {
        let Some(state) = &mut self.path else { return Task::none() };
        let last = state.list.len().checked_sub(1);
        match chord.key.as_str() {
            "ArrowDown" => state.at = last.map(|last| state.at.map_or(0, |at| (at + 1).min(last))),
            "ArrowUp" => state.at = state.at.and_then(|at| at.checked_sub(1)),
            "Tab" => {
                state.take(state.at.unwrap_or(0));
                return to_field();
            }
            "Enter" => return self.pathed(Message::Go),
            _ if command == Some(Command::Cancel) => {
                self.path = None;
                return Task::none();
            }
            _ => return Task::none(),
        }
        let beyond = (state.list.len() as f32 - SEEN).max(1.0);
        let y = ((state.at.unwrap_or(0) as f32 - SEEN / 2.0) / beyond).clamp(0.0, 1.0);
        operation::snap_to(Id::new(LIST), scrollable::RelativeOffset { x: 0.0, y })
    }
}
