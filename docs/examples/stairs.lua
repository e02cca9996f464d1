-- stairs: the plugins in Lua of this folder in one experiment
--
-- A staircase is climbed in the dark. How many bits of it does a habit take in, and are they those that were let through?
local baud = require "baud"

return baud.experiment {
  name = "stairs",
  doc = "what Q-learning takes in of a staircase in the dark",
  env = baud.env "stairs" { stairs = 6, feet = 2 },
  reward = baud.reward "praise" { size = baud.sweep { 1, 10 } },
  learner = baud.sweep { baud.learner "habit", baud.learner "random" },
  seeds = 50,
  stop = { episodes = 100 },
  claims = {
    baud.claim "six stairs and two feet hold 6 bits, and to climb them tells all" (function(r)
      return r:select { learner = "habit" }:total "received":mean():near(6, { absolute = 0.01 })
    end),
    baud.claim "habit takes in no more than it receives" (function(r)
      local habit = r:select { learner = "habit" }
      return (habit:total "received" - habit:total "absorbed"):mean():at_least(0)
    end),
    baud.claim "it comes to know most of the staircase" (function(r)
      return r:select { learner = "habit" }:last "known":mean():at_least(5)
    end),
    baud.claim "and climbs it faster than chance does" (function(r)
      local habit, chance = r:select { learner = "habit" }:total "steps", r:select { learner = "random" }:total "steps"
      return baud.compare(chance, habit, { paired = true }).difference:above(0)
    end),
  },
}
