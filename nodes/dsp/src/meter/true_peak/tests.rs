use super::*;
use crate::meter::Oversample4;
use std::f64::consts::TAU;

fn read(sound: &[f32]) -> f64 {
    let mut meter = TruePeak::new(1);
    meter.push(&[sound]);
    meter.flush();
    meter.true_peak(0)
}

fn db(amplitude: f64) -> f64 {
    20.0 * amplitude.log10()
}

/// A sum of tones that fades in and out, as a function of time in frames.
fn tones(seed: u64, highest: f64) -> impl Fn(f64) -> f64 {
    let mut state = seed | 1;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let parts: Vec<_> = (0..12).map(|_| (highest * next(), next())).collect();
    move |time| {
        let fade = (0.5 - 0.5 * (TAU * time / 2_000.0).cos()).powi(2);
        fade * 0.1 * parts.iter().map(|(turns, phase)| (TAU * (turns * time + phase)).sin()).sum::<f64>()
    }
}

#[test]
fn a_tone_reads_its_amplitude_up_to_0_45_of_the_rate() {
    // Tones that do not keep step with the grid pass through every phase.
    for turns in [0.001_37, 0.0501, 0.1003, 0.2501, 0.3337, 0.4003, 0.4337, 0.4499] {
        let sound: Vec<f32> = (0..20_000)
            .map(|i| {
                let fade = (f64::from(i.min(19_999 - i)) / 500.0).min(1.0);
                (0.5 * (0.5 - 0.5 * (TAU * 0.5 * fade).cos()) * (TAU * turns * f64::from(i)).sin()) as f32
            })
            .collect();
        let off = db(read(&sound)) - db(0.5);
        assert!(off.abs() < 0.02, "{turns}: {off}");
    }
}

#[test]
fn the_peak_is_that_of_the_exact_sound_on_a_grid_of_quarter_frames() {
    for seed in 1..12 {
        let exact = tones(seed * 77, 0.45);
        let sound: Vec<f32> = (0..2_000).map(|i| exact(f64::from(i)) as f32).collect();
        let highest = |steps: i32| {
            let times = (0..2_000 * steps).map(|i| f64::from(i) / f64::from(steps));
            times.map(|t| exact(t).abs()).fold(0.0, f64::max)
        };
        let read = db(read(&sound));
        let off = read - db(highest(4));
        assert!(off.abs() < 0.02, "{seed}: {off}");
        // Against the sound itself it may only read low, by what the grid passes over.
        let low = db(highest(32)) - read;
        assert!((-0.02..0.55).contains(&low), "{seed}: {low}");
    }
}

#[test]
fn skipped_pieces_never_hold_a_new_peak() {
    // Loud and soft pieces take turns, so that some are skipped and some come after skipped ones.
    let exact = tones(5, 0.4);
    let sound: Vec<f32> = (0..8_000)
        .map(|i| {
            let level = [0.02, 1.0, 0.3, 0.05, 0.7, 1.1][i / 150 % 6] * (1.0 + i as f64 / 8_000.0);
            (level * exact((i % 2_000) as f64)) as f32
        })
        .collect();
    let mut oversample = Oversample4::<f32>::new();
    let mut meter = TruePeak::new(1);
    let mut highest = 0.0f32;
    for piece in sound.chunks(64) {
        let values = piece.iter().flat_map(|&x| oversample.push(x));
        highest = values.fold(highest, |high, x| high.max(x.abs()));
        meter.push(&[piece]);
        // The very bits of the frame by frame oversampler, which looks at everything.
        let samples = piece.iter().fold(0.0f64, |high, x| high.max(f64::from(x.abs())));
        assert!(meter.true_peak(0) >= f64::from(highest).max(samples));
        assert!(meter.true_peak(0) <= f64::from(highest).max(meter.sample_peak(0)));
    }
}

#[test]
fn the_last_frames_count_after_the_flush() {
    let mut sound = vec![0.0; 1_000];
    // Two equal samples rise between them by a known amount: the tone of a quarter of the rate at 45 degrees.
    for (i, x) in sound.iter_mut().enumerate().skip(500) {
        let fade = ((i - 500) as f64 / 300.0).min(1.0);
        *x = (fade * (TAU * (i as f64 / 4.0 + 0.125)).sin()) as f32;
    }
    let mut meter = TruePeak::new(1);
    meter.push(&[&sound]);
    meter.flush();
    // Cut short at its height, the tone rings on and rises over 1.
    let after = meter.true_peak(0);
    assert!(after > 1.0, "{after}");
    let mut longer = sound.clone();
    longer.resize(2_000, 0.0);
    assert_eq!(after, read(&longer));
}

#[test]
fn sample_peaks_are_there_at_once() {
    let mut meter = TruePeak::new(2);
    meter.push(&[&[0.1, -0.7], &[0.2]]);
    assert_eq!((meter.sample_peak(0), meter.sample_peak(1)), (f64::from(0.7f32), f64::from(0.2f32)));
    assert!(meter.true_peak(0) >= meter.sample_peak(0));
    assert_eq!(meter.dbfs(), Some(db(f64::from(0.7f32))));
    assert_eq!(meter.true_peak(5), 0.0);
}
