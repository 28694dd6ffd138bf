//! Stems: each strip of a mix by itself, after its fader, with its share of the sends.

use crate::output::{Progress, StudioError};
use signalbox_engine::patch::{Cable, Node, Patch, Role};
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// The strips of a patch, by the ids of their last nodes.
pub fn strips(patch: &Patch) -> Vec<String> {
    let strips = patch.graph.nodes.iter().filter(|(_, n)| n.role == Some(Role::Strip));
    strips.map(|(id, _)| id.clone()).collect()
}

/// The patch in which one strip alone (all of them for `None`) sounds, up to where the mix is whole; it has one
/// output. `None` where the patch says of no node that it is the mix.
pub fn alone(patch: &Patch, strip: Option<&str>) -> Option<Patch> {
    let mix = patch.graph.nodes.iter().find(|(_, n)| n.role == Some(Role::Mix)).map(|(id, _)| id.clone())?;
    let mut patch = patch.clone();
    for (id, node) in &mut patch.graph.nodes {
        if node.role == Some(Role::Strip) && strip.is_some_and(|s| s != id) {
            node.mute = true;
        }
    }
    let outputs: Vec<String> =
        patch.graph.nodes.iter().filter(|(_, n)| n.kind == "output").map(|(id, _)| id.clone()).collect();
    for output in outputs {
        patch.graph.cables.retain(|_, c| c.from.node != output && c.to.node != output);
        patch.graph.nodes.remove(&output);
    }
    // A node may have any name, that of the output, too.
    let mut stem = String::from("stem");
    while patch.graph.nodes.contains_key(&stem) {
        stem.push('_');
    }
    patch.graph.nodes.insert(stem.clone(), Node::new("output"));
    patch.graph.connect(Cable::new(&mix, &stem));
    Some(patch)
}

/// The name of a stem's file, from the id of its strip: what is no letter, digit, space, dash or dot becomes `_`.
pub fn file_name(strip: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || " -_.".contains(c);
    strip.chars().map(|c| if plain(c) { c } else { '_' }).collect()
}

/// The names of the files of all stems, each another: two strips whose names differ in signs or capital letters only
/// are numbered.
pub fn file_names(strips: &[String]) -> Vec<String> {
    let mut used = HashSet::new();
    let name = |strip: &String| {
        let own = file_name(strip);
        let numbered = (2..).map(|n| format!("{own} {n}"));
        let free = std::iter::once(own.clone()).chain(numbered).find(|name| used.insert(name.to_lowercase()));
        format!("{}.wav", free.unwrap_or(own))
    };
    strips.iter().map(name).collect()
}

/// Watches for a wish to stop, and shows nothing.
struct Quiet<'a>(&'a (dyn Fn() -> bool + Sync));

impl Progress for Quiet<'_> {
    fn done(&self, _frames: u64) -> bool {
        !(self.0)()
    }
}

/// Does the same work for every name on several threads; gives the results in the order of the names, or the first
/// failure. `progress` hears `what` is done and how many of them are; `stop` tells whether the user wants it to stop.
pub fn each<T: Send>(
    names: &[String],
    threads: usize,
    what: &str,
    progress: &dyn Progress,
    stop: &(dyn Fn() -> bool + Sync),
    work: impl Fn(&str, &dyn Progress) -> Result<T, StudioError> + Sync,
) -> Result<Vec<T>, StudioError> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, Result<T, StudioError>)>> = Mutex::default();
    progress.begin(what, Some(names.len() as u64));
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, names.len().max(1)) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(name) = names.get(at) else { break };
                    let result = if stop() { Err(StudioError::Stopped) } else { work(name, &Quiet(stop)) };
                    let failed = result.is_err();
                    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                    results.push((at, result));
                    progress.done(results.len() as u64);
                    if failed {
                        next.store(names.len(), Ordering::Relaxed);
                    }
                }
            });
        }
    });
    progress.end();
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|r| r.0);
    results.into_iter().map(|r| r.1).collect()
}
