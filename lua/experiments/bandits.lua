-- bandits: what the best index rules earn on Bernoulli arms, and what it costs in bits
--
-- Setting. Duan et al. (RL², arXiv 1611.02779, section 3.1): k arms, each pays 1 with a chance of its own drawn
-- uniformly from [0, 1]; an episode is n pulls; what counts is the total reward, in the mean over 1,000 bandits. Their
-- Table 1 lists six rules that learn nothing but counts, beside their meta-learner. Here the six, and chance.
--
-- Method. One trial is one bandit drawn from the prior and one episode on it, so that seeds are bandits, the same ones
-- for every rule. All rules start at "1 success in 2 pulls", Beta(1, 1). As published: ε-greedy and greedy pull the
-- first of equal arms; ε, UCB1's constant and Gittins' discount fit the row; OTS takes the likeliest of several joint
-- draws. The published figures are means of 1,000 bandits too and rounded to .1, so they carry an error of
-- their own, about 1 %.
--
-- What is asked beyond the table: how many bits each rule takes in about the arms. Exploring pays in bits, not in
-- reward: the rule that learns the most about the arms is not the one that earns the most.
local baud = require "baud"

-- n pulls, k arms, the ε that was best there; published means in the order of `rules`.
local rows = {
  { n = 10,  k = 5,  epsilon = 0.01, published = { 5.0, 6.6, 5.7, 6.5, 6.7, 6.6, 6.6 } },
  { n = 10,  k = 10, epsilon = 0.01, published = { 5.0, 6.6, 5.5, 6.2, 6.7, 6.6, 6.6 } },
  { n = 10,  k = 50, epsilon = 0.05, published = { 5.1, 6.5, 5.2, 5.5, 6.6, 6.5, 6.5 } },
  { n = 100, k = 5,  epsilon = 0.02, published = { 49.9, 78.3, 74.7, 77.9, 78.0, 75.4, 74.8 } },
  { n = 100, k = 10, epsilon = 0.02, published = { 49.9, 82.8, 76.7, 81.4, 82.4, 77.4, 77.1 } },
  { n = 500, k = 5,  epsilon = 0.02, published = { 249.8, 405.8, 402.0, 406.7, 405.8, 388.2, 380.6 } },
}
local rules = { "random", "gittins", "thompson", "ots", "ucb1", "epsilon_greedy", "greedy" }

local function name(row) return ("n=%d k=%d"):format(row.n, row.k) end

local parts = {}
for i, row in ipairs(rows) do
  parts[i] = baud.part(name(row)) {
    env = baud.env "bandit" { arms = row.k, pulls = row.n, prior_success = 1, prior_failure = 1 },
    learner = baud.sweep {
      baud.learner "random" {},
      baud.learner "gittins" { ties = "first" },
      baud.learner "thompson" {},
      baud.learner "ots" { rule = "density", samples = 30 },
      baud.learner "ucb1" { c = 0.2 },
      baud.learner "epsilon_greedy" { epsilon = row.epsilon, ties = "first" },
      baud.learner "greedy" { ties = "first" },
    },
  }
end

---- Claims ----------------------------------------------------------------------------------------------------

-- Ours against the published mean, row by row. Both are means of a sample of bandits, and a row's sample was the same
-- for all rules; where the difference of two such means is uncertain by more than 2 %, that is allowed: three standard
-- errors, theirs taken to be that of 1,000 bandits. Half of the last digit printed comes on top.
local function as_published(index, rule)
  local text = ("%s earns what was published: within 2 %%, or the sampling error of both"):format(rule)
  return baud.claim(text)(function(r)
    local met, figures = true, {}
    for i, row in ipairs(rows) do
      local published = row.published[index]
      local ours = r:select { part = name(row), learner = rule }:total("return", 1):mean()
      local error_ours = (ours.high - ours.low) / (2 * 1.96)
      local error_theirs = error_ours * math.sqrt(ours.n / 1000)
      local room = math.max(0.02 * published, 3 * math.sqrt(error_ours ^ 2 + error_theirs ^ 2)) + 0.05
      met = met and math.abs(ours.value - published) <= room
      figures[i] = ("%s %.1f±%.1f (%g)"):format(name(row), ours.value, (ours.high - ours.low) / 2, published)
    end
    return met, table.concat(figures, ", ")
  end)
end

local claims = {}
for index, rule in ipairs(rules) do claims[index] = as_published(index, rule) end

claims[#claims + 1] = baud.claim "no rule absorbs more about the arms than it received" (function(r)
  local verdicts = {}
  for rule, group in r:by "learner" do
    if rule ~= "random" then
      local spare = group:total "received" - group:total "absorbed"
      spare.what = rule .. " received − absorbed"
      verdicts[#verdicts + 1] = spare:mean():at_least(0, 0.001)
    end
  end
  return verdicts
end)

claims[#claims + 1] = baud.claim "a rule is told at most one bit a pull, and in 500 pulls not a fiftieth of that"
(function(r)
  local long = r:select { part = "n=500 k=5", learner = "thompson" }
  local a_pull = long:total "received" / 500
  a_pull.what = "thompson received a pull"
  return a_pull:mean():below(0.02)
end)

claims[#claims + 1] = baud.claim "Thompson sampling takes in the most bits about ten arms and Gittins' rule earns more"
(function(r)
  local ten = r:select { part = "n=100 k=10" }
  local thompson, gittins = ten:select { learner = "thompson" }, ten:select { learner = "gittins" }
  return { baud.compare(thompson:total "received", gittins:total "received", { paired = true }).difference:above(0),
    baud.compare(gittins:total "return", thompson:total "return", { paired = true }).difference:above(0) }
end)

claims[#claims + 1] = baud.claim "greedy takes in the fewest bits of all that listen, in every row" (function(r)
  local verdicts, figures = {}, {}
  for i, row in ipairs(rows) do
    local here, more = r:select { part = name(row) }, {}
    local greedy = here:select { learner = "greedy" }:total "received"
    for j, rule in ipairs { "gittins", "thompson", "ots", "ucb1" } do
      local explores = here:select { learner = rule }:total "received"
      local difference = baud.compare(explores, greedy, { paired = true }).difference
      verdicts[#verdicts + 1] = difference:above(0)
      more[j] = ("%+.2f"):format(difference.value)
    end
    figures[i] = name(row) .. " " .. table.concat(more, " ")
  end
  return baud.all(verdicts).ok, "bits more than greedy (gittins, thompson, ots, ucb1): " .. table.concat(figures, "; ")
end)

return baud.experiment {
  name = "bandits",
  doc = "what the best index rules earn on Bernoulli arms, and what it costs in bits",
  parts = parts,
  reward = baud.reward "dense" {},
  seeds = baud.full and 4000 or 1000,
  stop = { episodes = 1 },
  score = { answers = 0, quiz = 1 },
  claims = claims,
}
