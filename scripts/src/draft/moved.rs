//! Gives a parameter of a node what a script says: a value, a lane, or a cable.

use super::given::{number_text, wanted};
use super::{Draft, Given, Ride, Sweep, When, WhenKind};
use crate::amount::{Amount, Measure};
use crate::trouble::Wrong;
use signalbox_dsp::units::{Quantity, Unit};
use signalbox_engine::node::{Declaration, Kind, Parameter, ValueError, nearest};
use signalbox_engine::patch::{Cable, Endpoint, Shape};
use signalbox_studio::console::automation::{Course, Step};

impl Draft {
    /// Gives a parameter of a node what a script says, from the start or from the cursor on.
    pub fn give(&mut self, node: &str, kind: &Declaration, name: &str, given: &Given) -> Result<(), Wrong> {
        let Some(parameter) = kind.parameter(name).map(|at| &kind.parameters[at]) else {
            let near = nearest(name, kind.parameters.iter().map(|p| p.name));
            let near = near.map_or(String::new(), |n| format!("; did you mean `{n}`?"));
            return Err(Wrong::about(name, format!("`{}` has no parameter `{name}`{near}", kind.name)));
        };
        let end = Endpoint { node: node.into(), port: name.into() };
        match given {
            Given::Amount(amount) => {
                let value = self.number_for(parameter, *amount)?;
                match self.cursor {
                    Some(when) if parameter.moves() => self.go(&end, parameter, when, value, 0.0),
                    Some(_) => {
                        let what = format!("`{name}` is fixed while the sound runs; say it outside of `at`");
                        return Err(Wrong::about(name, what));
                    }
                    None => self.put_value(&end, number_text(value, unit(parameter))),
                }
            }
            Given::Text(text) => {
                let value = serde_json::Value::from(text.as_str());
                parameter.read(&value).map_err(|e| not_that(parameter, e))?;
                self.put_value(&end, value);
            }
            Given::Switch(switch) => {
                let value = serde_json::Value::from(*switch);
                parameter.read(&value).map_err(|e| not_that(parameter, e))?;
                self.put_value(&end, value);
            }
            Given::Ride(ride) => self.ride(&end, parameter, ride)?,
            Given::Sweep(sweep) => self.sweep(&end, parameter, sweep)?,
            Given::Param(param) => {
                let state = self.params[param.0].clone();
                let value = self.number_for(parameter, Amount::new(state.value, state.unit))?;
                let unit = unit(parameter);
                let scale = if (unit, state.unit) == (Unit::Percent, Unit::None) { 100.0 } else { 1.0 };
                self.params[param.0].targets.push((end.clone(), unit, scale));
                self.put_value(&end, number_text(value, unit));
            }
            Given::Signal(_) => {
                let example = Measure::Of(unit(parameter)).example();
                let what = format!(
                    "`{name}` wants {}; a signal moves it between two values, as in x.range({example}, {example})",
                    wanted(parameter)
                );
                return Err(Wrong::about(name, what));
            }
        }
        Ok(())
    }

    fn put_value(&mut self, end: &Endpoint, value: serde_json::Value) {
        if let Some(node) = self.patch.graph.nodes.get_mut(&end.node) {
            node.values.insert(end.port.clone(), value);
        }
    }

    /// Lets a parameter go to a value at a moment, over some seconds.
    pub fn go(&mut self, end: &Endpoint, parameter: &Parameter, when: When, value: f64, over: f64) {
        let before = self.standing(end, parameter);
        let tempo = self.patch.tempo.clone();
        let mut course = self.patch.graph.lanes.get(end).map(Course::of).unwrap_or_default();
        course.go(when.moment(), value, over, before, Shape::Linear, &tempo);
        self.patch.graph.lanes.insert(end.clone(), course.lane(unit(parameter), &tempo));
    }

    /// The value of a parameter as it is set, or its default.
    fn standing(&self, end: &Endpoint, parameter: &Parameter) -> f64 {
        let set = self.patch.graph.nodes.get(&end.node).and_then(|n| n.values.get(&end.port));
        let set = set.and_then(|v| parameter.read_number(v).ok());
        f64::from(set.unwrap_or(match parameter.kind {
            Kind::Number { default, .. } | Kind::Fixed { default, .. } => default,
            _ => 0.0,
        }))
    }

    /// The time in seconds of a moment.
    pub fn seconds(&self, when: When) -> f64 {
        match when.kind {
            WhenKind::Seconds => when.value,
            WhenKind::Beats => self.patch.tempo.seconds(when.value),
        }
    }

    /// A length of time at a moment, in seconds.
    pub fn length(&self, name: &str, amount: Amount, from: When) -> Result<f64, Wrong> {
        let at = match from.kind {
            WhenKind::Beats => from.value,
            WhenKind::Seconds => self.patch.tempo.beat(from.value),
        };
        let tempo = &self.patch.tempo;
        let beats = |count: f64| tempo.seconds(at + count) - tempo.seconds(at);
        let length = match amount.measure {
            Measure::Bars => beats(self.bars(amount.value, at)),
            Measure::Of(Unit::Beat) => beats(amount.value),
            _ => self.in_unit(name, Unit::Second, amount)?,
        };
        if !(0.0..=86_400.0).contains(&length) {
            return Err(Wrong::about(name, format!("`{name}` goes from 0 s to 24 hours; got {amount}")));
        }
        Ok(length)
    }

    fn ride(&mut self, end: &Endpoint, parameter: &Parameter, ride: &Ride) -> Result<(), Wrong> {
        if !parameter.moves() {
            let name = parameter.name;
            return Err(Wrong::about(
                name,
                format!("`{name}` is fixed while the sound runs; give it one value"),
            ));
        }
        let tempo = self.patch.tempo.clone();
        let mut course = Course::default();
        for (when, amount) in &ride.points {
            let value = self.number_for(parameter, *amount)?;
            course.steps.push(Step { at: when.moment(), value, shape: ride.shape });
        }
        course.steps.sort_by(|a, b| a.at.seconds(&tempo).total_cmp(&b.at.seconds(&tempo)));
        self.patch.graph.lanes.insert(end.clone(), course.lane(unit(parameter), &tempo));
        Ok(())
    }

    fn sweep(&mut self, end: &Endpoint, parameter: &Parameter, sweep: &Sweep) -> Result<(), Wrong> {
        let unit = unit(parameter);
        if !parameter.moves() {
            let name = parameter.name;
            return Err(Wrong::about(
                name,
                format!("`{name}` is fixed while the sound runs; give it one value"),
            ));
        }
        let (low, high) = (self.number_for(parameter, sweep.low)?, self.number_for(parameter, sweep.high)?);
        // The value at a signal of 0, and how far a signal of 1 moves it; frequencies by ratios.
        let (value, depth) = match (unit, sweep.both_ways) {
            (Unit::Hertz, true) => {
                ((low * high).sqrt(), Quantity::new((high / low).log2() / 2.0, Unit::Octave))
            }
            (Unit::Hertz, false) => (low, Quantity::new((high / low).log2(), Unit::Octave)),
            (unit, true) => ((low + high) / 2.0, Quantity::new((high - low) / 2.0, unit)),
            (unit, false) => (low, Quantity::new(high - low, unit)),
        };
        self.put_value(end, number_text(value, unit));
        for tap in &self.opened(&sweep.signal).taps {
            let factor = 10f64.powf(tap.db / 20.0);
            let depth = number_text(depth.value * factor, depth.unit);
            let cable = Cable { from: tap.from.clone(), to: end.clone(), ..Cable::default() };
            self.patch.graph.connect(cable.with_depth(depth));
        }
        Ok(())
    }
}

/// The unit of a parameter that is a number.
pub fn unit(parameter: &Parameter) -> Unit {
    parameter.range().map_or(Unit::None, |r| r.0)
}

/// A value that a declaration refused, with how a script writes the right one.
fn not_that(parameter: &Parameter, error: ValueError) -> Wrong {
    let what = match error {
        ValueError::NotThat { name, got, .. } => {
            format!("`{name}` wants {}; got \"{got}\"", wanted(parameter))
        }
        other => other.to_string(),
    };
    Wrong::about(parameter.name, what)
}
