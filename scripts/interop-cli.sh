#!/usr/bin/env bash
# The main job by bucketseal-cli alone, at the gateway which scripts/ceph-up.sh has started.
#
#   scripts/interop.sh                                  does this after the Interop tests
#   scripts/interop.sh bash scripts/interop-cli.sh      this alone
#
# Holds when: files of 0 bytes, 1 KiB and 20 MiB, sent under a rule, are verified under its key, shown so by props, and
# come back equal; an independent client (aws) sees the same key; a key the server does not know is named as such;
# SSE-S3, which this server accepts and ignores, ends with exit code 3; a rule of the bucket's default asks for nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

cli=$PWD/bin/bucketseal-cli
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
key=$BUCKETSEAL_INTEROP_KEY
export BUCKETSEAL_CONFIG_DIR=$work/settings
call() { "$cli" --endpoint "$BUCKETSEAL_INTEROP_ENDPOINT" --ca-file "$BUCKETSEAL_INTEROP_CA" "$@"; }

say() { printf '%s\n' "-- $*"; }
fail() { printf 'FAILED: %s\n' "$*"; exit 1; }

# expect CODE COMMAND...: runs it with its output in $work/out, and fails unless it exits with CODE.
expect() {
  local want=$1 status=0
  shift
  "$@" >"$work/out" 2>&1 || status=$?
  sed 's/^/   /' "$work/out"
  [ "$status" = "$want" ] || fail "exit code $status, not $want: $*"
}
# says TEXT: the last output holds it, whatever its case.
says() { grep -qiF -- "$1" "$work/out" || fail "the answer does not say \"$1\""; }

say "a bucket, and a rule for it"
expect 0 call mb s3://interop-cli
"$cli" rules add --bucket 'interop*' --key '*.dat' --type kms --kms-key "$key"
"$cli" rules test interop-cli a.dat

for size in 0 1024 20971520; do
  say "$size bytes up, proved, looked at by another client, and down again"
  head -c $size /dev/urandom >"$work/$size.dat"
  expect 0 call --json cp "$work/$size.dat" s3://interop-cli/up/
  says '"verdict":"verified"'
  says '"status":"done"'
  expect 0 call --json props "s3://interop-cli/up/$size.dat"
  says "\"keyId\":\"$key\""
  says '"asAsked":true'
  if command -v aws >/dev/null; then
    expect 0 aws --endpoint-url "$BUCKETSEAL_INTEROP_ENDPOINT" s3api head-object --bucket interop-cli --key "up/$size.dat"
    says "\"SSEKMSKeyId\": \"$key\""
  else
    say "(aws is not installed: no other client was asked)"
  fi
  expect 0 call --json cp "s3://interop-cli/up/$size.dat" "$work/down/"
  cmp "$work/$size.dat" "$work/down/$size.dat" || fail "what came back is not what was sent"
done

say "a key the server does not know"
expect 1 call cp "$work/1024.dat" s3://interop-cli/unknown.dat --sse kms --kms-key no-such-key
says no-such-key
says "does not know"
expect 1 call props s3://interop-cli/unknown.dat

say "SSE-S3, which this server accepts and ignores"
expect 3 call --json cp "$work/1024.dat" s3://interop-cli/plain.dat --sse s3
says '"verdict":"not-encrypted"'
says '"status":"failed"'

say "nothing asked, nothing claimed"
expect 0 call --json cp "$work/1024.dat" s3://interop-cli/asis.bin --sse inherit
says '"verdict":"not-asked"'

say "the command line's job at a real gateway: as it should be"
