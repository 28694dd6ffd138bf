//! The workloads compile and sound, and patches and sticks do the same work.

use super::material::{self, Material};
use super::own::{self, OWN, Way};
use super::patches;
use super::settings::RATE;
use super::stick::{Chain, Mix, Sines, Stick, Voices};
use signalbox_engine::Audio;
use signalbox_engine::compile::{Context, lanes_here};
use signalbox_engine::node::{Assets, NoAssets};
use signalbox_engine::patch::{Node, Patch};
use signalbox_engine::render::{Options, to_memory};
use std::sync::OnceLock;

/// The loops, computed once for all tests.
pub(super) fn material() -> &'static Material {
    static MATERIAL: OnceLock<Material> = OnceLock::new();
    MATERIAL.get_or_init(Material::new)
}

fn render(patch: &Patch, assets: &dyn Assets, seconds: f64) -> Audio {
    let shelf = own::shelf();
    let context = Context { shelf: &shelf, assets, rate: RATE, lanes: lanes_here() };
    let audio =
        to_memory(patch, &context, &Options { seconds: Some(seconds), ..Options::default() }).unwrap();
    assert!(audio.channels.iter().flatten().all(|x| x.is_finite()));
    audio
}

/// The level of each channel from a frame on, in decibels.
fn levels(audio: &Audio, from: usize) -> Vec<f64> {
    let mean = |c: &[f32]| c.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / c.len() as f64;
    audio.channels.iter().map(|c| 10.0 * mean(&c[from..]).log10()).collect()
}

/// Both are as loud as each other, channel by channel, within some decibels.
fn agree(patch: &Audio, stick: &Audio, from: usize, within: f64) {
    let (a, b) = (levels(patch, from), levels(stick, from));
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(&b) {
        assert!((a - b).abs() < within, "patch {a:.2} dB, stick {b:.2} dB");
    }
}

#[test]
fn the_mix_is_as_loud_as_its_stick() {
    let patch = render(&patches::mix(), material(), 4.0);
    let stick = Mix::new(material().loops()).render(4 * RATE as usize);
    agree(&patch, &stick, RATE as usize, 1.5);
}

#[test]
fn the_chain_is_as_loud_as_its_stick() {
    agree(&render(&patches::chain(200), &NoAssets, 0.5), &Chain::new(200).render(24_000), 4_800, 0.05);
}

#[test]
fn the_sines_are_those_of_the_stick() {
    let patch = render(&patches::sines(50), &NoAssets, 0.1);
    let stick = Sines::new(50).render(4_800);
    for (a, b) in patch.channels[0].iter().zip(&stick.channels[0]) {
        assert!((a - b).abs() < 2e-4, "{a} {b}");
    }
}

#[test]
fn a_node_in_script_sounds_as_the_same_in_rust() {
    for node in &OWN {
        for way in [Way::Chain, Way::Beside] {
            let sound = |node: Node| render(&own::patch(20, &node, way), &NoAssets, 0.1);
            let (script, rust) = (sound(node.in_script()), sound(node.in_rust()));
            assert!(levels(&rust, 0)[0] > -60.0, "{} is silent", node.kind);
            for (a, b) in script.channels[0].iter().zip(&rust.channels[0]) {
                assert!((a - b).abs() < 1e-4, "{}: {a} {b}", node.kind);
            }
        }
    }
}

#[test]
fn the_voices_are_as_loud_as_their_stick() {
    let patch = render(&patches::voices(None), &NoAssets, 3.0);
    // The stick begins in the midst of a note, the patch with its attack.
    agree(&patch, &Voices::new().render(3 * RATE as usize), RATE as usize, 1.0);
}

#[test]
fn a_word_for_the_quality_reaches_every_saw() {
    let patch = patches::voices(Some("control"));
    let saws = patch.graph.nodes.values().filter(|n| n.values.get("shape").is_some_and(|s| s == "saw"));
    assert_eq!(saws.filter(|n| n.values.get("mode").is_some_and(|m| m == "control")).count(), 256);
}

#[test]
fn a_session_has_about_as_many_nodes_as_were_asked_for_and_sounds() {
    for wanted in [100, 400] {
        let patch = patches::session(wanted, 1);
        let is = patch.graph.nodes.len();
        assert!((wanted..wanted + wanted / 8).contains(&is), "{is} for {wanted}");
        assert!(levels(&render(&patch, &NoAssets, 0.2), 0).iter().all(|&level| level > -60.0));
    }
    assert_ne!(patches::session(100, 1), patches::session(100, 2));
}

#[test]
fn the_loops_differ_in_level_and_pitch_and_fill_their_length() {
    let loops = material().loops();
    assert_eq!(loops.len(), 64);
    for audio in loops {
        assert_eq!((audio.rate, audio.width(), audio.frames()), (RATE, 2, material::FRAMES));
        let peak = audio.channels[0].iter().fold(0f32, |p, x| p.max(x.abs()));
        assert!((peak - 0.5).abs() < 1e-3, "{peak}");
        assert!(levels(audio, 0).iter().all(|level| (-45.0..-6.0).contains(level)));
    }
    let all: Vec<f64> = loops.iter().map(|l| levels(l, 0)[0]).collect();
    let (low, high) = all.iter().fold((0f64, -100f64), |(a, b), &x| (a.min(x), b.max(x)));
    assert!(high - low > 10.0, "{low} to {high}");
    // How often a second a kick and a hat cross zero.
    let crossings = |i: usize| loops[i].channels[0].windows(2).filter(|w| w[0] * w[1] < 0.0).count() / 8;
    assert!(crossings(0) < 300 && crossings(2) > 5_000, "{} {}", crossings(0), crossings(2));
}

#[test]
fn loops_have_names_and_one_rate() {
    assert_eq!(material().width(&Material::name(63)), Ok(2));
    assert!(material().width("loop-64").is_err_and(|e| e.contains("loop-63")));
    assert!(material().audio("loop-00", 44_100).is_err_and(|e| e.contains("48000")));
}
