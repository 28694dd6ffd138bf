//! What the engine tells of one graph: where sound waits, where loops go round, what nodes cost.

use signalbox_engine::node::{Setting, Shelf};
use signalbox_engine::patch::{Endpoint, Graph};
use signalbox_live::Report;
use std::collections::HashMap;

/// What is told of the nodes and cables of one graph, by their ids.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Insight {
    /// Frames a second.
    pub rate: u32,
    /// By how many frames cables are held back, so that paths meet in time.
    pub held: HashMap<u32, usize>,
    /// How many frames later the cables of loops bring what was taken, at least.
    pub loops: HashMap<u32, usize>,
    /// How many seconds later they bring it in truth, where a node says so.
    pub delays: HashMap<u32, f64>,
    /// How many frames nodes are late by themselves.
    pub late: HashMap<String, usize>,
    /// Which share of the time nodes take, with all that is inside of them.
    pub costs: HashMap<String, f32>,
}

impl Insight {
    /// What a report tells of the graph behind some instances.
    pub fn of(report: &Report, inside: &[String]) -> Self {
        let way: String = inside.iter().map(|id| format!("{id}/")).collect();
        let cables = |list: &[(signalbox_live::Wire, usize)]| {
            let own = list.iter().filter(|((scope, _), _)| **scope == *way);
            own.map(|((_, id), frames)| (*id, *frames)).collect()
        };
        let rest = |key: &str| key.strip_prefix(way.as_str()).map(String::from);
        let late = report.latency.iter().filter_map(|(key, frames)| Some((rest(key)?, *frames)));
        let node = |key: &str| Some(rest(key)?.split('/').next()?.to_string());
        let mut costs: HashMap<String, f32> = HashMap::new();
        for (keys, nanos) in &report.costs {
            // What runs together is shared out evenly.
            let each = (nanos * 1e-9 * f64::from(report.rate) / keys.len().max(1) as f64) as f32;
            keys.iter().filter_map(|key| node(key)).for_each(|id| *costs.entry(id).or_default() += each);
        }
        Self {
            rate: report.rate,
            held: cables(&report.held),
            loops: cables(&report.loops),
            delays: HashMap::new(),
            late: late.filter(|(key, _)| !key.contains('/')).collect(),
            costs,
        }
    }
}

impl Insight {
    /// Learns from the nodes of the graph how long its loops take that are led through delays: what is set there.
    pub fn ask(&mut self, graph: &Graph, shelf: &Shelf) {
        let delay = |id: &u32| {
            let from = &graph.cables.get(id)?.from.node;
            let node = graph.nodes.get(from)?;
            let declaration = shelf.get(&node.kind)?;
            let parameter = declaration.delay?;
            let to = Endpoint { node: from.clone(), port: declaration.parameters[parameter].name.into() };
            // What moves while it plays is no number that could be read.
            if graph.lanes.contains_key(&to) || graph.cables.values().any(|c| c.to == to) {
                return None;
            }
            match declaration.settings(&node.values).0.get(parameter)? {
                Setting::Number(seconds) => Some((*id, f64::from(*seconds))),
                _ => None,
            }
        };
        self.delays = self.loops.keys().filter_map(delay).collect();
    }

    /// How long a loop takes that a cable closes, in words.
    pub fn round(&self, cable: u32) -> Option<String> {
        let least = *self.loops.get(&cable)?;
        let frames = |seconds: &f64| (seconds * f64::from(self.rate)).round() as usize;
        let set = self.delays.get(&cable).map(frames);
        Some(match set {
            Some(set) => lasting(set.max(least), self.rate),
            None if least > 1 => format!("{} or more", lasting(least, self.rate)),
            None => lasting(least, self.rate),
        })
    }
}

/// A time as people read it.
pub fn lasting(frames: usize, rate: u32) -> String {
    let ms = frames as f64 * 1e3 / f64::from(rate.max(1));
    match ms {
        _ if frames == 1 => "1 frame".into(),
        ms if ms < 10.0 => format!("{ms:.2} ms"),
        ms if ms < 100.0 => format!("{ms:.1} ms"),
        ms => format!("{ms:.0} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_engine::patch::{Cable, Node};

    #[test]
    fn a_loop_through_a_delay_takes_the_time_that_is_set_there() {
        let node = Node::new("delay").with("time", "350 ms");
        let mut graph = Graph::default();
        graph.nodes.insert("echo".into(), node.clone());
        graph.connect(Cable::new("echo", "echo"));
        let shelf = signalbox_studio::shelf();
        let told = |graph: &Graph| {
            let loops = HashMap::from([(0, 144), (1, 1), (9, 144)]);
            let mut told = Insight { rate: 48_000, loops, ..Insight::default() };
            told.ask(graph, &shelf);
            [0, 1, 9].map(|id| told.round(id).unwrap_or_default())
        };
        assert_eq!(told(&graph), ["350 ms", "1 frame", "3.00 ms or more"]);
        // Shorter than the node can, it takes what the node can.
        graph.nodes.insert("echo".into(), node.with("time", "1 ms"));
        assert_eq!(told(&graph)[0], "3.00 ms");
        // A time that is moved is not the one that is set.
        graph.nodes.insert("lfo".into(), Node::new("osc"));
        graph.connect(Cable::new("lfo", "echo.time"));
        assert_eq!(told(&graph)[0], "3.00 ms or more");
    }

    #[test]
    fn each_graph_is_told_its_own_and_an_instance_costs_what_is_inside_of_it() {
        let report = Report {
            rate: 1_000,
            held: vec![(("".into(), 3), 20), (("verse/".into(), 4), 30)],
            loops: vec![(("verse/".into(), 7), 1)],
            latency: vec![("limit".into(), 20), ("verse/limit".into(), 30)],
            costs: vec![(vec!["a".into(), "verse/b".into()], 2e5), (vec!["verse/b".into()], 1e5)],
        };
        let outer = Insight::of(&report, &[]);
        assert_eq!((outer.held.get(&3), outer.held.get(&4), outer.loops.len()), (Some(&20), None, 0));
        assert_eq!(outer.late, HashMap::from([("limit".to_string(), 20)]));
        let cost = |i: &Insight, id: &str| (i.costs[id] * 1e3).round();
        assert_eq!((cost(&outer, "a"), cost(&outer, "verse")), (100.0, 200.0));
        let inner = Insight::of(&report, &["verse".into()]);
        assert_eq!((inner.held.get(&4), inner.loops.get(&7)), (Some(&30), Some(&1)));
        assert_eq!(inner.late, HashMap::from([("limit".to_string(), 30)]));
        assert_eq!((inner.costs.len(), cost(&inner, "b")), (1, 200.0));
        assert_eq!(
            [lasting(1, 48_000), lasting(435, 48_000), lasting(4_800, 48_000)],
            ["1 frame", "9.06 ms", "100 ms"]
        );
    }
}
