#!/usr/bin/env bash
# Plays the window's story in a virtual screen and keeps its pictures for the documentation.
#
#   scripts/screenshots.sh
#
# Promises: only pictures which docs/screenshots already shows, by name, are replaced; a picture the story no longer
# takes is an error. With an empty docs/screenshots every picture of the story is copied there, to choose from.
set -euo pipefail
cd "$(dirname "$0")/.."

bash scripts/need.sh screen
bash scripts/build.sh story
bash scripts/screen.sh bash scripts/story.sh
mkdir -p docs/screenshots
shopt -s nullglob
shown=(docs/screenshots/*.png)
[ ${#shown[@]} -gt 0 ] || shown=(artefacts/story/*.png)
for picture in "${shown[@]}"; do
  cp "artefacts/story/${picture##*/}" docs/screenshots/
done
ls docs/screenshots
