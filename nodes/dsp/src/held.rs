//! Which notes are held down, for whatever plays one note at a time.

use crate::lane::Keeper;

/// How many notes can be held at once; past that the oldest is forgotten.
const CAPACITY: usize = 32;

/// The notes that are held, the latest last; its memory is fixed.
#[derive(Clone, Debug, Default)]
pub struct Held {
    notes: [(u32, f32); CAPACITY],
    count: usize,
}

impl Held {
    /// A note with this name and key begins. One that is held already moves to the end.
    #[inline]
    pub fn press(&mut self, id: u32, key: f32) {
        self.release(id);
        if self.count == CAPACITY {
            self.remove(0);
        }
        self.notes[self.count] = (id, key);
        self.count += 1;
    }

    /// The note with this name ends; whether it was held.
    #[inline]
    pub fn release(&mut self, id: u32) -> bool {
        let found = self.notes[..self.count].iter().position(|n| n.0 == id);
        if let Some(at) = found {
            self.remove(at);
        }
        found.is_some()
    }

    /// The key of the latest note that is still held.
    #[inline]
    pub fn latest(&self) -> Option<f32> {
        self.notes[..self.count].last().map(|n| n.1)
    }

    /// Whether no note is held.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.count = 0;
    }

    /// Shows all notes, those of one lane.
    pub fn keep(&mut self, keeper: &mut Keeper<'_>) {
        for (id, key) in &mut self.notes {
            keeper.own(id);
            keeper.own(key);
        }
        keeper.own(&mut self.count);
    }

    fn remove(&mut self, at: usize) {
        self.notes.copy_within(at + 1..self.count, at);
        self.count -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_note_that_is_still_held_sounds() {
        let mut held = Held::default();
        assert_eq!(held.latest(), None);
        held.press(1, 60.0);
        held.press(2, 64.0);
        held.press(3, 67.0);
        assert!(held.release(2));
        assert_eq!(held.latest(), Some(67.0));
        assert!(held.release(3));
        assert_eq!(held.latest(), Some(60.0));
        assert!(!held.release(3));
        assert!(held.release(1) && held.is_empty());
    }

    #[test]
    fn too_many_notes_push_out_the_oldest() {
        let mut held = Held::default();
        for id in 0..40 {
            held.press(id, id as f32);
        }
        assert!(!held.release(0));
        assert!(held.release(39));
        assert_eq!(held.latest(), Some(38.0));
    }
}
