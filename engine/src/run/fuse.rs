//! Runs a row of pointwise nodes as one step.

use super::memory::{Memory, Slot};
use super::tag::{Tag, look};
use super::view::PortView;
use crate::node::{At, BLOCK, Operand, Point};
use crate::schedule::{Run, Step};
use signalbox_dsp::lane::{Task, dispatch};

/// What a point reads: a slot or a number.
#[derive(Clone, Copy, Debug)]
enum From {
    Slot(usize),
    Number(f32),
}

/// An operation on slots.
#[derive(Clone, Copy, Debug)]
enum Op {
    /// A slot is multiplied by numbers of the list, one after the other: from this one on, so many.
    Scales(usize, usize, usize),
    Times(usize, From, From),
    Plus(usize, From, From),
    Minus(usize, From, From),
    Distance(usize, From, From),
    TimesPlus(usize, From, From, From),
}

/// A row of steps as operations on slots; made on the control side with room for all, filled by the runner whenever
/// parameters were set.
pub struct Fused {
    ops: Vec<Op>,
    factors: Vec<f32>,
    /// Slots that are read before they are written, and what they held, in case the steps have to run again.
    inputs: Vec<usize>,
    kept: Vec<Slot>,
    /// Slots that are written.
    written: Vec<usize>,
    /// Whether `ops` say what the steps would do.
    valid: bool,
    /// Whether they are known to make silence of silence.
    rests: bool,
}

impl Fused {
    /// For these steps.
    pub fn new(steps: &[Step]) -> Self {
        let (mut inputs, mut written) = (Vec::new(), Vec::new());
        for step in steps {
            crate::schedule::access::reads(step, |p| {
                let slot = p.slot as usize;
                if !written.contains(&slot) && !inputs.contains(&slot) {
                    inputs.push(slot);
                }
            });
            crate::schedule::access::writes(step, |p| {
                let slot = p.slot as usize;
                if !written.contains(&slot) {
                    written.push(slot);
                }
            });
        }
        // Two operations a channel and some more; a node that wants more makes its row run by itself.
        let channels = |step: &Step| match step {
            Step::Run(run) => run.outputs.iter().map(|p| usize::from(p.width)).sum(),
            _ => 0,
        };
        let room = 16 + 2 * steps.iter().map(channels).sum::<usize>();
        Self {
            ops: Vec::with_capacity(room),
            factors: Vec::with_capacity(room),
            kept: vec![Slot([0.0; BLOCK]); inputs.len()],
            inputs,
            written,
            valid: false,
            rests: false,
        }
    }

    /// Begins anew.
    pub fn clear(&mut self) {
        self.ops.clear();
        self.factors.clear();
        self.valid = true;
        self.rests = false;
    }

    /// Gives up: the steps run by themselves until parameters are set again.
    pub fn give_up(&mut self) {
        self.valid = false;
    }

    /// Whether it can run.
    pub fn is_valid(&self) -> bool {
        self.valid
    }

    /// Adds what a node does.
    pub fn add(&mut self, run: &Run, points: &[Point]) {
        let slot = |ports: &[PortView], at: At| {
            let port = ports.get(at.port).filter(|p| at.channel < usize::from(p.width))?;
            run.slots.get(port.start as usize + at.channel).map(|&slot| slot as usize)
        };
        let from = |operand: Operand| match operand {
            Operand::Input(at) => slot(&run.inputs, at).map(From::Slot),
            Operand::Output(at) => slot(&run.outputs, at).map(From::Slot),
            Operand::Number(x) => Some(From::Number(x)),
        };
        for &point in points {
            let op = match point {
                Point::Times(to, a, b) => self.times(slot(&run.outputs, to), from(a), from(b)),
                Point::Plus(to, a, b) => two(Op::Plus, slot(&run.outputs, to), from(a), from(b)),
                Point::Minus(to, a, b) => two(Op::Minus, slot(&run.outputs, to), from(a), from(b)),
                Point::Distance(to, a, b) => two(Op::Distance, slot(&run.outputs, to), from(a), from(b)),
                Point::TimesPlus(to, a, b, c) => match (slot(&run.outputs, to), from(a), from(b), from(c)) {
                    (Some(to), Some(a), Some(b), Some(c)) => Some(Op::TimesPlus(to, a, b, c)),
                    _ => None,
                },
            };
            match op {
                Some(op) => self.put(op),
                // A port that is not there: the kernel knows what to do.
                None => self.valid = false,
            }
        }
    }

    fn times(&mut self, to: Option<usize>, a: Option<From>, b: Option<From>) -> Option<Op> {
        match (to?, a?, b?) {
            (to, From::Slot(slot), From::Number(x))
                if slot == to && self.factors.len() < self.factors.capacity() =>
            {
                self.factors.push(x);
                Some(Op::Scales(to, self.factors.len() - 1, 1))
            }
            (to, a, b) => Some(Op::Times(to, a, b)),
        }
    }

    /// Adds an operation; one number more for the same slot is taken in the same go.
    fn put(&mut self, op: Op) {
        if let (Some(Op::Scales(slot, first, count)), Op::Scales(to, next, 1)) = (self.ops.last_mut(), op)
            && *slot == to
            && *first + *count == next
        {
            *count += 1;
            return;
        }
        if self.ops.len() == self.ops.capacity() {
            self.valid = false;
        } else {
            self.ops.push(op);
        }
    }

    /// Runs all of it for the first `frames` frames of the block. `false`: something is no number, all is as it was.
    pub fn run(&mut self, memory: &mut Memory, frames: usize) -> bool {
        let tag = Tag::least(self.inputs.iter().map(|&slot| memory.tags[slot]));
        if tag == Tag::Silent && self.rests {
            for &slot in &self.written {
                memory.slots[slot].0 = [0.0; BLOCK];
                memory.tags[slot] = Tag::Silent;
            }
            return true;
        }
        for (kept, &slot) in self.kept.iter_mut().zip(&self.inputs) {
            *kept = memory.slots[slot];
        }
        let (ops, factors, slots) = (&self.ops, &self.factors, &mut memory.slots);
        // Of constants, one frame stands for all.
        match tag {
            Tag::Live => dispatch(All::<BLOCK> { ops, factors, slots }),
            _ => {
                dispatch(All::<1> { ops, factors, slots });
                self.written.iter().for_each(|&slot| slots[slot].0 = [slots[slot].0[0]; BLOCK]);
            }
        }
        let (mut whole, mut rests) = (true, tag == Tag::Silent);
        let seen = if tag == Tag::Live { frames } else { 1 };
        for &slot in &self.written {
            let (finite, tag) = look(&memory.slots[slot].0[..seen], 1);
            whole &= finite;
            rests &= tag == Tag::Silent;
            memory.tags[slot] = tag;
        }
        self.rests = rests;
        if !whole {
            for (kept, &slot) in self.kept.iter().zip(&self.inputs) {
                memory.slots[slot] = *kept;
            }
        }
        whole
    }
}

fn two(op: fn(usize, From, From) -> Op, to: Option<usize>, a: Option<From>, b: Option<From>) -> Option<Op> {
    Some(op(to?, a?, b?))
}

/// All operations on the first `N` frames of the block.
struct All<'a, const N: usize> {
    ops: &'a [Op],
    factors: &'a [f32],
    slots: &'a mut [Slot],
}

impl<const N: usize> Task for All<'_, N> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { ops, factors, slots } = self;
        for &op in ops {
            match op {
                Op::Scales(slot, first, count) => {
                    // In registers from the first number to the last.
                    let mut x: [f32; N] = read(slots, From::Slot(slot));
                    for &factor in &factors[first..first + count] {
                        for x in &mut x {
                            *x *= factor;
                        }
                    }
                    slots[slot].0[..N].copy_from_slice(&x);
                }
                Op::Times(to, a, b) => {
                    let (a, b): ([f32; N], [f32; N]) = (read(slots, a), read(slots, b));
                    for i in 0..N {
                        slots[to].0[i] = a[i] * b[i];
                    }
                }
                Op::Plus(to, a, b) => {
                    let (a, b): ([f32; N], [f32; N]) = (read(slots, a), read(slots, b));
                    for i in 0..N {
                        slots[to].0[i] = a[i] + b[i];
                    }
                }
                Op::Minus(to, a, b) => {
                    let (a, b): ([f32; N], [f32; N]) = (read(slots, a), read(slots, b));
                    for i in 0..N {
                        slots[to].0[i] = a[i] - b[i];
                    }
                }
                Op::Distance(to, a, b) => {
                    let (a, b): ([f32; N], [f32; N]) = (read(slots, a), read(slots, b));
                    for i in 0..N {
                        slots[to].0[i] = (a[i] - b[i]).abs();
                    }
                }
                Op::TimesPlus(to, a, b, c) => {
                    let [a, b, c]: [[f32; N]; 3] = [read(slots, a), read(slots, b), read(slots, c)];
                    for i in 0..N {
                        slots[to].0[i] = a[i].mul_add(b[i], c[i]);
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn read<const N: usize>(slots: &[Slot], from: From) -> [f32; N] {
    match from {
        From::Slot(slot) => std::array::from_fn(|i| slots[slot].0[i]),
        From::Number(x) => [x; N],
    }
}
