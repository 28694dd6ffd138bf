use super::super::Wide;
use super::*;
use crate::lane::Simd;
use std::f64::consts::TAU;

/// The largest difference between a lane function and the same function in double precision.
fn worst(range: (f32, f32), f: impl Fn(f32) -> f32, exact: impl Fn(f64) -> f64, relative: bool) -> f64 {
    (0..100_000)
        .map(|i| {
            let x = range.0 + (range.1 - range.0) * (i as f32 / 100_000.0);
            let want = exact(f64::from(x));
            let scale = if relative { want.abs().max(1e-300) } else { 1.0 };
            (f64::from(f(x)) - want).abs() / scale
        })
        .fold(0.0, f64::max)
}

#[test]
fn functions_are_as_exact_as_they_say() {
    assert!(worst((0.001, 8.0), log2, f64::log2, false) < 1e-6);
    assert!(worst((0.7, 1.5), log2, f64::log2, false) < 2e-7);
    assert!(worst((-20.0, 20.0), exp2, f64::exp2, true) < 2e-7);
    assert!(worst((-1.0, 1.0), sin_turns, |x| (x * TAU).sin(), false) < 4e-7);
    assert!(worst((-1.0, 1.0), cos_turns, |x| (x * TAU).cos(), false) < 4e-7);
    assert!(worst((0.0001, 0.45), tan_half_turns, |x| (x * TAU / 2.0).tan(), true) < 2e-6);
    assert!(worst((-8.0, 8.0), tanh, f64::tanh, true) < 2e-6);
    assert!(worst((-90.0, 24.0), db_to_gain, |x| 10f64.powf(x / 20.0), true) < 2e-6);
}

#[test]
fn many_lanes_give_the_same_bits_as_one() {
    for i in 0..2_000 {
        let x = Wide::<f32, 8>::from_fn(|lane| (i * 8 + lane) as f32 * 0.003 - 20.0);
        let check = |wide: Wide<f32, 8>, one: fn(f32) -> f32| {
            for lane in 0..8 {
                assert_eq!(wide.get(lane).to_bits(), one(x.get(lane)).to_bits());
            }
        };
        check(exp2(x), exp2);
        check(log2(x), log2);
        check(sin_turns(x), sin_turns);
        check(tanh(x), tanh);
        check(db_to_gain(x), db_to_gain);
    }
}
