//! WAV files, and RF64 and BW64 ones beyond 4 GiB: where the samples are and how they are stored.
//!
//! After Microsoft and IBM, "Multimedia Programming Interface and Data Specifications" (1991), the description of
//! `WAVEFORMATEXTENSIBLE`, and EBU Tech 3306 (RF64). Files in the field are forgiven what can be made out: chunks of
//! odd size without their padding, a wrong block size, a length that was never filled in, an end that is missing.

use super::samples::Sample;
use crate::{FileError, MAX_CHANNELS, Place, Warning};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// How many bytes are read at once: few enough for a processor's cache.
const PIECE: usize = 128 << 10;
/// More chunks than this before the sound are not in any true file.
const MAX_CHUNKS: usize = 4_096;
/// The length that stands for "unknown", or for "see ds64".
const UNKNOWN: u32 = u32::MAX;

/// Chunks that are met in the field, to tell a missing padding byte from a present one.
const KNOWN: [&[u8; 4]; 22] = [
    b"fmt ", b"data", b"LIST", b"fact", b"bext", b"iXML", b"JUNK", b"junk", b"PEAK", b"cue ", b"smpl",
    b"inst", b"id3 ", b"ID3 ", b"axml", b"chna", b"_PMX", b"FLLR", b"PAD ", b"ds64", b"umid", b"acid",
];

/// What the header of a WAV file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) rate: u32,
    pub(super) width: usize,
    pub(super) sample: Sample,
    /// How many bits of a sample count.
    pub(super) bits: u32,
    /// The byte at which the samples begin.
    pub(super) start: u64,
    /// The frames that are there.
    pub(super) frames: u64,
    pub(super) warning: Option<Warning>,
}

/// What was found in a WAV file.
#[derive(Debug)]
pub(super) enum Found {
    /// Plain samples.
    Plain(Layout),
    /// Samples in a code (a format tag of Microsoft's list), for symphonia to decode.
    Coded(u16),
}

/// How samples are stored, as a `fmt ` chunk says.
struct Format {
    tag: u16,
    width: u16,
    rate: u32,
    block: u16,
    container: u16,
    bits: u16,
}

/// Finds the samples in a file of `size` bytes.
pub(super) fn parse(path: &Path, file: &mut (impl Read + Seek), size: u64) -> Result<Found, FileError> {
    let reading = |error| FileError::reading(path, error);
    let broken = |at, what: &str| FileError::broken(path, Place::Byte(at), what);
    let mut head = [0; 12];
    let got = read_at(file, 0, &mut head).map_err(reading)?;
    if got < head.len() {
        return Err(broken(got as u64, "it ends in its header"));
    }
    let riff = u32_at(&head, 4);
    let (mut format, mut data, mut long) = (None, None, None);
    let mut at = 12;
    for _ in 0..MAX_CHUNKS {
        let mut chunk = [0; 8];
        if read_at(file, at, &mut chunk).map_err(reading)? < chunk.len() {
            break;
        }
        let (body, length) = (at + 8, u32_at(&chunk, 4));
        match &chunk[..4] {
            b"fmt " => {
                let mut bytes = [0; 40];
                let wanted = bytes.len().min(length as usize);
                let got = read_at(file, body, &mut bytes[..wanted]).map_err(reading)?;
                format = Some(
                    parse_format(&bytes[..got]).ok_or_else(|| broken(at, "the format chunk is too short"))?,
                );
            }
            b"ds64" => {
                let mut bytes = [0; 16];
                if length >= 16 && read_at(file, body, &mut bytes).map_err(reading)? == bytes.len() {
                    long = Some(u64::from(u32_at(&bytes, 8)) | u64::from(u32_at(&bytes, 12)) << 32);
                }
            }
            b"data" => data = Some((body, length)),
            _ => {}
        }
        if format.is_some() && data.is_some() {
            break;
        }
        at = next_chunk(file, body + u64::from(length), length % 2 == 1).map_err(reading)?;
    }
    let format = format.ok_or_else(|| broken(at.min(size), "there is no format chunk"))?;
    let (start, length) = data.ok_or_else(|| broken(at.min(size), "there is no data chunk"))?;
    let there = size.saturating_sub(start);
    let declared = match (length, long) {
        (UNKNOWN, Some(long)) => Some(long),
        (UNKNOWN, None) => None,
        // A writer that was stopped left both lengths as they were at the beginning.
        (0, _) if there > 0 && u64::from(riff) + 8 <= start => None,
        (length, _) => Some(u64::from(length)),
    };
    let unfinished = length == 0 && declared.is_none();
    layout(path, &format, start, there, declared, unfinished)
}

/// Checks a format and works out the frames.
fn layout(
    path: &Path,
    format: &Format,
    start: u64,
    there: u64,
    declared: Option<u64>,
    unfinished: bool,
) -> Result<Found, FileError> {
    let Some(sample) = sample_of(format) else {
        return match format.tag {
            1 | 3 => Err(FileError::unsupported(path, format!("WAV with samples of {} bits", format.bits))),
            tag => Ok(Found::Coded(tag)),
        };
    };
    let (path, width) = (path.to_owned(), usize::from(format.width));
    if width == 0 || width > MAX_CHANNELS {
        return Err(FileError::Channels { path, channels: width });
    }
    let block = (sample.bytes() * width) as u64;
    let frames = declared.unwrap_or(there).min(there) / block;
    let warning = match declared {
        None if unfinished => Some(Warning::Unfinished { found: frames }),
        Some(declared) if declared > there => {
            Some(Warning::Truncated { found: frames, declared: Some(declared / block) })
        }
        _ => None,
    };
    Ok(Found::Plain(Layout {
        rate: format.rate,
        width,
        sample,
        bits: u32::from(format.bits),
        start,
        frames,
        warning,
    }))
}

fn parse_format(bytes: &[u8]) -> Option<Format> {
    if bytes.len() < 16 {
        return None;
    }
    let container = u16_at(bytes, 14);
    let mut format = Format {
        tag: u16_at(bytes, 0),
        width: u16_at(bytes, 2),
        rate: u32_at(bytes, 4),
        block: u16_at(bytes, 12),
        container,
        bits: container,
    };
    // WAVE_FORMAT_EXTENSIBLE: the tag is the beginning of a GUID, and fewer bits may count than are stored.
    if format.tag == 0xfffe && bytes.len() >= 40 {
        format.tag = u16_at(bytes, 24);
        let valid = u16_at(bytes, 18);
        if (1..container).contains(&valid) {
            format.bits = valid;
        }
    }
    Some(format)
}

/// How plain samples are stored; nothing for a code, or for a size that is not known.
fn sample_of(format: &Format) -> Option<Sample> {
    // The block says how many bytes a sample takes; where that can't be, the bits do.
    let by_bits = format.container.div_ceil(8);
    let by_block =
        format.block.checked_div(format.width).filter(|bytes| bytes * format.width == format.block);
    let bytes = by_block.filter(|&bytes| bytes >= by_bits && bytes <= 8).unwrap_or(by_bits);
    match (format.tag, bytes) {
        (1, 1) => Some(Sample::U8),
        (1, 2) => Some(Sample::I16),
        (1, 3) => Some(Sample::I24),
        (1, 4) => Some(Sample::I32),
        (3, 4) => Some(Sample::F32),
        (3, 8) => Some(Sample::F64),
        _ => None,
    }
}

/// Where the chunk after one that ends at `end` begins. After an odd size a zero byte belongs, which some forget.
fn next_chunk(file: &mut (impl Read + Seek), end: u64, odd: bool) -> io::Result<u64> {
    if !odd {
        return Ok(end);
    }
    let mut bytes = [0; 5];
    let got = read_at(file, end, &mut bytes)?;
    let known = |id: &[u8]| KNOWN.iter().any(|known| *known == id);
    let forgotten = got >= 4 && known(&bytes[..4]) && !known(&bytes[1..]);
    Ok(if forgotten { end } else { end + 1 })
}

/// Goes through the samples.
pub(super) struct Plain<F> {
    file: F,
    layout: Layout,
    left: u64,
    bytes: Vec<u8>,
}

impl<F: Read + Seek> Plain<F> {
    /// At the first frame.
    pub(super) fn new(mut file: F, layout: Layout) -> io::Result<Self> {
        file.seek(SeekFrom::Start(layout.start))?;
        let block = layout.sample.bytes() * layout.width;
        Ok(Self { file, left: layout.frames, bytes: vec![0; (PIECE / block).max(1) * block], layout })
    }

    /// Fills `channels` with the next frames; none at the end.
    pub(super) fn next(&mut self, channels: &mut [Vec<f32>]) -> io::Result<()> {
        let block = self.layout.sample.bytes() * self.layout.width;
        let wanted = (self.bytes.len() as u64).min(self.left * block as u64) as usize;
        let got = fill(&mut self.file, &mut self.bytes[..wanted])? / block;
        // A file that another program shortens meanwhile ends where it ends.
        self.left = if got * block < wanted { 0 } else { self.left - got as u64 };
        self.layout.sample.spread(&self.bytes[..got * block], channels);
        Ok(())
    }
}

fn read_at(file: &mut (impl Read + Seek), at: u64, bytes: &mut [u8]) -> io::Result<usize> {
    file.seek(SeekFrom::Start(at))?;
    fill(file, bytes)
}

/// Reads until `bytes` are full or the file ends, and says how many were read.
pub(super) fn fill(file: &mut impl Read, bytes: &mut [u8]) -> io::Result<usize> {
    let mut got = 0;
    while got < bytes.len() {
        match file.read(&mut bytes[got..]) {
            Ok(0) => break,
            Ok(more) => got += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

#[cfg(test)]
mod tests;
