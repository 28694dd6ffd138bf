//! Makes a WAV file piece by piece.

use super::Format;
use super::encode::{Encoder, Refusal};
use super::part::Part;
use crate::{FileError, MAX_CHANNELS, MAX_RATE, MIN_RATE};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Where.
    pub path: PathBuf,
    /// Frames.
    pub frames: u64,
    /// Samples (not frames) above full scale that a format of whole numbers can't hold; they became full scale.
    pub clipped: u64,
    /// The largest sample before that, without its sign; full scale is 1.0.
    pub peak: f32,
}

/// Makes a WAV file piece by piece. Until [`Writer::finish`] the file has another name (`.<name>.part-…`, in the same
/// folder), and what stood at the path before stays as it is; a writer that is dropped unfinished leaves nothing.
///
/// After an error the writer takes nothing more: every further call gives the same error.
///
/// ```no_run
/// use signalbox_file::{Format, Writer};
/// let mut writer = Writer::create("out/tone.wav", 48_000, 1, Format::Pcm24)?;
/// writer.write(&[&[0.0, 0.5, 1.0]])?;
/// assert_eq!(writer.finish()?.frames, 3);
/// # Ok::<(), signalbox_file::FileError>(())
/// ```
pub struct Writer {
    path: PathBuf,
    width: usize,
    /// Bytes that the whole file needs, as far as is known.
    needed: u64,
    encoder: Encoder<File>,
    part: Part,
}

impl Writer {
    /// Begins a file of `rate` frames a second (1,000 to 768,000) and `width` channels (1 to 64). Folders on the way
    /// that are missing are made. More than two channels, or more than 16 bits, are written as
    /// `WAVE_FORMAT_EXTENSIBLE` with the first speakers of its list.
    ///
    /// # Errors
    /// An impossible rate or width, a place that can't be written to, a folder or a device in its place, a
    /// write-protected file, a full disk.
    pub fn create(
        path: impl AsRef<Path>,
        rate: u32,
        width: usize,
        format: Format,
    ) -> Result<Self, FileError> {
        let path = path.as_ref().to_owned();
        if !(MIN_RATE..=MAX_RATE).contains(&rate) {
            return Err(FileError::Rate { path, rate });
        }
        if !(1..=MAX_CHANNELS).contains(&width) {
            return Err(FileError::Channels { path, channels: width });
        }
        let mut part = Part::create(&path)?;
        let file =
            part.file().try_clone().map_err(|error| FileError::writing(&path, Arc::new(error), 0, 0))?;
        let encoder = Encoder::new(file, rate, width, format);
        Ok(Self { path, width, needed: 0, encoder, part })
    }

    /// Chooses the noise of the dither; equal seeds and equal sound give equal files. Before the first frame. The
    /// seed is 0 if none is chosen.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.encoder.seed(seed);
        self
    }

    /// Says beforehand how many frames will come in all, so that a file that would be too long is refused before
    /// the work, and a full disk can be told in full.
    ///
    /// # Errors
    /// More sound than a WAV file can hold (4 GiB).
    pub fn expect(&mut self, frames: u64) -> Result<(), FileError> {
        self.needed = frames.saturating_mul(self.frame());
        self.encoder.fits(frames).map_err(|refusal| self.explain(refusal))
    }

    /// Appends a piece: one slice a channel, all of one length.
    ///
    /// # Errors
    /// A wrong number of channels or unequal ones, a sample that is not a finite number (with its frame), a full or
    /// failing disk, more than 4 GiB. Of a piece that is refused, nothing counts.
    pub fn write(&mut self, channels: &[&[f32]]) -> Result<(), FileError> {
        let frames = channels.first().map_or(0, |channel| channel.len()) as u64;
        let before = self.encoder.bytes();
        self.encoder.write(channels).map_err(|refusal| {
            self.needed = self.needed.max(before + frames * self.frame());
            self.explain(refusal)
        })
    }

    /// Completes the file and puts it in its place, whole.
    ///
    /// # Errors
    /// An error of an earlier piece, a full or failing disk. There is no new file then, and the old one is as it was.
    pub fn finish(self) -> Result<Report, FileError> {
        let Self { path, width, needed, mut encoder, part } = self;
        let needed = needed.max(encoder.bytes());
        let counts = encoder.finish().map_err(|refusal| refusal.at(&path, width, encoder.taken(), needed))?;
        part.commit().map_err(|error| FileError::writing(&path, Arc::new(error), encoder.taken(), needed))?;
        Ok(Report { path, frames: counts.frames, clipped: counts.clipped, peak: counts.peak })
    }

    /// The bytes of one frame.
    fn frame(&self) -> u64 {
        self.encoder.frame()
    }

    fn explain(&self, refusal: Refusal) -> FileError {
        refusal.at(&self.path, self.width, self.encoder.taken(), self.needed)
    }
}
