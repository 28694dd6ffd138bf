//! Several threads play where one is too busy.

use crate::host::Pump;
use crate::{patch, source};
use signalbox_engine::node::{Declaration, Group, Io, Kernel, NoAssets, Port, Shelf, Width, host};
use signalbox_live::{Engine, Player, Source, Stage, Wanted};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Sixteen reverbs on noise and what they give into one output.
fn heavy() -> String {
    let rooms = 16;
    let nodes: String = (0..rooms)
        .map(|i| format!(r#"{{"id": "n{i}", "kind": "noise", "values": {{"level": "-40 dB", "seed": {i}}}}}, {{"id": "r{i}", "kind": "reverb", "values": {{"modulation": "{i} %"}}}}, "#))
        .collect();
    let cables: Vec<String> = (0..rooms)
        .map(|i| format!(r#"{{"from": "n{i}", "to": "r{i}"}}, {{"from": "r{i}", "to": "out"}}"#))
        .collect();
    format!(
        r#"{{"format": 1, "nodes": [{nodes} {{"id": "out", "kind": "output"}}], "cables": [{}]}}"#,
        cables.join(", ")
    )
}

#[test]
fn more_threads_and_fewer_again_change_not_a_bit_and_nothing_allocates() {
    let play = |shares: &[(usize, usize)]| {
        let (mut player, mut engine) = Player::new(source(), 48_000);
        player.set(patch(&heavy())).expect("it plays");
        engine.enter();
        let (mut heard, mut buffer) = (Vec::new(), vec![0.0f32; 2 * 700]);
        for turn in 0..300 {
            if let Some((_, threads)) = shares.iter().find(|s| s.0 == turn) {
                player.share(*threads);
            }
            let out = &mut buffer[..2 * (1 + turn * 37 % 700)];
            assert_no_alloc::assert_no_alloc(|| engine.fill(out, 2));
            heard.extend(out.iter().map(|x| x.to_bits()));
            player.tick();
        }
        heard
    };
    let alone = play(&[]);
    assert!(alone.iter().any(|&x| x != 0));
    assert!(play(&[(50, 2), (120, 1), (180, 3)]) == alone);
}

/// The device has a thread of its own, on which an edit is the first thing that is new.
#[test]
fn the_first_edit_on_the_thread_of_another_device_allocates_nothing() {
    let (mut player, mut engine) = Player::new(source(), 48_000);
    let fill = |engine: &mut Engine| {
        let mut out = [0.0f32; 512];
        assert_no_alloc::assert_no_alloc(|| engine.fill(&mut out, 2));
        out.iter().any(|&x| x != 0.0)
    };
    let one = |kind: &str| {
        patch(&format!(
            r#"{{"format": 1, "nodes": [{{"id": "s", "kind": "{kind}"}}, {{"id": "out", "kind": "output"}}],
                "cables": [{{"from": "s", "to": "out"}}]}}"#
        ))
    };
    player.set(one("osc")).expect("it plays");
    engine.enter();
    assert!(fill(&mut engine));
    player.set(one("noise")).expect("it plays");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            engine.enter();
            assert!(fill(&mut engine));
        });
    });
}

/// A node that takes 7 ms for what ought to take 10.
static BUSY: Declaration = Declaration {
    name: "busy",
    title: "Busy",
    group: Group::Control,
    inputs: &[Port::audio("in", Width::Follow, "sound")],
    outputs: &[Port::audio("out", Width::Follow, "the same")],
    in_place: true,
    make: |_| Ok(host(Busy)),
    ..Declaration::BLANK
};

struct Busy;

impl Kernel<f32> for Busy {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs_f64(0.7 * io.frames as f64 / 48_000.0) {}
    }
    fn reset(&mut self) {}
}

#[test]
fn a_stage_whose_callback_is_busy_gets_help_and_gives_it_back_where_it_saves_nothing() {
    if std::thread::available_parallelism().map_or(1, usize::from) == 1 {
        return;
    }
    let mut kinds = signalbox_nodes::shelf().kinds().to_vec();
    kinds.push(&BUSY);
    let source = Source { shelf: Arc::new(Shelf::new(&kinds)), assets: Arc::new(NoAssets) };
    let pump = Pump::new(48_000);
    let own = pump.clone();
    let stage = Stage::on(source, Wanted::default(), Box::new(move |_| Ok(own.host())));
    let start = Instant::now();
    let until = |what: &str, holds: &dyn Fn() -> bool| {
        while !holds() {
            pump.pump(480);
            assert!(start.elapsed() < Duration::from_secs(60), "not in a minute: {what}");
        }
    };
    until("it opens", &|| pump.is_open());
    // Only one thread can do what one node has to do.
    stage.set(patch(r#"{"format": 1, "nodes": [{"id": "a", "kind": "osc"}, {"id": "b", "kind": "busy"}, {"id": "out", "kind": "output"}],
        "cables": [{"from": "a", "to": "b"}, {"from": "b", "to": "out"}]}"#)).expect("it plays");
    assert_eq!(stage.status().threads, 1);
    until("it gets help", &|| stage.status().threads > 1);
    until("it gives it back", &|| stage.status().threads == 1);
}
