//! What a word is called with: values in order, and values by name.

use crate::amount::Amount;
use crate::draft::{Signal, Strip, named, number, signal};
use crate::trouble::Wrong;
use rhai::{Dynamic, EvalAltResult, FnPtr, ImmutableString, Map, Position};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::nearest;
use std::collections::VecDeque;

/// What a word is called with.
pub struct Args {
    word: String,
    values: VecDeque<Dynamic>,
    named: Vec<(String, Dynamic)>,
    asked: Vec<&'static str>,
}

impl From<Wrong> for Box<EvalAltResult> {
    fn from(wrong: Wrong) -> Self {
        Box::new(EvalAltResult::ErrorRuntime(Dynamic::from(wrong), Position::NONE))
    }
}

impl Args {
    /// Sorts what Rhai hands over: maps hold what was given by name, but for the first values, which are as they are.
    pub fn read(word: &str, values: &mut [&mut Dynamic], plain: usize) -> Self {
        let mut args =
            Self { word: word.into(), values: VecDeque::new(), named: Vec::new(), asked: Vec::new() };
        for (at, value) in values.iter_mut().enumerate() {
            let value = value.flatten_clone();
            if at < plain {
                args.values.push_back(value);
                continue;
            }
            match value.try_cast_result::<Map>() {
                Ok(map) => args.named.extend(map.into_iter().map(|(name, v)| (name.to_string(), v))),
                Err(value) => args.values.push_back(value),
            }
        }
        args
    }

    /// The word.
    pub fn word(&self) -> &str {
        &self.word
    }

    /// The next value without a name.
    pub fn next(&mut self) -> Option<Dynamic> {
        self.values.pop_front()
    }

    /// The next value without a name, which stays.
    pub fn first(&self) -> Option<&Dynamic> {
        self.values.front()
    }

    /// How many values without a name are left.
    pub fn left(&self) -> usize {
        self.values.len()
    }

    /// The value of a name.
    pub fn named(&mut self, name: &'static str) -> Option<Dynamic> {
        self.asked.push(name);
        let at = self.named.iter().position(|(n, _)| n == name)?;
        Some(self.named.remove(at).1)
    }

    /// All values that have a name and were not asked for yet.
    pub fn rest(&mut self) -> Vec<(String, Dynamic)> {
        std::mem::take(&mut self.named)
    }

    /// Refuses what nobody asked for.
    pub fn done(self) -> Result<(), Wrong> {
        if let Some((name, _)) = self.named.first() {
            let way = match nearest(name, self.asked.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if self.asked.is_empty() => "it takes no names".into(),
                None => format!("it takes: {}", self.asked.join(", ")),
            };
            return Err(Wrong::about(name, format!("`{}` takes no `{name}`; {way}", self.word)));
        }
        match self.values.front() {
            None => Ok(()),
            Some(value) => {
                Err(Wrong::new(format!("`{}` does not know what to do with {}", self.word, named(value))))
            }
        }
    }

    fn wants(&self, what: &str, got: Option<&Dynamic>) -> Wrong {
        let got = got.map_or("nothing".into(), named);
        Wrong::new(format!("`{}` wants {what}; got {got}", self.word))
    }

    /// The next value, as a text.
    pub fn text(&mut self, what: &str) -> Result<String, Wrong> {
        let value = self.next();
        let text = value.as_ref().and_then(|v| v.read_lock::<ImmutableString>().map(|t| t.to_string()));
        text.ok_or_else(|| self.wants(what, value.as_ref()))
    }

    /// The next value, as a function.
    pub fn function(&mut self) -> Result<FnPtr, Wrong> {
        let value = self.next();
        let function = value.clone().and_then(Dynamic::try_cast::<FnPtr>);
        function.ok_or_else(|| self.wants("a function, as in || …", value.as_ref()))
    }

    /// The next value, as a number with its unit.
    pub fn amount(&mut self, what: &str) -> Result<Amount, Wrong> {
        let value = self.next();
        let amount = value.as_ref().and_then(amount);
        amount.ok_or_else(|| self.wants(what, value.as_ref()))
    }

    /// The next value, as a plain number.
    pub fn number(&mut self, what: &str) -> Result<f64, Wrong> {
        let value = self.next();
        let number = value.as_ref().and_then(number);
        number.ok_or_else(|| self.wants(what, value.as_ref()))
    }

    /// The next value, as a signal.
    pub fn signal(&mut self, what: &str) -> Result<Signal, Wrong> {
        let value = self.next();
        let found = value.as_ref().and_then(signal);
        found.ok_or_else(|| self.wants(what, value.as_ref()))
    }

    /// The next value, as a strip.
    pub fn strip(&mut self, what: &str) -> Result<Strip, Wrong> {
        let value = self.next();
        let strip = value.clone().and_then(Dynamic::try_cast::<Strip>);
        strip.ok_or_else(|| self.wants(what, value.as_ref()))
    }

    /// A named value, as a number with its unit.
    pub fn named_amount(&mut self, name: &'static str) -> Result<Option<Amount>, Wrong> {
        let Some(value) = self.named(name) else { return Ok(None) };
        let wrong = || Wrong::about(name, format!("`{name}` wants a number; got {}", named(&value)));
        amount(&value).map(Some).ok_or_else(wrong)
    }

    /// A named value, as a text.
    pub fn named_text(&mut self, name: &'static str) -> Result<Option<String>, Wrong> {
        let Some(value) = self.named(name) else { return Ok(None) };
        let text = value.read_lock::<ImmutableString>().map(|t| t.to_string());
        let wrong = || Wrong::about(name, format!("`{name}` wants a text; got {}", named(&value)));
        text.map(Some).ok_or_else(wrong)
    }

    /// A named value, as a switch.
    pub fn named_switch(&mut self, name: &'static str) -> Result<bool, Wrong> {
        let Some(value) = self.named(name) else { return Ok(false) };
        let wrong = |_| Wrong::about(name, format!("`{name}` wants true or false; got {}", named(&value)));
        value.as_bool().map_err(wrong)
    }
}

/// A number with its unit; a plain one has none.
pub fn amount(value: &Dynamic) -> Option<Amount> {
    let plain = number(value).map(|n| Amount::new(n, Unit::None));
    plain.or_else(|| value.clone().try_cast::<Amount>())
}
