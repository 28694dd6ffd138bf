//! Audio files in and out.
//!
//! * [`read`] takes a whole file into memory; [`Reader`] goes through it piece by piece in constant memory. What a
//!   file is, its content says, not its name. [`folder`] lists the audio files of a folder.
//! * [`Writer`] makes a WAV file, [`write_text`] any other; both under another name until the file is whole, so that
//!   what stood there before is either untouched or replaced.
//! * [`read_text`] reads a text file.
//! * [`convert`] changes the sample rate.
//!
//! Sound passes as [`signalbox_engine::Audio`]: planar, full scale at 1.0. Everything that can go wrong is a
//! [`FileError`]; what could be mended on the way in is a [`Warning`].

mod convert;
mod error;
#[cfg(test)]
mod material;
mod names;
mod read;
mod text;
mod warning;
mod write;

pub use convert::convert;
pub use error::{FileError, MAX_CHANNELS, MAX_RATE, MIN_RATE, Place};
pub use names::{EXTENSIONS, folder, is_audio_name};
pub use read::{Info, Loaded, Reader, load, read};
pub use text::read_text;
pub use warning::Warning;
pub use write::{Format, Report, Writer, write_bytes, write_text};
