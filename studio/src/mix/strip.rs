//! What is decided for each recording, and why.

use super::survey::Survey;

/// A setting with its reason.
#[derive(Clone, Debug)]
pub struct Because<T> {
    /// The setting.
    pub value: T,
    /// The measurement that it follows from, in words.
    pub why: String,
}

/// Shorthand for a setting with its reason.
fn because<T>(value: T, why: impl Into<String>) -> Because<T> {
    Because { value, why: why.into() }
}

/// One band of an equaliser.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// As the equaliser's `type` calls it.
    pub kind: &'static str,
    /// Hertz.
    pub freq: f64,
    /// Decibels.
    pub gain: f64,
    /// Quality.
    pub q: f64,
}

/// Settings of a compressor.
#[derive(Clone, Debug, PartialEq)]
pub struct Compression {
    /// dBFS.
    pub threshold: f64,
    /// How many decibels become one.
    pub ratio: f64,
    /// Seconds.
    pub attack: f64,
    /// Seconds.
    pub release: f64,
}

/// What is decided for one recording.
#[derive(Clone, Debug)]
pub struct Strip {
    /// Gain in front of all else, in decibels.
    pub trim: Because<f64>,
    /// Bands of the equaliser.
    pub eq: Vec<Because<Band>>,
    /// The compressor.
    pub compression: Because<Compression>,
    /// Place, -100 to 100 %.
    pub pan: Because<f64>,
    /// Level to the reverb in decibels; none where it stays dry.
    pub reverb: Because<Option<f64>>,
    /// Level to the delay in decibels; none where it stays dry.
    pub delay: Because<Option<f64>>,
    /// The loudness that the strip is brought to behind its compressor, in LUFS.
    pub loudness: Because<f64>,
}

/// The loudness that a strip starts with, so that sixteen of them leave headroom on the bus.
const STRIP_LUFS: f64 = -23.0;

/// Decides for one recording; `side` is its place among those that are spread, -1 to 1 (0: it is not spread).
pub fn decide(s: &Survey, side: f64) -> Strip {
    let trim = because(
        (STRIP_LUFS - s.loudness).clamp(-48.0, 48.0),
        format!("measured {:.1} LUFS, staged to {STRIP_LUFS:.0}", s.loudness),
    );
    Strip {
        eq: equaliser(s),
        compression: compression(s, trim.value),
        pan: pan(s, side),
        reverb: reverb(s),
        delay: delay(s),
        loudness: loudness(s),
        trim,
    }
}

fn equaliser(s: &Survey) -> Vec<Because<Band>> {
    let mut bands = Vec::new();
    let cut = (s.low_edge * 0.75).clamp(20.0, 400.0);
    bands.push(because(
        Band { kind: "highpass", freq: cut.round(), gain: 0.0, q: 0.707 },
        format!("only a five-hundredth of the energy lies below {:.0} Hz", s.low_edge),
    ));
    if let Some((freq, excess)) = s.resonance().filter(|r| r.1 > 4.0) {
        bands.push(because(
            Band { kind: "bell", freq: freq.round(), gain: -(excess * 0.3).min(4.0), q: 1.2 },
            format!("the octave around {freq:.0} Hz stands out by {excess:.1} dB"),
        ));
    }
    let mud = s.share(200.0, 450.0);
    if !s.is_low() && mud > -4.5 {
        bands.push(because(
            Band { kind: "bell", freq: 300.0, gain: -2.0, q: 0.9 },
            format!("200 to 450 Hz holds {mud:.1} dB of the energy, which crowds the low mids"),
        ));
    }
    let air = s.share(5_000.0, 20_001.0);
    if !s.is_low() && (-45.0..-20.0).contains(&air) {
        bands.push(because(
            Band { kind: "highshelf", freq: 6_000.0, gain: 2.0, q: 0.707 },
            format!("above 5 kHz lies only {air:.1} dB of the energy"),
        ));
    }
    bands
}

fn compression(s: &Survey, trim: f64) -> Because<Compression> {
    // From 1.5 : 1 for what is even to 4 : 1 for what jumps.
    let ratio = (1.0 + (s.crest - 4.0) / 6.0).clamp(1.5, 4.0);
    let peak = s.measured.sample_peak_dbfs.unwrap_or(0.0) + trim;
    // The loudest third of the crest is worked on.
    let threshold = (peak - s.crest * 0.35).clamp(-60.0, 0.0);
    let (attack, release) = if s.is_percussive() { (0.015, 0.09) } else { (0.008, 0.16) };
    let kind = if s.is_percussive() { "hits keep their attack" } else { "evens out" };
    because(
        Compression { threshold, ratio, attack, release },
        format!("peaks {:.1} dB above its mean, {:.1} onsets a second: {kind}", s.crest, s.onsets),
    )
}

fn pan(s: &Survey, side: f64) -> Because<f64> {
    if !s.is_mono() {
        let c = s.measured.correlation.unwrap_or(0.0);
        return because(0.0, format!("stereo already, correlation {c:.2}"));
    }
    if s.is_low() {
        return because(0.0, format!("energy around {:.0} Hz belongs in the middle", s.middle));
    }
    let pan = (side * 60.0).round();
    because(pan, format!("mono around {:.0} Hz, spread by pitch", s.middle))
}

fn reverb(s: &Survey) -> Because<Option<f64>> {
    if s.is_low() {
        return because(None, format!("energy around {:.0} Hz would blur the room", s.middle));
    }
    let level = if s.is_percussive() { -17.0 } else { -13.0 };
    let wide = if s.is_mono() { 0.0 } else { -2.0 };
    because(
        Some(level + wide),
        format!("crest {:.1} dB{}", s.crest, if wide < 0.0 { ", wide by itself" } else { "" }),
    )
}

fn delay(s: &Survey) -> Because<Option<f64>> {
    let melodic = s.is_mono() && !s.is_percussive() && (250.0..4_000.0).contains(&s.middle);
    let told = format!("crest {:.1} dB around {:.0} Hz", s.crest, s.middle);
    because(
        melodic.then_some(-16.0),
        if melodic { format!("{told}: a line that echoes carry") } else { told },
    )
}

fn loudness(s: &Survey) -> Because<f64> {
    let (offset, why) = if s.middle > 4_500.0 {
        (-7.0, "bright, so it needs little")
    } else if s.is_low() {
        (1.0, "the low end carries the mix")
    } else if s.is_percussive() {
        (-1.0, "hits cut through")
    } else if !s.is_mono() {
        (-3.5, "wide and even: behind the others")
    } else {
        (-1.5, "even, in the middle of the range")
    };
    because(STRIP_LUFS + offset, format!("{why}: energy around {:.0} Hz, crest {:.1} dB", s.middle, s.crest))
}
