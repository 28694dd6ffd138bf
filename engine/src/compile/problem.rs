//! What is wrong with a patch, where, and the way out.

use std::fmt;

/// What is wrong with a patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The node, cable or lane that it is about.
    pub place: String,
    /// What is wrong, and what to do.
    pub what: String,
}

impl Problem {
    /// A problem at a place.
    pub fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}
