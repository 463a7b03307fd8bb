#!/usr/bin/env bash
# Runs tests with the sanitizers of the compiler: of addresses (memory that is not ours, or no longer, and leaks), and of
# threads (two at the same memory, with nothing that orders them).
#
#   ci/sanitize.sh --smoke    a few minutes: the lock-free code; threads, subscriptions and clients that come and go
#   ci/sanitize.sh            all tests that can run like that
#
# Needs rustup. Linux on x86-64.
set -euo pipefail
cd "$(dirname "$0")/.."

target=x86_64-unknown-linux-gnu
build=${CARGO_TARGET_DIR:-target}/sanitize

# compile_errors runs the compiler; the library of libraries_that_come_and_go would have a sanitizer of its own. The
# others measure what is allocated, and sanitizers allocate, too.
never=(compile_errors libraries_that_come_and_go allocator memory no_allocation
    a_large_recording_is_read_in_constant_memory idle_connections_take_no_memory)
# The sanitizer of threads holds signals back until a thread waits for something, and cannot follow a process that forks
# while it has several threads.
not_with_threads=(signal_handlers fork fork_inherits_nothing fork_under_load fork_with_references
    forked_children_do_not_serve signals)

case ${1:-} in
--smoke)
    libraries=(tracepoint-core)
    tests=(by_reference drained_chunks loss_model subscribe_under_fire threads_end
        an_exporter_can_be_restarted clients_come_and_go references_arrive_as_copies_do)
    # Plans of the model of losses, of 256.
    export PROPTEST_CASES=16
    ;;
"")
    libraries=(tracepoint-core tracepoint-ipc tracepoints)
    mapfile -t tests < <(
        cargo metadata --locked --no-deps --format-version 1 | jq -r '
            .packages[] | select(.name == "tracepoints" or .name == "tracepoint-core" or .name == "tracepoint-ipc")
            | .targets[] | select(.kind == ["test"]).name'
    )
    ;;
*)
    sed -n 's/^#   //p' "$0" >&2
    exit 2
    ;;
esac

# Runs tests with a sanitizer: those of the libraries, and those that are named.
run() {
    local sanitizer=$1 named=() name
    shift
    for name in "$@"; do named+=(--test "$name"); done
    echo "--- $sanitizer"
    test_with "$sanitizer" --lib "${libraries[@]/#/-p=}"
    test_with "$sanitizer" -p tracepoint-core -p tracepoint-ipc -p tracepoints "${named[@]}"
}

# --target: otherwise, what runs while compiling (build scripts, derives) would be built for the sanitizer, too.
# OPT_LEVEL: optimised so far that the tests take no minutes. Assertions and checks for overflow stay.
# DEBUG: lines, for the reports.
# --no-fail-fast: what others find is wanted, too.
# No --doc: each example in the documentation would be a build.
test_with() {
    local sanitizer=$1
    shift
    RUSTFLAGS=-Zsanitizer=$sanitizer CARGO_PROFILE_DEV_OPT_LEVEL=1 CARGO_PROFILE_DEV_DEBUG=line-tables-only \
        cargo +nightly test --locked --quiet --no-fail-fast --target $target --target-dir "$build/$sanitizer" \
        "${flags[@]}" "$@"
}

without() {
    printf '%s\n' "${tests[@]}" | grep -vxF -f <(printf '%s\n' "$@")
}

# Sanitizers are unstable.
rustup run nightly rustc --version >/dev/null 2>&1 || rustup toolchain install nightly --profile minimal

# detect_stack_use_after_return: a frame that is left counts as freed.
export ASAN_OPTIONS=detect_stack_use_after_return=1
export LSAN_OPTIONS=suppressions=$PWD/ci/leaks.supp:print_suppressions=0
flags=()
mapfile -t able < <(without "${never[@]}")
run address "${able[@]}"

# The standard library as source: below. It comes from where rustup gets toolchains, which not every machine can reach.
if ! rustup component list --toolchain nightly | grep -q '^rust-src (installed)' &&
    ! rustup component add rust-src --toolchain nightly; then
    echo "ci/sanitize.sh: NOT CHECKED: threads, as the source of the standard library cannot be had" >&2
    exit
fi
# halt_on_error: the first finding ends the test that has it.
export TSAN_OPTIONS=halt_on_error=1
# The locks, channels and threads of std are compiled for the sanitizer as well; otherwise it would not see what they
# order, and take much for a race that is none. So there is nothing to suppress.
flags=(-Zbuild-std)
mapfile -t able < <(without "${never[@]}" "${not_with_threads[@]}")
run thread "${able[@]}"
