//! What the stage tells of what plays, and patches that are sent without waiting.

use crate::host::Pump;
use crate::{patch, source};
use signalbox_live::{Report, Stage, Wanted};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

const RATE: u32 = 48_000;

/// ```text
/// tone ──► limit ──► out
///   └────────────────►
/// ring: amp ──► amp, and echo ──► back ──► echo
/// ```
const SONG: &str = r#"{"format": 1, "nodes": [
    {"id": "tone", "kind": "osc", "values": {"mode": "polyblep"}}, {"id": "limit", "kind": "limiter"}, {"id": "out", "kind": "output"},
    {"id": "amp", "kind": "gain", "values": {"gain": "-6 dB"}},
    {"id": "echo", "kind": "delay", "values": {"time": "100 ms"}},
    {"id": "back", "kind": "gain", "values": {"gain": "-6 dB"}}],
    "cables": [{"from": "tone", "to": "limit"}, {"from": "limit", "to": "out"}, {"from": "tone", "to": "out"},
    {"from": "tone", "to": "amp"}, {"from": "amp", "to": "amp"}, {"from": "amp", "to": "out"},
    {"from": "tone", "to": "echo"}, {"from": "echo", "to": "back"}, {"from": "back", "to": "echo"},
    {"from": "back", "to": "out"}]}"#;

fn report(stage: &Stage) -> Report {
    stage.report().recv().expect("the stage is there")
}

#[test]
fn it_tells_where_sound_waits_where_loops_go_round_and_what_nodes_cost() {
    let pump = Pump::new(RATE);
    let at = pump.clone();
    let stage = Stage::on(source(), Wanted::default(), Box::new(move |_| Ok(at.host())));
    assert_eq!(report(&stage), Report::default());
    stage.set(patch(SONG)).expect("it plays");
    let start = Instant::now();
    while report(&stage).costs.is_empty() {
        assert!(start.elapsed() < Duration::from_secs(5), "nothing is timed");
        if pump.is_open() {
            pump.pump(256);
        }
    }
    let told = report(&stage);
    assert_eq!(told.rate, RATE);
    let late = told.latency.iter().find(|l| &*l.0 == "limit").expect("the limiter looks ahead").1;
    assert_eq!(told.latency.len(), 1, "{:?}", told.latency);
    // All that meets the limiter at the output waits as long as the limiter looks ahead.
    let held = |id: u32| told.held.iter().find(|h| h.0 == ("".into(), id)).map(|h| h.1);
    assert_eq!((held(1), held(2), held(5), held(9)), (None, Some(late), Some(late), Some(late)));
    // A loop without a delay comes round a frame later, one with a delay no sooner than that holds.
    let round = |id: u32| told.loops.iter().find(|h| h.0 == ("".into(), id)).map(|h| h.1);
    assert_eq!(round(4), Some(1));
    assert!(round(7).is_some_and(|frames| frames > 1), "{:?}", told.loops);
    assert_eq!((round(6), round(8)), (None, None));
    let costs: f64 = told.costs.iter().map(|c| c.1).sum();
    assert!(told.costs.iter().any(|c| c.0.iter().any(|key| key == "tone")) && costs > 0.0);
}

#[test]
fn of_patches_that_are_sent_at_once_the_last_plays_and_those_between_are_never_made() {
    let stage =
        Stage::on(source(), Wanted::default(), Box::new(|_| Err(signalbox_live::LiveError::NoDevice)));
    let made = Arc::new(AtomicUsize::new(0));
    let (go, wait) = mpsc::channel::<()>();
    let (begins, begun) = mpsc::channel::<()>();
    // The stage is busy with the first until all others are sent.
    let first = stage.send(move || {
        let _ = begins.send(());
        let _ = wait.recv();
        patch(SONG)
    });
    begun.recv().expect("it begins");
    let answers: Vec<_> = (0..20)
        .map(|k| {
            let made = made.clone();
            stage.send(move || {
                made.fetch_add(1, Relaxed);
                let mut song = patch(SONG);
                song.graph.nodes.insert(format!("last{k}"), signalbox_engine::patch::Node::new("gain"));
                song.graph.connect(signalbox_engine::patch::Cable::new("tone", &format!("last{k}")));
                song
            })
        })
        .collect();
    go.send(()).expect("the stage waits");
    assert!(first.recv().expect("an answer").is_ok());
    assert!(answers[19].recv().expect("an answer").is_ok());
    assert_eq!(made.load(Relaxed), 1);
    assert!(answers[..19].iter().all(|a| a.recv().is_err()), "what was never made is never answered");
}
