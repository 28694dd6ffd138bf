//! The most telling picture of a node: what its own processor does to an impulse, a tone or a note.

use signalbox_engine::node::rig::Rig;
use signalbox_engine::node::{Declaration, EventKind, Group, Setting, Value};
use std::collections::HashMap;
use std::f64::consts::TAU;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

/// What a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Level over frequency, 20 Hz to 20 kHz, from -24 to 24 dB.
    Response,
    /// Two periods of a wave.
    Wave,
    /// What comes out over what goes in: levels from -60 to 0 dB.
    Transfer,
    /// What comes out over what goes in: samples from -1 to 1.
    Bend,
    /// An envelope over time.
    Shape,
    /// What an impulse leaves behind, over time, from -60 to 0 dB.
    Echo,
}

impl Sort {
    /// What the picture of a kind shows; nothing where it has none.
    pub fn of(declaration: &Declaration) -> Option<Self> {
        Some(match (declaration.group, declaration.name) {
            (_, "env") => Self::Shape,
            (_, "osc" | "noise") => Self::Wave,
            (Group::Filters, _) => Self::Response,
            (Group::Dynamics, _) => Self::Transfer,
            (Group::Colour, _) => Self::Bend,
            (Group::Time | Group::Space, _) => Self::Echo,
            _ => return None,
        })
    }
}

/// A picture: a line in a box from 0 to 1, y upwards.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    /// What it shows.
    pub sort: Option<Sort>,
    /// The line's height at places that are evenly spread from left to right.
    pub line: Vec<f32>,
}

impl Picture {
    /// The height of the line at a place, both from 0 to 1.
    pub fn height(&self, place: f32) -> f32 {
        if self.line.is_empty() { 0.0 } else { between(&self.line, place) }
    }
}

/// How many places a line has.
const PLACES: usize = 96;
/// Frames a second of what is measured.
const RATE: u32 = 48_000;

type Values = Vec<(String, Value)>;

/// Makes the picture of a node; nothing where its values are wrong or it has none.
pub fn draw(declaration: &'static Declaration, values: &[(String, Value)]) -> Option<Picture> {
    let sort = Sort::of(declaration)?;
    let line = match sort {
        Sort::Response => response(declaration, values),
        Sort::Wave => wave(declaration, values),
        Sort::Transfer => transfer(declaration, values),
        Sort::Bend => bend(declaration, values),
        Sort::Shape => shape(declaration, values),
        Sort::Echo => echo(declaration, values),
    }?;
    Some(Picture { sort: Some(sort), line })
}

fn rig(declaration: &'static Declaration, rate: u32, values: &[(String, Value)]) -> Option<Rig> {
    let known = values.iter().filter(|(name, _)| declaration.parameter(name).is_some());
    let values: Vec<(&str, Value)> = known.map(|(name, value)| (name.as_str(), value.clone())).collect();
    let mut inputs = vec![0; declaration.inputs.len()];
    // A source plays by itself; all else hears something.
    if Sort::of(declaration) != Some(Sort::Wave) {
        inputs.iter_mut().take(1).for_each(|width| *width = 1);
    }
    Rig::new(declaration, rate, &values, &inputs).ok()
}

/// Runs the first input and gives the first channel of the first output.
fn through(rig: &mut Rig, input: Vec<f32>) -> Option<Vec<f32>> {
    let frames = input.len();
    rig.run(&[vec![input]], frames).into_iter().next()?.into_iter().next()
}

fn impulse(frames: usize) -> Vec<f32> {
    let mut input = vec![0.0; frames];
    input.iter_mut().take(1).for_each(|x| *x = 1.0);
    input
}

fn decibels(amplitude: f64) -> f32 {
    (20.0 * amplitude.max(1e-9).log10()) as f32
}

/// The frequency of a place of a response.
pub fn frequency(place: f32) -> f32 {
    20.0 * 1_000f32.powf(place)
}

/// The height of a level in a response.
pub fn response_height(db: f32) -> f32 {
    ((db + 24.0) / 48.0).clamp(0.0, 1.0)
}

/// The Fourier transform of the impulse response, at frequencies that are spread by ratios.
fn response(declaration: &'static Declaration, values: &[(String, Value)]) -> Option<Vec<f32>> {
    let out = through(&mut rig(declaration, RATE, values)?, impulse(8_192))?;
    let places = (0..PLACES).map(|k| {
        let turn = TAU * f64::from(frequency(k as f32 / (PLACES - 1) as f32)) / f64::from(RATE);
        let (sin, cos) = turn.sin_cos();
        let (mut re, mut im, mut x, mut y) = (0.0, 0.0, 1.0, 0.0);
        for &sample in &out {
            re += f64::from(sample) * x;
            im += f64::from(sample) * y;
            (x, y) = (x * cos - y * sin, x * sin + y * cos);
        }
        response_height(decibels(re.hypot(im)))
    });
    Some(places.collect())
}

fn wave(declaration: &'static Declaration, values: &[(String, Value)]) -> Option<Vec<f32>> {
    let mut values: Values = values.to_vec();
    if declaration.parameter("freq").is_some() {
        values.retain(|(name, _)| name != "freq");
        values.push(("freq".into(), Value::from(250.0)));
    }
    let mut rig = rig(declaration, RATE, &values)?;
    let late = rig.latency();
    let out = rig.run(&[], late + 2 * 192).into_iter().next()?.into_iter().next()?;
    let out = &out[late.min(out.len())..];
    let most = out.iter().fold(1e-6f32, |m, x| m.max(x.abs()));
    let at = |k: usize| out.get(k * (out.len() - 1) / (PLACES - 1)).copied().unwrap_or(0.0);
    (out.len() > 1).then(|| (0..PLACES).map(|k| 0.5 + 0.45 * at(k) / most).collect())
}

/// A tone, louder step by step; each step is measured when it has settled.
fn transfer(declaration: &'static Declaration, values: &[(String, Value)]) -> Option<Vec<f32>> {
    const STEPS: usize = 25;
    const LONG: usize = 9_600;
    let mut rig = rig(declaration, RATE, values)?;
    let late = rig.latency();
    let level = |step: usize| 10f64.powf((step as f64 * 2.5 - 60.0) / 20.0);
    let tone = |n: usize| (TAU * 1_000.0 * n as f64 / f64::from(RATE)).sin();
    let input: Vec<f32> =
        (0..STEPS * LONG + late).map(|n| (tone(n) * level((n / LONG).min(STEPS - 1))) as f32).collect();
    let out = through(&mut rig, input)?;
    let steps: Vec<f32> = (0..STEPS)
        .map(|step| {
            let end = ((step + 1) * LONG + late).min(out.len());
            let last = &out[end.saturating_sub(1_920)..end];
            let square: f64 = last.iter().map(|&x| f64::from(x).powi(2)).sum();
            let peak = (2.0 * square / last.len().max(1) as f64).sqrt();
            ((decibels(peak) + 60.0) / 60.0).clamp(0.0, 1.0)
        })
        .collect();
    Some((0..PLACES).map(|k| between(&steps, k as f32 / (PLACES - 1) as f32)).collect())
}

/// A value of a row at a share of its length.
fn between(row: &[f32], share: f32) -> f32 {
    let place = share * (row.len() - 1) as f32;
    let low = (place as usize).min(row.len() - 1);
    let high = (low + 1).min(row.len() - 1);
    row[low] + (row[high] - row[low]) * (place - low as f32)
}

/// A slow ramp from -1 to 1.
fn bend(declaration: &'static Declaration, values: &[(String, Value)]) -> Option<Vec<f32>> {
    const LONG: usize = 9_600;
    let mut rig = rig(declaration, RATE, values)?;
    let late = rig.latency();
    let ramp = (0..LONG + late).map(|n| (2.0 * n as f32 / LONG as f32 - 1.0).min(1.0));
    let out = through(&mut rig, ramp.collect())?;
    // The start, where it has not settled, is left out.
    let settled = LONG / 8;
    let at = |k: usize| out[(late + settled + k * (LONG - settled - 1) / (PLACES - 1)).min(out.len() - 1)];
    Some((0..PLACES).map(|k| (0.5 + 0.5 * at(k)).clamp(0.0, 1.0)).collect())
}

/// A note that is held for as long as attack, decay and half of the rest last.
fn shape(declaration: &'static Declaration, values: &[(String, Value)]) -> Option<Vec<f32>> {
    const RATE: u32 = 8_000;
    let map = values.iter().cloned().collect();
    let (settings, _) = declaration.settings(&map);
    let time = |name: &str| match declaration.parameter(name).map(|at| &settings[at]) {
        Some(Setting::Number(seconds)) => f64::from(*seconds),
        _ => 0.0,
    };
    let held = (time("attack") + time("decay")) * 1.25 + 0.01;
    let whole = (held + time("release").min(held * 2.0).max(0.005)).min(20.0);
    let frames = (whole * f64::from(RATE)) as usize;
    let mut rig = rig(declaration, RATE, values)?;
    rig.note(0, "notes", EventKind::NoteOn { key: 60.0, velocity: 1.0, id: 1 });
    rig.note((held.min(whole) * f64::from(RATE)) as i64, "notes", EventKind::NoteOff { id: 1 });
    let out = rig.run(&[], frames).into_iter().next()?.into_iter().next()?;
    let at = |k: usize| out.get(k * (out.len() - 1) / (PLACES - 1)).copied().unwrap_or(0.0);
    (out.len() > 1).then(|| (0..PLACES).map(|k| at(k).clamp(0.0, 1.0) * 0.94).collect())
}

/// The peaks of the impulse response over two seconds.
fn echo(declaration: &'static Declaration, values: &[(String, Value)]) -> Option<Vec<f32>> {
    const RATE: u32 = 8_000;
    let frames = 2 * RATE as usize;
    let out = through(&mut rig(declaration, RATE, values)?, impulse(frames))?;
    let piece = frames.div_ceil(PLACES);
    let peak = |piece: &[f32]| piece.iter().fold(0.0f32, |m, x| m.max(x.abs()));
    let heights = out.chunks(piece).map(|piece| (decibels(f64::from(peak(piece))) + 60.0) / 60.0);
    Some(heights.map(|h| h.clamp(0.0, 1.0)).collect())
}

type Key = (&'static str, String);
type Wish = (Key, &'static Declaration, Values);

/// Pictures, made by a thread of their own and kept.
pub struct Pictures {
    kept: HashMap<Key, Option<Arc<Picture>>>,
    wishes: Sender<Wish>,
    made: Receiver<(Key, Option<Picture>)>,
    open: usize,
}

/// How many pictures are kept.
const KEPT: usize = 4_096;

impl Default for Pictures {
    fn default() -> Self {
        let (wishes, wanted) = channel::<Wish>();
        let (makes, made) = channel();
        // Without the thread there are no pictures; all else goes on.
        let _ = std::thread::Builder::new().name("pictures".into()).spawn(move || {
            for (key, declaration, values) in wanted {
                if makes.send((key, draw(declaration, &values))).is_err() {
                    return;
                }
            }
        });
        Self { kept: HashMap::new(), wishes, made, open: 0 }
    }
}

impl Pictures {
    /// The picture of a node, where it is made already; else it is begun.
    pub fn get(
        &mut self,
        declaration: &'static Declaration,
        values: &serde_json::Map<String, Value>,
    ) -> Option<Arc<Picture>> {
        Sort::of(declaration)?;
        let key = (declaration.name, serde_json::to_string(values).unwrap_or_default());
        if let Some(kept) = self.kept.get(&key) {
            return kept.clone();
        }
        if self.kept.len() >= KEPT {
            self.kept.clear();
        }
        self.kept.insert(key.clone(), None);
        let values = values.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        if self.wishes.send((key, declaration, values)).is_ok() {
            self.open += 1;
        }
        None
    }

    /// Takes what was made since; whether there was something.
    pub fn collect(&mut self) -> bool {
        let before = self.open;
        while let Ok((key, picture)) = self.made.try_recv() {
            self.open = self.open.saturating_sub(1);
            self.kept.insert(key, picture.map(Arc::new));
        }
        self.open != before
    }

    /// Whether some are still to come.
    pub fn waits(&self) -> bool {
        self.open > 0
    }
}

#[cfg(test)]
mod tests;
