//! What happens on the screen.

use super::{Ask, Given, export, gallery, inspector, marks, notice, path, search, shelf};
use crate::keymap::{Chord, Command};
use crate::widget::graph_view;
use std::path::PathBuf;

/// What happens.
#[derive(Clone, Debug)]
pub enum Message {
    /// Something on the canvas.
    Canvas(graph_view::Told),
    /// A key that nothing else wanted.
    Key(Chord),
    /// A field was left by Escape.
    Escaped,
    /// A command from a button or the palette.
    Run(Command),
    /// A thirtieth of a second has passed.
    Tick,
    /// Something in the search.
    Search(search::Message),
    /// Something about the mark that is selected.
    Mark(marks::Message),
    /// Something in the inspector.
    Inspector(inspector::Message),
    /// The master volume is turned.
    Volume(crate::widget::fader::Turn),
    /// Something on the shelf.
    Shelf(shelf::Message),
    /// Something in the gallery.
    Gallery(gallery::Message),
    /// Something about export.
    Export(export::Message),
    /// What the clipboard holds.
    Pasted(Option<String>),
    /// What a dialog has given.
    Given(Ask, Given),
    /// Something where a path is typed.
    Path(path::Message),
    /// A button of a notice.
    Notice(notice::Answer),
    /// A hint is put away; all of them.
    Hint(Option<usize>),
    /// So many steps are to be done.
    GoTo(usize),
    /// The lines of script of a step, from 0 on, or of all that was done are copied.
    CopySteps(Option<usize>),
    /// A node of the outline: its path from the outside in.
    Select(Vec<String>),
    /// What is held is gone through.
    Scrub(crate::widget::fader::Turn),
    /// All is heard again.
    HearAll,
    /// So many graphs are left.
    Leave(usize),
    /// The window is to be closed.
    Close,
    /// The window has another size.
    Resized(f32, f32),
    /// A file was dropped on the window.
    Dropped(PathBuf),
}
