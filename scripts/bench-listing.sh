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

. scripts/processes.sh
. scripts/beside.sh
made=$(mktemp -d "${BENCH_DOWN:-/dev/shm}/bs-bench.XXXXXX")
at_exit rm -rf "$made"
begin_bench bench-listing "$made"

# shaped SHAPE LATENCY: starts a server. It is asked once, which has it sort its keys.
shaped() {
  serve --keys "bench/=${keys}x$1" --latency "$2"
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

export -f client

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
  timed "$1" "$2" "$3" 'url ca peers' client "$3"
  [ "$1" -eq 1 ] || return 0
  names "$3" >"$work/names"
  [ -s "$work/all" ] || cp "$work/names" "$work/all"
  [ "$(LC_ALL=C sort -u "$work/names" | wc -l)" -eq "$keys" ] && cmp -s "$work/names" "$work/all" ||
    { echo "bench: $3 $2 listed other keys" >&2; exit 1; }
}

for ((round = 1; round <= rounds; round++)); do
  for shape in "${shapes[@]}"; do
    rm -f "$work/all"
    shaped "$shape" 0ms
    for who in ours rclone; do measure "$round" "$shape" "$who"; done
    end_served
    shaped "$shape" 100ms
    for who in ours find; do measure "$round" "$shape-100ms" "$who"; done
    end_served
  done
  echo "bench: round $round of $rounds done" >&2
done
awk -f scripts/bench-transfers.awk "$results"
