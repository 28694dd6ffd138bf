//! Loops are cut at delays of a block or more, exactly; others are refused.

use crate::support::build::{compiled, patch, problems};
use crate::support::interpreter::interpret;
use crate::support::play::{play, run, sounding};

/// A loop of a cutting kind with half its level coming back; the values of the cutter to be filled in.
fn echo(kind: &str, values: &str, more: &str) -> signalbox_engine::patch::Patch {
    patch(&format!(
        "click impulse at=10
         sum gain
         delay {kind} {values}
         out output
         click > sum
         sum > delay
         delay > sum gain=-6.020599913279624
         delay > out
         {more}"
    ))
}

//  click ─ sum ─ delay 100 ─┬─ out
//           └────── ½ ──────┘
#[test]
fn echoes_come_back_after_exactly_the_delay_in_place_or_not() {
    for kind in ["cutter", "ring"] {
        let played = run(&echo(kind, "frames=100", ""), 400);
        assert_eq!(sounding(&played.output("out")[0]), [(110, 1.0), (210, 0.5), (310, 0.25)], "{kind}");
    }
}

//  click ─┬─ latent 77 ─ sum ─ delay 100 ─┬─┬─ out
//         │               └─────── ½ ─────┘ │
//         └─────────────────────────────────┘
#[test]
fn a_loop_behind_a_latent_node_stays_aligned_with_the_dry_path() {
    let patch = patch(
        "click impulse at=10
         late latent frames=77
         sum gain
         delay cutter frames=100
         out output
         click > late
         late > sum
         sum > delay
         delay > sum gain=-6.020599913279624
         delay > out
         click > out",
    );
    let compiled = compiled(&patch).unwrap_or_else(|p| panic!("{p:?}"));
    assert_eq!(compiled.schedule.latency, 77);
    let played = play(&patch, &compiled, 477, || 64);
    let sound: Vec<_> =
        sounding(&played.output("out")[0]).iter().map(|&(frame, x)| (frame - 77, x)).collect();
    assert_eq!(sound, [(10, 1.0), (110, 1.0), (210, 0.5), (310, 0.25)]);
}

//  sum ─ delay 100 (its own feedback moved by a level) ─┬─ out
//   └───────────────────────────────────────────────────┘
#[test]
fn parameters_that_move_are_there_when_a_loop_takes_its_inputs() {
    let patch = echo(
        "cutter",
        "frames=100 feedback=0.1",
        "other gain gain=0.3
         hiss noise seed=4
         hiss > other
         other > out
         hiss > delay.feedback depth=0.5
         hiss > other.gain depth=1
         delay.level ~ [[0, 1], [0.05, 0.2]]",
    );
    let compiled = compiled(&patch).unwrap_or_else(|p| panic!("{p:?}"));
    let played = play(&patch, &compiled, 1_000, || 64);
    let expected = interpret(&patch, &compiled, 1_000).expect("there are no events");
    assert_eq!(played.difference(&expected), None);
}

//          ┌───────── ½ ────────────┐
//  click ─ a (100) ─┬────── b (200) ─┴─ out
//                   └ latent 50 ─ ~level
#[test]
fn a_delay_that_is_moved_by_late_sound_of_its_own_loop_lasts_as_long_as_it_says() {
    let patch = patch(
        "click impulse at=10
         a cutter frames=100
         b cutter frames=200
         late latent frames=50
         out output
         click > a
         a > b
         a > late
         late > b.level depth=0
         b > a gain=-6.020599913279624
         b > out",
    );
    let compiled = compiled(&patch).unwrap_or_else(|p| panic!("{p:?}"));
    assert_eq!(compiled.schedule.latency, 50);
    let played = play(&patch, &compiled, 600, || 64);
    // What is late inside the loop makes the way round it longer: here `a`, into which the loop closes.
    assert_eq!(sounding(&played.output("out")[0])[0], (50 + 10 + (100 + 50) + 200, 1.0));
}

//  a ─ b ─ c ─┐     d ─┐
//  └──────────┘     └──┘
#[test]
fn a_loop_without_delay_is_refused_and_its_nodes_are_named() {
    let text = problems(&patch(
        "a gain
         b gain
         c gain
         d gain
         free gain
         out output
         free > a
         a > b
         b > c
         c > a
         d > d
         c > out
         d > out",
    ));
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].starts_with("a, b, c: these nodes feed each other in a loop with no delay"), "{text}");
    assert!(lines[1].starts_with("d: "), "{text}");
}

#[test]
fn a_delay_that_is_too_short_does_not_cut_a_loop() {
    assert_eq!(problems(&echo("cutter", "frames=64", "")), "");
    assert!(
        problems(&echo("cutter", "frames=63", "")).starts_with("delay, sum: these nodes feed each other")
    );
}

#[test]
fn a_bypassed_delay_does_not_cut_a_loop() {
    for kind in ["cutter", "ring"] {
        let text = problems(&echo(kind, "frames=100 bypass", ""));
        assert!(text.starts_with("delay, sum: these nodes feed each other"), "{kind}: {text}");
    }
}

//  a ─ ~b.gain ─ b ─ a        a parameter closes the loop
#[test]
fn a_loop_through_a_parameter_needs_a_delay_as_well() {
    let text = problems(&patch(
        "a gain
         b gain
         out output
         a > b.gain depth=1
         b > a
         b > out",
    ));
    assert!(text.starts_with("a, b: "), "{text}");
    // What moves the cutter itself must be there before it gives.
    let text = problems(&patch(
        "a gain
         delay cutter frames=100
         out output
         delay > a
         a > delay.level depth=1
         delay > out",
    ));
    assert!(text.starts_with("a, delay: "), "{text}");
}

#[test]
fn a_loop_that_nobody_hears_is_no_fault() {
    assert_eq!(
        problems(&patch(
            "a gain
             b gain
             hiss noise
             out output
             a > b
             b > a
             hiss > out",
        )),
        ""
    );
}
