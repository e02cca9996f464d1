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

return baud.experiment {
  name = "teach_tool",
  doc = "supervised fine-tuning as a tool call: what is it worth, and when?",
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
