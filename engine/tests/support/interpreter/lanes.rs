//! Lanes as the interpreter reads them, straight from the patch; their times are plain seconds.

use super::super::build::RATE;
use signalbox_engine::patch::{Graph, Patch, Shape};
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

impl Lanes {
    pub fn of(patch: &Patch) -> Self {
        let mut lanes = Self(HashMap::new());
        lanes.walk(patch, &patch.graph, "");
        lanes
    }

    fn walk(&mut self, patch: &Patch, graph: &Graph, prefix: &str) {
        for (to, lane) in &graph.lanes {
            let (mut key, mut rest) = (format!("{prefix}{}", to.node), to.port.as_str());
            let mut kind = &graph.nodes[&to.node].kind;
            while let Some(sub) = patch.subpatches.get(kind) {
                let (inner, after) = rest.split_once('.').expect("node.parameter");
                key = format!("{key}/{inner}");
                rest = after;
                kind = &sub.nodes[inner].kind;
            }
            let points = lane.points.iter().map(|p| Point {
                frame: (p.time().as_f64().expect("seconds") * f64::from(RATE)).round() as i64,
                value: p.value().as_f64().expect("a number") as f32,
                shape: p.shape(),
            });
            // What stands outside counts before what stands inside, as with values.
            self.0.entry((key, rest.to_string())).or_insert(Course(points.collect()));
        }
        for (id, node) in &graph.nodes {
            if let Some(sub) = patch.subpatches.get(&node.kind) {
                self.walk(patch, sub, &format!("{prefix}{id}/"));
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
