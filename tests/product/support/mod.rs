//! A folder to work in, the command, and sound made here, so that nothing of what is tested makes what it is tested with.

pub mod sound;

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// What the command said.
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Said {
    /// What a process left; it never tells of a panic.
    pub fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the command speaks UTF-8");
        let said = Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
        assert!(!said.err.contains("panicked"), "it panicked: {}", said.err);
        said
    }

    /// Standard error holds each of these words.
    #[track_caller]
    pub fn explains(&self, words: &[&str]) {
        for word in words {
            assert!(self.err.contains(word), "standard error lacks `{word}`:\n{}", self.err);
        }
    }
}

/// A folder that is gone after the test.
pub struct Folder {
    dir: TempDir,
}

/// Everything in a folder, hidden files too: paths with their bytes; a folder has none.
pub type Listing = BTreeMap<PathBuf, Option<Vec<u8>>>;

impl Folder {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a temporary folder") }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file, and the folders on the way to it.
    pub fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("the folders");
        std::fs::write(path, bytes).expect("the file");
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    pub fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&self.bytes(name)).expect("JSON")
    }

    /// All that is in the folder.
    pub fn listing(&self) -> Listing {
        let mut all = Listing::new();
        list(self.dir.path(), &mut all);
        all
    }

    /// The command with arguments, in this folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signalbox"));
        command.args(arguments).current_dir(self.dir.path());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        Said::of(self.command(arguments).output().expect("the command runs"))
    }

    /// Runs what must succeed.
    #[track_caller]
    pub fn does(&self, arguments: &[&str]) -> Said {
        let said = self.run(arguments);
        assert_eq!(said.code, Some(0), "{arguments:?}: {}", said.err);
        said
    }

    /// Runs what must be refused with exit code 1, in these words, while every file stays as it is.
    #[track_caller]
    pub fn refuses(&self, arguments: &[&str], words: &[&str]) -> Said {
        self.fails(arguments, 1, words)
    }

    /// Runs what the command line does not allow.
    #[track_caller]
    pub fn misused(&self, arguments: &[&str], words: &[&str]) -> Said {
        self.fails(arguments, 2, words)
    }

    #[track_caller]
    fn fails(&self, arguments: &[&str], code: i32, words: &[&str]) -> Said {
        let before = self.listing();
        let said = self.run(arguments);
        assert_eq!(said.code, Some(code), "{arguments:?}: {}{}", said.out, said.err);
        assert!(said.err.starts_with("error: "), "{arguments:?} says: {}", said.err);
        said.explains(words);
        self.is_still(&before);
        said
    }

    /// Nothing came, went or changed.
    #[track_caller]
    pub fn is_still(&self, before: &Listing) {
        let after = self.listing();
        let names = |l: &Listing| l.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(before), names(&after), "files came or went");
        for (path, bytes) in before {
            assert!(after[path] == *bytes, "{} was changed", path.display());
        }
    }

    /// What `measure --json` says of one file.
    #[track_caller]
    pub fn measured(&self, name: &str) -> Value {
        let said = self.does(&["measure", "--json", name]);
        let list: Value = serde_json::from_str(&said.out).expect("JSON");
        list[0].clone()
    }
}

fn list(folder: &Path, all: &mut Listing) {
    for entry in std::fs::read_dir(folder).expect("the folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            all.insert(path.clone(), None);
            list(&path, all);
        } else {
            all.insert(path.clone(), Some(std::fs::read(&path).expect("the file")));
        }
    }
}

/// A number of a measurement.
#[track_caller]
pub fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or_else(|| panic!("`{key}` is {}", value[key]))
}

/// A number lies where it should.
#[track_caller]
pub fn near(found: f64, wanted: f64, within: f64) {
    assert!((found - wanted).abs() <= within, "{found} is not {wanted} ± {within}");
}
