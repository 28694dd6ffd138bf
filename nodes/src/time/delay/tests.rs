use super::*;
use crate::probe::{component, db, impulse, noise, peak, response_db, rms, sine};
use serde_json::{Value, json};
use signalbox_engine::node::rig::Rig;
use signalbox_engine::node::{NoAssets, Setting};
use signalbox_engine::patch::TempoMap;
use std::f64::consts::TAU;

fn rig(rate: u32, values: &[(&str, Value)], width: usize) -> Rig {
    Rig::new(&NODE, rate, values, &[width]).unwrap()
}

/// The error of a delayed tone against the ideal, in decibels of the tone.
fn static_error(frames: f64, frequency: f64) -> f64 {
    // The time as single precision holds it is the time that is asked for.
    let time = (frames / 48_000.0) as f32;
    let delay = f64::from(time) * 48_000.0;
    let y = &rig(48_000, &[("time", json!(time))], 1).through(&[sine(frequency, 48_000, 6_000)])[0];
    let tone = |t: f64| (TAU * frequency * (t - delay) / 48_000.0).sin();
    let error: Vec<f32> = (2_000..6_000).map(|t| (f64::from(y[t]) - tone(t as f64)) as f32).collect();
    db(rms(&error) / rms(&y[2_000..]))
}

#[test]
fn a_tone_up_to_16_khz_comes_back_with_an_error_below_minus_90_db() {
    let mut worst: f64 = -300.0;
    for frames in [200.5, 200.25, 333.1, 411.9, 700.001, 1_000.499] {
        for frequency in [100.0, 997.0, 5_000.0, 10_007.0, 14_000.0, 16_000.0] {
            worst = worst.max(static_error(frames, frequency));
        }
    }
    println!("worst {worst:.1} dB");
    assert!(worst <= -90.0, "{worst} dB");
}

#[test]
fn the_time_is_met_to_a_hundredth_of_a_frame() {
    let mut worst: f64 = 0.0;
    for seconds in [0.004, 0.010_003, 0.1, 0.375, 0.512_345, 1.234_567, 1.999_99] {
        let delay = seconds * 48_000.0;
        let start = delay as usize + 100;
        let y =
            &rig(48_000, &[("time", json!(seconds))], 1).through(&[sine(1_000.0, 48_000, start + 4_800)])[0];
        let phase = component(&y[start..], 1_000.0, 48_000).1;
        // A sine is a cosine a quarter turn late.
        let turns = 1_000.0 * (start as f64 - delay) / 48_000.0 - 0.25 - phase / TAU;
        worst = worst.max((turns - turns.round()).abs() * 48.0);
    }
    println!("worst {worst:.5} frames");
    assert!(worst <= 0.01, "{worst} frames");
}

#[test]
fn whole_frames_come_back_as_the_very_bits() {
    let x = noise(1, 20_000);
    for (rate, seconds, frames) in [(48_000, 0.01, 480), (44_100, 0.1, 4_410), (96_000, 0.125, 12_000)] {
        let y = &rig(rate, &[("time", json!(seconds))], 1).through(std::slice::from_ref(&x))[0];
        assert!(y[..frames].iter().all(|&y| y == 0.0) && y[frames..] == x[..20_000 - frames], "{rate}");
    }
}

#[test]
fn each_echo_is_lower_by_the_feedback() {
    for feedback in [50.0, -80.0] {
        let y = &rig(48_000, &[("time", json!("10 ms")), ("feedback", json!(feedback))], 1)
            .through(&[impulse(4_000)])[0];
        for n in 1..8 {
            let expected = (feedback / 100.0f64).powi(n - 1);
            assert!((f64::from(y[480 * n as usize]) - expected).abs() < 1e-6, "echo {n}");
        }
        assert!(y.iter().enumerate().all(|(t, &y)| t % 480 == 0 || y == 0.0));
    }
}

#[test]
fn damping_and_low_cut_take_3_db_at_their_frequency_from_each_echo_but_the_first() {
    let values = |name| {
        let mut values = vec![("time", json!("50 ms")), ("feedback", json!("99 %")), (name, json!("400 Hz"))];
        values.push(("max", json!("1 s")));
        values
    };
    for name in ["damping", "lowcut"] {
        let y = &rig(48_000, &values(name), 1).through(&[impulse(9_600)])[0];
        for n in 1..4 {
            let level = response_db(&y[2_400 * n..2_400 * (n + 1)], 400.0, 48_000);
            let expected = (n - 1) as f64 * (db(0.99) - 3.0103);
            assert!((level - expected).abs() < 0.01, "{name}, echo {n}: {level}");
        }
        let pass = if name == "damping" { 40.0 } else { 8_000.0 };
        let level = response_db(&y[4_800..7_200], pass, 48_000);
        assert!((level - db(0.99)).abs() < 0.1, "{name} at {pass} Hz: {level}");
    }
}

#[test]
fn ping_pong_echoes_change_sides() {
    let values = [("time", json!("10 ms")), ("feedback", json!("50 %")), ("pingpong", json!(true))];
    let y = rig(48_000, &values, 2).through(&[impulse(2_000), impulse(2_000)]);
    let at = |n: usize| [y[0][480 * n], y[1][480 * n]];
    assert_eq!([at(1), at(2), at(3), at(4)], [[1.0, 0.0], [0.0, 0.5], [0.25, 0.0], [0.0, 0.125]]);
}

#[test]
fn mix_weighs_the_input_against_the_echo() {
    let y =
        &rig(48_000, &[("time", json!("10 ms")), ("mix", json!("30 %"))], 1).through(&[impulse(1_000)])[0];
    assert!((y[0] - 0.7).abs() < 1e-6 && (y[480] - 0.3).abs() < 1e-6);
}

#[test]
fn times_outside_shortest_and_max_are_held_there() {
    let frame = |time: &str| {
        let values = [("time", json!("100 ms")), ("shortest", json!("20 ms")), ("max", json!("200 ms"))];
        let mut rig = rig(48_000, &values, 1);
        rig.move_parameter("time", vec![signalbox_dsp::units::Quantity::parse(time).unwrap().value as f32]);
        rig.through(&[impulse(10_000)])[0].iter().position(|&y| y == 1.0)
    };
    assert_eq!([frame("1 ms"), frame("50 ms"), frame("1 s")], [Some(960), Some(2_400), Some(9_600)]);
}

#[test]
fn a_time_beyond_max_is_refused_with_the_way_out() {
    let error =
        Rig::new(&NODE, 48_000, &[("time", json!("2 s")), ("max", json!("1 s"))], &[1]).err().unwrap();
    assert!(error.contains("make `max` longer"), "{error}");
}

/// Values and a moving time with everything in use.
fn busy(split: bool, lengths: [usize; 3], shortest: &str) -> Vec<Vec<f32>> {
    let values = [
        ("feedback", json!("70 %")),
        ("damping", json!("3 kHz")),
        ("lowcut", json!("100 Hz")),
        ("pingpong", json!(true)),
        ("shortest", json!(shortest)),
    ];
    let mut rig = rig(48_000, &values, 3);
    // From nothing to 20 ms and back, so that reads lie before, at and behind the length of a block.
    rig.move_parameter("time", (0..9_000).map(|t| 0.01 - 0.01 * (t as f32 * 0.002).cos()).collect());
    if split {
        rig.run_as_loop_cut();
    }
    let x = vec![vec![noise(1, 9_000), noise(2, 9_000), noise(3, 9_000)]];
    rig.run_in_blocks(&x, 9_000, |i| lengths[i % 3]).swap_remove(0)
}

#[test]
fn emitting_before_absorbing_gives_the_bits_of_processing() {
    let whole = busy(false, [64; 3], "3 ms");
    assert!(rms(&whole[0]) > 0.1);
    assert!(whole == busy(true, [64; 3], "3 ms"));
    assert!(whole == busy(true, [64, 7, 33], "3 ms"));
}

#[test]
fn any_length_of_block_gives_the_same_bits_even_at_the_shortest_times() {
    let whole = busy(false, [64; 3], "0 ms");
    assert!(whole == busy(false, [1; 3], "0 ms"));
    assert!(whole == busy(false, [17, 5, 64], "0 ms"));
}

#[test]
fn a_loop_is_cut_here_as_far_as_the_shortest_time_goes_ahead_of_its_input() {
    let holds = |rate: u32, shortest: f32, mix: f32, mix_moved: bool| {
        let mut settings = NODE.defaults();
        settings[SHORTEST] = Setting::Number(shortest);
        settings[MIX] = Setting::Number(mix);
        let mut moved = vec![false; settings.len()];
        moved[MIX] = mix_moved;
        (NODE.holds)(&Setup {
            key: "",
            rate,
            settings: &settings,
            inputs: &[1],
            outputs: &[1],
            connected: &[true],
            moved: &moved,
            assets: &NoAssets,
            tempo: &TempoMap::default(),
            early: 0,
        })
    };
    // 144, 24 and, never less, 16 frames, of which the interpolation wants 15 to lie in the past.
    assert_eq!([(48_000, 0.003), (8_000, 0.003), (8_000, 0.0)].map(|(r, s)| holds(r, s, 100.0, false)), [129, 9, 1]);
    assert_eq!([holds(48_000, 0.003, 99.0, false), holds(48_000, 0.003, 100.0, true)], [0, 0]);
}

#[test]
fn a_gliding_time_shifts_the_pitch_as_doppler_says() {
    let mut rig = rig(48_000, &[], 1);
    rig.move_parameter("time", (0..48_000).map(|t| 0.1 + 0.01 * t as f32 / 48_000.0).collect());
    let y = &rig.through(&[sine(1_000.0, 48_000, 48_000)])[0];
    // The time grows by 10 ms a second, so the pitch falls by a hundredth.
    let tone = component(&y[9_600..], 990.0, 48_000).0;
    assert!(db(tone).abs() < 0.01, "{}", db(tone));
}

#[test]
fn echoes_end_in_exact_silence() {
    let values = [("time", json!("5 ms")), ("feedback", json!("60 %")), ("lowcut", json!("50 Hz"))];
    let mut x = noise(1, 2_000);
    x.resize(40_000, 0.0);
    let y = &rig(48_000, &values, 1).through(&[x])[0];
    assert!(y[39_000..].iter().all(|&y| y == 0.0));
    assert!(peak(&y[2_500..4_000]) > 0.01);
}

#[test]
fn nothing_grows_without_bound_at_the_ends_of_every_range() {
    for rate in [8_000, 384_000] {
        for (time, feedback) in [(0.0, 99.0), (0.0, -99.0), (0.000_071, 99.0)] {
            for (damping, lowcut) in [(100.0, 10.0), (20_000.0, 2_000.0), (19_999.0, 10.001)] {
                let values = [
                    ("time", json!(time)),
                    ("feedback", json!(feedback)),
                    ("damping", json!(damping)),
                    ("lowcut", json!(lowcut)),
                    ("shortest", json!(0)),
                    ("pingpong", json!(true)),
                ];
                let x: Vec<f32> = noise(3, 20_000).iter().map(|x| x * 1e3).collect();
                let y = rig(rate, &values, 2).through(&[x.clone(), x]);
                assert!(y.iter().flatten().all(|y| y.abs() < 2e5), "{rate} {values:?}");
            }
        }
    }
}

#[test]
fn a_reset_heals_what_is_not_finite() {
    let mut rig = rig(48_000, &[("feedback", json!("90 %")), ("damping", json!("1 kHz"))], 1);
    rig.through(&[vec![f32::NAN; 100]]);
    rig.reset();
    assert!(rig.through(&[vec![0.0; 30_000]])[0].iter().all(|&y| y == 0.0));
}
