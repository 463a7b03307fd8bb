#!/usr/bin/env bash
# The README's commands, as a new user would run them.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v jq >/dev/null || { apt-get update -qq && apt-get install -y -qq jq; }

json=$(cargo run --locked --release -p tracepoint-cli -- demo --for 5s --format json)
# What each block dictates; nothing lost.
jq -e '
    .blocks as $blocks
    | $blocks > 0
    and .lost_total == 0
    and (.events | length) >= 9
    and .events["mempool:added"].delivered == 2499 * $blocks
    and .events["utxocache:spent"].delivered == 6517 * $blocks
    and .events["validation:block_connected"].delivered == $blocks
' <<<"$json" >/dev/null || { echo "ci/demo.sh: the demo does not say what its blocks dictate: $json" >&2; exit 1; }
jq -c '{blocks, events_per_second, node_cpu_s, client_cpu_s, lost_total}' <<<"$json"

# A directory of sockets of its own, so that other nodes of this machine do not matter.
TRACEPOINT_DIR=$(mktemp -d)
export TRACEPOINT_DIR
cargo build --locked --release -p node -p tracepoint-cli
bin=${CARGO_TARGET_DIR:-target}/release
coproc NODE { exec "$bin/node" --serve --pause 100ms; }
trap 'kill "$NODE_PID" 2>/dev/null || true; rm -rf "$TRACEPOINT_DIR"' EXIT
# It says how to attach once it can be attached to.
read -r -u "${NODE[0]}" line
echo "$line"
"$bin/tracepoint" ps
"$bin/tracepoint" list node -v | head -n 8
for _ in 1 2 3; do
    lines=$("$bin/tracepoint" watch node 'net:*' -n 10 --format ndjson | jq -c .event | wc -l)
    [ "$lines" -eq 10 ] || { echo "ci/demo.sh: 10 events were asked for, $lines came" >&2; exit 1; }
done
"$bin/tracepoint" stat node 'utxocache:*' --for 1s --fail-on-loss
