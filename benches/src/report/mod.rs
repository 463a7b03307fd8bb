//! What is made of the measurements: one table, and one chart.

pub mod catalog;
mod cell;
pub mod chart;
pub mod machine;
pub mod table;
