//! What the tests of this crate share: files made by hand, byte for byte, and a tone whose samples theory gives.

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};

/// The encoded files of `tests/data`, with the frames that they hold.
pub const FIXTURES: [(&str, usize); 9] = [
    ("tone.flac", 4_410),
    ("tone.aiff", 2_205),
    ("tone.caf", 2_205),
    ("tone-alac.m4a", 4_410),
    ("tone-alaw.wav", 4_410),
    ("tone-adpcm.wav", 4_410),
    ("tone.mp3", 4_410),
    ("tone.ogg", 4_410),
    ("tone-aac.m4a", 5_434),
];

/// The path of an encoded file.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// What the encoded files hold: frequency in Hz and amplitude of the left and the right channel.
pub const TONES: [(f64, f64); 2] = [(1_000.0, 0.5), (2_500.0, 0.25)];

/// A frame of the encoded files before they were encoded.
pub fn tone(channel: usize, frame: usize) -> f64 {
    let (frequency, amplitude) = TONES[channel];
    amplitude * (TAU * frequency * frame as f64 / 44_100.0).sin()
}

/// Amplitude, phase in radians at the first sample, and RMS of the rest, of the sine of `turn` radians a frame that
/// fits best (least squares).
pub fn fit(samples: &[f64], turn: f64) -> (f64, f64, f64) {
    let (mut ss, mut sc, mut cc, mut xs, mut xc) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (n, x) in samples.iter().enumerate() {
        let (s, c) = (turn * n as f64).sin_cos();
        (ss, sc, cc, xs, xc) = (ss + s * s, sc + s * c, cc + c * c, xs + x * s, xc + x * c);
    }
    let (a, b) = ((xs * cc - xc * sc) / (ss * cc - sc * sc), (xc * ss - xs * sc) / (ss * cc - sc * sc));
    let rest = samples.iter().enumerate().map(|(n, x)| {
        let (s, c) = (turn * n as f64).sin_cos();
        (x - a * s - b * c).powi(2)
    });
    (a.hypot(b), b.atan2(a), (rest.sum::<f64>() / samples.len() as f64).sqrt())
}

/// A reproducible stream of numbers below 2³².
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 32
    }

    /// From −1 to 1.
    pub fn sample(&mut self) -> f32 {
        (self.roll() as f64 / 2_147_483_648.0 - 1.0) as f32
    }
}

/// A chunk of a RIFF file with its padding.
pub fn chunk(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = [&id[..], &(body.len() as u32).to_le_bytes(), body].concat();
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}

/// A WAV file of these chunks.
pub fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = [&b"WAVE"[..], &chunks.concat()].concat();
    [&b"RIFF"[..], &(body.len() as u32).to_le_bytes(), &body].concat()
}

/// A plain format chunk: tag 1 for whole numbers, 3 for floating point.
pub fn format(tag: u16, width: u16, rate: u32, bits: u16) -> Vec<u8> {
    let block = width * bits.div_ceil(8);
    let mut body = Vec::new();
    for word in [tag, width] {
        body.extend(word.to_le_bytes());
    }
    body.extend(rate.to_le_bytes());
    body.extend((rate.wrapping_mul(u32::from(block))).to_le_bytes());
    for word in [block, bits] {
        body.extend(word.to_le_bytes());
    }
    chunk(b"fmt ", &body)
}

/// A WAV file with nothing but a format and samples.
pub fn wav(tag: u16, width: u16, rate: u32, bits: u16, samples: &[u8]) -> Vec<u8> {
    riff(&[format(tag, width, rate, bits), chunk(b"data", samples)])
}

/// A WAV file of 16 bits.
pub fn wav16(width: u16, rate: u32, samples: &[i16]) -> Vec<u8> {
    wav(1, width, rate, 16, &samples.iter().flat_map(|sample| sample.to_le_bytes()).collect::<Vec<_>>())
}

/// An AIFF file of 24 bits, after Apple's specification of 1989. The rate is a float of 80 bits.
pub fn aiff24(width: u16, rate: u32, samples: &[i32]) -> Vec<u8> {
    let big = |id: &[u8; 4], body: Vec<u8>| {
        let mut bytes = [&id[..], &(body.len() as u32).to_be_bytes(), &body].concat();
        bytes.resize(bytes.len().next_multiple_of(2), 0);
        bytes
    };
    let power = 31 - rate.leading_zeros();
    let mantissa = u64::from(rate) << (63 - power);
    let common = [
        &width.to_be_bytes()[..],
        &(samples.len() as u32 / u32::from(width)).to_be_bytes(),
        &24u16.to_be_bytes(),
        &(16_383 + power as u16).to_be_bytes(),
        &mantissa.to_be_bytes(),
    ];
    let mut sound = vec![0; 8];
    sound.extend(samples.iter().flat_map(|sample| sample.to_be_bytes()[1..].to_vec()));
    let body = [&b"AIFF"[..], &big(b"COMM", common.concat()), &big(b"SSND", sound)].concat();
    big(b"FORM", body)
}

/// A folder that is removed at the end of a test.
pub struct Bench(tempfile::TempDir);

impl Bench {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file and gives its path. An old one is removed first: some file systems wait for the disk when a file
    /// is emptied and written again.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let _ = std::fs::remove_file(self.path(name));
        std::fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }

    /// The names of all files, sorted.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(self.0.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}
