//! The window: a patch seen, heard and changed.
//!
//! All but `screen`, `widget` and `theme` knows nothing of the toolkit. A press becomes a gesture, a gesture an intent,
//! an intent edits, edits change the document, and the document is played: [`gesture`] → [`screen`] → [`edits`] →
//! [`document`] → [`live`]. Levels come back from [`live`] and are drawn over the [`scene`].

pub mod bands;
pub mod document;
pub mod edits;
pub mod export;
pub mod gallery;
pub mod geometry;
pub mod gesture;
pub mod keymap;
pub mod layout;
pub mod live;
pub mod marks;
pub mod meters;
pub mod picture;
pub mod portrait;
pub mod ports;
pub mod presets;
pub mod samples;
pub mod scene;
pub mod screen;
pub mod search;
pub mod session;
pub mod steps;
pub mod svg;
pub mod theme;
pub mod value;
pub mod wave;
pub mod widget;
mod window;

pub use live::Output;
pub use screen::Options;
pub use window::{WindowError, prefer_processor, run};
