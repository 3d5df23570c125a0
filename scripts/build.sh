#!/usr/bin/env bash
# Builds the programs into bin/.
#
#   scripts/build.sh           bucketseal (the window), bucketseal-cli and mocks3, as they are released
#   scripts/build.sh story     bin/bucketseal-story only: the window as scripts/story.sh plays with it. It writes a map of
#                              where things are, and Fyne checks for calls from the wrong goroutine, which it reports as
#                              "*** Error in Fyne call thread"
#
# Promises: asks for missing system packages first. The command line programs need no C compiler. On Linux the window
# is built for X11 (docs/decisions/001-fyne-pinned-x11.md says why); it also runs on Wayland desktops, by XWayland.
set -euo pipefail
cd "$(dirname "$0")/.."

what=${1:-release}
bash scripts/need.sh go build

window=migrated_fynedo
case $what in
  release) ;;
  story) window=no_metadata,story ;;   # FyneApp.toml, found at run time, would switch the check off
  *) sed -n '4,7p' "$0" >&2; exit 64 ;;
esac
[ "$(go env GOOS)" != linux ] || window=x11,$window
suffix=$(go env GOEXE)

if [ "$what" = story ]; then
  CGO_ENABLED=1 go build -tags "$window" -o "bin/bucketseal-story$suffix" ./cmd/bucketseal
  exit
fi
CGO_ENABLED=0 go build -trimpath -o "bin/bucketseal-cli$suffix" ./cmd/bucketseal-cli
CGO_ENABLED=0 go build -trimpath -o "bin/mocks3$suffix" ./cmd/mocks3
[ -e "bin/bucketseal$suffix" ] || echo "build: the first build of the window compiles OpenGL bindings and takes some minutes" >&2
CGO_ENABLED=1 go build -trimpath -tags "$window" -o "bin/bucketseal$suffix" ./cmd/bucketseal
