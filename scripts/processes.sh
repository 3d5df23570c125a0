# shellcheck shell=bash
# Sourced by the scripts which start servers. Remembers what was started, by process id, and ends exactly that.
#
#   at_exit COMMAND...   ends the started processes, last first, then runs COMMAND, however the script ends: by its
#                        last line, an error, Ctrl+C, TERM or a closed terminal. The exit status stays what it was.
#   started+=($!)        after each "command &"
#   one_died             true when one of them is no longer running
#
# shellcheck disable=SC2317  # much of this is reached through a trap only

started=()
last_words=(true)

at_exit() {
  last_words=("$@")
  trap end_all EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

end_all() {
  local status=$? i
  trap - EXIT INT TERM HUP
  for ((i = ${#started[@]} - 1; i >= 0; i--)); do end_one "${started[i]}"; done
  "${last_words[@]}"
  exit "$status"
}

# Politely, and after five seconds for certain.
end_one() {
  local pid=$1 i
  kill -TERM "$pid" 2>/dev/null || return 0
  for ((i = 0; i < 50; i++)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}

one_died() {
  local pid
  for pid in "${started[@]}"; do kill -0 "$pid" 2>/dev/null || return 0; done
  return 1
}
