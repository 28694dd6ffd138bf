use super::*;
use crate::probe::{component, db, impulse, noise, peak, sine};
use realfft::RealFftPlanner;
use realfft::num_complex::Complex;
use serde_json::{Value, json};
use signalbox_dsp::interpolate::kaiser_sinc;
use signalbox_engine::node::rig::Rig;

/// Frames of a probe, silence at its end included.
const FRAMES: usize = 32_768;
/// Points a frame of the reconstruction.
const FINE: usize = 16;

/// An independent reconstruction: a windowed sinc of `taps` taps a frame at sixteen times the rate, applied as a
/// product of spectra, its highest point refined by a parabola.
struct Meter {
    response: Vec<Complex<f64>>,
}

impl Meter {
    fn new(taps: usize) -> Self {
        let mut kernel = vec![0.0; FRAMES * FINE];
        let length = taps * FINE;
        for (i, tap) in kernel[..length].iter_mut().enumerate() {
            let t = (i as f64 - length as f64 / 2.0) / FINE as f64;
            let x = std::f64::consts::PI * t;
            let sinc = if x == 0.0 { 1.0 } else { x.sin() / x };
            // Blackman-Harris: a window of another family than the detector's.
            let w = std::f64::consts::TAU * i as f64 / length as f64;
            let w = 0.358_75 - 0.488_29 * w.cos() + 0.141_28 * (2.0 * w).cos() - 0.011_68 * (3.0 * w).cos();
            *tap = sinc * w;
        }
        let transform = RealFftPlanner::new().plan_fft_forward(kernel.len());
        let mut response = transform.make_output_vec();
        transform.process(&mut kernel, &mut response).unwrap();
        Self { response }
    }

    /// True peak in dB.
    fn read(&self, signal: &[f32]) -> f64 {
        let spectrum = forward(signal);
        let transform = RealFftPlanner::new().plan_fft_inverse(FRAMES * FINE);
        let mut fine: Vec<Complex<f64>> = (self.response.iter().enumerate())
            .map(|(k, h)| {
                let k = k % FRAMES;
                h * if k <= FRAMES / 2 { spectrum[k] } else { spectrum[FRAMES - k].conj() }
            })
            .collect();
        (fine[0].im, fine[FRAMES * FINE / 2].im) = (0.0, 0.0);
        let mut y = transform.make_output_vec();
        transform.process(&mut fine, &mut y).unwrap();
        let scale = 1.0 / (FRAMES * FINE) as f64;
        let top = y.iter().fold(0.0f64, |a, x| a.max(x.abs()));
        let refined = y.windows(3).filter(|w| w[1].abs() > 0.98 * top).fold(top, |best, w| {
            let (a, b, c) = (w[0].abs(), w[1].abs(), w[2].abs());
            let bend = a + c - 2.0 * b;
            if b < a || b < c || bend >= 0.0 { best } else { best.max(b - (a - c).powi(2) / (8.0 * bend)) }
        });
        db(refined * scale)
    }
}

fn forward(signal: &[f32]) -> Vec<Complex<f64>> {
    let transform = RealFftPlanner::new().plan_fft_forward(FRAMES);
    let mut x = vec![0.0; FRAMES];
    x.iter_mut().zip(signal).for_each(|(x, &s)| *x = f64::from(s));
    let mut spectrum = transform.make_output_vec();
    transform.process(&mut x, &mut spectrum).unwrap();
    spectrum
}

/// The same signal with nothing above 20 kHz.
fn to_20_khz(signal: &[f32], rate: u32) -> Vec<f32> {
    let mut spectrum = forward(signal);
    for (k, x) in spectrum.iter_mut().enumerate() {
        let above = (k as f64 * f64::from(rate) / FRAMES as f64 - 19_200.0) / 800.0;
        *x *= 0.5 + 0.5 * (std::f64::consts::PI * above.clamp(0.0, 1.0)).cos();
    }
    (spectrum[0].im, spectrum[FRAMES / 2].im) = (0.0, 0.0);
    let mut y = vec![0.0; FRAMES];
    RealFftPlanner::new().plan_fft_inverse(FRAMES).process(&mut spectrum, &mut y).unwrap();
    y.iter().map(|x| (x / FRAMES as f64) as f32).collect()
}

/// Seeded loud probes of the whole band, from a name; they end before the frames do.
fn probes() -> Vec<(&'static str, Vec<f32>)> {
    let n = FRAMES - 6_000;
    let loud = |seed| noise(seed, n).iter().map(|x| x * 4.0).collect::<Vec<f32>>();
    let from = |f: &dyn Fn(usize) -> f32| (0..n).map(f).collect::<Vec<f32>>();
    let burst = |seed, length: f32, every: usize| {
        let x = loud(seed);
        from(&|i| 2.0 * x[i] * (-((i % every) as f32) / length).exp())
    };
    let inner = |i: usize| (600..n - 600).contains(&i);
    let hiss = noise(7, n);
    vec![
        ("noise", loud(1)),
        ("other noise", loud(2)),
        ("drums", burst(3, 400.0, 4_000)),
        ("short drums", burst(4, 60.0, 1_111)),
        ("random signs", hiss.iter().map(|x| 4.0 * x.signum()).collect()),
        ("high square", from(&|i| if !inner(i) { 0.0 } else { 4.0 - 8.0 * (i / 17 % 2) as f32 })),
        ("square", from(&|i| if !inner(i) { 0.0 } else { 4.0 - 8.0 * (i / 100 % 2) as f32 })),
        ("steps", from(&|i| if !inner(i) { 0.0 } else { [0.1, 4.0][i / 3_000 % 2] })),
        ("clicks", from(&|i| if i % 997 == 500 { 4.0 } else { 0.0 })),
    ]
}

/// A faded tone, 12 dB over full scale.
fn tone(turns: f64, phase: f64) -> Vec<f32> {
    let n = FRAMES - 6_000;
    let fade = |i: usize| (i as f64 / 480.0).min((n - i) as f64 / 480.0).min(1.0);
    (0..n)
        .map(|i| (4.0 * fade(i) * (std::f64::consts::TAU * (turns * i as f64 + phase)).sin()) as f32)
        .collect()
}

fn limited(rate: u32, values: &[(&str, Value)], signal: &[f32]) -> Vec<f32> {
    let mut signal = signal.to_vec();
    signal.resize(FRAMES, 0.0);
    Rig::new(&NODE, rate, values, &[1]).unwrap().through(&[signal]).swap_remove(0)
}

/// Holds the output of a probe, at a ceiling of -1 dBTP, between both bounds around the ceiling of the detector.
fn hold(meters: &[Meter], rate: u32, name: &str, probe: &[f32], over: f64, under: f64) {
    let out = limited(rate, &[], probe);
    for (i, meter) in meters.iter().enumerate() {
        let past = meter.read(&out) + 1.0 + f64::from(RESERVE_DB);
        assert!(past <= over, "{name} at {rate}, meter {i}: {past:.4} dB over");
        // Only the longest meter reads all of what lies near half the rate.
        assert!(i > 0 || past >= -under, "{name} at {rate}, meter {i}: {past:.4} dB under");
    }
}

#[test]
fn no_probe_passes_the_detector_by_more_than_a_tenth_of_a_decibel() {
    let meters = [1_536, 384, 96].map(Meter::new);
    for (name, probe) in probes() {
        hold(&meters, 48_000, name, &probe, 0.1, 0.15);
    }
    for seed in 10..16 {
        let hiss: Vec<f32> = noise(seed, FRAMES - 6_000).iter().map(|x| 4.0 * x).collect();
        hold(&meters, 48_000, "white noise", &hiss, 0.1, 0.15);
    }
    hold(&meters, 48_000, "23 kHz", &tone(23.0 / 48.0, 0.1), 0.1, 0.15);
    for (name, probe) in probes().into_iter().take(4) {
        hold(&meters, 44_100, name, &probe, 0.1, 0.15);
        hold(&meters, 96_000, name, &probe, 0.1, 0.15);
    }
}

#[test]
fn no_probe_limited_to_20_khz_passes_the_detector_by_more_than_0_03_db() {
    let meters = [1_536, 384].map(Meter::new);
    for (name, probe) in probes() {
        hold(&meters, 48_000, name, &to_20_khz(&probe, 48_000), 0.03, 0.15);
    }
    for (name, probe) in probes().into_iter().skip(3) {
        hold(&meters, 96_000, name, &to_20_khz(&probe, 96_000), 0.03, 0.15);
    }
    for (turns, phase) in
        [(0.25, 0.125), (1.0 / 6.0, 1.0 / 6.0), (0.125, 0.1875), (0.2, 0.0), (1.0 / 3.0, 1.0 / 12.0)]
    {
        hold(&meters, 48_000, &format!("tone {turns}"), &tone(turns, phase), 0.03, 0.15);
    }
    for hertz in [997.0, 15_001.0, 19_997.0] {
        hold(&meters, 48_000, &format!("{hertz} Hz"), &tone(hertz / 48_000.0, 0.05), 0.03, 0.15);
    }
}

#[test]
fn the_ceiling_holds_at_any_setting() {
    let meter = [Meter::new(1_536)];
    let probe = &probes()[2].1;
    for (ceiling, lookahead, release) in
        [(0.0, 0.0005, 0.001), (-6.0, 0.02, 0.01), (-20.0, 0.0011, 0.05), (-0.3, 0.003, 10.0)]
    {
        let values = [
            ("ceiling", json!(ceiling)),
            ("lookahead", json!(lookahead)),
            ("release", json!(release)),
            ("gain", json!(6)),
        ];
        let read = meter[0].read(&limited(48_000, &values, &to_20_khz(probe, 48_000)));
        assert!(read <= ceiling && read > ceiling - 0.25, "{read} for {ceiling}");
    }
}

#[test]
fn what_stays_below_passes_bit_by_bit_and_as_late_as_declared() {
    for (rate, lookahead) in [(48_000, 0.005), (8_000, 0.0005), (192_000, 0.0123)] {
        let mut rig = Rig::new(&NODE, rate, &[("lookahead", json!(lookahead))], &[2]).unwrap();
        let frames = (lookahead * f64::from(rate)).round() as usize + 195;
        assert_eq!(rig.latency(), frames);
        let signal: Vec<Vec<f32>> =
            [5, 6].iter().map(|&s| noise(s, 9_000).iter().map(|x| x * 0.3).collect()).collect();
        let out = rig.through(&signal);
        for c in 0..2 {
            assert!(out[c][..frames].iter().all(|&x| x == 0.0));
            assert_eq!(out[c][frames..], signal[c][..9_000 - frames]);
        }
        let click: Vec<f32> = impulse(9_000).iter().map(|x| x * 0.8).collect();
        rig.reset();
        assert_eq!(rig.through(&[click.clone(), click])[1][frames], 0.8);
    }
}

#[test]
fn all_channels_go_down_by_one_gain_which_reduction_tells_frame_by_frame() {
    let mut rig = Rig::new(&NODE, 48_000, &[], &[3]).unwrap();
    let lag = rig.latency();
    let frames = 12_000;
    let quiet: Vec<f32> = noise(2, frames).iter().map(|x| 0.1 * x).collect();
    let input = vec![probes()[2].1[..frames].to_vec(), quiet, vec![0.0; frames]];
    let out = rig.run(std::slice::from_ref(&input), frames);
    assert!(out[0][2].iter().all(|&x| x == 0.0));
    assert!(out[1][0].iter().all(|&x| x <= 0.0) && out[1][0].iter().any(|&x| x < -12.0));
    for i in lag..frames {
        let gain = 10f64.powf(f64::from(out[1][0][i]) / 20.0);
        for c in 0..2 {
            let (x, y) = (f64::from(input[c][i - lag]), f64::from(out[0][c][i]));
            assert!((x * gain - y).abs() <= 2e-6 * x.abs(), "channel {c}, frame {i}: {x} {gain} {y}");
        }
    }
}

#[test]
fn the_gain_moves_no_faster_than_three_boxes_over_the_lookahead_let_it() {
    for (name, probe) in probes() {
        let mut rig = Rig::new(&NODE, 48_000, &[("release", json!("1 ms"))], &[1]).unwrap();
        let out = rig.run(&[vec![probe.clone()]], probe.len());
        let gains: Vec<f64> = out[1][0].iter().map(|&r| 10f64.powf(f64::from(r) / 20.0)).collect();
        let lowest = gains.iter().fold(1.0, |a: f64, &b| a.min(b));
        // The convolution of three boxes of 81 frames is nowhere higher than 0.75 / 81.
        let most = gains.windows(2).fold(0.0, |a: f64, w| a.max((w[1] - w[0]).abs()));
        assert!(lowest < 0.3 && most <= (1.0 - lowest) * 0.755 / 81.0, "{name}: {most} {lowest}");
    }
}

#[test]
fn the_gain_returns_by_63_percent_of_its_way_within_the_release() {
    for release in [0.03, 0.1, 0.5] {
        let mut rig = Rig::new(&NODE, 48_000, &[("release", json!(release))], &[1]).unwrap();
        let (burst, frames) = (4_800, 60_000);
        let mut signal: Vec<f32> = sine(1_000.0, 48_000, burst).iter().map(|x| x * 4.0).collect();
        signal.resize(frames, 0.0);
        let out = rig.run(&[vec![signal]], frames);
        let gains: Vec<f64> = out[1][0].iter().map(|&r| 10f64.powf(f64::from(r) / 20.0)).collect();
        // A stretch of the release itself, past the smoothing: ln of what is missing falls by one a time constant.
        let (a, b) = (burst + 435 + 300, burst + 435 + 300 + (release * 48_000.0) as usize);
        let fallen = ((1.0 - gains[a]) / (1.0 - gains[b])).ln();
        assert!((fallen - 1.0).abs() < 0.01, "{release}: {fallen}");
    }
}

#[test]
fn a_steady_tone_stays_a_tone() {
    for (hertz, bound) in [(997.0, -110.0), (110.0, -110.0), (41.0, -45.0)] {
        let signal: Vec<f32> = sine(hertz, 48_000, 96_000).iter().map(|x| x * 4.0).collect();
        let out = Rig::new(&NODE, 48_000, &[], &[1]).unwrap().through(&[signal]).swap_remove(0);
        let settled = &out[48_000..];
        let (first, _) = component(settled, hertz, 48_000);
        let rest: f64 = (2..20).map(|k| component(settled, hertz * f64::from(k), 48_000).0.powi(2)).sum();
        let distortion = db(rest.sqrt() / first);
        assert!(distortion < bound, "{hertz} Hz: {distortion} dB");
    }
}

#[test]
fn ceiling_and_gain_may_move() {
    let mut rig = Rig::new(&NODE, 48_000, &[], &[1]).unwrap();
    rig.move_parameter("ceiling", (0..24_000).map(|i| if i < 12_000 { -2.0 } else { -12.0 }).collect());
    rig.move_parameter("gain", (0..24_000).map(|i| i as f32 / 2_000.0).collect());
    let out = rig.through(&[sine(997.0, 48_000, 24_000)]).swap_remove(0);
    let before = db(peak(&out[8_000..12_000]));
    let after = db(peak(&out[14_000..]));
    assert!((-2.2..=-2.0).contains(&before) && (-12.2..=-12.0).contains(&after), "{before} {after}");
}

#[test]
fn nothing_breaks_it_and_reset_heals() {
    for rate in [8_000, 384_000] {
        for (ceiling, gain, release, lookahead) in [(-40.0, 48.0, 0.001, 0.0005), (0.0, -24.0, 10.0, 0.02)] {
            let values = [
                ("ceiling", json!(ceiling)),
                ("gain", json!(gain)),
                ("release", json!(release)),
                ("lookahead", json!(lookahead)),
            ];
            let mut rig = Rig::new(&NODE, rate, &values, &[1]).unwrap();
            let signal: Vec<f32> = noise(9, 20_000).iter().map(|x| x * 1e3).collect();
            let fresh = rig.through(std::slice::from_ref(&signal));
            assert!(db(peak(&fresh[0])) <= ceiling, "{}", db(peak(&fresh[0])));
            let mut bad = signal.clone();
            (bad[100], bad[200]) = (f32::NAN, f32::INFINITY);
            rig.through(&[bad]);
            rig.reset();
            assert_eq!(rig.through(&[signal]), fresh);
        }
    }
}

#[test]
fn after_sound_comes_exact_silence_and_rest() {
    let mut rig = Rig::new(&NODE, 48_000, &[("release", json!("5 ms"))], &[2]).unwrap();
    let mut signal: Vec<f32> = noise(3, 4_800).iter().map(|x| x * 3.0).collect();
    signal.resize(24_000, 0.0);
    let out = rig.run(&[vec![signal]], 24_000);
    assert!(out.iter().flatten().all(|c| c[16_000..].iter().all(|&x| x == 0.0)));
}

#[test]
fn the_kernel_of_the_detector_reads_any_fraction_of_a_frame() {
    // The oracle of a sinc: a sine, read between its samples.
    for fraction in [0.125, 0.5, 0.9] {
        let taps = kaiser_sinc(32, fraction, 1.0, 8.0);
        let value: f64 = taps.iter().enumerate().map(|(i, t)| t * (0.7 * (i as f64 - 31.0)).sin()).sum();
        assert!((value - (0.7 * fraction).sin()).abs() < 1e-4, "{fraction}: {value}");
    }
}
