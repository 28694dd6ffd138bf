//! What is asked of the desktop: a file to open, a place to write to.

use super::export::What;
use super::notice::Then;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::{Duration, Instant};

/// What is asked in a dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Which patch to open.
    Open,
    /// Where to save, and what follows.
    Save(Option<Then>),
    /// An audio file for a parameter of a node.
    Audio(String, String),
    /// Where to write what is exported.
    Export(super::export::What),
    /// Where to record what is heard.
    Record,
    /// Which patch to put in as a sub-patch.
    Import,
}

/// What a dialog gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// A file or a folder.
    Path(PathBuf),
    /// It was put away.
    Nothing,
    /// The system has no dialogs.
    NoDialog,
}

/// What a dialog will give.
pub type Answer = Pin<Box<dyn Future<Output = Given> + Send>>;

/// The system's dialogs.
pub trait Dialogs: Send + Sync {
    /// Asks for a file; `folder` and `name` are proposed.
    fn ask(&self, ask: &Ask, folder: &Path, name: &str) -> Answer;
}

/// The endings of the names of files that hold sound.
pub const SOUNDS: &[&str] = &["wav", "flac", "aif", "aiff", "mp3", "ogg", "m4a", "caf"];

impl Ask {
    /// What is asked, as a title.
    pub(super) fn title(&self) -> &'static str {
        match self {
            Self::Import => "A patch to be put in",
            Self::Open => "Open a patch",
            Self::Save(_) => "Save the patch",
            Self::Audio(..) => "Choose a sound",
            Self::Record => "Record what is heard into",
            Self::Export(What::Mix | What::Heard) => "Render into",
            Self::Export(What::Stems) => "A folder for the stems",
            Self::Export(What::Png | What::Svg) => "Draw into",
        }
    }

    /// What is done then, as a word.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Import | Self::Audio(..) => "Choose",
            Self::Save(_) => "Save",
            Self::Record => "Record",
            Self::Export(_) => "Export",
        }
    }

    /// The name of a kind of file, and the endings of such: the first is put to a name that has none.
    fn kind(&self) -> Option<(&'static str, &'static [&'static str])> {
        match self {
            Self::Open | Self::Import | Self::Save(_) => Some(("Patches", &["json"])),
            Self::Audio(..) => Some(("Sound", SOUNDS)),
            Self::Record | Self::Export(What::Mix | What::Heard) => Some(("WAV", &["wav"])),
            Self::Export(What::Png) => Some(("PNG", &["png"])),
            Self::Export(What::Svg) => Some(("SVG", &["svg"])),
            Self::Export(What::Stems) => None,
        }
    }

    /// The name that is proposed for the file, from that of the patch.
    pub(super) fn file_name(&self, stem: &str) -> String {
        match self {
            Self::Open | Self::Import | Self::Save(_) => format!("{stem}.json"),
            Self::Audio(..) => String::new(),
            Self::Export(what) => what.file_name(stem),
            Self::Record => format!("{stem} recorded.wav"),
        }
    }

    /// Whether something is written there.
    pub(super) fn writes(&self) -> bool {
        matches!(self, Self::Save(_) | Self::Record | Self::Export(_))
    }

    /// Whether a folder is asked for.
    pub(super) fn is_folder(&self) -> bool {
        self.kind().is_none()
    }

    /// Whether a file is of the kind that is asked for.
    pub(super) fn fits(&self, path: &Path) -> bool {
        let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        self.kind().is_some_and(|(_, endings)| endings.contains(&ending.as_str()))
    }

    /// The path of what is written: with an ending where none was given.
    pub(super) fn complete(&self, path: PathBuf) -> PathBuf {
        match self.kind() {
            Some((_, [ending, ..])) if self.writes() && path.extension().is_none() => {
                path.with_extension(ending)
            }
            _ => path,
        }
    }
}

/// The dialogs of the desktop.
pub struct System;

/// Nobody puts a dialog away in so short a time: there was none.
const AT_ONCE: Duration = Duration::from_millis(250);

impl Dialogs for System {
    fn ask(&self, ask: &Ask, folder: &Path, name: &str) -> Answer {
        let dialog = rfd::AsyncFileDialog::new().set_title(ask.title()).set_file_name(name);
        let dialog = if folder.is_dir() { dialog.set_directory(folder) } else { dialog };
        let dialog = match ask.kind() {
            Some((kind, endings)) => dialog.add_filter(kind, endings),
            None => dialog,
        };
        fn answer(chosen: impl Future<Output = Option<rfd::FileHandle>> + Send + 'static) -> Answer {
            let asked = Instant::now();
            Box::pin(async move {
                match chosen.await {
                    Some(file) => Given::Path(file.path().to_path_buf()),
                    None if asked.elapsed() < AT_ONCE => Given::NoDialog,
                    None => Given::Nothing,
                }
            })
        }
        match (ask.is_folder(), ask.writes()) {
            (true, _) => answer(dialog.pick_folder()),
            (false, true) => answer(dialog.save_file()),
            (false, false) => answer(dialog.pick_file()),
        }
    }
}
