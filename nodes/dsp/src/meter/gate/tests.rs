use super::*;

/// The mean square that reads as this loudness.
fn energy(lufs: f64) -> f64 {
    10f64.powf((lufs + 0.691) / 10.0)
}

/// Seeded loudness values between −90 and 0.
fn values(count: usize) -> Vec<f64> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            -90.0 * (state >> 11) as f64 / (1u64 << 53) as f64
        })
        .collect()
}

fn filled(values: &[f64]) -> Histogram {
    let mut histogram = Histogram::new();
    for &value in values {
        histogram.add(energy(value));
    }
    histogram
}

/// The values that pass both gates, with nothing binned: the recommendation word by word.
fn passed(values: &[f64], units: f64) -> Vec<f64> {
    let mean = |values: &[f64]| lufs(values.iter().map(|&v| energy(v)).sum::<f64>() / values.len() as f64);
    let absolute: Vec<f64> = values.iter().copied().filter(|&v| v > -70.0).collect();
    let gate = mean(&absolute) - units;
    absolute.into_iter().filter(|&v| v > gate).collect()
}

#[test]
fn the_gated_mean_is_that_of_the_values_themselves() {
    for count in [5, 300, 6_000] {
        let values = values(count);
        let passed = passed(&values, 10.0);
        let exact = lufs(passed.iter().map(|&v| energy(v)).sum::<f64>() / passed.len() as f64);
        let read = filled(&values).gated_loudness(10.0).unwrap();
        assert!((read - exact).abs() < 0.002, "{count}: {read} {exact}");
    }
}

#[test]
fn percentiles_are_those_of_the_sorted_values_within_a_bin() {
    for count in [5, 300, 6_000] {
        let values = values(count);
        let mut sorted = passed(&values, 20.0);
        sorted.sort_by(f64::total_cmp);
        let rank = |p: f64| sorted[((sorted.len() - 1) as f64 * p).round() as usize];
        let exact = rank(0.95) - rank(0.10);
        let read = filled(&values).gated_spread(20.0, 0.10, 0.95).unwrap();
        // One value more or less at the gate moves a rank by one in a thousand.
        assert!((read - exact).abs() < 0.02, "{count}: {read} {exact}");
    }
}

#[test]
fn values_far_above_full_scale_and_at_the_gate_find_a_place() {
    assert_eq!(filled(&[-70.0 - 1e-9, -1e9]).gated_loudness(10.0), None);
    assert_eq!(filled(&[]).gated_spread(20.0, 0.1, 0.95), None);
    for value in [-70.0 + 1e-6, 0.0, 89.999, 140.0] {
        let read = filled(&[value]).gated_loudness(10.0).unwrap();
        assert!((read - value).abs() < 1e-9, "{read} {value}");
        assert_eq!(filled(&[value]).gated_spread(20.0, 0.1, 0.95), Some(0.0));
    }
}

#[test]
fn a_cleared_table_has_nothing() {
    let mut histogram = filled(&values(50));
    histogram.clear();
    assert_eq!(histogram.gated_loudness(10.0), None);
}
