#!/usr/bin/env bash
# Sends small files and four large ones through a line and to an endpoint that fail all the time, up and down, and sees to
# it that each byte is right afterwards, that at least 60 % of what moves in calm moves, and by at most 1.3 times the calls.
#
#   scripts/storm.sh [FILES]      10000 small files without; two minutes
#
# The outcome is also in artefacts/storm.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

bash scripts/need.sh go
mkdir -p artefacts
BUCKETSEAL_STORM_FILES=${1:-10000} CGO_ENABLED=0 go test ./client/transfer/ -run 'TestAllBytesAreRightAfterAStorm' -count 1 -timeout 30m -v | tee artefacts/storm.txt
