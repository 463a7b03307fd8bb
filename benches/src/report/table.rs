//! The table, as Markdown that can also be read as it is.

use std::fmt::Write;

use super::catalog::{Column, Kind, Row, SECTIONS, Section};
use super::cell::Cell;
use crate::store::Measured;

/// Writes all that was measured. Rows that were not are left out.
pub fn render(measured: &Measured) -> String {
    let mut text = String::from(
        "Median of the rounds [lowest - highest], and beside it the ratio to the first limit of its part.\n",
    );
    for section in SECTIONS {
        section_of(measured, section, &mut text);
    }
    text
}

fn section_of(measured: &Measured, section: &Section, text: &mut String) {
    let mut lines: Vec<Vec<String>> = Vec::new();
    let mut old = false;
    for row in section.rows {
        let cells: Vec<_> =
            section.columns.iter().map(|column| Cell::of(measured, column, row.name)).collect();
        if cells.iter().all(Option::is_none) {
            continue;
        }
        let is_old = section.columns.iter().any(|column| measured.is_old(column.group, row.name));
        old |= is_old;
        let mut line = vec![label(row, is_old)];
        for (column, cell) in section.columns.iter().zip(&cells) {
            line.push(show(measured, section, column, row, cell.as_ref()));
        }
        lines.push(line);
    }
    if lines.is_empty() {
        return;
    }
    let mut heading = vec![section.title.to_owned()];
    heading.extend(section.columns.iter().map(|column| column.title.to_owned()));
    lines.insert(0, heading);
    let widths: Vec<_> = (0..=section.columns.len())
        .map(|at| lines.iter().map(|line| line[at].chars().count()).max().unwrap_or(0))
        .collect();
    let rule = widths.iter().map(|width| "-".repeat(*width)).collect();
    lines.insert(1, rule);
    text.push('\n');
    for line in lines {
        for (cell, width) in line.iter().zip(&widths) {
            let _ = write!(text, "| {cell:width$} ");
        }
        text.push_str("|\n");
    }
    for note in [section.note, if old { "(*) of an earlier run." } else { "" }] {
        if !note.is_empty() {
            let _ = write!(text, "\n{note}\n");
        }
    }
}

fn label(row: &Row, is_old: bool) -> String {
    let star = if is_old { " (*)" } else { "" };
    match row.kind {
        Kind::Ours => format!("**{}**{star}", row.name),
        Kind::Limit => format!("*{}*{star}", row.name),
        Kind::Base | Kind::Peer => format!("{}{star}", row.name),
    }
}

fn show(measured: &Measured, section: &Section, column: &Column, row: &Row, cell: Option<&Cell>) -> String {
    let Some(cell) = cell else { return String::new() };
    let ratio = match row.kind {
        Kind::Ours | Kind::Peer => {
            Cell::limit(measured, section, column).and_then(|limit| cell.ratio(&limit))
        }
        Kind::Base | Kind::Limit => None,
    };
    match (ratio, row.kind) {
        (Some(ratio), Kind::Ours) => format!("{} **{ratio}**", cell.show()),
        (Some(ratio), _) => format!("{} {ratio}", cell.show()),
        (None, _) => cell.show(),
    }
}
