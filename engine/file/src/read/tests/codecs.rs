//! What decoders give, against the tone that was encoded.

use crate::material::{Bench, Dice, FIXTURES, TONES, aiff24, fit, fixture, tone, wav};
use crate::read::with_symphonia;
use crate::{Warning, load, read};
use std::f64::consts::TAU;
use std::fs;

const STEP: f64 = 1.0 / 32_768.0;

#[test]
fn lossless_files_give_every_frame_in_its_place() {
    for (name, frames) in
        [("tone.flac", 4_410), ("tone.aiff", 2_205), ("tone.caf", 2_205), ("tone-alac.m4a", 4_410)]
    {
        let loaded = load(fixture(name)).unwrap();
        assert_eq!(loaded.warnings, [], "{name}");
        assert_eq!(
            (loaded.audio.rate, loaded.audio.width(), loaded.audio.frames()),
            (44_100, 2, frames),
            "{name}"
        );
        for (channel, samples) in loaded.audio.channels.iter().enumerate() {
            for (frame, &sample) in samples.iter().enumerate() {
                let error = (f64::from(sample) - tone(channel, frame)).abs();
                assert!(error <= STEP, "{name}: channel {channel}, frame {frame}: {error}");
            }
        }
    }
}

#[test]
fn lossy_files_without_an_encoders_delay_give_the_tone_in_its_place() {
    // How far the codecs may be off: decibels, frames, and the level of the rest against the tone.
    for (name, level, frames, rest) in [
        ("tone.mp3", 0.1, 0.05, -35.0),
        ("tone.ogg", 0.1, 0.05, -35.0),
        ("tone-alaw.wav", 0.1, 0.02, -30.0),
        ("tone-adpcm.wav", 0.3, 0.1, -20.0),
    ] {
        let loaded = load(fixture(name)).unwrap();
        assert_eq!(loaded.warnings, [], "{name}");
        assert_eq!((loaded.audio.rate, loaded.audio.width()), (44_100, 2), "{name}");
        for (samples, (frequency, amplitude)) in loaded.audio.channels.iter().zip(TONES) {
            let turn = TAU * frequency / 44_100.0;
            let middle: Vec<f64> = samples[882..3_528].iter().map(|&x| f64::from(x)).collect();
            let (found, phase, noise) = fit(&middle, turn);
            let late = (turn * 882.0 - phase + TAU / 2.0).rem_euclid(TAU) - TAU / 2.0;
            assert!((20.0 * (found / amplitude).log10()).abs() < level, "{name}: amplitude {found}");
            assert!((late / turn).abs() < frames, "{name}: {} frames late", late / turn);
            let noise = 20.0 * (noise / (found / 2f64.sqrt())).log10();
            assert!(noise < rest, "{name}: rest {noise} dB");
        }
    }
}

#[test]
fn mp3_and_vorbis_hold_exactly_the_frames_that_were_encoded() {
    for name in ["tone.mp3", "tone.ogg"] {
        assert_eq!(read(fixture(name)).unwrap().frames(), 4_410, "{name}");
    }
}

#[test]
fn aac_says_that_its_encoders_delay_was_left_in() {
    let loaded = load(fixture("tone-aac.m4a")).unwrap();
    assert_eq!(loaded.warnings, [Warning::EncoderDelay]);
    // FFmpeg's encoder begins with 1,024 frames.
    assert_eq!(loaded.audio.frames(), 4_410 + 1_024);
    let left: Vec<f64> = loaded.audio.channels[0][2_048..4_096].iter().map(|&x| f64::from(x)).collect();
    let (amplitude, phase, _) = fit(&left, TAU * 1_000.0 / 44_100.0);
    let expected = TAU * 1_000.0 * 1_024.0 / 44_100.0;
    assert!((amplitude - 0.5).abs() < 0.02);
    assert!(((phase - expected + TAU / 2.0).rem_euclid(TAU) - TAU / 2.0).abs() < 0.05);
}

#[test]
fn the_content_counts_and_not_the_name() {
    let bench = Bench::new();
    for (index, (name, frames)) in FIXTURES.into_iter().enumerate() {
        let disguised = bench.path(["x.wav", "x.txt", "x", "x.mp3"][index % 4]);
        fs::copy(fixture(name), &disguised).unwrap();
        let audio = read(&disguised).unwrap();
        // ADPCM comes in whole blocks.
        assert!(audio.frames() >= frames && audio.frames() < frames + 2_048, "{name}: {}", audio.frames());
    }
}

#[test]
fn an_aiff_file_made_by_hand_gives_its_samples() {
    let bench = Bench::new();
    let samples = [0, 1, -1, 8_388_607, -8_388_608, 4_194_304, 123_456, -123_456, 5];
    for (width, rate) in [(1, 44_100), (3, 96_000), (9, 8_000)] {
        let audio = read(bench.file("a.aiff", &aiff24(width, rate, &samples))).unwrap();
        assert_eq!((audio.rate, audio.width()), (rate, usize::from(width)));
        for (index, sample) in samples.into_iter().enumerate() {
            let found = audio.channels[index % audio.width()][index / audio.width()];
            assert_eq!(found, sample as f32 / 8_388_608.0);
        }
    }
}

#[test]
fn what_is_read_here_is_what_symphonia_reads() {
    let bench = Bench::new();
    let mut dice = Dice(1);
    for (tag, bits) in [(1, 8), (1, 16), (1, 24), (1, 32), (3, 32), (3, 64)] {
        for width in [1u16, 2, 6] {
            let samples = (0..3_000 * usize::from(width)).flat_map(|_| match (tag, bits) {
                (3, 32) => dice.sample().to_le_bytes().to_vec(),
                (3, 64) => f64::from(dice.sample()).to_le_bytes().to_vec(),
                _ => dice.roll().to_le_bytes()[..bits as usize / 8].to_vec(),
            });
            let bytes = wav(tag, width, 48_000, bits, &samples.collect::<Vec<_>>());
            let path = bench.file("a.wav", &bytes);
            let ours = read(&path).unwrap();
            assert_eq!((ours.rate, ours.width(), ours.frames()), (48_000, usize::from(width), 3_000));
            assert!(ours == with_symphonia(&path).unwrap(), "tag {tag}, {bits} bits, {width} channels");
        }
    }
}
