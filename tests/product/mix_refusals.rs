//! What `mix` refuses, before it has touched anything.

use crate::mix::stems;
use crate::support::Folder;
use crate::support::sound::{Bits, spec};

#[test]
fn a_target_that_can_not_be_reached_is_refused_with_the_nearest_and_leaves_no_file() {
    let folder = stems();
    let said = folder.refuses(
        &["mix", "stems", "-o", "hot.wav", "--target", "-3"],
        &["-3.0 LUFS", "-1.0 dBTP", "not reachable, because", "--target", "--ceiling"],
    );
    // The nearest that it names is within reach.
    let (_, nearest) = said.err.split_once("the nearest was").expect("the nearest");
    let nearest: f64 = nearest.split_whitespace().next().expect("a number").parse().expect("a number");
    assert!((-14.0..-3.0).contains(&nearest), "{nearest}");
    let target = format!("{}", nearest - 0.5);
    folder.does(&["mix", "stems", "-o", "hot.wav", "--target", &target]);
}

#[test]
fn a_recording_is_never_overwritten_by_the_master_or_its_patch() {
    let folder = stems();
    folder.refuses(
        &["mix", "stems", "-o", "stems/drum.wav"],
        &["stems/drum.wav", "overwrite a recording", "another name"],
    );
    folder.refuses(&["mix", "stems", "-o", "./stems/../stems/drum.wav"], &["overwrite a recording"]);
    folder.refuses(
        &["mix", "stems", "-o", "m.wav", "--patch", "stems/drum.wav"],
        &["stems/drum.wav", "not overwritten"],
    );
}

#[test]
fn a_master_of_an_earlier_run_may_be_overwritten_but_no_longer_once_its_patch_is_gone() {
    let folder = stems();
    folder.does(&["mix", "stems", "-o", "stems/master.wav"]);
    folder.does(&["mix", "stems", "-o", "stems/master.wav"]);
    std::fs::remove_file(folder.path("stems/master.json")).expect("the patch goes");
    folder
        .refuses(&["mix", "stems", "-o", "stems/master.wav"], &["stems/master.wav", "overwrite a recording"]);
}

#[test]
fn a_patch_that_no_mix_has_written_is_not_overwritten() {
    let folder = stems();
    folder.does(&["new", "song.json"]);
    folder.put("list.json", "[1, 2, 3]");
    folder.refuses(&["mix", "stems", "-o", "song.wav"], &["song.json", "not overwritten", "--patch"]);
    folder.refuses(&["mix", "stems", "-o", "list.wav"], &["list.json", "not overwritten", "--patch"]);
    folder.does(&["mix", "stems", "-o", "song.wav", "--patch", "mix.json"]);
    folder.does(&["mix", "stems", "-o", "song.wav", "--patch", "mix.json"]);
}

#[test]
fn master_and_patch_can_not_be_one_file() {
    let folder = stems();
    folder.refuses(&["mix", "stems", "-o", "m.wav", "--patch", "m.wav"], &["m.wav", "both"]);
    folder.refuses(&["mix", "stems", "-o", "m.wav", "--patch", "./m.wav"], &["m.wav", "both"]);
}

#[test]
fn a_folder_of_silence_is_refused() {
    let folder = Folder::new();
    folder.wav("stems/empty.wav", spec(48_000, 1, Bits::B16), 1.0, |_, _| 0.0);
    folder.refuses(&["mix", "stems", "-o", "m.wav"], &["stems", "silent"]);
}

#[test]
fn a_target_below_what_the_master_can_turn_down_is_refused_for_that_reason() {
    let folder = stems();
    let before = folder.listing();
    folder.refuses(
        &["mix", "stems", "-o", "master.wav", "--target", "-65"],
        &["-65.0 LUFS", "turns down by 24 dB at the most", "choose a --target above that"],
    );
    folder.is_still(&before);
}
