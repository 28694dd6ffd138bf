//! Opening and saving, and what keeps work from being lost.

use super::dialogs::{Ask, Given, SOUNDS};
use super::notice::{Offer, Then};
use super::{Message, Notice, Screen};
use crate::document::{self, Document};
use crate::keymap::Keymap;
use crate::session::Session;
use iced::Task;
use signalbox_engine::patch::{Patch, file};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The folder of a file.
pub fn folder(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).into()
}

/// How often what is not saved is kept safe.
const EVERY: Duration = Duration::from_secs(5);
/// What the names of files begin with that keep what is not saved; the number of the process follows.
const SAFE: &str = "unsaved-";

fn safe(home: &Path, process: u32) -> PathBuf {
    home.join(format!("{SAFE}{process}.json"))
}

/// Removes what was kept safe.
pub fn forget(path: &Path) {
    // What is not there need not be removed.
    let _ = std::fs::remove_file(path);
    let _ = std::fs::remove_file(path.with_extension("of"));
}

/// Whether a process still runs; where the system does not say, it does not.
fn runs(process: u32) -> bool {
    cfg!(target_os = "linux") && Path::new(&format!("/proc/{process}")).exists()
}

impl Screen {
    /// The name that is proposed for a file.
    pub(super) fn file_name(&self, ask: &Ask) -> String {
        let name = self.document.name();
        ask.file_name(name.strip_suffix(".json").unwrap_or(&name))
    }

    pub(super) fn ask(&self, ask: Ask) -> Task<Message> {
        let answer = self.dialogs.ask(&ask, &self.folder, &self.file_name(&ask));
        Task::perform(answer, move |given| Message::Given(ask.clone(), given))
    }

    pub(super) fn given(&mut self, ask: Ask, given: Given) -> Task<Message> {
        match given {
            Given::Path(path) => self.chosen(ask, path),
            Given::Nothing => Task::none(),
            Given::NoDialog => self.ask_here(ask),
        }
    }

    pub(super) fn chosen(&mut self, ask: Ask, path: PathBuf) -> Task<Message> {
        let path = ask.complete(path);
        match ask {
            Ask::Open => return self.open(path),
            Ask::Save(then) => {
                if self.save(&path)
                    && let Some(then) = then
                {
                    return self.then(then);
                }
            }
            Ask::Audio(node, parameter) => self.set_file(&node, &parameter, &path),
            Ask::Export(what) => self.export(what, &path),
            Ask::Import => self.import(&path),
            Ask::Record => self.live.tape().record(&path, self.export.format()),
        }
        Task::none()
    }

    /// Opens a patch; what is not saved is asked about first.
    pub(super) fn open(&mut self, path: PathBuf) -> Task<Message> {
        self.unless_changed(Then::Open(path))
    }

    /// Goes on, or asks first where that would lose something.
    pub(super) fn unless_changed(&mut self, then: Then) -> Task<Message> {
        if !self.document.is_changed() {
            return self.then(then);
        }
        let text = match then {
            Then::Revert => "Go back to what the file holds? What was changed since is lost.".into(),
            _ => format!("Save {} first? Without that, what was changed is lost.", self.document.name()),
        };
        self.notice = Some(Notice { text, offer: Offer::Save(then) });
        Task::none()
    }

    pub(super) fn then(&mut self, then: Then) -> Task<Message> {
        match then {
            Then::Quit => {
                self.write_session();
                if let Some(home) = &self.home {
                    forget(&safe(home, std::process::id()));
                }
                self.quits = true;
                iced::exit()
            }
            Then::New => {
                self.show(Document::new(Patch::default()), PathBuf::new());
                Task::none()
            }
            Then::Open(path) => {
                match Document::open(&path) {
                    Ok(document) => {
                        self.session.kept.opened(&path);
                        self.show(document, folder(&path));
                    }
                    Err(problem) => {
                        self.notice = Some(Notice::tell(format!("It could not be opened. {problem}")));
                    }
                }
                Task::none()
            }
            Then::Start(at) => {
                self.start_from(at);
                Task::none()
            }
            Then::Revert => match self.document.path().map(PathBuf::from) {
                Some(path) => self.then(Then::Open(path)),
                None => Task::none(),
            },
        }
    }

    /// A file was dropped on the window: a sound becomes a player, a patch is opened.
    pub(super) fn take_file(&mut self, path: PathBuf) -> Task<Message> {
        let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        if !SOUNDS.contains(&ending.as_str()) {
            return self.open(path);
        }
        let file = self.beside_patch(&path);
        self.take_off_shelf(&super::shelf::Item::Sound(file), None);
        Task::none()
    }

    /// A file as the patch calls it: by its way from the patch's folder, where it lies in that.
    pub(super) fn beside_patch(&self, path: &Path) -> PathBuf {
        let folder = Some(&self.folder).filter(|f| !f.as_os_str().is_empty());
        folder.and_then(|f| path.strip_prefix(f).ok()).unwrap_or(path).into()
    }

    /// Puts another patch in as a sub-patch.
    fn import(&mut self, path: &Path) {
        let other = match document::read(path) {
            Ok(other) => other,
            Err(problem) => return self.notice = Some(Notice::tell(problem.to_string())),
        };
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().replace(['.', '/'], " ");
        let from = folder(path);
        let moved = |file: &str| self.beside_patch(&from.join(file)).display().to_string();
        let (scope, place) = (self.scope(), self.free_place().snapped(crate::layout::GRID));
        let patch = self.document.patch();
        match crate::edits::import(patch, &scope, (&stem, &other), moved, place, &self.shelf) {
            Ok((id, edits)) => {
                if self.commit(&format!("put {stem} in"), edits) {
                    self.session.select(&id);
                }
            }
            Err(error) => self.notice = Some(Notice::tell(super::sentence(&error.to_string()))),
        }
    }

    /// Shows another document.
    pub(super) fn show(&mut self, document: Document, folder: PathBuf) {
        self.document = document;
        self.session = Session { kept: self.session.kept.clone(), ..Session::default() };
        self.move_to(folder);
        self.inspector = super::inspector::State::default();
        self.search = None;
        self.pins = super::pins::State::default();
        self.steps = None;
        self.fits = true;
        self.changed();
        self.live.play(true);
        self.fit();
    }

    /// The patch's files lie in another folder from now on.
    fn move_to(&mut self, folder: PathBuf) {
        if folder != self.folder {
            self.live.move_to(folder.clone());
            self.files = signalbox_studio::assets::Files::new(folder.clone());
            self.folder = folder;
            self.look_for_sounds();
        }
    }

    pub(super) fn save_and(&mut self, then: Then) -> Task<Message> {
        match self.document.path().map(PathBuf::from) {
            Some(path) => {
                if self.save(&path) {
                    self.then(then)
                } else {
                    Task::none()
                }
            }
            None => self.ask(Ask::Save(Some(then))),
        }
    }

    /// Saves into a file; whether that went well.
    pub(super) fn save(&mut self, path: &Path) -> bool {
        match self.document.save(path) {
            Ok(()) => {
                self.session.kept.opened(path);
                let there = folder(path);
                if there != self.folder {
                    self.move_to(there);
                    self.changed();
                    self.live.play(true);
                }
                self.notice = None;
                true
            }
            Err(problem) => {
                self.notice = Some(Notice::tell(format!("It could not be saved. {problem}")));
                false
            }
        }
    }

    /// Keeps what is not saved safe, now and then.
    pub(super) fn keep_safe(&mut self) {
        let (revision, last) = self.kept;
        if revision == self.document.revision() || last.elapsed() < EVERY {
            return;
        }
        self.kept = (self.document.revision(), Instant::now());
        let Some(home) = &self.home else { return };
        let path = safe(home, std::process::id());
        if !self.document.is_changed() {
            return forget(&path);
        }
        // A full disk must not stop the work; saving tells of it.
        let _ = std::fs::create_dir_all(home);
        if let Ok(text) = file::write(self.document.patch()) {
            let _ = signalbox_file::write_text(&path, &text);
            let of = self.document.path().map(|p| p.display().to_string()).unwrap_or_default();
            let _ = std::fs::write(path.with_extension("of"), of);
        }
    }

    /// Offers what was not saved when the editor ended last.
    pub(super) fn find_lost(&mut self) {
        let Some(home) = &self.home else { return };
        let there = std::fs::read_dir(home).into_iter().flatten().flatten().map(|e| e.path());
        let lost = there.filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let process =
                name.strip_prefix(SAFE).and_then(|n| n.strip_suffix(".json")).map(str::parse::<u32>);
            matches!(process, Some(Ok(process)) if process != std::process::id() && !runs(process))
        });
        let Some(lost) = lost.min() else { return };
        let of = std::fs::read_to_string(lost.with_extension("of"))
            .ok()
            .filter(|t| !t.is_empty())
            .map(PathBuf::from);
        let what = of.as_ref().map_or("a patch that was never saved".into(), |p| p.display().to_string());
        let text =
            format!("The editor ended last time before {what} was saved. What was changed is still here.");
        self.notice = Some(Notice { text, offer: Offer::Recover(lost, of) });
    }

    pub(super) fn recover(&mut self, lost: &Path, of: Option<PathBuf>) -> Task<Message> {
        let patch = match document::read(lost) {
            Ok(patch) => patch,
            Err(problem) => {
                self.notice = Some(Notice::tell(problem.to_string()));
                return Task::none();
            }
        };
        let beside = of.as_deref().map(folder).unwrap_or_default();
        let document = of.as_deref().and_then(|path| Document::open(path).ok()).unwrap_or_default();
        self.show(document, beside);
        // The way from the file to what was lost is a step of its own, which can be taken back.
        let edits = crate::edits::turn_into(self.document.patch(), &patch);
        self.planned("take up what was lost", edits);
        forget(lost);
        self.fit();
        Task::none()
    }

    /// Reads the file with the user's own keys.
    pub(super) fn read_keys(&mut self) {
        let Some(path) = self.home.as_ref().map(|home| home.join("keys.json")) else { return };
        let Ok(text) = std::fs::read_to_string(&path) else { return };
        match Keymap::with_file(&text) {
            Ok(keymap) => self.keymap = keymap,
            Err(why) => {
                let text = format!("{}: {why}. The usual keys are used.", path.display());
                self.notice = Some(Notice::tell(text));
            }
        }
    }

    /// Writes what is kept from one start to the next.
    pub(super) fn write_session(&self) {
        if let Some(home) = &self.home {
            // Nothing of the work hangs on it.
            let _ = self.session.kept.write(home);
        }
    }
}
