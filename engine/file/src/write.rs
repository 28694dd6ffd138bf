//! Writing: every file is made under another name in the same folder and renamed once it is whole.
//!
//! `part` is such a file in the making; `encode` turns planar sound into a WAV file in any place that can be written
//! and sought in, `pack` its samples into bytes; [`Writer`] joins them. [`write_text`] and [`write_bytes`] are for everything that is no sound.

mod encode;
mod pack;
mod part;
mod writer;

pub use writer::{Report, Writer};

use crate::FileError;
use part::Part;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// How samples are stored in a WAV file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Whole numbers of 16 bits, with triangular dither ([`signalbox_dsp::dither`]).
    Pcm16,
    /// Whole numbers of 24 bits, rounded to the nearest. Without dither, so that a 24-bit file that passes through
    /// unchanged keeps every bit; the error of rounding lies at −149 dBFS.
    #[default]
    Pcm24,
    /// Floating point of 32 bits: every bit as it is, above full scale too.
    Float32,
}

impl Format {
    /// The bytes of one sample.
    pub fn bytes(self) -> u64 {
        match self {
            Self::Pcm16 => 2,
            Self::Pcm24 => 3,
            Self::Float32 => 4,
        }
    }
}

/// Writes a text (a patch, a report) so that the file is either the whole new text or what it was before. Folders on
/// the way that are missing are made.
///
/// # Errors
/// A place that can't be written to, a folder or a device in its place, a write-protected file, a full disk.
pub fn write_text(path: impl AsRef<Path>, text: &str) -> Result<(), FileError> {
    write_bytes(path, text.as_bytes())
}

/// Writes any bytes (a picture) so that the file is either all of them or what it was before. Folders on the way that
/// are missing are made.
///
/// # Errors
/// As [`write_text`].
pub fn write_bytes(path: impl AsRef<Path>, bytes: &[u8]) -> Result<(), FileError> {
    let (path, size) = (path.as_ref(), bytes.len() as u64);
    let mut part = Part::create(path)?;
    let written = part.file().write_all(bytes).and_then(|()| part.commit());
    written.map_err(|error| FileError::writing(path, Arc::new(error), 0, size))
}

#[cfg(test)]
mod tests;
