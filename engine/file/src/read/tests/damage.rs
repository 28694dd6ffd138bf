//! Damaged files: mended or refused, but never a panic, an endless loop or a flood of memory.

use crate::material::{Bench, Dice, FIXTURES, aiff24, fixture, tone, wav, wav16};
use crate::{FileError, Loaded, Reader, Warning, load};
use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

/// More frames than any damage could make of files of 10 kB.
const FLOOD: usize = 40_000_000;

/// Reads a file to its end or to an error. A panic fails the test, finite samples and equal lengths are asked for.
fn survive(path: &Path, what: &str) -> Result<usize, FileError> {
    let read = || -> Result<usize, FileError> {
        let mut reader = Reader::open(path)?;
        let mut frames = 0;
        while let Some(block) = reader.next_block()? {
            assert!(block.channels.iter().all(|channel| channel.len() == block.frames()), "{what}: ragged");
            assert!(block.channels.iter().flatten().all(|sample| sample.is_finite()), "{what}: not finite");
            frames += block.frames();
            assert!(frames < FLOOD, "{what}: does not end");
        }
        Ok(frames)
    };
    catch_unwind(read).unwrap_or_else(|_| panic!("{what}: panicked"))
}

fn healthy() -> Vec<(&'static str, Vec<u8>)> {
    let mut dice = Dice(5);
    let words: Vec<i16> = (0..1_200).map(|_| dice.roll() as i16).collect();
    let wide: Vec<i32> = (0..900).map(|_| dice.roll() as i32 >> 8).collect();
    let floats: Vec<u8> = (0..1_000).flat_map(|_| dice.sample().to_le_bytes()).collect();
    let mut files = vec![
        ("16.wav", wav16(2, 44_100, &words)),
        ("float.wav", wav(3, 1, 48_000, 32, &floats)),
        ("24.aiff", aiff24(3, 48_000, &wide)),
    ];
    files.extend(FIXTURES.map(|(name, _)| (name, fs::read(fixture(name)).unwrap())));
    files
}

#[test]
fn five_hundred_corruptions_of_each_format_do_no_harm() {
    let bench = Bench::new();
    let mut dice = Dice(2_026);
    for (name, bytes) in healthy() {
        for round in 0..500 {
            let mut bytes = bytes.clone();
            // Half of the blows go to the header, where they hurt.
            let reach = if round % 2 == 0 { bytes.len().min(256) } else { bytes.len() };
            for _ in 0..1 + dice.roll() % 8 {
                let at = dice.roll() as usize % reach.min(bytes.len());
                match dice.roll() % 5 {
                    0 => bytes[at] ^= 1 << (dice.roll() % 8),
                    1 => bytes[at] = [0, 0xff, 0x7f, 0x80][dice.roll() as usize % 4],
                    2 => bytes[at] = dice.roll() as u8,
                    3 => bytes.iter_mut().skip(at).take(4).for_each(|byte| *byte = dice.roll() as u8),
                    _ => {
                        let length = dice.roll() as usize % 64;
                        bytes.drain(at..(at + length).min(bytes.len()));
                        bytes.resize(bytes.len().max(1), 0);
                    }
                }
            }
            let _ = survive(&bench.file("corrupt", &bytes), &format!("{name}, corruption {round}"));
        }
    }
}

#[test]
fn a_file_that_ends_anywhere_does_no_harm() {
    let bench = Bench::new();
    for (name, bytes) in healthy() {
        for length in (1..bytes.len().min(400)).chain((400..bytes.len()).step_by(61)) {
            let _ = survive(&bench.file("cut", &bytes[..length]), &format!("{name}, cut to {length} bytes"));
        }
    }
}

#[test]
fn a_truncated_wav_file_ends_where_it_ends_and_says_so() {
    let bench = Bench::new();
    let samples: Vec<i16> = (0..3_000).map(|n| (n * 7) as i16).collect();
    let bytes = wav16(2, 48_000, &samples);
    // The header takes 44 bytes, a frame 4.
    for length in [48, 49, 51, 52, 1_000, 5_000, 6_043] {
        let Loaded { audio, warnings } = load(bench.file("cut.wav", &bytes[..length])).unwrap();
        let frames = (length - 44) / 4;
        assert_eq!(audio.frames(), frames);
        assert_eq!(warnings, [Warning::Truncated { found: frames as u64, declared: Some(1_500) }]);
        for (frame, pair) in samples.chunks(2).take(frames).enumerate() {
            assert_eq!(audio.channels[0][frame], f32::from(pair[0]) / 32_768.0);
            assert_eq!(audio.channels[1][frame], f32::from(pair[1]) / 32_768.0);
        }
    }
    assert_eq!(load(bench.file("whole.wav", &bytes)).unwrap().warnings, []);
}

#[test]
fn a_file_that_is_shortened_while_it_is_read_ends_there() {
    let bench = Bench::new();
    let path = bench.file("shrinking.wav", &wav16(1, 48_000, &vec![5; 1_000_000]));
    let mut reader = Reader::open(&path).unwrap();
    let mut frames = reader.next_block().unwrap().unwrap().frames() as u64;
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(44 + 400_002).unwrap();
    while let Some(block) = reader.next_block().unwrap() {
        frames += block.frames() as u64;
    }
    assert_eq!(frames, 200_001);
    assert_eq!(reader.warnings(), [Warning::Truncated { found: 200_001, declared: Some(1_000_000) }]);
}

#[test]
fn a_cut_flac_file_gives_what_is_there() {
    let bench = Bench::new();
    let bytes = fs::read(fixture("tone.flac")).unwrap();
    let loaded = load(bench.file("cut.flac", &bytes[..bytes.len() / 2])).unwrap();
    let frames = loaded.audio.frames();
    assert!(frames > 1_000 && frames < 3_500, "{frames}");
    assert_eq!(loaded.warnings, [Warning::Truncated { found: frames as u64, declared: Some(4_410) }]);
    for (frame, &sample) in loaded.audio.channels[0].iter().enumerate() {
        assert!((f64::from(sample) - tone(0, frame)).abs() < 1.0 / 32_768.0);
    }
}

#[test]
fn a_stretch_that_cannot_be_decoded_is_silent_and_what_follows_stays_in_time() {
    let bench = Bench::new();
    let mut bytes = fs::read(fixture("tone-alac.m4a")).unwrap();
    // ALAC packets have no checksum: a first byte that names another element makes the first one undecodable.
    let at = bytes.windows(4).position(|four| four == b"mdat").unwrap() + 4;
    bytes[at] = 0xff;
    let loaded = load(bench.file("hurt.m4a", &bytes)).unwrap();
    assert_eq!(loaded.audio.frames(), 4_410);
    assert_eq!(loaded.warnings, [Warning::Damaged { frame: 0, frames: 4_096 }]);
    for (frame, &sample) in loaded.audio.channels[0].iter().enumerate() {
        let expected = if frame < 4_096 { 0.0 } else { tone(0, frame) };
        assert!((f64::from(sample) - expected).abs() <= 1.0 / 32_768.0, "frame {frame}");
    }
}
