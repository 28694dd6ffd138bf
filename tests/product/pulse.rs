//! `play` over a PulseAudio server of the test's own, with a sink that goes nowhere and can be recorded.

use crate::live::{Running, came_back, noise};
use crate::support::Folder;
use std::fs::{Permissions, create_dir, read, set_permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The server's name for the sink.
const SINK: &str = "signalbox";

/// A PulseAudio server that nobody else uses; its files lie in a folder.
struct Pulse<'a> {
    folder: &'a Folder,
    _daemon: Running,
}

impl<'a> Pulse<'a> {
    /// None, and a word about it, where PulseAudio is not installed.
    fn start(folder: &'a Folder) -> Option<Self> {
        // It keeps to itself only in folders that nobody else may read.
        for name in ["run", "home"] {
            create_dir(folder.path(name)).expect("a folder");
            set_permissions(folder.path(name), Permissions::from_mode(0o700)).expect("its rights");
        }
        let modules = [
            format!("load-module module-native-protocol-unix auth-anonymous=1 socket={}", socket(folder)),
            format!("load-module module-null-sink sink_name={SINK} rate=48000 format=float32le channels=2"),
        ];
        folder.put("modules.pa", modules.join("\n"));
        let mut daemon = command(folder, "pulseaudio");
        daemon.args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "-F"]);
        let Ok(daemon) = daemon.arg(folder.path("modules.pa")).spawn() else {
            eprintln!(
                "skipped: there is no `pulseaudio` here (Debian's packages pulseaudio and pulseaudio-utils)"
            );
            return None;
        };
        let pulse = Self { folder, _daemon: Running(daemon) };
        let start = Instant::now();
        while !pulse.lists("sinks", SINK) {
            assert!(start.elapsed() < Duration::from_secs(20), "the server does not come up");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(pulse)
    }

    /// Whether the server's list of something has this word in it.
    fn lists(&self, what: &str, word: &str) -> bool {
        let listed =
            command(self.folder, "pactl").args(["list", "short", what]).stdout(Stdio::piped()).output();
        listed.is_ok_and(|l| String::from_utf8_lossy(&l.stdout).contains(word))
    }
}

fn socket(folder: &Folder) -> String {
    folder.path("run/sock").display().to_string()
}

fn command(folder: &Folder, program: &str) -> Command {
    let mut command = Command::new(program);
    tell(folder, &mut command);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn tell(folder: &Folder, command: &mut Command) {
    command.env("HOME", folder.path("home")).env("XDG_RUNTIME_DIR", folder.path("run"));
    command.env("PULSE_SERVER", format!("unix:{}", socket(folder)));
}

#[test]
fn over_pulseaudio_a_known_file_comes_back_to_the_bit() {
    let folder = Folder::new();
    let Some(pulse) = Pulse::start(&folder) else { return };
    noise(&folder);
    let heard = folder.path("heard.raw");
    let mut record = command(&folder, "parec");
    record.args(["--raw", "--format=float32le", "--rate=48000", "--channels=2"]);
    record.arg(format!("--device={SINK}.monitor"));
    let file = std::fs::File::create(&heard).expect("a file");
    let record = Running(record.stdout(file).spawn().expect("parec"));
    let start = Instant::now();
    while !pulse.lists("source-outputs", "float32le") {
        assert!(start.elapsed() < Duration::from_secs(20), "nobody records");
        std::thread::sleep(Duration::from_millis(50));
    }
    // In long buffers: a machine that is busy with other tests must not drop one.
    let play = ["play", "noise.json", "--host", "pulseaudio", "--buffer", "4096", "--length", "6 s"];
    let mut play = folder.command(&play);
    tell(&folder, &mut play);
    let played = play.stdin(Stdio::null()).output().expect("the command runs");
    let told = String::from_utf8_lossy(&played.stderr).into_owned();
    assert!(told.contains("plays on"), "{told}");
    drop(record);
    let heard = read(heard).expect("what was recorded");
    let left =
        heard.chunks_exact(8).map(|frame| f32::from_le_bytes([frame[0], frame[1], frame[2], frame[3]]));
    came_back(&folder, &left.map(f64::from).collect::<Vec<_>>());
}
