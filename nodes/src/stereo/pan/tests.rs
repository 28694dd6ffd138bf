use super::*;
use crate::probe::{db, noise, peak, rms};
use serde_json::{Value, json};
use signalbox_dsp::lane::{Simd, Wide};
use signalbox_engine::node::rig::Rig;

const LAWS: [(&str, f64); 3] = [("power", -3.0103), ("compromise", -4.5154), ("linear", -6.0206)];

fn pan(values: &[(&str, Value)], x: &[Vec<f32>]) -> Vec<Vec<f32>> {
    Rig::new(&NODE, 48_000, values, &[x.len()]).unwrap().through(x)
}

/// Left and right of a mono signal of one.
fn gains(pan_to: f64, law: &str) -> [f64; 2] {
    let y = pan(&[("pan", json!(pan_to)), ("law", json!(law))], &[vec![1.0; 10]]);
    [f64::from(y[0][5]), f64::from(y[1][5])]
}

fn minus(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

fn sum(y: &[Vec<f32>]) -> Vec<f32> {
    y[0].iter().zip(&y[1]).map(|(a, b)| a + b).collect()
}

#[test]
fn a_mono_sound_has_the_same_power_at_every_place() {
    let mut worst: f64 = 0.0;
    for place in -100..=100 {
        let [l, r] = gains(f64::from(place), "power");
        worst = worst.max((10.0 * (l * l + r * r).log10()).abs());
    }
    println!("worst {worst:.2e} dB");
    assert!(worst <= 0.01, "{worst} dB");
}

#[test]
fn the_linear_law_keeps_the_sum_and_the_third_lies_between() {
    for place in [-100.0, -37.0, 0.0, 20.0, 99.0] {
        let [linear, power, between] = ["linear", "power", "compromise"].map(|law| gains(place, law));
        assert!((linear[0] + linear[1] - 1.0).abs() < 1e-6);
        for k in 0..2 {
            assert!((between[k] - (linear[k] * power[k]).sqrt()).abs() < 1e-6);
        }
    }
}

#[test]
fn every_law_has_its_level_in_the_middle_and_all_or_nothing_at_the_ends() {
    for (law, middle) in LAWS {
        let [l, r] = gains(0.0, law);
        assert!((db(l) - middle).abs() < 0.001 && (l - r).abs() < 1e-7, "{law}: {l} {r}");
        assert_eq!([gains(-100.0, law), gains(100.0, law)], [[1.0, 0.0], [0.0, 1.0]]);
    }
}

#[test]
fn right_is_as_far_from_the_middle_as_left() {
    for (law, _) in LAWS {
        let ([a, b], [c, d]) = (gains(33.0, law), gains(-33.0, law));
        assert!((a - d).abs() < 1e-6 && (b - c).abs() < 1e-6, "{law}");
        assert!(b > a);
    }
}

#[test]
fn in_the_middle_a_stereo_sound_passes_with_every_bit() {
    let x = vec![noise(1, 500), noise(2, 500)];
    for (law, _) in LAWS {
        for mode in ["balance", "both"] {
            assert!(pan(&[("law", json!(law)), ("mode", json!(mode))], &x) == x);
        }
    }
}

#[test]
fn a_balance_fades_the_far_side_alone() {
    let x = vec![noise(1, 5_000), noise(2, 5_000)];
    let y = pan(&[("pan", json!(50))], &x);
    assert!(y[1] == x[1]);
    // By the cosine, which is one in the middle: cos(67.5 degrees) / cos(45 degrees).
    let expected = db(0.382_683_43 / std::f64::consts::FRAC_1_SQRT_2);
    assert!((db(rms(&y[0]) / rms(&x[0])) - expected).abs() < 0.001);
    assert_eq!(peak(&pan(&[("pan", json!(100))], &x)[0]), 0.0);
}

#[test]
fn moving_both_sides_loses_neither_and_keeps_the_power() {
    let x = vec![noise(1, 200_000), noise(2, 200_000)];
    for place in [-100.0, -60.0, 25.0, 100.0] {
        let y = pan(&[("pan", json!(place)), ("mode", json!("both"))], &x);
        let power = |s: &[Vec<f32>]| rms(&s[0]).powi(2) + rms(&s[1]).powi(2);
        assert!((10.0 * (power(&y) / power(&x)).log10()).abs() < 0.05);
    }
    let right = pan(&[("pan", json!(100)), ("mode", json!("both"))], &x);
    assert!(peak(&right[0]) == 0.0 && right[1] == sum(&x));
}

#[test]
fn width_leaves_the_mono_sum_as_it_is() {
    let x = vec![noise(1, 20_000), noise(2, 20_000)];
    for width in [0.0, 40.0, 150.0, 200.0] {
        let y = pan(&[("width", json!(width))], &x);
        let change = db(rms(&minus(&sum(&y), &sum(&x))) / rms(&sum(&x)));
        let side = db(rms(&minus(&y[0], &y[1])) / rms(&minus(&x[0], &x[1])));
        println!("{width} %: sum {change:.0} dB, side {side:.2} dB");
        assert!(change <= -120.0, "{width} %: {change} dB");
        assert!(if width == 0.0 { side < -120.0 } else { (side - db(width / 100.0)).abs() < 0.001 });
    }
}

#[test]
fn a_moving_place_is_met_in_every_frame() {
    let mut rig = Rig::new(&NODE, 48_000, &[], &[1]).unwrap();
    let places: Vec<f32> = (0..1_000).map(|i| -100.0 + i as f32 * 0.2).collect();
    rig.move_parameter("pan", places.clone());
    let y = rig.through(&[vec![1.0; 1_000]]);
    for (j, &place) in places.iter().enumerate() {
        let angle = (f64::from(place) + 100.0) / 200.0 * std::f64::consts::FRAC_PI_2;
        assert!(
            (f64::from(y[0][j]) - angle.cos()).abs() < 1e-6
                && (f64::from(y[1][j]) - angle.sin()).abs() < 1e-6
        );
    }
}

#[test]
fn sixty_four_strips_sum_to_what_double_precision_gives_within_minus_140_db() {
    let mut bus = [vec![0.0f64; 2_000], vec![0.0; 2_000]];
    let mut ideal = bus.clone();
    for strip in 0..64u32 {
        let (x, place) = (noise(strip + 1, 2_000), f64::from(strip) * 3.0 - 95.0);
        let y = pan(&[("pan", json!(place))], std::slice::from_ref(&x));
        let angle = (f64::from(place as f32) + 100.0) / 200.0 * std::f64::consts::FRAC_PI_2;
        for side in 0..2 {
            let gain = if side == 0 { angle.cos() } else { angle.sin() };
            for t in 0..2_000 {
                bus[side][t] += f64::from(y[side][t]);
                ideal[side][t] += f64::from(x[t]) * gain;
            }
        }
    }
    let level = |s: &[f64]| (s.iter().map(|x| x * x).sum::<f64>() / s.len() as f64).sqrt();
    for side in 0..2 {
        let error: Vec<f64> = bus[side].iter().zip(&ideal[side]).map(|(a, b)| a - b).collect();
        let error = db(level(&error) / level(&ideal[side]));
        println!("bus {error:.1} dB");
        assert!(error <= -140.0, "{error} dB");
    }
}

#[test]
fn six_channels_are_refused_with_the_way_out() {
    let error = Rig::new(&NODE, 48_000, &[], &[6]).err().unwrap();
    assert!(error.contains("split"), "{error}");
}

#[test]
fn eight_lanes_give_the_bits_of_eight_single_lanes() {
    let place = |lane: usize| lane as f32 / 7.0;
    let width = |lane: usize| 25.0 * lane as f32;
    for law in 0..3 {
        for both in [false, true] {
            let pan = Pan { law, mono: false, both };
            let x = [Wide::<f32, 8>::from_fn(|l| l as f32 - 3.3), Wide::from_fn(|l| 0.7 * l as f32)];
            let y = pan.sides(Wide::from_fn(place), Wide::from_fn(width)).mix(x[0], x[1], both);
            for lane in 0..8 {
                let alone = pan.sides(place(lane), width(lane)).mix(x[0].get(lane), x[1].get(lane), both);
                assert_eq!([y[0].get(lane), y[1].get(lane)], alone);
            }
        }
    }
}
