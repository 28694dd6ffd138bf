use super::*;

/// A spectrum of `slope` dB an octave, 0 dB at 1 kHz.
fn sloped(slope: f64) -> Vec<SpectrumPoint> {
    (0..=480).map(|i| 20.0 * 2f64.powf(f64::from(i) / 48.0)).map(|f| (f, slope * (f / 1e3).log2())).collect()
}

#[test]
fn the_slope_of_a_straight_fall_is_that_fall() {
    for expected in [-4.5, 0.0, 3.0] {
        assert!((slope(&sloped(expected)).unwrap() - expected).abs() < 1e-9);
    }
}

#[test]
fn too_few_points_have_no_slope() {
    assert_eq!(slope(&[]), None);
    assert_eq!(slope(&[(1000.0, -20.0)]), None);
    assert_eq!(slope(&[(1000.0, f64::NEG_INFINITY), (2000.0, f64::NAN)]), None);
}

#[test]
fn the_range_holds_both_curves_where_ears_are_keen() {
    let (after, before) = (sloped(-4.5), sloped(-3.0));
    let (low, high) = range(&after, &before).unwrap();
    let within = |p: &&SpectrumPoint| p.0 > 30.0 && p.0 < 14e3;
    assert!(after.iter().chain(&before).filter(within).all(|p| p.1 > low && p.1 < high), "{low} to {high}");
}

#[test]
fn the_range_is_bounded_for_any_curve() {
    for points in [vec![(1000.0, 0.0)], vec![(50.0, 0.0), (1000.0, -400.0)], vec![(25.0, -20.0)]] {
        let (low, high) = range(&points, &[]).unwrap();
        assert!((42.0..=84.0).contains(&(high - low)), "{low} to {high}");
    }
    assert_eq!(range(&[(1000.0, f64::NEG_INFINITY), (5.0, 0.0)], &[]), None);
}
