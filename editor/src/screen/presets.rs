//! Presets: kept under a name, applied, put in.

use super::search::Purpose;
use super::{Message, Notice, Screen};
use crate::edits::{self, Place};
use crate::geometry::Point;
use crate::presets::{self, Of, Preset, PresetError};
use iced::Task;
use std::collections::BTreeSet;
use std::path::Path;

impl Screen {
    /// The presets of something; none where nothing is kept.
    pub(super) fn presets(&self, of: Of<'_>) -> Vec<Preset> {
        self.home.as_deref().map(|home| presets::list(home, of)).unwrap_or_default()
    }

    /// The presets of the kind of a node.
    pub(super) fn presets_of(&self, id: &str) -> Vec<Preset> {
        let patch = self.document.patch();
        let node = patch.scope(&self.scope()).and_then(|g| g.nodes.get(id));
        node.map_or_else(Vec::new, |node| match patch.subpatches.contains_key(&node.kind) {
            true => self.presets(Of::Subpatches),
            false => self.presets(Of::Kind(&node.kind)),
        })
    }

    /// Asks for the name under which the node that is selected is kept.
    pub(super) fn name_preset(&mut self) -> Task<Message> {
        match (self.session.single().map(String::from), &self.home) {
            (Some(id), Some(_)) => self.search_for(Purpose::SavePreset(id)),
            (None, _) => {
                self.notice = Some(Notice::tell("Select the node first that is to be kept as a preset."));
                Task::none()
            }
            (_, None) => {
                self.notice = Some(Notice::tell("There is no folder in which presets could be kept."));
                Task::none()
            }
        }
    }

    /// Keeps a node, or a sub-patch, under a name.
    pub(super) fn save_preset(&mut self, id: &str, name: &str) {
        let (patch, scope) = (self.document.patch(), self.scope());
        let Some(home) = self.home.clone() else { return };
        let Some(node) = patch.scope(&scope).and_then(|g| g.nodes.get(id)) else { return };
        let kept = if patch.subpatches.contains_key(&node.kind) {
            let text = edits::copy(patch, &scope, &BTreeSet::from([id.to_string()])).unwrap_or_default();
            presets::keep_subpatch(&home, name, &text)
        } else {
            presets::keep_node(&home, name, node)
        };
        self.notice = Some(match kept {
            Ok(()) => Notice::tell(format!("“{}” is kept as a preset.", name.trim())),
            Err(error) => told(&error),
        });
    }

    /// Shows the presets of the node that is selected.
    pub(super) fn choose_preset(&mut self) -> Task<Message> {
        let Some(id) = self.session.single().map(String::from) else {
            self.notice = Some(Notice::tell("Select the node first whose presets are meant."));
            return Task::none();
        };
        let patch = self.document.patch();
        let node = patch.scope(&self.scope()).and_then(|g| g.nodes.get(&id));
        if node.is_some_and(|n| patch.subpatches.contains_key(&n.kind)) {
            self.notice =
                Some(Notice::tell("Presets of sub-patches are put in like nodes: from the search."));
        } else if self.presets_of(&id).is_empty() {
            let text = format!("There is no preset for {id} yet: set it, and keep it as one.");
            self.notice = Some(Notice::tell(text));
        } else {
            return self.search_for(Purpose::Preset(id));
        }
        Task::none()
    }

    /// Sets a node as a preset says.
    pub(super) fn apply_preset(&mut self, id: &str, path: &Path) {
        let scope = self.scope();
        let Some(node) = self.document.patch().scope(&scope).and_then(|g| g.nodes.get(id)) else { return };
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        match presets::apply(path, &scope, id, node, &self.shelf) {
            Ok(edits) => drop(self.commit(&format!("set {id} as “{name}”"), edits)),
            Err(error) => self.notice = Some(told(&error)),
        }
    }

    /// Puts a sub-patch in that was kept.
    pub(super) fn insert_preset(&mut self, path: &Path, at: Option<Point>) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let at = at.unwrap_or_else(|| self.free_place()).snapped(crate::layout::GRID);
        match presets::text(path) {
            Ok(text) => self.put(&text, Place::Middle(at), &format!("put “{name}” in")),
            Err(error) => self.notice = Some(told(&error)),
        }
    }
}

fn told(error: &PresetError) -> Notice {
    Notice::tell(super::sentence(&error.to_string()))
}
