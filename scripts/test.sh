#!/usr/bin/env bash
# Runs the tests: everything below the real window without C compiler or display, then the window's story.
#
#   scripts/test.sh
#
# Promises: the tests see neither the accounts nor the certificate settings of whoever runs them; servers listen on
# loopback only. The window's story is played by scripts/story.sh in a virtual screen, on Linux, with the build which
# checks that Fyne is called from the right goroutine; its screenshots stay in artefacts/story. Elsewhere the script
# says that the story was left out.
set -euo pipefail
cd "$(dirname "$0")/.."

# A CA bundle in the environment replaces the one a test hands to the SDK; credentials would hide a missing account.
unset AWS_CA_BUNDLE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE AWS_REGION AWS_DEFAULT_REGION
unset AWS_ENDPOINT_URL AWS_ENDPOINT_URL_S3 AWS_REQUEST_CHECKSUM_CALCULATION AWS_RESPONSE_CHECKSUM_VALIDATION
export AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null

bash scripts/need.sh go peers
export BUCKETSEAL_PEERS=all   # the long tests by other clients too
echo "== tests below the window"
go list ./... | grep -v '/cmd/bucketseal$' | CGO_ENABLED=0 xargs go test -timeout 10m
CGO_ENABLED=0 go test -tags ci ./cmd/bucketseal   # what it wires; the tag stands a driver without C in for the window's

if [ "$(uname -s)" != Linux ]; then
  echo "== the window's story is played on Linux only: left out here"
  exit
fi
echo "== the window's story"
bash scripts/need.sh build screen
bash scripts/build.sh story
bash scripts/screen.sh bash scripts/story.sh
