use super::*;

#[test]
fn a_place_that_is_not_finite_breaks_the_curve() {
    let spots = [(0.0, 1.0), (1.0, 2.0), (2.0, f32::NAN), (3.0, 4.0), (4.0, f32::INFINITY)];
    assert_eq!(stretches(spots.into_iter()), [vec![(0.0, 1.0), (1.0, 2.0)], vec![(3.0, 4.0)]]);
}

#[test]
fn nothing_gives_no_stretch() {
    assert!(stretches([].into_iter()).is_empty());
    assert!(stretches([(f32::NAN, 0.0); 3].into_iter()).is_empty());
}

#[test]
fn a_crowded_column_keeps_its_ends_and_its_extremes() {
    let crowd = (0..1000).map(|i| (i as f32 / 100.0, if i == 555 { -9.0 } else { (i % 7) as f32 }));
    let spots = stretches(crowd).remove(0);
    assert!(spots.len() <= 4 * 10, "{}", spots.len());
    assert!(spots.contains(&(5.55, -9.0)));
    assert_eq!((spots[0].0, spots.last().unwrap().0), (0.0, 9.99));
    assert!(spots.windows(2).all(|pair| pair[0].0 <= pair[1].0), "out of order");
}
