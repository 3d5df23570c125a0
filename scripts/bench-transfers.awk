# Reads what bench-transfers.sh, bench-listing.sh or bench-trees.sh measured (job, client, round, seconds, processor seconds, peak in KiB) and prints medians,
# their ratio to ours, and the targets.

function median(job, who, what,    n, i, j, v, t) {
  n = count[job, who]
  for (i = 1; i <= n; i++) {
    v = value[job, who, what, i]
    for (j = i - 1; j > 0 && t[j] > v; j--) t[j + 1] = t[j]
    t[j + 1] = v
  }
  least = t[1]; most = t[n]
  return n % 2 ? t[(n + 1) / 2] : (t[n / 2] + t[n / 2 + 1]) / 2
}

# target prints whether how much faster ours is than another reaches what is wanted.
function target(job, who, wanted,    ratio) {
  if (!count[job, "ours"] || !count[job, who]) return
  ratio = median(job, who, "wall") / median(job, "ours", "wall")
  say(job, sprintf("%.2f times as fast as %s, wanted %.2f", ratio, who, wanted), ratio >= wanted)
}

function best(job, wanted) {
  if (!count[job, "rclone"]) return
  target(job, median(job, "tuned", "wall") < median(job, "rclone", "wall") ? "tuned" : "rclone", wanted)
}

function cpu(job, wanted,    ratio) {
  if (!count[job, "ours"] || !count[job, "null"]) return
  ratio = median(job, "ours", "cpu") / median(job, "null", "cpu")
  say(job, sprintf("%.2f times the processor time of null, wanted at most %.2f", ratio, wanted), ratio <= wanted)
}

function memory(job, wanted) {
  if (!count[job, "ours"]) return
  median(job, "ours", "peak")
  say(job, sprintf("%.0f MiB at the peak, wanted at most %d", most / 1024, wanted), most / 1024 <= wanted)
}

function within(job, who, wanted,    wall) {
  if (!count[job, who]) return
  wall = median(job, who, "wall")
  say(job, sprintf("%.2f seconds for %s, wanted at most %.2f", wall, who, wanted), wall <= wanted)
}

function say(job, what, reached) { printf "%-14s %-60s %s\n", job, what, reached ? "reached" : "NOT REACHED" }

BEGIN { FS = "\t" }
/^#/ { next }
{
  if (!count[$1, $2]) { if (!seen[$1]++) jobs[++njobs] = $1; who[$1, ++clients[$1]] = $2 }
  n = ++count[$1, $2]
  value[$1, $2, "wall", n] = $4; value[$1, $2, "cpu", n] = $5; value[$1, $2, "peak", n] = $6
}
END {
  printf "%-14s %-8s %9s %17s %9s %9s %8s\n", "job", "client", "seconds", "from .. to", "times us", "cpu", "MiB"
  for (i = 1; i <= njobs; i++) {
    job = jobs[i]
    for (k = 1; k <= clients[job]; k++) {
      c = who[job, k]
      wall = median(job, c, "wall"); from = least; to = most
      time = median(job, c, "cpu")
      median(job, c, "peak"); peak = most
      printf "%-14s %-8s %9.2f %8.2f .. %5.2f %9.2f %9.2f %8.0f\n", job, c, wall, from, to, wall / median(job, "ours", "wall"), time, peak / 1024
    }
  }
  print ""
  for (i = 1; i <= split("one-up eight-up", large, " "); i++) {
    target(large[i], "null", 0.85); target(large[i], "tuned", 2.2); cpu(large[i], 1.5)
    target(large[i] "-md5", "rclone", 1.8)
  }
  for (i = 1; i <= split("one-down eight-down", large, " "); i++) { target(large[i], "tuned", 1.0); target(large[i], "null", 0.95) }
  best("small-up", 1.7); best("tiny-up", 1.7); best("small-down", 1.5); best("tiny-down", 1.5)
  for (i = 1; i <= split("uuid dates range deep unicode", shapes, " "); i++) {
    target(shapes[i], "rclone", 5); within(shapes[i] "-100ms", "ours", 5); within(shapes[i] "-100ms", "find", 5)
  }
  target("delete", "rclone", 3); target("delete", "purge", 3); target("copy", "rclone", 2)
  memory("sparse-up", 96); memory("many-up", 96); memory("many-down", 96)
}
