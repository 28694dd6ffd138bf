//! How many voices an instance of a sub-patch has.

use crate::node::Value;
use serde::{Deserialize, Serialize};

/// How many voices an instance of a sub-patch has: 1 to 256. Each note that comes in is dealt to one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "u32")]
pub struct Voices(u32);

impl Voices {
    /// The most voices of one instance.
    pub const MOST: u32 = 256;

    /// So many voices, 1 to 256; the text of an error says so.
    pub fn new(count: u32) -> Result<Self, String> {
        Self::try_from(Value::from(count))
    }

    /// How many there are.
    pub fn count(self) -> usize {
        self.0 as usize
    }
}

impl TryFrom<Value> for Voices {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let count = value.as_u64().filter(|n| (1..=u64::from(Self::MOST)).contains(n));
        match count {
            Some(count) => Ok(Self(count as u32)),
            None => Err(format!("`voices` is a whole number from 1 to {}, got {value}", Self::MOST)),
        }
    }
}

impl From<Voices> for u32 {
    fn from(voices: Voices) -> Self {
        voices.0
    }
}
