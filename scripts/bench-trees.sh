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
results=artefacts/bench-trees.tsv
printf '#job\tclient\tround\tseconds\tcpu\tKiB\n' >"$results"

# serve FLAG...: starts a server: $url, $ca. It is asked once, which has it sort its keys.
serve() {
  : >"$work/ready"
  bin/nulls3 serve --ca-file "$work/ca.pem" --latency 10ms "$@" >"$work/ready" 2>"$work/server.log" &
  started+=($!)
  until [ -s "$work/ready" ]; do
    if one_died; then cat "$work/server.log" >&2; exit 1; fi
    sleep 0.05
  done
  url=$(sed -E 's/.*"url":"([^"]*)".*/\1/' "$work/ready") ca=$work/ca.pem
  cli ls s3://bench/ >"$work/warm"
}

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

# measure ROUND JOB WHO WANTED: WANTED are the objects to be there afterwards.
measure() {
  local began took there
  began=${EPOCHREALTIME/./}
  export -f client cli rclone
  /usr/bin/time -o "$work/time" -f '%U %S %M' "$BASH" -c "$(declare -p url ca peers); client $2 $3" >"$work/out" 2>"$work/log" ||
    { echo "bench: $3 $2 failed:" >&2; tail -n 20 "$work/log" >&2; exit 1; }
  took=$((${EPOCHREALTIME/./} - began))
  awk -v OFS='\t' -v j="$2" -v c="$3" -v r="$1" -v t="$took" '{ print j, c, r, t / 1e6, $1 + $2, $3 }' "$work/time" >>"$results"
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
      serve "${seeds[@]}"
      measure "$round" "$job" "$who" "$wanted"
      end_one "${started[-1]}"
      started=()
    done
  done
  echo "bench: round $round of $rounds done" >&2
done
awk -f scripts/bench-transfers.awk "$results"
