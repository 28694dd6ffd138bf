//! Reads a program.

use super::PARAMETERS;

/// The most operations.
const MOST: usize = 256;
/// The longest delay in seconds.
const LONGEST: f64 = 10.0;

/// A function of one number; what has no value gives the nearest number that there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum One {
    Neg,
    Abs,
    Sin,
    Cos,
    Tanh,
    Exp,
    Ln,
    Sqrt,
    Floor,
}

/// A function of two numbers; a division by 0 gives 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Two {
    Add,
    Sub,
    Mul,
    Div,
    Min,
    Max,
    Less,
}

impl One {
    const ALL: [(&'static str, Self); 9] = [
        ("neg", Self::Neg),
        ("abs", Self::Abs),
        ("sin", Self::Sin),
        ("cos", Self::Cos),
        ("tanh", Self::Tanh),
        ("exp", Self::Exp),
        ("ln", Self::Ln),
        ("sqrt", Self::Sqrt),
        ("floor", Self::Floor),
    ];
}

impl Two {
    const ALL: [(&'static str, Self); 7] = [
        ("add", Self::Add),
        ("sub", Self::Sub),
        ("mul", Self::Mul),
        ("div", Self::Div),
        ("min", Self::Min),
        ("max", Self::Max),
        ("less", Self::Less),
    ];
}

/// An operation; numbers of results that it reads are those of earlier ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    In,
    Parameter(usize),
    Constant(f32),
    Back,
    One(One, usize),
    Two(Two, usize, usize),
    Select(usize, usize, usize),
    /// A result so many seconds before; 0 is one frame.
    Delay(usize, f64),
}

impl Op {
    /// The results that it reads.
    fn reads(&self) -> impl Iterator<Item = usize> {
        let all = match *self {
            Self::In | Self::Parameter(_) | Self::Constant(_) | Self::Back => [None; 3],
            Self::One(_, a) | Self::Delay(a, _) => [Some(a), None, None],
            Self::Two(_, a, b) => [Some(a), Some(b), None],
            Self::Select(c, a, b) => [Some(c), Some(a), Some(b)],
        };
        all.into_iter().flatten()
    }

    /// The stage that it runs in, whatever it reads.
    fn earliest(&self) -> Stage {
        match self {
            Self::Back => Stage::Frame,
            // What is remembered goes on with every frame.
            Self::In | Self::Delay(..) => Stage::Block,
            _ => Stage::Settled,
        }
    }

    /// How many frames it remembers.
    pub fn remembers(&self, rate: f64) -> usize {
        match self {
            Self::Delay(_, seconds) => ((seconds * rate).round() as usize).max(1),
            _ => 0,
        }
    }
}

/// When an operation runs; each reads results of its own stage and of earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Once, for as long as the parameters rest.
    Settled,
    /// Over a block.
    Block,
    /// Frame by frame: it reads what came out before.
    Frame,
}

/// A program: at least one operation, the last of which is what comes out.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    pub ops: Vec<Op>,
    /// The operations of each stage, in order.
    stages: [Vec<usize>; 3],
}

impl Program {
    /// Reads a text; an error names what is wrong in it.
    pub fn read(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(';').map(str::trim).filter(|p| !p.is_empty()).collect();
        if parts.is_empty() {
            return Err("`program` is empty; `in` passes the signal on".into());
        }
        if parts.len() > MOST {
            return Err(format!("`program` has more than {MOST} operations"));
        }
        let mut ops = Vec::with_capacity(parts.len());
        for part in parts {
            ops.push(op(part, ops.len())?);
        }
        let mut stages = <[Vec<usize>; 3]>::default();
        let mut of: Vec<Stage> = Vec::with_capacity(ops.len());
        for (i, op) in ops.iter().enumerate() {
            let stage = op.reads().map(|read| of[read]).fold(op.earliest(), Stage::max);
            stages[stage as usize].push(i);
            of.push(stage);
        }
        Ok(Self { ops, stages })
    }

    /// The operations of a stage, in order.
    pub fn stage(&self, stage: Stage) -> &[usize] {
        &self.stages[stage as usize]
    }

    /// How long it remembers, in seconds.
    pub fn memory(&self) -> f64 {
        let one = |op: &Op| if let Op::Delay(_, seconds) = op { seconds.max(0.001) } else { 0.0 };
        self.ops.iter().map(one).sum()
    }
}

fn op(text: &str, done: usize) -> Result<Op, String> {
    let mut words = text.split_whitespace();
    let name = words.next().unwrap_or_default();
    let arguments: Vec<&str> = words.collect();
    let wrong = || format!("`{text}` in `program` does not say what it works on: results count from 0 to {done}, without {done}");
    let result = |i: usize| {
        let number = arguments.get(i).and_then(|a| a.parse::<usize>().ok()).filter(|&n| n < done);
        number.ok_or_else(wrong)
    };
    let number = |i: usize| {
        let number = arguments.get(i).and_then(|a| a.parse::<f64>().ok()).filter(|n| n.is_finite());
        number.ok_or_else(wrong)
    };
    if let Some((_, f)) = One::ALL.iter().find(|f| f.0 == name) {
        return Ok(Op::One(*f, result(0)?));
    }
    if let Some((_, f)) = Two::ALL.iter().find(|f| f.0 == name) {
        return Ok(Op::Two(*f, result(0)?, result(1)?));
    }
    match name {
        "in" => Ok(Op::In),
        "back" => Ok(Op::Back),
        "const" => Ok(Op::Constant(number(0)? as f32)),
        "p" => match number(0)? {
            n if n.fract() == 0.0 && (1.0..=PARAMETERS as f64).contains(&n) => Ok(Op::Parameter(n as usize - 1)),
            _ => Err(format!("`{text}` in `program`: parameters count from 1 to {PARAMETERS}")),
        },
        "select" => Ok(Op::Select(result(0)?, result(1)?, result(2)?)),
        "prev" => Ok(Op::Delay(result(0)?, 0.0)),
        "delay" => match number(1)? {
            seconds if (0.0..=LONGEST).contains(&seconds) => Ok(Op::Delay(result(0)?, seconds)),
            _ => Err(format!("`{text}` in `program`: a delay goes from 0 to {LONGEST} s")),
        },
        _ => Err(format!("`program` has no operation `{name}`; `signalbox nodes code` lists them")),
    }
}
