#!/usr/bin/env bash
# Holds the client against real servers: a Ceph object gateway (scripts/ceph-up.sh) and MinIO (scripts/minio-up.sh).
#
#   scripts/interop.sh                              both, one after the other
#   scripts/interop.sh ceph|minio                   one of them: the Interop tests, then the command line's job
#                                                   (scripts/interop-cli.sh)
#   scripts/interop.sh ceph|minio COMMAND...        this command instead, with the server's address in its environment
#
# Promises: what a server needs is asked for first; it lives on loopback for as long as the command runs. A run in which
# not one Interop test ran is a failure, not a pass.
set -euo pipefail
cd "$(dirname "$0")/.."

case ${1:-} in
  "")
    bash scripts/interop.sh ceph
    bash scripts/interop.sh minio
    exit ;;
  ceph) bash scripts/need.sh go ceph ;;
  minio) bash scripts/need.sh go minio ;;
  --inside) ;;
  *) sed -n '3,7p' "$0" >&2; exit 64 ;;
esac

if [ "$1" != --inside ]; then
  server=$1
  shift
  CGO_ENABLED=0 go build -o bin/bucketseal-cli ./cmd/bucketseal-cli
  [ $# -gt 0 ] || set -- bash scripts/interop.sh --inside
  exec bash "scripts/$server-up.sh" "$@"
fi

began=$SECONDS
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
CGO_ENABLED=0 go test ./client/... ./mock -run Interop -count=1 -v 2>&1 | grep -v -e 'no test files' -e 'no tests to run' | tee "$log" || status=$?
grep -q '^ *--- PASS: .*Interop' "$log" || { echo "interop: no Interop test ran" >&2; exit 1; }
[ $status = 0 ] || exit $status
bash scripts/interop-cli.sh
echo "interop: $BUCKETSEAL_INTEROP_SERVER: $(grep -c '^ *--- PASS' "$log") sentences of the Interop tests and the command line's job in $((SECONDS - began)) s"
