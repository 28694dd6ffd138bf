//! The editor in a real window, on a display of the test's own.

use crate::live::Running;
use crate::support::Folder;
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

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(30), "not in time: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A new patch in a window; none where there is no display to be had.
fn opened() -> Option<(Display, Folder, Running)> {
    let display = Display::start()?;
    let folder = Folder::new();
    folder.does(&["new", "song.json"]);
    let mut editor = folder.command(&["edit", "song.json"]);
    editor.env("DISPLAY", &display.name).env_remove("WAYLAND_DISPLAY").env("ICED_BACKEND", "tiny-skia");
    editor.env("XDG_CONFIG_HOME", folder.path("settings")).stderr(Stdio::null());
    let editor = Running(editor.spawn().expect("the editor starts"));
    until("the window", || display.does(&["search", "--name", "song.json"]));
    Some((display, folder, editor))
}

#[test]
fn a_patch_is_opened_in_a_window_changed_by_hand_and_keys_saved_and_left() {
    let Some((display, folder, mut editor)) = opened() else { return };
    display.does(&["search", "--name", "song.json", "windowsize", "1280", "800", "windowfocus"]);
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
