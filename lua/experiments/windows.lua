-- windows: in-context learning is learning, as long as the context lasts
--
-- Question. A meta-learner whose weights stand still learns all the same, in its memory. What does it come to know
-- there, and what is lost where memory is cut?
--
-- Setting. Duan et al. (RL², arXiv 1611.02779, section 3.1, Table 1): k arms, each pays 1 with a chance drawn uniformly
-- from [0, 1]; a lifetime is 10 pulls of one bandit, which nobody has seen before; what counts is the total reward.
--
-- Method. The outer learner, a GRU that reads its last action and reward, is trained by PPO over many lifetimes, each
-- with a world of its own: `lifetime` without an inner learner. Then its weights are frozen and it lives fresh ones.
-- `window` cuts its memory after every 1, 3 or 10 pulls; 10 are a lifetime, so that there all of it is carried. The
-- inner ledger's observer counts what each lifetime told about its arms; with weights frozen, whatever is earned above
-- chance within a lifetime was learnt in context. What the published meta-learner earned is beside it.
local baud = require "baud"

local published = { ["5"] = 6.7, ["10"] = 6.7 } -- by arms: means of 1,000 bandits, rounded to .1
local lives = baud.full and 300000 or 150000

local g = baud.graph {
  name = "windows",
  doc = "what a meta-learner learns in context, and what is lost where memory is cut",
  env = baud.lifetime { env = baud.env "bandit" { arms = baud.sweep { 5, 10 }, pulls = 10 }, episodes = 1 },
  seeds = baud.full and 4 or 1,
  lanes = 64,
  score = { answers = 0, quiz = 0 },
}

local trained = g:train {
  name = "train",
  learner = baud.window {
    length = baud.sweep { 1, 3, 10 },
    learner = baud.learner "recurrent_ppo" { units = 32, horizon = 50, epochs = 8, discount = 1, lambda = 0.95,
      entropy = 0.005, lr = 5e-3, anneal_steps = 10 * lives },
  },
  stop = { episodes = lives },
}

local function cut(r, length) return r:select { ["learner.length"] = length } end
-- A trial's mean is over 10,000 lifetimes, each a world of its own, so that its error is below .03.
local function earned(r) return r:average "return":mean() end

g:evaluate {
  name = "fresh worlds",
  from = trained,
  stop = { episodes = 10000 },
  claims = {
    baud.claim "with all of a lifetime in memory it earns what was published, to one standard error of 1,000 bandits, or more"
    (function(r)
      local met, figures = true, {}
      for arms, group in cut(r, 10):by "env.env.arms" do
        local ours, theirs = earned(group), published[tostring(arms)]
        if not theirs then return nil, ("nothing was published for %s arms"):format(arms) end
        met = met and ours.value >= theirs - 0.05 - 2.1 / math.sqrt(1000) -- half a digit; a lifetime's deviation is 2.1
        figures[#figures + 1] = ("k=%s %.3f (%g)"):format(arms, ours.value, theirs)
      end
      return met, table.concat(figures, ", ")
    end),
    baud.claim "the shorter the window, the less is earned: a memory of one pull is worth less than one of three, and that less than all"
    (function(r)
      local verdicts = {}
      for _, group in r:by "env.env.arms" do
        for _, pair in ipairs { { 3, 1 }, { 10, 3 } } do
          local more, less = cut(group, pair[1]):average "return", cut(group, pair[2]):average "return"
          verdicts[#verdicts + 1] = (more - less):min() > 0
            and baud.verdict(true, ("window %d over %d: %+.3f at least"):format(pair[1], pair[2], (more - less):min()))
            or baud.verdict(false, ("window %d over %d: %+.3f"):format(pair[1], pair[2], (more - less):min()))
        end
      end
      return verdicts
    end),
    baud.claim "cut after every pull it earns what chance does, 5, though it is told no less" (function(r)
      local one = cut(r, 1)
      local told = one:average "received"
      told.what = "received a lifetime, window 1"
      return { earned(one):within(4.9, 5.1), told:mean():above(1) }
    end),
    baud.claim "a lifetime of ten pulls tells at most one bit a pull about the arms, and at least one in all" (function(r)
      local told = r:average "received"
      told.what = "received a lifetime"
      return { told:mean():at_most(10), told:mean():above(1) }
    end),
  },
}

-- Ten times as long a life of five arms: what is explored pays for longer, and is trained for longer. Published: 78.7; a mean
-- of 1,000 bandits has a standard error of .45 there. Half an hour of a processor, so only at full size.
if baud.full then
  local long_lives = 300000
  local long = baud.lifetime { env = baud.env "bandit" { arms = 5, pulls = 100 }, episodes = 1 }
  local trained_long = g:train {
    name = "train a long life",
    env = long,
    learner = baud.learner "recurrent_ppo" { units = 48, horizon = 100, epochs = 8, discount = 0.95, lambda = 0.9, value = 0.1,
      entropy = 0.005, lr = 3e-3, anneal_steps = 100 * long_lives },
    lanes = 32,
    seeds = 2,
    stop = { episodes = long_lives },
  }
  g:evaluate {
    name = "fresh long lives",
    from = trained_long,
    stop = { episodes = 10000 },
    claims = {
      baud.claim "in a life of 100 pulls of five arms it earns what was published, to one standard error, or more" (function(r)
        local ours = earned(r)
        return ours.value >= 78.7 - 0.05 - 0.45, ("k=5 %.2f (78.7)"):format(ours.value)
      end),
    },
  }
end

return g
