//! Measures of rendered sound.

use super::batch::{self, File};
use super::{Args, Call, Words};
use crate::amount::Amount;
use crate::draft::{named, signal};
use crate::trouble::Wrong;
use rhai::{Dynamic, Map};
use signalbox_dsp::units::Unit;
use signalbox_engine::Audio;
use signalbox_studio::measure::analysis::{self, Analysis};
use std::rc::Rc;
use std::sync::Arc;

/// A measure: its word, what it says, and how it is read.
pub type Measure = (&'static str, &'static str, fn(&Analysis) -> Dynamic);

/// All measures; `analyse` gives all of them.
pub const MEASURES: &[Measure] = &[
    ("lufs", "integrated loudness (ITU-R BS.1770-5)", |a| level(a.meters.integrated_lufs, Unit::Lufs)),
    ("momentary", "the highest loudness of any 0.4 s", |a| level(a.meters.max_momentary_lufs, Unit::Lufs)),
    ("short_term", "the highest loudness of any 3 s", |a| level(a.meters.max_short_term_lufs, Unit::Lufs)),
    ("lra", "loudness range (EBU Tech 3342)", |a| {
        level(a.meters.loudness_range_lu.or(Some(0.0)), Unit::Decibel)
    }),
    ("true_peak", "the highest point between the samples too, dBTP", |a| {
        level(a.meters.true_peak_dbtp, Unit::Decibel)
    }),
    ("peak", "the highest sample, as a plain number: 1.0 is full scale", |a| a.peak.into()),
    ("rms", "root mean square, dBFS", |a| level(a.meters.rms_dbfs, Unit::Decibel)),
    ("dc", "the mean of the channel furthest from zero, dBFS", |a| level(a.dc_dbfs, Unit::Decibel)),
    ("noise", "the level of the quietest twentieth of the sound that is not digital silence, dBFS", |a| {
        level(a.noise_dbfs, Unit::Decibel)
    }),
    ("clicks", "how many clicks there are", |a| (a.clicks as i64).into()),
    ("mono_loss", "how much power is lost when left and right are summed to mono", |a| {
        level(Some(a.mono_loss_db), Unit::Decibel)
    }),
    ("correlation", "of left and right, -1 to 1", |a| a.meters.correlation.unwrap_or(1.0).into()),
    ("silent", "whether there is nothing above -70 dBFS", |a| a.silent.into()),
    ("seconds", "how long it is", |a| Dynamic::from(Amount::new(a.meters.seconds, Unit::Second))),
];

/// Teaches the words.
pub fn teach(words: &mut Words<'_>) {
    let shelf = words.world.borrow().draft.shelf.clone();
    // `noise` alone is a source; of a sound, `analyse` tells it.
    for &(name, help, read) in MEASURES.iter().filter(|m| shelf.get(m.0).is_none()) {
        let help = format!("{help}; measured on the rendered sound");
        words.word(name, &format!("{name}(signal)"), &help, 1..=1, move |call, args| {
            Ok(read(&*analysed(call, args)?))
        });
    }
    words.word(
        "rt60",
        "rt60(signal)",
        "how long the sound takes to fall by 60 dB, from its fall between -5 and -35 dB (ISO 3382)",
        1..=1,
        |call, args| match analysis::rt60(&*heard(call, args)?) {
            Some(seconds) => Ok(Dynamic::from(Amount::new(seconds, Unit::Second))),
            None => {
                Err(Wrong::new("the sound does not fall by 35 dB, so that its decay can't be told").into())
            }
        },
    );
    words.word(
        "analyse",
        "analyse(signal)",
        "all measures at once: m.lufs, m.true_peak, m.lra, m.noise, m.clicks, m.silent …",
        1..=1,
        |call, args| Ok(map(&*analysed(call, args)?).into()),
    );
    words.word(
        "null_test",
        "null_test(a, b)",
        "the highest difference of two signals, dBFS",
        2..=2,
        |call, mut args| {
            let (a, b) = (args.signal("a signal")?, args.signal("a signal to compare with")?);
            args.done()?;
            let mut world = call.world.borrow_mut();
            let (a, b) = (world.hear(&a, "null test")?, world.hear(&b, "null test")?);
            Ok(level(analysis::difference_dbfs(&a, &b), Unit::Decibel))
        },
    );
}

/// A level, or nothing at all.
fn level(value: Option<f64>, unit: Unit) -> Dynamic {
    Dynamic::from(Amount::new(value.unwrap_or(f64::NEG_INFINITY), unit))
}

/// All measures by their names.
pub fn map(analysis: &Analysis) -> Map {
    MEASURES.iter().map(|(name, _, read)| ((*name).into(), read(analysis))).collect()
}

/// What is measured of what a word is called with: a signal, a strip, a file.
fn analysed(call: &Call<'_, '_>, args: Args) -> Result<Rc<Analysis>, Wrong> {
    if let Some(file) = args.first().and_then(|v| v.clone().try_cast::<File>()) {
        return batch::analysed(&mut call.world.borrow_mut(), &file);
    }
    let audio = heard(call, args)?;
    let clock = call.world.borrow().clock.clone();
    Ok(Rc::new(clock.stopped(|| analysis::analyse(&audio))))
}

/// The sound of what a measure is called with.
fn heard(call: &Call<'_, '_>, mut args: Args) -> Result<Arc<Audio>, Wrong> {
    let value = args.next().unwrap_or_default();
    let word = args.word().to_string();
    args.done()?;
    if let Some(file) = value.clone().try_cast::<File>() {
        return batch::read(&call.world.borrow(), &file);
    }
    let Some(signal) = signal(&value) else {
        return Err(Wrong::new(format!("`{word}` measures a signal or a strip; got {}", named(&value))));
    };
    call.world.borrow_mut().hear(&signal, &word)
}
