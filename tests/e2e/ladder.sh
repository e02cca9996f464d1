#!/bin/sh
# Ladders: claims that can be drawn - in lines, as a picture - and the experiment that ships with one, at its smallest.
. "$(dirname "$0")/../lib.sh"
cd "$scratch" || exit 1
LC_ALL=C.UTF-8
export LC_ALL

# ---- baud.ladder ----
experiment() { # experiment NAME ROWS: two learners in a box of 16 codes, and a ladder of these rows
  cat >"$1.lua" <<SCRIPT
local baud = require "baud"
return baud.experiment {
  name = "$1", env = baud.env "lockbox" { codes = 16 }, reward = baud.reward "outcome" {},
  learner = baud.sweep { baud.learner "random" {}, baud.learner "posterior" {} }, seeds = 6, stop = { episodes = 16 }, score = { quiz = 1 },
  claims = { baud.claim "rungs of $1" (function(r)
    local function of(learner, figure) return r:select { learner = learner }:total(figure):mean() end
    return baud.ladder($2, { "a life" })
  end) },
}
SCRIPT
}

experiment sound '{ { "sent", of("random", "offered") }, { "taken in", of("posterior", "absorbed") } }'
output=$("$BAUD" run sound.lua --line --out "$scratch/sound" 2>/dev/null)
is "a ladder above 0 holds" "$?" 0
contains "its figures are said" "$output" "taken in: 4 [4, 4] a life"
contains "the run ends with it drawn" "$output" "taken in │"
contains "on an axis, with intervals" "$output" "● a life  95 % intervals"
output=$("$BAUD" report "$scratch/sound" --plot "$scratch/rungs.svg")
is "report --plot ends with 0" "$?" 0
contains "report draws it too" "$output" "taken in │"
contains "and writes the picture" "$(cat "$scratch/rungs.svg")" ">rungs of sound</text>"
output=$(LC_ALL=C "$BAUD" report "$scratch/sound")
contains "where there are no such characters it is drawn in others" "$output" "taken in |"

experiment sunk '{ { "chance", of("random", "absorbed") }, { "taken in", of("posterior", "absorbed") } }'
output=$("$BAUD" run sunk.lua --line --out "$scratch/sunk" 2>/dev/null)
is "what takes in nothing is no rung: the claim fails" "$?" 3
contains "and the others are drawn all the same" "$output" "taken in │"

experiment wrong '{ { "chance" } }'
output=$("$BAUD" run wrong.lua --line --out "$scratch/wrong" 2>/dev/null)
contains "a row without an estimate is answered" "$output" "row 1 has no estimate of a life"
output=$("$BAUD" report "$scratch/wrong" --plot "$scratch/none.svg" 2>&1)
contains "a run without a ladder has no picture" "$output" "no claim of this run has figures that could be drawn"
[ ! -e "$scratch/none.svg" ]
ok $? "and leaves no file"
output=$("$BAUD" report "$scratch/sound" --plot /no/such/folder/x.svg 2>&1)
contains "a picture that cannot be written is answered" "$output" "/no/such/folder/x.svg could not be written"

# ---- bits_ladder ----
output=$("$BAUD" run bits_ladder --seeds 2 --line --out "$scratch/bits" 2>/dev/null)
case $? in 0 | 3) code=0 ;; *) code=1 ;; esac # so few worlds need not decide every claim
ok $code "bits_ladder runs at a small size" "$output"
for rung in "outcome reward" "all tokens" "dense reward" "teach tool" demonstrations "evolved imitator" "selected tokens" "world model" "ideal observer"; do
  contains "it has a rung for $rung" "$output" "$rung: "
done
contains "nobody absorbs more than it received" "$output" "holds      all were sent the same, and nobody absorbs more than it received"
contains "the ideal observer is the bound" "$output" "holds      the ideal observer is the bound"
"$BAUD" report "$scratch/bits" --plot "$scratch/bits.svg" >/dev/null
is "its picture has a row for each rung" "$(grep -c 'font-size="14"' "$scratch/bits.svg")" 9
