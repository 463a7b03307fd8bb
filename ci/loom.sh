#!/usr/bin/env bash
# Runs the lock-free code, ring and gate, in every order of its threads that the memory model allows.
set -euo pipefail
cd "$(dirname "$0")/.."

# --cfg loom: the atomics are the model checker's, and chunks have eight words, so that a few records fill
#   them.
# -C debug-assertions: they are part of what is checked, and --release would leave them out.
# --release: each model runs thousands of times.
# -p, --lib: the models are unit tests of the core, as they look inside it; nothing else is made for loom.
# --target-dir: with other RUSTFLAGS in the same folder, everything would be built anew each time.
# No LOOM_MAX_PREEMPTIONS, which bounds how often a thread is interrupted: all orders take a minute. Should
#   larger models need it, 3 finds nearly all that there is to find.
RUSTFLAGS="--cfg loom -C debug-assertions" \
    cargo test --locked -p tracepoint-core --lib --release --target-dir "${CARGO_TARGET_DIR:-target}/loom"
