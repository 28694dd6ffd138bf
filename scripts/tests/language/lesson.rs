//! The lesson of the examples, word for word.

use crate::support::{Project, near};
use signalbox_engine::patch::Edit;
use signalbox_scripts::Mode;

const LESSON: &str = include_str!("../../examples/lesson.rhai");

#[test]
fn the_lesson_explains_and_tests_itself() {
    let project = Project::new();
    let outcome = project.run(LESSON).unwrap_or_else(|e| panic!("{e}"));
    for check in &outcome.checks {
        assert!(check.holds, "{}", check.sides);
    }
    // Each trip of 250 ms takes 20 log 0.6 = -4.44 dB: 60 dB take 3.38 s, which is what the quiz wants to hear.
    let told = outcome.checks[0].sides.split(' ').next().unwrap().parse::<f64>().unwrap();
    // ISO 3382 reads a decay in steps within 5 %.
    near("decay", told, 0.25 * 60.0 / -(20.0 * 0.6f64.log10()), 0.17);
    let quiz = &outcome.lesson.quizzes[0];
    near("answer", quiz.answer.value, told, quiz.within);

    assert_eq!(outcome.patch.title, "Why does feedback need a delay?");
    let labelled =
        |text: &str| outcome.patch.graph.nodes.values().filter(|n| n.label.starts_with(text)).count();
    assert_eq!(labelled("An impulse: one sample"), 1);
    assert_eq!(labelled("Each trip round the loop"), 1);

    // The steps turn one number, the second to the end of its range, and say so.
    let [(up, first, quiet), (_, second, told)] = outcome.lesson.steps.as_slice() else {
        panic!("two steps")
    };
    assert_eq!(up, "Turn feedback up");
    assert!(quiet.is_empty());
    let turned = |edits: &[Edit]| match edits {
        [Edit::SetValue(None, _, name, Some(value))] => (name.clone(), value.as_f64().unwrap()),
        other => panic!("{other:?}"),
    };
    assert_eq!(turned(first), ("value".into(), 0.9));
    assert_eq!(turned(second), ("value".into(), 0.95));
    assert!(told[0].contains("0.95") && told[0].contains("1.2"), "{told:?}");
    // The patch itself stays as it was written.
    let value = outcome.patch.graph.nodes.values().find_map(|n| n.values.get("value")).unwrap();
    assert_eq!(value.as_f64(), Some(0.6));
}

#[test]
fn looking_at_a_script_renders_nothing_and_leaves_asserts_out() {
    let project = Project::new();
    let outcome = project.build(LESSON).unwrap_or_else(|e| panic!("{e}"));
    assert!(outcome.checks.is_empty());
    assert_eq!(outcome.patch, project.run(LESSON).unwrap().patch);
    let trouble = crate::support::script("let x = impulse(); print(peak(x));");
    let text = trouble.run(&project.settings(Mode::Build)).err().unwrap().to_string();
    assert!(text.starts_with("test.rhai:1:26") && text.contains("signalbox run"), "{text}");
}
