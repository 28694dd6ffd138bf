//! Values as a patch writes them, and settings as a kernel gets them.

use super::{Declaration, Kind, Parameter, shelf::nearest};
use serde_json::Map;
use signalbox_dsp::units::{Quantity, Unit};
use thiserror::Error;

/// A value as it stands in a patch: a number in the parameter's base unit, a text with a unit, a word, a switch.
/// The text is kept as it was written.
pub use serde_json::Value;

/// A value that a declaration has accepted.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// A number in the base unit.
    Number(f32),
    /// The index of a word.
    Choice(usize),
    /// On or off.
    Switch(bool),
    /// A text, or the path of a file; empty where none was given.
    Text(String),
}

/// A setting for each parameter of a declaration, in its order.
pub type Settings = Vec<Setting>;

/// Why a value was not accepted.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ValueError {
    /// The kind has no such parameter.
    #[error("{kind} has no parameter `{name}`{}", hint(.near))]
    Unknown {
        /// The kind of node.
        kind: &'static str,
        /// What was written.
        name: String,
        /// What may have been meant.
        near: Option<&'static str>,
    },
    /// A number was wanted and something else was given.
    #[error("`{name}` wants {wanted}, got {got}")]
    NotThat {
        /// The parameter.
        name: &'static str,
        /// What it takes.
        wanted: String,
        /// What was written.
        got: String,
    },
    /// The number lies outside the range.
    #[error("`{name}` goes from {min} to {max}, got {got}")]
    OutOfRange {
        /// The parameter.
        name: &'static str,
        /// The least value.
        min: Quantity,
        /// The greatest value.
        max: Quantity,
        /// What was written.
        got: Quantity,
    },
    /// None of the words.
    #[error("`{name}` is one of {}, got {got}{}", .words.join(", "), hint(.near))]
    NoSuchWord {
        /// The parameter.
        name: &'static str,
        /// The words that it takes.
        words: Vec<&'static str>,
        /// What was written.
        got: String,
        /// What may have been meant.
        near: Option<&'static str>,
    },
}

fn hint(near: &Option<&'static str>) -> String {
    near.map_or(String::new(), |n| format!("; did you mean `{n}`?"))
}

impl Declaration {
    /// The settings where a patch says nothing.
    pub fn defaults(&self) -> Settings {
        self.parameters.iter().map(Parameter::default).collect()
    }

    /// Reads the values of a node. What is wrong keeps its default and is told.
    pub fn settings(&self, values: &Map<String, Value>) -> (Settings, Vec<ValueError>) {
        let mut settings = self.defaults();
        let mut errors = Vec::new();
        for (name, value) in values {
            let read = match self.parameter(name) {
                Some(at) => self.parameters[at].read(value).map(|s| settings[at] = s),
                None => Err(ValueError::Unknown {
                    kind: self.name,
                    name: name.clone(),
                    near: nearest(name, self.parameters.iter().map(|p| p.name)),
                }),
            };
            errors.extend(read.err());
        }
        (settings, errors)
    }
}

impl Parameter {
    /// The setting where a patch says nothing.
    pub fn default(&self) -> Setting {
        match self.kind {
            Kind::Number { default, .. } | Kind::Fixed { default, .. } => Setting::Number(default),
            Kind::Choice { default, .. } => Setting::Choice(default),
            Kind::Switch { default } => Setting::Switch(default),
            Kind::Text { default } => Setting::Text(default.into()),
            Kind::File => Setting::Text(String::new()),
        }
    }

    /// Unit, least and greatest value of a parameter that is a number.
    pub const fn range(&self) -> Option<(Unit, f32, f32)> {
        match self.kind {
            Kind::Number { unit, min, max, .. } | Kind::Fixed { unit, min, max, .. } => {
                Some((unit, min, max))
            }
            _ => None,
        }
    }

    /// Reads a value as a patch writes it.
    pub fn read(&self, value: &Value) -> Result<Setting, ValueError> {
        match self.kind {
            Kind::Number { .. } | Kind::Fixed { .. } => self.read_number(value).map(Setting::Number),
            Kind::Choice { options, .. } => {
                let word = value.as_str().unwrap_or_default();
                let found = options.iter().position(|o| o.0 == word).map(Setting::Choice);
                found.ok_or_else(|| ValueError::NoSuchWord {
                    name: self.name,
                    words: options.iter().map(|o| o.0).collect(),
                    got: value.to_string(),
                    near: nearest(word, options.iter().map(|o| o.0)),
                })
            }
            Kind::Switch { .. } => {
                value.as_bool().map(Setting::Switch).ok_or_else(|| self.not_that("true or false", value))
            }
            Kind::Text { .. } => {
                value.as_str().map(|s| Setting::Text(s.into())).ok_or_else(|| self.not_that("a text", value))
            }
            Kind::File => value
                .as_str()
                .map(|s| Setting::Text(s.into()))
                .ok_or_else(|| self.not_that("the path of an audio file", value)),
        }
    }

    /// Reads a number in the parameter's unit and range.
    pub fn read_number(&self, value: &Value) -> Result<f32, ValueError> {
        let Some((unit, min, max)) = self.range() else {
            return Err(self.not_that("no number", value));
        };
        let wanted = || match unit {
            Unit::None => unit.kind().to_string(),
            _ => format!("{} ({})", unit.kind(), unit.signs().collect::<Vec<_>>().join(", ")),
        };
        let read = match value {
            Value::Number(n) => n.as_f64().map(|v| Quantity::new(v, Unit::None)),
            Value::String(text) => Quantity::parse(text),
            _ => None,
        };
        let got = read.ok_or_else(|| self.not_that(&wanted(), value))?;
        if got.unit != Unit::None && got.unit != unit {
            return Err(self.not_that(&wanted(), value));
        }
        let number = got.value as f32;
        if !(min..=max).contains(&number) {
            return Err(ValueError::OutOfRange {
                name: self.name,
                min: Quantity::new(f64::from(min), unit),
                max: Quantity::new(f64::from(max), unit),
                got: Quantity::new(got.value, unit),
            });
        }
        Ok(number)
    }

    fn not_that(&self, wanted: &str, got: &Value) -> ValueError {
        let got = got.as_str().map_or_else(|| got.to_string(), str::to_string);
        ValueError::NotThat { name: self.name, wanted: wanted.into(), got }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ATTACK: Parameter = Parameter::number("attack", Unit::Second, (0.0, 1.0), 0.01, "");

    #[test]
    fn a_number_is_taken_with_its_unit_or_bare_in_the_base_unit() {
        assert_eq!(ATTACK.read(&json!("10 ms")), Ok(Setting::Number(0.01)));
        assert_eq!(ATTACK.read(&json!(0.01)), Ok(Setting::Number(0.01)));
    }

    #[test]
    fn a_wrong_unit_says_what_was_wanted() {
        let error = ATTACK.read(&json!("10 Hz")).unwrap_err().to_string();
        assert_eq!(error, "`attack` wants a time (s, ms, us, min), got 10 Hz");
        let error = ATTACK.read(&json!("2 s")).unwrap_err().to_string();
        assert_eq!(error, "`attack` goes from 0 s to 1 s, got 2 s");
    }
}
