//! The console by what is heard: rendered with constants, whose levels are known.

use super::automation::{Course, Step};
use super::{Desk, Layer, Snapshot};
use signalbox_dsp::units::Unit;
use signalbox_engine::Audio;
use signalbox_engine::compile::Context;
use signalbox_engine::node::{Assets, NoAssets};
use signalbox_engine::patch::{Edit, Moment, Patch, Role, Shape, TempoMap};
use signalbox_engine::render::{Options, to_memory};
use std::sync::Arc;

/// Every file is a constant of 1, or of 0.5 where its name says so.
struct Ones;

impl Assets for Ones {
    fn audio(&self, path: &str, rate: u32) -> Result<Arc<Audio>, String> {
        let mut audio = Audio::silence(rate, 1, 48_000);
        audio.channels[0].fill(if path == "half" { 0.5 } else { 1.0 });
        Ok(Arc::new(audio))
    }
    fn width(&self, path: &str) -> Result<usize, String> {
        NoAssets.width(path).or(Ok(1))
    }
}

fn heard(patch: &Patch) -> Vec<f32> {
    let shelf = crate::shelf();
    let context = Context { shelf: &shelf, assets: &Ones, rate: 48_000, lanes: 1 };
    let options = Options { seconds: Some(1.0), ..Options::default() };
    to_memory(patch, &context, &options).unwrap().channels[0].clone()
}

fn db(x: f32) -> f32 {
    20.0 * x.abs().log10()
}

/// one ──→ master, and from there to the output; half beside it
fn two() -> Patch {
    let mut patch = Patch::default();
    let mut desk = Desk::new(&mut patch);
    desk.master().unwrap();
    desk.track("one", "one").unwrap();
    desk.track("half", "half").unwrap();
    desk.route("one", "master").unwrap();
    desk.route("half", "master").unwrap();
    patch
}

#[test]
fn strips_sum_on_the_master_and_a_fader_sets_its_own_alone() {
    let mut patch = two();
    assert!((heard(&patch)[40_000] - 1.5).abs() < 1e-6);
    Desk::new(&mut patch).set("half fader", "gain", "-6.020599913 dB").unwrap();
    assert!((heard(&patch)[40_000] - 1.25).abs() < 1e-6);
}

#[test]
fn a_mute_silences_the_send_before_the_fader_and_a_closed_fader_does_not() {
    let mut patch = two();
    let mut desk = Desk::new(&mut patch);
    desk.bus("verb", None).unwrap();
    desk.route("verb", "master").unwrap();
    let send = desk.send("one", "verb", true).unwrap();
    desk.set(&send, "gain", 0.0).unwrap();
    desk.set("one fader", "gain", -120.0).unwrap();
    desk.solo(&["one"]).unwrap();
    assert!((heard(&patch)[40_000] - 1.0).abs() < 1e-6, "the send alone");
    Desk::new(&mut patch).mute("one", true).unwrap();
    assert_eq!(heard(&patch)[40_000], 0.0);
    let mut desk = Desk::new(&mut patch);
    desk.mute("one", false).unwrap();
    desk.solo(&[]).unwrap();
    assert!((heard(&patch)[40_000] - 1.5).abs() < 1e-6);
}

#[test]
fn a_send_after_the_fader_follows_it() {
    let mut patch = two();
    let mut desk = Desk::new(&mut patch);
    desk.bus("verb", None).unwrap();
    desk.route("verb", "master").unwrap();
    let send = desk.send("one", "verb", false).unwrap();
    desk.set(&send, "gain", -12.0).unwrap();
    desk.set("one fader", "gain", -20.0).unwrap();
    desk.mute("half", true).unwrap();
    let wanted = 0.1 * (1.0 + 10f32.powf(-12.0 / 20.0));
    assert!((heard(&patch)[40_000] - wanted).abs() < 1e-5);
}

#[test]
fn a_vca_moves_all_of_its_strips_and_layers_keep_their_order_whatever_came_first() {
    let mut patch = two();
    let mut desk = Desk::new(&mut patch);
    desk.layer("one", &Layer::Pan).unwrap();
    desk.vca("all", &["one", "half"], -6.0).unwrap();
    desk.layer("one", &Layer::Pre).unwrap();
    assert_eq!(desk.behind_inserts("one"), "one pre");
    let order: Vec<(String, String)> = patch
        .graph
        .cables
        .values()
        .filter(|c| c.from.node.starts_with("one"))
        .map(|c| (c.from.to_string(), c.to.to_string()))
        .collect();
    for (from, to) in
        [("one", "one pre"), ("one pre", "one vca all"), ("one vca all", "one pan"), ("one pan", "one fader")]
    {
        assert!(order.contains(&(from.into(), to.into())), "{from} → {to} is not in {order:?}");
    }
    // The pan's law takes 3.01 dB from the middle of a mono strip.
    let x = heard(&patch)[40_000];
    let wanted = 10f32.powf(-6.0 / 20.0) * (0.5 + 0.5f32.sqrt());
    assert!((db(x) - db(wanted)).abs() < 0.01, "{x} {wanted}");
}

#[test]
fn what_was_done_does_the_same_to_another_patch() {
    let mut patch = Patch::default();
    let mut desk = Desk::new(&mut patch);
    desk.master().unwrap();
    desk.bus("in", Some(Role::Strip)).unwrap();
    desk.send("in", "master", true).unwrap();
    let edits: Vec<Edit> = desk.edits().to_vec();
    let mut again = Patch::default();
    edits.into_iter().for_each(|e| drop(again.apply(e).unwrap()));
    assert_eq!(patch, again);
}

#[test]
fn a_change_is_written_into_a_ride_and_leaves_the_rest_as_it_was() {
    let tempo = TempoMap::steady(120.0);
    let step = |beat: f64, value: f64| Step { at: Moment::Beats(beat), value, shape: Shape::S };
    let mut course = Course { steps: vec![step(0.0, -2.0), step(8.0, 0.0), step(16.0, 2.0)] };
    let whole = course.clone();
    course.go(Moment::Beats(10.0), -6.0, 1.0, 0.0, Shape::Linear, &tempo);
    for tenth in 0..100 {
        let t = f64::from(tenth) * 0.05;
        let (was, is) = (whole.value(t, 0.0, &tempo), course.value(t, 0.0, &tempo));
        assert!((was - is).abs() < 0.01, "at {t} s: {was} {is}");
    }
    assert!((course.value(6.0, 0.0, &tempo) - -6.0).abs() < 1e-9);
    assert!((course.value(8.0, 0.0, &tempo) - 2.0).abs() < 1e-9, "the ride goes on to its next point");
    let lane = course.lane(Unit::Decibel, &tempo);
    assert_eq!(Course::of(&lane).value(6.0, 0.0, &tempo), -6.0, "as a patch holds it");
}

#[test]
fn a_snapshot_tells_what_stood_at_its_time() {
    let mut patch = two();
    let mut desk = Desk::new(&mut patch);
    desk.set("one fader", "gain", "-3 dB").unwrap();
    desk.layer("half", &Layer::Pan).unwrap();
    desk.set("half pan", "pan", "25 %").unwrap();
    let taken = Snapshot::take(&desk, 0.0);
    let value = |name: &str| taken.values().find(|(e, _)| e.to_string() == name).map(|(_, v)| v);
    assert_eq!(value("one fader.gain"), Some(-3.0));
    assert_eq!(value("half pan.pan"), Some(25.0));
    assert_eq!(value("half fader.gain"), Some(0.0));
}
