//! The console: tracks, buses, groups, sends, mutes, VCAs, snapshots.

mod properties;

use super::{Answer, Args, Call, Words, written};
use crate::draft::{Draft, Given, Strip, When, named};
use crate::trouble::Wrong;
use rhai::{Array, Dynamic};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{Parameter, nearest};
use signalbox_engine::patch::{Endpoint, Node, Role, Shape};
use signalbox_studio::console::automation::{AT_ONCE, Course};
use signalbox_studio::console::{CLOSED_DB, Layer, MASTER, Snapshot};

/// Some strips that share a fader.
#[derive(Clone, Debug, PartialEq)]
pub struct Vca {
    name: String,
    strips: Vec<String>,
}

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
    properties::teach(words);
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
