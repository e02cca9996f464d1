#!/bin/sh
# Evolution from a script to the store, at a small size: animals that copy, beside experts and in tournaments, are the same
# whatever the number of jobs, and what demonstrations are worth is exact.
. "$(dirname "$0")/../../lib.sh"
. "$(dirname "$0")/lib.sh"

experiment copying <<'LUA'
return baud.experiment { name = "copying", env = baud.env "culture" { critical = true, changes = baud.sweep { "together", "apart" } },
  learner = baud.learner "genetic" { population = 200, selection = "proportional", mutation = 0.001, elites = 0 },
  lanes = 200, seeds = 3, score = { answers = 0, quiz = 0 }, stop = { episodes = 200 * 60 },
  claims = {
    baud.claim "critical learners take over" (function(r) return r:average("success", { last = 0.2 }):mean():above(0.8) end),
  } }
LUA

experiment imitating <<'LUA'
local g = baud.graph { name = "imitating", score = { answers = 0, quiz = 0 }, seeds = 2 }
local function life(reliability, guesses)
  return baud.lifetime { env = baud.demonstrator { env = baud.env "lockbox" { codes = 4 }, reliability = reliability },
    reward = baud.reward "flipped" { epsilon = 0.2 }, learner = baud.learner "apprentice", episodes = guesses, quiz = 0,
    decides = "imitate=0..1" }
end
for name, reliability in pairs { chance = 0.25, sure = 1 } do
  local bred = g:train { name = name, env = life(reliability, 20), learner = baud.learner "cma_es" { population = 8, episodes = 8 },
    lanes = 8, stop = { episodes = 8 * 8 * 20 },
    claims = { baud.claim("the bits of demonstrations are exact beside an expert: " .. name) (function(r)
      return r:average "received.demonstration":mean():agrees(reliability == 1 and 2 or 0, 1e-6)
    end) } }
  g:evaluate { name = name .. " tested", from = bred, env = life(1, 1), stop = { episodes = 400 },
    claims = { baud.claim("evolution finds whether to imitate: " .. name) (function(r)
      local right = r:average "return":mean()
      return reliability == 1 and right:above(0.8) or right:below(0.45)
    end) } }
end
return g
LUA

experiment contests <<'LUA'
return baud.experiment { name = "contests", env = baud.env "tournament" { rounds = 800 },
  learner = baud.learner "scripted" { actions = baud.sweep { "0", "4" } },
  seeds = 3, score = { answers = 0, quiz = 0 }, stop = { episodes = 4 },
  claims = {
    baud.claim "who observes has more than who innovates" (function(r)
      return r:select { ["learner.actions"] = "4" }:average "return":mean():above(r:select { ["learner.actions"] = "0" }:average "return":mean().high)
    end),
  } }
LUA

cd "$scratch" || exit 1
for name in copying imitating contests; do
  "$BAUD" run $name.lua --line --jobs 1 --out $name-1 >$name.log 2>&1
  is "$name: its claims hold" "$?" 0
  "$BAUD" run $name.lua --line --jobs 2 --out $name-2 >/dev/null 2>&1
  same "$name: two jobs store exactly what one job stored" $name-1 $name-2
done
