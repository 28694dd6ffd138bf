use super::*;
use crate::lane::{Simd, Wide};

#[test]
fn the_matrix_keeps_all_energy() {
    for i in 0..LINES {
        let one: [f32; LINES] = std::array::from_fn(|k| if k == i { 1.0 } else { 0.0 });
        let mut lines = one.map(Chunk::splat);
        for _ in 0..2 {
            mix(&mut lines);
            lines.iter_mut().for_each(|x| *x = x.times(EVEN));
            let energy: f32 = lines.iter().map(|x| x.0[3] * x.0[3]).sum();
            assert_eq!(energy, 1.0);
        }
        // Symmetric and orthogonal, so twice is as good as not at all.
        assert!(lines.iter().zip(one).all(|(x, one)| x.0 == [one; STRETCH]));
    }
}

#[test]
fn lines_have_sixteen_different_prime_lengths_at_every_rate_and_size() {
    for (rate, size) in [(8_000.0, 0.2), (44_100.0, 1.0), (48_000.0, 1.0), (384_000.0, 3.0)] {
        let mut all = lengths(rate, size);
        all.sort_unstable();
        assert!(all.windows(2).all(|w| w[0] < w[1]) && all.iter().all(|&n| prime(n)), "{all:?}");
    }
}

#[test]
fn eight_lanes_with_eight_decays_give_the_bits_of_eight_single_lanes() {
    type Eight = Wide<f32, 8>;
    let decay = |lane: usize| 0.2 + lane as f32 * 0.37;
    let swing = |lane: usize| if lane.is_multiple_of(2) { 0.0 } else { lane as f32 * 0.1 };
    let sound = |t: usize, lane: usize| ((t * (lane + 5)) as f32 * 0.07).sin();
    let mut wide = Fdn::<Eight>::new(48_000.0, 0.5);
    wide.set(Eight::from_fn(decay), Eight::splat(1.2), Eight::splat(0.5));
    let mut single: Vec<Fdn<f32>> = (0..8).map(|_| Fdn::new(48_000.0, 0.5)).collect();
    for (lane, network) in single.iter_mut().enumerate() {
        network.set(decay(lane), 1.2, 0.5);
    }
    for start in (0..4_000).step_by(16) {
        let mut l: [Eight; 16] = std::array::from_fn(|j| Eight::from_fn(|lane| sound(start + j, lane)));
        let mut r = l;
        wide.process([&mut l, &mut r], start as i64, Eight::from_fn(swing));
        for (lane, network) in single.iter_mut().enumerate() {
            let mut a: [f32; 16] = std::array::from_fn(|j| sound(start + j, lane));
            let mut b = a;
            network.process([&mut a, &mut b], start as i64, swing(lane));
            for j in 0..16 {
                assert_eq!(
                    [l[j].get(lane), r[j].get(lane)],
                    [a[j], b[j]],
                    "lane {lane}, frame {}",
                    start + j
                );
            }
        }
    }
}
