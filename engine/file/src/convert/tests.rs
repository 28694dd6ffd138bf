use super::*;
use crate::material::{Dice, fit};
use std::f64::consts::TAU;

const PAIRS: [(u32, u32); 8] = [
    (44_100, 48_000),
    (48_000, 44_100),
    (96_000, 44_100),
    (44_100, 96_000),
    (88_200, 44_100),
    (48_000, 192_000),
    (192_000, 48_000),
    (384_000, 44_100),
];

fn sine(rate: u32, frequency: f64, frames: usize) -> Vec<f32> {
    (0..frames).map(|n| (0.9 * (TAU * frequency * n as f64 / f64::from(rate)).sin()) as f32).collect()
}

/// Converts a channel and gives it unrounded.
fn exact(channel: &[f32], from: u32, to: u32) -> Vec<f64> {
    Conversion::new(from, to).unwrap().run(channel, |sample| sample).unwrap()
}

fn rounded(channel: &[f32], from: u32, to: u32) -> Vec<f64> {
    let audio = convert(&Audio { rate: from, channels: vec![channel.to_vec()] }, to).unwrap();
    assert_eq!(audio.rate, to);
    audio.channels[0].iter().map(|&sample| f64::from(sample)).collect()
}

fn db(x: f64) -> f64 {
    20.0 * x.log10()
}

/// The middle, where the beginning and the end of the tone are not heard.
fn middle(x: &[f64]) -> (usize, &[f64]) {
    let quarter = x.len() / 4;
    (quarter, &x[quarter..x.len() - quarter])
}

/// Level in dB and lateness in frames of the tone, and level of everything else in dB against it.
fn figures(converted: &[f64], to: u32, frequency: f64) -> (f64, f64, f64) {
    let turn = TAU * frequency / f64::from(to);
    let (start, middle) = middle(converted);
    let (amplitude, phase, rest) = fit(middle, turn);
    let late = (turn * start as f64 - phase + TAU / 2.0).rem_euclid(TAU) - TAU / 2.0;
    (db(amplitude / 0.9), late / turn, db(rest / (amplitude / 2f64.sqrt())))
}

fn frequencies(from: u32, to: u32) -> impl Iterator<Item = f64> {
    let band = f64::from(from.min(to)) / 2.0;
    [20.0, 997.0, 4_987.0, 10_007.0, 15_013.0, 19_001.0, 20_000.0].into_iter().filter(move |&f| f < band)
}

#[test]
fn the_pass_band_is_flat_to_20_khz_and_every_frame_stays_in_its_place() {
    for (from, to) in PAIRS {
        for frequency in frequencies(from, to) {
            let (level, late, _) =
                figures(&exact(&sine(from, frequency, from as usize / 2), from, to), to, frequency);
            assert!(level.abs() < 0.001, "{from} to {to} Hz, {frequency} Hz: {level} dB");
            assert!(late.abs() < 0.001, "{from} to {to} Hz, {frequency} Hz: {late} frames late");
        }
    }
}

/// Converts a tone unrounded, and takes off what the tone's own rounding to f32 (noise at −153 dB) becomes: it is sound
/// like any other.
fn pure(from: u32, to: u32, frequency: f64) -> Vec<f64> {
    let tone = sine(from, frequency, from as usize / 2);
    let ideal = |n: usize| 0.9 * (TAU * frequency * n as f64 / f64::from(from)).sin();
    let rounding: Vec<f32> =
        tone.iter().enumerate().map(|(n, &x)| (f64::from(x) - ideal(n)) as f32).collect();
    let (mut converted, rounding) = (exact(&tone, from, to), exact(&rounding, from, to));
    converted.iter_mut().zip(&rounding).for_each(|(x, r)| *x -= r);
    converted
}

#[test]
fn distortion_noise_and_images_lie_below_150_db() {
    for (from, to) in PAIRS {
        for frequency in frequencies(from, to) {
            let (_, _, rest) = figures(&pure(from, to, frequency), to, frequency);
            assert!(rest < -150.0, "{from} to {to} Hz, {frequency} Hz: {rest} dB");
            // Input and output are f32, so each adds rounding at −152.5 dB or less.
            let (_, _, rest) =
                figures(&rounded(&sine(from, frequency, from as usize / 2), from, to), to, frequency);
            assert!(rest < -149.0, "{from} to {to} Hz, {frequency} Hz, rounded: {rest} dB");
        }
    }
}

#[test]
fn what_the_lower_rate_cannot_hold_is_gone() {
    for (from, to) in PAIRS.into_iter().filter(|(from, to)| from > to) {
        for factor in [1.0005, 1.01, 1.05, 1.2, 1.5, 1.77] {
            let frequency = f64::from(to) / 2.0 * factor;
            if frequency < f64::from(from) / 2.0 {
                let converted = pure(from, to, frequency);
                let (_, middle) = middle(&converted);
                let power = middle.iter().map(|x| x * x).sum::<f64>() / middle.len() as f64;
                let alias = db(power.sqrt() / (0.9 / 2f64.sqrt()));
                assert!(alias < -150.0, "{from} to {to} Hz: {frequency} Hz left {alias} dB");
            }
        }
    }
}

#[test]
fn a_click_at_frame_0_stays_at_frame_0() {
    for (from, to) in PAIRS {
        let mut click = vec![0.0; 10_000];
        click[0] = 1.0;
        let converted = exact(&click, from, to);
        let ratio = f64::from(to.min(from)) / f64::from(from);
        let highest = converted.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap();
        assert_eq!(highest.0, 0, "{from} to {to} Hz");
        // A click becomes the band of the lower rate; the slope takes up to 2 % of it.
        assert!((highest.1 / ratio - 1.0).abs() < 0.02, "{from} to {to} Hz: {}", highest.1);
    }
}

#[test]
fn the_length_is_that_of_the_sound_rounded() {
    for (frames, from, to, expected) in [
        (44_100, 44_100, 48_000, 48_000),
        (1, 44_100, 48_000, 1),
        (1, 48_000, 8_000, 0),
        (3, 48_000, 8_000, 1),
        (1, 8_000, 48_000, 6),
        (100_001, 96_000, 44_100, 45_938),
        (0, 44_100, 48_000, 0),
        (12_345, 44_056, 48_000, 13_450),
    ] {
        let audio = Audio { rate: from, channels: vec![vec![0.25; frames]; 3] };
        let converted = convert(&audio, to).unwrap();
        assert_eq!(
            (converted.width(), converted.frames()),
            (3, expected),
            "{frames} frames, {from} to {to} Hz"
        );
        assert!(converted.channels.iter().all(|channel| channel.len() == expected));
    }
}

#[test]
fn the_same_rate_leaves_every_bit() {
    let mut dice = Dice(1);
    let audio = Audio { rate: 44_100, channels: vec![(0..1_000).map(|_| dice.sample()).collect(); 2] };
    assert!(convert(&audio, 44_100).unwrap() == audio);
}

#[test]
fn channels_do_not_touch_each_other_and_come_in_order() {
    let mut dice = Dice(2);
    let channels: Vec<Vec<f32>> = (0..7).map(|_| (0..5_000).map(|_| dice.sample()).collect()).collect();
    let together = convert(&Audio { rate: 44_100, channels: channels.clone() }, 48_000).unwrap();
    for (channel, converted) in channels.into_iter().zip(together.channels) {
        let alone = convert(&Audio { rate: 44_100, channels: vec![channel] }, 48_000).unwrap();
        assert!(alone.channels[0] == converted);
    }
}

#[test]
fn there_and_back_again_is_where_it_was() {
    let tone = sine(44_100, 997.0, 44_100);
    let back =
        convert(&convert(&Audio { rate: 44_100, channels: vec![tone.clone()] }, 48_000).unwrap(), 44_100)
            .unwrap();
    assert_eq!(back.frames(), tone.len());
    let far = back.channels[0][11_000..33_000].iter().zip(&tone[11_000..]).map(|(a, b)| (a - b).abs());
    assert!(far.fold(0.0, f32::max) < 1e-6);
}

#[test]
fn rates_without_a_common_measure_are_possible() {
    let tone = sine(44_100, 997.0, 44_100);
    let (level, late, _) = figures(&rounded(&tone, 44_100, 44_101), 44_101, 997.0);
    assert!(level.abs() < 0.001 && late.abs() < 0.001);
}

#[test]
fn rates_that_are_not_possible_are_refused_by_name() {
    for (from, to) in [(0, 48_000), (48_000, 0), (999, 48_000), (48_000, 768_001), (u32::MAX, 48_000)] {
        let error = convert(&Audio::silence(from, 1, 10), to).unwrap_err();
        assert!(error.to_string().contains(&to.to_string()), "{error}");
    }
    assert_eq!(convert(&Audio::silence(44_100, 0, 0), 48_000).unwrap().width(), 0);
}
