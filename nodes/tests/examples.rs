//! The example of every kind of node: it sounds, it does not clip, and it runs without allocating.

use signalbox_engine::Audio;
use signalbox_engine::compile::{Context, check::check, compile};
use signalbox_engine::node::{Assets, Shelf};
use signalbox_engine::patch;
use signalbox_engine::render::{Options, to_memory};
use signalbox_engine::run::pair;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

thread_local! {
    /// How often this thread has asked for memory or given it back while it was watched.
    static WATCHED: Cell<Option<u64>> = const { Cell::new(None) };
}

struct Counting;

fn count() {
    // While the thread ends, its local is gone; nothing is watched then.
    let _ = WATCHED.try_with(|w| w.set(w.get().map(|n| n + 1)));
}

// SAFETY: all is handed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count();
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A second of a quiet tone under every name.
struct Tones;

impl Assets for Tones {
    fn audio(&self, _path: &str, rate: u32) -> Result<Arc<Audio>, String> {
        let tone: Vec<f32> = (0..rate).map(|i| (i as f32 * 0.05).sin() * 0.2).collect();
        Ok(Arc::new(Audio { rate, channels: vec![tone.clone(), tone] }))
    }

    fn width(&self, _path: &str) -> Result<usize, String> {
        Ok(2)
    }
}

/// Kinds that only give what comes from outside.
const OUTSIDE: [&str; 2] = ["live", "midi"];

fn each(rate: u32, mut f: impl FnMut(&'static str, patch::Patch, &Context<'_>)) {
    let shelf: Shelf = signalbox_nodes::shelf();
    for kind in shelf.kinds() {
        let patch = patch::file::read(kind.example).unwrap_or_else(|e| panic!("{}: {e}", kind.name));
        assert!(
            patch.graph.nodes.values().any(|n| n.kind == kind.name),
            "{} is not in its example",
            kind.name
        );
        f(kind.name, patch, &Context { shelf: &shelf, assets: &Tones, rate, lanes: 16 });
    }
}

#[test]
fn every_example_sounds_and_does_not_clip() {
    each(48_000, |name, patch, context| {
        let audio = to_memory(&patch, context, &Options::default()).unwrap_or_else(|e| panic!("{name}: {e}"));
        let peak = audio.channels.iter().flatten().fold(0.0f32, |a, x| a.max(x.abs()));
        // What comes from outside does not come into a render.
        let loud = if OUTSIDE.contains(&name) { 0.0..f32::MIN_POSITIVE } else { 0.003..1.0 };
        assert!(loud.contains(&peak), "{name} peaks at {peak}");
        assert!((0.2..30.0).contains(&audio.seconds()), "{name} lasts {} s", audio.seconds());
    });
}

#[test]
fn no_node_allocates_while_it_runs() {
    each(44_100, |name, patch, context| {
        let compiled = compile(&patch, context).unwrap_or_else(|e| panic!("{name}: {e:?}"));
        check(&compiled.schedule).unwrap_or_else(|e| panic!("{name}: {e}"));
        let (mut builder, mut runner) = pair();
        let program =
            builder.build(&compiled, context, &patch.tempo).unwrap_or_else(|e| panic!("{name}: {e:?}"));
        WATCHED.set(Some(0));
        for buffer in [1, 63, 64, 500, 44_100] {
            runner.run(&program, buffer, |_| {});
        }
        let asked = WATCHED.take().unwrap_or(0);
        assert_eq!(asked, 0, "{name}");
    });
}

#[test]
fn the_watch_notices_an_allocation() {
    WATCHED.set(Some(0));
    drop(std::hint::black_box(vec![1u8; 100]));
    assert_eq!(WATCHED.take(), Some(2));
}
