//! Writes decisions down as a patch: one strip a recording, two sends, a bus, a mastering chain.

use super::strip::{Band, Because, Strip};
use signalbox_dsp::units::{Quantity, Unit};
use signalbox_engine::patch::{Cable, Graph, Node, Patch, Role};

/// The node that holds the whole mix.
pub const MIX: &str = "mix";
/// The last node of the mastering chain before the output.
pub const LIMITER: &str = "master limiter";
const EQ: &str = "master eq";
const GLUE: &str = "master glue";
const METER: &str = "master meter";
const OUT: &str = "out";
const REVERB: &str = "reverb";
const DELAY: &str = "delay";

/// How far strips lie from each other on the canvas, and nodes from left to right: as the largest card of the editor needs it.
const ROW: f64 = 184.0;
const COLUMN: f64 = 232.0;

/// What the two sends do.
#[derive(Clone, Debug)]
pub struct Sends {
    /// Decay of the room in seconds.
    pub decay: Because<f64>,
    /// Time of the echo in seconds.
    pub echo: Because<f64>,
}

/// What the mastering chain does.
#[derive(Clone, Debug)]
pub struct Master {
    /// Bands of its equaliser.
    pub eq: Vec<Because<Band>>,
    /// Threshold of its compressor in dBFS, at a ratio of 1.5 : 1.
    pub glue: Because<f64>,
    /// Gain into the limiter in decibels.
    pub drive: Because<f64>,
    /// True peak that is never passed, in dBTP.
    pub ceiling: f64,
}

/// A strip with its name, its file and its fader.
pub struct Channel<'a> {
    /// The id of its nodes.
    pub name: &'a str,
    /// The file, relative to the patch.
    pub file: &'a str,
    /// What was decided.
    pub strip: &'a Strip,
    /// The fader in decibels, with its reason.
    pub fader: Because<f64>,
}

fn db(v: f64) -> String {
    Quantity::new((v * 100.0).round() / 100.0, Unit::Decibel).to_string()
}

fn hz(v: f64) -> String {
    Quantity::new(v, Unit::Hertz).to_string()
}

fn seconds(v: f64) -> String {
    Quantity::new((v * 1e4).round() / 1e4, Unit::Second).to_string()
}

fn eq_node(bands: &[Because<Band>]) -> Node {
    let mut node = Node::new("eq");
    for (i, band) in bands.iter().take(8).enumerate() {
        let (n, b) = (i + 1, &band.value);
        node = node
            .with(&format!("type{n}"), b.kind)
            .with(&format!("freq{n}"), hz(b.freq))
            .with(&format!("q{n}"), b.q);
        if b.gain != 0.0 {
            node = node.with(&format!("gain{n}"), db(b.gain));
        }
    }
    let why: Vec<String> = bands
        .iter()
        .map(|b| match b.value.gain {
            0.0 => format!("{} at {}: {}", b.value.kind, hz(b.value.freq), b.why),
            gain => format!("{} {} at {}: {}", b.value.kind, db(gain), hz(b.value.freq), b.why),
        })
        .collect();
    node.values.sort_keys();
    node.labelled(if why.is_empty() { "nothing stands out".into() } else { why.join("; ") })
}

/// The nodes of a strip from its file to its compressor, in a chain: player, trim, eq, comp.
fn chain(graph: &mut Graph, channel: &Channel<'_>, y: f64) {
    let (name, strip) = (channel.name, channel.strip);
    let compression = &strip.compression.value;
    let comp = Node::new("comp")
        .with("attack", seconds(compression.attack))
        .with("ratio", (compression.ratio * 100.0).round() / 100.0)
        .with("release", seconds(compression.release))
        .with("threshold", db(compression.threshold))
        .labelled(format!(
            "{:.1} : 1 above {}: {}",
            compression.ratio,
            db(compression.threshold),
            strip.compression.why
        ));
    let nodes = [
        (String::new(), Node::new("player").with("file", channel.file).labelled(name)),
        (
            " trim".into(),
            Node::new("gain").with("gain", db(strip.trim.value)).labelled(strip.trim.why.clone()),
        ),
        (" eq".into(), eq_node(&strip.eq)),
        (" comp".to_string(), comp),
    ];
    let mut last: Option<String> = None;
    for (i, (suffix, node)) in nodes.into_iter().enumerate() {
        let id = format!("{name}{suffix}");
        graph.nodes.insert(id.clone(), node.at(i as f64 * COLUMN, y));
        if let Some(last) = last.replace(id.clone()) {
            graph.connect(Cable::new(&last, &id));
        }
    }
}

/// The patch of one strip up to its compressor alone, to measure how loud it is there.
pub fn strip_alone(channel: &Channel<'_>, rate: u32) -> Patch {
    let mut patch = Patch { rate: Some(rate), ..Patch::default() };
    chain(&mut patch.graph, channel, 0.0);
    patch.graph.nodes.insert(OUT.into(), Node::new("output"));
    patch.graph.connect(Cable::new(&format!("{} comp", channel.name), OUT));
    patch
}

/// The patch up to the mix: strips, sends, bus; it ends in an output.
pub fn mix(channels: &[Channel<'_>], sends: &Sends, rate: u32, title: &str) -> Patch {
    let mut patch = Patch { rate: Some(rate), title: title.into(), ..Patch::default() };
    let graph = &mut patch.graph;
    let middle = channels.len().saturating_sub(1) as f64 * ROW / 2.0;
    graph.nodes.insert(
        MIX.into(),
        Node::new("bus").labelled("the mix, before the master").role(Role::Mix).at(8.0 * COLUMN, middle),
    );
    for (i, channel) in channels.iter().enumerate() {
        let y = i as f64 * ROW;
        chain(graph, channel, y);
        let (name, strip) = (channel.name, channel.strip);
        let (pan, fader) = (format!("{name} pan"), format!("{name} fader"));
        let node =
            Node::new("pan").with("pan", format!("{} %", strip.pan.value)).labelled(strip.pan.why.clone());
        graph.nodes.insert(pan.clone(), node.at(4.0 * COLUMN, y));
        let node =
            Node::new("gain").with("gain", db(channel.fader.value)).labelled(channel.fader.why.clone());
        graph.nodes.insert(fader.clone(), node.role(Role::Strip).at(5.0 * COLUMN, y));
        graph.connect(Cable::new(&format!("{name} comp"), &pan));
        graph.connect(Cable::new(&pan, &fader));
        graph.connect(Cable::new(&fader, MIX));
        for (send, to) in [(&strip.reverb, REVERB), (&strip.delay, DELAY)] {
            if let Some(level) = send.value {
                graph.connect(Cable::new(&fader, to).with_gain(db(level)));
            }
        }
    }
    let y = channels.len() as f64 * ROW;
    let reverb = Node::new("reverb")
        .with("decay", seconds(sends.decay.value))
        .with("mix", "100 %")
        .with("predelay", "18 ms");
    let delay = Node::new("delay")
        .with("damping", "4 kHz")
        .with("feedback", "32 %")
        .with("lowcut", "250 Hz")
        .with("pingpong", true)
        .with("time", seconds(sends.echo.value));
    let low = Band { kind: "highpass", freq: 220.0, gain: 0.0, q: 0.707 };
    let low = Because { value: low, why: "keeps the low end of the sends out of the way".into() };
    let rows =
        [(REVERB, reverb.labelled(sends.decay.why.clone())), (DELAY, delay.labelled(sends.echo.why.clone()))];
    for (i, (name, node)) in rows.into_iter().enumerate() {
        // A send that nobody uses is not there.
        if !graph.cables.values().any(|c| c.to.node == name) {
            continue;
        }
        let y = y + i as f64 * ROW;
        let eq = format!("{name} eq");
        graph.nodes.insert(name.into(), node.at(6.0 * COLUMN, y));
        graph.nodes.insert(eq.clone(), eq_node(std::slice::from_ref(&low)).at(7.0 * COLUMN, y));
        graph.connect(Cable::new(name, &eq));
        graph.connect(Cable::new(&eq, MIX));
    }
    graph.nodes.insert(OUT.into(), Node::new("output").at(9.0 * COLUMN, middle));
    graph.connect(Cable::new(MIX, OUT));
    patch
}

/// Puts the mastering chain between `from` and the output.
pub fn add_master(graph: &mut Graph, from: &str, master: &Master) {
    let (x, y) = graph.nodes.get(from).and_then(|n| n.at).unwrap_or_default();
    graph.cables.retain(|_, c| !(c.from.node == from && c.to.node == OUT));
    let glue = Node::new("comp")
        .with("attack", "30 ms")
        .with("knee", "10 dB")
        .with("ratio", 1.5)
        .with("release", "200 ms")
        .with("threshold", db(master.glue.value))
        .with("keyfilter", "90 Hz")
        .labelled(master.glue.why.clone());
    let limiter = Node::new("limiter")
        .with("ceiling", db(master.ceiling))
        .with("gain", Quantity::new(master.drive.value, Unit::Decibel).to_string())
        .labelled(master.drive.why.clone());
    let nodes = [
        (EQ, eq_node(&master.eq)),
        (GLUE, glue),
        (LIMITER, limiter),
        (METER, Node::new("meter").labelled("what leaves the patch")),
        (OUT, Node::new("output").labelled("the master")),
    ];
    let mut last = from.to_string();
    for (i, (id, mut node)) in nodes.into_iter().enumerate() {
        node.values.sort_keys();
        graph.nodes.insert(id.into(), node.at(x + (i + 1) as f64 * COLUMN, y));
        graph.connect(Cable::new(&last, id));
        last = id.into();
    }
}
