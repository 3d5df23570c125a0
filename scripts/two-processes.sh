#!/usr/bin/env bash
# Two processes work on one ledger, one of them is killed every few seconds and another takes its place, and every job is
# done exactly once, and none is lost.
#
#   scripts/two-processes.sh [TIME]      10m without
#
# Promises: works in a temporary folder; ends only what it started. The outcome is also in artefacts/two-processes.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

bash scripts/need.sh go
mkdir -p artefacts
BUCKETSEAL_TWO_PROCESSES_TIME=${1:-10m} CGO_ENABLED=0 go test ./client/ledger/ -run 'TestTwoPrograms' -count 1 -timeout 60m -v | tee artefacts/two-processes.txt
