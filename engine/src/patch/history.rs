//! What was done to a patch, and the way back.

use super::{Edit, EditError, Patch};

/// A transaction that was done: its name, and the edits that lead back.
#[derive(Clone, Debug)]
struct Step {
    name: String,
    back: Vec<Edit>,
}

/// Undo and redo of transactions.
#[derive(Clone, Debug, Default)]
pub struct History {
    done: Vec<Step>,
    undone: Vec<Step>,
}

impl History {
    /// Applies all edits or, where one is refused, none.
    pub fn apply(&mut self, patch: &mut Patch, name: &str, edits: Vec<Edit>) -> Result<(), EditError> {
        let back = apply_all(patch, edits)?;
        self.done.push(Step { name: name.into(), back });
        self.undone.clear();
        Ok(())
    }

    /// Takes the last transaction back and gives its name; `None` where there is none.
    pub fn undo(&mut self, patch: &mut Patch) -> Result<Option<&str>, EditError> {
        step(patch, &mut self.done, &mut self.undone)
    }

    /// Does the last undone transaction again and gives its name; `None` where there is none.
    pub fn redo(&mut self, patch: &mut Patch) -> Result<Option<&str>, EditError> {
        step(patch, &mut self.undone, &mut self.done)
    }

    /// The names of what was done, oldest first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.done.iter().map(|s| s.name.as_str())
    }
}

fn step<'a>(
    patch: &mut Patch,
    from: &mut Vec<Step>,
    to: &'a mut Vec<Step>,
) -> Result<Option<&'a str>, EditError> {
    let Some(last) = from.last() else { return Ok(None) };
    let back = apply_all(patch, last.back.clone())?;
    let name = from.pop().map(|s| s.name).unwrap_or_default();
    to.push(Step { name, back });
    Ok(to.last().map(|s| s.name.as_str()))
}

/// Applies edits and gives the edits that lead back, in their order; where one is refused, the patch is as before.
fn apply_all(patch: &mut Patch, edits: Vec<Edit>) -> Result<Vec<Edit>, EditError> {
    let mut back = Vec::with_capacity(edits.len());
    for edit in edits {
        match patch.apply(edit) {
            Ok(inverse) => back.push(inverse),
            Err(error) => {
                for inverse in back.into_iter().rev() {
                    // An inverse that was just given always applies.
                    let _ = patch.apply(inverse);
                }
                return Err(error);
            }
        }
    }
    back.reverse();
    Ok(back)
}
