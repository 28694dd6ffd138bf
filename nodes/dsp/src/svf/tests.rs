use super::*;
use crate::lane::Wide;

fn tuning(s: Section) -> Tuning<f32> {
    Tuning::new(s.shares().map(|v| v as f32))
}

/// Pseudo-random values from -1 to 1.
fn noise(seed: u64) -> impl Iterator<Item = f64> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1u32 << 30) - 1.0
    })
}

/// The same filter in double precision, as a difference equation.
fn direct(b: [f64; 3], a: [f64; 2], input: &[f32]) -> Vec<f64> {
    let (mut s1, mut s2) = (0.0, 0.0);
    let mut step = |x: f64| {
        let y = b[0] * x + s1;
        s1 = b[1] * x - a[0] * y + s2;
        s2 = b[2] * x - a[1] * y;
        y
    };
    input.iter().map(|&x| step(f64::from(x))).collect()
}

#[test]
fn any_biquad_becomes_a_section_and_back() {
    for (b, a) in
        [([0.2, 0.3, 0.1], [-1.2, 0.5]), ([1.0, -2.0, 1.0], [0.3, -0.2]), ([2.0, 0.0, 0.5], [-1.9, 0.91])]
    {
        let (b2, a2) = Section::from_biquad(b, a).unwrap().to_biquad();
        let pairs = b.iter().zip(&b2).chain(a.iter().zip(&a2));
        pairs.for_each(|(x, y)| assert!((x - y).abs() < 1e-12, "{x} {y}"));
    }
}

#[test]
fn a_biquad_that_is_not_stable_is_refused() {
    for a in [[-2.1, 1.05], [0.0, 1.0], [2.5, 1.2], [f64::NAN, 0.0]] {
        assert_eq!(Section::from_biquad([1.0, 0.0, 0.0], a), None);
    }
}

#[test]
fn the_magnitude_is_that_of_the_difference_equation() {
    let (b, a) = ([0.2, 0.3, 0.1], [-1.2, 0.5]);
    let section = Section::from_biquad(b, a).unwrap();
    for f in [0.0, 100.0, 5_000.0, 20_000.0, 24_000.0] {
        let value = |c: [f64; 3]| {
            let w = 2.0 * PI * f / 48_000.0;
            let re = c[0] + c[1] * w.cos() + c[2] * (2.0 * w).cos();
            re.hypot(c[1] * w.sin() + c[2] * (2.0 * w).sin())
        };
        let theory = 20.0 * (value(b) / value([1.0, a[0], a[1]])).log10();
        assert!((section.magnitude_db(f, 48_000.0) - theory).abs() < 1e-9, "{f}");
    }
}

/// Largest error against double precision, in decibels under the largest sample.
fn error_db(section: Section, input: &[f32]) -> f64 {
    let (b, a) = section.to_biquad();
    let theory = direct(b, a, input);
    let (t, mut svf) = (tuning(section), Svf::new());
    let (mut error, mut peak) = (0f64, 0f64);
    for (&x, y) in input.iter().zip(theory) {
        error = error.max((f64::from(svf.tick(x, &t)) - y).abs());
        peak = peak.max(y.abs());
    }
    20.0 * (error / peak).log10()
}

#[test]
fn the_error_of_single_precision_lies_130_db_below_at_low_frequencies_and_110_at_high_ones() {
    let signal: Vec<f32> = noise(1).take(48_000).map(|x| x as f32).collect();
    for (frequency, rate) in [(10.0, 48_000.0), (10.0, 192_000.0), (1_000.0, 48_000.0), (20_000.0, 48_000.0)]
    {
        for q in [0.5f64, 0.7, 5.0] {
            let neutral = Section::neutral(frequency / rate, 1.0 / q);
            for (name, high, band, low) in [
                ("low-pass", 0.0, 0.0, 1.0),
                ("high-pass", 1.0, 0.0, 0.0),
                ("bell", 1.0, 4.0 / q, 1.0),
                ("shelf", 1.0, 2.0, 4.0),
            ] {
                let level = error_db(Section { high, band, low, ..neutral }, &signal);
                let bound = if frequency <= 1_000.0 { -130.0 } else { -110.0 };
                assert!(level < bound, "{name} at {frequency} Hz of {rate}, Q {q}: {level}");
            }
        }
    }
}

#[test]
fn a_state_without_input_never_grows_however_the_frequency_moves() {
    let mut random = noise(3);
    let mut svf = Svf::<f32>::new();
    svf.outputs(1.0, &Tuning::new([0.5, 0.02, 0.0, 0.0, 1.0]));
    let first = svf.band.hypot(svf.low);
    let mut energy = first;
    for _ in 0..20_000 {
        // From a thousandth to the 31.8 that stands for 0.49 of the rate.
        let g = (10f64.powf(random.next().unwrap() * 2.25 - 0.75)) as f32;
        svf.outputs(0.0, &Tuning::new([g, 0.02, 0.0, 0.0, 1.0]));
        let now = svf.band.hypot(svf.low);
        assert!(now <= energy * 1.000_005, "{energy} to {now} at {g}");
        energy = now;
    }
    assert!(energy < 0.01 * first);
}

#[test]
fn what_has_decayed_is_flushed_and_what_lives_is_kept() {
    let mut svf = Svf { band: 1e-11f32, low: -9e-11, band_rest: 1e-19, low_rest: 0.0 };
    svf.flush();
    assert_eq!(svf, Svf::new());
    let alive = Svf { band: 1e-11f32, low: 2e-10, band_rest: 1e-19, low_rest: 0.0 };
    let mut flushed = alive;
    flushed.flush();
    assert_eq!(flushed, alive);
}

#[test]
fn eight_lanes_give_the_bits_of_one() {
    let one = tuning(Section { g: 0.01, k: 0.3, high: 0.5, band: 2.0, low: 1.5 });
    let all = Tuning::<Wide<f32, 8>>::new(
        Section { g: 0.01, k: 0.3, high: 0.5, band: 2.0, low: 1.5 }.shares().map(|v| Wide::splat(v as f32)),
    );
    let (mut single, mut wide) = (Svf::<f32>::new(), Svf::<Wide<f32, 8>>::new());
    for x in noise(9).take(2_000).map(|x| x as f32) {
        let y = wide.tick(Wide::from_fn(|lane| if lane == 3 { x } else { 0.1 * lane as f32 }), &all);
        assert_eq!(y.get(3), single.tick(x, &one));
    }
}
