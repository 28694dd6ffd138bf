//! The bands of filters and equalisers: what of a node's parameters is one band, whatever kind of node it is.

use crate::picture::frequency;
use crate::screen::inspector::Knob;
use signalbox_engine::node::{Kind, Setting, Value};

/// The words for a band that does nothing.
const OFF: &str = "off";
/// The words for bands whose gain does nothing.
const NO_GAIN: &[&str] = &["lowpass", "highpass", "bandpass", "notch", "allpass", "peak"];
/// The most bands that are looked for.
const MOST: usize = 16;
/// The levels at the bottom and at the top of a response, in decibels.
const LEVELS: (f32, f32) = (-24.0, 24.0);

/// One band: the indices of its knobs among those of the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// Its number; 0 where the node has only one.
    pub number: usize,
    /// Where it lies.
    pub frequency: usize,
    /// How much it raises.
    pub gain: Option<usize>,
    /// How narrow it is.
    pub q: Option<usize>,
    /// What it does.
    pub sort: Option<usize>,
}

/// The bands of a node: parameters `freq`, `gain`, `q`, `type` with the same number, or `freq` with `q` alone.
pub fn bands(knobs: &[Knob]) -> Vec<Band> {
    let find = |name: String| knobs.iter().position(|k| k.name == name);
    let band = |number: usize| {
        let word = if number == 0 { String::new() } else { number.to_string() };
        let of = |name: &str| find(format!("{name}{word}"));
        Some(Band { number, frequency: of("freq")?, gain: of("gain"), q: of("q"), sort: of("type") })
    };
    (0..=MOST).filter_map(band).filter(|b| b.q.is_some()).collect()
}

impl Band {
    /// Whether a knob is one of its own.
    pub fn holds(&self, knob: usize) -> bool {
        self.frequency == knob || [self.gain, self.q, self.sort].contains(&Some(knob))
    }

    fn sort<'k>(&self, knobs: &'k [Knob]) -> Option<&'k str> {
        let knob = knobs.get(self.sort?)?;
        match (&knob.setting, knob.parameter.kind) {
            (Setting::Choice(at), Kind::Choice { options, .. }) => options.get(*at).map(|o| o.0),
            _ => None,
        }
    }

    /// Whether it does something.
    pub fn is_on(&self, knobs: &[Knob]) -> bool {
        self.sort(knobs) != Some(OFF)
    }

    /// The knob of its gain, where that does something.
    pub fn raises(&self, knobs: &[Knob]) -> Option<usize> {
        self.gain.filter(|_| self.sort(knobs).is_none_or(|sort| !NO_GAIN.contains(&sort)))
    }

    /// Where its handle lies in the picture of the response: to the right and upwards, 0 to 1.
    pub fn place(&self, knobs: &[Knob]) -> (f32, f32) {
        let number = |at: usize| match knobs.get(at).map(|k| &k.setting) {
            Some(Setting::Number(n)) => *n,
            _ => 0.0,
        };
        let x = (number(self.frequency) / frequency(0.0)).log(1_000.0);
        let gain = self.raises(knobs).map_or(0.0, number);
        (x.clamp(0.0, 1.0), ((gain - LEVELS.0) / (LEVELS.1 - LEVELS.0)).clamp(0.0, 1.0))
    }

    /// The values of its parameters with the handle at a place.
    pub fn at(&self, knobs: &[Knob], x: f32, y: f32) -> Vec<(String, Value)> {
        let gain = LEVELS.0 + y * (LEVELS.1 - LEVELS.0);
        let moved = [(Some(self.frequency), frequency(x)), (self.raises(knobs), gain)];
        moved.into_iter().filter_map(|(knob, number)| value(knobs.get(knob?)?, number)).collect()
    }

    /// The value of its Q, turned by a factor.
    pub fn narrowed(&self, knobs: &[Knob], by: f32) -> Option<(String, Value)> {
        let knob = knobs.get(self.q?)?;
        match knob.setting {
            Setting::Number(q) => value(knob, q * by),
            _ => None,
        }
    }

    /// What turns it on, as a bell that does nothing yet, at a place.
    pub fn begun(&self, knobs: &[Knob], x: f32, y: f32) -> Vec<(String, Value)> {
        let gain = LEVELS.0 + y * (LEVELS.1 - LEVELS.0);
        let numbers = [(Some(self.frequency), frequency(x)), (self.gain, gain), (self.q, 1.0)];
        let numbers = numbers.into_iter().filter_map(|(knob, number)| value(knobs.get(knob?)?, number));
        let sort = self.sort.and_then(|at| knobs.get(at)).map(|k| (k.name.clone(), Value::from("bell")));
        sort.into_iter().chain(numbers).collect()
    }

    /// What turns it off; nothing where it can't be.
    pub fn ended(&self, knobs: &[Knob]) -> Option<(String, Value)> {
        Some((knobs.get(self.sort?)?.name.clone(), Value::from(OFF)))
    }
}

/// A number within the range of a knob, as a patch keeps it.
fn value(knob: &Knob, number: f32) -> Option<(String, Value)> {
    let (_, min, max) = knob.parameter.range()?;
    Some((knob.name.clone(), crate::value::keep(number.clamp(min, max), &knob.parameter)))
}
