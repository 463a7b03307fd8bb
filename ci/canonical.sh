#!/usr/bin/env bash
# Has two versions of the official tool read thousands of random events with the schema that goes along, and write
# them again: as they are, and from JSON. Each must give the very bytes that our probes wrote.
set -euo pipefail
cd "$(dirname "$0")/.."

source ci/capnp.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The test itself compares them with what the `capnp` crate writes.
TRACEPOINT_CANONICAL_OUT=$work cargo test --locked --quiet -p tracepoint-ipc \
    --test other_writers_write_the_same_bytes >"$work/log.txt" 2>&1 || { cat "$work/log.txt" >&2; exit 1; }

# $1: the tool, $2: from what to what, of input to output.
convert() { "$1" convert "$2" "$work/events.capnp" Event; }

# $1: the tool, $2: the way that the events went.
compare() {
    cmp "$work/events.bin" "$work/again.bin" || {
        echo "ci/canonical.sh: $("$1" --version) writes other bytes $2" >&2
        exit 1
    }
}

for tool in OLD_CAPNP NEW_CAPNP; do
    convert $tool binary:binary <"$work/events.bin" >"$work/again.bin"
    compare $tool "when it copies events"
    # Not from text: neither version reads back more than a few of the texts that it has written.
    convert $tool binary:json <"$work/events.bin" >"$work/events.json"
    convert $tool json:binary <"$work/events.json" >"$work/again.bin"
    compare $tool "from the values of events"
    echo "$(stat -c %s "$work/events.bin") bytes of events are what $($tool --version) writes"
done
