//! One band of the equaliser: its coefficients on their way, and its filters.

use super::section;
use signalbox_dsp::lane::{Keeper, Lane};
use signalbox_dsp::svf::{Glide, Svf, Tuning};
use signalbox_engine::node::{GRID, Params};

/// A band that is not off.
pub(super) struct Band<L> {
    pub(super) number: usize,
    pub(super) band_type: usize,
    /// Frequency, gain and Q as they were last seen.
    pub(super) seen: [L; 3],
    pub(super) glide: Glide<L>,
    /// One filter a channel.
    pub(super) filters: Vec<Svf<L>>,
}

impl<L: Lane> Band<L> {
    /// Looks at the parameters; renews the coefficients of the lanes where they have changed.
    #[inline(always)]
    pub(super) fn renew(&mut self, wanted: [L; 3], inner_rate: f64, frames: usize, fresh: bool) {
        self.glide.jump();
        if fresh || wanted != self.seen {
            for lane in 0..L::LANES {
                let [now, seen] = [wanted, self.seen].map(|values| values.map(|v| v.get(lane)));
                if (fresh || now != seen)
                    && let Some(section) = section(self.band_type, now, inner_rate)
                {
                    self.glide.set(lane, section);
                }
            }
            self.seen = wanted;
        }
        if fresh {
            self.glide.jump();
        } else {
            self.glide.start(frames);
        }
        self.filters.iter_mut().for_each(Svf::flush);
    }

    /// Whether the coefficients stay through the block.
    #[inline(always)]
    pub(super) fn rests(&self, params: &Params<'_, L>) -> bool {
        let rests = |p: usize| {
            let param = params.get(4 * self.number + 1 + p);
            param.is_steady() && param.at(0) == self.seen[p]
        };
        !self.glide.is_moving() && (0..3).all(rests)
    }

    pub(super) fn keep(&mut self, keeper: &mut Keeper<'_>) {
        keeper.numbers(&mut self.seen);
        self.glide.keep(keeper);
        self.filters.iter_mut().for_each(|f| f.keep(keeper));
    }

    /// Runs the first `count` values of each channel.
    #[inline(always)]
    pub(super) fn run(&mut self, channels: &mut [[L; SPAN]], count: usize) {
        if self.glide.is_moving() {
            let mut tunings = [Tuning::default(); SPAN];
            for tuning in &mut tunings[..count] {
                *tuning = self.glide.advance();
            }
            for (filter, values) in self.filters.iter_mut().zip(channels) {
                for (x, t) in values[..count].iter_mut().zip(&tunings) {
                    *x = filter.tick(*x, t);
                }
            }
        } else {
            let tuning = self.glide.steady();
            // Two channels at once: each frame waits for the one before, but not for the other channel.
            let mut filters = self.filters.chunks_exact_mut(2);
            let mut pairs = channels.chunks_exact_mut(2);
            for (filters, values) in (&mut filters).zip(&mut pairs) {
                let ([f, g], [x, y]) = (filters, values) else { continue };
                let (mut left, mut right) = (*f, *g);
                for (x, y) in x[..count].iter_mut().zip(&mut y[..count]) {
                    (*x, *y) = (left.tick(*x, &tuning), right.tick(*y, &tuning));
                }
                (*f, *g) = (left, right);
            }
            for (filter, values) in filters.into_remainder().iter_mut().zip(pairs.into_remainder()) {
                for x in &mut values[..count] {
                    *x = filter.tick(*x, &tuning);
                }
            }
        }
    }
}

/// The most values of a channel in a stretch of constant parameters.
pub(super) const SPAN: usize = 2 * GRID;

/// One channel through one band.
#[inline(always)]
pub(super) fn one<L: Lane>(channel: &mut [L], filter: &mut Svf<L>, tuning: &Tuning<L>) {
    let (mut state, tuning) = (*filter, *tuning);
    for x in channel {
        *x = state.tick(*x, &tuning);
    }
    *filter = state;
}

/// Two channels at once: each frame waits for the one before, but not for the other channel.
#[inline(always)]
pub(super) fn two<L: Lane>(x: &mut [L], y: &mut [L], filters: &mut [Svf<L>], tuning: &Tuning<L>) {
    let [f, g] = filters else { return };
    let (mut left, mut right, tuning) = (*f, *g, *tuning);
    for (x, y) in x.iter_mut().zip(y) {
        *x = left.tick(*x, &tuning);
        *y = right.tick(*y, &tuning);
    }
    (*f, *g) = (left, right);
}
