//! Scripts while a patch plays, on a sound system that the test pumps.

#[path = "../../../engine/live/tests/live/host.rs"]
#[allow(dead_code, reason = "these tests need no microphone and unplug nothing")]
mod host;

use crate::support::{Project, RATE, near};
use host::Pump;
use signalbox_engine::patch::Patch;
use signalbox_live::{Source, Stage, Wanted};
use signalbox_scripts::Outcome;
use signalbox_scripts::apply::{Slots, Turn};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How many frames are asked for at once.
const BUFFER: usize = 128;

/// A stage that plays a script's patch, and all that it has sounded.
struct Set {
    pump: Pump,
    stage: Stage,
    slots: Slots,
    heard: Vec<f32>,
}

impl Set {
    fn new(outcome: &Outcome) -> Self {
        let pump = Pump::new(RATE);
        let hosts = pump.clone();
        let source = Source { shelf: Arc::new(signalbox_studio::shelf()), assets: outcome.files.clone() };
        let stage = Stage::on(source, Wanted::default(), Box::new(move |_| Ok(hosts.host())));
        let start = Instant::now();
        while !pump.is_open() {
            assert!(start.elapsed() < Duration::from_secs(5), "no device is opened");
            std::thread::sleep(Duration::from_millis(1));
        }
        let mut set = Self { pump, stage, slots: Slots::default(), heard: Vec::new() };
        set.change(outcome);
        set
    }

    fn turn(&self) -> Turn {
        let status = self.stage.status();
        Turn { song: status.song as f64 / f64::from(RATE), rolls: status.rolls }
    }

    fn change(&mut self, outcome: &Outcome) {
        let patch = self.slots.change(outcome.patch.clone(), &outcome.slots, self.turn());
        self.set(patch);
    }

    fn set(&self, patch: Patch) {
        self.stage.set(patch).unwrap_or_else(|e| panic!("{e:?}"));
    }

    /// Plays for so many seconds of sound; slots are looked after as `watch` does.
    fn play(&mut self, seconds: f64) {
        let end = self.heard.len() + (seconds * f64::from(RATE)) as usize;
        while self.heard.len() < end {
            self.heard.extend(self.pump.pump(BUFFER).chunks(2).map(|frame| frame[0]));
            if let Some(patch) = self.slots.tick(self.turn()) {
                self.set(patch);
            }
            // The stage's own thread has its turn.
            std::thread::sleep(Duration::from_micros(300));
        }
    }
}

/// A steady tone's amplitude by a window of 20 ms around a time, for tones of multiples of 50 Hz.
fn amount(x: &[f32], frequency: f64, seconds: f64) -> f64 {
    let width = RATE as usize / 50;
    let start = (seconds * f64::from(RATE)) as usize - width / 2;
    let angle = |i: usize| std::f64::consts::TAU * frequency * i as f64 / f64::from(RATE);
    let part =
        |f: fn(f64) -> f64| -> f64 { (start..start + width).map(|i| f64::from(x[i]) * f(angle(i))).sum() };
    part(f64::sin).hypot(part(f64::cos)) * 2.0 / width as f64
}

#[test]
fn a_slot_saved_again_while_it_plays_goes_over_where_it_was_told() {
    let project = Project::new();
    let text = |frequency: f64| {
        format!(
            "rate(16.khz); tempo(120.bpm);\n\
             def(\"pad\", fade: 500.ms, quant: 1.beat, || osc({frequency:.1}.hz, shape: \"sine\", level: -12.db));\n\
             def(\"beside\", || osc(50.hz, shape: \"sine\", level: -18.db));"
        )
    };
    let build = |frequency| project.build(&text(frequency)).unwrap_or_else(|e| panic!("{e}"));
    let mut set = Set::new(&build(400.0));
    set.play(1.6);
    set.change(&build(900.0));
    let (start, end) = set.slots.fades()[0].span;
    near("a beat", start, 2.0, 1e-9);
    near("its length", end - start, 0.5, 1e-9);
    set.play(1.9);
    // What is heard is as late as the patch is, and the song begins with the first buffer that has one.
    let late = set.heard.iter().position(|x| *x != 0.0).unwrap_or(0) as f64 / f64::from(RATE);
    let full = 10f64.powf(-12.0 / 20.0);
    for i in 0..28 {
        let t = 0.3 + 0.1 * f64::from(i);
        let way = ((t - start) / (end - start)).clamp(0.0, 1.0) * std::f64::consts::FRAC_PI_2;
        near(&format!("what was, at {t}"), amount(&set.heard, 400.0, t + late) / full, way.cos(), 0.05);
        near(&format!("what is, at {t}"), amount(&set.heard, 900.0, t + late) / full, way.sin(), 0.05);
        let beside = 10f64.powf(-18.0 / 20.0);
        near(&format!("beside, at {t}"), amount(&set.heard, 50.0, t + late) / beside, 1.0, 0.02);
    }
    assert!(set.slots.fades().is_empty(), "the fade has not ended");
    assert_eq!(set.stage.status().trip, None);
}

/// What plays is what is rendered, to the bit, whatever a script does beside it.
#[test]
fn a_patch_plays_on_while_scripts_misbehave() {
    let project = Project::new();
    let outcome = project
        .build("rate(16.khz); tempo(120.bpm); length(30.s);\nosc(220.hz) |> delay(time: 130.ms, feedback: 0.5) |> master();")
        .unwrap_or_else(|e| panic!("{e}"));
    let mut set = Set::new(&outcome);
    set.play(0.2);
    let (tell, told) = std::sync::mpsc::channel();
    let folder = project.folder().to_path_buf();
    let hostile = std::thread::spawn(move || {
        for source in [
            "loop {}",
            "fn f(x) { f(x + 1) } f(0)",
            "let a = []; loop { a.push(a); }",
            "let s = \"x\"; loop { s += s; }",
            "let s = \"ab\"; s.pad(60000, \"c\"); loop { s.split(\"\"); }",
            "for i in 0..100000 { osc(100.hz) |> master(); }",
        ] {
            let settings = signalbox_scripts::Settings::new(signalbox_scripts::Mode::Build, &folder);
            assert!(crate::support::script(source).run(&settings).is_err(), "{source}");
        }
        let _ = tell.send(());
    });
    while told.try_recv().is_err() {
        set.play(0.05);
    }
    hostile.join().expect("all of them are refused");
    let whole = crate::support::listen(&outcome, "master fader", 29.0);
    let late = set.heard.iter().position(|x| *x != 0.0).unwrap_or(0);
    let first = whole.iter().position(|x| *x != 0.0).unwrap_or(0);
    // The first 20 ms come in softly.
    let soft = RATE as usize / 50 + 1;
    let count = (set.heard.len() - late).min(whole.len() - first);
    assert!(count > RATE as usize / 2);
    for i in soft..count {
        assert!(set.heard[late + i].to_bits() == whole[first + i].to_bits(), "frame {i}");
    }
}
