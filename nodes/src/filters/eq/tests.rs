use super::*;
use crate::probe;
use serde_json::{Value, json};
use signalbox_dsp::lane::{Simd, Wide};
use signalbox_engine::node::rig::Rig;
use std::f32::consts::TAU;

fn rig(values: &[(&str, Value)]) -> Rig {
    Rig::new(&NODE, 48_000, values, &[1]).unwrap()
}

fn settings(values: &[(&str, Value)]) -> Vec<Setting> {
    let map = values.iter().map(|(k, v)| (k.to_string(), v.clone())).collect();
    let (settings, errors) = NODE.settings(&map);
    assert!(errors.is_empty(), "{errors:?}");
    settings
}

fn bell_at_16_khz(quality: &str) -> Vec<(&'static str, Value)> {
    let [freq, gain] = [json!("16 kHz"), json!("12 dB")];
    vec![
        ("type3", json!("bell")),
        ("freq3", freq),
        ("gain3", gain),
        ("q3", json!(1)),
        ("quality", json!(quality)),
    ]
}

/// Largest deviation of a rendered impulse response from the analogue bell, 20 Hz to 20 kHz.
fn deviation(quality: &str) -> f64 {
    let analogue = Analogue { curve: Curve::Bell, frequency: 16_000.0, gain_db: 12.0, q: 1.0 };
    let response = rig(&bell_at_16_khz(quality)).through(&[probe::impulse(4_096)]).swap_remove(0);
    (0..=400)
        .map(|i| 20.0 * 1_000f64.powf(f64::from(i) / 400.0))
        .map(|f| (probe::response_db(&response, f, 48_000) - analogue.magnitude_db(f)).abs())
        .fold(0.0, f64::max)
}

#[test]
fn a_bell_at_16_khz_follows_the_analogue_one_within_a_tenth_of_a_decibel_without_latency() {
    let worst = deviation("direct");
    assert_eq!(rig(&bell_at_16_khz("direct")).latency(), 0);
    assert!(worst < 0.1, "{worst}");
}

#[test]
fn oversampled_it_follows_within_a_two_hundredth() {
    let worst = deviation("oversampled");
    assert!(worst < 0.005, "{worst}");
}

#[test]
fn the_declared_latency_is_the_middle_of_the_oversampled_impulse() {
    for rate in [44_100, 48_000, 96_000] {
        let mut rig = Rig::new(&NODE, rate, &[("quality", json!("oversampled"))], &[1]).unwrap();
        let latency = rig.latency();
        let out = rig.through(&[probe::impulse(300)]).swap_remove(0);
        for i in 1..=latency {
            assert!((out[latency - i] - out[latency + i]).abs() < 1e-6, "{rate}, {i}");
        }
        assert!(out[latency] > 0.8);
        assert_eq!(latency == 0, rate > 80_000);
    }
}

#[test]
fn an_equaliser_with_all_bands_off_or_at_nothing_passes_every_bit() {
    let noise = probe::noise(1, 2_000);
    for values in
        [vec![], vec![("type1", json!("bell")), ("type2", json!("tilt")), ("type8", json!("lowshelf"))]]
    {
        assert_eq!(rig(&values).through(std::slice::from_ref(&noise))[0], noise);
    }
}

#[test]
fn what_a_plot_shows_is_what_is_heard() {
    let values = [
        ("type1", json!("highpass")),
        ("freq1", json!("30 Hz")),
        ("type2", json!("lowshelf")),
        ("gain2", json!("-5 dB")),
        ("type4", json!("bell")),
        ("gain4", json!("7 dB")),
        ("q4", json!(3)),
        ("type5", json!("notch")),
        ("q5", json!(2)),
        ("type6", json!("tilt")),
        ("gain6", json!("3 dB")),
        ("type7", json!("highshelf")),
        ("gain7", json!("-4 dB")),
        ("type8", json!("lowpass")),
        ("output", json!("-2 dB")),
    ];
    let response = rig(&values).through(&[probe::impulse(16_384)]).swap_remove(0);
    let settings = settings(&values);
    for i in 0..=60 {
        let f = 20.0 * 1_000f64.powf(f64::from(i) / 60.0);
        let (heard, shown) = (probe::response_db(&response, f, 48_000), response_db(&settings, f, 48_000));
        assert!((heard - shown).abs() < 0.01, "{f}: heard {heard}, shown {shown}");
    }
}

#[test]
fn automation_leaves_no_trace_of_the_grid() {
    // A gain that falls and rises by 12 dB four times a second, on a tone in the middle of the band: what the grid of
    // 16 frames leaves lies 3 kHz away from the tone.
    let mut rig = rig(&[("type1", json!("bell")), ("freq1", json!("1 kHz")), ("q1", json!(1))]);
    let frames = 48_000;
    rig.move_parameter("gain1", (0..frames).map(|i| 6.0 * (TAU * 4.0 * i as f32 / 48_000.0).sin()).collect());
    let out = rig.through(&[probe::sine(1_000.0, 48_000, frames)]).swap_remove(0);
    for side in [-3_000.0f64, 3_000.0, 6_000.0] {
        for move_by in [-8.0, -4.0, 0.0, 4.0, 8.0] {
            let level = probe::db(probe::component(&out, (1_000.0 + side).abs() + move_by, 48_000).0);
            assert!(level < -90.0, "{side} {move_by}: {level}");
        }
    }
}

#[test]
fn moving_parameters_give_the_same_bits_in_any_blocks() {
    for quality in ["direct", "oversampled"] {
        let render = |length: fn(usize) -> usize| {
            let mut rig =
                rig(&[("type1", json!("bell")), ("type2", json!("highpass")), ("quality", json!(quality))]);
            rig.move_parameter("gain1", (0..900).map(|i| (i as f32 * 0.01).sin() * 20.0).collect());
            rig.move_parameter("freq2", (0..900).map(|i| 100.0 + i as f32).collect());
            rig.run_in_blocks(&[vec![probe::noise(2, 1_000)]], 1_000, length)
        };
        let whole = render(|_| 64);
        assert!(whole == render(|_| 1));
        assert!(whole == render(|i| [7, 64, 16, 3][i % 4]));
    }
}

#[test]
fn jumps_of_every_parameter_in_every_frame_stay_bounded() {
    for (band_type, _) in &TYPES[1..] {
        let mut rig = rig(&[("type1", json!(band_type))]);
        let noise = probe::noise(5, 48_000);
        rig.move_parameter("freq1", noise.iter().map(|x| 10.0 * 2_200f32.powf(0.5 + 0.5 * x)).collect());
        rig.move_parameter("gain1", probe::noise(6, 48_000).iter().map(|x| 30.0 * x).collect());
        rig.move_parameter("q1", probe::noise(7, 48_000).iter().map(|x| 20f32.powf(*x).max(0.1)).collect());
        let out = rig.through(&[probe::noise(8, 48_000)]).swap_remove(0);
        // 30 dB of gain and a shelf's resonance at Q 20.
        assert!(out.iter().all(|x| x.abs() < 4_000.0), "{}: {}", band_type, probe::peak(&out));
    }
}

#[test]
fn a_band_dies_away_to_exact_zero() {
    let mut rig = rig(&[("type1", json!("bell")), ("freq1", json!("100 Hz")), ("gain1", json!("20 dB"))]);
    let mut input = probe::noise(3, 1_000);
    input.resize(48_000, 0.0);
    let out = rig.through(&[input]).swap_remove(0);
    assert!(out[40_000..].iter().all(|&x| x == 0.0));
}

#[test]
fn a_reset_heals_what_is_not_finite() {
    for quality in ["direct", "oversampled"] {
        let values = [("type1", json!("lowshelf")), ("gain1", json!("6 dB")), ("quality", json!(quality))];
        let mut rig = rig(&values);
        let noise = probe::noise(3, 500);
        let first = rig.through(std::slice::from_ref(&noise));
        rig.through(&[vec![f32::NAN, f32::INFINITY]]);
        rig.reset();
        assert!(rig.through(std::slice::from_ref(&noise)) == first);
    }
}

#[test]
fn eight_lanes_give_the_bits_of_one() {
    type Eight = Wide<f32, 8>;
    fn band<L: Lane>() -> Band<L> {
        let filters = vec![Svf::new(); 1];
        Band { number: 0, band_type: 1, seen: [L::default(); 3], glide: Glide::default(), filters }
    }
    let wanted =
        |lane: usize, grid: usize| [100.0 * (lane + 1) as f32, lane as f32 - 3.0 + (grid % 3) as f32, 1.0];
    let (mut wide, mut single) = (band::<Eight>(), [0; 8].map(|_| band::<f32>()));
    for grid in 0..40 {
        // Every second lane stands still.
        let at = |lane| wanted(lane, if lane % 2 == 0 { 0 } else { grid });
        let all = [0, 1, 2].map(|p| Eight::from_fn(|lane| at(lane)[p]));
        wide.renew(all, 48_000.0, GRID, grid == 0);
        let mut together = [[Eight::default(); SPAN]];
        for (i, x) in together[0].iter_mut().enumerate() {
            *x = Eight::from_fn(|lane| ((grid * 16 + i) as f32 * 0.1 * (lane + 1) as f32).sin());
        }
        let input = together[0];
        wide.run(&mut together, GRID);
        for (lane, one) in single.iter_mut().enumerate() {
            one.renew(at(lane), 48_000.0, GRID, grid == 0);
            let mut alone = [input.map(|x| x.get(lane))];
            one.run(&mut alone, GRID);
            assert!((0..GRID).all(|i| alone[0][i] == together[0][i].get(lane)), "lane {lane}");
        }
    }
}
