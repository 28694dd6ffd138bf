//! The patch that is edited, what was done to it, and the file that it lies in.

mod file;

pub use file::{FileProblem, read};

use signalbox_engine::patch::{Edit, EditError, History, Patch};
use signalbox_scripts::say;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Something that was done.
#[derive(Clone, Debug)]
pub struct Step {
    number: u64,
    /// What people call it.
    pub name: String,
    /// Its edits as lines of script.
    pub lines: Vec<String>,
}

/// The document: everything in it can be undone.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// Whoever plays it may still hold the patch as it was.
    patch: Arc<Patch>,
    history: History,
    /// What was done, and behind `done` what was undone.
    steps: Vec<Step>,
    done: usize,
    /// The number of the next step.
    next: u64,
    /// The step that the file holds.
    saved: Option<u64>,
    path: Option<PathBuf>,
    /// A drag that goes on: what follows it under the same name belongs to the same step.
    open: Option<String>,
    revision: u64,
}

impl Document {
    /// A document that lies in no file yet.
    pub fn new(patch: Patch) -> Self {
        Self { patch: Arc::new(patch), ..Self::default() }
    }

    /// Opens a file.
    pub fn open(path: &Path) -> Result<Self, FileProblem> {
        Ok(Self { path: Some(path.into()), ..Self::new(read(path)?) })
    }

    /// The patch.
    pub fn patch(&self) -> &Patch {
        &self.patch
    }

    /// The patch, to be kept as it is now.
    pub fn shared(&self) -> Arc<Patch> {
        self.patch.clone()
    }

    /// The file that it lies in.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// What people call it: the file's name, or the patch's title.
    pub fn name(&self) -> String {
        let stem = self.path.as_ref().and_then(|p| p.file_name()).map(|n| n.to_string_lossy().into_owned());
        stem.unwrap_or_else(|| match self.patch.title.as_str() {
            "" => "new patch".into(),
            title => title.into(),
        })
    }

    /// Rises with every change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether the file does not hold what there is.
    pub fn is_changed(&self) -> bool {
        self.top() != self.saved
    }

    /// Does some edits as one step, or none of them.
    pub fn commit(&mut self, name: &str, edits: Vec<Edit>) -> Result<(), EditError> {
        self.open = None;
        self.apply(name, edits)
    }

    /// Does some edits as a part of a drag: those of the same drag before are replaced by them. The edits are about the
    /// patch as it was when the drag began.
    pub fn drag(&mut self, name: &str, edits: Vec<Edit>) -> Result<(), EditError> {
        if self.open.as_deref() == Some(name) {
            self.history.undo(Arc::make_mut(&mut self.patch))?;
            self.done -= 1;
        }
        self.open = None;
        self.apply(name, edits)?;
        self.open = Some(name.into());
        Ok(())
    }

    /// A drag is over.
    pub fn end_drag(&mut self) {
        self.open = None;
    }

    fn apply(&mut self, name: &str, edits: Vec<Edit>) -> Result<(), EditError> {
        if edits.is_empty() {
            return Ok(());
        }
        self.revision += 1;
        let lines = edits.iter().map(say).collect();
        self.history.apply(Arc::make_mut(&mut self.patch), name, edits)?;
        self.steps.truncate(self.done);
        self.steps.push(Step { number: self.next, name: name.into(), lines });
        self.next += 1;
        self.done += 1;
        Ok(())
    }

    /// Takes the last step back and gives its name.
    pub fn undo(&mut self) -> Option<String> {
        self.open = None;
        // A step that was done can be undone: nothing else touches the patch.
        let name = self.history.undo(Arc::make_mut(&mut self.patch)).ok()??.to_string();
        self.done -= 1;
        self.revision += 1;
        Some(name)
    }

    /// Does the last step again that was taken back, and gives its name.
    pub fn redo(&mut self) -> Option<String> {
        self.open = None;
        let name = self.history.redo(Arc::make_mut(&mut self.patch)).ok()??.to_string();
        self.done += 1;
        self.revision += 1;
        Some(name)
    }

    /// All steps, those that were taken back too, and how many are done.
    pub fn steps(&self) -> (&[Step], usize) {
        (&self.steps, self.done)
    }

    /// What was done, as a script: a line an edit.
    pub fn script(&self) -> String {
        let lines = self.steps[..self.done].iter().flat_map(|step| &step.lines);
        lines.map(|line| format!("{line}\n")).collect()
    }

    /// Goes to where so many steps are done.
    pub fn go_to(&mut self, done: usize) {
        while self.done > done && self.undo().is_some() {}
        while self.done < done && self.redo().is_some() {}
    }

    fn top(&self) -> Option<u64> {
        self.done.checked_sub(1).map(|at| self.steps[at].number)
    }

    /// Saves it, from now on in this file.
    pub fn save(&mut self, path: &Path) -> Result<(), FileProblem> {
        file::write(path, &self.patch)?;
        self.path = Some(path.into());
        self.saved = self.top();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
