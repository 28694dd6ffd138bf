//! A stream: a device that asks an engine for sound.

use crate::bridge::Recorder;
use crate::device::{Heard, LiveError, Opening};
use crate::engine::Engine;
use crate::seat::Seat;
use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{ErrorKind, FromSample, Sample, SampleFormat, SizedSample, Stream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// How many frames are converted at once for a device that wants other numbers.
const CHUNK: usize = 256;

/// Fills a buffer for the stream with this number.
pub fn fill(seat: &Seat<Engine>, turn: u64, out: &mut [f32], channels: usize) {
    let filled = seat.ask(turn, |engine, first| {
        if first {
            engine.enter();
        }
        engine.fill(out, channels);
    });
    if !filled {
        out.fill(0.0);
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
    /// What a device that records is chosen by.
    pub heard: Heard,
}

/// An open stream of a device that records.
pub struct OpenInput {
    /// It records until it is dropped.
    _stream: Stream,
    /// What it tells.
    pub signals: Arc<Signals>,
    /// The device's name.
    pub name: String,
}

/// Opens a device that asks the engine in a seat, and starts it.
pub fn open(opening: Opening, seat: &Arc<Seat<Engine>>) -> Result<Open, LiveError> {
    let Opening { name, config, .. } = &opening;
    let (name, channels, heard) = (name.clone(), config.channels, opening.heard());
    let signals = Arc::new(Signals::default());
    let stream = match opening.format {
        SampleFormat::I16 => build(&opening, &signals, converted::<i16>(&opening, seat)),
        SampleFormat::I32 => build(&opening, &signals, converted::<i32>(&opening, seat)),
        SampleFormat::U16 => build(&opening, &signals, converted::<u16>(&opening, seat)),
        SampleFormat::U8 => build(&opening, &signals, converted::<u8>(&opening, seat)),
        SampleFormat::F64 => build(&opening, &signals, converted::<f64>(&opening, seat)),
        _ => {
            let (seat, turn, channels) = (seat.clone(), seat.next_turn(), usize::from(channels));
            build(&opening, &signals, move |out: &mut [f32]| fill(&seat, turn, out, channels))
        }
    };
    let refused = |e: cpal::Error| LiveError::refused(&name, &e);
    let stream = stream.map_err(refused)?;
    stream.play().map_err(refused)?;
    Ok(Open { _stream: stream, signals, name, channels, heard })
}

/// Fills buffers of other numbers than the engine's.
fn converted<T: SizedSample + FromSample<f32>>(
    opening: &Opening,
    seat: &Arc<Seat<Engine>>,
) -> impl FnMut(&mut [T]) + Send + 'static {
    let channels = usize::from(opening.config.channels).max(1);
    let (seat, turn) = (seat.clone(), seat.next_turn());
    let mut chunk = vec![0.0f32; CHUNK * channels];
    move |out| {
        for out in out.chunks_mut(chunk.len()) {
            let numbers = &mut chunk[..out.len()];
            fill(&seat, turn, numbers, channels);
            out.iter_mut().zip(numbers).for_each(|(to, from)| *to = T::from_sample(*from));
        }
    }
}

fn build<T: SizedSample>(
    opening: &Opening,
    signals: &Arc<Signals>,
    mut fill: impl FnMut(&mut [T]) + Send + 'static,
) -> Result<Stream, cpal::Error> {
    let tell = tell(signals);
    opening.device.build_output_stream(
        opening.config,
        move |out: &mut [T], _: &cpal::OutputCallbackInfo| fill(out),
        tell,
        None,
    )
}

/// What is done when a device tells of a fault: nothing but to note it.
fn tell(signals: &Arc<Signals>) -> impl FnMut(cpal::Error) + Send + 'static {
    let signals = signals.clone();
    move |error| match error.kind() {
        ErrorKind::Xrun => {
            signals.dropouts.fetch_add(1, Relaxed);
        }
        ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => {}
        _ => signals.lost.store(true, Relaxed),
    }
}

/// Opens a device that records for a bridge, and starts it.
pub fn open_input(opening: Opening, recorder: Recorder) -> Result<OpenInput, LiveError> {
    let name = opening.name.clone();
    let signals = Arc::new(Signals::default());
    let stream = match opening.format {
        SampleFormat::I16 => build_input::<i16>(&opening, &signals, recorder),
        SampleFormat::I32 => build_input::<i32>(&opening, &signals, recorder),
        SampleFormat::U16 => build_input::<u16>(&opening, &signals, recorder),
        SampleFormat::U8 => build_input::<u8>(&opening, &signals, recorder),
        SampleFormat::F64 => build_input::<f64>(&opening, &signals, recorder),
        _ => build_input::<f32>(&opening, &signals, recorder),
    };
    let refused = |e: cpal::Error| LiveError::refused(&name, &e);
    let stream = stream.map_err(refused)?;
    stream.play().map_err(refused)?;
    Ok(OpenInput { _stream: stream, signals, name })
}

fn build_input<T: SizedSample>(
    opening: &Opening,
    signals: &Arc<Signals>,
    mut recorder: Recorder,
) -> Result<Stream, cpal::Error>
where
    f32: FromSample<T>,
{
    let channels = usize::from(opening.config.channels).max(1);
    let mut chunk = vec![0.0f32; CHUNK * channels];
    let take = move |recorded: &[T], _: &cpal::InputCallbackInfo| {
        recorder.begin(recorded.len() / channels);
        for piece in recorded.chunks(chunk.len()) {
            let numbers = &mut chunk[..piece.len()];
            numbers.iter_mut().zip(piece).for_each(|(to, &from)| *to = f32::from_sample(from));
            recorder.push(numbers);
        }
    };
    opening.device.build_input_stream(opening.config, take, tell(signals), None)
}
