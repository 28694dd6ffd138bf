use super::*;

/// A chance that is the same on every run.
struct Chance(u64);

impl Chance {
    /// From 0 to 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Two devices whose callbacks come by clocks of their own, up to `late` seconds late; the recorder's clock is faster by
/// `ppm`. Records a sine of 1 kHz by the recorder's clock; gives what is played on both channels, and the gaps.
fn play(rates: (u32, u32), buffers: (usize, usize), ppm: f64, late: f64, seconds: f64) -> (Vec<f32>, u64) {
    let (mut recorder, mut bridge) = bridge(2, rates.0, rates.1, false).expect("a bridge");
    let faster = f64::from(rates.0) * (1.0 + ppm * 1e-6);
    let mut chance = Chance(5);
    let (mut recorded, mut heard) = (0usize, Vec::new());
    let (mut next_in, mut next_out) = (0.0, 0.003);
    while (heard.len() as f64) < seconds * f64::from(rates.1) {
        let due_in = (recorded + buffers.0) as f64 / faster;
        let due_out = 0.003 + heard.len() as f64 / f64::from(rates.1);
        next_in = f64::max(next_in, due_in + late * chance.next());
        next_out = f64::max(next_out, due_out + late * chance.next());
        if next_in <= next_out {
            let sine = |k: usize| {
                let phase = (k as f64 * 1_000.0 / f64::from(rates.0)).fract() * std::f64::consts::TAU;
                (0.5 * phase.sin()) as f32
            };
            let samples: Vec<f32> =
                (recorded..recorded + buffers.0).flat_map(|k| [sine(k), -sine(k)]).collect();
            recorder.push(&samples);
            recorded += buffers.0;
            next_in = 0.0;
        } else {
            let planar = bridge.pull(buffers.1);
            assert!((0..buffers.1).all(|k| planar[0][k] == -planar[1][k]), "both channels stay together");
            heard.extend_from_slice(&planar[0][..buffers.1]);
            next_out = 0.0;
        }
    }
    (heard, bridge.gaps().count())
}

/// The greatest distance of three frames in a row from any sine near 1 kHz: its second difference is so many times itself.
fn roughness(heard: &[f32], rate: u32) -> f64 {
    let w = std::f64::consts::TAU * 1_000.0 / f64::from(rate);
    let k = 2.0 * w.cos();
    let off = heard.windows(3).map(|x| (f64::from(x[0]) + f64::from(x[2]) - k * f64::from(x[1])).abs());
    off.fold(0.0, f64::max)
}

#[test]
fn on_one_clock_every_bit_comes_over_and_no_buffer_is_missed() {
    for (inputs, outputs) in [(128, 128), (512, 512), (64, 256), (256, 64), (441, 128)] {
        let (mut recorder, mut bridge) = bridge(2, 48_000, 48_000, true).expect("a bridge");
        let (mut recorded, mut heard) = (0usize, Vec::new());
        let (mut next_in, mut next_out) = (None, None);
        let value = |k: usize, side: usize| ((k * 2 + side) % 65_521) as f32 / 65_536.0 - 0.5;
        let mut chance = Chance(9);
        while heard.len() < 100_000 {
            // Each comes when it is due, or later, by less than half of a recorded buffer.
            let late = 0.45 * inputs as f64;
            next_in = next_in.or_else(|| Some((recorded + inputs) as f64 + late * chance.next()));
            next_out = next_out.or_else(|| Some(heard.len() as f64 + late * chance.next()));
            if next_in <= next_out {
                next_in = None;
                let samples: Vec<f32> =
                    (recorded..recorded + inputs).flat_map(|k| [value(k, 0), value(k, 1)]).collect();
                recorder.push(&samples);
                recorded += inputs;
            } else {
                next_out = None;
                let planar = bridge.pull(outputs);
                heard.extend((0..outputs).map(|k| [planar[0][k], planar[1][k]]));
            }
        }
        let begins = heard.iter().position(|x| x[0] != 0.0).expect("sound");
        // The first 5 ms come in softly; this frame is behind them.
        let known = 4_000;
        let wanted = [value(known, 0), value(known, 1)];
        let at = (begins..).find(|&k| heard[k] == wanted).expect("a known frame");
        for k in 0..heard.len() - at {
            assert_eq!(
                heard[at + k],
                [value(known + k, 0), value(known + k, 1)],
                "{inputs}/{outputs}: frame {k}"
            );
        }
        assert!(at - known <= 3 * inputs.max(outputs), "{inputs}/{outputs}: {} frames late", at - known);
        assert_eq!(bridge.gaps().count(), 0, "{inputs}/{outputs}");
    }
}

#[test]
fn clocks_that_differ_are_followed_without_a_gap_or_a_click() {
    for (ppm, rates) in [
        (0.0, (48_000, 48_000)),
        (100.0, (48_000, 48_000)),
        (-100.0, (44_100, 48_000)),
        (300.0, (96_000, 44_100)),
    ] {
        let (heard, gaps) = play(rates, (256, 512), ppm, 0.003, 40.0);
        assert_eq!(gaps, 0, "{ppm} ppm, {rates:?}");
        let settled = &heard[5 * rates.1 as usize..];
        // A frequency that is 0.1 % off moves the second difference by so much; a click of -60 dB is more.
        let w = std::f64::consts::TAU * 1_000.0 / f64::from(rates.1);
        let bound = 0.5 * 2.0 * w.sin() * w * 1e-3;
        let rough = roughness(settled, rates.1);
        assert!(rough < bound, "{ppm} ppm, {rates:?}: {rough:e} of {bound:e}");
    }
}

/// The level of a sine of 1 kHz, and how far all else lies below it, in decibels: least squares.
fn sine(heard: &[f32]) -> (f64, f64) {
    let w = std::f64::consts::TAU / 48.0;
    let (mut s, mut c) = (0.0f64, 0.0f64);
    for (k, &x) in heard.iter().enumerate() {
        s += f64::from(x) * (w * k as f64).sin();
        c += f64::from(x) * (w * k as f64).cos();
    }
    let half = heard.len() as f64 / 2.0;
    let (s, c) = (s / half, c / half);
    let left =
        |(k, &x): (usize, &f32)| (f64::from(x) - s * (w * k as f64).sin() - c * (w * k as f64).cos()).powi(2);
    let rest: f64 = heard.iter().enumerate().map(left).sum();
    (s.hypot(c), 10.0 * (half * (s * s + c * c) / rest).log10())
}

#[test]
fn a_sine_that_crosses_between_clocks_keeps_its_level_and_stays_clean() {
    let (heard, _) = play((48_000, 48_000), (128, 128), 0.0, 0.0, 60.0);
    // Once the controller has come to rest.
    let (level, clean) = sine(&heard[50 * 48_000..][..4_800]);
    assert!((20.0 * (level / 0.5).log10()).abs() < 0.001, "{level}");
    assert!(clean > 80.0, "{clean} dB");
}

#[test]
fn when_the_recorder_stops_there_is_silence_and_afterwards_sound_again() {
    let (mut recorder, mut bridge) = bridge(1, 48_000, 48_000, true).expect("a bridge");
    let mut last = 0.0f32;
    let mut step = 0.0f32;
    let mut turn = |bridge: &mut Bridge| {
        for &x in &bridge.pull(128)[0][..128] {
            step = step.max((x - last).abs());
            last = x;
        }
        last
    };
    for _ in 0..10 {
        recorder.push(&[0.5; 128]);
        turn(&mut bridge);
    }
    for _ in 0..10 {
        turn(&mut bridge);
    }
    assert_eq!(turn(&mut bridge), 0.0);
    for _ in 0..10 {
        recorder.push(&[0.5; 128]);
        turn(&mut bridge);
    }
    assert_eq!(turn(&mut bridge), 0.5);
    assert_eq!(bridge.gaps().count(), 1);
    assert!(step <= 0.5 / 240.0 * 1.01, "a step of {step}");
}
