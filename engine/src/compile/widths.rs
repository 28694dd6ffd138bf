//! Second pass: how many channels each port has.

use super::flat::{Flat, FlatCable, Target};
use super::rows::Rows;
use super::{Context, Problem};
use crate::node::{MAX_CHANNELS, Port, PortKind, Setting, Width};

/// How many channels each port of each node has; 0 for events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Widths {
    /// By node, by input port.
    pub inputs: Rows<usize>,
    /// By node, by output port.
    pub outputs: Rows<usize>,
}

/// Infers the widths: a mono cable fans out to any width, other mismatches are refused with the adapter named.
pub fn infer(flat: &Flat, context: &Context<'_>) -> Result<Widths, Vec<Problem>> {
    let count = flat.nodes.len();
    let mut widths = Widths { inputs: Rows::with_capacity(count), outputs: Rows::with_capacity(count) };
    let mut errors = Vec::new();
    for node in &flat.nodes {
        let mut first = |port: &Port| {
            given(port, node, context).unwrap_or_else(|what| {
                if !node.repeats {
                    errors.push(Problem::new(&*node.key, what));
                }
                1
            })
        };
        widths.inputs.push(node.declaration.inputs.iter().map(&mut first));
        widths.outputs.push(node.declaration.outputs.iter().map(&mut first));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    spread(flat, &mut widths);
    errors.extend(flat.cables.iter().filter(|c| !flat.repeats(c)).filter_map(|cable| {
        let source = widths.outputs[cable.from.0][cable.from.1];
        let (from, to) = (&flat.nodes[cable.from.0], &flat.nodes[cable.to.0]);
        let (name, wanted) = match cable.to.1 {
            Target::Port(port) => (to.declaration.inputs[port].name, widths.inputs[cable.to.0][port]),
            Target::Parameter(parameter, _) => (to.declaration.parameters[parameter].name, 1),
        };
        if source == wanted || source <= 1 {
            return None;
        }
        if let Some(way) = flat.cables.iter().find(|c| c.goes_around() && c.to.0 == cable.to.0) {
            return Some(no_way(way, &widths, if std::ptr::eq(way, cable) { wanted } else { source }));
        }
        let adapter = match wanted {
            1 => "put a `mono` node in between, or take one channel with `split`",
            _ => "put a `split` and a `join` in between, to say which channel goes where",
        };
        let place = format!("cable {}{} ({} → {}.{name})", cable.scope, cable.id, from.key, to.key);
        Some(Problem::new(place, format!("{source} channels do not fit into {wanted}; {adapter}")))
    }));
    errors.dedup_by(|a, b| a.place == b.place);
    if errors.is_empty() { Ok(widths) } else { Err(errors) }
}

/// Why sound can't go round an instance in which so many channels lead to the output.
fn no_way(way: &FlatCable, widths: &Widths, inside: usize) -> Problem {
    let comes = widths.outputs[way.from.0][way.from.1];
    let what = format!(
        "{comes} channels come in and {inside} go out, so sound can't go round it; take its bypass off"
    );
    Problem::new(way.scope.trim_end_matches('/'), what)
}

/// The width that a declaration gives by itself; 1 where it follows.
fn given(port: &Port, node: &super::FlatNode, context: &Context<'_>) -> Result<usize, String> {
    let setting = |name: &str| node.declaration.parameter(name).and_then(|at| node.settings.get(at));
    Ok(match port.kind {
        PortKind::Events => 0,
        PortKind::Audio(Width::Fixed(n)) => n,
        PortKind::Audio(Width::Follow) => 1,
        PortKind::Audio(Width::Parameter(name)) => match setting(name) {
            Some(Setting::Number(n)) => (*n as usize).clamp(1, MAX_CHANNELS),
            _ => 1,
        },
        PortKind::Audio(Width::File(name)) => match setting(name) {
            Some(Setting::Text(path)) if path.is_empty() => return Err(format!("`{name}` names no file")),
            Some(Setting::Text(path)) => context.assets.width(path)?.clamp(1, MAX_CHANNELS),
            _ => 1,
        },
    })
}

/// Spreads widths along the cables until nothing widens any more.
fn spread(flat: &Flat, widths: &mut Widths) {
    let leaving = Rows::deal(flat.nodes.len(), flat.cables.iter().zip(0u32..).map(|(c, i)| (c.from.0, i)));
    let follows = |port: &Port| port.kind == PortKind::Audio(Width::Follow);
    let mut waiting: Vec<usize> = (0..flat.nodes.len()).rev().collect();
    while let Some(node) = waiting.pop() {
        for &i in &leaving[node] {
            let cable = &flat.cables[i as usize];
            let Target::Port(port) = cable.to.1 else { continue };
            let (to, declaration) = (cable.to.0, flat.nodes[cable.to.0].declaration);
            let source = widths.outputs[node][cable.from.1];
            if !follows(&declaration.inputs[port]) || source <= widths.inputs[to][port] {
                continue;
            }
            for (port, width) in declaration.inputs.iter().zip(&mut widths.inputs[to]) {
                if follows(port) {
                    *width = source;
                }
            }
            for (port, width) in declaration.outputs.iter().zip(&mut widths.outputs[to]) {
                if follows(port) {
                    *width = source;
                }
            }
            waiting.push(to);
        }
    }
}
