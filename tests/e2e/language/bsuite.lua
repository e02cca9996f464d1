-- bsuite.lua - random play in a few settings of each of bsuite's experiments, short, so that chance passes some of them;
-- in catch, which it does not, a table that learns.
local baud = require "baud"

local function env(name, params) return baud.env(name)(params) end
local parts = {
  catch = { env = env("catch", { observation = "state" }), learner = baud.learner "q_lambda" {},
    stop = { episodes = 500 }, seeds = 6 },
  discounting_chain = { env = env("discounting_chain", {}), stop = { episodes = 12 }, seeds = 6 },
  memory_len = { env = env("memory_chain", { bits = 1, length = baud.sweep { 1, 2, 3, 5, 8, 13, 21 } }) },
  memory_size = { env = env("memory_chain", { length = 2, bits = baud.sweep { 1, 2, 3, 5, 8, 13, 21 } }) },
  umbrella_length = { env = env("umbrella", { distractors = 20, length = baud.sweep { 1, 2, 3, 5, 8, 13, 21 } }),
    stop = { episodes = 5 } },
  umbrella_distract = { env = env("umbrella", { length = 20, distractors = baud.sweep { 1, 2, 3, 5, 8, 13, 21 } }),
    stop = { episodes = 5 } },
  deep_sea = { env = env("deep_sea", { size = baud.sweep { 2, 3, 4, 5, 6, 8 } }), stop = { episodes = 130 } },
  deep_sea_stochastic = { env = env("deep_sea_stochastic", { size = baud.sweep { 2, 3, 4 } }), stop = { episodes = 200 } },
}

local list, claims = {}, {}
for name, part in pairs(parts) do
  list[#list + 1] = baud.part(name)(part)
  claims[#claims + 1] = baud.claim(name)(function(r) return baud.bsuite(name).score(r:select { part = name }):at_least(0) end)
end
return baud.experiment { name = "scores", learner = baud.learner "random" {}, seeds = 4, stop = { episodes = 9 },
  score = { answers = 0, quiz = 0 }, parts = list, claims = claims }
