use super::*;

#[test]
fn the_range_holds_the_curve_and_both_lines() {
    let after: Vec<LoudnessPoint> =
        (0..600).map(|i| (f64::from(i) / 10.0, -11.0, if i < 300 { -24.0 } else { -12.0 })).collect();
    for lines in [[None, None], [Some(-13.0), Some(-14.0)], [Some(-9.0), Some(-30.0)]] {
        let (low, high) = range(&after, &[], lines);
        let shown = |value: f64| low < value && value < high;
        assert!(
            [-11.0, -12.0, -24.0].into_iter().chain(lines.into_iter().flatten()).all(shown),
            "{low} {high}"
        );
    }
}

#[test]
fn a_few_quiet_seconds_do_not_flatten_the_curve() {
    let after: Vec<LoudnessPoint> =
        (0..1000).map(|i| (f64::from(i) / 10.0, -14.0, if i < 20 { -69.0 } else { -14.0 })).collect();
    let (low, high) = range(&after, &[], [None, None]);
    assert!(high - low <= 24.0, "{low} to {high}");
}

#[test]
fn the_range_is_never_nothing_nor_more_than_sixty() {
    for points in
        [vec![], vec![(1.0, f64::NAN, f64::NEG_INFINITY)], vec![(1.0, -5.0, -69.0), (2.0, -5.0, -5.0)]]
    {
        let (low, high) = range(&points, &[], [None, None]);
        assert!((18.0..=60.0).contains(&(high - low)), "{low} to {high}");
    }
    let (low, high) = range(&[], &[], [Some(-300.0), Some(3.0)]);
    assert!(high - low <= 60.0 && high > 3.0);
}

#[test]
fn labels_that_would_touch_are_moved_apart_evenly() {
    assert_eq!(apart(100.0, 150.0), [100.0, 150.0]);
    assert_eq!(apart(100.0, 100.0), [100.0 - 0.5 * LABEL, 100.0 + 0.5 * LABEL]);
    let [first, second] = apart(100.0, 110.0);
    assert_eq!((second - first, first + second), (LABEL, 210.0));
}
