-- streaming: learning from each observation once, when it happens, against learning from rollouts and replay
--
-- Question. An animal keeps no replay buffer: it takes each moment once. Deep reinforcement learning was long said to be
-- unable to. What do learners reach that take each transition once, with eligibility traces and bounded steps (Elsayed,
-- Vasan and Mahmood, Streaming deep reinforcement learning finally works, 2024, arXiv 2410.14606), beside those that go
-- through rollouts (PPO, A2C) and replay (DQN)?
--
-- All have 500,000 steps; what counts is the return of the episodes that ended in the last tenth of them. Published for the
-- streaming learners: an independent run of the published code, 20 seeds; for PPO and DQN: CleanRL's benchmark; on Pendulum,
-- where PPO and SAC have steps of their own and are evaluated afterwards: RLtools' (Eschmann et al., JMLR 2024).
local baud = require "baud"

local g = baud.graph { name = "streaming", doc = "learning from each observation once, against rollouts and replay" }

local steps = 500000
local function at_the_end(group) return group:average("return", { last = 0.1 }):mean() end

-- Our mean with half its interval, and the published one; half nil: published without an interval.
local function shown(name, ours, value, half)
  local theirs = half and ("%g±%g"):format(value, half) or ("%g"):format(value)
  return ("%s %.1f±%.1f (%s)"):format(name, ours.value, (ours.high - ours.low) / 2, theirs)
end

-- Whether ours is as good as published or better: their intervals overlap, or ours is the higher one.
local function reaches(ours, value, half) return ours.high >= value - half end

-- What a learner was published to reach, with half the interval: { environment = { mean, half } }.
local function published(title, learner, results)
  return baud.claim(title)(function(r)
    local met, figures = true, {}
    for i, result in ipairs(results) do
      local env, value, half = table.unpack(result)
      local ours = at_the_end(r:select { learner = learner, env = env })
      met = met and reaches(ours, value, half)
      figures[i] = shown(env, ours, value, half)
    end
    return met, table.concat(figures, ", ")
  end)
end

local no_scores = { answers = 0, quiz = 0 }
local control = baud.sweep { baud.env "cartpole" {}, baud.env "acrobot" {} }

---- 1. Each transition once -----------------------------------------------------------------------------------

-- Stream AC(λ) and Stream Q(λ), published settings, hidden layers of 32. As published, an episode that the time limit cuts
-- off is over, and the learner is told the time.
g:train {
  name = "once",
  env = control,
  learner = baud.sweep {
    baud.learner "stream_ac" { truncation = "clock" },
    baud.learner "stream_q" { truncation = "clock" },
  },
  score = no_scores,
  seeds = 20,
  stop = { steps = steps },
  claims = {
    published("Stream AC reaches what was published, or better", "stream_ac", { { "cartpole", 500, 0 }, { "acrobot", -86.3, 1.6 } }),
    published("Stream Q reaches what was published, or better", "stream_q", { { "cartpole", 478.9, 24 }, { "acrobot", -100.2, 5.7 } }),
  },
}

---- 2. Rollouts and replay ------------------------------------------------------------------------------------

-- PPO and A2C: transitions of several lanes, gone through four times, or once.
g:train {
  name = "rollouts",
  env = control,
  learner = baud.sweep { baud.learner "ppo" { anneal_steps = steps }, baud.learner "a2c" { anneal_steps = steps } },
  lanes = 4,
  score = no_scores,
  seeds = baud.full and 20 or 5,
  stop = { steps = steps },
  claims = {
    published("PPO, CleanRL's settings, reaches what was published, or better", "ppo",
      { { "cartpole", 490.04, 6.12 }, { "acrobot", -86.36, 1.32 } }),
  },
}

-- DQN: each transition some thirteen times, from a buffer.
g:train {
  name = "replay",
  env = control,
  learner = baud.learner "dqn" {},
  score = no_scores,
  seeds = baud.full and 20 or 3,
  stop = { steps = steps },
  claims = {
    published("DQN, CleanRL's settings, reaches what was published, or better", "dqn",
      { { "cartpole", 488.69, 16.11 }, { "acrobot", -91.54, 7.2 } }),
  },
}

---- 3. Where an episode is cut off ----------------------------------------------------------------------------

-- The same, but what is cut off goes on in the values: they bootstrap from where the limit stopped it.
g:train {
  name = "cut off",
  env = control,
  learner = baud.sweep { baud.learner "stream_ac" { truncation = "bootstrap" }, baud.learner "stream_q" { truncation = "bootstrap" } },
  score = no_scores,
  seeds = 20,
  stop = { steps = steps },
  claims = {
    baud.claim "bootstrapping from where it was cut off is no worse on CartPole" (function(r)
      return { at_the_end(r:select { env = "cartpole", learner = "stream_ac" }):above(495),
        at_the_end(r:select { env = "cartpole", learner = "stream_q" }):above(454.9) }
    end),
    baud.claim "but where nothing was ever reached nothing surprises it: some seeds never find Acrobot's goal" (function(r)
      local lost = r:select { env = "acrobot" }:average("return", { last = 0.1 }):share(function(x) return x < -400 end, "share lost")
      return lost:mean():within(0.01, 0.5)
    end),
  },
}

---- 4. Two more worlds ----------------------------------------------------------------------------------------

-- A car too weak for its hill: nothing but −1 a step until chance has found the goal.
g:train {
  name = "mountain car",
  env = baud.env "mountain_car" {},
  learner = baud.sweep { baud.learner "stream_ac" { truncation = "clock" }, baud.learner "stream_q" { truncation = "clock" } },
  score = no_scores,
  seeds = baud.full and 20 or 10,
  stop = { steps = steps },
  claims = {
    baud.claim "mountain car: Stream AC gets up the hill" (function(r)
      return at_the_end(r:select { learner = "stream_ac" }):above(-130)
    end),
    baud.claim "mountain car: Stream Q, whose chance is undirected, stays at its foot" (function(r)
      return at_the_end(r:select { learner = "stream_q" }):below(-190)
    end),
  },
}

---- 5. A torque instead of choices ----------------------------------------------------------------------------

-- Stream AC with independent normals.
g:train {
  name = "pendulum",
  env = baud.env "pendulum" {},
  learner = baud.learner "stream_ac" { truncation = "clock" },
  score = no_scores,
  seeds = baud.full and 20 or 10,
  stop = { steps = steps },
  claims = {
    baud.claim "pendulum: Stream AC swings it up and holds it" (function(r) return at_the_end(r):above(-250) end),
  },
}

-- RLtools' benchmark: 64 lanes of 128 steps, batches of 1,024 gone through once, networks of 32 and 32, observations to mean
-- 0 and variance 1 by the first rollout. The rectifier is the default of its PPO; its ready-made settings for this
-- environment take tanh instead, which fares worse where the torque that costs is the one that was clipped, as here.
local ppo = g:train {
  name = "ppo",
  env = baud.env "pendulum" {},
  learner = baud.learner "ppo" { horizon = 128, epochs = 1, minibatches = 8, hidden = 32, hidden_second = 32, activation = "relu",
    lr = 1e-3, lr_epsilon = 1e-7, discount = 0.9, value_clip = 0, entropy = 0, value = 2, max_norm = 0, initial = "uniform",
    initial_std = 2, normalise = "start" },
  lanes = 64,
  score = no_scores,
  seeds = baud.full and 20 or 6,
  stop = { steps = 10000000 },
}

-- The same program's: 20,000 steps, an update a step, networks of 64 and 64.
local sac = g:train {
  name = "sac",
  env = baud.env "pendulum" {},
  learner = baud.learner "sac" { hidden = 64, hidden_second = 64, batch = 100 },
  score = no_scores,
  seeds = baud.full and 20 or 6,
  stop = { steps = 20000 },
}

-- Afterwards by the policy's mean, with frozen weights.
local function evaluated(title, learner, value)
  return baud.claim(title)(function(r)
    local ours = r:average("return", { from = 1 }):mean()
    return reaches(ours, value, 0), shown(learner, ours, value)
  end)
end

g:evaluate {
  name = "ppo evaluated",
  from = ppo,
  stop = { episodes = 512 },
  claims = { evaluated("pendulum: PPO, RLtools' settings, reaches what was published, or better", "ppo", -184) },
}

g:evaluate {
  name = "sac evaluated",
  from = sac,
  stop = { episodes = 100 },
  claims = { evaluated("pendulum: SAC, RLtools' settings, reaches what was published, or better", "sac", -160) },
}

return g
