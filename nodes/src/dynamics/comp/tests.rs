use super::*;
use crate::probe::{component, db, noise, sine};
use serde_json::{Value, json};
use signalbox_engine::node::rig::Rig;

/// The soft knee as the paper prints it: output level for an input level, in dB.
fn printed(x: f64, threshold: f64, ratio: f64, knee: f64) -> f64 {
    let over = x - threshold;
    if 2.0 * over < -knee {
        x
    } else if 2.0 * over.abs() <= knee && knee > 0.0 {
        x + (1.0 / ratio - 1.0) * (over + knee / 2.0).powi(2) / (2.0 * knee)
    } else {
        threshold + over / ratio
    }
}

fn rig(values: &[(&str, Value)], inputs: &[usize]) -> Rig {
    Rig::new(&NODE, 48_000, values, inputs).unwrap()
}

fn scaled(signal: &[f32], db: f64) -> Vec<f32> {
    signal.iter().map(|x| (f64::from(*x) * 10f64.powf(db / 20.0)) as f32).collect()
}

#[test]
fn steady_sines_from_minus_60_to_0_dbfs_lie_on_the_soft_knee_curve() {
    let mut all = Vec::new();
    for (hertz, threshold, ratio, knee) in [
        (997.0, -24.0, 3.0, 6.0),
        (997.0, -30.0, 100.0, 0.0),
        (110.0, -40.0, 2.0, 24.0),
        (5_003.0, -20.0, 8.0, 12.0),
    ] {
        for level in (-60..=0).step_by(3) {
            let values = [("threshold", json!(threshold)), ("ratio", json!(ratio)), ("knee", json!(knee))];
            let input = scaled(&sine(hertz, 48_000, 24_000), f64::from(level));
            let out = rig(&values, &[1]).through(&[input]).swap_remove(0);
            let (amplitude, _) = component(&out[12_000..], hertz, 48_000);
            let ratio = if ratio == 100.0 { f64::INFINITY } else { ratio };
            all.push(db(amplitude) - printed(f64::from(level), threshold, ratio, knee));
        }
    }
    let rms = (all.iter().map(|e| e * e).sum::<f64>() / all.len() as f64).sqrt();
    let worst = all.iter().fold(0.0f64, |a, e| a.max(e.abs()));
    assert!(rms <= 0.001 && worst <= 0.005, "rms {rms}, worst {worst}");
}

#[test]
fn the_power_detector_reads_a_sine_3_01_db_below_its_peak() {
    for (hertz, window) in [(997.0, 0.02), (200.0, 0.1)] {
        let values =
            [("detector", json!("rms")), ("window", json!(window)), ("knee", json!(0)), ("ratio", json!(4))];
        let out = rig(&values, &[1]).through(&[sine(hertz, 48_000, 72_000)]).swap_remove(0);
        let (amplitude, _) = component(&out[48_000..], hertz, 48_000);
        let error = db(amplitude) - (16.9897 / 4.0 - 20.0 + 3.0103);
        assert!(error.abs() < 0.02, "{hertz}: {error}");
    }
}

/// Frames until the reduction has gone 63 % of its way from frame `from`, interpolated.
fn time_constant(reduction: &[f32], from: usize, to: f64) -> f64 {
    let start = f64::from(reduction[from - 1]);
    let goal = start + (to - start) * (1.0 - (-1.0f64).exp());
    let passed = |x: f32| if to < start { f64::from(x) <= goal } else { f64::from(x) >= goal };
    let at = from + reduction[from..].iter().position(|&x| passed(x)).unwrap();
    let (a, b) = (f64::from(reduction[at - 1]), f64::from(reduction[at]));
    (at - from) as f64 + (goal - a) / (b - a)
}

#[test]
fn attack_and_release_take_the_stated_times_to_63_percent() {
    for (attack, release, hold) in
        [(0.001, 0.05, 0.0), (0.01, 0.1, 0.005), (0.1, 1.0, 0.02), (0.0005, 0.02, 0.1)]
    {
        let values = [
            ("attack", json!(attack)),
            ("release", json!(release)),
            ("hold", json!(hold)),
            ("threshold", json!(-40)),
            ("knee", json!(0)),
            ("ratio", json!(2)),
        ];
        // A square wave has one level; it steps from -40 to 0 dBFS and back.
        let (up, down) = (4_800, 4_800 + 48_000);
        let square = |i: usize| if (i / 24).is_multiple_of(2) { 1.0f32 } else { -1.0 };
        let signal =
            (0..150_000).map(|i| square(i) * if (up..down).contains(&i) { 1.0 } else { 0.01 }).collect();
        let out = rig(&values, &[1]).run(&[vec![signal]], 150_000);
        let reduction = &out[1][0];
        let attacked = time_constant(reduction, up, -20.0) / 48_000.0;
        assert!((attacked / attack - 1.0).abs() < 0.05, "attack {attack}: {attacked}");
        let held = (hold * 48_000.0) as usize;
        assert!(reduction[down + held] > reduction[down - 1] - 1e-3);
        let released = time_constant(reduction, down + held, 0.0) / 48_000.0;
        assert!((released / release - 1.0).abs() < 0.05, "release {release}: {released}");
    }
}

#[test]
fn a_sine_attacks_in_the_stated_time_too() {
    let values =
        [("attack", json!(0.02)), ("threshold", json!(-40)), ("knee", json!(0)), ("ratio", json!(2))];
    let mut signal = vec![0.0; 4_800];
    signal.extend(sine(1_000.0, 48_000, 48_000));
    let out = rig(&values, &[1]).run(&[vec![signal]], 52_800);
    let attacked = time_constant(&out[1][0], 4_800, -20.0) / 48_000.0;
    assert!((attacked / 0.02 - 1.0).abs() < 0.05, "{attacked}");
}

#[test]
fn below_the_knee_every_bit_passes_as_late_as_the_lookahead_says() {
    for (lookahead, frames) in [("0 ms", 0), ("5 ms", 240), ("20 ms", 960)] {
        let mut rig = rig(&[("lookahead", json!(lookahead)), ("mix", json!(35))], &[2]);
        assert_eq!(rig.latency(), frames);
        let signal = [scaled(&noise(1, 5_000), -24.0), scaled(&noise(2, 5_000), -24.0)];
        let out = rig.run(&[signal.to_vec()], 5_000);
        for c in 0..2 {
            assert!(out[0][c][..frames].iter().all(|&x| x == 0.0));
            assert_eq!(out[0][c][frames..], signal[c][..5_000 - frames]);
        }
        assert!(out[1][0].iter().all(|&x| x == 0.0));
    }
}

#[test]
fn what_comes_out_is_the_input_times_the_told_reduction_make_up_and_dry_share() {
    let values = [
        ("makeup", json!(6)),
        ("mix", json!(40)),
        ("lookahead", json!("2 ms")),
        ("attack", json!("1 ms")),
        ("threshold", json!(-40)),
    ];
    let signal = vec![noise(3, 9_600), scaled(&noise(4, 9_600), -20.0)];
    let out = rig(&values, &[2]).run(std::slice::from_ref(&signal), 9_600);
    assert!(out[1][0].iter().any(|&x| x < -15.0));
    for i in 96..9_600 {
        let gain = 0.6 + 0.4 * 10f64.powf((6.0 + f64::from(out[1][0][i])) / 20.0);
        for c in 0..2 {
            let (x, y) = (f64::from(signal[c][i - 96]), f64::from(out[0][c][i]));
            assert!((x * gain - y).abs() < 2e-6 * x.abs() + 1e-12, "{i}: {x} {gain} {y}");
        }
    }
}

#[test]
fn the_key_is_measured_in_place_of_the_signal() {
    let values = [("ratio", json!(100)), ("threshold", json!(-20)), ("knee", json!(0)), ("attack", json!(0))];
    let quiet = scaled(&sine(500.0, 48_000, 24_000), -40.0);
    let key = vec![1.0; 24_000];
    let out = rig(&values, &[1, 1]).run(&[vec![quiet.clone()], vec![key]], 24_000);
    assert!((db(component(&out[0][0], 500.0, 48_000).0) + 60.0).abs() < 0.001);
    let silent_key =
        rig(&values, &[1, 1]).run(&[vec![sine(500.0, 48_000, 2_000)], vec![vec![0.0; 2_000]]], 2_000);
    assert_eq!(silent_key[0][0], sine(500.0, 48_000, 2_000));
    // The right side of a stereo key alone is heard as well.
    let right = vec![vec![0.0; 24_000], vec![1.0; 24_000]];
    let out = rig(&values, &[1, 2]).run(&[vec![quiet], right], 24_000);
    assert!((f64::from(out[1][0][20_000]) + 20.0).abs() < 0.001);
}

#[test]
fn link_says_how_much_a_channel_follows_the_loudest() {
    for (link, right) in [(100, -10.0), (50, -6.0), (0, -2.0)] {
        let values =
            [("link", json!(link)), ("ratio", json!(2)), ("threshold", json!(-20)), ("knee", json!(0))];
        let signal = [vec![1.0; 48_000], vec![10f32.powf(-16.0 / 20.0); 48_000]];
        let out = rig(&values, &[2]).run(&[signal.to_vec()], 48_000);
        let gain = db(f64::from(out[0][1][47_000])) + 16.0;
        assert!((gain - right).abs() < 1e-3, "{link}: {gain}");
        assert!((db(f64::from(out[0][0][47_000])) + 10.0).abs() < 1e-3);
        assert!((f64::from(out[1][0][47_000]) + 10.0).abs() < 1e-3);
    }
}

#[test]
fn a_link_that_moves_gives_the_same_bits_in_any_blocks() {
    let run = |length: usize| {
        let mut rig = rig(&[("threshold", json!(-40)), ("keyfilter", json!(120))], &[2]);
        let link = |i: usize| [100.0, 100.0, 20.0, 60.0][i / 1_000 % 4];
        rig.move_parameter("link", (0..8_000).map(link).collect());
        rig.move_parameter("attack", (0..8_000).map(|i| i as f32 * 1e-5).collect());
        rig.run_in_blocks(&[vec![noise(1, 8_000), scaled(&noise(2, 8_000), -12.0)]], 8_000, |_| length)
    };
    let whole = run(64);
    assert!(whole == run(1) && whole == run(13));
}

#[test]
fn the_key_filter_is_a_butterworth_high_pass() {
    for hertz in [50.0, 200.0, 1_000.0] {
        let values = [
            ("keyfilter", json!(200)),
            ("threshold", json!(-60)),
            ("ratio", json!(100)),
            ("knee", json!(0)),
            ("hold", json!("50 ms")),
        ];
        let out = rig(&values, &[1]).run(&[vec![sine(hertz, 48_000, 48_000)]], 48_000);
        // The reduction is the filtered level above the threshold.
        let level = -60.0 - f64::from(out[1][0][47_000]);
        let f =
            (std::f64::consts::PI * hertz / 48_000.0).tan() / (std::f64::consts::PI * 200.0 / 48_000.0).tan();
        let theory = -10.0 * (1.0 + f.powi(-4)).log10();
        assert!((level - theory).abs() < 0.03, "{hertz}: {level} {theory}");
    }
}

#[test]
fn nothing_breaks_it_and_reset_heals() {
    for rate in [8_000, 384_000] {
        for at in 0..2 {
            let values: Vec<(&str, Value)> = (NODE.parameters.iter())
                .filter_map(|p| p.range().map(|(_, min, max)| (p.name, json!([min, max][at]))))
                .chain([("detector", json!(["peak", "rms"][at]))])
                .collect();
            let mut rig = Rig::new(&NODE, rate, &values, &[2, 2]).unwrap();
            let signal = vec![noise(9, 5_000).iter().map(|x| x * 1e3).collect::<Vec<f32>>(); 2];
            let fresh = rig.run(&[signal.clone(), signal.clone()], 5_000);
            assert!(fresh.iter().flatten().flatten().all(|x| x.is_finite()));
            let mut bad = signal.clone();
            (bad[0][100], bad[1][200]) = (f32::NAN, f32::INFINITY);
            rig.run(&[bad.clone(), bad], 5_000);
            rig.reset();
            assert!(rig.run(&[signal.clone(), signal], 5_000) == fresh);
        }
    }
}

#[test]
fn after_sound_comes_exact_silence_and_rest() {
    for detector in ["peak", "rms"] {
        let values = [
            ("detector", json!(detector)),
            ("window", json!("1 ms")),
            ("keyfilter", json!(100)),
            ("release", json!("5 ms")),
        ];
        let mut signal = noise(3, 4_800);
        signal.resize(24_000, 0.0);
        let out = rig(&values, &[2]).run(&[vec![signal]], 24_000);
        assert!(out[1][0][4_000] < 0.0);
        assert!(out.iter().flatten().all(|c| c[20_000..].iter().all(|&x| x == 0.0)), "{detector}");
    }
}
