//! Measures files and sound in memory.

pub mod analysis;

use crate::output::{Progress, StudioError};
use signalbox_dsp::meter::{Measurement, Measurer};
use signalbox_engine::Audio;
use signalbox_file::{Reader, Warning};
use std::path::Path;

/// Measures a file in constant memory; gives what had to be mended while it was read, too.
pub fn file(path: &Path, progress: &dyn Progress) -> Result<(Measurement, Vec<Warning>), StudioError> {
    let mut reader = Reader::open(path)?;
    let info = reader.info().clone();
    progress.begin(&path.display().to_string(), info.frames);
    let mut measurer = Measurer::new(info.rate, info.width);
    let mut done = 0u64;
    while let Some(block) = reader.next_block()? {
        let channels: Vec<&[f32]> = block.channels.iter().map(Vec::as_slice).collect();
        measurer.push(&channels);
        done += block.frames() as u64;
        if !progress.done(done) {
            return Err(StudioError::Stopped);
        }
    }
    progress.end();
    Ok((measurer.finish(), reader.warnings().to_vec()))
}

/// Measures sound in memory, with its loudness over time.
pub fn audio(audio: &Audio) -> Measurement {
    let mut measurer = Measurer::with_series(audio.rate, audio.width());
    let channels: Vec<&[f32]> = audio.channels.iter().map(Vec::as_slice).collect();
    measurer.push(&channels);
    measurer.finish()
}
