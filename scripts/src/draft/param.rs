//! Parameters that a script names: one number that many nodes may follow.

use super::Draft;
use super::given::number_text;
use signalbox_dsp::units::Unit;
use signalbox_engine::patch::Endpoint;
use signalbox_engine::patch::Shape;
use signalbox_studio::console::automation::Course;

/// A named parameter, by its number in the draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param(pub usize);

/// What is known of a named parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct ParamState {
    /// Its name.
    pub name: String,
    /// Its value, in its unit.
    pub value: f64,
    /// The least value.
    pub min: f64,
    /// The greatest value.
    pub max: f64,
    /// Its unit.
    pub unit: Unit,
    /// What follows it: a parameter of a node, its unit, and how many of those units one of ours is.
    pub targets: Vec<(Endpoint, Unit, f64)>,
}

impl Draft {
    /// Sets a named parameter, at the cursor or from the start; gives the value that it came to, inside its range.
    pub fn set_param(&mut self, param: Param, wanted: f64) -> f64 {
        let state = &mut self.params[param.0];
        let value = wanted.clamp(state.min, state.max);
        let before = state.value;
        let at = self.cursor;
        if at.is_none() {
            state.value = value;
        }
        for (end, unit, scale) in state.targets.clone() {
            match at {
                None => {
                    if let Some(node) = self.patch.graph.nodes.get_mut(&end.node) {
                        node.values.insert(end.port.clone(), number_text(value * scale, unit));
                    }
                }
                Some(when) => {
                    let tempo = self.patch.tempo.clone();
                    let lane = self.patch.graph.lanes.get(&end);
                    let mut course = lane.map(Course::of).unwrap_or_default();
                    course.go(when.moment(), value * scale, 0.0, before * scale, Shape::Linear, &tempo);
                    self.patch.graph.lanes.insert(end, course.lane(unit, &tempo));
                }
            }
        }
        value
    }
}
