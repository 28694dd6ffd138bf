use super::*;
use std::fs;

#[test]
fn the_ending_says_in_any_letters_whether_a_name_is_that_of_an_audio_file() {
    for name in ["a.wav", "A.WAV", "b.Flac", "dir/c.aiff", "d.e.mp3", "f.ogg", "g.m4a", "h.caf"] {
        assert!(is_audio_name(name), "{name}");
    }
    for name in ["a", "wav", ".wav", "a.txt", "a.wav.txt", "a.wav/", "a.part", ""] {
        assert_eq!(is_audio_name(name), name == "a.wav/", "{name}");
    }
}

#[test]
fn a_folder_lists_its_audio_files_sorted_without_hidden_ones_and_without_its_folders() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["b.wav", "a.flac", "C.MP3", "notes.txt", ".hidden.wav", ".b.wav.part-1", "noending"] {
        fs::write(dir.path().join(name), "x").unwrap();
    }
    fs::create_dir(dir.path().join("stems.wav")).unwrap();
    fs::create_dir(dir.path().join("deeper")).unwrap();
    fs::write(dir.path().join("deeper/d.wav"), "x").unwrap();
    let names: Vec<_> = folder(dir.path()).unwrap();
    let names: Vec<_> = names.iter().map(|file| file.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["C.MP3", "a.flac", "b.wav"]);
}

#[test]
fn a_folder_without_audio_says_which_endings_count() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("notes.txt"), "x").unwrap();
    let error = folder(dir.path()).unwrap_err();
    assert!(matches!(error, FileError::NoAudioInFolder { .. }));
    let message = error.to_string();
    assert!(
        message.contains("wav") && message.contains("flac") && message.contains(dir.path().to_str().unwrap())
    );
}

#[test]
fn a_missing_folder_and_a_file_in_its_place_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.wav");
    assert!(matches!(folder(&file), Err(FileError::Missing { .. })));
    fs::write(&file, "x").unwrap();
    assert!(matches!(folder(&file), Err(FileError::NotFolder { .. })));
}
