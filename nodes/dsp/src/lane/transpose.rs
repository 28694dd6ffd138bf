//! Lays channels side by side, frame by frame, and takes them apart again.

use super::{Level, level};

/// Frames of one block.
pub const FRAMES: usize = 64;

/// One block of one channel.
pub type Block = [f32; FRAMES];

/// Writes `to[frame * lanes + lane] = from[lane][frame]`; 4, 8 or 16 lanes, and as many numbers in `to` as they fill.
pub fn pack(from: &[&Block], to: &mut [f32]) {
    let lanes = from.len();
    assert!(to.len() == lanes * FRAMES && lanes <= 16);
    #[cfg(target_arch = "x86_64")]
    match (level(), lanes) {
        (Level::Avx512, 16) => {
            let rows = std::array::from_fn(|lane| from[lane].as_ptr());
            for frame in (0..FRAMES).step_by(16) {
                // SAFETY: the machine has AVX-512; each row has 16 values from `frame` on, and so has each of the 16
                // rows of `to` that begin there.
                unsafe {
                    sixteen(rows.map(|r: *const f32| r.add(frame)), to.as_mut_ptr().add(frame * 16), 16)
                };
            }
            return;
        }
        (Level::Avx2 | Level::Avx512, 8) => {
            let rows = std::array::from_fn(|lane| from[lane].as_ptr());
            for frame in (0..FRAMES).step_by(8) {
                // SAFETY: the machine has AVX2; each row has 8 values from `frame` on, and so has each of the 8 rows
                // of `to` that begin there.
                unsafe { eight(rows.map(|r: *const f32| r.add(frame)), to.as_mut_ptr().add(frame * 8), 8) };
            }
            return;
        }
        _ => {}
    }
    for (frame, row) in to.chunks_exact_mut(lanes).enumerate() {
        row.iter_mut().zip(from).for_each(|(x, channel)| *x = channel[frame]);
    }
}

/// Writes `to[lane][frame] = from[frame * lanes + lane]`; 4, 8 or 16 lanes, `to` has as many blocks.
pub fn unpack(from: &[f32], to: &mut [Block]) {
    let lanes = to.len();
    assert!(from.len() == lanes * FRAMES && lanes <= 16);
    #[cfg(target_arch = "x86_64")]
    match (level(), lanes) {
        (Level::Avx512, 16) => {
            let start = to.as_mut_ptr().cast::<f32>();
            for frame in (0..FRAMES).step_by(16) {
                let rows = std::array::from_fn(|i| from[(frame + i) * 16..].as_ptr());
                // SAFETY: the machine has AVX-512; each of the 16 rows of `from` has 16 values, and so has each block
                // of `to` from `frame` on.
                unsafe { sixteen(rows, start.add(frame), FRAMES) };
            }
            return;
        }
        (Level::Avx2 | Level::Avx512, 8) => {
            let start = to.as_mut_ptr().cast::<f32>();
            for frame in (0..FRAMES).step_by(8) {
                let rows = std::array::from_fn(|i| from[(frame + i) * 8..].as_ptr());
                // SAFETY: the machine has AVX2; each of the 8 rows of `from` has 8 values, and so has each block of
                // `to` from `frame` on.
                unsafe { eight(rows, start.add(frame), FRAMES) };
            }
            return;
        }
        _ => {}
    }
    for (frame, row) in from.chunks_exact(lanes).enumerate() {
        to.iter_mut().zip(row).for_each(|(channel, &x)| channel[frame] = x);
    }
}

// Both are written without closures: those of `map` and the like are compiled for the baseline, one call a row.

/// Transposes 16 rows of 16 values; the rows written lie `stride` values apart.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn sixteen(rows: [*const f32; 16], to: *mut f32, stride: usize) {
    use std::arch::x86_64::*;
    let mut r = [_mm512_setzero_ps(); 16];
    for (r, row) in r.iter_mut().zip(rows) {
        // SAFETY: by the contract of the callers, each row has 16 values.
        *r = unsafe { _mm512_loadu_ps(row) };
    }
    // Four rows at a time: each part of 128 bits holds one column of them.
    let mut fours = [[r[0]; 4]; 4];
    for (four, r) in fours.iter_mut().zip(r.chunks_exact(4)) {
        let (a, b, c, d) = (r[0], r[1], r[2], r[3]);
        let low = _mm512_castps_pd(_mm512_unpacklo_ps(a, b));
        let high = _mm512_castps_pd(_mm512_unpackhi_ps(a, b));
        let more_low = _mm512_castps_pd(_mm512_unpacklo_ps(c, d));
        let more_high = _mm512_castps_pd(_mm512_unpackhi_ps(c, d));
        *four = [
            _mm512_castpd_ps(_mm512_unpacklo_pd(low, more_low)),
            _mm512_castpd_ps(_mm512_unpackhi_pd(low, more_low)),
            _mm512_castpd_ps(_mm512_unpacklo_pd(high, more_high)),
            _mm512_castpd_ps(_mm512_unpackhi_pd(high, more_high)),
        ];
    }
    let [f, g, h, i] = fours;
    for (c, (((a, b), d), e)) in f.into_iter().zip(g).zip(h).zip(i).enumerate() {
        let (even, odd) = (_mm512_shuffle_f32x4::<0x88>(a, b), _mm512_shuffle_f32x4::<0xdd>(a, b));
        let (more_even, more_odd) = (_mm512_shuffle_f32x4::<0x88>(d, e), _mm512_shuffle_f32x4::<0xdd>(d, e));
        // SAFETY: by the contract of the callers, each row that is written has 16 values.
        unsafe {
            let to = to.add(c * stride);
            _mm512_storeu_ps(to, _mm512_shuffle_f32x4::<0x88>(even, more_even));
            _mm512_storeu_ps(to.add(4 * stride), _mm512_shuffle_f32x4::<0x88>(odd, more_odd));
            _mm512_storeu_ps(to.add(8 * stride), _mm512_shuffle_f32x4::<0xdd>(even, more_even));
            _mm512_storeu_ps(to.add(12 * stride), _mm512_shuffle_f32x4::<0xdd>(odd, more_odd));
        }
    }
}

/// Transposes 8 rows of 8 values; the rows written lie `stride` values apart.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn eight(rows: [*const f32; 8], to: *mut f32, stride: usize) {
    use std::arch::x86_64::*;
    let mut r = [_mm256_setzero_ps(); 8];
    for (r, row) in r.iter_mut().zip(rows) {
        // SAFETY: by the contract of the callers, each row has 8 values.
        *r = unsafe { _mm256_loadu_ps(row) };
    }
    let mut fours = [[r[0]; 4]; 2];
    for (four, r) in fours.iter_mut().zip(r.chunks_exact(4)) {
        let (a, b, c, d) = (r[0], r[1], r[2], r[3]);
        let low = _mm256_castps_pd(_mm256_unpacklo_ps(a, b));
        let high = _mm256_castps_pd(_mm256_unpackhi_ps(a, b));
        let more_low = _mm256_castps_pd(_mm256_unpacklo_ps(c, d));
        let more_high = _mm256_castps_pd(_mm256_unpackhi_ps(c, d));
        *four = [
            _mm256_castpd_ps(_mm256_unpacklo_pd(low, more_low)),
            _mm256_castpd_ps(_mm256_unpackhi_pd(low, more_low)),
            _mm256_castpd_ps(_mm256_unpacklo_pd(high, more_high)),
            _mm256_castpd_ps(_mm256_unpackhi_pd(high, more_high)),
        ];
    }
    let [f, g] = fours;
    for (c, (a, b)) in f.into_iter().zip(g).enumerate() {
        // SAFETY: by the contract of the callers, each row that is written has 8 values.
        unsafe {
            let to = to.add(c * stride);
            _mm256_storeu_ps(to, _mm256_permute2f128_ps::<0x20>(a, b));
            _mm256_storeu_ps(to.add(4 * stride), _mm256_permute2f128_ps::<0x31>(a, b));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_laid_side_by_side_is_found_there_and_comes_back() {
        for lanes in [4, 8, 16] {
            let channels: Vec<Block> =
                (0..lanes).map(|l| std::array::from_fn(|f| (l * 1_000 + f) as f32)).collect();
            let from: Vec<&Block> = channels.iter().collect();
            let mut wide = vec![0.0; lanes * FRAMES];
            pack(&from, &mut wide);
            for (i, &x) in wide.iter().enumerate() {
                assert_eq!(x, ((i % lanes) * 1_000 + i / lanes) as f32, "{lanes}, {i}");
            }
            let mut back = vec![[0.0; FRAMES]; lanes];
            unpack(&wide, &mut back);
            assert_eq!(back, channels);
        }
    }
}
