//! A script that is typed line by line.

use crate::support::{Project, listen, near};
use signalbox_scripts::{Mode, Reply, Session};

struct Typed {
    project: Project,
    session: Session,
}

impl Typed {
    fn new() -> Self {
        let mut typed = Self { project: Project::new(), session: Session::default() };
        typed.says("rate(16.khz); length(1.s)");
        typed
    }

    #[track_caller]
    fn says(&mut self, line: &str) -> Reply {
        let settings = self.project.settings(Mode::Run);
        self.session.say(line, &settings).unwrap_or_else(|e| panic!("{e}"))
    }

    fn amplitude(&mut self) -> f64 {
        // A question changes nothing.
        let reply = self.says("peak(master())");
        assert!(!reply.kept);
        let x = listen(&reply.outcome, "master fader", 1.0);
        f64::from(x.iter().fold(0.0f32, |m, x| m.max(x.abs())))
    }
}

#[test]
fn what_builds_is_kept_and_what_asks_is_answered() {
    let mut typed = Typed::new();
    // A sound by itself is heard, and stays so.
    assert!(typed.says("osc(220.hz, shape: \"sine\", level: -6.db)").kept);
    assert!(typed.says("let quiet = -20.db").kept);
    near("heard", typed.amplitude(), 10f64.powf(-6.0 / 20.0), 0.01);
    let reply = typed.says("1 + 2");
    assert_eq!((reply.kept, reply.outcome.shown.as_deref()), (false, Some("3")));
    let lines = typed.session.entries().len();
    let reply = typed.says("assert peak(master()) > 0.9");
    assert_eq!((reply.kept, reply.outcome.checks.len()), (false, 1));
    assert!(!reply.outcome.checks[0].holds);
    assert_eq!(typed.session.entries().len(), lines);
    // What is kept is a script of its own.
    let again = typed.project.build(&typed.session.text()).unwrap_or_else(|e| panic!("{e}"));
    assert!(again.patch == typed.says("2").outcome.patch);
}

#[test]
fn what_is_named_again_takes_the_place_of_the_first() {
    let mut typed = Typed::new();
    typed.says("let tone = osc(220.hz, shape: \"sine\", level: -6.db)");
    typed.says("def(\"pad\", || tone * -6.db)");
    typed.says("let other = tone");
    near("before", typed.amplitude(), 10f64.powf(-12.0 / 20.0), 0.01);
    // All that follows from it changes, too.
    typed.says("let tone = osc(220.hz, shape: \"sine\", level: -12.db);");
    near("the tone", typed.amplitude(), 10f64.powf(-18.0 / 20.0), 0.01);
    typed.says("def(\"pad\", fade: 1.s, || tone * -12.db)");
    near("the slot", typed.amplitude(), 10f64.powf(-24.0 / 20.0), 0.01);
    typed.says("tempo(90.bpm)");
    assert_eq!(typed.says("tempo(140.bpm)").outcome.patch.tempo.tempo, [(0.0, 140.0)]);
    assert_eq!(typed.session.entries().len(), 5);
}

#[test]
fn a_line_that_fails_changes_nothing() {
    let mut typed = Typed::new();
    typed.says("let tone = osc(220.hz)");
    typed.says("tone |> out");
    let settings = typed.project.settings(Mode::Run);
    let text = typed.session.text();
    for wrong in ["tnoe |> out", "let tone = 3", "osc(220.hz", "tone |> comp(ratoi: 2) |> out"] {
        assert!(typed.session.say(wrong, &settings).is_err(), "{wrong}");
        assert_eq!(typed.session.text(), text, "{wrong}");
    }
    // A line that others need is not taken out either.
    assert!(typed.session.drop(1, &settings).is_err());
    assert_eq!(typed.session.text(), text);
    assert!(typed.session.drop(2, &settings).is_ok_and(|outcome| outcome.is_some()));
    assert_eq!(typed.session.entries().len(), 2);
}

#[test]
fn a_text_is_printed_once() {
    let mut typed = Typed::new();
    for line in [
        "let x = 1; print(\"first\")",
        "let y = x",
        "print(`second ${y}`)",
        "let z = 3; // a comment",
        "x + z",
    ] {
        typed.says(line);
    }
    assert_eq!(*typed.project.printed.borrow(), ["first", "second 1"]);
}
