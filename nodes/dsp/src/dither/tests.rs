use super::*;
use realfft::RealFftPlanner;
use std::f64::consts::TAU;

const FRAMES: usize = 1 << 20;

fn dbfs(power: f64) -> f64 {
    10.0 * power.log10()
}

/// The error in full scales of each 16-bit word against the sample that it stands for.
fn error(samples: &[f32], noise: Tpdf) -> Vec<f64> {
    let mut words = vec![0; samples.len()];
    noise.to_16_bits(0, samples, &mut words);
    words.iter().zip(samples).map(|(&w, &s)| f64::from(w) / STEPS_16 - f64::from(s)).collect()
}

fn tone(amplitude: f64, cycles: usize, frames: usize) -> Vec<f32> {
    (0..frames)
        .map(|n| (amplitude * (TAU * (n * cycles % frames) as f64 / frames as f64).sin()) as f32)
        .collect()
}

/// Mean, and mean square.
fn moments(x: &[f64]) -> (f64, f64) {
    let n = x.len() as f64;
    (x.iter().sum::<f64>() / n, x.iter().map(|v| v * v).sum::<f64>() / n)
}

/// The power of a sine in each bin of the spectrum of a real signal.
fn power_spectrum(mut x: Vec<f64>) -> Vec<f64> {
    let n = x.len();
    let fft = RealFftPlanner::<f64>::new().plan_fft_forward(n);
    let mut bins = fft.make_output_vec();
    fft.process(&mut x, &mut bins).unwrap();
    bins.iter().map(|b| 2.0 * b.norm_sqr() / (n as f64 * n as f64)).collect()
}

#[test]
fn the_error_is_a_quarter_of_a_squared_step_for_any_sound() {
    // (2^-15)² / 4 is −96.33 dBFS.
    let noise = Tpdf::new(1, 0);
    let loud = tone(0.7, 21_211, FRAMES);
    let faint = tone(2e-6, 997, FRAMES);
    let rough: Vec<f32> = (0..FRAMES).map(|n| (Tpdf::new(77, 5).noise(n as u64) * 0.4) as f32).collect();
    for samples in [vec![0.0; FRAMES], loud, faint, rough] {
        let level = dbfs(moments(&error(&samples, noise)).1);
        assert!((level + 96.33).abs() < 0.05, "{level}");
    }
}

#[test]
fn mean_and_power_of_the_error_do_not_depend_on_where_between_two_steps_the_sample_lies() {
    for (channel, offset) in [0.0, 0.1, 0.25, 0.5, 0.73, 0.99].into_iter().enumerate() {
        let sample = ((100.0 + offset) / STEPS_16) as f32;
        let (mean, square) = moments(&error(&vec![sample; FRAMES], Tpdf::new(3, channel as u64)));
        // The standard deviation of the mean is half a step over the root of a million: 0.0005 steps.
        assert!((mean * STEPS_16).abs() < 0.0025, "mean {mean} at {offset}");
        assert!((square * STEPS_16 * STEPS_16 - 0.25).abs() < 0.002, "power {square} at {offset}");
    }
}

#[test]
fn a_tone_of_minus_100_dbfs_keeps_its_level_and_gets_no_harmonics() {
    // Periods that lie on top of each other lower the noise: 1,024 of 4,096 frames by 30 dB, and a bin of 4,096 frames
    // holds another 33 dB less, so the floor lies near −159 dBFS.
    let (period, repeats, cycles) = (4_096, 1_024, 31);
    let amplitude = 10f64.powf(-100.0 / 20.0) * 2f64.sqrt();
    let one = tone(amplitude, cycles, period);
    let noise = Tpdf::new(9, 1);
    let (mut words, mut sum) = (vec![0; period], vec![0.0; period]);
    for repeat in 0..repeats {
        noise.to_16_bits((repeat * period) as u64, &one, &mut words);
        sum.iter_mut().zip(&words).for_each(|(s, &w)| *s += f64::from(w) / STEPS_16 / repeats as f64);
    }
    let spectrum = power_spectrum(sum);
    let level = dbfs(spectrum[cycles]);
    assert!((level + 100.0).abs() < 0.1, "{level}");
    for harmonic in 2..=20 {
        let level = dbfs(spectrum[harmonic * cycles]);
        assert!(level < -140.0, "harmonic {harmonic}: {level}");
    }
}

#[test]
fn without_noise_the_same_tone_is_lost() {
    let amplitude = 10f64.powf(-100.0 / 20.0) * 2f64.sqrt();
    assert!(tone(amplitude, 31, 4_096).iter().all(|&s| quantise(f64::from(s), 0.0, STEPS_16) == 0.0));
}

#[test]
fn the_error_is_white() {
    let frames = 4_096;
    let samples = tone(0.3, 211, FRAMES);
    let error = error(&samples, Tpdf::new(4, 0));
    let mut bands = [0.0; 16];
    for piece in error.chunks_exact(frames) {
        for (bin, power) in power_spectrum(piece.to_vec()).iter().enumerate().skip(1).take(frames / 2 - 1) {
            bands[bin * 16 / (frames / 2)] += power;
        }
    }
    let mean = bands.iter().sum::<f64>() / 16.0;
    for (band, power) in bands.iter().enumerate() {
        // Each band is a mean over 32,768 bins: its standard deviation is 0.024 dB.
        assert!(dbfs(power / mean).abs() < 0.12, "band {band}: {} dB", dbfs(power / mean));
    }
}

#[test]
fn the_noise_is_triangular_from_minus_one_to_one() {
    let mut counts = [0usize; 8];
    for frame in 0..FRAMES as u64 {
        let noise = Tpdf::new(5, 2).noise(frame);
        assert!(noise > -1.0 && noise < 1.0);
        counts[((noise + 1.0) * 4.0) as usize] += 1;
    }
    for (eighth, count) in counts.into_iter().enumerate() {
        let expected = [1.0, 3.0, 5.0, 7.0, 7.0, 5.0, 3.0, 1.0][eighth] / 32.0;
        assert!((count as f64 / FRAMES as f64 - expected).abs() < 0.002, "eighth {eighth}: {count}");
    }
}

#[test]
fn channels_and_seeds_have_independent_noise() {
    let correlation = |a: Tpdf, b: Tpdf, shift: u64| {
        (0..FRAMES as u64).map(|n| a.noise(n) * b.noise(n + shift)).sum::<f64>() / FRAMES as f64 * 6.0
    };
    let noise = Tpdf::new(0, 0);
    assert!(correlation(noise, noise, 0) > 0.99);
    for (other, shift) in
        [(Tpdf::new(0, 1), 0), (Tpdf::new(1, 0), 0), (Tpdf::new(0, 1), 1), (noise, 1), (noise, 7)]
    {
        // The standard deviation is 0.001.
        let found = correlation(noise, other, shift);
        assert!(found.abs() < 0.005, "{found}");
    }
}

#[test]
fn a_frame_gets_the_same_word_however_the_sound_is_cut() {
    let samples = tone(0.5, 331, 4_096);
    let noise = Tpdf::new(11, 3);
    let (mut whole, mut cut) = (vec![0; 4_096], vec![0; 4_096]);
    noise.to_16_bits(1_000, &samples, &mut whole);
    let mut first = 0;
    for length in [1, 2, 64, 63, 1_000, 7].into_iter().cycle() {
        let last = (first + length).min(samples.len());
        noise.to_16_bits(1_000 + first as u64, &samples[first..last], &mut cut[first..last]);
        first = last;
        if first == samples.len() {
            break;
        }
    }
    assert_eq!(whole, cut);
}

#[test]
fn what_lies_above_full_scale_becomes_the_outermost_word() {
    let mut words = [0; 6];
    Tpdf::new(0, 0).to_16_bits(0, &[1.1, -1.1, 1e30, -1e30, 1.0001, -1.0001], &mut words);
    assert_eq!(words, [i16::MAX, i16::MIN, i16::MAX, i16::MIN, i16::MAX, i16::MIN]);
}

#[test]
fn quantising_without_noise_goes_to_the_nearest_word() {
    for (sample, steps, word) in [
        (0.0, STEPS_24, 0.0),
        (1.0, STEPS_24, 8_388_607.0),
        (-1.0, STEPS_24, -8_388_608.0),
        (5.4 / STEPS_24, STEPS_24, 5.0),
        (-5.4 / STEPS_24, STEPS_24, -5.0),
        (5.6 / STEPS_16, STEPS_16, 6.0),
        (-5.6 / STEPS_16, STEPS_16, -6.0),
    ] {
        assert_eq!(quantise(sample, 0.0, steps), word);
    }
}

#[test]
fn several_lanes_give_the_words_that_one_lane_gives() {
    use crate::lane::Wide;
    type Double = Wide<f64, 8>;
    let noise = Tpdf::new(2, 0);
    let sample = |lane: usize| (lane as f64 - 3.7) * 0.000_31;
    let wide = quantise(Double::from_fn(sample), Double::from_fn(|lane| noise.noise(lane as u64)), STEPS_16);
    for lane in 0..8 {
        assert_eq!(wide.get(lane), quantise(sample(lane), noise.noise(lane as u64), STEPS_16));
    }
}
