use super::*;
use signalbox_engine::patch::Node;

fn add(id: &str) -> Vec<Edit> {
    vec![Edit::AddNode(None, id.into(), Node::new("gain"))]
}

fn set(value: f64) -> Vec<Edit> {
    vec![Edit::SetValue(None, "a".into(), "gain".into(), Some(value.into()))]
}

#[test]
fn a_drag_is_one_step_however_often_it_moves() {
    let mut document = Document::new(Patch::default());
    document.commit("add", add("a")).expect("a new node");
    for k in 1..=20 {
        document.drag("turn a", set(f64::from(-k))).expect("a value");
    }
    document.end_drag();
    assert_eq!(document.patch().graph.nodes["a"].values["gain"], -20.0);
    assert_eq!(document.steps().1, 2);
    assert_eq!(document.undo().as_deref(), Some("turn a"));
    assert!(document.patch().graph.nodes["a"].values.is_empty());
    assert_eq!(document.redo().as_deref(), Some("turn a"));
    assert_eq!(document.patch().graph.nodes["a"].values["gain"], -20.0);
}

#[test]
fn two_drags_of_one_name_are_two_steps() {
    let mut document = Document::new(Patch::default());
    document.commit("add", add("a")).expect("a new node");
    document.drag("turn a", set(-1.0)).expect("a value");
    document.end_drag();
    document.drag("turn a", set(-2.0)).expect("a value");
    document.undo();
    assert_eq!(document.patch().graph.nodes["a"].values["gain"], -1.0);
}

#[test]
fn any_state_of_the_history_can_be_gone_to() {
    let mut document = Document::new(Patch::default());
    for id in ["a", "b", "c", "d"] {
        document.commit(&format!("add {id}"), add(id)).expect("a new node");
    }
    document.go_to(1);
    assert_eq!(document.patch().graph.nodes.len(), 1);
    document.go_to(3);
    assert_eq!(document.patch().graph.nodes.len(), 3);
    let (names, done) = document.steps();
    assert_eq!((names.len(), done), (4, 3));
    // What follows now takes the place of what was undone.
    document.commit("add e", add("e")).expect("a new node");
    assert_eq!(
        document.steps().0.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(),
        ["add a", "add b", "add c", "add e"]
    );
}

#[test]
fn a_file_holds_what_was_saved_and_the_document_knows_whether_it_still_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.json");
    let mut document = Document::new(Patch::default());
    document.commit("add", add("a")).expect("a new node");
    assert!(document.is_changed());
    document.save(&path).expect("it is written");
    assert!(!document.is_changed());
    document.commit("turn", set(-3.0)).expect("a value");
    assert!(document.is_changed());
    document.undo();
    assert!(!document.is_changed(), "it is as the file has it again");
    document.commit("turn", set(-4.0)).expect("a value");
    assert!(document.is_changed(), "another step than the one that was undone");
    let again = Document::open(&path).expect("it is read");
    assert_eq!(again.patch().graph.nodes.keys().collect::<Vec<_>>(), ["a"]);
    std::fs::write(&path, "{").expect("it is broken");
    assert!(Document::open(&path).is_err());
}

#[test]
fn what_is_refused_changes_nothing() {
    let mut document = Document::new(Patch::default());
    document.commit("add", add("a")).expect("a new node");
    let both = [add("b"), add("a")].concat();
    assert!(document.commit("add both", both).is_err());
    assert_eq!((document.patch().graph.nodes.len(), document.steps().1), (1, 1));
}
