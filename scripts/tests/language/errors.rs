//! What a user reads about a script that is wrong: its place, the line, what was expected, what is near.

use crate::support::{Project, sine};

fn project() -> Project {
    let project = Project::new();
    project.sound("vox.wav", 0.5, |t| 0.1 * sine(440.0, t));
    project
}

/// A script, the place of what is wrong in it, and words that the error has.
const WRONG: &[(&str, &str, &[&str])] = &[
    // A wrong unit.
    ("let c = comp(ratio: 4, attack: 10.hz);", "1:24", &["`attack` wants a time, as in 10.ms", "got 10 Hz"]),
    ("\n\nlet c = comp(threshold: -6);", "3:14", &["`threshold` wants a level, as in -6.db", "got -6"]),
    ("reverb(decay: 2.db)", "1:8", &["`decay` wants a time"]),
    ("eq(hp: 3.db)", "1:4", &["`hp` wants a frequency", "got 3 dB"]),
    ("tempo(96)", "1:1", &["96.bpm"]),
    ("let x = 3.db + 2.ms;", "1:14", &["a level (3 dB)", "a time (2 ms)"]),
    ("let x = if 3.db < 2.hz { 1 } else { 2 };", "1:17", &["can't be compared"]),
    // A misspelt name.
    ("comp(treshold: -6.db)", "1:6", &["did you mean `threshold`?"]),
    ("let a = cmp(3);", "1:9", &["there is no `cmp`", "did you mean `comp`?"]),
    ("let v = track(\"vox\", file: \"vox.wav\");\nv |> mastr();", "2:6", &["did you mean `master`?"]),
    ("let v = track(\"vox\", file: \"vox.wav\");\nvx |> master();", "2:1", &["there is no `vx`"]),
    (
        "track(\"vox\", file: \"vox.wav\"); track(\"vxo\")",
        "1:32",
        &["no track \"vxo\"", "did you mean \"vox\"?"],
    ),
    ("let x = 4.bats;", "1:11", &["did you mean `.bars`?"]),
    ("let b = bus(\"a\"); b.gan = 3.db;", "1:", &["did you mean `gain`?"]),
    ("osc(220.hz, shape: \"sin\")", "1:13", &["saw, square, triangle, sine", "did you mean `sine`?"]),
    ("ride([bar(1), 0.db], shape: \"z\")", "1:22", &["linear, hold, s, slow, fast"]),
    ("tape(driv: 3.db)", "1:6", &["did you mean `drive`?"]),
    // What can't be.
    ("let v = track(\"vox\", file: \"vox.wav\");\nosc(220.hz) |> v;", "2:13", &["plays a file"]),
    ("osc(220.hz) |> 4", "1:13", &["4 can't stand behind `|>`"]),
    ("4 |> comp()", "1:3", &["4 is no signal"]),
    ("osc(220.hz) |> osc(110.hz)", "1:13", &["a signal can't stand behind `|>`"]),
    ("comp(threshold: osc(1.hz))", "1:6", &["`threshold`", ".range("]),
    ("bus(\"a\").send(bus(\"a\"), -6.db)", "1:10", &["sent to itself"]),
    ("feedback(|y| y)", "1:1", &["must pass something on its way"]),
    ("bar(1) * 2", "1:8", &["don't go together"]),
    // Out of range.
    ("comp(ratio: 400)", "1:6", &["`ratio` goes from 1 to 100", "got 400"]),
    ("reverb(decay: 2.min)", "1:8", &["`decay` goes from 100 ms to 30 s", "got 120 s"]),
    ("bar(0)", "1:1", &["count from 1"]),
    ("delay(time: 20.s)", "1:7", &["`time` goes from 0 s to 10 s"]),
    ("param(\"x\", 3.0, max: 2.0)", "1:1", &["does not lie between 0 and 2"]),
    // A missing file.
    ("track(\"v\", file: \"vux.wav\")", "1:12", &["there is no file \"vux.wav\"", "did you mean `vox.wav`?"]),
    ("player(\"../secret.wav\")", "1:1", &["outside of the project's folder"]),
    // Too long, too deep, too much.
    ("let x = 0;\nloop { x += 1; }", "2:", &["a loop that does not end"]),
    ("fn f(x) { f(x + 1) }\nf(1)", "", &["call each other without end"]),
    ("let s = \"x\"; loop { s += s; }", "1:", &["64 KiB"]),
    // Not the language.
    ("let x = ;", "1:9", &[]),
    ("comp(ratio: 4", "1:", &[]),
    ("comp(ratio: 4, ratio: 5)", "1:16", &["`ratio` is given twice"]),
    ("let default = 3;", "1:5", &["kept by the language"]),
    ("assert 3, \"x\";", "1:8", &["wants true or false"]),
    ("fold(2)", "1:1", &["there is no word `fold`"]),
];

#[test]
fn every_error_has_its_place_what_was_wanted_and_what_is_near() {
    let project = project();
    let mut bad = Vec::new();
    for (source, place, words) in WRONG {
        let text = project.trouble(source);
        let at = format!("test.rhai:{place}");
        if !text.starts_with(&at) {
            bad.push(format!("{source}\n  is not at {place}:\n{text}"));
        }
        for word in words.iter().filter(|w| !text.contains(**w)) {
            bad.push(format!("{source}\n  lacks `{word}`:\n{text}"));
        }
        if text.contains("signalbox_") || text.contains("Dynamic") {
            bad.push(format!("{source}\n  speaks of what no user knows:\n{text}"));
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n\n"));
}

#[test]
fn the_line_is_shown_with_a_mark_under_what_is_meant() {
    let text = project().trouble("tempo(90.bpm);\n\tlet x = comp(3, mix: 1.0, attck: 3.ms);");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[1], "2 | \tlet x = comp(3, mix: 1.0, attck: 3.ms);");
    assert_eq!(lines[2], "  | \t                          ^^^^^", "{text}");
}

#[test]
fn what_only_the_compiler_sees_is_told_at_the_word_that_made_it() {
    let project = project();
    let source = "let v = track(\"vox\", file: \"vox.wav\");\nlet s = stereo(osc(100.hz), osc(90.hz));\n\
                  s |> split() |> master();\nlet wide = noise(channels: 4);\nwide |> reverb() |> master();\nlength(1.s);";
    let outcome = project.build(source).unwrap_or_else(|e| panic!("{e}"));
    let shelf = signalbox_studio::shelf();
    let context = signalbox_engine::compile::Context {
        shelf: &shelf,
        assets: &*outcome.files,
        rate: outcome.rate,
        lanes: 1,
    };
    let Err(problems) = signalbox_engine::compile::compile(&outcome.patch, &context) else {
        panic!("four channels do not fit into a room of two");
    };
    let text = outcome.trouble(&problems[0]).to_string();
    assert!(text.starts_with("test.rhai:5:9:"), "{text}");
}
