//! Keeps a device that plays, and one that records.

use super::*;

impl Keeper {
    pub(super) fn look_after_sound(&mut self) {
        let calls = self.player.shared().calls.load(Relaxed);
        match &mut self.sound {
            Sound::Plays(open, seen, when) => {
                if calls != *seen {
                    (*seen, *when) = (calls, Instant::now());
                }
                if open.signals.lost.load(Relaxed) || when.elapsed() > SILENT {
                    self.lose();
                }
            }
            Sound::Silent { turn, since, pumped, retry, wait } => {
                let due = (since.elapsed().as_secs_f64() * f64::from(self.player.rate())) as u64;
                let mut buffer = [0.0; PUMPED * 2];
                while *pumped + PUMPED as u64 <= due {
                    stream::fill(&self.seat, *turn, &mut buffer, 2);
                    *pumped += PUMPED as u64;
                }
                if Instant::now() >= *retry {
                    let wait = (*wait * 2).min(RETRY.1);
                    self.open(wait);
                }
            }
        }
    }

    /// Gives a device up that has failed.
    pub(super) fn lose(&mut self) {
        let silent = Self::silent(&self.seat, RETRY.0);
        if let Sound::Plays(open, ..) = std::mem::replace(&mut self.sound, silent) {
            self.dropouts += open.signals.dropouts.load(Relaxed);
            if !std::mem::replace(&mut self.told, true) {
                let _ = self.events.send(Event::Lost(open.name.clone()));
            }
            drop_stream(open);
        }
    }

    /// Tries to open the device that is wanted; the next attempt is after `wait`.
    pub(super) fn open(&mut self, wait: Duration) {
        let opened = (self.hosts)(&self.wanted).and_then(|host| device::find(&host, &self.wanted)).and_then(
            |opening| {
                let rate = opening.config.sample_rate;
                if rate != self.player.rate() {
                    self.change_rate(rate);
                }
                stream::open(opening, &self.seat)
            },
        );
        match opened {
            Ok(open) => {
                let _ = self.events.send(Event::Plays(open.name.clone(), self.player.rate()));
                self.told = false;
                let calls = self.player.shared().calls.load(Relaxed);
                self.sound = Sound::Plays(Box::new(open), calls, Instant::now());
            }
            Err(error) => {
                if !std::mem::replace(&mut self.told, true) {
                    let _ = self.events.send(Event::NoDevice(error.to_string()));
                }
                // The attempt may have taken the turn.
                let own = self.seat.next_turn();
                if let Sound::Silent { turn, retry, wait: next, .. } = &mut self.sound {
                    (*turn, *retry, *next) = (own, Instant::now() + wait, wait);
                }
            }
        }
    }

    /// Plays on at another rate: the patch is made anew, and stands where it stood.
    pub(super) fn change_rate(&mut self, rate: u32) {
        // What is recorded goes to another engine from now on: it is opened anew.
        if let Input::On(open, ..) = std::mem::take(&mut self.input) {
            drop_stream(open);
        }
        let shared = self.player.shared();
        let seconds = shared.song.load(Relaxed) as f64 / f64::from(self.player.rate());
        let stood = shared.calls.load(Relaxed) > 0 && !shared.rolls.load(Relaxed);
        let (mut player, engine) = Player::new(self.source.clone(), rate);
        self.keys.connect(player.keys());
        player.look(self.looks.clone());
        if let Some(patch) = self.player.patch() {
            // It was set before; what does not fit this rate has no sound until the next patch.
            let _ = player.set(patch.clone());
        }
        let song = (seconds * f64::from(rate)).round() as i64;
        player.order(Order::Seek(song));
        // It is shown there before the first buffer is asked for.
        player.shared().song.store(song, Relaxed);
        player.order(Order::Roll(!stood));
        self.seat.replace(engine);
        self.player = player;
        self.foreman = Foreman::default();
    }

    pub(super) fn look_after_input(&mut self) {
        let heard = match &self.sound {
            Sound::Plays(open, ..) => Some(&open.heard),
            Sound::Silent { .. } => None,
        };
        let (hosts, wanted) = (&self.hosts, &self.wanted);
        let host = || hosts(wanted);
        let (event, closed) = self.input.look_after(&mut self.player, heard, (&host, wanted));
        let _ = event.map(|event| self.events.send(event));
        let _ = closed.map(drop_stream);
    }
}
