//! What workers share, and what each has of its own.

use super::Plain;
use crate::run::Script;
use crate::sandbox::Root;
use crate::trouble::Trouble;
use crate::words::Check;
use signalbox_studio::measure::analysis::Analysis;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::mpsc::Sender;

/// What all workers of one `each` know.
pub struct Share {
    pub script: Script,
    pub root: Root,
    pub rate: Option<u32>,
    pub threads: usize,
    pub shard: (usize, usize),
    pub resume: bool,
    /// Which `each` with jobs it is, counted from 0, and what those before gave.
    pub earlier: Vec<Vec<Plain>>,
    pub items: Vec<Plain>,
    pub next: AtomicUsize,
    pub stop: Arc<AtomicBool>,
    /// Files that were rendered before.
    pub rendered: Vec<String>,
    /// What was measured before.
    pub analyses: HashMap<String, Analysis>,
}

/// What came of an item.
pub struct Done {
    pub at: usize,
    pub value: Result<Plain, Trouble>,
    pub kept: Kept,
}

/// What is kept for an item.
#[derive(Default)]
pub struct Kept {
    pub printed: Vec<String>,
    pub rendered: Vec<String>,
    pub notes: Vec<String>,
    pub checks: Vec<Check>,
    pub analyses: HashMap<String, Analysis>,
}

/// The part that a world has in an `each` of another one.
pub struct Sharing {
    pub share: Arc<Share>,
    pub tell: Sender<Done>,
    /// Whether it has come to that `each`.
    pub works: bool,
    pub printed: Vec<String>,
}

impl Sharing {
    /// Whether a file was written before the `each` began.
    pub fn is_done(&self, path: &str) -> bool {
        !self.works && self.share.rendered.iter().any(|p| p == path)
    }

    /// Whether the worker has come to the `each` that it helps with.
    pub fn is_there(&self) -> bool {
        self.works
    }

    /// Whether what is asserted and printed now was so before, by whoever shares the work out.
    pub fn repeats(&self) -> bool {
        !self.works
    }

    /// Keeps a text that was printed.
    pub fn print(&mut self, text: &str) {
        if self.works {
            self.printed.push(text.into());
        }
    }
}
