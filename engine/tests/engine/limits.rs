//! Large patches are compiled, bombs are refused before anything is built, and neither needs much of the stack.

use crate::support::build::{compiled, graph, nested, problems};
use crate::support::play::run;
use signalbox_engine::compile::SILENT_SLOTS;
use signalbox_engine::patch::{Cable, Graph, Node, Patch};
use std::fmt::Write as _;

/// Runs in a thread with a stack of 2 MiB, the least that a platform gives; the size of a test thread's own may be set
/// from outside.
fn on_a_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work).expect("a thread");
    thread.join().expect("no overflow, no panic")
}

/// Levels of a name each, `fan` instances of the next in each; the last holds `leaf`.
fn tower(levels: usize, fan: usize, leaf: &str) -> Patch {
    let instances = |level: usize| (0..fan).map(|i| format!("n{i} level{level}\n")).collect::<String>();
    let mut patch = nested(&instances(0), &[]);
    for level in 0..levels {
        let inner = if level + 1 == levels { leaf.to_string() } else { instances(level + 1) };
        patch.subpatches.insert(format!("level{level}"), graph(&inner));
    }
    patch
}

#[test]
fn ten_levels_of_ten_instances_are_refused_before_they_are_built() {
    // Were one of them built, this would run out of memory or time.
    assert_eq!(
        problems(&tower(10, 10, "x gain")),
        "the patch: unfolds into 21111111110 nodes, the most is 250000; use fewer instances"
    );
    // Also where nothing is inside the innermost.
    assert!(problems(&tower(10, 10, "")).starts_with("the patch: unfolds into 11111111110 nodes"));
    assert!(problems(&tower(31, 64, "")).starts_with("the patch: unfolds into 18446744073709551615 nodes"));
}

#[test]
fn cables_are_counted_as_well() {
    let mut patch = tower(3, 40, "");
    let mut inner = graph("a gain\nb gain");
    for _ in 0..100 {
        inner.connect(Cable::new("a", "b"));
    }
    patch.subpatches.insert("level2".into(), inner);
    assert!(problems(&patch).starts_with("the patch: unfolds into 6400000 cables"), "{}", problems(&patch));
}

#[test]
fn nesting_that_is_too_deep_is_refused() {
    assert_eq!(problems(&tower(32, 1, "x gain")), "");
    assert!(problems(&tower(33, 1, "x gain")).contains("nest deeper than 32"));
}

//  a00 → level 3000 … level 3030,  a01 → level 2970 … level 3000 …,  each of which is known when it is met again
#[test]
fn nesting_that_is_too_deep_is_refused_also_where_its_parts_are_known() {
    on_a_small_stack(|| {
        let mut patch = tower(3_000, 1, "x gain");
        patch.graph = Graph::default();
        for (i, level) in (0..3_000).step_by(20).rev().enumerate() {
            patch.graph.nodes.insert(format!("a{i:03}"), Node::new(&format!("level{level}")));
        }
        assert!(problems(&patch).contains("nest deeper than 32"), "{}", problems(&patch));
    });
}

#[test]
fn sub_patches_in_a_circle_are_refused_with_the_circle() {
    let circle = nested("x one", &[("one", "y two"), ("two", "z three"), ("three", "w one")]);
    assert_eq!(
        problems(&circle),
        "w: sub-patches lie in a circle (one → two → three → one); take one of them out"
    );
    assert!(problems(&nested("x one", &[("one", "y one")])).contains("(one → one)"));
    // One that is not placed does no harm.
    assert_eq!(problems(&nested("x gain", &[("one", "y one")])), "");
}

#[test]
fn a_chain_of_twenty_thousand_nodes_compiles_on_a_small_stack() {
    on_a_small_stack(|| {
        let mut text = String::from("hiss noise\nout output\nhiss > n00000\n");
        for i in 0..20_000 {
            let _ = writeln!(text, "n{i:05} gain");
            let to = if i + 1 == 20_000 { "out".into() } else { format!("n{:05}", i + 1) };
            let _ = writeln!(text, "n{i:05} > {to}");
        }
        let patch = Patch { graph: graph(&text), ..Patch::default() };
        let compiled = compiled(&patch).unwrap_or_else(|p| panic!("{p:?}"));
        assert_eq!(compiled.schedule.nodes().count(), 20_002);
        // All of them work in one place, with silence beside it.
        assert_eq!(compiled.schedule.slots, SILENT_SLOTS + 1);
        assert!(run(&patch, 64).output("out")[0].iter().any(|&x| x != 0.0));
    });
}

#[test]
fn twenty_thousand_cables_into_one_port_and_one_parameter_compile_on_a_small_stack() {
    on_a_small_stack(|| {
        let mut text = String::from("sum gain\nout output\nsum > out\n");
        for i in 0..20_000 {
            let _ =
                writeln!(text, "n{i:05} impulse at={}\nn{i:05} > sum\nn{i:05} > sum.gain depth=0.001", i % 7);
        }
        let patch = Patch { graph: graph(&text), ..Patch::default() };
        let played = run(&patch, 64);
        // 20,000 impulses over seven frames: 2,857 a frame and one more in the first ones; the level of each is held
        // at the bounds of the gain, and the sound at those of the node.
        assert_eq!(&played.output("out")[0][..8], [16.0, 16.0, 16.0, 16.0, 16.0, 16.0, 16.0, 0.0]);
    });
}

#[test]
fn a_loop_of_twenty_thousand_nodes_runs_frame_by_frame_on_a_small_stack() {
    on_a_small_stack(|| {
        let mut text = String::from("out output\nn00000 > out\nclick impulse\nclick > n00000\n");
        for i in 0..20_000 {
            let _ = writeln!(text, "n{i:05} gain\nn{i:05} > n{:05}", (i + 1) % 20_000);
        }
        let patch = Patch { graph: graph(&text), ..Patch::default() };
        let compiled = compiled(&patch).unwrap_or_else(|p| panic!("{p:?}"));
        // The cable drawn last is the one that leads back to the first node.
        assert_eq!((compiled.loops[0].frames, compiled.loops[0].cables.len()), (1, 1));
        assert!(compiled.warnings[0].to_string().contains("n19999 → n00000"), "{:?}", compiled.warnings);
        assert_eq!(&run(&patch, 5).output("out")[0][..5], [1.0; 5]);
    });
}
