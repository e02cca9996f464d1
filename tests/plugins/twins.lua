-- twins.lua - doors, tally and judge of docs/examples once more, and the cartpole that ships, in Lua: for the same seeds they
-- must live as their twins in C do, bit for bit.
local plugin = require "baud.plugin"

local SHUT, OPEN = 1, 2 -- what is seen of a try; 0: nothing yet

-- The ideal observer of the doors: P(door is open | what was told), for each of them.
local function bits_of(p) return p < 1 and -math.log(p, 2) or 0 end

-- The bits of a try's evidence to one for whom it succeeds with probability q, and what it says of success and failure.
local function weigh(event, q)
  local seen, paid, success, failure = 0, 0, 1, 1
  if event.sees_observation then
    local succeeded = event.obs.sight == OPEN
    seen = bits_of(succeeded and q or 1 - q)
    success, failure = succeeded and 1 or 0, succeeded and 0 or 1
    q = success
  end
  if event.sees_reward then
    paid = bits_of(q * event.weight[2] + (1 - q) * event.weight[1])
    success, failure = success * event.weight[2], failure * event.weight[1]
  end
  return seen, paid, success, failure
end

local observer = {
  supports = function(self, channels, fact, needs)
    return fact == "success" and not channels.demonstration and not (needs.late and channels.observation)
  end,
  open = function(self, belief)
    for door = 1, self.doors do belief.open[door] = self.open end
  end,
  noise = function(self, world, belief, event)
    if event.is_start then return end
    local seen, paid = weigh(event, world.open[event.action + 1] and 1 - self.stuck or 0)
    return seen, paid
  end,
  surprise = function(self, belief, event)
    if event.is_start then return end
    local open = belief.open[event.action + 1]
    local seen, paid, success, failure = weigh(event, open * (1 - self.stuck))
    local if_open = (1 - self.stuck) * success + self.stuck * failure
    local all = open * if_open + (1 - open) * failure
    if all > 0 then belief.open[event.action + 1] = open * (if_open / all) end
    return seen, paid
  end,
  answer = function(self, belief, query, probability)
    if query.asks_action and query.answers == self.doors then
      local none, sum = 1, 0
      for door = 1, self.doors do none = none * (1 - belief.open[door]) end
      for door = 1, self.doors do sum = sum + belief.open[door] + none end
      for door = 1, self.doors do probability[door] = (belief.open[door] + none) / sum end
      return true
    end
    local is_sight = query.asks_observation and query.answers == 3
    if not is_sight and not (query.asks_reward and query.answers == 2) then return end
    local succeeds, first = belief.open[query.action + 1] * (1 - self.stuck), is_sight and 2 or 1
    probability[first], probability[first + 1] = 1 - succeeds, succeeds
    return true
  end,
}

local doors = plugin.environment {
  id = "test.lua.doors",
  title = "doors, in Lua",
  doc = "A corridor of doors, open or not: the twin of org.example.doors.",
  params = {
    { key = "doors", type = "int", default = 8, range = { 2, 64 }, help = "number of doors" },
    { key = "tries", type = "int", default = 4, range = { 1, 1000 }, unit = "steps", help = "tries in an episode" },
    { key = "open", type = "float", default = 0.5, range = { 0.01, 0.99 }, help = "probability that a door is open" },
    { key = "stuck", type = "float", default = 0.1, range = { 0, 0.99 }, help = "probability that an open door sticks" },
  },
  create = function(p)
    local entropy = -p.open * math.log(p.open, 2) - (1 - p.open) * math.log(1 - p.open, 2)
    return {
      observations = { { name = "sight", categories = 3 } },
      action = { name = "door", categories = p.doors },
      facts = { { name = "success", roles = { "reward", "outcome" }, values = { 0, 1 } } },
      max_steps = p.tries,
      lane = { step = "i32" },
      world = { open = { "flag", p.doors } },
      entropy_bits = p.doors * entropy,
      quiz = { items = p.doors + 1, answers = math.max(p.doors, 3), independent = { "facts", "decisions" } },
      observer = { belief = { open = { "f64", p.doors } } },
    }
  end,
  observer = observer,
  demonstrate = function(self, lane, world, obs, optimal)
    for door = 1, self.doors do optimal[door] = world.open[door] end
  end,
  draw = function(self, world, random)
    for door = 1, self.doors do world.open[door] = random:bernoulli(self.open) end
  end,
  reset = function(self, lane) lane.step = 0 end,
  step = function(self, lane, world, action, obs, facts)
    local sticks = lane.random:bernoulli(self.stuck)
    local succeeds = world.open[action + 1] and not sticks
    obs.sight = succeeds and OPEN or SHUT
    facts.success = succeeds and 1 or 0
    lane.step = lane.step + 1
    return lane.step == self.tries
  end,
  quiz = function(self, world, index)
    if index <= self.doors then
      local truth, prior = world.open[index] and 1 - self.stuck or 0, self.open * (1 - self.stuck)
      return { kind = "fact", asks = "observation", score = "mean", channel = "observation", action = index - 1,
        truth = { 0, 1 - truth, truth }, prior = { 0, 1 - prior, prior } }
    end
    local truth, prior, none = {}, {}, true
    for door = 1, self.doors do none = none and not world.open[door] end
    for door = 1, self.doors do truth[door], prior[door] = world.open[door] or none, 1 / self.doors end
    return { kind = "decision", asks = "action", channel = "observation", truth = truth, prior = prior }
  end,
}

-- A pole on a cart: the twin of baud.cartpole, operation by operation.
local sin, cos, abs = math.sin, math.cos, math.abs
local MASS, FURTHEST, STEEPEST = 0.1 + 1.0, 2.4, 0.20943951023931953

local cartpole = plugin.environment {
  id = "test.lua.cartpole",
  title = "cartpole, in Lua",
  doc = "A pole on a cart: the twin of baud.cartpole.",
  create = function()
    return {
      observations = { { name = "state", count = 4 } },
      action = { name = "push", categories = 2 },
      facts = { { name = "reward", roles = "reward" }, { name = "success", roles = "outcome" } },
      limit = 500,
      lane = { x = "f64", speed = "f64", angle = "f64", spin = "f64" },
      picture = { width = 49, height = 7 },
    }
  end,
  picture = function(self, lane)
    local lines = {}
    local function dot(row, x, what)
      local column = (x + FURTHEST) * 10
      column = column >= 0 and column + 0.5 or column - 0.5
      column = column >= 0 and math.floor(column) or math.ceil(column)
      local line = lines[row] or (" "):rep(49)
      if column >= 0 and column < 49 then line = line:sub(1, column) .. what .. line:sub(column + 2) end
      lines[row] = line
    end
    for row = 0, 4 do dot(row + 1, lane.x + 0.2 * (5 - row) * sin(lane.angle), "|") end
    for i = -2, 2 do dot(6, lane.x + 0.1 * i, "#") end
    lines[7] = ("-"):rep(49)
    return lines
  end,
  reset = function(self, lane, world, obs)
    local random, state = lane.random, obs.state
    for i, name in ipairs { "x", "speed", "angle", "spin" } do
      lane[name] = 0.05 * (2 * random:uniform() - 1)
      state[i] = lane[name]
    end
  end,
  step = function(self, lane, world, action, obs, facts)
    local x, speed, angle, spin, state = lane.x, lane.speed, lane.angle, lane.spin, obs.state
    local force, sine, cosine = action == 1 and 10.0 or -10.0, sin(angle), cos(angle)
    local push = (force + 0.1 * 0.5 * (spin * spin) * sine) / MASS
    local turn = (9.8 * sine - cosine * push) / (0.5 * (4.0 / 3.0 - 0.1 * (cosine * cosine) / MASS))
    local pull = push - 0.1 * 0.5 * turn * cosine / MASS
    x, speed, angle, spin = x + 0.02 * speed, speed + 0.02 * pull, angle + 0.02 * spin, spin + 0.02 * turn
    lane.x, lane.speed, lane.angle, lane.spin = x, speed, angle, spin
    state[1], state[2], state[3], state[4] = x, speed, angle, spin
    local is_over = abs(x) > FURTHEST or abs(angle) > STEEPEST
    facts.reward, facts.success = 1, is_over and 0 or 1
    return is_over
  end,
}

local tally = plugin.learner {
  id = "test.lua.tally",
  title = "tally, in Lua",
  doc = "Counts what follows each action: the twin of org.example.tally.",
  params = { { key = "epsilon", type = "float", default = 0.1, range = { 0, 1 }, help = "probability of an action at random" } },
  create = function(p, setup)
    if not setup.channels.reward then plugin.refuse "needs the reward channel" end
    if not setup.actions then plugin.refuse "needs one discrete action" end
    p.actions = setup.actions
    p.sights = setup.channels.observation and setup.states or 0
    return {
      subscribes = p.sights > 0 and { "reward", "observation" } or "reward",
      answers = p.sights > 0 and "observation" or nil,
      blocks = {
        { name = "counts", role = "weight", count = p.actions * p.sights },
        { name = "gain", role = "weight", count = 2 * p.actions },
        { name = "value", role = "scratch", count = p.actions },
      },
    }
  end,
  init = function(self, blocks)
    for i = 1, #blocks.counts do blocks.counts[i] = 0.5 end
  end,
  predict = function(self, blocks, tick, policy)
    local value, gain, largest, ties = blocks.value, blocks.gain, -math.huge, 0
    for a = 1, self.actions do
      value[a] = (1 + gain[2 * a - 1]) / (1 + gain[2 * a])
      largest = math.max(largest, value[a])
    end
    for a = 1, self.actions do ties = ties + (value[a] == largest and 1 or 0) end
    for a = 1, self.actions do
      policy[a] = self.epsilon / self.actions + (value[a] == largest and (1 - self.epsilon) / ties or 0)
    end
  end,
  expect = function(self, blocks, tick, action, answers)
    local row, sum = action * self.sights, 0
    for x = 1, self.sights do sum = sum + blocks.counts[row + x] end
    for x = 1, self.sights do answers.observation[x] = blocks.counts[row + x] / sum end
  end,
  learn = function(self, blocks, outcome)
    local at = 2 * outcome.action + 1
    blocks.gain[at] = blocks.gain[at] + outcome.reward
    blocks.gain[at + 1] = blocks.gain[at + 1] + 1
    if self.sights == 0 then return end
    local seen = outcome.action * self.sights + outcome.next_obs[1] + 1
    blocks.counts[seen] = blocks.counts[seen] + 1
  end,
}

local judge = plugin.reward {
  id = "test.lua.judge",
  title = "judge, in Lua",
  doc = "A judge of the outcome who errs and keeps silent: the twin of org.example.judge.",
  params = {
    { key = "error", type = "float", default = 0.1, range = { 0, 1 }, help = "probability of the wrong verdict" },
    { key = "silence", type = "float", default = 0, range = { 0, 1 }, help = "probability of no verdict" },
  },
  create = function(p, setup)
    return { view = { fact = setup.fact "outcome", when = "at_end", flip = p.error, drop = p.silence, scale = 2, offset = -1 } }
  end,
  score = function(self, lane, step)
    if not step.ended then return 0 end
    local errs, is_silent = lane.random:bernoulli(self.error), lane.random:bernoulli(self.silence)
    if is_silent then return 0 end
    return (step.fact ~= 0) ~= errs and 1 or -1
  end,
}

return { vendor = "baud tests", version = "1", license = "MIT", doors, cartpole, tally, judge }
