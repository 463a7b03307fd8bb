#!/usr/bin/env bash
# Feeds the fuzz targets in fuzz/ with bytes such as may come from another process or from a file. What crashes, hangs
# or takes much memory for little input is a finding.
#
#   ci/fuzz.sh --smoke                   each target for some seconds
#   ci/fuzz.sh --minutes 10 [TARGET..]   these, or all, for so long
#   ci/fuzz.sh --write-seeds             makes anew what they start from
#
# Needs rustup, and a C++ compiler for the fuzzer itself.
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.13.1 # of cargo-fuzz
tools=$PWD/target/ci-tools/cargo-fuzz-$version
build=${CARGO_TARGET_DIR:-target}/fuzz

usage() {
    sed -n 's/^#   //p' "$0" >&2
    exit 2
}

case ${1:-} in
--smoke) seconds=5 ;;
--minutes) [[ ${2:-} =~ ^[0-9]+$ ]] || usage; seconds=$(($2 * 60)); shift ;;
--write-seeds)
    # The ways in that the targets use are compiled for them alone.
    RUSTFLAGS="--cfg fuzzing" cargo run --locked --quiet --manifest-path fuzz/Cargo.toml --example seeds \
        --target-dir "$build/seeds"
    exit ;;
*) usage ;;
esac
shift

# Sanitizers are unstable.
rustup run nightly rustc --version >/dev/null 2>&1 || rustup toolchain install nightly --profile minimal
if [[ ! -x $tools/bin/cargo-fuzz ]]; then
    cargo install --quiet --locked cargo-fuzz --version "=$version" --root "$tools" --target-dir "$tools/build"
    rm -rf "$tools/build"
fi
export PATH=$tools/bin:$PATH
# cargo-fuzz does not know --locked.
cargo fetch --quiet --locked --manifest-path fuzz/Cargo.toml

# Freed memory that is kept to catch who still uses it: little, so that the bound below is on the target's.
export ASAN_OPTIONS=quarantine_size_mb=16

mapfile -t targets < <(if (($#)); then printf '%s\n' "$@"; else cargo +nightly fuzz list; fi)
for target in "${targets[@]}"; do
    mkdir -p "$build/corpus/$target" "$build/artifacts/$target"
    echo "--- $target: $seconds s"
    # -timeout: seconds for one input, on a machine that is busy with other things.
    # -max_len: twice that of the longest seed.
    cargo +nightly fuzz run --target-dir "$build" "$target" "$build/corpus/$target" "fuzz/seeds/$target" -- \
        -max_total_time="$seconds" -max_len=65536 -timeout=30 -rss_limit_mb=1024 -malloc_limit_mb=128 \
        -artifact_prefix="$build/artifacts/$target/" -verbosity=0 -print_final_stats=1 2>"$build/log.txt" || {
        cat "$build/log.txt" >&2
        echo "ci/fuzz.sh: a finding of $target; the input is named above" >&2
        exit 1
    }
    sed -n 's/^stat::number_of_executed_units: */inputs: /p' "$build/log.txt"
done
