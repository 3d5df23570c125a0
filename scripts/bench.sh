#!/usr/bin/env bash
# Runs the benchmarks of the rooms which decide the speed, then the command line beside its peers (bench-transfers.sh,
# bench-listing.sh, bench-trees.sh).
#
#   scripts/bench.sh [GO TEST ARGUMENT...]     for example: scripts/bench.sh -bench Decide -count 10
#
# Promises: runs benchmarks only, no tests; that of memory moves 10 GiB through the temporary folder. The output is also
# in artefacts/bench.txt, in the form benchstat reads.
set -euo pipefail
cd "$(dirname "$0")/.."

bash scripts/need.sh go
unset AWS_CA_BUNDLE
mkdir -p artefacts
CGO_ENABLED=0 go test -run '^$' -bench . -benchmem "$@" ./client/... ./mock/... ./cmd/mocks3/ | tee artefacts/bench.txt
grep -q '^Benchmark' artefacts/bench.txt || { echo "bench: no benchmark was run" >&2; exit 1; }
# With arguments somebody wants certain benchmarks only.
[ $# -eq 0 ] || exit 0
bash scripts/bench-transfers.sh | tee -a artefacts/bench.txt
bash scripts/bench-listing.sh | tee -a artefacts/bench.txt
bash scripts/bench-trees.sh | tee -a artefacts/bench.txt
