//! `each` on several cores: every worker evaluates the script by itself, up to the same `each`, and takes items of its
//! list from there on.
//!
//! Rhai's values stay on their thread, so only plain data crosses: the items, and what the function gives back. What a
//! worker prints, writes, measures and asserts for an item is kept with it and told in the order of the list: so it is the
//! same for any number of workers.

mod plain;
mod share;

pub use plain::Plain;
pub use share::Sharing;

use crate::draft::named;
use crate::run::Settings;
use crate::trouble::{Trouble, Wrong};
use crate::words::{Answer, Args, Call, Mode, Shared};
use rhai::{Array, Dynamic, EvalAltResult, FnPtr, Position};
use share::{Done, Kept, Share};
use signalbox_engine::patch::Patch;
use signalbox_studio::output::Progress;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;

/// The most workers.
const MOST: usize = 256;

/// The stack of a worker, in bytes: that of a main thread.
const STACK: usize = 8 * 1024 * 1024;

/// How often is looked whether the user wants it to stop.
const LOOK: Duration = Duration::from_millis(50);

/// A render of a worker stops where another one has failed.
struct Stopped(Arc<AtomicBool>);

impl Progress for Stopped {
    fn done(&self, _: u64) -> bool {
        !self.0.load(Ordering::Relaxed)
    }
}

/// The word.
pub fn each(call: &Call<'_, '_>, mut args: Args) -> Answer {
    let value = args.next().unwrap_or_default();
    let Some(list) = value.clone().try_cast::<Array>() else {
        let what = format!("`each` wants a list, as in files(\"*.wav\"); got {}", named(&value));
        return Err(Wrong::new(what).into());
    };
    let f: FnPtr = args.function()?;
    let jobs = args.named_amount("jobs")?;
    args.done()?;
    let Some(jobs) = jobs else {
        let results = list.into_iter().map(|item| f.call_within_context(call.context, (item,)));
        return Ok(results.collect::<Result<Array, Box<EvalAltResult>>>()?.into());
    };
    let jobs = match jobs.value {
        0.0 => std::thread::available_parallelism().map_or(1, usize::from),
        jobs if jobs.fract() == 0.0 && (1.0..=MOST as f64).contains(&jobs) => jobs as usize,
        jobs => return Err(Wrong::about("jobs", format!("`jobs` goes from 0 to {MOST}; got {jobs}")).into()),
    };
    if call.world.borrow().mode == Mode::Build {
        return Err(Wrong::new(super::super::world::NEEDS_SOUND).into());
    }
    let items: Vec<Plain> = list.iter().map(Plain::read).collect::<Result<_, _>>()?;
    let number = call.world.borrow().earlier.len();
    let share = call.world.borrow().sharing.as_ref().map(|s| s.share.clone());
    if let Some(share) = share {
        if number == share.earlier.len() {
            return work(call, &f, &share, &items);
        }
        let before = share.earlier[number].clone();
        let results: Array = before.iter().map(Plain::value).collect();
        call.world.borrow_mut().earlier.push(before);
        return Ok(results.into());
    }
    let results = share_out(call, items, jobs)?;
    let values: Array = results.iter().map(Plain::value).collect();
    call.world.borrow_mut().earlier.push(results);
    Ok(values.into())
}

/// A worker's turn: it takes items until there are none, and then leaves the script.
fn work(call: &Call<'_, '_>, f: &FnPtr, share: &Share, items: &[Plain]) -> Answer {
    if items != share.items {
        return Err(Wrong::new("the list is another one each time that the script runs").into());
    }
    {
        let mut world = call.world.borrow_mut();
        // What lies before is told by whoever shares the work out.
        (world.rendered, world.notes, world.checks) = (Vec::new(), Vec::new(), Vec::new());
        world.sharing.iter_mut().for_each(|s| s.works = true);
    }
    let before: Patch = call.draft(|d| d.patch.clone());
    let seed = call.world.borrow().seed.clone();
    let start = seed.get();
    while !share.stop.load(Ordering::Relaxed) {
        let at = share.next.fetch_add(1, Ordering::Relaxed);
        let Some(item) = share.items.get(at) else { break };
        // Chance is that of the item, whoever takes it.
        seed.set(start ^ (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let known: Vec<String> = call.world.borrow().analyses.keys().cloned().collect();
        let result: Answer = f.call_within_context(call.context, (item.value(),));
        let value = match result {
            Ok(value) => Plain::read(&value).map_err(Box::<EvalAltResult>::from),
            Err(e) => Err(e),
        };
        let value = value.and_then(|value| match call.draft(|d| d.patch == before) {
            true => Ok(value),
            false => Err(Wrong::new(
                "what is done in `each` with jobs can't build into the patch; render files, and give plain values back",
            )
            .into()),
        });
        let mut world = call.world.borrow_mut();
        let value = value.map_err(|e| world.trouble(&e));
        let new = world.analyses.iter().filter(|(name, _)| !known.contains(name));
        let analyses = new.map(|(name, a)| (name.clone(), (**a).clone())).collect();
        let kept = Kept {
            analyses,
            printed: world.sharing.as_mut().map(|s| std::mem::take(&mut s.printed)).unwrap_or_default(),
            rendered: std::mem::take(&mut world.rendered),
            notes: std::mem::take(&mut world.notes),
            checks: std::mem::take(&mut world.checks),
        };
        let failed = value.is_err();
        let told = world.sharing.as_ref().is_some_and(|s| s.tell.send(Done { at, value, kept }).is_ok());
        if failed || !told {
            break;
        }
    }
    Err(Box::new(EvalAltResult::ErrorTerminated(Dynamic::UNIT, Position::NONE)))
}

/// Lets workers do all items; gives what came of them, in order.
fn share_out(call: &Call<'_, '_>, items: Vec<Plain>, jobs: usize) -> Result<Vec<Plain>, Box<EvalAltResult>> {
    let count = items.len();
    let jobs = jobs.min(count);
    let (share, clock, progress, print) = {
        let world = call.world.borrow();
        let share = Share {
            script: world.script.clone(),
            root: world.root.clone(),
            rate: world.rate,
            threads: (world.threads / jobs.max(1)).max(1),
            shard: world.shard,
            resume: world.resume,
            earlier: world.earlier.clone(),
            items,
            next: AtomicUsize::new(0),
            stop: Arc::default(),
            rendered: world.rendered.clone(),
            analyses: world.analyses.iter().map(|(name, a)| (name.clone(), (**a).clone())).collect(),
        };
        (Arc::new(share), world.clock.clone(), world.progress.clone(), world.print.clone())
    };
    let mut done: Vec<Option<Done>> = Vec::new();
    done.resize_with(count, || None);
    let mut broken = None;
    clock.stopped(|| {
        let (tell, told) = mpsc::channel();
        let workers: Vec<_> = (0..jobs)
            .map(|_| {
                let (share, tell) = (share.clone(), tell.clone());
                std::thread::Builder::new()
                    .name("job".into())
                    .stack_size(STACK)
                    .spawn(move || run(share, tell))
            })
            .collect();
        drop(tell);
        progress.begin("each", Some(count as u64));
        let mut finished = 0;
        loop {
            match told.recv_timeout(LOOK) {
                Ok(one) => {
                    let one: Done = one;
                    finished += 1;
                    if one.value.is_err() {
                        share.stop.store(true, Ordering::Relaxed);
                    }
                    let at = one.at;
                    done[at] = Some(one);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if !progress.done(finished) {
                share.stop.store(true, Ordering::Relaxed);
            }
        }
        progress.end();
        for worker in workers {
            match worker.map(std::thread::JoinHandle::join) {
                Ok(Ok(Ok(()))) => {}
                Ok(Ok(Err(trouble))) => broken = Some(told_so(trouble)),
                Ok(Err(_)) => {
                    broken = Some(Wrong::new("a job broke a word of the language; please report it").into())
                }
                Err(e) => broken = Some(Wrong::new(format!("no thread can be had: {e}")).into()),
            }
        }
    });
    let mut results = Vec::with_capacity(count);
    let mut missing = false;
    for one in done {
        let Some(Done { value, kept, .. }) = one else {
            missing = true;
            continue;
        };
        let mut world = call.world.borrow_mut();
        kept.printed.iter().for_each(|text| print(text));
        for path in &kept.rendered {
            world.analyses.remove(path);
        }
        world.rendered.extend(kept.rendered);
        world.notes.extend(kept.notes);
        world.checks.extend(kept.checks);
        world.analyses.extend(kept.analyses.into_iter().map(|(name, a)| (name, Rc::new(a))));
        match value {
            Ok(value) => results.push(value),
            Err(trouble) => return Err(told_so(trouble)),
        }
    }
    match broken {
        Some(error) => Err(error),
        None if missing => Err(Wrong::new("stopped before all was done").into()),
        None => Ok(results),
    }
}

/// A worker: the script, up to the `each` that it helps with.
fn run(share: Arc<Share>, tell: Sender<Done>) -> Result<(), Trouble> {
    let settings = Settings {
        root: share.root.clone(),
        rate: share.rate,
        threads: share.threads,
        progress: Rc::new(Stopped(share.stop.clone())),
        ..Settings::new(Mode::Run, share.root.folder())
    };
    share.script.clone().help(&settings, |world: &Shared| {
        let mut world = world.borrow_mut();
        (world.shard, world.resume) = (share.shard, share.resume);
        world.analyses = share.analyses.iter().map(|(name, a)| (name.clone(), Rc::new(a.clone()))).collect();
        world.sharing = Some(Sharing { share, tell, works: false, printed: Vec::new() });
    })
}

/// An error that knows its place already.
fn told_so(trouble: Trouble) -> Box<EvalAltResult> {
    Box::new(EvalAltResult::ErrorRuntime(Dynamic::from(trouble), Position::NONE))
}
