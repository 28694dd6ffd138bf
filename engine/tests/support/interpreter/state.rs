//! What is kept from one patch to the next: nodes, the numbers they are set to, and what is under way in delays.

use super::super::build::RATE;
use super::graph::Graph;
use super::lanes::Course;
use super::voices::Dealing;
use signalbox_engine::compile::{Flat, FlatNode};
use signalbox_engine::node::rig::Single;
use signalbox_engine::node::{Kind, NoAssets, Parameter, Setting, Setup};
use signalbox_engine::patch::{Patch, TempoMap};

/// A node and what it is set to.
pub struct Node {
    pub way: Way,
    /// By parameter: where it is on its way.
    pub knobs: Vec<Knob>,
    /// By parameter: the lane that moves it, and how that glides.
    lanes: Vec<(Option<Course>, Glide)>,
    /// The frame that comes next, if none is left out.
    expected: Option<i64>,
    make: Make,
}

/// How a node is computed.
pub enum Way {
    Runs(Box<Single>),
    /// Its first input goes to its first output, as late as the node: all that came in.
    Bypassed(Past<Vec<f32>>),
    /// It deals notes to voices.
    Deals(Dealing),
}

/// All by which a node is told to be still the same: numbers that may move, its cables, and where it stands, are not
/// among it.
#[derive(PartialEq)]
struct Make {
    kind: &'static str,
    fixed: Vec<Setting>,
    widths: (Vec<usize>, Vec<usize>),
    bypass: bool,
    early: usize,
    tempo: Option<TempoMap>,
}

impl Node {
    /// The node from `before`, if it is still the same, set to what the patch says now; else a new one.
    pub fn of(
        before: Option<Self>,
        (flat, graph, patch): (&Flat, &Graph, &Patch),
        n: usize,
        courses: Vec<Option<Course>>,
        now: usize,
    ) -> Self {
        let node = &flat.nodes[n];
        let (inputs, outputs) = (&graph.inputs[n], &graph.outputs[n]);
        let voices = flat.voices.iter().find(|v| v.dealer == n).map(|v| v.count);
        let parameters = || node.settings.iter().zip(node.declaration.parameters);
        let make = Make {
            kind: node.declaration.name,
            fixed: parameters().filter(|p| !p.1.moves()).map(|p| p.0.clone()).collect(),
            widths: (inputs.clone(), outputs.clone()),
            bypass: node.bypass,
            early: graph.early[n],
            tempo: node.declaration.on_the_beat.then(|| patch.tempo.clone()),
        };
        if let Some(mut same) = before.filter(|b| b.make == make) {
            for (p, course) in courses.into_iter().enumerate() {
                let ((old, glide), knob) = (&mut same.lanes[p], &mut same.knobs[p]);
                let (setting, parameter) = (&node.settings[p], &node.declaration.parameters[p]);
                match (&old, &course) {
                    (None, Some(_)) => (glide.last, glide.jumps) = (knob.now, true),
                    (Some(_), None) => knob.come_from(glide.last, parameter),
                    _ => glide.jumps |= *old != course,
                }
                *old = course;
                knob.turn(setting, parameter);
            }
            match (&mut same.way, voices) {
                (Way::Runs(single), _) => single.connected = node.connected.to_vec(),
                (Way::Deals(dealing), Some(count)) => dealing.resize(count),
                _ => {}
            }
            return same;
        }
        let way = match voices {
            Some(count) => Way::Deals(Dealing::new(count)),
            None if node.bypass => Way::Bypassed(Past::new(now)),
            None => Way::Runs(Box::new(single(node, graph, patch, n))),
        };
        let lanes = courses.into_iter().map(|course| (course, Glide::default())).collect();
        Self { way, knobs: node.settings.iter().map(Knob::new).collect(), lanes, expected: None, make }
    }

    /// The value of each parameter at a frame of the song, before cables move it.
    pub fn values(&mut self, frame: i64) -> Vec<f32> {
        if self.lanes.iter().any(|l| l.0.is_some()) {
            if self.expected.is_some_and(|expected| expected != frame) {
                self.lanes.iter_mut().for_each(|l| l.1.jumps = true);
            }
            self.expected = Some(frame + 1);
        }
        let both = self.knobs.iter_mut().zip(&mut self.lanes);
        both.map(|(knob, (course, glide))| {
            let by_hand = knob.next();
            course.as_ref().map_or(by_hand, |course| glide.next(course.at(frame)))
        })
        .collect()
    }
}

/// Over so many frames, 5 ms, something comes, goes or changes where the patch does.
const FADE: usize = RATE as usize / 200;

/// Where a lane jumps, the parameter glides from where it was.
#[derive(Default)]
struct Glide {
    last: f32,
    jumps: bool,
    by: f32,
    left: usize,
}

impl Glide {
    fn next(&mut self, value: f32) -> f32 {
        if std::mem::take(&mut self.jumps) {
            (self.by, self.left) = (self.last - value, FADE);
        }
        self.last = match self.left {
            0 => value,
            left => value + self.by * (left as f32 * (1.0 / FADE as f32)),
        };
        self.left = self.left.saturating_sub(1);
        self.last
    }
}

fn single(node: &FlatNode, graph: &Graph, patch: &Patch, n: usize) -> Single {
    let (inputs, outputs) = (&graph.inputs[n], &graph.outputs[n]);
    let setup = Setup {
        key: "",
        rate: RATE,
        settings: &node.settings,
        inputs,
        outputs,
        connected: &[],
        moved: &[],
        assets: &NoAssets,
        tempo: &patch.tempo,
        early: graph.early[n],
    };
    let processor = (node.declaration.make)(&setup).expect("a processor");
    Single::new(node.declaration, processor, inputs, outputs, &node.connected)
}

/// A parameter: a change by hand arrives in a straight line over its smoothing time.
pub struct Knob {
    now: f32,
    target: f32,
    step: f32,
    left: u32,
}

impl Knob {
    fn new(setting: &Setting) -> Self {
        let value = if let Setting::Number(value) = setting { *value } else { 0.0 };
        Self { now: value, target: value, step: 0.0, left: 0 }
    }

    /// Goes on from where a lane left it.
    fn come_from(&mut self, value: f32, parameter: &Parameter) {
        self.left = length(parameter).max(1);
        self.step = (self.target - value) / self.left as f32;
        self.now = value;
    }

    fn turn(&mut self, setting: &Setting, parameter: &Parameter) {
        let Setting::Number(value) = setting else { return };
        if value.to_bits() != self.target.to_bits() {
            self.left = length(parameter);
            self.step = (value - self.now) / self.left.max(1) as f32;
            self.target = *value;
        }
    }

    /// The value at the next frame.
    pub fn next(&mut self) -> f32 {
        self.now = if self.left > 1 { self.now + self.step } else { self.target };
        self.left = self.left.saturating_sub(1);
        self.now
    }
}

/// How many frames a change by hand takes.
fn length(parameter: &Parameter) -> u32 {
    let smoothing = if let Kind::Number { smoothing, .. } = parameter.kind { smoothing } else { 0.0 };
    (smoothing * RATE as f32) as u32
}

/// All that went into a delay since it was there.
pub struct Past<T> {
    since: usize,
    all: Vec<T>,
}

impl<T> Past<T> {
    pub fn new(now: usize) -> Self {
        Self { since: now, all: Vec::new() }
    }

    pub fn push(&mut self, x: T) {
        self.all.push(x);
    }

    /// Forgets what went in before a frame.
    fn forget(&mut self, frame: usize) {
        self.all.drain(..frame.saturating_sub(self.since).min(self.all.len()));
        self.since = self.since.max(frame);
    }

    /// What went in so many frames before `now`; nothing before it was there.
    pub fn get(&self, now: usize, frames: usize) -> Option<&T> {
        self.all.get(now.checked_sub(frames)?.checked_sub(self.since)?)
    }
}

/// The delay of a cable or of an output.
pub struct Delay<T> {
    pub frames: usize,
    past: Past<T>,
    /// How long it was before, and since when it is as long as it is.
    was: Option<(usize, usize)>,
}

impl<T> Delay<T> {
    pub fn new(frames: usize, now: usize) -> Self {
        Self { frames, past: Past::new(now), was: None }
    }

    /// The same delay of another length. A delay holds what it may still have to give, and no more comes along.
    pub fn changed(mut self, frames: usize, now: usize) -> Self {
        let held = self.was.map_or(self.frames, |(before, _)| self.frames.max(before) + 1);
        self.past.forget(now.saturating_sub(held));
        Self { frames, was: Some((self.frames, now)), ..self }
    }

    /// Comes to its length without a way.
    pub fn at_once(&mut self) {
        self.was = None;
    }

    pub fn push(&mut self, x: T) {
        self.past.push(x);
    }

    /// What comes out.
    pub fn get(&self, now: usize) -> Option<&T> {
        self.past.get(now, self.frames)
    }
}

impl Delay<Vec<f32>> {
    /// A channel of what comes out. A delay that came to another length gives what the old one gave until the new one
    /// has something to give, then it fades over.
    pub fn channel(&self, channel: usize, now: usize) -> f32 {
        let tap = |frames: usize| self.past.get(now, frames).map_or(0.0, |past| past[channel]);
        let new = tap(self.frames);
        let Some((before, since)) = self.was else { return new };
        let wait = self.frames.saturating_sub(before);
        match (now - since).checked_sub(wait) {
            None => tap(before),
            Some(age) if age < FADE => {
                let left = (FADE - age) as f32;
                new + (tap(before) - new) * (left / (FADE + 1) as f32)
            }
            Some(_) => new,
        }
    }
}
