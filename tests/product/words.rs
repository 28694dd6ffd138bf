//! The words that look and explain: `nodes`, `explain`, `check`, `new`, `completions`, help.

use crate::support::sound::{Bits, pad, spec};
use crate::support::{Folder, Said};

const WORDS: [&str; 17] = [
    "demo",
    "mix",
    "run",
    "script",
    "watch",
    "repl",
    "lsp",
    "doc",
    "render",
    "edit",
    "measure",
    "explain",
    "nodes",
    "check",
    "new",
    "bench",
    "completions",
];

#[test]
fn the_help_of_every_word_has_an_example_that_begins_with_the_command() {
    let folder = Folder::new();
    for word in WORDS {
        for arguments in [&[word, "--help"][..], &["help", word]] {
            let said = folder.does(arguments);
            assert!(said.out.contains("Example"), "{word}: {}", said.out);
            assert!(said.out.contains(&format!("\n  signalbox {word}")), "{word}: {}", said.out);
        }
    }
    let said = folder.does(&["--help"]);
    WORDS.iter().for_each(|word| assert!(said.out.contains(word), "help does not name {word}"));
    assert!(said.out.contains("Exit codes"));
}

#[test]
fn a_wrong_word_is_refused_with_a_neighbour() {
    let folder = Folder::new();
    folder.misused(&["rendr", "a.json"], &["rendr", "render"]);
    folder.misused(&["render", "a.json"], &["--out"]);
    folder.misused(&["render", "a.json", "-o", "a.wav", "--lenght", "3s"], &["--length"]);
    // The editor opens where no word is given; without a display it says what does without.
    let editor = folder.command(&[]).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").output();
    let editor = editor.expect("the command runs");
    if cfg!(target_os = "linux") {
        let said = String::from_utf8_lossy(&editor.stderr).into_owned();
        assert_eq!(editor.status.code(), Some(1));
        assert!(said.contains("DISPLAY") && said.contains("signalbox play"), "{said}");
    }
    assert!(folder.does(&["--version"]).out.starts_with("signalbox "));
}

#[test]
fn nodes_lists_every_kind_and_tells_all_about_each() {
    let folder = Folder::new();
    // The file that an example plays.
    folder.wav("take.wav", spec(48_000, 2, Bits::B16), 2.0, pad);
    let list = folder.does(&["nodes"]).out;
    let kinds: Vec<&str> = list
        .lines()
        .filter(|line| line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(kinds.len() >= 15, "{kinds:?}");
    for kind in kinds {
        let about = folder.does(&["nodes", kind]).out;
        // A probe gives nothing on.
        let ports = if kind == "probe" { "Inputs" } else { "Outputs" };
        assert!(about.contains(&format!("({kind}, ")) && about.contains(ports), "{kind}: {about}");
        let (_, example) = about.split_once("\nExample\n").expect("an example");
        folder.put("example.json", example);
        let said = folder.does(&["render", "example.json", "-o", "example.wav"]);
        assert!(!said.err.contains("warning"), "the example of {kind}: {}", said.err);
    }
}

#[test]
fn a_node_is_found_by_its_title_and_a_misspelt_one_has_a_neighbour() {
    let folder = Folder::new();
    let about = folder.does(&["nodes", "comp"]).out;
    for word in ["threshold", "dB", "ratio", "Example", "key"] {
        assert!(about.contains(word), "`nodes comp` lacks {word}");
    }
    assert_eq!(folder.does(&["nodes", "Compressor"]).out, about);
    folder.refuses(&["nodes", "cmop"], &["`cmop`", "did you mean `comp`?"]);
    folder.refuses(&["nodes", "zither"], &["`zither`", "signalbox nodes"]);
    assert!(folder.does(&["nodes", "output"]).out.contains("rendered"));
}

#[test]
fn new_writes_a_patch_that_renders_and_overwrites_nothing() {
    let folder = Folder::new();
    let said = folder.does(&["new", "tune.json"]);
    assert!(said.out.contains("signalbox render tune.json -o tune.wav"), "{}", said.out);
    folder.refuses(&["new", "tune.json"], &["tune.json", "is there already"]);
    assert!(folder.does(&["check", "tune.json"]).err.is_empty());
    assert!(folder.does(&["render", "tune.json", "-o", "tune.wav"]).err.is_empty());
    let measured = folder.measured("tune.wav");
    assert!(measured["integrated_lufs"].as_f64().is_some_and(|l| l > -40.0), "{measured}");
    assert!(measured["true_peak_dbtp"].as_f64().is_some_and(|p| p < 0.0), "{measured}");
    // A tail ends at -100 dBFS: what is written last lies just above it.
    let last = folder.samples("tune.wav").iter().rev().take(48).fold(0f64, |a, x| a.max(x.abs()));
    assert!(last > 0.0 && last < 1e-4, "the last sample is {last}");
}

#[test]
fn explain_shows_a_line_a_step_and_dot_a_node_each() {
    let folder = Folder::new();
    folder.does(&["new", "tune.json"]);
    let patch = folder.json("tune.json");
    let ids: Vec<&str> =
        patch["nodes"].as_array().expect("nodes").iter().filter_map(|n| n["id"].as_str()).collect();
    let text = folder.does(&["explain", "tune.json"]).out;
    let dot = folder.does(&["explain", "tune.json", "--dot"]).out;
    assert!(dot.starts_with("digraph") && dot.trim_end().ends_with('}'));
    for id in ids {
        assert!(text.lines().any(|line| line.contains(&format!("  {id}"))), "no step for {id}:\n{text}");
        assert!(dot.contains(&format!("\"{id}\" [label=")), "no node for {id}:\n{dot}");
    }
    let cables = patch["cables"].as_array().expect("cables").len();
    assert_eq!(dot.matches(" -> ").count(), cables, "{dot}");
    assert_eq!(folder.does(&["explain", "tune.json"]).out, text, "told otherwise the second time");
}

#[test]
fn check_counts_and_leaves_the_patch_alone() {
    let folder = Folder::new();
    folder.does(&["new", "tune.json"]);
    let before = folder.listing();
    let said = folder.does(&["check", "tune.json"]);
    assert!(said.out.contains("7 nodes, 9 cables, 0 lanes; compiles"), "{}", said.out);
    folder.is_still(&before);
}

#[test]
fn where_a_loop_is_cut_can_be_written_into_the_patch() {
    let folder = Folder::new();
    let cable = |from: &str, to: &str| format!(r#"{{"from": "{from}", "to": "{to}"}}"#);
    folder.put(
        "loop.json",
        format!(
            r#"{{"format": 1, "subpatches": {{"ring": {{"nodes": [{{"id": "in", "kind": "input"}}, {{"id": "a", "kind": "gain", "values": {{"gain": "-3 dB"}}}},
                {{"id": "b", "kind": "gain"}}, {{"id": "out", "kind": "output"}}], "cables": [{}, {}, {}, {}]}}}},
                "nodes": [{{"id": "c", "kind": "impulse"}}, {{"id": "r", "kind": "ring"}}, {{"id": "out", "kind": "output"}}],
                "cables": [{}, {}]}}"#,
            cable("in", "a"),
            cable("a", "b"),
            cable("b", "a"),
            cable("b", "out"),
            cable("c", "r.in"),
            cable("r.out", "out"),
        ),
    );
    assert!(folder.does(&["check", "loop.json"]).err.contains("closes a loop without a delay"));
    let said = folder.does(&["check", "loop.json", "--store-cuts"]);
    assert!(said.out.contains("1 cable marked") && said.err.is_empty(), "{}{}", said.out, said.err);
    assert_eq!(folder.json("loop.json")["subpatches"]["ring"]["cables"][2]["feedback"], true);
    let before = folder.listing();
    let said = folder.does(&["check", "loop.json", "--store-cuts"]);
    assert!(said.out.contains("0 cables marked") && said.err.is_empty(), "{}{}", said.out, said.err);
    folder.is_still(&before);
}

#[test]
fn completions_know_every_word() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish"] {
        let said = folder.does(&["completions", shell]);
        WORDS.iter().for_each(|word| assert!(said.out.contains(word), "{shell} lacks {word}"));
    }
    folder.misused(&["completions", "cmd"], &["bash"]);
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let folder = Folder::new();
    folder.does(&["new", "tune.json"]);
    folder.wav("take.wav", spec(48_000, 2, Bits::B16), 1.0, pad);
    for arguments in [
        &["nodes"][..],
        &["nodes", "comp"],
        &["explain", "tune.json"],
        &["measure", "take.wav", "--json"],
        &["completions", "bash"],
        &["render", "tune.json", "-o", "tune.wav"],
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let said = Said::of(folder.command(arguments).stdout(writer).output().expect("the command runs"));
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_can_not_be_written_is_a_failure() {
    let folder = Folder::new();
    for arguments in [&["nodes"][..], &["completions", "bash"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("a full device");
        let said = Said::of(folder.command(arguments).stdout(full).output().expect("the command runs"));
        assert_eq!(said.code, Some(1), "{arguments:?}");
        said.explains(&["error: standard output", "disk"]);
    }
}
