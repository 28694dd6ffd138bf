use super::*;
use crate::lane::Wide;
use std::f64::consts::TAU;

fn tone(turns: f64, phase: f64, frames: usize) -> Vec<f32> {
    (0..frames).map(|i| (TAU * (turns * i as f64 + phase)).sin() as f32).collect()
}

#[test]
fn the_four_values_lie_on_the_tone_up_to_20_khz_at_44100() {
    for turns in [0.001, 0.1, 0.2, 0.25, 0.3, 0.4, 0.42, 0.4535] {
        for phase in [0.0, 0.13, 0.25, 0.4] {
            let mut oversample = Oversample4::<f32>::new();
            let delay = Oversample4::<f32>::DELAY as f64;
            let mut worst = 0.0f64;
            for (i, &x) in tone(turns, phase, 400).iter().enumerate() {
                let values = oversample.push(x);
                for (quarter, value) in values.into_iter().enumerate() {
                    let time = i as f64 - delay + quarter as f64 / 4.0;
                    if i >= 200 {
                        let exact = (TAU * (turns * time + phase)).sin();
                        worst = worst.max((f64::from(value) - exact).abs());
                    }
                }
            }
            // 0.00115 of the amplitude is 0.01 dB.
            assert!(worst < 0.001_15, "{turns} {phase}: off by {worst}");
        }
    }
}

#[test]
fn the_frames_themselves_pass_untouched_after_the_stated_delay() {
    let sound = tone(0.377, 0.1, 300);
    let mut oversample = Oversample4::<f32>::new();
    let out: Vec<f32> = sound.iter().map(|&x| oversample.push(x)[0]).collect();
    assert_eq!(out[Oversample4::<f32>::DELAY..], sound[..300 - Oversample4::<f32>::DELAY]);
}

#[test]
fn many_lanes_give_the_bits_of_one() {
    let mut wide = Oversample4::<Wide<f32, 8>>::new();
    let mut single: [_; 8] = std::array::from_fn(|_| Oversample4::<f32>::new());
    for time in 0..200 {
        let frame =
            std::array::from_fn(|lane| (TAU * 0.061 * (lane + 1) as f64 * f64::from(time)).sin() as f32);
        let values = wide.push(Wide::new(frame));
        for (lane, single) in single.iter_mut().enumerate() {
            assert_eq!(values.map(|v| v.0[lane]), single.push(frame[lane]));
        }
    }
}

#[test]
fn no_sound_can_rise_higher_between_the_frames_than_the_reach() {
    let taps = Taps::new();
    // The worst sound for a point: at each frame full scale with the sign of what the frame adds to it.
    let length = 2 * Oversample4::<f32>::DELAY + 2;
    let mut impulse = Oversample4::<f32>::new();
    let response: Vec<_> = (0..length).map(|i| impulse.push(if i == 0 { 1.0 } else { 0.0 })).collect();
    let mut highest = 0.0f32;
    for point in [1, 2, 3] {
        let mut oversample = Oversample4::<f32>::new();
        let heard = (0..length).rev().map(|i| response[i][point].signum());
        let last = heard.map(|x| oversample.push(x)[point]).last().unwrap();
        highest = highest.max(last);
    }
    let reach = taps.reach();
    assert!(highest <= reach && reach < highest * 1.01, "{highest} {reach}");
}

#[test]
fn a_reset_heals_what_was_not_finite() {
    let mut oversample = Oversample4::<f32>::new();
    oversample.push(f32::NAN);
    oversample.push(f32::INFINITY);
    oversample.reset();
    let mut fresh = Oversample4::<f32>::new();
    for x in tone(0.1, 0.0, 100) {
        assert_eq!(oversample.push(x), fresh.push(x));
    }
}
