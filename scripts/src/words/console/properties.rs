//! What is set on a strip by a dot: its fader, its place, whether it is heard.

use super::{Vca, set};
use crate::draft::{Draft, Given, Strip, named};
use crate::trouble::Wrong;
use crate::words::{Answer, Call, Words};
use rhai::{Dynamic, EvalAltResult, ImmutableString, NativeCallContext};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::nearest;
use signalbox_engine::patch::Endpoint;
use signalbox_studio::console::{CLOSED_DB, Layer, fader};

/// What can be set on a strip.
const CONTROLS: [&str; 5] = ["gain", "pan", "pan_law", "mute", "solo"];

/// Teaches the properties.
pub fn teach(words: &mut Words<'_>) {
    for name in CONTROLS {
        let help = match name {
            "gain" => "vox.gain = -3.db, or a ride: the strip's fader",
            "pan" => "vox.pan = -0.3: from -1, left, to 1, right",
            "pan_law" => {
                "vox.pan_law = \"linear\": how loud the middle is; \"power\" (-3 dB), \"compromise\" (-4.5), \"linear\" (-6)"
            }
            "mute" => "vox.mute = true: silent, its sends too",
            _ => "vox.solo = true: all other tracks are muted",
        };
        words.doc(name, &format!("strip.{name}"), help);
    }
    words.doc(
        "out",
        "strip.out",
        "the sound after the fader, to be led on beside the strip; `.pre` before it",
    );
    let world = words.world.clone();
    words.engine.register_indexer_set(
        move |context: NativeCallContext<'_>,
              s: &mut Strip,
              name: ImmutableString,
              value: Dynamic|
              -> Result<(), Box<EvalAltResult>> {
            Ok(Call { context: &context, world: &world }
                .draft(|d| control(d, s, &name, &value.flatten_clone()))?)
        },
    );
    let world = words.world.clone();
    words.engine.register_indexer_get(
        move |context: NativeCallContext<'_>, s: &mut Strip, name: ImmutableString| -> Answer {
            let call = Call { context: &context, world: &world };
            let end = |text: String| Endpoint::from(text.as_str());
            let standing = |end: &Endpoint| {
                call.draft(|d| {
                    let now = d.cursor.map_or(0.0, |when| d.seconds(when));
                    signalbox_studio::console::standing(&d.patch, end, now)
                })
            };
            match name.as_str() {
                "name" => Ok(s.name.clone().into()),
                "out" => Ok(Dynamic::from(s.out())),
                "pre" => {
                    let node = call.draft(|d| d.desk().layer(&s.name, &Layer::Pre)).map_err(Wrong::from)?;
                    Ok(Dynamic::from(crate::draft::Signal::of(&node)))
                }
                "gain" => {
                    let db = standing(&end(format!("{}.gain", fader(&s.name))));
                    Ok(Dynamic::from(crate::amount::Amount::new(db, Unit::Decibel)))
                }
                "pan" => Ok((standing(&end(format!("{} pan.pan", s.name))) / 100.0).into()),
                "mute" => Ok((standing(&end(format!("{} pre.gain", s.name))) <= CLOSED_DB).into()),
                name => {
                    let all = ["gain", "pan", "mute", "name", "out", "pre"];
                    let near = nearest(name, all);
                    let near = near
                        .map_or(format!("it has: {}", all.join(", ")), |n| format!("did you mean `{n}`?"));
                    Err(Wrong::new(format!("a strip has no `{name}`; {near}")).into())
                }
            }
        },
    );
    let world = words.world.clone();
    words.engine.register_set(
        "gain",
        move |context: NativeCallContext<'_>,
              v: &mut Vca,
              value: Dynamic|
              -> Result<(), Box<EvalAltResult>> {
            let given = Given::read(&value)?;
            Ok(Call { context: &context, world: &world }.draft(|d| {
                for strip in &v.strips {
                    let node = d.desk().layer(strip, &Layer::Vca(v.name.clone()))?;
                    set(d, &node, "gain", "gain", &given, None)?;
                }
                Ok::<_, Wrong>(())
            })?)
        },
    );
}

/// Sets a control of a strip.
fn control(draft: &mut Draft, strip: &Strip, name: &str, value: &Dynamic) -> Result<(), Wrong> {
    let switch = || {
        value.as_bool().map_err(|_| Wrong::new(format!("`{name}` is true or false; got {}", named(value))))
    };
    match name {
        "gain" => set(draft, &fader(&strip.name), "gain", "gain", &Given::read(value)?, None),
        "pan" => {
            let given = Given::read(value)?;
            let node = draft.desk().layer(&strip.name, &Layer::Pan)?;
            set(draft, &node, "pan", "pan", &given, None)
        }
        "pan_law" => {
            let node = draft.desk().layer(&strip.name, &Layer::Pan)?;
            let kind = draft.kind("pan")?;
            let named = |wrong: Wrong| Wrong::new(wrong.what.replace("`law`", "`pan_law`"));
            draft.give(&node, kind, "law", &Given::read(value)?).map_err(named)
        }
        "mute" => {
            let mute = switch()?;
            let node = draft.desk().layer(&strip.name, &Layer::Pre)?;
            let level = if mute { CLOSED_DB } else { 0.0 };
            let level = Given::Amount(crate::amount::Amount::new(level, Unit::Decibel));
            set(draft, &node, "gain", "gain", &level, None)
        }
        "solo" if draft.cursor.is_some() => {
            let solo = switch()?;
            for other in draft.desk().tracks().into_iter().filter(|t| *t != strip.name) {
                control(draft, &Strip::new(&other), "mute", &Dynamic::from(solo))?;
            }
            Ok(())
        }
        "solo" => {
            let tracks: &[&str] = if switch()? { &[&strip.name] } else { &[] };
            Ok(draft.desk().solo(tracks)?)
        }
        _ => {
            let near = nearest(name, CONTROLS);
            let near =
                near.map_or(format!("it has: {}", CONTROLS.join(", ")), |n| format!("did you mean `{n}`?"));
            Err(Wrong::new(format!("a strip has no `{name}`; {near}")))
        }
    }
}
