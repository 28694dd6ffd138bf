//! Lanes in frames, ready to be read at any moment.

use crate::node::Parameter;
use crate::patch::{Lane, Moment, Shape, TempoMap};

/// The course of one parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    points: Vec<CurvePoint>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct CurvePoint {
    frame: i64,
    value: f32,
    shape: Shape,
}

/// Reads a lane for a parameter at a rate.
pub fn read(lane: &Lane, parameter: &Parameter, tempo: &TempoMap, rate: u32) -> Result<Curve, String> {
    if !parameter.moves() {
        return Err(format!("`{}` is fixed while the node runs; no lane can move it", parameter.name));
    }
    if lane.points.is_empty() {
        return Err("the lane has no points; give it one, or take it away".into());
    }
    let mut points: Vec<CurvePoint> = Vec::with_capacity(lane.points.len());
    for point in &lane.points {
        let seconds = Moment::read(point.time())?.seconds(tempo);
        let value = parameter.read_number(point.value()).map_err(|e| e.to_string())?;
        let frame = (seconds * f64::from(rate)).round() as i64;
        if points.last().is_some_and(|last| last.frame > frame) {
            return Err(format!("the point at {} comes before the one in front of it", point.time()));
        }
        points.push(CurvePoint { frame, value, shape: point.shape() });
    }
    Ok(Curve { points })
}

impl Curve {
    /// The frame of the last point.
    pub fn end(&self) -> i64 {
        self.points.last().map_or(0, |p| p.frame)
    }

    /// Writes the values of the frames from `frame` on; gives the value where it is the same for all.
    pub fn fill(&self, frame: i64, out: &mut [f32]) -> Option<f32> {
        let frames = out.len() as i64;
        // The last point that is not after the block's first frame.
        let at = self.points.partition_point(|p| p.frame <= frame);
        let quiet = self.points.get(at).is_none_or(|next| next.frame >= frame + frames);
        if quiet && let Some(value) = self.steady(at) {
            return Some(value);
        }
        let mut at = at;
        for (i, to) in out.iter_mut().enumerate() {
            let now = frame + i as i64;
            while self.points.get(at).is_some_and(|p| p.frame <= now) {
                at += 1;
            }
            *to = self.value(at, now);
        }
        None
    }

    /// The value that holds between the points around index `at`, where it does.
    fn steady(&self, at: usize) -> Option<f32> {
        match (at.checked_sub(1).map(|i| self.points[i]), self.points.get(at)) {
            (None, next) => next.map(|p| p.value),
            (Some(last), None) => Some(last.value),
            (Some(a), Some(b)) => (a.shape == Shape::Hold || a.value == b.value).then_some(a.value),
        }
    }

    fn value(&self, at: usize, now: i64) -> f32 {
        if let Some(value) = self.steady(at) {
            return value;
        }
        let (a, b) = (self.points[at - 1], self.points[at]);
        let way = (now - a.frame) as f64 / (b.frame - a.frame) as f64;
        let bent = match a.shape {
            Shape::Linear => way,
            Shape::Hold => 0.0,
            Shape::S => 0.5 - 0.5 * (std::f64::consts::PI * way).cos(),
            Shape::Slow => way * way,
            Shape::Fast => 1.0 - (1.0 - way) * (1.0 - way),
        };
        (f64::from(a.value) + (f64::from(b.value) - f64::from(a.value)) * bent) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use signalbox_dsp::units::Unit;

    fn curve(points: serde_json::Value) -> Result<Curve, String> {
        let lane: Lane = serde_json::from_value(json!({ "points": points })).unwrap();
        let parameter = Parameter::number("gain", Unit::Decibel, (-120.0, 48.0), 0.0, "");
        read(&lane, &parameter, &TempoMap::steady(120.0), 1_000)
    }

    #[test]
    fn a_lane_passes_each_point_at_its_exact_frame_however_it_is_cut() {
        let curve =
            curve(json!([[0.1, "-10 dB"], ["1 beat", "0 dB", "hold"], [0.7, -6], [0.9, 0, "s"], [1, 1]]))
                .unwrap();
        let mut whole = vec![0.0; 1_200];
        curve.fill(0, &mut whole);
        for (frame, value) in [
            (0, -10.0),
            (100, -10.0),
            (300, -5.0),
            (499, -0.025),
            (500, 0.0),
            (699, 0.0),
            (700, -6.0),
            (950, 0.5),
            (1_100, 1.0),
        ] {
            assert!((whole[frame] - value as f32).abs() < 1e-5, "{frame}: {}", whole[frame]);
        }
        let mut cut = Vec::new();
        for start in (0..1_200).step_by(7) {
            let mut block = vec![0.0; 7.min(1_200 - start)];
            if let Some(value) = curve.fill(start as i64, &mut block) {
                block.fill(value);
            }
            cut.extend(block);
        }
        assert_eq!(whole, cut);
    }

    #[test]
    fn points_out_of_order_or_of_a_wrong_unit_are_refused() {
        assert!(curve(json!([[1, 0], [0.5, 0]])).unwrap_err().contains("before"));
        assert!(curve(json!([[1, "3 Hz"]])).unwrap_err().contains("wants a level"));
        assert!(curve(json!([])).unwrap_err().contains("no points"));
    }
}
