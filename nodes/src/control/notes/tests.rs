use super::*;
use serde_json::{Value, json};
use signalbox_engine::node::{NoAssets, rig::Single};

const RATE: u32 = 44_100;

fn sequence(values: &[(&str, Value)], tempo: &TempoMap) -> Result<Sequence, String> {
    let (settings, errors) = NODE.settings(&values.iter().map(|(k, v)| (k.to_string(), v.clone())).collect());
    assert!(errors.is_empty(), "{errors:?}");
    Sequence::new(&Setup {
        key: "",
        rate: RATE,
        settings: &settings,
        inputs: &[],
        outputs: &[0],
        connected: &[],
        moved: &[false; 5],
        assets: &NoAssets,
        tempo,
        early: 0,
    })
}

/// Every event of some frames: its absolute frame, and the key where a note begins.
fn play(sequence: &mut Sequence, from: i64, frames: i64, block: i64) -> Vec<(i64, Option<f32>)> {
    let mut out = Vec::new();
    let mut frame = from;
    while frame < from + frames {
        let n = block.min(from + frames - frame);
        sequence.block(frame, n as usize, |e| {
            assert!(i64::from(e.frame) < n);
            let key = if let EventKind::NoteOn { key, .. } = e.kind { Some(key) } else { None };
            out.push((frame + i64::from(e.frame), key));
        });
        frame += n;
    }
    out
}

#[test]
fn notes_begin_and_end_on_the_frames_that_the_tempo_map_gives() {
    // 130 beats a minute: 20,353.846 frames a beat; from beat 2 on, 66: 40,090.909.
    let tempo = TempoMap { tempo: vec![(0.0, 130.0), (2.0, 66.0)], ..TempoMap::default() };
    let values = [("notes", json!("60 61 62 63:1/3")), ("start", json!(0.5)), ("gate", json!(50))];
    let frame = |beat: f64| {
        let seconds =
            if beat < 2.0 { beat * 60.0 / 130.0 } else { 120.0 / 130.0 + (beat - 2.0) * 60.0 / 66.0 };
        (seconds * f64::from(RATE)).round() as i64
    };
    let expected = [
        (frame(0.5), Some(60.0)),
        (frame(1.0), None),
        (frame(1.5), Some(61.0)),
        (frame(2.0), None),
        (frame(2.5), Some(62.0)),
        (frame(3.0), None),
        (frame(3.5), Some(63.0)),
        (frame(3.5 + 1.0 / 6.0), None),
    ];
    for block in [64, 1, 7] {
        let mut sequence = sequence(&values, &tempo).unwrap();
        assert_eq!(play(&mut sequence, 0, 150_000, block), expected);
    }
}

#[test]
fn a_loop_begins_again_without_drift() {
    let tempo = TempoMap::steady(133.0);
    let mut sequence = sequence(&[("notes", json!("60:1/3 61:1/7")), ("loop", json!(true))], &tempo).unwrap();
    let length = 1.0 / 3.0 + 1.0 / 7.0;
    let on: Vec<_> = play(&mut sequence, 0, 2_000_000, 64).into_iter().filter(|e| e.1.is_some()).collect();
    assert!(on.len() > 400);
    for (i, &(frame, key)) in on.iter().enumerate() {
        let beat = (i / 2) as f64 * length + (i % 2) as f64 / 3.0;
        assert_eq!(frame, (beat * 60.0 / 133.0 * f64::from(RATE)).round() as i64, "{i}");
        assert_eq!(key, Some(60.0 + (i % 2) as f32));
    }
}

#[test]
fn every_note_that_begins_ends_under_its_own_name() {
    let tempo = TempoMap::default();
    let mut sequence =
        sequence(&[("notes", json!("c4+e4 g4 c4+g4")), ("loop", json!(true))], &tempo).unwrap();
    let (mut held, mut seen) = (Vec::new(), Vec::new());
    for block in 0..10_000 {
        sequence.block(block * 64, 64, |e| match e.kind {
            EventKind::AllOff => unreachable!("it ends each note by its name"),
            EventKind::NoteOn { id, .. } => {
                assert!(!seen.contains(&id));
                held.push(id);
                seen.push(id);
            }
            EventKind::NoteOff { id } => held.retain(|&h| h != id),
        });
        assert!(held.len() <= 2);
    }
    assert!(seen.len() > 30);
}

#[test]
fn after_a_jump_what_sounded_ends_and_the_rest_plays_on_time() {
    for looped in [false, true] {
        let tempo = TempoMap::default();
        let values = [("notes", json!("60+64:2 61 62 63")), ("loop", json!(looped))];
        let beat = i64::from(RATE) / 2;
        let mut sequence = sequence(&values, &tempo).unwrap();
        assert_eq!(play(&mut sequence, 0, 100, 64).len(), 2);
        // Forward, into the middle of the note at beat 2: both notes end at once, and 62 is the next to begin.
        let from = 2 * beat + 5_000;
        let after = play(&mut sequence, from, beat, 64);
        assert_eq!(after, [(from, None), (from, None), (3 * beat, None), (3 * beat, Some(62.0))]);
        // Back to the start: 62 ends, and the chord begins again.
        let again = play(&mut sequence, 0, 100, 64);
        assert_eq!(again, [(0, None), (0, Some(60.0)), (0, Some(64.0))]);
        // Far on: silence, or the loop's twentieth time through.
        let far = play(&mut sequence, 100 * beat, 64, 64);
        let ends = [(100 * beat, None); 3];
        if looped {
            assert_eq!(far[..2], ends[..2]);
            assert_eq!(far[far.len() - 2..], [(100 * beat, Some(60.0)), (100 * beat, Some(64.0))]);
        } else {
            assert_eq!(far, ends[..2]);
        }
    }
}

#[test]
fn it_ends_with_the_last_beat_and_a_loop_never() {
    let tempo = TempoMap::default();
    let extent = |values: &[(&str, Value)]| sequence(values, &tempo).unwrap().extent();
    assert_eq!(extent(&[("notes", json!("c4 c4 -:2"))]), Extent::Until(88_201));
    assert_eq!(extent(&[("notes", json!("c4")), ("loop", json!(true))]), Extent::Endless);
    assert_eq!(extent(&[("notes", json!("")), ("loop", json!(true))]), Extent::Until(0));
}

#[test]
fn an_empty_or_silent_text_sends_nothing() {
    let tempo = TempoMap::default();
    for text in ["", "-:4", "|"] {
        for looped in [false, true] {
            let mut sequence = sequence(&[("notes", json!(text)), ("loop", json!(looped))], &tempo).unwrap();
            assert_eq!(play(&mut sequence, 0, 10_000, 64), []);
            assert_eq!(play(&mut sequence, 500, 10_000, 64), []);
        }
    }
}

#[test]
fn the_node_sends_its_notes_out_of_its_port() {
    let tempo = TempoMap::default();
    let values = [("notes", json!("69:0.001@0.25 -"))];
    let processor = host(sequence(&values, &tempo).unwrap());
    let mut node = Single::new(&NODE, processor, &[], &[0], &[]);
    let mut sent = Vec::new();
    for frame in 0..100 {
        node.process(frame);
        sent.extend(node.sent[OUT].iter().map(|&kind| (frame, kind)));
    }
    let (EventKind::NoteOn { key, velocity, id }, EventKind::NoteOff { id: ended }) = (sent[0].1, sent[1].1)
    else {
        panic!("{sent:?}");
    };
    // A thousandth of a beat at 120 a minute is 22.05 frames.
    assert_eq!((key, velocity, id, sent[0].0, sent[1].0, sent.len()), (69.0, 0.25, ended, 0, 22, 2));
}
