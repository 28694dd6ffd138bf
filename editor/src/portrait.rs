//! A picture of a whole graph, as the canvas draws it, however much of it the window shows.

use crate::gesture::Gesture;
use crate::live::Level;
use crate::picture::Picture;
use crate::scene::Scene;
use crate::session::View;
use crate::theme::{self, Colors};
use crate::widget::graph_view::{GraphView, Levels, Told};
use iced::advanced::renderer::{Headless, Renderer as _, Style};
use iced::advanced::widget::Tree;
use iced::advanced::{Layout, Widget, layout};
use iced::futures::executor::block_on;
use iced::{Rectangle, Renderer, Size, Theme, mouse};
use signalbox_studio::output::StudioError;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

/// The room around all cards.
const MARGIN: f32 = 32.0;
/// How many pixels a unit of the canvas has, where there is room for so many.
const SHARP: f32 = 2.0;
/// The most pixels of a side.
const SIDE: f32 = 12_000.0;
/// The most pixels of all.
const MOST: f32 = 64e6;

/// Nothing sounds in a picture.
struct Quiet;

impl Levels for Quiet {
    fn level(&self, _: &str, _: &str) -> Option<&Level> {
        None
    }
}

/// Draws a graph into a PNG file, at twice its size where that is not too large.
pub fn write(
    scene: &Scene,
    pictures: &HashMap<String, Arc<Picture>>,
    colors: &'static Colors,
    path: &Path,
) -> Result<String, StudioError> {
    let refused = |why: String| StudioError::Refused(format!("{}: {why}", path.display()));
    let Some(all) = scene.whole().map(|all| all.grown(MARGIN)) else {
        return Err(refused("there is nothing to be seen yet".into()));
    };
    let scale = SHARP.min(SIDE / all.size.x.max(all.size.y)).min((MOST / (all.size.x * all.size.y)).sqrt());
    let view = View { at: all.at, zoom: 1.0 };
    let renderer = block_on(<Renderer as Headless>::new(theme::FONT, 16.0.into(), Some("tiny-skia")));
    let mut renderer = renderer.ok_or_else(|| refused("no picture could be drawn".into()))?;
    let nothing = (BTreeSet::new(), BTreeSet::new(), HashMap::new());
    let graph: GraphView<'_, Told> = GraphView {
        scene,
        view,
        selected: &nothing.0,
        cable: None,
        mark: None,
        gesture: &Gesture::Idle,
        levels: &Quiet,
        scope: None,
        way: None,
        pins: &nothing.2,
        pictures,
        wrong: &nothing.1,
        phase: None,
        minimap: false,
        colors,
        on: |told| told,
    };
    draw(graph, &mut renderer, Size::new(all.size.x, all.size.y));
    let pixels = Size::new((all.size.x * scale).round() as u32, (all.size.y * scale).round() as u32);
    let painted = renderer.screenshot(pixels, scale, colors.canvas);
    signalbox_file::write_bytes(path, &png(pixels, &painted).map_err(refused)?)?;
    Ok(format!("{}: {} × {} pixels.", path.display(), pixels.width, pixels.height))
}

fn draw(mut graph: GraphView<'_, Told>, renderer: &mut Renderer, size: Size) {
    let bounds = Rectangle::with_size(size);
    let mut tree = Tree::new(&graph as &dyn Widget<Told, Theme, Renderer>);
    let limits = layout::Limits::new(size, size);
    let node = graph.layout(&mut tree, renderer, &limits);
    renderer.reset(bounds);
    graph.draw(
        &tree,
        renderer,
        &Theme::Dark,
        &Style::default(),
        Layout::new(&node),
        mouse::Cursor::Unavailable,
        &bounds,
    );
}

fn png(size: Size<u32>, pixels: &[u8]) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, size.width, size.height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let written = encoder.write_header().and_then(|mut writer| {
        writer.write_image_data(pixels)?;
        writer.finish()
    });
    written.map(|()| bytes).map_err(|e| e.to_string())
}
