#!/usr/bin/env bash
# Runs every fuzz target for a while, one after the other.
#
#   scripts/fuzz.sh [TIME [PACKAGE...]]     for example: scripts/fuzz.sh 30s ./mock/...
#
# TIME is for each target, default 5m; the packages are all below the window by default. ONLY=REGEXP in the environment
# picks targets by name.
#
# Promises: one worker, at the lowest priority, so that the machine stays usable. A target that fails does not keep the
# others from running; the exit status is that of all. What made it fail is left in the package's testdata/fuzz, where
# the next `go test` runs it again. Of the inputs found interesting the KEEP (default 24) smallest new ones of a target
# are kept beside it, none over 2 KiB: commit them. The figures are also in artefacts/fuzz.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

bash scripts/need.sh go
unset AWS_CA_BUNDLE
export CGO_ENABLED=0
time=${1:-5m}
[ $# -lt 1 ] || shift
[ $# -gt 0 ] || set -- ./...
cache=$(go env GOCACHE)/fuzz
mkdir -p artefacts
: >artefacts/fuzz.txt
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# keep PACKAGE TARGET FOLDER: adds the smallest interesting inputs to testdata/fuzz until there are enough.
keep() {
  local from=$cache/$1/$2 to=$3/testdata/fuzz/$2 size file
  [ -d "$from" ] || return 0
  mkdir -p "$to"
  find "$from" -type f -size -2k -printf '%s %f\n' | sort -n | while read -r size file; do
    [ "$(find "$to" -type f | wc -l)" -lt "${KEEP:-24}" ] || break
    [ -e "$to/$file" ] || cp "$from/$file" "$to/$file"
  done
}

targets=0
failed=()
while read -r package folder; do
  grep -lqs '^func Fuzz' "$folder"/*_test.go || continue
  for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' | grep -E "${ONLY:-.}"); do
    targets=$((targets + 1))
    echo "== $package $target"
    if nice -n 19 go test "$package" -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 100x -parallel 1 >"$log" 2>&1 </dev/null; then
      verdict=passed
    else
      verdict=FAILED
      failed+=("$target")
      cat "$log"
    fi
    printf '%s %s %s: %s\n' "$verdict" "$package" "$target" \
      "$(grep -oE 'elapsed: .*' "$log" | grep execs | tail -n 1)" | tee -a artefacts/fuzz.txt
    keep "$package" "$target" "$folder"
  done
done < <(go list -f '{{.ImportPath}} {{.Dir}}' "$@" | grep -v '/cmd/bucketseal ')
[ $targets -gt 0 ] || { echo "fuzz: there is no fuzz target in $*" >&2; exit 1; }
[ ${#failed[@]} = 0 ] || { echo "fuzz: failed: ${failed[*]}"; exit 1; }
echo "fuzz: $targets targets, none failed"
