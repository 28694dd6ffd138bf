use super::*;
use serde_json::{Value, json};
use signalbox_engine::node::rig::Rig;

const RATE: u32 = 48_000;

fn on(id: u32, velocity: f32) -> EventKind {
    EventKind::NoteOn { key: 60.0, velocity, id }
}

fn off(id: u32) -> EventKind {
    EventKind::NoteOff { id }
}

/// The envelope of some notes.
fn play(rate: u32, values: &[(&str, Value)], notes: &[(i64, EventKind)], frames: usize) -> Vec<f32> {
    let mut rig = Rig::new(&NODE, rate, values, &[0, 0]).unwrap();
    notes.iter().for_each(|&(frame, kind)| rig.note(frame, "notes", kind));
    rig.run(&[], frames).remove(0).remove(0)
}

#[test]
fn peak_sustain_and_silence_are_met_on_their_exact_frames() {
    for rate in [8_000, 44_100, 48_000, 96_000] {
        for curve in [-100, -7, 0, 50, 100] {
            let values = [
                ("attack", json!("7.3 ms")),
                ("decay", json!("21.7 ms")),
                ("sustain", json!("40 %")),
                ("release", json!("33.3 ms")),
                ("curve", json!(curve)),
            ];
            let frames = |ms: f64| (ms * 1e-3 * f64::from(rate)).round() as usize;
            let (start, end) = (77, 8_001);
            let out = play(rate, &values, &[(77, on(1, 1.0)), (8_001, off(1))], 16_000);
            let peak = start + frames(7.3);
            let sustain = peak + frames(21.7);
            let silence = end + frames(33.3);
            assert!(out[..start].iter().all(|&x| x == 0.0));
            assert_eq!(out[start], 0.0);
            assert!(out[start..=peak].windows(2).all(|w| w[0] < w[1]), "{rate} {curve}");
            assert_eq!(out[peak], 1.0, "{rate} {curve}");
            assert!(out[peak..=sustain].windows(2).all(|w| w[0] > w[1]), "{rate} {curve}");
            assert!(out[sustain..=end].iter().all(|&x| x == 0.4), "{rate} {curve}");
            assert!(out[end..=silence].windows(2).all(|w| w[0] > w[1]), "{rate} {curve}");
            assert!(out[silence - 1] > 0.0 && out[silence..].iter().all(|&x| x == 0.0), "{rate} {curve}");
        }
    }
}

#[test]
fn the_curve_is_a_straight_line_or_a_piece_of_an_exponential() {
    let shape = |curve: f64| {
        let values = [("attack", json!("100 ms")), ("curve", json!(curve))];
        play(RATE, &values, &[(0, on(1, 1.0))], 4_801)
    };
    let straight = shape(0.0);
    assert!((0..4_800).all(|i| (straight[i] - i as f32 / 4_800.0).abs() < 1e-6));
    for curve in [100.0, 25.0, -50.0] {
        let k: f64 = 0.08 * curve * std::f64::consts::LN_2;
        for (i, &x) in shape(curve).iter().enumerate() {
            let theory = (-k * i as f64 / 4_800.0).exp_m1() / (-k).exp_m1();
            assert!((f64::from(x) - theory).abs() < 2e-6, "{curve} {i}: {x} {theory}");
        }
    }
}

#[test]
fn no_stage_of_no_length_takes_a_frame() {
    let values = [("attack", json!(0)), ("decay", json!(0)), ("sustain", json!(50)), ("release", json!(0))];
    let out = play(RATE, &values, &[(10, on(1, 1.0)), (20, off(1))], 40);
    assert!((0..40).all(|i| out[i] == if (10..20).contains(&i) { 0.5 } else { 0.0 }));
}

#[test]
fn velocity_scales_the_peak_by_its_amount() {
    for (amount, velocity, peak) in [(100, 0.25, 0.25), (50, 0.5, 0.75), (0, 0.1, 1.0)] {
        let values = [("attack", json!("1 ms")), ("velocity", json!(amount))];
        assert_eq!(play(RATE, &values, &[(0, on(1, velocity))], 60)[48], peak);
    }
}

#[test]
fn a_new_note_starts_from_where_the_last_one_stands() {
    let notes = [(0, on(1, 1.0)), (500, off(1)), (700, on(2, 1.0))];
    let values = [("attack", json!("5 ms")), ("release", json!("50 ms")), ("sustain", json!(100))];
    let out = play(RATE, &values, &notes, 1_200);
    assert_eq!(out[700 + 240], 1.0);
    assert!(out[700] > 0.3 && out.windows(2).all(|w| (w[1] - w[0]).abs() < 0.02));
}

#[test]
fn it_is_held_until_the_last_note_ends() {
    let notes = [(0, on(1, 1.0)), (100, on(2, 1.0)), (2_000, off(2)), (3_000, off(9)), (4_000, off(1))];
    let values = [("attack", json!(0)), ("decay", json!(0)), ("release", json!(0))];
    let out = play(RATE, &values, &notes, 5_000);
    assert!(out[..4_000].iter().all(|&x| x == 0.7) && out[4_000..].iter().all(|&x| x == 0.0));
}

#[test]
fn a_gate_opens_and_closes_it_to_the_frame() {
    let values =
        [("attack", json!("1 ms")), ("decay", json!(0)), ("sustain", json!(100)), ("release", json!("2 ms"))];
    let mut rig = Rig::new(&NODE, RATE, &values, &[0, 1]).unwrap();
    let gate: Vec<f32> = (0..600).map(|i| if (100..300).contains(&i) { 1.0 } else { 0.5 }).collect();
    let out = rig.run(&[vec![], vec![gate]], 600).remove(0).remove(0);
    assert!(out[..=100].iter().all(|&x| x == 0.0) && out[101] > 0.0 && out[147] < 1.0);
    assert!(out[148..=300].iter().all(|&x| x == 1.0));
    assert!(out[301] < 1.0 && out[395] > 0.0 && out[396..].iter().all(|&x| x == 0.0));
}

#[test]
fn sustain_moves_while_the_note_is_held() {
    let mut rig = Rig::new(&NODE, RATE, &[("attack", json!(0)), ("decay", json!(0))], &[0, 0]).unwrap();
    rig.note(0, "notes", on(1, 1.0));
    rig.move_parameter("sustain", (0..300).map(|i| i as f32 / 3.0).collect());
    let out = rig.run(&[], 300).remove(0).remove(0);
    assert!((0..300).all(|i| (out[i] - i as f32 / 300.0).abs() < 1e-6));
}
