use super::*;
use signalbox_engine::patch::Cable;

fn patch() -> Patch {
    let mut patch = Patch::default();
    patch.graph.nodes.insert("saw".into(), Node::new("osc").at(0.0, 0.0));
    patch.graph.nodes.insert("low".into(), Node::new("filter").at(300.0, 40.0));
    patch.graph.nodes.insert("out".into(), Node::new("output").at(600.0, 0.0));
    patch.graph.connect(Cable::new("saw", "low"));
    patch.graph.connect(Cable::new("saw", "low.freq").with_depth("1 oct"));
    patch.graph.connect(Cable::new("low", "out"));
    patch
}

fn scene(patch: &Patch) -> Scene {
    Scene::new(patch, &None, &signalbox_studio::shelf())
}

#[test]
fn a_parameter_has_a_port_while_a_cable_moves_it() {
    let mut patch = patch();
    let seen = scene(&patch);
    let names = |scene: &Scene| -> Vec<String> {
        scene.card("low").expect("a card").sockets.iter().map(|s| s.port.name.clone()).collect()
    };
    assert_eq!(names(&seen), ["in", "freq", "out"]);
    assert_eq!(seen.wires[1].sort, Sort::Value);
    assert_eq!(seen.wires[1].amount.as_deref(), Some("1 oct"));
    patch.graph.cables.remove(&1);
    assert_eq!(names(&scene(&patch)), ["in", "out"]);
}

#[test]
fn cables_end_where_ports_are_and_ports_lie_on_the_edges() {
    let scene = scene(&patch());
    for wire in &scene.wires {
        let (from, to) = (&scene.cards[wire.from.0], &scene.cards[wire.to.0]);
        assert_eq!(wire.curve.0[0].x, from.rect.end().x);
        assert_eq!(wire.curve.0[3].x, to.rect.at.x);
    }
}

#[test]
fn what_lies_on_top_is_hit_and_a_port_before_its_card() {
    let mut patch = patch();
    patch.graph.nodes.get_mut("out").expect("it is there").at = Some((310.0, 50.0));
    let scene = scene(&patch);
    let named = |hit: Hit| match hit {
        Hit::Card(c) => scene.cards[c].id.clone(),
        other => format!("{other:?}"),
    };
    assert_eq!(named(scene.hit(Point::new(330.0, 60.0), 1.0)), "out");
    assert_eq!(named(scene.hit(Point::new(400.0, 45.0), 1.0)), "low");
    let port = scene.find("saw", "", true).expect("an output");
    let at = scene.cards[port.0].sockets[port.1].at;
    assert_eq!(scene.hit(at + Point::new(-4.0, 3.0), 1.0), Hit::Socket(port.0, port.1));
    assert_eq!(scene.hit(Point::new(-300.0, 900.0), 1.0), Hit::Nothing);
    assert_eq!(scene.hit(scene.wires[0].curve.at(0.5), 1.0), Hit::Wire(0));
}

#[test]
fn nodes_that_lie_nowhere_are_laid_out_and_those_that_lie_somewhere_stay() {
    let mut patch = patch();
    let at = |patch: &Patch, id: &str| scene(patch).card(id).expect("a card").rect.at;
    patch.graph.nodes.get_mut("saw").expect("it is there").at = None;
    assert_eq!(at(&patch, "low"), Point::new(300.0, 40.0));
    assert!(at(&patch, "saw").y > 100.0, "below the others");
    patch.graph.nodes.values_mut().for_each(|n| n.at = None);
    assert!(at(&patch, "saw").x < at(&patch, "low").x && at(&patch, "low").x < at(&patch, "out").x);
}

#[test]
fn the_next_node_to_the_right_is_the_one_ahead() {
    let scene = scene(&patch());
    assert_eq!(scene.neighbour("saw", (1.0, 0.0)), Some("low"));
    assert_eq!(scene.neighbour("low", (1.0, 0.0)), Some("out"));
    assert_eq!(scene.neighbour("low", (-1.0, 0.0)), Some("saw"));
    assert_eq!(scene.neighbour("saw", (-1.0, 0.0)), None);
}
