//! Follows the clock of another machine: when it starts and stops, where it stands, and how fast it goes.

use super::Clock;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Ticks of a beat.
const TICKS: usize = 24;

/// Over how many ticks the tempo is measured: two beats.
const MEASURED: usize = 2 * TICKS;

/// The tempo is followed where it differs by more than this share, the place where it differs by more than so many
/// seconds: less is the clock's own jitter.
const TEMPO: f64 = 0.005;
const PLACE: f64 = 0.02;

/// A clock that has been silent for so long counts anew.
const PAUSE: Duration = Duration::from_secs(1);

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// The song goes on, or stands.
    Roll(bool),
    /// It goes to a beat.
    Beat(f64),
    /// It has so many beats a minute from now on.
    Tempo(f64),
}

/// Follows a clock.
#[derive(Debug, Default)]
pub struct Follower {
    /// When the last ticks came.
    ticks: VecDeque<Instant>,
    /// The clock's place in ticks, while it rolls.
    place: u64,
    rolls: bool,
}

impl Follower {
    /// Hears the clock; `song` tells the beat where the song stands and its tempo. Gives what is to be done, in order.
    pub fn hear(&mut self, clock: Clock, at: Instant, song: (f64, f64)) -> Vec<Step> {
        match clock {
            Clock::Start => {
                (self.place, self.rolls) = (0, true);
                vec![Step::Beat(0.0), Step::Roll(true)]
            }
            Clock::Continue => {
                self.rolls = true;
                vec![Step::Beat(self.place as f64 / TICKS as f64), Step::Roll(true)]
            }
            Clock::Stop => {
                self.rolls = false;
                vec![Step::Roll(false)]
            }
            Clock::Position(sixteenths) => {
                self.place = u64::from(sixteenths) * 6;
                vec![Step::Beat(f64::from(sixteenths) / 4.0)]
            }
            Clock::Tick => self.tick(at, song),
        }
    }

    fn tick(&mut self, at: Instant, (beat, tempo): (f64, f64)) -> Vec<Step> {
        if self.ticks.back().is_some_and(|last| at.saturating_duration_since(*last) > PAUSE) {
            self.ticks.clear();
        }
        self.ticks.push_back(at);
        if self.ticks.len() > MEASURED + 1 {
            self.ticks.pop_front();
        }
        let mut steps = Vec::new();
        // On the beat, when there is enough to measure by.
        let on_beat = !self.rolls || self.place.is_multiple_of(TICKS as u64);
        if on_beat
            && self.ticks.len() > MEASURED
            && let Some(measured) = self.tempo()
        {
            let off = (measured / tempo - 1.0).abs() > TEMPO;
            if off {
                steps.push(Step::Tempo((measured * 10.0).round() / 10.0));
                // What was measured before counts no more.
                self.ticks.clear();
            }
            let own = self.place as f64 / TICKS as f64;
            if self.rolls && (off || (own - beat).abs() * 60.0 / measured > PLACE) {
                steps.push(Step::Beat(own));
            }
        }
        self.place += u64::from(self.rolls);
        steps
    }

    /// Beats a minute, from a straight line through the ticks (least squares).
    fn tempo(&self) -> Option<f64> {
        let first = *self.ticks.front()?;
        let n = self.ticks.len() as f64;
        let middle = (n - 1.0) / 2.0;
        let times = self.ticks.iter().map(|t| t.saturating_duration_since(first).as_secs_f64());
        let (mut up, mut down) = (0.0, 0.0);
        for (k, time) in times.enumerate() {
            up += (k as f64 - middle) * time;
            down += (k as f64 - middle).powi(2);
        }
        let tick = up / down;
        (tick > 0.0).then(|| 60.0 / (tick * TICKS as f64)).filter(|bpm| (20.0..=400.0).contains(bpm))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lets a clock tick so many times, each tick up to a millisecond late; gives what it leads to.
    fn run(
        follower: &mut Follower,
        from: &mut f64,
        bpm: f64,
        ticks: usize,
        song: &mut (f64, f64),
    ) -> Vec<Step> {
        let zero = Instant::now();
        let mut all = Vec::new();
        for k in 0..ticks {
            let late = 0.001 * ((k * 7_919) % 100) as f64 / 100.0;
            let at = zero + Duration::from_secs_f64(*from + late);
            let steps = follower.hear(Clock::Tick, at, *song);
            for step in &steps {
                match *step {
                    Step::Tempo(bpm) => song.1 = bpm,
                    Step::Beat(beat) => song.0 = beat,
                    Step::Roll(_) => {}
                }
            }
            all.extend(steps);
            let tick = 60.0 / (bpm * 24.0);
            *from += tick;
            song.0 += tick * song.1 / 60.0;
        }
        all
    }

    #[test]
    fn the_tempo_is_found_once_and_then_left_alone() {
        let mut follower = Follower::default();
        let (mut time, mut song) = (0.0, (0.0, 120.0));
        follower.hear(Clock::Start, Instant::now(), song);
        let steps = run(&mut follower, &mut time, 97.0, 24 * 16, &mut song);
        let tempi: Vec<f64> =
            steps.iter().filter_map(|s| if let Step::Tempo(bpm) = s { Some(*bpm) } else { None }).collect();
        assert_eq!(tempi.len(), 1, "{steps:?}");
        assert!((tempi[0] - 97.0).abs() <= 0.2, "{steps:?}");
        // The place is set with the tempo, and hardly again.
        assert!(steps.len() <= 4, "{steps:?}");
        assert!((song.0 - 16.0).abs() < 0.05, "{song:?}");
    }

    #[test]
    fn a_clock_of_the_same_tempo_changes_nothing() {
        let mut follower = Follower::default();
        let (mut time, mut song) = (0.0, (0.0, 120.0));
        follower.hear(Clock::Start, Instant::now(), song);
        assert_eq!(run(&mut follower, &mut time, 120.0, 24 * 30, &mut song), []);
    }

    #[test]
    fn start_stop_position_and_continue_are_obeyed() {
        let mut follower = Follower::default();
        let mut hear = |clock| follower.hear(clock, Instant::now(), (3.0, 120.0));
        assert_eq!(hear(Clock::Start), [Step::Beat(0.0), Step::Roll(true)]);
        assert_eq!(hear(Clock::Stop), [Step::Roll(false)]);
        assert_eq!(hear(Clock::Position(18)), [Step::Beat(4.5)]);
        assert_eq!(hear(Clock::Continue), [Step::Beat(4.5), Step::Roll(true)]);
    }
}
