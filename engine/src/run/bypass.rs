//! What runs in place of a bypassed node: the bits of its input, as late as the node would have been.

use super::line::DelayLine;
use crate::node::{Io, Kernel};

/// Passes the first input to the first output; other outputs are silent.
pub struct Bypass(pub DelayLine);

impl Kernel<f32> for Bypass {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        for channel in 0..io.outputs.width(0) {
            self.0.run(channel, io.outputs.channel(0, channel));
        }
        self.0.advance(io.frames);
        for port in 1..io.outputs.ports() {
            for channel in 0..io.outputs.width(port) {
                io.outputs.channel(port, channel).fill(0.0);
            }
        }
    }

    fn reset(&mut self) {
        self.0.reset();
    }
}
