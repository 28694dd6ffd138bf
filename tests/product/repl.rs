//! `repl`: lines that come from a file, as a terminal would send them.

use crate::support::{Folder, Said};
use std::io::Write;
use std::process::Stdio;

fn types(folder: &Folder, arguments: &[&str], lines: &str) -> Said {
    let mut command = folder.command(&[&["repl"], arguments].concat());
    command.env("XDG_STATE_HOME", folder.path("state"));
    let mut process =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    process.stdin.take().expect("its input").write_all(lines.as_bytes()).expect("it listens");
    let said = Said::of(process.wait_with_output().expect("it ends"));
    assert_eq!(said.code, Some(0), "{}", said.err);
    said
}

#[test]
fn lines_build_ask_and_are_saved() {
    let folder = Folder::new();
    let lines = "length(2.s)\nlet tone = osc(220.hz,\n  shape: \"sine\", level: -6.db)\ntone |> gain(-6.db) |> master()\n\
                 peak(master())\nosc(220.hz) |> comp(ratoi: 2) |> out\n:list\nlet tone = osc(110.hz, shape: \"sine\", level: -6.db)\n\
                 :save song.rhai\n:doc comp\n:nonsense\n:quit\n";
    let said = types(&folder, &[], lines);
    assert!(said.out.contains("0.2") && said.out.contains("threshold"), "{}", said.out);
    assert!(said.out.contains("  2  let tone = osc(220.hz,\n       shape"), "{}", said.out);
    said.explains(&["session:5:", "did you mean `ratio`?", "song.rhai: 3 lines", "there is no `:nonsense`"]);
    // With a device or without, it is said, and it goes on.
    assert!(
        said.err.contains("plays on ") || said.err.contains("the song goes on in silence"),
        "{}",
        said.err
    );
    let saved = String::from_utf8(folder.bytes("song.rhai")).expect("a text");
    assert_eq!(
        saved,
        "length(2.s);\nlet tone = osc(110.hz, shape: \"sine\", level: -6.db);\ntone |> gain(-6.db) |> master();\n"
    );
    folder.does(&["render", "song.rhai", "-o", "song.wav"]);
}

#[test]
fn a_session_begins_with_a_script_and_lines_can_be_dropped() {
    let folder = Folder::new();
    folder.put("live.rhai", "length(1.s);\nlet pad = osc(220.hz, shape: \"sine\", level: -6.db);\nassert peak(pad) < 0.1, \"later\";");
    let said = types(
        &folder,
        &["live.rhai"],
        "pad |> out\npad |> gain(-6.db) |> out\n:drop\n:drop 1\n:drop 9\n:list\npeak(master())\n",
    );
    said.explains(&["there is no `pad`; did you mean `pan`?", "there are 2 lines"]);
    assert!(said.out.contains("  2  pad |> out;") && !said.out.contains("  3  "), "{}", said.out);
    assert!(said.out.contains("0.5"), "{}", said.out);
    folder.refuses(&["repl", "none.rhai"], &["none.rhai"]);
}
