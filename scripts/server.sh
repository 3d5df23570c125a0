# shellcheck shell=bash
# Sourced by the scripts which run a command against a real S3 server (ceph-up.sh, minio-up.sh).
#
#   server NAME COMMAND...     a temporary folder $dir for everything the server writes, its logs in $dir/log
#   needs GROUP PROGRAM...     ends the run when a program of this group of scripts/need.sh is missing
#   certify                    a throwaway authority, and a certificate for 127.0.0.1 and localhost:
#                              $tls/ca.pem, $tls/server.pem, $tls/server.key
#   free_port                  a port in REPLY
#   until_true SECONDS WHAT COMMAND...
#   answers ENDPOINT PATH      waits until the server answers there, and sets the environment of the command
#   serve COMMAND...           runs the command, and ends with its exit status
#
# The command finds in its environment:
#   BUCKETSEAL_INTEROP_SERVER    ceph or minio
#   BUCKETSEAL_INTEROP_ENDPOINT  https://127.0.0.1:PORT
#   BUCKETSEAL_INTEROP_CA        PEM file of the throwaway authority which signed the server's certificate
#   BUCKETSEAL_INTEROP_KEY       a key the server knows
#   BUCKETSEAL_INTEROP_OTHER_KEY another one, where it knows two
#   AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY        one user, made for this run
#   AWS_REGION, AWS_CA_BUNDLE                       so that aws, boto3 and the like work as they are
#
# Promises: nothing outside the temporary folder is written, what was started is stopped by its process id however the
# run ends, and the exit status is the command's. When the server does not come up the status is 70 and the end of the
# log which says why is printed. BUCKETSEAL_KEEP_SERVER=1 leaves the folder with its logs.
#
# shellcheck disable=SC2317  # some of this is reached through a trap or by until_true only

. "$(dirname "${BASH_SOURCE[0]}")/processes.sh"

server() {
  name=$1
  [ $# -gt 1 ] || { sed -n '2,5p' "$0" >&2; exit 64; }
  began=$SECONDS
  dir=$(mktemp -d "${TMPDIR:-/tmp}/bs-$name.XXXXXX")
  tls=$dir/tls
  mkdir -p "$dir/log" "$tls"
  chmod 700 "$dir"
  at_exit forget
}

forget() { if [ -n "${BUCKETSEAL_KEEP_SERVER:-}" ]; then echo "$name: logs kept in $dir/log" >&2; else rm -rf "$dir"; fi; }

# fail prints the end of every log and then why, and ends the run as "the server did not come up".
fail() {
  local f
  for f in "$dir"/log/*; do
    [ -s "$f" ] || continue
    echo "--- the end of ${f##*/}" >&2
    tail -n 15 "$f" >&2
  done
  echo "$name: $*" >&2
  exit 70
}

needs() {
  local group=$1 program
  shift
  for program in "$@" openssl curl; do
    command -v "$program" >/dev/null || { echo "$name: $program is not installed: run scripts/need.sh $group" >&2; exit 70; }
  done
}

certify() {
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=Bucketseal interop authority" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" \
    -keyout "$tls/ca.key" -out "$tls/ca.pem" 2>/dev/null
  openssl req -newkey rsa:2048 -nodes -subj "/CN=127.0.0.1" -keyout "$tls/server.key" -out "$tls/server.csr" 2>/dev/null
  openssl x509 -req -in "$tls/server.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" -CAcreateserial -days 2 -out "$tls/server.pem" \
    -extfile <(printf 'subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n') 2>/dev/null
}

# A port nobody listens on now, below the range from which the kernel gives out ports of its own accord.
taken=" "
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 10000))
    [[ $taken == *" $port "* ]] && continue
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      taken+="$port "
      REPLY=$port
      return
    fi
  done
}

# Asks again and again until COMMAND succeeds; gives up, with logs, at the limit or as soon as one of the processes has
# died.
until_true() {
  local limit=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$limit" ] || fail "$what: not within the time"
    ! one_died || fail "$what: a daemon died first"
    sleep 0.2
  done
}

answers() {
  until_true 120 "endpoint" curl --silent --show-error --fail --max-time 3 --cacert "$tls/ca.pem" "$1$2"
  echo "$name: answers at $1 after $((SECONDS - began)) s" >&2
  export BUCKETSEAL_INTEROP_SERVER=$name BUCKETSEAL_INTEROP_ENDPOINT=$1 BUCKETSEAL_INTEROP_CA=$tls/ca.pem
  export BUCKETSEAL_INTEROP_KEY BUCKETSEAL_INTEROP_OTHER_KEY
  export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
  export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 AWS_CA_BUNDLE=$tls/ca.pem AWS_EC2_METADATA_DISABLED=true
  unset AWS_SESSION_TOKEN AWS_PROFILE
}

serve() {
  local status=0
  "$@" || status=$?
  exit "$status"
}
