//! Plays an audio file from a point in time on, once or in a loop.

use signalbox_dsp::lane::prefetch;
use signalbox_dsp::units::Unit;
use signalbox_engine::Audio;
use signalbox_engine::node::{
    BLOCK, Declaration, Extent, Group, Io, Kernel, Parameter, Port, Setup, Song, Width, host,
};
use std::sync::Arc;

const OUT: usize = 0;
const FILE: usize = 0;
const START: usize = 1;
const OFFSET: usize = 2;
const LOOP: usize = 3;

/// A player of audio files.
pub static NODE: Declaration = Declaration {
    name: "player",
    title: "Player",
    group: Group::Sources,
    help: "Plays an audio file from a point in time on, once or in a loop.",
    source: "Copies the file's samples, at the patch's rate, to the frame; checked to be bit-exact.",
    example: r#"{"format": 1, "nodes": [
        {"id": "take", "kind": "player", "values": {"file": "take.wav", "start": "500 ms"}},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "take", "to": "out"}]}"#,
    outputs: &[Port::audio("out", Width::File("file"), "the file's channels")],
    parameters: &[
        Parameter::file("file", "the audio file, relative to the patch"),
        Parameter::fixed("start", Unit::Second, (0.0, 86_400.0), 0.0, "when it begins in the patch"),
        Parameter::fixed(
            "offset",
            Unit::Second,
            (0.0, 86_400.0),
            0.0,
            "how much of the file is left out first",
        ),
        Parameter::switch("loop", false, "goes back to the offset at the end, for ever"),
    ],
    extent: |s| match Player::new(s) {
        Ok(player) if player.looped && player.length() > 0 => Extent::Endless,
        Ok(player) => Extent::Until(player.start as u64 + player.length() as u64),
        Err(_) => Extent::Until(0),
    },
    make: |s| Ok(host(Player::new(s)?)),
    ..Declaration::BLANK
};

struct Player {
    audio: Arc<Audio>,
    start: i64,
    offset: usize,
    looped: bool,
    /// How many frames a fade takes where the song stops, begins or jumps.
    fade: usize,
    /// The frame of the song after the last block, if it went on; none before the first.
    expected: Option<Song>,
    /// How many frames are left of the fade into what plays.
    into: usize,
    /// What fades out: the frame of the song that it has come to, and how many frames are left.
    out_of: Option<(i64, usize)>,
}

impl Player {
    fn new(setup: &Setup) -> Result<Self, String> {
        let path = setup.text(FILE);
        if path.is_empty() {
            return Err("`file` is empty: give it the path of an audio file, such as \"take.wav\"".into());
        }
        Ok(Self {
            audio: setup.assets.audio(path, setup.rate)?,
            start: setup.frames(START) as i64,
            offset: setup.frames(OFFSET),
            looped: setup.switch(LOOP),
            fade: (setup.rate / 200).max(1) as usize,
            expected: None,
            into: 0,
            out_of: None,
        })
    }

    /// How many frames one pass has.
    fn length(&self) -> usize {
        self.audio.frames().saturating_sub(self.offset)
    }
}

impl Player {
    /// Copies a channel from a frame of the song on.
    #[inline(always)]
    fn copy(&self, channel: usize, from: i64, out: &mut [f32]) {
        let length = self.length();
        let sound = self.audio.channels.get(channel).and_then(|c| c.get(self.offset..));
        let Some(sound) = sound else { return out.fill(0.0) };
        // From stretch to stretch: a block may hold the beginning, the end, and several passes of a short loop.
        let mut frame = (self.start - from).clamp(0, out.len() as i64) as usize;
        out[..frame].fill(0.0);
        while frame < out.len() && length > 0 {
            let since = (from + frame as i64 - self.start) as u64;
            let at = if self.looped { since % length as u64 } else { since };
            if at >= length as u64 {
                break;
            }
            let at = at as usize;
            let count = (length - at).min(out.len() - frame);
            out[frame..frame + count].copy_from_slice(&sound[at..at + count]);
            frame += count;
            // Many players read many streams: what the next block needs is asked for now.
            if let Some(next) = sound.get(at + count..(at + count + BLOCK).min(length)) {
                prefetch(next);
            }
        }
        out[frame..].fill(0.0);
    }

    /// Hears where the song stands: where it does not go on as it did, what plays fades.
    #[inline(always)]
    fn follow(&mut self, song: Song, frames: usize) {
        if let Some(expected) = self.expected
            && expected != song
        {
            if expected.rolls {
                self.out_of = Some((expected.frame, self.fade));
            }
            self.into = self.fade;
        }
        self.expected = Some(Song { frame: song.after(frames), ..song });
    }

    /// Mixes what fades.
    #[cold]
    fn crossfade(&self, channel: usize, out: &mut [f32]) {
        let step = 1.0 / (self.fade + 1) as f32;
        for (left, x) in (0..self.into).rev().zip(out.iter_mut()) {
            *x *= (self.fade - left) as f32 * step;
        }
        let Some((from, left)) = self.out_of else { return };
        let mut old = [0.0; BLOCK];
        let old = &mut old[..out.len()];
        self.copy(channel, from, old);
        for ((left, x), old) in (0..left).rev().zip(out.iter_mut()).zip(old) {
            *x += *old * (left + 1) as f32 * step;
        }
    }
}

impl Kernel<f32> for Player {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, f32>) {
        self.follow(io.song, io.frames);
        for channel in 0..io.outputs.width(OUT) {
            let out = io.outputs.channel(OUT, channel);
            if io.song.rolls {
                self.copy(channel, io.song.frame, out);
            } else {
                out.fill(0.0);
            }
            if self.into > 0 || self.out_of.is_some() {
                self.crossfade(channel, out);
            }
        }
        self.into = self.into.saturating_sub(io.frames);
        let left = self.out_of.map(|(from, left)| (from + io.frames as i64, left.saturating_sub(io.frames)));
        self.out_of = left.filter(|l| l.1 > 0);
    }

    fn reset(&mut self) {
        (self.expected, self.into, self.out_of) = (None, 0, None);
    }
}

#[cfg(test)]
mod tests;
