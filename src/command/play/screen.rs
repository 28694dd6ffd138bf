//! The terminal while a patch plays: a line that moves, and keys.

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, poll, read};
use crossterm::terminal::{Clear, ClearType, disable_raw_mode, enable_raw_mode, size};
use crossterm::{QueueableCommand, cursor};
use signalbox_engine::node::Probe;
use signalbox_engine::patch::TempoMap;
use signalbox_live::Status;
use std::io::{IsTerminal, Write, stderr, stdin};
use std::sync::Arc;
use std::time::Duration;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The song goes on, or stands.
    Roll,
    /// Some seconds back.
    Back,
    /// Some seconds on.
    Forward,
    /// To the start.
    Start,
    /// Repeats from here, to here, no more.
    Repeat,
    /// The guard passes sound again.
    Unmute,
    /// The end.
    Quit,
}

/// How many cells a meter has, from -60 dBFS to 0.
const METER: usize = 20;

/// The terminal; without one nothing is shown, and no key is read.
pub struct Screen {
    raw: bool,
}

impl Screen {
    /// Takes the terminal, where there is one.
    pub fn new() -> Self {
        let raw = stdin().is_terminal() && stderr().is_terminal() && enable_raw_mode().is_ok();
        let screen = Self { raw };
        if raw {
            screen.line("space play/stop   ← → 5 s   home start   r repeat   u unmute   q quit\r\n");
        }
        screen
    }

    /// Waits for a key, so long at most.
    pub fn key(&self, wait: Duration) -> Option<Key> {
        if !self.raw {
            std::thread::sleep(wait);
            return None;
        }
        let Ok(true) = poll(wait) else { return None };
        let Ok(Event::Key(key)) = read() else { return None };
        if key.kind == KeyEventKind::Release {
            return None;
        }
        match key.code {
            KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => Some(Key::Quit),
            KeyCode::Char('q') | KeyCode::Esc => Some(Key::Quit),
            KeyCode::Char(' ') => Some(Key::Roll),
            KeyCode::Left => Some(Key::Back),
            KeyCode::Right => Some(Key::Forward),
            KeyCode::Home => Some(Key::Start),
            KeyCode::Char('r') => Some(Key::Repeat),
            KeyCode::Char('u') => Some(Key::Unmute),
            _ => None,
        }
    }

    /// Shows how things stand.
    pub fn show(&self, status: &Status, tempo: &TempoMap, probes: &[(String, Arc<Probe>)]) {
        if self.raw {
            let probes: Vec<String> = probes.iter().map(|(key, probe)| seen(key, probe)).collect();
            let whole = line(status, tempo) + probes.concat().as_str();
            // A line that is broken in two could not be taken away again.
            let width = size().map_or(usize::MAX, |(columns, _)| usize::from(columns).saturating_sub(1));
            self.clear();
            self.line(&whole.chars().take(width).collect::<String>());
        }
    }

    /// Takes the line away while something else is told, in whole lines.
    pub fn aside<T>(&self, tell: impl FnOnce() -> T) -> T {
        self.clear();
        if self.raw {
            let _ = disable_raw_mode();
        }
        let told = tell();
        if self.raw {
            let _ = enable_raw_mode();
        }
        told
    }

    fn clear(&self) {
        if self.raw {
            let mut out = stderr();
            // A terminal that is gone shows nothing.
            let _ = out.queue(Clear(ClearType::CurrentLine)).and_then(|o| o.queue(cursor::MoveToColumn(0)));
            let _ = out.flush();
        }
    }

    fn line(&self, text: &str) {
        let mut out = stderr();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if self.raw {
            let _ = disable_raw_mode();
            self.line("\r\n");
        }
    }
}

/// One line: the place in the song, the levels, the load.
fn line(status: &Status, tempo: &TempoMap) -> String {
    let seconds = status.song.max(0) as f64 / f64::from(status.rate.max(1));
    let (bar, beat) = tempo.bar(tempo.beat(seconds));
    let sign = if status.rolls { "▶" } else { "■" };
    let (minutes, beat) = ((seconds / 60.0) as u64, beat.floor());
    let place = format!("{sign} {minutes}:{:04.1}  {bar}.{beat}", seconds % 60.0);
    let meters: Vec<String> = status.meters.peaks.iter().take(2).map(|&peak| meter(peak)).collect();
    let threads = if status.threads > 1 { format!(" on {} threads", status.threads) } else { String::new() };
    let load = format!("{:3.0} %{threads}", status.meters.load * 100.0);
    let device = status.device.as_deref().unwrap_or("no device");
    let device = match &status.input {
        Some(input) if input != device => format!("{input} → {device}"),
        _ => device.into(),
    };
    format!("{place}  {}  {load}  {} late  {device}", meters.join(" "), status.dropouts)
}

/// What a probe sees: its name, and its highest level or how many notes there were.
fn seen(key: &str, probe: &Probe) -> String {
    let name = key.replace("look at ", "");
    let peak = probe.levels().iter().fold(0.0f32, |peak, level| peak.max(level.peak));
    match probe.notes() {
        0 => format!("   {name} {:.1}", decibels(peak)),
        notes => format!("   {name} {notes} notes"),
    }
}

fn decibels(peak: f32) -> f32 {
    20.0 * peak.max(1e-9).log10()
}

/// A level as a bar and in decibels.
fn meter(peak: f32) -> String {
    let db = decibels(peak);
    let cells = ((db + 60.0) / 60.0 * METER as f32).clamp(0.0, METER as f32).round() as usize;
    let bar = "█".repeat(cells) + "·".repeat(METER - cells).as_str();
    if peak > 0.0 { format!("{bar} {db:5.1}") } else { format!("{bar}  -inf") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_place_level_and_device() {
        let mut status = Status { song: 3 * 48_000, rate: 48_000, rolls: true, ..Status::default() };
        status.meters.peaks = vec![1.0, 0.5];
        status.device = Some("Speaker".into());
        let text = line(&status, &TempoMap::default());
        assert!(text.starts_with("▶ 0:03.0  2.3"), "{text}");
        assert!(text.contains("████████████████████   0.0") && text.contains(" -6.0"), "{text}");
        assert!(text.ends_with("0 late  Speaker"), "{text}");
    }
}
