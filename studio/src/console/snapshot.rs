//! Snapshots: what all faders, pans, mutes and sends of a console stand at, to be gone back to.

use super::Desk;
use super::automation::Course;
use super::desk::fader;
use signalbox_dsp::units::Quantity;
use signalbox_engine::node::Value;
use signalbox_engine::patch::{Endpoint, Patch};
use std::collections::BTreeMap;

/// What the controls of a console stand at, each in its own unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    values: BTreeMap<Endpoint, f64>,
}

impl Snapshot {
    /// What stands at a time in seconds.
    pub fn take(desk: &Desk<'_>, seconds: f64) -> Self {
        let patch = desk.patch();
        let mut values = BTreeMap::new();
        for strip in desk.strips() {
            let own = [fader(&strip), format!("{strip} pre"), format!("{strip} dip")];
            let sends = format!("{strip} to ");
            let levels = patch.graph.nodes.keys().filter(|id| own.contains(id) || id.starts_with(&sends));
            let ends = levels.map(|id| format!("{id}.gain")).chain([format!("{strip} pan.pan")]);
            for end in ends.map(|e| Endpoint::from(e.as_str())) {
                if patch.graph.nodes.contains_key(&end.node) {
                    let value = standing(patch, &end, seconds);
                    values.insert(end, value);
                }
            }
        }
        Self { values }
    }

    /// The controls and their values.
    pub fn values(&self) -> impl Iterator<Item = (&Endpoint, f64)> {
        self.values.iter().map(|(end, &value)| (end, value))
    }
}

/// What a parameter of a gain or a pan is at a time in seconds: by its lane, by its value, or 0.
pub fn standing(patch: &Patch, end: &Endpoint, seconds: f64) -> f64 {
    let set = patch.graph.nodes.get(&end.node).and_then(|n| n.values.get(&end.port));
    let set = set.map_or(0.0, |value| match value {
        Value::String(text) => Quantity::parse(text).map_or(0.0, |q| q.value),
        value => value.as_f64().unwrap_or(0.0),
    });
    match patch.graph.lanes.get(end) {
        Some(lane) => Course::of(lane).value(seconds, set, &patch.tempo),
        None => set,
    }
}
