//! Documents and edits by chance: not to be run, but to be written, read and changed. They hold what no program would
//! write but a file may: kinds that nobody knows, values of any JSON, numbers of all sorts, texts in any script.

use super::chance::Chance;
use serde_json::{Map, Value, json};
use signalbox_engine::patch::{
    Cable, Control, Edit, Endpoint, Graph, Lane, Marker, Node, Patch, Point, Role, Scope, Shape, TempoMap,
    Voices,
};

const WORDS: &[&str] = &[
    "a",
    "lead",
    "Bass drum",
    "naïve",
    "øre",
    "音",
    "🎛️ mix",
    "\"quoted\"",
    "back\\slash",
    "tab\t",
    "new\nline",
    "\u{0}",
    "\u{202e}right",
    "e\u{301}",
    "\u{1f468}\u{200d}\u{1f469}",
    "'",
    "{}",
    "null",
    "-1",
];

pub fn word(chance: &mut Chance) -> String {
    chance.pick(WORDS).to_string()
}

/// An id from a small set, so that edits meet each other; sometimes one that can't be.
pub fn id(chance: &mut Chance) -> String {
    match chance.below(40) {
        0 => chance.pick(&["", " ", "a.b", "a/b", ".", "\t"]).to_string(),
        n => WORDS[n % 12].to_string(),
    }
}

/// A finite number of any sort.
pub fn float(chance: &mut Chance) -> f64 {
    loop {
        let x = match chance.below(5) {
            0 => *chance.pick(&[
                0.0,
                -0.0,
                1.0,
                0.1,
                1e308,
                5e-324,
                -2.5e-310,
                1.7976931348623157e308,
                0.3,
                1e21,
            ]),
            1 => chance.unit() * 1e3,
            2 => f64::from(f32::from_bits(chance.next() as u32)),
            _ => f64::from_bits(chance.next()),
        };
        if x.is_finite() {
            return x;
        }
    }
}

/// Any JSON, not too deep.
pub fn json(chance: &mut Chance, depth: usize) -> Value {
    match chance.below(if depth == 0 { 7 } else { 10 }) {
        0 => Value::Null,
        1 => chance.is(0.5).into(),
        2 => (chance.next() as i64).into(),
        3 => chance.next().into(),
        4 => float(chance).into(),
        5 => chance.pick(&["-6 dB", "2 oct", "440 Hz", "bar 3 beat 2", "1/16 beat"]).to_string().into(),
        6 => word(chance).into(),
        7 => Value::Array((0..chance.below(4)).map(|_| json(chance, depth - 1)).collect()),
        _ => Value::Object(object(chance, depth - 1)),
    }
}

fn object(chance: &mut Chance, depth: usize) -> Map<String, Value> {
    (0..chance.below(4)).map(|_| (word(chance), json(chance, depth))).collect()
}

pub fn node(chance: &mut Chance) -> Node {
    Node {
        kind: word(chance),
        label: if chance.is(0.5) { word(chance) } else { String::new() },
        at: chance.is(0.5).then(|| (float(chance), float(chance))),
        values: object(chance, 3),
        bypass: chance.is(0.2),
        mute: chance.is(0.2),
        role: chance.is(0.2).then(|| *chance.pick(&[Role::Strip, Role::Mix])),
        voices: voices(chance),
    }
}

fn voices(chance: &mut Chance) -> Option<Voices> {
    let count = chance.between(1, 256) as u32;
    chance.is(0.2).then(|| Voices::new(count).expect("1 to 256"))
}

fn endpoint(chance: &mut Chance, ids: &[String]) -> Endpoint {
    let node = if ids.is_empty() || chance.is(0.05) { id(chance) } else { chance.pick(ids).clone() };
    let port = if chance.is(0.3) {
        String::new()
    } else {
        chance.pick(&["out", "in", "a.b.gain", "🎛️", "freq"]).to_string()
    };
    // As it is read back: a node's id has no dot.
    Endpoint::from(Endpoint { node, port }.to_string().as_str())
}

pub fn cable(chance: &mut Chance, ids: &[String]) -> Cable {
    Cable {
        from: endpoint(chance, ids),
        to: endpoint(chance, ids),
        gain: chance.is(0.4).then(|| text_or_number(chance)),
        depth: chance.is(0.2).then(|| text_or_number(chance)),
        feedback: chance.is(0.1),
    }
}

/// JSON that is not `null`, which a file does not tell from nothing.
fn text_or_number(chance: &mut Chance) -> Value {
    if chance.is(0.5) { float(chance).into() } else { "2 oct".into() }
}

pub fn lane(chance: &mut Chance) -> Lane {
    let shapes = [Shape::Linear, Shape::Hold, Shape::S, Shape::Slow, Shape::Fast];
    let points = (0..chance.below(4)).map(|_| {
        let (time, value) = (json(chance, 1), json(chance, 1));
        if chance.is(0.5) {
            Point::Line(time, value)
        } else {
            Point::Shaped(time, value, *chance.pick(&shapes))
        }
    });
    Lane { points: points.collect() }
}

pub fn graph(chance: &mut Chance) -> Graph {
    let mut graph = Graph::default();
    for _ in 0..chance.below(8) {
        graph.nodes.insert(WORDS[chance.below(12)].into(), node(chance));
    }
    let ids: Vec<String> = graph.nodes.keys().cloned().collect();
    for _ in 0..chance.below(8) {
        let id = if chance.is(0.02) { u32::MAX } else { chance.below(20) as u32 };
        graph.cables.insert(id, cable(chance, &ids));
    }
    for _ in 0..chance.below(4) {
        graph.lanes.insert(endpoint(chance, &ids), lane(chance));
    }
    let there = |end: &Endpoint| graph.nodes.contains_key(&end.node);
    graph.cables.retain(|_, c| there(&c.from) && there(&c.to));
    graph.lanes.retain(|to, _| there(to));
    graph
}

fn tempo(chance: &mut Chance) -> TempoMap {
    let mut map = TempoMap::steady(30.0 + chance.unit() * 200.0);
    if chance.is(0.3) {
        map.tempo.push((0.5 + chance.unit() * 9.0, 1.0 + chance.unit() * 900.0));
        map.meter.push((chance.between(2, 9) as u32, 3.5));
    }
    map
}

fn length(chance: &mut Chance) -> Option<Value> {
    chance
        .is(0.6)
        .then(|| chance.pick(&[json!("4 s"), json!(2.5), json!("bar 9"), json!("12 beats")]).clone())
}

fn markers(chance: &mut Chance) -> Vec<Marker> {
    (0..chance.below(3)).map(|_| Marker { time: json(chance, 1), name: word(chance) }).collect()
}

fn controls(chance: &mut Chance) -> Vec<Control> {
    let mut control = || Control {
        number: chance.below(128) as u8,
        channel: chance.is(0.5).then(|| chance.between(1, 16) as u8),
        to: endpoint(chance, &[]),
    };
    (0..2).map(|_| control()).collect()
}

/// A document that a file may hold.
pub fn document(seed: u64) -> Patch {
    let chance = &mut Chance::new(seed);
    Patch {
        title: if chance.is(0.5) { word(chance) } else { String::new() },
        rate: chance.is(0.5).then(|| chance.between(8_000, 384_000) as u32),
        length: length(chance),
        tempo: tempo(chance),
        graph: graph(chance),
        subpatches: (0..chance.below(3))
            .map(|_| (WORDS[chance.below(12)].to_string(), graph(chance)))
            .collect(),
        markers: markers(chance),
        controls: controls(chance),
        meta: object(chance, 3),
    }
}

fn scope(chance: &mut Chance, patch: &Patch) -> Scope {
    let names: Vec<&String> = patch.subpatches.keys().collect();
    match chance.below(10) {
        0 => Some("nowhere".into()),
        1..4 if !names.is_empty() => Some(names[chance.below(names.len())].clone()),
        _ => None,
    }
}

/// An edit, most often one that can be.
pub fn edit(chance: &mut Chance, patch: &Patch) -> Edit {
    let scope = scope(chance, patch);
    let graph = patch.scope(&scope);
    let ids: Vec<String> = graph.map(|g| g.nodes.keys().cloned().collect()).unwrap_or_default();
    let cables: Vec<u32> = graph.map(|g| g.cables.keys().copied().collect()).unwrap_or_default();
    let old = if ids.is_empty() || chance.is(0.05) { id(chance) } else { chance.pick(&ids).clone() };
    let held = match cables.is_empty() || chance.is(0.1) {
        true => chance.below(20) as u32,
        false => *chance.pick(&cables),
    };
    let place = |chance: &mut Chance| {
        let bad = chance.is(0.1);
        chance.is(0.8).then(|| (float(chance), if bad { f64::NAN } else { float(chance) }))
    };
    match chance.below(22) {
        21 => Edit::SetVoices(scope, old, voices(chance)),
        0 | 20 => Edit::AddNode(scope, id(chance), node(chance)),
        1 => Edit::RemoveNode(scope, old),
        2 | 3 => {
            let value = chance.is(0.7).then(|| json(chance, 2));
            Edit::SetValue(scope, old, word(chance), value)
        }
        4 => Edit::SetLabel(scope, old, word(chance)),
        5 => Edit::Move(scope, old, place(chance)),
        6 => Edit::SetBypass(scope, old, chance.is(0.5)),
        7 => Edit::SetMute(scope, old, chance.is(0.5)),
        8 => Edit::SetRole(scope, old, chance.is(0.5).then_some(Role::Mix)),
        9 => Edit::SetKind(scope, old, word(chance)),
        10 | 11 => Edit::Connect(scope, chance.below(20) as u32, cable(chance, &ids)),
        12 => Edit::Disconnect(scope, held),
        13 => Edit::SetCable(scope, held, chance.is(0.5).then(|| text_or_number(chance)), None),
        14 => Edit::SetLane(scope, endpoint(chance, &ids), chance.is(0.6).then(|| lane(chance))),
        15 => {
            let data = chance.is(0.6).then(|| (&self::graph(chance)).into());
            Edit::SetSubpatch(id(chance), data)
        }
        16 => match chance.below(4) {
            0 => Edit::SetTempo(TempoMap {
                tempo: vec![(0.0, 120.0), (f64::INFINITY, 90.0)],
                meter: vec![(1, 4.0)],
            }),
            _ => Edit::SetTempo(tempo(chance)),
        },
        17 => match chance.below(4) {
            0 => Edit::SetLength(Some(json!("soon"))),
            1 => Edit::SetRate(Some(chance.below(10_000) as u32)),
            2 => Edit::SetRate(Some(chance.between(8_000, 384_000) as u32)),
            _ => Edit::SetLength(length(chance)),
        },
        18 => match chance.below(4) {
            0 => Edit::SetTitle(word(chance)),
            1 => Edit::SetControls(controls(chance)),
            2 => {
                let to = endpoint(chance, &ids);
                Edit::SetControls(vec![Control { number: 200, channel: Some(0), to }])
            }
            _ => Edit::SetMarkers(markers(chance)),
        },
        _ => {
            let value = chance.is(0.7).then(|| json(chance, 2));
            Edit::SetMeta(word(chance), value)
        }
    }
}
