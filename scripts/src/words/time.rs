//! The time line: tempo, bars and beats, what happens when, curves.

use super::args::amount;
use super::building::random;
use super::{Answer, Args, Call, Words};
use crate::amount::{Amount, Measure};
use crate::draft::{Given, Ride, Sweep, When, WhenKind, named, number_text};
use crate::trouble::Wrong;
use rhai::{Array, Dynamic, EvalAltResult, FnPtr};
use signalbox_dsp::units::Unit;
use signalbox_engine::patch::Shape;

/// The most times that something may happen again.
const MOST_TIMES: usize = 10_000;

/// Teaches the words.
pub fn teach(words: &mut Words<'_>) {
    words.word(
        "tempo",
        "tempo(96.bpm)",
        "beats a minute: from the start, or inside of `at` from there on; a list of [moment, tempo] is a tempo map",
        1..=1,
        tempo,
    );
    words.word(
        "meter",
        "meter(4, 4)",
        "beats a bar, and what one beat is; inside of `at` from there on",
        2..=2,
        meter,
    );
    words.word(
        "bar",
        "bar(9, 3)",
        "the moment at which a bar begins, or a beat of it; both count from 1",
        1..=2,
        |call, mut args| {
            let bar = args.number("the number of a bar")?;
            let beat = if args.left() > 0 { args.number("the number of a beat")? } else { 1.0 };
            args.done()?;
            if !(1.0..=1e6).contains(&bar) || !(1.0..=1e3).contains(&beat) {
                return Err(
                    Wrong::new(format!("bars and beats count from 1; got bar {bar}, beat {beat}")).into()
                );
            }
            Ok(Dynamic::from(When::beats(call.draft(|d| d.patch.tempo.beat_of_bar(bar, beat)))))
        },
    );
    for operator in ["+", "-"] {
        let world = words.world.clone();
        words.engine.register_fn(
            operator,
            move |when: When, by: Amount| -> Result<When, Box<EvalAltResult>> {
                let world = world.borrow();
                let length = world.draft.length("length", by, when)?;
                let length = if operator == "+" { length } else { -length };
                Ok(match when.kind {
                    WhenKind::Seconds => When::seconds(when.value + length),
                    WhenKind::Beats => {
                        let tempo = &world.draft.patch.tempo;
                        When::beats(tempo.beat(tempo.seconds(when.value) + length))
                    }
                })
            },
        );
    }
    words.word(
        "at",
        "at(bar(33), || …)",
        "does something at a moment: what is set, sent or muted in it changes there and not before",
        2..=2,
        |call, mut args| {
            let when = moment(call, &args.next().unwrap_or_default())?;
            let f = args.function()?;
            args.done()?;
            happen(call, Some(when), |call| run(call, &f, None).map(drop))?;
            Ok(Dynamic::UNIT)
        },
    );
    words.word(
        "every",
        "every(8.bars, |n| …, from: bar(1), until: bar(65))",
        "does something again and again to the end of the song; `n` counts from 0",
        2..=4,
        every,
    );
    words.word(
        "seq",
        "seq(|| { …; wait(1.bar); … })",
        "does things one after the other",
        1..=2,
        |call, mut args| {
            let from = match args.named("from") {
                Some(from) => moment(call, &from)?,
                None => call.draft(|d| d.cursor).unwrap_or(When::beats(0.0)),
            };
            let f = args.function()?;
            args.done()?;
            happen(call, Some(from), |call| run(call, &f, None).map(drop))?;
            Ok(Dynamic::UNIT)
        },
    );
    words.word(
        "wait",
        "wait(2.beats)",
        "what follows in a `seq` or an `at` comes so much later",
        1..=1,
        |call, mut args| {
            let by = args.amount("a time")?;
            args.done()?;
            call.draft(|d| {
                let Some(now) = d.cursor else {
                    return Err(Wrong::new("`wait` is for what is said inside of `seq`, `at` or `every`"));
                };
                let length = d.length("wait", by, now)?;
                d.cursor = Some(match now.kind {
                    WhenKind::Seconds => When::seconds(now.value + length),
                    WhenKind::Beats => {
                        When::beats(d.patch.tempo.beat(d.patch.tempo.seconds(now.value) + length))
                    }
                });
                Ok(())
            })?;
            Ok(Dynamic::UNIT)
        },
    );
    words.word(
        "ride",
        "ride([bar(1), -2.db], [bar(17), 0.db], shape: \"s\")",
        "a curve for any parameter: moments and values; shape: linear, hold, s, slow, fast",
        1..=64,
        ride,
    );
    words.word(
        "lfo",
        "lfo(0.1.hz, lo: 300.hz, hi: 3.khz, shape: \"sine\")",
        "moves a parameter up and down between two values",
        1..=3,
        lfo,
    );
    words.word("length", "length(30.s)", "how long a render lasts", 1..=1, |call, mut args| {
        let length = args.amount("a time")?;
        args.done()?;
        let seconds = call.draft(|d| d.length("length", length, When::beats(0.0)))?;
        call.draft(|d| d.patch.length = Some(number_text(seconds, Unit::Second)));
        Ok(Dynamic::UNIT)
    });
    words.word("rate", "rate(44.1.khz)", "the sample rate that the patch wants", 1..=1, |call, mut args| {
        let rate = args.amount("a frequency")?;
        args.done()?;
        let rate = call.draft(|d| d.in_unit("rate", Unit::Hertz, rate))?;
        if !(8_000.0..=384_000.0).contains(&rate) {
            return Err(Wrong::new(format!("a rate lies between 8 kHz and 384 kHz; got {rate} Hz")).into());
        }
        call.draft(|d| d.patch.rate = Some(rate.round() as u32));
        Ok(Dynamic::UNIT)
    });
    let state = words.world.borrow().seed.clone();
    let seed = state.clone();
    words.word(
        "seed",
        "seed(7)",
        "another number, other chances; the same number, the same",
        1..=1,
        move |_, mut args| {
            let number = args.number("a number")?;
            args.done()?;
            seed.set(number.to_bits());
            Ok(Dynamic::UNIT)
        },
    );
    words.word(
        "rand",
        "rand() or rand(a, b)",
        "a number by chance from 0 to 1, or from a to b; the same in every run",
        0..=2,
        move |_, mut args| {
            let (low, high) = match args.left() {
                0 => (0.0, 1.0),
                _ => (args.number("a number")?, args.number("a greater number")?),
            };
            args.done()?;
            Ok((low + (high - low) * random(&state)).into())
        },
    );
}

/// Calls a function; one that wants no value is called with none.
pub fn run(call: &Call<'_, '_>, f: &FnPtr, value: Option<Dynamic>) -> Answer {
    let Some(value) = value else { return f.call_within_context(call.context, ()) };
    let answer: Answer = f.call_within_context(call.context, (value,));
    match answer {
        Err(e) if matches!(&*e, EvalAltResult::ErrorFunctionNotFound(name, _) if name.starts_with(f.fn_name())) => {
            f.call_within_context(call.context, ())
        }
        answer => answer,
    }
}

/// Does something with the cursor at a moment.
pub fn happen(
    call: &Call<'_, '_>,
    when: Option<When>,
    work: impl FnOnce(&Call<'_, '_>) -> Result<(), Box<EvalAltResult>>,
) -> Result<(), Box<EvalAltResult>> {
    let before = call.draft(|d| std::mem::replace(&mut d.cursor, when));
    let result = work(call);
    call.draft(|d| d.cursor = before);
    result
}

/// A moment: `bar(9)`, or so much time from the start.
pub fn moment(call: &Call<'_, '_>, value: &Dynamic) -> Result<When, Wrong> {
    if let Some(when) = value.clone().try_cast::<When>() {
        return Ok(when);
    }
    let wrong =
        || Wrong::new(format!("a moment is bar(9), bar(9, 3), 16.beats or 12.5.s; got {}", named(value)));
    let amount = amount(value).ok_or_else(wrong)?;
    if !(0.0..=1e6).contains(&amount.value) {
        return Err(wrong());
    }
    match amount.measure {
        Measure::Of(Unit::Second) => Ok(When::seconds(amount.value)),
        Measure::Of(Unit::Beat) => Ok(When::beats(amount.value)),
        Measure::Bars => Ok(When::beats(call.draft(|d| d.patch.tempo.beat_of_bar(amount.value + 1.0, 1.0)))),
        _ => Err(wrong()),
    }
}

fn bpm(value: &Dynamic) -> Result<f64, Wrong> {
    let wrong = || Wrong::new(format!("a tempo is 96.bpm, between 1 and 1,000; got {}", named(value)));
    let amount = amount(value).ok_or_else(wrong)?;
    let fits = amount.measure == Measure::Tempo && (1.0..=1_000.0).contains(&amount.value);
    fits.then_some(amount.value).ok_or_else(wrong)
}

fn tempo(call: &Call<'_, '_>, mut args: Args) -> Answer {
    let value = args.next().unwrap_or_default();
    args.done()?;
    if let Some(list) = value.clone().try_cast::<Array>() {
        let mut map = Vec::new();
        for entry in &list {
            let pair = entry.clone().try_cast::<Array>().filter(|p| p.len() == 2);
            let pair = pair.ok_or_else(|| Wrong::new("a tempo map is a list of [moment, tempo]"))?;
            let when = moment(call, &pair[0].flatten_clone())?;
            map.push((when, bpm(&pair[1].flatten_clone())?));
        }
        call.draft(|d| map.iter().try_for_each(|&(when, bpm)| from_there(d, when, bpm)))?;
        return Ok(Dynamic::UNIT);
    }
    let bpm = bpm(&value)?;
    call.draft(|d| from_there(d, d.cursor.unwrap_or(When::beats(0.0)), bpm))?;
    Ok(Dynamic::UNIT)
}

fn from_there(draft: &mut crate::draft::Draft, when: When, bpm: f64) -> Result<(), Wrong> {
    let beat = match when.kind {
        WhenKind::Beats => when.value,
        WhenKind::Seconds => draft.patch.tempo.beat(when.value),
    };
    let map = &mut draft.patch.tempo;
    map.tempo.retain(|t| t.0 < beat);
    map.tempo.push((beat, bpm));
    map.problem().map_or(Ok(()), |problem| Err(Wrong::new(problem)))
}

fn meter(call: &Call<'_, '_>, mut args: Args) -> Answer {
    let (beats, of) = (args.number("how many beats")?, args.number("what a beat is: 4 is a quarter")?);
    args.done()?;
    if !(1.0..=64.0).contains(&beats) || ![1.0, 2.0, 4.0, 8.0, 16.0, 32.0].contains(&of) {
        return Err(Wrong::new(format!("a meter is meter(4, 4), meter(6, 8); got {beats}, {of}")).into());
    }
    call.draft(|d| {
        let bar = d.cursor.map_or(1, |when| {
            let beat = match when.kind {
                WhenKind::Beats => when.value,
                WhenKind::Seconds => d.patch.tempo.beat(when.value),
            };
            d.patch.tempo.bar(beat).0
        });
        let map = &mut d.patch.tempo;
        map.meter.retain(|m| m.0 < bar);
        map.meter.push((bar, beats * 4.0 / of));
        map.problem().map_or(Ok(()), |problem| Err(Wrong::new(problem)))
    })?;
    Ok(Dynamic::UNIT)
}

fn every(call: &Call<'_, '_>, mut args: Args) -> Answer {
    let period = args.amount("a time, as in 8.bars")?;
    let f = args.function()?;
    let from = match args.named("from") {
        Some(from) => moment(call, &from)?,
        None => When::beats(0.0),
    };
    let until = match args.named("until") {
        Some(until) => {
            let until = moment(call, &until)?;
            call.draft(|d| d.seconds(until))
        }
        None => call.world.borrow().horizon(),
    };
    args.done()?;
    for n in 0..=MOST_TIMES {
        let when = call.draft(|d| -> Result<When, Wrong> {
            let count = Amount { value: period.value * n as f64, ..period };
            match (from.kind, period.measure) {
                (WhenKind::Beats, Measure::Bars) => {
                    Ok(When::beats(from.value + d.bars(count.value, from.value)))
                }
                (WhenKind::Beats, Measure::Of(Unit::Beat)) => Ok(When::beats(from.value + count.value)),
                _ => Ok(When::seconds(d.seconds(from) + d.length("every", count, from)?)),
            }
        })?;
        if call.draft(|d| d.seconds(when)) >= until - 1e-9 {
            break;
        }
        if n == MOST_TIMES || period.value <= 0.0 {
            return Err(Wrong::new(format!(
                "it would happen more than {MOST_TIMES} times; say until: bar(65)"
            ))
            .into());
        }
        happen(call, Some(when), |call| run(call, &f, Some((n as i64).into())).map(drop))?;
    }
    Ok(Dynamic::UNIT)
}

fn ride(call: &Call<'_, '_>, mut args: Args) -> Answer {
    const SHAPES: [(&str, Shape); 5] = [
        ("linear", Shape::Linear),
        ("hold", Shape::Hold),
        ("s", Shape::S),
        ("slow", Shape::Slow),
        ("fast", Shape::Fast),
    ];
    let shape = match args.named_text("shape")? {
        None => Shape::Linear,
        Some(word) => SHAPES.iter().find(|s| s.0 == word).map(|s| s.1).ok_or_else(|| {
            Wrong::about("shape", format!("`shape` is one of linear, hold, s, slow, fast; got \"{word}\""))
        })?,
    };
    let mut points = Vec::new();
    while let Some(point) = args.next() {
        let pair = point.clone().try_cast::<Array>().filter(|p| p.len() == 2);
        let wrong = || {
            Wrong::new(format!(
                "a point of a ride is [moment, value], as in [bar(9), -6.db]; got {}",
                named(&point)
            ))
        };
        let pair = pair.ok_or_else(wrong)?;
        let value = amount(&pair[1].flatten_clone()).ok_or_else(wrong)?;
        points.push((moment(call, &pair[0].flatten_clone())?, value));
    }
    args.done()?;
    if points.is_empty() {
        return Err(Wrong::new("a ride needs points, as in ride([bar(1), -6.db], [bar(9), 0.db])").into());
    }
    Ok(Dynamic::from(Ride { points, shape }))
}

fn lfo(call: &Call<'_, '_>, mut args: Args) -> Answer {
    let freq = args.amount("a frequency, as in 0.5.hz")?;
    let low = args.named_amount("lo")?.unwrap_or(Amount::new(-1.0, Unit::None));
    let high = args.named_amount("hi")?.unwrap_or(Amount::new(1.0, Unit::None));
    let shape = args.named_text("shape")?.unwrap_or("sine".into());
    args.done()?;
    if low.measure != high.measure {
        return Err(Wrong::about("hi", format!("`lo` and `hi` are of one kind; got {low} and {high}")).into());
    }
    // A beat-long swing in the tempo of the start.
    let freq = match freq.measure {
        Measure::Of(Unit::Beat) | Measure::Bars => {
            let seconds = call.draft(|d| d.length("lfo", freq, When::beats(0.0)))?;
            Amount::new(1.0 / seconds.max(1e-3), Unit::Hertz)
        }
        _ => freq,
    };
    let given = vec![
        ("freq".to_string(), Given::Amount(freq)),
        ("level".to_string(), Given::Amount(Amount::new(0.0, Unit::Decibel))),
        ("mode".to_string(), Given::Text("control".into())),
        ("shape".to_string(), Given::Text(shape)),
    ];
    let signal = super::building::source(call, "osc", "lfo", given)?;
    let signal = crate::draft::signal(&signal).unwrap_or_default();
    Ok(Dynamic::from(Sweep { signal, low, high, both_ways: true }))
}
