#!/bin/sh
# Ten thousand trials in one run: what a trial costs beside itself, and what the supervisor needs for them.
. "$(dirname "$0")/../../lib.sh"
. "$(dirname "$0")/lib.sh"
cd "$scratch" || exit 1
experiment many <<'LUA'
return baud.experiment { name = "many", env = baud.env "lockbox", learner = baud.learner "reinforce" {}, seeds = 10000,
  stop = { episodes = 1 } }
LUA
"$BAUD" run many.lua --detach --jobs 2 --out many >/dev/null 2>&1
pid=$(supervisor_of many)
most=0
while ! is_gone "$pid"; do
  now=$(awk '/^VmHWM/ {print $2}' "/proc/$pid/status" 2>/dev/null)
  most=${now:-$most}
  sleep 0.1
done
is "10,000 trials are done" "$(of many "SELECT count(*) FROM trial WHERE status = 'D'")" 10000
us=$(of many "SELECT CAST((max(time) - min(time)) * 2 * 1e6 / 10000 AS INTEGER) FROM event")
[ "$us" -lt 5000 ]
ok $? "a trial of one episode takes under 5 ms of a worker ($us us)"
# a sanitizer keeps shadows of all memory, and it is not they that are to be measured
[ "$most" -gt 0 ] && { [ "$most" -lt 100000 ] || [ "${SANITIZERS:-no}" != no ]; }
ok $? "the supervisor stays under 100 MB ($most kB)"
