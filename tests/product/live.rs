//! `play` and `devices`, on whatever the machine has, which may be no sound at all.

use crate::support::Folder;
use crate::support::sound::{Bits, spec};
use std::fs::{File, read_to_string};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
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
    folder.refuses(&["play", "."], &["holds no audio files"]);
    folder.refuses(&["play", "mute.json", "--osc", "nine"], &["`nine`", "9000"]);
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
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        end(&mut self.0);
    }
}

/// Asks a process to end, and kills it where it does not.
fn end(process: &mut Child) {
    let _ = Command::new("kill").arg(process.id().to_string()).status();
    let start = Instant::now();
    while matches!(process.try_wait(), Ok(None)) && start.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = process.kill();
    let _ = process.wait();
}

/// A JACK server with a driver that needs no card.
pub struct Jack {
    server: String,
    daemon: Option<Child>,
    _alone: MutexGuard<'static, ()>,
}

/// One server at a time: they share a register.
static ALONE: Mutex<()> = Mutex::new(());

impl Jack {
    /// None, and a word about it, where JACK is not installed.
    pub fn start(name: &str) -> Option<Self> {
        let mut jack = Self {
            server: format!("signalbox-{name}"),
            daemon: None,
            _alone: ALONE.lock().unwrap_or_else(PoisonError::into_inner),
        };
        if jack.serve() {
            return Some(jack);
        }
        eprintln!("skipped: there is no `jackd` here (Debian's package jackd2)");
        None
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        self.tell(command.args(arguments)).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Lets a command find this server.
    pub fn tell<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.env("JACK_DEFAULT_SERVER", &self.server).env("JACK_NO_AUDIO_RESERVATION", "1")
    }

    fn serve(&mut self) -> bool {
        let server = self.server.clone();
        // Long periods, so that a machine that is busy misses none.
        let dummy = ["-r", "-n", &server, "-d", "dummy", "-r", "48000", "-p", "2048", "-C", "2", "-P", "2"];
        let mut daemon = self.command("jackd", &dummy);
        let Ok(daemon) = daemon.stdout(Stdio::null()).stderr(Stdio::null()).spawn() else { return false };
        self.daemon = Some(daemon);
        let waited = self.command("jack_wait", &["-w", "-t", "10"]).status();
        assert!(waited.is_ok_and(|s| s.success()), "the server does not come up");
        true
    }

    /// Plays a patch; what it tells goes into a file.
    fn play(&self, folder: &Folder, patch: &str) -> Running {
        let told = File::create(folder.path("told.txt")).expect("a file");
        let mut play = folder.command(&["play", patch, "--host", "jack", "--length", "60 s"]);
        let play = self.tell(&mut play).stdout(Stdio::null()).stderr(told);
        Running(play.spawn().expect("the command runs"))
    }

    /// The port of a process whose name ends so, once it is there.
    pub fn port(&self, process: &Running, end: &str) -> String {
        let (start, client) = (Instant::now(), format!("cpal_client_{}_", process.0.id()));
        loop {
            let listed = self.command("jack_lsp", &[]).output().expect("jack_lsp").stdout;
            let listed = String::from_utf8_lossy(&listed).into_owned();
            if let Some(port) = listed.lines().find(|l| l.starts_with(&client) && l.ends_with(end)) {
                return port.to_string();
            }
            assert!(start.elapsed() < Duration::from_secs(20), "no port {client}…{end}: {listed}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Records five seconds of a port.
    pub fn record(&self, folder: &Folder, port: &str) -> Vec<f64> {
        let file = folder.path("heard.wav").display().to_string();
        let recorded = self.command("jack_rec", &["-f", &file, "-d", "5", "-b", "24", port]).status();
        assert!(recorded.is_ok_and(|s| s.success()), "nothing was recorded");
        folder.samples("heard.wav")
    }
}

impl Drop for Jack {
    /// One that does not end in time stays in the register, which has room for eight, until one of its name comes again.
    fn drop(&mut self) {
        let _ = self.daemon.take().map(|mut daemon| end(&mut daemon));
    }
}

/// Noise of a second in 24 bits, the low ones in use, and below 1/16: the recorder makes numbers of 24 bits by
/// multiplying with one less than 2^23, which rounds to the same for what is that small. And a patch that plays it once
/// there is time to listen.
pub fn noise(folder: &Folder) {
    let mut state = 1u32;
    folder.wav("noise.wav", spec(48_000, 1, Bits::B24), 1.0, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state as i32 >> 12) / f64::from(1 << 23)
    });
    folder.put(
        "noise.json",
        r#"{"format": 1, "nodes": [{"id": "p", "kind": "player", "values": {"file": "noise.wav", "start": "3 s"}},
            {"id": "out", "kind": "output"}], "cables": [{"from": "p", "to": "out"}]}"#,
    );
}

/// Holds what was heard of that against what was sent.
pub fn came_back(folder: &Folder, heard: &[f64]) {
    let sent = folder.samples("noise.wav");
    let first = heard.iter().position(|x| *x != 0.0).unwrap_or(heard.len());
    let skipped = sent.iter().position(|x| *x != 0.0).unwrap_or(0);
    let heard = &heard[first - skipped..];
    assert!(heard.len() >= sent.len(), "it came too late: {} frames", heard.len());
    let wrong = sent.iter().zip(heard).enumerate().find(|(_, (a, b))| a != b);
    assert_eq!(wrong.map(|(at, (a, b))| (at, a * 8388608.0, b * 8388608.0)), None, "a frame differs");
}

#[test]
fn over_jack_a_known_file_comes_back_to_the_bit() {
    let Some(jack) = Jack::start("out") else { return };
    let folder = Folder::new();
    noise(&folder);
    let play = jack.play(&folder, "noise.json");
    let port = jack.port(&play, "out_0");
    came_back(&folder, &jack.record(&folder, &port));
}

#[test]
fn over_jack_what_comes_in_goes_out_to_the_bit() {
    let Some(jack) = Jack::start("in") else { return };
    let folder = Folder::new();
    noise(&folder);
    folder.put(
        "through.json",
        r#"{"format": 1, "nodes": [{"id": "mic", "kind": "live"}, {"id": "out", "kind": "output"}],
            "cables": [{"from": "mic", "to": "out"}]}"#,
    );
    let through = jack.play(&folder, "through.json");
    let (into, out) = (jack.port(&through, "in_0"), jack.port(&through, "out_0"));
    let play = jack.play(&folder, "noise.json");
    let from = jack.port(&play, "out_0");
    let connected = jack.command("jack_connect", &[&from, &into]).status();
    assert!(connected.is_ok_and(|s| s.success()), "{from} to {into}");
    came_back(&folder, &jack.record(&folder, &out));
}

#[test]
fn a_jack_server_that_is_killed_is_told_once_and_sound_comes_back_with_the_next_one() {
    let Some(mut jack) = Jack::start("killed") else { return };
    let folder = Folder::new();
    folder.put(
        "steady.json",
        r#"{"format": 1, "nodes": [{"id": "a", "kind": "osc", "values": {"level": "-30 dB"}}, {"id": "out", "kind": "output"}],
            "cables": [{"from": "a", "to": "out"}]}"#,
    );
    let play = jack.play(&folder, "steady.json");
    jack.port(&play, "out_0");
    let told = |what: &str| {
        let told = read_to_string(folder.path("told.txt")).unwrap_or_default();
        told.lines().filter(|line| line.contains(what)).count()
    };
    let wait = |what: &str, count: usize| {
        let start = Instant::now();
        while told(what) < count {
            assert!(start.elapsed() < Duration::from_secs(20), "not told: {what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    wait("plays on", 1);
    if let Some(mut daemon) = jack.daemon.take() {
        let _ = daemon.kill();
        let _ = daemon.wait();
    }
    wait("is lost", 1);
    std::thread::sleep(Duration::from_secs(1));
    assert!(jack.serve(), "it served before");
    let back = Instant::now();
    let port = jack.port(&play, "out_0");
    wait("plays on", 2);
    assert!(back.elapsed() < Duration::from_secs(4), "{:?}", back.elapsed());
    assert!(jack.record(&folder, &port).iter().any(|x| x.abs() > 0.01), "there is sound");
    assert_eq!(
        (told("is lost"), told("plays on")),
        (1, 2),
        "{}",
        read_to_string(folder.path("told.txt")).unwrap_or_default()
    );
}
