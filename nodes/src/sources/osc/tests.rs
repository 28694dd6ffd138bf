use super::*;
use crate::probe::{component, db, peak};
use realfft::RealFftPlanner;
use serde_json::{Value, json};
use signalbox_engine::node::rig::Rig;
use std::f64::consts::PI;

const RATE: u32 = 48_000;

fn rig(values: &[(&str, Value)]) -> Rig {
    Rig::new(&NODE, RATE, values, &[0, 0]).unwrap()
}

/// The loudest component below 20 kHz of a steady second that is no multiple of the fundamental, against the loudest
/// that is one, in decibels.
fn alias(values: &[(&str, Value)], fundamental: usize) -> f64 {
    let rate = RATE as usize;
    let out = rig(values).run(&[], 2 * rate).remove(0).remove(0);
    let plan = RealFftPlanner::<f64>::new().plan_fft_forward(rate);
    let mut second: Vec<f64> = out[rate..].iter().map(|&x| f64::from(x)).collect();
    let mut bins = plan.make_output_vec();
    plan.process(&mut second, &mut bins).unwrap();
    let loudest = |meant: bool| {
        let those = (1..=20_000).filter(|f| (f % fundamental == 0) == meant);
        those.map(|f| bins[f].norm()).fold(0.0, f64::max)
    };
    db(loudest(false) / loudest(true))
}

#[test]
fn a_saw_of_4987_hz_folds_back_less_than_100_db_below_it() {
    let found = alias(&[("freq", json!("4987 Hz"))], 4_987);
    assert!(found <= -100.0, "{found}");
    for shape in ["square", "triangle", "sine"] {
        let found = alias(&[("freq", json!("4987 Hz")), ("shape", json!(shape))], 4_987);
        assert!(found <= -100.0, "{shape} {found}");
    }
}

#[test]
fn hard_sync_folds_back_less_than_100_db_below() {
    // The last two run at 4,987 Hz; the very last lets the wave fall just before it is restarted.
    for (fundamental, ratio) in [(997, 2.7), (499, 13.9), (1_777, 2.806_415_3), (997, 5.002_006)] {
        let found = alias(&[("freq", json!(fundamental)), ("ratio", json!(ratio))], fundamental);
        assert!(found <= -100.0, "{fundamental} Hz x {ratio}: {found}");
    }
}

#[test]
fn bare_corners_fold_back_as_theory_says() {
    // The fifth harmonic of 4,987 Hz would be at 24,935 Hz: it folds to 23,065 Hz; the sixth, at 29,922, to 18,078 Hz,
    // a sixth of the fundamental.
    let found = alias(&[("freq", json!("4987 Hz")), ("mode", json!("control"))], 4_987);
    assert!((found - db(1.0 / 6.0)).abs() < 0.1, "{found}");
}

#[test]
fn polyblep_folds_back_as_theory_says_and_comes_at_once() {
    // The polynomials are those of a triangle of two frames, which weighs a frequency by the square of a sinc before it
    // folds: the sixth harmonic of a saw, the seventh of square and triangle are the first below 20 kHz.
    let weight = |harmonic: f64| {
        let x = PI * 4_987.0 * harmonic / 48_000.0;
        (x.sin() / x).powi(2)
    };
    for (shape, harmonic, strength) in
        [("saw", 6.0, 1.0 / 6.0), ("square", 7.0, 1.0 / 7.0), ("triangle", 7.0, 1.0 / 49.0)]
    {
        let values = [("freq", json!("4987 Hz")), ("shape", json!(shape)), ("mode", json!("polyblep"))];
        assert_eq!(rig(&values).latency(), 0);
        let (found, theory) = (alias(&values, 4_987), db(strength * weight(harmonic) / weight(1.0)));
        println!("{shape}: alias {found:.2} dB, by theory {theory:.2} dB");
        assert!((found - theory).abs() < 0.1, "{shape} {found} {theory}");
    }
}

#[test]
fn a_pulse_by_polyblep_has_the_harmonics_of_fourier() {
    let values =
        [("shape", json!("square")), ("mode", json!("polyblep")), ("width", json!(20)), ("level", json!(0))];
    let out = rig(&[&values[..], &[("freq", json!(100))]].concat()).run(&[], 48_000).remove(0).remove(0);
    for n in 1..=40 {
        let n = f64::from(n);
        let x = PI * 100.0 * n / 48_000.0;
        let theory = 4.0 / (PI * n) * (PI * n * 0.2).sin().abs() * (x.sin() / x).powi(2);
        let found = component(&out, 100.0 * n, RATE).0;
        assert!((found - theory).abs() < 1e-4, "{n}: {found} {theory}");
    }
}

#[test]
fn the_wave_starts_its_period_at_frame_0_once_the_latency_is_taken_away() {
    for rate in [8_000, 44_100, 48_000, 96_000] {
        let mut rig = Rig::new(&NODE, rate, &[("freq", json!(100)), ("level", json!(0))], &[0, 0]).unwrap();
        let out = rig.run(&[], 2_000).remove(0).remove(0);
        let late = rig.latency();
        let period = rate as usize / 100;
        // Half a period in, and again a period later, the ramp is at zero.
        for middle in [late + period / 2, late + period + period / 2] {
            assert!(out[middle].abs() < 0.003, "{rate}: {}", out[middle]);
        }
        let before = out[late + period - 1];
        let after = out[late + period + 1];
        assert!(before > 0.5 && after < -0.5, "{rate}: {before} {after}");
    }
}

#[test]
fn a_note_sets_the_pitch_from_its_frame_on_and_the_last_one_held_wins() {
    let sine = &[("shape", json!("sine")), ("freq", json!(100)), ("detune", json!("12 st"))];
    let mut rig = rig(sine);
    let on = |key, id| EventKind::NoteOn { key, velocity: 1.0, id };
    rig.note(10_000, "notes", on(57.0, 7));
    rig.note(20_000, "notes", on(69.0, 8));
    rig.note(30_000, "notes", EventKind::NoteOff { id: 8 });
    rig.note(40_000, "notes", EventKind::NoteOff { id: 7 });
    let out = rig.run(&[], 50_000).remove(0).remove(0);
    let spans = [(0, 200.0), (10_000, 440.0), (20_000, 880.0), (30_000, 440.0), (40_000, 440.0)];
    for (start, frequency) in spans {
        let part = &out[start..start + 10_000];
        let (amplitude, _) = component(part, frequency, RATE);
        assert!((db(amplitude) + 6.0).abs() < 0.01, "{start}: {amplitude}");
        // To the very frame: a sine of one frequency obeys x[n-1] + x[n+1] = 2 cos(w) x[n].
        let twice = 2.0 * (std::f64::consts::TAU * frequency / f64::from(RATE)).cos();
        for i in 1..9_999 {
            let [a, b, c] = [part[i - 1], part[i], part[i + 1]].map(f64::from);
            assert!((a + c - twice * b).abs() < 2e-6, "{start} {i}");
        }
    }
}

#[test]
fn retrigger_begins_the_period_at_the_note() {
    let mut rig = rig(&[("shape", json!("sine")), ("retrigger", json!(true)), ("phase", json!("25 %"))]);
    rig.note(1_234, "notes", EventKind::NoteOn { key: 69.0, velocity: 1.0, id: 0 });
    let out = rig.run(&[], 2_000).remove(0).remove(0);
    let top = 10f64.powf(-6.0 / 20.0);
    for i in 0..300 {
        let theory = top * (std::f64::consts::TAU * 440.0 * i as f64 / f64::from(RATE)).cos();
        assert!((f64::from(out[1_234 + i]) - theory).abs() < 1e-5, "{i}");
    }
}

#[test]
fn a_frequency_that_moves_every_frame_gives_bessels_sidebands() {
    // A sine of 2,000 Hz, moved by 400 Hz at 200 Hz: index 2.
    let frames = 96_000;
    let mut rig = rig(&[("shape", json!("sine")), ("level", json!(0))]);
    let swing = |i: usize| 400.0 * (std::f64::consts::TAU * 200.0 * i as f64 / f64::from(RATE)).cos();
    rig.move_parameter("freq", (0..frames).map(|i| (2_000.0 + swing(i)) as f32).collect());
    let out = rig.run(&[], frames).remove(0).remove(0);
    for (order, bessel) in [(0, 0.223_890_8), (1, 0.576_724_8), (2, 0.352_834_0), (3, 0.128_943_2)] {
        for side in [-1.0, 1.0] {
            let (amplitude, _) = component(&out, 2_000.0 + side * 200.0 * f64::from(order), RATE);
            assert!((amplitude - bessel).abs() < 1e-3, "{order} {side}: {amplitude}");
        }
    }
}

#[test]
fn as_a_modulator_it_swings_from_minus_one_to_one_at_once() {
    let values = [("freq", json!("1 Hz")), ("level", json!(0)), ("mode", json!("control"))];
    for shape in ["saw", "square", "triangle", "sine"] {
        let mut values = values.to_vec();
        values.push(("shape", json!(shape)));
        let mut rig = rig(&values);
        let out = rig.run(&[], 48_000).remove(0).remove(0);
        assert_eq!(rig.latency(), 0);
        assert!((peak(&out) - 1.0).abs() < 1e-4, "{shape}");
        let lowest = out.iter().copied().fold(0.0, f32::min);
        assert!((lowest + 1.0).abs() < 1e-4, "{shape}");
    }
}

#[test]
fn a_moving_level_and_width_keep_pace_with_the_late_wave() {
    let mut rig = rig(&[("shape", json!("square")), ("freq", json!(0.01))]);
    rig.move_parameter("level", (0..1_000).map(|i| if i < 500 { 0.0 } else { -20.0 }).collect());
    let late = rig.latency();
    let out = rig.run(&[], 1_000 + late).remove(0).remove(0);
    assert!((out[late + 499] - 1.0).abs() < 1e-6 && (out[late + 500] - 0.1).abs() < 1e-6);
}

#[test]
fn notes_sync_and_moving_parameters_give_the_same_bits_in_blocks_of_any_length() {
    for shape in ["saw", "square", "triangle", "sine"] {
        let play = |lengths: [usize; 3]| {
            let values = [("shape", json!(shape)), ("retrigger", json!(true))];
            let mut rig = Rig::new(&NODE, RATE, &values, &[0, 1]).unwrap();
            for (i, key) in [40.0, 90.5, 64.0].into_iter().enumerate() {
                let (frame, id) = (777 * (i as i64 + 1), i as u32);
                rig.note(frame, "notes", EventKind::NoteOn { key, velocity: 1.0, id });
                rig.note(frame + 900, "notes", EventKind::NoteOff { id });
            }
            let wander = |low: f32, high: f32, every: usize| -> Vec<f32> {
                (0..4_000).map(|i| low + (high - low) * (i % every) as f32 / every as f32).collect()
            };
            rig.move_parameter("ratio", wander(1.0, 9.0, 501));
            rig.move_parameter("width", wander(1.0, 99.0, 303));
            rig.move_parameter("detune", wander(-20.0, 20.0, 407));
            rig.move_parameter("level", wander(-40.0, 0.0, 211));
            rig.run_in_blocks(&[vec![], vec![crate::probe::sine(333.3, RATE, 4_000)]], 4_000, |i| {
                lengths[i % 3]
            })
        };
        let whole = play([64, 64, 64]);
        assert!(peak(&whole[0][0]) > 0.3);
        for lengths in [[1, 1, 1], [7, 64, 3], [16, 33, 15]] {
            assert!(play(lengths) == whole, "{shape} {lengths:?}");
        }
    }
}

#[test]
fn every_corner_of_the_settings_stays_finite_and_bounded_at_every_rate() {
    for rate in [8_000, 44_100, 384_000] {
        for shape in ["saw", "square", "triangle", "sine"] {
            for (freq, ratio, detune, width) in [(20_000, 32, 48, 1), (0, 1, -48, 99), (20_000, 1, 0, 50)] {
                let values = [
                    ("freq", json!(f64::from(freq).max(0.01))),
                    ("ratio", json!(ratio)),
                    ("detune", json!(detune)),
                    ("width", json!(width)),
                    ("shape", json!(shape)),
                    ("level", json!(0)),
                ];
                let mut rig = Rig::new(&NODE, rate, &values, &[0, 1]).unwrap();
                let loud = vec![crate::probe::noise(3, 3_000).iter().map(|x| x * 1e3).collect()];
                let out = rig.run(&[vec![], loud], 3_000).remove(0).remove(0);
                assert!(
                    out.iter().all(|x| x.abs() < 8.0),
                    "{rate} {shape} {freq} Hz x {ratio}: {}",
                    peak(&out)
                );
            }
        }
    }
}
