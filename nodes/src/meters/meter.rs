//! Says how loud a sound is, how high its peaks reach, and how its two sides agree.

use signalbox_dsp::meter::{Basics, Loudness, TruePeak, weights};
use signalbox_engine::node::{BLOCK, Declaration, Group, Io, Kernel, Port, Reading, Setup, Width, host};

/// A meter in the way of a sound, which it leaves alone.
pub static NODE: Declaration = Declaration {
    name: "meter",
    title: "Meter",
    group: Group::Meters,
    help: "Says how loud a sound is, how high its peaks reach, and how its two sides agree, and leaves it alone.",
    source: "Loudness by ITU-R BS.1770-5 and EBU Tech 3341 and 3342, true peak four times oversampled. The meters pass \
             the cases of both papers at five rates; here a 997 Hz tone at 0 dBFS in one channel reads -3.01 LUFS, and \
             every bit passes.",
    example: r#"{"format": 1, "length": "4 s", "nodes": [
        {"id": "tone", "kind": "osc", "values": {"shape": "sine", "freq": "997 Hz", "level": "-20 dB"}},
        {"id": "loudness", "kind": "meter"},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "tone", "to": "loudness"}, {"from": "loudness", "to": "out"}]}"#,
    inputs: &[Port::audio("in", Width::Follow, "the signal to be measured")],
    outputs: &[Port::audio("out", Width::Follow, "the same signal")],
    in_place: true,
    make: |setup| Ok(host(Meter::new(setup))),
    ..Declaration::BLANK
};

struct Meter {
    loudness: Loudness,
    peak: TruePeak,
    basics: Basics,
    /// The block as it passed, a channel each.
    passed: Vec<[f32; BLOCK]>,
}

impl Meter {
    fn new(setup: &Setup) -> Self {
        let width = setup.width();
        Self {
            loudness: Loudness::new(setup.rate, &weights(width)),
            peak: TruePeak::new(width),
            basics: Basics::new(width),
            passed: vec![[0.0; BLOCK]; width],
        }
    }
}

// A meter reads its sound along time, many frames side by side, so there is nothing to win from many instances.
impl Kernel<f32> for Meter {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, f32>) {
        for (channel, passed) in self.passed.iter_mut().enumerate() {
            passed[..io.frames].copy_from_slice(io.outputs.channel(0, channel));
        }
        let mut sound = [&[][..]; signalbox_engine::node::MAX_CHANNELS];
        for (slice, passed) in sound.iter_mut().zip(&self.passed) {
            *slice = &passed[..io.frames];
        }
        let sound = &sound[..self.passed.len().min(sound.len())];
        self.loudness.push(sound);
        self.peak.push(sound);
        self.basics.push(sound);
    }

    fn reset(&mut self) {
        self.loudness.reset();
        self.peak.reset();
        self.basics.reset();
    }

    fn readings(&self) -> Vec<Reading> {
        // The last frames still wait in the filter; a copy may be flushed while the meter goes on.
        let mut peak = self.peak.clone();
        peak.flush();
        let furthest = |a: f64, b: f64| if b.abs() > a.abs() { b } else { a };
        let dc = (0..self.passed.len()).map(|c| self.basics.mean(c)).fold(0.0, furthest);
        [
            ("integrated_lufs", self.loudness.integrated()),
            ("momentary_lufs", self.loudness.momentary()),
            ("short_term_lufs", self.loudness.short_term()),
            ("max_momentary_lufs", self.loudness.max_momentary()),
            ("max_short_term_lufs", self.loudness.max_short_term()),
            ("loudness_range_lu", self.loudness.range()),
            ("true_peak_dbtp", peak.dbtp()),
            ("sample_peak_dbfs", peak.dbfs()),
            ("correlation", self.basics.correlation()),
            ("dc", (self.basics.frames() > 0).then_some(dc)),
        ]
        .map(|(name, value)| Reading { name, value })
        .into()
    }
}

#[cfg(test)]
mod tests;
