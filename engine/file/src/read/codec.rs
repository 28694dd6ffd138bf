//! Everything but plain WAV, decoded by symphonia.
//!
//! A stretch that can't be decoded becomes silence of its length, so that what follows stays in time. A decoder that
//! panics on a damaged file counts as one that found it damaged.

use super::guard::guarded;
use super::reader::Info;
use crate::{FileError, Place, Warning};
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_AAC;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::{Hint, Probe, ProbeOptions};
use symphonia::core::formats::well_known::{FORMAT_ID_ISOMP4, FORMAT_ID_MP3};
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use symphonia::default::{get_codecs, register_enabled_formats};

/// How far into a file the beginning of its format is looked for. Further in, noise looks like an MP3 now and then.
const SEARCHED: u32 = 64 << 10;
/// The longest stretch that one undecodable packet can stand for, in frames.
const LONGEST_LOSS: u64 = 1 << 16;
/// How many frames of silence are given at once.
const PIECE: u64 = 4_096;
/// How often the tracks of one file may change.
const MOST_RESETS: usize = 100;

/// One stretch of the file.
enum Step {
    /// Frames, now in `Codec::held`.
    Sound { rate: u32, width: usize },
    /// So many frames can't be decoded.
    Lost(u64),
    /// The file ends here.
    End,
}

/// Decodes a file stretch by stretch.
pub(super) struct Codec {
    path: PathBuf,
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    rate: u32,
    width: usize,
    /// Frames that were decoded and not given yet.
    held: Vec<Vec<f32>>,
    holds: bool,
    /// Frames of silence to be given before those.
    silence: u64,
    /// The frame that comes next.
    position: u64,
    resets: usize,
    damaged: Option<(u64, u64)>,
    truncated: bool,
    delayed: bool,
}

impl Codec {
    /// Opens a file and decodes its first frames, which tell rate and width for certain.
    pub(super) fn open(path: &Path, file: File) -> Result<(Self, Info), FileError> {
        let (mut codec, mut info) = guarded(|| Self::begin(path, file))
            .unwrap_or_else(|| Err(FileError::broken(path, Place::Header, "its reader gave up")))?;
        loop {
            match codec.step()? {
                Step::Sound { rate, width } => {
                    (codec.rate, codec.width, codec.holds) = (rate, width, true);
                    codec.lose();
                    (info.rate, info.width) = (rate, width);
                    return Ok((codec, info));
                }
                Step::Lost(frames) => codec.silence += frames,
                Step::End if codec.silence > 0 => {
                    return Err(FileError::broken(path, Place::Frame(0), "nothing of it can be decoded"));
                }
                Step::End => return Err(FileError::NoFrames { path: path.to_owned() }),
            }
        }
    }

    fn begin(path: &Path, file: File) -> Result<(Self, Info), FileError> {
        let stream = MediaSourceStream::new(Box::new(file), Default::default());
        let (options, metadata) = (FormatOptions::default(), MetadataOptions::default());
        let format =
            probe().probe(&Hint::new(), stream, options, metadata).map_err(|error| unopened(path, error))?;
        let (track, decoder) = pick(path, format.as_ref())?;
        let container = format.format_info();
        let codec = decoder.codec_info();
        let found = format.tracks().iter().find(|found| found.id == track);
        let estimated = container.format == FORMAT_ID_MP3 && found.is_none_or(|found| found.delay.is_none());
        let info = Info {
            rate: 0,
            width: 0,
            frames: found.and_then(|found| found.num_frames).filter(|_| !estimated),
            kind: kind(container.short_name, codec.short_name),
            bits: decoder.codec_params().bits_per_sample,
        };
        let codec = Self {
            path: path.to_owned(),
            delayed: decoder.codec_params().codec == CODEC_ID_AAC,
            format,
            decoder,
            track,
            rate: 0,
            width: 0,
            held: Vec::new(),
            holds: false,
            silence: 0,
            position: 0,
            resets: 0,
            damaged: None,
            truncated: false,
        };
        Ok((codec, info))
    }

    /// Fills `channels` with the next frames; none at the end.
    pub(super) fn next(&mut self, channels: &mut Vec<Vec<f32>>) -> Result<(), FileError> {
        while self.silence == 0 && !self.holds {
            match self.step()? {
                Step::Sound { rate, width } if (rate, width) == (self.rate, self.width) => self.holds = true,
                Step::Sound { .. } => return Err(self.broken("rate or number of channels change")),
                Step::Lost(frames) => {
                    // What is lost counts only once sound follows: at the end of a file it is a cut.
                    let mut lost = frames;
                    self.holds = loop {
                        match self.step()? {
                            Step::Sound { rate, width } if (rate, width) == (self.rate, self.width) => {
                                break true;
                            }
                            Step::Sound { .. } => {
                                return Err(self.broken("rate or number of channels change"));
                            }
                            Step::Lost(more) => lost += more,
                            Step::End => break false,
                        }
                    };
                    if !self.holds {
                        self.truncated = true;
                        return self.give_nothing(channels);
                    }
                    self.silence = lost;
                    self.lose();
                }
                Step::End => return self.give_nothing(channels),
            }
        }
        if self.silence > 0 {
            let frames = self.silence.min(PIECE);
            self.silence -= frames;
            self.position += frames;
            for channel in channels {
                channel.clear();
                channel.resize(frames as usize, 0.0);
            }
        } else {
            self.holds = false;
            std::mem::swap(channels, &mut self.held);
            self.position += channels.first().map_or(0, Vec::len) as u64;
        }
        Ok(())
    }

    /// What had to be mended up to now.
    pub(super) fn warnings(&self) -> impl Iterator<Item = Warning> {
        let damaged = self.damaged.map(|(frame, frames)| Warning::Damaged { frame, frames });
        damaged.into_iter().chain(self.delayed.then_some(Warning::EncoderDelay))
    }

    /// Whether the file ended where it should not.
    pub(super) fn truncated(&self) -> bool {
        self.truncated
    }

    fn give_nothing(&self, channels: &mut [Vec<f32>]) -> Result<(), FileError> {
        channels.iter_mut().for_each(Vec::clear);
        Ok(())
    }

    /// Puts the silence that is to come down as damage.
    fn lose(&mut self) {
        if self.silence > 0 {
            let (frame, frames) = self.damaged.unwrap_or((self.position, 0));
            self.damaged = Some((frame, frames + self.silence));
        }
    }

    fn broken(&self, what: &str) -> FileError {
        FileError::broken(&self.path, Place::Frame(self.position), what)
    }

    fn step(&mut self) -> Result<Step, FileError> {
        guarded(|| self.decode()).unwrap_or_else(|| Err(self.broken("its decoder gave up")))
    }

    fn decode(&mut self) -> Result<Step, FileError> {
        loop {
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.track => packet,
                Ok(Some(_)) => continue,
                Ok(None) => return Ok(Step::End),
                Err(Error::ResetRequired) if self.resets < MOST_RESETS => {
                    self.resets += 1;
                    (self.track, self.decoder) = pick(&self.path, self.format.as_ref())?;
                    continue;
                }
                Err(Error::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => {
                    self.truncated = true;
                    return Ok(Step::End);
                }
                Err(Error::IoError(error)) => return Err(FileError::reading(&self.path, error)),
                Err(error) => return Err(self.broken(&error.to_string())),
            };
            let sound = match self.decoder.decode(&packet) {
                Ok(sound) => sound,
                Err(Error::DecodeError(_) | Error::IoError(_)) if packet.dur.get() <= LONGEST_LOSS => {
                    return Ok(Step::Lost(packet.dur.get()));
                }
                Err(error) => return Err(self.broken(&error.to_string())),
            };
            if sound.frames() == 0 {
                match packet.dur.get() {
                    0 => continue,
                    frames => return Ok(Step::Lost(frames.min(LONGEST_LOSS))),
                }
            }
            sound.copy_to_vecs_planar(&mut self.held);
            let (rate, width) = (sound.spec().rate(), sound.num_planes());
            // The last packet of an MP4 file says how many of its frames count.
            if self.format.format_info().format == FORMAT_ID_ISOMP4 {
                let timed = self.format.tracks().iter().any(|t| t.id == self.track && t.num_frames.is_some());
                let counting = packet.dur.get().clamp(1, u64::from(u32::MAX)) as usize;
                if timed {
                    self.held.iter_mut().for_each(|channel| channel.truncate(counting));
                }
            }
            return Ok(Step::Sound { rate, width });
        }
    }
}

/// The formats that symphonia was built with, looked for near the beginning only.
fn probe() -> &'static Probe {
    static PROBE: OnceLock<Probe> = OnceLock::new();
    PROBE.get_or_init(|| {
        let mut probe =
            Probe::new_with_options(&ProbeOptions { max_probe_depth: SEARCHED, ..Default::default() });
        register_enabled_formats(&mut probe);
        probe
    })
}

/// The track that holds the sound, and a decoder for it.
fn pick(path: &Path, format: &dyn FormatReader) -> Result<(u32, Box<dyn AudioDecoder>), FileError> {
    let container = format.format_info().long_name;
    let unsupported = |what: &str| FileError::unsupported(path, format!("{container} with {what}"));
    let track = format.default_track(TrackType::Audio).ok_or_else(|| unsupported("no audio track"))?;
    let Some(CodecParameters::Audio(parameters)) = &track.codec_params else {
        return Err(unsupported("no audio track"));
    };
    let decoder = get_codecs().make_audio_decoder(parameters, &AudioDecoderOptions::default());
    match decoder {
        Ok(decoder) => Ok((track.id, decoder)),
        Err(Error::Unsupported(_)) => Err(unsupported("a codec that has no decoder here")),
        Err(error) => Err(FileError::broken(path, Place::Header, error.to_string())),
    }
}

/// Why a file could not be opened.
fn unopened(path: &Path, error: Error) -> FileError {
    match error {
        Error::Unsupported(what) if what.starts_with("core (probe)") => {
            FileError::NotAudio { path: path.to_owned() }
        }
        Error::Unsupported(what) => FileError::unsupported(path, format!("a kind of audio file ({what})")),
        Error::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            FileError::broken(path, Place::Header, "it ends too early")
        }
        Error::IoError(error) => FileError::reading(path, error),
        error => FileError::broken(path, Place::Header, error.to_string()),
    }
}

/// What a file is, in a word or two.
fn kind(container: &str, codec: &str) -> String {
    let container = match container {
        "isomp4" => "MP4".into(),
        "matroska" => "Matroska".into(),
        "ogg" => "Ogg".into(),
        "wave" => "WAV".into(),
        other => other.to_uppercase(),
    };
    match codec {
        codec if container.eq_ignore_ascii_case(codec) || codec.starts_with("pcm_") => container,
        "vorbis" => format!("{container} Vorbis"),
        codec => format!("{container} {}", codec.to_uppercase()),
    }
}
