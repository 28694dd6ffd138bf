use super::*;
use crate::blep::kernel;
use crate::lane::Wide;
use realfft::RealFftPlanner;
use std::f64::consts::{PI, TAU};

const RATE: u32 = 48_000;

fn drive(frequency: f32) -> Drive<f32> {
    Drive { frequency, ratio: 1.0, width: 0.5, gain: 1.0, sync: None, restart: 0 }
}

/// The frames that follow the look-ahead.
fn play(shape: Shape, frames: usize, mut at: impl FnMut(usize) -> Drive<f32>) -> Vec<f32> {
    let mut wave = Oscillator::<f32>::new(shape, RATE, 0.0, Corners::Mended);
    let late = Oscillator::<f32>::look_ahead(shape, RATE, Corners::Mended);
    let mut out: Vec<f32> = (0..frames + late).map(|i| wave.next(&at(i))).collect();
    out.split_off(late)
}

/// Amplitudes at whole hertz of one second that repeats itself.
fn spectrum(second: &[f32]) -> Vec<f64> {
    let plan = RealFftPlanner::<f64>::new().plan_fft_forward(second.len());
    let mut signal: Vec<f64> = second.iter().map(|&x| f64::from(x)).collect();
    let mut bins = plan.make_output_vec();
    plan.process(&mut signal, &mut bins).unwrap();
    bins.iter().map(|b| b.norm() * 2.0 / second.len() as f64).collect()
}

/// The loudest component up to 20 kHz that is no whole multiple of `fundamental`, below the fundamental, in decibels.
fn alias_db(second: &[f32], fundamental: usize) -> f64 {
    let bins = spectrum(second);
    let worst = (1..=20_000).filter(|f| f % fundamental != 0).map(|f| bins[f]).fold(0.0, f64::max);
    20.0 * (worst / bins[fundamental]).log10()
}

/// The second second of a steady sound.
fn second(shape: Shape, drive: Drive<f32>) -> Vec<f32> {
    play(shape, 2 * RATE as usize, |_| drive).split_off(RATE as usize)
}

#[test]
fn nothing_folds_back_below_20_khz_from_any_shape() {
    for fundamental in [1_009, 4_987, 7_013] {
        for (shape, width) in
            [(Shape::Saw, 0.5), (Shape::Square, 0.5), (Shape::Square, 0.13), (Shape::Triangle, 0.5)]
        {
            let alias = alias_db(&second(shape, Drive { width, ..drive(fundamental as f32) }), fundamental);
            println!("{shape:?} {width} {fundamental} Hz: {alias:.1} dB");
            assert!(alias <= -100.0, "{shape:?} {width} {fundamental} Hz: {alias}");
        }
    }
}

#[test]
fn nothing_folds_back_from_hard_sync() {
    for (fundamental, ratio) in [(997, 3.7), (997, 1.31), (1_499, 5.23), (2_503, 2.6)] {
        for shape in [Shape::Saw, Shape::Square, Shape::Triangle] {
            let alias = alias_db(&second(shape, Drive { ratio, ..drive(fundamental as f32) }), fundamental);
            println!("{shape:?} {fundamental} Hz x {ratio}: {alias:.1} dB");
            assert!(alias <= -100.0, "{shape:?} {fundamental} Hz x {ratio}: {alias}");
        }
    }
}

#[test]
fn a_sine_at_the_sync_input_restarts_the_wave_cleanly() {
    let sine = |i: usize| (TAU * (997.0 * i as f64 / f64::from(RATE)).fract()).sin() as f32;
    let at = |i| Drive { sync: Some(sine(i)), ..drive(3_701.0) };
    let alias = alias_db(&play(Shape::Saw, 2 * RATE as usize, at)[RATE as usize..], 997);
    println!("saw of 3,701 Hz synced by a sine of 997 Hz: {alias:.1} dB");
    assert!(alias <= -80.0, "{alias}");
}

#[test]
fn harmonics_are_as_strong_as_fourier_says() {
    let bins = spectrum(&second(Shape::Saw, drive(1_009.0)));
    let square = spectrum(&second(Shape::Square, Drive { width: 0.3, ..drive(1_009.0) }));
    let triangle = spectrum(&second(Shape::Triangle, drive(1_009.0)));
    for n in 1..=19_usize {
        let k = n as f64;
        let near = |got: f64, theory: f64| assert!((got - theory).abs() < 1e-5, "{n}: {got} {theory}");
        near(bins[1_009 * n], 2.0 / (PI * k));
        near(square[1_009 * n], 4.0 / (PI * k) * (PI * k * f64::from(0.3_f32)).sin().abs());
        near(triangle[1_009 * n], if n % 2 == 1 { 8.0 / (PI * k).powi(2) } else { 0.0 });
    }
}

#[test]
fn a_moving_frequency_gives_the_sum_of_its_moving_harmonics() {
    // What passes the step's spectrum, every 100 Hz: all up to 20 kHz, half at half the rate, nothing from 28 kHz on.
    let half = Blep::look_ahead(RATE) as f64;
    let points = || (0..800).map(|i| (f64::from(i) + 0.5) / 800.0 * half);
    let whole: f64 = points().map(|t| kernel(t, half)).sum();
    let at = |f: f64| {
        points().map(|t| kernel(t, half) * (TAU * f / f64::from(RATE) * t).cos()).sum::<f64>() / whole
    };
    let passes: Vec<f64> = (0..=400).map(|i| at(f64::from(i) * 100.0)).collect();

    let frequency = |i: usize| (1_500.0 + 300.0 * (TAU * 5.0 * i as f64 / f64::from(RATE)).sin()) as f32;
    let out = play(Shape::Saw, 20_000, |i| drive(frequency(i)));
    let (mut phase, mut worst) = (0.0, 0.0_f64);
    for (i, &x) in out.iter().enumerate() {
        let f = f64::from(frequency(i));
        let harmonic = |k: u32| {
            let k = f64::from(k);
            let place = k * f / 100.0;
            let (low, high) = (passes[place as usize], passes[place as usize + 1]);
            -2.0 / (PI * k) * (TAU * k * phase).sin() * (low + (high - low) * place.fract())
        };
        let sum: f64 = (1..=24).take_while(|&k| f64::from(k) * f < 30_000.0).map(harmonic).sum();
        // The first period has a beginning that the sum has not.
        if i > 100 {
            worst = worst.max((f64::from(x) - sum).abs());
        }
        phase = (phase + f / f64::from(RATE)).fract();
    }
    println!("moving frequency: {:.1} dB", 20.0 * worst.log10());
    assert!(worst < 1e-3, "{worst}");
}

#[test]
fn eight_lanes_give_the_same_bits_as_one() {
    for shape in [Shape::Saw, Shape::Square, Shape::Triangle, Shape::Sine] {
        let at = |lane: usize, i: usize| Drive {
            frequency: 100.0 * (lane + 1) as f32 + (i % 700) as f32 * 5.0,
            ratio: 0.5 + 0.3 * lane as f32,
            width: 0.1 + 0.1 * lane as f32 + 0.05 * ((i % 100) as f32 * 0.01),
            gain: 0.5,
            sync: Some(((i * (lane + 3)) % 97) as f32 - 50.0),
            restart: if i == 900 { u32::MAX } else { 0 },
        };
        let mut wide = Oscillator::<Wide<f32, 8>>::new(shape, RATE, 0.2, Corners::Mended);
        let mut single: Vec<_> =
            (0..8).map(|_| Oscillator::<f32>::new(shape, RATE, 0.2, Corners::Mended)).collect();
        for i in 0..3_000 {
            let each: Vec<Drive<f32>> = (0..8).map(|lane| at(lane, i)).collect();
            let out = wide.next(&Drive {
                frequency: Wide::from_fn(|l| each[l].frequency),
                ratio: Wide::from_fn(|l| each[l].ratio),
                width: Wide::from_fn(|l| each[l].width),
                gain: Wide::splat(0.5),
                sync: Some(Wide::from_fn(|l| each[l].sync.unwrap())),
                restart: if i == 900 { u32::MAX } else { 0 },
            });
            for (lane, one) in single.iter_mut().enumerate() {
                assert_eq!(out.get(lane).to_bits(), one.next(&each[lane]).to_bits(), "{shape:?} {lane} {i}");
            }
        }
    }
}

#[test]
fn a_restart_begins_the_period_at_that_frame() {
    let out = play(Shape::Sine, 2_000, |i| Drive { restart: u32::from(i == 777), ..drive(440.0) });
    let fresh = play(Shape::Sine, 1_000, |_| drive(440.0));
    assert_eq!(out[777..1_777], fresh);
}

#[test]
fn a_bare_wave_comes_at_once_and_never_leaves_its_range() {
    let mut wave = Oscillator::<f32>::new(Shape::Saw, RATE, 0.0, Corners::Bare);
    for i in 0..1_000 {
        let expected = 2.0 * (i as f64 * 375.0 / f64::from(RATE)).fract() - 1.0;
        assert!((f64::from(wave.next(&drive(375.0))) - expected).abs() < 1e-6);
    }
}

#[test]
fn extreme_settings_and_a_broken_sync_signal_stay_finite() {
    for shape in [Shape::Saw, Shape::Square, Shape::Triangle, Shape::Sine] {
        let broken = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -1e3, 1e3, 0.0];
        let out = play(shape, 5_000, |i| Drive {
            frequency: if i % 3 == 0 { 1e6 } else { 0.01 },
            ratio: (i % 40) as f32,
            width: if i % 2 == 0 { 0.01 } else { 0.99 },
            sync: Some(broken[i * 7 % 6]),
            ..drive(0.0)
        });
        assert!(out.iter().all(|x| x.abs() < 20.0), "{shape:?}");
    }
}
