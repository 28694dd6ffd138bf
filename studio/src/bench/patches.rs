//! The workloads as patches: what a user would draw.

use super::material::Material;
use super::settings::*;
use signalbox_dsp::units::Unit;
use signalbox_engine::node::Value;
use signalbox_engine::patch::{Cable, Graph, Node, Patch};

/// The output of every workload.
pub(super) const OUT: &str = "out";

/// A number with its unit.
fn value(number: f64, unit: Unit) -> Value {
    Value::from(format!("{number} {}", unit.sign()).trim())
}

pub(super) fn db(gain: f64) -> Value {
    value(gain, Unit::Decibel)
}

fn seconds(time: f64) -> Value {
    value(time, Unit::Second)
}

pub(super) fn hertz(frequency: f64) -> Value {
    value(frequency, Unit::Hertz)
}

fn percent(share: f64) -> Value {
    value(100.0 * share, Unit::Percent)
}

/// Decibels of an amplitude.
pub(super) fn level(amplitude: f64) -> f64 {
    20.0 * amplitude.log10()
}

/// A graph that is being drawn.
#[derive(Default)]
pub(super) struct Drawing(Graph);

impl Drawing {
    pub(super) fn node(&mut self, id: impl Into<String>, node: Node) {
        self.0.nodes.insert(id.into(), node);
    }

    pub(super) fn cable(&mut self, from: &str, to: &str) {
        self.0.connect(Cable::new(from, to));
    }

    /// Nodes one behind the other; gives the id of the last.
    fn chain(&mut self, name: &str, nodes: impl IntoIterator<Item = (&'static str, Node)>) -> String {
        let mut last: Option<String> = None;
        for (part, node) in nodes {
            let id = format!("{name} {part}");
            self.node(&id, node);
            if let Some(last) = &last {
                self.cable(last, &id);
            }
            last = Some(id);
        }
        last.unwrap_or_default()
    }

    pub(super) fn patch(self, title: &str) -> Patch {
        Patch { title: title.into(), rate: Some(RATE), graph: self.0, ..Patch::default() }
    }
}

fn equaliser(bands: &[Band]) -> Node {
    bands.iter().zip(1..).fold(Node::new("eq"), |eq, (band, i)| {
        eq.with(&format!("type{i}"), band.curve)
            .with(&format!("freq{i}"), hertz(band.frequency))
            .with(&format!("gain{i}"), db(band.gain))
            .with(&format!("q{i}"), band.q)
    })
}

fn compressor() -> Node {
    Node::new("comp")
        .with("threshold", db(THRESHOLD))
        .with("ratio", RATIO)
        .with("knee", db(0.0))
        .with("attack", seconds(ATTACK))
        .with("release", seconds(RELEASE))
        .with("hold", seconds(0.0))
        .with("makeup", db(MAKEUP))
}

/// A place, -1 (left) to 1 (right).
fn pan(place: f64) -> Node {
    Node::new("pan").with("pan", percent(place)).with("law", "linear")
}

pub(super) fn bus(channels: usize, gain: f64) -> Node {
    Node::new("bus").with("channels", channels).with("gain", db(gain))
}

/// A mix: 64 stereo loops, each through gain, four bands, a compressor and a place into a bus and a send; a room on the
/// send; four bands and a limiter on the sum. Its files are the loops of [`Material`]; it plays for ever.
pub fn mix() -> Patch {
    let mut drawing = Drawing::default();
    for index in 0..TRACKS {
        let t = track(index);
        let player = Node::new("player").with("file", Material::name(index)).with("loop", true);
        let last = drawing.chain(
            &format!("track {index:02}"),
            [
                ("player", player),
                ("gain", Node::new("gain").with("gain", db(t.gain))),
                ("eq", equaliser(&t.bands)),
                ("comp", compressor()),
                ("pan", pan(t.place)),
            ],
        );
        drawing.cable(&last, "mix");
        drawing.0.connect(Cable::new(&last, "send").with_gain(db(level(t.send))));
    }
    drawing.node("send", bus(2, 0.0));
    drawing.node("room", Node::new("reverb").with("mix", percent(1.0)).with("decay", seconds(DECAY)));
    drawing.cable("send", "room");
    drawing.0.connect(Cable::new("room", "mix").with_gain(db(ROOM)));
    drawing.node("mix", bus(2, 0.0));
    let limiter = Node::new("limiter")
        .with("ceiling", db(CEILING))
        .with("lookahead", seconds(LOOKAHEAD))
        .with("release", seconds(LIMITER_RELEASE));
    let last = drawing.chain("master", [("eq", equaliser(&MASTER)), ("limiter", limiter)]);
    drawing.cable("mix", "master eq");
    drawing.node(OUT, Node::new("output"));
    drawing.cable(&last, OUT);
    drawing.patch("Mix of 64 tracks")
}

/// So many gains in a row, fed with a saw. Mono.
pub fn chain(nodes: usize) -> Patch {
    let mut drawing = Drawing::default();
    let source = Node::new("osc")
        .with("shape", "saw")
        .with("mode", "control")
        .with("freq", hertz(CHAIN_WAVE))
        .with("level", db(level(0.5)));
    drawing.node("source", source);
    let mut last = "source".to_string();
    for index in 0..nodes {
        let id = format!("gain {index:05}");
        drawing.node(&id, Node::new("gain").with("gain", db(CHAIN)));
        drawing.cable(&last, &id);
        last = id;
    }
    drawing.node(OUT, Node::new("output"));
    drawing.cable(&last, OUT);
    drawing.patch("Chain of gains")
}

/// So many sines, each through a gain into one bus. Mono.
pub fn sines(count: usize) -> Patch {
    let mut drawing = Drawing::default();
    for index in 0..count {
        let tone =
            Node::new("osc").with("shape", "sine").with("freq", hertz(sine(index))).with("level", db(0.0));
        let gain = Node::new("gain").with("gain", db(level(SINE)));
        let last = drawing.chain(&format!("voice {index:05}"), [("sine", tone), ("gain", gain)]);
        drawing.cable(&last, "sum");
    }
    drawing.node("sum", bus(1, 0.0));
    drawing.node(OUT, Node::new("output"));
    drawing.cable("sum", OUT);
    drawing.patch("Sines into a bus")
}

/// 256 voices: a saw, a resonant low-pass that an envelope opens, an amplifier with an envelope, a place. `quality` is
/// the word for the oscillator's `mode`; its own where there is none.
pub fn voices(quality: Option<&str>) -> Patch {
    let mut drawing = Drawing::default();
    for index in 0..VOICES {
        let v = voice(index);
        let name = format!("voice {index:03}");
        let open = v.pitch + OPEN;
        let mut saw =
            Node::new("osc").with("shape", "saw").with("freq", hertz(v.pitch)).with("level", db(0.0));
        if let Some(word) = quality {
            saw = saw.with("mode", word);
        }
        let filter = Node::new("filter").with("freq", hertz(open)).with("q", RESONANCE);
        let last = drawing.chain(
            &name,
            [("saw", saw), ("filter", filter), ("amp", Node::new("gain")), ("pan", pan(2.0 * v.place - 1.0))],
        );
        drawing.cable(&last, "sum");
        let gate = Node::new("osc")
            .with("shape", "square")
            .with("mode", "control")
            .with("level", db(0.0))
            .with("freq", hertz(v.pace))
            .with("phase", percent(v.phase))
            .with("width", percent(HELD * v.pace));
        drawing.node(format!("{name} gate"), gate);
        // Both are straight lines; the filter's reaches the ground 405 ms after it began, the amplifier's 600 ms after.
        for (envelope, attack, decay, sustain, release) in
            [("sweep", 0.005, 0.4, 0.0, 0.105), ("swell", 0.01, 0.2, 0.5, 0.3)]
        {
            let node = Node::new("env")
                .with("attack", seconds(attack))
                .with("decay", seconds(decay))
                .with("sustain", percent(sustain))
                .with("release", seconds(release))
                .with("curve", percent(0.0));
            drawing.node(format!("{name} {envelope}"), node);
            drawing.cable(&format!("{name} gate"), &format!("{name} {envelope}.gate"));
        }
        let octaves = ((open + SWEEP) / open).log2();
        let depth = Cable::new(&format!("{name} sweep"), &format!("{name} filter.freq"));
        drawing.0.connect(depth.with_depth(value(octaves, Unit::Octave)));
        drawing.cable(&format!("{name} swell"), &format!("{name} amp.control"));
    }
    drawing.node("sum", bus(2, level(VOICE)));
    drawing.node(OUT, Node::new("output"));
    drawing.cable("sum", OUT);
    drawing.patch("256 voices")
}

/// A session of some `nodes` nodes, to see how long it takes to compile: strips of ten nodes each, settings and order
/// drawn from `seed`, eight strips a group, groups and a send into a master.
pub fn session(nodes: usize, seed: u64) -> Patch {
    let mut drawing = Drawing::default();
    let mut dice = Dice(seed);
    for strip in 0..(nodes / STRIP).max(1) {
        let (name, group) = (format!("strip {strip:05}"), format!("group {:04}", strip / 8));
        let source = Node::new("noise").with("seed", strip).with("level", db(dice.between(-40.0, -20.0)));
        let mut parts =
            vec![("noise", source), ("gain", Node::new("gain").with("gain", db(dice.between(-12.0, 3.0))))];
        let mut inserts: [(&str, Make); 7] = [
            ("eq", |d| equaliser(&track(d.below(TRACKS)).bands)),
            ("comp", |d| compressor().with("threshold", db(d.between(-40.0, -10.0)))),
            ("filter", |d| Node::new("filter").with("freq", hertz(d.between(500.0, 15_000.0).round()))),
            ("saturator", |_| Node::new("saturator")),
            ("delay", |d| {
                Node::new("delay").with("time", seconds(d.between(0.01, 0.4))).with("max", seconds(0.5))
            }),
            ("trim", |d| Node::new("gain").with("gain", db(d.between(-6.0, 6.0)))),
            ("meter", |_| Node::new("meter")),
        ];
        dice.shuffle(&mut inserts);
        parts.extend(inserts.map(|(part, make)| (part, make(&mut dice))));
        parts.push(("pan", pan(dice.between(-1.0, 1.0))));
        let last = drawing.chain(&name, parts);
        drawing.cable(&last, &group);
        drawing.0.connect(Cable::new(&last, "send").with_gain(db(dice.between(-30.0, -10.0))));
        if strip % 8 == 0 {
            drawing.node(&group, bus(2, 0.0));
            drawing.cable(&group, "mix");
        }
    }
    for id in ["send", "mix"] {
        drawing.node(id, bus(2, 0.0));
    }
    drawing.node("room", Node::new("reverb").with("mix", percent(1.0)));
    drawing.cable("send", "room");
    drawing.cable("room", "mix");
    drawing.node("limiter", Node::new("limiter"));
    drawing.cable("mix", "limiter");
    drawing.node(OUT, Node::new("output"));
    drawing.cable("limiter", OUT);
    drawing.patch("Session")
}

/// Makes a node with settings that are thrown for.
type Make = fn(&mut Dice) -> Node;

/// Nodes of a strip of a session.
const STRIP: usize = 10;

/// Numbers that look random: the linear congruential generator of Knuth's MMIX.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// To a thousandth.
    fn between(&mut self, low: f64, high: f64) -> f64 {
        ((low + (high - low) * self.next()) * 1_000.0).round() / 1_000.0
    }

    fn below(&mut self, n: usize) -> usize {
        ((self.next() * n as f64) as usize).min(n - 1)
    }

    fn shuffle<T>(&mut self, all: &mut [T]) {
        for i in (1..all.len()).rev() {
            all.swap(i, self.below(i + 1));
        }
    }
}
