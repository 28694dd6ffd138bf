//! Lanes as the interpreter reads them, straight from the patch; their times are plain seconds.

use super::super::build::RATE;
use signalbox_engine::patch::{Graph, Node, Patch, Shape};
use std::collections::HashMap;

/// The lanes of all unfolded parameters, by the node's key and the parameter's name.
pub struct Lanes(HashMap<(String, String), Course>);

/// The course of one parameter.
#[derive(PartialEq)]
pub struct Course(Vec<Point>);

#[derive(PartialEq)]
struct Point {
    frame: i64,
    value: f32,
    shape: Shape,
}

/// What the keys of the nodes of an instance begin with, in each of its voices.
fn scopes(key: &str, instance: &Node) -> Vec<String> {
    match instance.voices {
        None => vec![format!("{key}/")],
        Some(voices) => (1..=voices.count()).map(|voice| format!("{key}/{voice:03}/")).collect(),
    }
}

impl Lanes {
    pub fn of(patch: &Patch) -> Self {
        let mut lanes = Self(HashMap::new());
        lanes.walk(patch, &patch.graph, "");
        lanes
    }

    fn walk(&mut self, patch: &Patch, graph: &Graph, prefix: &str) {
        for (to, lane) in &graph.lanes {
            let (mut keys, mut rest) = (vec![format!("{prefix}{}", to.node)], to.port.as_str());
            let mut node = &graph.nodes[&to.node];
            while let Some(sub) = patch.subpatches.get(&node.kind) {
                let (inner, after) = rest.split_once('.').expect("node.parameter");
                keys = keys.iter().flat_map(|key| scopes(key, node)).map(|scope| scope + inner).collect();
                rest = after;
                node = &sub.nodes[inner];
            }
            let point = |p: &signalbox_engine::patch::Point| Point {
                frame: (p.time().as_f64().expect("seconds") * f64::from(RATE)).round() as i64,
                value: p.value().as_f64().expect("a number") as f32,
                shape: p.shape(),
            };
            for key in keys {
                // What stands outside counts before what stands inside, as with values.
                let course = || Course(lane.points.iter().map(point).collect());
                self.0.entry((key, rest.to_string())).or_insert_with(course);
            }
        }
        for (id, node) in &graph.nodes {
            if let Some(sub) = patch.subpatches.get(&node.kind) {
                for scope in scopes(&format!("{prefix}{id}"), node) {
                    self.walk(patch, sub, &scope);
                }
            }
        }
    }

    /// Takes the course of a parameter out.
    pub fn take(&mut self, key: &str, parameter: &str) -> Option<Course> {
        self.0.remove(&(key.to_string(), parameter.to_string()))
    }
}

impl Course {
    /// The value at a frame.
    pub fn at(&self, frame: i64) -> f32 {
        let points = &self.0;
        let Some(before) = points.iter().rposition(|p| p.frame <= frame) else { return points[0].value };
        let a = &points[before];
        let Some(b) = points.get(before + 1) else { return a.value };
        let way = (frame - a.frame) as f64 / (b.frame - a.frame) as f64;
        let way = match a.shape {
            Shape::Linear => way,
            Shape::Hold => 0.0,
            Shape::S => 0.5 - 0.5 * (std::f64::consts::PI * way).cos(),
            Shape::Slow => way * way,
            Shape::Fast => 1.0 - (1.0 - way) * (1.0 - way),
        };
        (f64::from(a.value) + (f64::from(b.value) - f64::from(a.value)) * way) as f32
    }
}
