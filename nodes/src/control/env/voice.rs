//! The stages of an envelope in one lane.

use signalbox_dsp::held::Held;
use signalbox_dsp::lane::Keeper;

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Stage {
    Idle,
    Attack,
    Decay,
    Sustain,
    Release,
}

impl Stage {
    const ALL: [Self; 5] = [Self::Idle, Self::Attack, Self::Decay, Self::Sustain, Self::Release];
}

/// The envelope of one lane.
#[derive(Clone)]
pub(super) struct Voice {
    pub(super) stage: Stage,
    /// Frames since the stage began, and how many it has.
    pub(super) age: u32,
    pub(super) length: u32,
    /// The value at which the stage began, and the last one.
    pub(super) from: f32,
    pub(super) value: f32,
    pub(super) peak: f32,
    pub(super) gate: bool,
    pub(super) held: Held,
}

impl Voice {
    pub(super) fn idle() -> Self {
        let stage = Stage::Idle;
        Self {
            stage,
            age: 0,
            length: 0,
            from: 0.0,
            value: 0.0,
            peak: 0.0,
            gate: false,
            held: Held::default(),
        }
    }

    /// Begins a stage that takes as long as a parameter says.
    pub(super) fn begin(&mut self, stage: Stage, seconds: f32, rate: f64) {
        self.stage = stage;
        self.age = 0;
        self.length = (f64::from(seconds) * rate).round() as u32;
        self.from = self.value;
    }

    /// Hands on from a stage that is over, or has no frames at all; `decay` in seconds.
    pub(super) fn hand_on(&mut self, decay: f32, rate: f64) {
        if self.stage == Stage::Attack && self.age >= self.length {
            self.begin(Stage::Decay, decay, rate);
        }
        if self.age >= self.length {
            match self.stage {
                Stage::Decay => self.stage = Stage::Sustain,
                Stage::Release => self.stage = Stage::Idle,
                _ => {}
            }
        }
    }

    /// How many frames the stage still has; `None` where it has no end.
    pub(super) fn left(&self) -> Option<u32> {
        (!matches!(self.stage, Stage::Idle | Stage::Sustain)).then(|| self.length.saturating_sub(self.age))
    }

    pub(super) fn keep(&mut self, keeper: &mut Keeper<'_>) {
        let mut stage = self.stage as usize;
        keeper.own(&mut stage);
        self.stage = Stage::ALL[stage.min(Stage::ALL.len() - 1)];
        keeper.own(&mut self.age);
        keeper.own(&mut self.length);
        for x in [&mut self.from, &mut self.value, &mut self.peak] {
            keeper.own(x);
        }
        keeper.own(&mut self.gate);
        self.held.keep(keeper);
    }
}
