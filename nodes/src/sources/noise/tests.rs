use super::*;
use crate::probe::{db, rms};
use realfft::RealFftPlanner;
use serde_json::{Value, json};
use signalbox_engine::node::rig::Rig;

fn play(rate: u32, values: &[(&str, Value)], frames: usize) -> Vec<Vec<f32>> {
    Rig::new(&NODE, rate, values, &[]).unwrap().run(&[], frames).remove(0)
}

/// Power a hertz, averaged over an octave from each frequency on, in decibels.
fn octaves(signal: &[f32], rate: u32, from: f64, count: usize) -> Vec<f64> {
    let size = rate as usize;
    let plan = RealFftPlanner::<f64>::new().plan_fft_forward(size);
    let mut power = vec![0.0; size / 2 + 1];
    let mut bins = plan.make_output_vec();
    for part in signal.chunks_exact(size) {
        let window = |i: usize| 0.5 - 0.5 * (std::f64::consts::TAU * i as f64 / size as f64).cos();
        let mut part: Vec<f64> = part.iter().enumerate().map(|(i, &x)| f64::from(x) * window(i)).collect();
        plan.process(&mut part, &mut bins).unwrap();
        power.iter_mut().zip(&bins).for_each(|(p, b)| *p += b.norm_sqr());
    }
    let band = |low: f64| {
        let range = low.round() as usize..(2.0 * low).round() as usize;
        let width = range.len() as f64;
        10.0 * (power[range].iter().sum::<f64>() / width).log10()
    };
    (0..count).map(|i| band(from * f64::from(1 << i))).collect()
}

#[test]
fn rendered_pink_noise_falls_by_3_01_db_an_octave() {
    // The filter itself is held to ±0.05 dB in the arithmetic's own test; what is rendered wavers with chance, in
    // an octave of n bins and s seconds by 4.34 / √(n s) dB: 0.06 dB for the lowest octave here.
    let rate = 48_000;
    let out = play(rate, &[("colour", json!("pink"))], 30 * rate as usize).remove(0);
    let levels = octaves(&out, rate, 160.0, 7);
    let middle = 3.0;
    let mean = levels.iter().sum::<f64>() / 7.0;
    let slope = levels.iter().zip(0..).map(|(l, i)| (l - mean) * (f64::from(i) - middle)).sum::<f64>() / 28.0;
    println!("slope {slope:.3} dB an octave");
    assert!((slope + 3.0103).abs() < 0.1, "{slope}");
}

#[test]
fn level_is_the_root_mean_square() {
    // Pink and brown noise waver in the lows, so they are measured for longer, and less exactly.
    for (colour, seconds, tolerance) in [("white", 4, 0.05), ("pink", 20, 0.5), ("brown", 20, 1.0)] {
        let values = [("colour", json!(colour)), ("level", json!("-20 dB"))];
        let level = db(rms(&play(48_000, &values, seconds * 48_000)[0]));
        assert!((level + 20.0).abs() < tolerance, "{colour}: {level}");
    }
}

#[test]
fn white_noise_depends_on_the_frame_and_the_seed_alone() {
    let white = White::new(9, 1);
    let out = play(44_100, &[("seed", json!(9)), ("channels", json!(2)), ("level", json!(0))], 1_000);
    assert!((0..1_000).all(|i| out[1][i] == white.at(i as i64)));
    assert_ne!(out[0], out[1]);
}

#[test]
fn pink_noise_has_its_lows_from_the_first_frame_on() {
    // The start is as loud below 50 Hz as the rest: over many seeds, the first sample's power is the average power.
    let first: f64 = (0..100)
        .map(|seed| {
            let values = [("colour", json!("pink")), ("seed", json!(seed)), ("level", json!(0))];
            f64::from(play(8_000, &values, 1)[0][0]).powi(2)
        })
        .sum();
    // A Gaussian's power over 100 draws is 1 ± 0.14.
    assert!((first / 100.0 - 1.0).abs() < 0.5, "{first}");
}

#[test]
fn a_reset_plays_the_same_again() {
    for colour in ["white", "pink", "brown"] {
        let mut rig = Rig::new(&NODE, 48_000, &[("colour", json!(colour))], &[]).unwrap();
        let once = rig.run(&[], 500);
        rig.reset();
        assert_eq!(once, rig.run(&[], 500), "{colour}");
    }
}
