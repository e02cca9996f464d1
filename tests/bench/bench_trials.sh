#!/bin/sh
# What a trial costs beside itself, and what the supervisor needs for many: ten thousand lockboxes of one episode in one
# run, against the bounds of 5 ms of a worker's time for each and 100 MB for the supervisor.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../e2e/run/lib.sh"
cd "$scratch" || exit 1
trials=10000 most_ms=5 most_mb=100 jobs=2
experiment many <<LUA
return baud.experiment { name = "many", env = baud.env "lockbox", learner = baud.learner "reinforce" {}, seeds = $trials,
  stop = { episodes = 1 } }
LUA
"$BAUD" run many.lua --detach --jobs $jobs --out many >/dev/null 2>&1
pid=$(supervisor_of many)
most=0
while ! is_gone "$pid"; do
  now=$(awk '/^VmHWM/ {print $2}' "/proc/$pid/status" 2>/dev/null)
  most=${now:-$most}
  sleep 0.1
done
finish() { rm -rf "$scratch"; }
[ "$(of many "SELECT count(*) FROM trial WHERE status = 'D'")" = $trials ] || { echo "the run did not end well"; exit 1; }
seconds=$(of many "SELECT max(time) - min(time) FROM event")
awk -v seconds="$seconds" -v kb="$most" -v n=$trials -v jobs=$jobs -v most_ms=$most_ms -v most_mb=$most_mb 'BEGIN {
  ms = 1000 * seconds * jobs / n
  mb = kb / 1024
  printf "%d trials of one episode in %.2f s with %d workers\n", n, seconds, jobs
  printf "  %-44s %8.3f ms, at most %g\n", "a worker'"'"'s time for each", ms, most_ms
  printf "  %-44s %8.1f MB, at most %g\n", "the supervisor'"'"'s memory at its largest", mb, most_mb
  exit !(kb > 0 && ms < most_ms && mb < most_mb)
}'
