-- doors: the example plugins of this folder in one experiment
--
-- The same corridor of doors twice: once the learner sees what each try brings, once it is only told by a judge who errs
-- how the last try of the episode went. How much gets through, and how much of it is taken in?
local baud = require "baud"

local doors = baud.env "doors" { doors = 8, tries = 4, open = 0.5, stuck = 0.1 }

return baud.experiment {
  name = "doors",
  doc = "what is taken in of a corridor of doors, seen or only judged",
  env = doors,
  seeds = 100,
  stop = { episodes = 200 },
  parts = {
    baud.part "seen" {
      reward = baud.reward "dense" {},
      learner = baud.sweep { baud.learner "random", baud.learner "tally" { epsilon = 0.1 }, baud.learner "echo" {},
        baud.learner "posterior" {} },
    },
    baud.part "judged" {
      channels = { "reward" },
      reward = baud.reward "judge" { error = baud.sweep { 0, 0.1, 0.3 } },
      learner = baud.learner "tally" { epsilon = 0.1 },
    },
  },
  claims = {
    baud.claim "tally absorbs no more than it receives, and receives no more than is offered" (function(r)
      local tally = r:select { part = "seen", learner = "tally" }
      local offered, received, absorbed = tally:total "offered", tally:total "received", tally:total "absorbed"
      return { (received - absorbed):mean():at_least(0), (offered - received):mean():at_least(0, 1e-6) }
    end),
    baud.claim "eight doors that are open with probability 1/2 hold 8 bits, and to see them tells all" (function(r)
      return r:select { part = "seen", learner = "tally" }:total "received":mean():near(8, { absolute = 0.05 })
    end),
    baud.claim "nobody knows more than the exact posterior" (function(r)
      local seen = r:select { part = "seen" }
      local best, tally = seen:select { learner = "posterior" }:last "known", seen:select { learner = "tally" }:last "known"
      return baud.compare(best, tally, { paired = true }).difference:at_least(0)
    end),
    baud.claim "the more often the judge errs, the fewer bits get through" (function(r)
      local verdicts, before = {}, nil
      for _, group in r:select { part = "judged" }:by "reward.error" do
        local received = group:total "received"
        if before then verdicts[#verdicts + 1] = baud.compare(before, received, { paired = true }).difference:above(0) end
        before = received
      end
      return verdicts
    end),
  },
}
