//! Everything that the meters say about a whole programme.

use super::loudness::{SLOWEST, STEP, border};
use super::{Basics, Loudness, TruePeak, amplitude_db, weights};

/// Frames that pass through all meters before the next, so that they stay in the nearest memory.
const PIECE: usize = 1024;

/// What was measured of a whole programme. A level is `None` where there is nothing to measure: silence, or a sound
/// that is too short (see [`Loudness`]).
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    /// Frames a second.
    pub rate: u32,
    /// How many channels.
    pub channels: usize,
    /// How many frames.
    pub frames: u64,
    /// The length in seconds.
    pub seconds: f64,
    /// Integrated loudness (ITU-R BS.1770-5) in LUFS; at least 0.4 s above −70 LUFS.
    pub integrated_lufs: Option<f64>,
    /// The highest loudness of any 0.4 s in LUFS.
    pub max_momentary_lufs: Option<f64>,
    /// The highest loudness of any 3 s in LUFS.
    pub max_short_term_lufs: Option<f64>,
    /// Loudness range (EBU Tech 3342) in LU; at least 3 s above −70 LUFS.
    pub loudness_range_lu: Option<f64>,
    /// The highest true peak of any channel in dBTP.
    pub true_peak_dbtp: Option<f64>,
    /// The highest sample of any channel in dBFS.
    pub sample_peak_dbfs: Option<f64>,
    /// Root mean square over all channels in dBFS; a full-scale sine reads −3.01.
    pub rms_dbfs: Option<f64>,
    /// Correlation of left and right, −1 to 1, over the whole programme; `None` where it is not stereo or a side is
    /// silent.
    pub correlation: Option<f64>,
    /// The mean of the channel that is furthest from zero, 1 being full scale.
    pub dc: f64,
    /// How many samples of all channels were not finite; they were taken as 0.
    pub broken: u64,
    /// Each channel by itself.
    pub each: Vec<ChannelMeasurement>,
    /// Loudness over time, every 0.1 s; empty where it was not asked for.
    pub series: Vec<Moment>,
}

/// What was measured of one channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChannelMeasurement {
    /// The true peak in dBTP.
    pub true_peak_dbtp: Option<f64>,
    /// The highest sample in dBFS.
    pub sample_peak_dbfs: Option<f64>,
    /// Root mean square in dBFS; a full-scale sine reads −3.01.
    pub rms_dbfs: Option<f64>,
    /// The mean, 1 being full scale.
    pub dc: f64,
}

/// Loudness at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// The end of the windows, in seconds from the start.
    pub seconds: f64,
    /// Loudness of the 0.4 s before, in LUFS; `None` in the first 0.4 s and in silence.
    pub momentary_lufs: Option<f64>,
    /// Loudness of the 3 s before, in LUFS; `None` in the first 3 s and in silence.
    pub short_term_lufs: Option<f64>,
}

/// Measures a programme as it streams by.
///
/// ```
/// use signalbox_dsp::meter::Measurer;
/// let sine: Vec<f32> = (0..48_000).map(|i| (i as f32 * 997.0 / 48_000.0 * std::f32::consts::TAU).sin()).collect();
/// let mut measurer = Measurer::new(48_000, 1);
/// measurer.push(&[&sine]);
/// let measured = measurer.finish();
/// assert!((measured.integrated_lufs.unwrap() - -3.01).abs() < 0.01);
/// assert_eq!(measured.loudness_range_lu, None);
/// ```
#[derive(Clone, Debug)]
pub struct Measurer {
    rate: u32,
    width: usize,
    loudness: Loudness,
    peak: TruePeak,
    basics: Basics,
    series: Option<Vec<Moment>>,
}

impl Measurer {
    /// A measurement of `width` channels at `rate` frames a second (8,000 to 384,000; below 4,000 counts as
    /// 4,000). The channels are weighted as [`weights`] says. Nothing is allocated after this.
    pub fn new(rate: u32, width: usize) -> Self {
        let rate = rate.max(SLOWEST);
        Self {
            rate,
            width,
            loudness: Loudness::new(rate, &weights(width)),
            peak: TruePeak::new(width),
            basics: Basics::new(width),
            series: None,
        }
    }

    /// The same, and loudness over time every 0.1 s: 40 bytes each, so it grows with the programme.
    pub fn with_series(rate: u32, width: usize) -> Self {
        Self { series: Some(Vec::new()), ..Self::new(rate, width) }
    }

    /// Listens to a piece of any length, one slice a channel; the longest slice gives the length. A channel that is
    /// missing or shorter is silent there.
    pub fn push(&mut self, channels: &[&[f32]]) {
        let frames = channels.iter().map(|c| c.len()).max().unwrap_or(0);
        let mut at = 0;
        while at < frames {
            let mut end = (at + PIECE).min(frames);
            let moment =
                self.series.as_ref().map(|series| border((series.len() as u64 + 1) * STEP, self.rate));
            if let Some(moment) = moment {
                end = end.min(at + (moment - self.basics.frames()) as usize);
            }
            self.loudness.push_range(channels, at..end);
            self.peak.push_range(channels, at..end);
            self.basics.push_range(channels, at..end);
            if moment == Some(self.basics.frames()) {
                self.note();
            }
            at = end;
        }
    }

    /// Adds the present loudness to the series.
    fn note(&mut self) {
        if let Some(series) = &mut self.series {
            series.push(Moment {
                seconds: self.basics.frames() as f64 / f64::from(self.rate),
                momentary_lufs: self.loudness.momentary(),
                short_term_lufs: self.loudness.short_term(),
            });
        }
    }

    /// What the loudness meter reads so far.
    pub fn loudness(&self) -> &Loudness {
        &self.loudness
    }

    /// Ends the programme and gives what was measured.
    pub fn finish(mut self) -> Measurement {
        self.peak.flush();
        let (basics, peak, loudness) = (&self.basics, &self.peak, &self.loudness);
        let each: Vec<_> = (0..self.width)
            .map(|c| ChannelMeasurement {
                true_peak_dbtp: amplitude_db(peak.true_peak(c)),
                sample_peak_dbfs: amplitude_db(peak.sample_peak(c)),
                rms_dbfs: amplitude_db(basics.rms(c)),
                dc: basics.mean(c),
            })
            .collect();
        Measurement {
            rate: self.rate,
            channels: self.width,
            frames: basics.frames(),
            seconds: basics.frames() as f64 / f64::from(self.rate),
            integrated_lufs: loudness.integrated(),
            max_momentary_lufs: loudness.max_momentary(),
            max_short_term_lufs: loudness.max_short_term(),
            loudness_range_lu: loudness.range(),
            true_peak_dbtp: peak.dbtp(),
            sample_peak_dbfs: peak.dbfs(),
            rms_dbfs: basics.rms_dbfs(),
            correlation: basics.correlation(),
            dc: each.iter().map(|c| c.dc).fold(0.0, |a, b| if b.abs() > a.abs() { b } else { a }),
            broken: (0..self.width).map(|c| basics.broken(c)).sum(),
            each,
            series: self.series.unwrap_or_default(),
        }
    }
}
