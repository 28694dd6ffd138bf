//! What plays, and what a script says now: the difference as edits, and slots that go over into one another.
//!
//! A changed script is evaluated whole. [`Slots`] makes of it the patch that is to play next, in which slots that
//! changed sound beside what they were until their fade is over; [`difference`] tells two patches apart in edits.

mod difference;
mod slots;

pub use difference::difference;
pub use slots::{Fade, Slot, Slots, Turn};
