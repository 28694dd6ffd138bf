//! Paints areas, lines, curves and text with smooth edges, and writes the PNG.

use super::layout::Area;
use super::text::{Font, Line};
use super::theme::{self, Ink};
use super::{HEIGHT, PlotError, WIDTH};
use tiny_skia::{
    Color, FillRule, GradientStop, LineCap, LineJoin, LinearGradient, Mask, Paint, Path, PathBuilder, Pixmap,
    Point, Rect, Shader, SpreadMode, Stroke, StrokeDash, Transform,
};

/// A place in the picture, in pixels.
pub type Spot = (f32, f32);

/// Where text stands, seen from the place it is given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Align {
    /// It begins there.
    Left,
    /// Its middle is there.
    Centre,
    /// It ends there.
    Right,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Pencil {
    ink: Ink,
    width: f32,
    dash: Option<[f32; 2]>,
}

impl Pencil {
    /// A solid line, `width` pixels wide.
    pub fn solid(ink: Ink, width: f32) -> Self {
        Self { ink, width, dash: None }
    }

    /// A dashed line, `width` pixels wide.
    pub fn dashed(ink: Ink, width: f32) -> Self {
        Self { ink, width, dash: Some([8.0, 6.0]) }
    }
}

/// The picture while it is painted.
pub struct Canvas {
    pixels: Pixmap,
    font: Font,
    clip: Option<Mask>,
}

impl Canvas {
    /// An empty picture.
    pub fn new() -> Result<Self, PlotError> {
        let mut pixels = Pixmap::new(WIDTH, HEIGHT).ok_or(PlotError::Surface)?;
        pixels.fill(color(theme::GROUND));
        Ok(Self { pixels, font: Font::bundled()?, clip: None })
    }

    /// Paints with `draw`, nothing of it outside an area.
    pub fn within(&mut self, area: Area, draw: impl FnOnce(&mut Self)) {
        self.clip = Mask::new(WIDTH, HEIGHT);
        if let (Some(mask), Some(rect)) = (&mut self.clip, rect(area)) {
            mask.fill_path(&PathBuilder::from_rect(rect), FillRule::Winding, true, Transform::identity());
        }
        draw(self);
        self.clip = None;
    }

    /// Fills an area; edges between two pixels are blended.
    pub fn area(&mut self, area: Area, ink: Ink) {
        if let Some(rect) = rect(area) {
            self.fill(&PathBuilder::from_rect(rect), &solid(ink));
        }
    }

    /// Fills an area with rounded corners.
    pub fn card(&mut self, area: Area, ink: Ink) {
        const RADIUS: f32 = 8.0;
        // The share of the radius at which a cubic's handles come nearest to a quarter of a circle.
        const HANDLE: f32 = RADIUS * (1.0 - 0.552_284_8);
        let Area { left, top, right, bottom } = area;
        let mut path = PathBuilder::new();
        path.move_to(left + RADIUS, top);
        path.line_to(right - RADIUS, top);
        path.cubic_to(right - HANDLE, top, right, top + HANDLE, right, top + RADIUS);
        path.line_to(right, bottom - RADIUS);
        path.cubic_to(right, bottom - HANDLE, right - HANDLE, bottom, right - RADIUS, bottom);
        path.line_to(left + RADIUS, bottom);
        path.cubic_to(left + HANDLE, bottom, left, bottom - HANDLE, left, bottom - RADIUS);
        path.line_to(left, top + RADIUS);
        path.cubic_to(left, top + HANDLE, left + HANDLE, top, left + RADIUS, top);
        path.close();
        if let Some(path) = path.finish() {
            self.fill(&path, &solid(ink));
        }
    }

    /// A horizontal line of one pixel.
    pub fn rule_across(&mut self, left: f32, right: f32, y: f32, ink: Ink) {
        let top = y.floor();
        self.area(Area { left, right, top, bottom: top + 1.0 }, ink);
    }

    /// A vertical line of one pixel.
    pub fn rule_down(&mut self, x: f32, top: f32, bottom: f32, ink: Ink) {
        let left = x.floor();
        self.area(Area { left, right: left + 1.0, top, bottom }, ink);
    }

    /// A curve through the spots.
    pub fn curve(&mut self, spots: &[Spot], pencil: Pencil) {
        let Some(path) = path(spots, false) else { return };
        let stroke = Stroke {
            width: pencil.width,
            line_cap: if pencil.dash.is_some() { LineCap::Butt } else { LineCap::Round },
            line_join: LineJoin::Round,
            dash: pencil.dash.and_then(|dash| StrokeDash::new(dash.to_vec(), 0.0)),
            ..Stroke::default()
        };
        let paint = solid(pencil.ink);
        self.pixels.stroke_path(&path, &paint, &stroke, Transform::identity(), self.clip.as_ref());
    }

    /// Fills the shape whose corners these are.
    pub fn shape(&mut self, corners: &[Spot], ink: Ink) {
        if let Some(path) = path(corners, true) {
            self.fill(&path, &solid(ink));
        }
    }

    /// Fills between a curve and a level below it with a tint that fades away from `top` to that level.
    pub fn glow(&mut self, spots: &[Spot], top: f32, level: f32, ink: Ink) {
        let (Some(first), Some(last)) = (spots.first(), spots.last()) else { return };
        let mut corners = spots.to_vec();
        corners.extend([(last.0, level), (first.0, level)]);
        let stops = vec![GradientStop::new(0.0, color(ink)), GradientStop::new(1.0, color(ink.faded(0)))];
        let (start, end) = (Point::from_xy(0.0, top), Point::from_xy(0.0, level));
        let shader = LinearGradient::new(start, end, stops, SpreadMode::Pad, Transform::identity());
        if let (Some(path), Some(shader)) = (path(&corners, true), shader) {
            self.fill(&path, &Paint { shader, ..Paint::default() });
        }
    }

    /// Writes a line on a baseline; gives its width in pixels.
    pub fn text(&mut self, text: &str, size: f32, ink: Ink, baseline: Spot, align: Align) -> f32 {
        self.line(&self.font.line(text, size), ink, baseline, align)
    }

    /// Writes a line that is shortened to at most `room` pixels; gives its width.
    pub fn text_within(&mut self, text: &str, size: f32, ink: Ink, baseline: Spot, room: f32) -> f32 {
        self.line(&self.font.fit(text, size, room), ink, baseline, Align::Left)
    }

    fn line(&mut self, line: &Line, ink: Ink, (x, y): Spot, align: Align) -> f32 {
        let left = match align {
            Align::Left => x,
            Align::Centre => x - 0.5 * line.width,
            Align::Right => x - line.width,
        };
        if let Some(path) = self.font.outline(line, left, y.round()) {
            self.fill(&path, &solid(ink));
        }
        line.width
    }

    fn fill(&mut self, path: &Path, paint: &Paint) {
        self.pixels.fill_path(path, paint, FillRule::Winding, Transform::identity(), self.clip.as_ref());
    }

    /// The bytes of a PNG; nothing is transparent, so three channels of 8 bits.
    pub fn png(&self) -> Result<Vec<u8>, PlotError> {
        let colours: Vec<u8> = self.pixels.data().chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, WIDTH, HEIGHT);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
        encoder.set_compression(png::Compression::Balanced);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&colours)?;
        writer.finish()?;
        Ok(bytes)
    }
}

fn color(Ink(red, green, blue, opacity): Ink) -> Color {
    Color::from_rgba8(red, green, blue, opacity)
}

fn solid(ink: Ink) -> Paint<'static> {
    Paint { shader: Shader::SolidColor(color(ink)), ..Paint::default() }
}

fn rect(area: Area) -> Option<Rect> {
    Rect::from_ltrb(area.left, area.top, area.right, area.bottom)
}

fn path(spots: &[Spot], closed: bool) -> Option<Path> {
    let mut path = PathBuilder::with_capacity(spots.len() + 1, spots.len());
    for (index, &(x, y)) in spots.iter().enumerate() {
        if index == 0 {
            path.move_to(x, y);
        } else {
            path.line_to(x, y);
        }
    }
    if closed {
        path.close();
    }
    path.finish()
}
