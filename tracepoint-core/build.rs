//! Finds out what the compiler can do: `asm!` that jumps to a label came with Rust 1.87.

fn main() {
    autocfg::rerun_path("build.rs");
    autocfg::new().emit_rustc_version(1, 87);
}
