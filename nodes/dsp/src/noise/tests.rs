use super::*;
use crate::lane::Wide;

/// Level of an impulse response at a frequency, in decibels.
fn level(response: &[f64], frequency: f64, rate: u32) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (i, x) in response.iter().enumerate() {
        let phase = 2.0 * PI * (frequency * i as f64 / f64::from(rate)).fract();
        re += x * phase.cos();
        im += x * phase.sin();
    }
    20.0 * re.hypot(im).log10()
}

/// What a filter makes of a single frame, two seconds long.
fn response(rate: u32, mut filter: impl FnMut(f32) -> f32) -> Vec<f64> {
    (0..2 * rate).map(|i| f64::from(filter(if i == 0 { 1.0 } else { 0.0 }))).collect()
}

#[test]
fn pink_falls_by_3_01_db_an_octave_from_20_hz_to_20_khz() {
    for rate in [44_100, 48_000, 96_000, 192_000] {
        let mut pink = Pink::<f32>::new(rate);
        let response = response(rate, |x| pink.next(x));
        let reference = level(&response, 640.0, rate);
        let mut worst = 0.0_f64;
        for i in 0..=40 {
            let octaves = f64::from(i) / 40.0 * 1_000f64.log2();
            let frequency = 20.0 * octaves.exp2();
            let theory = reference - 10.0 * (frequency / 640.0).log10();
            worst = worst.max((level(&response, frequency, rate) - theory).abs());
        }
        println!("{rate}: ±{worst:.4} dB");
        // No two points an octave apart can differ from the slope by more than twice this.
        assert!(worst <= 0.05, "{rate}: {worst}");
    }
}

#[test]
fn low_rates_are_pink_up_to_0_45_of_the_rate() {
    let mut pink = Pink::<f32>::new(8_000);
    let response = response(8_000, |x| pink.next(x));
    let reference = level(&response, 640.0, 8_000);
    for frequency in [20.0, 100.0, 1_280.0, 3_600.0] {
        let theory = reference - 10.0 * (frequency / 640.0_f64).log10();
        assert!((level(&response, frequency, 8_000) - theory).abs() < 0.06, "{frequency}");
    }
}

#[test]
fn brown_falls_by_6_02_db_an_octave_over_its_corner() {
    let mut brown = Brown::<f32>::new(48_000);
    let response = response(48_000, |x| brown.next(x));
    for frequency in [80.0, 320.0, 1_280.0] {
        let fall = level(&response, frequency, 48_000) - level(&response, 2.0 * frequency, 48_000);
        assert!((fall - 6.02).abs() < 0.05, "{frequency}: {fall}");
    }
}

#[test]
fn colouring_keeps_the_root_mean_square() {
    for rate in [8_000, 48_000, 384_000] {
        let mut pink = Pink::<f32>::new(rate);
        let power: f64 = response(rate, |x| pink.next(x)).iter().map(|x| x * x).sum();
        assert!((power - 1.0).abs() < 1e-3, "{rate}: {power}");
        let mut brown = Brown::<f32>::new(rate);
        let power: f64 = response(rate, |x| brown.next(x)).iter().map(|x| x * x).sum();
        assert!((power - 1.0).abs() < 1e-3, "{rate}: {power}");
    }
}

#[test]
fn white_noise_is_even_centred_and_has_no_memory() {
    let n = 200_000;
    let white = White::new(1, 0);
    let at: Vec<f64> = (0..n).map(|i| f64::from(white.at(i))).collect();
    let count = n as f64;
    // Five standard deviations of each estimate.
    let bound = 5.0 / count.sqrt();
    assert!((at.iter().sum::<f64>() / count).abs() < bound);
    assert!((at.iter().map(|x| x * x).sum::<f64>() / count - 1.0).abs() < bound);
    for lag in [1, 2, 3, 16, 64, 1_000] {
        let together: f64 = at.iter().zip(&at[lag..]).map(|(a, b)| a * b).sum();
        assert!((together / count).abs() < bound, "{lag}");
    }
    for part in 0..10 {
        let low = (f64::from(part) / 5.0 - 1.0) * 3f64.sqrt();
        let inside = at.iter().filter(|&&x| x >= low && x < low + 3f64.sqrt() / 5.0).count() as f64;
        assert!((inside / count - 0.1).abs() < 0.3 * bound, "{part}: {inside}");
    }
}

#[test]
fn seeds_and_channels_are_strangers_to_each_other() {
    let n = 100_000;
    let reference = White::new(0, 0);
    for (seed, channel) in [(0, 1), (1, 0), (1, 1), (2, 0), (u64::MAX, 0)] {
        let other = White::new(seed, channel);
        let together: f64 = (0..n).map(|i| f64::from(reference.at(i) * other.at(i))).sum();
        assert!((together / n as f64).abs() < 5.0 / (n as f64).sqrt(), "{seed} {channel}");
    }
}

#[test]
fn eight_lanes_give_the_same_bits_as_one() {
    let mut wide = (Pink::<Wide<f32, 8>>::new(48_000), Brown::<Wide<f32, 8>>::new(48_000));
    let mut single = vec![(Pink::<f32>::new(48_000), Brown::<f32>::new(48_000)); 8];
    for i in 0..2_000 {
        let x = Wide::<f32, 8>::from_fn(|lane| White::new(lane as u64, 0).at(i));
        let (pink, brown) = (wide.0.next(x), wide.1.next(x));
        for (lane, one) in single.iter_mut().enumerate() {
            assert_eq!(pink.get(lane).to_bits(), one.0.next(x.get(lane)).to_bits());
            assert_eq!(brown.get(lane).to_bits(), one.1.next(x.get(lane)).to_bits());
        }
    }
}
