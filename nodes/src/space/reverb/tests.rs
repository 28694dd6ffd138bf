use super::*;
use crate::probe::{db, impulse, noise, peak, rms};
use realfft::RealFftPlanner;
use realfft::num_complex::Complex;
use serde_json::{Value, json};
use signalbox_dsp::fdn::Decay;
use signalbox_engine::node::rig::Rig;

const OCTAVES: [f64; 7] = [125.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0];

/// The room's answer, both sides, to an impulse on both sides.
fn answer(rate: u32, values: &[(&str, Value)], seconds: f64) -> Vec<Vec<f32>> {
    let mut all = vec![("mix", json!("100 %")), ("lows", json!("100 %")), ("highs", json!("100 %"))];
    for (name, value) in values {
        all.retain(|v| v.0 != *name);
        all.push((name, value.clone()));
    }
    let x = impulse((seconds * f64::from(rate)) as usize);
    Rig::new(&NODE, rate, &all, &[2]).unwrap().through(&[x.clone(), x])
}

fn spectrum(signal: &[f32]) -> Vec<Complex<f64>> {
    let forward = RealFftPlanner::<f64>::new().plan_fft_forward(signal.len());
    let mut input: Vec<f64> = signal.iter().map(|&x| f64::from(x)).collect();
    let mut bins = forward.make_output_vec();
    forward.process(&mut input, &mut bins).unwrap();
    bins
}

/// One octave of a signal around `centre`, with no shift in time: a band-pass of sixth order.
fn octave(signal: &[f32], centre: f64, rate: u32) -> Vec<f64> {
    let mut bins = spectrum(signal);
    let width = std::f64::consts::FRAC_1_SQRT_2;
    for (k, bin) in bins.iter_mut().enumerate() {
        let f = (k as f64 * f64::from(rate) / signal.len() as f64).max(1e-3) / centre;
        *bin *= 1.0 / (1.0 + ((f - 1.0 / f) / width).powi(12)).sqrt();
    }
    bins[0].im = 0.0;
    if let Some(last) = bins.last_mut() {
        last.im = 0.0;
    }
    let back = RealFftPlanner::<f64>::new().plan_fft_inverse(signal.len());
    let mut out = back.make_output_vec();
    back.process(&mut bins, &mut out).unwrap();
    out
}

/// Seconds to -60 dB, from the slope of the energy that is still to come between -5 and -35 dB (Schroeder 1965; T30
/// of ISO 3382); `energy` is that of each frame.
fn t30(energy: &[f64], rate: u32) -> f64 {
    let mut left = 0.0;
    let mut level: Vec<f64> = energy
        .iter()
        .rev()
        .map(|e| {
            left += e;
            10.0 * f64::log10(left)
        })
        .collect();
    level.reverse();
    let below = |db: f64| level.iter().position(|l| *l < level[0] + db).unwrap();
    let curve = &level[below(-5.0)..below(-35.0)];
    // The slope of the line of least squares.
    let n = curve.len() as f64;
    let (mean_t, mean) = ((n - 1.0) / 2.0, curve.iter().sum::<f64>() / n);
    let (mut tt, mut tl) = (0.0, 0.0);
    for (t, level) in curve.iter().enumerate() {
        tt += (t as f64 - mean_t).powi(2);
        tl += (t as f64 - mean_t) * (level - mean);
    }
    -60.0 * tt / tl / f64::from(rate)
}

/// The decay of one octave of a room's answer.
fn decay(sides: &[Vec<f32>], centre: f64, rate: u32) -> f64 {
    let bands: Vec<Vec<f64>> = sides.iter().map(|s| octave(s, centre, rate)).collect();
    let energy: Vec<f64> = (0..bands[0].len()).map(|t| bands.iter().map(|b| b[t] * b[t]).sum()).collect();
    t30(&energy, rate)
}

/// What T30 reads in an octave in which every frequency decays as `seconds` says, all equally loud at first.
fn ideal_decay(seconds: impl Fn(f64) -> f64, centre: f64) -> f64 {
    let energy: Vec<f64> = (0..20_000)
        .map(|t| {
            let at = |k: i32| {
                let f = 2f64.powf(f64::from(k) / 40.0);
                let share = f / (1.0 + ((f - 1.0 / f) / std::f64::consts::FRAC_1_SQRT_2).powi(12));
                share * (-13.815_5 * f64::from(t) / 2_000.0 / seconds(centre * f)).exp()
            };
            (-50..=50).map(at).sum()
        })
        .collect();
    t30(&energy, 2_000)
}

/// Largest difference, as a share, of measured and stated decay over the octaves.
fn worst_decay(rate: u32, seconds: f64, lows: f64, highs: f64, more: &[(&str, Value)]) -> f64 {
    let mut values =
        vec![("decay", json!(seconds)), ("lows", json!(lows * 100.0)), ("highs", json!(highs * 100.0))];
    values.extend(more.iter().cloned());
    let sides = answer(rate, &values, (1.3 * seconds * lows.max(highs).max(1.0)).max(0.7));
    let stated = Decay::new(f64::from(rate));
    let mut worst: f64 = 0.0;
    for centre in OCTAVES {
        let measured = decay(&sides, centre, rate);
        let error = measured / stated.at(centre, seconds, lows, highs) - 1.0;
        println!("{rate} {seconds} s {lows} {highs} {centre} Hz: {measured:.3} s, {:.1} %", error * 100.0);
        worst = if error.abs() > worst.abs() { error } else { worst };
    }
    worst
}

#[test]
fn a_room_without_damping_decays_as_stated_within_5_percent_in_every_octave() {
    for (rate, seconds) in [(48_000, 0.5), (48_000, 1.8), (48_000, 6.0), (96_000, 1.0), (44_100, 1.2)] {
        let worst = worst_decay(rate, seconds, 1.0, 1.0, &[]);
        assert!(worst.abs() <= 0.05, "{rate} {seconds}: {worst}");
    }
}

#[test]
fn the_stated_curve_meets_its_knobs_at_125_hz_1_khz_and_8_khz() {
    let stated = Decay::new(48_000.0);
    for (hertz, seconds) in [(125.0, 3.0), (1_000.0, 2.0), (8_000.0, 0.8)] {
        assert!((stated.at(hertz, 2.0, 1.5, 0.4) - seconds).abs() < 1e-9);
    }
}

#[test]
fn lows_and_highs_decay_as_stated_within_5_percent_in_every_octave() {
    for (seconds, lows, highs) in [(1.8, 1.0, 0.5), (2.0, 1.5, 0.5), (1.2, 0.7, 1.3)] {
        let worst = worst_decay(48_000, seconds, lows, highs, &[]);
        assert!(worst.abs() <= 0.05, "{seconds} {lows} {highs}: {worst}");
    }
}

#[test]
fn where_the_decay_changes_within_an_octave_the_octave_decays_as_the_stated_curve_makes_it() {
    let stated = Decay::new(48_000.0);
    for (seconds, lows, highs) in [(4.0, 1.3, 0.3), (3.0, 0.5, 0.2), (2.0f64, 2.0f64, 2.0)] {
        let values =
            [("decay", json!(seconds)), ("lows", json!(lows * 100.0)), ("highs", json!(highs * 100.0))];
        let sides = answer(48_000, &values, 1.3 * seconds * lows.max(highs).max(1.0));
        for centre in OCTAVES {
            let ideal = ideal_decay(|f| stated.at(f, seconds, lows, highs), centre);
            let error = decay(&sides, centre, 48_000) / ideal - 1.0;
            println!("{seconds} s {lows} {highs} {centre} Hz: {ideal:.3} s, {:.1} %", error * 100.0);
            assert!(error.abs() <= 0.05, "{seconds} {lows} {highs} {centre} Hz: {error}");
        }
    }
}

#[test]
fn size_and_modulation_leave_the_decay_as_stated() {
    for more in [("size", json!("50 %")), ("size", json!("200 %")), ("modulation", json!("100 %"))] {
        let worst = worst_decay(48_000, 1.8, 1.0, 0.6, std::slice::from_ref(&more));
        assert!(worst.abs() <= 0.05, "{more:?}: {worst}");
    }
}

/// Share of the frames in a Hann window of 20 ms around `centre` that lie outside one standard deviation, over the
/// share that Gaussian noise has there (Abel and Huang 2006).
fn echo_density(side: &[f32], centre: usize, rate: u32) -> f64 {
    let half = rate as usize / 100;
    let window = |t: usize| {
        let x = (t as f64 + half as f64 - centre as f64) / (2 * half) as f64;
        (std::f64::consts::PI * x).sin().powi(2)
    };
    let range = centre.saturating_sub(half)..(centre + half).min(side.len());
    let total: f64 = range.clone().map(window).sum();
    let power: f64 = range.clone().map(|t| window(t) * f64::from(side[t]).powi(2)).sum::<f64>() / total;
    let outside: f64 = range.filter(|&t| f64::from(side[t]).powi(2) > power).map(window).sum();
    outside / total / 0.317_310_5
}

#[test]
fn echoes_are_as_dense_as_noise_by_80_ms() {
    for rate in [44_100, 48_000, 96_000] {
        for side in answer(rate, &[], 0.5) {
            let density = |ms: f64| echo_density(&side, (ms / 1_000.0 * f64::from(rate)) as usize, rate);
            let reached = (0..200).map(f64::from).find(|&ms| density(ms) >= 0.9).unwrap();
            let then = (8..40).map(|k| density(10.0 * f64::from(k))).sum::<f64>() / 32.0;
            println!("{rate}: 0.9 at {reached} ms, then {then:.3}");
            assert!(reached <= 80.0, "{rate}: {reached} ms");
            assert!(then >= 0.9, "{rate}: {then}");
        }
    }
}

#[test]
fn white_noise_comes_out_within_3_db_of_its_level() {
    let level = |signal: &[f32]| db(rms(&signal[96_000..]));
    for decay in [0.5, 1.0, 2.0, 5.0] {
        let x: Vec<Vec<f32>> = [1, 2].map(|s| noise(s, 240_000).iter().map(|x| x * 0.1).collect()).into();
        let values = [("mix", json!("100 %")), ("decay", json!(decay)), ("highs", json!("50 %"))];
        let y = Rig::new(&NODE, 48_000, &values, &[2]).unwrap().through(&x);
        for side in 0..2 {
            let change = level(&y[side]) - level(&x[side]);
            println!("{decay} s: {change:.2} dB");
            assert!(change.abs() < 3.0, "{decay} s: {change} dB");
        }
    }
}

/// The largest power in any bin of a stretch of the tail, in decibels over the mean around it, and the flatness
/// (geometric over arithmetic mean) of the powers, both from 200 Hz to 6 kHz.
fn ringing(side: &[f32], rate: u32) -> (f64, f64) {
    let n = side.len() as f64;
    let windowed: Vec<f32> = side
        .iter()
        .enumerate()
        .map(|(t, &x)| x * (std::f64::consts::PI * t as f64 / n).sin().powi(2) as f32)
        .collect();
    let power: Vec<f64> = spectrum(&windowed).iter().map(|b| b.norm_sqr()).collect();
    let bin = |hertz: f64| (hertz * n / f64::from(rate)) as usize;
    let (mut peak, mut flat, mut count) = (0.0f64, 0.0, 0.0);
    for k in bin(200.0)..bin(6_000.0) {
        let near = &power[k - bin(100.0)..k + bin(100.0)];
        let mean = near.iter().sum::<f64>() / near.len() as f64;
        peak = peak.max(power[k] / mean);
        flat += (power[k] / mean).max(1e-12).ln();
        count += 1.0;
    }
    (10.0 * peak.log10(), (flat / count).exp())
}

#[test]
fn a_quarter_of_a_second_of_the_tail_rings_no_more_than_noise() {
    let stretch = 24_000..36_000;
    let of = |size: f64| {
        let sides = answer(48_000, &[("decay", json!("2 s")), ("size", json!(size))], 1.0);
        [0, 1].map(|side| ringing(&sides[side][stretch.clone()], 48_000))
    };
    let mut noise = noise(9, 48_000);
    noise.iter_mut().enumerate().for_each(|(t, x)| *x *= (-6.9 * t as f32 / 96_000.0).exp());
    // What noise with the same decay has: what chance alone does.
    let chance = ringing(&noise[stretch.clone()], 48_000);
    for (peak, flat) in of(100.0) {
        println!("peak {peak:.1} dB, flatness {flat:.3}; noise {:.1} dB, {:.3}", chance.0, chance.1);
        assert!(peak < chance.0 + 3.0 && flat > 0.8 * chance.1);
    }
    // A box of a fifth of the size does ring, and is seen to.
    assert!(of(20.0).iter().all(|(_, flat)| *flat < 0.6 * chance.1));
}

#[test]
fn predelay_moves_the_answer_by_its_time() {
    let now = answer(48_000, &[], 0.5);
    let late = answer(48_000, &[("predelay", json!("20 ms"))], 0.5);
    for side in 0..2 {
        assert!(late[side][..960].iter().all(|&y| y == 0.0));
        let error = (960..24_000).map(|t| (late[side][t] - now[side][t - 960]).abs()).fold(0.0, f32::max);
        assert!(error == 0.0, "{error}");
    }
}

#[test]
fn a_width_of_nothing_is_mono_and_the_sum_never_changes() {
    let of = |width: f64| answer(48_000, &[("width", json!(width))], 0.5);
    let sum = |s: &[Vec<f32>]| s[0].iter().zip(&s[1]).map(|(l, r)| l + r).collect::<Vec<f32>>();
    let (mono, usual, wide) = (of(0.0), of(100.0), of(200.0));
    let difference = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<f32>>();
    assert!(db(rms(&difference(&mono[0], &mono[1])) / rms(&mono[0])) < -120.0);
    assert!(db(rms(&difference(&sum(&wide), &sum(&usual))) / rms(&sum(&usual))) < -120.0);
    // The two sides have nothing in common: their difference is as loud as their sum.
    let apart = db(rms(&difference(&usual[0], &usual[1])) / rms(&sum(&usual)));
    assert!(apart.abs() < 1.0, "{apart} dB");
}

#[test]
fn mix_at_nothing_passes_the_very_bits() {
    let x = vec![noise(1, 2_000), noise(2, 2_000)];
    let y = Rig::new(&NODE, 48_000, &[("mix", json!(0))], &[2]).unwrap().through(&x);
    assert!(x == y);
}

#[test]
fn any_length_of_block_gives_the_same_bits_while_everything_moves() {
    let run = |lengths: [usize; 3]| {
        let mut rig = Rig::new(&NODE, 48_000, &[("modulation", json!("80 %"))], &[2]).unwrap();
        let ramp = |from: f32, to: f32| (0..8_000).map(|t| from + (to - from) * t as f32 / 8_000.0).collect();
        rig.move_parameter("decay", ramp(0.3, 5.0));
        rig.move_parameter("highs", ramp(30.0, 150.0));
        rig.move_parameter("predelay", ramp(0.0, 0.01));
        rig.move_parameter("modulation", ramp(0.0, 100.0));
        rig.run_in_blocks(&[vec![noise(1, 8_000), noise(2, 8_000)]], 8_000, |i| lengths[i % 3])
    };
    let whole = run([64; 3]);
    assert!(whole == run([1; 3]) && whole == run([7, 64, 3]) && whole == run([33, 16, 15]));
}

#[test]
fn the_room_falls_into_exact_silence() {
    let mut rig = Rig::new(&NODE, 48_000, &[("decay", json!(0.1)), ("mix", json!(100))], &[2]).unwrap();
    let x = impulse(48_000);
    let y = rig.through(&[x.clone(), x]);
    assert!(peak(&y[0]) > 0.01 && y.iter().all(|s| s[40_000..].iter().all(|&y| y == 0.0)));
}

#[test]
fn nothing_grows_at_the_ends_of_every_range() {
    for rate in [8_000, 48_000, 384_000] {
        for (lows, highs) in [(25, 10), (25, 200), (200, 10), (200, 200)] {
            for (decay, size, modulation) in [(0.1, 300, 0), (30.0, 20, 100)] {
                let values = [
                    ("decay", json!(decay)),
                    ("lows", json!(lows)),
                    ("highs", json!(highs)),
                    ("size", json!(size)),
                    ("modulation", json!(modulation)),
                    ("mix", json!(100)),
                ];
                let second = rate as usize;
                let mut x: Vec<f32> = noise(3, second / 10).iter().map(|x| x * 1e3).collect();
                x.resize(second, 0.0);
                let y = Rig::new(&NODE, rate, &values, &[2]).unwrap().through(&[x.clone(), x]);
                let early = rms(&y[0][second / 3..second / 2]);
                let late = rms(&y[0][second * 5 / 6..]);
                assert!(late <= early && peak(&y[0]) < 1e5, "{rate} {values:?}: {early} {late}");
            }
        }
    }
}

#[test]
fn a_reset_heals_what_is_not_finite() {
    let mut rig = Rig::new(&NODE, 48_000, &[], &[2]).unwrap();
    rig.through(&[vec![f32::NAN; 100], vec![f32::INFINITY; 100]]);
    rig.reset();
    assert!(rig.through(&vec![vec![0.0; 20_000]; 2]).iter().flatten().all(|&y| y == 0.0));
}
