use super::limit::{LimiterGain, SlidingMinimum};
use super::*;
use crate::lane::Wide;

/// Seeded values from 0 to 1.
fn noise(seed: u32, frames: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 16_777_216.0
    };
    (0..frames).map(|_| next()).collect()
}

#[test]
fn a_one_pole_follows_a_step_to_63_percent_in_its_time_however_long() {
    for frames in [0.5f32, 1.0, 48.0, 4_800.0, 3_840_000.0] {
        let theory = -(-1.0 / f64::from(frames)).exp_m1();
        let share = f64::from(one_pole(frames));
        assert!((share / theory - 1.0).abs() < 3e-5, "{frames}: {share} {theory}");
    }
    assert_eq!(one_pole(0.0f32), 1.0);
}

#[test]
fn the_curve_is_smooth_and_has_the_slope_of_its_ratio() {
    let curve = Curve::new(4.0f32, 12.0);
    assert_eq!(curve.reduction(-6.0), 0.0);
    assert!((curve.reduction(0.0) - 0.75 * 36.0 / 24.0).abs() < 1e-6);
    assert!((curve.reduction(6.0) - 4.5).abs() < 1e-6 && (curve.reduction(30.0) - 22.5).abs() < 1e-5);
    assert_eq!(Curve::new(100.0f32, 0.0).reduction(10.0), 10.0);
    assert_eq!(Curve::new(1.0f32, 6.0).reduction(10.0), 0.0);
}

#[test]
fn a_sliding_minimum_is_the_smallest_of_its_window() {
    let x = noise(1, 1_000);
    for length in [1, 2, 7, 64, 300] {
        let mut sliding = SlidingMinimum::new(length);
        for i in 0..x.len() {
            let naive = x[(i + 1).saturating_sub(length)..=i].iter().fold(1.0f32, |a, &b| a.min(b));
            assert_eq!(sliding.step(x[i]), naive, "{length} at {i}");
        }
    }
}

#[test]
fn the_gain_of_a_limiter_has_arrived_when_the_peak_comes_and_never_lies_above() {
    for lookahead in [0, 1, 5, 240] {
        let allowed: Vec<f32> =
            noise(2, 5_000).iter().map(|&x| if x < 0.01 { x * 60.0 } else { 1.0 }).collect();
        let mut gain = LimiterGain::new(lookahead);
        for i in 0..allowed.len() {
            let g = gain.step(allowed[i], f64::from(one_pole(100.0f32)));
            if i > lookahead {
                let bound = allowed[i - lookahead].min(allowed[i - lookahead - 1]);
                assert!(g <= bound + 1e-7, "{lookahead}: {g} {bound} at {i}");
            }
        }
    }
}

#[test]
fn a_gain_that_rests_is_exactly_one_after_a_million_frames_of_work() {
    let mut gain = LimiterGain::new(240);
    let release = f64::from(one_pole(10.0f32));
    noise(3, 1_000_000).iter().for_each(|&x| {
        gain.step(x, release);
    });
    let last = (0..2_000).map(|_| gain.step(1.0, release)).last();
    assert_eq!(last, Some(1.0));
}

#[test]
fn eight_lanes_give_the_same_bits_as_one() {
    type Eight = Wide<f32, 8>;
    let channels: Vec<Vec<f32>> = (0..8).map(|c| noise(c + 10, 3_000)).collect();
    let level = |c: usize| 0.01 * 3f32.powi(c as i32);
    fn run<L: Lane>(x: impl Fn(usize) -> L, n: usize) -> Vec<(L, L, L)> {
        let curve = Curve::new(L::splat(4.0), L::splat(6.0));
        let times = Times::new(L::splat(48.0), L::splat(480.0), L::splat(20.0));
        let at = HighPassAt::new(L::splat(0.01), L::splat(0.0002));
        let mut state = (Ballistics::<L>::default(), MeanSquare::<L>::default(), HighPass::<L>::default());
        let mut limiter = LimiterGain::<L>::new(50);
        let (square, release) =
            (MeanSquare::<L>::coefficient(L::splat(100.0)), one_pole(L::splat(70.0)).double());
        (0..n)
            .map(|i| {
                let high = state.2.step(x(i), &at);
                let power = state.1.step(high, square);
                let reduction = state
                    .0
                    .step(curve.reduction(crate::lane::gain_to_db(high.abs()) + L::splat(20.0)), &times);
                let allowed = (L::splat(0.3) / x(i).abs()).min(L::splat(1.0));
                (power, amplitude(L::splat(0.0) - reduction), limiter.step(allowed, release))
            })
            .collect()
    }
    let wide = run(|i| Eight::from_fn(|c| channels[c][i] * level(c)), 3_000);
    for (c, channel) in channels.iter().enumerate() {
        let alone = run(|i| channel[i] * level(c), 3_000);
        let same = wide.iter().zip(&alone).all(|(w, a)| (w.0.get(c), w.1.get(c), w.2.get(c)) == *a);
        assert!(same, "lane {c}");
    }
}
