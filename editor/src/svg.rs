//! A graph as a drawing of lines and text (SVG 1.1), which stays sharp at any size and whose words can be searched.

use crate::geometry::{Point, Rect};
use crate::picture::{Picture, Sort as Shows};
use crate::ports::Sort;
use crate::scene::{Card, HEAD, LINE, Scene, Socket, Wire};
use crate::theme::{Colors, SMALL, TEXT, mix};
use iced::Color;
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

/// The room around all cards.
const MARGIN: f32 = 32.0;

/// Draws all of a graph, with the pictures of its nodes.
pub fn draw(scene: &Scene, pictures: &HashMap<String, Arc<Picture>>, c: &Colors) -> String {
    let all = scene.whole().unwrap_or_default().grown(MARGIN);
    let Rect { at, size } = all;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{} {} {} {}\" width=\"{}\" height=\"{}\" \
         font-family=\"Fira Sans, sans-serif\">\n<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>\n",
        at.x,
        at.y,
        size.x,
        size.y,
        size.x,
        size.y,
        at.x,
        at.y,
        size.x,
        size.y,
        hex(c.canvas)
    );
    marks(&mut svg, scene, c);
    scene.wires.iter().for_each(|w| wire(&mut svg, w, c));
    for card in &scene.cards {
        let picture = pictures.get(&card.id).zip(card.picture);
        draw_card(&mut svg, card, picture.map(|(p, at)| (p.as_ref(), at)), c);
    }
    svg.push_str("</svg>\n");
    svg
}

/// Adds a line to a text, which takes all.
macro_rules! put {
    ($svg:expr, $($what:tt)*) => {{
        // A text takes all that is written to it.
        let _ = writeln!($svg, $($what)*);
    }};
}

fn hex(color: Color) -> String {
    let [r, g, b, _] = color.into_rgba8();
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// A text in which nothing is taken for a mark.
fn plain(words: &str) -> String {
    let mut safe = String::with_capacity(words.len());
    for letter in words.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // Not allowed in XML at all.
            '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' => safe.push('\u{fffd}'),
            letter => safe.push(letter),
        }
    }
    safe
}

/// Frames and comments, behind all else.
fn marks(svg: &mut String, scene: &Scene, c: &Colors) {
    for frame in &scene.frames {
        let (Rect { at, size }, tint) = (frame.rect, c.mark(frame.tint));
        put!(
            svg,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"10\" fill=\"{}\" fill-opacity=\"0.1\" stroke=\"{}\"/>",
            at.x,
            at.y,
            size.x,
            size.y,
            hex(tint),
            hex(mix(c.line, tint, 0.5))
        );
        words(svg, at + Point::new(12.0, 19.0), (TEXT, "start"), mix(c.text, tint, 0.25), &frame.title);
    }
    for comment in &scene.comments {
        let (Rect { at, size }, tint) = (comment.rect, c.mark(comment.tint));
        put!(
            svg,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\" fill=\"{}\" stroke=\"{}\"/>",
            at.x,
            at.y,
            size.x,
            size.y,
            hex(mix(c.surface, tint, 0.14)),
            hex(c.line)
        );
        for (line, text) in comment.lines().iter().enumerate() {
            let at = at + Point::new(14.0, 10.0 + (line as f32 + 0.75) * LINE);
            words(svg, at, (TEXT, "start"), c.text, text);
        }
    }
}

/// Writes a line of text.
fn words(svg: &mut String, at: Point, (size, anchor): (f32, &str), color: Color, words: &str) {
    put!(
        svg,
        "<text x=\"{}\" y=\"{}\" font-size=\"{size}\" text-anchor=\"{anchor}\" fill=\"{}\">{}</text>",
        at.x,
        at.y,
        hex(color),
        plain(words)
    );
}

fn wire(svg: &mut String, wire: &Wire, c: &Colors) {
    let [a, b, d, e] = wire.curve.0;
    let (still, loud) = c.cable(wire.sort);
    let (width, dashes) = match wire.sort {
        _ if wire.feedback => (2.2, " stroke-dasharray=\"3 4\""),
        Sort::Sound => (2.2, ""),
        Sort::Notes => (2.0, " stroke-dasharray=\"7 4\""),
        Sort::Value => (1.4, ""),
    };
    let color = if wire.mute { still } else { mix(still, loud, 0.5) };
    put!(
        svg,
        "<path d=\"M{} {} C{} {} {} {} {} {}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\"{dashes}/>",
        a.x,
        a.y,
        b.x,
        b.y,
        d.x,
        d.y,
        e.x,
        e.y,
        hex(color)
    );
}

fn draw_card(svg: &mut String, card: &Card, picture: Option<(&Picture, Rect)>, c: &Colors) {
    let Rect { at, size } = card.rect;
    let tint = c.family(card.group);
    put!(
        svg,
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"8\" fill=\"{}\" stroke=\"{}\"/>",
        at.x,
        at.y,
        size.x,
        size.y,
        hex(c.raised),
        hex(c.line)
    );
    put!(
        svg,
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"3\" rx=\"1.5\" fill=\"{}\"/>",
        at.x + 10.0,
        at.y,
        size.x - 20.0,
        hex(tint)
    );
    let quiet = card.mute || card.bypass;
    let middle = at.y + HEAD / 2.0 + 5.0;
    let text = |svg: &mut String, x: f32, y: f32, size: f32, anchor: &str, color: Color, text: &str| {
        words(svg, Point::new(x, y), (size, anchor), color, text);
    };
    text(svg, at.x + 10.0, middle, TEXT, "start", if quiet { c.dim } else { c.text }, &card.title);
    let side = match (card.mute, card.bypass) {
        (true, _) => "muted",
        (_, true) => "bypassed",
        _ if card.kind == card.title => "",
        _ => card.kind.as_str(),
    };
    if !side.is_empty() && card.title.chars().count() + side.chars().count() < 22 {
        text(svg, at.x + size.x - 10.0, middle, SMALL, "end", c.dim, side);
    }
    for socket in &card.sockets {
        port(svg, socket, c);
        let name = match (socket.port.name.as_str(), socket.out) {
            ("", true) => "out",
            ("", false) => "in",
            (name, _) => name,
        };
        let (x, anchor) = if socket.out { (-12.0, "end") } else { (12.0, "start") };
        text(svg, socket.at.x + x, socket.at.y + 4.0, SMALL, anchor, c.dim, name);
    }
    if let Some((picture, at)) = picture {
        line(svg, picture, at, tint);
    }
}

/// Round ports take sound, square ones notes, diamonds are parameters.
fn port(svg: &mut String, socket: &Socket, c: &Colors) {
    let (Point { x, y }, color) = (socket.at, hex(c.cable(socket.port.sort).1));
    let fill = if socket.connected { color.clone() } else { hex(c.canvas) };
    let paint = format!("fill=\"{fill}\" stroke=\"{color}\" stroke-width=\"1.5\"");
    match socket.port.sort {
        Sort::Sound => put!(svg, "<circle cx=\"{x}\" cy=\"{y}\" r=\"5\" {paint}/>"),
        Sort::Notes => {
            put!(svg, "<rect x=\"{}\" y=\"{}\" width=\"9\" height=\"9\" {paint}/>", x - 4.5, y - 4.5);
        }
        Sort::Value => {
            let (l, r, t, b) = (x - 5.0, x + 5.0, y - 5.0, y + 5.0);
            put!(svg, "<path d=\"M{l} {y} L{x} {t} L{r} {y} L{x} {b} Z\" {paint}/>");
        }
    }
}

/// A node's picture: its line, and what lies under it.
fn line(svg: &mut String, picture: &Picture, at: Rect, color: Color) {
    if picture.line.len() < 2 {
        return;
    }
    let last = (picture.line.len() - 1) as f32;
    let place = |k: usize, y: f32| {
        at.at + Point::new(k as f32 / last * at.size.x, (1.0 - y.clamp(0.0, 1.0)) * at.size.y)
    };
    let points = picture.line.iter().enumerate().map(|(k, &y)| place(k, y));
    let points: Vec<String> = points.map(|p| format!("{:.2},{:.2}", p.x, p.y)).collect();
    let floor = match picture.sort {
        Some(Shows::Wave | Shows::Bend | Shows::Response) => 0.5,
        _ => 0.0,
    };
    let (end, start) = (place(picture.line.len() - 1, floor), place(0, floor));
    let (points, color) = (points.join(" "), hex(color));
    put!(
        svg,
        "<polygon points=\"{points} {:.2},{:.2} {:.2},{:.2}\" fill=\"{color}\" fill-opacity=\"0.14\"/>",
        end.x,
        end.y,
        start.x,
        start.y
    );
    put!(svg, "<polyline points=\"{points}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"1.5\"/>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::Look;
    use signalbox_engine::patch::file::read;

    #[test]
    fn the_drawing_is_whole_and_every_cable_ends_at_its_ports() {
        let patch = read(
            r#"{"format": 1, "nodes": [
            {"id": "a<&b", "kind": "osc", "at": [0, 0]}, {"id": "low", "kind": "filter", "at": [300, 80]},
            {"id": "out", "kind": "output", "at": [600, 0]}],
            "cables": [{"from": "a<&b", "to": "low"}, {"from": "low", "to": "out"}]}"#,
        );
        let scene = Scene::new(&patch.expect("a patch"), &None, &signalbox_studio::shelf());
        let svg = draw(&scene, &HashMap::new(), Look::Light.colors());
        let xml = roxmltree::Document::parse(&svg).expect("well-formed XML");
        let all = |name: &'static str| xml.descendants().filter(move |n| n.has_tag_name(name));
        for title in ["a<&b", "low", "out"] {
            assert!(all("text").any(|n| n.text() == Some(title)), "{title}");
        }
        let numbers = |text: &str| -> Vec<f32> {
            text.split(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'))
                .filter_map(|n| n.parse().ok())
                .collect()
        };
        let cables: Vec<Vec<f32>> =
            all("path").filter_map(|n| n.attribute("d")).filter(|d| d.contains('C')).map(numbers).collect();
        assert_eq!(cables.len(), 2);
        let ports: Vec<(f32, f32)> = all("circle")
            .filter_map(|n| Some((n.attribute("cx")?.parse().ok()?, n.attribute("cy")?.parse().ok()?)))
            .collect();
        for cable in cables {
            assert!(
                ports.contains(&(cable[0], cable[1])) && ports.contains(&(cable[6], cable[7])),
                "{cable:?}"
            );
        }
        let view = xml.root_element().attribute("viewBox").map(numbers).expect("a view");
        for (x, y) in ports {
            assert!(x > view[0] && x < view[0] + view[2] && y > view[1] && y < view[1] + view[3]);
        }
    }
}
