//! The arithmetic of a pointwise node in a few words, so that a chain of them runs as one step.
//!
//! A node is pointwise where each frame of its outputs depends on the same frame of its inputs alone. While its
//! parameters rest, such a node may say what it does as a list of points. The engine then runs the lists of many nodes
//! in one go, in registers, with the very operations that their kernels would do.

/// A channel of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    /// Index of the port.
    pub port: usize,
    /// The channel.
    pub channel: usize,
}

/// What a point reads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operand {
    /// A channel of an input port. Not the first one of a node that works in place: that is found in its output.
    Input(At),
    /// A channel of an output port, as it is by now.
    Output(At),
    /// A number.
    Number(f32),
}

/// One operation on every frame of a channel of an output port. What is no number stays none: so there is no minimum
/// and no maximum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Point {
    /// `to = a * b`
    Times(At, Operand, Operand),
    /// `to = a + b`
    Plus(At, Operand, Operand),
    /// `to = a - b`
    Minus(At, Operand, Operand),
    /// `to = |a - b|`
    Distance(At, Operand, Operand),
    /// `to = a * b + c`, rounded once.
    TimesPlus(At, Operand, Operand, Operand),
}

/// The most points of one node.
const MOST_POINTS: usize = 128;

/// The list that a kernel fills.
#[derive(Debug, Default)]
pub struct Points {
    list: Vec<Point>,
    full: bool,
}

impl Points {
    /// An empty list with room for one node.
    pub fn new() -> Self {
        Self { list: Vec::with_capacity(MOST_POINTS), full: false }
    }

    /// Adds a point.
    pub fn push(&mut self, point: Point) {
        self.full |= self.list.len() == MOST_POINTS;
        if !self.full {
            self.list.push(point);
        }
    }

    /// Multiplies a channel of an output port, in place, by a number.
    pub fn scale(&mut self, at: At, factor: f32) {
        self.push(Point::Times(at, Operand::Output(at), Operand::Number(factor)));
    }

    /// Forgets all points.
    pub fn clear(&mut self) {
        self.list.clear();
        self.full = false;
    }

    /// The points; none where there were too many.
    pub fn list(&self) -> Option<&[Point]> {
        (!self.full).then_some(&self.list)
    }
}
