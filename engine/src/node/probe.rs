//! A look into a patch while it plays: what a node hears, for whoever wants to see it. Neither side waits for the other.

use super::BLOCK;
#[cfg(loom)]
use loom::sync::atomic::{AtomicU32, AtomicU64};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
#[cfg(not(loom))]
use std::sync::atomic::{AtomicU32, AtomicU64};

/// What is seen at one place: levels, notes, and the last seconds of sound. One node writes, any number read.
#[derive(Debug)]
pub struct Probe {
    rate: u32,
    channels: Vec<Channel>,
    /// How many frames have been written.
    written: AtomicU64,
    notes: AtomicU64,
    /// How many frames are kept, and for how many there is room: more, so that what is read is not written at once.
    kept: usize,
    room: usize,
    /// How much of the mean square is new after a block.
    way: f32,
}

#[derive(Debug)]
struct Channel {
    /// The greatest amplitude since it was read, and the mean square over 300 ms, as the bits of numbers.
    peak: AtomicU32,
    square: AtomicU32,
    /// The last frames, in a ring.
    last: Vec<AtomicU32>,
}

/// The level of one channel.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Level {
    /// The greatest amplitude since the last look.
    pub peak: f32,
    /// The root of the mean square over 300 ms.
    pub rms: f32,
}

/// How long the mean square is taken, in seconds, as volume meters do (IEC 60268-17).
const MEAN: f32 = 0.3;

/// How many samples are measured side by side.
const SIDE: usize = 16;

/// How much of the mean square is new after so many frames.
fn way(rate: u32, frames: usize) -> f32 {
    1.0 - (-(frames as f32) / (MEAN * rate as f32)).exp()
}

impl Probe {
    /// A probe for so many channels at a rate, which keeps the last seconds.
    pub fn new(rate: u32, channels: usize, keep: f32) -> Self {
        let kept = (f64::from(keep.max(0.0)) * f64::from(rate)).round() as usize;
        // A second more than is kept: reading takes less.
        let room = if kept > 0 { (kept + rate as usize).next_power_of_two() } else { 0 };
        let channel = || Channel {
            peak: AtomicU32::new(0),
            square: AtomicU32::new(0),
            last: (0..room).map(|_| AtomicU32::new(0)).collect(),
        };
        let channels = (0..channels).map(|_| channel()).collect();
        let (written, notes) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { rate, channels, written, notes, kept, room, way: way(rate, BLOCK) }
    }

    /// Frames a second.
    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// How many channels it has.
    pub fn width(&self) -> usize {
        self.channels.len()
    }

    /// How many frames of the last ones are kept.
    pub fn kept(&self) -> usize {
        self.kept
    }

    /// Writes one channel of a block; for the node alone. [`Probe::wrote`] follows when all are written.
    pub fn write(&self, channel: usize, samples: &[f32]) {
        let Some(channel) = self.channels.get(channel) else { return };
        // Side by side, so that the processor does several at once.
        let (mut peaks, mut sums) = ([0.0f32; SIDE], [0.0f32; SIDE]);
        for piece in samples.chunks(SIDE) {
            for ((peak, sum), x) in peaks.iter_mut().zip(&mut sums).zip(piece) {
                *peak = peak.max(x.abs());
                *sum += x * x;
            }
        }
        let (peak, sum) = (peaks.into_iter().fold(0.0, f32::max), sums.iter().sum::<f32>());
        // The bits of non-negative numbers are in the order of the numbers.
        channel.peak.fetch_max(peak.to_bits(), Relaxed);
        let way = if samples.len() == BLOCK { self.way } else { way(self.rate, samples.len()) };
        let mean = f32::from_bits(channel.square.load(Relaxed));
        let mean = mean + (sum / samples.len().max(1) as f32 - mean) * way;
        channel.square.store(if mean > 1e-20 { mean } else { 0.0 }.to_bits(), Relaxed);
        if self.room > 0 {
            let start = self.written.load(Relaxed) as usize;
            for (k, x) in samples.iter().enumerate() {
                channel.last[(start + k) & (self.room - 1)].store(x.to_bits(), Relaxed);
            }
        }
    }

    /// So many frames, and notes that began, were written.
    pub fn wrote(&self, frames: usize, notes: usize) {
        // The frames are there for whoever sees the count.
        self.written.fetch_add(frames as u64, Release);
        self.notes.fetch_add(notes as u64, Relaxed);
    }

    /// The levels since the last look, a channel each; for one who looks.
    pub fn levels(&self) -> Vec<Level> {
        let number = f32::from_bits;
        let level = |c: &Channel| Level {
            peak: number(c.peak.swap(0, Relaxed)),
            rms: number(c.square.load(Relaxed)).sqrt(),
        };
        self.channels.iter().map(level).collect()
    }

    /// Whether a channel was louder than an amplitude since the last look; the peaks stay for the next one.
    pub fn is_louder(&self, than: f32) -> bool {
        self.channels.iter().any(|c| f32::from_bits(c.peak.load(Relaxed)) > than)
    }

    /// Whether more silence would change nothing: nothing is kept, and the mean has come to its end.
    pub fn is_at_rest(&self) -> bool {
        self.room == 0 && self.channels.iter().all(|c| c.square.load(Relaxed) == 0)
    }

    /// How many notes have begun.
    pub fn notes(&self) -> u64 {
        self.notes.load(Relaxed)
    }

    /// How many frames were written so far.
    pub fn written(&self) -> u64 {
        self.written.load(Acquire)
    }

    /// The last frames, at most so many and at most as many as are kept, a row for each channel; the last of them is
    /// the one before [`Probe::written`] as it was when this was called. Silence stands before the first.
    pub fn last(&self, frames: usize) -> Vec<Vec<f32>> {
        let end = self.written() as i64;
        self.rows(end - frames.min(self.kept) as i64, end)
    }

    /// The frames from `start` on, a row for each channel, and the one behind the last of them: where the next call goes
    /// on without a gap and with nothing twice. What is not kept any more is left out at the beginning.
    pub fn since(&self, start: u64) -> (Vec<Vec<f32>>, u64) {
        let end = self.written();
        let first = start.max(end.saturating_sub(self.kept as u64)).min(end);
        (self.rows(first as i64, end as i64), end)
    }

    fn rows(&self, start: i64, end: i64) -> Vec<Vec<f32>> {
        let at = |c: &Channel, frame: i64| match usize::try_from(frame) {
            Ok(frame) => f32::from_bits(c.last[frame & (self.room - 1)].load(Relaxed)),
            Err(_) => 0.0,
        };
        self.channels.iter().map(|c| (start..end).map(|frame| at(c, frame)).collect()).collect()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn it_shows_the_peak_since_the_last_look_and_the_mean_of_a_sine() {
        let probe = Probe::new(48_000, 2, 0.0);
        let sine: Vec<f32> = (0..96_000).map(|k| (k as f32 * 0.13).sin() * 0.5).collect();
        for block in sine.chunks(64) {
            probe.write(0, block);
            probe.write(1, &[0.0; 64]);
            probe.wrote(64, 0);
        }
        assert!(probe.is_louder(0.49) && !probe.is_louder(0.51));
        let levels = probe.levels();
        assert!((levels[0].peak - 0.5).abs() < 1e-3, "{levels:?}");
        assert!((levels[0].rms - 0.5 / 2f32.sqrt()).abs() < 2e-3, "{levels:?}");
        assert_eq!(levels[1], Level::default());
        assert!(!probe.is_louder(0.0));
        assert_eq!(probe.levels()[0].peak, 0.0);
        assert!(probe.last(100).iter().all(Vec::is_empty), "nothing is kept");
        assert!(!probe.is_at_rest(), "the mean is still on its way down");
        for _ in 0..20 * 750 {
            probe.write(0, &[0.0; 64]);
        }
        assert!(probe.is_at_rest() && probe.levels()[0].rms == 0.0);
    }

    #[test]
    fn the_last_seconds_can_be_read_while_it_goes_on() {
        let probe = Probe::new(1_000, 1, 2.0);
        let mut frame = 0;
        let mut write = |frames: usize| {
            let block: Vec<f32> = (0..frames).map(|k| (frame + k + 1) as f32).collect();
            probe.write(0, &block);
            probe.wrote(frames, 1);
            frame += frames;
        };
        write(3);
        assert_eq!(probe.last(5)[0], [0.0, 0.0, 1.0, 2.0, 3.0]);
        (0..1_000).for_each(|_| write(13));
        let last = &probe.last(9_999)[0];
        assert_eq!((last.len(), last[0], last[1_999]), (2_000, 11_004.0, 13_003.0));
        assert!(last.windows(2).all(|w| w[1] - w[0] == 1.0));
        assert_eq!((probe.notes(), probe.written()), (1_001, 13_003));
        let (rows, end) = probe.since(13_000);
        assert_eq!((rows[0].as_slice(), end), ([13_001.0, 13_002.0, 13_003.0].as_slice(), 13_003));
        assert!(probe.since(end).0[0].is_empty(), "nothing comes twice");
        assert_eq!(probe.since(0).0[0][0], 11_004.0, "what is not kept any more is left out");
    }
}

#[cfg(all(test, loom))]
mod orders {
    use super::*;
    use loom::sync::Arc;

    /// Loom tries every way in which one who writes and one who looks may meet: all that is counted is there, and no
    /// peak is lost between two looks.
    #[test]
    fn what_is_counted_is_there_and_no_peak_is_lost() {
        loom::model(|| {
            let probe = Arc::new(Probe::new(1, 1, 3.0));
            let writer = probe.clone();
            let writes = loom::thread::spawn(move || {
                for x in [1.0, 3.0, 2.0] {
                    writer.write(0, &[x]);
                    writer.wrote(1, 0);
                }
            });
            let written = probe.written() as usize;
            let seen = probe.last(3).remove(0);
            for (at, x) in seen.iter().rev().take(written).enumerate() {
                // The count may have risen since it was read.
                let risen = [0.0, 1.0, 3.0, 2.0];
                assert!(risen[written - at..].contains(x), "{x} at {at} of {written}");
            }
            let first = probe.levels()[0].peak;
            writes.join().expect("the writer ends");
            assert_eq!(first.max(probe.levels()[0].peak), 3.0);
        });
    }
}
