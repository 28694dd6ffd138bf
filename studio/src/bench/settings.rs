//! What the workloads are set to: one table for the patches and for the kernels that they are held against.

/// Frames a second.
pub const RATE: u32 = 48_000;

/// How many tracks the mix has.
pub const TRACKS: usize = 64;

/// How many voices the polyphonic workload has.
pub const VOICES: usize = 256;

/// One band of an equaliser, in the words of the node `eq`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// `bell`, `lowshelf` or `highshelf`.
    pub curve: &'static str,
    /// Hertz.
    pub frequency: f64,
    /// Quality.
    pub q: f64,
    /// Decibels.
    pub gain: f64,
}

const fn band(curve: &'static str, frequency: f64, q: f64, gain: f64) -> Band {
    Band { curve, frequency, q, gain }
}

/// What a track of the mix is set to.
#[derive(Clone, Copy, Debug)]
pub struct Track {
    /// Gain in front, in decibels.
    pub gain: f64,
    /// The equaliser.
    pub bands: [Band; 4],
    /// Place, -1 (left) to 1 (right).
    pub place: f64,
    /// Amplitude of the send.
    pub send: f64,
}

/// A track by its index.
pub fn track(index: usize) -> Track {
    let lift = |band: usize| ((3 * index + 5 * band) % 9) as f64 - 4.0;
    Track {
        gain: -10.0 - (index % 7) as f64,
        bands: [
            band("lowshelf", 100.0, 0.707, lift(0)),
            band("bell", 400.0, 1.0, lift(1)),
            band("bell", 2_500.0, 1.0, lift(2)),
            band("highshelf", 8_000.0, 0.707, lift(3)),
        ],
        place: ((11 * index) % 21) as f64 / 10.0 - 1.0,
        send: 0.05 + 0.02 * (index % 5) as f64,
    }
}

/// Threshold of a track's compressor in dBFS.
pub const THRESHOLD: f64 = -24.0;
/// How many decibels above the threshold become one.
pub const RATIO: f64 = 3.0;
/// Attack in seconds.
pub const ATTACK: f64 = 0.01;
/// Release in seconds.
pub const RELEASE: f64 = 0.1;
/// Gain after compression in decibels.
pub const MAKEUP: f64 = 3.0;

/// The equaliser of the master.
pub const MASTER: [Band; 4] = [
    band("lowshelf", 80.0, 0.707, 1.0),
    band("bell", 300.0, 1.0, -1.5),
    band("bell", 3_000.0, 1.0, 1.0),
    band("highshelf", 10_000.0, 0.707, 2.0),
];

/// How long the room sounds, to -60 dB in seconds, and how loud it is against what is sent to it, in decibels: as the
/// combs and all-passes of the kernel are.
pub const DECAY: f64 = 1.1;
/// See [`DECAY`].
pub const ROOM: f64 = -6.7;

/// Ceiling of the master in dBFS.
pub const CEILING: f64 = -1.0;
/// How far the limiter looks ahead, in seconds.
pub const LOOKAHEAD: f64 = 0.005;
/// Release of the limiter in seconds.
pub const LIMITER_RELEASE: f64 = 0.05;

/// What a voice is set to. Its envelopes rise and fall in straight lines; the filter's is 1 after 5 ms and 0 after 405,
/// the amplifier's is 1 after 10 ms, a half after 210 and, released at 300 ms, 0 after 600.
#[derive(Clone, Copy, Debug)]
pub struct Voice {
    /// Pitch in hertz.
    pub pitch: f64,
    /// How many times a second its envelopes start anew.
    pub pace: f64,
    /// Where in that period it begins, 0 to 1.
    pub phase: f64,
    /// Place, 0 (left) to 1 (right).
    pub place: f64,
}

/// A voice by its index.
pub fn voice(index: usize) -> Voice {
    Voice {
        pitch: 40.0 * ((7 * index % 60) as f64 / 12.0).exp2(),
        pace: 1.0 + (index % 13) as f64 / 10.0,
        phase: (index % 17) as f64 / 17.0,
        place: (index % 9) as f64 / 8.0,
    }
}

/// How far above a voice's pitch its filter rests, in hertz.
pub const OPEN: f64 = 200.0;
/// How far its envelope opens the filter, in hertz.
pub const SWEEP: f64 = 4_000.0;
/// Resonance of the filter.
pub const RESONANCE: f64 = 4.0;
/// Amplitude of a voice in the sum.
pub const VOICE: f64 = 0.02;
/// How long the envelopes are held open, in seconds.
pub const HELD: f64 = 0.3;

/// What each gain of the chain does, in decibels: little, but not nothing.
pub const CHAIN: f64 = -0.001;
/// Frequency of the wave that the chain is fed with, in hertz.
pub const CHAIN_WAVE: f64 = 480.0;
/// Amplitude of each sine in the sum.
pub const SINE: f64 = 0.001;

/// Frequency in hertz of a sine by its index.
pub fn sine(index: usize) -> f64 {
    100.0 + 0.37 * index as f64
}
