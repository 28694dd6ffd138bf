//! Lessons: a patch that explains and tests itself.

use super::{Answer, Args, Call, Quiz, Words};
use crate::amount::Measure;
use crate::apply::difference;
use crate::draft::{Strip, named, signal};
use crate::trouble::Wrong;
use rhai::Dynamic;
use signalbox_dsp::units::Unit;

/// Teaches the words.
pub fn teach(words: &mut Words<'_>) {
    words.word("title", "title(\"…\")", "what the patch is called", 1..=1, |call, mut args| {
        let title = args.text("a title")?;
        args.done()?;
        call.draft(|d| d.patch.title = title);
        Ok(Dynamic::UNIT)
    });
    words.word(
        "annotate",
        "annotate(signal, \"…\")",
        "writes a sentence on the node that a signal comes from",
        2..=2,
        annotate,
    );
    words.word(
        "quiz",
        "quiz(\"question\", answer: 3.4.s, within: 0.3)",
        "asks something; an answer so near is right",
        1..=2,
        quiz,
    );
    words.word(
        "step",
        "step(\"Turn it up\", || p.set(0.9))",
        "something for a student to do, after the steps before it; the patch itself stays as it is",
        2..=2,
        step,
    );
}

fn annotate(call: &Call<'_, '_>, mut args: Args) -> Answer {
    let value = args.next().unwrap_or_default();
    let text = args.text("a sentence")?;
    args.done()?;
    let node = match value.clone().try_cast::<Strip>() {
        Some(strip) => Some(strip.name),
        None => signal(&value).and_then(|s| s.taps.last().map(|t| t.from.node.clone())),
    };
    let node = node.ok_or_else(|| Wrong::new(format!("`annotate` wants a signal; got {}", named(&value))))?;
    call.draft(|d| {
        if let Some(node) = d.patch.graph.nodes.get_mut(&node) {
            node.label = text;
        }
    });
    Ok(Dynamic::UNIT)
}

fn quiz(call: &Call<'_, '_>, mut args: Args) -> Answer {
    let question = args.text("a question")?;
    let answer = args.named_amount("answer")?;
    let within = args.named_amount("within")?;
    args.done()?;
    let answer =
        answer.ok_or_else(|| Wrong::new("a quiz has an answer, as in quiz(\"…\", answer: 3.4.s)"))?;
    if let Some(within) = within
        && within.measure != answer.measure
        && within.measure != Measure::Of(Unit::None)
    {
        return Err(Wrong::about("within", format!("`within` is of the answer's kind; got {within}")).into());
    }
    let quiz = Quiz { question, answer, within: within.map_or(0.0, |w| w.value.abs()) };
    call.world.borrow_mut().lesson.quizzes.push(quiz);
    Ok(Dynamic::UNIT)
}

fn step(call: &Call<'_, '_>, mut args: Args) -> Answer {
    let name = args.text("a name")?;
    let f = args.function()?;
    args.done()?;
    let (start, params, notes) = {
        let mut world = call.world.borrow_mut();
        (world.draft.patch.clone(), world.draft.params.clone(), std::mem::take(&mut world.notes))
    };
    // The steps before this one are done already when a student comes to it.
    let before: Vec<_> = call.world.borrow().lesson.steps.iter().flat_map(|s| s.1.clone()).collect();
    call.draft(|d| {
        for edit in before {
            d.patch.apply(edit)?;
        }
        Ok::<_, Wrong>(())
    })?;
    let from = call.draft(|d| d.patch.clone());
    let result: Result<Dynamic, _> = f.call_within_context(call.context, ());
    let mut world = call.world.borrow_mut();
    let edits = difference(&from, &world.draft.patch);
    let told = std::mem::replace(&mut world.notes, notes);
    world.draft.patch = start;
    world.draft.params = params;
    drop(result?);
    world.lesson.steps.push((name, edits, told));
    Ok(Dynamic::UNIT)
}
