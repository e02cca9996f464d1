-- continual: a stream that does not end, in a world that does not stand still
--
-- Question. An animal's life has no episodes, and what it has learnt may cease to be true. What does a learner need that
-- takes each moment once and is never reset? Three settings:
--   reber    letters without a break between strings, whose end depends on their beginning: a memory that nobody resets must
--            be able to let go by itself (Gers, Schmidhuber and Cummins, Learning to forget, Neural Computation 12, 2000)
--   slow     a function whose inputs change slowly: plain gradient steps lose their plasticity, and where useless units begin
--            anew they do not (Dohare et al., Loss of plasticity in deep continual learning, Nature 2024)
--   before,  a chain of symbols whose law is drawn afresh half-way, unannounced: how many bits a learner loses when its world
--   after    is another one, and how soon it has regained them
local baud = require "baud"

-- A sample under a name of its own in the figures.
local function named(sample, what) return sample:map(function(x) return x end, what) end

---- 1. A memory that nobody resets ----------------------------------------------------------------------------

-- A string has 12 letters in the mean, and 7 bits of chance for one who knows the grammar.
local strings, chance = 100, 7
local function lstm(settings)
  return baud.learner "stream_lstm" { forget_gate = baud.sweep { true, false }, loss = settings.loss, lr = settings.lr }
end
local function per_string(group, figure, what)
  return named(group:average(figure, { last = 0.1 }) / strings, what):mean()
end
local function with_gate(r, has) return r:select { learner = "stream_lstm", ["learner.forget_gate"] = has } end

local of_reber = {
  baud.claim "reber: with forget gates LSTM names the outer letter as published, .98 to 1.00; without it falls to chance"
  (function(r)
    local verdicts = {}
    for loss, group in r:select { learner = "stream_lstm" }:by "learner.loss" do
      verdicts[#verdicts + 1] = per_string(with_gate(group, true), "return", loss .. " with, named"):above(0.98)
      verdicts[#verdicts + 1] = per_string(with_gate(group, false), "return", loss .. " without, named"):below(0.6)
    end
    return verdicts
  end),
  baud.claim "reber: then it pays hardly more than the 7 bits a string that are chance" (function(r)
    local told = r:select { ["learner.loss"] = "cross_entropy" }
    return { per_string(with_gate(told, true), "code.observation", "with, bits"):below(chance + 0.25),
      per_string(with_gate(told, false), "code.observation", "without, bits"):above(chance + 1),
      per_string(told, "noise.observation", "chance, bits"):agrees(chance, 0.1) }
  end),
  baud.claim "reber: who looks back eight letters misses the outer one where a string is longer" (function(r)
    return per_string(r:select { learner = "ctw" }, "code.observation", "ctw, bits"):within(chance + 0.25, chance + 1)
  end),
}

---- 2. Inputs that change slowly ------------------------------------------------------------------------------

local function error_of(r, method, where, when)
  return named(r:select { ["learner.method"] = method }:average("return", where) / -1000, method .. " " .. when)
end
local function early_of(r, method) return error_of(r, method, { from = 21, to = 100 }, "early") end
local function late_of(r, method) return error_of(r, method, { last = 0.1 }, "late") end

local of_slow = {
  baud.claim "slow change: the error of plain steps falls, and then rises above what it was" (function(r)
    local first, early = error_of(r, "sgd", { from = 1, to = 1 }, "first"), early_of(r, "sgd")
    return { baud.compare(first, early, { paired = true }).difference:above(0),
      baud.compare(late_of(r, "sgd"), early, { paired = true }).difference:above(0) }
  end),
  baud.claim "slow change: with continual backpropagation it stays where it is, at less than two thirds of that" (function(r)
    local early, late = early_of(r, "continual_backprop"), late_of(r, "continual_backprop")
    return { baud.compare(late, early, { paired = true }).difference:within(-0.3, 0.3),
      named(late / late_of(r, "sgd"), "late, of that of sgd"):mean():below(2 / 3) }
  end),
}

---- 3. Another world ------------------------------------------------------------------------------------------

-- What a learner knows of the world that it is in, at the end of the first one, after an episode of the second, at its end.
local function course(r, learner)
  local old, new = r:select { part = "before", learner = learner }, r:select { part = "after", learner = learner }
  return old:last "known", new:at("known", 1), new:last "known", new
end

local of_change = {
  baud.claim "another world: bits lost when it came, bits regained, episodes until what is known is worth something" (function(r)
    local met, figures = true, {}
    for learner in r:select { part = "after" }:by "learner" do
      local known, stale, now, new = course(r, learner)
      local lost, regained = (known - stale):mean(), (now - stale):mean()
      met = met and lost.low > 0 and regained.low > 0
      figures[#figures + 1] = ("%s lost %.1f, regained %.1f, level after %.0f"):format(learner, lost.value, regained.value,
        new:first("known", function(x) return x >= 0 end):median().value)
    end
    return met, table.concat(figures, "; ")
  end),
  baud.claim "another world: what follows by steps has regained its bits; what counts all that ever was has not" (function(r)
    local function gain(learner)
      local known, _, now = course(r, learner)
      return named(now - known, learner .. " known after − before"):mean()
    end
    return { gain "stream_lstm":above(-1), gain "sft":above(-1), gain "posterior":below(-1), gain "ctw":below(-1) }
  end),
  baud.claim "another world: there was as much to be received in it as in the old one" (function(r)
    local new, old = r:select { part = "after", learner = "posterior" }, r:select { part = "before", learner = "posterior" }
    return baud.compare(new:total "received", old:total "received", { paired = true }).difference:within(-25, 25)
  end),
}

---- The graph -------------------------------------------------------------------------------------------------

local g = baud.graph { name = "continual", doc = "a stream that does not end, in a world that does not stand still", claims = of_change }

g:train {
  name = "reber",
  env = baud.env "reber" { strings = strings },
  learner = baud.sweep { lstm { loss = "squared", lr = 0.1 }, lstm { loss = "cross_entropy", lr = 0.02 }, baud.learner "ctw" {} },
  score = { answers = 5, quiz = 0 },
  seeds = baud.full and 20 or 4,
  stop = { episodes = 800 },
  claims = of_reber,
}

g:train {
  name = "slow",
  env = baud.env "slow_change" { length = 1000 }, -- ten of these are one period of the inputs
  learner = baud.learner "regression" { method = baud.sweep { "sgd", "continual_backprop" }, activation = "relu", lr = 0.01 },
  score = { answers = 0, quiz = 0 },
  seeds = baud.full and 30 or 10,
  stop = { steps = baud.full and 3000000 or 1000000 },
  claims = of_slow,
}

local before = g:train {
  name = "before",
  env = baud.env "stream" { symbols = 8, memory = "chain", law = "drawn", length = 50 },
  channels = { "observation" },
  learner = baud.sweep {
    baud.learner "posterior" {},
    baud.learner "ctw" {},
    baud.learner "sft" {},
    baud.learner "stream_lstm" { loss = "cross_entropy", lr = 0.05 },
  },
  seeds = baud.full and 100 or 10,
  stop = { episodes = 400 },
}

g:train {
  name = "after",
  from = before,
  world = 1,
}

return g
