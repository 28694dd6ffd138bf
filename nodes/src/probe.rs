//! Signals and measurements for the tests of nodes, in double precision.

use std::f64::consts::TAU;

/// A sine of amplitude 1, `frequency` in hertz, phase in turns.
pub fn sine(frequency: f64, rate: u32, frames: usize) -> Vec<f32> {
    (0..frames).map(|i| (TAU * (frequency * i as f64 / f64::from(rate)).fract()).sin() as f32).collect()
}

/// Seeded white noise, evenly spread over -1 to 1.
pub fn noise(seed: u32, frames: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    (0..frames)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as f32 / 2_147_483_648.0 - 1.0
        })
        .collect()
}

/// A single 1 at frame 0.
pub fn impulse(frames: usize) -> Vec<f32> {
    (0..frames).map(|i| if i == 0 { 1.0 } else { 0.0 }).collect()
}

/// Decibels of an amplitude.
pub fn db(amplitude: f64) -> f64 {
    20.0 * amplitude.max(1e-300).log10()
}

/// Root mean square.
pub fn rms(signal: &[f32]) -> f64 {
    (signal.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / signal.len().max(1) as f64).sqrt()
}

/// Largest amplitude.
pub fn peak(signal: &[f32]) -> f64 {
    signal.iter().fold(0.0, |a, &x| a.max(f64::from(x.abs())))
}

/// Amplitude and phase (in radians, of a cosine) of the component at `frequency`, through a window of low leakage
/// (Blackman-Harris, -92 dB); `signal` should hold twenty periods or more.
pub fn component(signal: &[f32], frequency: f64, rate: u32) -> (f64, f64) {
    let n = signal.len() as f64;
    let (mut re, mut im, mut sum) = (0.0, 0.0, 0.0);
    for (i, &x) in signal.iter().enumerate() {
        let t = TAU * i as f64 / n;
        let w = 0.358_75 - 0.488_29 * t.cos() + 0.141_28 * (2.0 * t).cos() - 0.011_68 * (3.0 * t).cos();
        let phase = TAU * (frequency * i as f64 / f64::from(rate)).fract();
        re += f64::from(x) * w * phase.cos();
        im -= f64::from(x) * w * phase.sin();
        sum += w;
    }
    (2.0 * re.hypot(im) / sum, im.atan2(re))
}

/// Gain in decibels of a linear response at `frequency`, from its impulse response.
pub fn response_db(impulse_response: &[f32], frequency: f64, rate: u32) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (i, &x) in impulse_response.iter().enumerate() {
        let phase = TAU * (frequency * i as f64 / f64::from(rate)).fract();
        re += f64::from(x) * phase.cos();
        im -= f64::from(x) * phase.sin();
    }
    db(re.hypot(im))
}
