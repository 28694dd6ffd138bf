use super::*;
use crate::probe;
use realfft::RealFftPlanner;
use serde_json::{Value, json};
use signalbox_dsp::lane::Wide;
use signalbox_engine::node::rig::Rig;

const RATE: u32 = 48_000;

fn rig(values: &[(&str, Value)]) -> Rig {
    Rig::new(&NODE, RATE, values, &[1]).unwrap()
}

/// Level of the strongest component up to 20 kHz that is no harmonic of the tone, relative to the tone.
fn alias_db(signal: &[f32], tone: f64) -> f64 {
    // Seven terms (Albrecht 2001): side lobes below -180 dB, main lobe 7 bins to each side.
    const WINDOW: [f64; 7] = [
        0.271_220_360_585_039,
        -0.433_444_612_327_442,
        0.218_004_122_892_930,
        -0.065_785_343_295_606,
        0.010_761_867_305_342,
        -0.000_770_012_710_581,
        0.000_013_680_883_060,
    ];
    let n = signal.len();
    let window = |i: usize| -> f64 {
        let t = std::f64::consts::TAU * i as f64 / n as f64;
        WINDOW.iter().enumerate().map(|(k, a)| a * (k as f64 * t).cos()).sum()
    };
    let mut time: Vec<f64> = signal.iter().enumerate().map(|(i, &x)| f64::from(x) * window(i)).collect();
    let fft = RealFftPlanner::new().plan_fft_forward(n);
    let mut bins = fft.make_output_vec();
    fft.process(&mut time, &mut bins).unwrap();
    let width = f64::from(RATE) / n as f64;
    let level = |at: usize| bins[at].norm();
    let fundamental = level((tone / width).round() as usize);
    let harmonic = |at: usize| {
        let order = (at as f64 * width / tone).round();
        (at as f64 - order * tone / width).abs() < 10.0
    };
    let strays = (0..(20_000.0 / width) as usize).filter(|&at| !harmonic(at)).map(level);
    probe::db(strays.fold(0.0, f64::max) / fundamental)
}

fn driven_alias(shape: &str, quality: &str) -> f64 {
    let mut rig = rig(&[("drive", json!("24 dB")), ("shape", json!(shape)), ("quality", json!(quality))]);
    let out = rig.through(&[probe::sine(4_987.0, RATE, 65_536 + 1_000)]).swap_remove(0);
    alias_db(&out[1_000..], 4_987.0)
}

#[test]
fn the_measurement_of_alias_reaches_below_140_db() {
    let level = alias_db(&probe::sine(4_987.0, RATE, 65_536), 4_987.0);
    assert!(level < -140.0, "{level}");
}

#[test]
fn alias_of_tanh_at_24_db_lies_below_110_db_by_default_and_below_140_db_at_high_quality() {
    for (quality, bound) in [("default", -110.0), ("high", -140.0)] {
        let level = driven_alias("tanh", quality);
        assert!(level < bound, "{quality}: {level}");
    }
}

#[test]
fn alias_of_the_other_curves_lies_below_110_db_too() {
    for shape in ["soft", "hard"] {
        for (quality, bound) in [("default", -110.0), ("high", -118.0)] {
            let level = driven_alias(shape, quality);
            assert!(level < bound, "{shape} {quality}: {level}");
        }
    }
}

#[test]
fn harmonics_of_tanh_are_those_of_its_fourier_series() {
    // Integrated in double precision over a period.
    let series = |n: f64| {
        let steps = 20_000;
        let sum: f64 = (0..steps)
            .map(|i| std::f64::consts::TAU * (f64::from(i) + 0.5) / f64::from(steps))
            .map(|t| (10f64.powf(24.0 / 20.0) * t.sin()).tanh() * (n * t).sin())
            .sum();
        2.0 * sum / f64::from(steps)
    };
    let out = rig(&[("drive", json!("24 dB"))]).through(&[probe::sine(1_000.0, RATE, 10_600)]).swap_remove(0);
    for n in [1.0, 3.0, 5.0, 15.0] {
        let measured = probe::db(probe::component(&out[1_000..], 1_000.0 * n, RATE).0);
        let theory = probe::db(series(n));
        assert!((measured - theory).abs() < 0.01, "{n}: {measured} {theory}");
    }
}

#[test]
fn slow_signals_meet_the_curve_within_a_ten_thousandth() {
    let curve = |shape: &str, x: f64| match shape {
        "tanh" => x.tanh(),
        "soft" if x.abs() < 1.5 => x - 4.0 / 27.0 * x.powi(3),
        "soft" => x.signum(),
        _ => x.clamp(-1.0, 1.0),
    };
    for (shape, _) in SHAPES {
        for quality in ["default", "high"] {
            let mut rig =
                rig(&[("drive", json!("6 dB")), ("shape", json!(shape)), ("quality", json!(quality))]);
            let latency = rig.latency();
            let input = probe::sine(5.0, RATE, 12_000);
            let out = rig.through(std::slice::from_ref(&input)).swap_remove(0);
            for i in 1_000..12_000 - latency {
                let x = f64::from(input[i]) * 10f64.powf(6.0 / 20.0);
                let error = (f64::from(out[i + latency]) - curve(shape, x)).abs();
                assert!(error < 1e-4, "{shape} {quality} at {x}: {error}");
            }
        }
    }
}

#[test]
fn tiny_signals_pass_at_their_level() {
    for (shape, _) in SHAPES {
        let mut rig = rig(&[("drive", json!("0 dB")), ("shape", json!(shape))]);
        let tiny: Vec<f32> = probe::sine(997.0, RATE, 9_600).iter().map(|x| 1e-3 * x).collect();
        let out = rig.through(&[tiny]).swap_remove(0);
        let gain = probe::db(probe::component(&out[1_000..], 997.0, RATE).0 / 1e-3);
        assert!(gain.abs() < 1e-3, "{shape}: {gain}");
    }
}

#[test]
fn the_dry_path_arrives_in_the_declared_frame_and_the_bent_one_with_it() {
    for (shape, _) in SHAPES {
        for quality in ["default", "high"] {
            let values = |mix: f64| {
                [
                    ("drive", json!(0)),
                    ("shape", json!(shape)),
                    ("quality", json!(quality)),
                    ("mix", json!(mix)),
                ]
            };
            let mut dry = rig(&values(0.0));
            let latency = dry.latency();
            let noise = probe::noise(3, 1_000);
            assert_eq!(dry.through(std::slice::from_ref(&noise))[0][latency..], noise[..1_000 - latency]);
            // A tiny tone of 10 kHz: were the bent path a hundredth of a frame late, half and half would leave -38 dB.
            let tone: Vec<f32> = probe::sine(10_000.0, RATE, 2_000).iter().map(|x| 1e-3 * x).collect();
            let out = rig(&values(50.0)).through(std::slice::from_ref(&tone)).swap_remove(0);
            let rest: Vec<f32> = (500..1_900).map(|i| out[i] - tone[i - latency]).collect();
            let null = probe::db(probe::rms(&rest) / probe::rms(&tone));
            assert!(null < -60.0, "{shape} {quality}: {null}");
        }
    }
}

#[test]
fn a_bias_brings_even_harmonics_and_leaves_nothing_constant() {
    let second = |bias: f64| {
        let out = rig(&[("drive", json!("6 dB")), ("bias", json!(bias))])
            .through(&[probe::sine(1_000.0, RATE, 48_000)]);
        let constant: f64 = out[0][38_400..].iter().map(|&x| f64::from(x)).sum::<f64>() / 9_600.0;
        assert!(constant.abs() < 1e-4, "{bias}: {constant}");
        probe::db(probe::component(&out[0][24_000..], 2_000.0, RATE).0)
    };
    assert!(second(0.0) < -120.0);
    assert!(second(30.0) > -30.0);
}

#[test]
fn silence_stays_silent_at_any_bias_and_sound_ends_in_it() {
    for (shape, _) in SHAPES {
        let mut rig = rig(&[("bias", json!(60)), ("shape", json!(shape))]);
        assert!(rig.through(&[vec![0.0; 1_000]])[0].iter().all(|&x| x == 0.0), "{shape}");
        let mut input = probe::noise(1, 1_000);
        input.resize(96_000, 0.0);
        assert!(rig.through(&[input])[0][48_000..].iter().all(|&x| x == 0.0), "{shape}");
    }
}

#[test]
fn moving_parameters_give_the_same_bits_in_any_blocks_and_stay_finite() {
    for (shape, _) in SHAPES {
        let render = |length: fn(usize) -> usize| {
            let mut rig = rig(&[("shape", json!(shape)), ("quality", json!("high"))]);
            rig.move_parameter("drive", probe::noise(1, 900).iter().map(|x| 18.0 + 18.0 * x).collect());
            rig.move_parameter("bias", probe::noise(2, 900).iter().map(|x| 100.0 * x).collect());
            rig.move_parameter("mix", probe::noise(3, 900).iter().map(|x| 50.0 + 50.0 * x).collect());
            let loud: Vec<f32> = probe::noise(4, 1_000).iter().map(|x| 1_000.0 * x).collect();
            rig.run_in_blocks(&[vec![loud]], 1_000, length)
        };
        let whole = render(|_| 64);
        assert!(whole[0][0].iter().all(|x| x.is_finite()));
        assert!(whole == render(|_| 1));
        assert!(whole == render(|i| [7, 64, 16, 3][i % 4]));
    }
}

#[test]
fn a_reset_heals_what_is_not_finite() {
    for (shape, _) in SHAPES {
        let mut rig = rig(&[("shape", json!(shape)), ("bias", json!(10))]);
        let noise = probe::noise(3, 500);
        let first = rig.through(std::slice::from_ref(&noise));
        rig.through(&[vec![f32::NAN, f32::INFINITY]]);
        rig.reset();
        assert!(rig.through(std::slice::from_ref(&noise)) == first, "{shape}");
    }
}

#[test]
fn eight_lanes_give_the_bits_of_one() {
    type Eight = Wide<f32, 8>;
    fn compare<W: Shape<Eight>, S: Shape<f32>>() {
        let (mut wide, mut single) = (W::default(), [0; 8].map(|_| S::default()));
        for block in 0..20 {
            let value =
                |lane: usize, i: usize| ((block * 16 + i) as f32 * 0.07 * (lane + 1) as f32).sin() * 3.0;
            let bias = |lane: usize| 0.1 * lane as f32 - 0.3;
            let mut together: [Eight; 16] = std::array::from_fn(|i| Eight::from_fn(|lane| value(lane, i)));
            wide.bend(&mut together, Eight::from_fn(bias));
            for (lane, shape) in single.iter_mut().enumerate() {
                let mut alone: [f32; 16] = std::array::from_fn(|i| value(lane, i));
                shape.bend(&mut alone, bias(lane));
                assert!((0..16).all(|i| together[i].get(lane) == alone[i]), "lane {lane}");
            }
        }
    }
    compare::<Tanh, Tanh>();
    compare::<Soft, Soft>();
    compare::<Hard<Eight>, Hard<f32>>();
}
