//! What flows through the ports of sub-patches, and whether the ends of cables agree on it.

use super::super::internal::EVENT_WIRE;
use super::{Flat, FlatCable, Target};
use crate::compile::Problem;
use crate::node::PortKind;

/// A port of a sub-patch carries events where a cable brings or takes events.
pub fn settle_boundaries(flat: &mut Flat, boundary: &[bool]) {
    let mut changed = boundary.contains(&true);
    while changed {
        changed = false;
        for cable in &flat.cables {
            let events =
                |(node, kind): (usize, PortKind)| (!boundary[node]).then_some(kind == PortKind::Events);
            let from = (cable.from.0, flat.nodes[cable.from.0].declaration.outputs[cable.from.1].kind);
            let to = match cable.to.1 {
                Target::Port(port) => (cable.to.0, flat.nodes[cable.to.0].declaration.inputs[port].kind),
                Target::Parameter(..) => continue,
            };
            let settled = |n: usize| std::ptr::eq(flat.nodes[n].declaration, &EVENT_WIRE);
            let carries =
                events(from) == Some(true) || events(to) == Some(true) || settled(from.0) || settled(to.0);
            for n in [from.0, to.0] {
                if carries && boundary[n] && !settled(n) {
                    flat.nodes[n].declaration = &EVENT_WIRE;
                    // A wire with sound going round it is the same wire.
                    flat.nodes[n].bypass = false;
                    changed = true;
                    break;
                }
            }
        }
    }
}

/// Refuses a cable between sound and events.
pub fn kinds_differ(flat: &Flat, cable: &FlatCable) -> Option<Problem> {
    let (from, to) = (&flat.nodes[cable.from.0], &flat.nodes[cable.to.0]);
    let source = &from.declaration.outputs[cable.from.1];
    let (name, events) = match cable.to.1 {
        Target::Port(port) => {
            let port = &to.declaration.inputs[port];
            (port.name, port.kind == PortKind::Events)
        }
        Target::Parameter(parameter, _) => (to.declaration.parameters[parameter].name, false),
    };
    let what = match (source.kind == PortKind::Events, events) {
        (true, false) => {
            "events can't be heard: lead them to the `notes` port of an `osc` or an `env`, and the sound from there"
        }
        (false, true) => {
            "this port takes events, not sound; take them from a `notes` node, or lead the sound to an audio port"
        }
        _ => return None,
    };
    let place =
        format!("cable {}{} ({}.{} → {}.{name})", cable.scope, cable.id, from.key, source.name, to.key);
    Some(Problem::new(place, what))
}
