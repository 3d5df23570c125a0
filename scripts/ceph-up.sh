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
# What the command finds in its environment and what is promised stands in scripts/server.sh; BUCKETSEAL_INTEROP_KEY is
# testkey-1, BUCKETSEAL_INTEROP_OTHER_KEY testkey-2. The status is 70 when Ceph itself does not come up.
set -euo pipefail

# shellcheck source=scripts/server.sh
. "$(dirname "$0")/server.sh"
server ceph "$@"
mkdir -p "$dir"/{run,mon,mgr,osd,rgw}

needs ceph ceph ceph-mon ceph-mgr ceph-osd radosgw radosgw-admin ceph-authtool monmaptool
certify

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
rgw frontends = beast ssl_endpoint=127.0.0.1:$rgw_port ssl_certificate=$tls/server.pem ssl_private_key=$tls/server.key
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
BUCKETSEAL_INTEROP_KEY=testkey-1 BUCKETSEAL_INTEROP_OTHER_KEY=testkey-2
answers "https://127.0.0.1:$rgw_port" /
# Newer AWS SDKs add a trailing checksum to every PUT over TLS, which Ceph 16 answers with XAmzContentSHA256Mismatch.
export AWS_REQUEST_CHECKSUM_CALCULATION=when_required AWS_RESPONSE_CHECKSUM_VALIDATION=when_required
serve "$@"
