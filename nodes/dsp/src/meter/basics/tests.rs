use super::*;
use std::f64::consts::TAU;

/// A whole number of periods.
fn tone(phase: f64) -> Vec<f32> {
    (0..4_800).map(|i| (0.5 * (TAU * (f64::from(i) / 48.0 + phase)).sin()) as f32).collect()
}

fn heard(channels: &[&[f32]]) -> Basics {
    let mut basics = Basics::new(channels.len());
    basics.push(channels);
    basics
}

#[test]
fn correlation_is_the_cosine_of_the_angle_between_the_sides() {
    let left = tone(0.0);
    for (turns, expected) in [(0.0, 1.0), (0.25, 0.0), (0.5, -1.0), (1.0 / 6.0, 0.5), (1.0 / 3.0, -0.5)] {
        let read = heard(&[&left, &tone(turns)]).correlation().unwrap();
        assert!((read - expected).abs() < 1e-6, "{turns}: {read}");
    }
}

#[test]
fn correlation_does_not_depend_on_the_level_of_a_side() {
    let left = tone(0.0);
    let right: Vec<f32> = left.iter().zip(tone(0.25)).map(|(a, b)| 0.01 * (0.6 * a + 0.8 * b)).collect();
    let read = heard(&[&left, &right]).correlation().unwrap();
    assert!((read - 0.6).abs() < 1e-6, "{read}");
}

#[test]
fn mono_silence_and_surround_have_no_correlation() {
    let sound = tone(0.0);
    let silence = vec![0.0; sound.len()];
    assert_eq!(heard(&[&sound]).correlation(), None);
    assert_eq!(heard(&[&sound, &silence]).correlation(), None);
    assert_eq!(heard(&[&sound, &sound, &sound]).correlation(), None);
    assert_eq!(heard(&[]).correlation(), None);
}

#[test]
fn mean_and_power_are_those_of_an_offset_tone() {
    let sound: Vec<f32> = tone(0.3).iter().map(|x| x + 0.01).collect();
    let basics = heard(&[&sound, &tone(0.0)]);
    assert!((basics.mean(0) - 0.01).abs() < 1e-8 && basics.mean(1).abs() < 1e-8);
    assert!((basics.rms(0) - (0.125f64 + 0.0001).sqrt()).abs() < 1e-7);
    assert!((basics.rms(1) - 0.125f64.sqrt()).abs() < 1e-7);
    let both = 10.0 * (0.125f64 + 0.000_05).log10();
    assert!((basics.rms_dbfs().unwrap() - both).abs() < 1e-6);
    assert_eq!(basics.frames(), 4_800);
}

#[test]
fn what_is_not_finite_counts_as_nothing_and_is_counted() {
    let basics = heard(&[&[f32::NAN, 0.5, f32::INFINITY, -0.5, 0.5, f32::NEG_INFINITY]]);
    assert_eq!(basics.broken(0), 3);
    assert_eq!(basics.mean(0), 0.5 / 6.0);
    assert_eq!(basics.rms(0), 0.125f64.sqrt());
}
