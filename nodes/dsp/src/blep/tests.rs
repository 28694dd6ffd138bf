use super::*;

/// What comes out for a bare signal with one corner `ago` before frame 40.
fn around(corner: Corner, ago: f64, bare: impl Fn(f64) -> f64) -> Vec<f64> {
    let mut line = Corrector::<f32>::new(Blep::for_rate(48_000));
    let mut out = Vec::new();
    for frame in 0..120 {
        if frame == 40 {
            line.corner(0, ago, corner);
        }
        line.put(bare(f64::from(frame) - 40.0 + ago) as f32);
        out.push(f64::from(line.take()));
    }
    out.drain(..line.latency());
    out
}

/// The kernel, or its step, integrated up to `time` by the middles of many rectangles.
fn integrated(time: f64, order: i32) -> f64 {
    let half = Blep::look_ahead(48_000) as f64;
    let integral = |to: f64, order: i32| {
        let (n, long) = (20_000, (to + half) / 20_000.0);
        let points = (0..n).map(|i| (f64::from(i) + 0.5) * long - half);
        points.map(|t| long * kernel(t, half) * (to - t).powi(order)).sum::<f64>()
    };
    integral(time.min(half), order) / integral(half, 0)
}

#[test]
fn a_jump_becomes_the_integral_of_the_kernel_wherever_it_lies() {
    for ago in [0.0, 0.123, 0.5, 0.9991] {
        let out = around(Corner::Jump(1.0), ago, |t| if t < 0.0 { 0.0 } else { 1.0 });
        for frame in [21, 30, 38, 39, 40, 41, 47, 59] {
            let expected = integrated(f64::from(frame) - 40.0 + ago, 0);
            let got = out[frame as usize];
            assert!((got - expected).abs() < 2e-6, "{ago} {frame}: {got} {expected}");
        }
    }
}

#[test]
fn a_kink_becomes_the_second_integral_of_the_kernel() {
    for ago in [0.0, 0.25, 0.77] {
        let out = around(Corner::Kink(1.0), ago, |t| t.max(0.0));
        for frame in [21, 30, 38, 39, 40, 41, 47, 59] {
            let expected = integrated(f64::from(frame) - 40.0 + ago, 1);
            let got = out[frame as usize];
            assert!((got - expected).abs() < 2e-5, "{ago} {frame}: {got} {expected}");
        }
    }
}

#[test]
fn far_from_a_corner_nothing_is_left_of_it() {
    let out = around(Corner::Jump(1.0), 0.3, |t| if t < 0.0 { 0.0 } else { 1.0 });
    assert!(out[..15].iter().all(|&x| x == 0.0));
    assert!(out[65..90].iter().all(|&x| x == 1.0));
    let out = around(Corner::Kink(1.0), 0.3, |t| t.max(0.0));
    assert!(out[..15].iter().all(|x| x.abs() < 1e-6));
    assert!((65..90).all(|i| (out[i] - (i as f64 - 40.0 + 0.3)).abs() < 1e-4));
}

#[test]
fn the_look_ahead_shrinks_as_the_rate_leaves_room() {
    let frames = [44_100, 48_000, 96_000, 384_000].map(Blep::look_ahead);
    assert!(frames.windows(2).all(|w| w[0] > w[1]), "{frames:?}");
    assert!(Blep::look_ahead(8_000) <= 40);
}
