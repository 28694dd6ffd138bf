//! What moves parameters: rides and slow oscillators.

use super::{amount, moment};
use crate::amount::{Amount, Measure};
use crate::draft::{Given, Ride, Sweep, When, named};
use crate::trouble::Wrong;
use crate::words::{Answer, Args, Call};
use rhai::{Array, Dynamic};
use signalbox_dsp::units::Unit;
use signalbox_engine::patch::Shape;

pub fn ride(call: &Call<'_, '_>, mut args: Args) -> Answer {
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

pub fn lfo(call: &Call<'_, '_>, mut args: Args) -> Answer {
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
    let signal = crate::words::building::source(call, "osc", "lfo", given)?;
    let signal = crate::draft::signal(&signal).unwrap_or_default();
    Ok(Dynamic::from(Sweep { signal, low, high, both_ways: true }))
}
