#!/usr/bin/env bash
# The AWS command line judges what bucketseal-cli does with what lies beside the bytes of objects: it reads what we set, and
# we show what it set. It shares no code with us.
#
#   scripts/words.sh                                    at mocks3, as aws, ceph16 and minio, over TLS
#   scripts/words.sh PERSONALITY...                     at mocks3 as these
#   scripts/interop.sh SERVER bash scripts/words.sh     at a real server
#
# Holds when: tags, metadata and headers, permissions, storage class, versions (restored, undeleted, older ones removed),
# retention and legal hold, and links are seen by aws as we set them and shown by us as aws set them; the object is
# encrypted afterwards as it was, which aws says, and its bytes are the same, which aws reads.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -z "${BUCKETSEAL_INTEROP_SERVER:-}" ]; then
  . scripts/processes.sh
  folder=$(mktemp -d)
  at_exit rm -rf "$folder"
  bash scripts/need.sh go peers
  CGO_ENABLED=0 go build -o bin/bucketseal-cli ./cmd/bucketseal-cli
  CGO_ENABLED=0 go build -o bin/mocks3 ./cmd/mocks3
  [ $# -gt 0 ] || set -- aws ceph16 minio
  for personality in "$@"; do
    rm -f "$folder/ready"
    bin/mocks3 --personality "$personality" --ready-file "$folder/ready" >/dev/null 2>"$folder/log" &
    started+=($!)
    for _ in $(seq 100); do [ -s "$folder/ready" ] && break; sleep 0.1; done
    [ -s "$folder/ready" ] || { cat "$folder/log"; exit 70; }
    of() { jq -r ".$1" "$folder/ready"; }
    BUCKETSEAL_INTEROP_SERVER=$personality BUCKETSEAL_INTEROP_ENDPOINT=$(of url) BUCKETSEAL_INTEROP_CA=$(of caFile) BUCKETSEAL_INTEROP_KEY=$(of 'keys[0].id') \
      AWS_ACCESS_KEY_ID=$(of accessKey) AWS_SECRET_ACCESS_KEY=$(of secretKey) AWS_REGION=us-east-1 AWS_CA_BUNDLE=$(of caFile) bash "$0"
    end_one "${started[-1]}"
    started=()
  done
  exit 0
fi

began=$SECONDS
server=$BUCKETSEAL_INTEROP_SERVER
key=$BUCKETSEAL_INTEROP_KEY
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export BUCKETSEAL_CONFIG_DIR=$work/settings AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
export AWS_REQUEST_CHECKSUM_CALCULATION=when_required AWS_RESPONSE_CHECKSUM_VALIDATION=when_required AWS_DEFAULT_REGION=${AWS_REGION:-us-east-1}
mkdir -m 700 "$BUCKETSEAL_CONFIG_DIR"
bucket=words-$$
at=s3://$bucket/q3/a.csv
ours() { bin/bucketseal-cli --endpoint "$BUCKETSEAL_INTEROP_ENDPOINT" --ca-file "$BUCKETSEAL_INTEROP_CA" "$@"; }
theirs() { local call=$1; shift; aws --endpoint-url "$BUCKETSEAL_INTEROP_ENDPOINT" s3api "$call" --bucket "$bucket" --output json "$@"; }
a() { local call=$1; shift; theirs "$call" --key q3/a.csv "$@"; }

fail() { printf 'FAILED (%s): %s\n' "$server" "$*"; exit 1; }
# is WHAT WANT GOT
is() { [ "$2" = "$3" ] || fail "$1: \"$3\" instead of \"$2\""; printf '   %s: %s\n' "$1" "$3"; }
say() { printf '%s\n' "-- $server: $*"; }

# encrypted WHEN: aws says that the object is encrypted as it was, and reads its bytes.
encrypted() {
  a head-object >"$work/head"
  is "encryption $1" aws:kms "$(jq -r .ServerSideEncryption "$work/head")"
  a get-object "$work/got" >/dev/null
  cmp "$work/a.csv" "$work/got" || fail "the bytes $1"
}

echo "precious bytes" >"$work/a.csv"
ours mb "s3://$bucket" >/dev/null
theirs put-bucket-versioning --versioning-configuration Status=Enabled
ours --quiet cp "$work/a.csv" "$at" --sse kms --kms-key "$key"

say "tags"
ours --quiet tags set "$at" project=q3 'reviewed=by ada'
is "aws reads the tags that we set" 'project=q3 reviewed=by ada' "$(a get-object-tagging | jq -r '[.TagSet[] | .Key + "=" + .Value] | sort | join(" ")')"
a put-object-tagging --tagging 'TagSet=[{Key=theirs,Value=yes}]' >/dev/null
is "we show the tags that aws set" 'theirs=yes' "$(ours tags get "$at")"

say "metadata and headers"
ours --quiet meta set "$at" --content-type text/x-a --set project=q3 --cache-control max-age=60 --content-disposition 'attachment; filename="a.csv"'
encrypted "after meta set"
is "aws reads the type" text/x-a "$(jq -r .ContentType "$work/head")"
is "aws reads the metadata" q3 "$(jq -r .Metadata.project "$work/head")"
is "aws reads the header" max-age=60 "$(jq -r .CacheControl "$work/head")"
is "the tags stay" theirs "$(a get-object-tagging | jq -r '.TagSet[0].Key')"

say "storage class"
if [ "$server" = aws ]; then
  ours --quiet class set "$at" STANDARD_IA
  encrypted "after class set"
  is "aws reads the class" STANDARD_IA "$(jq -r .StorageClass "$work/head")"
fi

say "permissions"
case $server in
  ceph*)
    ours --quiet acl set "$at" --canned public-read
    is "aws reads who may read" READ "$(a get-object-acl | jq -r '.Grants[] | select(.Grantee.URI == "http://acs.amazonaws.com/groups/global/AllUsers") | .Permission')"
    a put-object-acl --acl private
    is "we show what aws set" false "$(ours --json acl get "$at" | jq .public)" ;;
  *)
    if ours --json acl set "$at" --canned public-read >"$work/out"; then fail "nobody is given anything here"; fi
    is "what cannot be done is said" Unsupported "$(jq -r .error.kind "$work/out")" ;;
esac

say "versions"
first=$(a head-object | jq -r .VersionId)
echo "other bytes" >"$work/b.csv"
ours --quiet cp "$work/b.csv" "$at" --sse kms --kms-key "$key"
ours --quiet restore "$at" --version-id "$first"
encrypted "after restore"
a delete-object >/dev/null
ours --quiet undelete "$at"
encrypted "after undelete"
ours --quiet rm "$at"
is "aws sees the marker" true "$(theirs list-object-versions --prefix q3/a.csv | jq '.DeleteMarkers[0].IsLatest')"
ours --quiet undelete "$at"
is "we count the versions that aws counts" "$(theirs list-object-versions --prefix q3/a.csv | jq '.Versions | length')" "$(ours --json versions "$at" | wc -l)"
ours --quiet rm --older-versions "$at"
is "aws counts what is left" 1 "$(theirs list-object-versions --prefix q3/a.csv | jq '.Versions | length')"
encrypted "after the older versions went"

say "links"
link=$(ours --json presign "$at" --expires 10m | jq -r .url)
curl -sf --cacert "$BUCKETSEAL_INTEROP_CA" "$link" | cmp - "$work/a.csv" || fail "the link to read"
ours --json presign "s3://$bucket/inbox" --method PUT --sse kms --kms-key "$key" >"$work/link"
mapfile -t headers < <(jq -r '.headers | to_entries[] | .key + ": " + .value' "$work/link")
sent=()
for header in "${headers[@]}"; do sent+=(-H "$header"); done
curl -sf --cacert "$BUCKETSEAL_INTEROP_CA" -T "$work/a.csv" "${sent[@]}" "$(jq -r .url "$work/link")" || fail "the link to write"
is "what came by the link is encrypted" aws:kms "$(theirs head-object --key inbox | jq -r .ServerSideEncryption)"
if curl -sf --cacert "$BUCKETSEAL_INTEROP_CA" -T "$work/b.csv" "$(jq -r .url "$work/link")"; then fail "the link takes a file without its encryption"; fi

say "locks"
locked=$bucket-locked
bucket=$locked
at=s3://$bucket/q3/a.csv
aws --endpoint-url "$BUCKETSEAL_INTEROP_ENDPOINT" s3api create-bucket --bucket "$bucket" --object-lock-enabled-for-bucket >/dev/null
ours --quiet cp "$work/a.csv" "$at" --sse kms --kms-key "$key"
ours --quiet lock set "$at" --mode governance --days 30 --hold on
is "aws reads the retention" GOVERNANCE "$(a get-object-retention | jq -r .Retention.Mode)"
is "aws reads the hold" ON "$(a get-object-legal-hold | jq -r .LegalHold.Status)"
a put-object-legal-hold --legal-hold Status=OFF
is "we show the hold that aws took away" false "$(ours --json lock get "$at" | jq .hold)"
encrypted "after lock set"
if [[ $server == ceph* ]]; then # takes none away
  ours --quiet lock set "$at" --mode governance --until "$(date -u -d '3 seconds' +%FT%TZ)" --bypass-governance
  is "aws reads that it ends" GOVERNANCE "$(a get-object-retention | jq -r .Retention.Mode)"
  sleep 4
else
  ours --quiet lock set "$at" --no-retention --bypass-governance
fi
for name in "$bucket" "words-$$"; do
  ours --quiet rm -r --versions "s3://$name/"
  ours rb "s3://$name" >/dev/null
done

say "what cannot be done here is not sent"
ours --json accounts capabilities | jq -r 'select(.known == "assumed" and .can) | .capability' >"$work/out"
[ ! -s "$work/out" ] || fail "a capability that nobody knows of"
say "the words for objects: as they should be, in $((SECONDS - began)) s"
