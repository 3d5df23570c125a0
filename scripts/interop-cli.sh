#!/usr/bin/env bash
# The main job by bucketseal-cli alone, at the server which scripts/ceph-up.sh or scripts/minio-up.sh has started.
#
#   scripts/interop.sh SERVER                                  does this after the Interop tests
#   scripts/interop.sh SERVER bash scripts/interop-cli.sh      this alone
#
# Holds when: files of 0 bytes, 1 KiB and 20 MiB, sent under a rule of each kind (SSE-KMS by id and by ARN, SSE-S3,
# SSE-C), are verified under what the rule asks, shown so by props, seen so by an independent client (aws), and come back
# equal; the content proof is what this server gives (Ceph 16 checks Content-MD5, MinIO returns the checksum); keys that are unknown, wrong or missing end with exit code 1 and words that name them, and leave nothing; a rule
# of the bucket's default asks for nothing; an upload and a download that are killed are gone on with, by uploads resume,
# and verified; copies and moves inside the server are encrypted by the rule of their target, or as their source, and their
# sources are gone or stay; 2,000 files are synced up, down, up again and inside the server. Where the server itself cannot (Ceph 16 accepts and ignores SSE-S3, and knows
# its keys by id only) the answer says so: exit code 3, exit code 1.
set -euo pipefail
cd "$(dirname "$0")/.."

cli=$PWD/bin/bucketseal-cli
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
server=$BUCKETSEAL_INTEROP_SERVER
key=$BUCKETSEAL_INTEROP_KEY
export BUCKETSEAL_CONFIG_DIR=$work/settings
mkdir -m 700 "$BUCKETSEAL_CONFIG_DIR" "$work/no-rules"
call() { "$cli" --endpoint "$BUCKETSEAL_INTEROP_ENDPOINT" --ca-file "$BUCKETSEAL_INTEROP_CA" "$@"; }
other() { aws --endpoint-url "$BUCKETSEAL_INTEROP_ENDPOINT" s3api "$@"; }

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

# there_and_back KIND SAYS SEEN: the files go up into the folder KIND, and down again; props says SAYS, the other client
# SEEN.
there_and_back() {
  local kind=$1 says=$2 seen=$3 size at
  for size in 0 1024 20971520; do
    at=interop-cli/$kind/$size.dat
    say "$kind, $size bytes: up, proved, looked at by another client, and down again"
    expect 0 call --json cp "$work/$size.dat" "s3://$at"
    says '"verdict":"verified"'
    says '"status":"done"'
    says "\"content\":\"$proof\""
    expect 0 call --json props "s3://$at"
    says "$says"
    says '"asAsked":true'
    looked_at "$kind" "${at#*/}" "$seen"
    expect 0 call --json cp "s3://$at" "$work/down/$kind/"
    says '"status":"done"'
    cmp "$work/$size.dat" "$work/down/$kind/$size.dat" || fail "what came back is not what was sent"
  done
}

# looked_at KIND KEY SEEN: what another client's HEAD shows.
looked_at() {
  local reading=()
  [ "$1" != sse-c ] || reading=(--sse-customer-algorithm AES256 --sse-customer-key "fileb://$work/c.key")
  if command -v aws >/dev/null; then
    expect 0 other head-object --bucket interop-cli --key "$2" "${reading[@]}"
    says "$3"
  else
    say "(aws is not installed: no other client was asked)"
  fi
}

# refused NAME KEY: SSE-KMS with a key that this server does not know.
refused() {
  expect 1 call cp "$work/1024.dat" "s3://interop-cli/refused/$1" --sse kms --kms-key "$2"
  says "$2"
  says "does not know"
  expect 1 call --json cp "$work/20971520.dat" "s3://interop-cli/refused/$1" --sse kms --kms-key "$2"
  says '"kind":"KeyUnknown"'
  expect 1 call props "s3://interop-cli/refused/$1"
}

for size in 0 1024 20971520; do head -c $size /dev/urandom >"$work/$size.dat"; done
for name in c wrong; do head -c 32 /dev/urandom >"$work/$name.key"; done
openssl rand -hex 20 >"$work/passphrase"
chmod 600 "$work"/*.key "$work/passphrase"
export BUCKETSEAL_PASSPHRASE_FILE=$work/passphrase

say "a bucket, and a rule for each folder of it"
expect 0 call mb s3://interop-cli
"$cli" rules add --bucket 'interop*' --key 'kms-id/*' --type kms --kms-key "$key"
"$cli" rules add --bucket 'interop*' --key 'kms-arn/*' --type kms --kms-key "arn:aws:kms:$key"
"$cli" rules add --bucket 'interop*' --key 'sse-s3/*' --type s3
"$cli" rules add --bucket 'interop*' --key 'sse-c/*' --type c --sse-c-key-file "$work/c.key"
"$cli" rules test interop-cli kms-id/a.dat

# How the server names the key, and how it proves the content of what it received.
case $server in
  ceph) known=$key proof=md5 ;;
  minio) known=arn:aws:kms:$key proof=checksum ;;
esac
there_and_back kms-id "\"keyId\":\"$known\"" "\"SSEKMSKeyId\": \"$known\""
there_and_back sse-c '"type":"SSE-C"' '"SSECustomerAlgorithm": "AES256"' --sse-c-key-file "$work/c.key"

case $server in
  ceph)
    say "the ARN of a key, which this server does not understand"
    refused arn.dat "arn:aws:kms:$key"
    say "SSE-S3, which this server accepts and ignores"
    for size in 0 1024 20971520; do
      expect 3 call --json cp "$work/$size.dat" s3://interop-cli/sse-s3/
      says '"verdict":"not-encrypted"'
      says '"status":"failed"'
    done ;;
  minio)
    there_and_back kms-arn "\"keyId\":\"$known\"" "\"SSEKMSKeyId\": \"$known\""
    there_and_back sse-s3 '"type":"SSE-S3"' '"ServerSideEncryption": "AES256"' ;;
esac

say "a key the server does not know"
refused unknown.dat no-such-key

say "an object under SSE-C: with another key, and without one"
expect 1 call cp s3://interop-cli/sse-c/1024.dat "$work/none/" --sse-c-key-file "$work/wrong.key"
says "another SSE-C key"
expect 1 call --config-dir "$work/no-rules" --json cp s3://interop-cli/sse-c/1024.dat "$work/none/"
says '"kind":"NeedsKey"'
expect 1 call --config-dir "$work/no-rules" props s3://interop-cli/sse-c/1024.dat
says "SSE-C key"
[ -z "$(ls -A "$work/none" 2>/dev/null)" ] || fail "something was left of what could not be read"

say "nothing compared but the size, where that is asked for, and no more claimed"
expect 0 call --json cp "$work/1024.dat" s3://interop-cli/kms-id/size.dat --content-proof size
says '"verdict":"verified"'
says '"content":"size"'

# killed DONE COMMAND...: kills the command as soon as DONE is true, in the middle of its work.
killed() {
  local done=$1 pid
  shift
  "$cli" --endpoint "$BUCKETSEAL_INTEROP_ENDPOINT" --ca-file "$BUCKETSEAL_INTEROP_CA" --limit-rate 8M --quiet "$@" >"$work/out" 2>&1 &
  pid=$!
  until "$done"; do
    kill -0 "$pid" 2>/dev/null || fail "it was over before it could be killed: $*"
    sleep 0.05
  done
  kill -9 "$pid"
  wait "$pid" 2>/dev/null || true
}
has_ranges() { [ -n "$(find "$work/back" -name '*.bucketseal-part' 2>/dev/null)" ] && sleep 4; } # by then some are there
has_parts() { call --json uploads list s3://interop-cli/killed 2>/dev/null | grep -qE '"bytes":[0-9]{7,}.*"resumable":false'; }

say "an upload and a download that are killed go on where they were"
head -c 83886080 /dev/urandom >"$work/large.dat"
killed has_parts cp "$work/large.dat" s3://interop-cli/killed/large.dat --sse kms --kms-key "$key"
expect 0 call --json uploads list s3://interop-cli/killed
says '"ours":true'
says '"resumable":true'
expect 0 call --json --verbose uploads resume s3://interop-cli/killed
says '"verdict":"verified"'
says "\"content\":\"$proof\""
sent=$(grep -c 'Request\\nPUT /interop-cli/killed/large.dat?partNumber=' "$work/out") || true
[ "$sent" -lt 10 ] || fail "a part that was there was sent again"
expect 0 call --json uploads list s3://interop-cli
[ ! -s "$work/out" ] || fail "an upload is left open"
killed has_ranges cp s3://interop-cli/killed/large.dat "$work/back/"
[ ! -e "$work/back/large.dat" ] || fail "a download that was killed is there under its final name"
expect 0 call --json uploads resume
says '"status":"done"'
cmp "$work/large.dat" "$work/back/large.dat" || fail "what came back is not what was sent"

# copied VERB FROM TO WHAT: copies or moves an encrypted object, which then is WHAT in another place, and proved there.
copied() {
  expect 0 call --json "$1" "s3://interop-cli/$2" "s3://interop-cli/$3" "${@:5}"
  says '"status":"done"'
  says '"verdict":"verified"'
  expect 0 call --json props "s3://interop-cli/$3"
  says "$4"
  expect 0 call --json cp "s3://interop-cli/$3" "$work/copied/$3"
  cmp "$work/1024.dat" "$work/copied/$3" || fail "what was copied is not what was there"
}

expect 0 call cp "$work/1024.dat" s3://interop-cli/asis-before.dat --sse inherit
say "copies and moves inside the server: by a rule, and without one as the source is encrypted"
copied cp kms-id/1024.dat elsewhere/kept.dat "\"keyId\":\"$known\""
copied cp asis-before.dat kms-id/encrypted.dat "\"keyId\":\"$known\""
copied mv elsewhere/kept.dat kms-id/moved.dat "\"keyId\":\"$known\""
expect 1 call props s3://interop-cli/elsewhere/kept.dat
copied mv sse-c/1024.dat sse-c/moved.dat '"type":"SSE-C"'
expect 1 call props s3://interop-cli/sse-c/1024.dat
case $server in
  ceph) # cannot open what an SSE-C key opens to encrypt it otherwise
    expect 1 call --json mv s3://interop-cli/sse-c/moved.dat s3://interop-cli/kms-id/from-c.dat
    expect 0 call props s3://interop-cli/sse-c/moved.dat ;;
  minio) copied mv sse-c/moved.dat kms-id/from-c.dat "\"keyId\":\"$known\"" ;;
esac

# synced COUNTS ARGUMENT...: a sync that ends well, of which the summary says COUNTS.
synced() {
  local counts=$1
  shift
  "$cli" --endpoint "$BUCKETSEAL_INTEROP_ENDPOINT" --ca-file "$BUCKETSEAL_INTEROP_CA" --json sync "$@" >"$work/all" 2>&1 || { tail -5 "$work/all"; fail "sync $*"; }
  tail -1 "$work/all" >"$work/out"
  sed 's/^/   /' "$work/out"
  says "$counts"
}

say "2,000 files synced up under a rule, down, and up again; what is gone at the source goes at the target"
mkdir -p "$work/tree"
for folder in a a-b 'a b' 資料 deep/er/still; do
  mkdir -p "$work/tree/$folder"
  for n in $(seq 400); do echo "$folder $n" >"$work/tree/$folder/$n.txt"; done
done
synced '"uploaded":2000,' "$work/tree" s3://interop-cli/kms-id/tree
[ "$(grep -c '"verdict":"verified"' "$work/all")" = 2000 ] || fail "not all is verified"
synced '"unchanged":2000,' "$work/tree" s3://interop-cli/kms-id/tree
synced '"downloaded":2000,' s3://interop-cli/kms-id/tree "$work/synced"
diff -r "$work/tree" "$work/synced" || fail "what came back is not what was sent"
synced '"unchanged":2000,' s3://interop-cli/kms-id/tree "$work/synced"
synced '"unchanged":2000,' --checksum "$work/synced" s3://interop-cli/kms-id/tree
rm -r "$work/synced/a-b"
echo other >"$work/synced/a/1.txt"
synced '"uploaded":1,"downloaded":0,"copied":0,"deleted":400,"unchanged":1599' --delete "$work/synced" s3://interop-cli/kms-id/tree
synced '"copied":1600,' s3://interop-cli/kms-id/tree s3://interop-cli/kms-id/tree2
[ "$(grep -c '"verdict":"verified"' "$work/all")" = 1600 ] || fail "not all copies are verified"
expect 0 call du s3://interop-cli/kms-id/tree2/
says "1,600 objects"
"$cli" --endpoint "$BUCKETSEAL_INTEROP_ENDPOINT" --ca-file "$BUCKETSEAL_INTEROP_CA" --quiet rm -r s3://interop-cli/kms-id/tree2 >"$work/out" 2>&1 || fail "removing a prefix"
expect 1 call ls s3://interop-cli/kms-id/tree2/

say "nothing asked, nothing claimed"
expect 0 call --json cp "$work/1024.dat" s3://interop-cli/asis.bin --sse inherit
says '"verdict":"not-asked"'

bash scripts/words.sh

say "the command line's job at a real server ($server): as it should be"
