#!/bin/sh
# Claims through the program: judged when the run ends, again by report, and told by the exit code.
. "$(dirname "$0")/../../lib.sh"
cd "$scratch" || exit 1

experiment() { # experiment NAME CLAIMS: a box of 16 codes that the exact Bayesian opens in 16 episodes
  cat >"$1.lua" <<SCRIPT
local baud = require "baud"
return baud.experiment {
  name = "$1", env = baud.env "lockbox" { codes = 16 }, reward = baud.reward "outcome" {},
  learner = baud.learner "posterior" {}, seeds = 6, stop = { episodes = 16 }, score = { quiz = 1 },
  claims = { $2 },
}
SCRIPT
}

experiment holding 'baud.claim "four bits" (function(r) return r:total "received":mean():agrees(4, 1e-6) end)'
output=$("$BAUD" run holding.lua --out "$scratch/holding" 2>/dev/null)
is "a run whose claims hold ends with 0" "$?" 0
contains "the verdict is printed at the end" "$output" "four bits"
contains "and it is that the claim holds" "$output" holds

experiment failing 'baud.claim "five bits" (function(r) return r:total "received":mean():above(5) end)'
"$BAUD" run failing.lua --out "$scratch/failing" >/dev/null 2>&1
is "a run with a claim that fails ends with 3" "$?" 3

rm -f holding.lua
report=$("$BAUD" report "$scratch/holding")
is "report ends with 0 when all claims hold, without the script that was run" "$?" 0
contains "its table shows received bits with their mark" "$report" "=4"
contains "it judges the claims anew" "$report" "four bits"
contains "it shows the figures that a verdict rests on" "$report" "received in all 4"
report=$("$BAUD" report "$scratch/failing")
is "report ends with 3 when a claim fails" "$?" 3
contains "it says that the claim fails" "$report" "fails"
json=$("$BAUD" report "$scratch/failing" --json)
contains "report --json has the verdict" "$json" '"verdict":"fails"'
contains "report --json has the figures by configuration" "$json" '"received":{'

experiment open 'baud.claim "not so long" (function(r) return r:at("received", 17):mean():above(0) end)'
"$BAUD" run open.lua --out "$scratch/open" >/dev/null 2>&1
report=$("$BAUD" report "$scratch/open")
contains "a claim without its data is undecided" "$report" "undecided"
contains "and says what is missing" "$report" "has 16 of the 17 episodes needed"

"$BAUD" report "$scratch/nothing" >/dev/null 2>&1
is "report of no run ends with 2" "$?" 2
"$BAUD" report --help >/dev/null
is "report --help ends with 0" "$?" 0
output=$("$BAUD" run "$scratch/nothing.lua" 2>&1)
is "a script that is not there ends with 2" "$?" 2
output=$("$BAUD" run one_bitt --dry 2>&1)
contains "an unknown experiment is answered with a close one" "$output" 'did you mean "one_bit"?'
for name in bandits bits_ladder continual every_token evolve one_bit outer_loop streaming teach_tool windows world_model; do
  check "$name resolves" "$BAUD" run "$name" --dry
done
