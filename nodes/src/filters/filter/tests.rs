use super::*;
use crate::probe;
use serde_json::json;
use signalbox_dsp::lane::{Simd, Wide};
use signalbox_engine::node::rig::Rig;
use std::f64::consts::{PI, TAU};

const RATE: u32 = 48_000;

fn rig(mode: &str, freq: f64, q: f64) -> Rig {
    Rig::new(&NODE, RATE, &[("mode", json!(mode)), ("freq", json!(freq)), ("q", json!(q))], &[1]).unwrap()
}

#[test]
fn every_mode_has_the_response_of_the_bilinear_theory() {
    for (freq, q) in [(50.0, 0.707), (1_000.0, 0.5), (1_000.0, 10.0), (9_000.0, 2.0)] {
        for (mode, _) in MODES {
            let out = rig(mode, freq, q).through(&[probe::impulse(32_768)]).swap_remove(0);
            for f in [20.0, 100.0, 700.0, 1_100.0, 5_000.0, 15_000.0] {
                let w = (PI * f / 48_000.0).tan() / (PI * freq / 48_000.0).tan();
                let (real, imaginary) = (1.0 - w * w, w / q);
                let top = match *mode {
                    "lowpass" => 1.0,
                    "highpass" => w * w,
                    "bandpass" => imaginary,
                    "notch" => real.abs(),
                    "peak" => 1.0 + w * w,
                    _ => real.hypot(imaginary),
                };
                let theory = probe::db(top / real.hypot(imaginary));
                let measured = probe::response_db(&out, f, RATE);
                assert!(
                    theory < -80.0 || (measured - theory).abs() < 0.01,
                    "{mode} {freq} {q} {f}: {measured} {theory}"
                );
            }
        }
    }
}

#[test]
fn an_allpass_turns_half_a_turn_at_its_frequency() {
    let out = rig("allpass", 1_000.0, 1.0).through(&[probe::sine(1_000.0, RATE, 9_600)]).swap_remove(0);
    let input = probe::sine(1_000.0, RATE, 4_800);
    for (y, x) in out[4_800..].iter().zip(&input) {
        assert!((y + x).abs() < 1e-3, "{y} {x}");
    }
}

#[test]
fn a_sweep_of_the_whole_range_by_1_khz_stays_bounded_at_any_q() {
    for q in [0.5, 0.707, 4.0, 20.0, 50.0] {
        for (mode, _) in MODES {
            for tone in [false, true] {
                let frames = 24_000;
                let mut rig = rig(mode, 1_000.0, q);
                let sweep =
                    |i: usize| 10.0 * 2_200f64.powf(0.5 + 0.5 * (TAU * 1_000.0 * i as f64 / 48_000.0).sin());
                rig.move_parameter("freq", (0..frames).map(|i| sweep(i) as f32).collect());
                let input = if tone { probe::sine(470.0, RATE, frames) } else { probe::noise(11, frames) };
                let out = rig.through(&[input]).swap_remove(0);
                let peak = probe::peak(&out);
                assert!(out.iter().all(|x| x.is_finite()) && peak < 8.0 + 2.0 * q, "{mode}, Q {q}: {peak}");
            }
        }
    }
}

#[test]
fn frequency_and_q_jumping_at_random_in_every_frame_stay_bounded() {
    for rate in [8_000, 48_000, 384_000] {
        for (mode, _) in MODES {
            let mut rig = Rig::new(&NODE, rate, &[("mode", json!(mode))], &[1]).unwrap();
            rig.move_parameter(
                "freq",
                probe::noise(5, 20_000).iter().map(|x| 10.0 * 2_200f32.powf(0.5 + 0.5 * x)).collect(),
            );
            rig.move_parameter("q", probe::noise(6, 20_000).iter().map(|x| 5.0 * 10f32.powf(*x)).collect());
            let peak = probe::peak(&rig.through(&[probe::noise(7, 20_000)])[0]);
            assert!(peak < 52.0, "{mode} at {rate}: {peak}");
        }
    }
}

#[test]
fn a_moving_frequency_that_stands_still_gives_the_bits_of_a_steady_one_in_any_blocks() {
    let noise = probe::noise(1, 1_000);
    let steady = rig("bandpass", 440.0, 3.0).through(std::slice::from_ref(&noise));
    for length in [1, 7, 64] {
        let mut moving = rig("bandpass", 1_000.0, 3.0);
        moving.move_parameter("freq", vec![440.0]);
        let out = moving.run_in_blocks(&[vec![noise.clone()]], 1_000, |_| length);
        assert!(out[0] == steady);
    }
}

#[test]
fn channels_do_not_hear_each_other_and_silence_ends_in_zero() {
    let mut rig = Rig::new(&NODE, RATE, &[("q", json!(5))], &[3]).unwrap();
    let mut noise = probe::noise(4, 1_000);
    noise.resize(20_000, 0.0);
    let out = rig.through(&[vec![0.0; 20_000], noise.clone(), noise]);
    assert!(out[0].iter().all(|&x| x == 0.0));
    assert_eq!(out[1], out[2]);
    assert!(out[1][10_000..].iter().all(|&x| x == 0.0));
}

#[test]
fn eight_lanes_give_the_bits_of_one() {
    type Eight = Wide<f32, 8>;
    for mode in 0..MODES.len() {
        let wide = Filter::<Eight> { filters: vec![], mode, period: 1.0 / 48_000.0 };
        let single = Filter::<f32> { filters: vec![], mode, period: 1.0 / 48_000.0 };
        let (mut together, mut alone) = (Svf::<Eight>::new(), [Svf::<f32>::new(); 8]);
        for i in 0..500 {
            let value = |lane: usize| ((i * (lane + 1)) as f32 * 0.1).sin();
            let frequency = |lane: usize| 1_000.0 * (1.1 + value(lane)) * (lane + 1) as f32;
            let t =
                wide.tuning(Eight::from_fn(frequency), wide.shape(Eight::from_fn(|lane| 1.0 + lane as f32)));
            let y = together.tick(Eight::from_fn(value), &t);
            for (lane, svf) in alone.iter_mut().enumerate() {
                assert_eq!(
                    y.get(lane),
                    svf.tick(value(lane), &single.tuning(frequency(lane), single.shape(1.0 + lane as f32)))
                );
            }
        }
    }
}
