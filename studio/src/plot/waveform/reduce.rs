//! Sums up a channel, one column of pixels at a time.

/// What one column of pixels shows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Column {
    /// The lowest value.
    pub low: f32,
    /// The highest value.
    pub high: f32,
    /// The root of the mean square.
    pub rms: f32,
    /// Whether full scale is reached above zero.
    pub full_above: bool,
    /// Whether full scale is reached below zero.
    pub full_below: bool,
}

/// What a lane shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// One column a pixel.
    pub columns: Vec<Column>,
    /// The largest magnitude.
    pub peak: f32,
    /// The root of the mean square of all.
    pub rms: f64,
    /// How many samples are at full scale or over it.
    pub full_scale: u64,
}

/// Full scale: the highest value that 16 bits can hold. What lies there was most likely cut off.
const FULL_SCALE: f32 = 32_767.0 / 32_768.0;

/// Sums up channels of one length in one lane of `width` columns. Values that are not finite count as silence.
pub fn together(channels: &[&[f32]], width: usize) -> Summary {
    let mut summary = Summary::default();
    let frames = channels.first().map_or(0, |channel| channel.len());
    if frames == 0 || width == 0 {
        return summary;
    }
    summary.columns.reserve(width);
    let mut power = 0.0;
    for index in 0..width {
        let start = index * frames / width;
        // With fewer frames than columns a frame lasts for several of them.
        let end = ((index + 1) * frames / width).max(start + 1);
        let mut span = Span::default();
        for channel in channels {
            span.add(channel.get(start..end).unwrap_or_default());
        }
        let fresh = index == 0 || start > (index - 1) * frames / width;
        if fresh {
            power += span.power;
            summary.full_scale += span.full_scale;
        }
        summary.peak = summary.peak.max(span.high).max(-span.low);
        let count = ((end - start) * channels.len()) as f64;
        summary.columns.push(Column {
            low: span.low,
            high: span.high,
            rms: (span.power / count).sqrt() as f32,
            full_above: span.high >= FULL_SCALE,
            full_below: span.low <= -FULL_SCALE,
        });
    }
    summary.rms = (power / (frames * channels.len()) as f64).sqrt();
    if frames < 4 * width {
        join(&mut summary.columns);
    }
    summary
}

/// Extends columns until they touch, so that a wave of few frames is one line.
fn join(columns: &mut [Column]) {
    for index in 1..columns.len() {
        let before = columns[index - 1];
        let column = &mut columns[index];
        column.high = column.high.max(before.low);
        column.low = column.low.min(before.high);
    }
}

/// Sums over a stretch of samples.
struct Span {
    low: f32,
    high: f32,
    power: f64,
    full_scale: u64,
    empty: bool,
}

impl Default for Span {
    fn default() -> Self {
        Self { low: 0.0, high: 0.0, power: 0.0, full_scale: 0, empty: true }
    }
}

impl Span {
    fn add(&mut self, samples: &[f32]) {
        // Eight sums side by side, so that the compiler can use vectors; short pieces keep f32 sums exact enough.
        for piece in samples.chunks(1024) {
            let (mut low, mut high, mut power) = ([f32::MAX; 8], [f32::MIN; 8], [0f32; 8]);
            let mut lane = |index: usize, value: f32| {
                low[index] = if value < low[index] { value } else { low[index] };
                high[index] = if value > high[index] { value } else { high[index] };
                power[index] += value * value;
            };
            let (eights, rest) = piece.as_chunks::<8>();
            for eight in eights {
                for (index, &value) in eight.iter().enumerate() {
                    lane(index, value);
                }
            }
            for (index, &value) in rest.iter().enumerate() {
                lane(index, value);
            }
            let sum: f64 = power.iter().map(|&p| f64::from(p)).sum();
            if sum.is_finite() {
                let low = low.into_iter().fold(f32::MAX, f32::min);
                self.merge(low, low.max(high.into_iter().fold(f32::MIN, f32::max)), sum);
            } else {
                self.add_with_care(piece);
            }
            if self.high >= FULL_SCALE || self.low <= -FULL_SCALE {
                let full = |value: &&f32| value.abs() >= FULL_SCALE && value.is_finite();
                self.full_scale += piece.iter().filter(full).count() as u64;
            }
        }
    }

    /// The same for a piece that holds values that are not finite, or whose squares are not.
    fn add_with_care(&mut self, piece: &[f32]) {
        for &value in piece {
            let value = if value.is_finite() { value } else { 0.0 };
            self.merge(value, value, f64::from(value) * f64::from(value));
        }
    }

    fn merge(&mut self, low: f32, high: f32, power: f64) {
        (self.low, self.high) =
            if self.empty { (low, high) } else { (self.low.min(low), self.high.max(high)) };
        self.power += power;
        self.empty = false;
    }
}

#[cfg(test)]
mod tests;
