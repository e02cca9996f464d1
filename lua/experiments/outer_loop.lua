-- outer_loop: learning what to attend to, and how fast
--
-- Question. A learner that takes in all it sees alike takes in noise too. What does it gain from a second loop, which learns
-- how the first is to learn?
--
-- Step sizes as attention (Sutton, Adapting bias by gradient descent, 1992): of 20 inputs five are relevant, a sign of one of
-- them flips every 20 examples, and all weights have to be ready for it. Published, of 10,000 examples after 20,000: the best
-- LMS has a mean squared error of 3.4 to 3.5, the best IDBD 1.5. Nobody can have less than .16, who knew which are relevant
-- and when they flip (plugins/env/sign_flips.c derives it).
local baud = require "baud"

-- Mean squared error an example: episodes are of 1,000 and the reward is minus the squared error; the last third counts.
local function error_of(group) return (group:average("return", { last = 1 / 3 }) * -0.001):mean() end

-- The least of the errors that settings of a parameter have, as a result with its interval.
local function least(r, key, values)
  local best
  for _, value in ipairs(values) do
    local one = error_of(r:select { [key] = value })
    if not best or one.value < best.value then best = one end
  end
  return best
end

local lr, rate = { 0.02, 0.03, 0.04, 0.05, 0.06 }, { 0.002, 0.005, 0.01, 0.02 }
local tracking = {
  env = baud.env "sign_flips" {},
  score = { answers = 0, quiz = 0 },
  seeds = baud.full and 100 or 20,
  stop = { episodes = 30 },
}
local function part(name, settings)
  for key, value in pairs(tracking) do settings[key] = value end
  return baud.part(name)(settings)
end

local lms = part("lms", {
  doc = "one step size for all inputs",
  learner = baud.learner "idbd" { rate = 0, lr = baud.sweep(lr) },
  claims = {
    baud.claim "the best single step size leaves an error of 3.4 to 3.5" (function(r)
      return least(r, "learner.lr", lr):near(3.45, { absolute = 0.1 })
    end),
  },
})

local idbd = part("idbd", {
  doc = "a step size for each input, learnt by the gradient of the error",
  learner = baud.learner "idbd" { rate = baud.sweep(rate) },
  claims = {
    baud.claim "step sizes that are learnt leave 1.5" (function(r)
      return least(r, "learner.rate", rate):near(1.5, { absolute = 0.1 })
    end),
    baud.claim "which is still far from the least that there can be, .16" (function(r)
      return least(r, "learner.rate", rate):above(0.16)
    end),
  },
})

return baud.experiment {
  name = "outer_loop",
  doc = "learning what to attend to, and how fast",
  parts = { lms, idbd },
}
