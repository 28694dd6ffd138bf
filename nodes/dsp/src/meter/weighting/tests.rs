use super::*;

/// Seeded numbers from −1 to 1.
fn noise(frames: usize) -> Vec<f64> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    (0..frames).map(|_| next()).collect()
}

#[test]
fn at_48_khz_the_coefficients_are_those_that_the_recommendation_prints() {
    let weighting = Weighting::new(48_000.0);
    let printed = [
        (1.535_124_859_586_97, weighting.shelf.b[0]),
        (-2.691_696_189_406_38, weighting.shelf.b[1]),
        (1.198_392_810_852_85, weighting.shelf.b[2]),
        (-1.690_659_293_182_41, weighting.shelf.a[0]),
        (0.732_480_774_215_85, weighting.shelf.a[1]),
        (1.0, weighting.high_pass.b[0]),
        (-2.0, weighting.high_pass.b[1]),
        (1.0, weighting.high_pass.b[2]),
        (-1.990_047_454_833_98, weighting.high_pass.a[0]),
        (0.990_072_250_366_21, weighting.high_pass.a[1]),
    ];
    for (printed, made) in printed {
        assert!((printed - made).abs() < 1e-14, "{made}, printed {printed}");
    }
}

#[test]
fn every_rate_has_the_gain_of_48_khz_at_997_hz_and_its_shape_below_5_khz() {
    let gain = |rate: f64, frequency: f64| {
        let weighting = Weighting::new(rate);
        20.0 * (weighting.shelf.gain(frequency / rate) * weighting.high_pass.gain(frequency / rate)).log10()
    };
    for rate in [8_000.0, 11_025.0, 22_050.0, 44_100.0, 88_200.0, 96_000.0, 176_400.0, 192_000.0, 384_000.0] {
        assert!((gain(rate, 997.0) - 0.691).abs() < 1e-4, "{rate}");
        if rate >= 44_100.0 {
            for frequency in [20.0, 50.0, 100.0, 300.0, 2_000.0, 5_000.0] {
                let off = gain(rate, frequency) - gain(48_000.0, frequency);
                assert!(off.abs() < 0.05, "{rate} {frequency}: {off}");
            }
        }
    }
}

#[test]
fn eight_frames_at_once_are_what_the_plain_filter_gives() {
    for rate in [8_000.0, 44_100.0, 384_000.0] {
        let weighting = Weighting::new(rate);
        let sounds = [noise(1_003), noise(2_006).split_off(1_003)];
        let mut states = [State::default(); 2];
        let mut plain = [State::default(); 2];
        for length in [0, 1, 7, 8, 480, 507] {
            let parts = [&sounds[0][..length], &sounds[1][..length]];
            let [a, b] = &mut states;
            let energies = weighting.energies([a, b], parts);
            for c in 0..2 {
                let expected: f64 = parts[c].iter().map(|&x| weighting.step(x, &mut plain[c]).powi(2)).sum();
                let off = (energies[c] - expected).abs();
                assert!(off <= 1e-12 * expected, "{rate} {length}: {} {expected}", energies[c]);
                for (a, b) in states[c].0.iter().zip(plain[c].0) {
                    assert!((a - b).abs() < 1e-10, "{rate} {length}: {a} {b}");
                }
            }
        }
    }
}

#[test]
fn a_pair_of_channels_gives_the_bits_of_each_alone() {
    let weighting = Weighting::new(44_100.0);
    let sounds = [noise(441), noise(882).split_off(441)];
    let mut states = [State::default(); 4];
    let [a, b, c, d] = &mut states;
    let together = weighting.energies([a, b], [&sounds[0], &sounds[1]]);
    let [first] = weighting.energies([c], [&sounds[0]]);
    let [second] = weighting.energies([d], [&sounds[1]]);
    assert_eq!(together, [first, second]);
    assert_eq!(states[..2], states[2..]);
}

#[test]
fn silence_dies_away_to_exactly_zero() {
    let weighting = Weighting::new(48_000.0);
    let mut state = State::default();
    weighting.energies([&mut state], [&noise(480)]);
    for _ in 0..100 {
        weighting.energies([&mut state], [&[0.0; 480]]);
    }
    assert_eq!(state, State::default());
}
