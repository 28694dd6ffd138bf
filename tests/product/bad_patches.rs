//! Patches that are wrong: each is refused with its file, its place and a way out, and nothing is written.

use crate::support::Folder;

/// A patch with an oscillator, what is added to it, and an output.
fn patch(nodes: &str, cables: &str) -> String {
    format!(
        r#"{{"format": 1, "length": "1 s", "nodes": [{{"id": "tone", "kind": "osc"}}, {nodes} {{"id": "out", "kind": "output"}}],
            "cables": [{cables}]}}"#
    )
}

/// Every word that takes a patch refuses this one, in the same words.
#[track_caller]
fn refused(text: &str, words: &[&str]) {
    let folder = Folder::new();
    folder.put("song.json", text);
    let words: Vec<&str> = words.iter().copied().chain(["song.json"]).collect();
    for arguments in
        [&["render", "song.json", "-o", "song.wav"][..], &["check", "song.json"], &["explain", "song.json"]]
    {
        folder.refuses(arguments, &words);
    }
}

#[test]
fn what_is_not_json_is_refused_with_line_and_column() {
    refused("{\"format\": 1,\n  \"nodes\": [oops]}", &["line 2, column 13", "JSON"]);
    refused("hello", &["line 1, column 1", "JSON"]);
}

#[test]
fn what_is_no_text_or_empty_is_refused_with_a_way_to_begin() {
    refused("", &["empty", "signalbox new"]);
    let folder = Folder::new();
    folder.put("song.json", [0xFFu8, 0xFE, 0x00, 0x80]);
    folder.refuses(&["render", "song.json", "-o", "song.wav"], &["song.json", "not text", "signalbox new"]);
}

#[test]
fn a_newer_format_is_refused_with_its_number() {
    refused(r#"{"format": 99, "nodes": []}"#, &["format 99", "newer Signalbox"]);
}

#[test]
fn json_of_something_else_is_refused() {
    refused(r#"{"name": "package", "version": "1.0"}"#, &["no patch", "format"]);
}

#[test]
fn a_misspelt_field_is_refused_where_it_stands() {
    refused("{\"format\": 1,\n \"nodez\": []}", &["nodez", "line 2"]);
}

#[test]
fn a_number_of_voices_that_can_not_be_is_refused_with_the_numbers_that_can() {
    for wrong in ["0", "257", "\"eight\"", "1.5"] {
        let voices = format!(r#"{{"id": "lead", "kind": "voice", "voices": {wrong}}},"#);
        refused(&patch(&voices, ""), &["`voices` is a whole number from 1 to 256", wrong, "line 1"]);
    }
    let alone = r#"{"id": "lead", "kind": "osc", "voices": 8},"#;
    refused(&patch(alone, ""), &["lead", "`osc` is no sub-patch"]);
}

#[test]
fn a_cable_to_a_port_that_is_not_there_names_the_ports_that_are() {
    let cables =
        r#"{"from": "tone.outt", "to": "out"}, {"from": "tone", "to": "tone.freqq", "depth": "1 oct"}"#;
    refused(
        &patch("", cables),
        &["2 problems", "`outt`", "did you mean `out`", "`freqq`", "did you mean `freq`"],
    );
}

#[test]
fn a_cable_to_a_node_that_is_not_there_names_it() {
    refused(&patch("", r#"{"from": "tone", "to": "nobody"}"#), &["tone → nobody", "no node `nobody`"]);
}

#[test]
fn a_value_out_of_its_range_names_the_range() {
    refused(
        &patch(r#"{"id": "amp", "kind": "gain", "values": {"gain": "900 dB"}},"#, ""),
        &["amp", "`gain` goes from", "900 dB"],
    );
}

#[test]
fn a_wrong_unit_names_the_units_that_are_right() {
    refused(
        &patch(r#"{"id": "amp", "kind": "gain", "values": {"gain": "3 s"}},"#, ""),
        &["amp", "`gain`", "dB", "3 s"],
    );
}

#[test]
fn a_parameter_that_is_not_there_is_named() {
    refused(&patch(r#"{"id": "amp", "kind": "gain", "values": {"gian": "3 dB"}},"#, ""), &["amp", "`gian`"]);
}

#[test]
fn sub_patches_in_a_circle_are_shown_as_a_circle() {
    let text = r#"{"format": 1, "length": "1 s",
        "subpatches": {"x": {"nodes": [{"id": "inner", "kind": "y"}]}, "y": {"nodes": [{"id": "inner", "kind": "x"}]}},
        "nodes": [{"id": "a", "kind": "x"}, {"id": "out", "kind": "output"}]}"#;
    refused(text, &["circle", "x", "y"]);
}

#[test]
fn a_loop_that_nothing_delays_renders_and_names_the_cable_that_it_is_cut_at() {
    let nodes =
        r#"{"id": "one", "kind": "bus"}, {"id": "two", "kind": "gain", "values": {"gain": "-40 dB"}},"#;
    let cables = r#"{"from": "tone", "to": "one"}, {"from": "one", "to": "two"}, {"from": "two", "to": "one"}, {"from": "one", "to": "out"}"#;
    let folder = Folder::new();
    folder.put("song.json", patch(nodes, cables));
    let said = folder.does(&["render", "song.json", "-o", "song.wav"]);
    assert!(said.err.contains("two → one") && said.err.contains("\"feedback\": true"), "{}", said.err);
}

#[test]
fn two_nodes_of_one_id_are_refused() {
    refused(&patch(r#"{"id": "tone", "kind": "gain"},"#, ""), &["two nodes", "`tone`"]);
}

#[test]
fn an_unknown_kind_is_a_silent_placeholder_that_is_named_and_the_rest_plays() {
    let folder = Folder::new();
    let text = patch(
        r#"{"id": "strange", "kind": "osk", "values": {"depth": "3 dB"}},"#,
        r#"{"from": "strange", "to": "out"}, {"from": "tone", "to": "strange"}, {"from": "tone", "to": "out"}"#,
    );
    folder.put("song.json", &text);
    folder.put("plain.json", patch("", r#"{"from": "tone", "to": "out"}"#));
    let said = folder.does(&["check", "song.json"]);
    said.explains(&["warning", "strange", "`osk`", "did you mean `osc`", "values are kept"]);
    let said = folder.does(&["render", "song.json", "-o", "song.wav"]);
    said.explains(&["warning", "strange"]);
    folder.does(&["render", "plain.json", "-o", "plain.wav"]);
    assert!(folder.bytes("song.wav") == folder.bytes("plain.wav"), "the placeholder is heard");
    assert_eq!(folder.bytes("song.json"), text.as_bytes(), "the patch was touched");
}

#[test]
fn an_endless_patch_wants_a_length_and_gets_it_from_the_command_line() {
    let folder = Folder::new();
    folder
        .put("drone.json", patch("", r#"{"from": "tone", "to": "out"}"#).replace(r#""length": "1 s","#, ""));
    folder.refuses(
        &["render", "drone.json", "-o", "drone.wav"],
        &["drone.json", "tone", "for ever", "--length"],
    );
    folder.does(&["check", "drone.json"]).explains(&["warning", "for ever", "--length"]);
    folder.does(&["render", "drone.json", "-o", "drone.wav", "--length", "0.5s"]);
    assert_eq!(folder.samples("drone.wav").len(), 24_000);
}

#[test]
fn a_patch_without_output_is_refused_and_check_warns_of_it() {
    let folder = Folder::new();
    folder.put("mute.json", r#"{"format": 1, "length": "1 s", "nodes": [{"id": "tone", "kind": "osc"}]}"#);
    folder.refuses(&["render", "mute.json", "-o", "mute.wav"], &["mute.json", "no output"]);
    folder.does(&["check", "mute.json"]).explains(&["warning", "no output"]);
}

#[test]
fn a_patch_of_no_length_writes_no_file_of_no_sound() {
    let folder = Folder::new();
    folder.put("zero.json", patch("", r#"{"from": "tone", "to": "out"}"#).replace("1 s", "0 s"));
    folder.put("nothing.json", r#"{"format": 1, "nodes": [{"id": "out", "kind": "output"}]}"#);
    for name in ["zero.json", "nothing.json"] {
        folder.refuses(&["render", name, "-o", "out.wav"], &["0 s", "--length"]);
    }
}

#[test]
fn a_loop_that_blows_up_to_infinity_names_node_and_time_and_leaves_no_file() {
    let nodes = r#"{"id": "sum", "kind": "bus"}, {"id": "echo", "kind": "delay", "values": {"time": "10 ms"}},
        {"id": "boost", "kind": "gain", "values": {"gain": "24 dB"}},"#;
    let cables = r#"{"from": "tone", "to": "sum"}, {"from": "sum", "to": "echo"}, {"from": "echo", "to": "boost"},
        {"from": "boost", "to": "sum", "gain": "12 dB"}, {"from": "sum", "to": "out"}"#;
    let folder = Folder::new();
    folder.put("howl.json", patch(nodes, cables));
    let said = folder.refuses(&["render", "howl.json", "-o", "howl.wav"], &["howl.json", "no number", " s;"]);
    // 36 dB each 10 ms pass the largest number, 770 dB, behind 21 rounds.
    let seconds: f64 = said
        .err
        .split_whitespace()
        .zip(said.err.split_whitespace().skip(1))
        .find(|(_, unit)| *unit == "s;")
        .and_then(|(number, _)| number.parse().ok())
        .expect("a time");
    assert!((0.2..0.25).contains(&seconds), "{seconds} s");
}
