//! The editor in a real window, on a display of the test's own.

use crate::live::{Jack, Running};
use crate::support::Folder;
use crate::support::{near, sound::db};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A display that nobody else sees.
struct Display {
    name: String,
    _server: Running,
}

impl Display {
    /// None, and a word about it, where there is no such server, or nothing to press its keys.
    fn start() -> Option<Self> {
        let xdotool = Command::new("xdotool").arg("version").stdout(Stdio::null()).status();
        let mut server = Command::new("Xvfb");
        server.args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"]);
        let server = server.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let (Ok(_), Ok(mut server)) = (xdotool, server) else {
            eprintln!("skipped: there is no Xvfb or no xdotool here (Debian's packages xvfb and xdotool)");
            return None;
        };
        let mut number = String::new();
        let out = server.stdout.take().expect("its output");
        BufReader::new(out).read_line(&mut number).expect("the display's number");
        Some(Self { name: format!(":{}", number.trim()), _server: Running(server) })
    }

    /// Does something by a hand or a key.
    fn does(&self, arguments: &[&str]) -> bool {
        let mut command = Command::new("xdotool");
        command.args(arguments).env("DISPLAY", &self.name).stdout(Stdio::null()).stderr(Stdio::null());
        let done = command.status().is_ok_and(|status| status.success());
        // A window needs a moment for each.
        std::thread::sleep(Duration::from_millis(150));
        done
    }
}

/// Where the output's head and its input stand in the window, and the tone's output; how far the first is dragged.
const OUT: (u32, u32) = (690, 356);
const TO: (u32, u32) = (596, 383);
const FROM: (u32, u32) = (371, 383);
const DOWN: u32 = 160;

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(30), "not in time: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A patch in a window, that plays on a server where one is meant.
fn edits(display: &Display, folder: &Folder, jack: Option<&Jack>) -> Running {
    let mut editor = folder.command(&["edit", "song.json"]);
    editor.env("DISPLAY", &display.name).env_remove("WAYLAND_DISPLAY").env("ICED_BACKEND", "tiny-skia");
    editor.env("XDG_CONFIG_HOME", folder.path("settings")).stderr(Stdio::null());
    // No dialogs of a desktop, which a test could not answer: the window asks itself.
    editor.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere").env("PATH", "");
    if let Some(jack) = jack {
        jack.tell(editor.args(["--host", "jack"]));
    }
    let editor = Running(editor.spawn().expect("the editor starts"));
    until("the window", || display.does(&["search", "--name", "song.json"]));
    display.does(&["search", "--name", "song.json", "windowsize", "1280", "800", "windowfocus"]);
    // The first frames take longest, and two presses must come close enough together to be a double click.
    std::thread::sleep(Duration::from_secs(2));
    editor
}

/// A new patch in a window; none where there is no display to be had.
fn opened() -> Option<(Display, Folder, Running)> {
    let display = Display::start()?;
    let folder = Folder::new();
    folder.does(&["new", "song.json"]);
    let editor = edits(&display, &folder, None);
    Some((display, folder, editor))
}

#[test]
fn a_patch_is_opened_in_a_window_changed_by_hand_and_keys_saved_and_left() {
    let Some((display, folder, mut editor)) = opened() else { return };
    // A double click in the void, high above the nodes, adds a node.
    display.does(&["mousemove", "480", "90"]);
    display.does(&["click", "--repeat", "2", "--delay", "60", "1"]);
    display.does(&["type", "reverb"]);
    display.does(&["key", "Return"]);
    display.does(&["key", "b"]);
    display.does(&["key", "ctrl+s"]);
    let saved = || std::fs::read_to_string(folder.path("song.json")).unwrap_or_default();
    until("the node, bypassed, in the file", || {
        saved().lines().any(|line| line.contains("\"kind\":\"reverb\"") && line.contains("\"bypass\":true"))
    });
    display.does(&["key", "ctrl+q"]);
    until("its end", || editor.0.try_wait().expect("it can be waited for").is_some_and(|s| s.success()));
    assert!(folder.path("settings/signalbox/session.json").exists(), "what was seen is remembered");
    folder.does(&["check", "song.json"]);
}

/// A sine that nobody hears yet, and an output.
const TONE: &str = r#"{"format": 1, "nodes": [
    {"id": "tone", "kind": "osc", "at": [0, 0], "values": {"shape": "sine", "freq": "500 Hz", "level": "-12 dB"}},
    {"id": "out", "kind": "output", "at": [400, 0]}]}"#;

/// How often a sound rises through zero.
fn rises(sound: &[f64]) -> usize {
    sound.windows(2).filter(|w| w[0] <= 0.0 && w[1] > 0.0).count()
}

fn peak(sound: &[f64]) -> f64 {
    sound.iter().fold(0.0, |most, x| x.abs().max(most))
}

#[test]
fn in_a_window_a_node_is_dragged_a_cable_is_drawn_heard_over_jack_and_exported() {
    let Some(display) = Display::start() else { return };
    let Some(jack) = Jack::start("window") else { return };
    let folder = Folder::new();
    folder.put("song.json", TONE);
    let mut editor = edits(&display, &folder, Some(&jack));
    let drag = |from: (u32, u32), to: (u32, u32)| {
        let place = |at: (u32, u32)| display.does(&["mousemove", &at.0.to_string(), &at.1.to_string()]);
        place(from);
        display.does(&["mousedown", "1"]);
        place(((from.0 + to.0) / 2, (from.1 + to.1) / 2));
        place(to);
        display.does(&["mouseup", "1"]);
    };
    let nodes = || folder.json("song.json")["nodes"].clone();
    let port = jack.port(&editor, "out_0");
    assert_eq!(peak(&jack.record(&folder, &port)), 0.0, "nothing is led to the output");

    // The output is dragged down by its head, then a cable is drawn from the tone to it.
    drag(OUT, (OUT.0, OUT.1 + DOWN));
    drag(FROM, (TO.0, TO.1 + DOWN));
    display.does(&["key", "ctrl+s"]);
    until("the cable in the file", || {
        folder.json("song.json")["cables"]
            .as_array()
            .is_some_and(|cables| cables.iter().any(|c| c["from"] == "tone.out" && c["to"] == "out"))
    });
    assert!(nodes()[0]["at"][1].as_f64() > Some(100.0), "it was dragged: {}", nodes());

    // Five seconds of it: the master volume stands at -12 dB at the first start.
    let heard = jack.record(&folder, &port);
    near(peak(&heard), db(-24.0), 1e-3);
    near(rises(&heard) as f64, 500.0 * heard.len() as f64 / 48_000.0, 2.0);

    // The export knows nothing of the master volume.
    display.does(&["key", "ctrl+shift+e"]);
    display.does(&["key", "Down", "Down", "Down"]);
    display.does(&["type", "2 s"]);
    display.does(&["key", "Return"]);
    std::thread::sleep(Duration::from_millis(500));
    display.does(&["key", "ctrl+a"]);
    display.does(&["type", &folder.path("mix.wav").display().to_string()]);
    display.does(&["key", "Return"]);
    until("the file", || folder.path("mix.wav").exists());
    let written = folder.samples("mix.wav");
    assert_eq!(written.len(), 96_000);
    near(peak(&written), db(-12.0), 1e-4);
    near(rises(&written) as f64, 1_000.0, 1.0);
    display.does(&["key", "ctrl+q"]);
    until("its end", || editor.0.try_wait().expect("it can be waited for").is_some_and(|s| s.success()));
}

#[cfg(unix)]
#[test]
fn ctrl_c_in_the_terminal_closes_the_window() {
    let Some((_display, _folder, mut editor)) = opened() else { return };
    let sent = Command::new("kill").args(["-INT", &editor.0.id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()));
    until("its end", || {
        editor.0.try_wait().expect("it can be waited for").is_some_and(|s| s.code() == Some(130))
    });
}
