use super::*;

#[test]
fn a_square_wave_has_its_height_as_peak_and_rms() {
    let square: Vec<f32> = (0..10_000).map(|i| if i / 5 % 2 == 0 { 0.5 } else { -0.5 }).collect();
    let summary = together(&[&square], 100);
    assert!(summary.columns.iter().all(|c| (c.low, c.high, c.rms) == (-0.5, 0.5, 0.5)));
    assert_eq!((summary.peak, summary.rms), (0.5, 0.5));
}

#[test]
fn the_rms_of_a_sine_is_its_height_over_the_root_of_two() {
    let sine: Vec<f32> = (0..48_000).map(|i| (std::f32::consts::TAU * i as f32 / 100.0).sin()).collect();
    let summary = together(&[&sine], 96);
    assert!((summary.rms - 0.5f64.sqrt()).abs() < 1e-5, "{}", summary.rms);
    assert!(summary.columns.iter().all(|c| (f64::from(c.rms) - 0.5f64.sqrt()).abs() < 1e-4));
}

#[test]
fn an_extreme_shows_in_its_column_alone() {
    for frames in [1000, 1357, 99_991] {
        for at in [0, 1, frames / 3, frames - 1] {
            let mut sound = vec![0.0; frames];
            sound[at] = -0.75;
            let summary = together(&[&sound], 100);
            let struck: Vec<usize> = (0..100).filter(|&c| summary.columns[c].low < 0.0).collect();
            let column = (0..100).rfind(|c| c * frames / 100 <= at).unwrap();
            assert_eq!(struck, [column], "{frames} frames, at {at}");
            assert_eq!((summary.peak, summary.full_scale), (0.75, 0));
        }
    }
}

#[test]
fn full_scale_is_counted_once_a_sample_and_marked_by_its_sign() {
    let mut sound = vec![0.1; 5000];
    sound[100] = 1.0;
    sound[101] = 1.5;
    sound[4000] = -32_767.0 / 32_768.0;
    sound[4500] = 0.9999;
    let summary = together(&[&sound], 50);
    assert_eq!(summary.full_scale, 3);
    let marked = |is: fn(&Column) -> bool| (0..50).filter(|&c| is(&summary.columns[c])).collect::<Vec<_>>();
    assert_eq!(marked(|c| c.full_above), [1]);
    assert_eq!(marked(|c| c.full_below), [40]);
}

#[test]
fn a_frame_that_lasts_for_many_columns_counts_once() {
    let summary = together(&[&[1.0, 0.0]], 1000);
    assert_eq!(summary.full_scale, 1);
    assert!((summary.rms - 0.5f64.sqrt()).abs() < 1e-12);
    assert!(summary.columns[..500].iter().all(|c| c.high == 1.0));
    assert!(summary.columns[501..].iter().all(|c| c.high == 0.0));
}

#[test]
fn a_wave_of_few_frames_is_one_line() {
    let sound: Vec<f32> = (0..40).map(|i| (i as f32 * 0.5).sin()).collect();
    let columns = together(&[&sound], 400).columns;
    assert!(columns.windows(2).all(|c| c[1].low <= c[0].high && c[1].high >= c[0].low));
}

#[test]
fn samples_that_are_not_finite_count_as_silence() {
    let sound = [0.5, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.25, f32::NAN, 0.0, 0.0];
    let summary = together(&[&sound], 1);
    assert_eq!((summary.columns[0].low, summary.columns[0].high), (-0.25, 0.5));
    assert_eq!((summary.peak, summary.full_scale), (0.5, 0));
    assert!((summary.rms - ((0.25 + 0.0625) / 8.0f64).sqrt()).abs() < 1e-9);
    let nothing = together(&[&[f32::NAN; 9]], 3);
    assert!(nothing.columns.iter().all(|c| *c == Column::default()));
}

#[test]
fn channels_together_show_the_widest_and_the_mean_power() {
    let summary = together(&[&[0.5; 64], &[-1.0; 64]], 4);
    assert!(summary.columns.iter().all(|c| (c.low, c.high) == (-1.0, 0.5)));
    assert!((summary.rms - (0.625f64).sqrt()).abs() < 1e-9);
}

#[test]
fn no_frames_and_no_columns_sum_up_to_nothing() {
    for summary in [together(&[], 10), together(&[&[]], 10), together(&[&[1.0]], 0)] {
        assert_eq!(summary, Summary::default());
    }
}
