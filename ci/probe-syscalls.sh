#!/usr/bin/env bash
# Counts the system calls of a thread that fires a million events, in steady state: there must be none.
# Linux only, as strace is.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v strace >/dev/null || { apt-get update -qq && apt-get install -y -qq strace; }

cargo build --locked --quiet --release --example steady
program=${CARGO_TARGET_DIR:-target}/release/examples/steady
trace=$(mktemp)
trap 'rm -f "$trace"' EXIT

# --follow-forks: all threads, each line with the thread's number. --output: apart from what the program
# writes, which says how many events there were.
strace --follow-forks --output="$trace" "$program"

# The thread that wrote both lines, and what it did in between.
awk '
    / write\(1, "begin\\n"/ { thread = $1; began = 1; next }
    $1 == thread && / write\(1, "end\\n"/ { ended = 1; exit }
    # The rest of the first write, if another thread came in between.
    $1 == thread && /<\.\.\. write resumed>/ { next }
    $1 == thread { print "ci/probe-syscalls.sh: in a probe: " $0; calls++ }
    END {
        if (!began || !ended) { print "ci/probe-syscalls.sh: the trace lacks the begin or the end"; exit 1 }
        print calls + 0 " system calls between begin and end"
        exit calls > 0
    }
' "$trace"
