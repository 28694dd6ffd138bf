//! A story: a patch that is edited while it plays.

use super::build::{compiled, context};
use super::chance::Chance;
use super::generate::{self, edits::edits};
use super::interpreter::Interpreter;
use super::judge::lanes;
use super::play::{listen, listen_on_threads};
use super::{kinds, unfold};
use signalbox_engine::compile::Context;
use signalbox_engine::compile::check::check;
use signalbox_engine::patch::{Edit, Patch};
use signalbox_engine::run::pair;

/// Edits, and for how many frames the patch plays after them.
#[derive(Clone, Debug)]
pub struct Scene {
    pub edits: Vec<Edit>,
    pub frames: usize,
}

/// A random patch, and scenes of which each does something to it.
pub fn story(seed: u64) -> (Patch, Vec<Scene>) {
    let (patch, _) = generate::patch(seed);
    let mut chance = Chance::new(seed ^ 0x5ce7e);
    let mut scenes = vec![Scene { edits: Vec::new(), frames: chance.between(1, 200) }];
    let (mut now, mut undo) = (patch.clone(), Vec::new());
    for _ in 0..chance.between(2, 4) {
        for _ in 0..10 {
            let mut all = match !undo.is_empty() && chance.is(0.1) {
                true => undo.clone(),
                false => edits(&mut chance, &now),
            };
            if chance.is(0.2) {
                all.extend(edits(&mut chance, &now));
            }
            let Some((next, back)) = edited(&now, &all) else { continue };
            if next != now && compiled(&next).is_ok() {
                (now, undo) = (next, back);
                scenes.push(Scene { edits: all, frames: chance.between(1, 200) });
                break;
            }
        }
    }
    (patch, scenes)
}

/// The patch after edits, and the edits that undo them; `None` where one can't be.
fn edited(patch: &Patch, edits: &[Edit]) -> Option<(Patch, Vec<Edit>)> {
    let mut patch = patch.clone();
    let mut undo = edits.iter().map(|e| patch.apply(e.clone())).collect::<Result<Vec<_>, _>>().ok()?;
    undo.reverse();
    Some((patch, undo))
}

/// Plays a story and tells what is wrong with what the engine makes of it. Edits that can't be are left out. Gives how
/// many scenes were judged: it ends where nodes give what is no number, or more events meet than there is room for.
pub fn judge(patch: &Patch, scenes: &[Scene], seed: u64) -> Result<usize, String> {
    let shelf = kinds::shelf();
    let context = Context { lanes: lanes(seed), ..context(&shelf) };
    let (mut builder, mut runner) = pair();
    let mut interpreter = Interpreter::default();
    let (mut patch, mut chance) = (patch.clone(), Chance::new(seed ^ 0xb0ff));
    for (number, scene) in scenes.iter().enumerate() {
        let next = edited(&patch, &scene.edits).map(|e| e.0).filter(|p| builder.compile(p, &context).is_ok());
        patch = next.unwrap_or(patch);
        let tell = |what: String| Err(format!("scene {number}: {what}"));
        let compiled = match builder.compile(&patch, &context) {
            Ok(compiled) => compiled,
            // Only where it was made smaller by hand.
            Err(_) => return Ok(number),
        };
        if let Err(why) = check(&compiled.schedule) {
            return tell(format!("the checker: {why}"));
        }
        if let Some(d) = unfold::difference(&patch, &compiled.flat) {
            return tell(d);
        }
        let program = builder.build(&compiled, &context, &patch.tempo).unwrap_or_else(|p| panic!("{p:?}"));
        let most = *chance.pick(&[1, 16, 64, 300]);
        let mut lengths = Chance::new(chance.next());
        let buffer = || lengths.between(1, most);
        let played = match chance.is(0.1) {
            true => listen_on_threads(&mut runner, &program, scene.frames, 2, buffer, || chance.unit()),
            false => listen(&mut runner, &program, scene.frames, buffer),
        };
        let expected = interpreter.run(&patch, &compiled, scene.frames);
        let Some(expected) = expected.filter(|_| played.faults.is_empty()) else { return Ok(number) };
        if let Some(d) = played.difference(&expected) {
            return tell(d);
        }
    }
    Ok(scenes.len())
}
