use super::*;
use crate::probe::{noise, sine};
use signalbox_engine::node::rig::Rig;

fn rig(rate: u32, width: usize) -> Rig {
    Rig::new(&NODE, rate, &[], &[width]).unwrap()
}

fn read(rig: &Rig, name: &str) -> Option<f64> {
    rig.readings().iter().find(|r| r.name == name).unwrap().value
}

fn scaled(signal: &[f32], db: f64) -> Vec<f32> {
    signal.iter().map(|x| (f64::from(*x) * 10f64.powf(db / 20.0)) as f32).collect()
}

#[test]
fn every_bit_passes() {
    for width in [1, 2, 6, 64] {
        let x: Vec<Vec<f32>> = (0..width).map(|seed| noise(seed + 1, 1_000)).collect();
        assert!(rig(48_000, x.len()).through(&x) == x);
    }
}

#[test]
fn a_997_hz_tone_at_full_scale_in_one_channel_reads_minus_3_01_lufs() {
    for rate in [44_100, 48_000, 96_000] {
        let mut rig = rig(rate, 2);
        let tone = sine(997.0, rate, 4 * rate as usize);
        rig.through(&[tone.clone(), vec![0.0; tone.len()]]);
        for name in ["integrated_lufs", "momentary_lufs", "short_term_lufs", "max_momentary_lufs"] {
            let value = read(&rig, name).unwrap();
            assert!((value + 3.01).abs() < 0.01, "{rate} {name}: {value}");
        }
    }
}

#[test]
fn a_range_of_ten_units_reads_ten() {
    // Tech 3342, case 1: 20 s at -20 dBFS, then 20 s at -30 dBFS.
    let mut rig = rig(8_000, 2);
    let tone = sine(1_000.0, 8_000, 160_000);
    let mut x = scaled(&tone, -20.0);
    x.extend(scaled(&tone, -30.0));
    rig.through(&[x.clone(), x]);
    let range = read(&rig, "loudness_range_lu").unwrap();
    assert!((range - 10.0).abs() < 1.0, "{range}");
    assert!((read(&rig, "max_short_term_lufs").unwrap() + 20.0).abs() < 0.1);
}

#[test]
fn the_true_peak_lies_between_the_samples_and_the_last_frames_count() {
    // A quarter of the rate at 45 degrees: samples at 0.354 under a peak of 0.5 (Tech 3341, case 16).
    let tone: Vec<f32> =
        (0..4_800).map(|i| [0.353_553_4, 0.353_553_4, -0.353_553_4, -0.353_553_4][i % 4]).collect();
    let fade = |i: usize| (i.min(4_799 - i) as f32 / 480.0).min(1.0);
    let mut meter = rig(48_000, 1);
    meter.through(&[tone.iter().enumerate().map(|(i, x)| x * fade(i)).collect()]);
    let peak = read(&meter, "true_peak_dbtp").unwrap();
    assert!((-6.4..=-5.8).contains(&peak), "{peak}");
    assert!((read(&meter, "sample_peak_dbfs").unwrap() + 9.03).abs() < 0.01);
    let mut last = rig(48_000, 1);
    let mut x = vec![0.0; 1_000];
    x[999] = 0.5;
    last.through(&[x]);
    assert!((read(&last, "true_peak_dbtp").unwrap() + 6.0206).abs() < 0.01);
}

#[test]
fn correlation_is_met_within_a_hundredth_and_dc_is_seen() {
    let (a, b) = (noise(1, 200_000), noise(2, 200_000));
    for share in [-1.0f32, -0.6, 0.0, 0.28, 1.0] {
        let other: Vec<f32> =
            a.iter().zip(&b).map(|(a, b)| share * a + (1.0 - share * share).sqrt() * b).collect();
        let mut rig = rig(48_000, 2);
        rig.through(&[a.clone(), other]);
        let value = read(&rig, "correlation").unwrap();
        assert!((value - f64::from(share)).abs() < 0.01, "{share}: {value}");
    }
    let mut rig = rig(48_000, 2);
    rig.through(&[vec![0.01; 1_000], vec![-0.02; 1_000]]);
    assert!((read(&rig, "dc").unwrap() + 0.02).abs() < 1e-6);
}

#[test]
fn silence_reads_nothing_and_a_reset_forgets() {
    let mut rig = rig(48_000, 2);
    rig.through(&[noise(1, 48_000), noise(2, 48_000)]);
    assert!(read(&rig, "integrated_lufs").is_some());
    rig.reset();
    assert_eq!(read(&rig, "dc"), None);
    rig.through(&vec![vec![0.0; 48_000]; 2]);
    for name in ["integrated_lufs", "true_peak_dbtp", "sample_peak_dbfs", "correlation"] {
        assert_eq!(read(&rig, name), None, "{name}");
    }
}

#[test]
fn readings_do_not_depend_on_the_length_of_the_blocks() {
    let x = vec![vec![noise(1, 100_000), noise(2, 100_000)]];
    let of = |lengths: [usize; 3]| {
        let mut rig = rig(48_000, 2);
        rig.run_in_blocks(&x, 100_000, |i| lengths[i % 3]);
        rig.readings()
    };
    let whole = of([64; 3]);
    assert!(whole == of([1; 3]) && whole == of([7, 64, 33]));
}
