#!/usr/bin/env bash
# Holds the client against a real Ceph object gateway (scripts/ceph-up.sh).
#
#   scripts/interop.sh                        the Interop tests, then the command line's job (scripts/interop-cli.sh)
#   scripts/interop.sh COMMAND [ARGUMENT...]  this command instead, with the gateway's address in its environment
#
# Promises: Ceph's packages are asked for first; the gateway lives on loopback for as long as the command runs. A run
# in which not one Interop test ran is a failure, not a pass.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" != --inside ]; then
  bash scripts/need.sh go ceph
  CGO_ENABLED=0 go build -o bin/bucketseal-cli ./cmd/bucketseal-cli
  [ $# -gt 0 ] || set -- bash scripts/interop.sh --inside
  exec bash scripts/ceph-up.sh "$@"
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
CGO_ENABLED=0 go test ./client/... -run Interop -count=1 -v 2>&1 | grep -v -e 'no test files' -e 'no tests to run' | tee "$log" || status=$?
grep -q '^ *--- PASS: .*Interop' "$log" || { echo "interop: no Interop test ran" >&2; exit 1; }
[ $status = 0 ] || exit $status
bash scripts/interop-cli.sh
