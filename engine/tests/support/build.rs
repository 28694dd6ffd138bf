//! Patches by hand, in few words.

use signalbox_engine::compile::{Compiled, Context, Problem, compile, lanes_here};
use signalbox_engine::node::{NoAssets, Shelf, Value};
use signalbox_engine::patch::{Cable, Graph, Lane, Node, Patch, Voices, file};

/// The rate of most tests.
pub const RATE: u32 = 8_000;

/// What patches of test kinds are compiled for.
pub fn context(shelf: &Shelf) -> Context<'_> {
    Context { shelf, assets: &NoAssets, rate: RATE, lanes: lanes_here() }
}

/// Compiles a patch of test kinds with so many nodes side by side at most.
pub fn compiled_in(patch: &Patch, lanes: usize) -> Result<Compiled, Vec<Problem>> {
    let shelf = super::kinds::shelf();
    compile(patch, &Context { lanes, ..context(&shelf) })
}

/// Compiles a patch of test kinds.
pub fn compiled(patch: &Patch) -> Result<Compiled, Vec<Problem>> {
    let shelf = super::kinds::shelf();
    compile(patch, &context(&shelf))
}

/// The problems of a patch, a line each.
pub fn problems(patch: &Patch) -> String {
    match compiled(patch) {
        Ok(_) => String::new(),
        Err(problems) => problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

/// A graph from words: nodes as `id kind parameter=value …`, cables as `from > to [gain=…] [depth=…]`, lanes as
/// `node.parameter ~ [[time, value], …]`; a line each.
pub fn graph(text: &str) -> Graph {
    let mut graph = Graph::default();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
        if let Some((to, points)) = line.split_once(" ~ ") {
            let points = serde_json::from_str(points).expect("points");
            graph.lanes.insert(to.trim().into(), Lane { points });
        } else if let Some((from, rest)) = line.split_once(" > ") {
            let mut words = rest.split_whitespace();
            let mut cable = Cable::new(from.trim(), words.next().expect("an end"));
            for word in words {
                match word.split_once('=') {
                    Some(("gain", v)) => cable.gain = Some(value(v)),
                    Some(("depth", v)) => cable.depth = Some(value(v)),
                    _ => panic!("{word}?"),
                }
            }
            graph.connect(cable);
        } else {
            let mut words = line.split_whitespace();
            let id = words.next().expect("an id");
            let mut node = Node::new(words.next().expect("a kind"));
            for word in words {
                match word.split_once('=') {
                    Some(("voices", n)) => {
                        node.voices = Some(Voices::new(n.parse().expect("a number")).expect("1 to 256"));
                    }
                    Some((name, v)) => node = node.with(name, value(v)),
                    None if word == "mute" => node.mute = true,
                    None if word == "bypass" => node.bypass = true,
                    None => panic!("{word}?"),
                }
            }
            graph.nodes.insert(id.into(), node);
        }
    }
    graph
}

/// JSON where it is some, else a text; `_` stands for a blank.
fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.replace('_', " ").into())
}

/// A patch without sub-patches, in the words of [`graph`].
pub fn patch(text: &str) -> Patch {
    Patch { graph: graph(text), ..Patch::default() }
}

/// A patch with sub-patches, each a name and the words of its graph.
pub fn nested(text: &str, subs: &[(&str, &str)]) -> Patch {
    let subpatches = subs.iter().map(|(name, text)| (name.to_string(), graph(text))).collect();
    Patch { graph: graph(text), subpatches, ..Patch::default() }
}

/// The bytes of a patch.
pub fn bytes(patch: &Patch) -> String {
    file::write(patch).expect("a patch in memory can be written")
}
