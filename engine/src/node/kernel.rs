//! The arithmetic of a node, and the form in which the engine holds it.

use super::Io;
use super::{Points, Setup};
use signalbox_dsp::lane::{Keeper, Lane, Task, Wide, dispatch};

/// The arithmetic of a node for `L::LANES` instances side by side.
///
/// A block has 1 to 64 frames; what comes out must not depend on how the frames were cut into blocks. Nothing here
/// allocates, frees, locks, waits or panics. `process` (and `emit`, `absorb`) should be `#[inline(always)]`, so that
/// it is compiled for the machine's instruction set.
pub trait Kernel<L: Lane>: Send {
    /// Runs one block.
    fn process(&mut self, io: &mut Io<'_, L>);

    /// Goes back to the state after creation.
    fn reset(&mut self);

    /// Where a loop is cut: gives the block's outputs before its inputs are known.
    fn emit(&mut self, _io: &mut Io<'_, L>) {}

    /// Where a loop is cut: takes the block's inputs after `emit`.
    fn absorb(&mut self, _io: &mut Io<'_, L>) {}

    /// Says what the node does while its parameters rest, where its declaration says that it is pointwise; `false`: it
    /// can't be said.
    fn points(&self, _io: &Io<'_, L>, _points: &mut Points) -> bool {
        false
    }

    /// Whether silence in gives silence out (zeros without a sign), for as long as silence comes in and the parameters
    /// stay. A node that says so is not run then.
    fn at_rest(&self) -> bool {
        false
    }

    /// Shows all that is kept for one lane, numbers of [`Setup`] aside, so that it can move to a kernel with other
    /// lanes. Kinds that have [`Wides`] must.
    fn keep(&mut self, _keeper: &mut Keeper<'_>) {}

    /// What a meter has read so far; never called while audio runs.
    fn readings(&self) -> Vec<Reading> {
        Vec::new()
    }
}

/// One number that a meter gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// What is measured: `integrated_lufs`.
    pub name: &'static str,
    /// The number; `None` where there is nothing to measure.
    pub value: Option<f64>,
}

/// A kernel as the engine holds it.
pub trait Processor<L: Lane = f32>: Send {
    /// See [`Kernel::process`].
    fn process(&mut self, io: &mut Io<'_, L>);
    /// See [`Kernel::reset`].
    fn reset(&mut self);
    /// See [`Kernel::emit`].
    fn emit(&mut self, io: &mut Io<'_, L>);
    /// See [`Kernel::absorb`].
    fn absorb(&mut self, io: &mut Io<'_, L>);
    /// See [`Kernel::points`].
    fn points(&self, io: &Io<'_, L>, points: &mut Points) -> bool;
    /// See [`Kernel::at_rest`].
    fn at_rest(&self) -> bool;
    /// See [`Kernel::keep`].
    fn keep(&mut self, keeper: &mut Keeper<'_>);
    /// See [`Kernel::readings`].
    fn readings(&self) -> Vec<Reading>;
}

/// Makes a processor from what a node is made from; the text says what is wrong and what to do.
pub type Make<L> = fn(&Setup) -> Result<Box<dyn Processor<L>>, String>;

/// Makes one processor for several nodes that differ only in parameters that may move.
#[derive(Clone, Copy)]
pub struct Wides {
    /// For four nodes.
    pub four: Make<Wide<f32, 4>>,
    /// For eight nodes.
    pub eight: Make<Wide<f32, 8>>,
    /// For sixteen nodes.
    pub sixteen: Make<Wide<f32, 16>>,
    /// Whether a batch pays by itself; if not, only next to other batches, since its signals must be laid side by side.
    pub heavy: bool,
}

/// The fields `make` and `wide` of a declaration from an expression for a kernel, in which `L` is the lane type:
/// `wides!(heavy, setup => Filter::<L>::new(setup))`. With `light`, batches are made only next to other batches.
#[macro_export]
macro_rules! wides {
    (heavy, $setup:pat => $kernel:expr) => {
        $crate::wides!(@all true, $setup => $kernel)
    };
    (light, $setup:pat => $kernel:expr) => {
        $crate::wides!(@all false, $setup => $kernel)
    };
    (@all $heavy:literal, $setup:pat => $kernel:expr) => {
        Some($crate::node::Wides {
            four: $crate::wides!(@one 4, $setup => $kernel),
            eight: $crate::wides!(@one 8, $setup => $kernel),
            sixteen: $crate::wides!(@one 16, $setup => $kernel),
            heavy: $heavy,
        })
    };
    (@one $lanes:literal, $setup:pat => $kernel:expr) => {
        |$setup: &$crate::node::Setup| {
            #[allow(dead_code, reason = "kernels without state need not name their lanes")]
            type L = $crate::node::Wide<f32, $lanes>;
            Ok($crate::node::host::<L, _>($kernel))
        }
    };
}

/// Boxes a kernel so that each call runs with the machine's instruction set.
pub fn host<L: Lane, K: Kernel<L> + 'static>(kernel: K) -> Box<dyn Processor<L>> {
    Box::new(Hosted(kernel))
}

struct Hosted<K>(K);

/// One call into a kernel, to be compiled for each instruction set.
struct Call<'k, 'i, 'b, L: Lane, K, const WHICH: u8>(&'k mut K, &'i mut Io<'b, L>);

const PROCESS: u8 = 0;
const EMIT: u8 = 1;
const ABSORB: u8 = 2;

impl<L: Lane, K: Kernel<L>, const WHICH: u8> Task for Call<'_, '_, '_, L, K, WHICH> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        match WHICH {
            PROCESS => self.0.process(self.1),
            EMIT => self.0.emit(self.1),
            _ => self.0.absorb(self.1),
        }
    }
}

impl<L: Lane, K: Kernel<L>> Processor<L> for Hosted<K> {
    fn process(&mut self, io: &mut Io<'_, L>) {
        dispatch(Call::<L, K, PROCESS>(&mut self.0, io));
    }
    fn reset(&mut self) {
        self.0.reset();
    }
    fn emit(&mut self, io: &mut Io<'_, L>) {
        dispatch(Call::<L, K, EMIT>(&mut self.0, io));
    }
    fn absorb(&mut self, io: &mut Io<'_, L>) {
        dispatch(Call::<L, K, ABSORB>(&mut self.0, io));
    }
    fn points(&self, io: &Io<'_, L>, points: &mut Points) -> bool {
        self.0.points(io, points)
    }
    fn at_rest(&self) -> bool {
        self.0.at_rest()
    }
    fn keep(&mut self, keeper: &mut Keeper<'_>) {
        self.0.keep(keeper);
    }
    fn readings(&self) -> Vec<Reading> {
        self.0.readings()
    }
}
