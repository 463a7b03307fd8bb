//! One value of the table, with its spread.

use super::catalog::{Column, Kind, NO_PROBE, Scale, Section};
use crate::store::Measured;

/// Median and spread of the rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cell {
    pub(super) median: f64,
    pub(super) low: f64,
    pub(super) high: f64,
    scale: Scale,
}

impl Cell {
    /// The value of a row in a column, if it was measured.
    pub(super) fn of(measured: &Measured, column: &Column, row: &str) -> Option<Cell> {
        let mut values = measured.of(column.group, row);
        match column.scale {
            Scale::Plain => {}
            Scale::Added(probes) => {
                let base = median(&mut measured.of(column.group, NO_PROBE))?;
                values.iter_mut().for_each(|it| *it = ((*it - base) / probes).max(0.0));
            }
            Scale::Rate | Scale::RateOf(_) => values.iter_mut().for_each(|it| *it = 1e9 / *it),
        }
        let median = median(&mut values)?;
        Some(Cell { median, low: *values.first()?, high: *values.last()?, scale: column.scale })
    }

    /// That of the row that others are compared with.
    pub(super) fn limit(measured: &Measured, section: &Section, column: &Column) -> Option<Cell> {
        let row = section.rows.iter().find(|row| row.kind == Kind::Limit)?;
        Cell::of(measured, column, row.name)
    }

    /// How it compares with the limit: times as long, or which part of the speed.
    pub(super) fn ratio(&self, limit: &Cell) -> Option<String> {
        let ratio = self.median / limit.median;
        match self.scale {
            // What is less than can be measured has no ratio.
            Scale::Added(_) if limit.median < 0.05 || self.median < 0.05 => None,
            Scale::Plain | Scale::Added(_) if ratio < 10.0 => Some(format!("{ratio:.2}x")),
            Scale::Plain | Scale::Added(_) => Some(format!("{}x", digits(ratio))),
            Scale::Rate | Scale::RateOf(_) => Some(format!("{} %", digits(100.0 * ratio))),
        }
        .filter(|_| ratio.is_finite())
    }

    /// As it stands in the table.
    pub(super) fn show(&self) -> String {
        let show = |value| match self.scale {
            Scale::Plain => digits(value),
            Scale::Added(_) => format!("{value:.2}"),
            Scale::Rate | Scale::RateOf(_) => rate(value),
        };
        let (median, low, high) = (show(self.median), show(self.low), show(self.high));
        let bytes = match self.scale {
            Scale::RateOf(bytes) => format!(", {} MB/s", digits(self.median * bytes / 1e6)),
            _ => String::new(),
        };
        if low == high { format!("{median}{bytes}") } else { format!("{median}{bytes} [{low} - {high}]") }
    }
}

/// Sorts as well.
fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let count = values.len();
    let middle = values.get(count / 2)?;
    Some(if count.is_multiple_of(2) { (values[count / 2 - 1] + middle) / 2.0 } else { *middle })
}

/// Three digits or so, with commas between thousands.
pub(super) fn digits(value: f64) -> String {
    match value.abs() {
        it if it < 10.0 && it != it.trunc() => format!("{value:.2}"),
        it if it < 100.0 && it != it.trunc() => format!("{value:.1}"),
        _ => {
            let whole = format!("{value:.0}");
            let mut text = String::new();
            for (at, digit) in whole.chars().enumerate() {
                if at > 0 && (whole.len() - at).is_multiple_of(3) {
                    text.push(',');
                }
                text.push(digit);
            }
            text
        }
    }
}

/// Events in a second, in words.
pub(super) fn rate(value: f64) -> String {
    match value {
        it if it >= 1e6 => format!("{} M", digits(value / 1e6)),
        it if it >= 1e3 => format!("{} k", digits(value / 1e3)),
        _ => digits(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_and_commas() {
        assert_eq!([0.123, 9.87, 98.76, 12_345.6].map(digits), ["0.12", "9.87", "98.8", "12,346"]);
        assert_eq!([0.0, 31.0, 1_000_000.0].map(digits), ["0", "31", "1,000,000"]);
        assert_eq!([10_500_000.0, 23_400.0, 7.0].map(rate), ["10.5 M", "23.4 k", "7"]);
    }

    #[test]
    fn the_median_of_an_even_number_lies_in_between() {
        assert_eq!(median(&mut [3.0, 1.0]), Some(2.0));
        assert_eq!(median(&mut [3.0, 1.0, 9.0]), Some(3.0));
        assert_eq!(median(&mut []), None);
    }
}
