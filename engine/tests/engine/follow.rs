//! Programs that follow each other through a transition: nothing jumps.

use crate::support::build::{RATE, context, patch};
use crate::support::kinds;
use signalbox_engine::compile::{Compiled, settle};
use signalbox_engine::node::Shelf;
use signalbox_engine::patch::Patch;
use signalbox_engine::run::{Builder, Last, Next, Runner, pair};

/// How many frames a cable fades: 5 ms.
const FADE: f32 = (RATE / 200) as f32;

struct Live {
    shelf: Shelf,
    builder: Builder,
    runner: Runner,
    before: Option<(Patch, Compiled)>,
    /// What the first output gave.
    out: Vec<f32>,
}

impl Live {
    fn new() -> Self {
        let (builder, runner) = pair();
        Self { shelf: kinds::shelf(), builder, runner, before: None, out: Vec::new() }
    }

    fn run(&mut self, compiled: &Compiled, patch: &Patch, least: usize) {
        let context = context(&self.shelf);
        let program = self.builder.build(compiled, &context, &patch.tempo).expect("a program");
        let frames = program.unsettled().max(least);
        let out = &mut self.out;
        for n in [frames / 2, frames - frames / 2] {
            self.runner.run(&program, n, |block| out.extend_from_slice(block.channel(0, 0)));
        }
    }

    /// Goes to a patch, through a transition where one was there before, and runs on for so many frames.
    fn go(&mut self, text: &str, frames: usize) {
        let next = patch(text);
        let shelf = kinds::shelf();
        let context = context(&shelf);
        let compiled = match self.before.take() {
            None => self.builder.compile(&next, &context).expect("it compiles"),
            Some((last, old)) => {
                let new = settle(&next, &context).expect("it compiles");
                let between = self.builder.compile_between(
                    Last { compiled: &old, tempo: &last.tempo },
                    Next { settled: &new, tempo: &next.tempo },
                    &context,
                );
                let between = between.expect("there is a way");
                self.run(&between, &next, 0);
                self.builder.compile_after(new, &between, &context, &next.tempo)
            }
        };
        self.run(&compiled, &next, frames);
        self.before = Some((next, compiled));
    }

    /// The greatest step from one frame to the next, and the last frame.
    fn steps(&self) -> (f32, f32) {
        let steps = self.out.windows(2).map(|w| (w[1] - w[0]).abs());
        (steps.fold(0.0, f32::max), self.out.last().copied().unwrap_or(0.0))
    }
}

/// Steps in arithmetic of single precision.
fn about(x: f32) -> f32 {
    x * 1.001 + 1e-6
}

#[test]
fn a_cable_that_comes_or_goes_or_is_set_louder_fades() {
    let mut live = Live::new();
    live.go("one level\nout output\none > out", 100);
    for (text, last) in [
        ("one level\nout output\none > out gain=6.0206", 2.0),
        ("one level\nout output", 0.0),
        ("one level\nout output\none > out", 1.0),
        ("one level\nout output\none > out\none > out", 2.0),
    ] {
        live.go(text, 100);
        assert!((live.steps().1 - last).abs() < 1e-4, "{text}: {:?}", live.steps());
    }
    assert!(live.steps().0 <= about(2.0 / FADE), "{:?}", live.steps());
    // It took as long as it should: not one step was greater, nor all of them smaller.
    assert!(live.steps().0 >= 1.0 / FADE * 0.99);
}

#[test]
fn a_node_that_is_put_into_a_cable_or_taken_out_fades() {
    let mut live = Live::new();
    live.go("one level\nout output\none > out", 100);
    live.go("one level\ng gain gain=0.5\nout output\none > g\ng > out", 100);
    assert!((live.steps().1 - 0.5).abs() < 1e-4, "{:?}", live.steps());
    live.go("one level\nout output\none > out", 100);
    assert!((live.steps().1 - 1.0).abs() < 1e-4, "{:?}", live.steps());
    assert!(live.steps().0 <= about(1.0 / FADE), "{:?}", live.steps());
}

#[test]
fn a_path_that_becomes_later_or_earlier_slips_in_time_without_a_jump() {
    // The count rises by one a frame and path: two paths, and in the fade it slips by the latency.
    let straight = "c count\nout output\nc > out\nc > out";
    let late =
        |frames: usize| format!("c count\na latent frames={frames}\nout output\nc > a\na > out\nc > out");
    for latency in [5, 100, 700] {
        let mut live = Live::new();
        live.go(straight, 2_000);
        live.go(&late(latency), 2_000);
        // Both paths are late by as much.
        let frames = live.out.len() as f32;
        assert_eq!(live.out.last().copied(), Some(2.0 * (frames - 1.0 - latency as f32)));
        live.go(straight, 2_000);
        live.go(straight, 2_000);
        let frames = live.out.len() as f32;
        assert_eq!(live.out.last().copied(), Some(2.0 * (frames - 1.0)));
        // The straight path slips; the node comes with nothing in it, and its cable fades in from there.
        let heard = 2.0 + latency as f32 / FADE;
        let whole = live.out.iter().fold(0.0f32, |m, x| m.max(*x)) / FADE;
        assert!(
            live.steps().0 <= about(heard + 2.0 * whole),
            "{latency}: {:?} {heard} {whole}",
            live.steps()
        );
    }
}

#[test]
fn what_does_something_else_at_once_when_it_is_plugged_in_is_faded_over() {
    let mut live = Live::new();
    live.go("one level\nhalf level value=0.5\nm times\nout output\none > m\nm > out", 100);
    assert_eq!(live.steps(), (0.0, 0.0));
    live.go("one level\nhalf level value=0.5\nm times\nout output\none > m\nhalf > m.b\nm > out", 100);
    assert_eq!(live.steps().1, 0.5);
    // Both the cable and what it leads to fade in: at the end the product rises twice as fast.
    assert!(live.steps().0 <= about(2.0 * 0.5 / FADE), "{:?}", live.steps());
}

#[test]
fn a_node_of_another_kind_in_the_place_of_one_fades_in_as_that_fades_out() {
    let mut live = Live::new();
    live.go("x level\nout output\nx > out", 100);
    // Another source, and one that is what another cable leads to.
    live.go("x level value=0.25\nm gain gain=2\nout output\nx > m\nm > out", 100);
    live.go("one level\nx gain gain=0.5\nout output\none > x\nx > out", 100);
    assert!((live.steps().1 - 0.5).abs() < 1e-4, "{:?}", live.steps());
    assert!(live.steps().0 <= about(2.0 / FADE), "{:?}", live.steps());
}

#[test]
fn one_that_gives_way_to_another_of_its_name_behind_a_delay_keeps_what_was_held_back() {
    // The direct path is held back for the late one; what it comes from becomes another kind.
    let with = |x: &str| format!("{x}\nl latent frames=700\nout output\nx > l\nl > out\nx > out");
    let mut live = Live::new();
    live.go(&with("x level value=0.5"), 2_000);
    live.out.clear();
    live.go(&with("one level value=0.5\nx gain gain=1\none > x"), 2_000);
    assert_eq!(live.steps().1, 1.0);
    // Two paths whose old and new cables fade against each other; nothing is silent in between.
    assert!(live.steps().0 <= about(2.0 / FADE), "{:?}", live.steps());
    let least = live.out.iter().fold(f32::MAX, |m, x| m.min(*x));
    assert!(least > 0.49, "{least}");
}

#[test]
fn a_gain_counts_once_where_its_cable_comes_behind_a_delay() {
    let mut live = Live::new();
    live.go("one level\nl latent frames=500\nout output\none > l\nl > out", 2_000);
    live.out.clear();
    live.go("one level\nl latent frames=500\nout output\none > l\nl > out\none > out gain=6.0206", 2_000);
    assert!((live.steps().1 - 3.0).abs() < 1e-3, "{:?}", live.steps());
    let most = live.out.iter().fold(0.0f32, |m, x| m.max(*x));
    assert!(most <= about(3.0), "{most}");
    assert!(live.steps().0 <= about(2.0 / FADE), "{:?}", live.steps());
}

#[test]
fn a_source_that_is_new_and_late_fades_in_when_it_arrives() {
    let mut live = Live::new();
    live.go("one level\nout output\none > out", 100);
    let late = "one level\nb level\nl latent frames=2000\nout output\none > out\nb > l\nl > out";
    live.go(late, 4_000);
    assert_eq!(live.steps().1, 2.0);
    assert!(live.steps().0 <= about(1.0 / FADE), "{:?}", live.steps());
    // One that was there but led nowhere, so that it did not run, is as new.
    let mut live = Live::new();
    live.go("one level\nb level\nl latent frames=2000\nout output\none > out\nb > l", 100);
    live.go(late, 4_000);
    assert_eq!(live.steps().1, 2.0);
    assert!(live.steps().0 <= about(1.0 / FADE), "{:?}", live.steps());
}

#[test]
fn a_number_that_is_set_as_its_node_moves_to_another_bank_arrives() {
    // Side by side with others of its kind, and then with more.
    let gains = |count: usize, gain: &str| {
        let node = |n: usize| {
            format!("g{n} gain gain={}\none > g{n}\ng{n} > out\n", if n == 0 { gain } else { "0" })
        };
        format!("one level\nout output\n{}", (0..count).map(node).collect::<String>())
    };
    for (before, after) in [(1, 9), (9, 1), (3, 17), (17, 4)] {
        let mut live = Live::new();
        live.go(&gains(before, "1"), 1_000);
        live.go(&gains(after, "0.5"), 4_000);
        assert!((live.steps().1 - 0.5).abs() < 1e-4, "{before} to {after}: {:?}", live.steps());
        assert!(live.steps().0 <= about(1.0 / FADE), "{before} to {after}: {:?}", live.steps());
    }
}

#[test]
fn a_lane_of_automation_that_comes_goes_or_is_drawn_anew_glides() {
    let mut live = Live::new();
    let plain = "one level value=1\nout output\none > out";
    live.go(plain, 100);
    for (lane, last) in [("[[0, 0]]", 0.0), ("[[0, 0.75]]", 0.75), ("", 1.0), ("[[0, 0.5]]", 0.5)] {
        let lane = if lane.is_empty() { String::new() } else { format!("\none.value ~ {lane}") };
        live.go(&format!("{plain}{lane}"), 1_000);
        assert!((live.steps().1 - last).abs() < 1e-4, "{lane}: {:?}", live.steps());
    }
    assert!(live.steps().0 <= about(1.0 / FADE), "{:?}", live.steps());
}

#[test]
fn automation_follows_the_song_to_the_frame_and_glides_where_that_jumps() {
    let rise = "one level value=1\nout output\none > out\none.value ~ [[0, 0], [1, 1]]";
    let (next, shelf) = (patch(rise), kinds::shelf());
    let context = context(&shelf);
    let (mut builder, mut runner) = pair();
    let compiled = builder.compile(&next, &context).expect("it compiles");
    let program = builder.build(&compiled, &context, &next.tempo).expect("a program");
    let mut out = Vec::new();
    let mut run = |runner: &mut Runner, frames: usize| {
        runner.run(&program, frames, |block| out.extend_from_slice(block.channel(0, 0)));
        *out.last().expect("a frame")
    };
    let at = |frame: i64| frame as f32 / RATE as f32;
    assert!((run(&mut runner, 100) - at(99)).abs() < 1e-6);
    runner.seek(4_000);
    assert!((run(&mut runner, 300) - at(4_299)).abs() < 1e-6);
    runner.roll(false);
    assert!((run(&mut runner, 77) - at(4_300)).abs() < 1e-6);
    runner.roll(true);
    assert!((run(&mut runner, 100) - at(4_399)).abs() < 1e-6);
    runner.repeat(Some((4_000, 4_450)));
    // 51 frames to the end, and 200 from the start of what is repeated.
    assert!((run(&mut runner, 250) - at(4_199)).abs() < 1e-6);
    assert_eq!(runner.song().frame, 4_200);
    let step = out.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
    let far = at(4_000);
    assert!(step <= about(far / FADE + 1.0 / RATE as f32), "{step}");
}
