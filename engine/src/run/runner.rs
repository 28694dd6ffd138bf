//! The runner: the audio side. Runs programs block by block; allocates nothing, frees nothing, never waits.

use super::cell::with_state;
use super::crew::{Crew, LONGEST};
use super::memory::Slot;
use super::pass::{FAULTS, Fault, Pass};
use super::pipeline::Pipeline;
use super::program::Program;
use super::stopwatch::Stopwatch;
use super::transport::Transport;
use crate::node::{BLOCK, Incoming, Reading, Song};
use crate::schedule::Step;
use std::time::Instant;

/// Runs the programs of one builder.
pub struct Runner {
    id: u64,
    frame: i64,
    transport: Transport,
    /// How often parameters had been set before the last block.
    seen: u64,
    faults: Vec<Fault>,
    watch: Stopwatch,
    /// The group of steps that took most beyond what it usually takes, in the last buffer that was timed.
    slowest: Option<usize>,
}

/// The outputs of a block that was just run.
pub struct Block<'a> {
    program: &'a Program,
    sound: Sound<'a>,
    /// The absolute frame at which the block begins.
    pub frame: i64,
    /// How many frames it has.
    pub frames: usize,
}

/// Where the outputs of a block lie.
#[derive(Clone, Copy)]
enum Sound<'a> {
    Slots(&'a [Slot]),
    Crew(&'a Crew),
}

impl Block<'_> {
    /// One channel of an output, by its index in the schedule.
    pub fn channel(&self, output: usize, channel: usize) -> &[f32] {
        let outputs = &self.program.schedule().outputs;
        match self.sound {
            Sound::Slots(slots) => &slots[outputs[output].channels[channel].slot as usize].0[..self.frames],
            Sound::Crew(crew) => {
                let before: usize = outputs[..output].iter().map(|o| o.channels.len()).sum();
                // SAFETY: the runner, held by mutable reference, made this block, and gives no work while it is seen.
                unsafe { &crew.output(before + channel)[..self.frames] }
            }
        }
    }
}

impl Runner {
    pub(super) fn new(id: u64) -> Self {
        Self {
            id,
            frame: 0,
            transport: Transport::default(),
            seen: u64::MAX,
            faults: Vec::with_capacity(FAULTS),
            watch: Stopwatch::new(),
            slowest: None,
        }
    }

    /// The absolute frame that runs next.
    pub fn frame(&self) -> i64 {
        self.frame
    }

    /// Where the song stands at the frame that runs next.
    pub fn song(&self) -> Song {
        self.transport.at(self.frame)
    }

    /// Lets the song go on, or stand, from the next frame on.
    pub fn roll(&mut self, rolls: bool) {
        self.transport.roll(self.frame, rolls);
    }

    /// Goes to a frame of the song.
    pub fn seek(&mut self, to: i64) {
        self.transport.seek(self.frame, to);
    }

    /// Repeats the song's frames from the first to before the second.
    pub fn repeat(&mut self, stretch: Option<(i64, i64)>) {
        self.transport.repeat(stretch);
    }

    /// The nodes that gave what is no number so far, the first 64.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Forgets those nodes.
    pub fn forget_faults(&mut self) {
        self.faults.clear();
    }

    /// Runs `frames` frames in blocks that end at whole multiples of 64 frames; `each` sees the outputs of every
    /// block. A program of another builder is not run.
    pub fn run(&mut self, program: &Program, frames: usize, mut each: impl FnMut(&Block<'_>)) {
        self.run_with(program, Incoming::default(), frames, &mut each, |pass, n| {
            pass.steps(0..program.schedule().steps.len(), 0..n)
        });
    }

    /// As [`Runner::run`], with what comes in from outside in these frames, and on the watch for what takes long: see
    /// [`Runner::slowest`]. Where the program has a crew, `wake` calls the threads that help, see [`Program::help`];
    /// the blocks that `each` sees are longer then, and nothing is timed.
    pub fn run_live(
        &mut self,
        program: &Program,
        incoming: Incoming<'_>,
        frames: usize,
        wake: &dyn Fn(),
        mut each: impl FnMut(&Block<'_>),
    ) {
        if let Some(crew) = &program.crew {
            self.slowest = None;
            return self.run_crew(program, crew, incoming, frames, wake, &mut each);
        }
        let mut watch = std::mem::take(&mut self.watch);
        watch.begin(program.groups.len());
        self.run_with(program, incoming, frames, &mut each, |pass, n| {
            watch.start();
            let mut from = 0;
            for (group, &end) in program.groups.iter().enumerate() {
                pass.steps(from..end as usize, 0..n);
                watch.done(group);
                from = end as usize;
            }
        });
        self.slowest = watch.end(&program.usual, frames);
        self.watch = watch;
    }

    fn run_crew(
        &mut self,
        program: &Program,
        crew: &Crew,
        incoming: Incoming<'_>,
        frames: usize,
        wake: &dyn Fn(),
        each: &mut dyn FnMut(&Block<'_>),
    ) {
        if program.owner != self.id {
            return;
        }
        let mut blocks = || {
            // SAFETY: this is the one runner of the program's builder, held by mutable reference.
            unsafe { program.arrive() };
            let (begin, mut left) = (self.frame, frames);
            while left > 0 {
                let n = self.transport.until_jump(self.frame, left.min(LONGEST));
                let changes = program.changes();
                let changed = changes != self.seen;
                self.seen = changes;
                let incoming = incoming.part((self.frame - begin) as usize, n);
                let (transport, faults) = (&self.transport, &mut self.faults);
                // SAFETY: as above; the crew is the program's own.
                unsafe { crew.run(program, transport, incoming, self.frame, n, changed, wake, faults) };
                each(&Block { program, sound: Sound::Crew(crew), frame: self.frame, frames: n });
                self.frame += n as i64;
                self.transport.come(self.frame);
                left -= n;
            }
        };
        // SAFETY: nothing in the blocks, all of it arithmetic on audio, relies on denormal numbers.
        unsafe { no_denormals::no_denormals(&mut blocks) };
    }

    /// The group of steps that took most beyond what it usually takes, in the last buffer of [`Runner::run_live`]; for
    /// [`Program::group_keys`].
    pub fn slowest(&self) -> Option<usize> {
        self.slowest
    }

    pub(super) fn run_with(
        &mut self,
        program: &Program,
        incoming: Incoming<'_>,
        frames: usize,
        each: &mut dyn FnMut(&Block<'_>),
        mut steps: impl FnMut(&mut Pass<'_>, usize),
    ) {
        if program.owner != self.id {
            return;
        }
        let mut blocks = || {
            // SAFETY: this is the one runner of the program's builder, held by mutable reference.
            unsafe { program.arrive() };
            let begin = self.frame;
            let end = begin + frames as i64;
            while self.frame < end {
                let phase = self.frame.rem_euclid(BLOCK as i64);
                let n = (BLOCK as i64 - phase).min(end - self.frame) as usize;
                let n = self.transport.until_jump(self.frame, n);
                // SAFETY: this is the one runner of the program's builder, held by mutable reference.
                let memory = unsafe { &mut *program.memory.get() };
                let changes = program.changes();
                let changed = changes != self.seen;
                self.seen = changes;
                let (start, transport) = (self.frame, &self.transport);
                let incoming = incoming.part((start - begin) as usize, n);
                let faults = &mut self.faults;
                let mut pass = Pass { program, memory, start, transport, changed, faults, incoming };
                steps(&mut pass, n);
                let sound = Sound::Slots(&memory.slots);
                each(&Block { program, sound, frame: self.frame, frames: n });
                self.frame += n as i64;
                self.transport.come(self.frame);
            }
        };
        // SAFETY: nothing in the blocks, all of it arithmetic on audio, relies on denormal numbers.
        unsafe { no_denormals::no_denormals(&mut blocks) };
    }

    /// Runs `frames` frames as [`Runner::run`] does, and gives what each step cost, in nanoseconds; what a loop costs
    /// stands at its first step. For a [`Pipeline`].
    pub fn run_and_measure(
        &mut self,
        program: &Program,
        frames: usize,
        mut each: impl FnMut(&Block<'_>),
    ) -> Vec<f64> {
        let steps = &program.schedule().steps;
        let mut costs = vec![0.0; steps.len()];
        self.run_with(program, Incoming::default(), frames, &mut each, |pass, n| {
            let mut at = 0;
            while let Some(step) = steps.get(at) {
                let next = match step {
                    Step::Loop { steps, .. } | Step::Fuse { steps } => at + 1 + steps,
                    _ => at + 1,
                };
                let start = Instant::now();
                pass.steps(at..next, 0..n);
                costs[at] += start.elapsed().as_nanos() as f64;
                at = next;
            }
        });
        costs
    }

    /// Runs `frames` frames on several threads, without the repeats of the transport; gives all channels of all outputs, one after the other. Not for a
    /// callback: it waits and allocates. A program of another builder gives nothing.
    pub fn run_threads(&mut self, program: &Program, pipeline: &Pipeline, frames: usize) -> Vec<Vec<f32>> {
        if program.owner != self.id {
            return Vec::new();
        }
        // SAFETY: this is the one runner of the program's builder, held by mutable reference.
        unsafe { program.arrive() };
        let changes = program.changes();
        let changed = changes != self.seen;
        self.seen = changes;
        // SAFETY: as above; that the pipeline is the program's is what the caller promises by giving both, and the
        // worst of a wrong one is a panic, since every index is checked.
        let outputs =
            unsafe { pipeline.run(program, &self.transport, self.frame, frames, changed, &mut self.faults) };
        self.frame += frames as i64;
        outputs
    }

    /// What a meter of the program has read so far, by the node's key; not while audio runs.
    pub fn readings(&mut self, program: &Program, key: &str) -> Vec<Reading> {
        let knobs = program.knobs(key).filter(|_| program.owner == self.id);
        // SAFETY: this is the one runner of the program's builder, held by mutable reference.
        knobs.map_or_else(
            Vec::new,
            |k| with_state!(unsafe { k.cell.state_mut() }, s => s.processor.readings()),
        )
    }

    /// What each meter of the program has read so far, with the node's key; not while audio runs.
    pub fn all_readings(&mut self, program: &Program) -> Vec<(String, Vec<Reading>)> {
        if program.owner != self.id {
            return Vec::new();
        }
        let alone = program.cells.iter().enumerate().filter(|(_, cell)| cell.lanes() == 1);
        let each = alone.map(|(bank, cell)| {
            // SAFETY: this is the one runner of the program's builder, held by mutable reference; the reference ends
            // here, before the next one is made.
            let readings = with_state!(unsafe { cell.state_mut() }, s => s.processor.readings());
            (program.key(bank, 0), readings)
        });
        each.filter(|r| !r.1.is_empty()).map(|(key, readings)| (key.into(), readings)).collect()
    }
}
