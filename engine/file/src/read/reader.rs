//! Goes through an audio file piece by piece.

use super::codec::Codec;
use super::sniff::{self, Kind, sniff};
use super::wave::{self, Found, Plain};
use crate::{FileError, MAX_CHANNELS, MAX_RATE, MIN_RATE, Warning};
use signalbox_engine::Audio;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// What is known of a file before its sound is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// Frames a second, from 1,000 to 768,000.
    pub rate: u32,
    /// Channels, from 1 to 64.
    pub width: usize,
    /// Frames, if the file says so. Only a WAV file is sure to keep to it.
    pub frames: Option<u64>,
    /// What the file is, for people: "WAV", "FLAC", "MP4 AAC".
    pub kind: String,
    /// Bits of a sample, where samples have a fixed size.
    pub bits: Option<u32>,
}

enum Source {
    Plain(Plain<File>),
    Codec(Box<Codec>),
}

/// Reads an audio file piece by piece, in constant memory.
///
/// ```no_run
/// let mut reader = signalbox_file::Reader::open("song.wav")?;
/// let mut peak = 0.0f32;
/// while let Some(block) = reader.next_block()? {
///     peak = block.channels.iter().flatten().fold(peak, |peak, sample| peak.max(sample.abs()));
/// }
/// # Ok::<(), signalbox_file::FileError>(())
/// ```
pub struct Reader {
    path: PathBuf,
    info: Info,
    source: Source,
    /// Whether a sample can be something else than a finite number.
    may_be_wild: bool,
    block: Audio,
    position: u64,
    done: bool,
    warnings: Vec<Warning>,
}

impl Reader {
    /// Opens a file. Its content says what it is; its name does not matter.
    ///
    /// # Errors
    /// A file that is missing, can't be read, is empty, damaged, no audio, of an impossible rate or width.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, FileError> {
        let path = path.as_ref();
        let reading = |error| FileError::reading(path, error);
        let facts = fs::metadata(path).map_err(reading)?;
        if facts.is_dir() {
            return Err(FileError::Folder { path: path.to_owned() });
        }
        if !facts.is_file() {
            return Err(FileError::Special { path: path.to_owned() });
        }
        let mut file = File::open(path).map_err(reading)?;
        if facts.len() == 0 {
            return Err(FileError::Empty { path: path.to_owned() });
        }
        let mut head = [0; sniff::LENGTH];
        let got = wave::fill(&mut file, &mut head).map_err(reading)?;
        match sniff(&head[..got]) {
            Kind::Foreign(what) => Err(FileError::unsupported(path, what)),
            Kind::Coded => Self::coded(path, file),
            // What looked like sound further in was none, whatever is wrong with it.
            Kind::Unknown => Self::coded(path, file).map_err(|error| match error {
                FileError::Unsupported { path, .. }
                | FileError::Broken { path, .. }
                | FileError::NoFrames { path } => FileError::NotAudio { path },
                other => other,
            }),
            Kind::Wave => match wave::parse(path, &mut file, facts.len())? {
                Found::Plain(layout) => Self::plain(path, file, layout),
                // ADPCM, A-law and µ-law.
                Found::Coded(2 | 6 | 7 | 0x11) => Self::coded(path, file),
                Found::Coded(tag) => {
                    Err(FileError::unsupported(path, format!("WAV with the code 0x{tag:04x}")))
                }
            },
        }
    }

    fn plain(path: &Path, file: File, layout: wave::Layout) -> Result<Self, FileError> {
        let info = Info {
            rate: layout.rate,
            width: layout.width,
            frames: Some(layout.frames),
            kind: "WAV".into(),
            bits: Some(layout.bits),
        };
        if layout.frames == 0 {
            return Err(FileError::NoFrames { path: path.to_owned() });
        }
        let (wild, warnings) = (layout.sample.is_float(), layout.warning.clone().into_iter().collect());
        let source = Plain::new(file, layout).map_err(|error| FileError::reading(path, error))?;
        Self::checked(path, info, Source::Plain(source), wild, warnings)
    }

    fn coded(path: &Path, mut file: File) -> Result<Self, FileError> {
        file.seek(SeekFrom::Start(0)).map_err(|error| FileError::reading(path, error))?;
        let (codec, info) = Codec::open(path, file)?;
        Self::checked(path, info, Source::Codec(Box::new(codec)), true, Vec::new())
    }

    fn checked(
        path: &Path,
        info: Info,
        source: Source,
        may_be_wild: bool,
        warnings: Vec<Warning>,
    ) -> Result<Self, FileError> {
        let path = path.to_owned();
        if !(MIN_RATE..=MAX_RATE).contains(&info.rate) {
            return Err(FileError::Rate { path, rate: info.rate });
        }
        if !(1..=MAX_CHANNELS).contains(&info.width) {
            return Err(FileError::Channels { path, channels: info.width });
        }
        let block = Audio { rate: info.rate, channels: vec![Vec::new(); info.width] };
        Ok(Self { path, info, source, may_be_wild, block, position: 0, done: false, warnings })
    }

    /// Rate, width and length.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// The next piece of the sound, some thousand frames; nothing at the end. The memory is used again for the piece
    /// after it.
    ///
    /// # Errors
    /// A failing disk, or damage that can't be mended. After an error there is nothing more.
    pub fn next_block(&mut self) -> Result<Option<&Audio>, FileError> {
        if self.done {
            return Ok(None);
        }
        let read = match &mut self.source {
            Source::Plain(plain) => {
                plain.next(&mut self.block.channels).map_err(|error| FileError::reading(&self.path, error))
            }
            Source::Codec(codec) => codec.next(&mut self.block.channels),
        };
        let frames = self.block.frames() as u64;
        self.done = read.is_err() || frames == 0;
        read?;
        if self.done {
            self.end()?;
            return Ok(None);
        }
        if self.may_be_wild {
            self.tame();
        }
        self.position += frames;
        Ok(Some(&self.block))
    }

    /// What had to be mended up to now; complete once there is nothing more to read.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Whether the length was worked out from the file's size, so that it can't be a lie.
    pub(super) fn knows_its_length(&self) -> bool {
        matches!(self.source, Source::Plain(_))
    }

    fn end(&mut self) -> Result<(), FileError> {
        if self.position == 0 {
            return Err(FileError::NoFrames { path: self.path.clone() });
        }
        let mut cut = self.info.frames.is_some_and(|declared| self.position < declared);
        if let Source::Codec(codec) = &self.source {
            self.warnings.extend(codec.warnings());
            cut |= codec.truncated();
        }
        let known = self.warnings.iter().any(|warning| matches!(warning, Warning::Truncated { .. }));
        if cut && !known {
            let declared = self.info.frames.filter(|&declared| declared > self.position);
            self.warnings.push(Warning::Truncated { found: self.position, declared });
        }
        Ok(())
    }

    /// Puts 0 in the place of samples that are not finite numbers.
    fn tame(&mut self) {
        for channel in &mut self.block.channels {
            // Without an early end the compiler makes vector instructions of it.
            if channel.iter().fold(true, |all, sample| all & sample.is_finite()) {
                continue;
            }
            for (index, sample) in channel.iter_mut().enumerate().filter(|(_, sample)| !sample.is_finite()) {
                *sample = 0.0;
                let here = self.position + index as u64;
                let noted = self.warnings.iter_mut().find_map(|warning| match warning {
                    Warning::NotFinite { frame, samples } => Some((frame, samples)),
                    _ => None,
                });
                match noted {
                    Some((frame, samples)) => (*frame, *samples) = (here.min(*frame), *samples + 1),
                    None => self.warnings.push(Warning::NotFinite { frame: here, samples: 1 }),
                }
            }
        }
    }
}
