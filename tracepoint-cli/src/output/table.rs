//! Tables: a head, rows, and columns as wide as they need to be.

use comfy_table::{CellAlignment, ContentArrangement, Row, Table as Inner, presets};

/// A table that is being filled.
#[derive(Debug)]
pub struct Table {
    inner: Inner,
    rows: usize,
}

/// On which side the text of a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

impl Table {
    /// A table with these columns.
    pub fn new(columns: &[(&str, Side)]) -> Self {
        let mut inner = Inner::new();
        inner.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        inner.set_header(columns.iter().map(|(head, _)| *head));
        for (column, (_, side)) in inner.column_iter_mut().zip(columns) {
            column.set_padding((0, 2));
            column.set_cell_alignment(match side {
                Side::Left => CellAlignment::Left,
                Side::Right => CellAlignment::Right,
            });
        }
        Self { inner, rows: 0 }
    }

    /// Adds a row.
    pub fn row<T: Into<String>>(&mut self, cells: impl IntoIterator<Item = T>) {
        let mut row = Row::from(cells.into_iter().map(Into::<String>::into));
        // What a traced process says can have several lines; a row has one.
        row.max_height(1);
        self.inner.add_row(row);
        self.rows += 1;
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The lines, the head first, without blanks at their ends.
    pub fn lines(&self) -> Vec<String> {
        self.inner.lines().map(|line| line.trim_end().to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_needed() {
        let mut table = Table::new(&[("name", Side::Left), ("number", Side::Right), ("", Side::Left)]);
        table.row(["a", "1", ""]);
        table.row(["longer", "1,234,567", "x"]);
        assert_eq!(table.lines(), ["name       number", "a               1", "longer  1,234,567  x"]);
    }
}
