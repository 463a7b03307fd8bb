#!/usr/bin/env bash
# Clients in other languages see what the client in Rust sees: all attach to one process, which then fires a
# million events with values of every kind, some of them of a type that comes later. Count, losses and a checksum
# over all values have to be equal, and nothing may be lost.
#
# Installs what is missing: packages of Debian for C++ (with sudo, unless it is root who runs this), and pycapnp
# from PyPI, below the build folder.
set -euo pipefail
cd "$(dirname "$0")/.."

EVENTS=1000000
BUILD=${CARGO_TARGET_DIR:-target}/interop
mkdir -p "$BUILD"
BUILD=$(cd "$BUILD" && pwd)
BIN=$BUILD/../release
WATCH_PY=("$BUILD/venv/bin/python" clients/python/watch.py)
WATCH_CPP=("$BUILD/cpp/watch")

# A directory of sockets of its own, so that other processes of this machine do not matter.
TRACEPOINT_DIR=$(mktemp -d)
export TRACEPOINT_DIR
# What was started, to be ended whatever happens.
started=()
trap 'kill "${started[@]}" 2>/dev/null || true; rm -rf "$TRACEPOINT_DIR"' EXIT

fail() {
    echo "ci/interop.sh: $*" >&2
    exit 1
}

install() {
    local packages=()
    command -v capnp >/dev/null || packages+=(capnproto)
    command -v g++ >/dev/null || packages+=(g++)
    command -v make >/dev/null || packages+=(make)
    [ -e /usr/include/capnp/schema-loader.h ] || packages+=(libcapnp-dev)
    [ -e /usr/include/zlib.h ] || packages+=(zlib1g-dev)
    python3 -c 'import ensurepip' 2>/dev/null || packages+=(python3-venv)
    if [ ${#packages[@]} -gt 0 ]; then
        local root=()
        [ "$(id -u)" -eq 0 ] || root=(sudo)
        "${root[@]}" apt-get update -qq
        # --no-install-recommends: documentation and debuggers are not needed.
        "${root[@]}" apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
    fi
    [ -x "$BUILD/venv/bin/python" ] || python3 -m venv "$BUILD/venv"
    # Without effect if it is there. --disable-pip-version-check: nobody here would read about a newer pip.
    "$BUILD/venv/bin/pip" install --quiet --disable-pip-version-check --requirement clients/python/requirements.txt
    "$BUILD/venv/bin/python" -c 'import capnp; print("pycapnp", capnp.__version__)'
    capnp --version
}

build() {
    # --release: with the workspace's own profile, as the others are optimised as well.
    cargo build --locked --quiet --release -p interop -p node
    # BUILD: the source tree stays as it is. CXXFLAGS: warnings are errors here.
    # A subshell instead of --directory: capnp wonders if PWD is another folder than the one it runs in.
    (cd clients/cpp && make --quiet BUILD="$BUILD/cpp" CXXFLAGS="-O2 -Wall -Wextra -Werror")
}

# Starts a program that fires events, and waits until it can be attached to, which its first line says.
serve() {
    coproc SERVER { exec "$@"; }
    server=$SERVER_PID
    started+=("$server")
    read -r -u "${SERVER[0]}" line || fail "$1 ended before it could be attached to"
    echo "$line"
}

# Each client prints one line, which has to be the same.
same_events() {
    serve "$BIN/interop" source --events "$EVENTS" --subscribers 3
    local rust cpp python
    # timeout: if one client fails, the source would have the others wait for ever.
    # --queue: as large as the process allows, so that whoever is slow loses nothing.
    timeout 300 "$BIN/interop" receive interop --count "$EVENTS" >"$BUILD/rust.txt" &
    rust=$!
    timeout 300 "${WATCH_CPP[@]}" interop 'interop:*' --count="$EVENTS" --queue=1024 --checksum >"$BUILD/cpp.txt" &
    cpp=$!
    timeout 300 "${WATCH_PY[@]}" interop 'interop:*' --count="$EVENTS" --queue=1024 --checksum >"$BUILD/python.txt" &
    python=$!
    started+=("$rust" "$cpp" "$python")
    wait "$python" || fail "the client in Python has failed, or 300 s were too short: $(<"$BUILD/python.txt")"
    wait "$cpp" || fail "the client in C++ has failed, or 300 s were too short: $(<"$BUILD/cpp.txt")"
    wait "$rust" || fail "the client in Rust has failed, or 300 s were too short: $(<"$BUILD/rust.txt")"
    # It has seen all of them go.
    wait "$server" || fail "the source of events has failed"
    local expected="$EVENTS events, 0 lost, checksum "
    for language in rust cpp python; do
        printf '%-6s  %s\n' "$language" "$(<"$BUILD/$language.txt")"
        [[ $(<"$BUILD/$language.txt") == "$expected"* ]] || fail "$language: should say $expected.."
        cmp --silent "$BUILD/rust.txt" "$BUILD/$language.txt" || fail "$language: saw something else than rust"
    done
}

# The commands of the clients' READMEs.
sample_node() {
    serve "$BIN/node" --serve --pause 100ms
    for client in WATCH_PY WATCH_CPP; do
        local -n watch=$client
        "${watch[@]}" node | grep '^net:inbound_message' >"$BUILD/node.txt" || fail "$client: lists no tracepoints"
        # Ten events and the line with the counts.
        [ "$("${watch[@]}" -n 10 node 'net:*' | tee "$BUILD/node.txt" | grep --count ' net:')" -eq 10 ] ||
            fail "$client: ten events were asked for; there came: $(<"$BUILD/node.txt")"
        head -n 2 "$BUILD/node.txt"
    done
    kill "$server"
}

install
build
same_events
sample_node
