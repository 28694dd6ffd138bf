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
    // The way from `a` to `b` lasts 100 frames, that from `b` on 200.
    assert_eq!(sounding(&played.output("out")[0])[0], (50 + 10 + 100 + 200, 1.0));
}

//  click ─ sum ─ delay ─ latent 30 ─┬─ out      the way round lasts as long as the delay says
//           └────────── ½ ──────────┘
#[test]
fn latency_inside_a_loop_is_taken_from_its_delay() {
    let latent = |frames: usize| {
        patch(&format!(
            "click impulse at=10
             sum gain
             delay cutter frames={frames}
             late latent frames=30
             out output
             click > sum
             sum > delay
             delay > late
             late > sum gain=-6.020599913279624
             late > out"
        ))
    };
    for frames in [200, 94, 93, 50, 31] {
        let patch = latent(frames);
        let compiled = compiled(&patch).unwrap_or_else(|p| panic!("{p:?}"));
        assert!(compiled.warnings.is_empty(), "{:?}", compiled.warnings);
        let played = play(&patch, &compiled, 700, || 37);
        let late = compiled.schedule.latency;
        let sound: Vec<_> = sounding(&played.output("out")[0]).iter().take(3).map(|s| s.0 - late).collect();
        assert_eq!(sound, [10 + frames, 10 + 2 * frames, 10 + 3 * frames], "{frames}");
    }
    // Where it does not fit, that is told.
    let compiled = compiled(&latent(20)).unwrap_or_else(|p| panic!("{p:?}"));
    let told = compiled.warnings.iter().map(ToString::to_string).collect::<String>();
    assert!(told.starts_with("delay: the way round the loop is 11 frames longer"), "{told}");
}

/// Where and how the only loop of a patch is cut: frames at once, keys of nodes, ids of cables.
fn cut(patch: &signalbox_engine::patch::Patch) -> (usize, Vec<String>, Vec<u32>) {
    let compiled = compiled(patch).unwrap_or_else(|p| panic!("{p:?}"));
    let [only] = &compiled.loops[..] else { panic!("{:?}", compiled.loops) };
    let keys = only.nodes.iter().map(|&n| compiled.flat.nodes[n].key.to_string()).collect();
    (only.frames, keys, only.cables.iter().map(|&c| compiled.flat.cables[c].id).collect())
}

#[test]
fn a_delay_shorter_than_a_block_runs_as_many_frames_at_once_and_is_exact() {
    for frames in [64, 63, 20, 2, 1] {
        let patch = echo("cutter", &format!("frames={frames}"), "");
        assert_eq!(cut(&patch), (frames, vec!["delay".into()], vec![]));
        let played = run(&patch, 400);
        let first: Vec<_> = sounding(&played.output("out")[0]).into_iter().take(3).collect();
        let at = |round: usize, x: f32| (10 + round * frames, x);
        assert_eq!(first, [at(1, 1.0), at(2, 0.5), at(3, 0.25)], "{frames}");
    }
}

//  click ─ sum ─ a ─┬─ out      y(t) = x(t) + ½ y(t - 1)
//           └── ½ ──┘
#[test]
fn a_loop_without_delay_goes_round_in_one_frame_by_the_cable_drawn_last() {
    for (more, delay) in
        [("", "a gain"), ("", "a cutter frames=100 bypass"), ("", "a ring frames=100 bypass")]
    {
        let patch = patch(&format!(
            "click impulse at=70
             sum gain
             {delay}
             out output
             click > sum
             sum > a
             a > out
             a > sum gain=-6.020599913279624
             {more}"
        ));
        assert_eq!(cut(&patch), (1, vec![], vec![3]));
        let out = run(&patch, 100).output("out")[0].clone();
        for (frame, &x) in out.iter().enumerate() {
            let expected = if frame < 70 { 0.0 } else { 0.5f32.powi(frame as i32 - 70) };
            assert_eq!(x, expected, "frame {frame}");
        }
    }
}

//  a ─ b ─ c ─┐     d ─┐
//  └──────────┘     └──┘
#[test]
fn a_cable_that_the_patch_names_is_cut_in_place_of_the_last_one_and_one_that_is_not_named_is_told() {
    let mut patch = patch(
        "a gain
         b gain
         c gain
         out output
         a > b
         b > c
         c > a
         c > out",
    );
    assert_eq!(cut(&patch).2, [2]);
    let told = compiled(&patch).map(|c| c.warnings[0].to_string()).unwrap_or_default();
    assert!(told.starts_with("cable 2 (c → a): this cable closes a loop without a delay"), "{told}");
    patch.graph.cables.get_mut(&0).expect("a cable").feedback = true;
    assert_eq!(cut(&patch).2, [0]);
    assert!(compiled(&patch).is_ok_and(|c| c.warnings.is_empty()));
    // Each loop by itself; and one that a delay cuts elsewhere keeps its delay.
    patch.graph.nodes.get_mut("b").expect("b").kind = "cutter".into();
    assert_eq!(cut(&patch), (64, vec!["b".into()], vec![]));
}

//  a ─ ~b.gain ─ b ─ a        a parameter closes the loop
#[test]
fn a_loop_through_a_parameter_is_cut_as_well() {
    let through = patch(
        "a gain
         b gain
         out output
         a > b.gain depth=1
         b > a
         b > out",
    );
    assert_eq!(cut(&through), (1, vec![], vec![1]));
    // What moves the cutter itself must be there before it gives.
    let moves = patch(
        "a gain
         delay cutter frames=100
         out output
         delay > a
         a > delay.level depth=1
         delay > out",
    );
    assert_eq!(cut(&moves), (1, vec!["delay".into()], vec![1]));
}

//  notes ─ shift ─┐
//          └──────┘
#[test]
fn a_loop_of_events_alone_is_refused() {
    let text = problems(&patch(
        "notes notes
         a shift
         b shift
         tone pulse
         out output
         notes > a
         a > b
         b > a
         b > tone
         tone > out",
    ));
    assert!(text.starts_with("a, b: these nodes feed each other with events alone"), "{text}");
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
