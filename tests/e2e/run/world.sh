#!/bin/sh
# Going on in the same world, and in another one of the same seed.
. "$(dirname "$0")/../../lib.sh"
. "$(dirname "$0")/lib.sh"

experiment change <<'LUA'
local g = baud.graph { name = "change", env = baud.env "lockbox" { codes = 64 }, reward = baud.reward "outcome", seeds = 20,
  learner = baud.learner "reinforce" { lr = 1 }, stop = { episodes = 2000 } }
local learnt = g:train { name = "learnt" }
g:evaluate { name = "same", from = learnt, stop = { episodes = 20 } }
g:evaluate { name = "other", from = learnt, world = baud.sweep { 1, 2 }, stop = { episodes = 20 } }
return g
LUA

cd "$scratch" || exit 1
"$BAUD" run change.lua --line --out run >run.log 2>&1
is "a graph whose world changes runs to its end" "$? $(of run "SELECT count(*) FROM trial WHERE status = 'D'")" "0 80"
# Where nothing was learnt a code is right in 1 of 64 seeds: that 10 of 20 are has a probability below 1e-12.
opened() {
  "$BAUD" sql run "SELECT count(*) AS n FROM (SELECT avg(e.success) AS opened FROM episode e JOIN trial t ON t.trial = e.trial
    JOIN config c ON c.config = t.config WHERE c.label LIKE '$1' GROUP BY e.trial) WHERE opened > 0.5" --tabs | tail -n 1
}
[ "$(opened 'same%')" -ge 10 ]
ok $? "what was learnt opens the box in the same world" "$(opened 'same%') of 20"
[ "$(opened 'other%world=1%')" -lt 10 ] && [ "$(opened 'other%world=2%')" -lt 10 ]
ok $? "and in other worlds it does not" "$(opened 'other%world=1%') and $(opened 'other%world=2%') of 20"
"$BAUD" run change.lua --line --set world=0 --dry >dry.txt 2>&1
is "world 0 is the one without a number" "$? $(grep -c 'evaluate "other": 1 configuration' dry.txt)" "0 1"
