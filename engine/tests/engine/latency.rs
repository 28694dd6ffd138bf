//! Sound that takes several paths arrives at one frame, whatever the latency of each.

use crate::support::build::{compiled, nested, patch};
use crate::support::play::{run, sounding};
use signalbox_engine::patch::Patch;

/// An output's name, and the frames at which it is not zero with what it is there.
type Heard = (String, Vec<(usize, f32)>);

/// What each output of a patch gives, and how late all of them are.
fn impulses(patch: &Patch) -> (Vec<Heard>, usize) {
    let latency = compiled(patch).unwrap_or_else(|p| panic!("{p:?}")).schedule.latency;
    let played = run(patch, 1_000);
    (played.outputs.iter().map(|(name, channels)| (name.clone(), sounding(&channels[0]))).collect(), latency)
}

/// The one output gives one impulse of this height, `at` frames after the patch's latency.
fn one_impulse(patch: &Patch, latency: usize, at: usize, height: f32) {
    let (outputs, late) = impulses(patch);
    assert_eq!((outputs, late), (vec![("out".to_string(), vec![(latency + at, height)])], latency));
}

//        ┌─ latent 100 ─┐
//  click ┤              ├─ out
//        └──────────────┘
#[test]
fn a_direct_path_waits_for_a_late_one() {
    let patch = patch(
        "click impulse at=5
         a latent frames=100
         out output
         click > a
         a > out
         click > out",
    );
    one_impulse(&patch, 100, 5, 2.0);
}

//        ┌─ latent 70 ─┬─ latent 30 ─┐
//  click ┤             └─ latent 11 ─┼─ mid ─ latent 7 ─┐
//        ├───────────────────────────┘                  ├─ out
//        └─ latent 1 ───────────────────────────────────┘
#[test]
fn diamonds_inside_diamonds_close_at_one_frame() {
    let patch = patch(
        "click impulse at=64
         a latent frames=70
         b latent frames=30
         c latent frames=11
         d latent frames=7
         e latent frames=1
         mid gain
         out output
         click > a
         a > b
         a > c
         b > mid
         c > mid
         click > mid
         mid > d
         d > out
         click > e
         e > out",
    );
    one_impulse(&patch, 107, 64, 4.0);
}

//        ┌─ [ in ─ latent 40 ─┬─ out ]  ┐
//        │  [     └───────────┘      ]  │
//  click ┼─ [ in ─ latent 90 ─┬─ out ]  ┼─ out
//        │  [     └───────────┘      ]  │
//        └──────────────────────────────┘
#[test]
fn paths_through_instances_of_different_latency_arrive_together() {
    let patch = nested(
        "click impulse at=3
         a slow
         b slow late.frames=90
         out output
         click > a
         click > b.in
         click > out
         a > out
         b.back > out",
        &[(
            "slow",
            "in input
             late latent frames=40
             back output
             in > late
             in > back
             late > back",
        )],
    );
    one_impulse(&patch, 90, 3, 5.0);
}

//  click ─┬─────────────── vca ─ out
//         └─ latent 55 ─ ~gain
#[test]
fn what_moves_a_parameter_arrives_with_the_sound_that_it_moves() {
    let late_control = patch(
        "click impulse at=9
         late latent frames=55
         vca gain gain=0
         out output
         click > late
         click > vca
         late > vca.gain depth=1
         vca > out",
    );
    one_impulse(&late_control, 55, 9, 1.0);
    let late_sound = patch(
        "click impulse at=9
         late latent frames=55
         vca gain gain=0
         out output
         click > late
         late > vca
         click > vca.gain depth=2
         vca > out",
    );
    one_impulse(&late_sound, 55, 9, 2.0);
}

//  fader ~ 1 at frame 20 only
//  click ─ latent 33 ─ fader ─ out
#[test]
fn a_lane_stays_with_the_sound_behind_a_latent_node() {
    let patch = patch(
        "click impulse at=20
         late latent frames=33
         fader gain
         out output
         click > late
         late > fader
         fader > out
         fader.gain ~ [[0, 0, \"hold\"], [0.0025, 1, \"hold\"], [0.002625, 0]]",
    );
    one_impulse(&patch, 33, 20, 1.0);
}

//        ┌─ latent 80 ─ a
//  click ┼─ latent 20 ─ b
//        └───────────── c
#[test]
fn all_outputs_are_given_together() {
    let patch = patch(
        "click impulse at=1
         x latent frames=80
         y latent frames=20
         a output
         b output
         c output
         click > x
         click > y
         click > c
         x > a
         y > b",
    );
    let each = |name: &str| (name.to_string(), vec![(81, 1.0)]);
    assert_eq!(impulses(&patch), (vec![each("a"), each("b"), each("c")], 80));
}

//  click ─ mix ─ latent 60 ─ master
#[test]
fn an_output_from_which_a_cable_goes_on_is_given_with_those_behind_it() {
    let patch = patch(
        "click impulse at=1
         mix output
         limiter latent frames=60
         master output
         click > mix
         mix > limiter
         limiter > master",
    );
    let each = |name: &str| (name.to_string(), vec![(61, 1.0)]);
    assert_eq!(impulses(&patch), (vec![each("master"), each("mix")], 60));
}

//        ┌─ latent 50 (bypassed) ─┐
//  click ┤                        ├─ out
//        └────────────────────────┘
#[test]
fn a_bypassed_node_is_as_late_as_it_was() {
    let patch = patch(
        "click impulse at=2
         late latent frames=50 bypass
         out output
         click > late
         late > out
         click > out",
    );
    one_impulse(&patch, 50, 2, 2.0);
}

//  notes ─┬───────────────── pulse ─┬─ out
//         └ pulse ─ latent 45 ─ ~level
#[test]
fn events_wait_for_late_sound() {
    // The level opens for one note only: the sound of both meets where they arrive together.
    let together = |latent: &str| {
        let patch = patch(&format!(
            "notes notes every=200 phase=10
             first pulse
             late latent frames={latent}
             second pulse
             out output
             notes > first
             notes > second
             first > late
             late > second.level
             second > out"
        ));
        let (outputs, latency) = impulses(&patch);
        outputs[0].1.iter().map(|&(frame, x)| (frame - latency, x)).take(200).collect::<Vec<_>>()
    };
    let expected = together("0");
    assert_eq!(expected[0].0, 10);
    assert_eq!(together("45"), expected);
}
