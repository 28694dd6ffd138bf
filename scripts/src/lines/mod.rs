//! Edits as lines of script, and patches as scripts that build them again.
//!
//! Each [`Edit`] has one word (`words/edits.rs`) with the same name, so a line says one edit exactly, and what a line
//! builds has the ids that it names.

mod literal;

pub use literal::json;

use crate::apply::difference;
use literal::{amount, text};
use serde_json::Value;
use signalbox_engine::patch::{Edit, Node, Patch, Scope};
use std::fmt::Write as _;

/// An edit as a line of script.
pub fn say(edit: &Edit) -> String {
    match edit {
        Edit::AddNode(scope, id, node) => line("add_node", scope, &[text(id), text(&node.kind)], named(node)),
        Edit::RemoveNode(scope, id) => line("remove_node", scope, &[text(id)], vec![]),
        Edit::SetValue(scope, id, name, value) => {
            line("set_value", scope, &[text(id), text(name), or_nothing(value)], vec![])
        }
        Edit::SetLabel(scope, id, label) => line("set_label", scope, &[text(id), text(label)], vec![]),
        Edit::Move(scope, id, at) => line("move_node", scope, &[text(id), data(at)], vec![]),
        Edit::SetBypass(scope, id, on) => line("set_bypass", scope, &[text(id), on.to_string()], vec![]),
        Edit::SetMute(scope, id, on) => line("set_mute", scope, &[text(id), on.to_string()], vec![]),
        Edit::SetRole(scope, id, role) => line("set_role", scope, &[text(id), data(role)], vec![]),
        Edit::SetVoices(scope, id, voices) => line("set_voices", scope, &[text(id), data(voices)], vec![]),
        Edit::SetKind(scope, id, kind) => line("set_kind", scope, &[text(id), text(kind)], vec![]),
        Edit::Connect(scope, id, cable) => {
            let ends = [id.to_string(), text(&cable.from.to_string()), text(&cable.to.to_string())];
            let mut names = levels(&cable.gain, &cable.depth);
            names.extend(cable.feedback.then(|| ("feedback", "true".into())));
            line("connect", scope, &ends, names)
        }
        Edit::Disconnect(scope, id) => line("disconnect", scope, &[id.to_string()], vec![]),
        Edit::SetCable(scope, id, gain, depth) => {
            line("set_cable", scope, &[id.to_string()], levels(gain, depth))
        }
        Edit::SetLane(scope, end, lane) => {
            let points = lane.as_ref().map(|lane| &lane.points);
            line("set_lane", scope, &[text(&end.to_string()), data(&points)], vec![])
        }
        Edit::SetSubpatch(name, inside) => line("set_subpatch", &None, &[text(name), data(inside)], vec![]),
        Edit::SetTempo(tempo) => line("set_tempo", &None, &[data(&tempo.tempo), data(&tempo.meter)], vec![]),
        Edit::SetLength(length) => line("set_length", &None, &[or_nothing(length)], vec![]),
        Edit::SetRate(rate) => line("set_rate", &None, &[data(rate)], vec![]),
        Edit::SetTitle(title) => line("set_title", &None, &[text(title)], vec![]),
        Edit::SetMarkers(markers) => line("set_markers", &None, &[data(markers)], vec![]),
        Edit::SetControls(controls) => line("set_controls", &None, &[data(controls)], vec![]),
        Edit::SetMeta(name, value) => line("set_meta", &None, &[text(name), or_nothing(value)], vec![]),
    }
}

/// A patch as a script that builds it again, node for node.
pub fn script(patch: &Patch) -> String {
    let edits = difference(&Patch::default(), patch);
    edits.iter().map(|edit| say(edit) + "\n").collect()
}

/// A call of a word: values, then names, then the sub-patch that it is about.
fn line(word: &str, scope: &Scope, values: &[String], mut names: Vec<(&str, String)>) -> String {
    names.extend(scope.as_ref().map(|scope| ("within", text(scope))));
    let mut out = format!("{word}({}", values.join(", "));
    for (name, value) in names {
        let _ = write!(out, ", {name}: {value}");
    }
    out + ");"
}

/// What a node has besides its kind.
fn named(node: &Node) -> Vec<(&'static str, String)> {
    let Node { kind: _, label, at, values, bypass, mute, role, voices } = node;
    let mut names = Vec::new();
    if !values.is_empty() {
        let all: Vec<String> = values.iter().map(|(n, v)| format!("{}: {}", text(n), amount(v))).collect();
        names.push(("values", format!("#{{{}}}", all.join(", "))));
    }
    if !label.is_empty() {
        names.push(("label", text(label)));
    }
    names.extend(at.map(|at| ("at", data(&at))));
    names.extend(bypass.then(|| ("bypass", "true".into())));
    names.extend(mute.then(|| ("mute", "true".into())));
    names.extend(role.map(|role| ("role", data(&role))));
    names.extend(voices.map(|voices| ("voices", data(&voices))));
    names
}

fn levels(gain: &Option<Value>, depth: &Option<Value>) -> Vec<(&'static str, String)> {
    let gain = gain.as_ref().map(|gain| ("gain", amount(gain)));
    gain.into_iter().chain(depth.as_ref().map(|depth| ("depth", amount(depth)))).collect()
}

/// A value, or nothing where it is to go.
fn or_nothing(value: &Option<Value>) -> String {
    value.as_ref().map_or("()".into(), |value| match value {
        // Nothing as a value is another thing than no value.
        Value::Null => "json(\"null\")".into(),
        value => amount(value),
    })
}

/// Plain data as a script writes it.
fn data(value: &impl serde::Serialize) -> String {
    // What a patch holds can be written as JSON.
    json(&serde_json::to_value(value).unwrap_or_default())
}
