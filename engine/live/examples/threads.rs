//! What helpers save: the time in which a buffer of a mix of 64 strips is filled, by the callback alone and with one
//! helper, in buffers of some lengths, measured in turn. `make bench` runs it.

use signalbox_engine::node::NoAssets;
use signalbox_engine::patch::{Patch, file};
use signalbox_live::{Engine, Player, Source};
use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

const RATE: u32 = 48_000;
const STRIPS: usize = 64;

/// Noise through an equaliser and a compressor, panned, with a send to a reverb, 64 times, into a limiter.
fn mix() -> Result<Patch, Box<dyn Error>> {
    let (mut nodes, mut cables) = (String::new(), String::new());
    for i in 0..STRIPS {
        nodes += &format!(
            r#"{{"id": "n{i}", "kind": "noise", "values": {{"level": "-40 dB", "seed": {i}}}}}, {{"id": "e{i}", "kind": "eq",
            "values": {{"type1": "lowshelf", "gain1": 2, "type2": "bell", "gain2": -3, "type3": "bell", "gain3": 1}}}},
            {{"id": "c{i}", "kind": "comp"}}, {{"id": "p{i}", "kind": "pan", "values": {{"pan": {}}}}}, "#,
            (i * 3) as f32 - 94.5
        );
        cables += &format!(
            r#"{{"from": "n{i}", "to": "e{i}"}}, {{"from": "e{i}", "to": "c{i}"}}, {{"from": "c{i}", "to": "p{i}"}},
            {{"from": "p{i}", "to": "bus"}}, {{"from": "p{i}", "to": "room", "gain": -12}}, "#
        );
    }
    let text = format!(
        r#"{{"format": 1, "nodes": [{nodes} {{"id": "bus", "kind": "bus"}}, {{"id": "room", "kind": "reverb"}},
            {{"id": "lim", "kind": "limiter"}}, {{"id": "out", "kind": "output"}}],
            "cables": [{cables} {{"from": "room", "to": "bus"}}, {{"from": "bus", "to": "lim"}},
            {{"from": "lim", "to": "out"}}]}}"#
    );
    Ok(file::read(&text)?)
}

/// The median of the time for a buffer, in microseconds.
fn median(engine: &mut Engine, player: &mut Player, frames: usize) -> f64 {
    let mut buffer = vec![0.0f32; 2 * frames];
    let mut times: Vec<f64> = (0..40_000 / frames.max(1) + 20)
        .map(|_| {
            let start = Instant::now();
            engine.fill(&mut buffer, 2);
            let took = start.elapsed().as_secs_f64() * 1e6;
            player.tick();
            took
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() -> Result<(), Box<dyn Error>> {
    let source = Source { shelf: Arc::new(signalbox_nodes::shelf()), assets: Arc::new(NoAssets) };
    for frames in [64, 128, 256, 512, 1_024] {
        let (mut player, mut engine) = Player::new(source.clone(), RATE);
        player.set(mix()?).map_err(|problems| format!("{problems:?}"))?;
        let mut sums = [0.0; 2];
        for _ in 0..5 {
            for (threads, sum) in sums.iter_mut().enumerate() {
                player.share(threads + 1);
                // The way over, and what the caches want.
                median(&mut engine, &mut player, frames);
                *sum += median(&mut engine, &mut player, frames) / 5.0;
            }
        }
        let [alone, helped] = sums;
        println!(
            "threads buffer={frames} alone_us={alone:.0} helped_us={helped:.0} faster={:.2}",
            alone / helped
        );
    }
    Ok(())
}
