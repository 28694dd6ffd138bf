//! The window itself, on a display that nobody sees: a process of its own, watched from outside.

use super::{patch, tell};
use signalbox_editor::{Options, Output};
use std::fs::read_to_string;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The word with which this program opens a window instead of measuring.
const OPEN: &str = "--window";
/// How large the patches are.
const NODES: [usize; 2] = [40, 300];
/// The share of a processor that may be taken while nothing plays, in percent.
const IDLE: f64 = 1.0;
/// How soon the first frame may be seen, in milliseconds.
const FIRST: f64 = 1_000.0;
/// How much memory the window may take, in MiB. Five minutes of what was heard come to it, once something has sounded.
const MEMORY: f64 = 256.0;
/// How long it may settle, and how long it is watched then.
const SETTLE: Duration = Duration::from_secs(4);
const WATCH: Duration = Duration::from_secs(10);

/// The size of the patch to be opened, where this process is to open a window.
pub fn asked() -> Option<usize> {
    let mut arguments = std::env::args().skip_while(|a| a != OPEN);
    arguments.nth(1)?.parse().ok()
}

/// Opens a window with a patch that is silent, in a song that stands.
pub fn open(nodes: usize) {
    let patch = Some((patch(nodes, false), PathBuf::new()));
    let options = Options { patch, output: Output::default(), stands: true, ..Options::default() };
    if let Err(problem) = signalbox_editor::run(options) {
        eprintln!("{problem}");
    }
}

/// A process that ends with what holds it.
struct Held(Child);

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A display of its own, with what it shows in a file.
fn display(folder: &Path) -> Option<(Held, String)> {
    let server = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-fbdir"])
        .arg(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut server = Held(server.ok()?);
    let mut number = String::new();
    BufReader::new(server.0.stdout.take()?).read_line(&mut number).ok()?;
    Some((server, format!(":{}", number.trim())))
}

/// Whether more than the ground of a window is seen: a frame has many colours.
fn is_drawn(folder: &Path) -> bool {
    let Ok(shown) = std::fs::read(folder.join("Xvfb_screen0")) else { return false };
    let colors: std::collections::HashSet<&[u8]> = shown.chunks_exact(4).skip(1_024).step_by(7).collect();
    colors.len() > 40
}

/// How many milliseconds a process has kept processors busy.
fn busy(id: u32) -> Option<f64> {
    let stat = read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name before may hold spaces, but no bracket follows it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: f64 = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    // Linux counts in hundredths of a second, whatever its own clock does.
    Some(ticks * 10.0)
}

/// The memory that a process holds, in MiB.
fn memory(id: u32) -> Option<f64> {
    let status = read_to_string(format!("/proc/{id}/status")).ok()?;
    let held = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(held.trim().trim_end_matches("kB").trim().parse::<f64>().ok()? / 1_024.0)
}

/// What each thread of a process has spent, for whoever looks for what ticks: names with milliseconds.
fn threads(id: u32) -> Vec<(String, f64)> {
    let tasks = std::fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let one = |task: std::fs::DirEntry| {
        let name = read_to_string(task.path().join("comm")).ok()?;
        let stat = read_to_string(task.path().join("schedstat")).ok()?;
        Some((name.trim().to_string(), stat.split_whitespace().next()?.parse::<f64>().ok()? * 1e-6))
    };
    tasks.filter_map(one).collect()
}

/// Opens windows and watches them.
pub fn measure() {
    let Ok(folder) = tempfile::tempdir() else { return };
    let Some((_server, name)) = display(folder.path()) else {
        return println!(
            "skipped: memory, idle and the first frame need Xvfb (Debian's package xvfb) and Linux"
        );
    };
    NODES.into_iter().for_each(|nodes| watch(nodes, folder.path(), &name));
    println!(
        "memory: up to 110 MiB more for the last five minutes of what was heard, once something has sounded"
    );
}

/// Opens the window on a display, what it shows being in a folder, and watches it.
fn watch(nodes: usize, folder: &Path, name: &str) {
    println!("the window, {nodes} nodes, 1280 x 800, drawn by the processor, nothing plays");
    let Ok(own) = std::env::current_exe() else { return };
    let start = Instant::now();
    let window = Command::new(own)
        .args([OPEN, &nodes.to_string()])
        .env("DISPLAY", name)
        .env("ICED_BACKEND", "tiny-skia")
        .env_remove("WAYLAND_DISPLAY")
        .stderr(Stdio::null())
        .spawn();
    let Ok(window) = window.map(Held) else { return println!("skipped: the window does not start") };
    let id = window.0.id();
    while !is_drawn(folder) {
        if start.elapsed() > Duration::from_secs(60) {
            return println!("NOT reached: nothing is drawn within a minute");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let (first, spent) = (start.elapsed().as_secs_f64() * 1e3, busy(id).unwrap_or(f64::NAN));
    tell("  start to first frame", first, FIRST, "ms");
    println!("  of these, processors were busy for {spent:.0} ms");
    std::thread::sleep(SETTLE);
    let before = threads(id);
    let watched = Instant::now();
    std::thread::sleep(WATCH);
    let (after, long) = (threads(id), watched.elapsed().as_secs_f64() * 10.0);
    let share = |name: &str| {
        let all = |of: &[(String, f64)]| of.iter().filter(|t| t.0 == name).map(|t| t.1).sum::<f64>();
        (all(&after) - all(&before)) / long
    };
    let mut names: Vec<&str> = after.iter().map(|t| t.0.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let mut shares: Vec<(f64, &str)> = names.into_iter().map(|name| (share(name), name)).collect();
    shares.sort_by(|a, b| b.0.total_cmp(&a.0));
    tell("  share of a processor while nothing plays", shares.iter().map(|s| s.0).sum(), IDLE, "%");
    let most = shares.iter().filter(|s| s.0 >= 0.01).map(|(share, name)| format!("{name} {share:.2} %"));
    println!("  by thread: {}", most.collect::<Vec<_>>().join(", "));
    tell("  memory", memory(id).unwrap_or(f64::NAN), MEMORY, "MiB");
}
