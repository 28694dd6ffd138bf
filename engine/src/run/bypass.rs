//! What runs in place of a bypassed node: the bits of its input, as late as the node would have been.

use super::line::DelayLine;
use crate::node::{Io, Kernel};

/// Passes the first input to the first output; other outputs are silent.
pub struct Bypass {
    /// As long as the node's latency, as wide as its first output.
    pub line: DelayLine,
    /// Whether the input stands in the output already.
    pub in_place: bool,
}

impl Kernel<f32> for Bypass {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        for channel in 0..io.outputs.width(0) {
            let out = io.outputs.channel(0, channel);
            if !self.in_place {
                match io.inputs.width(0) {
                    1 => out.copy_from_slice(io.inputs.channel(0, 0)),
                    width if channel < width => out.copy_from_slice(io.inputs.channel(0, channel)),
                    _ => out.fill(0.0),
                }
            }
            self.line.run(channel, out);
        }
        self.line.advance(io.frames);
        for port in 1..io.outputs.ports() {
            for channel in 0..io.outputs.width(port) {
                io.outputs.channel(port, channel).fill(0.0);
            }
        }
    }

    fn reset(&mut self) {
        self.line.reset();
    }
}
