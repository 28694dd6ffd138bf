//! EBU Tech 3342: the loudness range of tones, at every rate.

use super::signals::{RATES, near, play};

/// The tolerance of the document in LU.
const TOLERANCE: f64 = 1.0;

#[test]
fn the_range_of_steps_is_what_the_document_says_at_every_rate() {
    let cases = [
        ([-20.0, -30.0].as_slice(), 10.0),
        (&[-20.0, -15.0], 5.0),
        (&[-40.0, -20.0], 20.0),
        (&[-50.0, -35.0, -20.0, -35.0, -50.0], 15.0),
    ];
    for rate in RATES {
        for (levels, expected) in cases {
            let tones: Vec<_> = levels.iter().map(|&db| (20.0, db)).collect();
            let meter = play(rate, &tones, |_, _| {});
            near(&format!("{levels:?} at {rate}"), meter.range(), expected, TOLERANCE);
        }
    }
}
