#!/usr/bin/env bash
# A busy process and clients that behave badly: every event is accounted for, and nothing is kept.
#
#   ci/soak.sh [MINUTES]   ten by default; also judges memory, and how long calls of probes take
#   ci/soak.sh --smoke     a few seconds, which are too short for that
set -euo pipefail
cd "$(dirname "$0")/.."

case ${1:-} in
--smoke) seconds=6 ;;
*[!0-9]*)
    echo "ci/soak.sh: knows --smoke and a number of minutes, not $1" >&2
    exit 2
    ;;
*) seconds=$((${1:-10} * 60)) ;;
esac

# --release: events come as fast as they do in a real process.
cargo run --locked --quiet --release -p soak -- --seconds "$seconds"
