//! Wrong twins of order, align and late.

use super::{Chain, Chance, Pass, Twin, any};
use crate::compile::align::align;
use crate::compile::flat::Target;
use crate::compile::is_output;
use crate::compile::order::{Mode, Vertex};
use crate::node::{BLOCK, Group, PortKind};

const fn twin(what: &'static str, wrong: fn(&mut Chain, &mut Chance) -> Option<()>) -> Twin {
    Twin { pass: Pass::Settle, what, wrong }
}

pub const TWINS: &[Twin] = &[
    twin("order: what only moves a parameter is not run", unheard_mover),
    twin("order: what only a meter hears is not run", unheard_meter),
    twin("order: the nodes of a loop run backwards", backwards),
    twin("order: a loop is cut at another cable than the one drawn last", other_cable),
    twin("order: a loop runs more frames at once than its delay holds", too_many_frames),
    twin("order: a loop is not cut", no_cut),
    twin("align: a cable's delay is forgotten", no_delay),
    twin("align: a node's latency is forgotten", no_latency),
    twin("align: what moves parameters is not held back", late_parameters),
    twin("align: a node believes to be a frame later than it is", late_node),
    twin("align: an output is given before the others", early_output),
    twin("late: latency is not taken from a loop's delay", not_early),
    twin("late: a frame too much is taken from a loop's delay", too_early),
];

/// Takes a node out of what is run.
fn forget(c: &mut Chain, node: usize) -> Option<()> {
    c.order.heard[node] = false;
    c.order.vertices.retain(|v| v.node != node);
    Some(())
}

fn unheard_mover(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let heard = |n: usize| c.order.heard[n] && c.order.loop_of[n].is_none();
    let leaving = |n: usize| c.flat.cables.iter().filter(move |cable| cable.from.0 == n);
    let moves = |n: usize| leaving(n).all(|cable| matches!(cable.to.1, Target::Parameter(..)));
    let all = (0..c.flat.nodes.len()).filter(|&n| heard(n) && leaving(n).next().is_some() && moves(n));
    let node = any(chance, all)?;
    forget(c, node)
}

fn unheard_meter(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let meters = |n: &usize| c.flat.nodes[*n].declaration.group == Group::Meters;
    let node = any(chance, (0..c.flat.nodes.len()).filter(meters))?;
    forget(c, node)
}

fn backwards(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let l = any(chance, 0..c.order.loops.len())?;
    let inside = |v: &Vertex| c.order.loop_of[v.node] == Some(l);
    let first = c.order.vertices.iter().position(inside)?;
    let count = c.order.vertices[first..].iter().take_while(|v| inside(v)).count();
    c.order.vertices[first..first + count].reverse();
    (count > 1).then_some(())
}

fn other_cable(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let l = any(chance, (0..c.order.loops.len()).filter(|&l| !c.order.loops[l].cables.is_empty()))?;
    let inside = |n: usize| c.order.loop_of[n] == Some(l);
    let other = |at: &usize| {
        let cable = &c.flat.cables[*at];
        let sound = c.flat.nodes[cable.from.0].declaration.outputs[cable.from.1].kind != PortKind::Events;
        sound && inside(cable.from.0) && inside(cable.to.0) && !c.order.feedback[*at]
    };
    let cable = any(chance, (0..c.flat.cables.len()).filter(other))?;
    let (before, named): (_, Vec<bool>) =
        (c.order.feedback.clone(), c.flat.cables.iter().map(|c| c.feedback).collect());
    c.flat.cables.iter_mut().enumerate().for_each(|(at, c)| c.feedback = at == cable);
    c.settle();
    c.flat.cables.iter_mut().zip(named).for_each(|(c, named)| c.feedback = named);
    (c.order.feedback != before).then_some(())
}

fn too_many_frames(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let short = |l: &&mut crate::compile::Loop| l.frames < BLOCK && l.cables.is_empty();
    any(chance, c.order.loops.iter_mut().filter(short))?.frames = BLOCK;
    Some(())
}

fn no_cut(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let cut = any(chance, c.order.vertices.iter().filter(|v| v.mode == Mode::Absorb).map(|v| v.node))?;
    // It runs where it gave, before what it has to take is there.
    c.order.vertices.retain(|v| v.node != cut || v.mode == Mode::Emit);
    let vertex = c.order.vertices.iter_mut().find(|v| v.node == cut)?;
    vertex.mode = Mode::Process;
    Some(())
}

fn no_delay(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    *any(chance, c.alignment.delay.iter_mut().filter(|d| **d > 0))? = 0;
    Some(())
}

fn no_latency(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let mut latency = c.alignment.latency.clone();
    *any(chance, latency.iter_mut().filter(|l| **l > 0))? = 0;
    let before = c.alignment.delay.clone();
    c.alignment = align(&c.flat, &c.order, &latency, &vec![false; latency.len()]);
    (c.alignment.delay != before).then_some(())
}

fn late_parameters(c: &mut Chain, _: &mut Chance) -> Option<()> {
    let mut any = None;
    for (cable, delay) in c.flat.cables.iter().zip(&mut c.alignment.delay) {
        if matches!(cable.to.1, Target::Parameter(..)) && *delay > 0 {
            *delay = 0;
            any = Some(());
        }
    }
    any
}

fn late_node(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    // Only where the node hears the time.
    let knows = |name: &str| ["noise", "notes", "cutter", "ring", "meter"].contains(&name);
    let all = c.order.vertices.iter().map(|v| v.node).filter(|&n| knows(c.flat.nodes[n].declaration.name));
    let node = any(chance, all)?;
    c.alignment.arrival[node] += 1;
    c.alignment.absorb[node] += 1;
    Some(())
}

fn early_output(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let early =
        |n: &usize| is_output(c.flat.nodes[*n].declaration) && c.alignment.arrival[*n] < c.alignment.total;
    let node = any(chance, (0..c.flat.nodes.len()).filter(early))?;
    c.alignment.arrival[node] = c.alignment.total;
    Some(())
}

fn not_early(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    any(chance, c.flat.nodes.iter_mut().filter(|n| n.early > 0))?.early = 0;
    Some(())
}

fn too_early(c: &mut Chain, chance: &mut Chance) -> Option<()> {
    let all = c.order.loops.iter().filter(|l| l.frames < BLOCK / 2).flat_map(|l| &l.nodes).copied();
    let node = any(chance, all)?;
    c.flat.nodes[node].early += 1;
    Some(())
}
