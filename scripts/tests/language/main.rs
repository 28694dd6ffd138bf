//! The language by what is heard: scripts are run on sound made here, and what they render is measured.

mod batch;
mod chance;
mod docs;
mod edits;
mod errors;
mod hostile;
mod imports;
mod lesson;
mod library;
mod live;
mod mix;
mod session;
mod slots;
mod stage;
mod support;
mod time;
