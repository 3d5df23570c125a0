#!/usr/bin/env bash
# Holds the local endpoint to versitygw's test suite.
#
#   scripts/conformance.sh              the whole suite, compared with docs/conformance.tsv
#   scripts/conformance.sh PREFIX...    only the tests whose names start so, each against an endpoint of its own; nothing is
#                                       compared
#
# Promises: the suite is a pinned version, built once into bin/tools; mocks3 is built from the sources as they are, listens
# on loopback, keeps its data in a temporary folder and ends with the script. A whole run fails when a test fails which is
# not on the list (in the whole run and then alone), when one on the list passes, when fewer pass than `least` says, and
# when the suite died half-way. What each test said stays in artefacts/conformance.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

suite=github.com/versity/versitygw/cmd/versitygw@v1.7.0
all=737     # tests of `full-flow --versioning-enabled`
least=600   # so many pass, or more
owner=75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a   # the account's canonical id (mock/s3/names.go)
list=$PWD/docs/conformance.tsv

case ${1:-} in -*) sed -n '4,6p' "$0" >&2; exit 64 ;; esac

bash scripts/need.sh go
tool=$PWD/bin/tools/versitygw-${suite##*@}
if [ ! -x "$tool" ]; then
  echo "   (building versitygw, once)"
  GOBIN=$PWD/bin/tools GOFLAGS='' CGO_ENABLED=0 go install "$suite"
  mv bin/tools/versitygw "$tool"
fi
CGO_ENABLED=0 go build -trimpath -o bin/mocks3 ./cmd/mocks3

work=$(mktemp -d)
server=
stop() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" 2>/dev/null || true; }
  server=
}
trap 'stop; rm -rf "$work"' EXIT

# Made up for this run, and handed on by the environment only. The suite takes the access key for the canonical id of who
# owns what it made, so the account's is used as its key.
secret=$(od -An -tx1 -N20 /dev/urandom | tr -d ' \n')
export MOCKS3_ACCESS_KEY=$owner MOCKS3_SECRET_KEY=$secret
export AWS_ACCESS_KEY_ID=$MOCKS3_ACCESS_KEY AWS_SECRET_ACCESS_KEY=$secret AWS_EC2_METADATA_DISABLED=true
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
unset AWS_CA_BUNDLE AWS_SESSION_TOKEN AWS_PROFILE

# start: puts the address of a new, empty endpoint in `url`.
start() {
  stop
  rm -rf "$work/data" "$work/ready"
  bin/mocks3 --plain-http --allow-public --region us-east-1 --data "$work/data" --ready-file "$work/ready" >/dev/null 2>"$work/log" &
  server=$!
  for _ in $(seq 200); do
    [ ! -s "$work/ready" ] || break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.05
  done
  url=$(sed -nE 's/.*"url":"([^"]+)".*/\1/p' "$work/ready" 2>/dev/null) || true
  [ -n "$url" ] || { echo "conformance: mocks3 did not start" >&2; cat "$work/log" >&2; exit 1; }
}

# run COMMAND...: one command of the suite, without its colours. It runs where there is no ./versitygw: the suite calls that
# to make users by versitygw's own admin API, and those tests then fail by themselves.
run() { (cd "$work" && timeout 1800 "$tool" test --endpoint "$url" "$@" 2>&1) | sed -E 's/\x1b\[[0-9]+m//g'; }

if [ $# -gt 0 ]; then
  ran=0 passed=0
  for prefix; do
    while read -r name; do
      start
      out=$(run "$name" </dev/null) || true
      ran=$((ran + 1))
      if grep -qE '^PASS ' <<<"$out"; then passed=$((passed + 1)); fi
      grep -E '^(PASS|FAIL) ' <<<"$out" || printf 'DIED %s\n%s\n' "$name" "$(grep -m 1 -A 8 '^panic' <<<"$out")"
    done < <("$tool" test --help | awk -v p="$prefix" '/ integration test$/ && index($1, p) == 1 {print $1}' | sort)
  done
  [ $ran -gt 0 ] || { echo "conformance: no test's name starts so" >&2; exit 64; }
  echo "conformance: $passed of $ran pass"
  [ $passed = $ran ]
  exit
fi

mkdir -p artefacts
log=$PWD/artefacts/conformance.txt
start
begun=$SECONDS
run full-flow --versioning-enabled >"$log" || true
took=$((SECONDS - begun))

# Some tests share a printed name, and one whose bucket could not be emptied afterwards prints no verdict: so one has failed
# where fewer PASS than RUN are said of its name.
said() { sed -nE "s/^.*\b$1  ?([A-Za-z0-9_]+).*/\1/p" "$log" | sort; }
said RUN >"$work/ran"
said PASS >"$work/passed"
comm -23 "$work/ran" "$work/passed" | uniq >"$work/failed"
grep -v '^#' "$list" | cut -f 1 | sort >"$work/listed"

status=0
wrong() { echo "conformance: $*"; status=1; }
block() { sed 's/^/   /'; }

ran=$(wc -l <"$work/ran") passed=$(wc -l <"$work/passed")
echo "conformance: $passed of $ran pass, $((ran - passed)) do not; $took s"
grep -v '^#' "$list" | cut -f 2 | sed 's/:.*//' | sort | uniq -c | sort -rn | block
if grep -q '^panic:' "$log"; then
  wrong "the suite died in $(sed -nE 's/^.*\bRUN  //p' "$log" | tail -n 1), so nothing is compared; what it said:"
  grep -m 1 -A 8 '^panic:' "$log" | block
  exit $status
fi
[ "$ran" = $all ] || wrong "$ran tests ran, and not $all"
[ "$passed" -ge $least ] || wrong "fewer than $least pass"
# The suite has time limits of its own, which a busy machine may miss: what is not listed is tried once more, alone, and the
# run says so.
unlisted=
for name in $(comm -23 "$work/failed" "$work/listed"); do
  start
  if run "$name" </dev/null | grep -q "^PASS "; then
    echo "conformance: $name failed in the whole run and passes alone"
  else
    unlisted+="$name"$'\n'
  fi
done
[ -z "$unlisted" ] || {
  wrong "these fail and are not in ${list#"$PWD"/}:"
  while read -r name; do
    grep -m 1 -F "FAIL $name: " "$log" || echo "FAIL $name: its bucket could not be removed"
  done <<<"${unlisted%$'\n'}" | block
}
mended=$(comm -13 "$work/failed" "$work/listed")
[ -z "$mended" ] || { wrong "these are in ${list#"$PWD"/} and do not fail:"; block <<<"$mended"; }
unreasoned=$(grep -v '^#' "$list" | grep -vP '^\w+\t\S' || true)
[ -z "$unreasoned" ] || { wrong "these lines of ${list#"$PWD"/} give no reason:"; block <<<"$unreasoned"; }
exit $status
