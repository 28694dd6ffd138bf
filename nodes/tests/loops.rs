//! The example patches that lead sound round in loops, each against the closed form of what it builds.

use signalbox_engine::Audio;
use signalbox_engine::compile::{Context, compile};
use signalbox_engine::node::Assets;
use signalbox_engine::patch::{Cable, Node, Patch, file};
use signalbox_engine::render::{Options, to_memory};
use std::f64::consts::{PI, TAU};
use std::ops::{Add, Div, Mul};
use std::sync::Arc;

const RATE: u32 = 48_000;
const FS: f64 = 48_000.0;

const STRING: &str = include_str!("../../examples/karplus-strong.json");
const FM: &str = include_str!("../../examples/feedback-fm.json");
const DUB: &str = include_str!("../../examples/dub-delay.json");
const SCHROEDER: &str = include_str!("../../examples/schroeder.json");
const CHORDS: &str = include_str!("../../examples/chords.json");

/// No patch here plays a file.
struct NoFiles;

impl Assets for NoFiles {
    fn audio(&self, path: &str, _rate: u32) -> Result<Arc<Audio>, String> {
        Err(format!("{path}: there are no files"))
    }

    fn width(&self, path: &str) -> Result<usize, String> {
        Err(format!("{path}: there are no files"))
    }
}

fn read(text: &str) -> Patch {
    file::read(text).unwrap_or_else(|e| panic!("{e}"))
}

/// The only channel that a patch gives.
fn rendered(patch: &Patch) -> Vec<f64> {
    let shelf = signalbox_nodes::shelf();
    let context = Context { shelf: &shelf, assets: &NoFiles, rate: RATE, lanes: 16 };
    let audio = to_memory(patch, &context, &Options::default()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!((audio.rate, audio.channels.len()), (RATE, 1));
    audio.channels[0].iter().map(|&x| f64::from(x)).collect()
}

fn gain(db: f64) -> f64 {
    10f64.powf(db / 20.0)
}

fn db(gain: f64) -> f64 {
    20.0 * gain.log10()
}

/// The largest distance between two signals of one length.
fn apart(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).fold(0.0, |most, (a, b)| most.max((a - b).abs()))
}

fn peak(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |most, x| most.max(x.abs()))
}

/// A complex number.
#[derive(Clone, Copy, Debug)]
struct C(f64, f64);

impl C {
    /// e to the power of `self`.
    fn exp(self) -> Self {
        C(self.0.exp() * self.1.cos(), self.0.exp() * self.1.sin())
    }

    fn ln(self) -> Self {
        C(self.abs().ln(), self.1.atan2(self.0))
    }

    fn abs(self) -> f64 {
        self.0.hypot(self.1)
    }
}

impl Add for C {
    type Output = C;
    fn add(self, b: C) -> C {
        C(self.0 + b.0, self.1 + b.1)
    }
}

impl Mul for C {
    type Output = C;
    fn mul(self, b: C) -> C {
        C(self.0 * b.0 - self.1 * b.1, self.0 * b.1 + self.1 * b.0)
    }
}

impl Div for C {
    type Output = C;
    fn div(self, b: C) -> C {
        let d = b.0 * b.0 + b.1 * b.1;
        self * C(b.0 / d, -b.1 / d)
    }
}

/// `1 / (s² + s/q + 1)`, or `s²` above that, at `z`, by the bilinear transform with its corner in place.
fn second_order(z: C, corner: f64, q: f64, highpass: bool) -> C {
    let s = (z + C(-1.0, 0.0)) / (z + C(1.0, 0.0)) * C(1.0 / (PI * corner / FS).tan(), 0.0);
    let top = if highpass { s * s } else { C(1.0, 0.0) };
    top / (s * s + s * C(1.0 / q, 0.0) + C(1.0, 0.0))
}

/// The sum of `x[n] w[n] e^(-i turn (n - origin))`.
fn spectrum(x: &[f64], turn: f64, origin: f64, window: impl Fn(usize) -> f64) -> C {
    x.iter().enumerate().fold(C(0.0, 0.0), |sum, (n, x)| {
        sum + C(x * window(n), 0.0) * C(0.0, -turn * (n as f64 - origin)).exp()
    })
}

#[test]
fn the_examples_are_as_the_program_writes_them_and_nothing_about_them_is_odd() {
    let shelf = signalbox_nodes::shelf();
    for text in [STRING, FM, DUB, SCHROEDER, CHORDS] {
        let patch = read(text);
        assert_eq!(file::write(&patch).unwrap_or_else(|e| panic!("{e}")), text);
        assert!(!patch.title.is_empty() && patch.length.is_some());
        let context = Context { shelf: &shelf, assets: &NoFiles, rate: RATE, lanes: 16 };
        let compiled = compile(&patch, &context).unwrap_or_else(|e| panic!("{e:?}"));
        assert!(compiled.warnings.is_empty(), "{}: {:?}", patch.title, compiled.warnings);
        let sound = peak(&rendered(&patch));
        assert!((0.05..1.0).contains(&sound), "{} peaks at {sound}", patch.title);
    }
}

/// The poles of the string lie where a round changes nothing: `z^-D G F(z) = 1`, with the delay's time D, the loss G
/// and the low-pass F.
#[test]
fn the_string_rings_at_the_poles_of_its_loop() {
    let y = rendered(&read(STRING));
    let (delay, loss) = (0.009_029_54 * FS, C(gain(-0.1), 0.0));
    let low = |z: C| second_order(z, 5_000.0, 0.5, false);
    // Blackman and Harris, four terms: sidelobes below -92 dB.
    const LENGTH: usize = 8_192;
    let window = |n: usize| {
        let t = TAU * n as f64 / LENGTH as f64;
        0.35875 - 0.48829 * t.cos() + 0.14128 * (2.0 * t).cos() - 0.01168 * (3.0 * t).cos()
    };
    for harmonic in [1, 2, 3, 5, 8] {
        let turns = C(0.0, TAU * f64::from(harmonic));
        let scale = C(1.0 / delay, 0.0);
        let mut pole = turns * scale;
        for _ in 0..60 {
            pole = ((loss * low(pole.exp())).ln() + turns) * scale;
        }
        let round = db(pole.exp().abs().powf(delay));
        // First near each other, so that the phase is known to a turn, then far apart.
        for (apart, most_cents, most_db) in [(240, 1.0, 0.01), (24_000, 0.01, 0.0001)] {
            let at = |start: usize| spectrum(&y[start..start + LENGTH], pole.1, 0.0, window);
            // Against what the pole says of the time between; 1 if it is right.
            let off = (at(4_800 + apart) / at(4_800) / (pole * C(apart as f64, 0.0)).exp()).ln();
            let cents = 1_200.0 * (1.0 + off.1 / apart as f64 / pole.1).log2();
            let level = db((off.0 * delay / apart as f64).exp());
            assert!(cents.abs() < most_cents, "harmonic {harmonic}: {cents} cents off");
            assert!(level.abs() < most_db, "harmonic {harmonic}: {level} dB a round off {round}");
        }
        if harmonic == 1 {
            let pitch = pole.1 / TAU * FS;
            assert!((1_200.0 * (pitch / 110.0).log2()).abs() < 0.1, "{pitch} Hz");
        }
    }
}

/// Two sines, `y[n] = sin(2π φ[n])` and `φ[n + 1] = φ[n] + f[n] / rate`: a frame sounds at the phase that it finds and
/// then goes on by its own frequency. `late` says which of them hears the other a frame late.
fn two_sines(frames: usize, late: [bool; 2]) -> Vec<f64> {
    let (mut first, mut second) = (0.0f64, 0.25f64);
    let mut before = [0.0; 2];
    let mut out = Vec::with_capacity(frames);
    for _ in 0..frames {
        let now = [(TAU * first).sin(), (TAU * second).sin()];
        let to_first = if late[0] { before[1] } else { now[1] };
        let to_second = if late[1] { before[0] } else { now[0] };
        first = (first + (220.0 + 150.0 * to_first) / FS).fract();
        second = (second + (331.0 + 300.0 * to_second) / FS).fract();
        before = now;
        out.push(gain(-12.0) * now[0]);
    }
    out
}

/// In single precision a sine is right to 1.2e-7, so that 300 Hz of it are right to 4e-5 Hz, and a sum below 1,024 Hz
/// is rounded by 3e-5 Hz. If all of that lay on one side, the phase would be off by 4.4e-4 radians after a second.
#[test]
fn two_sines_move_each_other_as_the_recurrence_says() {
    let y = rendered(&read(FM));
    let most = gain(-12.0) * 4.4e-4;
    let second = RATE as usize;
    let theory = two_sines(y.len(), [true, false]);
    let error = apart(&y[..second], &theory[..second]);
    assert!(error < most, "{error}");
    // The frame of delay lies on that cable and on no other.
    for late in [[false, true], [true, true], [false, false]] {
        let other = two_sines(second, late);
        assert!(apart(&y[..second], &other) > 100.0 * most, "{late:?}");
    }
}

/// The frames from one echo to the next: 375 ms.
const ECHO: usize = 18_000;

#[test]
fn the_first_echo_is_the_stab_itself_at_the_very_frame() {
    let y = rendered(&read(DUB));
    // The second echo begins with what the saturator's filters give ahead of it, some 50 frames.
    let heard = ECHO - 100;
    assert!(peak(&y[..heard]) > 0.05);
    assert_eq!(y[..heard], y[ECHO..ECHO + heard]);
}

/// With a click in place of the stab. In the saturator it peaks at 0.0063, where `tanh(x)` is off by `x³ / 3`: 1.3e-5.
#[test]
fn each_echo_is_the_one_before_through_the_filter_and_at_its_time() {
    let mut patch = read(DUB);
    let gone = ["score", "wave", "shape", "pluck"];
    let graph = &mut patch.graph;
    graph.nodes.retain(|id, _| !gone.contains(&id.as_str()));
    graph.cables.retain(|_, c| ![&c.from.node, &c.to.node].iter().any(|id| gone.contains(&id.as_str())));
    graph.nodes.insert("click".into(), Node::new("impulse").with("level", "-50 dB"));
    graph.connect(Cable::new("click", "dry"));
    let y = rendered(&patch);
    let click = gain(-50.0);
    assert!((y[0] - click).abs() < 1e-8 && (y[ECHO] - click).abs() < 1e-8);
    for frequency in [200.0, 500.0, 1_000.0, 4_000.0] {
        let turn = TAU * frequency / FS;
        let round = C(gain(-3.0), 0.0) * second_order(C(0.0, turn).exp(), 300.0, 0.707, true);
        let mut theory = C(click, 0.0);
        for echo in 1..=6 {
            let (before, length) = (500, 17_000);
            let start = echo * ECHO - before;
            let measured = spectrum(&y[start..start + length], turn, before as f64, |_| 1.0);
            let off = (measured / theory).ln();
            let (level, frames) = (db(off.0.exp()), off.1 / turn);
            assert!(level.abs() < 0.01, "{frequency} Hz, echo {echo}: {level} dB off");
            assert!(frames.abs() < 0.01, "{frequency} Hz, echo {echo}: {frames} frames off");
            theory = theory * round;
        }
    }
}

/// `y[n] = x[n - D] + g y[n - D]`.
fn comb(x: &[f64], delay: usize, g: f64) -> Vec<f64> {
    let mut y: Vec<f64> = vec![0.0; x.len()];
    for n in delay..x.len() {
        y[n] = x[n - delay] + g * y[n - delay];
    }
    y
}

/// `y[n] = g x[n] + x[n - D] - g y[n - D]`.
fn all_pass(x: &[f64], delay: usize, g: f64) -> Vec<f64> {
    let mut y: Vec<f64> = vec![0.0; x.len()];
    for n in 0..x.len() {
        let (x_then, y_then) = if n < delay { (0.0, 0.0) } else { (x[n - delay], y[n - delay]) };
        y[n] = g * x[n] + x_then - g * y_then;
    }
    y
}

/// The losses are those of Schroeder's rule for a reverb time of 1.5 s, to four decimals of a decibel.
#[test]
fn schroeders_reverb_answers_a_click_as_its_recurrences_do() {
    let y = rendered(&read(SCHROEDER));
    let mut click = vec![0.0; y.len()];
    click[0] = 1.0;
    let mut theory = vec![0.0; y.len()];
    for delay in [1_433, 1_601, 1_867, 2_053] {
        let loss = (-60.0 * delay as f64 / (1.5 * FS) * 1e4).round() / 1e4;
        for (sum, x) in theory.iter_mut().zip(comb(&click, delay, gain(loss))) {
            *sum += gain(-12.0) * x;
        }
    }
    let theory = all_pass(&all_pass(&theory, 241, 0.7), 83, 0.7);
    let error = db(apart(&y, &theory) / peak(&theory));
    assert!(error < -100.0, "{error} dB");
    // What is left after a second is 40 dB below the beginning, as the reverb time says.
    let power = |from: f64| {
        let from = (from * FS) as usize;
        y[from..from + 19_200].iter().map(|x| x * x).sum::<f64>()
    };
    let fall = 10.0 * (power(0.2) / power(1.2)).log10();
    assert!((fall - 40.0).abs() < 1.0, "{fall} dB a second");
}
