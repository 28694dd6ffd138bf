//! What an ear would object to, in numbers: noise, clicks, DC, loss in mono, decay.

use signalbox_dsp::meter::Measurement;
use signalbox_engine::Audio;

/// Everything that is measured of a sound.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// What the meters say.
    pub meters: Measurement,
    /// The highest sample; 1 is full scale.
    pub peak: f64,
    /// The mean of the channel that is furthest from zero, in dBFS; `None` where it is zero.
    pub dc_dbfs: Option<f64>,
    /// The level of the quietest twentieth of all stretches of 50 ms that are not digital silence, in dBFS.
    pub noise_dbfs: Option<f64>,
    /// How many clicks there are.
    pub clicks: usize,
    /// How much power is lost when left and right are summed to mono, in decibels: 0 where they are the same, 3 where
    /// they have nothing in common.
    pub mono_loss_db: f64,
    /// Whether no stretch of 50 ms is above -70 dBFS.
    pub silent: bool,
}

/// Below this, in dBFS, there is nothing.
const SILENCE_DBFS: f64 = -70.0;
/// The length of a stretch in seconds.
const STRETCH: f64 = 0.05;
/// How often a click's bend is that of its neighbourhood, at least.
const CLICK_RATIO: f64 = 15.0;
/// How far a click jumps, at least.
const CLICK_SIZE: f64 = 0.01;
/// The neighbourhood of a click, in frames to each side.
const NEAR: usize = 256;

fn db(power: f64) -> Option<f64> {
    (power > 0.0).then(|| 10.0 * power.log10())
}

/// Measures a sound.
pub fn analyse(audio: &Audio) -> Analysis {
    let meters = super::audio(audio);
    let levels = stretches(audio);
    let mut quiet: Vec<f64> = levels.iter().copied().filter(|&p| p > 0.0).collect();
    quiet.sort_by(f64::total_cmp);
    let share = quiet.len().div_ceil(20);
    let noise = quiet[..share].iter().sum::<f64>() / share.max(1) as f64;
    let loudest = levels.iter().copied().fold(0.0, f64::max);
    Analysis {
        peak: audio.channels.iter().flatten().fold(0.0, |m, x| f64::from(x.abs()).max(m)),
        dc_dbfs: db(meters.dc * meters.dc),
        noise_dbfs: db(noise),
        clicks: audio.channels.iter().map(|c| clicks(c)).sum(),
        mono_loss_db: mono_loss(audio),
        silent: db(loudest).is_none_or(|l| l < SILENCE_DBFS),
        meters,
    }
}

/// The mean power of each stretch, over all channels.
fn stretches(audio: &Audio) -> Vec<f64> {
    let length = ((f64::from(audio.rate) * STRETCH) as usize).max(1);
    let power = |part: &[f32]| part.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>();
    let count = audio.frames() / length;
    let width = audio.width().max(1) as f64;
    (0..count)
        .map(|i| {
            let sum: f64 = audio.channels.iter().map(|c| power(&c[i * length..(i + 1) * length])).sum();
            sum / (length as f64 * width)
        })
        .collect()
}

/// How many clicks a channel has: places whose second difference is many times that of what lies around.
fn clicks(channel: &[f32]) -> usize {
    let bend: Vec<f64> =
        channel.windows(3).map(|w| f64::from(w[0]) - 2.0 * f64::from(w[1]) + f64::from(w[2])).collect();
    let mut sums = Vec::with_capacity(bend.len() + 1);
    sums.push(0.0);
    for b in &bend {
        sums.push(sums[sums.len() - 1] + b * b);
    }
    let (mut count, mut last) = (0, None);
    for (i, b) in bend.iter().enumerate() {
        let (from, to) = (i.saturating_sub(NEAR), (i + NEAR).min(bend.len()));
        // A click bends over three frames; these do not count as its neighbourhood.
        let (inner, outer) = (i.saturating_sub(2), (i + 3).min(bend.len()));
        let around = sums[to] - sums[from] - (sums[outer.min(to)] - sums[inner.max(from)]);
        let usual = (around.max(0.0) / (to - from).max(1) as f64).sqrt();
        if b.abs() > CLICK_SIZE && b.abs() > CLICK_RATIO * usual {
            if last.is_none_or(|l| i > l + NEAR) {
                count += 1;
            }
            last = Some(i);
        }
    }
    count
}

fn mono_loss(audio: &Audio) -> f64 {
    let [left, right] = audio.channels.as_slice() else { return 0.0 };
    let (mut sides, mut middle) = (0.0, 0.0);
    for (&l, &r) in left.iter().zip(right) {
        let (l, r) = (f64::from(l), f64::from(r));
        sides += (l * l + r * r) / 2.0;
        middle += (l + r) * (l + r) / 4.0;
    }
    if sides == 0.0 { 0.0 } else { 10.0 * (sides / middle).log10() }
}

/// The time in seconds in which a sound falls by 60 dB, from the slope of its integrated energy (Schroeder 1965)
/// between -5 and -35 dB (ISO 3382); `None` where it does not fall so far.
pub fn rt60(audio: &Audio) -> Option<f64> {
    let mut energy: Vec<f64> = vec![0.0; audio.frames()];
    for channel in &audio.channels {
        energy.iter_mut().zip(channel).for_each(|(e, &x)| *e += f64::from(x) * f64::from(x));
    }
    let mut left = 0.0;
    for e in energy.iter_mut().rev() {
        left += *e;
        *e = left;
    }
    let total = left;
    if total <= 0.0 {
        return None;
    }
    // The line of least squares through all points between the two levels.
    let points = energy.iter().enumerate().map(|(i, &e)| (i as f64, 10.0 * (e / total).log10()));
    let (mut n, mut sx, mut sy, mut sxx, mut sxy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let mut reached = false;
    for (x, y) in points {
        reached |= y < -35.0;
        if (-35.0..=-5.0).contains(&y) {
            n += 1.0;
            sx += x;
            sy += y;
            sxx += x * x;
            sxy += x * y;
        }
    }
    let slope = (n * sxy - sx * sy) / (n * sxx - sx * sx);
    (reached && slope < 0.0).then(|| -60.0 / slope / f64::from(audio.rate))
}

/// The highest difference of two sounds in dBFS; `None` where there is none. The shorter one goes on in silence.
pub fn difference_dbfs(a: &Audio, b: &Audio) -> Option<f64> {
    let frames = a.frames().max(b.frames());
    let at = |audio: &Audio, c: usize, i: usize| {
        audio.channels.get(c).and_then(|c| c.get(i)).map_or(0.0, |&x| f64::from(x))
    };
    let width = a.width().max(b.width());
    let far = (0..width).flat_map(|c| (0..frames).map(move |i| (c, i)));
    let far = far.map(|(c, i)| (at(a, c, i) - at(b, c, i)).abs()).fold(0.0, f64::max);
    db(far * far)
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_dsp::noise::White;

    const RATE: u32 = 48_000;

    fn sound(channels: Vec<Vec<f32>>) -> Audio {
        Audio { rate: RATE, channels }
    }

    fn tone(seconds: f64, level: f64) -> Vec<f32> {
        let frames = (seconds * f64::from(RATE)) as usize;
        let at = |i: usize| level * (std::f64::consts::TAU * 440.0 * i as f64 / f64::from(RATE)).sin();
        (0..frames).map(|i| at(i) as f32).collect()
    }

    #[test]
    fn the_noise_between_words_is_told_and_not_the_words() {
        let noise = White::new(5, 0);
        let mut x: Vec<f32> = (0..i64::from(RATE) * 4).map(|i| noise.at(i) * 1e-3).collect();
        let wanted =
            10.0 * (x.iter().map(|&v| f64::from(v) * f64::from(v)).sum::<f64>() / x.len() as f64).log10();
        x.iter_mut().take(RATE as usize * 2).zip(tone(2.0, 0.5)).for_each(|(x, t)| *x += t);
        let told = analyse(&sound(vec![x])).noise_dbfs.unwrap();
        assert!((told - wanted).abs() < 1.0, "{told} {wanted}");
    }

    #[test]
    fn a_click_is_found_and_drums_and_tones_are_none() {
        let mut x = tone(1.0, 0.5);
        assert_eq!(analyse(&sound(vec![x.clone()])).clicks, 0);
        x[20_000] += 0.2;
        x[40_000..].iter_mut().for_each(|v| *v = 0.0);
        let found = analyse(&sound(vec![x])).clicks;
        assert_eq!(found, 2, "a sample that sticks out, and a sound that is cut off");
        let drum: Vec<f32> = (0..48_000)
            .map(|i| {
                let t = (i % 12_000) as f32 / RATE as f32;
                (t * 60.0).min(1.0) * (-t * 20.0).exp() * (t * 900.0).sin()
            })
            .collect();
        assert_eq!(analyse(&sound(vec![drum])).clicks, 0);
    }

    #[test]
    fn mono_loses_nothing_of_a_middle_and_all_of_a_side() {
        let (a, b) = (tone(1.0, 0.5), tone(1.0, -0.5));
        assert!(analyse(&sound(vec![a.clone(), a.clone()])).mono_loss_db.abs() < 1e-9);
        assert!(analyse(&sound(vec![a.clone(), vec![0.0; a.len()]])).mono_loss_db - 3.0103 < 1e-3);
        assert!(analyse(&sound(vec![a, b])).mono_loss_db > 100.0);
    }

    #[test]
    fn a_decay_is_told_to_a_hundredth() {
        let fall = |seconds: f64| -> Audio {
            let noise = White::new(3, 0);
            let at = |i: usize| 10f64.powf(-3.0 * i as f64 / (seconds * f64::from(RATE))) as f32;
            sound(vec![(0..RATE as usize * 6).map(|i| noise.at(i as i64) * at(i)).collect()])
        };
        for seconds in [0.5, 2.0] {
            let told = rt60(&fall(seconds)).unwrap();
            assert!((told / seconds - 1.0).abs() < 0.01, "{told} for {seconds}");
        }
        assert_eq!(rt60(&sound(vec![vec![0.0; 100]])), None);
    }

    #[test]
    fn silence_is_silent_and_a_whisper_is_not() {
        assert!(analyse(&sound(vec![vec![1e-5; 48_000]])).silent);
        assert!(!analyse(&sound(vec![tone(1.0, 2e-3)])).silent);
        assert_eq!(difference_dbfs(&sound(vec![vec![0.5; 10]]), &sound(vec![vec![0.5; 10]])), None);
    }
}
