use super::*;
use signalbox_engine::patch::{Cable, Node, Patch};

fn scene() -> Scene {
    let mut patch = Patch::default();
    let mut add =
        |id: &str, kind: &str, x: f64| patch.graph.nodes.insert(id.into(), Node::new(kind).at(x, 0.0));
    add("saw", "osc", 0.0);
    add("low", "filter", 400.0);
    add("out", "output", 800.0);
    add("tune", "notes", 0.0);
    patch.graph.nodes.get_mut("tune").expect("it is there").at = Some((0.0, 400.0));
    patch.graph.nodes.insert("spare".into(), Node::new("gain").at(400.0, 400.0));
    patch.graph.connect(Cable::new("saw", "low"));
    Scene::new(&patch, &None, &signalbox_studio::shelf())
}

struct Hand {
    scene: Scene,
    selected: BTreeSet<String>,
    gesture: Gesture,
}

impl Hand {
    fn new() -> Self {
        Self { scene: scene(), selected: BTreeSet::new(), gesture: Gesture::Idle }
    }

    fn does(&mut self, pointer: Pointer) -> Vec<Intent> {
        let table = Table { scene: &self.scene, selected: &self.selected, zoom: 1.0, grid: 8.0 };
        let (gesture, intents) = std::mem::take(&mut self.gesture).step(pointer, &table);
        self.gesture = gesture;
        for intent in &intents {
            if let Intent::Select(ids, false) = intent {
                self.selected.clone_from(ids);
            }
        }
        intents
    }

    fn drags(&mut self, from: Point, to: Point) -> Vec<Intent> {
        let keys = Held::default();
        self.does(Pointer::Press { at: from, times: 1, keys });
        for k in 1..=8 {
            let at = from + (to - from) * (k as f32 / 8.0);
            self.does(Pointer::Move { at, pixels: (to - from) / 8.0, keys });
        }
        self.does(Pointer::Release { at: to, keys })
    }

    fn port(&self, node: &str, name: &str, out: bool) -> Point {
        let (card, socket) = self.scene.find(node, name, out).expect("a port");
        self.scene.cards[card].sockets[socket].at
    }

    fn middle(&self, node: &str) -> Point {
        self.scene.card(node).expect("a card").rect.at + Point::new(60.0, 10.0)
    }
}

#[test]
fn a_node_that_is_dragged_keeps_to_the_grid() {
    let mut hand = Hand::new();
    let from = hand.middle("low");
    let intents = hand.drags(from, from + Point::new(37.0, -21.0));
    assert_eq!(intents, [Intent::Move(Point::new(40.0, -24.0))]);
    assert_eq!(hand.selected, BTreeSet::from(["low".to_string()]));
}

#[test]
fn a_press_that_does_not_move_moves_nothing() {
    let mut hand = Hand::new();
    let at = hand.middle("low");
    assert!(hand.drags(at, at + Point::new(2.0, 1.0)).is_empty());
}

#[test]
fn a_cable_is_drawn_from_an_output_and_from_an_input() {
    let mut hand = Hand::new();
    let (a, b) = (hand.port("low", "", true), hand.port("out", "", false));
    let connect = |intents: Vec<Intent>| match intents.as_slice() {
        [Intent::Connect(from, to, None)] => (from.to_string(), to.to_string()),
        other => panic!("{other:?}"),
    };
    assert_eq!(connect(hand.drags(a, b)), ("low.out".into(), "out".into()));
    assert_eq!(connect(hand.drags(b, a)), ("low.out".into(), "out".into()));
}

#[test]
fn a_cable_is_taken_off_its_input_and_led_elsewhere_or_dropped() {
    let mut hand = Hand::new();
    let (input, out) = (hand.port("low", "", false), hand.port("out", "", false));
    let moved = hand.drags(input, out);
    assert!(
        matches!(&moved[..], [Intent::Connect(from, to, Some(0))] if from.node == "saw" && to.node == "out")
    );
    assert_eq!(hand.drags(input, Point::new(300.0, 300.0)), [Intent::Disconnect(0)]);
    assert!(hand.drags(input, input + Point::new(5.0, 0.0)).is_empty(), "put back");
}

#[test]
fn a_bad_drop_says_why() {
    let mut hand = Hand::new();
    let (notes, sound) = (hand.port("tune", "", true), hand.port("out", "", false));
    let refused = hand.drags(notes, sound);
    let [Intent::Refuse(_, _, misfit, _)] = &refused[..] else { panic!("{refused:?}") };
    assert!(misfit.why.contains("Notes are no signal"), "{}", misfit.why);
    assert_eq!(misfit.adapter.map(|a| a.kind), Some("env"));
    let both = hand.drags(hand.port("saw", "", true), hand.port("low", "", true));
    assert!(matches!(&both[..], [Intent::Refuse(_, _, m, _)] if m.why.contains("Both are outputs")));
}

#[test]
fn a_cable_that_is_dropped_in_the_void_searches_and_on_a_card_lets_one_choose() {
    let mut hand = Hand::new();
    let from = hand.port("saw", "", true);
    let void = Point::new(300.0, 300.0);
    assert!(matches!(&hand.drags(from, void)[..], [Intent::Search(_, true, at)] if *at == void));
    let card = hand.middle("spare");
    assert!(matches!(&hand.drags(from, card)[..], [Intent::Choose(_, true, id, None)] if id == "spare"));
}

#[test]
fn a_node_that_is_dropped_on_a_cable_goes_into_it() {
    let mut hand = Hand::new();
    let from = hand.middle("spare");
    let wire = hand.scene.wires[0].curve.at(0.5);
    let to = from + (wire - hand.scene.card("spare").expect("a card").rect.center());
    assert!(matches!(&hand.drags(from, to)[..], [Intent::Insert(_, 0)]));
    // One that has cables stays as it is.
    let from = hand.middle("low");
    assert!(matches!(&hand.drags(from, from + Point::new(-100.0, 0.0))[..], [Intent::Move(_)]));
}

#[test]
fn a_box_selects_what_it_touches_and_an_empty_press_deselects() {
    let mut hand = Hand::new();
    hand.drags(Point::new(-50.0, -50.0), Point::new(450.0, 20.0));
    assert_eq!(hand.selected, BTreeSet::from(["low".to_string(), "saw".to_string()]));
    let nowhere = Point::new(1_500.0, 900.0);
    hand.drags(nowhere, nowhere);
    assert!(hand.selected.is_empty());
}

#[test]
fn a_press_on_one_of_several_moves_all_and_else_selects_it_alone() {
    let mut hand = Hand::new();
    hand.drags(Point::new(-50.0, -50.0), Point::new(450.0, 20.0));
    let at = hand.middle("low");
    assert!(matches!(&hand.drags(at, at + Point::new(16.0, 0.0))[..], [Intent::Move(_)]));
    assert_eq!(hand.selected.len(), 2);
    hand.drags(at, at);
    assert_eq!(hand.selected, BTreeSet::from(["low".to_string()]));
}

#[test]
fn a_double_press_adds_or_opens_and_the_wheel_zooms_around_the_pointer() {
    let mut hand = Hand::new();
    let (void, keys) = (Point::new(300.0, 300.0), Held::default());
    assert_eq!(hand.does(Pointer::Press { at: void, times: 2, keys }), [Intent::Add(void)]);
    let on = hand.middle("saw");
    assert_eq!(hand.does(Pointer::Press { at: on, times: 2, keys }), [Intent::Open("saw".into())]);
    let wheel = hand.does(Pointer::Wheel { at: void, by: Point::new(0.0, 100.0), zooms: true });
    assert!(matches!(&wheel[..], [Intent::Zoom(at, factor)] if *at == void && *factor > 1.2));
}
