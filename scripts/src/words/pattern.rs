//! Patterns, and a kit of drums.

use super::live::{beats, begin};
use super::time::run;
use super::{Answer, Args, Call, Words};
use crate::amount::Amount;
use crate::draft::{Draft, Given, Signal, Strip, Sweep, named};
use crate::trouble::Wrong;
use rhai::Dynamic;
use signalbox_dsp::units::Unit;
use signalbox_engine::node::nearest;

/// How many steps a pattern has that is repeated without end.
const STEPS: usize = 256;
/// The most steps of a pattern.
const MOST_STEPS: usize = 4_000;

/// A stroke on a drum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    drum: &'static Drum,
    velocity: f64,
}

/// A drum of the kit: a tone or noise under an envelope.
#[derive(Debug, PartialEq)]
struct Drum {
    name: &'static str,
    /// The key of the tone; noise has none.
    key: Option<&'static str>,
    /// How far the tone begins above its key, in semitones, and in how many seconds it comes down.
    bend: (f64, f64),
    /// A filter behind: its mode and its frequency in hertz.
    filter: Option<(&'static str, f64)>,
    /// How long it sounds, in seconds.
    decay: f64,
    /// Its level in decibels.
    level: f64,
}

const KIT: &[Drum] = &[
    Drum { name: "kick", key: Some("a1"), bend: (24.0, 0.05), filter: None, decay: 0.28, level: 0.0 },
    Drum {
        name: "snare",
        key: None,
        bend: (0.0, 0.0),
        filter: Some(("bandpass", 1_800.0)),
        decay: 0.16,
        level: 6.0,
    },
    Drum {
        name: "clap",
        key: None,
        bend: (0.0, 0.0),
        filter: Some(("bandpass", 1_200.0)),
        decay: 0.12,
        level: 4.0,
    },
    Drum {
        name: "hat",
        key: None,
        bend: (0.0, 0.0),
        filter: Some(("highpass", 7_000.0)),
        decay: 0.05,
        level: 0.0,
    },
    Drum {
        name: "open",
        key: None,
        bend: (0.0, 0.0),
        filter: Some(("highpass", 6_500.0)),
        decay: 0.35,
        level: 0.0,
    },
    Drum { name: "tom", key: Some("d2"), bend: (9.0, 0.08), filter: None, decay: 0.3, level: -2.0 },
    Drum { name: "rim", key: Some("a5"), bend: (3.0, 0.01), filter: None, decay: 0.04, level: -6.0 },
];

/// Teaches the words.
pub fn teach(words: &mut Words<'_>) {
    words.word(
        "hit",
        "hit(\"kick\", vel: 0.8)",
        "a stroke for a pattern; drums are kick, snare, clap, hat, open, tom, rim",
        1..=2,
        hit,
    );
    words.word(
        "pattern",
        "pattern(\"kick\", every: 1.beat, |i| hit(\"kick\"))",
        "asks a function for each step what is to be hit, or nothing; `i` counts from 0; it sounds on the master",
        2..=3,
        pattern,
    );
}

fn hit(_: &Call<'_, '_>, mut args: Args) -> Answer {
    let name = args.text("the name of a drum")?;
    let velocity = args.named_amount("vel")?.map_or(1.0, |v| v.value);
    args.done()?;
    let Some(drum) = KIT.iter().find(|d| d.name == name) else {
        let near = nearest(&name, KIT.iter().map(|d| d.name));
        let near = near.map_or(String::new(), |n| format!("; did you mean \"{n}\"?"));
        let all: Vec<&str> = KIT.iter().map(|d| d.name).collect();
        return Err(Wrong::new(format!("the kit has no \"{name}\"{near} It has: {}", all.join(", "))).into());
    };
    if !(0.0..=1.0).contains(&velocity) {
        return Err(Wrong::about("vel", format!("`vel` goes from 0 to 1; got {velocity}")).into());
    }
    Ok(Dynamic::from(Hit { drum, velocity }))
}

fn pattern(call: &Call<'_, '_>, mut args: Args) -> Answer {
    let name = args.text("a name")?;
    let every = args.named_amount("every")?.unwrap_or(Amount::new(1.0, Unit::Beat));
    let f = args.function()?;
    args.done()?;
    let beats = call.draft(|d| beats(d, "every", every))?;
    // A song that ends is written out; one that does not repeats.
    let end = call.world.borrow().known_end();
    let end = end.map(|end| call.draft(|d| d.patch.tempo.beat(end)));
    let steps = end.map_or(STEPS, |end| ((end / beats).ceil() as usize).clamp(1, MOST_STEPS));
    let mut hits: Vec<Option<Hit>> = Vec::with_capacity(steps);
    for i in 0..steps {
        let given = run(call, &f, Some((i as i64).into()))?;
        let hit = given.clone().try_cast::<Hit>();
        if hit.is_none() && !given.is_unit() {
            return Err(Wrong::new(format!(
                "a step of a pattern is a hit(…) or nothing; got {}",
                named(&given)
            ))
            .into());
        }
        hits.push(hit);
    }
    begin(call, &name)?;
    let scope = call.draft(|d| std::mem::replace(&mut d.scope, name.clone()));
    let result = call.draft(|d| {
        for drum in KIT.iter().filter(|drum| hits.iter().flatten().any(|h| h.drum == *drum)) {
            let sound = drum.play(d, &hits, beats, end.is_none())?;
            d.lead(&sound, &name);
        }
        Ok::<_, Wrong>(())
    });
    call.draft(|d| d.scope = scope);
    result?;
    Ok(Dynamic::from(Strip::new(&name)))
}

fn number(value: f64, unit: Unit) -> Given {
    Given::Amount(Amount::new(value, unit))
}

impl Drum {
    /// The nodes that play the strokes of this drum.
    fn play(
        &self,
        draft: &mut Draft,
        hits: &[Option<Hit>],
        beats: f64,
        repeats: bool,
    ) -> Result<Signal, Wrong> {
        let key = self.key.unwrap_or("a4");
        let token = |hit: &Option<Hit>| match hit.filter(|h| h.drum == self) {
            Some(hit) => format!("{key}@{:.3}", hit.velocity),
            None => "-".to_string(),
        };
        let text: Vec<String> = hits.iter().map(token).collect();
        let nothing = Signal::default();
        let given =
            |all: Vec<(&str, Given)>| all.into_iter().map(|(n, g)| (n.to_string(), g)).collect::<Vec<_>>();
        let notes = given(vec![
            ("notes", Given::Text(text.join(" "))),
            ("beats", number(beats, Unit::Beat)),
            ("gate", number(0.5, Unit::None)),
            ("loop", Given::Switch(repeats)),
        ]);
        let notes = draft.node("notes", self.name, &nothing, notes)?;
        let envelope = |decay: f64| {
            given(vec![
                ("notes", Given::Signal(notes.clone())),
                ("attack", number(0.0005, Unit::Second)),
                ("decay", number(decay, Unit::Second)),
                ("sustain", number(0.0, Unit::Percent)),
                ("release", number(decay, Unit::Second)),
            ])
        };
        let shape = draft.node("env", "env", &nothing, envelope(self.decay))?;
        let sound = if self.key.is_some() {
            let bend = draft.node("env", "bend", &nothing, envelope(self.bend.1))?;
            let sweep = Sweep {
                signal: bend,
                low: Amount::new(0.0, Unit::Semitone),
                high: Amount::new(self.bend.0, Unit::Semitone),
                both_ways: false,
            };
            let tone = given(vec![
                ("notes", Given::Signal(notes.clone())),
                ("shape", Given::Text("sine".into())),
                ("level", number(self.level - 3.0, Unit::Decibel)),
                ("retrigger", Given::Switch(true)),
                ("detune", Given::Sweep(sweep)),
            ]);
            draft.node("osc", "tone", &nothing, tone)?
        } else {
            let noise = given(vec![("level", number(self.level - 12.0, Unit::Decibel))]);
            draft.node("noise", "noise", &nothing, noise)?
        };
        let sound = match self.filter {
            Some((mode, freq)) => {
                let filter =
                    given(vec![("mode", Given::Text(mode.into())), ("freq", number(freq, Unit::Hertz))]);
                draft.node("filter", mode, &sound, filter)?
            }
            None => sound,
        };
        draft.node("gain", "level", &sound, given(vec![("control", Given::Signal(shape))]))
    }
}
