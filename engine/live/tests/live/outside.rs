//! What comes in from outside while a patch plays, what is seen of it, and who is blamed.

use crate::host::Pump;
use crate::{patch, source};
use signalbox_engine::compile::{Context, compile};
use signalbox_engine::node::{
    Declaration, Group, Io, Kernel, MessageKind, NoAssets, Parameter, Port, Shelf, Value, Width, host,
};
use signalbox_engine::patch::{Control, Edit, Endpoint};
use signalbox_live::midi::{Hear, Midi, Ports, Told};
use signalbox_live::{Event, Place, Played, Source, Stage, Wanted};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const RATE: u32 = 48_000;

fn stage_with(pump: &Pump, source: Source) -> Stage {
    let own = pump.clone();
    let stage = Stage::on(source, Wanted::default(), Box::new(move |_| Ok(own.host())));
    until("it opens", || pump.is_open());
    stage
}

fn stage(pump: &Pump) -> Stage {
    stage_with(pump, source())
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        // A machine that is busy takes its time.
        assert!(start.elapsed() < Duration::from_secs(30), "not in half a minute: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

const MIC: &str = r#"{"format": 1, "nodes": [{"id": "mic", "kind": "live", "values": {"first": 2}},
    {"id": "out", "kind": "output"}], "cables": [{"from": "mic", "to": "out"}]}"#;

#[test]
fn what_is_recorded_is_heard_to_the_bit_and_only_where_a_patch_asks_for_it() {
    let pump = Pump::new(RATE);
    pump.microphone(true);
    let stage = stage(&pump);
    stage
        .set(patch(
            r#"{"format": 1, "nodes": [{"id": "a", "kind": "osc"}, {"id": "out", "kind": "output"}],
        "cables": [{"from": "a", "to": "out"}]}"#,
        ))
        .expect("it plays");
    (0..20).for_each(|_| drop(pump.pump(480)));
    std::thread::sleep(Duration::from_millis(50));
    assert!(!pump.is_recording(), "nobody has asked for the microphone");
    stage.set(patch(MIC)).expect("it plays");
    let mut turn = 0u32;
    let mut next = || {
        let mut both: Vec<f32> = (0..256)
            .flat_map(|k| {
                let x = ((turn * 256 + k) * 7 % 40_009) as f32 / 80_018.0;
                [-x, x]
            })
            .collect();
        turn += 1;
        (pump.record(&mut both), both)
    };
    until("it records", || {
        pump.pump(256);
        pump.is_recording()
    });
    // While it goes over, what comes is held back as long as what goes was late.
    until("it has gone over", || {
        pump.pump(256);
        stage.status().there
    });
    let (mut recorded, mut heard) = (Vec::new(), Vec::new());
    for _ in 0..400 {
        let (there, both) = next();
        assert!(there);
        recorded.extend(both.chunks(2).map(|frame| frame[1]));
        heard.extend(pump.pump(256).chunks(2).map(|frame| frame[0]));
    }
    let known = recorded[40_000];
    let at = (0..heard.len() - 300).find(|&k| heard[k..k + 300] == recorded[40_000..40_300]);
    let at = at.unwrap_or_else(|| panic!("{known} is not heard"));
    assert!(at >= 40_000 && at - 40_000 <= 1_024, "{} frames late", at - 40_000);
    let off = (at..heard.len()).find(|&k| heard[k] != recorded[40_000 + k - at]);
    assert_eq!(off.map(|k| (k - at, heard[k], recorded[40_000 + k - at])), None, "{:?}", stage.status());
    assert_eq!((stage.status().input.as_deref(), stage.status().gaps), (Some("Pump"), 0));
    let told: Vec<Event> = stage.events().into_iter().filter(|e| matches!(e, Event::Records(..))).collect();
    assert_eq!(told, [Event::Records("Pump".into(), RATE)]);
}

#[test]
fn a_microphone_that_is_lost_is_told_once_and_comes_back() {
    let pump = Pump::new(RATE);
    let stage = stage(&pump);
    stage.set(patch(MIC)).expect("it plays");
    let told = Mutex::new(Vec::new());
    let hears = |wanted: &dyn Fn(&Event) -> bool| {
        pump.pump(256);
        pump.record(&mut [0.0; 512]);
        let mut all = told.lock().expect("what was told");
        all.extend(stage.events());
        all.iter().filter(|e| wanted(e)).count()
    };
    until("there is none", || hears(&|e| matches!(e, Event::NoInput(why) if why.contains("records"))) == 1);
    pump.microphone(true);
    until("it comes", || hears(&|e| matches!(e, Event::Records(..))) == 1);
    pump.microphone(false);
    until("it goes", || hears(&|e| matches!(e, Event::InputLost(_))) == 1);
    pump.microphone(true);
    until("it comes again", || hears(&|e| matches!(e, Event::Records(..))) == 2);
    assert_eq!(hears(&|e| matches!(e, Event::NoInput(_))), 1);
}

#[test]
fn a_microphone_that_says_nothing_for_a_second_is_lost() {
    let pump = Pump::new(RATE);
    pump.microphone(true);
    let stage = stage(&pump);
    stage.set(patch(MIC)).expect("it plays");
    let start = Instant::now();
    let told = std::cell::RefCell::new(Vec::new());
    until("it is lost", || {
        pump.pump(256);
        told.borrow_mut().extend(stage.events());
        told.borrow().iter().any(|e| matches!(e, Event::InputLost(_)))
    });
    assert!(start.elapsed() > Duration::from_millis(900));
}

#[test]
fn players_hear_themselves_at_once_beside_what_is_late() {
    // The oversampled saturator is late; what is monitored does not wait for it, what is not does.
    let text = |monitor: bool| {
        format!(
            r#"{{"format": 1, "nodes": [{{"id": "mic", "kind": "live", "values": {{"monitor": {monitor}}}}},
            {{"id": "noise", "kind": "noise", "mute": true}}, {{"id": "lim", "kind": "limiter"}},
            {{"id": "bus", "kind": "bus"}}, {{"id": "out", "kind": "output"}}],
            "cables": [{{"from": "noise", "to": "lim"}}, {{"from": "lim", "to": "bus"}}, {{"from": "mic", "to": "bus"}},
            {{"from": "bus", "to": "out"}}]}}"#
        )
    };
    let late = |monitor: bool| {
        let pump = Pump::new(RATE);
        pump.microphone(true);
        let stage = stage(&pump);
        stage.set(patch(&text(monitor))).expect("it plays");
        until("it records", || {
            pump.pump(256);
            pump.is_recording()
        });
        let mut heard = Vec::new();
        for turn in 0..80 {
            pump.record(&mut [if turn == 40 { 0.5 } else { 0.0 }; 512]);
            heard.extend(pump.pump(256).chunks(2).map(|frame| frame[0]));
        }
        heard.iter().position(|&x| x != 0.0).expect("it is heard")
    };
    let (soon, aligned) = (late(true), late(false));
    let source = source();
    let context = Context { shelf: &source.shelf, assets: &NoAssets, rate: RATE, lanes: 1 };
    let latency = compile(&patch(&text(false)), &context).expect("it compiles").schedule.latency;
    assert!(latency >= 240, "the limiter looks 5 ms ahead");
    assert_eq!(aligned - soon, latency);
}

#[test]
fn keys_are_heard_at_the_frame_at_which_they_were_struck() {
    let pump = Pump::new(RATE);
    let stage = stage(&pump);
    stage.set(patch(r#"{"format": 1, "nodes": [{"id": "keys", "kind": "midi"},
        {"id": "env", "kind": "env", "values": {"attack": "0 ms", "sustain": "100 %"}}, {"id": "out", "kind": "output"}],
        "cables": [{"from": "keys", "to": "env.notes"}, {"from": "env", "to": "out"}]}"#)).expect("it plays");
    (0..20).for_each(|_| drop(pump.pump(960)));
    let keys = stage.keys();
    // Struck 5 ms before the buffer of 20 ms was asked for: heard 5 ms before its end.
    keys.hear(&[0x90, 60, 100], Some(Instant::now() - Duration::from_millis(5)));
    let heard: Vec<f32> = pump.pump(960).chunks(2).map(|frame| frame[0]).collect();
    let at = heard.iter().position(|&x| x != 0.0).expect("it is heard");
    // What lies between striking and asking here makes it a little earlier.
    assert!((960 - 240 - 48..=960 - 240).contains(&at), "at frame {at}");
    keys.play(Played { at: None, channel: 0, kind: MessageKind::NoteOff { key: 60 } });
    let heard: Vec<f32> = (0..100).flat_map(|_| pump.pump(960)).collect();
    assert_eq!(heard.last(), Some(&0.0));
}

#[test]
fn a_controller_learns_what_it_moves_and_an_edit_leaves_that_where_it_is() {
    let pump = Pump::new(RATE);
    let stage = stage(&pump);
    let mut song = patch(
        r#"{"format": 1, "nodes": [{"id": "one", "kind": "math", "values": {"value": 0.5}},
        {"id": "amp", "kind": "gain", "values": {"gain": "-6.0206 dB"}}, {"id": "out", "kind": "output"}],
        "cables": [{"from": "one", "to": "amp"}, {"from": "amp", "to": "out"}]}"#,
    );
    stage.set(song.clone()).expect("it plays");
    let level = || {
        (0..19).for_each(|_| drop(pump.pump(960)));
        *pump.pump(960).last().expect("frames")
    };
    assert!((level() - 0.25).abs() < 1e-4);
    stage.learn(Some(Endpoint::from("amp.gain")));
    let keys = stage.keys();
    keys.hear(&[0xb2, 7, 64], None);
    let learnt = std::cell::RefCell::new(None);
    until("it learns", || {
        let control =
            stage.events().into_iter().find_map(|e| if let Event::Learnt(c) = e { Some(c) } else { None });
        let mut learnt = learnt.borrow_mut();
        *learnt = learnt.take().or(control);
        learnt.is_some()
    });
    let control = learnt.take().expect("it was learnt");
    assert_eq!(control, Control { number: 7, channel: Some(3), to: Endpoint::from("amp.gain") });
    song.apply(Edit::SetControls(vec![control])).expect("it can be kept");
    stage.set(song.clone()).expect("it plays");
    (0..20).for_each(|_| drop(pump.pump(960)));
    // All the way up: +24 dB, clipped at +6 dBFS by the guard; another channel moves nothing.
    keys.hear(&[0xb2, 7, 127], None);
    keys.hear(&[0xb0, 7, 0], None);
    until("it is turned up", || level() > 1.9);
    // An edit elsewhere leaves the knob where it was turned to; one of the parameter itself counts.
    song.graph.nodes.get_mut("one").expect("the node").values.insert("value".into(), Value::from(0.25));
    stage.set(song.clone()).expect("it plays");
    until("the edit is heard", || level() > 1.9 && stage.status().trip.is_none());
    song.graph.nodes.get_mut("amp").expect("the node").values.insert("gain".into(), Value::from(-9.0));
    stage.set(song).expect("it plays");
    until("the patch says it", || (level() - 0.25 * 10f32.powf(-9.0 / 20.0)).abs() < 1e-3);
    // And by name, as OSC asks.
    stage.turn(Endpoint::from("amp.gain"), Value::from("-12.0412 dB")).expect("it can be turned");
    until("it is turned down", || (level() - 0.0625).abs() < 1e-3);
    let wrong = stage.turn(Endpoint::from("amp.gian"), Value::from(1)).expect_err("no such parameter");
    assert!(wrong.contains("`gain`"), "{wrong}");
}

#[test]
fn any_port_can_be_looked_at_and_the_last_seconds_of_it_without_a_step_in_the_sound() {
    let pump = Pump::new(RATE);
    let stage = stage(&pump);
    let song = patch(
        r#"{"format": 1, "nodes": [{"id": "voice", "kind": "part"}, {"id": "out", "kind": "output"}],
        "cables": [{"from": "voice", "to": "out"}],
        "subpatches": {"part": {"nodes": [{"id": "sine", "kind": "osc", "values": {"shape": "sine", "freq": 100, "level": "-6.0206 dB"}},
        {"id": "a", "kind": "gain"}, {"id": "b", "kind": "gain", "values": {"gain": "-6.0206 dB"}}, {"id": "out", "kind": "output"}],
        "cables": [{"from": "sine", "to": "a"}, {"from": "a", "to": "b"}, {"from": "b", "to": "out"}]}}}"#,
    );
    stage.set(song).expect("it plays");
    let mut heard: Vec<f32> = (0..20).flat_map(|_| pump.pump(960)).collect();
    assert!(stage.probes().is_empty(), "nobody looks");
    let place = Place::new("voice/a.out");
    stage.look(&place, Some(10.0));
    until("it is seen", || {
        heard.extend(pump.pump(960));
        stage.probes().iter().any(|(_, probe)| probe.written() > 4_800)
    });
    let (key, probe) = stage.probes()[0].clone();
    assert_eq!(key, place.key());
    // Ten seconds and more.
    (0..600).for_each(|_| heard.extend(pump.pump(960)));
    // Who asks whether it is worth looking takes nothing from who looks.
    assert!(stage.pulse().beat().sounds && stage.pulse().beat().sounds);
    let level = probe.levels()[0];
    let _ = stage.status();
    assert!(!stage.pulse().beat().sounds, "all was looked at, and nothing has come since");
    assert!((level.peak - 0.5).abs() < 1e-3 && (level.rms - 0.5 / 2f32.sqrt()).abs() < 1e-2, "{level:?}");
    let last = probe.last(usize::MAX).remove(0);
    assert_eq!(last.len(), 10 * RATE as usize);
    // What is kept is what is heard, before the second gain.
    let left: Vec<f32> = heard.chunks(2).map(|frame| frame[0]).collect();
    let end = &left[left.len() - last.len()..];
    assert!(last.iter().zip(end).all(|(a, b)| (a * 0.5 - b).abs() < 1e-6));
    let step = left[960..].windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
    assert!(step < 0.25 * std::f32::consts::TAU * 100.0 / RATE as f32 * 1.01, "a step of {step}");
    stage.look(&place, None);
    drop(probe);
    until("nobody looks any more", || {
        pump.pump(960);
        stage.probes().is_empty()
    });
}

/// For how long this thread has had the processor, in seconds.
fn worked() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// A node that needs 30 ms where it is told to.
static SLOW: Declaration = Declaration {
    name: "slow",
    title: "Slow",
    group: Group::Control,
    inputs: &[Port::audio("in", Width::Follow, "sound")],
    outputs: &[Port::audio("out", Width::Follow, "the same")],
    in_place: true,
    parameters: &[
        Parameter::number("burn", signalbox_dsp::units::Unit::None, (0.0, 1.0), 0.0, "whether").smoothed(0.0)
    ],
    make: |_| Ok(host(Slow)),
    ..Declaration::BLANK
};

struct Slow;

impl Kernel<f32> for Slow {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        let start = worked();
        while io.params.at(0, 0) > 0.5 && worked() - start < 0.03 {}
    }
    fn reset(&mut self) {}
}

#[test]
fn sound_that_comes_late_is_counted_and_blamed_on_the_node_that_took_long() {
    let mut kinds = signalbox_nodes::shelf().kinds().to_vec();
    kinds.push(&SLOW);
    let source = Source { shelf: Arc::new(Shelf::new(&kinds)), assets: Arc::new(NoAssets) };
    let pump = Pump::new(RATE);
    let stage = stage_with(&pump, source);
    stage.set(patch(r#"{"format": 1, "nodes": [{"id": "saw", "kind": "osc"}, {"id": "room", "kind": "reverb"},
        {"id": "lazy", "kind": "slow"}, {"id": "out", "kind": "output"}],
        "cables": [{"from": "saw", "to": "room"}, {"from": "room", "to": "lazy"}, {"from": "lazy", "to": "out"}]}"#)).expect("it plays");
    (0..200).for_each(|_| drop(pump.pump(480)));
    let before = stage.status().dropouts;
    let blamed = std::cell::RefCell::new(Vec::new());
    for _ in 0..2 {
        stage.knob("lazy", 0, 1.0);
        let count = blamed.borrow().len();
        until("it is blamed", || {
            pump.pump(480);
            let late = stage
                .events()
                .into_iter()
                .filter_map(|e| if let Event::Late(d) = e { Some(d) } else { None });
            // Now and then the system takes the processor away.
            blamed.borrow_mut().extend(late.filter(|d| !d.nodes.is_empty() && d.share > 2.9));
            blamed.borrow().len() > count
        });
        stage.knob("lazy", 0, 0.0);
        (0..5).for_each(|_| drop(pump.pump(480)));
        std::thread::sleep(Duration::from_millis(1_050));
    }
    let blamed = blamed.into_inner();
    assert!(blamed.iter().all(|d| d.nodes == ["lazy"]), "{blamed:?}");
    assert!(blamed.iter().all(|d| d.song > 1.9), "{blamed:?}");
    assert!(stage.status().dropouts >= before + blamed.len() as u64);
}

/// Ports that a test plays on.
#[derive(Clone, Default)]
struct Injector(Arc<Mutex<Vec<InjectedPort>>>);

/// Its name, and who hears it.
type InjectedPort = (String, Option<Hear>);

impl Ports for Injector {
    fn names(&mut self) -> Vec<String> {
        self.0.lock().expect("the ports").iter().map(|p| p.0.clone()).collect()
    }
    fn open(&mut self, name: &str, hear: Hear) -> Result<Box<dyn Send>, String> {
        let mut ports = self.0.lock().expect("the ports");
        let port = ports.iter_mut().find(|p| p.0 == name).ok_or("it is gone")?;
        port.1 = Some(hear);
        Ok(Box::new(()))
    }
}

#[test]
fn midi_ports_are_heard_as_they_come_and_a_clock_moves_the_song() {
    let pump = Pump::new(RATE);
    let stage = stage(&pump);
    stage.set(patch(r#"{"format": 1, "tempo": [[0, 120]], "nodes": [{"id": "keys", "kind": "midi"}, {"id": "env", "kind": "env"},
        {"id": "out", "kind": "output"}], "cables": [{"from": "keys", "to": "env.notes"}, {"from": "env", "to": "out"}]}"#)).expect("it plays");
    pump.pump(480);
    let ports = Injector::default();
    let add = |name: &str| ports.0.lock().expect("the ports").push((name.into(), None));
    add("Midi Through Port-0");
    add("Keystation");
    let midi = Midi::new(Box::new(ports.clone()), "", stage.keys());
    until("it listens", || midi.told() == [Told::Listens("Keystation".into())]);
    let play = |bytes: &[u8]| {
        let mut ports = ports.0.lock().expect("the ports");
        if let Some(hear) = ports.iter_mut().find_map(|p| p.1.as_mut()) {
            hear(bytes);
        }
    };
    play(&[0x90, 60, 100]);
    assert!((0..10).flat_map(|_| pump.pump(480)).any(|x| x > 0.0), "the key is heard");
    stage.follow(true);
    // Sixteenth 8 is the second beat: 1 s at 120.
    play(&[0xf2, 8, 0]);
    until("it goes there", || {
        pump.pump(64);
        (48_000..60_000).contains(&stage.status().song)
    });
    play(&[0xfc]);
    until("it stops", || {
        pump.pump(64);
        !stage.status().rolls
    });
    play(&[0xfa]);
    until("it starts", || {
        pump.pump(64);
        stage.status().rolls && stage.status().song < 48_000
    });
    // Who holds a key down and goes away holds it no more, and what ends it is no knob to be learnt.
    let loud = || (0..20).flat_map(|_| pump.pump(480)).fold(0.0f32, f32::max);
    play(&[0x90, 60, 100]);
    assert!(loud() > 0.0);
    stage.learn(Some(Endpoint::from("env.attack")));
    ports.0.lock().expect("the ports").clear();
    until("it is gone", || midi.told() == [Told::Gone("Keystation".into())]);
    until("the note ends", || loud() == 0.0);
    assert!(!stage.events().iter().any(|e| matches!(e, Event::Learnt(_))));
}
