//! Chains: recipes for rows of nodes, each use of which makes new ones.

use super::{Draft, Given, Signal};
use crate::amount::Measure;
use crate::syntax::Place;
use crate::trouble::Wrong;
use rhai::FnPtr;
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{Declaration, Kind, Port, PortKind, nearest};
use signalbox_engine::patch::Node;
use std::rc::Rc;

/// A node that is yet to be made.
#[derive(Clone)]
pub struct Blueprint {
    /// The word that it was called by; its id ends so.
    pub word: String,
    /// What it is.
    pub kind: &'static Declaration,
    /// What its parameters and further inputs are given, by name.
    pub given: Vec<(String, Given)>,
    /// Where in the script it was said.
    pub place: Option<Place>,
}

/// One stage of a chain.
#[derive(Clone)]
pub enum Stage {
    /// A node.
    Node(Rc<Blueprint>),
    /// A level.
    Level(Given),
    /// Several chains side by side, which are summed.
    Beside(Vec<Chain>),
    /// A function of the script, from a signal to a signal.
    Function(FnPtr),
}

/// A row of stages.
#[derive(Clone, Default)]
pub struct Chain {
    /// The stages, in order.
    pub stages: Vec<Stage>,
}

impl Chain {
    /// A chain of one stage.
    pub fn one(stage: Stage) -> Self {
        Self { stages: vec![stage] }
    }

    /// This chain, and another one behind it.
    pub fn then(&self, other: &Self) -> Self {
        Self { stages: self.stages.iter().chain(&other.stages).cloned().collect() }
    }
}

impl Blueprint {
    /// Refuses names that the node does not have.
    pub fn check(&self) -> Result<(), Wrong> {
        for (name, _) in &self.given {
            if self.kind.parameter(name).is_none() && self.kind.input(name).is_none() {
                let names = self.kind.parameters.iter().map(|p| p.name);
                let ports = further_inputs(self.kind).map(|p| p.name);
                let all: Vec<&str> = names.chain(ports).collect();
                let way = match nearest(name, all.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if all.is_empty() => "it has none".into(),
                    None => format!("it has: {}", all.join(", ")),
                };
                return Err(Wrong::about(name, format!("`{}` has no parameter `{name}`; {way}", self.word)));
            }
        }
        Ok(())
    }
}

impl Draft {
    /// Makes a node, with a signal at its first input.
    pub fn put(&mut self, blueprint: &Blueprint, input: Option<&Signal>) -> Result<Signal, Wrong> {
        let place = self.place;
        self.place = blueprint.place.or(place);
        let result = self.put_here(blueprint, input);
        self.place = place;
        result
    }

    fn put_here(&mut self, blueprint: &Blueprint, input: Option<&Signal>) -> Result<Signal, Wrong> {
        let kind = blueprint.kind;
        let id = self.fresh(&blueprint.word);
        self.add(&id, Node::new(kind.name))?;
        if let Some(signal) = input {
            self.lead(signal, &id);
        }
        for (name, given) in &blueprint.given {
            if kind.input(name).is_some() && kind.parameter(name).is_none() {
                let signal = match given {
                    Given::Signal(signal) => signal,
                    Given::Sweep(sweep) => &sweep.signal,
                    other => {
                        let what = format!("`{name}` wants a signal; got {}", other.shown());
                        return Err(Wrong::about(name, what));
                    }
                };
                self.lead(signal, &format!("{id}.{name}"));
            } else {
                self.give(&id, kind, name, given)?;
            }
        }
        if let Some(node) = self.patch.graph.nodes.get_mut(&id) {
            node.values.sort_keys();
        }
        // A node that only shows something lets its signal pass beside it.
        if kind.outputs.is_empty() {
            return Ok(input.cloned().unwrap_or_default());
        }
        Ok(Signal::of(&id))
    }

    /// A signal at a level: decibels, a plain factor, or something that moves.
    pub fn at_level(&mut self, signal: &Signal, level: &Given) -> Result<Signal, Wrong> {
        let fixed = match level {
            Given::Amount(amount) => match amount.measure {
                Measure::Of(Unit::Decibel) => Some(amount.value),
                Measure::Of(Unit::None) if amount.value > 0.0 => Some(20.0 * amount.value.log10()),
                Measure::Of(Unit::None) => None,
                Measure::Of(Unit::Percent) if amount.value > 0.0 => {
                    Some(20.0 * (amount.value / 100.0).log10())
                }
                _ => {
                    return Err(Wrong::new(format!(
                        "a signal times {amount} is nothing; a level is -6.db, a factor 0.5"
                    )));
                }
            },
            _ => None,
        };
        if let Some(db) = fixed {
            // A cable holds so much; beyond, a fader is needed.
            return if (-119.0..=48.0).contains(&db) {
                Ok(signal.louder(db))
            } else {
                self.scaled(signal, level)
            };
        }
        match level {
            // A curve in decibels, or a factor that moves.
            Given::Ride(ride) if ride.points.iter().any(|p| p.1.measure == Measure::Of(Unit::Decibel)) => {
                self.node("gain", "gain", signal, vec![("gain".into(), level.clone())])
            }
            Given::Signal(_) => self.node("gain", "gain", signal, vec![("control".into(), level.clone())]),
            _ => self.scaled(signal, level),
        }
    }

    /// A signal times a number, which may be negative, zero or moved.
    fn scaled(&mut self, signal: &Signal, factor: &Given) -> Result<Signal, Wrong> {
        let given = vec![("op".into(), Given::Text("multiply".into())), ("value".into(), factor.clone())];
        self.node("math", "times", signal, given)
    }

    /// A node of the shelf that a word needs.
    pub fn node(
        &mut self,
        kind: &str,
        word: &str,
        input: &Signal,
        given: Vec<(String, Given)>,
    ) -> Result<Signal, Wrong> {
        let kind = self.kind(kind)?;
        let blueprint = Blueprint { word: word.into(), kind, given, place: self.place };
        self.put(&blueprint, (!input.taps.is_empty()).then_some(input))
    }

    /// A kind of node.
    pub fn kind(&self, name: &str) -> Result<&'static Declaration, Wrong> {
        self.shelf.get(name).ok_or_else(|| Wrong::new(format!("there is no node `{name}` on the shelf")))
    }
}

/// Whether a node takes part in a chain: a signal leads through it, by its first port.
pub fn in_chain(kind: &Declaration) -> bool {
    kind.inputs.first().is_some_and(|p| matches!(p.name, "in" | "a"))
}

/// The inputs that are given by name.
pub fn further_inputs(kind: &Declaration) -> impl Iterator<Item = &Port> {
    kind.inputs.iter().skip(usize::from(in_chain(kind)))
}

/// The parameter that a value without a name is meant for: the first that is not given yet and takes such a value.
pub fn meant(kind: &Declaration, given: &[(String, Given)], value: &Given) -> Option<&'static str> {
    let free = |name: &str| !given.iter().any(|(n, _)| n == name);
    let port = || {
        further_inputs(kind)
            .filter(|p| matches!(p.kind, PortKind::Audio(_)))
            .map(|p| p.name)
            .find(|n| free(n))
    };
    let takes = |parameter: &Kind| match (parameter, value) {
        (Kind::Number { unit, .. } | Kind::Fixed { unit, .. }, Given::Amount(amount)) => {
            matches!(
                (unit, amount.measure),
                (unit, Measure::Of(got)) if *unit == got
            ) || matches!((unit, amount.measure), (Unit::Second, Measure::Bars | Measure::Of(Unit::Beat)))
        }
        (Kind::Number { unit, .. }, Given::Ride(ride)) => {
            ride.points.first().is_some_and(|p| p.1.measure == Measure::Of(*unit))
        }
        (Kind::Number { unit, .. }, Given::Sweep(sweep)) => sweep.low.measure == Measure::Of(*unit),
        (Kind::Number { .. }, Given::Param(_)) => true,
        (Kind::Choice { options, .. }, Given::Text(text)) => options.iter().any(|o| o.0 == text),
        (Kind::Text { .. } | Kind::File, Given::Text(_)) => true,
        (Kind::Switch { .. }, Given::Switch(_)) => true,
        _ => false,
    };
    let first = kind.parameters.iter().find(|p| free(p.name) && takes(&p.kind)).map(|p| p.name);
    // A plain number is a share where no parameter is a plain number.
    let share = || match value {
        Given::Amount(amount) if amount.measure == Measure::Of(Unit::None) => {
            let percent = |k: &Kind| matches!(k, Kind::Number { unit: Unit::Percent, .. });
            kind.parameters.iter().find(|p| free(p.name) && percent(&p.kind)).map(|p| p.name)
        }
        _ => None,
    };
    match value {
        Given::Signal(_) => port(),
        _ => first.or_else(share),
    }
}
