//! Which stretches of a programme count: the gates of integrated loudness and of loudness range.
//!
//! A programme of any length is kept in a fixed table of bins, 0.01 LU wide. Each bin holds the exact sum and count
//! of the energies that fell into it, so a mean is exact; only which bin lies above a gate is decided bin by bin.

/// Below this loudness, in LUFS, nothing counts (ITU-R BS.1770-5, the absolute gate).
const ABSOLUTE: f64 = -70.0;
/// Bins a loudness unit.
const BINS_A_UNIT: f64 = 100.0;
/// Bins up to 90 LUFS; what is louder falls into the last one.
const BINS: usize = 16_000;

/// Loudness, in LUFS, of a weighted mean square.
pub(super) fn lufs(energy: f64) -> f64 {
    10f64.mul_add(energy.log10(), -0.691)
}

/// The bin of a loudness; the first and the last take what lies outside.
fn bin_of(loudness: f64) -> usize {
    (((loudness - ABSOLUTE) * BINS_A_UNIT).max(0.0) as usize).min(BINS - 1)
}

/// Some energies: their sum and how many they are.
#[derive(Clone, Copy, Debug, Default)]
struct Bin {
    sum: f64,
    count: u64,
}

impl Bin {
    fn and(self, o: Self) -> Self {
        Self { sum: self.sum + o.sum, count: self.count + o.count }
    }

    fn lufs(self) -> f64 {
        lufs(self.sum / self.count as f64)
    }
}

/// The energies of all blocks of a programme.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    bins: Box<[Bin]>,
    total: Bin,
}

impl Histogram {
    pub(super) fn new() -> Self {
        Self { bins: vec![Bin::default(); BINS].into(), total: Bin::default() }
    }

    pub(super) fn clear(&mut self) {
        self.bins.fill(Bin::default());
        self.total = Bin::default();
    }

    /// Takes the mean square of one block; one at or below the absolute gate is left out.
    pub(super) fn add(&mut self, energy: f64) {
        let loudness = lufs(energy);
        if loudness > ABSOLUTE {
            let one = Bin { sum: energy, count: 1 };
            let bin = &mut self.bins[bin_of(loudness)];
            *bin = bin.and(one);
            self.total = self.total.and(one);
        }
    }

    /// The loudness of all blocks less than `units` LU below the mean; `None` where no block counts.
    pub(super) fn gated_loudness(&self, units: f64) -> Option<f64> {
        let sum = self.above(units)?.iter().fold(Bin::default(), |sum, &bin| sum.and(bin));
        (sum.count > 0).then(|| sum.lufs())
    }

    /// The loudness units between two percentiles (0 to 1) of all blocks less than `units` LU below the mean.
    pub(super) fn gated_spread(&self, units: f64, low: f64, high: f64) -> Option<f64> {
        let bins = self.above(units)?;
        let count: u64 = bins.iter().map(|bin| bin.count).sum();
        let percentile = |p: f64| {
            let rank = (count.checked_sub(1)? as f64 * p).round() as u64;
            let mut passed = 0;
            bins.iter().find_map(|bin| {
                passed += bin.count;
                (passed > rank).then(|| bin.lufs())
            })
        };
        Some(percentile(high)? - percentile(low)?)
    }

    /// The bins above the relative gate, `units` LU below the mean of what passed the absolute one.
    fn above(&self, units: f64) -> Option<&[Bin]> {
        if self.total.count == 0 {
            return None;
        }
        let gate = self.total.lufs() - units;
        let first = bin_of(gate);
        // The bin that the gate cuts counts by its mean.
        let cut = self.bins[first].count > 0 && self.bins[first].lufs() <= gate;
        self.bins.get(first + usize::from(cut)..)
    }
}

#[cfg(test)]
mod tests;
