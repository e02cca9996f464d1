-- environment.lua - stairs, an example environment in Lua: a staircase in the dark.
--
-- World: for each stair the one foot, of `feet`, that finds it, all equally likely: stairs * log2(feet) bits. A wrong foot,
-- and one is at the bottom again. An episode ends at the top, or after `tries` steps. One sees on which stair one stands.
local plugin = require "baud.plugin"

local function bits_of(p) return p < 1 and -math.log(p, 2) or 0 end

-- The ideal observer: P(this foot finds this stair | what was told), stair by stair. Given the world nothing is left to
-- chance, so it needs no noise, and what was seen once tells nothing the second time.
local observer = {
  noiseless = true,
  repeatable = true,

  -- The reward follows from what is seen; one who sees nothing does not know of which stair it tells.
  supports = function(self, channels, fact, needs) return channels.observation and fact == "top" end,

  open = function(self, belief)
    for i = 1, #belief.finds do belief.finds[i] = 1 / self.feet end
  end,

  surprise = function(self, belief, event)
    if not event.is_step then return 0 end
    local row = event.obs_before.stair * self.feet
    local finds = belief.finds[row + event.action + 1]
    local found = event.obs.stair == event.obs_before.stair + 1
    for foot = 1, self.feet do
      local is_it = foot == event.action + 1
      if found then belief.finds[row + foot] = is_it and 1 or 0
      elseif is_it then belief.finds[row + foot] = 0
      else belief.finds[row + foot] = belief.finds[row + foot] / (1 - finds) end
    end
    return bits_of(found and finds or 1 - finds)
  end,
}

return plugin.environment {
  id = "org.example.stairs",
  title = "A staircase in the dark",
  doc = "Each stair is found by one foot of several, the same for the whole trial; a wrong one leads back to the bottom. "
    .. "The world holds stairs * log2(feet) bits. An example to copy from.",
  params = {
    { key = "stairs", type = "int", default = 6, range = { 1, 1000 }, help = "how many there are" },
    { key = "feet", type = "int", default = 2, range = { 2, 16 }, help = "how many feet one has to choose from" },
    { key = "tries", type = "int", default = 100, range = { 1, 100000 }, unit = "steps", help = "the longest episode" },
  },

  -- What there is to see, to do and to be rewarded for, and what a lane, the world and the observer keep in mind.
  create = function(p)
    return {
      observations = { { name = "stair", categories = p.stairs + 1, doc = "where one stands; 0 is the bottom" } },
      action = { name = "foot", categories = p.feet, doc = "the foot to take" },
      facts = { { name = "top", roles = { "reward", "outcome" }, values = { 0, 1 }, doc = "1 at the step that reaches the top" } },
      max_steps = p.tries,
      lane = { stair = "i32", step = "i32" },
      world = { right = { "u8", p.stairs } },
      entropy_bits = p.stairs * math.log(p.feet, 2),
      observer = { belief = { finds = { "f64", p.stairs * p.feet } } },
      quiz = { items = p.stairs, answers = p.feet, independent = { "facts", "decisions" } },
    }
  end,

  draw = function(self, world, random)
    for stair = 1, self.stairs do world.right[stair] = random:below(self.feet) end
  end,

  reset = function(self, lane, world, obs)
    lane.stair, lane.step = 0, 0
  end,

  step = function(self, lane, world, action, obs, facts)
    local stair = action == world.right[lane.stair + 1] and lane.stair + 1 or 0
    lane.stair, lane.step = stair, lane.step + 1
    obs.stair = stair
    facts.top = stair == self.stairs and 1 or 0
    return stair == self.stairs or lane.step == self.tries
  end,

  observer = observer,

  -- Which foot finds this stair? One who knows shows it by how he acts there.
  quiz = function(self, world, index)
    local truth, prior = {}, {}
    for foot = 1, self.feet do
      truth[foot] = world.right[index] == foot - 1
      prior[foot] = 1 / self.feet
    end
    return { kind = { "fact", "decision" }, asks = "action", channel = "observation", obs = { stair = index - 1 },
      truth = truth, prior = prior }
  end,
}
