#!/usr/bin/env bash
# Starts a real MinIO on loopback, runs a command against it, and stops it again.
#
#   scripts/minio-up.sh COMMAND [ARGUMENT...]
#
# The last public MinIO (its repository is closed since February 2026), built once by "go install" from the module
# proxy, outside this tree, and kept in the cache folder of this user: 2 to 4 minutes, and 1 s from then on.
# BUCKETSEAL_MINIO=PROGRAM takes this one instead. One process over TLS on an unprivileged port, one folder. Its key
# service is the built-in one, which knows exactly one key, minio-key-1.
#
# What the command finds in its environment and what is promised stands in scripts/server.sh; BUCKETSEAL_INTEROP_KEY is
# minio-key-1 and there is no other. The status is 70 when MinIO itself cannot be built or does not come up.
set -euo pipefail

version=v0.0.0-20260212201848-7aac2a2c5b7c

# shellcheck source=scripts/server.sh
. "$(dirname "$0")/server.sh"
server minio "$@"
needs go go

program=${BUCKETSEAL_MINIO:-}
if [ -z "$program" ]; then
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/bucketseal/minio-$version
  program=$cache/minio
  if [ ! -x "$program" ]; then
    echo "minio: building $version into $cache, which takes some minutes" >&2
    mkdir -p "$cache"
    (cd "$dir" && GOBIN=$cache nice go install "github.com/minio/minio@$version") >"$dir/log/build.log" 2>&1 || fail "building it failed"
  fi
fi

certify
mkdir -p "$dir"/{data,certs}
cp "$tls/server.pem" "$dir/certs/public.crt"
cp "$tls/server.key" "$dir/certs/private.key"

AWS_ACCESS_KEY_ID=interop$(openssl rand -hex 6)
AWS_SECRET_ACCESS_KEY=$(openssl rand -hex 20)
free_port; port=$REPLY
MINIO_ROOT_USER=$AWS_ACCESS_KEY_ID MINIO_ROOT_PASSWORD=$AWS_SECRET_ACCESS_KEY \
  MINIO_KMS_SECRET_KEY=minio-key-1:$(openssl rand -base64 32) MINIO_BROWSER=off MINIO_UPDATE=off HOME=$dir \
  "$program" server --address "127.0.0.1:$port" --certs-dir "$dir/certs" "$dir/data" </dev/null >"$dir/log/minio.log" 2>&1 &
started+=($!)

# shellcheck disable=SC2034  # exported by answers
BUCKETSEAL_INTEROP_KEY=minio-key-1 BUCKETSEAL_INTEROP_OTHER_KEY=
answers "https://127.0.0.1:$port" /minio/health/ready
serve "$@"
