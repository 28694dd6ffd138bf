use super::*;
use crate::compile::buffers::SILENT_SLOTS;
use crate::compile::{Curve, Depth, lanes};
use crate::node::Parameter;
use crate::patch::{Lane, Point, TempoMap};
use crate::run::PortView;
use crate::schedule::{Bank, Dealer, Line, Moved, Output, WideLine};
use crate::schedule::{Place, Run, Term};
use signalbox_dsp::units::Unit;

/// A slot behind the silent ones; 0 is silence.
fn at(slot: u32) -> u32 {
    if slot == 0 { 0 } else { slot + SILENT_SLOTS - 1 }
}

fn place(slot: u32, value: u32) -> Place {
    Place { slot: at(slot), span: 1, value }
}

fn term(slot: u32, value: u32, gain: f32) -> Term {
    Term::Channel(place(slot, value), gain)
}

fn line(width: usize) -> Line {
    Line { scope: "".into(), cable: 0, ends: 0, frames: 5, width, was: None, goes: false }
}

fn sound(start: u32, width: u16) -> PortView {
    PortView { start, width, events: false, apart: false, connected: true }
}

fn events(list: u32) -> PortView {
    PortView { start: list, width: 0, events: true, apart: false, connected: true }
}

fn node(bank: u32, mode: Mode, inputs: Vec<PortView>, outputs: Vec<PortView>, places: &[Place]) -> Run {
    Run {
        bank,
        mode,
        arrival: 0,
        inputs,
        outputs,
        places: places.to_vec(),
        slots: places.iter().map(|p| p.slot).collect(),
        before: Vec::new(),
        moved: Vec::new(),
        windows: Vec::new(),
    }
}

fn curve() -> Curve {
    let lane = Lane { points: vec![Point::Line(0.into(), 0.into())] };
    let parameter = Parameter::number("gain", Unit::None, (0.0, 1.0), 0.0, "");
    lanes::read(&lane, &parameter, &TempoMap::default(), 48_000).expect("a curve")
}

/// One of each kind of step: a stereo source that sends events (0), a node in place on one side of it, moved by the other
/// (1), a node that hears the events (2), and a loop that is cut (3); behind
/// it the events are dealt to two voices, of which the second is measured.
fn good() -> Schedule {
    let source = node(0, Mode::Process, vec![], vec![sound(0, 2), events(1)], &[place(1, 1), place(2, 2)]);
    let mut fader = node(1, Mode::Process, vec![sound(0, 0)], vec![sound(0, 1)], &[place(3, 3)]);
    fader.before = vec![place(3, 1)];
    let cables = vec![(place(2, 2), vec![Depth::Units(1.0)])];
    fader.moved = vec![Moved { parameter: 0, range: (0.0, 1.0), curves: vec![0], cables }];
    let hears = node(2, Mode::Process, vec![events(2)], vec![sound(0, 1)], &[place(4, 6)]);
    Schedule {
        steps: vec![
            Step::Loop { steps: 9, frames: 64 },
            Step::Run(node(3, Mode::Emit, vec![sound(0, 1)], vec![sound(1, 1)], &[place(0, 0), place(5, 7)])),
            Step::Run(source),
            Step::Copy { from: place(1, 1), to: place(3, 1) },
            Step::Run(fader),
            Step::Delay { line: 0, channels: vec![(place(2, 2), place(2, 4))] },
            Step::Sum {
                before: None,
                to: place(6, 5),
                terms: vec![term(3, 3, 1.0), term(2, 4, 0.5), term(5, 7, 1.0)],
            },
            Step::Merge { to: 2, from: vec![(1, Some(0)), (1, None)], ends: false },
            Step::Run(hears),
            Step::Run(node(3, Mode::Absorb, vec![sound(0, 1)], vec![PortView::default()], &[place(6, 5)])),
            Step::Deal { dealer: 0, from: vec![1], to: 3, room: 3 },
            Step::Level { dealer: 0, of: place(6, 5), lanes: vec![(0, 1, 1.0)] },
        ],
        slots: SILENT_SLOTS + 6,
        lists: 6,
        banks: (0..4).map(|n| Bank { members: vec![Some(n)], pointwise: false }).collect(),
        lines: vec![line(1)],
        event_lines: vec![line(0)],
        wide_lines: Vec::new(),
        dealers: vec![Dealer { key: "lead".into(), node: 4, voices: 2, ports: 1, levels: 1 }],
        lanes: vec![curve()],
        outputs: vec![Output { name: "out".into(), channels: vec![place(6, 5), place(4, 6), place(0, 0)] }],
        latency: 0,
    }
}

/// The good schedule with one thing changed is refused for this reason.
#[track_caller]
fn refused(reason: &str, change: impl FnOnce(&mut Schedule)) {
    let mut schedule = good();
    change(&mut schedule);
    let why = check(&schedule).expect_err(reason);
    assert!(why.contains(reason), "{why}");
}

/// The run at a step.
fn run(schedule: &mut Schedule, step: usize) -> &mut Run {
    match &mut schedule.steps[step + 1] {
        Step::Run(run) => run,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_schedule_in_which_all_is_there_when_it_is_read_holds() {
    assert_eq!(check(&good()), Ok(()));
    assert_eq!(check(&Schedule::default()), Ok(()));
}

#[test]
fn a_slot_that_holds_another_value_is_caught_at_its_step() {
    refused("step 6: wants value 3 in slot 18, which holds Some(9)", |s| {
        s.steps[5] = Step::Sum { before: None, to: place(3, 9), terms: vec![] };
    });
    refused("wants value 8 in slot 21, which holds Some(5)", |s| s.outputs[0].channels[0].value = 8);
    refused("slot 22 is not there", |s| s.outputs[0].channels[0].slot = at(7));
    refused("slot 24 is not there", |s| s.steps[3] = Step::Copy { from: place(1, 1), to: place(9, 1) });
    refused("holds None", |s| s.steps[3] = Step::Copy { from: place(6, 0), to: place(3, 1) });
}

#[test]
fn the_silent_slot_and_the_empty_list_are_never_written() {
    refused("writes a silent slot", |s| s.steps[3] = Step::Copy { from: place(1, 1), to: place(0, 1) });
    refused("list 0 is used twice", |s| {
        s.steps[7] = Step::Merge { to: 0, from: vec![(1, Some(0))], ends: false }
    });
    refused("list 0 is used twice", |s| run(s, 1).outputs[1] = events(0));
}

#[test]
fn a_step_that_reads_what_it_writes_is_caught() {
    refused("copies a slot onto itself", |s| s.steps[3] = Step::Copy { from: place(1, 1), to: place(1, 1) });
    refused("sums slot 18 into itself", |s| {
        s.steps[6] = Step::Sum { before: None, to: place(3, 5), terms: vec![term(3, 3, 1.0)] };
    });
    refused("slot 21 is used twice", |s| {
        *run(s, 8) = node(3, Mode::Absorb, vec![sound(0, 1)], vec![sound(1, 1)], &[place(6, 5), place(6, 9)]);
    });
    refused("slot 16 is used twice", |s| {
        let run = run(s, 1);
        (run.places[1], run.slots[1]) = (place(1, 2), at(1));
    });
    refused("slot 18 is used twice", |s| run(s, 3).moved[0].cables[0].0 = place(3, 1));
    refused("list 2 is read before it is there", |s| {
        s.steps[7] = Step::Merge { to: 2, from: vec![(2, Some(0))], ends: false }
    });
}

#[test]
fn what_works_in_place_has_one_slot_for_both() {
    refused("works in place, but its slots differ", |s| {
        s.steps[5] = Step::Delay { line: 0, channels: vec![(place(2, 2), place(1, 4))] };
    });
    refused("works in place, but in other slots than its input", |s| run(s, 3).before = vec![place(1, 1)]);
    refused("wants value 9 in slot 18", |s| run(s, 3).before = vec![place(3, 9)]);
}

#[test]
fn tables_that_do_not_fit_are_caught() {
    refused("slots and places differ", |s| run(s, 3).slots[0] = at(4));
    refused("a port has no places", |s| run(s, 3).outputs[0] = sound(0, 2));
    refused("the delay has another width", |s| s.lines[0].width = 2);
    refused("delay 1 is not there", |s| s.steps[5] = Step::Delay { line: 1, channels: vec![] });
    refused("delay of events 1 is not there", |s| {
        s.steps[7] = Step::Merge { to: 2, from: vec![(1, Some(1))], ends: false }
    });
    refused("a lane is not there", |s| s.lanes.clear());
    refused("no such bank", |s| s.banks.truncate(3));
    refused("list 6 is not there", |s| run(s, 7).inputs[0] = events(6));
    refused("list 6 is not there", |s| run(s, 1).outputs[1] = events(6));
}

#[test]
fn a_dealer_that_does_not_fit_its_voices_is_caught() {
    let deal = |from: Vec<u32>, to, room| Step::Deal { dealer: 0, from, to, room };
    let level = |of, lanes| Step::Level { dealer: 0, of, lanes };
    refused("dealer 1 is not there", |s| {
        s.steps[10] = Step::Deal { dealer: 1, from: vec![1], to: 3, room: 3 };
    });
    refused("dealer 0 is used twice", |s| s.steps.push(s.steps[10].clone()));
    refused("deals to other voices than there are", |s| s.steps[10] = deal(vec![1], 3, 1));
    refused("deals to other voices than there are", |s| s.steps[10] = deal(vec![1, 1], 3, 2));
    refused("list 4 is read before it is there", |s| s.steps[10] = deal(vec![4], 3, 3));
    refused("list 2 is used twice", |s| s.steps[10] = deal(vec![1], 2, 3));
    refused("list 6 is not there", |s| s.steps[10] = deal(vec![1], 4, 3));
    refused("wants value 9 in slot 21", |s| s.steps[11] = level(place(6, 9), vec![(0, 1, 1.0)]));
    refused("a voice that is not there", |s| s.steps[11] = level(place(6, 5), vec![(1, 1, 1.0)]));
    refused("a voice that is not there", |s| s.steps[11] = level(place(6, 5), vec![(0, 2, 1.0)]));
    refused("a dealer is not there", |s| {
        s.steps[11] = Step::Level { dealer: 1, of: place(6, 5), lanes: vec![] };
    });
    refused("does not deal, or does not hear", |s| drop(s.steps.pop()));
    refused("does not deal, or does not hear", |s| drop(s.steps.remove(10)));
    refused("does not deal, or does not hear", |s| s.steps.push(s.steps[11].clone()));
}

#[test]
fn each_thing_is_used_once_and_to_its_end() {
    refused("the node runs twice", |s| s.steps.push(s.steps[8].clone()));
    refused("takes before it gave", |s| run(s, 0).mode = Mode::Absorb);
    refused("bank 3 is not run to its end", |s| {
        s.steps.remove(9);
        s.steps[0] = Step::Loop { steps: 8, frames: 64 };
    });
    refused("a loop without steps or frames", |s| s.steps.truncate(9));
    refused("a loop without steps or frames", |s| s.steps[0] = Step::Loop { steps: 9, frames: 0 });
    refused("does not belong out of a loop", |s| drop(s.steps.remove(0)));
    refused("delay 0 is used twice", |s| {
        s.steps.push(Step::Delay { line: 0, channels: vec![(place(2, 4), place(2, 4))] })
    });
    refused("delay of events 0 is used twice", |s| {
        s.steps[7] = Step::Merge { to: 2, from: vec![(1, Some(0)), (1, Some(0))], ends: false };
    });
    refused("a delay is not used", |s| s.lines.push(line(1)));
    refused("a delay is not used", |s| s.event_lines.push(line(0)));
    refused("list 1 is used twice", |s| s.steps[7] = Step::Merge { to: 1, from: vec![], ends: false });
    refused("list 2 is read before it is there", |s| s.steps.swap(7, 8));
}

/// Four silent channels side by side, held back together; one lane is empty.
fn side_by_side() -> Schedule {
    let wide = |value| Place { slot: 4 * SILENT_SLOTS, span: 4, value };
    Schedule {
        steps: vec![
            Step::Pack { from: vec![place(0, 0); 4], to: wide(1) },
            Step::WideDelay { line: 0, channels: vec![(wide(1), wide(2))] },
        ],
        slots: 4 * SILENT_SLOTS + 4,
        lists: 1,
        wide_lines: vec![WideLine { lanes: vec![Some(line(1)), None, Some(line(1)), Some(line(1))] }],
        ..Schedule::default()
    }
}

#[test]
fn delays_that_lie_side_by_side_are_alike_and_used_once() {
    assert_eq!(check(&side_by_side()), Ok(()));
    let refused = |reason: &str, change: fn(&mut Schedule)| {
        let mut schedule = side_by_side();
        change(&mut schedule);
        let why = check(&schedule).expect_err(reason);
        assert!(why.contains(reason), "{why}");
    };
    fn other(schedule: &mut Schedule, change: fn(&mut Line)) {
        schedule.wide_lines[0].lanes[2].iter_mut().for_each(change);
    }
    refused("are not alike", |s| other(s, |l| l.frames = 6));
    refused("are not alike", |s| other(s, |l| l.width = 2));
    refused("are not alike", |s| other(s, |l| l.was = Some(4)));
    refused("are not alike", |s| drop(s.wide_lines[0].lanes.pop()));
    refused("are not alike", |s| s.wide_lines[0].lanes.fill(None));
    refused("has span 4, wanted is 8", |s| s.wide_lines[0].lanes.resize(8, None));
    refused("its slots differ", |s| {
        let Step::WideDelay { channels, .. } = &mut s.steps[1] else { panic!() };
        channels[0].1.slot += 4;
    });
    refused("delay side by side 0 is used twice", |s| s.steps.push(s.steps[1].clone()));
    refused("a delay is not used", |s| s.wide_lines.push(s.wide_lines[0].clone()));
    refused("does not belong into a loop", |s| s.steps.insert(1, Step::Loop { steps: 1, frames: 64 }));
}
