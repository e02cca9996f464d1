-- world_model: the animal's way, a model of the world from observations, against learning from reward alone
--
-- Question. Nearly all that an animal is told, it is told by what it sees, not by reward. What does a learner gain that
-- builds a model of the world from observations and plans in it, over one that only follows reward?
--
-- Seven settings, the first four each with a published figure or a closed form to be held to: Sutton and Barto's Dyna maze
-- and the two mazes that change (2nd edition, chapter 8); the random MDPs of Duan et al. (RL², arXiv 1611.02779,
-- Table 2); Tolman and Honzik's latent learning (1930); a maze of random walls, where the ledger counts bits; the same
-- mazes with a network for the world; and rooms, where planning is abstract in time.
local baud = require "baud"

-- Whether a mean agrees with a published one: within `relative`, or where both are too uncertain to tell, within three
-- standard errors of their difference. `trials`: how many the published mean is of.
local function agrees(ours, published, relative, trials)
  local error_ours = (ours.high - ours.low) / (2 * 1.96)
  local error_theirs = error_ours * math.sqrt(ours.n / trials)
  local room = math.max(relative * published, 3 * math.sqrt(error_ours ^ 2 + error_theirs ^ 2))
  return math.abs(ours.value - published) <= room
end

local no_scores = { answers = 0, quiz = 0 }

---- 1. The Dyna maze ------------------------------------------------------------------------------------------

-- Steps in these episodes, by planning steps; means of 300 runs of an independent program. The first episode is the
-- same for all: nothing is known before the first reward, and a random walk takes 868.7 steps (solved exactly).
local dyna_episodes = { 2, 3, 5, 10, 25, 50 }
local dyna_steps = {
  [0] = { 697, 512, 255, 141, 25.5, 18.0 },
  [5] = { 154, 59, 23.7, 17.0, 16.7, 16.8 },
  [50] = { 40, 17.0, 16.9, 16.9, 16.9, 16.7 },
}

local dyna = baud.part "dyna maze" {
  doc = "example 8.1: the same learner with 0, 5 and 50 remembered steps learned from again after each real one",
  env = baud.env "dyna_maze" {},
  learner = baud.learner "dyna_q" { planning = baud.sweep { 0, 5, 50 }, lr = 0.1, discount = 0.95, epsilon = 0.1 },
  score = no_scores,
  seeds = 1000,
  stop = { episodes = 50 },
  claims = {
    baud.claim "dyna maze: the first episode takes 868.7 steps, whatever the planning" (function(r)
      local verdicts = {}
      for planning, group in r:by "learner.planning" do
        verdicts[#verdicts + 1] = group:at("steps", 1):mean():agrees(868.7)
      end
      return verdicts
    end),
    baud.claim "dyna maze: steps in episodes 2 to 50 are those of an independent program, within 5 % or sampling error"
    (function(r)
      local met, figures = true, {}
      for planning, group in r:by "learner.planning" do
        local row = {}
        for i, episode in ipairs(dyna_episodes) do
          local steps, wanted = group:at("steps", episode):mean(), dyna_steps[planning] and dyna_steps[planning][i]
          if not wanted then return nil, ("nothing was published for planning=%g"):format(planning) end
          met = met and agrees(steps, wanted, 0.05, 300)
          row[i] = ("%.4g (%g)"):format(steps.value, wanted)
        end
        figures[#figures + 1] = ("n=%d: "):format(planning) .. table.concat(row, " ")
      end
      return met, table.concat(figures, "; ")
    end),
    baud.claim "dyna maze: fifty planned steps make the third episode as short as the fiftieth" (function(r)
      local planner = r:select { ["learner.planning"] = 50 }
      return baud.compare(planner:at("steps", 3), planner:at("steps", 50), { paired = true }).difference:within(-2, 2)
    end),
  },
}

---- 2. Mazes that change --------------------------------------------------------------------------------------

local function changing(variant, steps, what)
  return baud.part(variant .. " maze") {
    doc = what,
    env = baud.env "blocking_maze" { variant = variant },
    learner = baud.sweep {
      baud.learner "dyna_q" { planning = 10, lr = 1 },
      baud.learner "dyna_q" { planning = 10, lr = 1, kappa = 0.001, plus = true },
    },
    score = no_scores,
    seeds = 100,
    stop = { steps = steps },
  }
end

---- 3. Random MDPs --------------------------------------------------------------------------------------------

-- 10 states, 5 actions, P ~ Dirichlet(1), rewards N(μ, 1), μ ~ N(1, 1), 10 steps an episode; total reward over the
-- first n episodes, the mean over MDPs. The clock ends an episode, not the world: the limit cuts it, so that no learner
-- can take the end for a property of a state. The agents believe in a prior mean of rewards of 0, as published; beside
-- it, where it is cheap, the true 1. BEB's bonus, and the small prior of UCRL2, ε-greedy and greedy, are those of the
-- published code; UCRL2's bounds are those of Jaksch et al. by a third, the scale having been tuned and not told.
local horizons = { 10, 25, 50, 75, 100 }
local agents = {
  { "random", { learner = "random" }, { 100.1, 250.2, 499.7, 749.9, 999.4 } },
  { "PSRL", { learner = "psrl", ["learner.prior_mean"] = 0 }, { 138.1, 408.8, 904.4, 1417.1, 1939.5 } },
  { "OPSRL", { learner = "opsrl", ["learner.prior_mean"] = 0 }, { 144.1, 425.2, 930.7, 1449.2, 1973.9 } },
  { "UCRL2", { learner = "ucrl2" }, { 146.6, 424.1, 918.9, 1427.6, 1942.1 } },
  { "BEB", { learner = "beb", ["learner.prior_mean"] = 0, ["learner.beta"] = 3 },
    { 150.2, 427.8, 917.8, 1422.6, 1935.1 } },
  { "ε-greedy", { learner = "beb", ["learner.beta"] = 0, ["learner.epsilon"] = 0.1 },
    { 132.8, 377.3, 823.3, 1293.9, 1778.2 } },
  { "greedy", { learner = "beb", ["learner.beta"] = 0, ["learner.epsilon"] = 0 },
    { 134.8, 368.8, 769.3, 1172.9, 1578.5 } },
}

local mdp_claims = {}
for i, agent in ipairs(agents) do
  local name, which, published = table.unpack(agent)
  mdp_claims[i] = baud.claim(("random MDPs: %s earns what was published, within 2 %%"):format(name))(function(r)
    local met, figures = true, {}
    for j, n in ipairs(horizons) do
      local total = r:select { env = "random_mdp" }:select(which):total("return", n):mean()
      met = met and agrees(total, published[j], 0.02, 1000)
      figures[j] = ("n=%d %.1f±%.1f (%g)"):format(n, total.value, (total.high - total.low) / 2, published[j])
    end
    return met, table.concat(figures, ", ")
  end)
end
mdp_claims[#mdp_claims + 1] = baud.claim "random MDPs: the true prior mean, 1, changes PSRL and BEB by less than 2 %"
(function(r)
  local verdicts = {}
  for name, which in pairs { PSRL = { learner = "psrl" }, BEB = { learner = "beb", ["learner.beta"] = 3 } } do
    local both = r:select { env = "random_mdp" }:select(which)
    local zero = both:select { ["learner.prior_mean"] = 0 }:total("return", 100)
    local one = both:select { ["learner.prior_mean"] = 1 }:total("return", 100)
    local gain = baud.compare(one, zero, { paired = true }).difference
    gain.what = name .. ", mean 1 − mean 0"
    verdicts[#verdicts + 1] = gain:within(-0.02 * zero:mean().value, 0.02 * zero:mean().value)
  end
  return verdicts
end)
mdp_claims[#mdp_claims + 1] = baud.claim "random MDPs: more bits of the world come with observations than with rewards"
(function(r)
  local psrl = r:select { env = "random_mdp", learner = "psrl", ["learner.prior_mean"] = 0 }
  local more = psrl:total "received.observation" - psrl:total "received.reward"
  return more:mean():above(0)
end)

local function random_mdps(name, seeds, learners)
  return baud.part(name) {
    doc = "Table 2 of RL²: total reward of agents that keep a posterior over the world",
    env = baud.env "random_mdp" { states = 10, actions = 5, horizon = 10, reward_mean = 1 },
    learner = learners,
    score = { answers = 0, quiz = 100 },
    seeds = baud.full and 10000 or seeds,
    stop = { episodes = 100 },
  }
end

local mdps = random_mdps("random MDPs", 4000, baud.sweep {
  baud.learner "random" {},
  baud.learner "psrl" { horizon = 10, prior_mean = baud.sweep { 0, 1 } },
  baud.learner "beb" { horizon = 10, prior_mean = baud.sweep { 0, 1 }, bonus = "steps", beta = 3 },
  baud.learner "beb" { horizon = 10, beta = 0, epsilon = baud.sweep { 0, 0.1 }, concentration = 1e-4,
    prior_variance = 1e4 },
})

-- Optimists, over fewer MDPs: ten worlds drawn and solved for each episode, or the best of all that may be.
local optimistic = random_mdps("random MDPs, optimists", 1000, baud.sweep {
  baud.learner "opsrl" { horizon = 10, prior_mean = 0, samples = 10 },
  baud.learner "ucrl2" { horizon = 10, scale = 0.33, concentration = 1e-5, prior_variance = 1e4 },
})

---- 4. Latent learning ----------------------------------------------------------------------------------------

-- Fourteen turns, one walk a day. One group finds food from the first day, the other from day 11.
local tolman = baud.part "tolman" {
  doc = "fourteen turns, one walk a day; food from day 1 or from day 11",
  env = baud.env "tolman" { turns = 14, reward_from_day = baud.sweep { 1, 11 }, max_steps = 2000 },
  learner = baud.sweep {
    baud.learner "dyna_q" { planning = 50, lr = 0.1, discount = 0.95, epsilon = 0.1 },
    baud.learner "q_lambda" {},
    baud.learner "reinforce" { lr = 3, baseline = "mean", discount = 0.95 },
  },
  score = { answers = 0, quiz = 1 },
  seeds = 100,
  stop = { episodes = 100 },
  claims = {
    baud.claim "tolman: in ten days without food observations carry all 14 bits and rewards none" (function(r)
      local hungry = r:select { learner = "dyna_q", ["env.reward_from_day"] = 11 }
      return { hungry:total("received.observation", 10):mean():agrees(14, 1e-2),
        hungry:total("received.reward", 10):mean():agrees(0, 1e-9), hungry:total("absorbed", 10):mean():above(13) }
    end),
    baud.claim "tolman: with food from day 11 the model learner walks on day 13 like the one that was always fed"
    (function(r)
      local model = r:select { learner = "dyna_q" }
      local late = model:select { ["env.reward_from_day"] = 11 }
      local always = model:select { ["env.reward_from_day"] = 1 }
      return { baud.compare(late:at("steps", 13), always:at("steps", 13)).difference:within(-1.5, 1.5),
        late:at("steps", 10):mean():above(30) }
    end),
    baud.claim "tolman: the outcome learner needs more than ten times as long, by day 31 it has not come so far"
    (function(r)
      local model = r:select { learner = "dyna_q", ["env.reward_from_day"] = 1 }:at("steps", 13)
      local outcome = r:select { learner = "reinforce", ["env.reward_from_day"] = 11 }
      local far = outcome:at("steps", 31)
      return { baud.compare(far, model).difference:above(5), outcome:at("steps", 100):mean():below(20) }
    end),
  },
}

---- 5. Bits in a maze of random walls --------------------------------------------------------------------------

local maze = baud.part "random maze" {
  doc = "6 x 6 cells, a wall in one of five; the walls next to one are seen",
  env = baud.env "maze" { width = 6, height = 6, wall = 0.2, max_steps = 200 },
  learner = baud.sweep {
    baud.learner "random" {},
    baud.learner "reinforce" { lr = 1, baseline = "none", discount = 0.95 },
    baud.learner "prioritized_sweeping" { discount = 0.95, epsilon = 0.1 },
    baud.learner "posterior" {},
  },
  score = { answers = 0, quiz = 1 },
  seeds = 200,
  stop = { episodes = 50 },
  claims = {
    baud.claim "random maze: what is received comes with observations; the reward, a function of place, adds nothing"
    (function(r)
      return { r:select { learner = "posterior" }:total "received.observation":mean():above(15),
        r:select { learner = "posterior" }:total "received.reward":mean():agrees(0, 1e-6) }
    end),
    baud.claim "random maze: the exact Bayesian absorbs all that it receives, the model learner some of it, never more"
    (function(r)
      local exact, model = r:select { learner = "posterior" }, r:select { learner = "prioritized_sweeping" }
      local lost = exact:total "received" - exact:total "absorbed"
      lost.what = "posterior received − absorbed"
      local left = model:total "received" - model:total "absorbed"
      left.what = "model received − absorbed"
      return { lost:mean():near(0, { absolute = 0.01 }), left:mean():at_least(0),
        model:total("absorbed", 1):mean():above(1) }
    end),
    -- Useful bits are those of the policy, a decision; chance, in the same mazes, is where all begin.
    baud.claim "random maze: in ten episodes the model learner's decisions gain over five times REINFORCE's bits"
    (function(r)
      local function gain(learner)
        local here = r:select { learner = learner }:measured "useful"
        local chance = r:select { learner = "random" }:measured "useful"
        return baud.compare(here:total("useful", 10), chance:total("useful", 10), { paired = true }).difference
      end
      local model, outcome = gain "prioritized_sweeping", gain "reinforce"
      local ratio = model.value / outcome.value
      return outcome.low > 0 and model.low > 5 * outcome.high,
        ("bits a decision: model %.3f [%.3f, %.3f], REINFORCE %.3f [%.3f, %.3f]: %.0f to 1"):format(model.value,
          model.low, model.high, outcome.value, outcome.low, outcome.high, ratio)
    end),
  },
}

---- 6. A network for the world ---------------------------------------------------------------------------------

-- The same mazes, learnt by a network that predicts what an action leads to and is planned with by rollouts, beside the
-- table. What a table has not seen it knows nothing of; a network has an opinion on everything, and pays for it at first.
local network = baud.part "network" {
  doc = "the same mazes: a world model that is a network, planned with by rollouts, against a table",
  env = baud.env "maze" { width = 6, height = 6, wall = 0.2, max_steps = 200 },
  learner = baud.sweep {
    baud.learner "world_model" {},
    baud.learner "prioritized_sweeping" { discount = 0.95, epsilon = 0.1 },
  },
  score = { answers = 0 },
  seeds = 40,
  stop = { episodes = 50 },
  claims = {
    baud.claim "network: what it says of walls costs it bits at first, and is worth some after sixteen episodes"
    (function(r)
      local here = r:select { learner = "world_model" }
      return { here:at("known", 1):mean():below(0), here:at("known", 16):mean():above(5) }
    end),
    baud.claim "network: it absorbs no more than it receives" (function(r)
      local here = r:select { learner = "world_model" }
      local left = here:total "received" - here:total "absorbed"
      left.what = "received − absorbed"
      return left:mean():at_least(0)
    end),
    baud.claim "network: with the first episode the table knows more, without ever having to unlearn" (function(r)
      local table_, here = r:select { learner = "prioritized_sweeping" }, r:select { learner = "world_model" }
      return { baud.compare(table_:at("known", 1), here:at("known", 1), { paired = true }).difference:above(0),
        table_:at("known", 1):mean():above(0) }
    end),
  },
}

---- The experiment --------------------------------------------------------------------------------------------

local function plus_earns_more(part)
  local text = "%s: Dyna-Q+, which tries again what it has not tried for long, earns more than Dyna-Q"
  return baud.claim(text:format(part))(function(r)
    local here = r:select { part = part }
    local plus = here:select { ["learner.plus"] = true }:total "return"
    local plain = here:select { ["learner.plus"] = false }:total "return"
    return { baud.compare(plus, plain).difference:above(0), plus:mean():above(0) }
  end)
end

---- 7. Rooms --------------------------------------------------------------------------------------------------

-- STOMP (Sutton et al., Reward-respecting subtasks, arXiv 2202.03466): hallways are worth attaining, options lead there,
-- and planning goes by models of these too. One sweep of planning every 20 steps, with options and without.
local function rooms(which, hallways)
  return baud.part(which .. " rooms") {
    doc = "planning with options that lead to hallways, and with actions alone",
    env = baud.env "rooms" { rooms = which, slip = 0 },
    learner = baud.learner "stomp" { attain = baud.sweep { hallways, "" } },
    score = no_scores,
    seeds = 20,
    stop = { episodes = 10 },
    claims = {
      baud.claim(("%s rooms: with options the first three episodes take fewer steps"):format(which))(function(r)
        local with, without = r:select { ["learner.attain"] = hallways }, r:select { ["learner.attain"] = "" }
        local saved = baud.compare(without:total("steps", 3), with:total("steps", 3), { paired = true }).difference
        saved.what = "steps saved in three episodes"
        return saved:above(0)
      end),
    },
  }
end

local claims = { plus_earns_more "blocking maze", plus_earns_more "shortcut maze" }
table.move(mdp_claims, 1, #mdp_claims, #claims + 1, claims)

return baud.experiment {
  name = "world_model",
  doc = "a model of the world from observations, against learning from reward alone",
  reward = baud.reward "dense" {},
  parts = {
    dyna,
    changing("blocking", 3000, "example 8.2: the gap in the wall closes, another opens far off"),
    changing("shortcut", 6000, "example 8.3: a shorter way opens, and nothing forces anyone to find it"),
    mdps, optimistic, tolman, maze, network, rooms("two", "52"), rooms("four", "45,80,100,136"),
  },
  claims = claims,
}
