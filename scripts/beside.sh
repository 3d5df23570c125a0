# shellcheck shell=bash
# Sourced by the scripts which measure the command line beside others, after processes.sh.
#
#   begin_bench NAME WORK   builds what is measured and, by go install into BENCH_PEERS, a folder outside the project,
#                           rclone ($peers/rclone); WORK ($work) gets settings, data and logs; the figures go into
#                           artefacts/NAME.tsv ($results)
#   serve FLAG...           starts a null server: $url, $ca, and all that it says in $work/ready; end_served ends it
#   timed ROUND JOB WHO VARIABLES COMMAND...
#                           runs a function of the script, which it exports with those it calls, in a process of its own
#                           that knows VARIABLES, and puts its wall time, processor time and peak of memory down; what it
#                           prints is in $work/out. One that fails ends the script.

begin_bench() {
  local version=v1.76.0
  bash scripts/need.sh go bench
  CGO_ENABLED=0 go build -o bin/bucketseal-cli ./cmd/bucketseal-cli
  CGO_ENABLED=0 go build -o bin/nulls3 ./cmd/internal/nulls3
  peers=${BENCH_PEERS:-/var/tmp/bucketseal-peers}
  [ -x "$peers/rclone" ] && [ "$("$peers/rclone" version | head -n 1)" = "rclone $version" ] ||
    CGO_ENABLED=0 GOBIN=$peers go install "github.com/rclone/rclone@$version"
  work=$2 results=artefacts/$1.tsv
  mkdir -p "$work/settings" artefacts
  export BUCKETSEAL_CONFIG_DIR=$work/settings XDG_STATE_HOME=$work/state XDG_DATA_HOME=$work/data RCLONE_CONFIG=/dev/null
  export AWS_ACCESS_KEY_ID=NULL AWS_SECRET_ACCESS_KEY=believed-unseen AWS_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
  unset AWS_CA_BUNDLE # with it set rclone refuses to start
  printf '#job\tclient\tround\tseconds\tcpu\tKiB\n' >"$results"
}

serve() {
  : >"$work/ready"
  bin/nulls3 serve --ca-file "$work/ca.pem" "$@" >"$work/ready" 2>"$work/server.log" &
  started+=($!)
  until [ -s "$work/ready" ]; do
    if one_died; then cat "$work/server.log" >&2; exit 1; fi
    sleep 0.05
  done
  url=$(of url) ca=$(of caFile)
}

of() { sed -E "s/.*\"$1\":\"([^\"]*)\".*/\1/" "$work/ready"; }

end_served() {
  end_one "${started[-1]}"
  started=()
}

timed() {
  local round=$1 job=$2 who=$3 variables=$4 began=${EPOCHREALTIME/./} took
  # shellcheck disable=SC2086  # names, without blanks
  /usr/bin/time -o "$work/time" -f '%U %S %M' "$BASH" -c "$(declare -p $variables 2>/dev/null)
    ${*:5}" >"$work/out" 2>"$work/log" || { echo "bench: $who $job failed:" >&2; tail -n 20 "$work/out" "$work/log" >&2; exit 1; }
  took=$((${EPOCHREALTIME/./} - began))
  awk -v OFS='\t' -v j="$job" -v c="$who" -v r="$round" -v t="$took" '{ print j, c, r, t / 1e6, $1 + $2, $3 }' "$work/time" >>"$results"
}
