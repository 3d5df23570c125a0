#!/usr/bin/env bash
# Measures what the command line itself computes for many small files: the processor time of uploading 10,000 files of
# 4 KiB to the local endpoint over TLS, user and system, of that process alone.
#
#   scripts/bench-cpu.sh [ROUNDS [BEFORE]]     default 5; BEFORE is another bucketseal-cli, to compare with
#
# Both take turns in each round, so that whatever else the machine does hits both alike. What is printed are the medians
# and, with BEFORE, how much of its time ours takes.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-5} before=${2:-}
bash scripts/need.sh go
. scripts/bench-endpoint.sh
endpoint cpu

files=10000
mkdir "$work/files"
head -c $((4096 * files)) /dev/urandom | split -b 4096 -a 5 -d - "$work/files/"

# measure NAME PROGRAM: the processor time of one upload, in milliseconds.
measure() {
  local user system
  { TIMEFORMAT='%3U %3S'; time "$2" --endpoint "$url" --ca-file "$ca" cp -r "$work/files" "s3://bench/$1/" --sse kms --kms-key "$key" \
    >"$work/log" 2>"$work/errors"; } 2>"$work/time" || { echo "bench: $1 failed:" >&2; cat "$work/errors" >&2; exit 1; }
  [ "$(wc -l <"$work/log")" -eq $files ] || { echo "bench: $1 did not report every file" >&2; exit 1; }
  read -r user system <"$work/time"
  awk -v u="$user" -v s="$system" 'BEGIN { print int((u + s) * 1000) }' >>"$work/$1.times"
}
for round in $(seq "$rounds"); do
  [ -z "$before" ] || measure before "$before"
  measure ours bin/bucketseal-cli
  echo "bench: round $round of $rounds done" >&2
done
ours=$(median "$work/ours.times")
echo "10,000 x 4 KiB up, processor time of the command line: $ours ms ($(paste -sd' ' "$work/ours.times"))"
if [ -n "$before" ]; then
  theirs=$(median "$work/before.times")
  echo "before: $theirs ms ($(paste -sd' ' "$work/before.times")); ours is $((100 * ours / theirs)) % of it"
fi
