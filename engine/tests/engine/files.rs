//! The patch file: what is saved comes back, and what is broken is told with its place.

use crate::support::build::bytes;
use crate::support::chance::Chance;
use crate::support::document::document;
use signalbox_engine::patch::{PatchError, file};

#[test]
fn save_load_save_gives_the_same_bytes_for_any_document() {
    for seed in 0..2_000 {
        let patch = document(seed);
        let text = bytes(&patch);
        let read = file::read(&text).unwrap_or_else(|e| panic!("seed {seed}: {e}\n{text}"));
        assert_eq!(read, patch, "seed {seed}\n{text}");
        assert_eq!(bytes(&read), text, "seed {seed}");
    }
}

/// As a person or another program would write it.
const SMALL: &str = r#"{
  "format": 1, "title": "naïve 🎛️", "rate": 48000, "length": "bar 9",
  "tempo": [[0, 120], [16, 90.5]], "meter": [[1, 4], [9, 3]],
  "meta": {"by": "me", "big": 18446744073709551615, "odd": 1e-400, "huge": 123456789012345678901234567890},
  "markers": [{"time": "bar 3", "name": "verse"}],
  "nodes": [
    {"id": "osc", "kind": "saw", "label": "\u00e9", "at": [1.5, -0.0], "values": {"freq": "440 Hz", "a": [null, true]}},
    {"kind": "voice", "id": "v", "values": {"g.gain": -6}, "bypass": true, "mute": true, "role": "strip"},
    {"id": "out", "kind": "output"}
  ],
  "cables": [
    {"from": "osc", "to": "v"},
    {"id": 7, "from": "v.out", "to": "out.in", "gain": "-6 dB"},
    {"to": "osc.freq", "from": "v", "depth": "2 oct"}
  ],
  "lanes": [{"to": "v.g.gain", "points": [[0, 0], ["1 beat", "-6 dB", "slow"]]}],
  "subpatches": {"voice": {"nodes": [{"id": "g", "kind": "gain"}], "cables": [], "lanes": []}}
}
"#;

#[test]
fn a_file_from_another_hand_becomes_stable_once_it_is_saved() {
    let patch = file::read(SMALL).expect("a patch");
    assert_eq!(patch.graph.cables.keys().copied().collect::<Vec<_>>(), [7, 8, 9]);
    let text = bytes(&patch);
    assert_eq!(bytes(&file::read(&text).expect("a patch")), text);
    // One node, cable or lane a line, so that a difference reads well.
    assert!(text.lines().any(|l| l.trim() == r#"{"id":"out","kind":"output"},"#), "{text}");
    assert_eq!(text.lines().filter(|l| l.contains("\"from\"")).count(), 3);
}

/// The text of the error, and its line where it has one.
fn error(text: &str) -> (String, Option<usize>) {
    let error = file::read(text).expect_err(text);
    let line = if let PatchError::Json { line, .. } = error { Some(line) } else { None };
    (error.to_string(), line)
}

#[test]
fn a_text_cut_off_at_any_byte_is_an_error_with_line_and_column() {
    let text = bytes(&file::read(SMALL).expect("a patch"));
    for end in (0..text.trim_end().len()).filter(|&end| text.is_char_boundary(end)) {
        let lines = text[..end].lines().count().max(1);
        match file::read(&text[..end]) {
            Err(PatchError::Json { line, .. }) => {
                assert!(line == lines || line == lines + 1, "{end}: {line}, {lines}")
            }
            other => panic!("cut off at {end}: {other:?}"),
        }
    }
}

#[test]
fn a_damaged_text_never_panics_and_what_is_read_from_it_can_be_saved() {
    let text = bytes(&file::read(SMALL).expect("a patch"));
    let mut chance = Chance::new(5);
    let mut read = 0;
    for _ in 0..20_000 {
        let mut damaged: Vec<char> = text.chars().collect();
        for _ in 0..chance.between(1, 3) {
            let at = chance.below(damaged.len());
            match chance.below(4) {
                0 => drop(damaged.remove(at)),
                1 => {
                    damaged[at] = *chance.pick(&['0', '9', '-', '"', '}', ']', ',', 'e', '\\', '\u{0}', 'é'])
                }
                2 => damaged.insert(at, *chance.pick(&['{', '[', '"', '1', '.', ':'])),
                _ => {
                    let other = chance.below(damaged.len());
                    damaged.swap(at, other);
                }
            }
        }
        if let Ok(patch) = file::read(&damaged.into_iter().collect::<String>()) {
            read += 1;
            let saved = bytes(&patch);
            assert_eq!(bytes(&file::read(&saved).expect("what was saved")), saved);
        }
    }
    assert!(read > 500, "{read}");
}

#[test]
fn what_is_no_patch_says_so() {
    assert!(error("hello").0.starts_with("line 1, column 1: "));
    assert!(error("").0.starts_with("line 1, column 0: "));
    assert!(error("RIFF\u{0}\u{0}WAVE").0.starts_with("line 1, column 1: "));
    assert!(error("{}").0.contains("it has no `format`"));
    assert!(error(r#"{"nodes": []}"#).0.contains("it has no `format`"));
    assert!(
        error(r#"{"format": 2}"#).0.contains("format 2, this version reads up to 1; open it with a newer")
    );
    assert!(error(r#"{"format": 18446744073709551615}"#).0.contains("open it with a newer"));
    for wrong in ["0", "-1", "1.5", "\"1\"", "[]", "1e30"] {
        error(&format!("{{\"format\": {wrong}}}"));
    }
    error("[1]");
    error("1");
    error(&"[".repeat(100_000));
    error(&format!("{{\"format\": 1, \"meta\": {{\"a\": {}", "[".repeat(100_000)));
}

#[test]
fn an_unknown_field_is_an_error_that_names_it_and_its_line() {
    let patch = |nodes: &str, cables: &str, lanes: &str, more: &str| {
        format!(
            "{{\"format\": 1,\n\"nodes\": [\n{{\"id\": \"a\", \"kind\": \"gain\"{nodes}}}],\n\
             \"cables\": [\n{{\"from\": \"a\", \"to\": \"a\"{cables}}}],\n\
             \"lanes\": [\n{{\"to\": \"a.gain\", \"points\": []{lanes}}}]{more}\n}}"
        )
    };
    assert!(file::read(&patch("", "", "", "")).is_ok());
    let places = [
        (patch(", \"colour\": 1", "", "", ""), 3),
        (patch("", ", \"colour\": 1", "", ""), 5),
        (patch("", "", ", \"colour\": 1", ""), 7),
        (patch("", "", "", ",\n\"colour\": 1"), 8),
        (patch("", "", "", ",\n\"subpatches\": {\"s\": {\"colour\": 1}}"), 8),
        (
            patch(
                "",
                "",
                "",
                ",\n\"subpatches\": {\"s\": {\"nodes\": [{\"id\": \"x\", \"kind\": \"y\", \"colour\": 1}]}}",
            ),
            8,
        ),
        (
            patch(
                "",
                "",
                "",
                ",\n\"subpatches\": {\"s\": {\"cables\": [{\"from\": \"x\", \"to\": \"y\", \"colour\": 1}]}}",
            ),
            8,
        ),
        (patch("", "", "", ",\n\"markers\": [{\"time\": 1, \"name\": \"x\", \"colour\": 1}]"), 8),
    ];
    for (text, expected) in places {
        let (told, line) = error(&text);
        assert!(told.contains("`colour`"), "{told}\n{text}");
        assert_eq!(line, Some(expected), "{told}\n{text}");
    }
}

#[test]
fn a_field_that_is_missing_or_there_twice_is_an_error() {
    for (text, name) in [
        (r#"{"format": 1, "nodes": [{"id": "a"}]}"#, "kind"),
        (r#"{"format": 1, "nodes": [{"kind": "a"}]}"#, "id"),
        (r#"{"format": 1, "nodes": [{"id": "a", "kind": "b", "kind": "c"}]}"#, "kind"),
        (r#"{"format": 1, "nodes": [{"id": "a", "id": "b", "kind": "c"}]}"#, "id"),
        (r#"{"format": 1, "cables": [{"from": "a"}]}"#, "to"),
        (r#"{"format": 1, "nodes": [], "nodes": []}"#, "nodes"),
        (r#"{"format": 1, "lanes": [{"to": "a.b"}]}"#, "points"),
        (r#"{"format": 1, "format": 1}"#, "format"),
        (
            r#"{"format": 1, "nodes": [{"id": "a", "kind": "gain", "values": {"gain": 1, "gain": 2}}]}"#,
            "gain",
        ),
        (r#"{"format": 1, "subpatches": {"strip": {}, "strip": {}}}"#, "strip"),
        (r#"{"format": 1, "meta": {"by": [{"name": "x", "name": "y"}]}}"#, "name"),
    ] {
        let (told, line) = error(text);
        assert!(told.contains(&format!("`{name}`")) && line == Some(1), "{told}");
    }
}

#[test]
fn two_things_of_one_id_are_an_error_that_names_it() {
    let twice = |list: &str, item: &str| {
        let nodes = if list == "nodes" { "" } else { r#""nodes": [{"id": "a", "kind": "gain"}], "# };
        error(&format!("{{\"format\": 1, {nodes}\"{list}\": [{item}, {item}]}}")).0
    };
    assert!(twice("nodes", r#"{"id": "lead", "kind": "gain"}"#).contains("two nodes have the id `lead`"));
    assert!(twice("cables", r#"{"id": 5, "from": "a", "to": "b"}"#).contains("two cables have the id 5"));
    assert!(twice("lanes", r#"{"to": "a.gain", "points": []}"#).contains("two lanes move `a.gain`"));
}

#[test]
fn an_id_that_can_not_be_is_an_error_that_names_it() {
    for id in ["", "  ", "a.b", "a/b", "\\t"] {
        let node = format!("{{\"format\": 1, \"nodes\": [{{\"id\": \"{id}\", \"kind\": \"gain\"}}]}}");
        let sub = format!("{{\"format\": 1, \"subpatches\": {{\"{id}\": {{}}}}}}");
        for text in [node, sub] {
            assert!(error(&text).0.contains("can't be an id"), "{text}");
        }
    }
    // The highest id leaves none above it for a cable without one.
    let text = r#"{"format": 1, "nodes": [{"id": "a", "kind": "gain"}],
        "cables": [{"id": 4294967295, "from": "a", "to": "a"}, {"from": "a", "to": "a"}]}"#;
    assert_eq!(file::read(text).expect("a patch").graph.cables.len(), 2);
    assert!(error(r#"{"format": 1, "cables": [{"id": 4294967296, "from": "a", "to": "b"}]}"#).1.is_some());
    assert!(error(r#"{"format": 1, "cables": [{"id": -1, "from": "a", "to": "b"}]}"#).1.is_some());
}

#[test]
fn a_cable_or_a_lane_to_a_node_that_is_not_there_is_an_error_that_names_both() {
    let with = |more: &str| {
        error(&format!(r#"{{"format": 1, "nodes": [{{"id": "lead", "kind": "gain"}}], {more}}}"#)).0
    };
    let told = with(r#""cables": [{"id": 3, "from": "lead", "to": "laed.in"}]"#);
    assert_eq!(told, "cable 3 (lead → laed.in): there is no node `laed`; did you mean `lead`?");
    assert!(
        with(r#""cables": [{"from": "nobody", "to": "lead"}]"#)
            .contains("cable 0 (nobody → lead): there is no node `nobody`")
    );
    assert!(
        with(r#""lanes": [{"to": "nobody.gain", "points": []}]"#)
            .contains("lane nobody.gain: there is no node")
    );
    let inside = r#""subpatches": {"s": {"nodes": [], "cables": [{"from": "a", "to": "b"}]}}"#;
    assert!(with(inside).contains("there is no node `a`"));
}

#[test]
fn settings_out_of_range_are_errors_that_say_what_may_be() {
    let with = |field: &str| error(&format!("{{\"format\": 1, {field}}}")).0;
    for rate in ["0", "7999", "384001"] {
        assert!(with(&format!("\"rate\": {rate}")).contains("between 8,000 and 384,000"), "{rate}");
    }
    for tempo in ["[]", "[[1, 120]]", "[[0, 0]]", "[[0, -5]]", "[[0, 120], [0, 90]]", "[[0, 120], [4, 1e9]]"]
    {
        assert!(with(&format!("\"tempo\": {tempo}")).starts_with("`tempo`: "), "{tempo}");
    }
    for meter in ["[]", "[[2, 4]]", "[[1, 0]]", "[[1, 4], [1, 3]]"] {
        assert!(with(&format!("\"meter\": {meter}")).starts_with("`tempo`: "), "{meter}");
    }
    for length in ["\"soon\"", "-1", "\"-2 beats\"", "\"3 Hz\"", "\"bar 0\"", "[]", "{}"] {
        assert!(with(&format!("\"length\": {length}")).starts_with("`length`: "), "{length}");
    }
    for number in [
        "\"rate\": -1",
        "\"rate\": 48000.5",
        "\"rate\": 1e99",
        "\"length\": 1e999",
        "\"tempo\": [[0, 1e999]]",
    ] {
        assert!(with(number).starts_with("line 1, column "), "{number}");
    }
}
