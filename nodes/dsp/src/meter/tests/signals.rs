//! Test signals, made the same way for every test.

use crate::meter::{Loudness, weights};

/// The rates at which every case must hold.
pub const RATES: [u32; 5] = [44_100, 48_000, 88_200, 96_000, 192_000];

/// No sound, as a level.
pub const SILENCE: f64 = f64::NEG_INFINITY;

/// Amplitude of a level in decibels.
pub fn gain(db: f64) -> f64 {
    10f64.powf(db / 20.0)
}

/// Ten milliseconds of a 1,000 Hz tone: ten periods, so they join without a seam.
pub fn hop(rate: u32, db: f64) -> Vec<f32> {
    let frames = rate / 100;
    (0..frames)
        .map(|i| {
            let phase = f64::from(i) * 10.0 / f64::from(frames);
            (gain(db) * (std::f64::consts::TAU * phase).sin()) as f32
        })
        .collect()
}

/// Feeds stereo tones, each some seconds (whole hundredths) at a peak level in dBFS, and looks at the meter after every
/// 10 ms.
pub fn play(rate: u32, tones: &[(f64, f64)], mut look: impl FnMut(&Loudness, f64)) -> Loudness {
    let mut meter = Loudness::new(rate, &weights(2));
    let mut hops = 0;
    for &(seconds, db) in tones {
        let sound = hop(rate, db);
        for _ in 0..(seconds * 100.0).round() as usize {
            meter.push(&[&sound, &sound]);
            hops += 1;
            look(&meter, f64::from(hops) / 100.0);
        }
    }
    meter
}

/// Evenly spread numbers from −1 to 1 (xorshift by Marsaglia, 2003).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

/// Noise that changes its colour and, every 0.7 s, its level, between −50 and −6 dB: something like a programme.
pub fn programme(seed: u64, rate: u32, seconds: f64) -> Vec<f32> {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let (mut level, mut colour, mut low) = (0.0, 0.0, 0.0);
    (0..(seconds * f64::from(rate)) as usize)
        .map(|i| {
            if i % (rate as usize * 7 / 10) == 0 {
                level = gain(-28.0 + 22.0 * random.next());
                colour = 0.5 + 0.45 * random.next();
            }
            low += colour * (random.next() - low);
            (level * low) as f32
        })
        .collect()
}

/// Asserts that a reading is there and within `tolerance` of what is expected.
#[track_caller]
pub fn near(name: &str, read: Option<f64>, expected: f64, tolerance: f64) {
    let read = read.unwrap_or(f64::NAN);
    assert!((read - expected).abs() <= tolerance, "{name}: {read:.4}, expected {expected} ±{tolerance}");
}
