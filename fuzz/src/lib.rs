//! What the fuzz targets share.

pub mod events;
pub mod memory;
pub mod messages;
pub mod session;
pub mod show;
