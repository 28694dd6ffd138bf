//! EBU Tech 3341, Table 1, cases 1 to 6 and 9 to 14, at every rate. (7 and 8 are recordings that only the EBU has.)

use super::signals::{RATES, SILENCE, gain, hop, near, play};
use crate::meter::{Loudness, weights};

/// The tolerance of the table in LU.
const TOLERANCE: f64 = 0.1;

fn steady_tones_read_alike_in_all_three_windows(rate: u32) {
    for (case, db) in [(1, -23.0), (2, -33.0)] {
        let meter = play(rate, &[(20.0, db)], |_, _| {});
        near(&format!("case {case} M"), meter.momentary(), db, TOLERANCE);
        near(&format!("case {case} S"), meter.short_term(), db, TOLERANCE);
        near(&format!("case {case} I"), meter.integrated(), db, TOLERANCE);
    }
}

fn quiet_parts_fall_to_the_gates(rate: u32) {
    let case3 = [(10.0, -36.0), (60.0, -23.0), (10.0, -36.0)];
    let case4 = [(10.0, -72.0), (10.0, -36.0), (60.0, -23.0), (10.0, -36.0), (10.0, -72.0)];
    let case5 = [(20.0, -26.0), (20.1, -20.0), (20.0, -26.0)];
    for (case, tones) in [(3, case3.as_slice()), (4, &case4), (5, &case5)] {
        let meter = play(rate, tones, |_, _| {});
        near(&format!("case {case} I"), meter.integrated(), -23.0, TOLERANCE);
    }
}

fn surround_channels_have_their_weights(rate: u32) {
    let sounds = [-28.0, -28.0, -24.0, -30.0, -30.0].map(|db| hop(rate, db));
    let low = hop(rate, 0.0);
    let mut five = Loudness::new(rate, &weights(5));
    let mut six = Loudness::new(rate, &weights(6));
    let [l, r, c, ls, rs] = &sounds;
    for _ in 0..2_000 {
        five.push(&[l, r, c, ls, rs]);
        six.push(&[l, r, c, &low, ls, rs]);
    }
    near("case 6 I, 5.0", five.integrated(), -23.0, TOLERANCE);
    near("case 6 I, 5.1", six.integrated(), -23.0, TOLERANCE);
}

fn short_term_windows_hold_three_seconds(rate: u32) {
    let case9 = [(1.34, -20.0), (1.66, -30.0)].repeat(5);
    play(rate, &case9, |meter, seconds| {
        if seconds >= 3.0 {
            near(&format!("case 9 S at {seconds}"), meter.short_term(), -23.0, TOLERANCE);
        }
    });
    for i in 0..20 {
        let case10 = [(0.15 * f64::from(i), SILENCE), (3.0, -23.0), (1.0, SILENCE)];
        let meter = play(rate, &case10, |_, _| {});
        near(&format!("case 10 max S, {i}"), meter.max_short_term(), -23.0, TOLERANCE);
    }
    let mut case11 = Vec::new();
    for i in (0..20).map(f64::from) {
        case11.extend([(0.15 * i, SILENCE), (3.0, -38.0 + i), (3.0 - 0.15 * i, SILENCE)]);
    }
    play(rate, &case11, |meter, seconds| {
        if (seconds / 6.0).fract() < 1e-9 {
            let name = format!("case 11 max S at {seconds}");
            near(&name, meter.max_short_term(), -39.0 + (seconds / 6.0).round(), TOLERANCE);
        }
    });
}

fn momentary_windows_hold_four_tenths_of_a_second(rate: u32) {
    let case12 = [(0.18, -20.0), (0.22, -30.0)].repeat(25);
    play(rate, &case12, |meter, seconds| {
        if seconds >= 1.0 {
            near(&format!("case 12 M at {seconds}"), meter.momentary(), -23.0, TOLERANCE);
        }
    });
    for i in 0..20 {
        let case13 = [(0.02 * f64::from(i), SILENCE), (0.4, -23.0), (1.0, SILENCE)];
        let meter = play(rate, &case13, |_, _| {});
        near(&format!("case 13 max M, {i}"), meter.max_momentary(), -23.0, TOLERANCE);
    }
    let mut case14 = Vec::new();
    for i in (0..20).map(f64::from) {
        case14.extend([(0.02 * i, SILENCE), (0.4, -38.0 + i), (0.4 - 0.02 * i, SILENCE)]);
    }
    let mut done = 0;
    play(rate, &case14, |meter, seconds| {
        let step = (seconds * 100.0).round() as i32;
        if step % 80 == 0 {
            done += 1;
            let name = format!("case 14 max M at {seconds}");
            near(&name, meter.max_momentary(), -39.0 + f64::from(step / 80), TOLERANCE);
        }
    });
    assert_eq!(done, 20);
}

macro_rules! at_every_rate {
    ($($name:ident $rate:literal;)*) => {$(
        mod $name {
            #[test]
            fn steady_tones_read_alike_in_all_three_windows() {
                super::steady_tones_read_alike_in_all_three_windows($rate);
            }
            #[test]
            fn quiet_parts_fall_to_the_gates() {
                super::quiet_parts_fall_to_the_gates($rate);
            }
            #[test]
            fn surround_channels_have_their_weights() {
                super::surround_channels_have_their_weights($rate);
            }
            #[test]
            fn short_term_windows_hold_three_seconds() {
                super::short_term_windows_hold_three_seconds($rate);
            }
            #[test]
            fn momentary_windows_hold_four_tenths_of_a_second() {
                super::momentary_windows_hold_four_tenths_of_a_second($rate);
            }
        }
    )*};
}

at_every_rate! {
    at_44100 44_100;
    at_48000 48_000;
    at_88200 88_200;
    at_96000 96_000;
    at_192000 192_000;
}

/// A sine of 997 Hz and amplitude 1.
fn reference_tone(rate: u32, seconds: f64) -> Vec<f32> {
    let step = 997.0 / f64::from(rate);
    (0..(seconds * f64::from(rate)) as u32)
        .map(|i| (std::f64::consts::TAU * (f64::from(i) * step).fract()).sin() as f32)
        .collect()
}

#[test]
fn a_full_scale_tone_in_one_channel_reads_minus_3_01_at_every_rate() {
    for rate in [8_000, 11_025, 16_000, 22_050, 32_000, 176_400, 384_000].into_iter().chain(RATES) {
        let tone = reference_tone(rate, 3.5);
        let silence = vec![0.0; tone.len()];
        for width in [1, 2] {
            let mut meter = Loudness::new(rate, &weights(width));
            meter.push(&[tone.as_slice(), &silence][..width]);
            // Blocks of 0.4 s hold 398.8 periods, which moves a block by up to 0.0017 LU.
            near(&format!("I at {rate}"), meter.integrated(), -3.010, 0.002);
            near(&format!("S at {rate}"), meter.short_term(), -3.010, 0.002);
            near(&format!("M at {rate}"), meter.momentary(), -3.010, 0.003);
        }
    }
}

#[test]
fn only_channels_at_the_sides_weigh_more_and_the_low_one_nothing() {
    let tone = reference_tone(48_000, 2.0);
    let read = |width: usize, channel: usize| {
        let mut sounds = vec![[].as_slice(); width];
        sounds[channel] = &tone;
        let mut meter = Loudness::new(48_000, &weights(width));
        meter.push(&sounds);
        meter.integrated()
    };
    let side = -3.010 + 10.0 * 1.41f64.log10();
    for (width, sides, low) in [(5, 3..5, 9), (6, 4..6, 3), (8, 6..8, 3), (12, 6..8, 3), (4, 9..9, 9)] {
        for channel in 0..width {
            let name = format!("channel {channel} of {width}");
            match channel {
                c if c == low => assert_eq!(read(width, c), None, "{name}"),
                c if sides.contains(&c) => near(&name, read(width, c), side, 0.002),
                c => near(&name, read(width, c), -3.010, 0.002),
            }
        }
    }
}

#[test]
fn what_is_too_short_or_too_quiet_has_no_loudness() {
    let rate = 48_000;
    let frames = |seconds: f64| (seconds * f64::from(rate)) as usize;
    let tone = reference_tone(rate, 4.0);
    let read = |frames: usize, level: f64| {
        let sound: Vec<f32> = tone[..frames].iter().map(|x| x * gain(level) as f32).collect();
        let mut meter = Loudness::new(rate, &weights(1));
        meter.push(&[&sound]);
        [meter.momentary(), meter.max_momentary(), meter.integrated(), meter.short_term(), meter.range()]
            .map(|reading| reading.is_some())
    };
    assert_eq!(read(frames(0.4) - 1, 0.0), [false; 5]);
    assert_eq!(read(frames(0.4), 0.0), [true, true, true, false, false]);
    assert_eq!(read(frames(3.0) - 1, 0.0), [true, true, true, false, false]);
    assert_eq!(read(frames(3.0), 0.0), [true; 5]);
    // A sine reads its peak level less 3.01; the absolute gate lies at −70.
    assert_eq!(read(frames(4.0), -66.9), [true; 5]);
    assert_eq!(read(frames(4.0), -67.1), [true, true, false, true, false]);
    assert_eq!(read(frames(4.0), SILENCE), [false; 5]);
}
