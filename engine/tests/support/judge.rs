//! The judge: what is wrong with what the engine makes of a patch.

use super::chance::Chance;
use super::interpreter::interpret;
use super::play::{play, play_on_threads};
use super::unfold;
use signalbox_engine::compile::Compiled;
use signalbox_engine::compile::check::check;
use signalbox_engine::patch::Patch;
use signalbox_engine::schedule::{dot, explain};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What is wrong with what the engine makes of a patch, in buffers of chance lengths.
pub fn wrong(patch: &Patch, compiled: &Compiled, seed: u64) -> Option<String> {
    if let Err(why) = check(&compiled.schedule) {
        return Some(format!("the checker: {why}"));
    }
    if let Some(d) = unfold::difference(patch, &compiled.flat) {
        return Some(d);
    }
    let mut chance = Chance::new(seed ^ 0xb0ff);
    let frames = chance.between(200, 500);
    let most = *chance.pick(&[1, 16, 64, 300]);
    let played = play(patch, compiled, frames, || chance.between(1, most));
    let told = explain(compiled, 8_000).len() + dot(compiled).len();
    if told == 0 {
        return Some("it can't be told in words".into());
    }
    if !played.faults.is_empty() {
        return Some(format!("no numbers from {:?}", played.faults));
    }
    let expected = interpret(patch, compiled, frames)?;
    if let Some(d) = played.difference(&expected) {
        return Some(format!("engine and interpreter: {d}"));
    }
    if !seed.is_multiple_of(5) {
        return None;
    }
    let threads = chance.between(2, 4);
    let most = *chance.pick(&[100, 2_000, 5_000]);
    let (mut lengths, mut costs) = (Chance::new(seed), Chance::new(seed ^ 1));
    let frames = frames + 2_000;
    let threaded =
        play_on_threads(patch, compiled, frames, threads, || lengths.between(1, most), || costs.unit());
    let alone = play(patch, compiled, frames, || 64);
    let differs = threaded.difference(&alone)?;
    // Where there is no room for all events, it depends on where blocks end which of them are lost.
    interpret(patch, compiled, frames)?;
    Some(format!("on {threads} threads and on one: {differs}"))
}

/// How many nodes may run side by side in the patch of a seed.
pub fn lanes(seed: u64) -> usize {
    [1, 4, 8, 16, 16, 4][(seed / 2 % 6) as usize]
}

/// What a piece of work finds wrong; a panic is wrong as well, so that it can be shrunk.
pub fn or_panic(work: impl FnOnce() -> Option<String>) -> Option<String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|s| s.to_string()));
        Some(format!("panic: {}", text.unwrap_or_default()))
    })
}
