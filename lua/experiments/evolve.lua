-- evolve: what evolution finds, and what learning does for it
--
-- Question. Evolution is told one number a life. Where does that suffice, and what changes when the lives that it judges are
-- those of learners?
--
-- Optimisers of numbers: test functions in ten dimensions, an episode being one evaluation. CMA-ES (Hansen's tutorial,
-- arXiv 1604.00772) against its author's program, pycma 4.0.0, from the same starts: means of 51 runs by
-- tests/unit/learner/record_cma.py.
--
-- How learning guides evolution (Hinton and Nowlan, Complex Systems 1, 1987): twenty genes have to be right all at once. An
-- animal that may leave genes undecided, and guess, makes a hill of the needle; 1,000 animals, 50 generations.
--
-- Those who imitate. An animal that learns by trial and error has an expert beside it, who is right more or less often. Evolution
-- sets how often it does what is shown. Where what is shown tells nothing this is a loss, where it tells all there is nothing
-- better; and the ledger, which knows the prior of the world, counts the bits that the demonstrations hold.
--
-- From whom to learn (Rendell et al., Science 328, 2010): innovate, observe or exploit, in a population that breeds by what it
-- earns. In the tournament strategies that mostly observed won, unless payoffs changed fastest.
--
-- Whether it pays to copy one's elders (Rogers 1988; Enquist, Eriksson and Ghirlanda 2007). A world stays as it was for the
-- generation before with chance .9; to try by oneself costs .2 and succeeds with chance .5, to copy is free. What theory says,
-- and an independent program found, is beside each claim; tests/unit/env/test_culture.c derives it.
local baud = require "baud"

local no_scores = { answers = 0, quiz = 0 }

---- 1. Numbers ------------------------------------------------------------------------------------------------

local functions = {
  { name = "sphere", sigma = 1, start = 1, published = 1473 },
  { name = "ellipsoid", sigma = 1, start = 1, published = 4090 },
  { name = "rosenbrock", sigma = 0.1, start = 0, published = 5076 },
}

local numbers = baud.claim "CMA-ES needs no more than 1.2 times the evaluations of its author's program" (function(r)
  local met, figures = true, {}
  for i, f in ipairs(functions) do
    local needed = r:select { ["env.function"] = f.name }:first("success", 1):mean()
    met = met and needed.high <= 1.2 * f.published
    figures[i] = ("%s %.0f±%.0f (%d)"):format(f.name, needed.value, (needed.high - needed.low) / 2, f.published)
  end
  return met, table.concat(figures, ", ")
end)

---- 2. Imitators ----------------------------------------------------------------------------------------------

-- One code of four is right, a guess is judged rightly with chance .8, and a life is 20 guesses. Before each of them an expert
-- shows one: it learnt in a world that has stayed what it was with chance `stability`, and was right there with `reliability`,
-- so that here it is right with chance 1/4 + stability (reliability - 1/4).
local codes, guesses = 4, 20
local reliabilities, stabilities = { 1 / codes, 0.5, 0.75, 1 }, { 0.5, 0.75, 1 }
local function right(reliability, stability) return 1 / codes + stability * (reliability - 1 / codes) end

-- What the gene came to be beside an expert who is right that often: in lives of one guess, where the expert always is, an
-- animal that has learnt nothing is right with chance gene + (1 - gene) / codes.
local function gene(r, often)
  local sample = (r:select { part = ("test %g"):format(often) }:average "return" - 1 / codes) / (1 - 1 / codes)
  sample.what = ("p(imitate) for %.3g"):format(often)
  return sample:mean()
end
local function alone(r)
  local sample = r:select { part = "alone" }:average "return" / guesses
  sample.what = "right by itself"
  return sample:mean()
end
local function shown(r, often)
  local sample = r:select { part = ("evolution %g"):format(often) }:average "received.demonstration"
  sample.what = ("shown by %.3g"):format(often)
  return sample:mean()
end
-- Whether the gene rises from the first of these experts to the last, and nowhere falls by more than the noise, .1.
local function rises(r, experts)
  local first, last, before = gene(r, experts[1]), gene(r, experts[#experts]), -math.huge
  local met, figures = last.low > first.high, {}
  for i, often in ipairs(experts) do
    local value = gene(r, often).value
    met = met and value > before - 0.1
    before = value
    figures[i] = ("%.3g: %.2f"):format(often, value)
  end
  return baud.verdict(met, "p(imitate) for " .. table.concat(figures, ", "))
end
local function each(list, f)
  local made = {}
  for i, value in ipairs(list) do made[i] = f(value) end
  return made
end

local imitators = {
  baud.claim "p(imitate) rises with the expert's reliability, however stable the world" (function(r)
    return each(stabilities, function(v) return rises(r, each(reliabilities, function(rho) return right(rho, v) end)) end)
  end),
  baud.claim "and with the stability of the world, on which hangs what an expert's knowledge is worth" (function(r)
    return each({ 0.75, 1 }, function(rho) return rises(r, each(stabilities, function(v) return right(rho, v) end)) end)
  end),
  baud.claim "where what is shown is right no more often than chance, imitation goes; where it always is, nearly nothing else is left"
  (function(r) return { gene(r, 1 / codes):below(0.1), gene(r, 1):above(0.9) } end),
  baud.claim "the line is where the expert is right as often as the animal by itself: 5 % more, and it is imitated, 5 % less, and it is not"
  (function(r)
    local own, verdicts = alone(r), {}
    verdicts[1] = own:within(1 / codes, 1)
    for _, v in ipairs(stabilities) do
      for _, rho in ipairs(reliabilities) do
        local often = right(rho, v)
        if often > own.value + 0.05 then verdicts[#verdicts + 1] = gene(r, often):above(0.5) end
        if often < own.value - 0.05 then verdicts[#verdicts + 1] = gene(r, often):below(0.5) end
      end
    end
    return verdicts
  end),
  baud.claim "bits follow: of a life's two the demonstrations hold none where they are chance, both where they are right, and between them more"
  (function(r)
    local verdicts, before = { shown(r, 1 / codes):agrees(0, 1e-9), shown(r, 1):agrees(2, 1e-6) }, 0
    for _, rho in ipairs { 0.5, 0.75, 1 } do
      local bits = shown(r, right(rho, 1))
      verdicts[#verdicts + 1] = bits:above(before)
      before = bits.high
    end
    return verdicts
  end),
}

---- 3. The graph, and its numbers ----------------------------------------------------------------------------------------------

local g = baud.graph {
  name = "evolve",
  doc = "what evolution finds, and what learning does for it",
  claims = { numbers, table.unpack(imitators) },
}

for _, f in ipairs(functions) do
  g:train {
    name = f.name,
    env = baud.env "functions" { ["function"] = f.name, dimension = 10, target = 1e-9 },
    learner = baud.learner "cma_es" { sigma = f.sigma, start = f.start },
    score = no_scores,
    seeds = 51,
    stop = { episodes = 8000 },
  }
end

---- 4. Those who imitate -------------------------------------------------------------------------------------

-- How much to imitate is a gene; CMA-ES judges each candidate by eight lives.
local function life(often, settings)
  settings.env = baud.demonstrator { env = baud.env "lockbox" { codes = codes }, reliability = often }
  settings.reward = baud.reward "flipped" { epsilon = 0.2 }
  settings.quiz = 0
  return baud.lifetime(settings)
end
local apprentices = baud.full and 20 or 6

local found = {}
for _, v in ipairs(stabilities) do
  for _, rho in ipairs(reliabilities) do
    local often = right(rho, v)
    local evolution = not found[often] and g:train {
      name = ("evolution %g"):format(often),
      env = life(often, { learner = baud.learner "apprentice", episodes = guesses, decides = "imitate=0..1" }),
      learner = baud.learner "cma_es" { population = 12, episodes = 8 },
      lanes = 12,
      score = no_scores,
      seeds = apprentices,
      stop = { episodes = 12 * 8 * 50 },
    }
    if evolution then
      g:evaluate {
        name = ("test %g"):format(often),
        from = evolution,
        env = life(1, { learner = baud.learner "apprentice", episodes = 1, decides = "imitate=0..1" }),
        stop = { episodes = 2000 },
      }
    end
    found[often] = true
  end
end
g:train {
  name = "alone",
  env = life(1 / codes, { learner = baud.learner "apprentice" { imitate = 0 }, episodes = guesses }),
  learner = baud.learner "random",
  score = no_scores,
  seeds = apprentices,
  stop = { episodes = 2000 },
}

---- 5. Learners -----------------------------------------------------------------------------------------------

local animals, generations = 1000, 50
local function last_generation(r, figure) return r:average(figure, { last = 1 / generations }):mean() end

g:train {
  name = "hinton and nowlan",
  env = baud.env "hinton_nowlan" { learning = baud.sweep { true, false } },
  learner = baud.learner "genetic" { population = animals, selection = "proportional", crossover = 1, mutation = 0, elites = 0 },
  lanes = animals,
  score = no_scores,
  seeds = baud.full and 200 or 40,
  stop = { episodes = animals * generations },
  claims = {
    baud.claim "where animals learn nearly all come to be right within their life, after 50 generations" (function(r)
      return last_generation(r:select { ["env.learning"] = true }, "success"):above(0.9)
    end),
    baud.claim "which takes few of their thousand guesses: fitness is near its largest, 20" (function(r)
      return last_generation(r:select { ["env.learning"] = true }, "return"):above(17)
    end),
    baud.claim "where they do not, few populations find it: they try 50,000 of a million genomes" (function(r)
      return last_generation(r:select { ["env.learning"] = false }, "success"):below(0.25)
    end),
  },
}

---- 6. Those who copy -----------------------------------------------------------------------------------------

local members = baud.full and 10000 or 1000
local ages = 300

local function culture(settings)
  settings.learner = baud.learner "genetic" { population = members, selection = "proportional", crossover = 0, mutation = 0.001, elites = 0 }
  settings.lanes = members
  settings.score = no_scores
  settings.stop = { episodes = members * ages }
  return settings
end
-- Of the last third of all generations: where copying does not pay, it takes a hundred until nearly nobody does.
local function late(r, figure, what)
  local sample = r:average(figure, { last = 1 / 3 })
  sample.what = what
  return sample:mean()
end
local function share(r, what) return late(r, "success", (what or "") .. "share") end
local function fitness(r, what) return late(r, "return", (what or "") .. "fitness") end

g:train(culture {
  name = "social learners",
  env = baud.env "culture" { changes = baud.sweep { "together", "apart" } },
  seeds = 20,
  claims = {
    baud.claim "where the world changes for all at once, .80 come to copy, and mean fitness is 1.32" (function(r)
      local all = r:select { ["env.changes"] = "together" }
      return { share(all):near(0.80, { absolute = 0.03 }), fitness(all):near(1.32, { absolute = 0.02 }) }
    end),
    baud.claim "where it changes for each apart, what theory says: .833 and 1.300" (function(r)
      local each = r:select { ["env.changes"] = "apart" }
      return { share(each):near(5 / 6, { absolute = 0.03 }), fitness(each):near(1.3, { absolute = 0.02 }) }
    end),
    baud.claim "Rogers' paradox: nearly all copy, and the group is no better off for it, to .05, than with nobody who does, at 1.3" (function(r)
      local verdicts = {}
      for changes, group in r:by "env.changes" do
        verdicts[#verdicts + 1] = share(group, changes .. ": "):above(0.7)
        verdicts[#verdicts + 1] = fitness(group, changes .. ": "):within(1.25, 1.35)
      end
      return verdicts
    end),
  },
})

g:train(culture {
  name = "critical learners",
  env = baud.env "culture" { critical = true, changes = "apart" },
  seeds = 10,
  claims = {
    baud.claim "critical learners take over, .98 of all, and the group has its share: 1.873" (function(r)
      return { share(r):near(0.98, { absolute = 0.02 }), fitness(r):near(1.873, { absolute = 0.01 }) }
    end),
  },
})

-- Individual and social learners are equally fit where v q = p - c, hence the share of these: (v p - p + c) / (v c).
local p, c = 0.5, 0.2
g:train(culture {
  name = "stability",
  env = baud.env "culture" { changes = "apart", stability = baud.sweep { 0.5, 0.55, 0.7, 0.8, 0.9, 1 } },
  seeds = 4,
  claims = {
    baud.claim "the more stable the world, the more copy; below a stability of .6 nobody does" (function(r)
      local verdicts, before = {}, -1
      for v, group in r:by "env.stability" do
        local wanted = math.max(0, (v * p - p + c) / (v * c))
        local found = share(group, ("stability %g: "):format(v))
        verdicts[#verdicts + 1] = found:near(wanted, { absolute = 0.05 })
        if wanted > 0 then verdicts[#verdicts + 1] = found:above(before) end
        before = found.high
      end
      return verdicts
    end),
  },
})

---- 7. From whom to learn ------------------------------------------------------------------------------------

-- Each strategy, a share of learning that is observing, in quarters, against any of the others.
local alone_observes, alone_innovates, rates = "4", "0", { 0.001, 0.01, 0.05, 0.1, 0.2, 0.4, 1 }
local function score(r, strategy, rate)
  local sample = r:select { ["learner.actions"] = strategy, ["env.change"] = rate }:average "return"
  sample.what = ("change %g: share"):format(rate)
  return sample:mean()
end
local function all_slow(f)
  local verdicts = {}
  for _, rate in ipairs(rates) do
    if rate <= 0.1 then verdicts[#verdicts + 1] = f(rate) end
  end
  return verdicts
end

g:train {
  name = "tournament",
  env = baud.env "tournament" { change = baud.sweep(rates), rounds = baud.full and 10000 or 2000 },
  learner = baud.learner "scripted" { actions = baud.sweep { "0", "1", "2", "3", "4" } },
  score = no_scores,
  seeds = 10,
  stop = { episodes = baud.full and 10 or 4 },
  claims = {
    baud.claim "who observes whenever it learns wins against the field, as long as payoffs stay for ten rounds or more" (function(r)
      return all_slow(function(rate) return score(r, alone_observes, rate):above(0.5) end)
    end),
    baud.claim "who innovates whenever it learns is beaten there" (function(r)
      return all_slow(function(rate) return score(r, alone_innovates, rate):below(0.5) end)
    end),
    baud.claim "there is less in observing where payoffs change fast, in four rounds of ten" (function(r)
      return score(r, alone_observes, 0.4):below(score(r, alone_observes, rates[1]).low)
    end),
    baud.claim "where all payoffs change in each round no strategy is better than another" (function(r)
      local verdicts = {}
      for strategy, group in r:by "learner.actions" do verdicts[#verdicts + 1] = score(group, strategy, 1):agrees(0.5, 0.05) end
      return verdicts
    end),
  },
}

return g
