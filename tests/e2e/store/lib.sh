# Shared by the scripts that look at stored runs. Source it after ../../lib.sh. Makes $run, a small run that is over:
# two learners, three seeds each, 1,500 episodes a trial (a full chunk and the beginning of another), a claim that
# holds and one that does not.
. "$SOURCE/tests/e2e/json.sh"

cat >"$scratch/small.lua" <<'LUA'
local baud = require "baud"
return baud.experiment {
  name = "small", doc = "two learners at one box",
  env = baud.env "lockbox" { codes = 16 },
  learner = baud.sweep { baud.learner "reinforce" { lr = 1 }, baud.learner "random" {} },
  seeds = 3, stop = { episodes = 1500 },
  claims = {
    baud.claim "the box holds 4 bits" (function(r) return r:total "offered":mean():near(4, { absolute = 0.001 }) end),
    baud.claim "no trial is done" (function(r) return r:count() == 0, ("%d are"):format(r:count()) end),
  },
}
LUA

make_run() {
  "$BAUD" run "$scratch/small.lua" --line >"$scratch/made.txt" 2>&1
  [ $? -eq 3 ] # the second claim
  ok $? "a small run is made" "$(cat "$scratch/made.txt")"
  run=$(ls -d "$BAUD_RUNS"/small-*)
}

# stored SQL: asked of the store with SQLite alone, past all of baud's own reading.
stored() { sqlite3 -batch -readonly "$run/store.db" "$1"; }
