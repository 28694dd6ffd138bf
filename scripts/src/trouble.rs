//! What is wrong with a script, where in the user's own text, and the way out.

use crate::syntax::Place;
use std::fmt;

/// What a word found wrong; the place is added by who knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// What is wrong, and what was expected.
    pub what: String,
    /// The argument that it is about, by its name.
    pub argument: Option<String>,
}

impl Wrong {
    /// Something wrong with the call as a whole.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), argument: None }
    }

    /// Something wrong with a named argument.
    pub fn about(argument: &str, what: impl Into<String>) -> Self {
        Self { what: what.into(), argument: Some(argument.into()) }
    }
}

/// A script's failure, as a user reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The script's name.
    pub script: String,
    /// Where; nowhere for what is about the whole.
    pub place: Option<Place>,
    /// The line at that place, as it stands.
    pub line: String,
    /// How many characters are meant.
    pub length: usize,
    /// What is wrong, and the way out.
    pub what: String,
}

impl Trouble {
    /// About the script as a whole.
    pub fn whole(script: &str, what: impl Into<String>) -> Self {
        Self { script: script.into(), place: None, line: String::new(), length: 1, what: what.into() }
    }

    /// At a place of its text.
    pub fn at(script: &str, source: &str, place: Place, what: impl Into<String>) -> Self {
        let line: String = source.lines().nth(place.line.saturating_sub(1)).unwrap_or_default().into();
        let rest = line.chars().skip(place.column.saturating_sub(1));
        let word = rest.take_while(|c| c.is_alphanumeric() || *c == '_').count();
        Self { script: script.into(), place: Some(place), line, length: word.max(1), what: what.into() }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(Place { line, column }) = self.place else {
            return write!(f, "{}: {}", self.script, self.what);
        };
        writeln!(f, "{}:{line}:{column}: {}", self.script, self.what)?;
        let number = line.to_string();
        let blank: String =
            self.line.chars().take(column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        writeln!(f, "{number} | {}", self.line)?;
        write!(f, "{:>wide$} | {blank}{}", "", "^".repeat(self.length), wide = number.len())
    }
}

impl std::error::Error for Trouble {}
