//! Edits as lines of script, and patches as scripts.

use crate::support::Project;
use serde_json::{Value, json};
use signalbox_engine::patch::{
    Cable, Control, Edit, Endpoint, Graph, Lane, Marker, Node, Patch, Point, Role, Scope, Shape, TempoMap,
    Voices,
};
use signalbox_scripts::apply::difference;
use signalbox_scripts::{say, script};

/// Random numbers, the same in every run (splitmix64: Steele, Lea, Flood 2014).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn float(&mut self) -> f64 {
        let x = (self.next() >> 11) as f64 / (1u64 << 53) as f64 - 0.5;
        x * 10f64.powi(self.below(40) as i32 - 20)
    }

    /// Names as people and programs may write them.
    fn name(&mut self) -> String {
        let names = [
            "lead",
            "pad osc",
            "a \"b\"",
            "tab\there",
            "back\\slash",
            "ünï",
            "line\nbreak",
            "${x}",
            "x y ~2",
            "#{",
        ];
        format!("{} {}", self.one(&names), self.below(30))
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 10 } else { 12 }) {
            0 => json!(self.next() as i64),
            1 => json!(self.below(1_000)),
            2 => json!(self.float()),
            3 => json!(self.one(&[
                "-6 dB", "2.5 ms", "440 Hz", "1 kHz", "0.1 oct", "12 beats", "-14 LUFS", "30 %", "7 st"
            ])),
            4 => json!(self.coin()),
            5 => json!(self.name()),
            6 => json!(self.one(&["saw", "bar 9 beat 2", "", "1e3", "-0 dB", "+6 dB", "6dB"])),
            7 => json!(self.one(&[0.0, -0.0, 1.0, 1e300, 5e-324, -1e-7, 0.1 + 0.2])),
            8 => json!(self.one(&[u64::MAX, i64::MAX as u64 + 1])),
            9 => json!(self.one(&[i64::MIN, i64::MAX, -1])),
            10 => (0..self.below(4)).map(|_| self.value(depth - 1)).collect(),
            _ => Value::Object((0..self.below(4)).map(|_| (self.name(), self.value(depth - 1))).collect()),
        }
    }

    fn some<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.coin() { Some(make(self)) } else { None }
    }

    fn node(&mut self) -> Node {
        let mut node = Node::new(self.one(&["osc", "gain", "filter", "output", "cell", "no such kind"]));
        node.label = self.some(Self::name).unwrap_or_default();
        node.at = self.some(|c| (c.float(), c.float()));
        node.values = (0..self.below(4)).map(|_| (self.name(), self.value(2))).collect();
        node.values.sort_keys();
        (node.bypass, node.mute) = (self.below(4) == 0, self.below(4) == 0);
        node.role = self.some(|c| c.one(&[Role::Strip, Role::Mix]));
        node.voices = self.some(|c| Voices::new(1 + c.below(256) as u32).unwrap());
        node
    }

    fn cable(&mut self, ids: &[String]) -> Cable {
        let mut end = |port: &str| Endpoint { node: self.one(ids), port: port.into() };
        let (from, to) = (end(""), end("cut.in"));
        Cable {
            from,
            to,
            gain: self.some(|c| c.value(0)),
            depth: self.some(|c| c.value(0)),
            feedback: self.coin(),
        }
    }

    fn lane(&mut self) -> Lane {
        let shapes = [Shape::Linear, Shape::Hold, Shape::S, Shape::Slow, Shape::Fast];
        let point = |c: &mut Self| {
            let (time, value) = (c.value(0), c.value(0));
            if c.coin() { Point::Line(time, value) } else { Point::Shaped(time, value, c.one(&shapes)) }
        };
        Lane { points: (0..self.below(4)).map(|_| point(self)).collect() }
    }

    fn graph(&mut self) -> Graph {
        let mut graph = Graph::default();
        for _ in 0..self.below(6) {
            let (name, node) = (self.name(), self.node());
            graph.nodes.insert(name, node);
        }
        let ids: Vec<String> = graph.nodes.keys().cloned().collect();
        if !ids.is_empty() {
            for _ in 0..self.below(6) {
                let (id, cable) = (self.next() as u32, self.cable(&ids));
                graph.cables.insert(id, cable);
            }
            for _ in 0..self.below(3) {
                let end = Endpoint { node: self.one(&ids), port: self.name() };
                let lane = self.lane();
                graph.lanes.insert(end, lane);
            }
        }
        graph
    }

    fn tempo(&mut self) -> TempoMap {
        let tempo =
            (0..1 + self.below(3)).map(|i| (i as f64 * 3.7, 30.0 + self.below(200) as f64 / 3.0)).collect();
        let meter = (0..1 + self.below(3)).map(|i| (1 + 4 * i as u32, 0.5 + self.below(8) as f64)).collect();
        TempoMap { tempo, meter }
    }

    fn controls(&mut self) -> Vec<Control> {
        (0..self.below(3))
            .map(|i| Control {
                number: i as u8,
                channel: self.some(|c| 1 + c.below(16) as u8),
                to: Endpoint { node: self.name(), port: "level".into() },
            })
            .collect()
    }

    fn markers(&mut self) -> Vec<Marker> {
        (0..self.below(3)).map(|_| Marker { time: self.value(0), name: self.name() }).collect()
    }

    fn patch(&mut self) -> Patch {
        let mut meta: serde_json::Map<String, Value> =
            (0..self.below(3)).map(|_| (self.name(), self.value(2))).collect();
        meta.sort_keys();
        Patch {
            title: self.some(Self::name).unwrap_or_default(),
            rate: self.some(|c| 8_000 + c.below(90_000) as u32),
            length: self.some(|c| c.one(&[json!("4 s"), json!(12), json!(2.5), json!("bar 9")])),
            tempo: self.tempo(),
            graph: self.graph(),
            subpatches: (0..self.below(3)).map(|_| (self.name(), self.graph())).collect(),
            markers: self.markers(),
            controls: self.controls(),
            meta,
        }
    }

    /// Any edit that a patch takes, or may refuse.
    fn edit(&mut self, patch: &Patch) -> Edit {
        let scopes: Vec<Scope> =
            std::iter::once(None).chain(patch.subpatches.keys().cloned().map(Some)).collect();
        let scope = self.one(&scopes);
        let graph = patch.scope(&scope).unwrap();
        let ids: Vec<String> = graph.nodes.keys().cloned().chain([self.name()]).collect();
        let cables: Vec<u32> = graph.cables.keys().copied().chain([7]).collect();
        let (id, cable) = (self.one(&ids), self.one(&cables));
        match self.below(22) {
            0 => Edit::AddNode(scope, self.name(), self.node()),
            1 => Edit::RemoveNode(scope, id),
            2 => Edit::SetValue(scope, id, self.name(), self.some(|c| c.value(2))),
            3 => Edit::SetLabel(scope, id, self.name()),
            4 => Edit::Move(scope, id, self.some(|c| (c.float(), c.float()))),
            5 => Edit::SetBypass(scope, id, self.coin()),
            6 => Edit::SetMute(scope, id, self.coin()),
            7 => Edit::SetRole(scope, id, self.some(|_| Role::Mix)),
            8 => Edit::SetVoices(scope, id, self.some(|_| Voices::new(9).unwrap())),
            9 => Edit::SetKind(scope, id, self.name()),
            10 => Edit::Connect(scope, self.next() as u32, self.cable(&ids)),
            11 => Edit::Disconnect(scope, cable),
            12 => Edit::SetCable(scope, cable, self.some(|c| c.value(0)), self.some(|c| c.value(0))),
            13 => Edit::SetLane(scope, Endpoint { node: id, port: self.name() }, self.some(Self::lane)),
            14 => Edit::SetSubpatch(self.name(), self.some(|c| (&c.graph()).into())),
            15 => Edit::SetTempo(self.tempo()),
            16 => Edit::SetLength(self.some(|_| json!("3 s"))),
            17 => Edit::SetRate(self.some(|_| 44_100)),
            18 => Edit::SetTitle(self.name()),
            19 => Edit::SetMarkers(self.markers()),
            20 => Edit::SetControls(self.controls()),
            _ => Edit::SetMeta(self.name(), self.some(|c| c.value(2))),
        }
    }
}

/// How many random patches are tried; `SIGNALBOX_SOAK` times as many where that is set.
fn rounds(usual: u64) -> u64 {
    std::env::var("SIGNALBOX_SOAK").ok().and_then(|n| n.parse::<u64>().ok()).map_or(usual, |n| usual * n)
}

#[test]
fn a_patch_written_out_as_a_script_is_built_again_node_for_node() {
    let project = Project::new();
    for seed in 0..rounds(200) {
        let patch = Chance(seed).patch();
        let text = script(&patch);
        let again = project.build(&text).unwrap_or_else(|e| panic!("seed {seed}: {e}")).patch;
        assert!(again == patch, "seed {seed}: {:?}", difference(&again, &patch));
    }
}

#[test]
fn an_edit_said_as_a_line_does_what_it_does_by_hand() {
    let project = Project::new();
    let mut refused = 0;
    for seed in 0..rounds(400) {
        let mut chance = Chance(!seed);
        let patch = chance.patch();
        let edit = chance.edit(&patch);
        let line = say(&edit);
        assert!(!line.contains('\n'), "{line:?}");
        let said = project.build(&format!("{}{line}", script(&patch)));
        let mut by_hand = patch;
        match by_hand.apply(edit.clone()) {
            Ok(_) => {
                let said = said.unwrap_or_else(|e| panic!("seed {seed}: {e}")).patch;
                assert!(said == by_hand, "seed {seed}: {line}\n{edit:?}\n{:?}", difference(&said, &by_hand));
            }
            // What can't be done by hand can't be said either, and it is told why.
            Err(why) => {
                let text = said.map(drop).expect_err(&line).to_string();
                assert!(text.contains(&why.to_string()), "{line}: {text}, not {why}");
                refused += 1;
            }
        }
    }
    assert!(refused > 0, "nothing was refused");
}

#[test]
fn any_patch_becomes_any_other_by_their_difference() {
    for seed in 0..rounds(200) {
        let (mut old, new) = (Chance(seed).patch(), Chance(seed + 1_000_000).patch());
        for edit in difference(&old, &new) {
            old.apply(edit.clone()).unwrap_or_else(|e| panic!("seed {seed}: {edit:?}: {e}"));
        }
        assert!(old == new, "seed {seed}");
    }
}

#[test]
fn lines_read_as_people_write() {
    let edit = |edit: Edit, line: &str| assert_eq!(say(&edit), line);
    edit(
        Edit::AddNode(
            None,
            "lead".into(),
            Node::new("osc").with("freq", "220 Hz").with("shape", "saw").at(0.0, 80.5),
        ),
        r#"add_node("lead", "osc", values: #{"freq": 220.hz, "shape": "saw"}, at: [0.0, 80.5]);"#,
    );
    edit(
        Edit::SetValue(Some("voice".into()), "lead".into(), "level".into(), Some(json!("-6.5 dB"))),
        r#"set_value("lead", "level", -6.5.db, within: "voice");"#,
    );
    edit(
        Edit::Connect(None, 7, Cable::new("lead", "out").with_gain("-6 dB")),
        r#"connect(7, "lead", "out", gain: -6.db);"#,
    );
    edit(Edit::SetValue(None, "lead".into(), "level".into(), None), r#"set_value("lead", "level", ());"#);
}
