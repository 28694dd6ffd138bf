//! EBU Tech 3341, Table 1, cases 15 to 23: true peaks, at every rate.

use super::signals::{RATES, near};
use crate::meter::TruePeak;
use std::f64::consts::TAU;

/// Frames of each signal; the fades are 441 to 1,920 frames at either end.
const FRAMES: usize = 6_000;

/// Reads a signal with fades of 10 ms.
fn read(rate: u32, sound: impl Fn(usize) -> f64) -> Option<f64> {
    let fade = f64::from(rate) / 100.0;
    let faded: Vec<f32> = (0..FRAMES)
        .map(|i| {
            let edge = i.min(FRAMES - 1 - i) as f64;
            (sound(i) * (0.5 - 0.5 * (TAU * 0.5 * (edge / fade).min(1.0)).cos())) as f32
        })
        .collect();
    let mut meter = TruePeak::new(1);
    meter.push(&[&faded]);
    meter.flush();
    meter.dbtp()
}

#[test]
fn tones_between_the_samples_read_their_true_peak() {
    let cases = [
        (15, 4.0, 0.0, 0.50, -6.0),
        (16, 4.0, 45.0, 0.50, -6.0),
        (17, 6.0, 60.0, 0.50, -6.0),
        (18, 8.0, 67.5, 0.50, -6.0),
        (19, 4.0, 45.0, 1.41, 3.0),
    ];
    for rate in RATES {
        for (case, part, degrees, amplitude, expected) in cases {
            let read = read(rate, |i| amplitude * (TAU * (i as f64 / part + degrees / 360.0)).sin());
            near(&format!("case {case} at {rate}"), read, expected - 0.1, 0.3);
        }
    }
}

/// A tone of a sixth of the rate at 0.5 with one period of a quarter of the rate at 1.0 in it, the phase going on, at
/// four times the rate; then limited to half the rate.
fn burst(frames: usize) -> Vec<f64> {
    let start = frames / 2 / 24 * 24;
    let sharp: Vec<f64> = (0..frames)
        .map(|i| match i.checked_sub(start) {
            None => 0.5 * (TAU * i as f64 / 24.0).sin(),
            Some(i) if i < 16 => (TAU * i as f64 / 16.0).sin(),
            Some(i) => 0.5 * (TAU * (i - 16) as f64 / 24.0).sin(),
        })
        .collect();
    // A sinc under a Blackman window that begins to fall at 0.47 of the rate and is silent from 0.5 on.
    let reach = 800isize;
    let filter: Vec<f64> = (-reach..=reach)
        .map(|k| {
            let x = k as f64;
            let t = std::f64::consts::PI * x / reach as f64;
            let sinc = if k == 0 { 1.0 } else { (TAU * x * 0.12125).sin() / (TAU * x * 0.12125) };
            0.2425 * sinc * (0.42 + 0.5 * t.cos() + 0.08 * (2.0 * t).cos())
        })
        .collect();
    let reach = reach as usize;
    (0..frames)
        .map(|i| {
            filter
                .iter()
                .enumerate()
                .filter_map(|(k, tap)| Some(tap * sharp.get((i + reach).checked_sub(k)?)?))
                .sum()
        })
        .collect()
}

#[test]
fn a_burst_reads_its_true_peak_wherever_the_samples_fall() {
    let sound = burst(4 * FRAMES);
    // The outermost frames miss half of the filter.
    let exact = 20.0 * sound[4_000..20_000].iter().fold(0.0, |peak: f64, x| peak.max(x.abs())).log10();
    for offset in 0..4 {
        for rate in RATES {
            let read = read(rate, |i| sound[4 * i + offset]);
            near(&format!("case {} at {rate}", 20 + offset), read, -0.1, 0.3);
            // The quarters of a frame are the very points that the burst was made at.
            near(&format!("case {} at {rate}, exactly", 20 + offset), read, exact, 0.02);
        }
    }
}
