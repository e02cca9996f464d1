-- one_bit: a learner that is told the outcome takes in about one bit an episode, however long the episode
--
-- Question. An episode can hold 20,000 tokens. If all that a learner is told at its end is whether it went well, how
-- many bits about the world does it take in, and how many could it have had through another channel?
--
-- Worlds. The lockbox hides one of N codes; an episode is some thinking and one guess. The lock asks for its digits one
-- by one. Both are drawn afresh for each seed, so a mean over seeds is a mean over worlds, and an ideal observer knows
-- to the bit what each episode told: offered is what it told at all, received what crossed to the learner, absorbed
-- what the learner can then say by its own probabilities. The corridor (Sutton and Barto, example 13.1) has nothing to
-- know: what is learned there is policy alone. So it is under the umbrella (bsuite), where one choice at the start decides
-- how the end is paid, and a coin pays all that lies between.
--
-- Learners. REINFORCE, RLOO and GRPO, which learn from rewards, on tables and over networks, and PPO with its critic;
-- imitation, from demonstrations; the exact Bayesian, who loses nothing, as the line to compare with; chance.
local baud = require "baud"
local h, log2 = baud.h, baud.log2

local posterior = baud.learner "posterior" {}

---- 1. The funnel of a box with 64 codes ----------------------------------------------------------------------

local lockbox = baud.part "lockbox" {
  doc = "64 codes, told right or wrong",
  env = baud.env "lockbox" { codes = 64, feedback = "outcome" },
  learner = baud.sweep {
    baud.learner "random" {},
    baud.learner "reinforce" { lr = 1, baseline = "none" },
    baud.learner "rloo" { lr = 4, group = 8 },
    baud.learner "grpo" { lr = 1, group = 8 },
    baud.learner "rloo_net" { lr = 0.03, hidden = 32, hidden_second = 0 },
    baud.learner "ppo" { lr = 3e-3, horizon = 32, hidden = 32, hidden_second = 0 },
    posterior,
  },
  seeds = 200,
  stop = { episodes = 1024 },
  claims = {
    baud.claim "absorbed ≤ received ≤ offered, for every learner" (function(r)
      local verdicts = {}
      for learner, group in r:by "learner" do
        local offered, received, absorbed = group:total "offered", group:total "received", group:total "absorbed"
        verdicts[#verdicts + 1] = baud.compare(offered, received, { paired = true }).difference:at_least(0, 1e-3)
        verdicts[#verdicts + 1] = baud.compare(received, absorbed, { paired = true }).difference:at_least(0, 1e-3)
      end
      local ok = baud.all(verdicts).ok
      local figures = {}
      for learner, group in r:by "learner" do
        local function bits(figure) return group:mean(figure, { at = "total" }).value end
        figures[#figures + 1] = ("%s %.3f ≤ %.3f ≤ %.3f"):format(learner, bits "absorbed", bits "received",
          bits "offered")
      end
      return ok, table.concat(figures, "; ")
    end),

    -- Σ (absorbed − received) over independent worlds exceeds b with probability 2^-b at most.
    baud.claim "no learner knows more than it was told: the certificate holds after 100 episodes" (function(r)
      local most, who, pairs_tested = -math.huge, "", 0
      for learner, group in r:by "learner" do
        local excess = (group:total("absorbed", 100) - group:total("received", 100)):sum()
        pairs_tested = pairs_tested + 1
        if excess > most then most, who = excess, learner end
      end
      return most <= 20 + log2(pairs_tested), ("most bits over: %s, %.2f in 200 worlds"):format(who, most)
    end),

    baud.claim "the first outcome tells h(1/64) = .116 bits, all outcomes together log2 64 = 6" (function(r)
      local listening = r:select { learner = { "reinforce", "rloo", "grpo", "posterior" } }
      return { listening:at("received", 1):mean():agrees(h(1 / 64)),
        r:select { learner = "posterior" }:total "received":mean():agrees(6, 1e-3) }
    end),

    baud.claim "who remembers what was wrong opens the box after (64 + 1) / 2 = 32.5 episodes" (function(r)
      return r:select { learner = "posterior" }:first("success", 1):mean():agrees(32.5)
    end),

    baud.claim "a group whose rewards are all alike teaches RLOO and GRPO nothing: received and not absorbed"
    (function(r)
      local verdicts = {}
      for _, learner in ipairs { "rloo", "grpo" } do
        local group = r:select { learner = learner }
        local alike = group:keep(group:total("success", 8), function(hits) return hits == 0 end, "without a hit")
        verdicts[#verdicts + 1] = alike:total("received", 8):mean():above(0.1)
        verdicts[#verdicts + 1] = alike:total("absorbed", 8):mean():agrees(0, 1e-6)
      end
      return verdicts
    end),

    -- The bound that is usually quoted, added up: it counts what is told again and again.
    baud.claim "the usual count, H_b of the success rate an episode, adds up to more than ten times what there is"
    (function(r)
      local reinforce = r:select { learner = "reinforce" }
      local sum = 0
      for _, p in ipairs(reinforce:curve "success") do sum = sum + h(p) end
      local absorbed = reinforce:total "absorbed":mean()
      return absorbed.high <= 6.001 and sum > 60, ("Σ H_b = %.0f bits; %s"):format(sum, tostring(absorbed))
    end),
  },
}

---- 2. Length -------------------------------------------------------------------------------------------------

local thinking = baud.part "thinking" {
  doc = "the same box after 10 to 20,000 steps of thinking",
  env = baud.env "lockbox" { codes = 64, thinking = baud.sweep { 10, 100, 1000, 20000 } },
  learner = posterior,
  seeds = 20,
  stop = { episodes = 64 },
  claims = {
    baud.claim "an episode of 20,001 steps tells as much as one of 11" (function(r)
      -- After half the episodes: half of the boxes are open (6 bits), for the others half of the codes are out (1).
      local verdicts = {}
      for length, group in r:by "env.thinking" do
        verdicts[#verdicts + 1] = group:total("received", 32):mean():agrees(3.5)
        verdicts[#verdicts + 1] = group:total "received":mean():agrees(6, 1e-3)
      end
      return verdicts
    end),
    baud.claim "so steps a bit grow in proportion to the length" (function(r)
      local verdicts = {}
      for length, group in r:by "env.thinking" do
        local price = group:total "steps" / group:total "received"
        price.what = ("%d steps: steps a bit"):format(length + 1)
        verdicts[#verdicts + 1] = price:mean():near(64 * (length + 1) / 6, { relative = 1e-3 })
      end
      return verdicts
    end),
  },
}

---- 3. Other channels -----------------------------------------------------------------------------------------

local feedback = baud.part "feedback" {
  doc = "right or wrong; how far off; which bits were right; the code itself",
  env = baud.env "lockbox" { codes = 64, feedback = baud.sweep { "outcome", "distance", "bits", "label" } },
  reward = baud.reward "dense" {},
  learner = posterior,
  seeds = 200,
  stop = { episodes = 64 },
  claims = {
    baud.claim "a label tells at least what an outcome does, at every success rate" (function(r)
      local label = r:select { ["env.feedback"] = "label" }:curve "received"
      local outcome = r:select { ["env.feedback"] = "outcome" }:curve "received"
      local told_by_label, told_by_outcome, least = 0, 0, math.huge
      for episode = 1, #outcome do
        told_by_label, told_by_outcome = told_by_label + label[episode], told_by_outcome + outcome[episode]
        least = math.min(least, told_by_label - told_by_outcome)
      end
      local text = "label − outcome, in total by any episode: ≥ %.4f bits; in the first: %.3f against %.3f"
      return least >= -1e-6, text:format(least, label[1], outcome[1])
    end),
    baud.claim "in one episode a label and its bits tell all 6 bits, a distance 5.52, an outcome .116" (function(r)
      local entropy = 0 -- of the distance between a code and a guess, both uniform, given the guess
      for guess = 0, 63 do
        for distance = 0, 63 do
          local ways = (guess - distance >= 0 and 1 or 0) + (distance > 0 and guess + distance <= 63 and 1 or 0)
          if ways > 0 then entropy = entropy - ways / 64 * log2(ways / 64) / 64 end
        end
      end
      local function first(kind) return r:select { ["env.feedback"] = kind }:at("received", 1):mean() end
      return { first "label":agrees(6, 1e-3), first "bits":agrees(6, 1e-3), first "distance":agrees(entropy),
        first "outcome":agrees(h(1 / 64)) }
    end),
  },
}

local demonstration = baud.part "demonstration" {
  doc = "100 codes, an expert who shows the right one",
  env = baud.env "lockbox" { codes = 100 },
  demonstrator = { competence = 1 },
  channels = { "observation", "demonstration" },
  learner = baud.sweep { baud.learner "imitate" {}, posterior },
  seeds = 50,
  stop = { episodes = 3 },
  claims = {
    baud.claim "one demonstration is log2 100 = 6.64 bits, and imitation absorbs them at once" (function(r)
      local imitate = r:select { learner = "imitate" }
      return { imitate:at("received", 1):mean():agrees(log2(100), 1e-3),
        imitate:at("absorbed", 1):mean():near(log2(100), { absolute = 0.01 }), imitate:mean "success":above(0.98) }
    end),
  },
}

local erring = baud.part "erring expert" {
  doc = "an expert who is right with q, else shows any other code",
  env = baud.env "lockbox" { codes = 100 },
  demonstrator = { competence = baud.sweep { 0.9, 0.5, 0.01 } },
  channels = { "observation", "demonstration" },
  learner = posterior,
  seeds = 1000,
  stop = { episodes = 1 },
  claims = {
    baud.claim "an expert right with q is worth log2 N − h(q) − (1−q) log2(N−1): 5.51, 2.33 and 0 bits" (function(r)
      local verdicts = {}
      for q, group in r:by "demonstrator.competence" do
        verdicts[#verdicts + 1] = group:at("received", 1):mean():agrees(log2(100) - h(q) - (1 - q) * log2(99), 1e-6)
      end
      return verdicts
    end),
  },
}

local flipped = baud.part "flipped" {
  doc = "an outcome that is wrong one time in ten",
  env = baud.env "lockbox" { codes = baud.sweep { 2, 100 } },
  reward = baud.reward "flipped" { epsilon = 0.1 },
  learner = posterior,
  seeds = 2000,
  stop = { episodes = 1 },
  claims = {
    baud.claim "a flipped outcome keeps h(p(1−ε) + (1−p)ε) − h(ε): .531 bits of 1, .025 of .081" (function(r)
      local verdicts = {}
      for codes, group in r:by "env.codes" do
        local p = 1 / codes
        verdicts[#verdicts + 1] = group:at("received", 1):mean():agrees(h(p * 0.9 + (1 - p) * 0.1) - h(0.1))
      end
      return verdicts
    end),
  },
}

---- 4. How long learning takes --------------------------------------------------------------------------------

-- REINFORCE without a baseline moves only when it hits, so before its first hit it is chance: a wait of N in the mean.
-- P(right) > .9 after 27, 180 and 852 episodes: our own earlier runs, by an independent program. A public study of the
-- same box reports 19, 129 and 599 to the first hit with a learner of its own, and 2 for supervised learning.
local function waiting(codes, episodes, sure)
  return baud.part("first hit of " .. codes) {
    doc = "how many episodes to the first success, and until success is nearly sure",
    env = baud.env "lockbox" { codes = codes },
    learner = baud.sweep { baud.learner "reinforce" { lr = 1, baseline = "none" }, posterior },
    seeds = 200,
    stop = { episodes = episodes },
    claims = {
      baud.claim(("%d codes: REINFORCE hits first after %d episodes, elimination after %g"):format(codes, codes,
        (codes + 1) / 2))(function(r)
        return { r:select { learner = "reinforce" }:first("success", 1):mean():agrees(codes),
          r:select { learner = "posterior" }:first("success", 1):mean():agrees((codes + 1) / 2) }
      end),
      baud.claim(("%d codes: REINFORCE hits with P > .9 after %d episodes"):format(codes, sure))(function(r)
        -- What it knows is log2 (N P): the quiz asks for the probability of the right code.
        local reached = r:select { learner = "reinforce" }:first("known", log2(0.9 * codes))
        reached.what = "P > .9 at"
        return reached:mean():near(sure, { relative = 0.1 })
      end),
    },
  }
end

---- 5. Credit: the same 6 bits in three digits ----------------------------------------------------------------

local digits = baud.part "digits" {
  doc = "three digits of four symbols; told the outcome, each digit, or stopped at the first wrong one",
  env = baud.env "lock" { digits = 3, symbols = 4, feedback = baud.sweep { "outcome", "per_digit", "reset" } },
  reward = baud.reward "dense" {},
  learner = baud.sweep { baud.learner "reinforce" { lr = 1 }, posterior },
  seeds = 300,
  stop = { episodes = 70 },
  claims = {
    baud.claim "three digits: 32.5 episodes by outcome, 5.5 where the first error ends the entry" (function(r)
      local exact = r:select { learner = "posterior" }
      return { exact:select { ["env.feedback"] = "outcome" }:first("success", 1):mean():agrees(32.5),
        exact:select { ["env.feedback"] = "reset" }:first("success", 1):mean():agrees(5.5) }
    end),
    baud.claim "three digits: told each, an episode is worth 3 h(1/4) = 2.43 bits, told the outcome h(1/64) = .116"
    (function(r)
      return { r:select { ["env.feedback"] = "per_digit" }:at("received", 1):mean():agrees(3 * h(1 / 4)),
        r:select { ["env.feedback"] = "outcome" }:at("received", 1):mean():agrees(h(1 / 64)) }
    end),
    baud.claim "REINFORCE, too, absorbs more in its first 10 episodes the more it is told" (function(r)
      local reinforce = r:select { learner = "reinforce" }
      local each = reinforce:select { ["env.feedback"] = "per_digit" }:total("absorbed", 10)
      local outcome = reinforce:select { ["env.feedback"] = "outcome" }:total("absorbed", 10)
      return baud.compare(each, outcome, { paired = true }).difference:above(0)
    end),
  },
}

local eight = baud.part "eight digits" {
  doc = "65,536 combinations, stopped at the first wrong digit",
  env = baud.env "lock" { digits = 8, symbols = 4, feedback = "reset" },
  reward = baud.reward "dense" {},
  learner = posterior,
  seeds = 300,
  stop = { episodes = 30 },
  claims = {
    baud.claim "eight digits that stop at the first error take 13 episodes, not 32,768.5: L (A−1) / 2 + 1" (function(r)
      return { r:first("success", 1):mean():agrees(13), r:total "received":mean():agrees(16, 1e-2) }
    end),
  },
}

---- 6. Policy without knowledge -------------------------------------------------------------------------------

local corridor = baud.part "corridor" {
  doc = "three states that look alike, the middle one with its actions switched",
  env = baud.env "corridor" {},
  reward = baud.reward "dense" {},
  learner = baud.sweep {
    baud.learner "random" {},
    baud.learner "reinforce" { lr = 2 ^ -13, baseline = "state", discount = 1 },
    baud.learner "sarsa_lambda" { lr = 0.1, lambda = 0, epsilon = 0.1, discount = 1 },
  },
  seeds = 100,
  stop = { episodes = 3000 },
  claims = {
    baud.claim "corridor: REINFORCE finds the best stochastic policy, J = −11.66 at P(right) = .586; chance has −12"
    (function(r)
      local last = { from = 2001, to = 3000 }
      return { r:select { learner = "reinforce" }:mean("return", last):near(-11.66, { absolute = 0.1 }),
        r:select { learner = "random" }:mean("return"):agrees(-12) }
    end),
    baud.claim "corridor: learned values with ε = .1, which must go one way or the other, do worse than chance"
    (function(r)
      return r:select { learner = "sarsa_lambda" }:mean("return", { from = 2001, to = 3000 }):below(-12)
    end),
  },
}

-- The two policies between which it goes to and fro, each held: first values that are far too low are raised by the
-- action that ends an episode alone, "right"; far too high ones are lowered by it, and "left" stays the better. The step
-- is too small to undo that. J = -2 (2 - p) / (p (1 - p)) with p = P(right).
local greedy = baud.part "corridor, greedy" {
  doc = "the same, by a learner that goes right (or left) but for one time in ten, when it goes either way",
  env = baud.env "corridor" {},
  reward = baud.reward "dense" {},
  learner = baud.learner "sarsa_lambda" { lr = 1e-6, lambda = 0, epsilon = 0.1, discount = 1,
    initial = baud.sweep { -1e6, 1e6 } },
  seeds = 100,
  stop = { episodes = 1000 },
  claims = {
    baud.claim "corridor: .1-greedy for right is worth J = −44.2, for left −82.1" (function(r)
      local function value(p) return -2 * (2 - p) / (p * (1 - p)) end
      local function held(initial) return r:select { ["learner.initial"] = initial }:mean("return", { from = 2 }) end
      return { held(-1e6):near(value(0.95), { relative = 0.02 }), held(1e6):near(value(0.05), { relative = 0.02 }) }
    end),
  },
}

---- 7. One bit behind many --------------------------------------------------------------------------------------

-- Whether to take an umbrella is decided in the first step and paid in the last one: bsuite's umbrella_length and
-- umbrella_distract. PPO looks at 512 steps at a time, through a critic that passes the outcome back.
local critic = baud.learner "ppo" { discount = 1, lambda = 0.8, lr = 1e-3, value_clip = 0, horizon = 512 }
local late = { from = 9001, to = 10000 }

local function umbrella(name, doc, reward, params, claim)
  return baud.part(name) {
    doc = doc,
    env = baud.env "umbrella" (params),
    reward = baud.reward(reward) {},
    learner = critic,
    score = { answers = 0, quiz = 0 },
    seeds = baud.full and 10 or 3,
    stop = { episodes = 10000 },
    claims = { claim },
  }
end

local function success(r, key, value) return r:select { [key] = value }:average("success", late) end

local umbrella_outcome = umbrella("umbrella, outcome", "a choice in the first of 5 to 100 steps, told right or wrong in the last",
  "outcome", { distractors = 20, length = baud.sweep { 5, 20, 100 } },
  baud.claim "umbrella: told nothing but the outcome, PPO learns a first step that is judged 5, 20 or 100 steps later"
  (function(r)
    local verdicts = {}
    for length, group in r:by "env.length" do verdicts[#verdicts + 1] = group:average("success", late):mean():above(0.8) end
    return verdicts
  end))

local umbrella_length = umbrella("umbrella, length", "the same, where a coin pays at every other step",
  "dense", { distractors = 20, length = baud.sweep { 5, 20, 100 } },
  baud.claim "umbrella: among rewards by luck the same outcome is found in 5 steps, and hardly in 100" (function(r)
    return { success(r, "env.length", 5):mean():above(0.9),
      baud.compare(success(r, "env.length", 5), success(r, "env.length", 100)).difference:above(0.1) }
  end))

local umbrella_distract = umbrella("umbrella, distraction", "20 steps, with 1 to 100 bits to be seen that mean nothing",
  "dense", { length = 20, distractors = baud.sweep { 1, 20, 100 } },
  baud.claim "umbrella: what means nothing hides what does: success falls from 1 distractor to 100" (function(r)
    return { success(r, "env.distractors", 1):mean():above(0.9),
      baud.compare(success(r, "env.distractors", 1), success(r, "env.distractors", 100)).difference:above(0.1) }
  end))

return baud.experiment {
  name = "one_bit",
  doc = "a learner that is told the outcome takes in about one bit an episode, however long the episode",
  reward = baud.reward "outcome" {},
  score = { answers = 0, quiz = 1 },
  parts = { lockbox, thinking, feedback, demonstration, erring, flipped, waiting(10, 300, 27), waiting(100, 2000, 180),
    waiting(500, 7000, 852), digits, eight, corridor, greedy, umbrella_outcome, umbrella_length, umbrella_distract },
}
