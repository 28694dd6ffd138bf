//! What the sticks compute is what they say that they compute.

use super::*;
use crate::bench::settings::{CHAIN, SINE, sine};
use crate::bench::tests::material;
use signalbox_dsp::lane::Level;
use std::f64::consts::TAU;

#[test]
fn a_mix_sounds_the_same_however_many_tracks_lie_side_by_side() {
    let mixes = [Level::Baseline, Level::Avx2, Level::Avx512]
        .map(|level| Mix::with_level(material().loops(), level).render(24_000));
    for mix in &mixes[1..] {
        for (a, b) in mix.channels.iter().flatten().zip(mixes[0].channels.iter().flatten()) {
            assert!((a - b).abs() < 1e-4, "{a} {b}");
        }
    }
}

#[test]
fn a_mix_goes_on_from_the_beginning_of_its_loops() {
    let short: Vec<_> = material()
        .loops()
        .iter()
        .map(|l| {
            let channels = l.channels.iter().map(|c| c[..6_400].to_vec()).collect();
            std::sync::Arc::new(Audio { rate: l.rate, channels })
        })
        .collect();
    let twice: Vec<_> = short
        .iter()
        .map(|l| {
            let channels = l.channels.iter().map(|c| c.repeat(2)).collect();
            std::sync::Arc::new(Audio { rate: l.rate, channels })
        })
        .collect();
    assert_eq!(Mix::new(&short).render(20_000), Mix::new(&twice).render(20_000));
}

#[test]
fn a_chain_is_as_quiet_as_its_gains_make_it() {
    let mut chain = Chain::new(1_000);
    let heard = chain.run(48_000);
    // A saw between -0.5 and 0.5, of 100 steps.
    let saw = 10.0 * (1f64 / 12.0).log10();
    assert!((heard.rms_db() - (saw + 1_000.0 * CHAIN)).abs() < 0.01, "{}", heard.rms_db());
    assert_eq!(heard.samples, 48_000);
}

#[test]
fn sines_are_sines() {
    let count = 100;
    let audio = Sines::new(count).render(4_800);
    for (frame, x) in audio.channels[0].iter().enumerate() {
        let turns = |i: usize| sine(i) * frame as f64 / f64::from(RATE);
        let wanted: f64 = (0..count).map(|i| SINE * (TAU * turns(i)).sin()).sum();
        assert!((f64::from(*x) - wanted).abs() < 0.002 * SINE * count as f64, "{frame}: {x} for {wanted}");
    }
}

#[test]
fn voices_sound_on_both_sides_and_stay_finite() {
    let audio = Voices::new().render(96_000);
    for channel in &audio.channels {
        let mut heard = Heard::default();
        heard.channel(channel);
        assert!(heard.peak.is_finite() && heard.peak < 4.0);
        assert!((-24.0..-12.0).contains(&heard.rms_db()), "{}", heard.rms_db());
    }
}
