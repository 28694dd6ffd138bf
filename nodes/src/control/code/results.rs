//! The results of a program's operations, for a piece of a block.

use super::memory::Memory;
use super::program::{One, Op, Two};
use signalbox_dsp::lane::{Lane, by_lanes, cos_turns, exp2, log2, sin_turns, tanh};
use signalbox_engine::node::{BLOCK, GRID};
use std::f32::consts::{LN_2, LOG2_E, TAU};

/// How many frames are worked on at once: with more lanes fewer, so that all results stay near.
pub const fn piece<L: Lane>() -> usize {
    if L::LANES == 1 { BLOCK } else { GRID }
}

/// The result of the operation before, which need not come from memory: in a loop each waits for the one before.
#[derive(Clone, Copy)]
pub struct Before<L> {
    pub op: usize,
    pub result: L,
}

/// A piece for each operation, one behind the other.
pub struct Results<L>(Vec<L>);

/// Puts an expression of values of earlier results into the piece of another, frame by frame.
macro_rules! each {
    ($results:ident, $i:ident, $n:ident, [$($x:ident = $a:ident),+] $y:expr) => {{
        let (done, rest) = $results.0.split_at_mut($i * piece::<L>());
        let to = &mut rest[..$n];
        $(let $x = &done[$a * piece::<L>()..][..$n];)+
        for k in 0..$n {
            by_lanes::<L>();
            $(let $x = $x[k];)+
            to[k] = $y;
        }
    }};
}

/// A `match` over all functions, each with what is to be done with it, so that loops lie inside of it.
macro_rules! functions {
    ($f:expr, |$x:ident| $wrap:ident!($($given:tt)*)) => {
        match $f {
            One::Neg => $wrap!($($given)* -$x),
            One::Abs => $wrap!($($given)* $x.abs()),
            One::Sin => $wrap!($($given)* sin_turns($x * L::splat(1.0 / TAU))),
            One::Cos => $wrap!($($given)* cos_turns($x * L::splat(1.0 / TAU))),
            One::Tanh => $wrap!($($given)* tanh($x)),
            One::Exp => $wrap!($($given)* exp2($x.min(L::splat(80.0)) * L::splat(LOG2_E))),
            One::Ln => $wrap!($($given)* log2($x.max(L::splat(1e-30))) * L::splat(LN_2)),
            One::Sqrt => $wrap!($($given)* $x.max(L::splat(0.0)).sqrt()),
            One::Floor => $wrap!($($given)* $x.floor()),
        }
    };
    ($f:expr, |$x:ident, $y:ident| $wrap:ident!($($given:tt)*)) => {
        match $f {
            Two::Add => $wrap!($($given)* $x + $y),
            Two::Sub => $wrap!($($given)* $x - $y),
            Two::Mul => $wrap!($($given)* $x * $y),
            Two::Div => $wrap!($($given)* divided($x, $y)),
            Two::Min => $wrap!($($given)* $x.min($y)),
            Two::Max => $wrap!($($given)* $x.max($y)),
            Two::Less => $wrap!($($given)* L::select($y.gt($x), L::splat(1.0), L::splat(0.0))),
        }
    };
}

/// The expression itself.
macro_rules! plain {
    ($y:expr) => {
        $y
    };
}

#[inline(always)]
fn divided<L: Lane>(x: L, y: L) -> L {
    let zero = L::splat(0.0);
    L::select(y.abs().gt(zero), x / y, zero)
}

#[inline(always)]
fn chosen<L: Lane>(c: L, a: L, b: L) -> L {
    L::select(c.gt(L::splat(0.0)), a, b)
}

impl<L: Lane> Results<L> {
    /// Results of so many operations.
    pub fn new(operations: usize) -> Self {
        Self(vec![L::splat(0.0); operations * piece::<L>()])
    }

    /// The first frames of a result.
    #[inline(always)]
    pub fn of(&self, i: usize, n: usize) -> &[L] {
        &self.0[i * piece::<L>()..][..n]
    }

    /// One frame of a result.
    #[inline(always)]
    pub fn read(&self, i: usize, frame: usize, before: Before<L>) -> L {
        if i == before.op { before.result } else { self.0[i * piece::<L>() + frame] }
    }

    /// Sets one frame of a result.
    #[inline(always)]
    pub fn set(&mut self, i: usize, frame: usize, y: L) {
        self.0[i * piece::<L>() + frame] = y;
    }

    /// Gives the first frames of a result one value.
    #[inline(always)]
    pub fn fill(&mut self, i: usize, value: L, n: usize) {
        self.0[i * piece::<L>()..][..n].fill(value);
    }

    /// Gives a result these values.
    #[inline(always)]
    pub fn copy(&mut self, i: usize, values: &[L]) {
        self.0[i * piece::<L>()..][..values.len()].copy_from_slice(values);
    }

    /// Gives a result what another one was so long before as a memory holds.
    #[inline(always)]
    pub fn remember(&mut self, i: usize, a: usize, memory: &mut Memory<L>, n: usize) {
        let (done, rest) = self.0.split_at_mut(i * piece::<L>());
        memory.exchange_all(&done[a * piece::<L>()..][..n], &mut rest[..n]);
    }

    /// Works out the first frames of an operation that hangs on earlier results alone.
    #[inline(always)]
    pub fn work(&mut self, i: usize, op: Op, n: usize) {
        match op {
            Op::One(f, a) => functions!(f, |x| each!(self, i, n, [x = a])),
            Op::Two(f, a, b) => functions!(f, |x, y| each!(self, i, n, [x = a, y = b])),
            Op::Select(c, a, b) => each!(self, i, n, [c = c, a = a, b = b] chosen(c, a, b)),
            // These hang on more.
            Op::In | Op::Parameter(_) | Op::Constant(_) | Op::Back | Op::Delay(..) => {}
        }
    }

    /// What such an operation gives for one frame.
    #[inline(always)]
    pub fn one(&self, op: Op, frame: usize, before: Before<L>) -> L {
        let read = |i: usize| self.read(i, frame, before);
        match op {
            Op::One(f, a) => {
                let x = read(a);
                functions!(f, |x| plain!())
            }
            Op::Two(f, a, b) => {
                let (x, y) = (read(a), read(b));
                functions!(f, |x, y| plain!())
            }
            Op::Select(c, a, b) => chosen(read(c), read(a), read(b)),
            Op::In | Op::Parameter(_) | Op::Constant(_) | Op::Back | Op::Delay(..) => L::splat(0.0),
        }
    }
}
