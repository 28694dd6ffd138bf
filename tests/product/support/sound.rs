//! Sound and files of sound.

use super::Folder;
use hound::{SampleFormat, WavSpec, WavWriter};
use std::f64::consts::TAU;

/// How a WAV file stores its samples.
#[derive(Clone, Copy, Debug)]
pub enum Bits {
    B16,
    B24,
    F32,
}

/// Rate, channels and format of a file.
#[derive(Clone, Copy)]
pub struct Spec {
    pub rate: u32,
    pub channels: u16,
    pub bits: Bits,
}

/// Shorthand for a [`Spec`].
pub fn spec(rate: u32, channels: u16, bits: Bits) -> Spec {
    Spec { rate, channels, bits }
}

impl Folder {
    /// Writes a WAV file; `at` gives the sample at a time in seconds in a channel.
    pub fn wav(&self, name: &str, spec: Spec, seconds: f64, mut at: impl FnMut(f64, usize) -> f64) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("the folders");
        let (bits, format) = match spec.bits {
            Bits::B16 => (16, SampleFormat::Int),
            Bits::B24 => (24, SampleFormat::Int),
            Bits::F32 => (32, SampleFormat::Float),
        };
        let header = WavSpec {
            channels: spec.channels,
            sample_rate: spec.rate,
            bits_per_sample: bits,
            sample_format: format,
        };
        let mut writer = WavWriter::create(path, header).expect("the file");
        let frames = (seconds * f64::from(spec.rate)).round() as u64;
        for frame in 0..frames {
            let t = frame as f64 / f64::from(spec.rate);
            for channel in 0..usize::from(spec.channels) {
                let x = at(t, channel);
                match spec.bits {
                    Bits::F32 => writer.write_sample(x as f32),
                    Bits::B16 => writer.write_sample((x * 32_767.0).round() as i16),
                    Bits::B24 => writer.write_sample((x * 8_388_607.0).round() as i32),
                }
                .expect("a sample");
            }
        }
        writer.finalize().expect("the file");
    }

    /// The samples of a WAV file, interleaved, full scale at 1.0.
    pub fn samples(&self, name: &str) -> Vec<f64> {
        let mut reader = hound::WavReader::open(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        let spec = reader.spec();
        match spec.sample_format {
            SampleFormat::Float => reader.samples::<f32>().map(|s| f64::from(s.expect("a sample"))).collect(),
            SampleFormat::Int => {
                let full = f64::from(1u32 << (spec.bits_per_sample - 1));
                reader.samples::<i32>().map(|s| f64::from(s.expect("a sample")) / full).collect()
            }
        }
    }

    /// Writes an AIFF file of 16 bits at 44.1 kHz, mono.
    pub fn aiff(&self, name: &str, seconds: f64, at: impl Fn(f64) -> f64) {
        const RATE: f64 = 44_100.0;
        let frames = (seconds * RATE).round() as u32;
        let mut comm = Vec::new();
        comm.extend(1u16.to_be_bytes());
        comm.extend(frames.to_be_bytes());
        comm.extend(16u16.to_be_bytes());
        // 44,100 as an extended float of 80 bits: 44,100 / 2^15 times 2^15.
        comm.extend([0x40, 0x0E, 0xAC, 0x44, 0, 0, 0, 0, 0, 0]);
        let mut ssnd = vec![0u8; 8];
        for frame in 0..frames {
            ssnd.extend(((at(f64::from(frame) / RATE) * 32_767.0).round() as i16).to_be_bytes());
        }
        let mut body = b"AIFF".to_vec();
        for (id, chunk) in [(b"COMM", &comm), (b"SSND", &ssnd)] {
            body.extend(id);
            body.extend((chunk.len() as u32).to_be_bytes());
            body.extend(chunk);
        }
        let mut file = b"FORM".to_vec();
        file.extend((body.len() as u32).to_be_bytes());
        file.extend(body);
        self.put(name, file);
    }
}

/// A sine of a frequency, in hertz, at a time.
pub fn sine(freq: f64, t: f64) -> f64 {
    (TAU * freq * t).sin()
}

/// An amplitude from decibels below full scale.
pub fn db(level: f64) -> f64 {
    10f64.powf(level / 20.0)
}

/// A drum: a falling sine, twice a second.
pub fn drum(t: f64) -> f64 {
    let beat = t % 0.5;
    0.8 * (-beat * 12.0).exp() * (TAU * (50.0 * beat + 8.0 * (1.0 - (-beat * 30.0).exp()))).sin()
}

/// A bass with its octave.
pub fn bass(t: f64) -> f64 {
    0.4 * sine(82.0, t) + 0.1 * sine(164.0, t)
}

/// Two chords, one a channel, that beat against each other.
pub fn pad(t: f64, channel: usize) -> f64 {
    let c = channel as f64;
    0.2 * sine(330.0 + 2.0 * c, t) + 0.1 * sine(495.0 - c, t)
}

/// Hiss in short bursts, four a second.
pub fn hat() -> impl FnMut(f64, usize) -> f64 {
    let mut state = 1u32;
    move |t, _| {
        // Numerical Recipes' linear congruential generator.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        0.3 * (-(t % 0.25) * 40.0).exp() * (f64::from(state) / f64::from(u32::MAX) * 2.0 - 1.0)
    }
}
