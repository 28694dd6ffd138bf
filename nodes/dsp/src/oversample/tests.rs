use super::*;
use crate::lane::{Simd, Wide};

/// The factors, rates and attenuations that are tried.
const CASES: [(usize, f64, f64); 6] = [
    (2, 44_100.0, 130.0),
    (2, 48_000.0, 130.0),
    (4, 48_000.0, 130.0),
    (8, 44_100.0, 130.0),
    (16, 48_000.0, 130.0),
    (32, 44_100.0, 130.0),
];

fn through(over: &mut Oversampler<f32>, signal: impl Iterator<Item = f32>) -> Vec<f32> {
    let mut values = [0.0; MAX_FACTOR];
    signal
        .map(|x| {
            over.up(x, &mut values);
            over.down(&mut values)
        })
        .collect()
}

/// Amplitude of the component at `turns` a frame, through a Blackman-Harris window.
fn amplitude(signal: &[f32], turns: f64) -> f64 {
    let (mut re, mut im, mut sum) = (0.0, 0.0, 0.0);
    for (i, &x) in signal.iter().enumerate() {
        let t = TAU * i as f64 / signal.len() as f64;
        // Seven terms (Albrecht 2001), side lobes below -180 dB.
        let terms = [
            0.271_220_360_585_039,
            -0.433_444_612_327_442,
            0.218_004_122_892_930,
            -0.065_785_343_295_606,
            0.010_761_867_305_342,
            -0.000_770_012_710_581,
            0.000_013_680_883_060,
        ];
        let w: f64 = terms.iter().enumerate().map(|(k, a)| a * (k as f64 * t).cos()).sum();
        let (s, c) = (TAU * (turns * i as f64).fract()).sin_cos();
        re += f64::from(x) * w * c;
        im -= f64::from(x) * w * s;
        sum += w;
    }
    2.0 * re.hypot(im) / sum
}

fn db(x: f64) -> f64 {
    20.0 * x.max(1e-30).log10()
}

#[test]
fn the_impulse_response_is_symmetric_about_the_latency() {
    for (factor, rate, attenuation) in CASES {
        let mut over = Oversampler::new(factor, rate, attenuation, 0);
        let latency = over.latency();
        let response = through(&mut over, (0..400).map(|i| if i == 0 { 1.0 } else { 0.0 }));
        for i in 1..=latency {
            let (a, b) = (response[latency - i], response[latency + i]);
            assert!((a - b).abs() < 1e-6, "{factor} at {i}: {a} {b}");
        }
        assert!(response[latency] > 0.8, "{factor}: {}", response[latency]);
    }
}

#[test]
fn a_frame_of_delay_between_up_and_down_is_part_of_the_latency() {
    for factor in [2, 8, 16] {
        let mut over = Oversampler::new(factor, 48_000.0, 120.0, 1);
        let latency = over.latency();
        let (mut last, mut values) = (0.0, [0.0; MAX_FACTOR]);
        let response: Vec<f32> = (0..400)
            .map(|i| {
                over.up(if i == 0 { 1.0 } else { 0.0 }, &mut values);
                values[..factor].iter_mut().for_each(|v| std::mem::swap(v, &mut last));
                over.down(&mut values)
            })
            .collect();
        for i in 1..=latency {
            assert!((response[latency - i] - response[latency + i]).abs() < 1e-6, "{factor} at {i}");
        }
    }
}

#[test]
fn the_pass_band_is_flat_to_20_khz_within_a_thousandth_of_a_decibel() {
    for (factor, rate, attenuation) in CASES {
        let mut over = Oversampler::new(factor, rate, attenuation, 0);
        let response = through(&mut over, (0..400).map(|i| if i == 0 { 1.0 } else { 0.0 }));
        for step in 0..=100 {
            let turns = 20_000.0 / rate * f64::from(step) / 100.0;
            let (mut re, mut im) = (0.0, 0.0);
            for (i, &x) in response.iter().enumerate() {
                let (s, c) = (TAU * turns * i as f64).sin_cos();
                re += f64::from(x) * c;
                im -= f64::from(x) * s;
            }
            let level = db(re.hypot(im));
            assert!(level.abs() < 1e-3, "{factor} at {turns}: {level}");
        }
    }
}

#[test]
fn images_of_a_tone_lie_120_db_below_it() {
    for (factor, rate, attenuation) in CASES {
        let mut over = Oversampler::new(factor, rate, attenuation, 0);
        for tone in [997.0, 10_007.0, 19_990.0] {
            let mut values = [0.0; MAX_FACTOR];
            let mut high = Vec::new();
            for i in 0..1_500 {
                let x = (TAU * (tone / rate * f64::from(i)).fract()).sin() as f32;
                over.up(x, &mut values);
                if i >= 200 {
                    high.extend_from_slice(&values[..factor]);
                }
            }
            let turns = tone / rate / factor as f64;
            assert!((amplitude(&high, turns) - 1.0).abs() < 1e-4);
            for image in 1..=factor / 2 {
                for sign in [-1.0, 1.0] {
                    let at = image as f64 / factor as f64 + sign * turns;
                    if at <= 0.5 {
                        let level = db(amplitude(&high, at));
                        assert!(level < -120.0, "{factor}, image {image} of {tone}: {level}");
                    }
                }
            }
        }
    }
}

#[test]
fn what_would_fold_below_20_khz_is_120_db_down() {
    for (factor, rate, attenuation) in CASES {
        let mut over = Oversampler::new(factor, rate, attenuation, 0);
        for image in 1..=factor / 2 {
            for audible in [-19_990.0, -10_007.0, 101.0, 10_007.0, 19_990.0] {
                let tone = image as f64 * rate + audible;
                if tone > factor as f64 * rate / 2.0 {
                    continue;
                }
                let out: Vec<f32> = (0..1_500 * factor)
                    .map(|i| (TAU * (tone / rate / factor as f64 * i as f64).fract()).sin() as f32)
                    .collect::<Vec<_>>()
                    .chunks_exact(factor)
                    .map(|chunk| {
                        let mut values = [0.0; MAX_FACTOR];
                        values[..factor].copy_from_slice(chunk);
                        over.down(&mut values)
                    })
                    .collect();
                let level = db(out[400..].iter().fold(0.0, |a, &x| f64::from(x.abs()).max(a)));
                assert!(level < -120.0, "{factor}: {tone} leaves {level}");
            }
        }
    }
}

#[test]
fn eight_lanes_give_the_bits_of_one() {
    let mut wide = Oversampler::<Wide<f32, 8>>::new(4, 48_000.0, 120.0, 0);
    let mut single = Oversampler::<f32>::new(4, 48_000.0, 120.0, 0);
    let (mut a, mut b) = ([Wide::default(); MAX_FACTOR], [0.0; MAX_FACTOR]);
    for i in 0..500 {
        let x = ((i * i) as f32 * 0.37).sin();
        wide.up(Wide::from_fn(|lane| if lane == 5 { x } else { lane as f32 }), &mut a);
        single.up(x, &mut b);
        assert_eq!(wide.down(&mut a).get(5), single.down(&mut b));
    }
}

#[test]
fn silence_leaves_nothing_behind() {
    let mut over = Oversampler::<f32>::new(16, 48_000.0, 120.0, 0);
    let out = through(&mut over, (0..600).map(|i| if i < 100 { 1.0 } else { 0.0 }));
    assert!(out[400..].iter().all(|&x| x == 0.0));
}
