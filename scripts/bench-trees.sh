#!/usr/bin/env bash
# Measures deleting and copying many objects beside rclone, at a null S3 server of ours over TLS whose answers take 10 ms.
#
#   scripts/bench-trees.sh [-n ROUNDS] [-d DELETES] [-c COPIES] [JOB...]     default 7 rounds, 100,000, 10,000, both: 45 minutes
#
#   JOB    delete (rm -r, beside rclone delete and rclone purge), copy (cp -r on the server, each copy proved, beside rclone
#          copy)
#
# rclone is at its defaults. Clients take turns in each round, each at a server that was just started. What is left of the
# objects, or came of them, is counted in each round: a client that did not do it all fails the run.
#
# What is printed: medians with the fastest and the slowest round, the processor time and the peak of memory of the
# client's process; then each target with "reached" or "NOT REACHED". decisions/028 says what is done, decisions/023 why it
# is measured so.
#
# Promises: as those of bench-transfers.sh. The raw figures stay in artefacts/bench-trees.tsv.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=7 deletes=100000 copies=10000
while getopts n:d:c: option; do
  case $option in n) rounds=$OPTARG ;; d) deletes=$OPTARG ;; c) copies=$OPTARG ;; *) sed -n '2,9p' "$0" >&2; exit 64 ;; esac
done
shift $((OPTIND - 1))
jobs=("$@")
[ $# -gt 0 ] || jobs=(delete copy)

. scripts/processes.sh
. scripts/beside.sh
made=$(mktemp -d "${BENCH_DOWN:-/dev/shm}/bs-bench.XXXXXX")
at_exit rm -rf "$made"
begin_bench bench-trees "$made"

cli() { bin/bucketseal-cli --endpoint "$url" --ca-file "$ca" "$@"; }
rclone() { "$peers/rclone" --s3-provider Other --s3-env-auth --s3-endpoint "$url" --ca-cert "$ca" "$@"; }

# client JOB WHO
client() {
  case $1-$2 in
    delete-ours) cli rm -r s3://bench/many/ ;;
    delete-rclone) rclone delete :s3:bench/many ;;
    delete-purge) rclone purge :s3:bench/many ;;
    copy-ours) cli cp -r s3://bench/many/ s3://bench/copy/ ;;
    copy-rclone) rclone copy :s3:bench/many :s3:bench/copy ;;
  esac
}

export -f client cli rclone

# measure ROUND JOB WHO WANTED: WANTED are the objects to be there afterwards.
measure() {
  local there
  timed "$1" "$2" "$3" 'url ca peers' client "$2" "$3"
  there=$(cli ls -r s3://bench/ | wc -l)
  [ "$there" -eq "$4" ] || { echo "bench: after $3 $2 there are $there objects, not $4" >&2; exit 1; }
}

for ((round = 1; round <= rounds; round++)); do
  for job in "${jobs[@]}"; do
    case $job in
      delete) clients=(ours rclone purge) seeds=(--keys "bench/many/=${deletes}xuuid" --objects "bench/other/=1x1") wanted=1 ;;
      copy) clients=(ours rclone) seeds=(--objects "bench/many/=${copies}x4096") wanted=$((2 * copies)) ;;
      *) sed -n '2,9p' "$0" >&2; exit 64 ;;
    esac
    for who in "${clients[@]}"; do
      serve --latency 10ms "${seeds[@]}"
      cli ls s3://bench/ >"$work/warm" # which has the server sort its keys
      measure "$round" "$job" "$who" "$wanted"
      end_served
    done
  done
  echo "bench: round $round of $rounds done" >&2
done
awk -f scripts/bench-transfers.awk "$results"
