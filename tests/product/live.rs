//! `play` and `devices`, on whatever the machine has, which may be no sound at all.

use crate::support::Folder;
use crate::support::sound::{Bits, spec};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

#[test]
fn a_patch_plays_for_as_long_as_is_said_with_a_device_or_without() {
    let folder = Folder::new();
    folder.does(&["new", "first.json"]);
    let start = Instant::now();
    let told = folder.does(&["play", "first.json", "--length", "500 ms"]).err;
    assert!(start.elapsed() >= Duration::from_millis(500));
    // One of the two, and nothing that a library wrote by itself.
    assert!(told.starts_with("plays on ") || told.contains("the song goes on in silence"), "{told}");
    assert!(!told.contains("ALSA lib"), "{told}");
}

#[test]
fn what_can_not_be_played_is_told_at_once() {
    let folder = Folder::new();
    folder.put("mute.json", r#"{"format": 1, "nodes": [{"id": "a", "kind": "gain"}]}"#);
    folder.refuses(&["play", "mute.json"], &["mute.json", "there is nothing to hear"]);
    let cable = r#"{"format": 1, "nodes": [{"id": "out", "kind": "output"}], "cables": [{"from": "a", "to": "out"}]}"#;
    folder.put("wrong.json", cable);
    folder.refuses(&["play", "wrong.json"], &["wrong.json", "a"]);
    folder.refuses(&["play", "."], &["is a folder"]);
    folder.refuses(&["play", "missing.json"], &["missing.json"]);
}

#[test]
fn devices_are_listed_or_it_is_said_that_there_are_none() {
    let folder = Folder::new();
    let done = folder.does(&["devices"]);
    assert!(
        done.out.contains("--device") || done.err.contains("no sound device can be used here"),
        "{}",
        done.err
    );
    assert!(!done.err.contains("ALSA lib") && !done.err.contains("jack server"), "{}", done.err);
}

/// Stops a process when the test ends, however it does.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// JACK with a driver that needs no card: what is played comes back to the bit. Skipped where JACK is not installed.
#[test]
fn over_jack_a_known_file_comes_back_to_the_bit() {
    let server = format!("signalbox-test-{}", std::process::id());
    let jack = |program: &str, arguments: &[&str]| -> Command {
        let mut command = Command::new(program);
        command.args(arguments).env("JACK_DEFAULT_SERVER", &server).env("JACK_NO_AUDIO_RESERVATION", "1");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    let dummy = ["-r", "-n", &server, "-d", "dummy", "-r", "48000", "-p", "512", "-C", "2", "-P", "2"];
    let Ok(daemon) = jack("jackd", &dummy).stdout(Stdio::null()).stderr(Stdio::null()).spawn() else {
        eprintln!("skipped: there is no `jackd` here (Debian's package jackd2)");
        return;
    };
    let _daemon = Running(daemon);
    let waited = jack("jack_wait", &["-w", "-t", "10"]).status();
    assert!(waited.is_ok_and(|s| s.success()), "the server does not come up");
    let folder = Folder::new();
    let mut state = 1u32;
    // Noise in 24 bits, the low ones in use, and below 1/16: the recorder makes numbers of 24 bits by multiplying with
    // one less than 2^23, which rounds to the same for what is that small.
    folder.wav("noise.wav", spec(48_000, 1, Bits::B24), 1.0, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state as i32 >> 12) / f64::from(1 << 23)
    });
    folder.put(
        "noise.json",
        r#"{"format": 1, "nodes": [{"id": "p", "kind": "player", "values": {"file": "noise.wav", "start": "3 s"}},
            {"id": "out", "kind": "output"}], "cables": [{"from": "p", "to": "out"}]}"#,
    );
    let mut play = folder.command(&["play", "noise.json", "--host", "jack", "--length", "20 s"]);
    let play = play.env("JACK_DEFAULT_SERVER", &server).stdout(Stdio::null()).stderr(Stdio::null());
    let _play = Running(play.spawn().expect("the command runs"));
    let start = Instant::now();
    let port = loop {
        let listed = jack("jack_lsp", &[]).output().expect("jack_lsp").stdout;
        let listed = String::from_utf8_lossy(&listed).into_owned();
        if let Some(port) = listed.lines().find(|l| l.starts_with("cpal") && l.ends_with("out_0")) {
            break port.to_string();
        }
        assert!(start.elapsed() < Duration::from_secs(10), "no port: {listed}");
        std::thread::sleep(Duration::from_millis(20));
    };
    let record = folder.path("heard.wav").display().to_string();
    let recorded = jack("jack_rec", &["-f", &record, "-d", "5", "-b", "24", &port]).status();
    assert!(recorded.is_ok_and(|s| s.success()), "nothing was recorded");
    let (sent, heard) = (folder.samples("noise.wav"), folder.samples("heard.wav"));
    let first = heard.iter().position(|x| *x != 0.0).unwrap_or(heard.len());
    let skipped = sent.iter().position(|x| *x != 0.0).unwrap_or(0);
    let heard = &heard[first - skipped..];
    assert!(heard.len() >= sent.len(), "it came too late: {} frames", heard.len());
    let wrong = sent.iter().zip(heard).enumerate().find(|(_, (a, b))| a != b);
    assert_eq!(wrong.map(|(at, (a, b))| (at, a * 8388608.0, b * 8388608.0)), None, "a frame differs");
}
