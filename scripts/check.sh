#!/usr/bin/env bash
# Everything a change has to pass before it is shared, besides `make test`.
#
#   scripts/check.sh [STEP...]     steps: format vet vet-windows lint walls race vulnerabilities (default: all)
#
# Promises: changes no file; runs every step even when an earlier one failed, and names the failed ones at the end. The
# tools are pinned versions, built once into bin/tools. Where the vulnerability database cannot be reached that step
# says so, and neither passes nor fails.
set -euo pipefail
cd "$(dirname "$0")/.."

gofumpt=mvdan.cc/gofumpt@v0.9.2
golangci=github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.12.2
govulncheck=golang.org/x/vuln/cmd/govulncheck@v1.1.4

# tool MODULE@VERSION: puts the path of the tool in REPLY, building it the first time.
tool() {
  local name=${1##*/} path
  path=$PWD/bin/tools/${name/@/-}
  if [ ! -x "$path" ]; then
    echo "   (building ${1##*/}, once)"
    GOBIN=$PWD/bin/tools GOFLAGS='' go install "$1"
    mv "bin/tools/${name%@*}" "$path"
  fi
  REPLY=$path
}

# Without the window's program: it alone needs C and OpenGL.
below_the_window() { go list ./... | grep -v '/cmd/bucketseal$'; }

format() {
  tool $gofumpt
  local wrong
  wrong=$(git ls-files -z --cached --others --exclude-standard '*.go' | xargs -0 -r "$REPLY" -l)
  [ -z "$wrong" ] || { printf 'not formatted (repair with %s -w):\n%s\n' "${REPLY#"$PWD"/}" "$wrong"; return 1; }
}

# The tag ci makes Fyne's app package the test driver, so even the window's program is vetted without C.
vet() { CGO_ENABLED=0 go vet -tags ci ./... && CGO_ENABLED=0 go vet -tags ci,story ./cmd/bucketseal ./internal/story; }
vet-windows() { GOOS=windows CGO_ENABLED=0 go vet -tags ci ./...; }
lint() {
  tool $golangci
  CGO_ENABLED=0 "$REPLY" run --build-tags ci ./...
}
walls() { CGO_ENABLED=0 go test -count=1 ./internal/walls/; }

race() {
  bash scripts/need.sh build
  below_the_window | CGO_ENABLED=1 xargs go test -race -shuffle=on -timeout 20m
}

vulnerabilities() {
  tool $govulncheck
  local out status=0
  out=$(CGO_ENABLED=0 "$REPLY" -tags ci ./... 2>&1) || status=$?
  if [ $status != 0 ] && [ $status != 3 ] && grep -qiE 'vuln\.go\.dev|fetching vulnerabilities' <<<"$out"; then
    echo "   NOT CHECKED: the vulnerability database cannot be reached from here:"
    tail -n 2 <<<"$out" | sed 's/^/   /'
    return 0
  fi
  printf '%s\n' "$out"
  return $status
}

bash scripts/need.sh go
unset AWS_CA_BUNDLE
failed=()
[ $# -gt 0 ] || set -- format vet vet-windows lint walls race vulnerabilities
for step in "$@"; do
  echo "== $step"
  case $step in
    format | vet | vet-windows | lint | walls | race | vulnerabilities) ;;
    *) echo "there is no step \"$step\""; exit 64 ;;
  esac
  # In a subshell of its own, so that the first failing command of a step ends the step and not the script.
  set +e
  (set -e; "$step")
  status=$?
  set -e
  [ $status = 0 ] || failed+=("$step")
done
[ ${#failed[@]} = 0 ] || { echo "== failed: ${failed[*]}"; exit 1; }
echo "== all clean"
