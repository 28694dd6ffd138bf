//! What the mix plays: 64 stereo loops of eight seconds at 120 beats a minute, computed, the same on every machine of
//! one instruction set.

use super::settings::{RATE, TRACKS};
use signalbox_dsp::lane::{Simd, Task, Wide, dispatch, exp2, sin_turns};
use signalbox_engine::Audio;
use signalbox_engine::node::Assets;
use std::sync::Arc;

/// How long a loop is, in frames: eight seconds.
pub const FRAMES: usize = 8 * RATE as usize;

/// The largest magnitude of a loop.
const PEAK: f32 = 0.5;

const LANES: usize = 16;

type Lanes = Wide<f32, LANES>;

/// The loops, under the names `loop-00` to `loop-63`.
pub struct Material {
    loops: Vec<Arc<Audio>>,
}

impl Material {
    /// Computes them, on a thread of each core.
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from).min(TRACKS);
        let share =
            |core: usize| (core..TRACKS).step_by(cores).map(|i| (i, Arc::new(one(i)))).collect::<Vec<_>>();
        let mut loops: Vec<(usize, Arc<Audio>)> = std::thread::scope(|scope| {
            let threads: Vec<_> = (1..cores).map(|core| scope.spawn(move || share(core))).collect();
            let own = share(0);
            own.into_iter().chain(threads.into_iter().flat_map(|t| t.join().unwrap_or_default())).collect()
        });
        loops.sort_by_key(|l| l.0);
        Self { loops: loops.into_iter().map(|l| l.1).collect() }
    }

    /// The loops, a track each.
    pub fn loops(&self) -> &[Arc<Audio>] {
        &self.loops
    }

    /// The name of a loop.
    pub fn name(track: usize) -> String {
        format!("loop-{track:02}")
    }

    fn find(&self, path: &str) -> Result<&Arc<Audio>, String> {
        let track = path.strip_prefix("loop-").and_then(|n| n.parse::<usize>().ok());
        track
            .and_then(|t| self.loops.get(t))
            .ok_or_else(|| format!("{path}: the loops are called loop-00 to loop-63"))
    }
}

impl Default for Material {
    fn default() -> Self {
        Self::new()
    }
}

impl Assets for Material {
    fn audio(&self, path: &str, rate: u32) -> Result<Arc<Audio>, String> {
        let audio = self.find(path)?;
        if rate != RATE {
            return Err(format!("{path}: it is made for {RATE} Hz, got {rate} Hz"));
        }
        Ok(audio.clone())
    }

    fn width(&self, path: &str) -> Result<usize, String> {
        self.find(path).map(|l| l.width())
    }
}

/// What is played: eight instruments, each on four notes and twice.
#[derive(Clone, Copy)]
enum Part {
    Kick,
    Snare,
    Hat,
    Bass,
    Chord,
    Pad,
    Lead,
    Riser,
}

const PARTS: [Part; 8] =
    [Part::Kick, Part::Snare, Part::Hat, Part::Bass, Part::Chord, Part::Pad, Part::Lead, Part::Riser];

/// Semitones above 27.5 Hz: C, G, E flat, F.
const ROOTS: [f32; 4] = [15.0, 22.0, 18.0, 20.0];

/// A loop: the right side is the left one a little later, blurred by an echo.
fn one(track: usize) -> Audio {
    let left = dispatch(Play { part: PARTS[track % 8], root: ROOTS[track / 8 % 4], seed: track as u32 + 1 });
    let (late, echo, share) = (14 * (track % 7), 17 + track % 5, 0.3 * (track % 11) as f32 / 11.0);
    let at = |i: usize, back: usize| left[(i + FRAMES - back) % FRAMES];
    let right = (0..FRAMES).map(|i| at(i, late) * (1.0 - share) + at(i, echo) * share).collect();
    Audio { rate: RATE, channels: vec![left, right] }
}

/// Computes the left side of a loop.
struct Play {
    part: Part,
    root: f32,
    seed: u32,
}

impl Task for Play {
    type Output = Vec<f32>;

    #[inline(always)]
    fn run(self) -> Vec<f32> {
        let mut sound = vec![0.0; FRAMES];
        let mut peak = Lanes::splat(0.0);
        let (chunks, _) = sound.as_chunks_mut::<LANES>();
        for (i, chunk) in chunks.iter_mut().enumerate() {
            let frame = Lanes::from_fn(|lane| (i * LANES + lane) as f32);
            let noise = Lanes::from_fn(|lane| hash(self.seed, (i * LANES + lane) as u32));
            let x = self.at(frame * Lanes::splat(1.0 / RATE as f32), noise);
            peak = peak.max(x.abs());
            *chunk = x.0;
        }
        let scale = PEAK / peak.0.into_iter().fold(f32::MIN_POSITIVE, f32::max);
        for x in &mut sound {
            *x *= scale;
        }
        sound
    }
}

impl Play {
    /// The sound at a time in seconds, with noise between -1 and 1.
    #[inline(always)]
    fn at(&self, t: Lanes, noise: Lanes) -> Lanes {
        let s = Lanes::splat;
        // Every pitch is a whole number of eighths of a hertz, so that the loop closes without a click.
        let pitch = |semitones: f32| s((8.0 * 27.5 * ((self.root + semitones) / 12.0).exp2()).round() / 8.0);
        match self.part {
            Part::Kick => {
                let since = beat(t, 0.5);
                let fall = s(1.0) - fade(since, 30.0);
                sin_turns(s(45.0).mul_add(since, s(3.0) * fall)) * fade(since, 6.0)
            }
            Part::Snare => {
                let since = beat(t + s(0.5), 1.0);
                s(0.5).mul_add(noise, sin_turns(s(190.0) * since)) * fade(since, 14.0)
            }
            Part::Hat => {
                let since = beat(t, 0.25);
                noise * sin_turns(s(9_000.0) * since) * fade(since, 40.0)
            }
            Part::Bass => bright(pitch(0.0) * t) * fade(beat(t, 0.5), 3.0),
            Part::Chord => {
                let tone = |semitones: f32| bright(pitch(24.0 + semitones) * t);
                (tone(0.0) + tone(3.0) + tone(7.0) + tone(10.0)) * fade(beat(t, 1.0), 1.5)
            }
            Part::Pad => {
                let tone = |semitones: f32, off: f32| sin_turns((pitch(24.0 + semitones) + s(off)) * t);
                let swell = s(0.4).mul_add(sin_turns(t * s(0.125)), s(0.6));
                (tone(0.0, 0.0) + tone(7.0, 0.25) + tone(12.0, 0.5) + tone(15.0, 0.75) + tone(19.0, 1.0))
                    * swell
            }
            Part::Lead => {
                let step = (t * s(4.0)).floor();
                let degree = step * s(5.0 / 6.0);
                let semitones = ((degree - degree.floor()) * s(6.0)).floor() * s(2.4);
                let tone = pitch(36.0) * exp2(semitones * s(1.0 / 12.0)) * beat(t, 0.25);
                (bright(tone) - bright(tone + s(0.5))) * fade(beat(t, 0.25), 5.0)
            }
            Part::Riser => noise * t,
        }
    }
}

/// Seconds since the last beat.
#[inline(always)]
fn beat(t: Lanes, seconds: f32) -> Lanes {
    let beats = t * Lanes::splat(1.0 / seconds);
    (beats - beats.floor()) * Lanes::splat(seconds)
}

/// What is left after some seconds of a decay, whose `speed` is how often it falls to its e-th part a second.
#[inline(always)]
fn fade(since: Lanes, speed: f32) -> Lanes {
    exp2(since * Lanes::splat(-speed * std::f32::consts::LOG2_E))
}

/// A tone with all harmonics, each 0.9 of the one below: a geometric series, summed.
#[inline(always)]
fn bright(turns: Lanes) -> Lanes {
    const EACH: f32 = 0.9;
    let cosine = sin_turns(turns + Lanes::splat(0.25));
    sin_turns(turns) / cosine.mul_add(Lanes::splat(-2.0 * EACH), Lanes::splat(1.0 + EACH * EACH))
}

/// A number between -1 and 1 for each frame: the finalizer of MurmurHash3 (Appleby, 2011).
#[inline(always)]
fn hash(seed: u32, frame: u32) -> f32 {
    let mut h = frame ^ seed.wrapping_mul(0x9e37_79b9);
    h = (h ^ (h >> 16)).wrapping_mul(0x85eb_ca6b);
    h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
    ((h ^ (h >> 16)) >> 8) as f32 * (2.0 / 16_777_216.0) - 1.0
}
