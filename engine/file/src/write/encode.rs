//! Planar sound into a WAV file, in any place that can be written and sought in.
//!
//! The header is hound's. The samples are not given to hound, which takes them one by one (four times slower), wraps
//! silently beyond 4 GiB, says "all well" after a disk was full, and leaves out the padding byte after sound of odd
//! size.

use super::Format;
use super::pack::Piece;
use crate::FileError;
use hound::{SampleFormat, WavSpec};
use signalbox_dsp::dither::Tpdf;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

/// The most bytes of sound: the length of the file without its first 8 bytes, and with up to 60 bytes of header and
/// one of padding, has to fit into 32 bits.
pub(super) const MOST_BYTES: u64 = u32::MAX as u64 - 61;
/// How many frames are turned at once.
const PIECE: usize = 1_024;
/// How many bytes are collected before they go to the disk.
const BUFFER: usize = 256 << 10;

/// Why sound was refused. Stays: whatever is written afterwards is refused for the same reason.
#[derive(Clone, Debug)]
pub(super) enum Refusal {
    /// A piece whose channels don't fit, with as many.
    Shape(usize),
    /// Channel (from 0) and frame of a sample that is not a finite number.
    NotFinite(usize, u64),
    /// The bytes of sound that the file would have.
    TooLong(u64),
    /// The place can't be written to.
    Failed(Arc<io::Error>),
}

impl Refusal {
    /// As an error of the file at `path` with `width` channels, of which `written` bytes of at least `needed` exist.
    pub(super) fn at(self, path: &Path, width: usize, written: u64, needed: u64) -> FileError {
        let owned = path.to_owned();
        match self {
            Self::Shape(found) => FileError::Shape { path: owned, width, found },
            Self::NotFinite(channel, frame) => {
                FileError::NotFinite { path: owned, channel: channel + 1, frame }
            }
            Self::TooLong(size) => FileError::TooLong { path: owned, size },
            Self::Failed(source) => FileError::writing(path, source, written, needed),
        }
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Counts {
    pub(super) frames: u64,
    /// Samples beyond full scale that were brought back to it.
    pub(super) clipped: u64,
    /// The largest sample before that, without its sign.
    pub(super) peak: f32,
}

/// Writes planar sound as a WAV file.
pub(super) struct Encoder<S> {
    place: S,
    /// The length of the header, which ends with the length of the sound.
    header: u64,
    format: Format,
    width: usize,
    noise: Vec<Tpdf>,
    words: Vec<Vec<i16>>,
    /// Bytes that have not gone to the place yet.
    waiting: Vec<u8>,
    /// Bytes that the place has taken.
    taken: u64,
    counts: Counts,
    most: u64,
    refused: Option<Refusal>,
}

impl<S: Write + Seek> Encoder<S> {
    /// Begins a file; `rate` and `width` are checked by the caller.
    pub(super) fn new(place: S, rate: u32, width: usize, format: Format) -> Self {
        let (bits_per_sample, sample_format) = match format {
            Format::Pcm16 => (16, SampleFormat::Int),
            Format::Pcm24 => (24, SampleFormat::Int),
            Format::Float32 => (32, SampleFormat::Float),
        };
        let spec = WavSpec { channels: width as u16, sample_rate: rate, bits_per_sample, sample_format };
        // Both lengths say "unknown" until the end.
        let header = spec.into_header_for_infinite_file();
        let mut encoder = Self {
            place,
            header: header.len() as u64,
            format,
            width,
            noise: Vec::new(),
            words: vec![Vec::new(); if format == Format::Pcm16 { width } else { 0 }],
            waiting: header,
            taken: 0,
            counts: Counts::default(),
            most: MOST_BYTES,
            refused: None,
        };
        encoder.seed(0);
        encoder
    }

    /// Chooses the dither noise; before the first frame.
    pub(super) fn seed(&mut self, seed: u64) {
        self.noise = (0..self.width as u64).map(|channel| Tpdf::new(seed, channel)).collect();
    }

    /// Lets less sound count as too much, for tests.
    #[cfg(test)]
    pub(super) fn limit(&mut self, bytes: u64) {
        self.most = bytes;
    }

    /// Whether `frames` in all fit into the file.
    pub(super) fn fits(&self, frames: u64) -> Result<(), Refusal> {
        let bytes = frames.saturating_mul(self.frame());
        if bytes > self.most { Err(Refusal::TooLong(bytes)) } else { Ok(()) }
    }

    /// The bytes of sound that were accepted up to now.
    pub(super) fn bytes(&self) -> u64 {
        self.counts.frames * self.frame()
    }

    /// The bytes that the place has taken up to now.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    /// The bytes of one frame.
    pub(super) fn frame(&self) -> u64 {
        self.format.bytes() * self.width as u64
    }

    /// Writes a piece. After a refusal nothing more is taken.
    pub(super) fn write(&mut self, channels: &[&[f32]]) -> Result<(), Refusal> {
        if let Some(refused) = &self.refused {
            return Err(refused.clone());
        }
        self.try_write(channels).inspect_err(|refusal| self.refused = Some(refusal.clone()))
    }

    fn try_write(&mut self, channels: &[&[f32]]) -> Result<(), Refusal> {
        let frames = channels.first().map_or(0, |channel| channel.len());
        if channels.len() != self.width || channels.iter().any(|channel| channel.len() != frames) {
            return Err(Refusal::Shape(channels.len()));
        }
        self.fits(self.counts.frames + frames as u64)?;
        for (index, channel) in channels.iter().enumerate() {
            self.look(index, channel)?;
        }
        for start in (0..frames).step_by(PIECE) {
            let piece: Vec<_> =
                channels.iter().map(|channel| &channel[start..frames.min(start + PIECE)]).collect();
            self.pack(&piece);
            if self.waiting.len() >= BUFFER {
                self.hand_over()?;
            }
        }
        Ok(())
    }

    /// Measures a channel and refuses what is not a finite number.
    fn look(&mut self, index: usize, channel: &[f32]) -> Result<(), Refusal> {
        // Without an early end the compiler makes vector instructions of it.
        if !channel.iter().fold(true, |all, sample| all & sample.is_finite()) {
            let frame = channel.iter().position(|sample| !sample.is_finite()).unwrap_or(0);
            return Err(Refusal::NotFinite(index, self.counts.frames + frame as u64));
        }
        let peak = channel.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()));
        if peak > 1.0 && self.format != Format::Float32 {
            self.counts.clipped += channel.iter().filter(|sample| sample.abs() > 1.0).count() as u64;
        }
        self.counts.peak = self.counts.peak.max(peak);
        Ok(())
    }

    /// Turns a piece into bytes.
    fn pack(&mut self, channels: &[&[f32]]) {
        let frames = channels[0].len();
        let start = self.waiting.len();
        self.waiting.resize(start + frames * self.frame() as usize, 0);
        for ((words, noise), channel) in self.words.iter_mut().zip(&self.noise).zip(channels) {
            words.resize(frames, 0);
            noise.to_16_bits(self.counts.frames, channel, words);
        }
        let piece = match self.format {
            Format::Pcm16 => Piece::Words(&self.words),
            Format::Pcm24 => Piece::Rounded(channels),
            Format::Float32 => Piece::Floats(channels),
        };
        piece.pack(&mut self.waiting[start..]);
        self.counts.frames += frames as u64;
    }

    /// Gives to the place what waits for it.
    fn hand_over(&mut self) -> Result<(), Refusal> {
        let mut rest = &self.waiting[..];
        while !rest.is_empty() {
            match self.place.write(rest) {
                Ok(0) => return Err(failed(io::ErrorKind::WriteZero.into())),
                Ok(taken) => {
                    self.taken += taken as u64;
                    rest = &rest[taken..];
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(failed(error)),
            }
        }
        self.waiting.clear();
        Ok(())
    }

    /// Hands everything to the place and completes the header.
    pub(super) fn finish(&mut self) -> Result<Counts, Refusal> {
        if let Some(refused) = &self.refused {
            return Err(refused.clone());
        }
        let bytes = self.bytes();
        // A chunk of odd size is followed by a zero byte, which counts in the length of the whole only.
        let padding = bytes % 2;
        self.waiting.resize(self.waiting.len() + padding as usize, 0);
        self.hand_over()?;
        self.complete(bytes, padding).map_err(failed)?;
        Ok(self.counts)
    }

    fn complete(&mut self, bytes: u64, padding: u64) -> io::Result<()> {
        self.place.seek(SeekFrom::Start(4))?;
        self.place.write_all(&((self.header - 8 + bytes + padding) as u32).to_le_bytes())?;
        self.place.seek(SeekFrom::Start(self.header - 4))?;
        self.place.write_all(&(bytes as u32).to_le_bytes())?;
        self.place.flush()
    }
}

fn failed(error: io::Error) -> Refusal {
    Refusal::Failed(Arc::new(error))
}

#[cfg(test)]
mod tests;
