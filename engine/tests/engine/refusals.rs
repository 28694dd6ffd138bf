//! What does not fit is refused at its place, with the way out.

use crate::support::build::{nested, patch, problems};

/// The problems of a patch of a few nodes with one more line.
fn with(line: &str) -> String {
    problems(&nested(
        &format!(
            "hiss noise
             wide noise width=3
             keys notes
             vca gain
             slow latent
             pair split
             tone pulse
             voice strip
             out output
             vca > out
             {line}"
        ),
        &[("strip", "in input\nfader gain\nfixed latent\nback output\nin > fader\nfader > back")],
    ))
}

/// One problem that begins and goes on like this.
#[track_caller]
fn told(line: &str, place: &str, what: &str) {
    let problem = with(line);
    assert!(problem.starts_with(place), "{line}: {problem}");
    assert!(problem.contains(what) && problem.lines().count() == 1, "{line}: {problem}");
}

#[test]
fn a_cable_to_what_is_not_there_is_refused_with_what_is() {
    assert_eq!(with(""), "");
    told("hiss > vac", "cable 1 (hiss → vac): ", "there is no node `vac`; did you mean `vca`?");
    told("hsis > vca", "cable 1 (hsis → vca): ", "there is no node `hsis`; did you mean `hiss`?");
    told(
        "hiss > vca.im",
        "cable 1 ",
        "`vca` (gain) has no input `im`; it has: in; and the parameters: gain; did you mean `in`?",
    );
    told(
        "hiss.uot > vca",
        "cable 1 ",
        "`hiss` (noise) has no output `uot`; it has: out; did you mean `out`?",
    );
    told("hiss > hiss", "cable 1 ", "`hiss` (noise) has no input ``; it has: none");
    told("hiss > voice.nowhere", "cable 1 ", "`voice` has no input `nowhere`; it has: in");
    told("voice.in > vca", "cable 1 ", "`voice` has no output `in`; it has: back");
    told("hiss > voice.fader.nothing", "cable 1 ", "has no input `nothing`");
}

#[test]
fn a_cable_between_sound_and_events_is_refused_in_both_directions() {
    told("keys > vca", "cable 1 (keys.out → vca.in): ", "events can't be heard");
    told("hiss > tone.notes", "cable 1 (hiss.out → tone.notes): ", "this port takes events, not sound");
    told("keys > vca.gain depth=1", "cable 1 (keys.out → vca.gain): ", "events can't be heard");
    told("keys > voice", "cable voice/0 (voice/in.out → voice/fader.in): ", "events can't be heard");
}

#[test]
fn a_cable_that_is_too_wide_is_refused_with_an_adapter() {
    told(
        "wide > pair",
        "cable 1 (wide → pair.in): ",
        "3 channels do not fit into 2; put a `split` and a `join`",
    );
    told(
        "wide > tone.level",
        "cable 1 (wide → tone.level): ",
        "3 channels do not fit into 1; put a `mono` node",
    );
    told("wide > vca.gain depth=1", "cable 1 (wide → vca.gain): ", "3 channels do not fit into 1");
    // A mono signal fans out, and what follows grows.
    assert_eq!(with("hiss > pair"), "");
    assert_eq!(with("wide > vca"), "");
    assert_eq!(with("wide > voice"), "");
}

#[test]
fn two_widths_do_not_meet_at_a_port_that_follows() {
    let both = problems(&patch(
        "two noise width=2\nthree noise width=3\nvca gain\nout output\ntwo > vca\nthree > vca\nvca > out",
    ));
    assert!(both.starts_with("cable 0 (two → vca.in): 2 channels do not fit into 3"), "{both}");
}

#[test]
fn depth_and_gain_are_asked_for_where_they_belong() {
    told(
        "hiss > vca.gain",
        "cable 1 ",
        "a cable to the parameter `gain` needs a depth; write how far a signal of 1",
    );
    told("hiss > vca depth=1", "cable 1 ", "`depth` is for parameters; a port takes a `gain`");
    told(
        "hiss > slow.frames depth=1",
        "cable 1 ",
        "`frames` is fixed while the node runs; no cable can move it",
    );
    told("hiss > vca.gain depth=2_oct", "cable 1 ", "`gain` wants a plain number as its depth");
    told("hiss > vca.gain depth=[1]", "cable 1 ", "as its depth");
    told("hiss > vca gain=loud", "cable 1 ", "`gain` wants a level");
    told("hiss > vca gain=60", "cable 1 ", "`gain` goes from -120 dB to 48 dB, got 60 dB");
    told("hiss > vca gain=3_Hz", "cable 1 ", "`gain` wants a level");
    assert_eq!(with("tone2 level\nhiss > tone2.freq depth=2_oct"), "");
    assert_eq!(with("tone2 level\nhiss > tone2.freq depth=7_st"), "");
    assert_eq!(with("tone2 level\nhiss > tone2.freq depth=100_Hz"), "");
    assert!(with("tone2 level\nhiss > tone2.freq").contains("\"depth\": \"2 oct\""));
}

#[test]
fn a_value_that_can_not_be_is_refused_at_its_node() {
    told("bad gain gain=9", "bad: ", "`gain` goes from -2 to 2, got 9");
    told("bad gain gian=1", "bad: ", "gain has no parameter `gian`; did you mean `gain`?");
    told("bad gain gain=loud", "bad: ", "`gain` wants a plain number");
    told("bad strip fader.gain=9", "bad/fader: ", "`gain` goes from -2 to 2");
    told("bad strip gain=1", "bad: ", "`gain` is no parameter inside; write `node.parameter`");
    told("bad strip nobody.gain=1", "bad: ", "`nobody.gain` is no parameter inside");
    // All that is wrong is told at once.
    assert_eq!(with("bad gain gain=9 gian=1\nworse level value=99").lines().count(), 3);
}

#[test]
fn a_lane_that_can_not_be_is_refused_at_its_place() {
    told("vca.gain ~ []", "lane vca.gain: ", "the lane has no points");
    told("vca.in ~ [[0, 0]]", "lane vca.in: ", "`vca.in` is a port; a lane moves a parameter");
    told("vca.gian ~ [[0, 0]]", "lane vca.gian: ", "did you mean `gain`?");
    told("vac.gain ~ [[0, 0]]", "lane vac.gain: ", "there is no node `vac`");
    told(
        "slow.frames ~ [[0, 0]]",
        "lane slow.frames: ",
        "`frames` is fixed while the node runs; no lane can move it",
    );
    told(
        "vca.gain ~ [[1, 0], [0.5, 1]]",
        "lane vca.gain: ",
        "the point at 0.5 comes before the one in front of it",
    );
    told("vca.gain ~ [[0, 9]]", "lane vca.gain: ", "`gain` goes from -2 to 2");
    told("vca.gain ~ [[\"soon\", 0]]", "lane vca.gain: ", "\"soon\" is no time");
    told("voice.fixed.frames ~ [[0, 0]]", "lane voice.fixed.frames: ", "is fixed");
    assert_eq!(with("voice.fader.gain ~ [[0, 1]]"), "");
}

#[test]
fn a_cable_reaches_into_an_instance_and_out_of_it() {
    assert_eq!(with("hiss > voice.fader.in"), "");
    assert_eq!(with("hiss > voice.fader.gain depth=1"), "");
    assert_eq!(with("voice.fader.out > out"), "");
    told("hiss > voice.fader", "cable 1 ", "`voice` has no input `fader`; it has: in");
}
