//! Turns values into pixels and picks the marks of an axis, with their labels.

/// A line from values to pixels; values outside go on beyond its ends.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    values: [f64; 2],
    pixels: [f32; 2],
    logarithmic: bool,
}

impl Scale {
    /// Even steps: `values` lie at `pixels`.
    pub fn linear(values: [f64; 2], pixels: [f32; 2]) -> Self {
        Self { values, pixels, logarithmic: false }
    }

    /// Even ratios: `values`, both above zero, lie at `pixels`.
    pub fn logarithmic(values: [f64; 2], pixels: [f32; 2]) -> Self {
        Self { values: values.map(f64::ln), pixels, logarithmic: true }
    }

    /// The pixel of a value.
    pub fn at(&self, value: f64) -> f32 {
        let value = if self.logarithmic { value.max(f64::MIN_POSITIVE).ln() } else { value };
        let span = self.values[1] - self.values[0];
        let share = if span == 0.0 { 0.0 } else { (value - self.values[0]) / span };
        // Beyond a hundred pictures the painter would only lose precision.
        let share = share.clamp(-100.0, 100.0) as f32;
        self.pixels[0] + share * (self.pixels[1] - self.pixels[0])
    }
}

/// A mark on an axis.
pub type Tick = (f64, String);

/// Marks from 0 to `seconds`, no more than `most` of them.
pub fn time(seconds: f64, most: usize) -> Vec<Tick> {
    // `is_normal` also refuses NaN, infinity and nothing at all.
    if !seconds.is_normal() || seconds < 0.0 {
        return Vec::new();
    }
    let least = seconds / most.max(1) as f64;
    let step = time_step(least);
    let count = (seconds / step * (1.0 + 1e-9)).floor() as usize;
    (0..=count).map(|index| index as f64 * step).map(|at| (at, time_label(at, step))).collect()
}

/// The smallest round step of at least `least` seconds.
fn time_step(least: f64) -> f64 {
    const CLOCK: [f64; 16] = [
        1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 14_400.0,
        21_600.0,
    ];
    if least <= 0.5 {
        return round_step(least);
    }
    CLOCK.into_iter().find(|&step| step >= least).unwrap_or_else(|| (least / 86_400.0).ceil() * 86_400.0)
}

/// The smallest of 1, 2 or 5 times a power of ten that is at least `least`.
fn round_step(least: f64) -> f64 {
    let decade = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|m| m * decade).into_iter().find(|&step| step >= least).unwrap_or(10.0 * decade)
}

fn time_label(seconds: f64, step: f64) -> String {
    if step >= 1.0 {
        return clock(seconds);
    }
    let (factor, unit) = match step {
        s if s > 0.0099 => (1.0, "s"),
        s if s > 0.99e-4 => (1e3, "ms"),
        _ => (1e6, "µs"),
    };
    // A hair less, so that a tenth that is off by rounding still has one decimal.
    let decimals = (-(step * factor).log10() - 1e-6).ceil().clamp(0.0, 9.0) as usize;
    format!("{:.decimals$} {unit}", seconds * factor)
}

/// Whole seconds as a clock shows them, `3:07` or `1:02:03`.
pub fn clock(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// Marks within a range of decibels or loudness units, no more than `most` of them, on multiples of their step.
pub fn level(low: f64, high: f64, most: usize) -> Vec<Tick> {
    const STEPS: [f64; 8] = [1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 48.0, 96.0];
    let fits = |step: &f64| (high / step).floor() - (low / step).ceil() < most as f64;
    let step = STEPS.into_iter().find(fits).unwrap_or(192.0);
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    (first..=last).map(|index| index as f64 * step).map(|at| (at, number(at, 0))).collect()
}

/// Marks of a frequency axis from 20 Hz to 20 kHz: the labelled ones.
pub fn frequency() -> [(f64, &'static str); 10] {
    [
        (20.0, "20 Hz"),
        (50.0, "50 Hz"),
        (100.0, "100 Hz"),
        (200.0, "200 Hz"),
        (500.0, "500 Hz"),
        (1e3, "1 kHz"),
        (2e3, "2 kHz"),
        (5e3, "5 kHz"),
        (10e3, "10 kHz"),
        (20e3, "20 kHz"),
    ]
}

/// A number with a true minus sign; what is not finite as `−∞`, `∞` or a dash.
pub fn number(value: f64, decimals: usize) -> String {
    if value.is_nan() {
        return "–".into();
    }
    if value.is_infinite() {
        return if value < 0.0 { "−∞" } else { "∞" }.into();
    }
    let digits = format!("{:.decimals$}", value.abs());
    let nothing = digits.bytes().all(|b| matches!(b, b'0' | b'.'));
    if value < 0.0 && !nothing { format!("−{digits}") } else { digits }
}

/// A frequency as it is spoken of: `63 Hz`, `2.4 kHz`.
pub fn hertz(value: f64) -> String {
    match value {
        v if v >= 9_950.0 => format!("{:.0} kHz", v / 1e3),
        v if v >= 999.5 => format!("{:.1} kHz", v / 1e3),
        v => format!("{v:.0} Hz"),
    }
}

#[cfg(test)]
mod tests;
