//! `render --stems`: the parts of a mix, which are the mix when they are added.

use crate::mix::stems;
use crate::support::Folder;
use serde_json::{Value, json};

/// A mix with its patch.
fn mixed() -> Folder {
    let folder = stems();
    folder.does(&["mix", "stems", "-o", "master.wav"]);
    folder
}

/// The same patch without its mastering chain: what is left of it leads from the mix straight to the output.
fn before_the_master(mut patch: Value) -> Value {
    let cables = patch["cables"].as_array_mut().expect("cables");
    cables.retain(|c| c["from"] != "mix" && c["to"] != "out");
    cables.push(json!({"from": "mix", "to": "out"}));
    patch
}

fn names(folder: &Folder, of: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path(of)).expect("a folder").flatten();
    let mut names: Vec<String> =
        entries.map(|e| format!("{of}/{}", e.file_name().to_string_lossy())).collect();
    names.sort_unstable();
    names
}

#[test]
fn the_stems_null_against_the_mix_before_the_master_chain() {
    let folder = mixed();
    folder.does(&["render", "master.json", "-o", "again.wav", "--stems", "parts"]);
    folder.put("mix.json", before_the_master(folder.json("master.json")).to_string());
    folder.does(&["render", "mix.json", "-o", "mix.wav", "--bits", "32f"]);
    let mix = folder.samples("mix.wav");
    let parts: Vec<Vec<f64>> = names(&folder, "parts").iter().map(|name| folder.samples(name)).collect();
    assert_eq!(parts.len(), 5);
    assert!(parts.iter().all(|p| p.len() == mix.len()), "the stems are not as long as the mix");
    assert!(parts.iter().all(|p| p.iter().any(|x| x.abs() > 0.01)), "a stem is silent");
    let peak = mix.iter().fold(0.0, |a: f64, x| a.max(x.abs()));
    let rest =
        (0..mix.len()).map(|i| (mix[i] - parts.iter().map(|p| p[i]).sum::<f64>()).abs()).fold(0.0, f64::max);
    let null = 20.0 * (rest / peak).log10();
    println!("the stems null to {null:.1} dB");
    assert!(null <= -80.0, "{null:.1} dB");
    // Without one of them they do not.
    let rest = (0..mix.len())
        .map(|i| (mix[i] - parts[1..].iter().map(|p| p[i]).sum::<f64>()).abs())
        .fold(0.0, f64::max);
    assert!(20.0 * (rest / peak).log10() > -40.0);
}

#[test]
fn stems_are_the_same_bytes_for_one_thread_and_for_two() {
    let folder = mixed();
    folder.does(&["render", "master.json", "-o", "a.wav", "--stems", "one", "--threads", "1"]);
    folder.does(&["render", "master.json", "-o", "b.wav", "--stems", "two", "--threads", "2"]);
    assert!(folder.bytes("a.wav") == folder.bytes("b.wav"));
    for (one, two) in names(&folder, "one").iter().zip(&names(&folder, "two")) {
        assert!(folder.bytes(one) == folder.bytes(two), "{one}");
    }
}

#[test]
fn a_patch_that_names_no_strips_or_no_mix_is_refused_before_anything_is_written() {
    let folder = Folder::new();
    folder.does(&["new", "tune.json"]);
    folder.refuses(
        &["render", "tune.json", "-o", "a.wav", "--stems", "parts"],
        &["tune.json", "`strip`", "\"role\""],
    );
    let mut patch = folder.json("tune.json");
    patch["nodes"][0]["role"] = "strip".into();
    folder.put("strips.json", patch.to_string());
    folder.refuses(
        &["render", "strips.json", "-o", "a.wav", "--stems", "parts"],
        &["strips.json", "`mix`", "\"role\""],
    );
}

#[test]
fn a_stem_never_overwrites_what_it_is_made_from_nor_the_whole() {
    let folder = mixed();
    std::fs::copy(folder.path("stems/bass.wav"), folder.path("stems/drum fader.wav")).expect("a copy");
    let mut patch = folder.json("master.json");
    for node in patch["nodes"].as_array_mut().expect("nodes") {
        if node["id"] == "bass" {
            node["values"]["file"] = "stems/drum fader.wav".into();
        }
    }
    folder.put("master.json", patch.to_string());
    folder.refuses(
        &["render", "master.json", "-o", "a.wav", "--stems", "stems"],
        &["drum fader.wav", "would overwrite"],
    );
    folder.refuses(
        &["render", "master.json", "-o", "p/bass fader.wav", "--stems", "p"],
        &["p/bass fader.wav", "both"],
    );
}

#[test]
fn strips_whose_names_differ_in_signs_only_get_a_file_each() {
    let folder = Folder::new();
    let strip = |id: &str| json!({"id": id, "kind": "osc", "role": "strip"});
    let nodes = [
        strip("a:b"),
        strip("a_b"),
        strip("A_B"),
        json!({"id": "sum", "kind": "bus", "role": "mix"}),
        json!({"id": "out", "kind": "output"}),
    ];
    let cables: Vec<Value> = ["a:b", "a_b", "A_B"]
        .iter()
        .map(|id| json!({"from": id, "to": "sum"}))
        .chain([json!({"from": "sum", "to": "out"})])
        .collect();
    folder.put(
        "song.json",
        json!({"format": 1, "length": "0.1 s", "nodes": nodes, "cables": cables}).to_string(),
    );
    folder.does(&["render", "song.json", "-o", "a.wav", "--bits", "32f", "--stems", "parts"]);
    assert_eq!(names(&folder, "parts").len(), 3);
}
