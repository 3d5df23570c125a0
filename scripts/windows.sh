#!/usr/bin/env bash
# Cross-builds the programs for 64-bit Windows into dist/.
#
#   scripts/windows.sh
#
# Promises: needs the mingw-w64 compiler for the window only; bucketseal.exe has no console of its own. The first build
# takes some minutes.
set -euo pipefail
cd "$(dirname "$0")/.."

bash scripts/need.sh go windows
export GOOS=windows GOARCH=amd64
mkdir -p dist
CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o dist/bucketseal-cli.exe ./cmd/bucketseal-cli
CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o dist/mocks3.exe ./cmd/mocks3
CGO_ENABLED=1 CC=x86_64-w64-mingw32-gcc \
  go build -trimpath -tags migrated_fynedo -ldflags '-s -w -H=windowsgui' -o dist/bucketseal.exe ./cmd/bucketseal
ls -l dist
