#!/usr/bin/env bash
# Builds Bucketseal and opens its window on the Local demo account.
#
#   scripts/run.sh [ARGUMENT...]     the arguments go to bucketseal
#
# Promises: says which system packages are missing and installs them where it may (scripts/need.sh). On Linux without a
# display it performs the main job instead - rule, upload, proof, properties, download, in the real window - in a
# virtual screen, and says where the screenshots are.
set -euo pipefail
cd "$(dirname "$0")/.."

bash scripts/build.sh
if [ "$(uname -s)" != Linux ] || [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  exec "bin/bucketseal$(go env GOEXE)" "$@"
fi

echo "run: there is no display here, so the window does its main job in a virtual one" >&2
bash scripts/need.sh screen
bash scripts/build.sh story
status=0
bash scripts/screen.sh bash scripts/story.sh || status=$?
echo "run: the screenshots of each step are in $PWD/artefacts/story:"
ls artefacts/story/*.png
exit "$status"
