//! Sums, in double precision and in the order of their terms; copies; lanes laid side by side and taken apart.

use super::memory::{Memory, double, range, wide, wide_mut};
use crate::node::BLOCK;
use crate::schedule::{Place, Term};
use signalbox_dsp::lane::{Lane, Simd, Task, Wide, dispatch, pack, unpack};
use std::ops::Range;

/// Copies some frames of a buffer.
pub fn copy(memory: &mut Memory, from: Place, to: Place, frames: Range<usize>) {
    let (span, at) = (from.span as usize, |place: Place| place.slot as usize * BLOCK);
    let part = at(from) + frames.start * span..at(from) + frames.end * span;
    super::memory::flat_mut(&mut memory.slots).copy_within(part, at(to) + frames.start * span);
    memory.tell(to, memory.is_silent(from), &frames);
}

/// Sums channels for some frames of the block.
pub fn sum(memory: &mut Memory, before: Option<Place>, to: Place, terms: &[Term], frames: Range<usize>) {
    let quiet = |p: Place| memory.is_silent(p);
    if before.is_none_or(quiet) && terms.iter().all(|t| quiet(t.place())) {
        // Zero in double precision has the same bits.
        silence(memory, to, frames);
        return;
    }
    dispatch(Sum { memory, before, to, terms, frames });
}

/// Fills some frames of a channel, or of a sum that goes on, with zeros.
fn silence(memory: &mut Memory, to: Place, frames: Range<usize>) {
    let span = to.span as usize;
    memory.all_mut(to)[frames.start * span..frames.end * span].fill(0.0);
    memory.tell(to, true, &frames);
}

struct Sum<'a> {
    memory: &'a mut Memory,
    before: Option<Place>,
    to: Place,
    terms: &'a [Term],
    frames: Range<usize>,
}

impl Task for Sum<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { memory, before, to, terms, frames } = self;
        let mut sum = match before {
            Some(place) => *double(&mut memory.slots[range(place)]),
            None => [0.0f64; BLOCK],
        };
        for term in terms {
            if memory.is_silent(term.place()) {
                continue;
            }
            match term {
                Term::Channel(place, gain) => {
                    add(&mut sum, &memory.slots[place.slot as usize].0, *gain, &frames)
                }
                Term::Lanes(place, lanes) => {
                    let apart = &mut memory.scratch[..place.span as usize];
                    unpack(super::memory::flat(&memory.slots[range(*place)]), apart);
                    for &(lane, gain) in lanes {
                        add(&mut sum, &apart[lane as usize], gain, &frames);
                    }
                }
            }
        }
        memory.tell(to, false, &frames);
        match to.span {
            1 => {
                let out = &mut memory.slots[to.slot as usize].0[frames.clone()];
                out.iter_mut().zip(&sum[frames]).for_each(|(to, s)| *to = *s as f32);
            }
            _ => double(&mut memory.slots[range(to)])[frames.clone()].copy_from_slice(&sum[frames]),
        }
    }
}

#[inline(always)]
fn add(sum: &mut [f64; BLOCK], from: &[f32; BLOCK], gain: f32, frames: &Range<usize>) {
    // Plain loops: a closure would be left in the baseline, where a fused step is slow.
    let gain = f64::from(gain);
    if *frames == (0..BLOCK) {
        for i in 0..BLOCK {
            sum[i] = f64::from(from[i]).mul_add(gain, sum[i]);
        }
    } else {
        for i in frames.clone() {
            sum[i] = f64::from(from[i]).mul_add(gain, sum[i]);
        }
    }
}

/// Sums buffers lane by lane.
pub fn wide_sum(memory: &mut Memory, to: Place, terms: &[(Place, Vec<f32>)]) {
    memory.silent[to.slot as usize] = terms.iter().all(|t| memory.is_silent(t.0));
    match to.span {
        4 => dispatch(WideSum::<4> { memory, to, terms }),
        8 => dispatch(WideSum::<8> { memory, to, terms }),
        _ => dispatch(WideSum::<16> { memory, to, terms }),
    }
}

struct WideSum<'a, const N: usize> {
    memory: &'a mut Memory,
    to: Place,
    terms: &'a [(Place, Vec<f32>)],
}

macro_rules! wide_sums {
    ($($lanes:literal)+) => {
        $(impl Task for WideSum<'_, $lanes> {
            type Output = ();
            #[inline(always)]
            fn run(self) {
                type L = Wide<f32, $lanes>;
                type Double = <L as Lane>::Double;
                let mut sum = [Double::splat(0.0); BLOCK];
                for (place, gains) in self.terms {
                    let gain = L::from_fn(|lane| gains[lane]).double();
                    let from = &wide::<L>(&self.memory.slots[range(*place)])[0];
                    for (s, x) in sum.iter_mut().zip(from) {
                        *s = x.double().mul_add(gain, *s);
                    }
                }
                let out = &mut wide_mut::<L>(&mut self.memory.slots[range(self.to)])[0];
                for (to, &s) in out.iter_mut().zip(&sum) {
                    *to = L::single(s);
                }
            }
        })+
    };
}

wide_sums!(4 8 16);

/// Lays channels side by side.
pub fn lay(memory: &mut Memory, from: &[Place], to: Place) {
    let silent = from.iter().all(|&p| memory.is_silent(p));
    memory.silent[to.slot as usize] = silent;
    if silent {
        memory.all_mut(to).fill(0.0);
        return;
    }
    // The slots that are written lie in one piece, and none of those that are read lies in it.
    let (start, end) = (to.slot as usize, (to.slot + to.span) as usize);
    let (low, rest) = memory.slots.split_at_mut(start);
    let (out, high) = rest.split_at_mut(end - start);
    let slot = |p: &Place| {
        let at = p.slot as usize;
        if at < start { &low[at].0 } else { &high[at - end].0 }
    };
    let mut rows = [&[0.0; BLOCK]; 16];
    rows.iter_mut().zip(from).for_each(|(row, place)| *row = slot(place));
    pack(&rows[..from.len()], super::memory::flat_mut(out));
}

/// Takes lanes out of a buffer.
pub fn take_apart(memory: &mut Memory, from: Place, to: &[(u32, Place)]) {
    let silent = memory.is_silent(from);
    let apart = &mut memory.scratch[..from.span as usize];
    unpack(super::memory::flat(&memory.slots[range(from)]), apart);
    for &(lane, place) in to {
        memory.slots[place.slot as usize].0 = apart[lane as usize];
        memory.silent[place.slot as usize] = silent;
    }
}
