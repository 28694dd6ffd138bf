//! Rows of different lengths in one piece of memory.

use std::ops::{Index, IndexMut, Range};

/// Rows of values, one behind the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows<T> {
    /// By row: where it ends.
    ends: Vec<u32>,
    values: Vec<T>,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self { ends: Vec::new(), values: Vec::new() }
    }
}

impl<T> Rows<T> {
    /// No rows yet, with room for so many.
    pub fn with_capacity(rows: usize) -> Self {
        Self { ends: Vec::with_capacity(rows), values: Vec::with_capacity(rows) }
    }

    /// Adds a row.
    pub fn push(&mut self, row: impl IntoIterator<Item = T>) {
        self.values.extend(row);
        self.ends.push(self.values.len() as u32);
    }

    /// Each row in turn.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[T]> + Clone + '_ {
        (0..self.ends.len()).map(|row| &self[row])
    }

    fn range(&self, row: usize) -> Range<usize> {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        start as usize..self.ends[row] as usize
    }
}

impl<T: Copy + Default> Rows<T> {
    /// Deals values to `count` rows, each with the number of its row; in a row they stay in order.
    pub fn deal(count: usize, values: impl Iterator<Item = (usize, T)> + Clone) -> Self {
        let mut ends = vec![0u32; count + 1];
        values.clone().for_each(|(row, _)| ends[row + 1] += 1);
        for row in 0..count {
            ends[row + 1] += ends[row];
        }
        let mut dealt = vec![T::default(); ends[count] as usize];
        for (row, value) in values {
            // While rows are filled, the place before an end moves from the row's start to its end.
            dealt[ends[row] as usize] = value;
            ends[row] += 1;
        }
        ends.truncate(count);
        Self { ends, values: dealt }
    }
}

impl<T> Index<usize> for Rows<T> {
    type Output = [T];

    fn index(&self, row: usize) -> &[T] {
        &self.values[self.range(row)]
    }
}

impl<T> IndexMut<usize> for Rows<T> {
    fn index_mut(&mut self, row: usize) -> &mut [T] {
        let range = self.range(row);
        &mut self.values[range]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_dealt_to_their_rows_in_order_and_rows_may_be_empty() {
        let dealt = Rows::deal(4, [(2, 'a'), (0, 'b'), (2, 'c'), (3, 'd'), (0, 'e')].into_iter());
        let mut pushed = Rows::with_capacity(4);
        ["be", "", "ac", "d"].into_iter().for_each(|row| pushed.push(row.chars()));
        assert_eq!(dealt, pushed);
        assert_eq!(pushed.iter().map(String::from_iter).collect::<Vec<_>>(), ["be", "", "ac", "d"]);
    }
}
