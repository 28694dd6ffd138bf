//! The audio side: fills the buffers of a device. It allocates nothing, frees nothing, never waits.

use crate::bridge::{Bridge, LONGEST};
use crate::guard::Guard;
use crate::rank::rank;
use crate::shared::{METERED, Shared};
use crate::swap::Reader;
use crate::wires::{AudioEnds, Late, Order, Who};
use signalbox_engine::node::{Incoming, Message};
use signalbox_engine::run::Runner;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// The most messages that one buffer takes; the others come with the next.
const MESSAGES: usize = 1_024;

/// The audio side of a player.
pub struct Engine {
    runner: Runner,
    reader: Reader,
    ends: AudioEnds,
    shared: Arc<Shared>,
    guard: Guard,
    rate: u32,
    /// The number of the program that ran last, and for how many frames it has run.
    ran: (u64, u64),
    level: Level,
    bridge: Option<Box<Bridge>>,
    messages: Vec<Message>,
}

/// The level of the output, which goes from silence to full and back in steps.
struct Level {
    now: f32,
    up: f32,
    down: f32,
    /// The number of the order to go down, until one to rise comes.
    dips: Option<u64>,
    /// For how many frames it stays where it is before it rises.
    wait: usize,
}

impl Engine {
    /// An engine that plays what the reader shows, at a rate.
    pub fn new((runner, reader): (Runner, Reader), ends: AudioEnds, shared: Arc<Shared>, rate: u32) -> Self {
        let frames = |seconds: f32| 1.0 / (seconds * rate as f32).max(1.0);
        // The first sound comes in over 20 ms, a change that can't be faded goes out over 5.
        let level = Level { now: 0.0, up: frames(0.02), down: frames(0.005), dips: None, wait: 0 };
        Self {
            runner,
            reader,
            ends,
            shared,
            guard: Guard::new(rate),
            rate,
            ran: (0, 0),
            level,
            bridge: None,
            messages: Vec::with_capacity(MESSAGES),
        }
    }

    /// Frames a second.
    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// Fills a buffer of a device: frames of so many channels, one behind the other.
    #[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
    pub fn fill(&mut self, out: &mut [f32], channels: usize) {
        let began = Instant::now();
        let worked = worked();
        let channels = channels.max(1);
        let frames = out.len() / channels;
        out.fill(0.0);
        self.obey();
        // The way in begins with the first sound, not with the silence before a patch is there.
        let mut plays = false;
        for piece in out.chunks_mut(LONGEST * channels) {
            let frames = piece.len() / channels;
            self.listen(began, frames);
            plays = self.play(piece, channels, frames);
        }
        if plays {
            self.level.run(out, channels);
        }
        self.guard.run(out, channels);
        self.tell(out, channels);
        let took = began.elapsed();
        let share = took.as_secs_f32() * self.rate as f32 / frames.max(1) as f32;
        self.shared.busy(share);
        self.shared.worked.fetch_add(took.as_nanos() as u64, Relaxed);
        self.shared.asked.fetch_add(frames as u64, Relaxed);
        if share > 1.0 {
            self.complain(share, took, worked);
        }
    }

    fn obey(&mut self) {
        while let Ok(order) = self.ends.orders.pop() {
            match order {
                Order::Roll(rolls) => self.runner.roll(rolls),
                Order::Seek(frame) => self.runner.seek(frame),
                Order::Repeat(stretch) => self.runner.repeat(stretch),
                Order::Unmute => self.guard.unmute(),
                Order::Dip(time) => self.level.dips = Some(time),
                Order::Rise(wait) => (self.level.dips, self.level.wait) = (None, wait),
            }
        }
        // Only where there is room to give the old one back.
        while self.ends.used.slots() > 0
            && let Ok(bridge) = self.ends.bridges.pop()
        {
            if let Some(used) = std::mem::replace(&mut self.bridge, bridge) {
                let _ = self.ends.used.push(used);
            }
        }
    }

    /// Takes what was played since the buffer before, each at the frame where it would lie if that buffer were heard
    /// again: a buffer late, and in time among each other.
    fn listen(&mut self, now: Instant, frames: usize) {
        self.messages.clear();
        let mut first = 0;
        while self.messages.len() < MESSAGES
            && let Ok(played) = self.ends.played.pop()
        {
            let age = played.at.map_or(f64::MAX, |at| now.saturating_duration_since(at).as_secs_f64());
            let frame = frames as f64 - age * f64::from(self.rate);
            first = (frame.max(0.0) as u32).min(frames.saturating_sub(1) as u32).max(first);
            self.messages.push(Message { frame: first, channel: played.channel, kind: played.kind });
        }
    }

    /// Says why a buffer was late.
    #[cold]
    fn complain(&mut self, share: f32, took: Duration, worked_before: Option<Duration>) {
        // What would have been ready in time, had the system let it, is not the nodes' fault.
        let own = worked_before.and_then(|before| worked().map(|now| now.saturating_sub(before)));
        let ours = own.is_none_or(|own| own.as_secs_f32() * share >= took.as_secs_f32());
        let who = match self.runner.slowest() {
            _ if !ours => Who::System,
            Some(group) => Who::Group(group),
            None => Who::Nobody,
        };
        let song = self.runner.song().frame;
        // Where nobody takes them, they are only counted.
        let _ = self.ends.late.push(Late { number: self.ran.0, song, share, who });
    }

    /// Another device listens from now on: comes in softly again. To be called by the thread that will call
    /// [`Engine::fill`], which then allocates nothing.
    pub fn enter(&mut self) {
        self.reader.enter();
        self.level.now = 0.0;
        self.shared.rank.store(rank(), Relaxed);
    }

    /// Whether there was something to play.
    fn play(&mut self, out: &mut [f32], channels: usize, frames: usize) -> bool {
        let Some(playing) = self.reader.load() else { return false };
        let mut at = 0;
        let width = playing.program.schedule().outputs.get(playing.output).map_or(0, |o| o.channels.len());
        let recorded = self.bridge.as_mut().map_or(&[][..], |bridge| bridge.pull(frames));
        let incoming = Incoming::new(recorded, &self.messages, 0, frames);
        let wake = || playing.helpers.iter().for_each(std::thread::Thread::unpark);
        self.runner.run_live(&playing.program, incoming, frames, &wake, |block| {
            let to = &mut out[at * channels..(at + block.frames) * channels];
            // A mono output is heard on the first two channels.
            let heard = if width == 1 { channels.min(2) } else { channels.min(width) };
            for channel in 0..heard {
                let from = block.channel(playing.output, channel.min(width - 1));
                for (to, &x) in to.iter_mut().skip(channel).step_by(channels).zip(from) {
                    *to = x;
                }
            }
            at += block.frames;
        });
        if self.ran.0 == 0 {
            // What comes late comes in as softly as anything.
            self.level.wait = playing.program.schedule().latency;
        }
        if playing.number != self.ran.0 {
            self.ran = (playing.number, 0);
        }
        self.ran.1 += frames as u64;
        for fault in self.runner.faults() {
            // Where nobody takes them, they are forgotten.
            let _ = self.ends.faults.push((playing.number, *fault));
        }
        self.runner.forget_faults();
        true
    }

    fn tell(&self, out: &[f32], channels: usize) {
        let shared = &*self.shared;
        let song = self.runner.song();
        shared.song.store(song.frame, Relaxed);
        shared.rolls.store(song.rolls, Relaxed);
        shared.ran.tell(self.ran.0, self.ran.1);
        let down = self.level.dips.filter(|_| self.level.now == 0.0);
        shared.dipped.store(down.unwrap_or(0), Relaxed);
        shared.clipped.store(self.guard.clipped(), Relaxed);
        shared.trip.store(self.guard.tripped().map_or(0, |t| t as u32), Relaxed);
        shared.calls.fetch_add(1, Relaxed);
        for channel in 0..channels.min(METERED) {
            let samples = out.iter().skip(channel).step_by(channels);
            shared.peak(channel, samples.fold(0.0f32, |peak, x| peak.max(x.abs())));
        }
    }
}

impl Level {
    fn run(&mut self, out: &mut [f32], channels: usize) {
        if self.now == 1.0 && self.dips.is_none() {
            return;
        }
        for frame in out.chunks_mut(channels) {
            let by = match (self.dips, self.wait) {
                (Some(_), _) => -self.down,
                (None, 0) => self.up,
                (None, _) => {
                    self.wait -= 1;
                    0.0
                }
            };
            self.now = (self.now + by).clamp(0.0, 1.0);
            frame.iter_mut().for_each(|x| *x *= self.now);
        }
    }
}

/// For how long this thread has had the processor; nothing where the system does not say.
#[cfg(unix)]
fn worked() -> Option<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let (seconds, nanos) = (u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?);
    Some(Duration::new(seconds, nanos))
}

#[cfg(not(unix))]
fn worked() -> Option<Duration> {
    None
}
