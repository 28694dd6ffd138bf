//! A flat list of small nodes with no graph: each reads a buffer and writes one, and nothing else is looked up.

use super::{BLOCK, Channel, Stick};
use crate::bench::settings::{CHAIN, CHAIN_WAVE, RATE, SINE, sine};
use signalbox_dsp::lane::{Simd, Task, Wide, dispatch};
use std::array::from_fn;
use std::hint::black_box;

/// How many frames lie side by side.
const LANES: usize = 16;

type Frames = Wide<f32, LANES>;

/// A buffer, a block long.
type Buffer = [Frames; BLOCK / LANES];

/// What a node does.
#[derive(Clone, Copy)]
enum Kind {
    /// Multiplies.
    Gain,
    /// Adds a sine, multiplied.
    Sine {
        /// Where in its period it is, 0 to 1, and how much of it is a frame.
        phase: f32,
        step: f32,
    },
}

/// An entry of the list.
#[derive(Clone, Copy)]
struct Node {
    kind: Kind,
    /// Indices of the buffers.
    from: u32,
    to: u32,
    gain: f32,
}

impl Node {
    #[inline(always)]
    fn run(&mut self, buffers: &mut [Buffer], ramp: Frames) {
        let gain = Frames::splat(self.gain);
        match &mut self.kind {
            Kind::Gain => {
                let mut sound = buffers[self.from as usize];
                for x in &mut sound {
                    *x *= gain;
                }
                buffers[self.to as usize] = sound;
            }
            Kind::Sine { phase, step } => {
                let mut place = ramp.mul_add(Frames::splat(*step), Frames::splat(*phase));
                let stride = Frames::splat(*step * LANES as f32);
                for y in &mut buffers[self.to as usize] {
                    *y = rough_sine(place).mul_add(gain, *y);
                    place += stride;
                }
                let end = step.mul_add(BLOCK as f32, *phase);
                *phase = end - end.floor();
            }
        }
    }
}

/// Sine of an angle in turns within 0.001: a parabola and its square.
#[inline(always)]
fn rough_sine(x: Frames) -> Frames {
    let x = x - (x + Frames::splat(0.5)).floor();
    let arch = x * (Frames::splat(0.5) - x.abs());
    arch * arch.abs().mul_add(Frames::splat(57.6), Frames::splat(12.4))
}

/// A list and its buffers; what the list leaves in the first one is heard.
struct List {
    nodes: Vec<Node>,
    buffers: Vec<Buffer>,
    /// The numbers of the lanes.
    ramp: Frames,
    frame: usize,
    /// Frames of a period of the saw that the first buffer begins a block with; 0: with silence.
    period: usize,
}

struct Play<'a>(&'a mut List, usize, &'a mut dyn FnMut(&[Channel]));

impl Task for Play<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self(list, blocks, show) = self;
        for _ in 0..blocks {
            let (frame, period) = (list.frame, list.period);
            let wave = |i: usize| match period {
                0 => 0.0,
                _ => ((frame + i) % period) as f32 / period as f32 - 0.5,
            };
            list.buffers[0] = from_fn(|k| Frames::from_fn(|lane| wave(LANES * k + lane)));
            for node in &mut list.nodes {
                node.run(&mut list.buffers, list.ramp);
            }
            list.frame += BLOCK;
            let out = list.buffers[0];
            show(&[from_fn(|i| out[i / LANES].0[i % LANES])]);
        }
    }
}

impl List {
    fn new(nodes: Vec<Node>, period: usize) -> Self {
        // None of this is the compiler's to know.
        let ramp = black_box(Frames::from_fn(|lane| lane as f32));
        Self { nodes: black_box(nodes), buffers: vec![Buffer::default()], ramp, frame: 0, period }
    }

    fn play(&mut self, frames: usize, show: &mut dyn FnMut(&[Channel])) {
        dispatch(Play(self, frames.div_ceil(BLOCK), show));
    }
}

/// A chain: each gain multiplies what the one before has left. Mono.
pub struct Chain(List);

impl Chain {
    /// A chain of so many gains, fed with a saw between -0.5 and 0.5.
    pub fn new(nodes: usize) -> Self {
        let gain = 10f64.powf(CHAIN / 20.0) as f32;
        let node = Node { kind: Kind::Gain, from: 0, to: 0, gain };
        Self(List::new(vec![node; nodes], (f64::from(RATE) / CHAIN_WAVE) as usize))
    }
}

impl Stick for Chain {
    fn play(&mut self, frames: usize, show: &mut dyn FnMut(&[Channel])) {
        self.0.play(frames, show);
    }
}

/// Many sines, each multiplied and added to one bus. Mono.
pub struct Sines(List);

impl Sines {
    /// So many sines.
    pub fn new(nodes: usize) -> Self {
        let node = |index| Node {
            kind: Kind::Sine { phase: 0.0, step: (sine(index) / f64::from(RATE)) as f32 },
            from: 0,
            to: 0,
            gain: SINE as f32,
        };
        Self(List::new((0..nodes).map(node).collect(), 0))
    }
}

impl Stick for Sines {
    fn play(&mut self, frames: usize, show: &mut dyn FnMut(&[Channel])) {
        self.0.play(frames, show);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    #[test]
    fn the_sine_is_as_close_as_it_says() {
        for i in 0..1_000 {
            let x = i as f32 / 1_000.0 * 3.0 - 1.0;
            let error = f64::from(rough_sine(Frames::splat(x)).get(3)) - (TAU * f64::from(x)).sin();
            assert!(error.abs() < 0.0012, "{x}: {error}");
        }
    }
}
