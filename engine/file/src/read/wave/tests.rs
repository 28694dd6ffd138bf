use super::*;
use crate::material::{Bench, chunk, format, riff, wav, wav16};
use crate::{load, read};
use std::io::Cursor;

/// Two frames of one channel, as 16 bits.
const TWO: [u8; 4] = [0, 0x40, 0, 0xc0];

fn found(bytes: &[u8]) -> Found {
    parse(Path::new("a.wav"), &mut Cursor::new(bytes), bytes.len() as u64).unwrap()
}

fn plain(bytes: &[u8]) -> Layout {
    match found(bytes) {
        Found::Plain(layout) => layout,
        Found::Coded(tag) => panic!("coded: {tag}"),
    }
}

fn channels(bytes: &[u8]) -> Vec<Vec<f32>> {
    let audio = read(Bench::new().file("a.wav", bytes)).unwrap();
    audio.channels
}

/// A chunk of odd size whose writer forgot the padding.
fn unpadded(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = chunk(id, body);
    assert_eq!(body.len() % 2, 1);
    bytes.pop();
    bytes
}

/// The format chunk of `WAVE_FORMAT_EXTENSIBLE`: the container's bits, those that count, and the tag within the GUID.
fn extensible(width: u16, container: u16, valid: u16, tag: u16) -> Vec<u8> {
    let mut body = format(0xfffe, width, 48_000, container)[8..].to_vec();
    body.extend(22u16.to_le_bytes());
    body.extend(valid.to_le_bytes());
    body.extend(0u32.to_le_bytes());
    body.extend(tag.to_le_bytes());
    body.extend([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]);
    chunk(b"fmt ", &body)
}

#[test]
fn chunks_of_odd_size_before_the_sound_are_stepped_over() {
    for size in [1, 3, 5, 7, 9, 255] {
        let bytes =
            riff(&[chunk(b"LIST", &vec![b'x'; size]), format(1, 1, 48_000, 16), chunk(b"data", &TWO)]);
        assert_eq!(channels(&bytes), [[0.5, -0.5]], "{size} bytes");
        let bytes = riff(&[format(1, 1, 48_000, 16), chunk(b"bext", &vec![0; size]), chunk(b"data", &TWO)]);
        assert_eq!(channels(&bytes), [[0.5, -0.5]], "{size} bytes");
    }
}

#[test]
fn chunks_of_odd_size_without_padding_are_stepped_over() {
    for size in [1, 3, 5, 7, 9, 255] {
        let bytes =
            riff(&[unpadded(b"LIST", &vec![b'x'; size]), format(1, 1, 48_000, 16), chunk(b"data", &TWO)]);
        assert_eq!(channels(&bytes), [[0.5, -0.5]], "{size} bytes");
        let bytes =
            riff(&[format(1, 1, 48_000, 16), unpadded(b"LIST", &vec![0; size]), chunk(b"data", &TWO)]);
        assert_eq!(channels(&bytes), [[0.5, -0.5]], "{size} bytes");
    }
}

#[test]
fn sound_of_odd_size_is_whole_and_what_follows_it_is_no_sound() {
    let bytes = riff(&[format(1, 1, 48_000, 8), chunk(b"data", &[0, 128, 192]), chunk(b"LIST", b"INFOabcd")]);
    assert_eq!(channels(&bytes), [[-1.0, 0.0, 0.5]]);
}

#[test]
fn the_sound_may_stand_before_its_format() {
    let bytes = riff(&[chunk(b"data", &TWO), format(1, 1, 48_000, 16)]);
    assert_eq!(channels(&bytes), [[0.5, -0.5]]);
}

#[test]
fn an_extensible_format_says_what_the_samples_are() {
    for (container, valid, tag, sample, bits) in [
        (16, 16, 1, Sample::I16, 16),
        (24, 20, 1, Sample::I24, 20),
        (32, 24, 1, Sample::I32, 24),
        (32, 32, 3, Sample::F32, 32),
        (64, 64, 3, Sample::F64, 64),
        (16, 0, 1, Sample::I16, 16),
    ] {
        let bytes = riff(&[extensible(1, container, valid, tag), chunk(b"data", &[0; 64])]);
        let layout = plain(&bytes);
        assert_eq!((layout.sample, layout.bits), (sample, bits));
        assert_eq!(layout.frames, 64 / (u64::from(container) / 8));
    }
    let coded = riff(&[extensible(1, 8, 8, 6), chunk(b"data", &[0; 64])]);
    assert!(matches!(found(&coded), Found::Coded(6)));
}

#[test]
fn sixty_four_channels_come_in_order() {
    let words: Vec<i16> = (0..640).collect();
    for channel in channels(&wav16(64, 48_000, &words)).iter().enumerate() {
        let expected: Vec<f32> = (0..10).map(|frame| (frame * 64 + channel.0) as f32 / 32_768.0).collect();
        assert_eq!(*channel.1, expected);
    }
}

#[test]
fn a_wrong_block_size_is_not_believed() {
    for block in [0u16, 1, 3, 7, 999] {
        let mut bytes = wav16(2, 48_000, &[1, 2, 3, 4]);
        bytes[32..34].copy_from_slice(&block.to_le_bytes());
        assert_eq!(plain(&bytes).sample, Sample::I16, "block {block}");
        assert_eq!(plain(&bytes).frames, 2);
    }
    // Four bytes a sample, of which 24 bits count, is what the block may well say.
    let mut bytes = wav(1, 1, 48_000, 24, &[0, 0, 0, 0x40]);
    bytes[32..34].copy_from_slice(&4u16.to_le_bytes());
    assert_eq!(channels(&bytes), [[0.5]]);
}

#[test]
fn an_unknown_length_means_up_to_the_end() {
    let mut bytes = wav16(1, 48_000, &[1, 2, 3]);
    bytes[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
    let layout = plain(&bytes);
    assert_eq!((layout.frames, layout.warning), (3, None));
}

#[test]
fn a_header_that_was_never_finished_is_mended_and_told() {
    // What is left of a program that was stopped while it wrote with hound.
    let mut bytes = wav16(2, 48_000, &[1, 2, 3, 4, 5, 6]);
    bytes[4..8].fill(0);
    bytes[40..44].fill(0);
    let loaded = load(Bench::new().file("a.wav", &bytes)).unwrap();
    assert_eq!(loaded.audio.frames(), 3);
    assert_eq!(loaded.warnings, [Warning::Unfinished { found: 3 }]);
}

#[test]
fn a_file_without_sound_but_with_something_behind_it_is_not_mended() {
    let bytes = riff(&[format(1, 1, 48_000, 16), chunk(b"data", &[]), chunk(b"LIST", b"INFOabcd")]);
    assert_eq!(plain(&bytes).frames, 0);
}

#[test]
fn rf64_and_bw64_take_their_length_from_another_chunk() {
    for id in [b"RF64", b"BW64"] {
        let mut sizes = Vec::new();
        for size in [5_000_000_000u64, 4, 2] {
            sizes.extend(size.to_le_bytes());
        }
        sizes.extend([0; 4]);
        let mut bytes = riff(&[chunk(b"ds64", &sizes), format(1, 1, 48_000, 16), chunk(b"data", &TWO)]);
        bytes.extend(chunk(b"LIST", b"INFOabcd"));
        bytes[..4].copy_from_slice(id);
        bytes[4..8].fill(0xff);
        let at = bytes.windows(4).position(|four| four == b"data").unwrap() + 4;
        bytes[at..at + 4].fill(0xff);
        let layout = plain(&bytes);
        assert_eq!((layout.frames, layout.warning), (2, None));
        // The same length beyond 4 GiB, of which this file has little.
        let long = bytes.windows(8).position(|eight| eight == 4u64.to_le_bytes()).unwrap();
        bytes[long..long + 8].copy_from_slice(&6_000_000_000u64.to_le_bytes());
        let warning = plain(&bytes).warning;
        assert!(
            matches!(warning, Some(Warning::Truncated { declared: Some(3_000_000_000), .. })),
            "{warning:?}"
        );
    }
}

#[test]
fn a_header_without_format_or_sound_is_broken_and_the_byte_is_named() {
    let path = Path::new("a.wav");
    for bytes in [
        riff(&[chunk(b"data", &TWO)]),
        riff(&[format(1, 1, 48_000, 16)]),
        riff(&[chunk(b"fmt ", &[1, 0, 1, 0]), chunk(b"data", &TWO)]),
        b"RIFF\x04\0\0\0WAVE".to_vec(),
        riff(&vec![chunk(b"JUNK", &[]); 10_000]),
    ] {
        let error = parse(path, &mut Cursor::new(&bytes), bytes.len() as u64).unwrap_err();
        assert!(matches!(error, FileError::Broken { place: Place::Byte(_), .. }), "{error}");
    }
}

#[test]
fn a_disk_that_fails_is_told_and_one_that_gives_little_at_a_time_is_borne() {
    /// Gives one byte at a time, and fails at one place.
    struct Slow(Cursor<Vec<u8>>, u64);
    impl Read for Slow {
        fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
            if self.0.position() >= self.1 {
                return Err(io::Error::other("worn out"));
            }
            let one = bytes.len().min(1);
            self.0.read(&mut bytes[..one])
        }
    }
    impl Seek for Slow {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }
    let bytes = wav16(1, 48_000, &[1, 2, 3, 4]);
    let layout = plain(&bytes);
    let mut channels = vec![Vec::new()];
    let mut slow = Plain::new(Slow(Cursor::new(bytes.clone()), u64::MAX), layout.clone()).unwrap();
    slow.next(&mut channels).unwrap();
    assert_eq!(channels[0].len(), 4);
    let mut worn = Plain::new(Slow(Cursor::new(bytes.clone()), 47), layout).unwrap();
    assert_eq!(worn.next(&mut channels).unwrap_err().to_string(), "worn out");
    let error = parse(Path::new("a.wav"), &mut Slow(Cursor::new(bytes), 20), 52).unwrap_err();
    assert!(matches!(error, FileError::Read { .. }));
}
