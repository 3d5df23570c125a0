#!/usr/bin/env bash
# Proves that Bucketseal builds, runs and passes its tests on a fresh machine.
#
#   scripts/fresh.sh [TARGET...]     the make targets to run, one after the other; default: run test
#
# The fresh machine is a minimal Debian 12 made by debootstrap in a temporary folder and entered by chroot: git, make,
# ca-certificates and the Go toolchain of this machine, and nothing else. In it stands a clean clone of the last commit,
# with an empty module cache and no display.
#
# Promises: takes the package mirror, the module proxy and the certificate authorities from this machine's own settings,
# and knows none of its own. Its mounts and processes live in namespaces of their own and vanish with it, however it
# ends. The whole transcript is in artefacts/fresh.log, the screenshots of the window's story in artefacts/fresh-story.
# What is not committed is not tested: the script says so. Needs root, and about 6 GB in ${TMPDIR:-/var/tmp}.
set -euo pipefail
cd "$(dirname "$0")/.."
house=$PWD

if [ "${1:-}" = --inside ]; then
  # In namespaces of our own: what is mounted here is seen by nobody else and gone at the end.
  fresh=$2
  shift 2
  mount --make-rprivate /
  mount -t proc proc "$fresh/proc"
  mount --rbind /dev "$fresh/dev"
  mount -t tmpfs -o mode=1777 tmpfs "$fresh/dev/shm"
  status=0
  for target in "$@"; do
    echo "fresh: === make $target"
    began=$SECONDS
    # shellcheck disable=SC2016  # expanded inside
    chroot "$fresh" /usr/bin/env -i HOME=/root TERM=dumb LANG=C.UTF-8 \
      PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      bash -c 'set -a; . /etc/fresh.env; set +a; cd /root/bucketseal && exec make "$1"' fresh "$target" </dev/null || status=$?
    echo "fresh: === make $target ended with status $status after $((SECONDS - began)) s"
    [ $status = 0 ] || exit $status
  done
  exit
fi

[ "$(id -u)" = 0 ] || { echo "fresh: chroot and mounts need root" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "fresh: debootstrap is missing: apt-get install debootstrap" >&2; exit 1; }
bash scripts/need.sh go
[ $# -gt 0 ] || set -- run test

mkdir -p artefacts
exec > >(tee "$house/artefacts/fresh.log") 2>&1
fresh=$(mktemp -d "${TMPDIR:-/var/tmp}/bs-fresh.XXXXXX")
# A mount point left behind would lead rm out of the folder, hence --one-file-system.
trap 'rm -rf --one-file-system "$fresh"' EXIT

# --- The system ------------------------------------------------------------------------------------------------------
suite=bookworm
# shellcheck disable=SC2016  # apt's own variables
archives=$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
  awk -v suite=$suite '$1 == "Debian" && $3 ~ "^" suite && $4 == "main" { print $2, $3 }' | sort -u)
mirror=$(awk -v suite=$suite '$2 == suite { print $1; exit }' <<<"$archives")
[ -n "$mirror" ] || { echo "fresh: the apt sources of this machine name no Debian $suite; run apt-get update first" >&2; exit 1; }

echo "fresh: $(date -u +%FT%TZ), commit $(git rev-parse HEAD)"
[ -z "$(git status --porcelain)" ] || echo "fresh: note: there are changes here which are not committed, and so not tested"
echo "fresh: making a minimal Debian $suite"
debootstrap --variant=minbase --include=git,make,ca-certificates "$suite" "$fresh" "$mirror" >"$fresh.log" 2>&1 ||
  { tail -n 20 "$fresh.log"; rm -f "$fresh.log"; exit 1; }
rm -f "$fresh.log"

# --- This machine's way to its registries ----------------------------------------------------------------------------
awk '{ print "deb", $1, $2, "main" }' <<<"$archives" >"$fresh/etc/apt/sources.list"
for setting in /etc/apt/apt.conf.d/*; do
  if grep -qE '^Acquire::' "$setting"; then cp "$setting" "$fresh/etc/apt/apt.conf.d/"; fi
done
if [ -d /etc/apt/auth.conf.d ]; then cp -r /etc/apt/auth.conf.d "$fresh/etc/apt/"; fi
cp -L /etc/resolv.conf /etc/hosts "$fresh/etc/"
bundle=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}
cp -L "$bundle" "$fresh/etc/ssl/fresh-authorities.pem"
{
  echo "SSL_CERT_FILE=/etc/ssl/fresh-authorities.pem"
  for name in GOPROXY GONOPROXY GONOSUMDB GOSUMDB GOPRIVATE; do printf '%s=%q\n' "$name" "$(go env $name)"; done
  for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    [ -z "${!name:-}" ] || printf '%s=%q\n' "$name" "${!name}"
  done
} >"$fresh/etc/fresh.env"

# --- The two things given: Go and a clean clone ----------------------------------------------------------------------
mkdir -p "$fresh/usr/local"
cp -a "$(go env GOROOT)" "$fresh/usr/local/go"
git clone --quiet --no-local "$house" "$fresh/root/bucketseal"
echo "fresh: $(chroot "$fresh" dpkg-query -W | wc -l) packages, and $(go version)"
if [ -e "$fresh/root/go" ] || [ -e "$fresh/root/.cache" ]; then echo "fresh: there is a cache already"; exit 1; fi

status=0
unshare --mount --pid --fork --kill-child bash "$house/scripts/fresh.sh" --inside "$fresh" "$@" || status=$?
if [ -d "$fresh/root/bucketseal/artefacts/story" ]; then
  rm -rf artefacts/fresh-story
  cp -r "$fresh/root/bucketseal/artefacts/story" artefacts/fresh-story
fi
echo "fresh: $([ $status = 0 ] && echo passed || echo "FAILED, status $status")"
exit $status
