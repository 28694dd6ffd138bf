//! A stream: a device that asks an engine for sound.

use crate::device::{LiveError, Opening};
use crate::engine::Engine;
use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{ErrorKind, FromSample, SampleFormat, SizedSample, Stream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, TryLockError};

/// How many frames are converted at once for a device that wants other numbers.
const CHUNK: usize = 256;

/// Where the engine sits, for whoever asks for sound: the stream of a device, or the clock that stands in for one.
/// Nobody waits for it: who finds it taken plays silence.
pub struct Seat {
    engine: Mutex<Engine>,
    /// The number of the stream that may ask. One that was given up may go on calling for a while.
    turn: AtomicU64,
}

impl Seat {
    /// A seat for an engine; nobody may ask yet.
    pub fn new(engine: Engine) -> Self {
        Self { engine: Mutex::new(engine), turn: AtomicU64::new(0) }
    }

    /// Gives the turn to the next one; its number.
    pub fn next_turn(&self) -> u64 {
        self.turn.fetch_add(1, Relaxed) + 1
    }

    /// Fills a buffer for the stream with this number.
    pub fn fill(&self, turn: u64, out: &mut [f32], channels: usize) {
        if self.turn.load(Relaxed) == turn {
            match self.engine.try_lock() {
                Ok(mut engine) => return engine.fill(out, channels),
                Err(TryLockError::Poisoned(poisoned)) => return poisoned.into_inner().fill(out, channels),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        out.fill(0.0);
    }

    /// Brings another engine; for another rate.
    pub fn replace(&self, engine: Engine) {
        *self.engine.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = engine;
    }
}

/// What the device tells beside asking for sound.
#[derive(Debug, Default)]
pub struct Signals {
    /// Whether it is lost.
    pub lost: AtomicBool,
    /// How often it says that sound came too late.
    pub dropouts: AtomicU64,
}

/// An open stream.
pub struct Open {
    /// It plays until it is dropped.
    _stream: Stream,
    /// What it tells.
    pub signals: Arc<Signals>,
    /// The device's name.
    pub name: String,
    /// How many channels it has.
    pub channels: u16,
}

/// Opens a device that asks the engine in a seat, and starts it.
pub fn open(opening: Opening, seat: &Arc<Seat>) -> Result<Open, LiveError> {
    let Opening { name, config, .. } = &opening;
    let (name, channels) = (name.clone(), config.channels);
    let signals = Arc::new(Signals::default());
    let stream = match opening.format {
        SampleFormat::I16 => build::<i16>(&opening, seat, &signals),
        SampleFormat::I32 => build::<i32>(&opening, seat, &signals),
        SampleFormat::U16 => build::<u16>(&opening, seat, &signals),
        SampleFormat::U8 => build::<u8>(&opening, seat, &signals),
        SampleFormat::F64 => build::<f64>(&opening, seat, &signals),
        _ => build::<f32>(&opening, seat, &signals),
    };
    let refused = |e: cpal::Error| LiveError::refused(&name, &e);
    let stream = stream.map_err(refused)?;
    stream.play().map_err(refused)?;
    Ok(Open { _stream: stream, signals, name, channels })
}

fn build<T: SizedSample + FromSample<f32>>(
    opening: &Opening,
    seat: &Arc<Seat>,
    signals: &Arc<Signals>,
) -> Result<Stream, cpal::Error> {
    let channels = usize::from(opening.config.channels).max(1);
    let (seat, turn) = (seat.clone(), seat.next_turn());
    let mut chunk = vec![0.0f32; CHUNK * channels];
    let fill = move |out: &mut [T], _: &cpal::OutputCallbackInfo| {
        for out in out.chunks_mut(chunk.len()) {
            let numbers = &mut chunk[..out.len()];
            seat.fill(turn, numbers, channels);
            out.iter_mut().zip(numbers).for_each(|(to, from)| *to = T::from_sample(*from));
        }
    };
    let signals = signals.clone();
    let tell = move |error: cpal::Error| match error.kind() {
        ErrorKind::Xrun => {
            signals.dropouts.fetch_add(1, Relaxed);
        }
        ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => {}
        _ => signals.lost.store(true, Relaxed),
    };
    opening.device.build_output_stream(opening.config, fill, tell, None)
}
