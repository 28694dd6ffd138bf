//! Prepares curves for painting: gaps where nothing was measured, and no more spots than can be told apart.

use super::canvas::Spot;

/// The unbroken stretches of a curve; a place with a coordinate that is not finite ends one.
///
/// Where several spots share a pixel column, the first, the lowest, the highest and the last are kept.
pub fn stretches(spots: impl Iterator<Item = Spot>) -> Vec<Vec<Spot>> {
    let mut all: Vec<Vec<Spot>> = Vec::new();
    let mut open: Vec<Spot> = Vec::new();
    let mut finish = |open: &mut Vec<Spot>| {
        if !open.is_empty() {
            all.push(thinned(open));
            open.clear();
        }
    };
    for spot in spots {
        if spot.0.is_finite() && spot.1.is_finite() {
            open.push(spot);
        } else {
            finish(&mut open);
        }
    }
    finish(&mut open);
    all
}

fn thinned(spots: &[Spot]) -> Vec<Spot> {
    let mut kept = Vec::with_capacity(spots.len().min(8192));
    for column in spots.chunk_by(|a, b| a.0.floor() == b.0.floor()) {
        if column.len() <= 4 {
            kept.extend_from_slice(column);
            continue;
        }
        let mut wanted = [0, 0, 0, column.len() - 1];
        for (index, spot) in column.iter().enumerate() {
            if spot.1 < column[wanted[1]].1 {
                wanted[1] = index;
            }
            if spot.1 > column[wanted[2]].1 {
                wanted[2] = index;
            }
        }
        wanted.sort_unstable();
        kept.extend(wanted.map(|index| column[index]));
    }
    kept
}

#[cfg(test)]
mod tests;
