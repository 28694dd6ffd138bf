//! Beats a minute, and beats a bar.

use super::{amount, moment};
use crate::amount::Measure;
use crate::draft::{Draft, When, WhenKind, named};
use crate::trouble::Wrong;
use crate::words::{Answer, Args, Call};
use rhai::{Array, Dynamic};

fn bpm(value: &Dynamic) -> Result<f64, Wrong> {
    let wrong = || Wrong::new(format!("a tempo is 96.bpm, between 1 and 1,000; got {}", named(value)));
    let amount = amount(value).ok_or_else(wrong)?;
    let fits = amount.measure == Measure::Tempo && (1.0..=1_000.0).contains(&amount.value);
    fits.then_some(amount.value).ok_or_else(wrong)
}

pub fn tempo(call: &Call<'_, '_>, mut args: Args) -> Answer {
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

fn from_there(draft: &mut Draft, when: When, bpm: f64) -> Result<(), Wrong> {
    let beat = match when.kind {
        WhenKind::Beats => when.value,
        WhenKind::Seconds => draft.patch.tempo.beat(when.value),
    };
    let map = &mut draft.patch.tempo;
    map.tempo.retain(|t| t.0 < beat);
    map.tempo.push((beat, bpm));
    map.problem().map_or(Ok(()), |problem| Err(Wrong::new(problem)))
}

pub fn meter(call: &Call<'_, '_>, mut args: Args) -> Answer {
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
