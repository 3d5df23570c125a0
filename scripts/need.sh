#!/usr/bin/env bash
# Says which system packages are missing for a job and installs them where it may.
#
#   scripts/need.sh GROUP...      groups: go build screen peers bench ceph minio windows
#
#   go       Go 1.26 or newer: never installed by this script, only asked for
#   build    a C compiler and the X11 and OpenGL headers the window is compiled with
#   screen   a virtual screen, a window manager and what drives and photographs a window in it
#   peers    independent S3 clients to be compared with, jq and curl
#   bench    GNU time, which tells the memory a program took
#   ceph     a real Ceph object gateway
#   minio    what scripts/minio-up.sh needs beside Go
#   windows  the cross compiler for bucketseal.exe
#
# Promises: nothing is run, and nothing printed, when everything is there. On Debian and Ubuntu what is missing is
# installed by apt when the user is root or sudo asks for no password, and nothing else is touched; BUCKETSEAL_NO_INSTALL=1
# forbids even that. Everywhere else the packages are named, with the command which installs them. The exit status is 0
# only when every group is complete.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }
has_lib() { have pkg-config && pkg-config --exists "$@"; }
has_package() { dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }
root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

# check GROUP: succeeds when the group is complete. Asks for what the job really uses, not for a distribution's names.
check() {
  case $1 in
    go) check_go ;;
    build)
      { have gcc || have clang; } || return 1
      [ "$(uname -s)" = Linux ] || return 0
      has_lib gl x11 xrandr xcursor xinerama xi xxf86vm ;;
    screen)
      [ "$(uname -s)" = Linux ] || return 0
      local program
      for program in Xvfb openbox xdotool import xprop dbus-daemon; do have "$program" || return 1; done
      # The software driver is a file, not a program.
      compgen -G '/usr/lib/*/dri/swrast_dri.so' >/dev/null || compgen -G '/usr/lib*/dri/swrast_dri.so' >/dev/null ||
        compgen -G '/usr/lib/*/libgallium*.so' >/dev/null || compgen -G '/usr/lib*/libgallium*.so' >/dev/null ;;
    peers) have aws && have rclone && have s3cmd && have jq && have curl ;;
    bench) [ -x /usr/bin/time ] ;;
    ceph)
      local program
      for program in ceph ceph-mon ceph-mgr ceph-osd radosgw radosgw-admin ceph-authtool monmaptool openssl curl; do
        have "$program" || return 1
      done ;;
    minio) have openssl && have curl ;;
    windows) have x86_64-w64-mingw32-gcc ;;
    *) say "need: there is no group \"$1\""; exit 64 ;;
  esac
}

check_go() {
  local version
  have go || return 1
  version=$(go env GOVERSION 2>/dev/null) || return 1
  [[ $version =~ ^go1\.([0-9]+) ]] && [ "${BASH_REMATCH[1]}" -ge 26 ]
}

# packages SYSTEM GROUP: the names under which SYSTEM knows the group.
packages() {
  case $1:$2 in
    debian:build) echo gcc libc6-dev pkg-config libgl1-mesa-dev xorg-dev ;;
    debian:screen) echo xvfb libgl1-mesa-dri libgl1 openbox xdotool imagemagick dbus dbus-x11 x11-utils ;;
    debian:peers) echo awscli rclone s3cmd jq curl ;;
    debian:bench | fedora:bench) echo time ;;
    debian:ceph) echo ceph-mon ceph-mgr ceph-osd radosgw ceph-common openssl curl ;;
    debian:minio | fedora:minio | macos:minio) echo openssl curl ;;
    debian:windows) echo gcc-mingw-w64-x86-64 ;;
    fedora:build) echo gcc pkgconf-pkg-config mesa-libGL-devel libX11-devel libXcursor-devel libXrandr-devel libXinerama-devel libXi-devel libXxf86vm-devel ;;
    fedora:screen) echo xorg-x11-server-Xvfb mesa-dri-drivers mesa-libGL openbox xdotool ImageMagick dbus-daemon xprop ;;
    fedora:peers) echo awscli2 rclone s3cmd jq curl ;;
    fedora:ceph) echo ceph-mon ceph-mgr ceph-osd ceph-radosgw ceph-common openssl curl ;;
    fedora:windows) echo mingw64-gcc ;;
    macos:peers) echo awscli rclone s3cmd jq ;;
  esac
}

hint_go() {
  say "need: Go 1.26 or newer is missing$(have go && echo " (this is $(go env GOVERSION 2>/dev/null))")."
  say "      Take it from https://go.dev/dl/ and put its bin folder in front of PATH, for example:"
  say "        export PATH=/usr/local/go/bin:\$PATH"
}

hint_elsewhere() {
  case $(uname -s) in
    Darwin)
      say "      macOS: xcode-select --install brings the compiler and the OpenGL headers; no other group is needed to"
      say "      build and open the window. $(packages macos peers): brew install $(packages macos peers)" ;;
    MINGW* | MSYS* | CYGWIN*)
      say "      Windows: install MSYS2 from https://www.msys2.org, then in its UCRT64 shell:"
      say "        pacman -S mingw-w64-ucrt-x86_64-gcc make git"
      say "      and put C:\\msys64\\ucrt64\\bin in PATH. OpenGL comes with the graphics driver." ;;
    *) say "      Look for packages with names like these in your distribution: $*" ;;
  esac
}

system=other
if have apt-get && have dpkg-query; then system=debian; elif have dnf; then system=fedora; fi

names=$system   # where the names are not known, Debian's are the best hint
[ "$system" != other ] || names=debian

missing=()
for group in "$@"; do check "$group" || missing+=("$group"); done
[ "${#missing[@]}" -gt 0 ] || exit 0

wanted=()
status=0
for group in "${missing[@]}"; do
  if [ "$group" = go ]; then
    hint_go
    status=1
    continue
  fi
  for package in $(packages "$names" "$group"); do
    if [ "$system" = debian ] && has_package "$package"; then continue; fi
    wanted+=("$package")
  done
done
[ "$status" = 0 ] || exit "$status"

say "need: missing for ${missing[*]}: ${wanted[*]:-nothing apt knows of}"
case $system in
  debian)
    command="apt-get install --no-install-recommends ${wanted[*]}"
    if [ -n "${BUCKETSEAL_NO_INSTALL:-}" ] || { [ "$(id -u)" != 0 ] && ! { have sudo && sudo -n true 2>/dev/null; }; }; then
      say "      Install them yourself, then run the same command again:"
      say "        sudo apt-get update && sudo $command"
      exit 1
    fi
    say "      installing them by apt"
    export DEBIAN_FRONTEND=noninteractive
    root env DEBIAN_FRONTEND=noninteractive apt-get update -q >&2
    [ "${#wanted[@]}" = 0 ] ||
      root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${wanted[@]}" >&2 ;;
  fedora)
    say "      Install them, then run the same command again:"
    say "        sudo dnf install ${wanted[*]}"
    exit 1 ;;
  *)
    hint_elsewhere "${wanted[@]}"
    exit 1 ;;
esac

for group in "${missing[@]}"; do
  check "$group" || { say "need: $group is still not complete after the installation"; exit 1; }
done
