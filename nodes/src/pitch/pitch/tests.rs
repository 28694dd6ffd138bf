use super::*;
use crate::probe::{component, db, noise, rms, sine};
use serde_json::json;
use signalbox_engine::node::rig::Rig;

const RATE: u32 = 48_000;

fn rig(shift: f64, mix: f64, channels: usize) -> Rig {
    let values = [("shift", json!(format!("{shift} st"))), ("mix", json!(format!("{mix} %")))];
    Rig::new(&NODE, RATE, &values, &[channels]).unwrap()
}

fn run(x: Vec<f32>, shift: f64) -> Vec<f32> {
    rig(shift, 100.0, 1).through(&[x]).remove(0)
}

/// The frequency of a tone that lies near `about`, from how far its phase goes in longer and longer times.
fn frequency(signal: &[f32], about: f64) -> f64 {
    let part = signal.len() / 2;
    [0.002, 0.02, 0.2].iter().fold(about, |f, seconds| {
        let away = (seconds * f64::from(RATE)) as usize;
        let phase = |from: usize| component(&signal[from..from + part], f, RATE).1 / TAU;
        let turns = phase(away) - phase(0) - f * away as f64 / f64::from(RATE);
        f + (turns - turns.round()) * f64::from(RATE) / away as f64
    })
}

fn cents(got: f64, wanted: f64) -> f64 {
    1_200.0 * (got / wanted).log2()
}

/// The shortest time, in seconds, that holds a share of a sound's power.
fn spread(signal: &[f32], share: f64) -> f64 {
    let mut sums = vec![0.0];
    signal.iter().for_each(|&x| sums.push(sums[sums.len() - 1] + f64::from(x).powi(2)));
    let wanted = sums[sums.len() - 1] * share;
    let mut end = 0;
    let mut shortest = usize::MAX;
    for start in 0..signal.len() {
        while end < signal.len() && sums[end] - sums[start] < wanted {
            end += 1;
        }
        if sums[end] - sums[start] >= wanted {
            shortest = shortest.min(end - start);
        }
    }
    shortest as f64 / f64::from(RATE)
}

#[test]
fn at_0_the_sound_passes_late() {
    let x = noise(1, 48_000);
    for mix in [0.0, 40.0, 100.0] {
        let mut rig = rig(0.0, mix, 1);
        let y = rig.through(std::slice::from_ref(&x)).remove(0);
        let latency = size(RATE);
        assert_eq!(rig.latency(), latency);
        let off: Vec<f32> = y[2 * latency..].iter().zip(&x[latency..]).map(|(y, x)| y - x).collect();
        assert!(db(rms(&off) / rms(&x)) < -120.0, "mix {mix}: {}", db(rms(&off) / rms(&x)));
    }
}

#[test]
fn tones_come_out_where_they_belong_and_as_loud() {
    for shift in [-24.0, -12.0, -7.0, -0.3, 0.07, 4.0, 12.0, 24.0] {
        for tone in [82.4, 220.0, 1_013.0, 4_700.0] {
            let wanted = tone * 2f64.powf(shift / 12.0);
            let y = run(sine(tone, RATE, 72_000), shift);
            let y = &y[12_000..];
            let found = frequency(y, wanted);
            assert!(cents(found, wanted).abs() < 0.5, "{tone} Hz {shift} st: {} cents", cents(found, wanted));
            let (level, phase) = component(y, found, RATE);
            assert!(db(level).abs() < 0.1, "{tone} Hz {shift} st: {} dB", db(level));
            let rest: Vec<f32> = (0..y.len())
                .map(|i| y[i] - (level * (TAU * found * i as f64 / f64::from(RATE) + phase).cos()) as f32)
                .collect();
            assert!(db(rms(&rest)) < -50.0, "{tone} Hz {shift} st: {} dB of others", db(rms(&rest)));
        }
    }
}

#[test]
fn each_tone_of_a_chord_comes_out_where_it_belongs() {
    let chord = [196.0, 246.9, 293.7, 587.3, 880.0];
    let mut x = vec![0.0; 96_000];
    for tone in chord {
        x.iter_mut().zip(sine(tone, RATE, 96_000)).for_each(|(x, y)| *x += 0.15 * y);
    }
    for shift in [-5.0, 7.0, 12.0] {
        let y = run(x.clone(), shift);
        for tone in chord {
            let wanted = tone * 2f64.powf(shift / 12.0);
            let found = frequency(&y[12_000..], wanted);
            assert!(cents(found, wanted).abs() < 0.5, "{tone} Hz {shift} st: {} cents", cents(found, wanted));
            let level = db(component(&y[12_000..], wanted, RATE).0 / 0.15);
            assert!(level.abs() < 0.1, "{tone} Hz {shift} st: {level} dB");
        }
    }
}

#[test]
fn what_begins_at_once_does_so_still() {
    let at = 20_000;
    let click: Vec<f32> = (0..40_000).map(|i| if i == at { 1.0 } else { 0.0 }).collect();
    // A hit: noise that dies away within a few milliseconds.
    let hit = |fall: f64| {
        let mut x = noise(4, 40_000);
        for (i, x) in x.iter_mut().enumerate() {
            *x *= if i < at { 0.0 } else { (-((i - at) as f64) / (fall * f64::from(RATE))).exp() as f32 };
        }
        x
    };
    for (name, x) in [("click", click), ("hit", hit(0.002)), ("drum", hit(0.03))] {
        for shift in [-12.0, -5.0, 3.0, 7.0, 12.0] {
            let y = run(x.clone(), shift);
            let (before, after) = (spread(&x, 0.9), spread(&y, 0.9));
            assert!(after - before < 0.01, "{name} {shift} st: {before} to {after} s");
            // What comes too early is least hidden.
            let early = at + size(RATE) - 480;
            let share = db(rms(&y[..early]) * (early as f64).sqrt() / (rms(&y) * (y.len() as f64).sqrt()));
            assert!(share < -15.0, "{name} {shift} st: {share} dB before");
        }
    }
}

#[test]
fn a_tone_that_begins_at_once_rises_within_10_ms() {
    let at = 20_000;
    let mut x = sine(700.0, RATE, 60_000);
    x[..at].fill(0.0);
    for shift in [-7.0, 5.0, 12.0] {
        let y = run(x.clone(), shift);
        let level = |i: usize| db(rms(&y[i + size(RATE)..i + size(RATE) + 240]) * 2f64.sqrt());
        assert!(level(at - 480 - 240) < -30.0, "{shift} st: {} before", level(at - 480 - 240));
        assert!(level(at + 480).abs() < 1.0, "{shift} st: {} after", level(at + 480));
    }
}

#[test]
fn channels_stay_as_they_are_to_each_other() {
    let (left, right) = (sine(500.0, RATE, 48_000), sine(500.0, RATE, 48_030)[30..].to_vec());
    let y = rig(7.0, 100.0, 2).through(&[left, right.iter().map(|x| x * 0.5).collect()]);
    let wanted = 500.0 * 2f64.powf(7.0 / 12.0);
    let parts = [&y[0], &y[1]].map(|y| component(&y[12_000..], wanted, RATE));
    assert!((db(parts[0].0 / parts[1].0) - db(2.0)).abs() < 0.01);
    let turns = (parts[1].1 - parts[0].1) / TAU - 500.0 * 30.0 / f64::from(RATE);
    assert!((turns - turns.round()).abs() < 0.001, "{turns}");
}
