use super::*;
use serde_json::{Value, json};
use signalbox_engine::node::{Message, rig::Rig};

const fn at(frame: u32, channel: u8, kind: MessageKind) -> Message {
    Message { frame, channel, kind }
}

const fn on(key: u8) -> MessageKind {
    MessageKind::NoteOn { key, velocity: 0.5 }
}

const fn off(key: u8) -> MessageKind {
    MessageKind::NoteOff { key }
}

const fn pedal(value: f32) -> MessageKind {
    MessageKind::Control { number: PEDAL, value }
}

/// The frames and keys of the notes that come out, a minus before those that end.
fn notes(values: &[(&str, Value)], messages: &[Message]) -> Vec<(i64, f32)> {
    let mut rig = Rig::new(&NODE, 48_000, values, &[]).unwrap();
    rig.hear(Vec::new(), messages.to_vec());
    rig.run(&[], 1_000);
    let mut keys = std::collections::HashMap::new();
    let each = rig.sent().into_iter().map(|(frame, _, kind)| match kind {
        EventKind::NoteOn { key, id, .. } => {
            keys.insert(id, key);
            (frame, key)
        }
        EventKind::NoteOff { id } => (frame, -keys[&id]),
        EventKind::AllOff => unreachable!("it ends each note by its name"),
    });
    each.collect()
}

#[test]
fn keys_give_notes_at_their_frames() {
    let played = [at(3, 0, on(60)), at(100, 4, on(64)), at(100, 0, off(60)), at(500, 4, off(64))];
    assert_eq!(notes(&[], &played), [(3, 60.0), (100, 64.0), (100, -60.0), (500, -64.0)]);
}

#[test]
fn one_channel_a_part_of_the_keys_and_another_pitch_can_be_asked_for() {
    let played = [at(0, 1, on(60)), at(1, 2, on(60)), at(2, 1, on(80)), at(9, 1, off(60)), at(9, 1, off(80))];
    let values = [("channel", json!(2)), ("high", json!(71)), ("transpose", json!(-12))];
    assert_eq!(notes(&values, &played), [(0, 48.0), (9, -48.0)]);
}

#[test]
fn the_pedal_holds_what_was_let_go_and_not_what_is_down() {
    let played = [
        at(0, 0, on(60)),
        at(1, 0, on(64)),
        at(2, 0, pedal(1.0)),
        at(3, 0, off(60)),
        at(70, 0, pedal(0.0)),
        at(80, 0, off(64)),
    ];
    assert_eq!(notes(&[], &played), [(0, 60.0), (1, 64.0), (70, -60.0), (80, -64.0)]);
}

#[test]
fn a_key_that_is_struck_again_ends_its_note_first() {
    let played = [at(0, 0, pedal(1.0)), at(1, 0, on(60)), at(2, 0, off(60)), at(3, 0, on(60))];
    assert_eq!(notes(&[], &played), [(1, 60.0), (3, -60.0), (3, 60.0)]);
}

#[test]
fn all_notes_off_ends_all_of_its_channel() {
    let panic = MessageKind::Control { number: NOTES_OFF, value: 0.0 };
    let played = [at(0, 0, on(60)), at(1, 0, on(64)), at(2, 3, on(67)), at(9, 0, panic)];
    assert_eq!(notes(&[], &played), [(0, 60.0), (1, 64.0), (2, 67.0), (9, -60.0), (9, -64.0)]);
}
