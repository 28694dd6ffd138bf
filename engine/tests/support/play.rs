//! Runs a patch with the engine.

use super::build::{RATE, context};
use super::kinds;
use signalbox_engine::compile::Compiled;
use signalbox_engine::node::Reading;
use signalbox_engine::patch::Patch;
use signalbox_engine::run::{Pipeline, Program, Runner, pair};

/// What a patch gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Played {
    /// Each output's name and channels.
    pub outputs: Vec<(String, Vec<Vec<f32>>)>,
    /// What each meter read.
    pub readings: Vec<(String, Vec<Reading>)>,
    /// The keys of the nodes that gave what is no number.
    pub faults: Vec<String>,
}

impl Played {
    /// What there is before the first frame.
    fn nothing(program: &Program) -> Self {
        let outputs = &program.schedule().outputs;
        let outputs = outputs.iter().map(|o| (o.name.clone(), vec![Vec::new(); o.channels.len()])).collect();
        Self { outputs, ..Self::default() }
    }

    /// With what the meters and the guard say at the end.
    fn end(mut self, runner: &mut Runner, program: &Program) -> Self {
        self.readings = runner.all_readings(program);
        self.readings.sort_by(|a, b| a.0.cmp(&b.0));
        self.faults = runner.faults().iter().map(|f| program.fault_key(f).to_string()).collect();
        self
    }

    /// The channels of an output.
    pub fn output(&self, name: &str) -> &[Vec<f32>] {
        let found = self.outputs.iter().find(|o| o.0 == name);
        found.map(|o| o.1.as_slice()).unwrap_or_else(|| panic!("no output {name}"))
    }

    /// Says where two runs differ; bits count, so that 0 and -0 are not the same.
    pub fn difference(&self, other: &Self) -> Option<String> {
        let names = |p: &Self| p.outputs.iter().map(|o| (o.0.clone(), o.1.len())).collect::<Vec<_>>();
        if names(self) != names(other) {
            return Some(format!("outputs {:?} and {:?}", names(self), names(other)));
        }
        for ((name, a), (_, b)) in self.outputs.iter().zip(&other.outputs) {
            for (channel, (a, b)) in a.iter().zip(b).enumerate() {
                if a.len() != b.len() {
                    return Some(format!("{name} has {} and {} frames", a.len(), b.len()));
                }
                if let Some(frame) = (0..a.len()).find(|&i| a[i].to_bits() != b[i].to_bits()) {
                    let (a, b) = (a[frame], b[frame]);
                    return Some(format!("{name} channel {channel} frame {frame}: {a:e} and {b:e}"));
                }
            }
        }
        (self.readings != other.readings)
            .then(|| format!("meters {:?} and {:?}", self.readings, other.readings))
    }
}

/// Runs a compiled patch for `frames` frames in buffers whose lengths `buffer` gives.
pub fn play(patch: &Patch, compiled: &Compiled, frames: usize, buffer: impl FnMut() -> usize) -> Played {
    let shelf = kinds::shelf();
    let (mut builder, mut runner) = pair();
    let program = builder.build(compiled, &context(&shelf), &patch.tempo).unwrap_or_else(|p| panic!("{p:?}"));
    listen(&mut runner, &program, frames, buffer)
}

/// Runs a program for the next `frames` frames.
pub fn listen(
    runner: &mut Runner,
    program: &Program,
    frames: usize,
    mut buffer: impl FnMut() -> usize,
) -> Played {
    let mut played = Played::nothing(program);
    let mut done = 0;
    while done < frames {
        let n = buffer().clamp(1, frames - done);
        runner.run(program, n, |block| {
            for (output, (_, channels)) in played.outputs.iter_mut().enumerate() {
                for (channel, to) in channels.iter_mut().enumerate() {
                    to.extend_from_slice(block.channel(output, channel));
                }
            }
        });
        done += n;
    }
    played.end(runner, program)
}

/// Runs a compiled patch on several threads, in buffers whose lengths `buffer` gives, with steps that are said to cost
/// what `cost` gives.
pub fn play_on_threads(
    patch: &Patch,
    compiled: &Compiled,
    frames: usize,
    threads: usize,
    buffer: impl FnMut() -> usize,
    cost: impl FnMut() -> f64,
) -> Played {
    let shelf = kinds::shelf();
    let (mut builder, mut runner) = pair();
    let program = builder.build(compiled, &context(&shelf), &patch.tempo).unwrap_or_else(|p| panic!("{p:?}"));
    listen_on_threads(&mut runner, &program, frames, threads, buffer, cost)
}

/// Runs a program on several threads for the next `frames` frames.
pub fn listen_on_threads(
    runner: &mut Runner,
    program: &Program,
    frames: usize,
    threads: usize,
    mut buffer: impl FnMut() -> usize,
    mut cost: impl FnMut() -> f64,
) -> Played {
    let costs: Vec<f64> = program.schedule().steps.iter().map(|_| cost()).collect();
    let pipeline = Pipeline::new(program, &costs, threads);
    let mut played = Played::nothing(program);
    let mut done = 0;
    while done < frames {
        let n = buffer().clamp(1, frames - done);
        let all = runner.run_threads(program, &pipeline, n);
        let channels = played.outputs.iter_mut().flat_map(|o| &mut o.1);
        channels.zip(all).for_each(|(to, from)| to.extend(from));
        done += n;
    }
    played.end(runner, program)
}

/// Compiles a patch and runs it in buffers of 64.
pub fn run(patch: &Patch, frames: usize) -> Played {
    let compiled = super::build::compiled(patch).unwrap_or_else(|p| panic!("{p:?}"));
    play(patch, &compiled, frames, || 64)
}

/// The frames at which a signal is not zero, and what it is there.
pub fn sounding(channel: &[f32]) -> Vec<(usize, f32)> {
    channel.iter().copied().enumerate().filter(|x| x.1 != 0.0).collect()
}

/// Seconds of so many frames.
pub fn seconds(frames: usize) -> f64 {
    frames as f64 / f64::from(RATE)
}
