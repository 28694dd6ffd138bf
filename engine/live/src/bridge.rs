//! Brings what one device records to the callback of another: a ring between the two, and, where their clocks are not
//! one, a resampler whose ratio follows how full the ring is.
//!
//! The two callbacks come at times of their own, so the reader begins only when so much is there that it does not run
//! dry if its next turn comes before the recorder's. Where the clocks differ, a controller with a proportional and an
//! integral part holds the ring at that level: the integral part learns by how much the clocks differ.

use rtrb::{Consumer, Producer, RingBuffer, chunks::ChunkError};
use rubato::audioadapter_buffers::direct::{InterleavedSlice, SequentialSliceOfVecs};
use rubato::{Adjustable, Async, FixedAsync, Resampler, SincInterpolationParameters, WindowFunction};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// The most frames that are asked for at once.
pub const LONGEST: usize = 8_192;

/// How many frames the resampler makes at once.
const CHUNK: usize = 64;

/// How much sound the ring holds, in seconds.
const ROOM: f64 = 2.0;

/// How much more than two buffers is kept where clocks differ, in seconds: for callbacks that come late.
const SPARE: f64 = 0.005;

/// How fast the controller follows, in radians a second, and how much it turns the ratio at most.
const SPEED: f64 = 0.2;
const MOST: f64 = 0.01;

/// How long the ring's level is smoothed, in seconds.
const SMOOTH: f64 = 0.5;

/// How long sound takes to come in after a gap, in seconds.
const SOFT: f32 = 0.005;

/// What both ends know.
#[derive(Debug, Default)]
pub struct Gaps {
    /// The longest buffer that was recorded, in frames.
    longest: AtomicUsize,
    /// How many buffers were recorded.
    buffers: AtomicU64,
    /// How often something was missing or too much.
    gaps: AtomicU64,
}

impl Gaps {
    /// How many buffers, or pieces of them, were recorded.
    pub fn buffers(&self) -> u64 {
        self.buffers.load(Relaxed)
    }

    /// How often something was missing or too much.
    pub fn count(&self) -> u64 {
        self.gaps.load(Relaxed)
    }
}

/// The end of the device that records.
pub struct Recorder {
    ring: Producer<f32>,
    channels: usize,
    known: Arc<Gaps>,
}

/// The end of the callback that plays. It allocates nothing once it is made.
pub struct Bridge {
    ring: Consumer<f32>,
    known: Arc<Gaps>,
    /// Frames a second of what is recorded.
    rate: f64,
    converter: Option<Converter>,
    /// By channel: what the present buffer gets.
    planar: Vec<Vec<f32>>,
    /// Whether it waits until enough is there.
    waits: bool,
    level: f32,
    rise: f32,
    /// By channel: what was given last before a gap, and how much of it is left.
    last: Vec<f32>,
    tail: f32,
}

struct Converter {
    resampler: Async<f32>,
    taken: Vec<f32>,
    made: Vec<Vec<f32>>,
    /// How many frames of `made` have been given.
    given: usize,
    /// Frames a second of what is made.
    rate: f64,
    /// By how much more is in the ring than should be, in seconds, smoothed.
    error: f64,
    integral: f64,
}

/// The two ends, for so many channels at a rate; `out_rate` is that of the callback that plays, `one_clock` whether both
/// devices run by one clock. The text says what is wrong with the rates.
pub fn bridge(
    channels: usize,
    rate: u32,
    out_rate: u32,
    one_clock: bool,
) -> Result<(Recorder, Bridge), String> {
    let channels = channels.max(1);
    let room = (ROOM * f64::from(rate)) as usize;
    let (producer, consumer) = RingBuffer::new(room * channels);
    let known = Arc::new(Gaps::default());
    let converts = !one_clock || rate != out_rate;
    let converter = if converts { Some(Converter::new(channels, rate, out_rate)?) } else { None };
    let bridge = Bridge {
        ring: consumer,
        known: known.clone(),
        rate: f64::from(rate),
        converter,
        planar: vec![vec![0.0; LONGEST]; channels],
        waits: true,
        level: 0.0,
        rise: 1.0 / (SOFT * out_rate as f32).max(1.0),
        last: vec![0.0; channels],
        tail: 0.0,
    };
    Ok((Recorder { ring: producer, channels, known }, bridge))
}

impl Recorder {
    /// A buffer of so many frames follows, in any number of pieces.
    pub fn begin(&mut self, frames: usize) {
        self.known.longest.fetch_max(frames, Relaxed);
        self.known.buffers.fetch_add(1, Relaxed);
    }

    /// Takes what was recorded: frames of all channels, one behind the other. What finds no room is lost, and counted.
    #[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
    pub fn push(&mut self, samples: &[f32]) {
        let frames = samples.len() / self.channels;
        self.begin(frames);
        let room = self.ring.slots() / self.channels;
        if room < frames {
            self.known.gaps.fetch_add(1, Relaxed);
        }
        let taken = frames.min(room) * self.channels;
        if let Ok(chunk) = self.ring.write_chunk_uninit(taken) {
            chunk.fill_from_iter(samples[..taken].iter().copied());
        }
    }
}

impl Bridge {
    /// What is known of gaps.
    pub fn gaps(&self) -> &Arc<Gaps> {
        &self.known
    }

    /// The next frames, at most [`LONGEST`], by channel; each channel may be longer than was asked for. Silence where
    /// nothing has come in.
    pub fn pull(&mut self, frames: usize) -> &[Vec<f32>] {
        let frames = frames.min(LONGEST);
        let channels = self.planar.len();
        let there = self.ring.slots() / channels;
        let recorded = self.known.longest.load(Relaxed);
        let own = match &self.converter {
            Some(c) => (frames as f64 * self.rate / c.rate).ceil() as usize + (SPARE * self.rate) as usize,
            None => frames,
        };
        let wanted = recorded + own;
        if self.waits && recorded > 0 && there >= wanted {
            // What has gathered while nobody read is too old.
            self.skip(there - wanted);
            self.waits = false;
            self.level = 0.0;
            if let Some(converter) = &mut self.converter {
                // By how much the clocks differ is still known.
                converter.error = 0.0;
            }
        } else if !self.waits && there > wanted + self.ring.buffer().capacity() / channels / 2 {
            // The reader was away for long.
            self.skip(there - wanted);
            self.known.gaps.fetch_add(1, Relaxed);
        }
        if self.waits {
            self.fade(0, frames);
            return &self.planar;
        }
        if let Some(converter) = &mut self.converter {
            // As it stands on average: half of what is recorded at once is there too early.
            let error = (there as f64 - wanted as f64 + recorded as f64 / 2.0) / self.rate;
            converter.steer(error, frames);
        }
        let given = match &mut self.converter {
            None => direct(&mut self.ring, &mut self.planar, frames),
            Some(converter) => converter.run(&mut self.ring, &mut self.planar, frames),
        };
        self.shape(given, frames);
        &self.planar
    }

    fn skip(&mut self, frames: usize) {
        if let Ok(chunk) = self.ring.read_chunk(frames * self.planar.len()) {
            chunk.commit_all();
        }
    }

    /// Comes in softly, and goes out softly where too little has come.
    fn shape(&mut self, given: usize, frames: usize) {
        if self.level < 1.0 {
            let (level, rise) = (self.level, self.rise);
            for channel in &mut self.planar {
                for (k, x) in channel[..given].iter_mut().enumerate() {
                    *x *= (level + rise * (k + 1) as f32).min(1.0);
                }
            }
            self.level = (level + rise * given as f32).min(1.0);
        }
        if let Some(end) = given.checked_sub(1) {
            self.last.iter_mut().zip(&self.planar).for_each(|(last, channel)| *last = channel[end]);
            self.tail = 1.0;
        }
        if given < frames {
            self.known.gaps.fetch_add(1, Relaxed);
            self.waits = true;
            self.fade(given, frames);
        }
    }

    /// Where nothing has come: from the last frame that has, straight to silence.
    fn fade(&mut self, from: usize, to: usize) {
        for (channel, last) in self.planar.iter_mut().zip(&self.last) {
            for (k, x) in channel[from..to].iter_mut().enumerate() {
                *x = last * (self.tail - self.rise * (k + 1) as f32).max(0.0);
            }
        }
        self.tail = (self.tail - self.rise * (to - from) as f32).max(0.0);
    }
}

/// Takes frames as they are; how many there were.
fn direct(ring: &mut Consumer<f32>, planar: &mut [Vec<f32>], frames: usize) -> usize {
    let channels = planar.len();
    let count = frames.min(ring.slots() / channels);
    if let Ok(chunk) = ring.read_chunk(count * channels) {
        for (at, x) in chunk.into_iter().enumerate() {
            planar[at % channels][at / channels] = x;
        }
    }
    count
}

impl Converter {
    fn new(channels: usize, rate: u32, out_rate: u32) -> Result<Self, String> {
        let ratio = f64::from(out_rate) / f64::from(rate);
        let parameters = SincInterpolationParameters::new(256, WindowFunction::BlackmanHarris2);
        let resampler = Async::<f32>::new_sinc(ratio, 1.1, &parameters, CHUNK, channels, FixedAsync::Output)
            .map_err(|e| format!("from {rate} to {out_rate} Hz: {e}"))?;
        let taken = vec![0.0; resampler.input_frames_max() * channels];
        let made = vec![vec![0.0; CHUNK]; channels];
        Ok(Self {
            resampler,
            taken,
            made,
            given: CHUNK,
            rate: f64::from(out_rate),
            error: 0.0,
            integral: 0.0,
        })
    }

    /// Turns the ratio, from by how much more is in the ring than should be.
    fn steer(&mut self, error: f64, frames: usize) {
        let time = frames as f64 / self.rate;
        self.error += (error - self.error) * (time / SMOOTH).min(1.0);
        self.integral = (self.integral + SPEED * SPEED * self.error * time).clamp(-MOST, MOST);
        let turn = (2.0 * SPEED * self.error + self.integral).clamp(-MOST, MOST);
        // The limits are well inside of what the resampler was made for.
        let _ = self.resampler.set_resample_ratio_relative(1.0 / (1.0 + turn), true);
    }

    /// Makes frames; how many there were.
    fn run(&mut self, ring: &mut Consumer<f32>, planar: &mut [Vec<f32>], frames: usize) -> usize {
        let mut done = 0;
        while done < frames {
            if self.given == CHUNK {
                if self.make(ring, planar.len()).is_none() {
                    break;
                }
                self.given = 0;
            }
            let count = (CHUNK - self.given).min(frames - done);
            for (to, from) in planar.iter_mut().zip(&self.made) {
                to[done..done + count].copy_from_slice(&from[self.given..self.given + count]);
            }
            (self.given, done) = (self.given + count, done + count);
        }
        done
    }

    /// Makes the next chunk; `None`: too little is there.
    fn make(&mut self, ring: &mut Consumer<f32>, channels: usize) -> Option<()> {
        let wanted = self.resampler.input_frames_next();
        let taken = self.taken.get_mut(..wanted * channels)?;
        match ring.read_chunk(taken.len()) {
            Ok(chunk) => taken.iter_mut().zip(chunk).for_each(|(to, x)| *to = x),
            Err(ChunkError::TooFewSlots(_)) => return None,
        }
        let input = InterleavedSlice::new(taken, channels, wanted).ok()?;
        let mut output = SequentialSliceOfVecs::new_mut(&mut self.made, channels, CHUNK).ok()?;
        self.resampler.process_into_buffer(&input, &mut output, None).ok()?;
        Some(())
    }
}

#[cfg(test)]
mod tests;
