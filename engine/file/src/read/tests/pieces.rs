//! Reading piece by piece.

use crate::material::{Bench, Dice, FIXTURES, fixture, wav, wav16};
use crate::{Reader, Warning, load, read};

#[test]
fn pieces_put_together_are_the_whole_file() {
    let bench = Bench::new();
    let mut dice = Dice(3);
    let long = bench
        .file("long.wav", &wav16(3, 44_100, &(0..300_000).map(|_| dice.roll() as i16).collect::<Vec<_>>()));
    for path in FIXTURES.map(|(name, _)| fixture(name)).into_iter().chain([long]) {
        let whole = load(&path).unwrap();
        let mut reader = Reader::open(&path).unwrap();
        let mut channels = vec![Vec::<f32>::new(); reader.info().width];
        while let Some(block) = reader.next_block().unwrap() {
            assert_eq!((block.rate, block.width()), (whole.audio.rate, whole.audio.width()));
            assert!(block.frames() > 0);
            channels.iter_mut().zip(&block.channels).for_each(|(all, piece)| all.extend(piece));
        }
        assert!(channels == whole.audio.channels, "{}", path.display());
        assert_eq!(reader.warnings(), whole.warnings);
        assert!(reader.next_block().unwrap().is_none(), "the end stays the end");
    }
}

#[test]
fn a_long_file_needs_no_more_memory_than_a_short_one() {
    let bench = Bench::new();
    let mut reader = Reader::open(bench.file("long.wav", &wav16(2, 48_000, &vec![1; 4_000_000]))).unwrap();
    let (mut frames, mut most) = (0, 0);
    while let Some(block) = reader.next_block().unwrap() {
        frames += block.frames();
        most = most.max(block.channels.iter().map(Vec::capacity).sum());
    }
    assert_eq!(frames, 2_000_000);
    assert!(most <= 128 << 10, "{most} samples were held at once");
}

#[test]
fn a_file_says_what_it_is_before_it_is_read() {
    let bench = Bench::new();
    let reader = Reader::open(bench.file("a.wav", &wav(3, 2, 96_000, 64, &[0; 160]))).unwrap();
    let info = reader.info();
    assert_eq!((info.rate, info.width, info.frames, info.bits), (96_000, 2, Some(10), Some(64)));
    let kinds = FIXTURES.map(|(name, _)| {
        let reader = Reader::open(fixture(name)).unwrap();
        let info = reader.info();
        assert_eq!((info.rate, info.width), (44_100, 2), "{name}");
        info.kind.clone()
    });
    let expected = ["FLAC", "AIFF", "CAF", "MP4 ALAC", "WAV", "WAV ADPCM_MS", "MP3", "Ogg Vorbis", "MP4 AAC"];
    assert_eq!(kinds, expected);
    assert_eq!(Reader::open(fixture("tone.mp3")).unwrap().info().frames, Some(4_410));
}

#[test]
fn numbers_that_are_not_finite_become_zero_and_the_first_is_named() {
    let bench = Bench::new();
    let mut samples: Vec<f64> = (0..40_000).map(|n| f64::from(n) / 40_000.0).collect();
    for (at, wild) in
        [(30_001, f64::NAN), (25_000, f64::INFINITY), (39_999, f64::NEG_INFINITY), (39_998, 1e300)]
    {
        samples[at] = wild;
    }
    let single: Vec<u8> = samples.iter().flat_map(|&s| (s as f32).to_le_bytes()).collect();
    let double: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
    for (bits, bytes) in [(32, single), (64, double)] {
        let loaded = load(bench.file("wild.wav", &wav(3, 2, 48_000, bits, &bytes))).unwrap();
        // Frame 12,500 on the left, frame 15,000 on the right, and both of the last frame.
        assert_eq!(loaded.warnings, [Warning::NotFinite { frame: 12_500, samples: 4 }]);
        for (channel, samples_of) in loaded.audio.channels.iter().enumerate() {
            for (frame, &found) in samples_of.iter().enumerate() {
                let expected = samples[2 * frame + channel] as f32;
                assert_eq!(found, if expected.is_finite() { expected } else { 0.0 });
            }
        }
        assert!(loaded.warnings[0].to_string().contains("12500"));
    }
}

#[test]
fn the_same_file_read_twice_gives_the_same_bits() {
    for (name, _) in FIXTURES {
        assert!(read(fixture(name)).unwrap() == read(fixture(name)).unwrap(), "{name}");
    }
}

#[test]
fn readers_and_writers_may_move_to_another_thread() {
    fn movable<T: Send>() {}
    movable::<Reader>();
    movable::<crate::Writer>();
}
