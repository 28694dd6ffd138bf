//! The arithmetic of a node, and the form in which the engine holds it.

use super::Io;
use signalbox_dsp::lane::{Lane, Task, dispatch};

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

/// A kernel for one instance, as the engine holds it.
pub trait Processor: Send {
    /// See [`Kernel::process`].
    fn process(&mut self, io: &mut Io<'_, f32>);
    /// See [`Kernel::reset`].
    fn reset(&mut self);
    /// See [`Kernel::emit`].
    fn emit(&mut self, io: &mut Io<'_, f32>);
    /// See [`Kernel::absorb`].
    fn absorb(&mut self, io: &mut Io<'_, f32>);
    /// See [`Kernel::readings`].
    fn readings(&self) -> Vec<Reading>;
}

/// Boxes a kernel so that each call runs with the machine's instruction set.
pub fn host<K: Kernel<f32> + 'static>(kernel: K) -> Box<dyn Processor> {
    Box::new(Hosted(kernel))
}

struct Hosted<K>(K);

/// One call into a kernel, to be compiled for each instruction set.
struct Call<'k, 'i, 'b, K, const WHICH: u8>(&'k mut K, &'i mut Io<'b, f32>);

const PROCESS: u8 = 0;
const EMIT: u8 = 1;
const ABSORB: u8 = 2;

impl<K: Kernel<f32>, const WHICH: u8> Task for Call<'_, '_, '_, K, WHICH> {
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

impl<K: Kernel<f32>> Processor for Hosted<K> {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        dispatch(Call::<K, PROCESS>(&mut self.0, io));
    }
    fn reset(&mut self) {
        self.0.reset();
    }
    fn emit(&mut self, io: &mut Io<'_, f32>) {
        dispatch(Call::<K, EMIT>(&mut self.0, io));
    }
    fn absorb(&mut self, io: &mut Io<'_, f32>) {
        dispatch(Call::<K, ABSORB>(&mut self.0, io));
    }
    fn readings(&self) -> Vec<Reading> {
        self.0.readings()
    }
}
