#!/usr/bin/env bash
# Asks two versions of the official Cap'n Proto compiler where the fields of random structs lie, and compares their
# answers with the committed ones, against which `tracepoint-core/tests/layout.rs` checks ours.
#
#   ci/layout.sh           fails if the committed file is not what both compilers say
#   ci/layout.sh --write   writes it anew
set -euo pipefail
cd "$(dirname "$0")/.."

GOLDEN=tracepoint-core/tests/data/layouts.txt

source ci/capnp.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 ci/layout.py schema >"$work/layouts.capnp"

# $1: the compiler. It has a plugin that prints a schema with the places of all fields in comments.
answers() {
    echo "# Made by ci/layout.sh: do not edit."
    echo "# For each struct: types of the fields, words of data, pointers, and the offset of each field; of one that"
    echo "# may be missing, after that of the 16 bits that say so."
    echo "# b bool  c i8  C u8  s i16  S u16  i i32  I u32  l i64  L u64  f f32  d f64  e enum  D duration  T time"
    echo "# t text  x data  p ip address  o struct  * list of the next  ? the next, which may be missing"
    "$1" compile -ocapnp "$work/layouts.capnp" | python3 ci/layout.py answers
}

# $1: the compiler, $2: what else says it, $3: the file of that.
compare() {
    answers "$1" >"$work/answers.txt"
    if ! diff "$3" "$work/answers.txt" >"$work/difference.txt"; then
        head -n 20 "$work/difference.txt"
        echo "$2 (<) is not what $("$1" --version) says (>)${4:-}" >&2
        exit 1
    fi
}

if [[ ${1:-} == --write ]]; then
    answers NEW_CAPNP >"$work/new.txt"
    compare OLD_CAPNP "$(NEW_CAPNP --version)" "$work/new.txt"
    cp "$work/new.txt" "$GOLDEN"
else
    compare NEW_CAPNP "$GOLDEN" "$GOLDEN" "; ci/layout.sh --write replaces it"
    compare OLD_CAPNP "$GOLDEN" "$GOLDEN"
fi
echo "$(grep -vc '^#' "$GOLDEN") structs laid out alike by $(OLD_CAPNP --version) and $(NEW_CAPNP --version)"
