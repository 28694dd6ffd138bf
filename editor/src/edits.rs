//! What a user does to a patch, as edits. Each function gives the edits of one step and changes nothing itself.

mod arrange;
mod cables;
mod copy;
mod example;
mod fold;
mod import;
mod nodes;
mod turn;

pub use arrange::{Line, align, arrange, distribute, make_room, straighten};
pub use cables::{bridge, connect, connect_through, insert};
pub use copy::{PasteError, Place, copy, paste};
pub use example::example;
pub use fold::fold;
pub use import::import;
pub use nodes::{add, fresh_id, label, remove, replace, toggle_bypass, toggle_mute};
pub use turn::turn_into;

use signalbox_engine::patch::{Edit, EditError, Graph, Patch, Scope};

/// Edits that follow each other: each sees what those before it have done.
pub struct Plan {
    patch: Patch,
    scope: Scope,
    edits: Vec<Edit>,
}

impl Plan {
    /// A plan for one graph of a patch.
    pub fn new(patch: &Patch, scope: &Scope) -> Self {
        Self { patch: patch.clone(), scope: scope.clone(), edits: Vec::new() }
    }

    /// The patch as the edits leave it.
    pub fn patch(&self) -> &Patch {
        &self.patch
    }

    /// The graph as the edits leave it; an empty one where it is gone.
    pub fn graph(&self) -> &Graph {
        const EMPTY: &Graph = &Graph {
            nodes: std::collections::BTreeMap::new(),
            cables: std::collections::BTreeMap::new(),
            lanes: std::collections::BTreeMap::new(),
        };
        self.patch.scope(&self.scope).unwrap_or(EMPTY)
    }

    /// Which graph it is.
    pub fn scope(&self) -> Scope {
        self.scope.clone()
    }

    /// Adds an edit.
    pub fn push(&mut self, edit: Edit) -> Result<(), EditError> {
        self.patch.apply(edit.clone())?;
        self.edits.push(edit);
        Ok(())
    }

    /// Adds several.
    pub fn extend(&mut self, edits: impl IntoIterator<Item = Edit>) -> Result<(), EditError> {
        edits.into_iter().try_for_each(|edit| self.push(edit))
    }

    /// The edits.
    pub fn done(self) -> Vec<Edit> {
        self.edits
    }
}

/// What a step comes to.
pub type Planned = Result<Vec<Edit>, EditError>;

#[cfg(test)]
mod tests;
