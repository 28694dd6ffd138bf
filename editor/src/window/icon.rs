//! The icon of the window: two nodes and the cable between them.

use iced::window;

/// How many pixels a side has, and how many places of each are looked at a side.
const SIDE: usize = 64;
const FINE: usize = 4;

/// How far a place lies outside of a box with round corners; negative inside.
fn outside((x, y): (f32, f32), (left, top): (f32, f32), (right, bottom): (f32, f32), round: f32) -> f32 {
    let axis = |p: f32, low: f32, high: f32| (p - (low + high) / 2.0).abs() - (high - low) / 2.0 + round;
    let (dx, dy) = (axis(x, left, right), axis(y, top, bottom));
    dx.max(0.0).hypot(dy.max(0.0)) + dx.max(dy).min(0.0) - round
}

/// How far a place lies from the cable.
fn off_cable((x, y): (f32, f32)) -> f32 {
    let places = (0..=40).map(|k| {
        let t = k as f32 / 40.0;
        // From the right of one node to the left of the other, as cables hang.
        let s = 1.0 - t;
        let at = |a: f32, b: f32, c: f32, d: f32| {
            a * s * s * s + 3.0 * b * s * s * t + 3.0 * c * s * t * t + d * t * t * t
        };
        (at(26.0, 44.0, 20.0, 38.0) - x).hypot(at(21.0, 21.0, 43.0, 43.0) - y)
    });
    places.fold(f32::INFINITY, f32::min)
}

/// The colour at a place: red, green, blue, and how much of it is there.
fn paint(at: (f32, f32)) -> [f32; 4] {
    const GROUND: [f32; 4] = [29.0, 32.0, 38.0, 1.0];
    const NODE: [f32; 4] = [111.0, 168.0, 224.0, 1.0];
    const OTHER: [f32; 4] = [242.0, 178.0, 92.0, 1.0];
    const CABLE: [f32; 4] = [126.0, 234.0, 210.0, 1.0];
    if outside(at, (2.0, 2.0), (62.0, 62.0), 14.0) > 0.0 {
        return [0.0; 4];
    }
    if outside(at, (10.0, 13.0), (27.0, 29.0), 4.0) < 0.0 {
        return NODE;
    }
    if outside(at, (37.0, 35.0), (54.0, 51.0), 4.0) < 0.0 {
        return OTHER;
    }
    if off_cable(at) < 2.4 { CABLE } else { GROUND }
}

/// Its pixels: red, green, blue, and how much of it is there.
fn pixels() -> Vec<u8> {
    let mut pixels = Vec::with_capacity(4 * SIDE * SIDE);
    for k in 0..SIDE * SIDE {
        let mut sum = [0.0f32; 4];
        for part in 0..FINE * FINE {
            let at = |pixel: usize, part: usize| pixel as f32 + (part as f32 + 0.5) / FINE as f32;
            let [r, g, b, a] = paint((at(k % SIDE, part % FINE), at(k / SIDE, part / FINE)));
            sum = [sum[0] + r * a, sum[1] + g * a, sum[2] + b * a, sum[3] + a];
        }
        let there = sum[3].max(1e-6);
        let alpha = sum[3] / (FINE * FINE) as f32 * 255.0;
        pixels.extend([sum[0] / there, sum[1] / there, sum[2] / there, alpha].map(|x| x.round() as u8));
    }
    pixels
}

/// The icon.
pub fn icon() -> Option<window::Icon> {
    window::icon::from_rgba(pixels(), SIDE as u32, SIDE as u32).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_whole_round_at_its_corners_and_has_two_nodes() {
        assert!(icon().is_some());
        let pixels = pixels();
        let at = |x: usize, y: usize| &pixels[4 * (y * SIDE + x)..][..4];
        assert_eq!((at(0, 0)[3], at(32, 6)[3]), (0, 255));
        assert_ne!(at(18, 20), at(46, 42));
        assert_eq!(at(32, 32), [126, 234, 210, 255], "the cable is in the middle");
    }
}
