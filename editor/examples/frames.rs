//! What a frame costs: the view, its layout and its geometry, with all cables live; and a change until it can be drawn.
//! Without pixels: those are the renderer's.

use iced::advanced::renderer::{Headless, Style};
use iced::futures::executor::block_on;
use iced::{Event, Renderer, Size, mouse, window};
use iced_runtime::user_interface::{Cache, UserInterface};
use signalbox_editor::keymap::Command;
use signalbox_editor::screen::{Message, Screen, System};
use signalbox_editor::{Options, Output, theme};
use signalbox_engine::patch::{Cable, Node, Patch};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// A patch of so many nodes: rows of a tone and gains behind each other.
fn patch(nodes: usize) -> Patch {
    const ROW: usize = 20;
    let mut patch = Patch::default();
    patch.graph.nodes.insert("out".into(), Node::new("output").at(-240.0, 0.0));
    for k in 0..nodes - 1 {
        let (row, column) = (k / ROW, k % ROW);
        let kind = if column == 0 { "osc" } else { "gain" };
        let node = Node::new(kind).at(240.0 * column as f64, 160.0 * row as f64);
        let level = if column == 0 { node.with("level", "-40 dB").with("mode", "polyblep") } else { node };
        patch.graph.nodes.insert(format!("n{k}"), level);
        if column > 0 {
            patch.graph.connect(Cable::new(&format!("n{}", k - 1), &format!("n{k}")));
        }
        if column == ROW - 1 {
            patch.graph.connect(Cable::new(&format!("n{k}"), "out"));
        }
    }
    patch
}

/// The median of some runs, in milliseconds.
fn median(mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..15)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() {
    let size = Size::new(2560.0, 1440.0);
    let renderer = block_on(<Renderer as Headless>::new(theme::FONT, 16.0.into(), Some("tiny-skia")));
    let mut renderer = renderer.expect("the processor draws");
    println!("nodes   frame, all seen   frame, at 100 %   edit to frame");
    for nodes in [300, 1_000, 5_000] {
        let output = Output { deaf: true, ..Output::default() };
        let patch = Some((patch(nodes), PathBuf::new()));
        let mut screen = Screen::new(Options { patch, output, ..Options::default() }, Arc::new(System));
        let mut cache = Some(Cache::new());
        let mut frame = |screen: &mut Screen| {
            let mut messages = Vec::new();
            let mut ui =
                UserInterface::build(screen.view(), size, cache.take().unwrap_or_default(), &mut renderer);
            let events = [Event::Window(window::Event::RedrawRequested(Instant::now()))];
            let cursor = mouse::Cursor::Unavailable;
            ui.update(&events, cursor, &mut renderer, &mut iced::advanced::clipboard::Null, &mut messages);
            ui.draw(&mut renderer, &screen.theme(), &Style::default(), cursor);
            cache = Some(ui.into_cache());
            for message in messages {
                let _ = screen.update(message);
            }
        };
        frame(&mut screen);
        // Levels come in.
        let start = Instant::now();
        while screen.live.level("n1", "out").is_none_or(|l| l.peak < 1e-3) && start.elapsed().as_secs() < 20 {
            let _ = screen.update(Message::Tick);
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let _ = screen.update(Message::Run(Command::Fit));
        let all = median(|| frame(&mut screen));
        let _ = screen.update(Message::Run(Command::ZoomOne));
        let near = median(|| frame(&mut screen));
        let _ = screen.update(Message::Select(vec!["n5".into()]));
        let edit = median(|| {
            let _ = screen.update(Message::Run(Command::Raise));
            frame(&mut screen);
        });
        println!("{nodes:>5}   {all:>12.2} ms   {near:>12.2} ms   {edit:>10.2} ms");
    }
}
