//! The age of an edit: how long it takes from asking for it to the buffer in which it is heard, as the callback sees it,
//! in buffers of 512 frames at 48 kHz, for patches of 10, 1,000 and 10,000 nodes. `make bench` runs it.

#[path = "../tests/live/host.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod host;

use host::Pump;
use signalbox_engine::node::NoAssets;
use signalbox_engine::patch::{Patch, file};
use signalbox_live::{Source, Stage, Wanted};
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

const RATE: u32 = 48_000;
const FRAMES: usize = 512;
const EDITS: usize = 60;

/// Strips of a sine and nine gains, hardly heard, and a steady value through a cable of this many decibels.
fn strips(nodes: usize, db: f64) -> Result<Patch, Box<dyn Error>> {
    let (mut all, mut cables) = (String::new(), String::new());
    for strip in 0..nodes / 10 {
        let (pitch, last) = (50 + strip, 8);
        all += &format!(
            r#"{{"id": "s{strip}", "kind": "osc", "values": {{"shape": "sine", "freq": {pitch}}}}}, "#
        );
        cables += &format!(r#", {{"from": "s{strip}", "to": "g{strip}-0"}}"#);
        for gain in 0..=last {
            all += &format!(r#"{{"id": "g{strip}-{gain}", "kind": "gain", "values": {{"gain": -1}}}}, "#);
            let to = if gain == last { "out".into() } else { format!("g{strip}-{}", gain + 1) };
            let level = if gain == last { -120 } else { 0 };
            cables += &format!(r#", {{"from": "g{strip}-{gain}", "to": "{to}", "gain": {level}}}"#);
        }
    }
    let text = format!(
        r#"{{"format": 1, "nodes": [{all} {{"id": "one", "kind": "math", "values": {{"value": 0.5}}}},
            {{"id": "out", "kind": "output"}}],
            "cables": [{{"id": 1000000, "from": "one", "to": "out", "gain": {db}}} {cables}]}}"#
    );
    Ok(file::read(&text)?)
}

/// Asks for buffers in time until told to stop; tells when a level is heard that lasts from then on.
fn device(pump: &Pump, stop: &AtomicBool, heard: &Sender<(Instant, f32)>) {
    let buffer = Duration::from_secs_f64(FRAMES as f64 / f64::from(RATE));
    let (mut due, mut level) = (Instant::now(), 0.0f32);
    while !stop.load(Relaxed) {
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let asked = Instant::now();
        let out = pump.pump(FRAMES);
        if out.iter().step_by(2).any(|x| (x - level).abs() > 0.002) {
            level = out[out.len() - 2];
            let _ = heard.send((asked, level));
        }
        // A device that was late does not hurry afterwards.
        due = (due + buffer).max(asked);
    }
}

/// The next change, and everything until it is over.
fn change(heard: &Receiver<(Instant, f32)>) -> Option<Instant> {
    let first = heard.recv_timeout(Duration::from_secs(20)).ok()?.0;
    loop {
        match heard.recv_timeout(Duration::from_millis(100)) {
            Ok(_) => {}
            Err(RecvTimeoutError::Timeout) => return Some(first),
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
}

fn row(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)].as_secs_f64() * 1e3;
    print!(" {name}: median={:.1}ms p95={:.1}ms max={:.1}ms", at(50), at(95), at(100));
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("age of an edit; two buffers are {:.1}ms", 2e3 * FRAMES as f64 / f64::from(RATE));
    for nodes in [10, 1_000, 10_000] {
        let pump = Pump::new(RATE);
        let hosts = pump.clone();
        let source = Source { shelf: Arc::new(signalbox_nodes::shelf()), assets: Arc::new(NoAssets) };
        let stage = Stage::on(source, Wanted::default(), Box::new(move |_| Ok(hosts.host())));
        let (tell, heard) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || device(&pump, &stopped, &tell));
        let patches = [strips(nodes, 0.0)?, strips(nodes, -2.0)?];
        let set = |patch: &Patch| stage.set(patch.clone()).map_err(|p| format!("{p:?}"));
        set(&patches[0])?;
        change(&heard).ok_or("nothing is heard")?;
        let (mut ages, mut compiles) = (Vec::new(), Vec::new());
        for edit in 1..=EDITS {
            // At any time between two buffers.
            std::thread::sleep(Duration::from_micros(edit as u64 * 7_919 % 21_000));
            let asked = Instant::now();
            set(&patches[edit % 2])?;
            compiles.push(asked.elapsed());
            ages.push(change(&heard).ok_or("an edit is not heard")? - asked);
        }
        print!("edits nodes={nodes}");
        row("age", ages);
        row("compile", compiles);
        println!();
        stop.store(true, Relaxed);
        let _ = thread.join();
    }
    Ok(())
}
