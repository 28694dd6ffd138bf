//! Every chain of the library by its effect, measured on what it renders.

use crate::support::{Project, level, near, sine};
use signalbox_engine::Audio;
use signalbox_scripts::{Mode, doc};
use signalbox_studio::measure::analysis::{analyse, difference_dbfs};
use std::f64::consts::TAU;

const RATE: f64 = crate::support::RATE as f64;

/// What a chain makes of a sound of two channels, `at(seconds, channel)`.
fn through(chain: &str, seconds: f64, at: impl Fn(f64, usize) -> f64) -> Audio {
    let project = Project::new();
    for (name, channel) in [("l.wav", 0), ("r.wav", 1)] {
        project.sound(name, seconds, |t| at(t, channel));
    }
    let source = format!(
        "let x = stereo(player(\"l.wav\"), player(\"r.wav\"));\n\
         let y = x |> {chain};\ny |> master();\ny |> render(\"y.wav\", bits: 32);"
    );
    let outcome = crate::support::script(&source).run(&project.settings(Mode::Run));
    outcome.unwrap_or_else(|e| panic!("{e}"));
    signalbox_file::read(project.folder().join("y.wav")).unwrap()
}

fn tone(frequency: f64, amplitude: f64) -> impl Fn(f64, usize) -> f64 {
    move |t, _| amplitude * sine(frequency, t)
}

/// The amplitude of a frequency in the middle of a sound, in decibels.
fn component(audio: &Audio, channel: usize, frequency: f64) -> f64 {
    let x = &audio.channels[channel];
    let part = &x[x.len() / 4..x.len() * 3 / 4];
    let n = part.len() as f64;
    let (mut re, mut im, mut sum) = (0.0, 0.0, 0.0);
    for (i, &v) in part.iter().enumerate() {
        let w = 0.5 - 0.5 * (TAU * i as f64 / n).cos();
        let phase = TAU * frequency * i as f64 / RATE;
        re += f64::from(v) * w * phase.cos();
        im -= f64::from(v) * w * phase.sin();
        sum += w;
    }
    20.0 * (2.0 * re.hypot(im) / sum).max(1e-15).log10()
}

/// How much a chain changes the level of a tone.
fn gain(chain: &str, frequency: f64, amplitude: f64) -> f64 {
    component(&through(chain, 1.0, tone(frequency, amplitude)), 0, frequency) - 20.0 * amplitude.log10()
}

#[test]
fn tape_adds_a_third_harmonic_that_rises_with_its_drive() {
    let third = |drive: f64| {
        let y = through(&format!("tape(drive: {drive}.db)"), 1.0, tone(500.0, 0.25));
        component(&y, 0, 1_500.0) - component(&y, 0, 500.0)
    };
    let all: Vec<f64> = [0.0, 3.0, 6.0, 12.0].map(third).into();
    assert!(all.windows(2).all(|w| w[1] > w[0] + 2.0), "{all:?}");
    // tanh x = x - x³/3: the third harmonic of a sine of amplitude a lies at a²/12.
    let amplitude = 0.25 * 10f64.powf(3.0 / 20.0);
    near("third harmonic", all[1], 20.0 * (amplitude * amplitude / 12.0).log10(), 1.0);
}

#[test]
fn vocal_takes_rumble_out_and_evens_the_level() {
    assert!(gain("vocal()", 30.0, 0.1) < -12.0);
    let (soft, loud) = (gain("vocal()", 700.0, 0.02), gain("vocal()", 700.0, 0.5));
    assert!(soft - loud > 6.0, "{soft} {loud}");
}

#[test]
fn drumbus_makes_hits_denser() {
    let hits = |t: f64, _: usize| 0.7 * (-(t * 4.0).fract() * 8.0).exp() * sine(180.0, t);
    let crest = |a: &Audio| analyse(a).meters.sample_peak_dbfs.unwrap() - analyse(a).meters.rms_dbfs.unwrap();
    let (before, after) = (through("gain(0.db)", 2.0, hits), through("drumbus()", 2.0, hits));
    assert!(crest(&before) - crest(&after) > 0.5, "{} {}", crest(&before), crest(&after));
}

#[test]
fn bassline_gives_small_speakers_overtones() {
    let y = through("bassline()", 1.0, tone(50.0, 0.3));
    assert!(component(&y, 0, 150.0) - component(&y, 0, 50.0) > -45.0);
    let clean = through("bassline(growl: 0.0)", 1.0, tone(50.0, 0.3));
    assert!(component(&clean, 0, 150.0) - component(&clean, 0, 50.0) < -50.0);
}

#[test]
fn guitar_distorts_and_cuts_the_top() {
    assert!(gain("guitar()", 1_000.0, 0.001) - gain("guitar()", 7_500.0, 0.001) > 12.0);
    let y = through("guitar()", 1.0, tone(300.0, 0.3));
    assert!(component(&y, 0, 900.0) - component(&y, 0, 300.0) > -30.0);
}

#[test]
fn space_rings_for_as_long_as_it_says() {
    let y = through("space(decay: 1.5.s, mix: 1.0)", 0.1, tone(1_000.0, 0.5));
    let rt = signalbox_studio::measure::analysis::rt60(&y).unwrap();
    assert!((1.2..1.8).contains(&rt), "{rt}");
}

#[test]
fn dub_echoes_fall_by_their_feedback() {
    let blip = |t: f64, _: usize| if t < 0.02 { 0.5 * sine(800.0, t) } else { 0.0 };
    let y = through("dub(time: 250.ms, feedback: 0.5, mix: 1.0)", 0.5, blip);
    let both: Vec<f32> = y.channels[0].iter().zip(&y.channels[1]).map(|(a, b)| a + b).collect();
    let echo = |n: f64| level(&both, n * 0.25 + 0.01, 0.02);
    near("second echo", echo(2.0) - echo(1.0), -6.0, 1.5);
    assert!(level(&both, 0.01, 0.02) < -60.0, "no dry sound");
}

const SHIMMER: &str = include_str!("../../examples/shimmer.rhai");
const STEMS: &str = include_str!("../../examples/stems.rhai");

/// A stretch of a sound, in seconds.
fn stretch(audio: &Audio, from: f64, to: f64) -> Audio {
    let at = |t: f64| ((t * RATE) as usize).min(audio.frames());
    Audio {
        rate: audio.rate,
        channels: audio.channels.iter().map(|c| c[at(from)..at(to)].to_vec()).collect(),
    }
}

#[test]
fn shimmer_climbs_by_octaves_while_it_dies_away() {
    let blip = |t: f64, _: usize| if t < 0.5 { 0.3 * sine(400.0, t) } else { 0.0 };
    let y = through("shimmer(decay: 2.s)", 0.6, blip);
    let room = through("space(decay: 2.s)", 0.6, blip);
    // How loud an octave above the tone is in half a second; modulation in the room spreads it a little.
    let band = |y: &Audio, from: f64, octave: i32| {
        let (part, f) = (stretch(y, from, from + 0.5), 400.0 * 2f64.powi(octave));
        [-6.0, -3.0, 0.0, 3.0, 6.0].map(|d| component(&part, 0, f + d)).into_iter().fold(-200.0, f64::max)
    };
    let over = |y: &Audio, from: f64, octave: i32, other: i32| band(y, from, octave) - band(y, from, other);
    // Behind the tone its octave sounds, which in a plain room it never does.
    let (here, plain) = (over(&y, 0.5, 1, 0), over(&room, 0.5, 1, 0));
    assert!(here > 20.0 && plain < -20.0, "{here} {plain}");
    // From turn to turn it climbs on.
    for octave in [2, 3] {
        let (early, late) = (over(&y, 0.5, octave, 1), over(&y, 1.0, octave, 1));
        assert!(late > early + 6.0, "octave {octave}: {early}, then {late}");
    }
    // It dies away.
    let loud = |from: f64| level(&y.channels[0], from, 0.5);
    assert!(
        loud(2.0) > loud(5.0) + 10.0 && y.seconds() < 60.0,
        "{} {} {}",
        loud(2.0),
        loud(5.0),
        y.seconds()
    );
}

#[test]
fn the_shimmer_of_the_examples_holds_what_it_asserts() {
    let outcome = Project::new().run(SHIMMER).unwrap_or_else(|e| panic!("{e}"));
    assert!(outcome.failed().is_empty() && outcome.checks.len() == 1, "{:?}", outcome.checks);
    assert!(outcome.notes.is_empty(), "{:?}", outcome.notes);
}

#[test]
fn a_stem_is_a_bus_with_its_own_share_and_stems_add_up_to_the_mix() {
    let project = Project::new();
    for (name, frequency) in [("drums", 200.0), ("bass", 60.0), ("vox", 440.0)] {
        let beat = |t: f64| if name == "drums" { (-(t * 2.0).fract() * 9.0).exp() } else { 1.0 };
        project.sound(&format!("stems/{name}.wav"), 1.0, |t| 0.2 * beat(t) * sine(frequency, t));
    }
    let outcome = project.run(STEMS).unwrap_or_else(|e| panic!("{e}"));
    assert!(outcome.failed().is_empty() && outcome.checks.len() == 1, "{:?}", outcome.checks);
    let read = |name: &str| signalbox_file::read(project.folder().join(format!("out/{name}.wav"))).unwrap();
    let (mix, stems) = (read("mix"), ["drums", "bass", "vox"].map(read));
    let sum = (0..mix.frames())
        .map(|i| stems.iter().map(|s| s.channels[0].get(i).copied().unwrap_or(0.0)).sum::<f32>());
    let off = sum.zip(&mix.channels[0]).map(|(a, b)| f64::from((a - b).abs())).fold(0.0, f64::max);
    // Each file ends where its own tail falls below -100 dBFS.
    assert!(off < 1e-5, "{off}");
    // Each has its own sound alone, and the room of its own: drums and voice ring on, the bass does not.
    near("voice", component(&read("vox"), 0, 440.0) - component(&mix, 0, 440.0), 0.0, 0.5);
    assert!(component(&read("vox"), 0, 60.0) < component(&mix, 0, 60.0) - 40.0);
    assert!(component(&read("bass"), 0, 440.0) < component(&mix, 0, 440.0) - 40.0);
    assert!(read("vox").seconds() > 1.3 && read("bass").seconds() < 1.3);
    // Twice by one name is one bus, which is heard once.
    let twice = through("stem(name: \"a\")", 0.3, tone(300.0, 0.1));
    near("level", component(&twice, 0, 300.0), -20.0, 0.01);
}

#[test]
fn lofi_is_narrow_and_mono() {
    assert!(gain("lofi()", 1_000.0, 0.01) - gain("lofi()", 80.0, 0.01) > 20.0);
    assert!(gain("lofi()", 1_000.0, 0.01) - gain("lofi()", 7_000.0, 0.01) > 15.0);
    assert_eq!(through("lofi()", 0.2, tone(500.0, 0.1)).width(), 1);
}

#[test]
fn parallel_adds_a_chain_at_its_level() {
    let wanted = 20.0 * (1.0 + 10f64.powf(-9.0 / 20.0)).log10();
    near("level", gain("parallel()", 440.0, 0.1), wanted, 0.01);
    near("other", gain("parallel(chain: gain(6.db), level: -6.db)", 440.0, 0.1), 20.0 * 2f64.log10(), 0.01);
}

#[test]
fn midside_parts_and_joins_without_a_trace_and_reaches_the_sides_alone() {
    let sides = |t: f64, c: usize| 0.2 * sine(300.0, t) + if c == 0 { 0.1 } else { -0.1 } * sine(900.0, t);
    let dry = through("gain(0.db)", 0.5, sides);
    let off = difference_dbfs(&dry, &through("midside()", 0.5, sides));
    assert!(off.is_none_or(|db| db < -120.0), "{off:?}");
    let y = through("midside(side: gain(-12.db))", 0.5, sides);
    near("side", component(&y, 1, 900.0) - component(&dry, 1, 900.0), -12.0, 0.05);
    near("middle", component(&y, 1, 300.0) - component(&dry, 1, 300.0), 0.0, 0.05);
}

#[test]
fn multiband_is_flat_until_it_works_and_compresses_bands_apart() {
    for frequency in [60.0, 200.0, 700.0, 3_000.0, 6_000.0] {
        near(&format!("{frequency} Hz"), gain("multiband(threshold: 0.db)", frequency, 0.01), 0.0, 0.6);
    }
    let chain = "multiband(low: 8.0, mid: 1.0, high: 1.0, threshold: -40.db)";
    assert!(gain(chain, 60.0, 0.3) < -15.0);
    near("high", gain(chain, 7_000.0, 0.3), 0.0, 1.0);
}

#[test]
fn duck_goes_down_while_the_other_plays() {
    let y = through("duck(key: player(\"l.wav\"))", 1.0, tone(300.0, 0.2));
    assert!(component(&y, 0, 300.0) - 20.0 * 0.2f64.log10() < -12.0);
    near("alone", gain("duck(key: player(\"l.wav\") * -60.db)", 300.0, 0.2), 0.0, 0.01);
}

#[test]
fn minus_takes_somebody_out_of_a_mix() {
    let y = through("minus(own: player(\"l.wav\"))", 0.3, tone(300.0, 0.2));
    assert!(y.channels.iter().flatten().all(|x| x.abs() < 1e-6));
}

#[test]
fn masters_keep_their_ceilings_and_do_what_they_are_named_for() {
    let song = |t: f64, c: usize| {
        let beat = (-(t * 2.0).fract() * 10.0).exp();
        let side = if c == 0 { 0.1 } else { -0.1 };
        0.6 * beat * sine(60.0, t) + 0.2 * sine(440.0, t) + 0.1 * sine(2_500.0, t) + side * sine(70.0, t)
    };
    let dry = through("gain(6.db)", 4.0, song);
    let lufs = |a: &Audio| analyse(a).meters.integrated_lufs.unwrap();
    for (chain, ceiling) in [
        ("transparent()", -1.0),
        ("loud()", -1.0),
        ("warm()", -1.0),
        ("vinyl()", -3.0),
        ("podcast()", -1.0),
        ("broadcast()", -3.0),
    ] {
        let y = through(&format!("gain(6.db) |> {chain}"), 4.0, song);
        let peak = analyse(&y).meters.true_peak_dbtp.unwrap();
        assert!(peak <= ceiling, "{chain}: {peak}");
        if chain == "loud()" {
            let (soft, loud) =
                (through("gain(-12.db)", 4.0, song), through("gain(-12.db) |> loud()", 4.0, song));
            assert!(lufs(&loud) > lufs(&soft) + 1.0, "{} {}", lufs(&loud), lufs(&soft));
        }
        if chain == "warm()" {
            let tilt = |a: &Audio| component(a, 0, 2_500.0) - component(a, 0, 440.0);
            assert!(tilt(&y) < tilt(&dry) - 0.5);
        }
        if chain == "vinyl()" {
            let side = |a: &Audio| {
                let s = a.channels[0].iter().zip(&a.channels[1]).map(|(l, r)| (l - r) / 2.0).collect();
                component(&Audio { rate: a.rate, channels: vec![s] }, 0, 70.0)
            };
            assert!(side(&y) < side(&dry) - 15.0, "{} {}", side(&y), side(&dry));
        }
        if chain == "podcast()" {
            let quiet = |t: f64, c: usize| {
                if (t * 2.0) as i64 % 2 == 0 { song(t, c) } else { 0.0005 * sine(333.0, t) }
            };
            let (a, b) = (through("gain(0.db)", 3.0, quiet), through("podcast(gain: 0.db)", 3.0, quiet));
            let pause = |x: &Audio| level(&x.channels[0], 2.9, 0.1);
            assert!(pause(&b) < pause(&a) - 10.0, "{} {}", pause(&b), pause(&a));
        }
    }
}

/// Each chain is tested above by its name.
#[test]
fn no_chain_is_left_out() {
    let here = include_str!("library.rs");
    for doc in doc::all().iter().filter(|d| d.group.starts_with("Chains")) {
        assert!(here.contains(&format!("{}(", doc.name)), "{} has no test", doc.name);
    }
}
