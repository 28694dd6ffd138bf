//! Where nodes lie that nobody has put anywhere: in columns from left to right, by the way of the sound.

use crate::geometry::Point;

/// Everything on the canvas keeps to this grid.
pub const GRID: f32 = 8.0;

/// The room between columns, and between nodes of a column.
const GAP: Point = Point::new(80.0, 32.0);

/// How often the order within columns is bettered.
const SWEEPS: usize = 6;

/// Places for boxes of some sizes, by the ways that lead from one to another.
///
/// After Sugiyama, Tagawa and Toda, Methods for visual understanding of hierarchical system structures (1981): columns
/// by the longest way from a source, order within them by the mean of the neighbours.
pub fn layered(sizes: &[Point], ways: &[(usize, usize)]) -> Vec<Point> {
    let columns = columns(sizes.len(), ways);
    let mut neighbours = vec![[Vec::new(), Vec::new()]; sizes.len()];
    for &(from, to) in ways {
        if columns[from] < columns[to] {
            neighbours[to][0].push(from);
            neighbours[from][1].push(to);
        }
    }
    let last = columns.iter().copied().max().unwrap_or(0);
    let mut stacks: Vec<Vec<usize>> = vec![Vec::new(); last + 1];
    for (node, &column) in columns.iter().enumerate() {
        stacks[column].push(node);
    }
    let mut y = vec![0.0f32; sizes.len()];
    for stack in &stacks {
        stack_up(&stack.iter().map(|&n| (n, None)).collect::<Vec<_>>(), sizes, &mut y);
    }
    for sweep in 0..SWEEPS {
        let forward = sweep % 2 == 0;
        let order: Vec<usize> = if forward { (0..=last).collect() } else { (0..=last).rev().collect() };
        for column in order {
            let stack = &mut stacks[column];
            let mut wanted: Vec<(usize, Option<f32>)> =
                stack.iter().map(|&n| (n, mean(&neighbours[n][usize::from(!forward)], sizes, &y))).collect();
            let key = |w: &(usize, Option<f32>)| w.1.unwrap_or(y[w.0] + sizes[w.0].y / 2.0);
            wanted.sort_by(|a, b| key(a).total_cmp(&key(b)));
            *stack = wanted.iter().map(|w| w.0).collect();
            stack_up(&wanted, sizes, &mut y);
        }
    }
    let mut x = 0.0;
    let mut places = vec![Point::default(); sizes.len()];
    for stack in &stacks {
        for &node in stack {
            places[node] = Point::new(x, y[node]).snapped(GRID);
        }
        x += stack.iter().map(|&n| sizes[n].x).fold(0.0, f32::max) + GAP.x;
    }
    places
}

/// The column of each node: the longest way from a source; ways that lead back are left out.
fn columns(count: usize, ways: &[(usize, usize)]) -> Vec<usize> {
    let forward = without_loops(count, ways);
    let mut columns = vec![0usize; count];
    let mut waits = vec![0usize; count];
    let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); count];
    for &(from, to) in &forward {
        waits[to] += 1;
        leaving[from].push(to);
    }
    let sources: Vec<usize> = (0..count).filter(|&n| waits[n] == 0).collect();
    let mut ready = sources.clone();
    while let Some(node) = ready.pop() {
        for &to in &leaving[node] {
            columns[to] = columns[to].max(columns[node] + 1);
            waits[to] -= 1;
            if waits[to] == 0 {
                ready.push(to);
            }
        }
    }
    // A source stands right before the first that it feeds, not at the far left.
    for node in sources {
        if let Some(next) = leaving[node].iter().map(|&to| columns[to]).min() {
            columns[node] = next.saturating_sub(1);
        }
    }
    columns
}

/// The ways that are left when those that close a loop are taken out: a walk in depth, without recursion.
fn without_loops(count: usize, ways: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); count];
    for &(from, to) in ways.iter().filter(|w| w.0 != w.1) {
        leaving[from].push(to);
    }
    let mut entered = vec![false; count];
    for &(_, to) in ways {
        entered[to] = true;
    }
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        New,
        Open,
        Done,
    }
    let mut seen = vec![Seen::New; count];
    let mut forward = Vec::new();
    let starts = (0..count).filter(|&n| !entered[n]).chain(0..count);
    for start in starts.collect::<Vec<_>>() {
        if seen[start] != Seen::New {
            continue;
        }
        let mut walk = vec![(start, 0usize)];
        seen[start] = Seen::Open;
        while let Some((node, next)) = walk.last_mut() {
            let Some(&to) = leaving[*node].get(*next) else {
                seen[*node] = Seen::Done;
                walk.pop();
                continue;
            };
            *next += 1;
            let from = *node;
            if seen[to] != Seen::Open {
                forward.push((from, to));
            }
            if seen[to] == Seen::New {
                seen[to] = Seen::Open;
                walk.push((to, 0));
            }
        }
    }
    forward
}

/// The middle that a node would like: the mean of its neighbours on one side.
fn mean(neighbours: &[usize], sizes: &[Point], y: &[f32]) -> Option<f32> {
    let sum: f32 = neighbours.iter().map(|&n| y[n] + sizes[n].y / 2.0).sum();
    (!neighbours.is_empty()).then(|| sum / neighbours.len() as f32)
}

/// Stacks the nodes of a column in their order, each with its middle as near to where it would like to be as those above
/// allow.
fn stack_up(stack: &[(usize, Option<f32>)], sizes: &[Point], y: &mut [f32]) {
    let mut top = f32::NEG_INFINITY;
    let mut pushed = 0.0;
    for &(node, wanted) in stack {
        let likes = wanted.map_or(y[node], |middle| middle - sizes[node].y / 2.0);
        let place = likes.max(top);
        pushed += place - likes;
        y[node] = place;
        top = place + sizes[node].y + GAP.y;
    }
    // What was pushed down pushes the whole column up by the mean.
    let up = pushed / stack.len().max(1) as f32;
    stack.iter().for_each(|&(node, _)| y[node] -= up);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Rect;

    fn boxes(places: &[Point], sizes: &[Point]) -> Vec<Rect> {
        places.iter().zip(sizes).map(|(&at, &size)| Rect { at, size }).collect()
    }

    #[test]
    fn sound_flows_to_the_right_and_no_two_boxes_touch() {
        // A diamond, a chain behind it, and a source of its own.
        let ways = [(0, 1), (0, 2), (1, 3), (2, 3), (3, 4), (5, 4)];
        let sizes: Vec<Point> = (0..6).map(|k| Point::new(160.0, 64.0 + 16.0 * k as f32)).collect();
        let places = layered(&sizes, &ways);
        assert!(ways.iter().all(|&(a, b)| places[a].x + 160.0 < places[b].x), "{places:?}");
        let boxes = boxes(&places, &sizes);
        for (k, a) in boxes.iter().enumerate() {
            assert!(boxes[k + 1..].iter().all(|b| !a.meets(*b)), "{places:?}");
        }
    }

    #[test]
    fn a_loop_and_a_long_chain_are_laid_out_too() {
        let sizes = vec![Point::new(160.0, 64.0); 3];
        let places = layered(&sizes, &[(0, 1), (1, 2), (2, 1)]);
        assert!(places[0].x < places[1].x && places[1].x < places[2].x);
        let chain: Vec<(usize, usize)> = (0..20_000).map(|k| (k, k + 1)).collect();
        let ways = without_loops(20_001, &chain);
        assert_eq!(ways.len(), 20_000);
    }
}
