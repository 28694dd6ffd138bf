//! What a pointwise node says of itself in points is what it does, to the bit.

use super::kinds;
use super::lanes::{Dice, Settings, within};
use signalbox_engine::node::rig::WideRig;
use signalbox_engine::node::{At, BLOCK, Operand, Point};
use std::collections::BTreeMap;

/// The buffers of a node: those of its inputs and those of its outputs, by port and channel.
struct Buffers {
    inputs: Vec<Vec<[f32; BLOCK]>>,
    outputs: Vec<Vec<[f32; BLOCK]>>,
}

impl Buffers {
    fn read(&self, operand: Operand, frame: usize) -> f32 {
        match operand {
            // Silence, where no cable comes in.
            Operand::Input(At { port, channel }) => self.inputs[port].get(channel).map_or(0.0, |x| x[frame]),
            Operand::Output(At { port, channel }) => self.outputs[port][channel][frame],
            Operand::Number(x) => x,
        }
    }

    /// Does to one frame what a point says.
    fn apply(&mut self, point: Point, frame: usize) {
        let x = |operand: Operand| self.read(operand, frame);
        let (to, y) = match point {
            Point::Times(to, a, b) => (to, x(a) * x(b)),
            Point::Plus(to, a, b) => (to, x(a) + x(b)),
            Point::Minus(to, a, b) => (to, x(a) - x(b)),
            Point::Distance(to, a, b) => (to, (x(a) - x(b)).abs()),
            Point::TimesPlus(to, a, b, c) => (to, x(a).mul_add(x(b), x(c))),
        };
        self.outputs[to.port][to.channel][frame] = y;
    }
}

/// A node with random values that rest, and noise on its inputs: whether it says in points what it does.
fn says(settings: &Settings, dice: &mut Dice) -> bool {
    let (kind, mut rig): (_, WideRig<f32>) = (settings.kind, settings.rig());
    let values: Vec<f32> = kind.parameters.iter().map(|p| within(&p.kind, dice)).collect();
    for (i, _) in kind.parameters.iter().enumerate().filter(|p| p.1.moves()) {
        rig.set(i, values[i]);
    }
    let mut noise = || std::array::from_fn(|_| 2.0 * dice.part() - 1.0);
    let inputs: Vec<Vec<[f32; BLOCK]>> =
        settings.inputs.iter().map(|&w| (0..w).map(|_| noise()).collect()).collect();
    let fill = |rig: &mut WideRig<f32>| {
        for (port, channels) in inputs.iter().enumerate() {
            channels.iter().enumerate().for_each(|(c, x)| *rig.input(port, c) = *x);
        }
    };
    fill(&mut rig);
    let Some(points) = rig.points() else { return false };
    let read = |rig: &WideRig<f32>| -> Vec<Vec<[f32; BLOCK]>> {
        let channels = |(port, &width): (usize, &usize)| (0..width).map(|c| *rig.output(port, c)).collect();
        rig.outputs().iter().enumerate().map(channels).collect()
    };
    // Of a node that works in place, the first output holds the first input by now.
    let mut buffers = Buffers { outputs: read(&rig), inputs: inputs.clone() };
    for frame in 0..BLOCK {
        points.iter().for_each(|&point| buffers.apply(point, frame));
    }
    rig.run(BLOCK);
    let bits = |all: Vec<Vec<[f32; BLOCK]>>| -> Vec<u32> {
        all.iter().flatten().flatten().map(|x| x.to_bits()).collect()
    };
    let what = format!("{} {:?} {values:?} {:?}", kind.name, settings.values, settings.inputs);
    assert!(bits(buffers.outputs) == bits(read(&rig)), "{what} says {points:?}");
    true
}

#[test]
fn what_a_node_says_in_points_has_the_bits_of_what_it_does() {
    let mut said: BTreeMap<&str, usize> = BTreeMap::new();
    for kind in kinds() {
        for seed in 0..40 {
            let dice = &mut Dice::new(seed + 31);
            let settings = Settings::random(kind, dice);
            *said.entry(kind.name).or_default() += usize::from(says(&settings, dice));
        }
    }
    said.retain(|_, &mut count| count > 0);
    assert_eq!(said.keys().copied().collect::<Vec<_>>(), ["bus", "crossfade", "gain", "math", "pan"]);
    assert!(said.values().all(|&count| count > 10), "{said:?}");
}
