use super::*;

const CURVES: [Curve; 8] = [
    Curve::Bell,
    Curve::LowShelf,
    Curve::HighShelf,
    Curve::Tilt,
    Curve::LowPass,
    Curve::HighPass,
    Curve::BandPass,
    Curve::Notch,
];

/// Largest deviation in decibels from 20 Hz to 20 kHz, where the filter lets more than -24 dB through.
fn deviation(analogue: &Analogue, section: &Section, rate: f64) -> f64 {
    let cut = matches!(analogue.curve, Curve::LowPass | Curve::HighPass | Curve::BandPass | Curve::Notch);
    (0..200)
        .map(|i| 20.0 * 1_000f64.powf(f64::from(i) / 199.0))
        .filter(|&f| !cut || analogue.magnitude_db(f) > -24.0)
        .map(|f| (analogue.magnitude_db(f) - section.magnitude_db(f, rate)).abs())
        .fold(0.0, f64::max)
}

/// The largest deviation over curves, frequencies, gains and Q.
fn scan(rate: f64, curve: Curve, frequencies: (f64, f64), gains: &[f64], qs: &[f64]) -> (f64, Analogue) {
    let mut worst = (0.0, Analogue { curve, frequency: 1.0, gain_db: 0.0, q: 1.0 });
    for i in 0..24 {
        let frequency = frequencies.0 * (frequencies.1 / frequencies.0).powf(f64::from(i) / 23.0);
        for &gain_db in gains {
            for &q in qs {
                let analogue = Analogue { curve, frequency, gain_db, q };
                let now = deviation(&analogue, &analogue.matched(rate, 20_000.0), rate);
                if now > worst.0 || now.is_nan() {
                    worst = (now, analogue);
                }
            }
        }
    }
    worst
}

#[test]
fn the_analogue_curves_are_those_that_theory_names() {
    let db = |curve, gain_db, q, f| Analogue { curve, frequency: 1_000.0, gain_db, q }.magnitude_db(f);
    for (got, theory) in [
        (db(Curve::Bell, 12.0, 1.0, 1_000.0), 12.0),
        (db(Curve::Bell, -7.0, 3.0, 1_000.0), -7.0),
        (db(Curve::LowShelf, 9.0, 0.7, 0.01), 9.0),
        (db(Curve::LowShelf, 9.0, 0.7, 1_000.0), 4.5),
        (db(Curve::HighShelf, 9.0, 0.7, 0.01), 0.0),
        (db(Curve::HighShelf, 9.0, 0.7, 1e8), 9.0),
        (db(Curve::Tilt, 9.0, 0.7, 0.01), -4.5),
        (db(Curve::Tilt, 9.0, 0.7, 1e8), 4.5),
        (db(Curve::LowPass, 0.0, 4.0, 1_000.0), 20.0 * 4f64.log10()),
        (db(Curve::HighPass, 0.0, 0.5f64.sqrt(), 1_000.0), 10.0 * 0.5f64.log10()),
        // One octave of a Butterworth filter: 1 + 2⁴ in power.
        (db(Curve::LowPass, 0.0, 0.5f64.sqrt(), 2_000.0), -10.0 * 17f64.log10()),
        (db(Curve::BandPass, 0.0, 2.0, 1_000.0), 0.0),
        // The edges of a band-pass of Q 2 lie where f/f0 - f0/f = 1/2.
        (db(Curve::BandPass, 0.0, 2.0, 1_000.0 * (0.25 + 1.0625f64.sqrt())), 10.0 * 0.5f64.log10()),
        (db(Curve::Notch, 0.0, 2.0, 1_000.0 * (0.25 + 1.0625f64.sqrt())), 10.0 * 0.5f64.log10()),
    ] {
        assert!((got - theory).abs() < 1e-3, "{got} for {theory}");
    }
    assert!(db(Curve::Notch, 0.0, 2.0, 1_000.0) < -300.0);
}

#[test]
fn a_bell_at_16_khz_lies_within_a_tenth_of_a_decibel_of_the_analogue_one() {
    let bell = Analogue { curve: Curve::Bell, frequency: 16_000.0, gain_db: 12.0, q: 1.0 };
    let direct = deviation(&bell, &bell.matched(48_000.0, 20_000.0), 48_000.0);
    let doubled = deviation(&bell, &bell.matched(96_000.0, 20_000.0), 96_000.0);
    assert!(direct < 0.1, "{direct}");
    assert!(doubled < 0.005, "{doubled}");
}

#[test]
fn every_curve_in_musical_use_follows_the_analogue_one() {
    let (gains, qs) = ([-12.0, -3.0, 6.0, 12.0], [0.5, 0.7, 1.0, 2.0]);
    for curve in CURVES {
        for (rate, bound) in [(48_000.0, 0.32), (44_100.0, 0.7), (96_000.0, 0.025), (88_200.0, 0.03)] {
            let (worst, at) = scan(rate, curve, (20.0, 16_000.0), &gains, &qs);
            assert!(worst < bound, "{worst} dB at {rate} Hz: {at:?}");
        }
    }
}

#[test]
fn bells_follow_to_the_ends_of_their_range() {
    let (worst, at) = scan(48_000.0, Curve::Bell, (10.0, 22_000.0), &[-30.0, 30.0], &[0.1, 0.5, 2.0, 20.0]);
    assert!(worst < 0.35, "{worst} dB: {at:?}");
}

#[test]
fn a_notch_is_deep_where_it_was_asked() {
    for frequency in [50.0, 997.0, 12_345.0] {
        let notch = Analogue { curve: Curve::Notch, frequency, gain_db: 0.0, q: 10.0 };
        assert!(notch.matched(48_000.0, 20_000.0).magnitude_db(frequency, 48_000.0) < -100.0);
    }
}

#[test]
fn a_gain_of_nothing_changes_nothing() {
    for curve in [Curve::Bell, Curve::LowShelf, Curve::HighShelf, Curve::Tilt] {
        let section =
            Analogue { curve, frequency: 3_000.0, gain_db: 0.0, q: 2.0 }.matched(48_000.0, 20_000.0);
        assert_eq!(section.shares()[2..], [1.0, 0.0, 0.0]);
    }
}

#[test]
fn a_filter_is_stable_and_finite_at_every_setting_and_rate() {
    for rate in [8_000.0, 22_050.0, 44_100.0, 48_000.0, 192_000.0, 384_000.0] {
        for curve in CURVES {
            for i in 0..40 {
                let frequency = 10.0 * 2_200f64.powf(f64::from(i) / 39.0);
                for gain_db in [-30.0, -0.01, 5.0, 30.0] {
                    for q in [0.1, 0.4, 0.7, 3.0, 20.0] {
                        let analogue = Analogue { curve, frequency, gain_db, q };
                        let s = analogue.matched(rate, 20_000.0);
                        let fine =
                            [s.g, s.k, s.high, s.band, s.low].iter().all(|v| v.is_finite() && *v < 1e6);
                        assert!(fine && s.g > 1e-6 && s.k >= 1e-4, "{rate} {analogue:?} {s:?}");
                        // The loudest circuit is a shelf of 30 dB, Q 20: its resonance reaches 71 dB.
                        let peak = (1..100)
                            .map(|j| s.magnitude_db(rate * f64::from(j) / 200.0, rate))
                            .fold(-999.0, f64::max);
                        assert!(peak < 75.0, "{rate} {analogue:?} {peak}");
                    }
                }
            }
        }
    }
}
