use super::*;
use serde_json::{Value, json};
use signalbox_engine::node::rig::Rig;

/// The frames that are not silent, and what they hold.
fn clicks(rate: u32, values: &[(&str, Value)], frames: usize) -> Vec<(usize, f32)> {
    let out = Rig::new(&NODE, rate, values, &[]).unwrap().run(&[], frames).remove(0).remove(0);
    out.into_iter().enumerate().filter(|x| x.1 != 0.0).collect()
}

#[test]
fn one_click_lies_on_its_frame_alone() {
    assert_eq!(clicks(48_000, &[], 5_000), [(0, 1.0)]);
    assert_eq!(clicks(44_100, &[("at", json!("10 ms"))], 5_000), [(441, 1.0)]);
}

#[test]
fn a_row_of_clicks_does_not_drift() {
    // 0.1 ms at 44.1 kHz is 4.41 frames; 7 ms is 308.7.
    let found = clicks(44_100, &[("at", json!("0.1 ms")), ("every", json!("7 ms"))], 441_000);
    let expected: Vec<usize> =
        (0..).map(|i| (4.41 + 308.7 * f64::from(i)).round() as usize).take(found.len()).collect();
    assert_eq!(found.iter().map(|c| c.0).collect::<Vec<_>>(), expected);
    assert_eq!(found.len(), 1_429);
}

#[test]
fn a_period_shorter_than_a_frame_clicks_on_every_frame() {
    assert_eq!(clicks(8_000, &[("every", json!("1 us"))], 500).len(), 500);
}

#[test]
fn the_level_is_taken_at_the_click() {
    let found = clicks(48_000, &[("level", json!("-20 dB"))], 10);
    assert!((found[0].1 - 0.1).abs() < 1e-7);
}
