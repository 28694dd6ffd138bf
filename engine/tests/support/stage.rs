//! A stage: one builder and one runner, on which programs of several patches follow each other.

use super::build::context;
use super::kinds;
use signalbox_engine::compile::Problem;
use signalbox_engine::node::Shelf;
use signalbox_engine::patch::Patch;
use signalbox_engine::run::{Builder, Program, Runner, pair};

pub struct Stage {
    shelf: Shelf,
    pub builder: Builder,
    pub runner: Runner,
}

impl Stage {
    pub fn new() -> Self {
        let (builder, runner) = pair();
        Self { shelf: kinds::shelf(), builder, runner }
    }

    /// Compiles a patch and makes its program, or tells why its nodes can't be made.
    pub fn try_build(&mut self, patch: &Patch) -> Result<Program, Vec<Problem>> {
        let context = context(&self.shelf);
        let compiled = self.builder.compile(patch, &context).unwrap_or_else(|p| panic!("{p:?}"));
        self.builder.build(&compiled, &context, &patch.tempo)
    }

    pub fn build(&mut self, patch: &Patch) -> Program {
        self.try_build(patch).unwrap_or_else(|p| panic!("{p:?}"))
    }

    /// Runs a program in buffers of these lengths; gives all channels of all outputs, one after the other.
    pub fn run(&mut self, program: &Program, buffers: &[usize]) -> Vec<Vec<f32>> {
        let outputs = &program.schedule().outputs;
        let mut all: Vec<Vec<f32>> = vec![Vec::new(); outputs.iter().map(|o| o.channels.len()).sum()];
        for &frames in buffers {
            self.runner.run(program, frames, |block| {
                let mut to = all.iter_mut();
                for (output, o) in outputs.iter().enumerate() {
                    for channel in 0..o.channels.len() {
                        to.next().expect("a channel").extend_from_slice(block.channel(output, channel));
                    }
                }
            });
        }
        all
    }
}
