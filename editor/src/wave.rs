//! Sound as a line, in numbers, and as a whole.

/// How many frames of sound a scope shows, and how many it looks back to find where to begin.
const SHOWN: usize = 480;
/// As many as [`trace`] wants.
pub const BACK: usize = 1_920;

/// What a scope shows of the last frames of a channel: from a rise through zero on, so that a steady tone stands still.
/// Heights are from 0 to 1, as loud as it is. Nothing where there are too few.
pub fn trace(last: &[f32]) -> Option<Vec<f32>> {
    let last = &last[last.len().checked_sub(BACK)?..];
    let rises = |k: &usize| last[*k] <= 0.0 && last[*k + 1] > 0.0;
    let from = (0..BACK - SHOWN - 1).rev().find(rises).unwrap_or(BACK - SHOWN);
    let shown = &last[from..from + SHOWN];
    let most = shown.iter().fold(1e-6f32, |m, x| m.max(x.abs()));
    // Every second frame is enough for so small a picture.
    Some(shown.iter().step_by(2).map(|x| 0.5 + 0.48 * x / most).collect())
}

/// An amplitude in decibels, as people read it.
pub fn decibels(x: f32) -> String {
    if x > 1e-6 { format!("{:.1}", 20.0 * x.log10()) } else { "-∞".into() }
}

/// The greatest amplitude of some channels, and the greatest root of a mean square.
pub fn levels<'a>(channels: impl Iterator<Item = &'a [f32]>) -> (f32, f32) {
    channels.fold((0.0, 0.0), |(peak, rms), channel| {
        let square = channel.iter().map(|x| x * x).sum::<f32>() / channel.len().max(1) as f32;
        (channel.iter().fold(peak, |m: f32, x| m.max(x.abs())), rms.max(square.sqrt()))
    })
}

/// The least and the greatest of each of so many equal parts.
pub fn outline(channel: &[f32], parts: usize) -> Vec<(f32, f32)> {
    let size = channel.len().div_ceil(parts.max(1)).max(1);
    let part = |p: &[f32]| p.iter().fold((0.0f32, 0.0f32), |(low, high), &x| (low.min(x), high.max(x)));
    channel.chunks(size).map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_read_as_it_is() {
        let tone: Vec<f32> = (0..48_000).map(|k| 0.5 * (k as f32 * 0.13).sin()).collect();
        let (peak, rms) = levels([tone.as_slice()].into_iter());
        assert!((peak - 0.5).abs() < 1e-3 && (rms - 0.5 / 2f32.sqrt()).abs() < 1e-3, "{peak} {rms}");
        assert_eq!(decibels(peak), "-6.0");
        let trace = trace(&tone).expect("enough of it");
        assert!((trace[0] - 0.5).abs() < 0.07, "from a rise through zero on: {}", trace[0]);
        let outline = outline(&tone, 100);
        assert_eq!(outline.len(), 100);
        assert!(outline.iter().all(|(low, high)| (high - low - 1.0).abs() < 0.02));
        assert!(super::trace(&tone[..100]).is_none());
    }
}
