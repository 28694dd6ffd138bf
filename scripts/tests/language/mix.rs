//! The mix of the examples, word for word, on stems that tell apart.

use crate::support::{Project, level, listen, near, sine};

const MIX: &str = include_str!("../../examples/mix.rhai");

/// Bars of 2.5 s: 96 beats a minute, four beats a bar.
const BAR: f64 = 2.5;
const BEAT: f64 = BAR / 4.0;

fn bar(number: f64) -> f64 {
    (number - 1.0) * BAR
}

/// Drums hit for a quarter of a beat on each beat, the bass and the voice are steady.
fn project() -> Project {
    let project = Project::new();
    let seconds = bar(53.0);
    let hit = |t: f64| if (t / BEAT).fract() < 0.25 { 0.3 * sine(200.0, t) } else { 0.0 };
    project.sound("stems/drums.wav", seconds, hit);
    project.sound("stems/bass.wav", seconds, |t| 0.1 * sine(50.0, t));
    project.sound("stems/vox.wav", seconds, |t| 0.1 * sine(440.0, t));
    project
}

#[test]
fn the_mix_does_what_it_says() {
    let project = project();
    let outcome = project.run(MIX).unwrap_or_else(|e| panic!("{e}"));
    for check in &outcome.checks {
        assert!(check.holds, "{}", check.sides);
    }
    assert_eq!(outcome.checks.len(), 2);
    assert!(outcome.notes.is_empty(), "{:?}", outcome.notes);
    let end = bar(53.0);

    // The ride of the voice: points, the middle of an S, and the step at bar 49.
    let (before, after) = (listen(&outcome, "vox comp", end), listen(&outcome, "vox fader", end));
    let gain = |t: f64| level(&after, t, 0.1) - level(&before, t, 0.1);
    for (at, wanted) in
        [(1.1, -2.0), (9.0, -1.0), (17.0, 0.0), (25.0, 0.75), (33.0, 1.5), (45.0, 1.5), (49.1, -1.0)]
    {
        near(&format!("voice at bar {at}"), gain(bar(at)), wanted, 0.02);
    }

    // The send: -14 dB up to bar 33, -9 dB two bars later, half of the way at bar 34.
    let send = listen(&outcome, "vox to verb", end);
    let sent = |t: f64| level(&send, t, 0.1) - level(&after, t, 0.1);
    for (at, wanted) in [(2.0, -14.0), (32.9, -14.0), (34.0, -11.5), (35.1, -9.0), (48.0, -9.0)] {
        near(&format!("send at bar {at}"), sent(bar(at)), wanted, 0.05);
    }

    // The drums are there up to bar 49, and gone 12 ms behind it.
    let drums = listen(&outcome, "drums fader", end);
    let frame = |t: f64| (t * f64::from(outcome.rate)) as usize;
    assert!(level(&drums, bar(48.0) + BEAT / 8.0, BEAT / 8.0) > -20.0);
    assert!(drums[frame(bar(49.0) + 0.012)..].iter().all(|&x| x == 0.0));
    assert!(
        drums[frame(bar(49.0))..frame(bar(49.0) + 0.005)].iter().any(|&x| x != 0.0),
        "it fades, and does not click"
    );

    // Parallel compression: the dry drums, and under them the compressed ones 9 dB down.
    let (dry, wet) = (listen(&outcome, "drums", end), listen(&outcome, "drums comp", end));
    let both: Vec<f32> = dry.iter().zip(&wet).map(|(d, w)| d + w * 10f32.powf(-9.0 / 20.0)).collect();
    let off = drums[..frame(bar(49.0))].iter().zip(&both).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(off < 1e-5, "{off}");

    // The bass ducks while the drums hit, and no more where they are muted.
    let (bass, ducked) = (listen(&outcome, "bass", end), listen(&outcome, "bass comp", end));
    let duck = |t: f64| level(&ducked, t, 0.04) - level(&bass, t, 0.04);
    assert!(duck(bar(20.0) + BEAT * 0.2) < -6.0, "{}", duck(bar(20.0) + BEAT * 0.2));
    near("bass without drums", duck(bar(51.0)), 0.0, 0.01);

    // The group dips by 6 dB over one beat at every other eighth bar: bar 9, 25, 41; not at bar 17.
    let (whole, dipped) = (listen(&outcome, "rhythm eq", end), listen(&outcome, "rhythm fader", end));
    let dip = |t: f64| level(&dipped, t, 0.01) - level(&whole, t, 0.01);
    for (at, wanted) in
        [(8.9, 0.0), (9.0 + 0.5 / 4.0, -6.0), (9.3, 0.0), (17.0 + 0.5 / 4.0, 0.0), (25.0 + 0.5 / 4.0, -6.0)]
    {
        near(&format!("group at bar {at}"), dip(bar(at)), wanted, 0.1);
    }
}

#[test]
fn an_assert_that_does_not_hold_shows_its_place_and_both_sides() {
    let project = project();
    let source = "let vox = track(\"vox\", file: \"stems/vox.wav\");\nvox |> master();\n\nassert peak(master()) > 0.5, \"too quiet\";";
    let outcome = project.run(source).unwrap();
    let failed = outcome.failed();
    assert_eq!(failed.len(), 1);
    let text = failed[0].to_string();
    assert!(text.starts_with("test.rhai:4:"), "{text}");
    assert!(text.contains("0.1") && text.contains("> 0.5: too quiet"), "{text}");
    assert!(text.contains("assert peak(master()) > 0.5"), "{text}");
}
