use super::*;

fn noise(frames: usize) -> Vec<f32> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..frames).map(|_| next()).collect()
}

fn pass(mut stft: Stft, x: &[f32], mut change: impl FnMut(&mut [Vec<Complex<f32>>])) -> Vec<f32> {
    let mut each = |&x: &f32| {
        if stft.is_due() {
            stft.transform(&mut change);
        }
        let y = stft.exchange(0, x);
        stft.step();
        y
    };
    x.iter().map(&mut each).collect()
}

fn power(x: impl Iterator<Item = f32>) -> f64 {
    x.map(|x| f64::from(x).powi(2)).sum()
}

#[test]
fn what_is_not_changed_comes_out_as_it_went_in() {
    let x = noise(8_000);
    for (size, overlap, window) in
        [(512, 4, (|t| hann(t).sqrt()) as fn(f64) -> f64), (512, 4, hann), (256, 8, hann)]
    {
        let y = pass(Stft::new(1, size, overlap, window), &x, |_| {});
        // The first frames lack those that would overlap with them.
        let off = power(y[2 * size..].iter().zip(&x[size..]).map(|(y, x)| y - x));
        let db = 10.0 * (off / power(x[size..8_000 - size].iter().copied())).log10();
        assert!(db < -130.0, "{size} {overlap}: {db}");
    }
}

#[test]
fn a_spectrum_that_is_silenced_is_heard_nowhere_else() {
    let x = noise(4_000);
    let y = pass(Stft::new(1, 256, 4, hann), &x, |spectra| spectra[0].fill(Complex::default()));
    assert!(y.iter().all(|&y| y == 0.0));
}
