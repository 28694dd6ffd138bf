//! Instances with voices.

use super::{FlatCable, Target, Walk, overridden};
use crate::compile::voices::{self, Instance, voice_keys};
use crate::node::Value;
use crate::patch::{Graph, Node, Voices};
use foldhash::{HashMap, HashMapExt};
use serde_json::Map;
use std::sync::Arc;

impl Walk<'_> {
    /// Unfolds an instance for each of its voices.
    pub(super) fn voices(
        &mut self,
        sub: &Graph,
        key: &str,
        node: &Node,
        values: &Map<String, Value>,
        voices: Voices,
    ) {
        let (mut ports, mut shared) = (Vec::new(), HashMap::new());
        for (id, port, own) in voices::ports(self.patch, sub) {
            ports.push((self.flat.nodes.len(), port.kind == "input"));
            if !own {
                shared.insert(id, self.flat.nodes.len());
            }
            self.node(port, format!("{key}/{id}").into(), &overridden(port, id, values), true);
        }
        self.instances.push(Instance {
            key: key.into(),
            label: node.label.clone(),
            count: voices.count(),
            repeats: self.repeats,
            ports,
        });
        let (was, mut told) = (self.repeats, None);
        for prefix in voice_keys(key, voices) {
            self.nodes(sub, &prefix, values, &shared);
            self.repeats = true;
            // What is wrong in all voices is told for the first.
            let (errors, warnings) = *told.get_or_insert((self.errors.len(), self.warnings.len()));
            self.errors.truncate(errors);
            self.warnings.truncate(warnings);
        }
        self.repeats = was;
    }

    /// Joins the ports of an instance to those that its voices have of their own.
    pub(super) fn port_cables(&mut self, sub: &Graph, key: &str, voices: Voices) {
        let scope: Arc<str> = format!("{key}/").into();
        let ports = voices::ports(self.patch, sub);
        for (number, (id, port, _)) in ports.into_iter().enumerate().filter(|(_, port)| port.2) {
            let outer = self.index.get(&*format!("{key}/{id}")).copied();
            for (prefix, voice) in voice_keys(key, voices).zip(0..) {
                let inner = self.index.get(&*(prefix + id)).copied();
                let (Some(outer), Some(inner)) = (outer, inner) else { continue };
                let (from, to) = if port.kind == "input" { (outer, inner) } else { (inner, outer) };
                self.flat.cables.push(FlatCable {
                    id: voices::cable_id(number, Some(voice as usize)),
                    voice: Some(voice),
                    ..FlatCable::plain(&scope, (from, 0), (to, Target::Port(0)))
                });
            }
        }
    }
}
