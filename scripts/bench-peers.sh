#!/usr/bin/env bash
# Compares bucketseal-cli with real peers, rclone and the AWS CLI, in one run at one local endpoint over TLS.
#
#   scripts/bench-peers.sh [ROUNDS]      default 3
#
# Each client uploads and downloads, under SSE-KMS, one file of 512 MiB and a folder of 300 files of 16 KiB. The clients
# take turns in each round, so that whatever else the machine does hits all alike. What is printed are the medians and
# their ratio to ours; a ratio above 1 means that the peer took longer. Ours also verifies every file by HEAD and by
# checksum, which the others do not.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-3}
bash scripts/need.sh go peers
. scripts/bench-endpoint.sh
endpoint peers
export RCLONE_CONFIG=/dev/null

mkdir "$work/small"
head -c $((512 << 20)) /dev/urandom >"$work/large"
for i in $(seq 300); do head -c 16384 /dev/urandom >"$work/small/$i"; done

bucketseal() { bin/bucketseal-cli --endpoint "$url" --ca-file "$ca" --quiet cp -r "$@"; }
rclone_() {
  # What is there from the round before must not be skipped.
  rclone --ignore-times --s3-provider Other --s3-env-auth --s3-acl bucket-owner-full-control --s3-endpoint "$url" --ca-cert "$ca" \
    --s3-server-side-encryption aws:kms --s3-sse-kms-key-id "$key" "$@"
}
aws_() { AWS_CA_BUNDLE=$ca aws --endpoint-url "$url" s3 cp --quiet "$@"; }

# job CLIENT JOB: does it, into a fresh place.
job() {
  rm -rf "$work/back"
  case $1-$2 in
    bucketseal-large-up) bin/bucketseal-cli --endpoint "$url" --ca-file "$ca" --quiet cp "$work/large" s3://bench/b --sse kms --kms-key "$key" ;;
    bucketseal-large-down) bin/bucketseal-cli --endpoint "$url" --ca-file "$ca" --quiet cp s3://bench/b "$work/back" ;;
    bucketseal-small-up) bucketseal "$work/small" s3://bench/bs --sse kms --kms-key "$key" ;;
    bucketseal-small-down) bucketseal s3://bench/bs/ "$work/back" ;;
    rclone-large-up) rclone_ copyto "$work/large" :s3:bench/r ;;
    rclone-large-down) rclone_ copyto :s3:bench/r "$work/back" ;;
    rclone-small-up) rclone_ copy "$work/small" :s3:bench/rs ;;
    rclone-small-down) rclone_ copy :s3:bench/rs "$work/back" ;;
    aws-large-up) aws_ "$work/large" s3://bench/a --sse aws:kms --sse-kms-key-id "$key" ;;
    aws-large-down) aws_ s3://bench/a "$work/back" ;;
    aws-small-up) aws_ --recursive "$work/small" s3://bench/as --sse aws:kms --sse-kms-key-id "$key" ;;
    aws-small-down) aws_ --recursive s3://bench/as "$work/back" ;;
  esac
}

jobs=(large-up large-down small-up small-down)
clients=(bucketseal rclone aws)
for round in $(seq "$rounds"); do
  for what in "${jobs[@]}"; do
    for who in "${clients[@]}"; do
      began=${EPOCHREALTIME/./}
      job "$who" "$what" >"$work/log" 2>&1 || { echo "bench: $who $what failed:" >&2; cat "$work/log" >&2; exit 1; }
      echo $((${EPOCHREALTIME/./} - began)) >>"$work/$who-$what.times"
      case $what in *-down) diff -r "$work/${what%-down}" "$work/back" >/dev/null || { echo "bench: $who brought back something else" >&2; exit 1; } ;; esac
    done
  done
  echo "bench: round $round of $rounds done" >&2
done
printf '%-12s' job
for who in "${clients[@]}"; do printf '%22s' "$who"; done
echo
for what in "${jobs[@]}"; do
  printf '%-12s' "$what"
  ours=$(median "$work/bucketseal-$what.times")
  for who in "${clients[@]}"; do
    awk -v t="$(median "$work/$who-$what.times")" -v o="$ours" 'BEGIN { printf "%12.2f s  (%.2f)", t / 1e6, t / o }' | awk '{ printf "%22s", $0 }'
  done
  echo
done
