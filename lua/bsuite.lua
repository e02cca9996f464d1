-- bsuite.lua - bsuite's experiments with the environments that ship: what they sweep, how long they last, their scores.
--
-- Osband et al., Behaviour suite for reinforcement learning (ICLR 2020), version 0.3.6. baud.bsuite "memory_len" is a
-- table { name, episodes, env, score }: env holds the environments of the sweep, and score(r) is an estimate, from 0 to 1,
-- of what bsuite's analysis makes of the trials r. bsuite runs each setting once; here a seed is one such run, and the
-- estimate's interval is over seeds. Where its settings are seeds themselves they are scored together, as there.
local core, baud = ...
local public = core.public

local function failf(format, ...) core.fail(format:format(...)) end

-- 1 to 10 and further apart up to `most`.
local function spread(most)
  local values = {}
  for n = 1, 10 do values[n] = n end
  for _, n in ipairs { 12, 14, 17, 20, 25 } do values[#values + 1] = n end
  for n = 30, most, 10 do values[#values + 1] = n end
  return values
end

local function even(from, to)
  local values = {}
  for n = from, to, 2 do values[#values + 1] = n end
  return values
end

---- Scores ----------------------------------------------------------------------------------------------------

-- The episodes that are scored: no more than the experiment has, and all trials have them.
local function episodes_of(r, most)
  for _, trial in ipairs(r:trials()) do most = math.min(most, trial.episodes) end
  return most
end

-- An estimate of a score, which has its bounds.
local function bounded(sample, name)
  local e = sample:map(function(x) return x end, "bsuite score of " .. name):mean()
  for _, key in ipairs { "value", "low", "high" } do e[key] = math.min(1, math.max(0, e[key])) end
  return e
end

-- The share of the swept settings that `solves` says 1 of, run by run.
local function share(experiment, r, solves)
  local sum, settings = nil, 0
  for _, group in r:by("env." .. experiment.sweeps) do
    local solved = solves(group)
    sum, settings = sum and sum + solved or solved, settings + 1
  end
  return sum / settings
end

-- A wrong answer is a regret of 2; a setting is solved when the mean regret is below `bound`.
local function by_regret(bound)
  return function(experiment, r)
    local n = episodes_of(r, experiment.episodes)
    return share(experiment, r, function(group)
      return group:average("success", { to = n }):share(function(rate) return 2 * (1 - rate) < bound end)
    end)
  end
end

-- Where bsuite looks at its logs: at these multiples of powers of ten.
local LOGGED = { 1, 1.2, 1.4, 1.7, 2, 2.5, 3, 4, 5, 6, 7, 8, 9 }
local function logged(from, to)
  local episodes, ten = {}, 1
  while ten <= to do
    for _, ratio in ipairs(LOGGED) do
      local episode = ratio * ten
      if episode >= from and episode <= to and episode == math.floor(episode) then
        episodes[#episodes + 1] = math.tointeger(episode)
      end
    end
    ten = ten * 10
  end
  return episodes
end

-- Solved where the share of bad episodes is below `bound` at one of the looks from `from` on, in fewer than 2^size
-- episodes and a hundred: faster than by dithering.
local function by_dive(bound, from)
  return function(experiment, r)
    local n = episodes_of(r, experiment.episodes)
    return share(experiment, r, function(group)
      local size, first = math.tointeger(tonumber(group:tags("env.size")[1])), nil
      for _, episode in ipairs(logged(from, n)) do
        local good = group:total("success", episode)
        first = first or good:map(function() return math.huge end)
        for i = 1, #good do
          if (episode - good[i]) / episode < bound then first[i] = math.min(first[i], episode) end
        end
      end
      if not first then failf("it takes at least %d episodes to score %s", from, experiment.name) end
      return first:share(function(episode) return episode < 2 ^ size + 100 end)
    end)
  end
end

-- The mean over all trials, from `none` for a score of 0 to `full` for 1.
local function by_mean(figure, none, full)
  return function(experiment, r)
    local n = episodes_of(r, experiment.episodes)
    return r:average(figure, { to = n }):map(function(x) return (x - none) / (full - none) end)
  end
end

---- Experiments -----------------------------------------------------------------------------------------------

-- catch: regret is 2 for a ball that is missed, and 1.6 is that of chance.
local experiments = {
  catch = { unit = "catch", episodes = 10000, scores = by_mean("success", 1 - 1.6 / 2, 1) },
  deep_sea = { unit = "deep_sea", episodes = 10000, sweeps = "size", values = even(10, 50), scores = by_dive(0.9, 1) },
  deep_sea_stochastic = { unit = "deep_sea_stochastic", episodes = 10000, sweeps = "size", values = even(10, 50),
    scores = by_dive(0.8, 100) },
  discounting_chain = { unit = "discounting_chain", episodes = 1000, scores = by_mean("return", 1, 1.1) },
  memory_len = { unit = "memory_chain", episodes = 10000, fixed = { bits = 1 }, sweeps = "length", values = spread(100),
    scores = by_regret(0.75) },
  memory_size = { unit = "memory_chain", episodes = 10000, fixed = { length = 2 }, sweeps = "bits", values = spread(40),
    scores = by_regret(0.75) },
  umbrella_distract = { unit = "umbrella", episodes = 10000, fixed = { length = 20 }, sweeps = "distractors",
    values = spread(100), scores = by_regret(0.5) },
  umbrella_length = { unit = "umbrella", episodes = 10000, fixed = { distractors = 20 }, sweeps = "length",
    values = spread(100), scores = by_regret(0.5) },
}

local names = {}
for name in next, experiments do names[#names + 1] = name end
table.sort(names)

baud.bsuite = public(function(name)
  local experiment = type(name) == "string" and experiments[name]
  if not experiment then
    local near = type(name) == "string" and core.closest(name, names)
    failf(near and "bsuite has no experiment %q here (did you mean %q?)" or "bsuite has no experiment %q here: there are "
      .. table.concat(names, ", "), tostring(name), near)
  end
  local params = {}
  for key, value in next, experiment.fixed or {} do params[key] = value end
  if experiment.sweeps then params[experiment.sweeps] = baud.sweep(experiment.values) end
  experiment.name = name
  local score = public(function(r) return bounded(experiment.scores(experiment, r), name) end)
  return { name = name, episodes = experiment.episodes, env = baud.env(experiment.unit)(params), score = score }
end)
