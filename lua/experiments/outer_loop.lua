-- outer_loop: learning what to attend to, and how fast
--
-- Question. A learner that takes in all it sees alike takes in noise too. What does it gain from a second loop, which learns
-- how the first is to learn?
--
-- Step sizes as attention (Sutton, Adapting bias by gradient descent, 1992): of 20 inputs five are relevant, a sign of one of
-- them flips every 20 examples, and all weights have to be ready for it. Published, of 10,000 examples after 20,000: the best
-- LMS has a mean squared error of 3.4 to 3.5, the best IDBD 1.5. Nobody can have less than .16, who knew which are relevant
-- and when they flip (plugins/env/sign_flips.c derives it).
--
-- Where to look (plugins/env/regions.c). Three regions: 4 contexts that are soon known, 8 of nothing but noise, and 128 in which
-- there is much to learn; an outer learner decides where the inner one looks, in each of 5,000 looks. Published, of a bandit
-- that follows learning progress (errors of late, 50 of each region; softmax of beta 30, epsilon .02): 23.9, 33.3 and 42.8 % of
-- looks, so that noise still takes a third. With the ledger's bits for reward Exp3.S should be above 90 %, with no more for
-- noise than its own share of exploration, gamma. How the published predictor learns is not told; here it is a step size of .02.
--
-- What pays. The same choice learnt over lives of 200 looks, in a fresh world each: REINFORCE and PPO, rewarded by bits
-- absorbed, by raw surprise, which noise has most of, and by return, minus the squared error of what is guessed, which is best
-- where all is known already. Step sizes of REINFORCE are those that are best for its own reward.
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

-- A life of looks; one decision stands for `every` of them.
local function looks(n, every, pays, settings)
  return baud.lifetime {
    env = baud.env "regions" { order = settings.order, watched = settings.watched },
    learner = baud.learner "frequencies" { lr = settings.lr }, episodes = n, turn = "episode", every = every,
    decides = "attends=0|1|2", pays = pays, quiz = n,
  }
end

local regions, step, levels = { few = 0, noise = 1, many = 2 }, 0.02, 16
-- The share of looks at a region: each is watched in trials of its own, which are the same but for that.
local function share(r, region)
  local sample = r:select { ["env.env.watched"] = regions[region] }:average "success"
  sample.what = region
  return sample
end
local watched = baud.sweep { 0, 1, 2 }

local progress = baud.part "progress" {
  doc = "where to look, by learning progress",
  env = looks(5000, 1, "return", { order = "random", watched = watched, lr = step }),
  learner = baud.learner "learning_progress" { window = 50, beta = 30, epsilon = 0.02 },
  seeds = baud.full and 100 or 20, stop = { episodes = 1 },
  claims = {
    baud.claim "learning progress gives noise a third of all looks, 33.3 %" (function(r)
      return share(r, "noise"):mean():near(0.333, { absolute = 0.05 })
    end),
    baud.claim "and 23.9 and 42.8 % to what is soon known and what can be learnt" (function(r)
      return { share(r, "few"):mean():near(0.239, { absolute = 0.05 }), share(r, "many"):mean():near(0.428, { absolute = 0.05 }) }
    end),
  },
}

-- No look can bring more: from uniform over the levels, and one category that means nothing, by one step.
local most = baud.log2((1 + levels * step) / (1 + step / levels))
local function exp3s(settings)
  settings.high, settings.clip = most, true
  return baud.learner "exp3s" (settings)
end
local gamma, alpha = 0.0656, 1e-5 -- the corollary's gamma; its alpha, 2e-4, hands weight back once all is known
local bits = baud.part "bits" {
  doc = "where to look, by bits absorbed",
  env = looks(5000, 1, "absorbed", { order = "random", watched = watched, lr = step }),
  learner = baud.sweep { exp3s { gamma = gamma, alpha = alpha }, exp3s { horizon = 5000 } },
  seeds = baud.full and 20 or 6, stop = { episodes = 1 },
  claims = {
    baud.claim "bits give what can be learnt more than 90 % of looks, and noise at most the share of exploration" (function(r)
      local own = r:select { ["learner.horizon"] = 0 }
      return { share(own, "many"):mean():above(0.9), share(own, "noise"):mean():at_most(gamma) }
    end),
    baud.claim "so they do with the settings that Auer et al.'s corollary 8.3 has for 5,000 choices" (function(r)
      local bound = r:select { ["learner.horizon"] = 5000 }
      return { share(bound, "many"):mean():above(0.9), share(bound, "noise"):mean():at_most(gamma) }
    end),
  },
}

-- Bits absorbed a life in the last tenth; of several step sizes those of the one that has earned most.
local late = { last = 0.1 }
local function absorbed(group, pays)
  local paid, best = group:select { ["env.pays"] = pays }, nil
  for _, one in paid:by "learner.lr" do
    if not best or one:average("return", late):mean().value > best:average("return", late):mean().value then best = one end
  end
  local sample = best:average("absorbed", late)
  sample.what = pays .. ": absorbed a life"
  return sample
end
local function beats(r, other)
  local gain = absorbed(r, "absorbed") - absorbed(r, other)
  gain.what = "bits over " .. other
  return { absorbed(r, "absorbed"):mean():above(0), gain:mean():above(0) }
end

local function paid(name, learner, channels)
  return baud.part(name) {
    doc = name .. ", rewarded by bits, by surprise and by return",
    env = looks(200, 10, baud.sweep { "absorbed", "surprise", "return" }, { order = "turn", watched = 2, lr = 0.1 }),
    learner = learner, channels = channels, seeds = baud.full and 20 or 6, stop = { episodes = baud.full and 3000 or 600 },
    claims = {
      baud.claim(name .. " takes in more bits a life for bits than for raw surprise") (function(r) return beats(r, "surprise") end),
      baud.claim(name .. " takes in more bits a life for bits than for return") (function(r) return beats(r, "return") end),
    },
  }
end
local reinforce = paid("reinforce", baud.learner "reinforce" { lr = baud.sweep { 0.0003, 0.001, 0.003, 0.01 }, baseline = "mean" }, { "reward" })
local ppo = paid("ppo", baud.learner "ppo" { lr = 3e-3, horizon = 80, hidden = 16, hidden_second = 0, discount = 1 })

return baud.experiment {
  name = "outer_loop",
  doc = "learning what to attend to, and how fast",
  parts = { lms, idbd, progress, bits, reinforce, ppo },
}
