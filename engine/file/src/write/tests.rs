use super::*;
use crate::material::{Bench, Dice};
use crate::{load, read};
use signalbox_dsp::dither::{STEPS_16, STEPS_24, Tpdf};
use std::fs;

const FORMATS: [Format; 3] = [Format::Pcm16, Format::Pcm24, Format::Float32];

fn noise(width: usize, frames: usize) -> Vec<Vec<f32>> {
    let mut dice = Dice(width as u64);
    (0..width).map(|_| (0..frames).map(|_| dice.sample() * 0.9).collect()).collect()
}

fn slices(channels: &[Vec<f32>], from: usize, to: usize) -> Vec<&[f32]> {
    channels.iter().map(|channel| &channel[from..to]).collect()
}

fn write(path: &Path, rate: u32, channels: &[Vec<f32>], format: Format, piece: usize) -> Report {
    let mut writer = Writer::create(path, rate, channels.len(), format).unwrap();
    let frames = channels[0].len();
    for from in (0..frames).step_by(piece) {
        writer.write(&slices(channels, from, (from + piece).min(frames))).unwrap();
    }
    writer.finish().unwrap()
}

#[test]
fn what_is_written_is_read_again() {
    let bench = Bench::new();
    for format in FORMATS {
        for (width, rate) in [(1, 44_100), (2, 48_000), (6, 96_000), (64, 192_000)] {
            let channels = noise(width, 3_001);
            let path = bench.path("a.wav");
            let report = write(&path, rate, &channels, format, 1_000);
            assert_eq!((report.frames, report.clipped), (3_001, 0));
            let loaded = load(&path).unwrap();
            assert_eq!(loaded.warnings, []);
            assert_eq!(
                (loaded.audio.rate, loaded.audio.width(), loaded.audio.frames()),
                (rate, width, 3_001)
            );
            for (found, wanted) in loaded.audio.channels.iter().zip(&channels) {
                for (&found, &wanted) in found.iter().zip(wanted) {
                    let error = f64::from(found) - f64::from(wanted);
                    let most = match format {
                        // Half a step of rounding, and one of dither.
                        Format::Pcm16 => 1.5 / STEPS_16,
                        Format::Pcm24 => 0.5 / STEPS_24,
                        Format::Float32 => 0.0,
                    };
                    assert!(error.abs() <= most, "{format:?}: {error}");
                }
            }
        }
    }
}

#[test]
fn hound_and_symphonia_read_what_is_written() {
    let bench = Bench::new();
    for format in FORMATS {
        for width in [1, 2, 6] {
            let channels = noise(width, 777);
            let path = bench.path("a.wav");
            write(&path, 48_000, &channels, format, 777);
            let ours = read(&path).unwrap();
            let mut hound = hound::WavReader::open(&path).unwrap();
            assert_eq!((hound.spec().channels as usize, hound.duration()), (width, 777));
            let steps = if format == Format::Pcm16 { STEPS_16 } else { STEPS_24 };
            let theirs: Vec<f32> = if format == Format::Float32 {
                hound.samples::<f32>().map(Result::unwrap).collect()
            } else {
                hound.samples::<i32>().map(|word| (f64::from(word.unwrap()) / steps) as f32).collect()
            };
            for (index, &sample) in theirs.iter().enumerate() {
                assert_eq!(sample, ours.channels[index % width][index / width]);
            }
            assert!(crate::read::with_symphonia(&path).unwrap() == ours, "{format:?}, {width} channels");
        }
    }
}

#[test]
fn sixteen_bits_are_the_dithered_words_and_the_same_for_any_pieces() {
    let bench = Bench::new();
    let channels = noise(2, 5_000);
    let whole = bench.path("whole.wav");
    write(&whole, 48_000, &channels, Format::Pcm16, 5_000);
    let found = read(&whole).unwrap();
    for (index, channel) in channels.iter().enumerate() {
        let mut words = vec![0; channel.len()];
        Tpdf::new(0, index as u64).to_16_bits(0, channel, &mut words);
        let expected: Vec<f32> = words.iter().map(|&word| f32::from(word) / 32_768.0).collect();
        assert!(found.channels[index] == expected);
    }
    for piece in [1, 64, 1_023, 1_024, 1_025] {
        let cut = bench.path("cut.wav");
        write(&cut, 48_000, &channels, Format::Pcm16, piece);
        assert!(fs::read(&cut).unwrap() == fs::read(&whole).unwrap(), "pieces of {piece}");
    }
}

#[test]
fn the_seed_chooses_the_noise() {
    let bench = Bench::new();
    let silence = [0.0; 1_000];
    let bytes = [0, 0, 7].map(|seed| {
        let mut writer =
            Writer::create(bench.path("a.wav"), 48_000, 1, Format::Pcm16).unwrap().with_seed(seed);
        writer.write(&[&silence]).unwrap();
        writer.finish().unwrap();
        fs::read(bench.path("a.wav")).unwrap()
    });
    assert!(bytes[0] == bytes[1] && bytes[1] != bytes[2]);
}

#[test]
fn every_word_of_24_bits_survives_unchanged() {
    let bench = Bench::new();
    let mut dice = Dice(4);
    let mut words: Vec<i32> = (0..20_000).map(|_| (dice.roll() as i32) >> 8).collect();
    words.extend([-8_388_608, 8_388_607, 0, 1, -1]);
    let samples: Vec<f32> = words.iter().map(|&word| word as f32 / 8_388_608.0).collect();
    let path = bench.path("a.wav");
    let report = write(&path, 48_000, std::slice::from_ref(&samples), Format::Pcm24, 4_096);
    assert_eq!(report.clipped, 0);
    assert!(read(&path).unwrap().channels[0] == samples);
}

#[test]
fn what_lies_above_full_scale_is_clipped_counted_and_measured() {
    let bench = Bench::new();
    let channels = [vec![0.5, 1.0, 1.1, -1.0, -1.5], vec![0.0, -2.0, 0.25, 0.999, 1.000_1]];
    for (format, clipped) in [(Format::Pcm16, 4), (Format::Pcm24, 4), (Format::Float32, 0)] {
        let path = bench.path("a.wav");
        let report = write(&path, 48_000, &channels, format, 2);
        assert_eq!((report.clipped, report.peak, report.path.as_path()), (clipped, 2.0, path.as_path()));
        let read = read(&path).unwrap();
        if format == Format::Float32 {
            assert_eq!(read.channels, channels);
        } else {
            let top = if format == Format::Pcm16 { 32_767.0 / 32_768.0 } else { 8_388_607.0 / 8_388_608.0 };
            assert_eq!([read.channels[0][2], read.channels[0][4]], [top, -1.0]);
            assert_eq!([read.channels[1][1], read.channels[1][4]], [-1.0, top]);
        }
    }
}

#[test]
fn a_file_of_no_frames_can_be_written() {
    let bench = Bench::new();
    let writer = Writer::create(bench.path("a.wav"), 48_000, 2, Format::Pcm24).unwrap();
    assert_eq!(writer.finish().unwrap().frames, 0);
    assert!(matches!(read(bench.path("a.wav")), Err(FileError::NoFrames { .. })));
}

#[test]
fn a_writer_that_is_not_finished_leaves_nothing_and_keeps_the_old_file() {
    let bench = Bench::new();
    bench.file("a.wav", b"the user's own");
    let mut writer = Writer::create(bench.path("a.wav"), 48_000, 1, Format::Float32).unwrap();
    let mut other = Writer::create(bench.path("b.wav"), 48_000, 1, Format::Float32).unwrap();
    writer.write(&[&vec![0.5; 500_000]]).unwrap();
    other.write(&[&[0.5]]).unwrap();
    let names = bench.names();
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(names[0].starts_with(".a.wav.part-") && names[1].starts_with(".b.wav.part-"), "{names:?}");
    assert_eq!(fs::read(bench.path("a.wav")).unwrap(), b"the user's own");
    drop((writer, other));
    assert_eq!(bench.names(), ["a.wav"]);
    assert_eq!(fs::read(bench.path("a.wav")).unwrap(), b"the user's own");
}

#[test]
fn a_writer_that_refused_something_leaves_nothing_and_keeps_the_old_file() {
    let bench = Bench::new();
    bench.file("a.wav", b"the user's own");
    let mut writer = Writer::create(bench.path("a.wav"), 48_000, 1, Format::Pcm16).unwrap();
    writer.write(&[&[0.5]]).unwrap();
    assert!(matches!(writer.write(&[&[f32::NAN]]), Err(FileError::NotFinite { channel: 1, frame: 1, .. })));
    assert!(matches!(writer.finish(), Err(FileError::NotFinite { .. })));
    assert_eq!(bench.names(), ["a.wav"]);
    assert_eq!(fs::read(bench.path("a.wav")).unwrap(), b"the user's own");
}

#[test]
fn a_panic_while_writing_leaves_nothing() {
    let bench = Bench::new();
    let path = bench.path("a.wav");
    let result = std::panic::catch_unwind(|| {
        let mut writer = Writer::create(&path, 48_000, 1, Format::Pcm16).unwrap();
        writer.write(&[&[0.5]]).unwrap();
        panic!("a node failed");
    });
    assert!(result.is_err());
    assert_eq!(bench.names(), [""; 0]);
}

#[test]
fn a_finished_file_replaces_the_old_one_and_nothing_else_is_left() {
    let bench = Bench::new();
    bench.file("a.wav", &[7; 100_000]);
    write(&bench.path("a.wav"), 48_000, &[vec![0.5; 3]], Format::Pcm24, 3);
    assert_eq!(bench.names(), ["a.wav"]);
    assert_eq!(read(bench.path("a.wav")).unwrap().channels, [[0.5; 3]]);
}

#[test]
fn folders_on_the_way_are_made() {
    let bench = Bench::new();
    let path = bench.path("stems/2026/drums.wav");
    write(&path, 48_000, &[vec![0.5]], Format::Float32, 1);
    assert_eq!(read(&path).unwrap().frames(), 1);
}

#[test]
fn too_much_is_refused_before_the_work_and_the_size_is_named() {
    let bench = Bench::new();
    let mut writer = Writer::create(bench.path("a.wav"), 48_000, 2, Format::Float32).unwrap();
    writer.expect(500_000_000).unwrap();
    let error = writer.expect(600_000_000).unwrap_err();
    assert!(matches!(error, FileError::TooLong { size: 4_800_000_000, .. }));
    assert!(error.to_string().contains("4.47 GiB"), "{error}");
}

#[test]
fn rates_and_widths_that_are_not_possible_are_refused() {
    let bench = Bench::new();
    for rate in [0, 999, 768_001, u32::MAX] {
        assert!(matches!(
            Writer::create(bench.path("a.wav"), rate, 1, Format::Pcm16),
            Err(FileError::Rate { .. })
        ));
    }
    for width in [0, 65, 70_000] {
        let refused = Writer::create(bench.path("a.wav"), 48_000, width, Format::Pcm16);
        assert!(matches!(refused, Err(FileError::Channels { .. })));
    }
    assert_eq!(bench.names(), [""; 0]);
}
