#!/usr/bin/env bash
# Licences, duplicates, sources and known holes of everything that is compiled, as deny.toml has it.
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.20.2 # of cargo-deny
tools=$PWD/target/ci-tools/cargo-deny-$version

if [[ ! -x $tools/bin/cargo-deny ]]; then
    # --debug, without symbols: its release profile optimises all crates as one, and a check takes a second anyway.
    CARGO_PROFILE_DEV_DEBUG=0 cargo install --quiet --locked cargo-deny --version "=$version" --debug \
        --root "$tools" --target-dir "$tools/build"
    rm -rf "$tools/build"
fi
export PATH=$tools/bin:$PATH

# In the workspace the root is a package, too, which alone would be checked. The others are one package each.
manifests=(Cargo.toml fuzz/Cargo.toml tests/off/Cargo.toml)
deny() {
    for manifest in "${manifests[@]}"; do
        # --allow: not every lock file has all that deny.toml names.
        cargo deny --locked --workspace --manifest-path "$manifest" --config deny.toml check \
            --allow license-not-encountered --allow license-exception-not-encountered \
            --allow unmatched-skip "$@"
    done
}

deny licenses bans sources

# The advisories are a git repository elsewhere, which not every machine can reach.
if reason=$(timeout 120 cargo deny --config deny.toml fetch db 2>&1); then
    deny --disable-fetch advisories
else
    echo "ci/deny.sh: NOT CHECKED: advisories, as their database cannot be fetched:" \
        "$(grep -m 1 -i -E 'fatal|error' <<<"$reason" || echo 'no answer')" >&2
fi
