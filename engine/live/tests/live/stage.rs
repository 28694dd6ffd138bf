//! The stage and its device: what plays, what fails, what comes back.

use crate::host::Pump;
use crate::{patch, source};
use signalbox_engine::compile::{Context, compile};
use signalbox_engine::render::{Options, to_memory};
use signalbox_live::{Event, Order, Stage, Wanted};
use std::time::{Duration, Instant};

const RATE: u32 = 48_000;

const SONG: &str = r#"{"format": 1, "tempo": [[0, 120]], "nodes": [
    {"id": "tune", "kind": "notes", "values": {"notes": "c4:1/2 g4:1/2 eb4 -", "loop": true}},
    {"id": "saw", "kind": "osc", "values": {"shape": "saw", "level": "-12 dB"}},
    {"id": "env", "kind": "env"},
    {"id": "amp", "kind": "gain"},
    {"id": "echo", "kind": "delay", "values": {"time": "180 ms", "feedback": "40 %"}},
    {"id": "out", "kind": "output"}],
    "cables": [{"from": "tune", "to": "saw.notes"}, {"from": "tune", "to": "env.notes"},
    {"from": "saw", "to": "amp"}, {"from": "env", "to": "amp.control"}, {"from": "amp", "to": "out"},
    {"from": "amp", "to": "echo"}, {"from": "echo", "to": "out", "gain": "-8 dB"}]}"#;

fn stage(pump: &Pump) -> Stage {
    let pump = pump.clone();
    Stage::on(source(), Wanted::default(), Box::new(move |_| Ok(pump.host())))
}

/// Waits until something holds, for five seconds at most.
fn until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(5), "not in five seconds: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn what_is_played_is_what_is_rendered_to_the_bit_in_buffers_of_any_length() {
    let song = patch(SONG);
    let source = source();
    let context = Context { shelf: &source.shelf, assets: &*source.assets, rate: RATE, lanes: 1 };
    let seconds = Some(2.0);
    let late = compile(&song, &context).expect("it compiles").schedule.latency;
    let whole = to_memory(&song, &context, &Options { seconds, ..Options::default() }).expect("a render");
    let pump = Pump::new(RATE);
    let stage = stage(&pump);
    until("it opens", || pump.is_open());
    stage.set(song).expect("it plays");
    let mut chance = crate::Chance(7);
    let mut heard = Vec::new();
    while heard.len() < 2 * 90_000 {
        heard.extend(pump.pump(1 + chance.below(8_192)));
    }
    // The first 20 ms come in softly.
    let soft = RATE as usize / 50 + 1;
    for (frame, &x) in whole.channels[0].iter().enumerate().take(88_000).skip(soft) {
        for side in 0..2 {
            let y = heard[(frame + late) * 2 + side];
            assert!(x.to_bits() == y.to_bits(), "frame {frame}: {x} and {y}");
        }
    }
    assert!(heard[..2 * soft].iter().zip(&whole.channels[0]).all(|(y, _)| y.abs() <= 0.5));
    assert_eq!(stage.status().song, (heard.len() / 2) as i64);
}

#[test]
fn a_device_that_is_lost_is_told_once_and_comes_back_while_the_song_goes_on() {
    let pump = Pump::new(RATE);
    let stage = stage(&pump);
    until("it opens", || pump.is_open());
    stage.set(patch(SONG)).expect("it plays");
    pump.pump(4_800);
    for round in 0..3 {
        let lost = Instant::now();
        let before = stage.status().song;
        pump.unplug();
        until("it plays on in silence", || stage.status().song > before + 9_600);
        // In time: so long took at least so long.
        let played = Duration::from_secs_f64((stage.status().song - before) as f64 / f64::from(RATE));
        assert!(lost.elapsed() >= played, "{:?} for {played:?}", lost.elapsed());
        pump.plug();
        let back = Instant::now();
        until("it opens again", || pump.is_open());
        assert!(back.elapsed() < Duration::from_secs(2));
        let song = stage.status().song;
        let heard: Vec<f32> = (0..100).flat_map(|_| pump.pump(960)).collect();
        assert!(heard.iter().any(|x| x.abs() > 0.01), "round {round}: there is sound");
        assert!(stage.status().song >= song + 96_000);
    }
    let events = stage.events();
    let count = |wanted: &dyn Fn(&Event) -> bool| events.iter().filter(|e| wanted(e)).count();
    assert_eq!(count(&|e| matches!(e, Event::Lost(_))), 3, "{events:?}");
    assert_eq!(count(&|e| matches!(e, Event::Plays(..))), 4, "{events:?}");
    assert_eq!(count(&|e| matches!(e, Event::NoDevice(_))), 0, "{events:?}");
}

#[test]
fn a_device_that_never_asks_is_lost_after_a_second() {
    let pump = Pump::new(RATE);
    let stage = stage(&pump);
    until("it opens", || pump.is_open());
    stage.set(patch(SONG)).expect("it plays");
    pump.pump(480);
    let start = Instant::now();
    until("it is opened anew", || pump.0.lock().expect("the board").opened > 1);
    assert!(start.elapsed() > Duration::from_millis(900), "{:?}", start.elapsed());
}

#[test]
fn without_a_device_it_says_so_and_plays_in_silence() {
    let pump = Pump::new(RATE);
    pump.unplug();
    let stage = stage(&pump);
    stage.set(patch(SONG)).expect("it plays");
    until("the song goes on", || stage.status().song > 2_000);
    assert!(matches!(&stage.events()[..], [Event::NoDevice(why)] if why.contains("no sound device")));
    assert_eq!(stage.status().device, None);
}

#[test]
fn a_device_with_another_rate_goes_on_where_the_song_stood() {
    let pump = Pump::new(RATE);
    let stage = stage(&pump);
    until("it opens", || pump.is_open());
    stage.set(patch(SONG)).expect("it plays");
    pump.pump(48_000);
    pump.unplug();
    {
        let mut board = pump.0.lock().expect("the board");
        (board.rate, board.plugged) = (96_000, true);
    }
    until("it opens again", || pump.is_open());
    // The song rests for half a second here.
    let heard: Vec<f32> = (0..100).flat_map(|_| pump.pump(960)).collect();
    assert_eq!(stage.status().rate, 96_000);
    let seconds = stage.status().song as f64 / 96_000.0;
    assert!((2.0..4.0).contains(&seconds), "{seconds}");
    assert!(heard.iter().any(|x| *x != 0.0));
}

#[test]
fn the_transport_stops_goes_to_a_place_and_repeats() {
    let pump = Pump::new(RATE);
    let stage = stage(&pump);
    until("it opens", || pump.is_open());
    stage.set(patch(SONG)).expect("it plays");
    pump.pump(1_000);
    stage.order(Order::Roll(false));
    until("it stops", || {
        pump.pump(64);
        !stage.status().rolls
    });
    let stood = stage.status().song;
    pump.pump(5_000);
    assert_eq!(stage.status().song, stood);
    stage.order(Order::Seek(96_000));
    stage.order(Order::Repeat(Some((96_000, 96_500))));
    stage.order(Order::Roll(true));
    until("it goes on", || {
        pump.pump(64);
        stage.status().rolls
    });
    pump.pump(5_000);
    assert!((96_000..96_500).contains(&stage.status().song), "{}", stage.status().song);
}

#[test]
fn the_first_sound_comes_in_over_20_ms_however_long_the_device_waited_and_again_on_another_device() {
    let steady = r#"{"format": 1, "nodes": [{"id": "one", "kind": "math", "values": {"value": 0.5}}, {"id": "out", "kind": "output"}],
        "cables": [{"from": "one", "to": "out"}]}"#;
    let pump = Pump::new(RATE);
    let stage = stage(&pump);
    until("it opens", || pump.is_open());
    pump.pump(9_600);
    stage.set(patch(steady)).expect("it plays");
    let soft = |heard: Vec<f32>| {
        let left: Vec<f32> = heard.into_iter().step_by(2).collect();
        let step = left.windows(2).map(|w| (w[1] - w[0]).abs()).fold(left[0].abs(), f32::max);
        assert!(step <= 1.001 * 0.5 / 960.0, "a step of {step}");
        assert_eq!(left.last(), Some(&0.5));
    };
    soft(pump.pump(1_920));
    pump.unplug();
    pump.plug();
    until("it opens again", || pump.is_open());
    soft(pump.pump(1_920));
}

#[test]
fn a_place_that_is_asked_for_before_there_is_a_patch_is_where_it_begins() {
    let pump = Pump::new(RATE);
    let stage = stage(&pump);
    until("it opens", || pump.is_open());
    stage.seek(2.5);
    stage.set(patch(SONG)).expect("it plays");
    pump.pump(480);
    assert_eq!(stage.status().song, 5 * i64::from(RATE) / 2 + 480);
}

#[test]
fn a_patch_whose_nodes_can_not_be_made_when_its_turn_comes_is_told() {
    let pump = Pump::new(RATE);
    let stage = stage(&pump);
    until("it opens", || pump.is_open());
    stage.set(patch(SONG)).expect("it plays");
    pump.pump(4_800);
    // Another output is heard, so that the old one has to be turned down first.
    let wrong = r#"{"format": 1, "nodes": [{"id": "saw", "kind": "osc"}, {"id": "d", "kind": "delay", "values": {"max": "1 ms", "shortest": "2 ms"}},
        {"id": "master", "kind": "output"}], "cables": [{"from": "saw", "to": "d"}, {"from": "d", "to": "master"}]}"#;
    stage.set(patch(wrong)).expect("it compiles");
    let told = std::cell::RefCell::new(Vec::new());
    until("it is told", || {
        pump.pump(480);
        told.borrow_mut().extend(stage.events());
        told.borrow().iter().any(|e| matches!(e, Event::Refused(why) if why.contains("`shortest`")))
    });
    let heard: Vec<f32> = (0..100).flat_map(|_| pump.pump(960)).collect();
    assert!(heard.iter().any(|x| x.abs() > 0.01), "the one before plays on");
}

#[test]
fn a_patch_that_is_wrong_is_told_and_the_one_before_plays_on() {
    let pump = Pump::new(RATE);
    let stage = stage(&pump);
    until("it opens", || pump.is_open());
    stage.set(patch(SONG)).expect("it plays");
    let wrong = patch(r#"{"format": 1, "nodes": [{"id": "a", "kind": "gain"}], "cables": []}"#);
    let problems = stage.set(wrong).expect_err("nothing to hear");
    assert!(problems[0].to_string().contains("nothing to hear"), "{problems:?}");
    assert!(pump.pump(48_000).iter().any(|x| x.abs() > 0.01));
}
