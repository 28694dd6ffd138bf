use super::*;
use crate::lane::Wide;

fn noise(seed: u32, frames: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..frames).map(|_| next()).collect()
}

fn read<L: Lane>(signal: &[L], piece: usize) -> Vec<L> {
    let mut detector = TruePeak::new();
    let mut out = vec![L::default(); signal.len()];
    for (x, y) in signal.chunks(piece).zip(out.chunks_mut(piece)) {
        detector.raise(x, y);
    }
    out
}

#[test]
fn a_sine_reads_its_amplitude_wherever_its_samples_fall() {
    for (turns, phase) in
        [(0.25, 0.125), (1.0 / 6.0, 1.0 / 6.0), (0.01, 0.3), (0.4, 0.05), (0.125, 0.1875), (5.0 / 12.0, 0.0)]
    {
        let signal: Vec<f32> = (0..3_000)
            .map(|i| (std::f64::consts::TAU * (turns * f64::from(i) + phase)).sin() as f32 * 0.5)
            .collect();
        let peak = read(&signal, 64)[1_000..].iter().fold(0.0f32, |a, &b| a.max(b));
        let error = 20.0 * (peak / 0.5).log10();
        assert!((-0.002..0.04).contains(&error), "{turns}: {error} dB");
    }
}

#[test]
fn a_constant_reads_itself() {
    let read = read(&vec![4.0f32; 3_000], 64);
    assert!(read[1_000..].iter().all(|&x| (4.0..4.0001).contains(&x)));
}

#[test]
fn a_reading_belongs_to_the_frame_that_came_as_long_ago_as_the_latency_says() {
    let mut signal = vec![0.0f32; 1_000];
    signal[300] = 1.0;
    let read = read(&signal, 64);
    let at = 300 + TruePeak::<f32>::LATENCY;
    assert!((read[at] - 1.0).abs() < 1e-3);
    assert!(read[at - 2] < 0.5 && read[at + 1] < 1.0 && read[at + 2] < 0.5);
}

#[test]
fn eight_lanes_and_any_pieces_give_the_same_bits() {
    let channels: Vec<Vec<f32>> = (0..8).map(|c| noise(c + 1, 2_500)).collect();
    let side_by_side: Vec<Wide<f32, 8>> =
        (0..2_500).map(|i| Wide::new(std::array::from_fn(|c| channels[c][i]))).collect();
    let wide = read(&side_by_side, 64);
    for (c, channel) in channels.iter().enumerate() {
        let alone = read(channel, 64);
        assert!(alone == read(channel, 1) && alone == read(channel, 37));
        assert!(wide.iter().zip(&alone).all(|(w, a)| w.0[c] == *a));
    }
}

#[test]
fn each_longer_half_band_follows_a_sine_nearer_to_half_the_rate() {
    // What each reads half a frame after a sine's frames, against the sine itself.
    let errors = |turns: f64| {
        let mut detector = TruePeak::<f32>::new();
        let sine = |t: f64| (std::f64::consts::TAU * turns * t).sin();
        let mut worst = [0.0f64; 3];
        for start in (0..3_200).step_by(CHUNK) {
            let chunk = Chunk(std::array::from_fn(|i| sine((start + i) as f64) as f32));
            detector.read(&chunk, CHUNK);
            let [short, second, third] = [0, 1, 2].map(|i| Chunk::of(detector.halves[i].from(0), 0));
            for (worst, seen) in
                worst.iter_mut().zip([short, short.plus(second), short.plus(second).plus(third)])
            {
                for i in 0..CHUNK {
                    let at = (start + i) as f64 - REACH as f64 + 0.5;
                    let error = (f64::from(seen.0[i]) - sine(at)).abs();
                    *worst = if start > 1_000 { worst.max(error) } else { 0.0 };
                }
            }
        }
        worst
    };
    for turns in [0.001, 0.1, 0.25, 0.3, 0.4, 20.0 / 48.0] {
        let worst = errors(turns);
        assert!(worst.iter().all(|e| *e < 0.003), "{turns}: {worst:?}");
    }
    // 23 kHz, 23.5 kHz and 23.8 kHz of 48 kHz.
    for (turns, reads) in [(23.0 / 48.0, 1), (23.5 / 48.0, 1), (23.8 / 48.0, 2)] {
        let worst = errors(turns);
        assert!(worst[reads] < 0.1 && worst[reads - 1] > 0.1, "{turns}: {worst:?}");
    }
}
