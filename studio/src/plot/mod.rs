//! Shows a finished piece of audio in one picture: its shape, its loudness over time, its balance of tones.
//!
//! [`overview`] draws 1600 × 1100 pixels and hands back a PNG; [`spectrum`] measures the curve for it. One size,
//! one font that is bundled, no clock and no system library: the same input gives the same bytes.
//!
//! Data flow: `welch` measures, `layout` deals out the space, `axis` turns values into pixels and labels, `panel`
//! draws the card that `waveform`, `loudness` and `tone` fill, `frame` writes what stands above and below, and
//! everything is painted by `canvas` with the letters of `text` in the colours of `theme`.

mod axis;
mod canvas;
mod curve;
mod frame;
mod layout;
mod loudness;
mod panel;
mod text;
mod theme;
mod tone;
mod waveform;
mod welch;

pub use welch::spectrum;

use canvas::Canvas;
use layout::Layout;
use signalbox_engine::Audio;

/// Width of the picture, in pixels.
pub const WIDTH: u32 = 1600;
/// Height of the picture, in pixels.
pub const HEIGHT: u32 = 1100;

/// Loudness at one time: seconds from the start, momentary LUFS, short-term LUFS.
///
/// A value that is not finite leaves a gap in its curve.
pub type LoudnessPoint = (f64, f64, f64);

/// One point of a spectrum: frequency in Hz, level in dB.
pub type SpectrumPoint = (f64, f64);

/// A label and its value, as they stand below the panels.
pub type Reading<'a> = (&'a str, String);

/// What [`overview`] draws.
#[derive(Clone, Copy, Debug)]
pub struct Overview<'a> {
    /// The heading, for example the name of the song; shortened where it is too long for the picture.
    pub title: &'a str,
    /// The sound, 0 channels or more; beyond 8 channels they are drawn as one.
    pub audio: &'a Audio,
    /// Its loudness over time, in order of time; may be empty.
    pub loudness: &'a [LoudnessPoint],
    /// Its integrated loudness, in LUFS.
    pub integrated_lufs: Option<f64>,
    /// The loudness it was made for, in LUFS.
    pub target_lufs: Option<f64>,
    /// Its spectrum in order of frequency, as [`spectrum`] gives it; may be empty.
    pub spectrum: &'a [SpectrumPoint],
    /// How it was before, for comparison.
    pub before: Option<Before<'a>>,
    /// Readings below the panels, up to nine in a row and two rows; what is more is left out.
    pub footer: &'a [Reading<'a>],
}

/// The same piece before the work on it, for example the mix before mastering.
#[derive(Clone, Copy, Debug, Default)]
pub struct Before<'a> {
    /// Its loudness over time, in order of time; the short-term value is drawn.
    pub loudness: &'a [LoudnessPoint],
    /// Its spectrum, in order of frequency.
    pub spectrum: &'a [SpectrumPoint],
}

impl<'a> Overview<'a> {
    /// A picture of the waveform alone, to be filled in.
    pub fn new(title: &'a str, audio: &'a Audio) -> Self {
        Self {
            title,
            audio,
            loudness: &[],
            integrated_lufs: None,
            target_lufs: None,
            spectrum: &[],
            before: None,
            footer: &[],
        }
    }
}

/// Why a picture could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PlotError {
    /// The memory for the picture could not be had.
    #[error("no memory for a picture of {WIDTH} × {HEIGHT} pixels")]
    Surface,
    /// The bundled font is damaged.
    #[error("the bundled font can't be read; build the program again from a fresh copy")]
    Font(#[from] ttf_parser::FaceParsingError),
    /// The picture could not be written as a PNG.
    #[error("the picture can't be written as a PNG")]
    Encode(#[from] png::EncodingError),
}

/// Draws the overview and gives the bytes of a PNG, 8 bits a colour.
///
/// Any audio will do: no channels, no frames, one frame, values beyond full scale or not finite (drawn as silence).
///
/// # Errors
/// [`PlotError`], when memory is short; what is drawn can't cause one.
pub fn overview(overview: &Overview) -> Result<Vec<u8>, PlotError> {
    let mut canvas = Canvas::new()?;
    let layout = Layout::new(overview.footer.len());
    frame::header(&mut canvas, &layout, overview);
    waveform::draw(&mut canvas, layout.waveform, overview.audio);
    loudness::draw(&mut canvas, layout.loudness, overview);
    tone::draw(&mut canvas, layout.tone, overview);
    frame::footer(&mut canvas, &layout, overview.footer);
    canvas.png()
}

#[cfg(test)]
mod tests;
