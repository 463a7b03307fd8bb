//! `log`, with a logger that does nothing.

use std::hint::black_box;

use log::{LevelFilter, Log, Metadata, Record};

struct Nothing;

impl Log for Nothing {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        black_box(record);
    }

    fn flush(&self) {}
}

/// Makes it the logger of this process.
///
/// # Panics
///
/// There is one already.
pub fn install() {
    log::set_logger(&Nothing).expect("the only logger of this process");
    log::set_max_level(LevelFilter::Info);
}

/// Logs S.
#[inline(always)]
pub fn fire_small(id: u64, name: &str) {
    log::info!("small: id {id} amount {} kind {} name {name}", -(id as i64), crate::workload::KIND);
}
