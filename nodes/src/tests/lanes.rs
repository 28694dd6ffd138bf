//! A kernel for many nodes is as many kernels for one node: each lane gives its node's bits.

use super::kinds;
use signalbox_dsp::lane::{Lane, Wide};
use signalbox_engine::node::rig::WideRig;
use signalbox_engine::node::{
    BLOCK, Declaration, Event, EventKind, Keeper, Kind, Make, PortKind, Taper, Value, Width,
};
use std::ops::Range;

/// How long a node is played, where its lane moves to another kernel, and how late that one began.
const FRAMES: usize = 700;
const MOVE: usize = 331;
const LATE: usize = 37;

/// Programs of the node `code`: without state, with a loop, with memories before, in and behind a loop.
const PROGRAMS: [&str; 3] = [
    "in; p 1; sin 1; mul 0 2; tanh 3",
    "in; back; sub 1 0; p 1; cos 3; const 0.9; mul 4 5; mul 2 6; add 0 7",
    "in; prev 0; delay 0 0.003; add 1 2; back; delay 4 0.001; const 0.5; mul 5 6; add 3 7; p 2; const 0; less 9 10; \
     select 11 8 0; prev 12; sub 12 13",
];

/// A seeded generator (xorshift).
pub(super) struct Dice(u32);

impl Dice {
    pub(super) fn new(seed: u32) -> Self {
        Self(seed.wrapping_mul(2_654_435_761).max(1))
    }

    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    /// Evenly from 0 to 1.
    pub(super) fn part(&mut self) -> f32 {
        (self.next() >> 8) as f32 / 16_777_216.0
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        self.next() as usize % n
    }

    fn chance(&mut self, part: f32) -> bool {
        self.part() < part
    }
}

/// The kernels of a kind for a number of lanes.
pub(super) trait Lanes: Lane {
    fn make(kind: &Declaration) -> Option<Make<Self>>;
}

impl Lanes for f32 {
    fn make(kind: &Declaration) -> Option<Make<Self>> {
        Some(kind.make)
    }
}

impl Lanes for Wide<f32, 4> {
    fn make(kind: &Declaration) -> Option<Make<Self>> {
        kind.wide.map(|w| w.four)
    }
}

impl Lanes for Wide<f32, 8> {
    fn make(kind: &Declaration) -> Option<Make<Self>> {
        kind.wide.map(|w| w.eight)
    }
}

impl Lanes for Wide<f32, 16> {
    fn make(kind: &Declaration) -> Option<Make<Self>> {
        kind.wide.map(|w| w.sixteen)
    }
}

/// What all nodes of a batch have in common.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) kind: &'static Declaration,
    pub(super) values: Vec<(&'static str, Value)>,
    /// Channels of each input; 0 is not connected.
    pub(super) inputs: Vec<usize>,
}

impl Settings {
    pub(super) fn random(kind: &'static Declaration, dice: &mut Dice) -> Self {
        let mut values: Vec<(&str, Value)> = Vec::new();
        for parameter in kind.parameters {
            match parameter.kind {
                Kind::Choice { options, .. } => {
                    values.push((parameter.name, options[dice.below(options.len())].0.into()));
                }
                Kind::Switch { .. } => values.push((parameter.name, dice.chance(0.5).into())),
                Kind::Text { .. } if parameter.name == "program" => {
                    values.push((parameter.name, PROGRAMS[dice.below(PROGRAMS.len())].into()));
                }
                Kind::Fixed { min, max, .. } if parameter.name == "lookahead" => {
                    values.push((parameter.name, (min + dice.part() * (max - min)).into()));
                }
                _ => {}
            }
        }
        let width = 1 + dice.below(2);
        let input = |(number, port): (usize, &signalbox_engine::node::Port)| match port.kind {
            PortKind::Events => 0,
            PortKind::Audio(_) if number > 0 && dice.chance(0.5) => 0,
            PortKind::Audio(Width::Fixed(n)) => n,
            PortKind::Audio(Width::Parameter(_)) => 2,
            PortKind::Audio(_) => width,
        };
        let inputs = kind.inputs.iter().enumerate().map(input).collect();
        Self { kind, values, inputs }
    }

    pub(super) fn rig<L: Lanes>(&self) -> WideRig<L> {
        let make = L::make(self.kind).unwrap();
        WideRig::new(self.kind, make, 48_000, &self.values, &self.inputs)
            .unwrap_or_else(|e| panic!("{} {:?}: {e}", self.kind.name, self.values))
    }
}

/// What one node gets to hear, frame by frame.
#[derive(Clone)]
struct Part {
    /// By parameter; empty for what is no number.
    parameters: Vec<Vec<f32>>,
    /// By input and channel.
    inputs: Vec<Vec<Vec<f32>>>,
    /// Input, frame, and what happens.
    events: Vec<(usize, usize, EventKind)>,
}

/// A value inside a range, spread as a knob would.
pub(super) fn within(parameter: &Kind, dice: &mut Dice) -> f32 {
    let Kind::Number { min, max, taper, .. } = *parameter else { return 0.0 };
    let part = dice.part();
    match taper {
        _ if dice.chance(0.1) => {
            if part < 0.5 {
                min
            } else {
                max
            }
        }
        Taper::Linear => min + (max - min) * part,
        Taper::Logarithmic => (min * (max / min).powf(part)).clamp(min, max),
    }
}

impl Part {
    fn random(settings: &Settings, moves: &[bool], dice: &mut Dice) -> Self {
        let kind = settings.kind;
        let curve = |number: usize, parameter: &Kind, dice: &mut Dice| {
            let Kind::Number { default, .. } = *parameter else { return Vec::new() };
            let mut value = if dice.chance(0.3) { default } else { within(parameter, dice) };
            let mut to = value;
            let (mut values, mut ramp) = (Vec::new(), 1.0);
            for frame in 0..FRAMES {
                if moves[number] && frame % 50 == 0 && dice.chance(0.4) {
                    // From here on a ramp, or a jump.
                    (value, to) = (to, within(parameter, dice));
                    ramp = if dice.chance(0.3) { 1.0 } else { 0.0 };
                }
                ramp = f32::min(ramp + 0.02, 1.0);
                values.push(if ramp < 1.0 { value + (to - value) * ramp } else { to });
            }
            values
        };
        let parameters = kind.parameters.iter().enumerate().map(|(i, p)| curve(i, &p.kind, dice)).collect();
        let signal = |dice: &mut Dice| {
            let (loud, pause) = (0.05 + dice.part(), dice.chance(0.3));
            let x = |frame: usize| {
                if pause && frame > FRAMES / 2 { 0.0 } else { loud * (2.0 * dice.part() - 1.0) }
            };
            (0..FRAMES).map(x).collect::<Vec<f32>>()
        };
        let inputs = settings.inputs.iter().map(|&w| (0..w).map(|_| signal(dice)).collect()).collect();
        let mut events = Vec::new();
        for (port, _) in kind.inputs.iter().enumerate().filter(|p| p.1.kind == PortKind::Events) {
            for frame in 0..FRAMES {
                if dice.chance(0.02) {
                    let id = dice.below(3) as u32;
                    let key = 30.0 + 60.0 * dice.part();
                    let on = EventKind::NoteOn { key, velocity: dice.part(), id };
                    events.push((port, frame, if dice.chance(0.5) { on } else { EventKind::NoteOff { id } }));
                }
            }
        }
        Self { parameters, inputs, events }
    }
}

/// Plays some frames of a part in each lane, in blocks of random lengths; gives the bits of all outputs by lane.
fn play<L: Lanes>(
    rig: &mut WideRig<L>,
    parts: &[&Part],
    frames: Range<usize>,
    dice: &mut Dice,
) -> Vec<Vec<u32>> {
    assert_eq!(parts.len(), L::LANES);
    let mut out = vec![Vec::new(); L::LANES];
    let mut from = frames.start;
    while from < frames.end {
        let longest = [1, 5, 16, BLOCK][dice.below(4)];
        let n = (1 + dice.below(longest)).min(frames.end - from);
        for parameter in 0..parts[0].parameters.len() {
            let values =
                |lane: usize| parts[lane].parameters[parameter].get(from..from + n).unwrap_or_default();
            if values(0).is_empty() {
                continue;
            }
            // A lane that rests beside one that moves is given as a moving one.
            if (0..L::LANES).all(|lane| values(lane).iter().all(|&v| v == values(lane)[0])) {
                rig.set(parameter, L::from_fn(|lane| values(lane)[0]));
            } else {
                let moving = rig.moving(parameter);
                (0..n).for_each(|i| moving[i] = L::from_fn(|lane| values(lane)[i]));
            }
        }
        for port in 0..parts[0].inputs.len() {
            for channel in 0..parts[0].inputs[port].len() {
                let input = rig.input(port, channel);
                (0..n)
                    .for_each(|i| input[i] = L::from_fn(|lane| parts[lane].inputs[port][channel][from + i]));
            }
        }
        for (lane, part) in parts.iter().enumerate() {
            for &(port, frame, kind) in part.events.iter().filter(|e| (from..from + n).contains(&e.1)) {
                rig.send(port, lane, Event { frame: (frame - from) as u32, kind });
            }
        }
        rig.run(n);
        for i in 0..n {
            for (port, &width) in rig.outputs().to_vec().iter().enumerate() {
                for channel in 0..width {
                    let x = rig.output(port, channel)[i];
                    out.iter_mut().enumerate().for_each(|(lane, out)| out.push(x.get(lane).to_bits()));
                }
            }
        }
        from += n;
    }
    out
}

/// Each lane of a kernel against a kernel of its own, and a lane that moves from one kernel to another.
fn compare<A: Lanes, B: Lanes>(kind: &'static Declaration, dice: &mut Dice) {
    let settings = Settings::random(kind, dice);
    let moves: Vec<bool> = kind.parameters.iter().map(|_| dice.chance(0.4)).collect();
    let what = |lane: usize| {
        format!("{}, lane {lane} of {}, {:?} {:?}", kind.name, A::LANES, settings.values, settings.inputs)
    };
    let here: Vec<Part> = (0..A::LANES).map(|_| Part::random(&settings, &moves, dice)).collect();
    let there: Vec<Part> = (0..B::LANES).map(|_| Part::random(&settings, &moves, dice)).collect();
    let alone = |part: &Part, from: usize, dice: &mut Dice| {
        let mut rig = settings.rig::<f32>();
        rig.frame = from as i64;
        let mut out = play(&mut rig, &[part], from..MOVE, dice).remove(0);
        out.extend(play(&mut rig, &[part], MOVE..FRAMES, dice).remove(0));
        out
    };
    let wanted: Vec<Vec<u32>> = here.iter().map(|part| alone(part, 0, dice)).collect();
    let mut first = settings.rig::<A>();
    let mut second = settings.rig::<B>();
    second.frame = LATE as i64;
    let parts: Vec<&Part> = here.iter().collect();
    let begun = play(&mut first, &parts, 0..MOVE, dice);
    let mut others: Vec<&Part> = there.iter().collect();
    let before = play(&mut second, &others, LATE..MOVE, dice);
    // One lane moves over; both kernels go on.
    let (from, to) = (dice.below(A::LANES), dice.below(B::LANES));
    let mut count = Keeper::count();
    first.processor().keep(&mut count);
    let mut words = vec![0; count.words()];
    first.processor().keep(&mut Keeper::save(from, &mut words));
    second.processor().keep(&mut Keeper::load(to, &mut words));
    others[to] = &here[from];
    let ended = play(&mut first, &parts, MOVE..FRAMES, dice);
    let after = play(&mut second, &others, MOVE..FRAMES, dice);
    for lane in 0..A::LANES {
        assert!(begun[lane] == wanted[lane][..begun[lane].len()], "begins otherwise: {}", what(lane));
        assert!(ended[lane] == wanted[lane][begun[lane].len()..], "goes on otherwise: {}", what(lane));
    }
    for lane in 0..B::LANES {
        if lane == to {
            let end = &wanted[from][begun[from].len()..];
            assert!(after[lane] == end, "moved to a kernel of {}: {}", B::LANES, what(from));
        } else {
            let own = alone(&there[lane], LATE, dice);
            assert!(before[lane] == own[..before[lane].len()], "{}", what(lane));
            assert!(
                after[lane] == own[before[lane].len()..],
                "disturbed by a lane that came: {}",
                what(lane)
            );
        }
    }
}

#[test]
fn every_lane_gives_the_bits_of_its_node_alone_and_can_move_to_another_kernel() {
    for kind in kinds().filter(|k| k.wide.is_some()) {
        for seed in 0..6 {
            let dice = &mut Dice::new(seed + 1);
            compare::<Wide<f32, 4>, Wide<f32, 16>>(kind, dice);
            compare::<Wide<f32, 8>, f32>(kind, dice);
            compare::<Wide<f32, 16>, Wide<f32, 8>>(kind, dice);
            compare::<f32, Wide<f32, 4>>(kind, dice);
        }
    }
}
