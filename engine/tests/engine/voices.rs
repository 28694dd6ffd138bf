//! Instances with voices: what each of them hears and gives, and what is told of them.

use crate::support::build::{bytes, compiled, compiled_in, context, nested, problems};
use crate::support::kinds;
use crate::support::play::{play, run, sounding};
use crate::support::stage::Stage;
use signalbox_engine::compile::{Compiled, settle};
use signalbox_engine::patch::{Edit, Patch, Voices, file};
use signalbox_engine::run::{Last, Next, pair};
use signalbox_engine::schedule::{Step, explain};

const BELLS: &str =
    "keys input\nbell pulse\nvca gain\nheard output\nkeys > bell.notes\nbell > vca\nvca > heard";

/// Chords of two notes for so many bells.
fn bells(voices: u32, more: &str) -> Patch {
    let text = format!(
        "score notes every=40\nchoir bells voices={voices}\nout output\nscore > choir\nchoir > out\n{more}"
    );
    nested(&text, &[("bells", BELLS)])
}

fn shape(patch: &Patch) -> Compiled {
    compiled_in(patch, 16).unwrap_or_else(|p| panic!("{p:?}"))
}

//  score ─ dealer ═ bell × 16 ═ gain × 16 ═ out
#[test]
fn voices_run_side_by_side_in_their_order_and_hear_their_lists_in_place() {
    let compiled = shape(&bells(16, ""));
    let lanes: Vec<usize> = compiled.schedule.banks.iter().map(|b| b.lanes()).filter(|&n| n > 1).collect();
    assert_eq!(lanes, [16, 16]);
    for bank in compiled.schedule.banks.iter().filter(|b| b.lanes() > 1) {
        let keys: Vec<&str> = bank.nodes().map(|n| &*compiled.flat.nodes[n].key).collect();
        assert!(keys.is_sorted() && keys[0].starts_with("choir/001/") && keys[15].starts_with("choir/016/"));
    }
    let odd = |s: &&Step| {
        matches!(s, Step::Merge { .. } | Step::Pack { .. } | Step::Unpack { .. } | Step::Copy { .. })
    };
    assert_eq!(compiled.schedule.steps.iter().find(odd), None);
    let told = explain(&compiled, 8_000);
    for line in [
        "each note to a free voice of choir, else to the quietest of the 16",
        "choir/001/bell, choir/002/bell, choir/003/bell … choir/016/bell (16 in 16 lanes)",
        "(16 lanes): how loud voices of choir are, so that the quietest is known",
        " (16 lanes) → b",
    ] {
        assert!(told.contains(line), "{line}:\n{told}");
    }
    assert!(!told.contains("skipped"), "{told}");
}

#[test]
fn sound_from_outside_reaches_every_voice_and_their_sum_comes_out() {
    let patch = nested(
        "click impulse at=5\nroom hall voices=7\nout output\nclick > room\nroom > out gain=-6",
        &[("hall", "in input\nvca gain gain=0.5\nheard output\nin > vca\nvca > heard")],
    );
    let half = 10f64.powf(-6.0 / 20.0) as f32;
    assert_eq!(sounding(&run(&patch, 64).output("out")[0]), [(5, 3.5 * half)]);
}

#[test]
fn values_cables_and_lanes_from_outside_reach_every_voice() {
    let hall = [("hall", "in input\nvca gain gain=0\nheard output\nin > vca\nvca > heard")];
    for (setting, sum) in [
        ("room hall voices=4 vca.gain=2", 8.0),
        ("room hall voices=4\none level\none > room.vca.gain depth=0.5", 2.0),
        ("room hall voices=4\nroom.vca.gain ~ [[0, 0.25]]", 1.0),
        // Right into the node, past the port.
        ("room hall voices=4 vca.gain=1\nclick > room.vca.in", 8.0),
        // And right out of it.
        ("room hall voices=4 vca.gain=1\nroom.vca.out > out", 8.0),
    ] {
        let text = format!("click impulse at=5\nout output\n{setting}\nclick > room\nroom > out");
        assert_eq!(sounding(&run(&nested(&text, &hall), 64).output("out")[0]), [(5, sum)], "{setting}");
    }
}

#[test]
fn what_is_no_number_of_voices_is_refused_with_the_place() {
    let text = |voices: &str| {
        format!("{{\"format\": 1,\n\"nodes\": [{{\"id\": \"a\", \"kind\": \"b\", \"voices\": {voices}}}]}}")
    };
    for (wrong, shown) in
        [("0", "0"), ("257", "257"), ("-1", "-1"), ("2.5", "2.5"), ("\"many\"", "\"many\""), ("[]", "[]")]
    {
        let error = file::read(&text(wrong)).expect_err(wrong).to_string();
        assert!(error.starts_with("line 2, column "), "{error}");
        let why = format!("`voices` is a whole number from 1 to 256, got {shown}");
        assert!(error.contains(&why), "{error}");
    }
    for right in ["1", "256"] {
        let patch = file::read(&text(right)).expect(right);
        assert!(bytes(&patch).contains(&format!("\"voices\":{right}}}")), "{}", bytes(&patch));
    }
    assert_eq!(file::read(&text("null")).expect("nothing").graph.nodes["a"].voices, None);
    assert!(Voices::new(0).is_err() && Voices::new(257).is_err());
    let alone = problems(&nested("x gain voices=2", &[]));
    assert_eq!(alone, "x: `gain` is no sub-patch; only an instance of one has voices");
}

#[test]
fn voices_are_set_and_taken_back_as_any_edit() {
    let mut patch = bells(16, "");
    let before = bytes(&patch);
    let fewer = Edit::SetVoices(None, "choir".into(), Voices::new(3).ok());
    let back = patch.apply(fewer.clone()).expect("it can be");
    assert_eq!(back, Edit::SetVoices(None, "choir".into(), Voices::new(16).ok()));
    assert_eq!(patch.apply(back).expect("it can be"), fewer);
    assert_eq!(bytes(&patch), before);
}

#[test]
fn what_is_wrong_in_all_voices_is_told_once() {
    let voice =
        "keys input\nbell pulse\nvca gain gain=9\nheard output\nkeys > bell.notes\nbell > vca\nvca > heard";
    let told = problems(&nested("choir voice voices=5\nout output\nchoir > out", &[("voice", voice)]));
    assert_eq!(told, "choir/001/vca: `gain` goes from -2 to 2, got 9");
    for line in ["bell > vac", "keys > vca", "hiss noise width=3\nhiss > bell.level"] {
        let voice = format!("{BELLS}\n{line}");
        let told = problems(&nested("choir voice voices=5\nout output\nchoir > out", &[("voice", &voice)]));
        assert_eq!(told.lines().count(), 1, "{told}");
    }
    let unknown = format!("{BELLS}\nz nobody");
    let compiled = shape(&nested("choir voice voices=5\nout output\nchoir > out", &[("voice", &unknown)]));
    assert_eq!(compiled.warnings.len(), 1, "{:?}", compiled.warnings);
}

#[test]
fn voices_multiply_and_bombs_of_them_are_refused_before_they_are_built() {
    let deep = |voices: u32| {
        let inner = format!("in input\nx second voices={voices}\nheard output\nin > x\nx > heard");
        let second = "in input\nvca gain\nheard output\nin > vca\nvca > heard";
        let text = format!("click impulse\na first voices={voices}\nout output\nclick > a\na > out");
        nested(&text, &[("first", &inner), ("second", second)])
    };
    assert_eq!(sounding(&run(&deep(7), 64).output("out")[0]), [(0, 49.0)]);
    let told = problems(&deep(256));
    // A voice of the inner instance has three nodes, and all of them have two ports and a dealer; around them it is the same.
    let inner = 3 * 256 + 3;
    let nodes = 3 + (3 + inner) * 256 + 3;
    assert_eq!(nodes, 198_150);
    assert!(told.is_empty(), "{told}");
    // One cable into the voices of voices of voices is as many as there are.
    let text = "click impulse\na first voices=256\nclick > a.x.y.vca.gain depth=1";
    let subs = [("first", "x second voices=256"), ("second", "y third voices=256"), ("third", "vca gain")];
    let told = problems(&nested(text, &subs));
    assert!(told.starts_with("the patch: unfolds into") && told.contains("use fewer instances"), "{told}");
    let wide = "click impulse\na first voices=200\nb first voices=200\n".to_string()
        + &"a.vca.out > b.vca.in\n".repeat(51);
    let told = problems(&nested(&wide, &[("first", "vca gain")]));
    assert_eq!(told, "the patch: unfolds into 2040000 cables, the most is 2000000; use fewer instances");
}

/// Notes that are held while the number of voices changes still end, and the voices that stay go on.
#[test]
fn another_number_of_voices_keeps_the_notes_that_are_held() {
    let whole = {
        let mut stage = Stage::new();
        let program = stage.build(&bells(4, ""));
        stage.run(&program, &[400]).swap_remove(0)
    };
    let mut stage = Stage::new();
    let mut out = Vec::new();
    for (voices, frames) in [(4, 50), (9, 64), (17, 86), (4, 200)] {
        let program = stage.build(&bells(voices, ""));
        out.extend(stage.run(&program, &[frames]).swap_remove(0));
    }
    // The notes of each chord are over before the next one, and four voices are enough while they fade.
    assert_eq!(out[..50], whole[..50]);
    let ends = |x: &[f32]| {
        x.windows(2).enumerate().filter(|(_, w)| w[1] < w[0] - 0.05).map(|w| w.0).collect::<Vec<_>>()
    };
    assert_eq!(ends(&out), ends(&whole));
}

/// A note is held that came through a port which is gone; when it is stolen, nobody is told that it ends.
#[test]
fn the_port_of_a_held_note_may_go() {
    let patch = |more: &str| {
        let text = "low notes every=40 phase=20\nhigh notes every=40\nchoir bells voices=1\nout output\n\
            low > choir.keys\nhigh > choir.more\nchoir > out";
        nested(text, &[("bells", &format!("{BELLS}\nmore input\ntone pulse\n{more}"))])
    };
    let (with, without) = (patch("more > tone.notes"), patch(""));
    let mut stage = Stage::new();
    let program = stage.build(&with);
    assert_eq!(program.schedule().dealers[0].ports, 2);
    stage.run(&program, &[15]);
    let program = stage.build(&without);
    let heard = stage.run(&program, &[100]).swap_remove(0);
    assert!(!sounding(&heard).is_empty());
    assert_eq!(heard, run(&without, 115).output("out")[0][15..]);
}

/// On the way from one patch to the next both are played; also there every step finds what it needs.
#[test]
fn there_is_a_way_from_one_number_of_voices_to_another_and_to_none() {
    let shelf = kinds::shelf();
    let context = context(&shelf);
    let mut plain = bells(4, "");
    plain.graph.nodes.get_mut("choir").expect("the instance").voices = None;
    let all = [bells(4, ""), bells(9, ""), bells(2, ""), plain, bells(3, "")];
    let (mut builder, mut runner) = pair();
    let mut before: Option<(Patch, Compiled)> = None;
    for patch in all {
        let new = builder.compile(&patch, &context).expect("it compiles");
        if let Some((last, old)) = before.take() {
            let settled = settle(&patch, &context).expect("it compiles");
            let old = Last { compiled: &old, tempo: &last.tempo };
            let new = Next { settled: &settled, tempo: &patch.tempo };
            let between = builder.compile_between(old, new, &context).expect("there is a way");
            let program = builder.build(&between, &context, &patch.tempo).expect("it holds");
            runner.run(&program, program.unsettled().max(1), |_| {});
        }
        let program = builder.build(&new, &context, &patch.tempo).expect("it holds");
        let mut loudest = 0.0f32;
        runner.run(&program, 500, |b| loudest = b.channel(0, 0).iter().fold(loudest, |m, x| m.max(x.abs())));
        assert!(loudest > 0.1, "{loudest}");
        before = Some((patch, new));
    }
}

#[test]
fn as_many_ports_for_events_as_can_be_dealt_and_no_more() {
    let many = |count: usize| {
        let ports: String = (0..count)
            .map(|i| format!("k{i:02} input\nb{i:02} pulse\nk{i:02} > b{i:02}.notes\nb{i:02} > heard\n"))
            .collect();
        let cables: String = (0..count).map(|i| format!("score > choir.k{i:02}\n")).collect();
        let text = format!("score notes\nchoir voice voices=2\nout output\nchoir > out\n{cables}");
        nested(&text, &[("voice", &format!("heard output\n{ports}"))])
    };
    assert_eq!(problems(&many(16)), "");
    assert_eq!(problems(&many(17)), "choir: 17 inputs take events; with voices 16 may");
    let patch = many(16);
    let compiled = compiled(&patch).expect("it compiles");
    assert!(play(&patch, &compiled, 300, || 64).output("out")[0].iter().any(|x| *x != 0.0));
}
