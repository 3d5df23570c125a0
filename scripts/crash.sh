#!/usr/bin/env bash
# Kills mocks3 under load at random moments, starts it again on the same folder each time, and sees to it that no
# acknowledged change is lost and no object torn.
#
#   scripts/crash.sh [KILLS]      300 without; a few minutes
#
# Promises: works in a temporary folder, with fsync on; ends only what it started. MOCKS3_CRASH_SEED repeats the load of
# a run (a failed one prints it), not its moments. The outcome is also in artefacts/crash.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

bash scripts/need.sh go
unset AWS_CA_BUNDLE
mkdir -p artefacts
MOCKS3_CRASH_KILLS=${1:-300} CGO_ENABLED=0 go test ./cmd/mocks3/ -run 'TestAKilledServer' -count 1 -timeout 60m -v | tee artefacts/crash.txt
