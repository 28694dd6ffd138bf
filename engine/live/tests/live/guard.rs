//! Random loops that swell, behind the guard: what is heard against what the words of its promise say.
//!
//! The level is the mean square of 1.25 ms, here of every such stretch, wherever it begins; a jump is 24 dB over that of
//! the second before, or over -24 dBFS where that is quieter.

use crate::bound::RATE;
use crate::edits::{Deck, Naive};
use crate::{Chance, patch};
use signalbox_engine::patch::Patch;
use signalbox_live::{Guard, Trip};

/// +6 dBFS.
const CEILING: f32 = 1.995_262_3;
/// Frames of 1.25 ms, of 5 ms, of a second.
const STRETCH: usize = 60;
const SOON: usize = 240;
const SECOND: usize = 48_000;
/// 24 dB in power; sums of squares taken in another order may differ by less than a hundredth.
const JUMP: f64 = 251.188_643;
const MARGIN: f64 = 0.01;

/// A sound into a loop, through a filter and perhaps a delay, that may swell or not.
fn swelling(chance: &mut Chance) -> Patch {
    let mut db = |from: i32, to: i32| from + chance.below((to - from) as usize) as i32;
    let (level, first, back, out, late) = (db(-50, 0), db(-12, 6), db(-30, 6), db(-20, 12), db(-40, 3));
    let freq = 40 + chance.below(3_000);
    let cutoff = 100 + chance.below(8_000);
    let time = 1 + chance.below(60);
    patch(&format!(
        r#"{{"format": 1, "nodes": [
            {{"id": "s", "kind": "osc", "values": {{"shape": "saw", "freq": {freq}, "level": {level}}}}},
            {{"id": "a", "kind": "gain", "values": {{"gain": {first}}}}},
            {{"id": "b", "kind": "filter", "values": {{"freq": {cutoff}}}}},
            {{"id": "d", "kind": "delay", "values": {{"time": "{time} ms"}}}}, {{"id": "out", "kind": "output"}}],
            "cables": [{{"from": "s", "to": "a"}}, {{"from": "a", "to": "b"}}, {{"from": "b", "to": "out", "gain": {out}}},
            {{"from": "b", "to": "a", "gain": {back}, "feedback": true}}, {{"from": "b", "to": "d"}},
            {{"from": "d", "to": "a", "gain": {late}}}]}}"#
    ))
}

/// By frame: the mean square of the stretch that ends there, and that of the second before it or the floor.
fn levels(clipped: &[f32]) -> Vec<(f64, f64)> {
    let mut sums = vec![0.0f64];
    for x in clipped {
        sums.push(sums[sums.len() - 1] + f64::from(*x) * f64::from(*x));
    }
    let floor = 10f64.powf(-2.4);
    let each = (0..clipped.len()).map(|end| {
        let begin = (end + 1).saturating_sub(STRETCH);
        let before = begin.saturating_sub(SECOND);
        let now = (sums[end + 1] - sums[begin]) / STRETCH as f64;
        (now, ((sums[begin] - sums[before]) / SECOND as f64).max(floor))
    });
    each.collect()
}

/// Plays one; whether the guard tripped.
fn play(seed: u64) -> bool {
    let mut deck = Naive::new();
    assert!(deck.set(&swelling(&mut Chance(seed))), "{seed}");
    let sent = deck.run(RATE as usize * 2 / 5).to_vec();
    let mut heard = sent.clone();
    let mut guard = Guard::new(RATE);
    heard.chunks_mut(333).for_each(|some| guard.run(some, 1));
    assert!(heard.iter().all(|x| x.abs() <= CEILING), "{seed}: over +6 dBFS, or no number");
    let clipped: Vec<f32> =
        sent.iter().map(|x| if x.is_finite() { x.clamp(-CEILING, CEILING) } else { 0.0 }).collect();
    let levels = levels(&clipped);
    let may = |&(now, before): &(f64, f64)| now > before * JUMP * (1.0 - MARGIN);
    let must = |&(now, before): &(f64, f64)| now > before * JUMP * (1.0 + MARGIN);
    let broken = sent.iter().position(|x| !x.is_finite());
    let earliest = levels.iter().position(may).into_iter().chain(broken).min().unwrap_or(sent.len());
    for (frame, (x, y)) in clipped.iter().zip(&heard).enumerate().take(earliest) {
        assert_eq!(x.to_bits(), y.to_bits(), "{seed}: frame {frame} does not pass");
    }
    // The stretches of the guard begin every 1.25 ms: one of these is one of them. The jump was before them all.
    let jumped = levels.windows(STRETCH).position(|w| w.iter().all(must));
    if let Some(first) = jumped {
        let silent = (first + 1).saturating_sub(STRETCH) + SOON;
        assert!(heard.iter().skip(silent).all(|x| *x == 0.0), "{seed}: sound 5 ms after frame {first}");
        assert!(matches!(guard.tripped(), Some(Trip::Jump | Trip::NotFinite)), "{seed}");
    }
    assert!(earliest < sent.len() || guard.tripped().is_none(), "{seed}: it tripped for nothing");
    guard.tripped().is_some()
}

#[test]
fn no_loop_is_louder_than_6_dbfs_and_a_jump_is_silent_within_5_ms() {
    let loops = if std::env::var("SIGNALBOX_SOAK").is_ok() { 100_000 } else { 400 };
    let tripped = (0..loops).filter(|&seed| play(seed)).count() as u64;
    // Else it is not tried, or nothing but that.
    assert!((loops / 10..loops * 9 / 10).contains(&tripped), "{tripped} of {loops}");
}
