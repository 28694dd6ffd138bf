//! What all lanes of an envelope do while no stage begins or ends.

use super::voice::{Stage, Voice};
use signalbox_dsp::lane::{Lane, Simd, exp2};

/// The stages of all lanes in a stretch in which none ends: each goes from one value to another.
#[derive(Clone, Copy, Default)]
pub(super) struct Stretch<L: Lane> {
    from: L,
    to: L,
    /// The part of the peak that ends and begins follow where they are the sustain; zero elsewhere.
    to_sustain: L,
    from_sustain: L,
    age: L::Double,
    /// One over the length, zero where the value stands.
    pace: L::Double,
    /// Whether any lane moves.
    pub(super) moves: bool,
}

impl<L: Lane> Stretch<L> {
    #[inline(always)]
    pub(super) fn new(voices: &[Voice]) -> Self {
        let mut new = Self::default();
        for (lane, voice) in voices.iter().enumerate() {
            match voice.stage {
                Stage::Idle => continue,
                Stage::Attack => {
                    new.from.set(lane, voice.from);
                    new.to.set(lane, voice.peak);
                }
                Stage::Decay => {
                    new.from.set(lane, voice.peak);
                    new.to_sustain.set(lane, voice.peak);
                }
                Stage::Sustain => {
                    new.from_sustain.set(lane, voice.peak);
                    new.to_sustain.set(lane, voice.peak);
                    continue;
                }
                Stage::Release => new.from.set(lane, voice.from),
            }
            new.age.set(lane, f64::from(voice.age));
            new.pace.set(lane, 1.0 / f64::from(voice.length.max(1)));
            new.moves = true;
        }
        new
    }

    /// Where the lanes come from and where they go; `sustain` in per cent.
    #[inline(always)]
    pub(super) fn ends(&self, sustain: L) -> (L, L) {
        let sustain = sustain / L::splat(100.0);
        (self.from_sustain.mul_add(sustain, self.from), self.to_sustain.mul_add(sustain, self.to))
    }

    /// How much of a stage's time has passed at a frame, `done` and `number` frames from the begin of the stretch.
    #[inline(always)]
    pub(super) fn part(&self, done: u32, number: usize) -> L {
        L::single((self.age + L::Double::splat(f64::from(done) + number as f64)) * self.pace)
    }
}

/// The form of the stages: a piece of an exponential that spans up to eight halvings.
#[derive(Clone, Copy)]
pub(super) struct Bend<L> {
    /// Halvings, with a sign.
    rate: L,
    scale: L,
    /// One where the way is straight.
    straight: L,
}

impl<L: Lane> Bend<L> {
    /// From a percentage, -100 to 100.
    #[inline(always)]
    pub(super) fn new(curve: L) -> Self {
        let (zero, one) = (L::splat(0.0), L::splat(1.0));
        let halvings = curve * L::splat(0.08);
        let straight = L::splat(0.08).gt(halvings.abs());
        let rate = L::select(straight, -one, -halvings);
        Self { rate, scale: one / (one - exp2(rate)), straight: L::select(straight, one, zero) }
    }

    /// Whether the way is straight in every lane.
    #[inline(always)]
    pub(super) fn is_straight(&self) -> bool {
        !L::any(L::splat(1.0).gt(self.straight))
    }

    /// How much of a stage's way is done after a part of its time, both from 0 to 1.
    #[inline(always)]
    pub(super) fn way(&self, part: L) -> L {
        let bent = (L::splat(1.0) - exp2(self.rate * part)) * self.scale;
        L::select(self.straight.gt(L::splat(0.0)), part, bent)
    }
}
