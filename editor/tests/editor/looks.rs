//! Looks that have no baseline: for somebody who wants to see every pane in every look, size and patch.
//! `SIGNALBOX_LOOKS=folder cargo test -p signalbox-editor looks_for_the_eye` writes them; `SIGNALBOX_LOOK=word` those with
//! the word in their name.

use crate::harness::{Harness, first, with, write_png};
use signalbox_editor::Options;
use signalbox_editor::keymap::{COMMANDS, Command};
use signalbox_editor::screen::Message;
use signalbox_editor::theme::Look;
use signalbox_engine::patch::{Cable, Node, Patch};
use std::path::PathBuf;

/// Eight strips of a tone, an equaliser, a compressor and a place, a room for all, and a master: 40 nodes.
fn middle() -> Patch {
    let mut patch = Patch { title: "A song of eight".into(), ..Patch::default() };
    let kinds = ["osc", "eq", "comp", "pan"];
    let names = ["kick", "snare", "bass", "keys", "guitar", "strings", "voice", "choir"];
    let mut put = |id: &str, kind: &str| patch.graph.nodes.insert(id.into(), Node::new(kind));
    put("mix", "gain");
    for (id, kind) in [("room", "reverb"), ("echo", "delay"), ("low cut", "filter"), ("glue", "comp")] {
        put(id, kind);
    }
    for (id, kind) in [("tone", "eq"), ("limit", "limiter"), ("out", "output")] {
        put(id, kind);
    }
    for (k, name) in names.iter().enumerate() {
        for kind in kinds {
            let node = Node::new(kind);
            let node = match kind {
                "osc" => node.with("level", "-30 dB").with("freq", format!("{} Hz", 55 * (k + 1))),
                "eq" => node.with("type3", "bell").with("freq3", "400 Hz").with("gain3", "-5 dB"),
                _ => node,
            };
            patch.graph.nodes.insert(format!("{name} {kind}"), node);
        }
        for pair in kinds.windows(2) {
            patch.graph.connect(Cable::new(&format!("{name} {}", pair[0]), &format!("{name} {}", pair[1])));
        }
        patch.graph.connect(Cable::new(&format!("{name} pan"), "mix"));
        patch.graph.connect(Cable::new(&format!("{name} pan"), if k % 3 == 0 { "echo" } else { "room" }));
    }
    let master = [("echo", "room"), ("room", "low cut"), ("low cut", "mix"), ("mix", "glue")];
    for (from, to) in master.into_iter().chain([("glue", "tone"), ("tone", "limit"), ("limit", "out")]) {
        patch.graph.connect(Cable::new(from, to));
    }
    patch
}

/// A thousand nodes: rows of a tone and what follows it.
fn huge() -> Patch {
    let mut patch = Patch { title: "A thousand nodes".into(), ..Patch::default() };
    patch.graph.nodes.insert("out".into(), Node::new("output").at(5_000.0, 4_000.0));
    for k in 0..999 {
        let (row, column) = (k / 20, k % 20);
        let kind = if column == 0 { "osc" } else { ["gain", "filter", "pan", "comp"][column % 4] };
        let node = Node::new(kind).at(240.0 * column as f64, 160.0 * row as f64);
        let node = if column == 0 { node.with("level", "-50 dB") } else { node };
        patch.graph.nodes.insert(format!("n{k}"), node);
        if column > 0 {
            patch.graph.connect(Cable::new(&format!("n{}", k - 1), &format!("n{k}")));
        }
        if column == 19 {
            patch.graph.connect(Cable::new(&format!("n{k}"), "out"));
        }
    }
    patch
}

fn of(patch: Patch) -> Options {
    Options { patch: Some((patch, PathBuf::new())), ..first() }
}

fn small_mix() -> Options {
    with(include_str!("guide.json"))
}

/// Lets some time go by.
fn waits(h: &mut Harness, ticks: usize) {
    for _ in 0..ticks {
        std::thread::sleep(std::time::Duration::from_millis(30));
        h.send(Message::Tick);
    }
}

fn runs(h: &mut Harness, id: &str) {
    h.run(COMMANDS.iter().find(|e| e.id == id).expect("a command").command);
}

fn drops(h: &mut Harness, from: (&str, &str), to: (&str, &str)) {
    let (from, to) = (h.port(from.0, from.1, true), h.port(to.0, to.1, false));
    h.drags(from, to);
}

/// Something to be looked at: its name, its patch, and how it is brought up.
type Show = (&'static str, fn() -> Options, fn(&mut Harness));

const SHOWS: &[Show] = &[
    ("small", first, |h| waits(h, 40)),
    (
        "middle",
        || of(middle()),
        |h| {
            runs(h, "arrange");
            h.run(Command::Fit);
            waits(h, 40);
        },
    ),
    ("huge", || of(huge()), |h| waits(h, 60)),
    (
        "near",
        || of(middle()),
        |h| {
            runs(h, "arrange");
            runs(h, "zoom-one");
            waits(h, 40);
        },
    ),
    ("meters", small_mix, |h| {
        h.key("Ctrl+3");
        waits(h, 150);
    }),
    ("mastering", small_mix, |h| {
        h.key("Ctrl+7");
        h.run(Command::Fit);
        h.clicks_on("limit");
        waits(h, 150);
    }),
    ("export", first, |h| h.key("Ctrl+Shift+E")),
    ("shelf", first, |h| {
        h.key("Ctrl+5");
        h.types("gate");
    }),
    ("shelves", first, |h| h.key("Ctrl+6")),
    ("gallery", first, |h| h.key("Ctrl+Shift+N")),
    ("present", first, |h| {
        h.key("Ctrl+Alt+P");
        h.key("Ctrl+6");
    }),
    ("filter", first, |h| {
        h.clicks_on("low");
        waits(h, 60);
    }),
    ("equaliser", small_mix, |h| {
        h.clicks_on("bass tone");
        waits(h, 60);
    }),
    ("compressor", small_mix, |h| {
        h.clicks_on("bass level");
        waits(h, 60);
    }),
    ("palette", first, |h| h.key("Ctrl+K")),
    ("search", first, |h| {
        h.key("Tab");
        h.types("re");
    }),
    ("tree", first, |h| {
        h.key("Ctrl+1");
        h.key("Ctrl+2");
        h.clicks_on("low");
        h.key("b");
        h.key("m");
    }),
    ("several", first, |h| {
        h.key("Ctrl+A");
        h.key("g");
    }),
    ("cable", first, |h| {
        let wire = h.screen.scene.wires.iter().find(|w| w.id == 2).expect("a cable").curve.at(0.5);
        let at = h.at(wire);
        h.clicks(at);
        waits(h, 40);
    }),
    ("pins", first, |h| {
        h.clicks_on("low");
        h.key("p");
        waits(h, 60);
        h.key("Shift+P");
        waits(h, 20);
    }),
    ("steps", first, |h| {
        h.screen.session.kept.hints.clear();
        h.key("Ctrl+E");
        waits(h, 30);
        h.key("Ctrl+ArrowRight");
        h.key("Ctrl+ArrowRight");
        h.key("Shift+L");
        waits(h, 30);
    }),
    ("bad-drop", first, |h| drops(h, ("tune", "out"), ("low", "in"))),
    ("wrong", first, |h| {
        h.key("Ctrl+A");
        h.key("Ctrl+N");
    }),
    ("inside", first, |h| {
        h.clicks_on("low");
        h.key("Ctrl+G");
        h.key("Enter");
        waits(h, 10);
    }),
    ("empty", first, |h| {
        h.key("Ctrl+N");
        waits(h, 10);
    }),
    ("comment", first, |h| {
        h.clicks_on("low");
        h.key("g");
        h.key("n");
        h.types("hello");
    }),
];

#[test]
fn looks_for_the_eye() {
    let Some(folder) = std::env::var_os("SIGNALBOX_LOOKS").map(PathBuf::from) else { return };
    let word = std::env::var("SIGNALBOX_LOOK").unwrap_or_default();
    // In pixels, and how many of them are one of the window's.
    let sizes = [(1280.0, 800.0, 1.0), (2560.0, 1440.0, 1.0), (1280.0, 800.0, 2.0), (2560.0, 1440.0, 3.0)];
    for (width, height, scale) in sizes {
        for look in Look::ALL {
            for (name, patch, show) in SHOWS {
                let name = format!("{name}-{}-{width}-{scale}.png", look.name().replace(' ', "-"));
                if !name.contains(&word) {
                    continue;
                }
                let mut h = Harness::sized(patch(), width / scale, height / scale);
                h.screen.session.kept.hints.extend(0..9);
                h.send(Message::Resized(width / scale, height / scale));
                h.screen.session.kept.look = look;
                h.run(Command::Fit);
                show(&mut h);
                h.redraw();
                write_png(&folder.join(name), &h.picture(scale));
            }
        }
    }
}
