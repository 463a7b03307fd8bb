#!/usr/bin/env bash
# Other users of the machine try to get at an exporter. Only root can be all of them; in a plain `cargo test` these
# tests say that they were not run.
set -euo pipefail
cd "$(dirname "$0")/.."

# Built as whoever we are, so that root owns nothing in the target directory.
cargo test --locked --quiet -p tracepoint-ipc --test other_users --no-run

as_root=(env)
((EUID == 0)) || as_root=(sudo -n env)
"${as_root[@]}" true || { echo "ci/other-users.sh: run this as root, or where sudo needs no password" >&2; exit 1; }
# TRACEPOINT_TEST_AS_ROOT: whoever is not root now fails.
# The runner of any target: what cargo starts the built tests with.
cargo test --locked --quiet -p tracepoint-ipc --test other_users \
    --config "target.'cfg(all())'.runner=[$(printf '"%s",' "${as_root[@]}")\"TRACEPOINT_TEST_AS_ROOT=1\"]"
