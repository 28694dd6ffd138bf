//! Random edits under sound: nothing in the callback allocates (the test's allocator would abort), nothing clicks.
//!
//! Sines and noise play through gains, filters, limiters and sub-patches, while nodes, cables, parameters and the insides
//! of sub-patches are changed, undone, done again, and whole patches take each other's place. No step may be greater than
//! what `bound` derives from the sources; a swap without a transition must break this.

use crate::bound::{DECIBELS, HIGHEST, LOWEST, MEMORY, RATE, greatest_step};
use crate::{Chance, patch, source};
use signalbox_engine::compile::{Context, lanes_here};
use signalbox_engine::patch::file::GraphData;
use signalbox_engine::patch::{Cable, Edit, History, Node, Patch};
use signalbox_engine::render::main_output;
use signalbox_engine::run::{Builder, Program, Runner, pair};
use signalbox_live::{Engine, Player, Source};
use std::collections::VecDeque;

const SINES: usize = 4;
const LEVEL_DB: f32 = -20.0;

/// The insides that a sub-patch may have.
const INSIDES: [&str; 3] = [
    r#"{"nodes": [{"id": "in", "kind": "input"}, {"id": "g", "kind": "gain", "values": {"gain": -3}},
        {"id": "out", "kind": "output"}], "cables": [{"from": "in", "to": "g"}, {"from": "g", "to": "out"}]}"#,
    r#"{"nodes": [{"id": "in", "kind": "input"}, {"id": "g", "kind": "gain"},
        {"id": "f", "kind": "filter", "values": {"freq": 400, "q": 0.5}}, {"id": "out", "kind": "output"}],
        "cables": [{"from": "in", "to": "f"}, {"from": "f", "to": "g"}, {"from": "g", "to": "out"}]}"#,
    r#"{"nodes": [{"id": "in", "kind": "input"}, {"id": "g", "kind": "gain"}, {"id": "late", "kind": "limiter"},
        {"id": "out", "kind": "output"}], "cables": [{"from": "in", "to": "late", "gain": -6},
        {"from": "in", "to": "g"}, {"from": "g", "to": "out", "gain": -6}, {"from": "late", "to": "out"}]}"#,
];

/// A whole patch: sines into gains or filters, noise into a filter, all into one output.
fn song(which: usize) -> Patch {
    let mut nodes = String::new();
    let mut cables = Vec::new();
    // One is heard at an output of another name.
    let out = if which == 2 { "main" } else { "out" };
    for i in 0..SINES {
        let pitch = 60 + 100 * ((i + which) % SINES);
        let through = if which == 1 && i % 2 == 0 {
            r#""filter", "values": {"q": 0.5, "freq": 350}"#
        } else {
            r#""gain""#
        };
        nodes += &format!(
            r#"{{"id": "s{i}", "kind": "osc", "values": {{"shape": "sine", "freq": {pitch}, "level": {LEVEL_DB}}}}},
               {{"id": "g{i}", "kind": {through}}}, "#
        );
        cables.push(format!(r#"{{"from": "s{i}", "to": "g{i}"}}, {{"from": "g{i}", "to": "{out}"}}"#));
    }
    nodes += &format!(
        r#"{{"id": "n", "kind": "noise", "values": {{"level": {LEVEL_DB}}}}},
           {{"id": "f", "kind": "filter", "values": {{"q": 0.5, "freq": {HIGHEST}}}}}, "#
    );
    cables.push(format!(r#"{{"from": "n", "to": "f"}}, {{"from": "f", "to": "{out}"}}"#));
    let inside = INSIDES[which];
    patch(&format!(
        r#"{{"format": 1, "nodes": [{nodes} {{"id": "{out}", "kind": "output"}}],
            "cables": [{}], "subpatches": {{"cell": {inside}}}}}"#,
        cables.join(", ")
    ))
}

/// A random number of decibels, 0 at most.
fn level(chance: &mut Chance) -> f64 {
    -(chance.below(DECIBELS) as f64)
}

fn filter(chance: &mut Chance) -> Node {
    let pitch = LOWEST + chance.below(HIGHEST - LOWEST);
    Node::new("filter").with("q", 0.5).with("freq", pitch as f64)
}

/// One random transaction on a patch; it may be empty.
fn edits(patch: &Patch, chance: &mut Chance, count: usize) -> Vec<Edit> {
    let graph = &patch.graph;
    let out = if graph.nodes.contains_key("main") { "main" } else { "out" };
    let some = |chance: &mut Chance, first: char| {
        let ids: Vec<&String> = graph.nodes.keys().filter(|id| id.starts_with(first)).collect();
        ids.get(chance.below(ids.len())).map(ToString::to_string).unwrap_or_default()
    };
    let cable = |chance: &mut Chance| graph.cables.keys().nth(chance.below(graph.cables.len())).copied();
    let there = |from: &str, to: &str| graph.cables.values().any(|c| c.from.node == from && c.to.node == to);
    let next = graph.next_cable();
    // A node beside the others, on a path of its own.
    let beside = |from: &str, id: String, node: Node, gain: f64| {
        vec![
            Edit::AddNode(None, id.clone(), node),
            Edit::Connect(None, next, Cable::new(from, &id).with_gain(gain)),
            Edit::Connect(None, next + 1, Cable::new(&id, out)),
        ]
    };
    let many = |first: char| graph.nodes.keys().filter(|id| id.starts_with(first)).count() > 3;
    let (source, through) = (some(chance, 's'), some(chance, 'g'));
    match chance.below(14) {
        0 => cable(chance).map(|id| Edit::Disconnect(None, id)).into_iter().collect(),
        1 => {
            let (from, to) = match chance.below(4) {
                0 => (source, out.to_string()),
                1 => (source, through),
                2 => (through, out.to_string()),
                _ => ("n".into(), "f".into()),
            };
            let new = !there(&from, &to);
            new.then(|| Edit::Connect(None, next, Cable::new(&from, &to))).into_iter().collect()
        }
        2 => {
            let gain = Some(level(chance).into());
            cable(chance).map(|id| Edit::SetCable(None, id, gain, None)).into_iter().collect()
        }
        // With latency: all other paths are held back.
        3 if !many('l') => beside(&source, format!("late{count}"), Node::new("limiter"), -20.0),
        4 if !many('c') => beside(&source, format!("cell{count}"), Node::new("cell"), -6.0),
        5 => {
            let first = ['l', 'c', 'd'][chance.below(3)];
            let id = some(chance, first);
            if id.is_empty() { Vec::new() } else { patch.removal(&None, &id) }
        }
        6 => vec![Edit::SetMute(None, through.clone(), !graph.nodes[&through].mute)],
        7 => vec![Edit::SetBypass(None, through.clone(), !graph.nodes[&through].bypass)],
        8 => match graph.nodes[&through].kind.as_str() {
            "gain" => vec![Edit::SetValue(None, through, "gain".into(), Some(level(chance).into()))],
            _ => Vec::new(),
        },
        9 => {
            let value = filter(chance).values.get("freq").cloned();
            vec![Edit::SetValue(None, "f".into(), "freq".into(), value)]
        }
        // Another kind of node in its place.
        10 => {
            let node = if graph.nodes[&through].kind == "gain" { filter(chance) } else { Node::new("gain") };
            let cables = graph.cables.iter().filter(|(_, c)| c.from.node == through || c.to.node == through);
            let mut all = patch.removal(&None, &through);
            all.push(Edit::AddNode(None, through.clone(), node));
            all.extend(cables.map(|(&id, cable)| Edit::Connect(None, id, cable.clone())));
            all
        }
        11 => {
            let inside: GraphData = serde_json::from_str(INSIDES[chance.below(3)]).expect("a sub-patch");
            vec![Edit::SetSubpatch("cell".into(), Some(inside))]
        }
        // A source that begins at full level, and what is behind it is late.
        12 if !many('d') && !many('l') => {
            let id = format!("direct{count}");
            let node = Node::new("math").with("value", 0.1);
            let mut all = beside(&id, format!("late{count}"), Node::new("limiter"), -6.0);
            all.insert(0, Edit::AddNode(None, id, node));
            all
        }
        _ => match some(chance, 'c') {
            none if none.is_empty() => Vec::new(),
            id => vec![Edit::SetValue(None, id, "g.gain".into(), Some(level(chance).into()))],
        },
    }
}

/// What plays patches.
pub trait Deck {
    /// Plays another one from now on; whether that can be.
    fn set(&mut self, patch: &Patch) -> bool;
    /// The next frames, of one channel.
    fn run(&mut self, frames: usize) -> &[f32];
    /// Whether what plays is what was set last.
    fn is_there(&self) -> bool;
}

/// The product's.
pub struct Live {
    player: Player,
    engine: Engine,
    buffer: Vec<f32>,
}

impl Live {
    pub fn new() -> Self {
        let (player, mut engine) = Player::new(source(), RATE);
        engine.enter();
        Self { player, engine, buffer: vec![0.0; 512] }
    }
}

impl Deck for Live {
    fn set(&mut self, patch: &Patch) -> bool {
        self.player.set(patch.clone()).is_ok()
    }
    fn run(&mut self, frames: usize) -> &[f32] {
        let (engine, out) = (&mut self.engine, &mut self.buffer[..frames]);
        assert_no_alloc::assert_no_alloc(|| engine.fill(out, 1));
        self.player.tick();
        assert!(self.player.retired() < 8, "{} programs are kept", self.player.retired());
        out
    }
    fn is_there(&self) -> bool {
        self.player.is_there()
    }
}

/// One that swaps a program for the next: nodes keep their state, but nothing fades.
pub struct Naive {
    source: Source,
    builder: Builder,
    runner: Runner,
    program: Option<(Program, usize)>,
    buffer: Vec<f32>,
}

impl Naive {
    pub fn new() -> Self {
        let (builder, runner) = pair();
        Self { source: source(), builder, runner, program: None, buffer: Vec::new() }
    }
}

impl Deck for Naive {
    fn set(&mut self, patch: &Patch) -> bool {
        let Source { shelf, assets } = &self.source;
        let context = Context { shelf, assets: &**assets, rate: RATE, lanes: lanes_here() };
        let Ok(compiled) = self.builder.compile(patch, &context) else { return false };
        let Some(output) = main_output(compiled.schedule.names()) else { return false };
        let Ok(program) = self.builder.build(&compiled, &context, &patch.tempo) else { return false };
        self.program = Some((program, output));
        true
    }
    fn run(&mut self, frames: usize) -> &[f32] {
        self.buffer.clear();
        if let Some((program, output)) = &self.program {
            let buffer = &mut self.buffer;
            self.runner.run(program, frames, |block| buffer.extend(block.channel(*output, 0)));
        }
        &self.buffer
    }
    fn is_there(&self) -> bool {
        true
    }
}

/// What came of a campaign.
#[derive(Debug, Default)]
struct Outcome {
    /// The greatest step, 1 being what is allowed.
    worst: f32,
    /// After how many edits a step was too great.
    clicks: usize,
    /// How many edits were played.
    played: usize,
    /// The first edits after which a step was too great: their numbers, the steps, and what they were.
    which: Vec<(usize, f32, String)>,
}

/// Plays random edits, and holds every step against what the sources can do.
fn play(deck: &mut dyn Deck, edits_wanted: usize, seed: u64) -> Outcome {
    let mut chance = Chance(seed);
    let (mut patch, mut history) = (song(0), History::default());
    assert!(deck.set(&patch));
    // What may be heard: the patch that was set last, and those before it with the frames since they were replaced.
    let mut before: VecDeque<(Patch, usize)> = VecDeque::new();
    let mut outcome = Outcome::default();
    let mut last = 0.0f32;
    for count in 0..edits_wanted {
        let was = patch.clone();
        let mut what = String::from("undone, redone, or another song");
        match chance.below(40) {
            0 => (patch, history) = (song(chance.below(3)), History::default()),
            1..=7 => {
                for _ in 0..1 + chance.below(4) {
                    history.undo(&mut patch).expect("an undo");
                }
            }
            8..=10 => {
                history.redo(&mut patch).expect("a redo");
            }
            _ => {
                let edits = edits(&patch, &mut chance, count);
                what = format!("{edits:?}");
                history.apply(&mut patch, "an edit", edits).expect("an edit");
            }
        }
        outcome.played += usize::from(deck.set(&patch));
        before.push_back((was, 0));
        let mut heard: Vec<&Patch> = before.iter().map(|(patch, _)| patch).collect();
        heard.push(&patch);
        let allowed = greatest_step(&heard);
        let mut greatest = 0.0f32;
        for _ in 0..1 + chance.below(4) {
            let frames = 1 + chance.below(512);
            for &x in deck.run(frames) {
                greatest = greatest.max((x - last).abs() / allowed);
                last = x;
            }
            if deck.is_there() {
                before.iter_mut().for_each(|(_, since)| *since += frames);
                before.retain(|(_, since)| *since < MEMORY);
            }
        }
        outcome.worst = outcome.worst.max(greatest);
        outcome.clicks += usize::from(greatest > 1.0);
        if greatest > 1.0 && outcome.which.len() < 5 {
            what.truncate(400);
            outcome.which.push((count, greatest, what));
        }
    }
    outcome
}

#[test]
fn random_edits_under_sound_never_click_or_allocate() {
    let edits = match std::env::var("SIGNALBOX_SOAK") {
        Ok(_) => 1_000_000,
        Err(_) => 20_000,
    };
    let threads = 4;
    let campaigns = (0..threads)
        .map(|seed| std::thread::spawn(move || play(&mut Live::new(), edits / threads, seed as u64)));
    for campaign in campaigns.collect::<Vec<_>>() {
        let outcome = campaign.join().expect("a campaign");
        assert!(outcome.worst <= 1.0 && outcome.clicks == 0, "{outcome:?}");
        assert_eq!(outcome.played, edits / threads);
    }
}

#[test]
fn a_swap_without_a_transition_breaks_the_bound() {
    let outcome = play(&mut Naive::new(), 1_000, 0);
    assert_eq!(outcome.played, 1_000);
    assert!(outcome.worst > 1.0 && outcome.clicks > 50, "{outcome:?}");
}

/// A source that stands still, heard through a limiter at an output of this name.
fn late(out: &str) -> Patch {
    patch(&format!(
        r#"{{"format": 1, "nodes": [{{"id": "{out}-dc", "kind": "math", "values": {{"value": 0.5}}}},
            {{"id": "{out}-late", "kind": "limiter"}}, {{"id": "{out}", "kind": "output"}}],
            "cables": [{{"from": "{out}-dc", "to": "{out}-late"}}, {{"from": "{out}-late", "to": "{out}"}}]}}"#
    ))
}

#[test]
fn what_is_late_comes_in_softly_at_the_start_and_at_another_output() {
    let mut deck = Live::new();
    let mut last = 0.0f32;
    for out in ["out", "main", "out"] {
        assert!(deck.set(&late(out)));
        let mut greatest = 0.0f32;
        for _ in 0..30 {
            for &x in deck.run(100) {
                greatest = greatest.max((x - last).abs());
                last = x;
            }
        }
        // Out over 5 ms, in over 20.
        assert!(greatest <= 0.5 * 1.001 / (0.005 * RATE as f32), "{out}: {greatest}");
        assert!((last - 0.5).abs() < 1e-4, "{out}: {last}");
    }
}
