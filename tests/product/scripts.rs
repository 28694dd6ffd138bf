//! Scripts on the command line: `run`, and what takes a script in place of a patch.

use crate::support::sound::{Bits, sine, spec};
use crate::support::{Folder, near, number};

const SCRIPT: &str = "\
let vox = track(\"vox\", file: \"vox.wav\");
vox |> gain(-6.db) |> master();
print(\"built\");
assert peak(master()) < 0.3, \"leave room\";
";

fn folder() -> Folder {
    let folder = Folder::new();
    folder.wav("vox.wav", spec(48_000, 1, Bits::F32), 1.0, |t, _| 0.5 * sine(440.0, t));
    folder.put("mix.rhai", SCRIPT);
    folder
}

#[test]
fn run_does_what_a_script_says_and_its_patch_renders_without_it() {
    let folder = folder();
    let said = folder.does(&["run", "mix.rhai", "--patch", "mix.json"]);
    assert!(said.out.contains("built") && said.out.contains("1 assert holds"), "{}", said.out);
    folder.does(&["render", "mix.json", "-o", "patch.wav", "--bits", "32f"]);
    folder.does(&["render", "mix.rhai", "-o", "script.wav", "--bits", "32f"]);
    assert!(folder.bytes("patch.wav") == folder.bytes("script.wav"));
    let peak = number(&folder.measured("script.wav"), "sample_peak_dbfs");
    near(peak, -12.04, 0.02);
}

#[test]
fn an_assert_that_fails_is_the_exit_code() {
    let folder = folder();
    folder.put("mix.rhai", SCRIPT.replace("0.3", "0.2"));
    let before = folder.listing();
    let said = folder.run(&["run", "mix.rhai"]);
    assert_eq!(said.code, Some(1));
    said.explains(&["mix.rhai:4:", "< 0.2: leave room", "assert peak(master())"]);
    folder.is_still(&before);
}

#[test]
fn check_looks_and_explain_tells_without_a_sound() {
    let folder = folder();
    let said = folder.does(&["check", "mix.rhai"]);
    assert!(said.out.contains("compiles") && said.out.contains("nodes"), "{}", said.out);
    let cost = said.out.split("costs ").nth(1).and_then(|rest| rest.split(' ').next()).expect("the cost");
    assert!(cost.parse::<f64>().is_ok_and(|percent| percent > 0.0 && percent < 100.0), "{}", said.out);
    assert!(said.out.contains("of a core at 48000 Hz here; 0.0 ms late"), "{}", said.out);
    assert!(folder.does(&["explain", "mix.rhai"]).out.contains("vox gain"));
    folder
        .put("bad.rhai", "let vox = track(\"vox\", file: \"vox.wav\");\nvox |> comp(ratoi: 3) |> master();");
    folder.refuses(&["check", "bad.rhai"], &["bad.rhai:2:13", "did you mean `ratio`?", "^^^^^"]);
    folder.refuses(&["render", "bad.rhai", "-o", "x.wav"], &["bad.rhai:2:13"]);
    folder.refuses(&["run", "none.rhai"], &["none.rhai"]);
    folder.refuses(&["check", "mix.rhai", "--store-cuts"], &["is a script"]);
}

#[test]
fn a_script_reads_in_its_folder_and_where_it_is_allowed_to() {
    let folder = Folder::new();
    folder.wav("samples/kick.wav", spec(48_000, 1, Bits::F32), 0.5, |t, _| 0.5 * sine(60.0, t));
    let kick = folder.path("samples/kick.wav").display().to_string();
    folder.put("song/beat.rhai", format!("player({kick:?}) |> master(); assert peak(master()) > 0.4;"));
    folder.refuses(&["run", "song/beat.rhai"], &["outside of the project's folder"]);
    let samples = folder.path("samples").display().to_string();
    folder.does(&["run", "song/beat.rhai", "--allow", &samples]);
}

#[test]
fn jobs_share_the_files_of_a_batch() {
    let folder = Folder::new();
    for i in 0..3 {
        folder.wav(&format!("in/{i}.wav"), spec(48_000, 1, Bits::F32), 0.2, |t, _| 0.5 * sine(440.0, t));
    }
    folder.put(
        "batch.rhai",
        "for f in files(\"in/*.wav\") { f |> gain(-6.db) |> render(`out/${f.stem}.wav`); }",
    );
    folder.does(&["run", "batch.rhai", "--shard", "2/3"]);
    let names: Vec<String> = folder.listing().into_keys().map(|p| p.display().to_string()).collect();
    assert!(names.iter().any(|n| n.ends_with("out/1.wav")), "{names:?}");
    assert!(!names.iter().any(|n| n.ends_with("out/0.wav") || n.ends_with("out/2.wav")), "{names:?}");
    folder.misused(&["run", "batch.rhai", "--shard", "4/3"], &["3/16"]);
}

#[test]
fn doc_lists_all_words_and_tells_about_one() {
    let folder = Folder::new();
    let list = folder.does(&["doc"]).out;
    for word in ["track", "ride", "comp", "tape", "lufs"] {
        assert!(list.contains(&format!("\n  {word} ")), "{word}: {list}");
    }
    assert!(folder.does(&["doc", "ride"]).out.contains("shape"));
    folder.refuses(&["doc", "rdie"], &["did you mean `ride`?"]);
}

#[test]
fn a_patch_is_written_out_as_a_script_that_sounds_the_same() {
    let folder = Folder::new();
    folder.does(&["new", "first.json"]);
    let said = folder.does(&["script", "first.json", "-o", "first.rhai"]).out;
    assert!(said.contains("first.rhai: ") && said.contains("lines"), "{said}");
    assert!(folder.does(&["script", "first.json"]).out.as_bytes() == folder.bytes("first.rhai"));
    for from in ["first.json", "first.rhai"] {
        let out = format!("{from}.wav");
        folder.does(&["render", from, "-o", &out, "--length", "2 s", "--bits", "32f"]);
    }
    assert!(folder.bytes("first.json.wav") == folder.bytes("first.rhai.wav"));
    folder.misused(&["script", "first.json", "-o", "first.json"], &[".rhai"]);
}
