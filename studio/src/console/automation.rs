//! Lanes: what a parameter does over time, and how one more change is written into that.

use signalbox_dsp::units::{Quantity, Unit};
use signalbox_engine::node::Value;
use signalbox_engine::patch::{Lane, Moment, Point, Shape, TempoMap};

/// How long a change takes that is to be at once, so that it does not click, in seconds.
pub const AT_ONCE: f64 = 0.01;

/// Into how many straight lines a bent one is cut where it can't stay whole.
const PIECES: usize = 32;

/// A point of a course.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// When.
    pub at: Moment,
    /// The value then, in the parameter's unit.
    pub value: f64,
    /// How it goes on to the next one.
    pub shape: Shape,
}

/// The course of one parameter while it is written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    /// Points in order of time.
    pub steps: Vec<Step>,
}

impl Course {
    /// Reads the lane of a patch.
    pub fn of(lane: &Lane) -> Self {
        let number = |value: &Value| match value {
            Value::String(text) => Quantity::parse(text).map_or(0.0, |q| q.value),
            value => value.as_f64().unwrap_or(0.0),
        };
        let step = |p: &Point| {
            Some(Step { at: Moment::read(p.time()).ok()?, value: number(p.value()), shape: p.shape() })
        };
        Self { steps: lane.points.iter().filter_map(step).collect() }
    }

    /// The lane for a parameter of this unit.
    pub fn lane(&self, unit: Unit, tempo: &TempoMap) -> Lane {
        let point = |step: &Step| {
            let (time, value) = (moment(step.at, tempo), value(step.value, unit));
            match step.shape {
                Shape::Linear => Point::Line(time, value),
                shape => Point::Shaped(time, value, shape),
            }
        };
        Lane { points: self.steps.iter().map(point).collect() }
    }

    /// The value at a time in seconds; `before` where there are no points.
    pub fn value(&self, seconds: f64, before: f64, tempo: &TempoMap) -> f64 {
        let next = self.steps.iter().position(|s| s.at.seconds(tempo) > seconds);
        let last = next.unwrap_or(self.steps.len()).checked_sub(1);
        match (last.map(|i| self.steps[i]), next.map(|i| self.steps[i])) {
            (None, None) => before,
            (None, Some(first)) => first.value,
            (Some(last), None) => last.value,
            (Some(a), Some(b)) => {
                let (from, to) = (a.at.seconds(tempo), b.at.seconds(tempo));
                a.value + (b.value - a.value) * bend(a.shape, (seconds - from) / (to - from))
            }
        }
    }

    /// Lets the parameter go from what it is at `at` to `target` within `over` seconds, and on from there. Points on
    /// the way are gone; those after it stay.
    pub fn go(&mut self, at: Moment, target: f64, over: f64, before: f64, shape: Shape, tempo: &TempoMap) {
        let start = at.seconds(tempo);
        let over = over.max(AT_ONCE);
        let end = later(at, over, tempo);
        let stop = start + over;
        let held = self.value(start, before, tempo);
        self.straighten(start, tempo);
        let on = self.steps.iter().rfind(|s| s.at.seconds(tempo) <= stop).map_or(Shape::Linear, |s| s.shape);
        self.steps.retain(|s| !(start..=stop).contains(&s.at.seconds(tempo)));
        let place = self.steps.partition_point(|s| s.at.seconds(tempo) < start);
        let on = if place == self.steps.len() { Shape::Linear } else { on };
        let new = [Step { at, value: held, shape }, Step { at: end, value: target, shape: on }];
        self.steps.splice(place..place, new);
    }

    /// Cuts the bent line that is under way at `seconds` into straight ones, so that it keeps its form up to there.
    fn straighten(&mut self, seconds: f64, tempo: &TempoMap) {
        let Some(next) = self.steps.iter().position(|s| s.at.seconds(tempo) > seconds) else { return };
        let Some(last) = next.checked_sub(1) else { return };
        let (a, b) = (self.steps[last], self.steps[next]);
        let from = a.at.seconds(tempo);
        if matches!(a.shape, Shape::Linear) || seconds <= from {
            return;
        }
        if a.shape == Shape::Hold {
            return;
        }
        self.steps[last].shape = Shape::Linear;
        let length = b.at.seconds(tempo) - from;
        let piece = |i: usize| {
            let way = i as f64 / PIECES as f64;
            let value = a.value + (b.value - a.value) * bend(a.shape, way);
            Step { at: later(a.at, length * way, tempo), value, shape: Shape::Linear }
        };
        self.steps.splice(next..next, (1..PIECES).map(piece));
    }
}

/// How far along a shape is, of the way from one value to the next; as the engine bends it.
fn bend(shape: Shape, way: f64) -> f64 {
    match shape {
        Shape::Linear => way,
        Shape::Hold => 0.0,
        Shape::S => 0.5 - 0.5 * (std::f64::consts::PI * way).cos(),
        Shape::Slow => way * way,
        Shape::Fast => 1.0 - (1.0 - way) * (1.0 - way),
    }
}

/// The moment so many seconds later, said as the first one was: in seconds, or in beats.
pub fn later(at: Moment, seconds: f64, tempo: &TempoMap) -> Moment {
    match at {
        Moment::Seconds(s) => Moment::Seconds(s + seconds),
        at => Moment::Beats(tempo.beat(at.seconds(tempo) + seconds)),
    }
}

/// A moment as a patch writes it: beats as the bar that they lie in.
pub fn moment(at: Moment, tempo: &TempoMap) -> Value {
    match at {
        Moment::Seconds(s) => Quantity::new(s, Unit::Second).to_string().into(),
        Moment::Bar(bar, 1.0) => format!("bar {bar}").into(),
        Moment::Bar(bar, beat) => format!("bar {bar} beat {beat}").into(),
        Moment::Beats(beats) => {
            let (bar, beat) = tempo.bar(beats);
            // Shorter than a frame at any rate, and without the noise of the last digits.
            let beat = (beat * 1e7).round() / 1e7;
            moment(Moment::Bar(f64::from(bar), beat), tempo)
        }
    }
}

/// A number as a patch writes it, with its unit.
pub fn value(number: f64, unit: Unit) -> Value {
    match unit {
        Unit::None => number.into(),
        unit => Quantity::new(number, unit).to_string().into(),
    }
}
