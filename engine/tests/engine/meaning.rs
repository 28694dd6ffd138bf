//! What a patch says must be what is heard: mute, bypass, instances with values of their own, lanes, unknown kinds.

use crate::support::build::{compiled, nested, patch, problems};
use crate::support::play::{run, sounding};
use signalbox_engine::patch::Patch;

/// Two patches that sound the same, bit for bit.
fn same(a: &Patch, b: &Patch) {
    assert_eq!(run(a, 500).difference(&run(b, 500)), None);
}

fn warnings(patch: &Patch) -> Vec<String> {
    let compiled = compiled(patch).unwrap_or_else(|p| panic!("{p:?}"));
    compiled.warnings.iter().map(ToString::to_string).collect()
}

//  hiss ─ [ in ─ level ─ out ] ─┐          hiss ─ a/level ─┐
//  hiss ─ [ in ─ level ─ out ] ─┴─ out     hiss ─ b/level ─┴─ out
#[test]
fn instances_with_values_of_their_own_sound_as_if_unfolded_by_hand() {
    let folded = nested(
        "hiss noise seed=7 width=2
         a strip level.gain=0.25
         b strip level.gain=-0.5
         out output
         hiss > a
         hiss > b
         a > out
         b > out",
        &[("strip", "in input\nlevel gain gain=2\nback output\nin > level\nlevel > back")],
    );
    let by_hand = patch(
        "hiss noise seed=7 width=2
         a gain gain=0.25
         b gain gain=-0.5
         out output
         hiss > a
         hiss > b
         a > out
         b > out",
    );
    same(&folded, &by_hand);
}

//  [ [ level ] ]: the value outside counts before the one in between, and that before the one inside
#[test]
fn the_outermost_value_counts() {
    let with = |outer: &str, middle: &str| {
        nested(
            &format!("hiss noise\na outer {outer}\nout output\nhiss > a\na > out"),
            &[
                ("outer", &format!("in input\nb inner {middle}\nback output\nin > b\nb > back")),
                ("inner", "in input\nlevel gain gain=0.5\nback output\nin > level\nlevel > back"),
            ],
        )
    };
    let plain = |gain: &str| patch(&format!("hiss noise\na gain gain={gain}\nout output\nhiss > a\na > out"));
    same(&with("", ""), &plain("0.5"));
    same(&with("", "level.gain=0.125"), &plain("0.125"));
    same(&with("b.level.gain=0.75", "level.gain=0.125"), &plain("0.75"));
}

#[test]
fn the_outermost_lane_counts() {
    let with = |outer: &str, inner: &str| {
        nested(
            &format!("hiss noise\na strip\nout output\nhiss > a\na > out\n{outer}"),
            &[("strip", &format!("in input\nlevel gain\nback output\nin > level\nlevel > back\n{inner}"))],
        )
    };
    let inside = with("", "level.gain ~ [[0, 0.5]]");
    let both = with("a.level.gain ~ [[0, 0.25]]", "level.gain ~ [[0, 0.5]]");
    let plain = |gain: &str| patch(&format!("hiss noise\na gain gain={gain}\nout output\nhiss > a\na > out"));
    same(&inside, &plain("0.5"));
    same(&both, &plain("0.25"));
}

//  hiss ─ fader ─ x (mute) ─ out
#[test]
fn a_muted_node_is_silent_wherever_it_stands() {
    for muted in ["hiss noise width=2 mute", "fader gain mute", "s strip mute", "out output mute"] {
        let id = muted.split(' ').next().unwrap_or_default();
        let lines = ["hiss noise width=2", "fader gain", "s strip", "out output"];
        let nodes = lines.map(|l| if l.starts_with(id) { muted } else { l }).join("\n");
        let patch = nested(
            &format!("{nodes}\nhiss > fader\nfader > s\ns > out"),
            &[("strip", "in input\nlevel gain\nback output\nin > level\nlevel > back")],
        );
        let played = run(&patch, 200);
        let out = played.output("out");
        assert!(out.iter().all(|c| sounding(c).is_empty()), "{muted} sounds");
        // A muted output keeps its channels, so that what is plugged in there stays as it is.
        assert!(id != "out" || out.len() == 2, "{muted} has {} channels", out.len());
    }
}

//  click ─ late 30 (bypassed) ─ out
#[test]
fn bypass_passes_every_bit_of_the_input_also_of_nodes_that_do_not_work_in_place() {
    for kind in
        ["gain gain=0.1", "late frames=30", "times", "widen", "mono", "ring frames=80", "cutter frames=80"]
    {
        let with = |node: &str| patch(&format!("hiss noise\nx {node}\nout output\nhiss > x\nx > out"));
        let played = run(&with(&format!("{kind} bypass")), 300);
        let dry = run(&with("gain"), 300);
        for channel in played.output("out") {
            assert_eq!(channel, &dry.output("out")[0], "{kind}");
        }
        assert_eq!(warnings(&with(&format!("{kind} bypass"))), Vec::<String>::new());
    }
}

#[test]
fn bypass_silences_further_outputs() {
    let patch = patch(
        "hiss noise
         x tap bypass
         out output
         hiss > x
         hiss > x.side
         x.turned > out
         x.product > out",
    );
    assert!(sounding(&run(&patch, 200).output("out")[0]).is_empty());
}

//           ┌ strip, bypassed ──────────┐
//  click ── │ in ─ latent 50 ─ x2 ─ back │ ─ out
//           │ in ─────────────────── side │
//           └───────────────────────────┘
#[test]
fn bypass_of_a_sub_patch_passes_its_first_input_as_late_as_it_was() {
    let strip = "in input
                 late latent frames=50
                 twice gain gain=2
                 back output
                 side output
                 in > late
                 late > twice
                 twice > back
                 in > side";
    for voices in ["", " voices=3"] {
        let with = |more: &str, port: &str| {
            nested(
                &format!("hiss noise\na strip{voices}{more}\nout output\nhiss > a\na{port} > out"),
                &[("strip", strip)],
            )
        };
        let (round, inside) = (run(&with(" bypass", ""), 300), run(&with("", ""), 300));
        let dry = run(&patch("hiss noise\nout output\nhiss > out"), 300);
        let (round, inside) = (&round.output("out")[0], &inside.output("out")[0]);
        assert_eq!(round[50..], dry.output("out")[0][..250], "bit by bit, and 50 frames late");
        assert_ne!(round, inside, "without the bypass it is louder");
        assert!(sounding(&run(&with(" bypass", ".side"), 300).output("out")[0]).is_empty());
        assert_eq!(warnings(&with(" bypass", "")), Vec::<String>::new());
    }
}

#[test]
fn bypass_that_can_not_be_is_told() {
    let patch = nested(
        "hiss noise bypass
         n notes
         a hum bypass
         b lead bypass
         out output
         n > b
         a > out
         b > out",
        &[
            ("hum", "hiss noise\nback output\nhiss > back"),
            ("lead", "in input\np pulse\nback output\nin > p\np > back"),
        ],
    );
    let told = warnings(&patch);
    assert!(told.iter().any(|w| w.starts_with("hiss: sound can't go round a node")), "{told:?}");
    for name in ["a", "b"] {
        let place = format!("{name}: sound can't go round a sub-patch that");
        assert!(told.iter().any(|w| w.starts_with(&place)), "{told:?}");
    }
    assert!(!sounding(&run(&patch, 300).output("out")[0]).is_empty(), "they stay in");
}

#[test]
fn sound_that_does_not_fit_round_a_sub_patch_is_refused_with_its_name() {
    let told = problems(&nested(
        "hiss noise width=2\na strip bypass\nout output\nhiss > a\na > out",
        &[("strip", "in input\nthree noise width=3\nback output\nthree > back")],
    ));
    assert_eq!(told, "a: 2 channels come in and 3 go out, so sound can't go round it; take its bypass off");
}

//  notes ─ [ in (bypassed) ─ pulse ─ back ] ─ out
#[test]
fn events_go_through_a_bypassed_port_of_a_sub_patch() {
    let with = |bypass: &str| {
        nested(
            "n notes\na voice\nout output\nn > a\na > out",
            &[("voice", &format!("in input {bypass}\np pulse\nback output\nin > p\np > back"))],
        )
    };
    assert!(!sounding(&run(&with(""), 200).output("out")[0]).is_empty());
    same(&with("bypass"), &with(""));
}

#[test]
fn an_unknown_kind_is_a_silent_placeholder_with_a_warning() {
    let patch = patch(
        "hiss noise
         x gian gain=3 any={\"deep\":[1]}
         out output
         hiss > x.wherever
         x.something > out
         hiss > out
         x.speed ~ [[0, 1]]",
    );
    assert_eq!(problems(&patch), "");
    let told = warnings(&patch);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("x: `gian` is not on the shelf;"), "{told:?}");
    assert!(told[0].ends_with("did you mean `gain`?"), "{told:?}");
    same(&patch, &self::patch("hiss noise\nout output\nhiss > out"));
}

//  click ── gain ── out
#[test]
fn the_level_of_a_cable_is_in_decibels_of_amplitude_and_minus_120_closes_it() {
    let with = |gain: &str| {
        let patch = patch(&format!("click impulse\nout output\nclick > out gain={gain}"));
        run(&patch, 64).output("out")[0][0]
    };
    for db in [-100.0, -6.0, 0.0, 3.5, 48.0] {
        let expected = 10f64.powf(db / 20.0);
        assert!(
            (f64::from(with(&db.to_string())) / expected - 1.0).abs() < 1e-6,
            "{db} dB: {}",
            with(&db.to_string())
        );
    }
    assert_eq!((with("0"), with("-120"), with("-120_dB")), (1.0, 0.0, 0.0));
}

//  level 1 ── ~freq ── level ── out: what comes out is the frequency in kilohertz
#[test]
fn a_depth_moves_a_frequency_by_hertz_octaves_or_semitones() {
    let with = |depth: &str, value: f64| {
        let patch = patch(&format!(
            "by level value={value}\nx level freq=500\nout output\nby > x.freq depth={depth}\nx > out"
        ));
        f64::from(run(&patch, 64).output("out")[0][0])
    };
    for value in [-1.0, 0.25, 1.0] {
        for (depth, expected) in [
            ("200_Hz", 0.5 + 0.2 * value),
            ("0.1_kHz", 0.5 + 0.1 * value),
            ("200", 0.5 + 0.2 * value),
            ("2_oct", 0.5 * 4f64.powf(value)),
            ("-1_oct", 0.5 * 2f64.powf(-value)),
            ("7_st", 0.5 * (7.0 * value / 12.0).exp2()),
            ("50_ct", 0.5 * (0.5 * value / 12.0).exp2()),
        ] {
            let got = with(depth, value);
            assert!((got / expected - 1.0).abs() < 1e-6, "{depth} times {value}: {got}, {expected}");
        }
    }
}

#[test]
fn outputs_stand_in_the_order_of_their_names() {
    let played = run(&patch("c output\na output\nb output\nhiss noise\nhiss > b"), 64);
    let names: Vec<&str> = played.outputs.iter().map(|o| o.0.as_str()).collect();
    assert_eq!(names, ["a", "b", "c"]);
}
