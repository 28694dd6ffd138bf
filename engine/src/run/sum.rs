//! Sums, in double precision and in the order of their terms; copies; lanes laid side by side and taken apart.

use super::memory::{Memory, double, flat, range, wide, wide_mut};
use super::tag::Tag;
use crate::node::BLOCK;
use crate::schedule::{Place, Term};
use signalbox_dsp::lane::{Lane, Simd, Task, Wide, by_lanes, dispatch, pack, unpack};
use std::ops::Range;

/// Copies some frames of a buffer.
pub fn copy(memory: &mut Memory, from: Place, to: Place, frames: Range<usize>) {
    let (span, at) = (from.span as usize, |place: Place| place.slot as usize * BLOCK);
    let part = at(from) + frames.start * span..at(from) + frames.end * span;
    super::memory::flat_mut(&mut memory.slots).copy_within(part, at(to) + frames.start * span);
    memory.tell(to, memory.tag(from), &frames);
}

/// Sums channels for some frames of the block.
pub fn sum(memory: &mut Memory, before: Option<Place>, to: Place, terms: &[Term], frames: Range<usize>) {
    let tag = least(memory, terms.iter().map(Term::place).chain(before));
    let span = to.span as usize;
    let all = frames.clone();
    match tag {
        // Zero in double precision has the same bits.
        Tag::Silent => memory.all_mut(to)[frames.start * span..frames.end * span].fill(0.0),
        Tag::Constant => {
            let first = frames.start..frames.start + 1;
            dispatch(Sum { memory, before, to, terms, frames: first });
            memory.spread(to, &frames);
        }
        Tag::Live => dispatch(Sum { memory, before, to, terms, frames }),
    }
    memory.tell(to, tag, &all);
}

/// What is known of all of some buffers.
fn least(memory: &Memory, of: impl Iterator<Item = Place>) -> Tag {
    Tag::least(of.map(|place| memory.tag(place)))
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
                // A frame by itself is not worth taking apart.
                Term::Lanes(place, lanes) if frames.len() == 1 => {
                    let all = &flat(&memory.slots[range(*place)])[frames.start * place.span as usize..];
                    let sum = &mut sum[frames.start];
                    for &(lane, gain) in lanes {
                        *sum = f64::from(all[lane as usize]).mul_add(f64::from(gain), *sum);
                    }
                }
                Term::Lanes(place, lanes) => {
                    let apart = &mut memory.scratch[..place.span as usize];
                    unpack(flat(&memory.slots[range(*place)]), apart);
                    for &(lane, gain) in lanes {
                        add(&mut sum, &apart[lane as usize], gain, &frames);
                    }
                }
            }
        }
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
    let tag = least(memory, terms.iter().map(|t| t.0));
    memory.tags[to.slot as usize] = tag;
    let frames = if tag == Tag::Live { BLOCK } else { 1 };
    match to.span {
        4 => dispatch(WideSum::<4> { memory, to, terms, frames }),
        8 => dispatch(WideSum::<8> { memory, to, terms, frames }),
        _ => dispatch(WideSum::<16> { memory, to, terms, frames }),
    }
    if tag != Tag::Live {
        memory.spread(to, &(0..BLOCK));
    }
}

struct WideSum<'a, const N: usize> {
    memory: &'a mut Memory,
    to: Place,
    terms: &'a [(Place, Vec<f32>)],
    /// How many, from the first on.
    frames: usize,
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
                    for (s, x) in sum.iter_mut().zip(&from[..self.frames]) {
                        by_lanes::<L>();
                        *s = x.double().mul_add(gain, *s);
                    }
                }
                let out = &mut wide_mut::<L>(&mut self.memory.slots[range(self.to)])[0];
                for (to, &s) in out.iter_mut().zip(&sum[..self.frames]) {
                    by_lanes::<L>();
                    *to = L::single(s);
                }
            }
        })+
    };
}

wide_sums!(4 8 16);

/// Lays channels side by side.
pub fn lay(memory: &mut Memory, from: &[Place], to: Place) {
    let tag = least(memory, from.iter().copied());
    memory.tags[to.slot as usize] = tag;
    match tag {
        Tag::Silent => return memory.all_mut(to).fill(0.0),
        Tag::Constant => {
            for (lane, place) in from.iter().enumerate() {
                let x = memory.slots[place.slot as usize].0[0];
                memory.all_mut(to)[lane] = x;
            }
            return memory.spread(to, &(0..BLOCK));
        }
        Tag::Live => {}
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
    let tag = memory.tag(from);
    let (all, apart) = (flat(&memory.slots[range(from)]), &mut memory.scratch[..from.span as usize]);
    match tag {
        Tag::Live => unpack(all, apart),
        _ => apart.iter_mut().zip(all).for_each(|(lane, &x)| *lane = [x; BLOCK]),
    }
    for &(lane, place) in to {
        memory.slots[place.slot as usize].0 = apart[lane as usize];
        memory.tags[place.slot as usize] = tag;
    }
}
