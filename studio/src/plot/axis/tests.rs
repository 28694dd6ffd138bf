use super::*;

fn labels(ticks: &[Tick]) -> Vec<&str> {
    ticks.iter().map(|tick| tick.1.as_str()).collect()
}

#[test]
fn a_linear_scale_meets_both_ends_and_the_middle() {
    let scale = Scale::linear([-60.0, 0.0], [300.0, 100.0]);
    assert_eq!([-60.0, 0.0, -30.0].map(|v| scale.at(v)), [300.0, 100.0, 200.0]);
}

#[test]
fn octaves_are_equally_wide_on_a_logarithmic_scale() {
    let scale = Scale::logarithmic([20.0, 20_000.0], [0.0, 1000.0]);
    let octave = 1000.0 * 2f32.log10() / 3.0;
    for hertz in [20.0, 100.0, 1000.0, 10_000.0] {
        assert!((scale.at(2.0 * hertz) - scale.at(hertz) - octave).abs() < 1e-3);
    }
}

#[test]
fn a_scale_without_extent_gives_its_beginning() {
    assert_eq!(Scale::linear([3.0, 3.0], [10.0, 20.0]).at(7.0), 10.0);
}

#[test]
fn a_song_is_marked_in_round_minutes_and_seconds() {
    let ticks = time(214.0, 14);
    assert_eq!(labels(&ticks)[..5], ["0:00", "0:30", "1:00", "1:30", "2:00"]);
    assert_eq!(ticks.last().unwrap().0, 210.0);
}

#[test]
fn an_hour_and_a_half_is_marked_with_hours() {
    assert_eq!(
        labels(&time(5400.0, 6)),
        ["0:00", "15:00", "30:00", "45:00", "1:00:00", "1:15:00", "1:30:00"]
    );
}

#[test]
fn short_sounds_are_marked_in_seconds_milliseconds_and_microseconds() {
    assert_eq!(labels(&time(1.0, 5)), ["0.0 s", "0.2 s", "0.4 s", "0.6 s", "0.8 s", "1.0 s"]);
    assert_eq!(labels(&time(0.01, 5)), ["0 ms", "2 ms", "4 ms", "6 ms", "8 ms", "10 ms"]);
    assert_eq!(labels(&time(1.0 / 48_000.0, 4)), ["0 µs", "10 µs", "20 µs"]);
}

#[test]
fn no_length_or_a_length_that_is_no_number_has_no_marks() {
    for seconds in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-320] {
        assert!(time(seconds, 10).is_empty(), "{seconds}");
    }
}

#[test]
fn marks_of_time_are_never_more_than_asked_for_and_one() {
    for exponent in -20..=20 {
        for mantissa in [1.0, 1.7, 2.5, 9.9] {
            let seconds = mantissa * 4f64.powi(exponent);
            let ticks = time(seconds, 12);
            assert!((2..=13).contains(&ticks.len()), "{seconds} s: {} marks", ticks.len());
            assert!(ticks.last().unwrap().0 <= seconds * (1.0 + 1e-6));
            let mut seen = labels(&ticks);
            seen.dedup();
            assert_eq!(seen.len(), ticks.len(), "{seconds} s: {seen:?}");
        }
    }
}

#[test]
fn levels_lie_on_multiples_of_their_step_within_the_range() {
    assert_eq!(labels(&level(-30.0, -3.0, 6)), ["−30", "−24", "−18", "−12", "−6"]);
    for (low, high) in [(-60.0, 0.0), (-7.5, 3.2), (-200.0, 12.0), (-23.1, -22.0)] {
        let ticks = level(low, high, 7);
        assert!(ticks.len() <= 7 && ticks.iter().all(|t| t.0 >= low && t.0 <= high), "{ticks:?}");
    }
}

#[test]
fn numbers_have_a_true_minus_and_no_negative_zero() {
    assert_eq!(number(-14.02, 1), "−14.0");
    assert_eq!(number(-0.04, 1), "0.0");
    assert_eq!(number(6.0, 0), "6");
    assert_eq!(number(f64::NEG_INFINITY, 1), "−∞");
    assert_eq!(number(f64::NAN, 1), "–");
}

#[test]
fn frequencies_read_as_they_are_spoken_of() {
    assert_eq!([62.9, 999.4, 2_390.0, 12_100.0].map(hertz), ["63 Hz", "999 Hz", "2.4 kHz", "12 kHz"]);
    assert_eq!([999.7, 9_980.0].map(hertz), ["1.0 kHz", "10 kHz"]);
}

#[test]
fn a_clock_counts_on_from_minutes_to_hours() {
    assert_eq!([0.0, 59.6, 187.0, 3_723.0].map(clock), ["0:00", "1:00", "3:07", "1:02:03"]);
}
