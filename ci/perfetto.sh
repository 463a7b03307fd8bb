#!/usr/bin/env bash
# What `tracepoint convert` writes is what Perfetto reads: the same events, converted to a trace, to JSON and to a
# table, are compared value by value, the trace being read with Perfetto's own descriptors.
#
#   ci/perfetto.sh
#   TRACE_PROCESSOR=path/to/trace_processor_shell ci/perfetto.sh   also opens it in Perfetto's trace processor,
#                                                                  which is in no package registry
#
# Needs Python 3 with venv, and the network on the first run. Nothing is installed outside of the build folder.
set -euo pipefail
cd "$(dirname "$0")/.."

# Pinned, so that a change of theirs is not taken for one of ours.
PACKAGES="perfetto==0.59.1 protobuf==7.36.2"
# Enough for every event of the node: a block is 17,000 of them.
EVENTS=20000
COUNTERS="net:inbound_message.size mempool:added.fee"

build=${CARGO_TARGET_DIR:-target}
venv=$build/ci-tools/perfetto-0.59.1
if [[ ! -x $venv/bin/python ]] || ! "$venv/bin/python" -c 'import perfetto' 2>/dev/null; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    # Unquoted: there are several.
    # shellcheck disable=SC2086
    "$venv/bin/pip" install --quiet --disable-pip-version-check $PACKAGES
fi
cargo build --locked --release -p tracepoint-cli
bin=$build/release/tracepoint

work=$(mktemp -d)
# A directory of sockets of its own, so that other nodes of this machine do not matter.
export TRACEPOINT_DIR=$work/sockets
coproc NODE { exec "$bin" demo-node; }
# The shell forgets them when the node ends.
node=$NODE_PID out=${NODE[0]} in=${NODE[1]}
trap 'kill "$node" 2>/dev/null || true; rm -rf "$work"' EXIT
read -r -u "$out" _ # it can be attached to

convert() { # FORMAT [ARGUMENT..]
    "$bin" convert demo-node -n "$EVENTS" --queue 1g --to "$1" -o "$work/$1" "${@:2}"
}
counters=()
for counter in $COUNTERS; do counters+=(--counter "$counter"); done
convert ndjson & jobs=($!)
convert csv & jobs+=($!)
convert perfetto "${counters[@]}" & jobs+=($!)
# The node runs once all three are attached, so that they get the same events.
until "$bin" ps | awk '$1 == "demo-node" && $5 == 3 { found = 1 } END { exit !found }'; do
    for job in "${jobs[@]}"; do kill -0 "$job" || exit 1; done
    sleep 0.05
done
echo go >&"$in"
for job in "${jobs[@]}"; do wait "$job"; done

# Unquoted: there are several.
# shellcheck disable=SC2086
"$venv/bin/python" ci/compare_trace.py "$work/perfetto" "$work/ndjson" "$work/csv" $COUNTERS
ls -l "$work"/{perfetto,ndjson,csv} | awk '{ sub(".*/", "", $9); print $9 ": " $5 " bytes" }'
