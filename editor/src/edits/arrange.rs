//! Where nodes lie: aligned, spread, straightened, laid out by the way of the sound.

use crate::geometry::{Point, Rect};
use crate::layout::{GRID, layered};
use crate::scene::{Card, Scene};
use signalbox_engine::patch::{Edit, Scope};
use std::collections::BTreeSet;

/// Along which line nodes are aligned or spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Side by side: they get one height.
    Row,
    /// One below the other: they get one left edge.
    Column,
}

fn chosen<'a>(scene: &'a Scene, ids: &BTreeSet<String>) -> Vec<&'a Card> {
    scene.cards.iter().filter(|c| ids.contains(&c.id)).collect()
}

fn put(scope: &Scope, card: &Card, to: Point) -> Option<Edit> {
    (to != card.rect.at)
        .then(|| Edit::Move(scope.clone(), card.id.clone(), Some((f64::from(to.x), f64::from(to.y)))))
}

/// The least room between a node that is put into a cable and the next.
const APART: f32 = 4.0 * GRID;

/// Makes room for a node at a place before another: where it would cover that, the other and all that lies as far to the
/// right go on by as much as is missing.
pub fn make_room(scene: &Scene, scope: &Scope, id: &str, place: Rect, next: &str) -> Vec<Edit> {
    let Some(next) = scene.card(next).map(|card| card.rect) else { return Vec::new() };
    let missing = place.end().x + APART - next.at.x;
    // What lies to the left of it is a way back, which nothing that goes on would make shorter.
    if !place.grown(GRID).meets(next) || missing <= 0.0 || place.center().x > next.end().x {
        return Vec::new();
    }
    let by = Point::new((missing / GRID).ceil() * GRID, 0.0);
    let moves = scene.cards.iter().filter(|card| card.id != id && card.rect.at.x >= next.at.x);
    moves.filter_map(|card| put(scope, card, card.rect.at + by)).collect()
}

/// Lays nodes out from left to right by the way of the sound; all where none is chosen. The left upper corner stays.
pub fn arrange(scene: &Scene, scope: &Scope, ids: &BTreeSet<String>) -> Vec<Edit> {
    let all = ids.len() < 2;
    let cards: Vec<&Card> = if all { scene.cards.iter().collect() } else { chosen(scene, ids) };
    let at = |id: &str| cards.iter().position(|c| c.id == id);
    let sizes: Vec<Point> = cards.iter().map(|c| c.rect.size).collect();
    let ways = scene.wires.iter().filter_map(|w| {
        let (from, to) = (&scene.cards[w.from.0], &scene.cards[w.to.0]);
        Some((at(&from.id)?, at(&to.id)?))
    });
    let places = layered(&sizes, &ways.collect::<Vec<_>>());
    let corner = |places: &mut dyn Iterator<Item = Point>| {
        places.fold(Point::new(f32::INFINITY, f32::INFINITY), |a, p| Point::new(a.x.min(p.x), a.y.min(p.y)))
    };
    let from = corner(&mut cards.iter().map(|c| c.rect.at));
    let to = corner(&mut places.iter().copied());
    let moved = cards
        .iter()
        .zip(&places)
        .filter_map(|(card, &place)| put(scope, card, (place - to + from).snapped(GRID)));
    moved.collect()
}

/// Aligns nodes: with the leftmost or the uppermost.
pub fn align(scene: &Scene, scope: &Scope, ids: &BTreeSet<String>, line: Line) -> Vec<Edit> {
    let cards = chosen(scene, ids);
    let least = |of: fn(&Card) -> f32| cards.iter().map(|c| of(c)).fold(f32::INFINITY, f32::min);
    let (left, top) = (least(|c| c.rect.at.x), least(|c| c.rect.at.y));
    let to = |c: &Card| match line {
        Line::Row => Point::new(c.rect.at.x, top),
        Line::Column => Point::new(left, c.rect.at.y),
    };
    cards.iter().filter_map(|c| put(scope, c, to(c))).collect()
}

/// Spreads nodes, so that the gaps between them are alike; the outer two stay.
pub fn distribute(scene: &Scene, scope: &Scope, ids: &BTreeSet<String>, line: Line) -> Vec<Edit> {
    let mut cards = chosen(scene, ids);
    let along = |p: Point| if line == Line::Row { p.x } else { p.y };
    cards.sort_by(|a, b| along(a.rect.at).total_cmp(&along(b.rect.at)));
    let (Some(first), Some(last)) = (cards.first(), cards.last()) else { return Vec::new() };
    let whole = along(last.rect.end()) - along(first.rect.at);
    let filled: f32 = cards.iter().map(|c| along(c.rect.size)).sum();
    let gap = (whole - filled) / (cards.len() as f32 - 1.0).max(1.0);
    let mut next = along(first.rect.at);
    let mut edits = Vec::new();
    for card in &cards {
        let to = match line {
            Line::Row => Point::new(next, card.rect.at.y),
            Line::Column => Point::new(card.rect.at.x, next),
        };
        edits.extend(put(scope, card, to));
        next += along(card.rect.size) + gap;
    }
    edits
}

/// Straightens the cables between nodes: each node moves up or down until the first cable that comes into it from
/// another one of them runs level.
pub fn straighten(scene: &Scene, scope: &Scope, ids: &BTreeSet<String>) -> Vec<Edit> {
    let mut cards = chosen(scene, ids);
    cards.sort_by(|a, b| a.rect.at.x.total_cmp(&b.rect.at.x));
    let mut shifts: Vec<(&Card, f32)> = Vec::new();
    for card in cards {
        let shift_of = |id: &str| shifts.iter().find(|(c, _)| c.id == id).map(|(_, by)| *by);
        let level = scene.wires.iter().filter(|w| scene.cards[w.to.0].id == card.id).find_map(|w| {
            let source = &scene.cards[w.from.0];
            let by = shift_of(&source.id)?;
            Some(w.curve.0[0].y + by - w.curve.0[3].y)
        });
        shifts.push((card, level.unwrap_or(0.0)));
    }
    shifts.iter().filter_map(|(c, by)| put(scope, c, c.rect.at + Point::new(0.0, *by))).collect()
}
