//! Values that workers hand to each other.

use crate::amount::Amount;
use crate::draft::named;
use crate::trouble::Wrong;
use crate::words::batch::File;
use rhai::{Array, Dynamic, ImmutableString, Map};
use std::collections::BTreeMap;

/// A value that may go from one thread to another.
#[derive(Clone, Debug, PartialEq)]
pub enum Plain {
    /// Nothing.
    Nothing,
    /// True or false.
    Switch(bool),
    /// A whole number.
    Whole(i64),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A number with its unit.
    Amount(Amount),
    /// A file.
    File(File),
    /// A list.
    List(Vec<Self>),
    /// A map.
    Map(BTreeMap<String, Self>),
}

impl Plain {
    /// Reads a value of the language.
    pub fn read(value: &Dynamic) -> Result<Self, Wrong> {
        let value = value.flatten_clone();
        if value.is_unit() {
            return Ok(Self::Nothing);
        }
        if let Ok(on) = value.as_bool() {
            return Ok(Self::Switch(on));
        }
        if let Ok(number) = value.as_int() {
            return Ok(Self::Whole(number));
        }
        if let Ok(number) = value.as_float() {
            return Ok(Self::Number(number));
        }
        if let Some(text) = value.read_lock::<ImmutableString>() {
            return Ok(Self::Text(text.to_string()));
        }
        if let Some(amount) = value.clone().try_cast::<Amount>() {
            return Ok(Self::Amount(amount));
        }
        if let Some(file) = value.clone().try_cast::<File>() {
            return Ok(Self::File(file));
        }
        if let Some(list) = value.read_lock::<Array>() {
            return list.iter().map(Self::read).collect::<Result<_, _>>().map(Self::List);
        }
        if let Some(map) = value.read_lock::<Map>() {
            let entries = map.iter().map(|(name, v)| Ok((name.to_string(), Self::read(v)?)));
            return entries.collect::<Result<_, Wrong>>().map(Self::Map);
        }
        Err(Wrong::new(format!(
            "`each` with jobs works on plain values (numbers, texts, files, lists of them); got {}",
            named(&value)
        )))
    }

    /// The value in the language.
    pub fn value(&self) -> Dynamic {
        match self {
            Self::Nothing => Dynamic::UNIT,
            Self::Switch(on) => (*on).into(),
            Self::Whole(number) => (*number).into(),
            Self::Number(number) => (*number).into(),
            Self::Text(text) => text.clone().into(),
            Self::Amount(amount) => Dynamic::from(*amount),
            Self::File(file) => Dynamic::from(file.clone()),
            Self::List(list) => list.iter().map(Self::value).collect::<Array>().into(),
            Self::Map(map) => {
                map.iter().map(|(name, v)| (name.as_str().into(), v.value())).collect::<Map>().into()
            }
        }
    }
}
