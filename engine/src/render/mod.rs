//! Offline: a patch is run as fast as it goes, from its start to the end of its sound.

mod length;

pub use length::{Ending, ending};

use crate::Audio;
use crate::compile::{Compiled, Context, Problem, compile};
use crate::node::Reading;
use crate::patch::Patch;
use crate::run::{Block, Pipeline, Program, Runner, pair};
use thiserror::Error;

/// Below this amplitude, -100 dBFS, a tail is over.
const QUIET: f32 = 1e-5;

/// The longest tail of a patch that has no length, in seconds.
const LONGEST_TAIL: f64 = 300.0;

/// How a patch is rendered.
#[derive(Clone, Debug)]
pub struct Options {
    /// Seconds; by the patch where it is `None`.
    pub seconds: Option<f64>,
    /// The output to render, by its id; `out`, `master` or else the first where it is `None`.
    pub output: Option<String>,
    /// How many frames are asked for at once; the bits do not depend on it.
    pub buffer: usize,
    /// How many threads render at once; the bits do not depend on it.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { seconds: None, output: None, buffer: 4_096, threads: 1 }
    }
}

/// Why a render stopped.
#[derive(Debug, Error)]
pub enum RenderError {
    /// The patch does not compile.
    #[error("{}", lines(.0))]
    Problems(Vec<Problem>),
    /// There is nothing to hear.
    #[error("the patch has no output; add a node of the kind `output` and lead a cable to it")]
    NoOutput,
    /// The output that was asked for is not there.
    #[error("the patch has no output `{wanted}`; it has: {there}")]
    NoSuchOutput {
        /// What was asked for.
        wanted: String,
        /// What there is.
        there: String,
    },
    /// A source plays for ever.
    #[error("{0} plays for ever; say how long: --length 30s, or \"length\": \"30 s\" in the patch")]
    Endless(String),
    /// The tail does not fade.
    #[error("five minutes after its last event the patch still sounds; say how long: --length 30s")]
    NoEnd,
    /// A node gave what is no number.
    #[error("`{node}` gave what is no number at {seconds:.3} s; look at its settings and at what feeds it")]
    NotFinite {
        /// The node's key.
        node: String,
        /// When.
        seconds: f64,
    },
    /// The sink refused what was rendered.
    #[error("{0}")]
    Sink(String),
    /// The user wanted it to stop.
    #[error("stopped; nothing was written")]
    Stopped,
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Takes what is rendered.
pub trait Sink {
    /// Takes a stretch of all channels; the text of an error says why it can't.
    fn write(&mut self, channels: &[&[f32]]) -> Result<(), String>;

    /// Hears how many frames are done, and of how many where that is known; `false` stops the render.
    fn progress(&mut self, _done: u64, _of: Option<u64>) -> bool {
        true
    }
}

impl Sink for Audio {
    fn write(&mut self, channels: &[&[f32]]) -> Result<(), String> {
        self.channels.resize_with(channels.len(), Vec::new);
        for (to, from) in self.channels.iter_mut().zip(channels) {
            to.extend_from_slice(from);
        }
        Ok(())
    }
}

/// What a render was.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// How many frames were written.
    pub frames: u64,
    /// How many channels.
    pub width: usize,
    /// What each meter of the patch read, by the key of its node.
    pub readings: Vec<(String, Vec<Reading>)>,
    /// What is odd but no error.
    pub warnings: Vec<Problem>,
}

/// A patch that is ready to be rendered, or run by hand.
pub struct Rendering {
    compiled: Compiled,
    program: Program,
    runner: Runner,
    output: usize,
    ending: Ending,
    rate: u32,
}

/// The output that is heard where none is named: `out`, `master`, or else the first.
pub fn main_output<'a>(outputs: impl Iterator<Item = &'a str> + Clone) -> Option<usize> {
    let named = |name: &str| outputs.clone().position(|o| o == name);
    named("out").or_else(|| named("master")).or(outputs.clone().next().map(|_| 0))
}

/// Compiles a patch and makes its nodes.
pub fn prepare(patch: &Patch, context: &Context<'_>, options: &Options) -> Result<Rendering, RenderError> {
    let compiled = compile(patch, context).map_err(RenderError::Problems)?;
    let outputs = &compiled.schedule.outputs;
    let named = |name: &str| outputs.iter().position(|o| o.name == name);
    let output = match &options.output {
        Some(wanted) => named(wanted).ok_or_else(|| RenderError::NoSuchOutput {
            wanted: wanted.clone(),
            there: outputs.iter().map(|o| o.name.as_str()).collect::<Vec<_>>().join(", "),
        })?,
        None => main_output(compiled.schedule.names()).ok_or(RenderError::NoOutput)?,
    };
    let ending = ending(&compiled, context, patch, options.seconds)?;
    let (mut builder, runner) = pair();
    let program = builder.build(&compiled, context, &patch.tempo).map_err(RenderError::Problems)?;
    Ok(Rendering { compiled, program, runner, output, ending, rate: context.rate })
}

/// Renders a patch into a sink.
pub fn render(
    patch: &Patch,
    context: &Context<'_>,
    options: &Options,
    sink: &mut dyn Sink,
) -> Result<Report, RenderError> {
    prepare(patch, context, options)?.render(options, sink)
}

/// Renders a patch into memory.
pub fn to_memory(patch: &Patch, context: &Context<'_>, options: &Options) -> Result<Audio, RenderError> {
    let rendering = prepare(patch, context, options)?;
    let mut audio = Audio::silence(context.rate, rendering.width(), 0);
    rendering.render(options, &mut audio)?;
    Ok(audio)
}

impl Rendering {
    /// How many channels the output has.
    pub fn width(&self) -> usize {
        self.program.schedule().outputs[self.output].channels.len()
    }

    /// How many frames the render has, where that is known before.
    pub fn frames(&self) -> Option<u64> {
        match self.ending {
            Ending::At(frames) => Some(frames),
            Ending::Tail { .. } => None,
        }
    }

    /// How many frames are expected: all of them, or those up to the last event, whose tail follows.
    pub fn expected(&self) -> u64 {
        match self.ending {
            Ending::At(frames) => frames,
            Ending::Tail { from, .. } => from,
        }
    }

    /// Runs to the end.
    pub fn render(mut self, options: &Options, sink: &mut dyn Sink) -> Result<Report, RenderError> {
        let buffer = options.buffer.max(1);
        let mut state = Writing::new(self.width(), self.ending, self.rate);
        let mut skip = self.program.schedule().latency;
        let expected = self.expected();
        let mut source = Source::new(options);
        loop {
            state.chunk.iter_mut().for_each(Vec::clear);
            source.fill(&mut self, buffer, &mut skip, &mut state.chunk);
            let program = &self.program;
            if let Some(fault) = self.runner.faults().first() {
                let node = program.fault_key(fault).to_string();
                let seconds = fault.frame as f64 / f64::from(self.rate);
                return Err(RenderError::NotFinite { node, seconds });
            }
            let over = state.take(sink)?;
            if !sink.progress(state.written, (state.written <= expected).then_some(expected)) {
                return Err(RenderError::Stopped);
            }
            if over {
                break;
            }
        }
        let readings = self.runner.all_readings(&self.program);
        let width = self.width();
        Ok(Report { frames: state.written, width, readings, warnings: self.compiled.warnings })
    }
}

/// Where the sound of a render comes from.
enum Source {
    /// One thread.
    One,
    /// This many threads, as soon as it is known what each step costs.
    Measures(usize),
    /// Several threads.
    Several(Pipeline),
}

impl Source {
    fn new(options: &Options) -> Self {
        if options.threads > 1 { Self::Measures(options.threads) } else { Self::One }
    }

    /// Fills in the next frames of each channel, without the first `skip` ones.
    fn fill(&mut self, of: &mut Rendering, buffer: usize, skip: &mut usize, chunk: &mut [Vec<f32>]) {
        let Rendering { program, runner, output, rate, .. } = of;
        let mut each = |block: &Block<'_>| {
            let from = (*skip).min(block.frames);
            *skip -= from;
            for (channel, to) in chunk.iter_mut().enumerate() {
                to.extend_from_slice(&block.channel(*output, channel)[from..]);
            }
        };
        match self {
            Self::One => runner.run(program, buffer, each),
            Self::Measures(threads) => {
                let costs = runner.run_and_measure(program, MEASURED, &mut each);
                *self = Self::Several(Pipeline::new(program, &costs, *threads));
            }
            Self::Several(pipeline) => {
                // Long enough that the threads seldom wait for the last of them.
                let all = runner.run_threads(program, pipeline, buffer.max(*rate as usize));
                let frames = all.first().map_or(0, Vec::len);
                let from = (*skip).min(frames);
                *skip -= from;
                let before: usize =
                    program.schedule().outputs[..*output].iter().map(|o| o.channels.len()).sum();
                for (to, channel) in chunk.iter_mut().zip(&all[before..]) {
                    to.extend_from_slice(&channel[from..]);
                }
            }
        }
    }
}

/// How many frames show what each step costs.
const MEASURED: usize = 4_096;

/// How far a render has come.
struct Writing {
    chunk: Vec<Vec<f32>>,
    /// What was quiet and is written only if sound follows.
    held: Vec<Vec<f32>>,
    written: u64,
    ending: Ending,
    rate: u32,
}

impl Writing {
    fn new(width: usize, ending: Ending, rate: u32) -> Self {
        Self { chunk: vec![Vec::new(); width], held: vec![Vec::new(); width], written: 0, ending, rate }
    }

    /// Hands a chunk on; whether the render is over.
    fn take(&mut self, sink: &mut dyn Sink) -> Result<bool, RenderError> {
        let frames = self.chunk.first().map_or(0, Vec::len) as u64;
        match self.ending {
            Ending::At(end) => {
                let n = frames.min(end - self.written);
                self.write(sink, n as usize)?;
                Ok(self.written >= end)
            }
            Ending::Tail { from, gap } => {
                // Up to the last event everything counts; behind it only what sounds, and what lies before that.
                let certain = from.saturating_sub(self.written).min(frames) as usize;
                let mut quiet = self.held.first().map_or(0, Vec::len) as u64;
                let (mut last, mut seen) = (certain, frames as usize);
                for i in certain..frames as usize {
                    if self.chunk.iter().any(|c| c[i].abs() > QUIET) {
                        (last, quiet) = (i + 1, 0);
                    } else {
                        quiet += 1;
                        if quiet >= gap {
                            seen = i + 1;
                            break;
                        }
                    }
                }
                if last > 0 {
                    self.release(sink)?;
                    self.write(sink, last)?;
                }
                for (held, chunk) in self.held.iter_mut().zip(&self.chunk) {
                    held.extend_from_slice(&chunk[last..seen]);
                }
                if self.written > from + (LONGEST_TAIL * f64::from(self.rate)) as u64 {
                    return Err(RenderError::NoEnd);
                }
                Ok(self.written >= from && quiet >= gap)
            }
        }
    }

    fn write(&mut self, sink: &mut dyn Sink, frames: usize) -> Result<(), RenderError> {
        let channels: Vec<&[f32]> = self.chunk.iter().map(|c| &c[..frames]).collect();
        self.written += frames as u64;
        sink.write(&channels).map_err(RenderError::Sink)
    }

    fn release(&mut self, sink: &mut dyn Sink) -> Result<(), RenderError> {
        let channels: Vec<&[f32]> = self.held.iter().map(Vec::as_slice).collect();
        let frames = channels.first().map_or(0, |c| c.len());
        if frames > 0 {
            self.written += frames as u64;
            sink.write(&channels).map_err(RenderError::Sink)?;
            self.held.iter_mut().for_each(Vec::clear);
        }
        Ok(())
    }
}
