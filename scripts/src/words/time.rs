//! The time line: tempo, bars and beats, what happens when, curves.

mod curves;
mod tempo;

use super::args::amount;
use super::building::random;
use super::{Answer, Args, Call, Words};
use crate::amount::{Amount, Measure};
use crate::draft::{When, WhenKind, named, number_text};
use crate::trouble::Wrong;
use rhai::{Dynamic, EvalAltResult, FnPtr};
use signalbox_dsp::units::Unit;

/// The most times that something may happen again.
const MOST_TIMES: usize = 10_000;

/// Teaches the words.
pub fn teach(words: &mut Words<'_>) {
    words.word(
        "tempo",
        "tempo(96.bpm)",
        "beats a minute: from the start, or inside of `at` from there on; a list of [moment, tempo] is a tempo map",
        1..=1,
        tempo::tempo,
    );
    words.word(
        "meter",
        "meter(4, 4)",
        "beats a bar, and what one beat is; inside of `at` from there on",
        2..=2,
        tempo::meter,
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
        curves::ride,
    );
    words.word(
        "lfo",
        "lfo(0.1.hz, lo: 300.hz, hi: 3.khz, shape: \"sine\")",
        "moves a parameter up and down between two values",
        1..=3,
        curves::lfo,
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
