//! Wrong twins of expand and widths.

use super::{Chain, Chance, Pass, Twin, any};
use crate::compile::expand::expand;
use crate::compile::flat::{Flat, FlatCable};
use crate::node::{PortKind, Width};
use crate::patch::{Graph, Patch};

pub const TWINS: &[Twin] = &[
    Twin { pass: Pass::Expand, what: "a value that an instance sets is lost", wrong: no_override },
    Twin { pass: Pass::Expand, what: "a muted node sounds", wrong: no_mute },
    Twin { pass: Pass::Expand, what: "no sound goes round a bypassed node", wrong: no_bypass },
    Twin { pass: Pass::Expand, what: "no sound goes round a bypassed instance", wrong: no_way_round },
    Twin { pass: Pass::Expand, what: "a bypassed instance is heard", wrong: both_ways },
    Twin { pass: Pass::Expand, what: "a cable has no level", wrong: no_gain },
    Twin { pass: Pass::Expand, what: "a cable is lost", wrong: no_cable },
    Twin { pass: Pass::Expand, what: "a lane is lost", wrong: no_lane },
    Twin { pass: Pass::Expand, what: "cables are summed by their ids alone", wrong: no_scopes },
    Twin { pass: Pass::Expand, what: "a voice hears the notes of another one", wrong: other_voice },
    Twin { pass: Pass::Widths, what: "an output stays mono", wrong: mono_output },
    Twin { pass: Pass::Widths, what: "an input is too wide", wrong: wide_input },
];

/// Unfolds the patch with one of its things left out.
fn without(c: &mut Chain, leave_out: impl FnOnce(&mut Patch) -> Option<()>) -> Option<()> {
    let mut patch = c.patch.clone();
    leave_out(&mut patch)?;
    c.flat = expand(&patch, &c.context).ok()?.0;
    Some(())
}

/// A graph of the patch that is there after unfolding.
fn graph<'p>(
    patch: &'p mut Patch,
    chance: &mut Chance,
    has: impl Fn(&Graph) -> bool,
) -> Option<&'p mut Graph> {
    let used = |name: &str| patch.graph.nodes.values().any(|n| n.kind == name);
    let names: Vec<_> = patch.subpatches.keys().filter(|name| used(name)).cloned().collect();
    let names = std::iter::once(None).chain(names.into_iter().map(Some));
    let names: Vec<_> = names.filter(|name| patch.scope(name).is_some_and(&has)).collect();
    match any(chance, names)? {
        None => Some(&mut patch.graph),
        Some(name) => patch.subpatches.get_mut(&name),
    }
}

fn no_override(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    without(c, |patch| {
        let instances = patch.graph.nodes.values_mut().filter(|n| patch.subpatches.contains_key(&n.kind));
        let node = any(chance, instances.filter(|n| !n.values.is_empty()))?;
        let name = any(chance, node.values.keys().cloned())?;
        node.values.remove(&name).map(drop)
    })
}

fn no_mute(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    without(c, |patch| {
        let graph = graph(patch, chance, |g| g.nodes.values().any(|n| n.mute))?;
        // What gives nothing makes no difference.
        let leads = |id: &String| graph.cables.values().any(|c| c.from.node == *id);
        let ids: Vec<_> =
            graph.nodes.iter().filter(|(id, n)| n.mute && leads(id)).map(|n| n.0.clone()).collect();
        graph.nodes.get_mut(&any(chance, ids)?)?.mute = false;
        Some(())
    })
}

fn no_bypass(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let node = any(chance, c.flat.nodes.iter_mut().filter(|n| n.bypass))?;
    node.bypass = false;
    Some(())
}

fn no_way_round(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let ways = c.flat.cables.iter().enumerate().filter(|(_, c)| c.goes_around());
    let at = any(chance, ways.map(|(at, _)| at))?;
    c.flat.cables.remove(at);
    Some(())
}

fn both_ways(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let ways: Vec<_> = c.flat.cables.iter().filter(|c| c.goes_around()).map(|c| c.to.0).collect();
    let inside = |c: &&mut FlatCable| c.gain == 0.0 && ways.contains(&c.to.0);
    any(chance, c.flat.cables.iter_mut().filter(inside))?.gain = 1.0;
    Some(())
}

fn no_gain(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let cable = any(chance, c.flat.cables.iter_mut().filter(|c| c.gain != 1.0))?;
    cable.gain = 1.0;
    Some(())
}

fn no_cable(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    without(c, |patch| {
        let graph = graph(patch, chance, |g| !g.cables.is_empty())?;
        let id = any(chance, graph.cables.keys().copied())?;
        graph.cables.remove(&id).map(drop)
    })
}

fn no_lane(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    without(c, |patch| {
        let graph = graph(patch, chance, |g| !g.lanes.is_empty())?;
        let to = any(chance, graph.lanes.keys().cloned())?;
        graph.lanes.remove(&to).map(drop)
    })
}

fn no_scopes(c: &mut Chain, _: &mut Chance) -> Option<()> {
    let order = |flat: &Flat| flat.cables.iter().map(|c| (c.scope.clone(), c.id)).collect::<Vec<_>>();
    let before = order(&c.flat);
    c.flat.cables.sort_by_key(|c| c.id);
    (order(&c.flat) != before).then_some(())
}

fn other_voice(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let voices = any(chance, c.flat.voices.iter().filter(|v| v.count > 1))?;
    let cables = c.flat.cables.iter_mut().filter(|c| c.from.0 == voices.dealer);
    let voice = any(chance, cables)?.voice.as_mut()?;
    *voice = (*voice + 1) % voices.count as u32;
    Some(())
}

fn mono_output(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let follows = |n: usize| {
        let output = c.flat.nodes[n].declaration.outputs.first();
        output.is_some_and(|p| p.kind == PortKind::Audio(Width::Follow)) && c.widths.outputs[n][0] > 1
    };
    let n = any(chance, (0..c.flat.nodes.len()).filter(|&n| follows(n)))?;
    c.widths.outputs[n][0] = 1;
    Some(())
}

fn wide_input(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let mono = |n: usize| c.widths.inputs[n].first() == Some(&1);
    let n = any(chance, (0..c.flat.nodes.len()).filter(|&n| mono(n)))?;
    c.widths.inputs[n][0] = 2;
    Some(())
}
