//! The console: tracks, buses, groups, sends, mutes, VCAs, snapshots.

use super::{Answer, Args, Call, Words, written};
use crate::draft::{Draft, Given, Strip, When, named};
use crate::trouble::Wrong;
use rhai::{Array, Dynamic, EvalAltResult, ImmutableString, NativeCallContext};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{Parameter, nearest};
use signalbox_engine::patch::{Endpoint, Node, Role, Shape};
use signalbox_studio::console::automation::{AT_ONCE, Course};
use signalbox_studio::console::{CLOSED_DB, Layer, MASTER, Snapshot, fader};

/// Some strips that share a fader.
#[derive(Clone, Debug, PartialEq)]
pub struct Vca {
    name: String,
    strips: Vec<String>,
}

/// What can be set on a strip.
const CONTROLS: [&str; 5] = ["gain", "pan", "pan_law", "mute", "solo"];

/// Teaches the words.
pub fn teach(words: &mut Words<'_>) {
    words.word(
        "track",
        "track(\"vox\", file: \"vox.wav\")",
        "a strip that plays a file, or (input: 1) what is recorded; track(\"vox\") finds it again anywhere",
        1..=2,
        track,
    );
    words.word(
        "bus",
        "bus(\"verb\")",
        "a strip that takes signals in; made where it is not there yet",
        1..=1,
        bus,
    );
    words.word("group", "group(\"rhythm\")", "a bus whose strips share its fader", 1..=1, bus);
    words.word("master", "master()", "the last strip, which is heard", 0..=0, |call, args| {
        args.done()?;
        call.draft(|d| {
            let there = d.desk().has(MASTER);
            d.desk().master()?;
            if !there {
                d.mark(MASTER);
            }
            Ok::<_, Wrong>(())
        })?;
        Ok(Dynamic::from(Strip::new(MASTER)))
    });
    words.word(
        "send",
        "vox.send(verb, -14.db, pre: false, over: 2.bars)",
        "sends a strip to a bus, after its fader or before it; inside of `at` the level goes there `over` so long",
        3..=4,
        send,
    );
    words.word(
        "dip",
        "strip.dip(-6.db, over: 1.beat)",
        "goes down by so much and comes back, all within `over`; the lowest point is in the middle",
        2..=3,
        dip,
    );
    words.word(
        "vca",
        "vca(\"all\", [drums, bass])",
        "a fader for several strips: v.gain = -3.db",
        2..=2,
        |_, mut args| {
            let name = args.text("a name")?;
            let list = args.next().and_then(Dynamic::try_cast::<Array>).unwrap_or_default();
            args.done()?;
            let strips: Option<Vec<String>> =
                list.iter().map(|v| v.flatten_clone().try_cast::<Strip>().map(|s| s.name)).collect();
            match strips.filter(|s| !s.is_empty()) {
                Some(strips) => Ok(Dynamic::from(Vca { name, strips })),
                None => {
                    Err(Wrong::new("a vca wants a list of strips, as in vca(\"all\", [drums, bass])").into())
                }
            }
        },
    );
    words.word(
        "snapshot",
        "snapshot()",
        "what all faders, pans, mutes and sends stand at now",
        0..=0,
        |call, args| {
            args.done()?;
            Ok(Dynamic::from(call.draft(|d| {
                let now = d.cursor.map_or(0.0, |when| d.seconds(when));
                Snapshot::take(&d.desk(), now)
            })))
        },
    );
    words.word(
        "recall",
        "recall(snap, over: 2.bars)",
        "brings all faders, pans, mutes and sends back to a snapshot, at once or over some time",
        1..=2,
        recall,
    );
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
    properties(words);
}

/// Refuses a file that is not there, and learns how long it is.
pub fn known_file(call: &Call<'_, '_>, file: &str) -> Result<(), Wrong> {
    let mut world = call.world.borrow_mut();
    let path = world.root.read(file)?;
    let reader = signalbox_file::Reader::open(&path).map_err(|e| Wrong::new(e.to_string()))?;
    let info = reader.info();
    if world.draft.patch.rate.is_none() {
        world.draft.patch.rate = Some(info.rate);
    }
    if let Some(frames) = info.frames {
        world.end = world.end.max(frames as f64 / f64::from(info.rate.max(1)));
    }
    Ok(())
}

fn track(call: &Call<'_, '_>, mut args: Args) -> Answer {
    let name = args.text("a name")?;
    let file = args.named_text("file")?;
    let input = args.named_amount("input")?;
    args.done()?;
    let strip = Strip::new(&name);
    let there = call.draft(|d| d.desk().has(&name));
    match (file, input) {
        (None, None) if there => {}
        (None, None) => {
            let strips = call.draft(|d| d.desk().strips());
            let near = nearest(&name, strips.iter().map(String::as_str));
            let near = near.map_or(String::new(), |n| format!("; did you mean \"{n}\"?"));
            let way = format!("a new one says what it plays, as in track(\"{name}\", file: \"{name}.wav\")");
            return Err(Wrong::new(format!("there is no track \"{name}\"{near} {way}")).into());
        }
        _ if there => return Err(Wrong::new(format!("there is a track \"{name}\" already")).into()),
        (Some(file), _) => {
            known_file(call, &file).map_err(|w| Wrong { argument: Some("file".into()), ..w })?;
            call.draft(|d| d.desk().track(&name, &file).map(|()| d.mark(&name)))
                .map_err(|e| Wrong::new(e.to_string()))?;
        }
        (None, Some(number)) => call.draft(|d| {
            d.desk().bus(&name, Some(Role::Strip))?;
            d.mark(&name);
            let node = Node::new("live").with("first", number.value).with("monitor", true);
            let id = format!("{name} input");
            d.add(&id, node)?;
            d.lead(&crate::draft::Signal::of(&id), &name);
            Ok::<_, Wrong>(())
        })?,
    }
    Ok(Dynamic::from(strip))
}

fn bus(call: &Call<'_, '_>, mut args: Args) -> Answer {
    let name = args.text("a name")?;
    args.done()?;
    call.draft(|d| {
        if !d.desk().has(&name) {
            d.desk().bus(&name, None)?;
            d.mark(&name);
        }
        Ok::<_, Wrong>(())
    })?;
    Ok(Dynamic::from(Strip::new(&name)))
}

/// Sets a level or a place of a node: from the start, or at the cursor over some seconds.
fn set(
    draft: &mut Draft,
    node: &str,
    kind: &str,
    parameter: &str,
    given: &Given,
    over: Option<f64>,
) -> Result<(), Wrong> {
    let kind = draft.kind(kind)?;
    if let (Some(when), Given::Amount(amount)) = (draft.cursor, given)
        && let Some(p) = kind.parameter(parameter)
    {
        let parameter: &Parameter = &kind.parameters[p];
        let value = draft.number_for(parameter, *amount)?;
        let end = Endpoint { node: node.into(), port: parameter.name.into() };
        draft.go(&end, parameter, when, value, over.unwrap_or(0.0));
        return Ok(());
    }
    draft.give(node, kind, parameter, given)
}

/// The length of `over:`, in seconds, at the cursor.
fn over(call: &Call<'_, '_>, args: &mut Args) -> Result<Option<f64>, Wrong> {
    let Some(amount) = args.named_amount("over")? else { return Ok(None) };
    call.draft(|d| d.length("over", amount, d.cursor.unwrap_or(When::beats(0.0)))).map(Some)
}

fn send(call: &Call<'_, '_>, mut args: Args) -> Answer {
    let strip = args.strip("a strip")?;
    let bus = args.strip("a bus to send to, as in vox.send(verb, -14.db)")?;
    let level =
        args.next().ok_or_else(|| Wrong::new("`send` wants a level, as in vox.send(verb, -14.db)"))?;
    let level = Given::read(&level)?;
    let pre = args.named_switch("pre")?;
    let over = over(call, &mut args)?;
    args.done()?;
    call.draft(|d| {
        if strip.name == bus.name {
            return Err(Wrong::new(format!("`{}` can't be sent to itself", strip.name)));
        }
        let there = d.patch.graph.nodes.contains_key(&format!("{} to {}", strip.name, bus.name));
        let node = d.desk().send(&strip.name, &bus.name, pre)?;
        d.mark(&node);
        if !there && d.cursor.is_some() {
            // Up to there nothing is sent.
            d.desk().set(&node, "gain", written(CLOSED_DB))?;
        }
        set(d, &node, "gain", "gain", &level, over)
    })?;
    Ok(Dynamic::UNIT)
}

fn dip(call: &Call<'_, '_>, mut args: Args) -> Answer {
    let strip = args.strip("a strip")?;
    let depth = args.amount("a level, as in -6.db")?;
    let over = over(call, &mut args)?.unwrap_or(0.5);
    args.done()?;
    call.draft(|d| {
        let depth = d.in_unit("dip", Unit::Decibel, depth)?;
        let node = d.desk().layer(&strip.name, &Layer::Dip)?;
        let when = d.cursor.unwrap_or(When::beats(0.0));
        let tempo = d.patch.tempo.clone();
        let end = Endpoint { node, port: "gain".into() };
        let mut course = d.patch.graph.lanes.get(&end).map(Course::of).unwrap_or_default();
        let half = (over / 2.0).max(AT_ONCE);
        course.go(when.moment(), depth, half, 0.0, Shape::S, &tempo);
        let middle = signalbox_studio::console::automation::later(when.moment(), half, &tempo);
        course.go(middle, 0.0, half, 0.0, Shape::S, &tempo);
        d.patch.graph.lanes.insert(end, course.lane(Unit::Decibel, &tempo));
        Ok::<_, Wrong>(())
    })?;
    Ok(Dynamic::UNIT)
}

fn recall(call: &Call<'_, '_>, mut args: Args) -> Answer {
    let value = args.next().unwrap_or_default();
    let over = over(call, &mut args)?;
    args.done()?;
    let Some(snapshot) = value.clone().try_cast::<Snapshot>() else {
        return Err(Wrong::new(format!("`recall` wants a snapshot(); got {}", named(&value))).into());
    };
    call.draft(|d| {
        let mut values: Vec<(Endpoint, f64)> = snapshot.values().map(|(end, v)| (end.clone(), v)).collect();
        // What came later was not there then: pans stood in the middle, sends were closed, nothing was muted.
        for (end, _) in Snapshot::take(&d.desk(), 0.0).values() {
            let there = values.iter().any(|(known, _)| known == end);
            if !there && !end.node.ends_with(" fader") {
                let closed = end.node.contains(" to ");
                values.push((end.clone(), if closed { CLOSED_DB } else { 0.0 }));
            }
        }
        for (end, value) in values {
            let (kind, unit) =
                if end.port == "pan" { ("pan", Unit::Percent) } else { ("gain", Unit::Decibel) };
            let amount = Given::Amount(crate::amount::Amount::new(value, unit));
            set(d, &end.node, kind, &end.port, &amount, over)?;
        }
        Ok::<_, Wrong>(())
    })?;
    Ok(Dynamic::UNIT)
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

fn properties(words: &mut Words<'_>) {
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
