//! What can go wrong with a file, said so that the user knows what to do next.

use crate::EXTENSIONS;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;

/// The most channels that a file can have.
pub const MAX_CHANNELS: usize = 64;
/// The lowest sample rate of a file that is read, in frames a second.
pub const MIN_RATE: u32 = 1_000;
/// The highest sample rate of a file that is read or written, in frames a second.
pub const MAX_RATE: u32 = 768_000;

/// Where in a file something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before the sound begins.
    Header,
    /// So many bytes from the beginning of the file.
    Byte(u64),
    /// So many frames from the beginning of the sound.
    Frame(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header => write!(f, "in its header"),
            Self::Byte(byte) => write!(f, "at byte {byte}"),
            Self::Frame(frame) => write!(f, "at frame {frame}"),
        }
    }
}

/// Everything that can go wrong with a file. Each message names the file and says what to do.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum FileError {
    /// There is no such file or folder.
    #[error("{path}: not found; check the name and the folder")]
    Missing {
        /// The path as it was given.
        path: PathBuf,
    },
    /// The system does not allow it.
    #[error("{path}: permission denied; change its permissions or choose another place")]
    Denied {
        /// The path as it was given.
        path: PathBuf,
    },
    /// A folder where a file is needed.
    #[error("{path}: is a folder; name a file in it")]
    Folder {
        /// The path as it was given.
        path: PathBuf,
    },
    /// A file where a folder is needed.
    #[error("{path}: is not a folder; name a folder, or move the file of that name away")]
    NotFolder {
        /// The path of the file.
        path: PathBuf,
    },
    /// A device, a pipe or a socket.
    #[error("{path}: is a device or a pipe, not a file; name a file")]
    Special {
        /// The path as it was given.
        path: PathBuf,
    },
    /// A file of no bytes.
    #[error("{path}: is empty (0 bytes); export or copy it again")]
    Empty {
        /// The path as it was given.
        path: PathBuf,
    },
    /// A header without sound.
    #[error("{path}: holds no sound (0 frames); export it again")]
    NoFrames {
        /// The path as it was given.
        path: PathBuf,
    },
    /// Nothing that is known as audio.
    #[error("{path}: is not an audio file that can be read; these can: {}", EXTENSIONS.join(", "))]
    NotAudio {
        /// The path as it was given.
        path: PathBuf,
    },
    /// Known, but there is no decoder.
    #[error("{path}: {what} can't be read; convert it to WAV or FLAC first")]
    Unsupported {
        /// The path as it was given.
        path: PathBuf,
        /// What the file holds.
        what: String,
    },
    /// Damaged.
    #[error("{path}: is damaged {place} ({what}); export or copy it again")]
    Broken {
        /// The path as it was given.
        path: PathBuf,
        /// Where.
        place: Place,
        /// What is wrong there.
        what: String,
    },
    /// A sample rate that nothing can be done with.
    #[error(
        "{path}: a sample rate of {rate} Hz is not possible (from {MIN_RATE} to {MAX_RATE} Hz); set the right rate"
    )]
    Rate {
        /// The path as it was given.
        path: PathBuf,
        /// Frames a second, as the file or the caller says.
        rate: u32,
    },
    /// A conversion between rates of which one is not possible.
    #[error("no conversion from {from} to {to} Hz: rates from {MIN_RATE} to {MAX_RATE} Hz are possible")]
    Conversion {
        /// Frames a second of the sound.
        from: u32,
        /// Frames a second that were asked for.
        to: u32,
    },
    /// No channels, or too many.
    #[error(
        "{path}: {channels} channels are not possible (from 1 to {MAX_CHANNELS}); split it into several files"
    )]
    Channels {
        /// The path as it was given.
        path: PathBuf,
        /// How many channels the file has, or was to have.
        channels: usize,
    },
    /// Too much to be held in memory at once.
    #[error("{path}: needs more than {} in memory; cut it into shorter files", bytes(*limit))]
    TooLarge {
        /// The path as it was given.
        path: PathBuf,
        /// The most bytes that may be used.
        limit: u64,
    },
    /// A folder without audio files.
    #[error("{path}: holds no audio files; these count: {}", EXTENSIONS.join(", "))]
    NoAudioInFolder {
        /// The path as it was given.
        path: PathBuf,
    },
    /// Any other failure while reading.
    #[error("{path}: can't be read: {source}; check the disk and try again")]
    Read {
        /// The path as it was given.
        path: PathBuf,
        /// What the system says.
        source: Arc<io::Error>,
    },
    /// A WAV file of more than 4 GiB.
    #[error("{path}: {} are too many for a WAV file (at most 4 GiB); render shorter pieces or fewer channels", bytes(*size))]
    TooLong {
        /// The path as it was given.
        path: PathBuf,
        /// The bytes that it would have had at least.
        size: u64,
    },
    /// The disk is full, or the user's share of it.
    #[error("{path}: the disk is full: {} fitted, at least {} are needed; free space or choose another disk", bytes(*written), bytes(*needed))]
    DiskFull {
        /// The path as it was given.
        path: PathBuf,
        /// The bytes that could be written, so about as many as were free.
        written: u64,
        /// The bytes that the whole file needs as far as is known.
        needed: u64,
    },
    /// An existing file that must not be replaced.
    #[error("{path}: is write-protected; allow writing or choose another name")]
    Protected {
        /// The path as it was given.
        path: PathBuf,
    },
    /// NaN or infinity on its way into a file.
    #[error(
        "{path}: not written: channel {channel} is not a finite number at frame {frame}; look for the node that makes it"
    )]
    NotFinite {
        /// The path as it was given.
        path: PathBuf,
        /// The channel, from 1.
        channel: usize,
        /// The frame, from 0.
        frame: u64,
    },
    /// A piece of sound whose channels do not fit the file.
    #[error(
        "{path}: not written: a piece with {found} channels, or channels of different lengths, for a file with {width}"
    )]
    Shape {
        /// The path as it was given.
        path: PathBuf,
        /// The channels of the file.
        width: usize,
        /// The channels of the piece.
        found: usize,
    },
    /// Any other failure while writing.
    #[error("{path}: can't be written: {source}; check the disk and the folder")]
    Write {
        /// The path as it was given.
        path: PathBuf,
        /// What the system says.
        source: Arc<io::Error>,
    },
}

impl FileError {
    /// A failure of the system while `path` was looked at, opened or read.
    pub(crate) fn reading(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::Missing { path },
            io::ErrorKind::PermissionDenied => Self::Denied { path },
            io::ErrorKind::IsADirectory => Self::Folder { path },
            io::ErrorKind::NotADirectory => Self::Missing { path },
            _ => Self::Read { path, source: Arc::new(source) },
        }
    }

    /// A failure of the system while `path` was made or written, after `written` bytes of at least `needed`.
    pub(crate) fn writing(path: &Path, source: Arc<io::Error>, written: u64, needed: u64) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::Denied { path },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::DiskFull { path, written, needed }
            }
            _ => Self::Write { path, source },
        }
    }

    pub(crate) fn broken(path: &Path, place: Place, what: impl Into<String>) -> Self {
        Self::Broken { path: path.to_owned(), place, what: what.into() }
    }

    pub(crate) fn unsupported(path: &Path, what: impl Into<String>) -> Self {
        Self::Unsupported { path: path.to_owned(), what: what.into() }
    }
}

/// A number of bytes for people.
fn bytes(count: u64) -> String {
    match count {
        0..1_024 => format!("{count} bytes"),
        1_024..1_048_576 => format!("{:.1} KiB", count as f64 / 1_024.0),
        1_048_576..1_073_741_824 => format!("{:.1} MiB", count as f64 / 1_048_576.0),
        _ => format!("{:.2} GiB", count as f64 / 1_073_741_824.0),
    }
}
