//! Instances with voices, played by the nodes of the shelf: which voice a note takes, against what the envelopes say, and
//! what many notes give, against the same notes one by one.

use signalbox_engine::compile::{Context, compile};
use signalbox_engine::node::NoAssets;
use signalbox_engine::patch::{Cable, Node, Patch, Voices, file};
use signalbox_engine::render::{Options, to_memory};
use std::f64::consts::TAU;

const RATE: u32 = 48_000;
const FS: f64 = 48_000.0;

const CHORDS: &str = include_str!("../../examples/chords.json");

fn read(text: &str) -> Patch {
    file::read(text).unwrap_or_else(|e| panic!("{e}"))
}

fn rendered_with(patch: &Patch, lanes: usize, options: &Options) -> Vec<f32> {
    let shelf = signalbox_nodes::shelf();
    let context = Context { shelf: &shelf, assets: &NoAssets, rate: RATE, lanes };
    let audio = to_memory(patch, &context, options).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(audio.channels.len(), 1);
    audio.channels.into_iter().next().unwrap_or_default()
}

fn rendered(patch: &Patch) -> Vec<f32> {
    rendered_with(patch, 16, &Options::default())
}

/// A note: its key, when it begins and ends in seconds, and its velocity.
#[derive(Clone, Copy)]
struct Note(&'static str, f64, f64, f64);

/// Straight envelopes over sines at full scale, with so many voices; every note comes from a player of its own. A note
/// of velocity v is at `v (1 - t / 4 s)` after a moment, until it is released.
fn organ(voices: u32, notes: &[Note]) -> Patch {
    let mut patch = read(
        r#"{"format": 1, "rate": 48000, "length": "4 s", "tempo": [[0, 60]],
        "nodes": [{"id": "organ", "kind": "pipe"}, {"id": "out", "kind": "output"}],
        "cables": [{"from": "organ", "to": "out"}],
        "subpatches": {"pipe": {
            "nodes": [{"id": "notes", "kind": "input"}, {"id": "vca", "kind": "gain"}, {"id": "out", "kind": "output"},
                {"id": "sine", "kind": "osc", "values": {"shape": "sine", "level": 0}},
                {"id": "shape", "kind": "env", "values":
                    {"attack": 0, "decay": 4, "sustain": 0, "release": "50 ms", "curve": 0}}],
            "cables": [{"from": "notes", "to": "sine.notes"}, {"from": "notes", "to": "shape.notes"},
                {"from": "sine", "to": "vca"}, {"from": "shape", "to": "vca.control"}, {"from": "vca", "to": "out"}]}}}"#,
    );
    let organ = patch.graph.nodes.get_mut("organ").unwrap_or_else(|| panic!("the organ"));
    organ.voices = Voices::new(voices).ok();
    for (number, Note(key, from, to, velocity)) in notes.iter().enumerate() {
        let id = format!("player {number}");
        let text = format!("{key}:{}@{velocity}", to - from);
        patch.graph.nodes.insert(id.clone(), Node::new("notes").with("notes", text).with("start", *from));
        patch.graph.connect(Cable::new(&id, "organ"));
    }
    patch
}

fn frequency(key: &str) -> f64 {
    let key = match key {
        "c4" => 60,
        "a4" => 69,
        "e5" => 76,
        "b5" => 83,
        other => panic!("{other}?"),
    };
    440.0 * 2f64.powf(f64::from(key - 69) / 12.0)
}

/// The amplitude of a tone over 0.2 s around a time, seen through a Hann window, which is narrower than the distances of
/// the tones here by far.
fn amplitude(x: &[f32], frequency: f64, time: f64) -> f64 {
    let (length, middle) = (9_600, (time * FS) as usize);
    let (mut re, mut im) = (0.0, 0.0);
    for n in 0..length {
        let window = 1.0 - (TAU * n as f64 / length as f64).cos();
        let (sin, cos) = (TAU * frequency * n as f64 / FS).sin_cos();
        let x = f64::from(x[middle - length / 2 + n]) * window;
        (re, im) = (re + x * cos, im + x * sin);
    }
    2.0 * f64::hypot(re, im) / length as f64
}

fn db(amplitude: f64) -> f64 {
    20.0 * amplitude.log10()
}

/// Three notes are held by three voices when the fourth begins: the one that its envelope has brought lowest is gone, and
/// the others are as loud as theirs say. Each of the three is the quietest once, by its velocity, its age, or both.
#[test]
fn one_note_more_than_voices_takes_the_place_of_the_quietest() {
    for (notes, quietest) in [
        ([("c4", 0.0, 0.9), ("a4", 1.2, 0.8), ("e5", 1.4, 0.7)], 0),
        ([("c4", 0.0, 1.0), ("a4", 1.0, 0.3), ("e5", 1.4, 0.7)], 1),
        ([("c4", 0.0, 1.0), ("a4", 0.2, 1.0), ("e5", 1.4, 0.5)], 2),
        // The oldest was struck hardest and is lower than the softest, which is young.
        ([("c4", 0.0, 1.0), ("a4", 1.8, 0.6), ("e5", 1.6, 0.8)], 0),
    ] {
        let level = |(_, from, velocity): (&str, f64, f64), t: f64| velocity * (1.0 - (t - from) / 4.0);
        let lowest = (0..3).min_by(|&a, &b| level(notes[a], 2.0).total_cmp(&level(notes[b], 2.0)));
        assert_eq!(lowest, Some(quietest));
        let mut all: Vec<Note> = notes.iter().map(|n| Note(n.0, n.1, 4.0, n.2)).collect();
        all.push(Note("b5", 2.0, 4.0, 0.9));
        let y = rendered(&organ(3, &all));
        for (n, note) in notes.iter().enumerate() {
            let before = db(amplitude(&y, frequency(note.0), 1.9) / level(*note, 1.9));
            assert!(note.1 > 1.75 || before.abs() < 0.1, "{} before: {before} dB off", note.0);
            let after = amplitude(&y, frequency(note.0), 2.3);
            match n == quietest {
                true => assert!(db(after) < -60.0, "{} is still there: {} dB", note.0, db(after)),
                false => {
                    let off = db(after / level(*note, 2.3));
                    assert!(off.abs() < 0.1, "{} after: {off} dB off", note.0);
                }
            }
        }
        let new = db(amplitude(&y, frequency("b5"), 2.3) / level(("b5", 2.0, 0.9), 2.3));
        assert!(new.abs() < 0.1, "the new note: {new} dB off");
    }
}

/// Two voices, of which one was released and has faded: the next note takes that one, though the other may be lower.
#[test]
fn the_end_of_a_note_frees_its_voice() {
    let notes = |end: f64| [Note("c4", 0.0, end, 0.9), Note("a4", 0.1, 4.0, 0.3), Note("e5", 1.0, 4.0, 0.9)];
    let level = |from: f64, velocity: f64| velocity * (1.0 - (1.5 - from) / 4.0);
    let measured = |end: f64| {
        let y = rendered(&organ(2, &notes(end)));
        ["c4", "a4", "e5"].map(|key| amplitude(&y, frequency(key), 1.5))
    };
    let [first, second, third] = measured(0.5);
    assert!(db(first) < -60.0, "{} dB", db(first));
    assert!(db(second / level(0.1, 0.3)).abs() < 0.1 && db(third / level(1.0, 0.9)).abs() < 0.1);
    // Were the first still held, the second would have to go.
    let [first, second, third] = measured(4.0);
    assert!(db(first / level(0.0, 0.9)).abs() < 0.1 && db(third / level(1.0, 0.9)).abs() < 0.1);
    assert!(db(second) < -60.0, "{} dB", db(second));
}

/// The stolen voice goes on from the amplitude that it has: nothing jumps further than the tone itself moves in a frame.
#[test]
fn a_stolen_voice_does_not_click() {
    let y = rendered(&organ(1, &[Note("c4", 0.0, 4.0, 0.8), Note("e5", 1.0, 4.0, 0.8)]));
    let steepest = |from: usize, to: usize| {
        y[from..to].windows(2).map(|w| f64::from((w[1] - w[0]).abs())).fold(0.0, f64::max)
    };
    // An attack of no length is a jump of its own: from 0.6, where the first note is, to 0.8.
    let slope = TAU * frequency("e5") / FS * 0.8;
    let at = RATE as usize;
    assert!(steepest(at - 2_400, at + 2_400) < slope + 0.2 + 0.001, "{}", steepest(at - 2_400, at + 2_400));
    assert!(steepest(at + 2, at + 2_400) < slope + 0.001);
}

/// A voice that plays alone is in the first lane, in a chord it may be in any, and silent voices add nothing: the sum is
/// taken in double precision and rounded once, so that it is that of the single renders to the bit.
#[test]
fn a_chord_is_the_sum_of_its_notes_to_the_bit() {
    let keys = ["c3", "eb3", "g3", "bb3", "d4", "f4", "a4", "c5"];
    let with = |notes: &str| {
        let mut patch = read(CHORDS);
        patch.length = Some("3 s".into());
        let score = patch.graph.nodes.get_mut("score").unwrap_or_else(|| panic!("the score"));
        score.values.insert("notes".into(), notes.into());
        rendered(&patch)
    };
    let chord = with(&keys.join("+"));
    let alone: Vec<Vec<f32>> = keys.iter().map(|key| with(key)).collect();
    assert!(chord.iter().any(|x| x.abs() > 0.05));
    for (n, x) in chord.iter().enumerate() {
        let sum = alone.iter().fold(0.0f64, |sum, y| sum + f64::from(y[n]));
        assert_eq!(x.to_bits(), (sum as f32).to_bits(), "frame {n}: {x} and {sum}");
    }
}

/// Four lines of one note each, played together and one by one. Where a chord fades under the next one, a line has two
/// voices that are rounded together before they are summed here, so that each term may be off by half a step.
#[test]
fn the_example_is_the_sum_of_its_lines_to_the_last_bit() {
    let patch = read(CHORDS);
    let y = rendered(&patch);
    let text = patch.graph.nodes["score"].values["notes"].as_str().unwrap_or_default().to_string();
    let lines: Vec<Vec<f32>> = (0..4)
        .map(|line| {
            let words = text.split(' ').map(|chord| chord.split('+').nth(line).unwrap_or("-"));
            let mut patch = patch.clone();
            let score = patch.graph.nodes.get_mut("score").unwrap_or_else(|| panic!("the score"));
            score.values.insert("notes".into(), words.collect::<Vec<_>>().join(" ").into());
            rendered(&patch)
        })
        .collect();
    for (n, x) in y.iter().enumerate() {
        let terms = lines.iter().map(|line| f64::from(line[n]));
        let (sum, size) = terms.fold((0.0, f64::from(x.abs())), |(s, m), x| (s + x, m + x.abs()));
        let off = (f64::from(*x) - sum).abs();
        assert!(off <= size * 2f64.powi(-24) + 1e-12, "frame {n}: {off}");
    }
}

#[test]
fn the_example_has_the_same_bits_in_any_lanes_buffers_and_threads() {
    let mut patch = read(CHORDS);
    patch.length = Some("4 s".into());
    // So few voices that notes are stolen all the time.
    patch.graph.nodes.get_mut("chords").unwrap_or_else(|| panic!("the instance")).voices =
        Voices::new(5).ok();
    let whole = rendered(&patch);
    for (lanes, buffer, threads) in [(1, 1, 1), (4, 333, 1), (8, 64, 1), (16, 4_096, 3), (1, 100, 2)] {
        let options = Options { buffer, threads, ..Options::default() };
        assert!(rendered_with(&patch, lanes, &options) == whole, "{lanes} lanes, {buffer} frames, {threads}");
    }
}

#[test]
fn the_voices_of_the_example_run_side_by_side() {
    let shelf = signalbox_nodes::shelf();
    let context = Context { shelf: &shelf, assets: &NoAssets, rate: RATE, lanes: 16 };
    let compiled = compile(&read(CHORDS), &context).unwrap_or_else(|e| panic!("{e:?}"));
    let lanes: Vec<usize> = compiled.schedule.banks.iter().map(|b| b.lanes()).filter(|&n| n > 1).collect();
    assert_eq!(lanes, [8; 5], "two envelopes, an oscillator, a filter and an amplifier");
}
