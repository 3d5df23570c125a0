#!/usr/bin/env bash
# Two processes upload and download by one ledger, one of them is killed every few seconds in the middle of a request or
# of a commit and another takes its place. Every job has one receipt, none is lost, none is two living processes' at
# once; at the server nobody writes what is not his, and nobody writes again what has a receipt.
#
#   scripts/two-processes.sh [TIME]      10m without
#
# Promises: works in a temporary folder; ends only what it started. The outcome is also in artefacts/two-processes.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

bash scripts/need.sh go
mkdir -p artefacts
BUCKETSEAL_TWO_PROCESSES_TIME=${1:-10m} CGO_ENABLED=0 go test ./client/ledger/ -run 'TestTwoPrograms' -count 1 -timeout 60m -v | tee artefacts/two-processes.txt
