use super::*;
use crate::geometry::Point;
use crate::marks::{Frame, Marks};
use crate::ports::end;
use crate::scene::Scene;
use signalbox_engine::compile::{Context, compile};
use signalbox_engine::node::Shelf;
use signalbox_engine::patch::{Cable, Control, Node};
use signalbox_engine::render::{Options, to_memory};
use signalbox_studio::assets::Files;
use std::collections::BTreeSet;

fn shelf() -> Shelf {
    signalbox_studio::shelf()
}

/// A saw, swept by a slow one, through a filter into a gain.
fn patch() -> Patch {
    let mut patch = Patch::default();
    let mut add = |id: &str, node: Node| patch.graph.nodes.insert(id.into(), node);
    add("saw", Node::new("osc").with("freq", "110 Hz").at(0.0, 0.0));
    add("slow", Node::new("osc").with("freq", "3 Hz").with("mode", "control").at(0.0, 200.0));
    add("low", Node::new("filter").with("freq", "900 Hz").at(300.0, 0.0));
    add("soft", Node::new("gain").with("gain", "-12 dB").at(600.0, 0.0));
    add("out", Node::new("output").at(900.0, 0.0));
    let graph = &mut patch.graph;
    graph.connect(Cable::new("saw", "low"));
    graph.connect(Cable::new("slow", "low.freq").with_depth("1 oct"));
    graph.connect(Cable::new("low", "soft").with_gain("-3 dB"));
    graph.connect(Cable::new("soft", "out"));
    patch
}

fn apply(patch: &Patch, edits: Vec<Edit>) -> Patch {
    let mut patch = patch.clone();
    edits.into_iter().for_each(|edit| drop(patch.apply(edit).expect("it applies")));
    patch
}

fn ids(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| id.to_string()).collect()
}

fn cables(patch: &Patch) -> Vec<String> {
    patch.graph.cables.values().map(|c| format!("{}>{}", c.from, c.to)).collect()
}

fn render(patch: &Patch) -> Vec<Vec<f32>> {
    let (shelf, files) = (shelf(), Files::default());
    let context = Context { shelf: &shelf, assets: &files, rate: 48_000, lanes: 1 };
    let options = Options { seconds: Some(0.3), ..Options::default() };
    to_memory(patch, &context, &options).expect("a render").channels
}

#[test]
fn a_node_that_goes_leaves_its_path_and_one_that_takes_it_along_does_not() {
    let patch = patch();
    let kept = apply(&patch, remove(&patch, &None, &ids(&["low"]), true, &shelf()).expect("it goes"));
    assert_eq!(cables(&kept), ["soft>out", "saw>soft"]);
    let level = kept.graph.cables.values().find(|c| c.to.node == "soft").and_then(|c| c.gain.clone());
    assert_eq!(level, Some("-3 dB".into()), "the level of the cable stays");
    let both = apply(&patch, remove(&patch, &None, &ids(&["low", "soft"]), true, &shelf()).expect("they go"));
    assert!(cables(&both).contains(&"saw>out".to_string()), "{:?}", cables(&both));
    let gone = apply(&patch, remove(&patch, &None, &ids(&["low"]), false, &shelf()).expect("it goes"));
    assert_eq!(cables(&gone), ["soft>out"]);
}

#[test]
fn a_node_that_is_put_into_a_cable_passes_on_what_flows_there() {
    let mut patch = patch();
    patch.graph.nodes.insert("wet".into(), Node::new("delay"));
    let put = apply(&patch, insert(&patch, &None, 2, "wet", &shelf()).expect("it fits"));
    assert!(cables(&put).contains(&"low>wet.in".to_string()), "{:?}", cables(&put));
    let far = &put.graph.cables[&2];
    assert_eq!((far.from.to_string(), far.gain.clone()), ("wet.out".into(), Some("-3 dB".into())));
    // What moves a parameter can be led through a node too, and keeps its depth.
    let put = apply(&patch, insert(&patch, &None, 1, "wet", &shelf()).expect("it fits"));
    assert_eq!(put.graph.cables[&1].depth, Some("1 oct".into()));
    // Notes do not fit.
    patch.graph.nodes.insert("tune".into(), Node::new("notes"));
    assert!(insert(&patch, &None, 0, "tune", &shelf()).expect("nothing is done").is_empty());
}

#[test]
fn out_of_its_path_and_back_into_it_sounds_the_same() {
    let patch = patch();
    let out = apply(&patch, bridge(&patch, &None, "low", &shelf()).expect("it leaves"));
    assert!(out.graph.nodes.contains_key("low"));
    assert!(!cables(&out).iter().any(|c| c.contains("low")), "{:?}", cables(&out));
}

#[test]
fn a_cable_to_a_parameter_gets_a_depth_with_which_it_compiles() {
    let patch = patch();
    let (shelf, files) = (shelf(), Files::default());
    let context = Context { shelf: &shelf, assets: &files, rate: 48_000, lanes: 1 };
    for declaration in shelf.kinds() {
        for parameter in declaration.parameters.iter().filter(|p| p.moves()) {
            let mut patch = patch.clone();
            patch.graph.nodes.insert("new".into(), Node::new(declaration.name));
            let edits = connect(&patch, &None, end("slow", "out"), end("new", parameter.name), &shelf);
            let wrong = compile(&apply(&patch, edits), &context).err().unwrap_or_default();
            // A player without a file is wrong for another reason.
            let about = wrong.iter().filter(|p| p.what.contains("depth")).collect::<Vec<_>>();
            assert!(about.is_empty(), "{}.{}: {about:?}", declaration.name, parameter.name);
        }
    }
}

#[test]
fn a_fold_sounds_as_before_to_the_bit_and_controllers_find_their_way() {
    let mut patch = patch();
    patch.controls = vec![Control { number: 7, channel: None, to: end("low", "q") }];
    for inside in [&["low"][..], &["low", "soft"], &["saw", "slow", "low"], &["slow", "soft"]] {
        let (instance, edits) = fold(&patch, &None, &ids(inside)).expect("it folds");
        let folded = apply(&patch, edits);
        assert!(folded.graph.nodes.contains_key(&instance));
        assert_eq!(folded.graph.nodes.len(), patch.graph.nodes.len() - inside.len() + 1);
        let (a, b) = (render(&patch), render(&folded));
        assert!(a == b && a[0].iter().any(|x| *x != 0.0), "{inside:?}");
    }
    let (instance, edits) = fold(&patch, &None, &ids(&["low"])).expect("it folds");
    let to = apply(&patch, edits).controls[0].to.to_string();
    assert_eq!(to, format!("{instance}.low.q"));
}

#[test]
fn a_copy_is_text_and_is_pasted_with_its_cables_under_new_names() {
    let patch = patch();
    let text = copy(&patch, &None, &ids(&["low", "soft"])).expect("a text");
    assert!(text.contains("\"format\": 1"));
    let by = Point::new(16.0, 16.0);
    let (new, edits) = paste(&patch, &None, &text, Place::Beside(by)).expect("it is pasted");
    assert_eq!(new, ids(&["low2", "soft2"]));
    let pasted = apply(&patch, edits);
    assert!(cables(&pasted).contains(&"low2>soft2".to_string()));
    assert_eq!(pasted.graph.nodes["low2"].at, Some((316.0, 16.0)));
    assert_eq!(pasted.graph.nodes["low2"].values, patch.graph.nodes["low"].values);
    let to = Place::Middle(Point::new(0.0, 1_000.0));
    let (_, edits) = paste(&patch, &None, &text, to).expect("it is pasted");
    assert_eq!(apply(&patch, edits).graph.nodes["low2"].at, Some((-150.0, 1_000.0)));
    assert_eq!(paste(&patch, &None, "hello", to), Err(PasteError::NoPatch));
}

#[test]
fn a_copied_instance_brings_its_sub_patch_along() {
    let patch = patch();
    let (instance, edits) = fold(&patch, &None, &ids(&["low"])).expect("it folds");
    let folded = apply(&patch, edits);
    let text = copy(&folded, &None, &ids(&[&instance])).expect("a text");
    let (_, edits) = paste(&Patch::default(), &None, &text, Place::Beside(Point::default())).expect("pasted");
    assert!(apply(&Patch::default(), edits).subpatches.contains_key("group"));
}

#[test]
fn another_kind_in_its_place_keeps_what_it_knows() {
    let patch = patch();
    let eq = apply(&patch, replace(&patch, &None, "low", "eq", &shelf()).expect("it is replaced"));
    assert_eq!(eq.graph.nodes["low"].kind, "eq");
    assert!(eq.graph.nodes["low"].values.is_empty(), "the equaliser has no `freq`");
    assert_eq!(cables(&eq), ["saw>low", "low>soft", "soft>out"]);
    let gain = apply(&patch, replace(&patch, &None, "soft", "limiter", &shelf()).expect("it is replaced"));
    assert!(cables(&gain).contains(&"soft>out".to_string()));
}

#[test]
fn nodes_are_arranged_aligned_and_spread() {
    let patch = patch();
    let scene = Scene::new(&patch, &None, &shelf());
    let all = ids(&["saw", "low", "soft", "out"]);
    let place = |patch: &Patch, id: &str| patch.graph.nodes[id].at.expect("a place");
    let laid = apply(&patch, arrange(&scene, &None, &BTreeSet::new()));
    assert!(place(&laid, "saw").0 < place(&laid, "low").0 && place(&laid, "soft").0 < place(&laid, "out").0);
    let column = apply(&patch, align(&scene, &None, &all, Line::Column));
    assert!(all.iter().all(|id| place(&column, id).0 == 0.0));
    let mut uneven = patch.clone();
    uneven.graph.nodes.get_mut("low").expect("it is there").at = Some((200.0, 0.0));
    let scene = Scene::new(&uneven, &None, &shelf());
    let spread = apply(&uneven, distribute(&scene, &None, &all, Line::Row));
    let xs: Vec<f64> = ["saw", "low", "soft", "out"].iter().map(|id| place(&spread, id).0).collect();
    assert_eq!(xs, [0.0, 300.0, 600.0, 900.0]);
    uneven.graph.nodes.get_mut("low").expect("it is there").at = Some((300.0, 77.0));
    let scene = Scene::new(&uneven, &None, &shelf());
    let level = apply(&uneven, straighten(&scene, &None, &ids(&["saw", "low"])));
    let wire = Scene::new(&level, &None, &shelf()).wires.iter().find(|w| w.id == 0).map(|w| w.curve);
    let ends = wire.expect("a cable").0;
    assert!((ends[0].y - ends[3].y).abs() < 0.5);
}

#[test]
fn new_names_are_numbered() {
    let patch = patch();
    assert_eq!(fresh_id(&patch.graph, "delay"), "delay");
    assert_eq!(fresh_id(&patch.graph, "low"), "low2");
    let (id, edits) = add(&patch, &None, "output", Point::default());
    assert_eq!(id, "out2");
    assert!(apply(&patch, edits).graph.nodes.contains_key("out2"));
}

#[test]
fn a_frame_is_copied_with_all_that_is_in_it() {
    let patch = patch();
    let frame =
        |title: &str, nodes: &[&str]| Frame { title: title.into(), nodes: ids(nodes), ..Frame::default() };
    let frames = [(1, frame("voice", &["low", "soft"])), (2, frame("all", &["saw", "low", "soft"]))];
    let marks = Marks { frames: frames.into(), ..Marks::default() };
    let framed = apply(&patch, vec![marks.edit(&None)]);
    let text = copy(&framed, &None, &ids(&["low", "soft", "out"])).expect("a text");
    let beside = Place::Beside(Point::default());
    let (_, edits) = paste(&framed, &None, &text, beside).expect("it is pasted");
    let frames = Marks::of(&apply(&framed, edits), &None).frames;
    assert_eq!(frames.len(), 3, "one of which not all was copied stays alone");
    assert_eq!(frames[&3], frame("voice", &["low2", "soft2"]));
}
