//! The audio side: fills the buffers of a device. It allocates nothing, frees nothing, never waits.

use crate::guard::Guard;
use crate::shared::{METERED, Shared};
use crate::swap::Reader;
use rtrb::{Consumer, Producer};
use signalbox_engine::run::{Fault, Runner};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

/// What the control side asks of the audio side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The song goes on, or stands.
    Roll(bool),
    /// The song goes to a frame.
    Seek(i64),
    /// The song's frames from the first to before the second are repeated.
    Repeat(Option<(i64, i64)>),
    /// The guard passes sound again.
    Unmute,
    /// The output is turned down, or up again.
    Dip(bool),
}

/// A node that gave what is no number, in the program with this number.
pub type Blamed = (u64, Fault);

/// The audio side of a player.
pub struct Engine {
    runner: Runner,
    reader: Reader,
    orders: Consumer<Order>,
    faults: Producer<Blamed>,
    shared: Arc<Shared>,
    guard: Guard,
    rate: u32,
    /// The number of the program that ran last, and for how many frames it has run.
    ran: (u64, u64),
    level: Level,
}

/// The level of the output, which goes from silence to full and back in steps.
struct Level {
    now: f32,
    up: f32,
    down: f32,
    dips: bool,
}

impl Engine {
    /// An engine that plays what the reader shows, at a rate.
    pub fn new(
        (runner, reader): (Runner, Reader),
        (orders, faults): (Consumer<Order>, Producer<Blamed>),
        shared: Arc<Shared>,
        rate: u32,
    ) -> Self {
        let frames = |seconds: f32| 1.0 / (seconds * rate as f32).max(1.0);
        // The first sound comes in over 20 ms, a change that can't be faded goes out over 5.
        let level = Level { now: 0.0, up: frames(0.02), down: frames(0.005), dips: false };
        Self { runner, reader, orders, faults, shared, guard: Guard::new(rate), rate, ran: (0, 0), level }
    }

    /// Frames a second.
    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// Fills a buffer of a device: frames of so many channels, one behind the other.
    pub fn fill(&mut self, out: &mut [f32], channels: usize) {
        let began = Instant::now();
        let channels = channels.max(1);
        let frames = out.len() / channels;
        out.fill(0.0);
        self.obey();
        // The way in begins with the first sound, not with the silence before a patch is there.
        if self.play(out, channels, frames) {
            self.level.run(out, channels);
        }
        self.guard.run(out, channels);
        self.tell(out, channels);
        let share = began.elapsed().as_secs_f32() * self.rate as f32 / frames.max(1) as f32;
        self.shared.busy(share);
    }

    fn obey(&mut self) {
        while let Ok(order) = self.orders.pop() {
            match order {
                Order::Roll(rolls) => self.runner.roll(rolls),
                Order::Seek(frame) => self.runner.seek(frame),
                Order::Repeat(stretch) => self.runner.repeat(stretch),
                Order::Unmute => self.guard.unmute(),
                Order::Dip(dips) => self.level.dips = dips,
            }
        }
    }

    /// Comes in softly again: another device listens from now on.
    pub fn enter(&mut self) {
        self.level.now = 0.0;
    }

    /// Whether there was something to play.
    fn play(&mut self, out: &mut [f32], channels: usize, frames: usize) -> bool {
        let Some(playing) = self.reader.load() else { return false };
        let mut at = 0;
        let width = playing.program.schedule().outputs.get(playing.output).map_or(0, |o| o.channels.len());
        self.runner.run(&playing.program, frames, |block| {
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
        if playing.number != self.ran.0 {
            self.ran = (playing.number, 0);
        }
        self.ran.1 += frames as u64;
        for fault in self.runner.faults() {
            // Where nobody takes them, they are forgotten.
            let _ = self.faults.push((playing.number, *fault));
        }
        self.runner.forget_faults();
        true
    }

    fn tell(&self, out: &[f32], channels: usize) {
        let shared = &*self.shared;
        let song = self.runner.song();
        shared.song.store(song.frame, Relaxed);
        shared.rolls.store(song.rolls, Relaxed);
        shared.frames.store(self.ran.1, Relaxed);
        shared.number.store(self.ran.0, std::sync::atomic::Ordering::Release);
        shared.dipped.store(self.level.dips && self.level.now == 0.0, Relaxed);
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
        let wanted = if self.dips { 0.0 } else { 1.0 };
        if self.now == wanted && !self.dips {
            return;
        }
        for frame in out.chunks_mut(channels) {
            let by = if self.dips { -self.down } else { self.up };
            self.now = (self.now + by).clamp(0.0, 1.0);
            frame.iter_mut().for_each(|x| *x *= self.now);
        }
    }
}
