#!/usr/bin/env bash
# Starts a real Ceph object gateway (RGW) on loopback, runs a command against it, and stops everything again.
#
#   scripts/ceph-up.sh COMMAND [ARGUMENT...]
#
# One monitor, one manager, one in-memory OSD and one gateway over TLS, each an ordinary process of this user on an
# unprivileged port of 127.0.0.1, with every file in one temporary folder. The gateway's key service is Ceph's own
# "testing" one, which knows exactly two keys: testkey-1 and testkey-2. There is no KMS API and no SSE-S3: that is
# what Ceph 16 is.
#
# The command finds in its environment:
#   BUCKETSEAL_INTEROP_ENDPOINT  https://127.0.0.1:PORT
#   BUCKETSEAL_INTEROP_CA        PEM file of the throwaway authority which signed the gateway's certificate
#   BUCKETSEAL_INTEROP_KEY       testkey-1          (a key the gateway knows)
#   BUCKETSEAL_INTEROP_OTHER_KEY testkey-2          (another one)
#   AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY        one user, made for this run
#   AWS_REGION, AWS_CA_BUNDLE, AWS_*_CHECKSUM_*     so that aws, boto3 and the like work as they are
#
# Promises: nothing outside the temporary folder is written, what was started is stopped by its process id however
# the run ends, and the exit status is the command's. When Ceph itself does not come up the status is 70 and the end
# of the log which says why is printed. BUCKETSEAL_KEEP_CEPH=1 leaves the folder with its logs.
set -euo pipefail

[ $# -gt 0 ] || { sed -n '2,5p' "$0" >&2; exit 64; }

dir=$(mktemp -d "${TMPDIR:-/tmp}/bs-ceph.XXXXXX")
mkdir -p "$dir"/{log,run,mon,mgr,osd,rgw,tls}
chmod 700 "$dir"
# shellcheck source=scripts/processes.sh
. "$(dirname "$0")/processes.sh"
# shellcheck disable=SC2317  # called when the script ends
forget() { if [ -n "${BUCKETSEAL_KEEP_CEPH:-}" ]; then echo "ceph: logs kept in $dir/log" >&2; else rm -rf "$dir"; fi; }
at_exit forget

# fail prints the end of every log and then why, and ends the run as "Ceph did not come up".
fail() {
  local f
  for f in "$dir"/log/*; do
    [ -s "$f" ] || continue
    echo "--- the end of ${f##*/}" >&2
    tail -n 15 "$f" >&2
  done
  echo "ceph: $*" >&2
  exit 70
}

# until_true SECONDS WHAT COMMAND...: asks again and again until COMMAND succeeds; gives up, with logs, at the limit or
# as soon as one of the processes has died.
until_true() {
  local limit=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$limit" ] || fail "$what: not within the time"
    ! one_died || fail "$what: a daemon died first"
    sleep 0.2
  done
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

for program in ceph ceph-mon ceph-mgr ceph-osd radosgw radosgw-admin ceph-authtool monmaptool openssl curl; do
  command -v "$program" >/dev/null || { echo "ceph: $program is not installed: run scripts/need.sh ceph" >&2; exit 70; }
done

# --- A throwaway certificate authority, and the gateway's certificate for 127.0.0.1 and localhost -------------------
tls=$dir/tls
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=Bucketseal interop authority" \
  -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" \
  -keyout "$tls/ca.key" -out "$tls/ca.pem" 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj "/CN=127.0.0.1" -keyout "$tls/rgw.key" -out "$tls/rgw.csr" 2>/dev/null
openssl x509 -req -in "$tls/rgw.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" -CAcreateserial -days 2 -out "$tls/rgw.pem" \
  -extfile <(printf 'subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n') 2>/dev/null

# --- Configuration --------------------------------------------------------------------------------------------------
free_port; mon_port=$REPLY
free_port; rgw_port=$REPLY
fsid=$(cat /proc/sys/kernel/random/uuid)
key1=$(openssl rand -base64 32)
key2=$(openssl rand -base64 32)

cat >"$dir/ceph.conf" <<CONF
[global]
fsid = $fsid
mon host = [v2:127.0.0.1:$mon_port]
mon initial members = a
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
; cephx stays on: with "none" the gateway hangs.
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
keyring = $dir/keyring
log file = $dir/log/\$name.log
log to stderr = false
err to stderr = false
run dir = $dir/run
admin socket = $dir/run/\$name.\$pid.asok
pid file =
crash dir = $dir/run
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail warn = 1
mon data avail crit = 1
auth allow insecure global id reclaim = false

[mon.a]
mon data = $dir/mon

[mgr.x]
mgr data = $dir/mgr
; The optional modules pull in half of Python and are of no use here.
mgr initial modules =

[osd.0]
osd data = $dir/osd
osd objectstore = memstore
memstore device bytes = 8G

[client.rgw]
rgw data = $dir/rgw
rgw enable usage log = false
rgw frontends = beast ssl_endpoint=127.0.0.1:$rgw_port ssl_certificate=$tls/rgw.pem ssl_private_key=$tls/rgw.key
rgw crypt require ssl = true
rgw crypt s3 kms backend = testing
rgw crypt s3 kms encryption keys = testkey-1=$key1 testkey-2=$key2
CONF
chmod 600 "$dir/ceph.conf"

{
  ceph-authtool "$dir/keyring" --create-keyring --gen-key -n mon. --cap mon 'allow *'
  ceph-authtool "$dir/keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
  ceph-authtool "$dir/keyring" --gen-key -n mgr.x --cap mon 'allow profile mgr' --cap osd 'allow *'
  ceph-authtool "$dir/keyring" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap mgr 'allow profile osd' --cap osd 'allow *'
  ceph-authtool "$dir/keyring" --gen-key -n client.rgw --cap mon 'allow rw' --cap osd 'allow rwx' --cap mgr 'allow rw'
  monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$mon_port]" "$dir/monmap"
  ceph-mon -c "$dir/ceph.conf" --mkfs -i a --monmap "$dir/monmap" --keyring "$dir/keyring"
} >"$dir/log/setup.log" 2>&1 || fail "preparing the monitor failed"

# daemon NAME COMMAND...: starts one foreground daemon and remembers its process id.
daemon() {
  local name=$1
  shift
  "$@" -c "$dir/ceph.conf" -f </dev/null >"$dir/log/$name.out" 2>&1 &
  started+=($!)
}
admin() { ceph -c "$dir/ceph.conf" --connect-timeout 3 "$@"; }

began=$SECONDS
echo "ceph: $(ceph --version | cut -d' ' -f1-3), starting on 127.0.0.1:$rgw_port" >&2
daemon mon.a ceph-mon -i a
until_true 60 "monitor" admin mon stat
daemon mgr.x ceph-mgr -i x
ceph-osd -c "$dir/ceph.conf" -i 0 --mkfs --osd-uuid "$(cat /proc/sys/kernel/random/uuid)" >>"$dir/log/setup.log" 2>&1 ||
  fail "preparing the OSD failed"
admin osd new "$(cat "$dir/osd/fsid")" 0 >>"$dir/log/setup.log" 2>&1 || fail "registering the OSD failed"
daemon osd.0 ceph-osd -i 0
# shellcheck disable=SC2317  # called by until_true
osd_is_up() { admin osd stat | grep -q '1 up'; }
until_true 60 "OSD" osd_is_up

AWS_ACCESS_KEY_ID=interop$(openssl rand -hex 6)
AWS_SECRET_ACCESS_KEY=$(openssl rand -hex 20)
timeout 90 radosgw-admin -c "$dir/ceph.conf" -n client.rgw user create --uid=interop --display-name="Bucketseal interop" \
  --access-key="$AWS_ACCESS_KEY_ID" --secret="$AWS_SECRET_ACCESS_KEY" >"$dir/log/user.log" 2>&1 ||
  fail "making the user failed"
rm -f "$dir/log/user.log"   # it repeats the secret

daemon client.rgw radosgw -n client.rgw
endpoint=https://127.0.0.1:$rgw_port
# shellcheck disable=SC2317  # called by until_true
gateway_answers() { curl --silent --show-error --fail --max-time 3 --cacert "$tls/ca.pem" "$endpoint/"; }
until_true 120 "gateway" gateway_answers
echo "ceph: the gateway answers at $endpoint after $((SECONDS - began)) s" >&2

export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 AWS_CA_BUNDLE=$tls/ca.pem AWS_EC2_METADATA_DISABLED=true
# Newer AWS SDKs add a trailing checksum to every PUT over TLS, which Ceph 16 answers with XAmzContentSHA256Mismatch.
export AWS_REQUEST_CHECKSUM_CALCULATION=when_required AWS_RESPONSE_CHECKSUM_VALIDATION=when_required
export BUCKETSEAL_INTEROP_ENDPOINT=$endpoint BUCKETSEAL_INTEROP_CA=$tls/ca.pem
export BUCKETSEAL_INTEROP_KEY=testkey-1 BUCKETSEAL_INTEROP_OTHER_KEY=testkey-2
unset AWS_SESSION_TOKEN AWS_PROFILE

status=0
"$@" || status=$?
exit "$status"
