use super::*;
use crate::lane::{Simd, Wide};

/// Largest error of a table, in decibels, against the ideal delay, over fractions and frequencies (of the rate).
fn worst<const TAPS: usize>(table: &Fractional<TAPS>, to: f64) -> f64 {
    let mut worst: f64 = 0.0;
    for step in 0..257 {
        // An odd number of steps a frame, so that most fractions lie between the phases of the table.
        let fraction = step as f32 / 257.0;
        let weights = table.weights(&Delay::around(TAPS, fraction));
        for f in 0..100 {
            let w = 2.0 * PI * to * f64::from(f) / 99.0;
            let (mut re, mut im) = (0.0, 0.0);
            for (k, &weight) in weights.iter().enumerate() {
                let u = k as f64 - TAPS as f64 / 2.0 + f64::from(fraction);
                re += f64::from(weight) * (w * u).cos();
                im += f64::from(weight) * (w * u).sin();
            }
            worst = worst.max((re - 1.0).hypot(im));
        }
    }
    20.0 * worst.log10()
}

#[test]
fn the_long_table_is_a_pure_delay_up_to_a_third_of_the_rate() {
    let error = worst(Fractional::long(), 1.0 / 3.0);
    assert!(error < -100.0, "{error} dB");
}

#[test]
fn the_short_table_is_a_pure_delay_up_to_a_quarter_of_the_rate() {
    let error = worst(Fractional::short(), 0.25);
    assert!(error < -75.0, "{error} dB");
}

#[test]
fn a_delay_of_whole_frames_gives_back_the_very_bits() {
    let mut line = Line::<f32>::new(1_000);
    let x: Vec<f32> = (0..5_000).map(|i| ((i * 7_919 % 1_000) as f32 - 500.0) * 1.234_567e-3).collect();
    for rate in [8_000.0, 44_100.0, 48_000.0, 192_000.0] {
        for frames in [16usize, 17, 100, 441, 999] {
            line.clear();
            let delay = Delay::from_seconds((frames as f64 / rate) as f32, rate, 16.0, 1_000.0);
            let weights = Fractional::long().weights(&delay);
            for (t, &x0) in x.iter().enumerate() {
                let y = Fractional::long().read(&line, &delay, &weights, 0);
                let expected = if t >= frames { x[t - frames] } else { 0.0 };
                assert_eq!(y.to_bits(), expected.to_bits(), "{frames} frames at {rate}, frame {t}");
                line.push(x0);
            }
        }
    }
}

#[test]
fn looking_ahead_reads_what_waiting_would_read() {
    let x: Vec<f32> = (0..3_000).map(|i| (i as f32 * 0.37).sin()).collect();
    let delay = Delay::from_seconds(200.3f32 / 48_000.0, 48_000.0, 16.0, 1_000.0);
    let table = Fractional::long();
    let weights = table.weights(&delay);
    let mut line = Line::new(1_000);
    for block in x.chunks(64) {
        let ahead: Vec<f32> = (0..block.len()).map(|j| table.read(&line, &delay, &weights, j)).collect();
        for (&x, y) in block.iter().zip(ahead) {
            assert_eq!(table.read(&line, &delay, &weights, 0), y);
            line.push(x);
        }
    }
}

#[test]
fn many_frames_at_once_are_remembered_as_one_by_one() {
    let (mut one, mut many) = (Line::<f32>::new(200), Line::<f32>::new(200));
    let mut t = 0;
    for length in (0..2_000).map(|i| 1 + (i * 7) % 64) {
        let x = |j: usize| (t + j) as f32;
        (0..length).for_each(|j| one.push(x(j)));
        many.extend(length, x);
        t += length;
        assert_eq!(one.memory, many.memory);
        assert_eq!(one.piece(200, 64), many.piece(200, 64));
    }
    assert_eq!(one.piece(64, 64)[63], (t - 1) as f32);
}

#[test]
fn eight_lanes_with_eight_delays_give_the_bits_of_eight_single_lanes() {
    let table = Fractional::long();
    let seconds = |lane: usize| [0.01, 0.010_007, 0.010_013, 0.02, 0.0005, 0.003, 0.003_000_1, 0.019][lane];
    let delay = |s: f32| Delay::from_seconds(s, 48_000.0, 16.0, 1_000.0);
    let wide_delay = Delay::from_seconds(Wide::<f32, 8>::from_fn(seconds), 48_000.0, 16.0, 1_000.0);
    let wide_weights = table.weights(&wide_delay);
    let mut wide = Line::<Wide<f32, 8>>::new(1_000);
    let mut single: Vec<Line<f32>> = (0..8).map(|_| Line::new(1_000)).collect();
    for t in 0..3_000 {
        let x = |lane: usize| ((t * (lane + 3)) as f32 * 0.1).sin();
        let y = table.read(&wide, &wide_delay, &wide_weights, 0);
        for (lane, line) in single.iter_mut().enumerate() {
            let delay = delay(seconds(lane));
            let alone = table.read(line, &delay, &table.weights(&delay), 0);
            assert_eq!(y.get(lane), alone, "lane {lane}, frame {t}");
            line.push(x(lane));
        }
        wide.push(Wide::from_fn(x));
    }
}

#[test]
fn a_slow_glide_reads_a_tone_where_the_moving_delay_is() {
    let table = Fractional::short();
    let mut line = Line::<f32>::new(300);
    // A quarter of the rate, the highest that the table promises.
    let tone = |t: f64| (t * std::f64::consts::FRAC_PI_2 + 0.3).sin();
    (0..1_000).for_each(|t| line.push(tone(f64::from(t)) as f32));
    // Within a frame, across a whole frame in both directions, from one, and not at all.
    for (from, to) in [(0.3, 0.317), (0.99, 1.007), (0.007, -0.01), (0.0, 0.02), (0.5, 0.5)] {
        let delays = [from, to].map(|offset| Delay::around(200, offset));
        for phase in [0, 5] {
            let read = table.glide(&line, [&delays[0], &delays[1]], phase);
            for (j, &y) in read.iter().enumerate().take(16 - phase) {
                let delay = 200.0 + f64::from(from) + f64::from(to - from) * (phase + j) as f64 / 16.0;
                let error = f64::from(y) - tone(1_000.0 + j as f64 - delay);
                assert!(error.abs() < 3.6e-4, "{from} to {to}, frame {j}: {error}");
            }
        }
    }
}
