//! What is read must not depend on how the frames were cut, nor on what was heard before a reset.

use super::signals::{Random, programme};
use crate::meter::{Basics, Loudness, Measurement, Measurer, TruePeak, weights};

/// Measures the channels in pieces of the lengths that `next` gives.
fn measure(rate: u32, sounds: &[Vec<f32>], mut next: impl FnMut() -> usize) -> Measurement {
    let mut measurer = Measurer::with_series(rate, sounds.len());
    let (mut at, frames) = (0, sounds[0].len());
    while at < frames {
        let end = (at + next()).min(frames);
        let part: Vec<&[f32]> = sounds.iter().map(|s| &s[at..end]).collect();
        measurer.push(&part);
        at = end;
    }
    measurer.finish()
}

#[test]
fn any_cut_of_the_frames_gives_the_same_bits() {
    // 11,025 has hops of 110 and 111 frames; three channels leave one without a pair.
    for (rate, width) in [(44_100, 2), (11_025, 3), (8_000, 1)] {
        let sounds: Vec<_> = (0..width).map(|c| programme(c, rate, 3.456)).collect();
        let whole = measure(rate, &sounds, || usize::MAX / 2);
        assert!(whole.loudness_range_lu.is_some() && whole.series.len() == 34, "{whole:?}");
        let mut random = Random(5);
        assert_eq!(whole, measure(rate, &sounds, || 1));
        assert_eq!(whole, measure(rate, &sounds, || 64));
        assert_eq!(whole, measure(rate, &sounds, || (random.next().abs() * 1_500.0) as usize));
    }
}

#[test]
fn the_series_shows_what_the_meter_showed_at_each_tenth_of_a_second() {
    let rate = 48_000;
    let sound = programme(3, rate, 5.05);
    let measured = measure(rate, std::slice::from_ref(&sound), || 777);
    let mut meter = Loudness::new(rate, &weights(1));
    assert_eq!(measured.series.len(), 50);
    for (part, moment) in sound.chunks(4_800).zip(&measured.series) {
        meter.push(&[part]);
        assert_eq!(moment.momentary_lufs, meter.momentary());
        assert_eq!(moment.short_term_lufs, meter.short_term());
    }
    assert!((measured.series[49].seconds - 5.0).abs() < 1e-12);
    assert_eq!(measured.series.iter().filter(|m| m.momentary_lufs.is_none()).count(), 3);
    assert_eq!(measured.series.iter().filter(|m| m.short_term_lufs.is_none()).count(), 29);
}

#[test]
fn a_reset_forgets_everything_even_what_was_not_finite() {
    let rate = 48_000;
    let sound = programme(4, rate, 4.0);
    let bad: Vec<f32> =
        sound.iter().enumerate().map(|(i, &x)| if i % 99 == 0 { f32::NAN } else { x }).collect();
    let worse = vec![f32::INFINITY; 1_000];
    let mut used = (Loudness::new(rate, &[1.0, 1.0]), TruePeak::new(2), Basics::new(2));
    let mut fresh = used.clone();
    for sounds in [[bad.as_slice(), &sound], [&worse, &sound]] {
        used.0.push(&sounds);
        used.1.push(&sounds);
        used.2.push(&sounds);
    }
    used.0.reset();
    used.1.reset();
    used.2.reset();
    for meters in [&mut used, &mut fresh] {
        meters.0.push(&[&sound, &sound]);
        meters.1.push(&[&sound, &sound]);
        meters.2.push(&[&sound, &sound]);
    }
    assert_eq!(format!("{used:?}"), format!("{fresh:?}"));
    assert!(fresh.0.integrated().is_some());
}

#[test]
fn one_bad_sample_costs_one_hop_and_is_counted() {
    let rate = 48_000;
    let mut sound = programme(9, rate, 10.0);
    let clean = measure(rate, std::slice::from_ref(&sound), || 4_800);
    sound[100_000] = f32::NAN;
    sound[200_000] = f32::INFINITY;
    let read = measure(rate, std::slice::from_ref(&sound), || 4_800);
    assert_eq!((clean.broken, read.broken), (0, 2));
    let difference = read.integrated_lufs.unwrap() - clean.integrated_lufs.unwrap();
    assert!(difference.abs() < 0.1, "{difference}");
    let peak = read.true_peak_dbtp.unwrap();
    assert!((peak - clean.true_peak_dbtp.unwrap()).abs() < 1.0, "{peak}");
}

#[test]
fn missing_and_short_channels_are_silent() {
    let rate = 48_000;
    let sound = programme(2, rate, 3.5);
    let short = &sound[..sound.len() / 2];
    let mut padded = short.to_vec();
    padded.resize(sound.len(), 0.0);
    let mut a = Measurer::new(rate, 3);
    a.push(&[short, &sound]);
    let b = measure(rate, &[padded, sound.clone(), vec![0.0; sound.len()]], || sound.len());
    let a = a.finish();
    assert_eq!(a, Measurement { series: Vec::new(), ..b });
    assert_eq!(a.each[2].true_peak_dbtp, None);
}

#[test]
fn a_silent_programme_has_no_levels() {
    for sounds in [vec![vec![0.0; 200_000]; 2], vec![Vec::new(); 2]] {
        let m = measure(48_000, &sounds, || 1_000);
        let levels = [m.integrated_lufs, m.max_momentary_lufs, m.max_short_term_lufs, m.loudness_range_lu];
        assert_eq!(levels, [None; 4]);
        assert_eq!([m.true_peak_dbtp, m.sample_peak_dbfs, m.rms_dbfs, m.correlation], [None; 4]);
        assert_eq!((m.dc, m.broken), (0.0, 0));
    }
}
