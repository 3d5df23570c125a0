#!/usr/bin/env bash
# Plays the window's story: rule, upload, proof, properties, download, with mouse and keyboard in the real window.
#
#   scripts/screen.sh bash scripts/story.sh      in a virtual screen, where the person's own windows are not disturbed
#
# Promises: the program is the story build (bin/bucketseal-story: scripts/build.sh story), which is the program plus a
# map of where things are; it runs with a home and settings of its own. A picture of each step stays in artefacts/story.
# It fails when a step does not happen, and when Fyne was called from the wrong goroutine.
#
# A virtual screen on a busy machine may be too slow for a step. The story is then begun again with a new program,
# BUCKETSEAL_STORY_TRIES times at most, and says how many it took. What is really broken fails every try; a call from the
# wrong goroutine or a panic ends it at once.
set -euo pipefail
cd "$(dirname "$0")/.."

[ -n "${DISPLAY:-}" ] || { echo "story: there is no display; use scripts/screen.sh bash scripts/story.sh" >&2; exit 2; }
export BUCKETSEAL_BIN=${BUCKETSEAL_BIN:-$PWD/bin/bucketseal-story} BUCKETSEAL_SHOTS=$PWD/artefacts/story
tries=${BUCKETSEAL_STORY_TRIES:-3}
for try in $(seq "$tries"); do
  rm -rf "$BUCKETSEAL_SHOTS"
  mkdir -p "$BUCKETSEAL_SHOTS"
  log=$BUCKETSEAL_SHOTS/story.log
  if CGO_ENABLED=0 go test -tags story -count=1 -timeout 5m ./internal/story >"$log" 2>&1; then
    cat "$log"
    echo "story: played to its end at try $try of $tries"
    exit
  fi
  grep -v ' layer ' "$log" || true
  if ! grep -q -e 'tried three times' -e '^    story_test.go:[0-9]*: waited' "$log" || grep -q 'the program said' "$log"; then
    echo "story: this is not a matter of time" >&2
    exit 1
  fi
  echo "story: try $try of $tries did not come to its end" >&2
done
exit 1
