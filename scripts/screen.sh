#!/usr/bin/env bash
# Runs a command in a virtual screen of its own: a private X server with a window manager, drawn in software.
#
#   scripts/screen.sh COMMAND [ARGUMENT...]
#
# Promises: the display number is one the X server itself found free, it does not listen on the network, the screen is
# 1280x900 with 24 bits, DISPLAY and LIBGL_ALWAYS_SOFTWARE=1 are set for the command, and the X server, the window
# manager and the message bus are ended by their process ids however the command ends. The exit status is the
# command's; 70 when the screen itself does not come up.
set -euo pipefail

[ $# -gt 0 ] || { sed -n '2,4p' "$0" >&2; exit 64; }
for program in Xvfb openbox xprop; do
  command -v "$program" >/dev/null || { echo "screen: $program is not installed: run scripts/need.sh screen" >&2; exit 70; }
done

dir=$(mktemp -d "${TMPDIR:-/tmp}/bs-screen.XXXXXX")
chmod 700 "$dir"
# shellcheck source=scripts/processes.sh
. "$(dirname "$0")/processes.sh"
at_exit rm -rf "$dir"

fail() {
  echo "screen: $*" >&2
  cat "$dir"/*.log >&2 2>/dev/null || true
  exit 70
}

# The server writes the number of the display it took, and only once it accepts connections.
mkfifo "$dir/display"
Xvfb -displayfd 3 -screen 0 1280x900x24 -nolisten tcp -noreset +extension GLX 3>"$dir/display" \
  </dev/null >"$dir/xvfb.log" 2>&1 &
started+=($!)
number=
read -r -t 30 number <>"$dir/display" || fail "the X server did not say its display number within 30 s"
[[ $number =~ ^[0-9]+$ ]] || fail "the X server said \"$number\" for its display number"

export DISPLAY=:$number LIBGL_ALWAYS_SOFTWARE=1
unset WAYLAND_DISPLAY XAUTHORITY

# A message bus of its own keeps the toolkit from looking for a desktop session; it is no must.
if command -v dbus-daemon >/dev/null; then
  dbus-daemon --session --nofork --nopidfile --address="unix:path=$dir/bus" </dev/null >"$dir/dbus.log" 2>&1 &
  started+=($!)
  export DBUS_SESSION_BUS_ADDRESS=unix:path=$dir/bus
fi

openbox --sm-disable </dev/null >"$dir/openbox.log" 2>&1 &
started+=($!)
limit=$((SECONDS + 30))
until xprop -root _NET_SUPPORTING_WM_CHECK 2>/dev/null | grep -q 'window id'; do
  [ "$SECONDS" -lt "$limit" ] || fail "the window manager did not start within 30 s"
  sleep 0.05
done

status=0
"$@" || status=$?
exit "$status"
