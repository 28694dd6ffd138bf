//! Runs a program on several threads, live: the callback gives a buffer's work out, takes part in it, and goes on when
//! all of it is done. Nobody waits for a lock; what no helper has begun, the callback does itself.
//!
//! Every node does the same on the same numbers as on one thread, so not a bit differs.

mod heads;

use super::pass::{FAULTS, Fault};
use super::program::Program;
use super::relay::{Relay, Stretch};
use super::transport::Transport;
use crate::node::{BLOCK, Incoming};
use heads::Heads;
use std::cell::UnsafeCell;

/// How many blocks a segment may be ahead of those that read what it wrote.
const AHEAD: usize = 8;

/// How many segments there are for each thread.
const PER_THREAD: usize = 4;

/// The most frames that are run at once.
pub const LONGEST: usize = 8_192;

/// A program in segments, and the work that is to be done on them.
pub struct Crew {
    relay: Relay,
    heads: Heads,
    job: UnsafeCell<Job>,
    /// One after the other: each channel of each output.
    outputs: Vec<UnsafeCell<Vec<f32>>>,
    /// By segment.
    faults: Vec<UnsafeCell<Vec<Fault>>>,
}

/// The work of a buffer.
struct Job {
    transport: Transport,
    incoming: Incoming<'static>,
    start: i64,
    frames: usize,
    changed: bool,
    /// The number of its first block.
    base: usize,
}

// SAFETY: `job` is written only when all is done, by the one who gives work, and read only by whoever has taken a block
// of that; an output and the faults of a segment are used only by whoever has taken a block of that segment, or when
// all is done, by the one who gives work. `Heads` keeps account of all that.
unsafe impl Sync for Crew {}

/// How a helper finds the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Help {
    /// It did some.
    Did,
    /// There is some, but none that can be begun now.
    Waits,
    /// There is none.
    Idle,
}

impl Crew {
    /// Cuts a program for so many threads by what its steps cost.
    pub(super) fn new(program: &Program, costs: &[f64], threads: usize) -> Self {
        let relay = Relay::new(program, costs, threads * PER_THREAD, AHEAD);
        let (incoming, transport) = (Incoming::default(), Transport::default());
        let job = Job { transport, incoming, start: 0, frames: 0, changed: false, base: 0 };
        let channels = program.schedule().outputs.iter().map(|o| o.channels.len()).sum();
        let segments = relay.cut.segments.len();
        Self {
            heads: Heads::new(segments),
            job: UnsafeCell::new(job),
            outputs: (0..channels).map(|_| UnsafeCell::new(vec![0.0; LONGEST])).collect(),
            faults: (0..segments).map(|_| UnsafeCell::new(Vec::with_capacity(FAULTS))).collect(),
            relay,
        }
    }

    /// Runs up to [`LONGEST`] frames without a jump of the transport; `wake` calls the helpers. Then `each` sees all
    /// channels of all outputs.
    ///
    /// # Safety
    /// The caller holds the one runner of the program's builder by mutable reference, and this crew was made for this
    /// program.
    #[expect(clippy::too_many_arguments, reason = "used once")]
    pub(super) unsafe fn run(
        &self,
        program: &Program,
        transport: &Transport,
        incoming: Incoming<'_>,
        start: i64,
        frames: usize,
        changed: bool,
        wake: &dyn Fn(),
        faults: &mut Vec<Fault>,
    ) {
        let phase = start.rem_euclid(BLOCK as i64) as usize;
        // SAFETY: all work that was given before is done, so nobody else looks. The slices of `incoming` are read only in
        // blocks of this job, all of which are done before this function is left.
        unsafe {
            *self.job.get() = Job {
                transport: transport.clone(),
                incoming: std::mem::transmute::<Incoming<'_>, Incoming<'static>>(incoming),
                start,
                frames: frames.min(LONGEST),
                changed,
                base: self.heads.limit(),
            };
        }
        self.heads.give((frames.min(LONGEST) + phase).div_ceil(BLOCK));
        wake();
        while !self.heads.all_done() {
            // SAFETY: by the contract above.
            if !unsafe { self.step(program) } {
                std::hint::spin_loop();
            }
        }
        for own in &self.faults {
            // SAFETY: all is done.
            let own = unsafe { &mut *own.get() };
            faults.extend(own.drain(..).take(FAULTS - faults.len().min(FAULTS)));
        }
    }

    /// A channel of the outputs, counted through all of them; while no work is given.
    ///
    /// # Safety
    /// The caller holds the one runner of the program's builder, by mutable reference, and gives no work as long as the
    /// slice is used.
    pub(super) unsafe fn output(&self, channel: usize) -> &[f32] {
        // SAFETY: by the contract above, nobody writes.
        unsafe { &*self.outputs[channel].get() }
    }

    /// Does some of the work, for one who helps.
    ///
    /// # Safety
    /// This crew was made for this program.
    pub(super) unsafe fn help(&self, program: &Program) -> Help {
        // SAFETY: by the contract above; the one who gave the work holds the runner, and waits until it is done.
        if unsafe { self.step(program) } {
            Help::Did
        } else if self.heads.all_done() {
            Help::Idle
        } else {
            Help::Waits
        }
    }

    /// Runs one block of one segment, where that can be.
    ///
    /// # Safety
    /// This crew was made for this program.
    unsafe fn step(&self, program: &Program) -> bool {
        let may_run =
            |segment: usize, block: usize| self.relay.may_run(segment, block, AHEAD, |s| self.heads.done(s));
        let Some((segment, block)) = self.heads.take(may_run) else { return false };
        // SAFETY: a block of this job was taken, so it is not written until that is done.
        let job = unsafe { &*self.job.get() };
        let Job { transport, incoming, start, frames, changed, base } = job;
        let (incoming, outputs) = (*incoming, &self.outputs);
        let stretch = Stretch {
            program,
            transport,
            incoming,
            start: *start,
            frames: *frames,
            changed: *changed,
            outputs,
        };
        // SAFETY: `Heads` has it that this thread alone runs this segment now, that what it reads was written (`may_run`),
        // and that what it writes has been read; whoever gave the work holds the runner until all is done.
        unsafe {
            let faults = &mut *self.faults[segment].get();
            self.relay.block(&stretch, (segment, block - base, block), faults);
        }
        self.heads.finish(segment, block);
        true
    }
}

#[cfg(test)]
mod tests;
