use super::*;
use crate::session::Session;
use signalbox_engine::compile::Context;
use signalbox_engine::patch::Patch;
use signalbox_engine::patch::file::read;
use signalbox_engine::render::{Options, to_memory};
use std::time::{Duration, Instant};

const SONG: &str = r#"{"format": 1, "length": "0.5 s", "nodes": [
    {"id": "tone", "kind": "osc", "values": {"shape": "sine", "freq": "1 kHz", "level": "-6 dB"}},
    {"id": "tune", "kind": "notes", "values": {"notes": "c4:1/2 e4:1/2", "loop": true}},
    {"id": "env", "kind": "env"},
    {"id": "soft", "kind": "gain", "values": {"gain": "-12 dB"}},
    {"id": "out", "kind": "output"}],
    "cables": [{"from": "tone", "to": "soft"}, {"from": "soft", "to": "out"}, {"from": "tune", "to": "env.notes"}]}"#;

fn song() -> Patch {
    read(SONG).expect("a patch")
}

fn render(patch: &Patch) -> Vec<Vec<f32>> {
    let (shelf, files) = (signalbox_studio::shelf(), Files::default());
    let context = Context { shelf: &shelf, assets: &files, rate: 48_000, lanes: 1 };
    to_memory(patch, &context, &Options::default()).expect("a render").channels
}

#[test]
fn the_volume_and_the_probes_change_no_bit_at_0_db_and_the_level_by_what_they_say() {
    let song = song();
    let plain = render(&song);
    assert_eq!(render(&wired(&song, &Session::default(), 0.0, &signalbox_studio::shelf())), plain);
    let soft = render(&wired(&song, &Session::default(), -20.0, &signalbox_studio::shelf()));
    // The first 10 ms are the smoothing of the fader, which starts where it stands.
    let far = plain[0].iter().zip(&soft[0]).map(|(a, b)| (a * 0.1 - b).abs()).fold(0.0, f32::max);
    assert!(far < 1e-6, "{far}");
}

#[test]
fn a_patch_without_an_output_is_left_as_it_is() {
    let mut song = song();
    song.graph.nodes.remove("out");
    song.graph.cables.retain(|_, c| c.to.node != "out");
    assert!(
        !wired(&song, &Session::default(), 0.0, &signalbox_studio::shelf()).graph.nodes.contains_key(VOLUME)
    );
}

/// Looks until something holds.
fn until(live: &mut Live, what: &str, holds: impl Fn(&Live) -> bool) {
    let start = Instant::now();
    while !holds(live) {
        assert!(start.elapsed() < Duration::from_secs(20), "not in time: {what}; {:?}", live.told());
        std::thread::sleep(Duration::from_millis(5));
        live.collect();
    }
}

#[test]
fn without_a_device_it_plays_in_silence_says_so_and_shows_the_engines_levels() {
    let output = Output { deaf: true, ..Output::default() };
    let mut live = Live::new(output, PathBuf::new(), 0.0, Arc::new(signalbox_studio::shelf()));
    live.set(Arc::new(song()), &Session::default());
    until(&mut live, "it is set", |l| !l.waits());
    assert!(live.problems().is_empty(), "{:?}", live.problems());
    live.play(true);
    let peak = |live: &Live, node: &str| live.level(node, "out").map_or(0.0, |l| l.peak);
    until(&mut live, "the tone's level", |l| (peak(l, "tone") - 0.501).abs() < 0.02);
    until(&mut live, "12 dB less behind the gain", |l| (peak(l, "soft") - 0.126).abs() < 0.01);
    until(&mut live, "notes", |l| l.level("tune", "out").is_some_and(|n| n.notes > 0));
    assert!(live.told().iter().any(|t| t.contains("No sound")), "{:?}", live.told());
    assert!(live.status().device.is_none());
    live.set_volume(-20.0);
    until(&mut live, "the output is turned down", |l| l.peaks()[0] < 0.02);
    assert!(peak(&live, "soft") > 0.1, "levels in the patch do not depend on the master volume");
}

#[test]
fn a_patch_that_is_wrong_says_why_and_the_one_before_plays_on() {
    let output = Output { deaf: true, ..Output::default() };
    let mut live = Live::new(output, PathBuf::new(), 0.0, Arc::new(signalbox_studio::shelf()));
    live.set(Arc::new(song()), &Session::default());
    until(&mut live, "it is set", |l| !l.waits());
    let mut wrong = song();
    wrong.graph.connect(signalbox_engine::patch::Cable::new("tone", "soft.nothing"));
    live.set(Arc::new(wrong), &Session::default());
    until(&mut live, "it is refused", |l| !l.waits());
    assert!(live.problems().iter().any(|p| p.what.contains("nothing")), "{:?}", live.problems());
    until(&mut live, "the tone plays on", |l| l.level("tone", "out").is_some_and(|l| l.peak > 0.4));
}

#[test]
fn what_is_late_is_told_by_the_name_that_the_user_knows() {
    let wired = wired(&song(), &Session::default(), 0.0, &signalbox_studio::shelf());
    let probes: Vec<&String> =
        wired.graph.nodes.keys().filter(|id| super::wired::place(id).is_some()).collect();
    assert_eq!(probes.len(), 3, "{probes:?}");
    for id in probes {
        let named = known(&format!("verse/{id}"));
        let node = named.strip_prefix("verse/").expect("the way stays");
        assert!(["tone", "soft", "tune"].contains(&node), "{named:?}");
    }
    assert_eq!(known("verse/tone"), "verse/tone");
}
