//! The program while it is written.

use crate::trouble::Wrong;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The most operations of a program.
const MOST: usize = 256;

/// Operations in the order in which they were done; the same one twice is one.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    inner: Rc<RefCell<Written>>,
}

#[derive(Debug, Default)]
struct Written {
    ops: Vec<String>,
    known: HashMap<String, usize>,
}

/// A value that stands for sound: a result of the program.
#[derive(Clone, Debug)]
pub struct Symbol {
    tape: Tape,
    at: usize,
}

impl Tape {
    /// Writes an operation down, and gives its result.
    pub fn write(&self, op: String) -> Result<Symbol, Wrong> {
        let mut written = self.inner.borrow_mut();
        let at = match written.known.get(&op) {
            Some(&at) => at,
            None if written.ops.len() >= MOST => {
                return Err(Wrong::new(format!("an own node has {MOST} operations at most")));
            }
            None => {
                let at = written.ops.len();
                written.ops.push(op.clone());
                written.known.insert(op, at);
                at
            }
        };
        Ok(Symbol { tape: self.clone(), at })
    }

    /// The program whose last result is that of a symbol.
    pub fn program(&self, last: &Symbol) -> Result<String, Wrong> {
        if !Rc::ptr_eq(&self.inner, &last.tape.inner) {
            return Err(Wrong::new("the function gave a value of another node"));
        }
        let written = self.inner.borrow();
        let mut ops = written.ops.clone();
        if last.at + 1 != ops.len() {
            // What comes out is what was done last.
            ops.push(format!("max {} {}", last.at, last.at));
        }
        Ok(ops.join("; "))
    }
}

impl Symbol {
    /// The tape that it is on.
    pub fn tape(&self) -> &Tape {
        &self.tape
    }

    /// An operation on this and other results.
    pub fn with(&self, op: &str, others: &[&Self]) -> Result<Self, Wrong> {
        if others.iter().any(|o| !Rc::ptr_eq(&o.tape.inner, &self.tape.inner)) {
            return Err(Wrong::new("these are values of two different nodes"));
        }
        let numbers: Vec<String> = others.iter().map(|o| o.at.to_string()).collect();
        self.tape.write(format!("{op} {} {}", self.at, numbers.join(" ")).trim_end().to_string())
    }

    /// This result so many seconds before.
    pub fn later(&self, seconds: f64) -> Result<Self, Wrong> {
        self.tape.write(format!("delay {} {seconds:?}", self.at))
    }
}
