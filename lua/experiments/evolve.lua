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

return baud.experiment {
  name = "evolve",
  doc = "what evolution finds, and what learning does for it",
  parts = parts,
  claims = { numbers },
}
