//! Parameters that are set by hand arrive along a straight line over their smoothing time.

use crate::support::build::{RATE, patch};
use crate::support::chance::Chance;
use crate::support::stage::Stage;
use signalbox_engine::patch::Patch;

/// The smoothing time of the parameters of the test kinds, in frames: 10 ms.
const SMOOTHING: usize = RATE as usize / 100;

//  level 1 ─ vca ─ out: the output is the gain
fn fader() -> Patch {
    patch("one level\nvca gain gain=0.5\nout output\none > vca\nvca > out")
}

/// Runs `before` frames, sets the gain, and runs on in buffers that `next` gives.
fn step(before: usize, to: f32, after: usize, mut next: impl FnMut() -> usize) -> Vec<f32> {
    let mut stage = Stage::new();
    let program = stage.build(&fader());
    let mut out = stage.run(&program, &[before]).swap_remove(0);
    program.knobs("vca").expect("a node").set(0, to);
    let mut left = after;
    while left > 0 {
        let n = next().clamp(1, left);
        out.extend(&stage.run(&program, &[n])[0]);
        left -= n;
    }
    out
}

#[test]
fn a_change_is_a_straight_line_that_ends_exactly_at_its_target() {
    let out = step(50, 1.25, 200, || 64);
    assert!(out[..50].iter().all(|&x| x == 0.5));
    for (k, &x) in out[50..50 + SMOOTHING].iter().enumerate() {
        let expected = 0.5 + 0.75 * (k + 1) as f32 / SMOOTHING as f32;
        assert!((x - expected).abs() < 2e-6, "{k}: {x}, {expected}");
    }
    // The last frame of the way and all behind it hold the very bits of the target.
    assert!(out[49 + SMOOTHING..].iter().all(|&x| x == 1.25));
    assert!(out[48 + SMOOTHING] < 1.25);
}

#[test]
fn a_change_gives_the_same_bits_however_the_frames_are_cut() {
    let whole = step(50, -1.7, 300, || 300);
    for seed in 0..50 {
        let mut chance = Chance::new(seed);
        let most = chance.between(1, 100);
        assert_eq!(step(50, -1.7, 300, || chance.between(1, most)), whole, "seed {seed}");
    }
}

#[test]
fn a_change_on_the_way_turns_from_where_the_value_is() {
    let mut stage = Stage::new();
    let program = stage.build(&fader());
    let cell = program.knobs("vca").expect("a node").clone();
    let mut out = stage.run(&program, &[10]).swap_remove(0);
    for (target, frames) in [(1.5, 40), (-1.0, 30), (0.0, 200)] {
        cell.set(0, target);
        out.extend(&stage.run(&program, &[frames])[0]);
    }
    // No step is larger than that of the steepest way.
    let steepest = 2.5 / SMOOTHING as f32 + 1e-6;
    assert!(out.windows(2).all(|w| (w[1] - w[0]).abs() <= steepest));
    assert!(out[10 + 40 + 30 + SMOOTHING..].iter().all(|&x| x == 0.0));
}

#[test]
fn a_value_set_before_the_first_block_is_there_at_once() {
    let mut stage = Stage::new();
    let program = stage.build(&fader());
    program.knobs("vca").expect("a node").set(0, 2.0);
    assert!(stage.run(&program, &[100])[0].iter().all(|&x| x == 2.0));
}

#[test]
fn a_value_is_held_to_its_range_and_what_is_no_number_is_ignored() {
    let last = |to: f32| *step(10, to, 200, || 64).last().expect("frames");
    assert_eq!((last(99.0), last(-99.0)), (2.0, -2.0));
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert_eq!(last(bad), 0.5);
    }
    let mut stage = Stage::new();
    let program = stage.build(&fader());
    // No such parameter, no such node.
    program.knobs("vca").expect("a node").set(7, 1.0);
    assert!(program.knobs("nobody").is_none());
    assert!(stage.run(&program, &[100])[0].iter().all(|&x| x == 0.5));
}

#[test]
fn a_cable_moves_a_parameter_around_a_value_that_is_on_its_way() {
    let moved = patch(
        "one level\nhalf level value=0.5\nvca gain gain=0.5\nout output\none > vca\nhalf > vca.gain depth=1\nvca > out",
    );
    let mut stage = Stage::new();
    let program = stage.build(&moved);
    let mut out = stage.run(&program, &[64]).swap_remove(0);
    program.knobs("vca").expect("a node").set(0, 1.0);
    out.extend(&stage.run(&program, &[200])[0]);
    assert!(out[..64].iter().all(|&x| x == 1.0));
    for (k, &x) in out[64..64 + SMOOTHING].iter().enumerate() {
        let expected = 1.0 + 0.5 * (k + 1) as f32 / SMOOTHING as f32;
        assert!((x - expected).abs() < 2e-6, "{k}: {x}, {expected}");
    }
    assert!(out[64 + SMOOTHING..].iter().all(|&x| x == 1.5));
}

#[test]
fn what_is_moved_stays_inside_its_range() {
    let moved = patch(
        "one level\nbig level value=4\nvca gain\nout output\none > vca\nbig > vca.gain depth=100\nvca > out",
    );
    let mut stage = Stage::new();
    let program = stage.build(&moved);
    assert!(stage.run(&program, &[100])[0].iter().all(|&x| x == 2.0));
}
