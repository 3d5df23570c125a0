# shellcheck shell=bash
# Sourced by the scripts which measure the command line at the local endpoint (bench-cpu.sh, bench-peers.sh), from the
# project's root.
#
#   endpoint NAME     builds the command line and mocks3, and starts mocks3 over TLS with a bucket "bench": $url, $ca (PEM
#                     file), $key (ARN of a KMS key), and the credentials in the environment; $work is a temporary folder
#   median FILE       of the numbers in it, one a line
#
# Promises: settings, data and logs are below $work, which is removed, and the server ended by its process id, however
# the script ends.
#
# shellcheck disable=SC2034  # what is set here is for the script that sources this

. "$(dirname "${BASH_SOURCE[0]}")/processes.sh"

endpoint() {
  CGO_ENABLED=0 go build -o bin/bucketseal-cli ./cmd/bucketseal-cli
  CGO_ENABLED=0 go build -o bin/mocks3 ./cmd/mocks3
  work=$(mktemp -d "${TMPDIR:-/var/tmp}/bs-$1.XXXXXX")
  at_exit rm -rf "$work"
  bin/mocks3 --data "$work/data" --bucket bench --ready-file "$work/ready" --log-level error >"$work/out" 2>&1 &
  started+=($!)
  until [ -s "$work/ready" ]; do
    if one_died; then
      cat "$work/out" >&2
      exit 1
    fi
    sleep 0.05
  done
  url=$(of url) ca=$(of caFile) key=$(of arn)
  AWS_ACCESS_KEY_ID=$(of accessKey)
  AWS_SECRET_ACCESS_KEY=$(of secretKey)
  export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
  unset AWS_CA_BUNDLE # with it set rclone refuses to start
  export BUCKETSEAL_CONFIG_DIR=$work/settings
  mkdir "$BUCKETSEAL_CONFIG_DIR"
}

# of FIELD: what the endpoint says of itself.
of() { sed -E "s/.*\"$1\":\"([^\"]*)\".*/\1/" "$work/ready"; }

median() { sort -n "$1" | awk '{ t[NR] = $1 } END { print t[int((NR + 1) / 2)] }'; }
