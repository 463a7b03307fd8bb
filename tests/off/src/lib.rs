//! With the feature `off`, arguments are still type-checked.
//!
//! This compiles:
//!
//! ```
//! use tracepoints::{Event, tracepoint};
//!
//! #[derive(Event)]
//! #[event(provider = "off")]
//! struct Step { number: u32 }
//!
//! tracepoint!(Step { number: 1 });
//! tracepoint!(off::inline, number: u32 = 1);
//! ```
//!
//! and these do not, for a value of the wrong type:
//!
//! ```compile_fail,E0308
//! use tracepoints::{Event, tracepoint};
//!
//! #[derive(Event)]
//! #[event(provider = "off")]
//! struct Step { number: u32 }
//!
//! tracepoint!(Step { number: "one" });
//! ```
//!
//! ```compile_fail,E0308
//! tracepoints::tracepoint!(off::inline, number: u32 = "one");
//! ```
//!
//! a name that does not exist:
//!
//! ```compile_fail,E0425
//! tracepoints::tracepoint!(off::inline, number: u32 = nobody);
//! ```
//!
//! and a type that cannot be a field:
//!
//! ```compile_fail,E0277
//! tracepoints::tracepoint!(off::inline, number: () = ());
//! ```
