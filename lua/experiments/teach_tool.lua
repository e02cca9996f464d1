-- teach_tool: supervised fine-tuning as a tool call
--
-- Question. What a learner sees is gone with its memory unless it is put into weights, and to train on everything costs
-- as much as it is long. What is it worth to be trained on what one has just seen, and when?
--
-- Setting. Facts stream past, a key and its value each with two fillers behind it, past a window of 8 tokens that is
-- shorter than they are; then a question. The inner learner is a GRU that predicts the next token and answers by what it
-- predicts; it never trains by itself. A call of the tool `teach` trains it on the token that it sees and the one
-- before, takes a step and costs .1; the reward is bits absorbed and answers that were right, less what calls cost.
-- Three callers decide, token by token: one never calls, one after every token, one at the values of the facts.
--
-- Who finds that out by itself? In `caller` the inner learner remembers in fast weights, by the delta rule, and a call writes
-- into slow ones. L facts stream past, with two fillers behind each, half of them noise; the window is cut where W of them are
-- still to come; then there are Q questions. Derived: who never calls answers W/L + (1 - W/L)/V, of V values; who calls after
-- every token pays for all of them; who calls at each fact once has 1 - cost left of a question where L = Q. RLOO and ReST-EM,
-- which keeps the best of 5, decide by the token in sight alone, and the echo of an answer looks as a fact's value does: the
-- best that they can do is to call at both, and that leaves 1 - cost (L + Q) / Q.
--
-- What is asked of the ledger: bits of the facts absorbed, and what is left of them when memory is wiped, which is what
-- sits in the weights. What is received is the same for all.
local baud = require "baud"

-- What is shown and asked in an inner episode: 4 facts of 4 tokens, then a question of 3; calls come on top.
local recall = baud.env "recall" { keys = 4, values = 4, shown = 4, filler = 2, questions = 1 }
local cost, tokens = 0.1, 4 * (4 * 4 + 3) -- of a lifetime of 4 episodes, without calls

-- Who calls when: never; after every token; at the values alone, where a pair is in sight.
local callers = { never = "0", always = "1 0", facts = ("0 1 0 0 0 "):rep(4) .. "0 0 0" }
local function scripted(name) return baud.learner "scripted" { actions = callers[name] } end
local function of(r, name) return r:select { ["learner.actions"] = callers[name] } end

-- A lifetime's mean of a figure, one number a trial; bits are of all lifetimes together, so over their number.
local function per_life(r, figure, what)
  local sample = figure == "absorbed" and r:total(figure) / 60 or r:average(figure)
  sample.what = what
  return sample
end
local function calls(r, what)
  local sample = r:average "steps" - tokens
  sample.what = what
  return sample
end

local sft = baud.part "sft" {
  doc = "a GRU that is trained on what is in sight: three who call by a script",
  env = baud.lifetime {
    env = baud.toolbox { env = recall, span = 2, cost = cost, calls = 20 },
    learner = baud.window { length = 8, learner = baud.learner "sft" { units = 16, horizon = 400, lr = 0.03 } },
    episodes = 4, decides = "tool", sees = "observation", pays = "profit",
  },
  learner = baud.sweep { scripted "never", scripted "always", scripted "facts" },
  seeds = baud.full and 20 or 8,
  stop = { episodes = 60 },
  claims = {
    baud.claim "all are told the same: 8 bits a lifetime, the values of four keys" (function(r)
      local told = r:total "received" / 60
      told.what = "received a lifetime"
      return told:mean():near(8, { absolute = 1e-3 })
    end),
    baud.claim "who never calls has nothing left of it when the window has gone past" (function(r)
      return per_life(of(r, "never"), "known", "never: known"):mean():within(-0.2, 0.2)
    end),
    baud.claim "what a call teaches is in the weights: wiping memory takes nothing away" (function(r)
      local kept, wiped = per_life(of(r, "facts"), "known", "known"), per_life(of(r, "facts"), "known_wiped", "wiped")
      local lost = kept - wiped
      lost.what = "facts: lost with memory"
      return { wiped:mean():above(1), lost:mean():within(-0.05, 0.05) }
    end),
    baud.claim "calling at the facts alone takes in more than half of what calling at every token does, with less than a third of the calls"
    (function(r)
      local facts, always = of(r, "facts"), of(r, "always")
      local bits = per_life(facts, "absorbed", "facts") - per_life(always, "absorbed", "always") * 0.5
      bits.what = "bits over half of always"
      local spared = calls(always, "always: calls") / 3 - calls(facts, "facts: calls")
      spared.what = "calls under a third of always"
      return { bits:mean():above(0), spared:mean():above(0) }
    end),
    baud.claim "so that it pays, and calling at every token does not: profit above and below that of never calling" (function(r)
      local never = of(r, "never"):average "return"
      local facts, always = of(r, "facts"):average "return" - never, of(r, "always"):average "return" - never
      facts.what, always.what = "facts over never", "always over never"
      return { facts:mean():above(0), always:mean():below(0) }
    end),
  },
}

-- Fast weights, and callers who learn when to call.
local L, Q, W, V, price = 16, 16, 2, 4, 0.1
local fact, question = 4, 3 -- tokens
local stream = L * fact + Q * question
local function associator(window)
  return baud.window { length = window,
    learner = baud.learner "fast_weights" { carry = true, first_said = 4 + L, last_said = 4 + L + V - 1 } }
end
local function facts_and_questions(window)
  return baud.lifetime {
    env = baud.toolbox {
      env = baud.env "recall" { keys = L, values = V, shown = L, filler = fact - 2, questions = Q, noise = 0.5, noises = 8 },
      span = 2, cost = price, calls = stream,
    },
    learner = associator(window), episodes = 1, decides = "call", sees = "observation", pays = "return", quiz = 1,
  }
end
local scripts = { never = "0", always = "1", facts = ("0 1 0 0 "):rep(L) .. ("0 "):rep(Q * question) }
local function by(name) return baud.learner "scripted" { actions = scripts[name] } end
local function caller_of(r, name)
  return scripts[name] and r:select { ["learner.actions"] = scripts[name] } or r:select { learner = name }
end
local function a_question(r, name, where)
  local sample = caller_of(r, name):average("return", where) / Q
  sample.what = name .. ": reward a question"
  return sample
end
local late = { last = 0.1 }
local best = 1 - price * (L + Q) / Q

local caller = baud.part "caller" {
  doc = "fast weights, and callers who learn when to call",
  env = facts_and_questions((L - W) * fact),
  learner = baud.sweep { by "never", by "always", by "facts", baud.learner "rloo" { lr = 0.3 }, baud.learner "rest_em" { lr = 0.3 } },
  seeds = baud.full and 20 or 6,
  stop = { episodes = baud.full and 6000 or 1500 },
  claims = {
    baud.claim "who never calls answers what is still in the window, and guesses: W/L + (1 - W/L)/V" (function(r)
      return a_question(r, "never"):mean():near(W / L + (1 - W / L) / V, { absolute = 0.01 })
    end),
    baud.claim "who always calls knows all and pays for every filler, who calls once a fact pays 1 - cost" (function(r)
      return { a_question(r, "always"):mean():near(1 - price * stream / Q, { absolute = 0.01 }),
        a_question(r, "facts"):mean():near(1 - price, { absolute = 0.01 }) }
    end),
    baud.claim "RLOO comes within .05 of 1 - cost, the cost of all values that it sees" (function(r)
      return a_question(r, "rloo", late):mean():above(best - 0.05)
    end),
    baud.claim "so does ReST-EM, which keeps the best of 5" (function(r)
      return a_question(r, "rest_em", late):mean():above(best - 0.05)
    end),
    baud.claim "both gain more than those who never and who always call" (function(r)
      local verdicts = {}
      for _, name in ipairs { "rloo", "rest_em" } do
        for _, other in ipairs { "never", "always" } do
          local gain = a_question(r, name, late) - a_question(r, other, late)
          gain.what = name .. " over " .. other
          verdicts[#verdicts + 1] = gain:mean():above(0)
        end
      end
      return verdicts
    end),
    baud.claim "what RLOO had taught is known when the window has dropped it all: 9 of 10 bits; of who never calls, nothing" (function(r)
      local known, none = caller_of(r, "rloo"):average("known", late), caller_of(r, "never"):average "known"
      known.what, none.what = "rloo: known", "never: known"
      return { known:mean():above(0.9 * L * baud.log2(V)), none:mean():within(-0.01, 0.01) }
    end),
  },
}

local placement = baud.part "placement" {
  doc = "the same without a cut: where the bits are, in context or in weights",
  env = facts_and_questions(10 * stream),
  learner = baud.sweep { by "never", by "facts" },
  seeds = 6, stop = { episodes = 50 },
  claims = {
    baud.claim "without a call all bits are in the context, with one at each fact they are in the weights: calls move them" (function(r)
      local bits, verdicts = L * baud.log2(V), {}
      for name, wanted in pairs { never = 0, facts = bits } do
        local group = caller_of(r, name)
        local known, wiped = group:average "known", group:average "known_wiped"
        known.what, wiped.what = name .. ": known", name .. ": in weights"
        verdicts[#verdicts + 1] = known:mean():near(bits, { absolute = 0.05 })
        verdicts[#verdicts + 1] = wiped:mean():near(wanted, { absolute = 0.05 })
      end
      return verdicts
    end),
  },
}

return baud.experiment {
  name = "teach_tool",
  doc = "supervised fine-tuning as a tool call: what is it worth, and when?",
  parts = { sft, caller, placement },
}
