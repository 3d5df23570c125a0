#!/usr/bin/env bash
# Kills bucketseal-cli with SIGKILL at random moments of uploads and downloads, and of copies, moves, deletions and syncs,
# and sees to it that nothing is lost and little is moved twice.
#
#   scripts/kill.sh [KILLS [LARGE [ERRANDS]]]      500, 10 and 300 without; about an hour
#
#   KILLS    in the middle of transfers of one file of 48 MiB and of folders, each killed once or twice, then brought to
#            its end by the same command or by 'uploads resume'. A moment is drawn from what the server sees of a run, each
#            phase as likely as another: the plan, the first request, a byte, a part or range, the completion, the proof,
#            the landing of a file, the receipt. Kills before anything was asked or after the end do not count
#   ERRANDS  in the middle of copies and moves, inside an account and between two, of deletions and of syncs, half of them at
#            a server that copies with one request and half at one that copies in parts; a moment is one at which a call
#            begins or was answered, of any kind that the command makes, or a little later
#   LARGE    transfers of one file of 1 GiB in parts of 8 MiB, killed once; the bytes are counted at the server
#
# Holds when: no source is gone that is not whole at its target, encrypted as asked, no neighbour is touched; no file or object is there in part under its final name, every source is as it was, every upload that is
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
BUCKETSEAL_KILLS=${1:-500} BUCKETSEAL_KILL_LARGE=${2:-10} BUCKETSEAL_KILL_ERRANDS=${3:-300} CGO_ENABLED=0 \
  go test ./cmd/bucketseal-cli/ -run 'TestAKilled' -count 1 -timeout 120m -v | tee artefacts/kill.txt
