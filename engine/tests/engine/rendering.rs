//! Offline: the same bits for any length of buffer, and an end that follows from the sound.

use crate::support::build::{RATE, context, patch};
use crate::support::kinds;
use crate::support::play::seconds;
use serde_json::json;
use signalbox_engine::Audio;
use signalbox_engine::patch::{Patch, TempoMap};
use signalbox_engine::render::{Options, RenderError, Sink, prepare, render, to_memory};

fn rendered(patch: &Patch, options: &Options) -> Result<Audio, RenderError> {
    let shelf = kinds::shelf();
    to_memory(patch, &context(&shelf), options)
}

fn sound(patch: &Patch) -> Vec<f32> {
    rendered(patch, &Options::default()).unwrap_or_else(|e| panic!("{e}")).channels.swap_remove(0)
}

/// Noise of 1,000 frames through these nodes, each `name kind …`.
fn through(nodes: &[&str]) -> Patch {
    let mut text = String::from("hiss noise until=1000 seed=3\nout output\n");
    let mut from = "hiss";
    for node in nodes {
        let name = node.split(' ').next().unwrap_or_default();
        text += &format!("{node}\n{from} > {name}\n");
        from = name;
    }
    patch(&format!("{text}{from} > out"))
}

#[test]
fn a_render_has_the_same_bits_for_any_length_of_buffer() {
    let patch = patch(
        "hiss noise until=3000 width=2
         keys notes every=400
         tone pulse
         fader gain
         slow latent frames=77
         echo cutter frames=700 feedback=0.5
         out output
         hiss > fader
         hiss > slow
         slow > echo
         echo > fader gain=-6
         fader > echo gain=-9
         fader > out
         fader.gain ~ [[0, 1], [0.2, 0, \"s\"], [0.3, 1]]",
    );
    let with = |buffer: usize| rendered(&patch, &Options { buffer, ..Options::default() }).expect("sound");
    let whole = with(4_096);
    assert!(whole.frames() > 3_000 && whole.width() == 2);
    for buffer in [0, 1, 7, 64, 1_000, 65_536] {
        assert_eq!(with(buffer), whole, "{buffer}");
    }
}

#[test]
fn a_render_ends_with_its_last_frame_that_sounds() {
    let dry = sound(&through(&[]));
    assert_eq!(dry.len(), 1_000);
    assert_eq!(sound(&through(&["a late frames=500"])).len(), 1_500);
    // Latency is no time: the first frame of the sound is the first of the file.
    assert_eq!(sound(&through(&["a latent frames=300"])), dry);
}

#[test]
fn silence_before_and_between_sounds_is_kept() {
    let click = |at: usize| patch(&format!("click impulse at={at}\nout output\nclick > out"));
    assert_eq!(sound(&click(2_500)), [vec![0.0; 2_500], vec![1.0]].concat());
    // An echo after a silence of half a second, which its node announces.
    let echo = patch("click impulse\nx late frames=4000\nout output\nclick > out\nclick > x\nx > out");
    let out = sound(&echo);
    assert_eq!((out.len(), out[0], out[4_000]), (4_001, 1.0, 1.0));
}

#[test]
fn gaps_of_nodes_behind_each_other_add_up() {
    let patch = patch(
        "click impulse
         a late frames=3000
         b late frames=3000
         out output
         click > out
         click > a
         a > b
         b > out",
    );
    assert_eq!(sound(&patch).len(), 6_001);
}

//  click ─ delay 800 ─┬─ out       each echo half as loud: 0.5^16 is above -100 dBFS, 0.5^17 below
//      └───── ½ ──────┘
#[test]
fn a_tail_ends_where_it_falls_below_a_hundred_decibels() {
    let patch = patch(
        "click impulse
         delay cutter frames=800
         out output
         click > delay
         delay > delay gain=-6.020599913279624
         delay > out",
    );
    let out = sound(&patch);
    assert_eq!(out.len(), 800 * 17 + 1);
    let level = 20.0 * out[out.len() - 1].log10();
    assert!((-100.0..-94.0).contains(&level), "{level} dB");
}

#[test]
fn a_lane_lasts_to_its_last_point() {
    let patch =
        patch("click impulse\nvca gain\nout output\nclick > vca\nvca > out\nvca.gain ~ [[0, 1], [0.5, 0]]");
    assert_eq!(sound(&patch).len(), RATE as usize / 2);
}

#[test]
fn what_plays_for_ever_needs_a_length() {
    let endless = |more: &str| patch(&format!("hiss noise\nout output\nhiss > out\n{more}"));
    let error = rendered(&endless(""), &Options::default()).expect_err("endless");
    assert!(error.to_string().starts_with("hiss plays for ever; say how long"), "{error}");
    let options = Options { seconds: Some(seconds(777)), ..Options::default() };
    assert_eq!(rendered(&endless(""), &options).expect("sound").frames(), 777);
    // What nobody hears does not play.
    let unheard = patch("hiss noise\nclick impulse\nout output\nclick > out");
    assert_eq!(sound(&unheard).len(), 1);
}

#[test]
fn a_sound_that_does_not_fade_is_an_error_and_no_endless_file() {
    let patch = patch("click impulse\nd cutter frames=80\nout output\nclick > d\nd > d\nd > out");
    let error = rendered(&patch, &Options::default()).expect_err("no end");
    assert!(matches!(error, RenderError::NoEnd), "{error}");
}

#[test]
fn a_length_may_stand_in_seconds_beats_or_bars() {
    let mut patch = through(&[]);
    let mut frames = |length: serde_json::Value| {
        patch.length = Some(length);
        patch.tempo = TempoMap { tempo: vec![(0.0, 120.0), (8.0, 60.0)], meter: vec![(1, 4.0), (3, 3.0)] };
        sound(&patch).len()
    };
    let rate = RATE as usize;
    assert_eq!(frames(json!("0.25 s")), rate / 4);
    assert_eq!(frames(json!(2)), 2 * rate);
    assert_eq!(frames(json!("4 beats")), 2 * rate);
    // Two bars of four beats at 120, then two of three at 60.
    assert_eq!(frames(json!("bar 3")), 4 * rate);
    assert_eq!(frames(json!("bar 5")), 10 * rate);
    assert_eq!(frames(json!("bar 5 beat 1.5")), 10 * rate + rate / 2);
    assert_eq!(frames(json!(0)), 0);
    // What is asked for counts before what the patch says.
    patch.length = Some(json!("4 s"));
    let options = Options { seconds: Some(0.5), ..Options::default() };
    assert_eq!(rendered(&patch, &options).expect("sound").frames(), rate / 2);
}

#[test]
fn an_output_is_found_by_its_name_or_by_custom() {
    let with = |outputs: &[&str]| {
        let mut text = String::from("click impulse\n");
        for (i, name) in outputs.iter().enumerate() {
            text += &format!("{name} output\nx{i} gain gain={}\nclick > x{i}\nx{i} > {name}\n", i + 1);
        }
        patch(&text)
    };
    assert_eq!(sound(&with(&["out", "aux"])), [1.0]);
    assert_eq!(sound(&with(&["aux", "out"])), [2.0]);
    assert_eq!(sound(&with(&["aux", "master"])), [2.0]);
    assert_eq!(sound(&with(&["b", "a"])), [2.0]);
    let named = |name: &str| Options { output: Some(name.into()), ..Options::default() };
    assert_eq!(rendered(&with(&["out", "aux"]), &named("aux")).expect("sound").channels, [[2.0]]);
    let error = rendered(&with(&["out", "aux"]), &named("uax")).expect_err("no such output");
    assert_eq!(error.to_string(), "the patch has no output `uax`; it has: aux, out");
    let error = rendered(&patch("click impulse"), &Options::default()).expect_err("no output");
    assert!(
        error.to_string().starts_with("the patch has no output; add a node of the kind `output`"),
        "{error}"
    );
}

//  click ─ mix ─ latent 60 ─ out
#[test]
fn an_output_in_front_of_a_late_one_loses_no_frame() {
    let patch = patch(
        "click impulse at=3\nmix output\nx latent frames=60\nout output\nclick > mix\nmix > x\nx > out",
    );
    for name in ["mix", "out"] {
        let options = Options { output: Some(name.into()), ..Options::default() };
        assert_eq!(rendered(&patch, &options).expect("sound").channels, [[0.0, 0.0, 0.0, 1.0]], "{name}");
    }
}

/// Takes so many frames, then refuses or stops.
struct Full {
    room: usize,
    stops: bool,
}

impl Sink for Full {
    fn write(&mut self, channels: &[&[f32]]) -> Result<(), String> {
        self.room = self.room.checked_sub(channels[0].len()).ok_or("the disk is full")?;
        Ok(())
    }
    fn progress(&mut self, done: u64, of: Option<u64>) -> bool {
        assert!(of.is_none_or(|of| done <= of));
        !self.stops
    }
}

#[test]
fn a_sink_can_refuse_and_a_user_can_stop() {
    let shelf = kinds::shelf();
    let go = |sink: &mut dyn Sink| render(&through(&[]), &context(&shelf), &Options::default(), sink);
    let error = go(&mut Full { room: 100, stops: false }).expect_err("full");
    assert_eq!(error.to_string(), "the disk is full");
    let error = go(&mut Full { room: 10_000, stops: true }).expect_err("stopped");
    assert!(matches!(error, RenderError::Stopped), "{error}");
}

#[test]
fn a_report_tells_frames_channels_meters_and_warnings() {
    let patch = patch("hiss noise until=1000 width=2\nm meter\nx nobody\nout output\nhiss > m\nhiss > out");
    let shelf = kinds::shelf();
    let report = render(&patch, &context(&shelf), &Options::default(), &mut Audio::silence(RATE, 2, 0));
    let report = report.expect("sound");
    assert_eq!((report.frames, report.width, report.warnings.len()), (1_000, 2, 1));
    assert_eq!(report.readings.len(), 1);
    assert_eq!(report.readings[0].0, "m");
    let rendering = prepare(&patch, &context(&shelf), &Options { seconds: Some(2.0), ..Options::default() });
    assert_eq!(rendering.expect("a rendering").frames(), Some(2 * u64::from(RATE)));
}
