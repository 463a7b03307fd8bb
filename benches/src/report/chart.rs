//! The chart: a picture of some columns of the table, as SVG that needs nothing else.

use std::fmt::Write;

use super::catalog::{Column, Kind, SECTIONS, Scale, Section};
use super::cell::{Cell, digits, rate};
use crate::store::Measured;

/// What is shown, and how it is called.
const PANELS: &[(&str, &str)] = &[
    ("disabled/8 probes", "Probe is off"),
    ("enabled/S", "Probe is on: three numbers and a short text"),
    ("payload/1 kB", "Probe is on: payload of 1 kB"),
    ("payload/100 kB", "Probe is on: payload of 100 kB"),
    ("export/S", "From process to process, end to end"),
];

/// An axis: the powers of ten at its ends, and how to write them.
struct Axis {
    title: &'static str,
    low: i32,
    high: i32,
    tick: fn(i32) -> String,
}

const TIME: Axis = Axis {
    title: "time that an event takes from the calling thread, logarithmic: shorter is better",
    low: -2,
    high: 7,
    tick: |power| match power {
        ..0 => format!("{} ns", 10f64.powi(power)),
        0..3 => format!("{} ns", 10u32.pow(power as u32)),
        3..6 => format!("{} µs", 10u32.pow(power as u32 - 3)),
        _ => format!("{} ms", 10u32.pow(power as u32 - 6)),
    },
};

const RATE: Axis = Axis {
    title: "events in a second, logarithmic: longer is better",
    low: 4,
    high: 8,
    tick: |power| rate(10f64.powi(power)),
};

impl Axis {
    fn of(column: &Column) -> &'static Axis {
        match column.scale {
            Scale::Plain | Scale::Added(_) => &TIME,
            Scale::Rate | Scale::RateOf(_) => &RATE,
        }
    }

    /// Where a value lies.
    fn x(&self, value: f64) -> f64 {
        let low = f64::from(self.low);
        let part = (value.log10() - low) / (f64::from(self.high) - low);
        BARS + part.clamp(0.004, 1.0) * LENGTH
    }

    fn show(&self, value: f64) -> String {
        if std::ptr::eq(self, &RATE) {
            return rate(value);
        }
        match value {
            it if it >= 1e6 => format!("{} ms", digits(it / 1e6)),
            it if it >= 1e3 => format!("{} µs", digits(it / 1e3)),
            it => format!("{} ns", digits(it)),
        }
    }
}

const WIDTH: f64 = 880.0;
/// Where the bars begin, and how long they can be.
const BARS: f64 = 316.0;
const LENGTH: f64 = 420.0;
const ROW: f64 = 20.0;
const BAR: f64 = 12.0;
const TITLE: f64 = 34.0;
/// Below the last bar of an axis: its numbers and its title.
const FOOT: f64 = 48.0;

/// Its colours follow the reader's, light or dark, and it brings its own background.
const STYLE: &str = "\
text { font: 12px system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: #1f2328;
stroke: #ffffff; stroke-width: 3px; paint-order: stroke; stroke-linejoin: round }
.page { fill: #ffffff } .grid { stroke: #d8dee4; stroke-width: 1 } .name { text-anchor: end }
.title { font-weight: 600; font-size: 13px } .tick, .axis { fill: #656d76; font-size: 11px; text-anchor: middle }
.ours { fill: #d9580d } .limit { fill: #6e7781 } .peer { fill: #b3bdc8 } .strong { font-weight: 700 }
.ratio { fill: #656d76 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; stroke: #0d1117 } .page { fill: #0d1117 } .grid { stroke: #2b323b } .tick, .axis, .ratio { fill: #9198a1 }
.ours { fill: #f78a3c } .limit { fill: #8b949e } .peer { fill: #465261 }
}
";

/// A picture that grows downwards.
#[derive(Default)]
struct Picture {
    bars: String,
    grid: String,
    y: f64,
}

/// Draws it.
pub fn render(measured: &Measured) -> String {
    let mut picture = Picture { y: 8.0, ..Picture::default() };
    picture.legend();
    let panels: Vec<_> = PANELS.iter().filter_map(|(group, title)| Some((find(group)?, *title))).collect();
    let mut top = picture.y + TITLE;
    for (at, ((section, column), title)) in panels.iter().enumerate() {
        let axis = Axis::of(column);
        picture.panel(measured, section, column, title);
        let goes_on = panels.get(at + 1).is_some_and(|((_, next), _)| std::ptr::eq(Axis::of(next), axis));
        if !goes_on {
            picture.foot(axis, top);
            top = picture.y + TITLE;
        }
    }
    let Picture { bars, grid, y } = picture;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {y}\" width=\"{WIDTH}\" height=\"{y}\" role=\"img\">\n\
         <title>What a tracepoint costs, beside the same by hand and its peers</title>\n\
         <style>\n{STYLE}</style>\n\
         <rect class=\"page\" width=\"{WIDTH}\" height=\"{y}\" rx=\"8\"/>\n{grid}{bars}</svg>\n"
    )
}

fn find(group: &str) -> Option<(&'static Section, &'static Column)> {
    SECTIONS.iter().find_map(|section| {
        section.columns.iter().find(|column| column.group == group).map(|column| (section, column))
    })
}

impl Picture {
    /// Whose bars these are.
    fn legend(&mut self) {
        let entries = [("ours", "this library"), ("limit", "written by hand"), ("peer", "others")];
        for ((class, text), x) in entries.into_iter().zip([BARS, BARS + 120.0, BARS + 256.0]) {
            let y = self.y + 8.0;
            let _ = writeln!(
                self.bars,
                "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{BAR}\" height=\"{BAR}\" rx=\"2\"/>"
            );
            self.text("", x + BAR + 7.0, y + 10.0, text);
        }
        self.y += ROW;
    }

    fn panel(&mut self, measured: &Measured, section: &Section, column: &Column, title: &str) {
        let axis = Axis::of(column);
        let limit = Cell::limit(measured, section, column);
        self.y += TITLE;
        self.text("title", 18.0, self.y - 10.0, title);
        for row in section.rows.iter().filter(|row| row.kind != Kind::Base) {
            let Some(cell) = Cell::of(measured, column, row.name) else { continue };
            let (class, strong) = match row.kind {
                Kind::Ours => ("ours", " strong"),
                Kind::Limit => ("limit", ""),
                Kind::Base | Kind::Peer => ("peer", ""),
            };
            let (end, middle) = (axis.x(cell.median), self.y + ROW / 2.0);
            self.text(&format!("name{strong}"), BARS - 10.0, middle + 4.0, row.name);
            let _ = writeln!(
                self.bars,
                "<rect class=\"{class}\" x=\"{BARS}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{BAR}\" rx=\"2\"/>",
                middle - BAR / 2.0,
                end - BARS,
            );
            let ratio = limit.and_then(|limit| cell.ratio(&limit)).filter(|_| row.kind != Kind::Limit);
            let ratio = ratio
                .map(|ratio| format!("<tspan class=\"ratio\" dx=\"7\">{ratio}</tspan>"))
                .unwrap_or_default();
            let _ = writeln!(
                self.bars,
                "<text class=\"value{strong}\" x=\"{:.1}\" y=\"{:.1}\">{}{ratio}</text>",
                end + 7.0,
                middle + 4.0,
                axis.show(cell.median),
            );
            self.y += ROW;
        }
    }

    /// The lines behind the bars since `top`, and what they stand for.
    fn foot(&mut self, axis: &Axis, top: f64) {
        let bottom = self.y + 6.0;
        for power in axis.low..=axis.high {
            let x = axis.x(10f64.powi(power)).max(BARS).round();
            let x = if power == axis.low { BARS } else { x };
            let _ = writeln!(
                self.grid,
                "<path class=\"grid\" d=\"M{x} {:.0}V{bottom:.0}\"/>\n<text class=\"tick\" x=\"{x}\" y=\"{:.0}\">{}</text>",
                top - 4.0,
                bottom + 15.0,
                (axis.tick)(power),
            );
        }
        self.text("axis", BARS + LENGTH / 2.0, bottom + 32.0, axis.title);
        self.y += FOOT;
    }

    fn text(&mut self, class: &str, x: f64, y: f64, text: &str) {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        let _ = writeln!(self.bars, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>");
    }
}
