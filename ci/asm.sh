#!/usr/bin/env bash
# Looks at what a probe compiles to while nobody listens: one load and compare of its gate, one branch, and
# back. Everything else must lie behind that. On x86-64 these are two instructions.
#
# Two functions of examples/probe.rs are nothing but a probe, so all their instructions are its own.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v objdump >/dev/null || { apt-get update -qq && apt-get install -y -qq binutils; }

fail() {
    printf 'ci/asm.sh: %s: %s\n%s\n' "$1" "$2" "$3" >&2
    exit 1
}

# What the fast path may be, as `mnemonic operands` with registers and addresses taken out: as written for the machine,
# and as the compiler makes it of an atomic.
case $(uname -m) in
x86_64)
    written='^(endbr64 ;)?cmpl \$0x0,GATE;jne COLD;ret ;$'
    portable='^(endbr64 ;)?(cmpl \$0x0,GATE;|mov GATE,REG;test REG,REG;)jne COLD;ret ;$'
    ret_bytes=1
    ;;
aarch64)
    written='^(bti c;)?adrp REG,PAGE;ldr REG,GATE;cbnz REG,COLD;ret ;$'
    portable=$written
    ret_bytes=4
    ;;
*)
    echo "ci/asm.sh: knows x86_64 and aarch64, not $(uname -m)" >&2
    exit 1
    ;;
esac

# look ALLOWED [RUSTFLAG..]: builds the example, and looks at it.
look() {
    local allowed=$1 target=${CARGO_TARGET_DIR:-target}/asm
    # A directory of its own: other flags are another build of everything.
    # --release: the claim is about optimised code, with the workspace's own profile.
    # --example: the functions are `#[inline(never)]` and `#[no_mangle]` there, to be found by name.
    RUSTFLAGS="${*:2}" cargo build --locked --quiet --release --example probe --target-dir "$target"
    local program=$target/release/examples/probe
    # It prints each event that it gets, of those that it fires while somebody listens.
    [ "$("$program" | wc -l)" -eq 2 ] || fail "$program" "does not get its two events" "$("$program")"

    for function in probe_site probe_inline; do
        # --disassemble=: that function alone. --no-show-raw-insn: no columns of bytes.
        code=$(objdump --disassemble="$function" --no-show-raw-insn "$program" | grep -E '^ +[0-9a-f]+:' || true)
        [ -n "$code" ] || fail "$function" "is not in $program" ""
        # Up to the first return.
        path=$(awk '{ print } $2 == "ret" { exit }' <<<"$code")

        # Everything that may differ from build to build becomes a word.
        shape=$(sed -E '
            s/^ +[0-9a-f]+:[[:space:]]+//
            s/[[:space:]]*<probe_[a-z]+\+0x[0-9a-f]+>//
            s/(-?0x[0-9a-f]+)?\(%rip\)(,?[^#]*)# .*GATE.*/GATE\2/
            s/, \[x[0-9]+(, #[0-9]+)?\].*/,GATE/
            s/^(adrp[[:space:]]+)x([0-9]+), .*/\1x\2,PAGE/
            s/%([er][acd]x|r[0-9]+d?)/REG/g
            s/\b[wx][0-9]+\b/REG/g
            s/^(jne[[:space:]]+)[0-9a-f]+/\1COLD/
            s/^(cbnz[[:space:]]+REG), [0-9a-f]+/\1,COLD/
            s/^retq$/ret/
            s/[[:space:]]+$//
            s/[[:space:]]+/ /
            s/^([a-z0-9]+)$/\1 /
            s/$/;/' <<<"$path" | tr -d '\n')
        [[ $shape =~ $allowed ]] ||
            fail "$function" "is more than a load, a compare and a branch in front of its first return" "$(head -n 20 <<<"$path")"

        address() { sed -E 's/^ +([0-9a-f]+):.*/0x\1/' <<<"$1"; }
        start=$(address "$(head -n 1 <<<"$code")")
        return=$(address "$(tail -n 1 <<<"$path")")
        cold=0x$(grep -oE '(jne|cbnz)[^<]*' <<<"$path" | grep -oE '[0-9a-f]+ *$' | tr -d ' ')
        # Behind the return, or in another section: not between the check and the return.
        ((cold > return || cold < start)) || fail "$function" "branches to itself" "$path"
        printf '%s: %d bytes until it returns\n%s\n' "$function" "$((return + ret_bytes - start))" "$path"
    done
}

look "$written"
# tracepoint_portable: as where the check is not written out for the machine.
look "$portable" --cfg tracepoint_portable
