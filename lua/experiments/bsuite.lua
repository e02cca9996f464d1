-- bsuite: capabilities that a learner has or has not, after Osband et al. (Behaviour suite for reinforcement learning,
-- ICLR 2020)
--
-- Question. Can it remember what it saw a while ago, and can it find what only a long, costly and consistent dive finds?
-- Both are asked at growing scale, so that an answer is where a learner stops and not a score.
--
-- Memory: a bit is seen at the start, and asked for `length` steps later; chance earns 0, memory 1. A network without memory
-- stays at chance. So does a transformer where the bit has left its window, and a GRU goes on.
-- Credit: a choice that is paid long after, among rewards and observations that mean nothing.
-- Exploration: a treasure that a random walk finds once in 2^size dives, while each step towards it costs.
local baud = require "baud"

local window = 12
local memory = baud.part "memory" {
  doc = "a bit is asked for after so many steps",
  env = baud.env "memory_chain" { length = baud.sweep { 5, 10, 20 } },
  learner = baud.sweep {
    baud.learner "recurrent_ppo" { core = "gru", units = 32, horizon = 64 },
    baud.learner "recurrent_ppo" { core = "transformer", units = 32, horizon = 64, window = window },
    baud.learner "ppo" {},
  },
  lanes = 8,
  score = { answers = 0, quiz = 0 },
  seeds = 3,
  stop = { episodes = 10000 },
  claims = {
    baud.claim "memory: what is carried from step to step remembers over every length" (function(r)
      local verdicts = {}
      for length, group in r:select { ["learner.core"] = "gru" }:by "env.length" do
        verdicts[#verdicts + 1] = group:average("return", { from = 9001, to = 10000 }):mean():above(0.8)
      end
      return verdicts
    end),
    baud.claim "memory: a window remembers what it spans, and nothing beyond" (function(r)
      local verdicts = {}
      for length, group in r:select { ["learner.core"] = "transformer" }:by "env.length" do
        local late = group:average("return", { from = 9001, to = 10000 }):mean()
        verdicts[#verdicts + 1] = length < window and late:above(0.9) or late:within(-0.15, 0.15)
      end
      return verdicts
    end),
    baud.claim "memory: without one there is chance" (function(r)
      local verdicts = {}
      for length, group in r:select { learner = "ppo" }:by "env.length" do
        verdicts[#verdicts + 1] = group:average("return", { from = 9001, to = 10000 }):mean():within(-0.15, 0.15)
      end
      return verdicts
    end),
  },
}

local sea = baud.part "deep sea" {
  doc = "a treasure at the bottom, for who goes right all the way",
  env = baud.env "deep_sea" { size = 10 },
  learner = baud.sweep {
    baud.learner "bootstrapped_dqn" {},
    baud.learner "dqn" { lr = 1e-3, hidden = 50, hidden_second = 50, batch = 64, warmup = 128, train_every = 1,
      target_every = 4, epsilon_start = 0.1, epsilon = 0.1, explore = 0 },
  },
  score = { answers = 0, quiz = 0 },
  seeds = 4,
  stop = { episodes = 500 },
  claims = {
    baud.claim "deep sea: an ensemble with priors dives for the treasure within 500 episodes, noise on actions does not"
    (function(r)
      return { r:select { learner = "bootstrapped_dqn" }:average("success", { from = 451, to = 500 }):mean():above(0.95),
        r:select { learner = "dqn" }:average("success", { from = 451, to = 500 }):mean():below(0.05) }
    end),
  },
}

---- bsuite's own scores ---------------------------------------------------------------------------------------

-- Its sweeps, episodes and scores (baud.bsuite), from 0 for chance to 1, with one agent for all settings of a sweep. The
-- scores of its own agents were not to be had as numbers; of memory, .70 for a recurrent actor-critic and .17 for PPO
-- were published. A wrong decision about the umbrella is a regret of 2, and a setting counts where the mean over all
-- episodes, the first ones included, is below .5: the others are too long, or distract too much, for that among rewards by
-- luck.
local function scored(name, what, learner, lanes, least)
  local suite = baud.bsuite(name)
  return baud.part(name) {
    doc = what,
    env = suite.env,
    learner = learner,
    lanes = lanes,
    score = { answers = 0, quiz = 0 },
    seeds = baud.full and 5 or 1,
    stop = { episodes = suite.episodes },
    claims = {
      baud.claim(("%s: bsuite's score is %g or more"):format(name, least))(function(r)
        local score = suite.score(r)
        return score.value >= least, tostring(score)
      end),
    },
  }
end

local critic = baud.learner "ppo" { discount = 1, lambda = 0.8, lr = 1e-3, value_clip = 0, horizon = 512 }
local memory_len = scored("memory_len", "what can be remembered over 1 to 100 steps",
  baud.learner "recurrent_ppo" { core = "gru", units = 32, horizon = 64 }, 8, 0.7)
local chain = scored("discounting_chain", "which of five rewards is the largest, up to 100 steps after the choice",
  baud.learner "rloo_net" { lr = 0.03, group = 4 }, 1, 0.9)
local length = scored("umbrella_length", "a choice that is paid up to 100 steps later", critic, 1, 0.4)
local distract = scored("umbrella_distract", "a choice among up to 100 bits that mean nothing", critic, 1, 0.15)

return baud.experiment {
  name = "bsuite",
  doc = "what can it remember, what can it credit, and how deep does it explore?",
  reward = baud.reward "dense" {},
  parts = { memory, sea, memory_len, chain, length, distract },
}
