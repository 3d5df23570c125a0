#!/usr/bin/env bash
# Measures listing a million objects beside rclone, at a null S3 server of ours over TLS.
#
#   scripts/bench-listing.sh [-n ROUNDS] [-k KEYS] [SHAPE...]     default 7 rounds, 1,000,000 keys, all shapes: 20 minutes
#
#   SHAPE    what the names look like: uuid (flat, random), dates (folders by day), range (68 of 100 begin alike), deep (a
#            tree of seven levels), unicode (no ASCII)
#
# Without latency ours (ls -r, in the order of the keys) and rclone (lsf -R --fast-list --files-only) take turns in each
# round. With 100 ms for each answer only ours goes, and so does find, which wants no order: in series a million keys take
# 100 seconds by the waiting alone. What each printed in the first round is compared: the same keys, none twice.
#
# What is printed: medians with the fastest and the slowest round, the processor time and the peak of memory of the
# client's process; then each target with "reached" or "NOT REACHED". decisions/024 says what is done, decisions/023 why it
# is measured so.
#
# Promises: as those of bench-transfers.sh. The raw figures stay in artefacts/bench-listing.tsv.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=7 keys=1000000
while getopts n:k: option; do
  case $option in n) rounds=$OPTARG ;; k) keys=$OPTARG ;; *) sed -n '2,8p' "$0" >&2; exit 64 ;; esac
done
shift $((OPTIND - 1))
shapes=("$@")
[ $# -gt 0 ] || shapes=(uuid dates range deep unicode)

bash scripts/need.sh go bench
. scripts/processes.sh
CGO_ENABLED=0 go build -o bin/bucketseal-cli ./cmd/bucketseal-cli
CGO_ENABLED=0 go build -o bin/nulls3 ./cmd/internal/nulls3
version=v1.76.0 peers=${BENCH_PEERS:-/var/tmp/bucketseal-peers}
[ -x "$peers/rclone" ] && [ "$("$peers/rclone" version | head -n 1)" = "rclone $version" ] ||
  CGO_ENABLED=0 GOBIN=$peers go install "github.com/rclone/rclone@$version"

work=$(mktemp -d "${BENCH_DOWN:-/dev/shm}/bs-bench.XXXXXX")
at_exit rm -rf "$work"
mkdir -p "$work/settings" artefacts
export BUCKETSEAL_CONFIG_DIR=$work/settings XDG_STATE_HOME=$work/state XDG_DATA_HOME=$work/data RCLONE_CONFIG=/dev/null
export AWS_ACCESS_KEY_ID=NULL AWS_SECRET_ACCESS_KEY=believed-unseen AWS_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
unset AWS_CA_BUNDLE # with it set rclone refuses to start
results=artefacts/bench-listing.tsv
printf '#job\tclient\tround\tseconds\tcpu\tKiB\n' >"$results"

# serve SHAPE LATENCY: starts a server: $url, $ca. It is asked once, which has it sort its keys.
serve() {
  : >"$work/ready"
  bin/nulls3 serve --ca-file "$work/ca.pem" --keys "bench/=${keys}x$1" --latency "$2" >"$work/ready" 2>"$work/server.log" &
  started+=($!)
  until [ -s "$work/ready" ]; do
    if one_died; then cat "$work/server.log" >&2; exit 1; fi
    sleep 0.05
  done
  url=$(sed -E 's/.*"url":"([^"]*)".*/\1/' "$work/ready") ca=$work/ca.pem
  bin/bucketseal-cli --endpoint "$url" --ca-file "$ca" ls s3://bench >"$work/warm"
}

# client WHO: prints all keys.
client() {
  case $1 in
    ours) bin/bucketseal-cli --endpoint "$url" --ca-file "$ca" ls -r s3://bench ;;
    find) bin/bucketseal-cli --endpoint "$url" --ca-file "$ca" find s3://bench ;;
    rclone) "$peers/rclone" --s3-provider Other --s3-env-auth --s3-endpoint "$url" --ca-cert "$ca" lsf -R --fast-list --files-only :s3:bench ;;
  esac
}

# names WHO: the keys it printed, in order.
names() {
  case $1 in
    ours) cut -c39- "$work/out" ;;
    find) sed 's|^s3://bench/||' "$work/out" ;;
    rclone) cat "$work/out" ;;
  esac | LC_ALL=C sort
}

# measure ROUND JOB WHO
measure() {
  local began took
  began=${EPOCHREALTIME/./}
  export -f client
  /usr/bin/time -o "$work/time" -f '%U %S %M' "$BASH" -c "$(declare -p url ca peers); client $3" >"$work/out" 2>"$work/log" ||
    { echo "bench: $3 $2 failed:" >&2; tail -n 20 "$work/log" >&2; exit 1; }
  took=$((${EPOCHREALTIME/./} - began))
  awk -v OFS='\t' -v j="$2" -v c="$3" -v r="$1" -v t="$took" '{ print j, c, r, t / 1e6, $1 + $2, $3 }' "$work/time" >>"$results"
  [ "$1" -eq 1 ] || return 0
  names "$3" >"$work/names"
  [ -s "$work/all" ] || cp "$work/names" "$work/all"
  [ "$(LC_ALL=C sort -u "$work/names" | wc -l)" -eq "$keys" ] && cmp -s "$work/names" "$work/all" ||
    { echo "bench: $3 $2 listed other keys" >&2; exit 1; }
}

for ((round = 1; round <= rounds; round++)); do
  for shape in "${shapes[@]}"; do
    rm -f "$work/all"
    serve "$shape" 0ms
    for who in ours rclone; do measure "$round" "$shape" "$who"; done
    end_one "${started[-1]}"
    started=()
    serve "$shape" 100ms
    for who in ours find; do measure "$round" "$shape-100ms" "$who"; done
    end_one "${started[-1]}"
    started=()
  done
  echo "bench: round $round of $rounds done" >&2
done
awk -f scripts/bench-transfers.awk "$results"
