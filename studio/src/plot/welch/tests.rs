use super::*;

fn level_at(points: &[SpectrumPoint], hertz: f64) -> f64 {
    points.iter().min_by(|a, b| (a.0 - hertz).abs().total_cmp(&(b.0 - hertz).abs())).unwrap().1
}

fn sine(rate: u32, hertz: f64, amplitude: f64, seconds: f64) -> Vec<f32> {
    let step = std::f64::consts::TAU * hertz / f64::from(rate);
    (0..(seconds * f64::from(rate)) as usize).map(|n| (amplitude * (step * n as f64).sin()) as f32).collect()
}

/// White noise, even from −1 to 1 (mean square ⅓), by Marsaglia's xorshift.
fn white(frames: usize, mut seed: u64) -> Vec<f32> {
    (0..frames)
        .map(|_| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed >> 40) as f32 / 8_388_608.0 - 1.0
        })
        .collect()
}

#[test]
fn a_steady_sine_reads_its_own_level_at_its_own_frequency() {
    for (rate, hertz, amplitude) in
        [(48_000, 1000.0, 0.5), (44_100, 61.3, 1.0), (96_000, 7_777.0, 0.01), (48_000, 25.0, 0.5)]
    {
        let audio = Audio { rate, channels: vec![sine(rate, hertz, amplitude, 6.0)] };
        let points = spectrum(&audio);
        let expected = 20.0 * amplitude.log10();
        let found = level_at(&points, hertz);
        assert!((found - expected).abs() < 0.02, "{hertz} Hz at {rate}: {found} for {expected}");
        assert!(level_at(&points, hertz * 1.5) < expected - 60.0);
    }
}

#[test]
fn white_noise_reads_the_power_of_each_band() {
    let audio = Audio { rate: 48_000, channels: vec![white(48_000 * 20, 3), white(48_000 * 20, 99)] };
    let points = spectrum(&audio);
    let edge = 2f64.powf(1.0 / 24.0);
    for hertz in [200.0, 1e3, 5e3, 15e3] {
        // Against a sine at full scale, whose mean square is ½; white noise is even from 0 to half the rate.
        let expected = 10.0 * (2.0 / 3.0 * hertz * (edge - 1.0 / edge) / 24_000.0f64).log10();
        let near: Vec<f64> = points
            .iter()
            .filter(|p| (p.0 / hertz).log2().abs() < 0.25)
            .map(|p| p.1 - 10.0 * (p.0 / hertz).log10())
            .collect();
        let mean = near.iter().sum::<f64>() / near.len() as f64;
        assert!((mean - expected).abs() < 0.3, "{hertz} Hz: {mean:.2} for {expected:.2}");
    }
}

#[test]
fn a_sine_in_one_of_two_channels_reads_three_decibels_less() {
    let tone = sine(48_000, 1000.0, 1.0, 4.0);
    let audio = Audio { rate: 48_000, channels: vec![tone.clone(), vec![0.0; tone.len()]] };
    assert!((level_at(&spectrum(&audio), 1000.0) + 10.0 * 2f64.log10()).abs() < 0.02);
}

#[test]
fn a_short_sine_still_reads_its_level() {
    let audio = Audio { rate: 48_000, channels: vec![sine(48_000, 2000.0, 0.5, 0.25)] };
    let found = level_at(&spectrum(&audio), 2000.0);
    assert!((found + 6.02).abs() < 0.1, "{found}");
}

#[test]
fn frequencies_go_from_20_hz_to_20_khz_or_to_half_the_rate() {
    for (rate, highest) in [(48_000, 20_000.0), (192_000, 20_000.0), (16_000, 8_000.0)] {
        let points = spectrum(&Audio { rate, channels: vec![white(5000, 7)] });
        let (first, last) = (points[0].0, points.last().unwrap().0);
        assert_eq!(first, 20.0);
        assert!(last <= highest && last > highest * 0.92, "{rate}: {last}");
        assert!(points.windows(2).all(|p| p[1].0 > p[0].0));
    }
}

#[test]
fn silence_reads_negative_infinity_and_no_sound_reads_nothing() {
    assert!(spectrum(&Audio::silence(48_000, 2, 48_000)).iter().all(|p| p.1 == f64::NEG_INFINITY));
    assert!(spectrum(&Audio::default()).is_empty());
    assert!(spectrum(&Audio::silence(48_000, 2, 0)).is_empty());
    assert!(spectrum(&Audio { rate: 0, channels: vec![vec![1.0]] }).is_empty());
}

#[test]
fn samples_that_are_not_finite_count_as_silence() {
    let mut channel = sine(48_000, 1000.0, 0.5, 1.0);
    channel[777] = f32::NAN;
    channel[9999] = f32::INFINITY;
    assert!(spectrum(&Audio { rate: 48_000, channels: vec![channel] }).iter().all(|p| p.1.is_finite()));
    let one = spectrum(&Audio { rate: 48_000, channels: vec![vec![1.0]] });
    assert!(!one.is_empty() && one.iter().all(|p| !p.1.is_nan()));
}
