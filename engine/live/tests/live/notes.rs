//! A note that sounds ends when what brought it is taken away while the patch plays.

use crate::bound::RATE;
use crate::edits::{Deck, Live};
use crate::patch;

/// One note of a minute for whatever is called `amp`, and what else there is.
fn score(cables: &str, others: &str, subpatches: &str) -> String {
    format!(
        r#"{{"format": 1, "nodes": [
            {{"id": "score", "kind": "notes", "values": {{"notes": "c4", "beats": 120}}}}, {others},
            {{"id": "out", "kind": "output"}}], "cables": [{cables} {{"from": "amp", "to": "out"}}],
            "subpatches": {{{subpatches}}}}}"#
    )
}

/// The greatest sample of so many seconds.
fn greatest(deck: &mut Live, seconds: f64) -> f32 {
    let mut left = (seconds * f64::from(RATE)) as usize;
    let mut greatest = 0.0f32;
    while left > 0 {
        let frames = left.min(480);
        greatest = deck.run(frames).iter().fold(greatest, |m, x| m.max(x.abs()));
        left -= frames;
    }
    greatest
}

const ENVELOPE: &str = r#"{"id": "amp", "kind": "env", "values": {"sustain": "100 %", "release": "100 ms"}}"#;
const SYNTH: &str = r#"{"id": "amp", "kind": "synth", "voices": 4}"#;
const INSIDE: &str = r#""synth": {"nodes": [{"id": "notes", "kind": "input"}, {"id": "out", "kind": "output"},
    {"id": "env", "kind": "env", "values": {"sustain": "100 %", "release": "100 ms"}}],
    "cables": [{"from": "notes", "to": "env.notes"}, {"from": "env", "to": "out"}]}"#;
const NOTE: &str = r#"{"from": "score", "to": "amp"},"#;

#[test]
fn a_note_ends_when_its_cable_is_pulled() {
    for (amp, cable, inside) in
        [(ENVELOPE, NOTE.replace("amp", "amp.notes"), ""), (SYNTH, NOTE.into(), INSIDE)]
    {
        let mut deck = Live::new();
        assert!(deck.set(&patch(&score(&cable, amp, inside))));
        assert!(greatest(&mut deck, 1.0) > 0.5, "{amp}: it sounds");
        assert!(greatest(&mut deck, 1.0) > 0.5, "{amp}: it goes on");
        assert!(deck.set(&patch(&score("", amp, inside))));
        greatest(&mut deck, 0.5);
        assert!(greatest(&mut deck, 0.5) < 1e-4, "{amp}: it has ended");
        // It can be played again.
        let melody = score(&cable, amp, inside).replace(r#""c4", "beats": 120"#, r#""c4", "loop": true"#);
        assert!(deck.set(&patch(&melody)));
        assert!(greatest(&mut deck, 3.0) > 0.5, "{amp}: it plays again");
    }
}

#[test]
fn a_note_ends_when_another_source_comes_in_the_place_of_its_own() {
    let mut deck = Live::new();
    let cable = NOTE.replace("amp", "amp.notes");
    let first = score(&cable, ENVELOPE, "");
    assert!(deck.set(&patch(&first)));
    assert!(greatest(&mut deck, 1.0) > 0.5);
    let keys = r#""kind": "midi"}, {"id": "amp""#;
    let other =
        first.replace(r#""kind": "notes", "values": {"notes": "c4", "beats": 120}}, {"id": "amp""#, keys);
    assert!(other.contains("midi"), "{other}");
    assert!(deck.set(&patch(&other)));
    greatest(&mut deck, 0.5);
    assert!(greatest(&mut deck, 0.5) < 1e-4, "it has ended");
}

#[test]
fn other_edits_leave_a_note_alone() {
    let mut deck = Live::new();
    let cable = NOTE.replace("amp", "amp.notes");
    assert!(deck.set(&patch(&score(&cable, ENVELOPE, ""))));
    assert!(greatest(&mut deck, 1.0) > 0.5);
    let more = format!(r#"{ENVELOPE}, {{"id": "b", "kind": "env"}}"#);
    let both = format!(r#"{cable} {{"from": "score", "to": "b.notes"}}, {{"from": "b", "to": "out"}},"#);
    for text in [score(&both, &more, ""), score(&cable, ENVELOPE, "")] {
        assert!(deck.set(&patch(&text)));
        greatest(&mut deck, 0.5);
        assert!(greatest(&mut deck, 0.5) > 0.5, "it goes on");
    }
}
