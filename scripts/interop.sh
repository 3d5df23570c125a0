#!/usr/bin/env bash
# Holds the client against real servers: a Ceph object gateway (scripts/ceph-up.sh), MinIO (scripts/minio-up.sh), and AWS
# where there is an account.
#
#   scripts/interop.sh                              all, one after the other
#   scripts/interop.sh ceph|minio                   one of them: the Interop tests, then the command line's job
#                                                   (scripts/interop-cli.sh, and scripts/words.sh in it)
#   scripts/interop.sh aws                          what client/storetest says, at AWS (costs cents); the account is that of
#                                                   BUCKETSEAL_AWS_ACCESS_KEY_ID and BUCKETSEAL_AWS_SECRET_ACCESS_KEY, see
#                                                   CONTRIBUTING.md; without them it is skipped, and said to be
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
    bash scripts/interop.sh aws
    exit ;;
  ceph) bash scripts/need.sh go ceph ;;
  minio) bash scripts/need.sh go minio ;;
  aws)
    if [ -z "${BUCKETSEAL_AWS_ACCESS_KEY_ID:-}" ] || [ -z "${BUCKETSEAL_AWS_SECRET_ACCESS_KEY:-}" ]; then
      echo "interop: aws: NOT RUN: there is no BUCKETSEAL_AWS_ACCESS_KEY_ID and BUCKETSEAL_AWS_SECRET_ACCESS_KEY (see CONTRIBUTING.md)" >&2
      exit 0
    fi
    bash scripts/need.sh go
    export BUCKETSEAL_INTEROP_SERVER=aws BUCKETSEAL_INTEROP_ENDPOINT='' BUCKETSEAL_INTEROP_CA=''
    export BUCKETSEAL_INTEROP_KEY=${BUCKETSEAL_AWS_KEY:-} BUCKETSEAL_INTEROP_OTHER_KEY=${BUCKETSEAL_AWS_OTHER_KEY:-}
    export AWS_ACCESS_KEY_ID=$BUCKETSEAL_AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY=$BUCKETSEAL_AWS_SECRET_ACCESS_KEY
    export AWS_SESSION_TOKEN=${BUCKETSEAL_AWS_SESSION_TOKEN:-} AWS_REGION=${BUCKETSEAL_AWS_REGION:-us-east-1}
    CGO_ENABLED=0 exec go test ./client/s3store -run InteropAStoreAtARealServer -count=1 -v -timeout 60m ;;
  --inside) ;;
  *) sed -n '5,12p' "$0" >&2; exit 64 ;;
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
