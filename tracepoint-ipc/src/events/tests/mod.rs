//! Values of any type, read without code.

mod evolution;
mod model;
mod overlap;
mod trip;
