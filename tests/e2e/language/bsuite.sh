#!/bin/sh
# Scores of bsuite's experiments are those of bsuite's own analysis of the same episodes: bsuite.scores holds what
# bsuite_scores.py made of a run of bsuite.lua. The same seeds give the same episodes, so it need not be there.
. "$(dirname "$0")/../../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
cd "$scratch" || exit 1

"$BAUD" run "$here/bsuite.lua" --out "$scratch/scores" >"$scratch/said" 2>/dev/null
is "random play in all of bsuite's experiments runs" "$?" 0
while read -r name score; do
  contains "$name is scored as by bsuite" "$(cat "$scratch/said")" "bsuite score of $name $score"
done <"$here/bsuite.scores"
is "and none is left out" "$(grep -c "bsuite score of" "$scratch/said")" "$(grep -c . "$here/bsuite.scores")"

# ---- Its sweeps ----
cat >sweep.lua <<'SCRIPT'
local baud = require "baud"
local parts = {}
for i, name in ipairs { "catch", "deep_sea", "deep_sea_stochastic", "discounting_chain", "memory_len", "memory_size",
  "umbrella_distract", "umbrella_length" } do
  local experiment = baud.bsuite(name)
  parts[i] = baud.part(name) { env = experiment.env, stop = { episodes = experiment.episodes } }
end
return baud.experiment { name = "sweep", learner = baud.learner "random" {}, seeds = 1, parts = parts }
SCRIPT
plan=$("$BAUD" run sweep.lua --dry)
contains "its settings are bsuite's: two of one, two of 21 sizes, three of 23 and one of 17" "$plan" "130 configurations, 130 trials"
is "two go up to chains of 100" "$(printf '%s\n' "$plan" | grep -c ' length=100$')" 2
is "two to seas of 50" "$(printf '%s\n' "$plan" | grep -c ' size=50$')" 2
contains "one to 100 distractors" "$plan" "distractors=100"
contains "one to 40 bits" "$plan" "bits=40"
