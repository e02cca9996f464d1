-- outer: a recurrent policy and a bandit over settings, beside learners that ship
--
-- Three questions. Does a recurrent policy open a combination lock as a table does, and where does it keep what it
-- knows? Does it open one whose position it is not shown, where a table, which has one row then, cannot tell the digits
-- apart? What does it cost a learner to assume nothing of rewards, as one must who chooses among settings of a learner
-- that gets better meanwhile, where in truth they are Bernoulli arms?
local baud = require "baud"

local lock = baud.env "lock" { digits = 2, symbols = 4 } -- 16 combinations, 4 bits
local late = { from = 901, to = 1000 }

local seen = baud.part "seen" {
  doc = "two digits of four symbols, told right or wrong",
  env = lock,
  reward = baud.reward "outcome" {},
  learner = baud.sweep {
    baud.learner "elman" { carry = baud.sweep { true, false } },
    baud.learner "reinforce" { lr = 1 },
    baud.learner "random" {},
  },
  seeds = 100,
  stop = { episodes = 1000 },
  claims = {
    baud.claim "a recurrent policy opens the lock nearly as often as a table does" (function(r)
      local verdicts = {}
      for learner, group in r:select { learner = { "elman", "reinforce" } }:by "learner" do
        verdicts[#verdicts + 1] = group:mean("success", late):above(0.95)
      end
      return verdicts
    end),
    baud.claim "what it knows sits in the weights: memory wiped, it says most of the 4 bits" (function(r)
      return r:select { ["learner.carry"] = "true" }:last "known_wiped":mean():above(3)
    end),
    baud.claim "with memory of the last episode's end it says less: the quiz's contexts come out of turn" (function(r)
      local elman = r:select { ["learner.carry"] = "true" }
      return baud.compare(elman:last "known_wiped", elman:last "known", { paired = true }).difference:above(0)
    end),
    baud.claim "with no memory to carry over, kept and wiped are the same" (function(r)
      local elman = r:select { ["learner.carry"] = "false" }
      return (elman:last "known_wiped" - elman:last "known"):mean():near(0, { absolute = 1e-9 })
    end),
    baud.claim "nobody absorbs more than is received" (function(r)
      local verdicts = {}
      for _, group in r:by "learner" do
        verdicts[#verdicts + 1] = (group:total "received" - group:total "absorbed"):mean():at_least(0, 1e-3)
      end
      return verdicts
    end),
  },
}

local blind = baud.part "blind" {
  doc = "the same lock, but nobody is shown which digit is next",
  env = lock,
  channels = { "reward" },
  reward = baud.reward "outcome" {},
  learner = baud.sweep { baud.learner "elman" { carry = false }, baud.learner "reinforce" { lr = 1 } },
  lanes = 2,
  seeds = 100,
  stop = { episodes = 4000 },
  claims = {
    -- Two digits that differ (12 of 16 locks) are opened by one row of a table with p (1 - p) <= 1/4.
    baud.claim "who remembers opens a lock that a table of one row cannot" (function(r)
      local last = { from = 3901, to = 4000 }
      local elman = r:select { learner = "elman" }
      local reinforce = r:select { learner = "reinforce" }
      return { elman:mean("success", last):above(0.9), reinforce:mean("success", last):below(0.5) }
    end),
  },
}

local arms = baud.part "arms" {
  doc = "five Bernoulli arms, 2,000 pulls in all",
  env = baud.env "bandit" { arms = 5, pulls = 100 },
  reward = baud.reward "dense" {},
  learner = baud.sweep {
    baud.learner "org.example.exp3s" { gamma = 0.1, alpha = baud.sweep { 0, 0.0005 } },
    baud.learner "ucb1" { c = 0.2 },
    baud.learner "random" {},
  },
  seeds = 200,
  stop = { episodes = 20 },
  claims = {
    baud.claim "exponential weights earn more than chance and less than confidence bounds" (function(r)
      local exp3 = r:select { ["learner.alpha"] = "0" }:total "return"
      local ucb1, random = r:select { learner = "ucb1" }:total "return", r:select { learner = "random" }:total "return"
      return { baud.compare(exp3, random, { paired = true }).difference:above(0),
        baud.compare(ucb1, exp3, { paired = true }).difference:above(0) }
    end),
    baud.claim "on arms that stay as they are, to deal weight out anew costs return" (function(r)
      local kept = r:select { ["learner.alpha"] = "0" }:total "return"
      local dealt = r:select { ["learner.alpha"] = "0.0005" }:total "return"
      return baud.compare(kept, dealt, { paired = true }).difference:above(0)
    end),
    baud.claim "it turns bits to use: the best arm is likelier than it was at first" (function(r)
      return r:select { learner = "exp3s" }:total "useful":mean():above(0)
    end),
  },
}

return baud.experiment {
  name = "outer",
  doc = "a recurrent policy and a bandit over settings, beside learners that ship",
  parts = { seen, blind, arms },
}
