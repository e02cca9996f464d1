-- bits_ladder: one world, nine ways to learn from it, and how many bits an episode each of them takes in
--
-- Question. Of one and the same episode an outcome-rewarded learner is told about one bit at most, however long the episode is.
-- What else is in it, and who takes in how much of that?
--
-- World. A maze of 64 rooms with four doors each, one of which leads on. An episode is a walk through four of them, with 12
-- tokens of thinking before each, in which nothing counts; after a door is taken, a sign is seen that says which would have
-- been right; all four have to be right, as with a lock. There are 128 bits to know, the same for a whole life of 32 episodes.
-- Everybody is sent the same: what an ideal observer makes of it is what is offered. The quiz asks everybody the same 64
-- questions, which door leads on: as what one would do there, or, the world model, as which sign one would see.
--
-- Learners, from what each makes use of:
--   outcome reward     REINFORCE, paid for a walk that is right as a whole
--   dense reward       the same, paid for each right door
--   all tokens         a small network that is trained once on every token it sees, to say what comes next
--   selected tokens    the same network and as many gradients of tokens, all of them spent on signs: 13 times on each
--   teach tool         the same network, which is trained when a tool is called, at a sign, on the last two tokens
--   world model        a network that predicts what an action leads to, trained again and again from a replay buffer
--   demonstrations     imitation of an expert who is right four times out of five, and is taken at his word
--   evolved imitator   the same, whose trust in the expert evolution has found, life by life
--   ideal observer     the exact Bayesian: who takes in all there is
local baud = require "baud"
local h = baud.h

local rooms, doors, walk, thinking = 64, 4, 4, 12
local episodes = 32 -- of a life
local tokens = walk * (thinking + 2) - 1 -- of an episode
local reliability = 0.8
local size = baud.full and 4 or 1

local function maze(asks, more)
  return baud.env "lock_maze" { rooms = rooms, doors = doors, walk = walk, thinking = more or thinking, asks = asks or "doors" }
end

-- The network of three rungs: it sees the present token, and acts by what it says comes next.
local function network(settings)
  settings.core, settings.window, settings.units = "transformer", 1, 64
  settings.says, settings.first = doors, rooms
  return baud.learner "sft" (settings)
end

-- A script of what to do in each turn of an episode: nothing while thinking, `room` in a room, `sign` at its sign.
local function script(room, sign)
  local stage, quiet = {}, ("0 "):rep(thinking)
  for i = 1, walk do stage[i] = quiet .. room .. (i < walk and sign or "") end
  return table.concat(stage, " ")
end

---- The rungs -------------------------------------------------------------------------------------------------------

-- What a part's trials are counted in: episodes of a life, and lives in a trial.
local rungs = {}
local function rung(name, settings)
  local lives = settings.lives or 1
  settings.lives = nil
  settings.stop = settings.stop or { episodes = settings.is_of_lives and lives or episodes }
  settings.score = settings.is_of_lives and { answers = 0, quiz = 0 } or { answers = 0, quiz = episodes }
  rungs[#rungs + 1] = { name = name, is_of_lives = settings.is_of_lives, from = settings.from, steps = settings.steps }
  settings.is_of_lives, settings.from, settings.steps = nil, nil, nil
  return baud.part(name)(settings)
end

-- A life of an inner learner, in which something else decides.
local function life(env, learner, decides, turn, pays)
  return baud.lifetime { env = env, learner = learner, episodes = episodes, decides = decides, turn = turn,
    sees = turn == "step" and "observation" or "progress", pays = pays or "return", quiz = episodes }
end

local parts = {
  rung("outcome reward", {
    doc = "told whether the whole walk was right",
    env = maze(), reward = baud.reward "outcome" {}, learner = baud.learner "reinforce" { lr = 1 },
    seeds = 6000 * size,
  }),
  rung("all tokens", {
    doc = "next-token training on every token, once",
    env = maze(), learner = network { horizon = 8 * tokens, lr = 0.003 },
    seeds = 64 * size,
  }),
  rung("dense reward", {
    doc = "told of each door whether it was right",
    env = maze(), reward = baud.reward "dense" {}, learner = baud.learner "reinforce" { lr = 1 },
    seeds = 400 * size,
  }),
  rung("teach tool", {
    doc = "trained by a call, at a sign, on what has just been seen",
    env = life(baud.toolbox { env = maze(), span = 2, calls = walk, cost = 0.1 },
      network { horizon = 2 * episodes * tokens, epochs = 8, lr = 3e-4 }, "tool", "step"), -- of itself it would learn after two lives
    learner = baud.learner "scripted" { actions = script("0", " 1 0") },
    is_of_lives = true, seeds = 40 * size,
  }),
  rung("demonstrations", {
    doc = "imitation of an expert who errs, taken at his word",
    env = maze(), demonstrator = { competence = reliability }, learner = baud.learner "imitate" {},
    seeds = 400 * size,
  }),
  rung("evolved imitator", {
    doc = "imitation with the trust in the expert that evolution found",
    env = life(baud.demonstrator { env = maze(), reliability = reliability }, baud.learner "imitate" {}, "trust=0.3..0.999", "lifetime", "absorbed"),
    learner = baud.learner "cma_es" { sigma = 0.5, start = 0 },
    is_of_lives = true, lives = 200, from = 101, steps = tokens, seeds = 40 * size, -- a life is one step for who decides it
  }),
  rung("selected tokens", {
    doc = "next-token training on signs alone, for as many gradients",
    env = life(maze(), network { horizon = 8 * walk, epochs = tokens // walk, lr = 0.003 }, "learning", "step"),
    learner = baud.learner "scripted" { actions = script("1", " 0") },
    is_of_lives = true, seeds = 40 * size,
  }),
  rung("world model", {
    doc = "predicts what actions lead to, from a replay buffer",
    env = maze "signs", learner = baud.learner "world_model" { depth = 0, hidden = 64, hidden_second = 0, warmup = 32, lr = 3e-3 },
    seeds = 24 * size,
  }),
  rung("ideal observer", {
    doc = "the exact Bayesian",
    env = maze(), learner = baud.learner "posterior" {},
    seeds = 400 * size,
  }),
}

-- The same passes over the signs as selected tokens have, and over all else: 14 times the gradients.
parts[#parts + 1] = baud.part "all tokens, 13 times" {
  doc = "next-token training on every token, 13 times",
  env = maze(), learner = network { horizon = 8 * tokens, epochs = tokens // walk, lr = 0.003 },
  score = { answers = 0, quiz = episodes }, seeds = 24 * size, stop = { episodes = episodes },
}

parts[#parts + 1] = baud.part "thinking" {
  doc = "outcome reward, after 3 to 192 tokens of thinking",
  env = maze("doors", baud.sweep { 3, 48, 192 }), reward = baud.reward "outcome" {}, learner = baud.learner "reinforce" { lr = 1 },
  score = { answers = 0, quiz = episodes }, seeds = 2000 * size, stop = { episodes = episodes },
}

---- What came of it -------------------------------------------------------------------------------------------------

-- A rung's figure, one number a trial: a mean over the lives that count, an episode of them.
local function an_episode(r, one, figure)
  local group = r:select { part = one.name }
  if one.is_of_lives then return group:average(figure, { from = one.from or 1 }) / episodes end
  return group:total(figure) / episodes
end

local function absorbed(r, name)
  for _, one in ipairs(rungs) do
    if one.name == name then
      local sample = an_episode(r, one, "absorbed")
      sample.what = name
      return sample:mean()
    end
  end
end

-- Whether one estimate, times a factor, lies below another: their intervals apart.
local function is_below(low, high, factor)
  factor = factor or 1
  if factor * low.high < high.low then return true end
  if high.high < factor * low.low then return false end
  return nil
end

-- Lower and higher rungs as verdicts.
local function climbs(r, ...)
  local verdicts, names = {}, { ... }
  for i = 2, #names do
    local low, high = absorbed(r, names[i - 1]), absorbed(r, names[i])
    local text = i == 2 and ("%s < %s"):format(tostring(low), tostring(high)) or "< " .. tostring(high)
    verdicts[#verdicts + 1] = baud.verdict(is_below(low, high), text)
  end
  return verdicts
end

local claims = {
  baud.claim "bits absorbed of an episode and of a token, by what is learnt from" (function(r)
    local rows = {}
    for i, one in ipairs(rungs) do
      local bits = an_episode(r, one, "absorbed")
      local steps = one.steps or an_episode(r, one, "steps")
      rows[i] = { one.name, bits:mean(), (bits / steps):mean() }
    end
    return baud.ladder(rows, { "an episode", "a token" })
  end),

  baud.claim "all were sent the same, and nobody absorbs more than it received" (function(r)
    local verdicts = {}
    for _, one in ipairs(rungs) do
      local offered, received, took = an_episode(r, one, "offered"), an_episode(r, one, "received"), an_episode(r, one, "absorbed")
      local kept = (offered - received):mean():at_least(0, 1e-6)
      local left = (received - took):mean():at_least(0, 1e-3)
      verdicts[#verdicts + 1] = baud.verdict(baud.all(kept, left).ok, ("%s %.3g ≤ %.3g ≤ %.3g"):format(one.name, took:mean().value,
        received:mean().value, offered:mean().value))
    end
    return verdicts
  end),

  baud.claim "the ideal observer is the bound: it absorbs all that is offered, and no rung lies above it" (function(r)
    local ideal = r:select { part = "ideal observer" }
    local lost = (ideal:total "offered" - ideal:total "absorbed") / episodes
    lost.what = "ideal observer: offered − absorbed"
    local verdicts = { lost:mean():near(0, { absolute = 1e-3 }) }
    for _, one in ipairs(rungs) do
      local took = an_episode(r, one, "absorbed"):mean()
      if is_below(absorbed(r, "ideal observer"), took) then verdicts[#verdicts + 1] = baud.verdict(false, one.name .. " lies above") end
    end
    return verdicts
  end),

  baud.claim "outcome reward: less than H_b(p) bits an episode, p its rate of success" (function(r)
    local group = r:select { part = "outcome reward" }
    local p = group:average "success":mean()
    local bound = h(p.value)
    local verdict = absorbed(r, "outcome reward"):below(bound)
    return verdict.ok, ("%s = H_b(%.4f)"):format(verdict.text, p.value)
  end),

  baud.claim "and that however long it thinks: as many bits an episode, so tokens a bit grow with the length" (function(r)
    local verdicts, all = {}, absorbed(r, "outcome reward")
    for length, group in r:select { part = "thinking" }:by "env.thinking" do
      local took = group:total "absorbed" / episodes
      took.what = ("%d tokens: bits an episode"):format(walk * (length + 2) - 1)
      local e, ok = took:mean(), nil
      if e.value > 0 then ok = e.low <= all.high and all.low <= e.high end
      verdicts[#verdicts + 1] = baud.verdict(ok, ("%s, %.0f tokens a bit"):format(tostring(e), (walk * (length + 2) - 1) / e.value))
    end
    return verdicts
  end),

  baud.claim "reward by reward: the outcome tells least, each door's more, the signs most" (function(r)
    return climbs(r, "outcome reward", "dense reward", "ideal observer")
  end),

  baud.claim "tokens: as many gradients on signs alone take in more than ten times what they do on every token" (function(r)
    local all, selected = absorbed(r, "all tokens"), absorbed(r, "selected tokens")
    return { all:above(0), baud.verdict(is_below(all, selected, 10), ("%s, > 10 × %s"):format(tostring(selected), tostring(all))) }
  end),

  baud.claim "and less even where every token has as many passes as the signs have, at 14 times the gradients" (function(r)
    local many = r:select { part = "all tokens, 13 times" }:total "absorbed" / episodes
    many.what = "all tokens, 13 times"
    local e, selected = many:mean(), absorbed(r, "selected tokens")
    return baud.verdict(is_below(e, selected), ("%s < %s"):format(tostring(e), tostring(selected)))
  end),

  baud.claim "told when to learn, by a call at a sign, it takes in more than from every token" (function(r)
    return climbs(r, "all tokens", "teach tool", "ideal observer")
  end),

  baud.claim "what is learnt from again and again is taken in best: the world model lies above selected tokens" (function(r)
    return climbs(r, "selected tokens", "world model")
  end),

  baud.claim "evolution finds whom to trust how far: its imitator takes in more than one that believes all it is shown" (function(r)
    return climbs(r, "demonstrations", "evolved imitator", "ideal observer")
  end),

  baud.claim "from the outcome to the ideal observer it is more than a factor of 100" (function(r)
    local low, high = absorbed(r, "outcome reward"), absorbed(r, "ideal observer")
    return baud.verdict(is_below(low, high, 100), ("%s, %s: × %.0f"):format(tostring(low), tostring(high), high.value / low.value))
  end),
}

return baud.experiment {
  name = "bits_ladder",
  doc = "one world, nine ways to learn from it: bits absorbed an episode and a token",
  parts = parts,
  claims = claims,
}
