//! Reading: a file's content says what it is; WAV and RF64 are read here, everything else by symphonia.
//!
//! `sniff` looks at the first bytes; `wave` finds the samples in a WAV file and `samples` turns them into channels;
//! `codec` has other formats decoded, with `guard` around it. [`Reader`] goes through any of them piece by piece, mends
//! what it can and keeps account of it; [`load`] and [`read`] take all of it into memory.

mod codec;
mod guard;
mod reader;
mod samples;
mod sniff;
mod wave;

pub use reader::{Info, Reader};

use crate::{FileError, Warning};
use signalbox_engine::Audio;
use std::path::Path;

/// The most memory that one file may take: 8 GiB, a bit over six hours of stereo at 48 kHz.
const MEMORY_LIMIT: u64 = 8 << 30;

/// A file in memory, and what was mended on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The sound.
    pub audio: Audio,
    /// What was wrong and could be mended; empty if all was well.
    pub warnings: Vec<Warning>,
}

/// Reads a whole audio file into memory. What could be mended is mended without a word: see [`load`].
///
/// # Errors
/// A file that is missing, can't be read, is empty, damaged, no audio, of an impossible rate or width, or needs more
/// than 8 GiB.
pub fn read(path: impl AsRef<Path>) -> Result<Audio, FileError> {
    Ok(load(path)?.audio)
}

/// Reads a whole audio file into memory and says what had to be mended.
///
/// # Errors
/// As [`read`].
pub fn load(path: impl AsRef<Path>) -> Result<Loaded, FileError> {
    load_within(path.as_ref(), MEMORY_LIMIT)
}

fn load_within(path: &Path, limit: u64) -> Result<Loaded, FileError> {
    let too_large = || FileError::TooLarge { path: path.to_owned(), limit };
    let mut reader = Reader::open(path)?;
    let info = reader.info().clone();
    let room = limit / (4 * info.width as u64);
    let mut audio = Audio { rate: info.rate, channels: vec![Vec::new(); info.width] };
    if reader.knows_its_length() {
        let frames = info.frames.unwrap_or(0);
        if frames > room {
            return Err(too_large());
        }
        for channel in &mut audio.channels {
            channel.try_reserve_exact(frames as usize).map_err(|_| too_large())?;
        }
    }
    while let Some(block) = reader.next_block()? {
        if (audio.frames() + block.frames()) as u64 > room {
            return Err(too_large());
        }
        for (whole, piece) in audio.channels.iter_mut().zip(&block.channels) {
            whole.try_reserve(piece.len()).map_err(|_| too_large())?;
            whole.extend_from_slice(piece);
        }
    }
    Ok(Loaded { audio, warnings: reader.warnings().to_vec() })
}

/// A whole file as symphonia reads it, WAV too: an oracle for tests.
#[cfg(test)]
pub(crate) fn with_symphonia(path: &Path) -> Result<Audio, FileError> {
    let file = std::fs::File::open(path).map_err(|error| FileError::reading(path, error))?;
    let (mut codec, info) = codec::Codec::open(path, file)?;
    let mut audio = Audio::silence(info.rate, info.width, 0);
    let mut piece = audio.channels.clone();
    loop {
        codec.next(&mut piece)?;
        if piece[0].is_empty() {
            return Ok(audio);
        }
        audio.channels.iter_mut().zip(&piece).for_each(|(whole, piece)| whole.extend(piece));
    }
}

#[cfg(test)]
mod tests;
