#!/usr/bin/env bash
# Plays the window's story: rule, upload, proof, properties, download, with mouse and keyboard in the real window.
#
#   scripts/screen.sh bash scripts/story.sh      in a virtual screen, where the person's own windows are not disturbed
#
# Promises: the program is the story build (bin/bucketseal-story: scripts/build.sh story), which is the program plus a
# map of where things are; it runs with a home and settings of its own. A picture of each step stays in artefacts/story.
# It fails when a step does not happen, and when Fyne was called from the wrong goroutine.
set -euo pipefail
cd "$(dirname "$0")/.."

[ -n "${DISPLAY:-}" ] || { echo "story: there is no display; use scripts/screen.sh bash scripts/story.sh" >&2; exit 2; }
export BUCKETSEAL_BIN=${BUCKETSEAL_BIN:-$PWD/bin/bucketseal-story} BUCKETSEAL_SHOTS=$PWD/artefacts/story
rm -rf "$BUCKETSEAL_SHOTS"
mkdir -p "$BUCKETSEAL_SHOTS"
CGO_ENABLED=0 go test -tags story -count=1 -timeout 10m ./internal/story
