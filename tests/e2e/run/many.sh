#!/bin/sh
# Ten thousand trials in one run: each is done once, in the store and on the board, whatever their number.
# (What they cost is measured by tests/bench/bench_trials.sh.)
. "$(dirname "$0")/../../lib.sh"
. "$(dirname "$0")/lib.sh"
cd "$scratch" || exit 1
experiment many <<'LUA'
return baud.experiment { name = "many", env = baud.env "lockbox", learner = baud.learner "reinforce" {}, seeds = 10000,
  stop = { episodes = 1 } }
LUA
"$BAUD" run many.lua --line --jobs 2 --out many >many.out 2>many.err
is "the run ends well" "$?" 0
is "10,000 trials are done" "$(of many "SELECT count(*) FROM trial WHERE status = 'D'")" 10000
is "each with its seed and its one episode" "$(of many "SELECT count(DISTINCT seed) || ' ' || min(episodes) || ' ' || max(episodes) FROM trial")" \
  "10000 1 1"
is "and its figures" "$(of many "SELECT count(*) FROM series JOIN figure USING (figure) WHERE name = 'received'")" 10000
[ "$(wc -l <many.err)" -lt 100 ]
ok $? "its progress stays readable" "$(wc -l <many.err) lines"
