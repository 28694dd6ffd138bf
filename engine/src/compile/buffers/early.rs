//! Long sums are taken term by term as soon as the terms are there, so that few buffers have to be kept.

use crate::compile::emit::{Channel, Op, Ops, Value};

/// A sum of fewer terms is left whole.
const LONG: usize = 8;

/// So many slots are read at once, at least.
const PIECE: u32 = 16;

/// Takes long sums apart. Their terms are added in the same order, in double precision all the way, so that no bit
/// changes.
pub fn early(ops: Ops) -> Ops {
    let Ops { mut ops, mut spans, lists, outputs } = ops;
    if !ops.iter().any(|op| matches!(op, Op::Sum { terms, .. } if terms.len() >= LONG)) {
        return Ops { ops, spans, lists, outputs };
    }
    let mut written = vec![0; spans.len()];
    for (at, op) in ops.iter().enumerate() {
        op.writes(|v| written[v as usize] = at);
    }
    // Pieces of sums, each with the op that it follows.
    let mut pieces: Vec<(usize, Op)> = Vec::new();
    for op in &mut ops {
        match op {
            Op::Sum { before: first, terms, .. } if first.is_none() && terms.len() >= LONG => {
                let parts = split(terms, &written, &spans);
                let count = parts.len();
                let mut before = None;
                for (i, (after, part)) in parts.into_iter().enumerate() {
                    if i + 1 == count {
                        (*first, *terms) = (before, part);
                        break;
                    }
                    spans.push(2);
                    let so_far = spans.len() as Value - 1;
                    pieces.push((after, Op::Sum { before, to: so_far, terms: part }));
                    before = Some(so_far);
                }
            }
            _ => {}
        }
    }
    pieces.sort_by_key(|piece| piece.0);
    let mut pieces = pieces.into_iter().peekable();
    let mut all = Vec::with_capacity(ops.len() + pieces.len());
    for (at, op) in ops.into_iter().enumerate() {
        all.push(op);
        while let Some((_, piece)) = pieces.next_if(|piece| piece.0 == at) {
            all.push(piece);
        }
    }
    Ops { ops: all, spans, lists, outputs }
}

/// Cuts terms where one comes later than all before it; each piece with the op that it can follow.
fn split(terms: &[(Channel, f32)], written: &[usize], spans: &[u32]) -> Vec<(usize, Vec<(Channel, f32)>)> {
    let mut parts: Vec<(usize, Vec<(Channel, f32)>)> = Vec::new();
    let (mut slots, mut last) = (0, None);
    for &term in terms {
        let at = written[term.0.value as usize];
        match parts.last_mut().filter(|p| p.0 >= at || slots < PIECE) {
            Some(part) => {
                part.0 = part.0.max(at);
                part.1.push(term);
            }
            None => {
                slots = 0;
                parts.push((at, vec![term]));
            }
        }
        if last.replace(term.0.value) != Some(term.0.value) {
            slots += spans[term.0.value as usize];
        }
    }
    parts
}
