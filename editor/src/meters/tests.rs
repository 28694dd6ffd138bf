use super::*;
use std::f64::consts::TAU;

const RATE: u32 = 48_000;

/// Feeds a probe and listens thirty times a second.
fn measured(seconds: f64, sound: impl Fn(usize) -> (f64, f64)) -> Meters {
    let probe = Arc::new(Probe::new(RATE, 2, 2.0));
    let mut meters = Meters::new(probe.clone());
    let frames = (seconds * f64::from(RATE)) as usize;
    let mut at = 0;
    while at < frames {
        let block: Vec<(f64, f64)> = (at..(at + 64).min(frames)).map(&sound).collect();
        probe.write(0, &block.iter().map(|s| s.0 as f32).collect::<Vec<_>>());
        probe.write(1, &block.iter().map(|s| s.1 as f32).collect::<Vec<_>>());
        probe.wrote(block.len(), 0);
        at += block.len();
        if at % 1_600 < 64 {
            meters.listen();
        }
    }
    meters.listen();
    meters
}

fn sine(n: usize, frequency: f64, turns: f64) -> f64 {
    (TAU * (frequency * n as f64 / f64::from(RATE) + turns)).sin()
}

fn amplitude(db: f64) -> f64 {
    10f64.powf(db / 20.0)
}

/// Two sines that are some part of a turn apart agree by the cosine of that.
#[test]
fn the_correlation_of_shifted_sines_is_the_cosine_of_the_shift() {
    for turns in [0.0, 0.1, 0.25, 0.4, 0.5, 0.75] {
        let meters = measured(0.6, |n| (0.5 * sine(n, 500.0, 0.0), 0.2 * sine(n, 500.0, turns)));
        let found = meters.correlation().expect("two sides");
        assert!((found - (TAU * turns).cos()).abs() < 0.01, "{turns} turns: {found}");
    }
    let meters = measured(0.6, |n| (sine(n, 500.0, 0.0), 0.0));
    assert_eq!(meters.correlation(), None, "a silent side agrees with nothing");
}

/// What the two sides share, and what each has alone, add up: with equal powers the correlation is the share.
#[test]
fn the_correlation_of_mixed_tones_is_the_share_of_what_both_have() {
    for share in [0.2f64, 0.5, 0.9] {
        let (both, own) = (share.sqrt() * 0.3, (1.0 - share).sqrt() * 0.3);
        let meters = measured(0.8, |n| {
            let shared = both * sine(n, 300.0, 0.0);
            (shared + own * sine(n, 700.0, 0.0), shared + own * sine(n, 1_100.0, 0.0))
        });
        let found = meters.correlation().expect("two sides");
        assert!((found - share).abs() < 0.01, "{share}: {found}");
    }
}

/// Between two bins, on a bin, at both ends of hearing.
#[test]
fn a_tone_has_its_level_and_its_frequency() {
    let bin = f64::from(RATE) / Analyser::new(RATE).size() as f64;
    for frequency in [61.3, 997.0, 1_000.0 + 0.5 * bin, 12_345.6, 18_000.0] {
        for db in [0.0, -37.5] {
            let a = amplitude(db);
            let meters = measured(0.4, |n| (a * sine(n, frequency, 0.1), 0.1 * a * sine(n, frequency, 0.3)));
            let found = meters.analyser.tone().expect("a tone");
            assert!((found.dbfs - db).abs() < 0.02, "{frequency} Hz: {} dB for {db}", found.dbfs);
            assert!((found.frequency - frequency).abs() < 0.1 * bin, "{frequency} Hz: {}", found.frequency);
            // The line has it at the place of its frequency, at the same level.
            let place = (frequency / 20.0).log(1_000.0) * (analyser::PLACES - 1) as f64;
            let line = meters.analyser.line();
            let (top, level) =
                (0..line.len()).map(|k| (k, line[k])).max_by(|a, b| a.1.total_cmp(&b.1)).expect("a top");
            assert!((top as f64 - place).abs() <= 1.0, "{frequency} Hz: at {top}, not at {place}");
            assert!((f64::from(level) - db).abs() < 0.02, "{frequency} Hz: {level} dB for {db}");
        }
    }
}

#[test]
fn what_was_highest_is_held_and_what_is_shown_falls() {
    let seconds = |n: usize| n as f64 / f64::from(RATE);
    let loud = |n: usize| if seconds(n) < 0.5 { amplitude(-6.0) } else { amplitude(-46.0) };
    let meters = measured(2.5, |n| (loud(n) * sine(n, 1_000.0, 0.0), 0.0));
    let place = ((1_000f64 / 20.0).log(1_000.0) * (analyser::PLACES - 1) as f64).round() as usize;
    assert!((meters.analyser.held()[place] + 6.0).abs() < 0.05);
    // It falls by 30 dB a second, and no further than to what there is.
    assert!((meters.analyser.line()[place] + 46.0).abs() < 0.05, "{}", meters.analyser.line()[place]);
    let mut meters = meters;
    meters.restart();
    assert!(meters.analyser.held().iter().all(|db| *db == analyser::FLOOR));
}

/// EBU Tech 3342, case 1: -20 and -30 dBFS, 20 s each, have a range of 10 LU. A stereo tone of 1 kHz at some dBFS has
/// the same number of LUFS (Tech 3341, cases 1 and 2).
#[test]
fn the_history_shows_how_loud_it_was_when_and_the_range_is_that_of_tech_3342() {
    let level = |n: usize| amplitude(if n < 20 * RATE as usize { -20.0 } else { -30.0 });
    let meters = measured(40.0, |n| {
        let x = level(n) * sine(n, 1_000.0, 0.0);
        (x, x)
    });
    let history = meters.history();
    assert_eq!(history.len(), 400, "ten a second");
    let near = |at: usize, lufs: f32| {
        let Moment { momentary, short_term } = history[at];
        assert!(
            (momentary - lufs).abs() < 0.1 && (short_term - lufs).abs() < 0.1,
            "{at}: {momentary} {short_term}"
        );
    };
    near(199, -20.0);
    near(399, -30.0);
    assert!(history[1].momentary.is_nan() && history[20].short_term.is_nan(), "no window is full yet");
    // 0.4 s after the step the one has followed, the other is on its way.
    assert!((history[203].momentary + 30.0).abs() < 0.1 && history[203].short_term > -21.5);
    assert!((meters.range().expect("a range") - 10.0).abs() < 1.0);
    assert!((meters.true_peak().expect("a peak") + 20.0).abs() < 0.1);
}
