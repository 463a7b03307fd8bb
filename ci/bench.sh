#!/usr/bin/env bash
# Measures everything, and puts the table and the chart into the README.
#
#   ci/bench.sh            measures (some ten minutes; let the machine do nothing else) and refreshes both
#   ci/bench.sh --again    refreshes both from what was measured last
#   ci/bench.sh --smoke    runs every row once, to see that it runs; measures and changes nothing
set -euo pipefail
cd "$(dirname "$0")/.."

# --test: criterion's word for running each bench once; ours know it too.
case ${1:-} in
--smoke) exec cargo bench --locked --quiet -p tracepoint-benches -- --test ;;
--again) cargo bench --locked --quiet -p tracepoint-benches --bench verdict ;;
"") cargo bench --locked -p tracepoint-benches ;;
*)
    echo "ci/bench.sh: knows --again and --smoke, not $1" >&2
    exit 2
    ;;
esac

figures=${CARGO_TARGET_DIR:-target}/tracepoint-benches
mkdir -p docs
cp "$figures/figures.svg" docs/figures.svg

# Between the markers; everything else stays.
awk -v table="$figures/figures.md" '
    /^<!-- figures: / { print; print ""; while ((getline line < table) > 0) print line; print ""; inside = 1 }
    /^<!-- end of figures -->/ { inside = 0; ended = 1 }
    !inside { print }
    END { if (!ended) exit 1 }
' README.md >"$figures/README.md" || { echo "ci/bench.sh: the README lacks the markers" >&2; exit 1; }
cp "$figures/README.md" README.md
echo "README.md and docs/figures.svg are fresh"
