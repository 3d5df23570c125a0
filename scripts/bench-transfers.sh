#!/usr/bin/env bash
# Measures the command line beside others that do the same, at a null S3 server of ours over TLS.
#
#   scripts/bench-transfers.sh [-n ROUNDS] [-b BEFORE] [JOB...]     default 7 rounds, all jobs: 25 minutes
#
#   ROUNDS   how often each client does each job; they take turns, so that whatever else the machine does hits all alike
#   BEFORE   another bucketseal-cli, to compare with
#   JOB      one-up, eight-up            a file of 2 GiB, eight of 256 MiB, under SSE-KMS
#            one-up-md5, eight-up-md5    the same to a server that keeps no checksums
#            one-down, eight-down
#            small-up, small-down        5,000 files of 64 KiB
#            tiny-up, tiny-down          20,000 files of 4 KiB
#            sparse-up, many-up, many-down    memory only, ours alone, once: a sparse file of 64 GiB, 100,000 files
#
# The clients: ours; null, which is bare net/http and checks nothing (cmd/internal/nulls3); rclone at its defaults; rclone
# as well tuned as we know how to (tuned_up and tuned_down below). rclone is built by go install into BENCH_PEERS, a
# folder outside the project.
#
# Downloads go to BENCH_DOWN, a folder in memory unless said: what a disk takes is not what is compared. Before each of
# them as much memory is taken and given back as it will need, for a virtual machine pays much more for a page it has
# not had for a while.
#
# What is printed: of each job and client the median of the wall time with the fastest and the slowest round, the
# processor time (user and system) and the largest peak of memory of the client's process; then each target of ours with
# "reached" or "NOT REACHED". The exit status says nothing of targets. decisions/023 says why it is measured so.
#
# Promises: settings, data and logs are below a temporary folder, which is removed, and servers are ended by their process
# ids, however the script ends. The raw figures stay in artefacts/bench-transfers.tsv.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=7 before=
while getopts n:b: option; do
  case $option in n) rounds=$OPTARG ;; b) before=$OPTARG ;; *) sed -n '2,16p' "$0" >&2; exit 64 ;; esac
done
shift $((OPTIND - 1))
jobs=("$@")
[ $# -gt 0 ] || jobs=({one,eight}-up {one,eight}-up-md5 {one,eight}-down {small,tiny}-{up,down} sparse-up many-{up,down})

. scripts/processes.sh
. scripts/beside.sh
made=$(mktemp -d /var/tmp/bs-bench.XXXXXX)
down=$(mktemp -d "${BENCH_DOWN:-/dev/shm}/bs-bench.XXXXXX")
at_exit rm -rf "$made" "$down"
begin_bench bench-transfers "$made"

# ---- what is sent and fetched

count_of() { case $1 in one | sparse) echo 1 ;; eight) echo 8 ;; small) echo 5000 ;; tiny) echo 20000 ;; many) echo 100000 ;; esac; }
size_of() { case $1 in one) echo $((2 << 30)) ;; eight) echo $((256 << 20)) ;; small) echo 65536 ;; tiny) echo 4096 ;; many) echo 1024 ;; esac; }

# files KIND: makes the folder of files, once. Each holds what the server gives for an object of that size.
files() {
  local kind=$1 i
  [ ! -d "$work/$kind" ] || return 0
  mkdir "$work/$kind"
  case $kind in
    sparse) truncate -s 64G "$work/sparse/00000" ;;
    one | eight) for ((i = 0; i < $(count_of "$kind"); i++)); do bin/nulls3 content --size "$(size_of "$kind")" >"$work/$kind/0000$i"; done ;;
    *)
      bin/nulls3 content --size "$(size_of "$kind")" >"$work/model"
      for ((i = 0; i < $(count_of "$kind"); i++)); do cat "$work/model"; done | split -b "$(size_of "$kind")" -a 6 -d - "$work/$kind/" ;;
  esac
}

# ---- the clients

ours() { "$1" --endpoint "$url" --ca-file "$ca" --quiet cp -r "${@:2}"; }
rclone() {
  "$peers/rclone" --s3-provider Other --s3-env-auth --s3-endpoint "$url" --ca-cert "$ca" \
    --s3-server-side-encryption aws:kms --s3-sse-kms-key-id "$key" copy "$@"
}
# What of rclone's checks and of its requests can be left out is; more at once pays no more from here on.
tuned_up=(--transfers 16 --checkers 16 --buffer-size 0 --s3-upload-concurrency 8 --s3-chunk-size 16M --no-traverse --no-check-dest
  --s3-no-head --s3-no-check-bucket --s3-disable-checksum --ignore-checksum --s3-use-unsigned-payload=true)
tuned_down=(--transfers 16 --checkers 16 --buffer-size 0 --multi-thread-streams 8 --no-traverse --no-check-dest --s3-no-head-object
  --s3-no-check-bucket --ignore-checksum)

# client WHO KIND WAY
client() {
  case $1-$3 in
    ours-up) ours bin/bucketseal-cli "$work/$2" "s3://bench/ours/" --sse kms --kms-key "$key" ;;
    before-up) ours "$before" "$work/$2" "s3://bench/before/" --sse kms --kms-key "$key" ;;
    null-up) bin/nulls3 up --url "$url" --ca-file "$ca" --prefix null/ "$work/$2" ;;
    rclone-up) rclone "$work/$2" :s3:bench/rclone ;;
    tuned-up) rclone "$work/$2" :s3:bench/tuned "${tuned_up[@]}" ;;
    ours-down) ours bin/bucketseal-cli "s3://bench/$2/" "$down/to" ;;
    before-down) ours "$before" "s3://bench/$2/" "$down/to" ;;
    null-down) bin/nulls3 down --url "$url" --ca-file "$ca" --prefix "$2/" "$down/to" ;;
    rclone-down) rclone ":s3:bench/$2" "$down/to" ;;
    tuned-down) rclone ":s3:bench/$2" "$down/to" "${tuned_down[@]}" ;;
  esac
}

# warm KIND: lets the system have the memory that a download will take.
warm() {
  head -c $(($(count_of "$1") * $(size_of "$1") + (64 << 20))) /dev/zero >"$down/warm"
  rm "$down/warm"
}

export -f client ours rclone

# measure ROUND JOB WHO
measure() {
  local kind=${2%%-*} way
  way=${2#*-} way=${way%-md5}
  rm -rf "$down/to"
  [ "$way" = up ] || warm "$kind"
  timed "$1" "$2" "$3" 'tuned_up tuned_down work down peers before url ca key' client "$3" "$kind" "$way"
  [ "$way" = up ] || [ "$1" -gt 1 ] || arrived "$kind" || { echo "bench: $3 $2 brought back something else" >&2; exit 1; }
}

# arrived KIND: everything is there, and the last file holds what it should.
arrived() {
  local all
  mapfile -t all < <(find "$down/to" -type f)
  [ "${#all[@]}" -eq "$(count_of "$1")" ] && bin/nulls3 content --size "$(size_of "$1")" | cmp -s - "${all[-1]}"
}

# clients JOB: who does it.
clients() {
  case $1 in
    sparse-* | many-*) echo ours ;;
    *-md5) echo ours ${before:+before} null rclone ;;
    *) echo ours ${before:+before} null rclone tuned ;;
  esac
}

for job in "${jobs[@]}"; do
  case $job in *-up*) files "${job%%-*}" ;; esac
done
for ((round = 1; round <= rounds; round++)); do
  for job in "${jobs[@]}"; do
    case $job in sparse-* | many-*) [ "$round" -eq 1 ] || continue ;; esac
    kind=${job%%-*}
    case $job in
      *-md5) serve --no-checksums ;;
      *-up) serve ;;
      *-down) serve --objects "bench/$kind/=$(count_of "$kind")x$(size_of "$kind")" ;;
      *) echo "bench: there is no job $job" >&2; exit 64 ;;
    esac
    key=$(of arn)
    for who in $(clients "$job"); do measure "$round" "$job" "$who"; done
    end_served
  done
  echo "bench: round $round of $rounds done" >&2
done
rm -rf "$down/to"
awk -f scripts/bench-transfers.awk "$results"
