use super::*;

const RATE: u32 = 48_000;

fn tone(frequency: f64, amplitude: f64, phase: f64, frames: usize) -> Vec<f32> {
    let turns = frequency / f64::from(RATE);
    (0..frames).map(|i| (amplitude * (TAU * (turns * i as f64 + phase)).sin()) as f32).collect()
}

fn spectrum(size: usize, samples: &[f32]) -> Spectrum {
    let mut welch = Welch::new(RATE, size);
    welch.push(samples);
    welch.spectrum()
}

/// Seeded numbers from −1 to 1, whose power is a third.
fn noise(frames: usize) -> Vec<f32> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    (0..frames)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            ((state >> 11) as f64 / (1u64 << 52) as f64 - 1.0) as f32
        })
        .collect()
}

#[test]
fn a_tone_anywhere_between_two_bins_has_its_level_and_frequency() {
    let size = 1_024;
    let width = f64::from(RATE) / size as f64;
    for bin in [20, 21, 100, 255, 400, 490] {
        for part in 0..11 {
            for db in [0.0, -60.0] {
                let place = f64::from(bin) + f64::from(part) / 10.0;
                let sound = tone(place * width, 10f64.powf(db / 20.0), 0.1 * f64::from(part), 8_000);
                let found = spectrum(size, &sound).tone(20.0, 24_000.0).unwrap();
                assert!((found.dbfs - db).abs() < 0.001, "{place}: {} dB for {db}", found.dbfs);
                assert!(
                    (found.frequency / width - place).abs() < 0.001,
                    "{place}: {}",
                    found.frequency / width
                );
            }
        }
    }
}

#[test]
fn a_tone_in_the_lowest_bins_is_within_0_02_db_and_a_tenth_of_a_bin() {
    let size = 1_024;
    let width = f64::from(RATE) / size as f64;
    for place in [4.0, 4.3, 4.5, 5.5, 6.8, 507.5] {
        for phase in [0.0, 0.1, 0.2, 0.3, 0.4] {
            let found = spectrum(size, &tone(place * width, 1.0, phase, 9_600)).tone(20.0, 24_000.0).unwrap();
            assert!(found.dbfs.abs() < 0.02, "{place} {phase}: {}", found.dbfs);
            assert!((found.frequency / width - place).abs() < 0.1, "{place}: {}", found.frequency / width);
        }
    }
}

#[test]
fn a_full_scale_tone_on_a_bin_has_power_one_and_its_neighbours_a_quarter() {
    let found = spectrum(512, &tone(f64::from(RATE) / 512.0 * 60.0, 1.0, 0.0, 4_096));
    for (bin, expected) in [(58, 0.0), (59, 0.25), (60, 1.0), (61, 0.25), (62, 0.0)] {
        assert!((found.bins()[bin] - expected).abs() < 1e-5, "{bin}: {}", found.bins()[bin]);
    }
    assert!((found.frequency(60) - 5_625.0).abs() < 1e-9);
}

#[test]
fn a_sound_shorter_than_a_piece_still_has_its_level_and_frequency() {
    let sound = tone(3_000.0, 0.5, 0.2, 1_500);
    let found = spectrum(4_096, &sound).tone(20.0, 20_000.0).unwrap();
    assert!((found.dbfs - -6.0206).abs() < 0.02, "{}", found.dbfs);
    assert!((found.frequency - 3_000.0).abs() < 3.2, "{}", found.frequency);
    let power = spectrum(4_096, &sound).power_between(2_500.0, 3_500.0);
    assert!((power - 0.25).abs() < 0.001, "{power}");
}

#[test]
fn the_strongest_tone_is_looked_for_only_where_asked() {
    let sound: Vec<f32> = tone(1_000.0, 0.9, 0.0, 20_000)
        .iter()
        .zip(tone(5_000.0, 0.1, 0.0, 20_000))
        .map(|(a, b)| a + b)
        .collect();
    let found = spectrum(4_096, &sound).tone(3_000.0, 8_000.0).unwrap();
    assert!((found.frequency - 5_000.0).abs() < 1.0 && (found.dbfs - -20.0).abs() < 0.02, "{found:?}");
    assert_eq!(spectrum(4_096, &sound).tone(8_000.0, 3_000.0), None);
    assert_eq!(spectrum(4_096, &[0.0; 9_000]).tone(20.0, 20_000.0), None);
    assert_eq!(spectrum(4_096, &[]).tone(20.0, 20_000.0), None);
}

#[test]
fn a_tone_stands_in_its_third_of_an_octave_with_its_level() {
    for (band, centre) in
        [(0, 19.952_623), (5, 63.095_734), (17, 1_000.0), (22, 3_162.277_66), (30, 19_952.623_15)]
    {
        let bands = third_octaves(&tone(centre, 0.5, 0.0, 300_000), RATE);
        assert!((bands[band].centre - centre).abs() < 1e-5 * centre);
        let level = bands[band].dbfs().unwrap();
        assert!((level - -6.0206).abs() < 0.01, "{centre}: {level}");
        for (other, found) in bands.iter().enumerate().filter(|(other, _)| *other != band) {
            assert!(found.dbfs().is_none_or(|db| db < -50.0), "{centre} in band {other}: {:?}", found.dbfs());
        }
    }
}

#[test]
fn white_noise_fills_each_third_of_an_octave_by_its_width() {
    let bands = third_octaves(&noise(4_000_000), RATE);
    for (i, band) in bands.iter().enumerate() {
        let width = band.centre * (10f64.powf(0.05) - 10f64.powf(-0.05));
        // A full-scale sine has a power of a half.
        let expected = (1.0 / 3.0) / 0.5 * width / f64::from(RATE / 2);
        let off = 10.0 * (band.power / expected).log10();
        // As many independent values as there are hertz times seconds scatter so far (three deviations).
        let scatter = 3.0 * 4.34 / (width * 4_000_000.0 / f64::from(RATE)).sqrt();
        assert!(off.abs() < scatter + 0.05, "band {i}: {off}, scatter {scatter}");
    }
}

#[test]
fn all_power_lies_between_zero_and_half_the_rate() {
    let sound: Vec<f32> = noise(400_000).iter().map(|x| x + 0.25).collect();
    let power = spectrum(4_096, &sound).power_between(0.0, 24_000.0);
    let exact = sound.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / 400_000.0 / 0.5;
    assert!((power / exact - 1.0).abs() < 0.01, "{power} {exact}");
}

#[test]
fn two_channels_merge_to_their_mean_power() {
    let a = spectrum(512, &tone(5_625.0, 1.0, 0.0, 4_096));
    let mut both = a.clone();
    assert!(both.merge(&spectrum(512, &[0.0; 4_096])));
    assert!((both.bins()[60] - 0.5 * a.bins()[60]).abs() < 1e-9);
    assert!(!both.merge(&spectrum(1_024, &[0.0; 4_096])));
}

#[test]
fn any_cut_of_the_frames_gives_the_same_spectrum_and_a_reset_forgets() {
    let sound = noise(5_000);
    let whole = spectrum(256, &sound);
    let mut welch = Welch::new(RATE, 256);
    welch.push(&[f32::NAN; 999]);
    welch.reset();
    for piece in sound.chunks(7) {
        welch.push(piece);
    }
    assert_eq!(welch.spectrum(), whole);
}
