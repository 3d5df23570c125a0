#!/usr/bin/env bash
# Kills bucketseal-cli with SIGKILL at random moments of uploads and downloads, and sees to it that nothing is lost and
# little is moved twice.
#
#   scripts/kill.sh [KILLS [LARGE]]      500 and 10 without; about half an hour
#
#   KILLS    in the middle of transfers of one file of 48 MiB and of folders, each killed once or twice, then brought to
#            its end by the same command or by 'uploads resume'. A moment is drawn from what the server sees of a run, each
#            phase as likely as another: the plan, the first request, a byte, a part or range, the completion, the proof,
#            the landing of a file, the receipt. Kills before anything was asked or after the end do not count
#   LARGE    transfers of one file of 1 GiB in parts of 8 MiB, killed once; the bytes are counted at the server
#
# Holds when: no file or object is there in part under its final name, every source is as it was, every upload that is
# open at the server is listed as ours and resumable (but for one without parts whose beginning was answered to nobody),
# the end is reached, and of a large file at most 5 % of the bytes are moved twice.
#
# Promises: works in temporary folders, ends only what it started. BUCKETSEAL_KILL_SEED repeats the choices of a run (a
# failed one prints it), as far as moments can be repeated. The outcome is also in artefacts/kill.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

bash scripts/need.sh go
unset AWS_CA_BUNDLE
mkdir -p artefacts
BUCKETSEAL_KILLS=${1:-500} BUCKETSEAL_KILL_LARGE=${2:-10} CGO_ENABLED=0 \
  go test ./cmd/bucketseal-cli/ -run 'TestAKilledTransfer' -count 1 -timeout 120m -v | tee artefacts/kill.txt
