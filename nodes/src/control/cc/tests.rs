use super::*;
use serde_json::{Value, json};
use signalbox_engine::node::{Message, rig::Rig};

fn signal(values: &[(&str, Value)], messages: &[(u32, u8, MessageKind)]) -> Vec<f32> {
    let mut rig = Rig::new(&NODE, 48_000, values, &[]).unwrap();
    let all = messages.iter().map(|&(frame, channel, kind)| Message { frame, channel, kind });
    rig.hear(Vec::new(), all.collect());
    rig.run(&[], 2_000).remove(0).remove(0)
}

#[test]
fn a_knob_leads_in_a_straight_line_to_where_it_was_turned() {
    let turned = |value| MessageKind::Control { number: 7, value };
    let values = [("number", json!(7)), ("start", json!(0.25)), ("glide", json!("10 ms"))];
    let out = signal(&values, &[(100, 0, turned(0.75)), (1_000, 9, turned(0.0))]);
    assert!(out[..100].iter().all(|&x| x == 0.25) && out[579..1_000].iter().all(|&x| x == 0.75));
    let line = |from: f32, to: f32, k: usize| from + (to - from) * (k + 1) as f32 / 480.0;
    for k in 0..480 {
        assert!((out[100 + k] - line(0.25, 0.75, k)).abs() < 1e-4, "frame {k}");
        assert!((out[1_000 + k] - line(0.75, 0.0, k)).abs() < 1e-4, "frame {k}");
    }
    assert!(out[1_480..].iter().all(|&x| x == 0.0));
}

#[test]
fn only_what_is_looked_at_moves_it() {
    let other = MessageKind::Control { number: 2, value: 1.0 };
    let messages = [(0, 0, other), (1, 0, MessageKind::Bend(-0.5)), (2, 3, MessageKind::Pressure(0.9))];
    let last = |values: &[(&str, Value)]| *signal(values, &messages).last().unwrap();
    assert_eq!(last(&[]), 0.0);
    assert_eq!(last(&[("what", json!("bend"))]), -0.5);
    assert_eq!(last(&[("what", json!("pressure"))]), 0.9);
    assert_eq!(last(&[("what", json!("pressure")), ("channel", json!(4))]), 0.9);
    assert_eq!(last(&[("what", json!("pressure")), ("channel", json!(3))]), 0.0);
}
