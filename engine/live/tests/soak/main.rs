//! Days of playing in a pumped sound system, faster than they last: edits, devices that go and come back at another
//! rate, loops that burst. The song stands where the frames say, nothing clicks, memory does not grow.

#[path = "../live/host.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod host;

use host::Pump;
use signalbox_engine::node::NoAssets;
use signalbox_engine::patch::{Patch, file};
use signalbox_live::{Order, Source, Stage, Wanted};
use std::f32::consts::{LN_10, TAU};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Aborts where a callback allocates or frees.
#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;

/// How long it plays between two faults.
const SECONDS: usize = 10;
const SINES: usize = 3;
const HIGHEST: f32 = 500.0;
const LEVEL: f32 = 0.1;

fn patch(text: &str) -> Patch {
    file::read(text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

/// Sines, of which one is missing, and all of which are set otherwise from number to number.
fn song(number: usize) -> Patch {
    let mut nodes = String::new();
    let mut cables = Vec::new();
    for i in 0..SINES {
        let (pitch, gain) = (100 + 200 * i, (5 * number + 7 * i) % 24);
        nodes += &format!(
            r#"{{"id": "s{i}", "kind": "osc", "values": {{"shape": "sine", "freq": {pitch}, "level": -20}}}},
               {{"id": "g{i}", "kind": "gain", "values": {{"gain": -{gain}}}}}, "#
        );
        if i != number % SINES {
            cables.push(format!(r#"{{"from": "s{i}", "to": "g{i}"}}, {{"from": "g{i}", "to": "out"}}"#));
        }
    }
    patch(&format!(
        r#"{{"format": 1, "nodes": [{nodes} {{"id": "out", "kind": "output"}}], "cables": [{}]}}"#,
        cables.join(", ")
    ))
}

/// A loop that doubles with every frame, until it is no number.
fn burst() -> Patch {
    patch(
        r#"{"format": 1, "nodes": [{"id": "s", "kind": "osc"}, {"id": "a", "kind": "gain", "values": {"gain": 6}},
        {"id": "out", "kind": "output"}], "cables": [{"from": "s", "to": "a"},
        {"from": "a", "to": "a", "feedback": true}, {"from": "a", "to": "out"}]}"#,
    )
}

/// The greatest step that the sines can make: their own, and their cables and gains on the way. Cables and the output
/// fade over 5 ms, the two cables of a sine out and in again; gains go 24 dB in 10 ms at most.
fn allowed(rate: u32) -> f32 {
    let fades = 5.0 / 0.005 + 24.0 * LN_10 / 20.0 / 0.01;
    SINES as f32 * LEVEL * (TAU * HIGHEST + fades) / rate as f32
}

fn until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(20), "not in 20 seconds: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// What the process holds of the machine's memory, in KiB; none where the system does not say.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Plays through some seconds with edits; the frames that were heard.
fn play(stage: &Stage, pump: &Pump, rate: u32, number: usize) -> usize {
    let mut frames = 0;
    let (mut last, mut worst) = (None, 0.0f32);
    let mut next = 0;
    while frames < SECONDS * rate as usize {
        if frames >= next {
            stage.set(song(number + frames / rate as usize)).expect("it plays");
            next += rate as usize;
        }
        let out = pump.pump(1 + (frames * 7 + number * 13) % 4_096);
        for x in out.iter().step_by(2) {
            worst = worst.max((x - last.unwrap_or(*x)).abs());
            last = Some(*x);
        }
        frames += out.len() / 2;
    }
    assert!(worst <= allowed(rate), "{number}: a step of {worst}, {} is allowed", allowed(rate));
    frames
}

#[test]
fn it_plays_for_days_with_edits_and_faults() {
    let hours = |name: &str| std::env::var(name).ok().and_then(|h| h.parse::<f64>().ok());
    let usual = if std::env::var("SIGNALBOX_SOAK").is_ok() { 24.0 } else { 1.0 / 60.0 };
    let seconds = hours("SIGNALBOX_SOAK_HOURS").unwrap_or(usual) * 3_600.0;
    let parts = (seconds / SECONDS as f64).ceil() as usize;
    let pump = Pump::new(48_000);
    let hosts = pump.clone();
    let source = Source { shelf: Arc::new(signalbox_nodes::shelf()), assets: Arc::new(NoAssets) };
    let stage = Stage::on(source, Wanted::default(), Box::new(move |_| Ok(hosts.host())));
    until("it opens", || pump.is_open());
    let mut held = None;
    for part in 0..parts {
        let rate = stage.status().rate;
        stage.set(song(part)).expect("it plays");
        // The first sound comes in.
        pump.pump(rate as usize / 10);
        let before = stage.status().song;
        let frames = play(&stage, &pump, rate, part);
        assert_eq!(stage.status().song - before, frames as i64, "{part}: the song stands elsewhere");
        match part % 3 {
            0 => {
                stage.set(burst()).expect("it plays");
                until("it mutes", || {
                    let heard = pump.pump(rate as usize / 10);
                    assert!(heard.iter().all(|x| x.abs() <= 2.0), "{part}");
                    stage.status().trip.is_some()
                });
                stage.set(song(part)).expect("it plays");
                until("it sounds again", || {
                    stage.order(Order::Unmute);
                    let heard = pump.pump(rate as usize / 10);
                    stage.status().trip.is_none() && heard.iter().any(|x| *x != 0.0)
                });
            }
            fault => {
                let (position, lost) = (stage.status().song as f64 / f64::from(rate), Instant::now());
                pump.unplug();
                {
                    let mut board = pump.0.lock().expect("the board");
                    board.plugged = true;
                    board.rate = if fault == 1 { rate } else { [44_100, 48_000, 96_000][part / 3 % 3] };
                }
                until("it opens again", || pump.is_open());
                pump.pump(1);
                let status = stage.status();
                let gone = status.song as f64 / f64::from(status.rate) - position;
                assert!((-0.001..=lost.elapsed().as_secs_f64() + 0.1).contains(&gone), "{part}: {gone} s");
            }
        }
        // What is told waits until somebody hears it.
        let told = stage.events();
        assert!(part % 3 == 0 || !told.is_empty(), "{part}: a device is lost, and nobody is told");
        // Once all has happened that will, nothing more is held.
        if part == (parts / 2).min(60) {
            held = resident();
        }
    }
    if let (Some(before), Some(after)) = (held, resident()) {
        println!("{parts} times {SECONDS} s; memory from {before} to {after} KiB");
        assert!(after < before + 1_024, "from {before} to {after} KiB");
    }
}
