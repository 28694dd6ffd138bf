//! Slots: parts of a script that are changed while they sound.

use super::time::run;
use super::{Answer, Args, Call, Words};
use crate::amount::{Amount, Measure};
use crate::apply::Slot;
use crate::draft::{Draft, Given, Signal, Strip, When, named, signal};
use crate::trouble::Wrong;
use rhai::Dynamic;
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{Declaration, PortKind};
use signalbox_engine::patch::Endpoint;
use std::collections::{BTreeMap, BTreeSet};

/// Teaches the words.
pub fn teach(words: &mut Words<'_>) {
    words.word(
        "def",
        "def(\"pad\", || osc(220.hz) |> lowpass(1.khz), fade: 2.s, quant: 1.bar, law: \"power\")",
        "a slot with a name: a bus that sounds what the function gives, on the master unless it is led elsewhere; changed \
         while it plays, it goes over within `fade`, from the next multiple of `quant` on, by equal power or `linear`",
        2..=3,
        slot,
    );
}

fn slot(call: &Call<'_, '_>, mut args: Args) -> Answer {
    let name = args.text("a name")?;
    let f = args.function()?;
    let (fade, quant) = (args.named_amount("fade")?, args.named_amount("quant")?);
    let law = args.named_text("law")?;
    args.done()?;
    let fade = fade.map(|f| call.draft(|d| d.length("fade", f, When::beats(0.0)))).transpose()?;
    let quant = quant.map(|q| call.draft(|d| beats(d, "quant", q))).transpose()?;
    begin(call, &name)?;
    let scope = call.draft(|d| std::mem::replace(&mut d.scope, name.clone()));
    let before: BTreeSet<String> = call.draft(|d| d.patch.graph.nodes.keys().cloned().collect());
    let fades = fade.is_some() || quant.is_some();
    let law = law.unwrap_or_else(|| "power".into());
    let result = run(call, &f, None);
    let sound = result.and_then(|result| match signal(&result) {
        Some(sound) if fades => Ok(call.draft(|d| door(d, &sound, &law))?),
        Some(sound) => Ok(sound),
        None => {
            let what = format!("the function of \"{name}\" gives a signal; it gave {}", named(&result));
            Err(Wrong::new(what).into())
        }
    });
    let leaks = call.draft(|d| if fades { shut(d, &before, &law) } else { Ok(Vec::new()) });
    call.draft(|d| d.scope = scope);
    let (sound, mut doors) = (sound?, leaks?);
    let mut world = call.world.borrow_mut();
    world.draft.lead(&sound, &name);
    if let Some(door) = sound.node().filter(|_| fades) {
        doors.push(door.to_string());
        let made = world.draft.patch.graph.nodes.keys().filter(|id| !before.contains(*id));
        let nodes = made.cloned().collect();
        world.changing.push(Slot { name: name.clone(), fade: fade.unwrap_or(0.0), quant, nodes, doors });
    }
    Ok(Dynamic::from(Strip::new(&name)))
}

/// A node by which a slot sounds, and that fades where the slot changes while it plays.
fn door(draft: &mut Draft, sound: &Signal, law: &str) -> Result<Signal, Wrong> {
    let given = vec![
        ("b".to_string(), Given::Signal(sound.clone())),
        ("position".to_string(), Given::Amount(Amount::new(100.0, Unit::Percent))),
        ("law".to_string(), Given::Text(law.into())),
    ];
    draft.node("crossfade", "door", &Signal::default(), given)
}

/// Puts doors where sound of a slot is led out of it by another way than its bus: into a send, an insert, another bus.
/// Notes, which no door can fade, pass.
fn shut(draft: &mut Draft, outside: &BTreeSet<String>, law: &str) -> Result<Vec<String>, Wrong> {
    let Draft { patch, shelf, .. } = &*draft;
    let sounds = |from: &Endpoint| {
        let kind = patch.graph.nodes.get(&from.node).and_then(|n| shelf.get(&n.kind));
        let port = |k: &&Declaration| k.outputs.iter().find(|p| from.port.is_empty() || p.name == from.port);
        kind.and_then(|k| port(&k)).is_none_or(|p| matches!(p.kind, PortKind::Audio(_)))
    };
    let mut leaks: BTreeMap<Endpoint, Vec<u32>> = BTreeMap::new();
    for (&id, cable) in &patch.graph.cables {
        let leaves = !outside.contains(&cable.from.node) && outside.contains(&cable.to.node);
        if leaves && sounds(&cable.from) {
            leaks.entry(cable.from.clone()).or_default().push(id);
        }
    }
    let mut doors = Vec::new();
    for (from, cables) in leaks {
        let shut = door(draft, &Signal::of(&from.to_string()), law)?;
        let node = shut.node().unwrap_or_default();
        for id in cables {
            if let Some(cable) = draft.patch.graph.cables.get_mut(&id) {
                cable.from = Endpoint::from(node);
            }
        }
        doors.push(node.to_string());
    }
    Ok(doors)
}

/// A length of time in beats, from the start.
pub fn beats(draft: &Draft, name: &str, amount: Amount) -> Result<f64, Wrong> {
    let beats = match amount.measure {
        Measure::Of(Unit::Beat) => amount.value,
        Measure::Bars => draft.bars(amount.value, 0.0),
        _ => draft.patch.tempo.beat(draft.length(name, amount, When::beats(0.0))?),
    };
    if !(0.001..=1_024.0).contains(&beats) {
        return Err(Wrong::about(name, format!("`{name}` is a time, as in 1.beat / 4; got {amount}")));
    }
    Ok(beats)
}

/// Makes the strip of a slot.
pub fn begin(call: &Call<'_, '_>, name: &str) -> Result<(), Wrong> {
    call.draft(|d| {
        if d.desk().has(name) {
            return Err(Wrong::new(format!("there is a strip \"{name}\" already; choose another name")));
        }
        d.desk().bus(name, None)?;
        d.mark(name);
        Ok(())
    })?;
    call.world.borrow_mut().slots.push(name.into());
    Ok(())
}
