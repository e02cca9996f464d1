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

local parts = {}
for i, f in ipairs(functions) do
  parts[i] = baud.part(f.name) {
    doc = "CMA-ES in ten dimensions, to 1e-9",
    env = baud.env "functions" { ["function"] = f.name, dimension = 10, target = 1e-9 },
    learner = baud.learner "cma_es" { sigma = f.sigma, start = f.start },
    score = no_scores,
    seeds = 51,
    stop = { episodes = 8000 },
  }
end

local numbers = baud.claim "CMA-ES needs no more than 1.2 times the evaluations of its author's program" (function(r)
  local met, figures = true, {}
  for i, f in ipairs(functions) do
    local needed = r:select { ["env.function"] = f.name }:first("success", 1):mean()
    met = met and needed.high <= 1.2 * f.published
    figures[i] = ("%s %.0f±%.0f (%d)"):format(f.name, needed.value, (needed.high - needed.low) / 2, f.published)
  end
  return met, table.concat(figures, ", ")
end)

---- 2. Learners -----------------------------------------------------------------------------------------------

local animals, generations = 1000, 50
local function last_generation(r, figure) return r:average(figure, { last = 1 / generations }):mean() end

parts[#parts + 1] = baud.part "hinton and nowlan" {
  doc = "a needle in a haystack, for animals that learn and for such that do not",
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

---- 3. Those who copy -----------------------------------------------------------------------------------------

local members = baud.full and 10000 or 1000
local ages = 200

local function culture(settings)
  settings.learner = baud.learner "genetic" { population = members, selection = "proportional", crossover = 0, mutation = 0.001, elites = 0 }
  settings.lanes = members
  settings.score = no_scores
  settings.stop = { episodes = members * ages }
  return settings
end
-- Of the last two thirds of all generations.
local function late(r, figure, what)
  local sample = r:average(figure, { last = 2 / 3 })
  sample.what = what
  return sample:mean()
end
local function share(r, what) return late(r, "success", (what or "") .. "share") end
local function fitness(r, what) return late(r, "return", (what or "") .. "fitness") end

parts[#parts + 1] = baud.part "social learners" (culture {
  doc = "some try by themselves, others do what one of the generation before did",
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
    baud.claim "Rogers' paradox: nearly all copy, and the group is hardly better off for it than with nobody who does, at 1.3" (function(r)
      local verdicts = {}
      for changes, group in r:by "env.changes" do
        verdicts[#verdicts + 1] = share(group, changes .. ": "):above(0.7)
        verdicts[#verdicts + 1] = fitness(group, changes .. ": "):within(1.27, 1.35)
      end
      return verdicts
    end),
  },
})

parts[#parts + 1] = baud.part "critical learners" (culture {
  doc = "others copy, and try by themselves where that turns out wrong",
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
parts[#parts + 1] = baud.part "stability" (culture {
  doc = "how often may a world change, before it no longer pays to copy?",
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

return baud.experiment {
  name = "evolve",
  doc = "what evolution finds, and what learning does for it",
  parts = parts,
  claims = { numbers },
}
