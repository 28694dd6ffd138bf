//! The transport: whether the song goes on, where it stands, and what it repeats.

use crate::node::Song;

/// How many changes are remembered, for nodes whose sound is late.
const REMEMBERED: usize = 16;

/// The transport. It rolls from the start on unless it is told otherwise.
#[derive(Clone, Debug)]
pub struct Transport {
    /// The song's course, last change first: the engine's frame of a change, and where the song stood then.
    changes: [(i64, Song); REMEMBERED],
    /// The frames of the song that are repeated.
    repeats: Option<(i64, i64)>,
}

impl Default for Transport {
    fn default() -> Self {
        Self { changes: [(0, Song::straight(0)); REMEMBERED], repeats: None }
    }
}

impl Transport {
    /// Where the song stands at a frame of the engine.
    #[inline]
    pub fn at(&self, frame: i64) -> Song {
        let change = self.changes.iter().find(|c| c.0 <= frame).unwrap_or(&self.changes[REMEMBERED - 1]);
        let Song { frame: stood, rolls } = change.1;
        Song { frame: if rolls { stood + (frame - change.0) } else { stood }, rolls }
    }

    fn change(&mut self, frame: i64, song: Song) {
        if self.changes[0].0 < frame {
            self.changes.rotate_right(1);
        }
        self.changes[0] = (frame, song);
    }

    /// Lets the song go on, or stand, from a frame of the engine on.
    pub fn roll(&mut self, frame: i64, rolls: bool) {
        let song = self.at(frame);
        if song.rolls != rolls {
            self.change(frame, Song { rolls, ..song });
        }
    }

    /// Goes to a frame of the song, at a frame of the engine.
    pub fn seek(&mut self, frame: i64, to: i64) {
        let song = self.at(frame);
        if song.frame != to {
            self.change(frame, Song { frame: to, ..song });
        }
    }

    /// Repeats the song's frames from the first to before the second, from when it comes to the second; an empty stretch
    /// is repeated no more than none.
    pub fn repeat(&mut self, stretch: Option<(i64, i64)>) {
        self.repeats = stretch.filter(|s| s.0 < s.1);
    }

    /// How many frames there are from a frame of the engine to the next jump, up to `frames`.
    pub fn until_jump(&self, frame: i64, frames: usize) -> usize {
        let song = self.at(frame);
        match self.repeats {
            Some((_, end)) if song.rolls && song.frame < end => frames.min((end - song.frame) as usize),
            _ => frames,
        }
    }

    /// Comes to a frame of the engine: jumps back where a stretch ends.
    pub fn come(&mut self, frame: i64) {
        let song = self.at(frame);
        if let Some((start, end)) = self.repeats
            && song.rolls
            && song.frame == end
        {
            self.change(frame, Song { frame: start, ..song });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stands_goes_jumps_and_repeats_to_the_frame() {
        let mut t = Transport::default();
        assert_eq!(t.at(-5).frame, -5);
        assert_eq!(t.at(100), Song::straight(100));
        t.roll(100, false);
        assert_eq!(t.at(150), Song { frame: 100, rolls: false });
        t.seek(200, 7);
        t.roll(300, true);
        assert_eq!(t.at(310), Song::straight(17));
        // What is late still hears what was.
        assert_eq!((t.at(250).frame, t.at(150).frame, t.at(99).frame), (7, 100, 99));
        t.repeat(Some((10, 20)));
        assert_eq!(t.until_jump(310, 64), 3);
        t.come(313);
        assert_eq!(t.at(313).frame, 10);
        assert_eq!(t.until_jump(313, 64), 10);
        // Behind the stretch nothing is repeated.
        t.seek(315, 50);
        assert_eq!(t.until_jump(315, 64), 64);
        t.repeat(Some((5, 5)));
        assert_eq!(t.until_jump(315, 64), 64);
    }
}
