#!/usr/bin/env bash
# The README's test command, and what a workspace build cannot test.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo test --locked --workspace

# Probes that compile to nothing are a feature, so they need a build of their own: in a target directory
# of its own, lest it and the workspace build evict each other.
cargo test --locked --manifest-path tests/off/Cargo.toml --target-dir target/off
