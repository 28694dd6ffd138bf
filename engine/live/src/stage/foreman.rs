//! When several threads play: where one is busy for more than half of the time, and only for as long as more help.

use std::time::Duration;

/// One thread that is busy for more than this share of the time gets help.
const BUSY: f64 = 0.5;

/// Help that leaves more than this share of the load does not pay.
const PAYS: f64 = 0.9;

/// How long is looked before anything is decided.
const LOOK: Duration = Duration::from_secs(2);

/// How long no help is asked for after it did not pay, at first; twice as long each time.
const PAUSE: Duration = Duration::from_secs(30);

/// What was measured in some time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Measured {
    /// How long it was.
    pub time: Duration,
    /// The share of the time in which the callback was busy.
    pub load: f64,
    /// How many buffers were late.
    pub late: u64,
}

/// Decides on help.
#[derive(Debug)]
pub struct Foreman {
    state: State,
    pause: Duration,
}

#[derive(Debug)]
enum State {
    /// One thread plays; no help is asked for that long.
    Alone(Duration),
    /// Others help; how it was before.
    Helped(Measured),
}

impl Default for Foreman {
    fn default() -> Self {
        Self { state: State::Alone(Duration::ZERO), pause: PAUSE }
    }
}

impl Foreman {
    /// Hears what was measured since the last time, over [`Foreman::LOOK`] or longer; says whether others are to help from
    /// now on, or no more. Nothing: all stays.
    pub fn hear(&mut self, measured: Measured) -> Option<bool> {
        match &mut self.state {
            State::Alone(pause) => {
                *pause = pause.saturating_sub(measured.time);
                if !pause.is_zero() || measured.load < BUSY {
                    return None;
                }
                self.state = State::Helped(measured);
                Some(true)
            }
            State::Helped(before) => {
                let rate = |m: &Measured| m.late as f64 / m.time.as_secs_f64().max(0.1);
                let pays = measured.load < before.load * PAYS && rate(&measured) <= rate(before);
                if pays {
                    return None;
                }
                self.state = State::Alone(self.pause);
                self.pause *= 2;
                Some(false)
            }
        }
    }

    /// How long is to be measured.
    pub fn look(&self) -> Duration {
        LOOK
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(load: f64, late: u64) -> Measured {
        Measured { time: LOOK, load, late }
    }

    #[test]
    fn help_is_asked_for_where_one_thread_is_busy_and_kept_while_it_pays() {
        let mut foreman = Foreman::default();
        assert_eq!(foreman.hear(measured(0.3, 0)), None);
        assert_eq!(foreman.hear(measured(0.8, 5)), Some(true));
        assert_eq!(foreman.hear(measured(0.45, 5)), None);
        assert_eq!(foreman.hear(measured(0.5, 0)), None);
    }

    #[test]
    fn help_is_given_back_where_it_saves_nothing_or_makes_more_late_and_not_asked_for_again_at_once() {
        for bad in [measured(0.79, 0), measured(0.4, 9)] {
            let mut foreman = Foreman::default();
            assert_eq!(foreman.hear(measured(0.8, 5)), Some(true));
            assert_eq!(foreman.hear(bad), Some(false));
            let again = (1..).find(|_| foreman.hear(measured(0.8, 5)) == Some(true));
            assert_eq!(again, Some(15), "half a minute later");
            assert_eq!(foreman.hear(bad), Some(false));
            let again = (1..).find(|_| foreman.hear(measured(0.8, 5)) == Some(true));
            assert_eq!(again, Some(30), "a minute later");
        }
    }
}
