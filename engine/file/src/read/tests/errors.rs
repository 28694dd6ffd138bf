//! What can't be read, and what is said about it.

use crate::material::{Bench, format, riff, wav, wav16};
use crate::read::load_within;
use crate::{FileError, Reader, read};
use std::path::Path;

fn error(path: impl AsRef<Path>) -> FileError {
    let path = path.as_ref();
    let error = read(path).unwrap_err();
    let message = error.to_string();
    assert!(message.starts_with(path.to_str().unwrap()), "the file is not named: {message}");
    assert!(message.contains(';'), "no way out is named: {message}");
    error
}

#[test]
fn a_missing_file_a_folder_and_a_device_are_told_apart() {
    let bench = Bench::new();
    assert!(matches!(error(bench.path("missing.wav")), FileError::Missing { .. }));
    assert!(matches!(error(bench.path("")), FileError::Folder { .. }));
    let file = bench.file("file", b"x");
    assert!(matches!(error(file.join("under.wav")), FileError::Missing { .. }));
    #[cfg(unix)]
    assert!(matches!(error("/dev/null"), FileError::Special { .. }));
}

#[test]
#[cfg(unix)]
fn a_file_that_may_not_be_read_is_said_to_be_so() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new();
    let path = bench.file("secret.wav", &wav16(1, 48_000, &[1]));
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o000)).unwrap();
    // The superuser may read everything, so there is nothing to see for it.
    match read(&path) {
        Ok(_) => eprintln!("run by the superuser: not tested"),
        Err(error) => assert!(matches!(error, FileError::Denied { .. }), "{error}"),
    }
}

#[test]
fn an_empty_file_and_one_without_sound_are_told_apart() {
    let bench = Bench::new();
    assert!(matches!(error(bench.file("empty.wav", b"")), FileError::Empty { .. }));
    for bits in [16, 24] {
        let silent = bench.file("no-frames.wav", &wav(1, 2, 48_000, bits, &[]));
        assert!(matches!(error(silent), FileError::NoFrames { .. }));
    }
    // Three bytes are no frame of two channels of 16 bits.
    assert!(matches!(
        error(bench.file("part.wav", &wav(1, 2, 48_000, 16, &[1, 2, 3]))),
        FileError::NoFrames { .. }
    ));
    let aiff = crate::material::aiff24(1, 48_000, &[]);
    assert!(matches!(error(bench.file("no-frames.aiff", &aiff)), FileError::NoFrames { .. }));
}

#[test]
fn what_is_no_audio_is_refused_whatever_its_name() {
    let bench = Bench::new();
    let text =
        "A patch is a graph of nodes and cables. ID3 RIFF WAVE fLaC OggS FORM AIFF caff ftyp\n".repeat(900);
    let png = [b"\x89PNG\r\n\x1a\n".to_vec(), vec![7; 5_000]].concat();
    for bytes in [text.as_bytes(), b"x", b"RIF", &[0; 5_000], &png, b"{\"format\": 1}"] {
        let error = error(bench.file("song.wav", bytes));
        assert!(matches!(error, FileError::NotAudio { .. }), "{error}");
        assert!(error.to_string().contains("flac"), "the endings are not named: {error}");
    }
}

#[test]
fn noise_is_not_taken_for_sound() {
    let bench = Bench::new();
    let mut dice = crate::material::Dice(17);
    for _ in 0..40 {
        let noise: Vec<u8> = (0..200_000).map(|_| dice.roll() as u8).collect();
        assert!(read(bench.file("noise.wav", &noise)).is_err());
    }
}

#[test]
fn known_formats_without_a_decoder_are_named() {
    let bench = Bench::new();
    let mut opus = b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x01\x13OpusHead\x01\x02".to_vec();
    opus.resize(200, 0);
    let coded = riff(&[format(0x55, 2, 48_000, 16), crate::material::chunk(b"data", &[0; 100])]);
    let half = wav(3, 1, 48_000, 16, &[0; 100]);
    for (bytes, name) in [
        (opus, "Opus"),
        (b"MThd\0\0\0\x06\0\x01\0\x01\0\x60".to_vec(), "MIDI"),
        (b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0".to_vec(), "Wave64"),
        (b"wvpk\0\0\0\0".to_vec(), "WavPack"),
        (b"RIFF\x10\0\0\0AVI LIST".to_vec(), "AVI"),
        (coded, "0x0055"),
        (half, "16 bits"),
    ] {
        let error = error(bench.file("song.wav", &bytes));
        assert!(matches!(error, FileError::Unsupported { .. }), "{error}");
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn rates_and_widths_that_are_not_possible_are_refused() {
    let bench = Bench::new();
    for rate in [0, 1, 999, 768_001, u32::MAX] {
        let error = error(bench.file("rate.wav", &wav16(1, rate, &[1, 2])));
        assert!(matches!(error, FileError::Rate { rate: found, .. } if found == rate), "{error}");
    }
    for width in [0, 65, 1_000, u16::MAX] {
        let bytes =
            riff(&[format(1, width % 2_048, 48_000, 16), crate::material::chunk(b"data", &[0; 4_096])]);
        let mut bytes = bytes;
        bytes[22..24].copy_from_slice(&width.to_le_bytes());
        let error = error(bench.file("width.wav", &bytes));
        assert!(
            matches!(error, FileError::Channels { channels, .. } if channels == usize::from(width)),
            "{error}"
        );
    }
    assert_eq!(read(bench.file("64.wav", &wav16(64, 768_000, &[1; 128]))).unwrap().frames(), 2);
}

#[test]
fn more_than_fits_into_memory_is_refused_before_or_while_it_is_read() {
    let bench = Bench::new();
    let wav = bench.file("a.wav", &wav16(2, 48_000, &[1; 2_000]));
    assert_eq!(load_within(&wav, 8_000).unwrap().audio.frames(), 1_000);
    assert!(matches!(load_within(&wav, 7_999), Err(FileError::TooLarge { .. })));
    let flac = crate::material::fixture("tone.flac");
    assert_eq!(load_within(&flac, 4_410 * 8).unwrap().audio.frames(), 4_410);
    assert!(matches!(load_within(&flac, 4_410 * 8 - 1), Err(FileError::TooLarge { .. })));
}

#[test]
fn a_wav_file_bigger_than_memory_is_refused_at_once() {
    // A hole in a file takes no room on the disk.
    let bench = Bench::new();
    let mut bytes = wav16(1, 48_000, &[]);
    bytes[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
    bytes[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
    let path = bench.file("huge.wav", &bytes);
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(5 << 30).unwrap();
    assert!(matches!(error(&path), FileError::TooLarge { .. }));
    let reader = Reader::open(&path).unwrap();
    assert_eq!(reader.info().frames, Some(((5 << 30) - 44) / 2));
}
