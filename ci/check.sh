#!/usr/bin/env bash
# What can be said without running anything.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo fmt --all --check

# --all-targets: tests, benches and examples too. --locked: exactly the dependencies that were tested.
cargo clippy --locked --workspace --all-targets -- -D warnings
# Features apart: a workspace build unites them.
cargo clippy --locked -p tracepoints --no-default-features -- -D warnings
cargo clippy --locked -p tracepoints --features off -- -D warnings
cargo clippy --locked -p tracepoints --features bytes -- -D warnings
cargo clippy --locked -p tracepoints --features ipc -- -D warnings

# Broken links and undocumented items are errors. --no-deps: ours alone.
RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps --document-private-items --quiet

# Whoever only annotates code must not have to compile a runtime.
if cargo tree --locked -p tracepoints --edges normal --prefix none | grep -E '^(tokio|capnp|interprocess)'; then
    echo "ci/check.sh: the facade without the feature ipc depends on the above" >&2
    exit 1
fi
