//! Fills in the values of a parameter that lanes or cables move.

use super::cell::State;
use super::memory::{Memory, range, wide, wide_mut};
use super::program::Program;
use super::tag::Tag;
use crate::compile::Depth;
use crate::node::{BLOCK, Song};
use crate::schedule::{Moved, Place};
use signalbox_dsp::lane::{Lane, Task, by_lanes, exp2};
use std::ops::Range;

/// Fills in the values of one parameter that a lane or cables move, for some frames of the block.
pub struct Move<'a, L: Lane> {
    pub program: &'a Program,
    pub memory: &'a mut Memory,
    pub state: &'a mut State<L>,
    pub moved: &'a Moved,
    /// The first slot of the bank's rows.
    pub row: usize,
    /// Where the song stands at the first one.
    pub song: Song,
    pub frames: Range<usize>,
}

impl<L: Lane> Task for Move<'_, L> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { program, memory, state, moved, row, song, frames } = self;
        let parameter = moved.parameter as usize;
        let (n, before) = (frames.len(), state.values[parameter]);
        let at = row + parameter * L::LANES;
        let out = &mut wide_mut::<L>(&mut memory.rows[at..at + L::LANES])[0][..n];
        let base = match moved.curves[..] {
            [] => state.base(parameter),
            ref curves => {
                let value = match song.rolls {
                    true => curve(program, curves, song.frame, out),
                    false => {
                        let value = curve(program, curves, song.frame, &mut out[..1]).unwrap_or(out[0]);
                        out.fill(value);
                        Some(value)
                    }
                };
                state.glide(parameter, program.glide, value, out)
            }
        };
        // In plain loops: what closures of iterators do would be left in the baseline, where a fused step is slow.
        let slots = &memory.slots;
        let signal = |place: &Place| &wide::<L>(&slots[range(*place)])[0][frames.clone()];
        // Signals that stay where they are move nothing: then the parameter has a value.
        let mut still = base;
        for (place, _) in &moved.cables {
            if memory.tags[place.slot as usize] == Tag::Live && !is_still(signal(place)) {
                still = None;
                break;
            }
        }
        let (low, high) = (L::splat(moved.range.0), L::splat(moved.range.1));
        // Written so that what is no number becomes the lower bound.
        let value = match still {
            Some(base) if moved.cables.is_empty() => Some(base),
            Some(mut value) => {
                for (place, depths) in &moved.cables {
                    value = push(value, signal(place)[0], depths);
                }
                Some(L::select(value.gt(low), value.min(high), low))
            }
            None if moved.cables.is_empty() => None,
            None => {
                if let Some(base) = base {
                    out.fill(base);
                }
                for (place, depths) in &moved.cables {
                    bend(out, signal(place), depths);
                }
                for o in out.iter_mut() {
                    by_lanes::<L>();
                    *o = L::select(o.gt(low), o.min(high), low);
                }
                None
            }
        };
        if value.is_none() || value != before {
            state.still = 0;
        }
        state.values[parameter] = value;
    }
}

/// Fills in the course of lanes; gives the value where it is the same for all frames.
#[inline(always)]
fn curve<L: Lane>(program: &Program, curves: &[u32], frame: i64, out: &mut [L]) -> Option<L> {
    let mut own = [0.0; BLOCK];
    let own = &mut own[..out.len()];
    let (mut steady, mut values) = (true, L::splat(0.0));
    for (lane, &curve) in curves.iter().enumerate() {
        match program.schedule().lanes[curve as usize].fill(frame, own) {
            Some(value) => {
                values.set(lane, value);
                own.fill(value);
            }
            None => steady = false,
        }
        out.iter_mut().zip(&*own).for_each(|(o, &x)| o.set(lane, x));
    }
    steady.then_some(values)
}

#[inline(always)]
fn is_still<L: Lane>(signal: &[L]) -> bool {
    let Some((first, rest)) = signal.split_first() else { return true };
    // Bit by bit it would be stricter; that -0 counts as 0 is heard nowhere.
    rest.iter().all(|x| x == first)
}

/// One value, moved by one cable.
#[inline(always)]
fn push<L: Lane>(value: L, signal: L, depths: &[Depth]) -> L {
    let by = L::from_fn(|lane| amount(depths[lane]));
    match depths[0] {
        Depth::Units(_) => signal.mul_add(by, value),
        Depth::Octaves(_) => value * exp2(signal * by),
    }
}

/// Values of a block, moved by one cable.
#[inline(always)]
fn bend<L: Lane>(out: &mut [L], signal: &[L], depths: &[Depth]) {
    let by = L::from_fn(|lane| amount(depths[lane]));
    match depths[0] {
        Depth::Units(_) => {
            for (o, x) in out.iter_mut().zip(signal) {
                by_lanes::<L>();
                *o = x.mul_add(by, *o);
            }
        }
        Depth::Octaves(_) => {
            for (o, x) in out.iter_mut().zip(signal) {
                by_lanes::<L>();
                *o *= exp2(*x * by);
            }
        }
    }
}

fn amount(depth: Depth) -> f32 {
    match depth {
        Depth::Units(by) | Depth::Octaves(by) => by,
    }
}
