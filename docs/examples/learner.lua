-- learner.lua - habit, an example learner in Lua: Q-learning (Watkins 1989) that acts by a softmax of what it has learnt.
local plugin = require "baud.plugin"

-- The largest of the values of a state, which begin behind `row`.
local function best_of(q, row, actions)
  local best = q[row + 1]
  for a = 2, actions do best = math.max(best, q[row + a]) end
  return best
end

return plugin.learner {
  id = "org.example.habit",
  title = "Q-learning with a softmax policy",
  doc = "Keeps a value for each action in each state, moves it towards the reward and the best that follows, and acts by "
    .. "the softmax of the values. An example to copy from.",
  params = {
    { key = "rate", type = "float", default = 0.5, range = { 0.001, 1 }, live = true, help = "step size" },
    { key = "discount", type = "float", default = 0.9, range = { 0, 1 }, live = true, help = "worth of the next step's reward" },
    { key = "heat", type = "float", default = 0.05, range = { 0.001, 100 }, live = true, help = "temperature of the softmax" },
  },

  -- Where it will play, and what it takes and keeps there. What is added to the parameters is there in self.
  create = function(p, setup)
    if not (setup.states and setup.actions) then plugin.refuse "habit needs one discrete observation and one discrete action" end
    p.actions = setup.actions
    return {
      subscribes = { "observation", "reward" },
      blocks = { { name = "q", role = "weight", type = "f64", count = setup.states * setup.actions } },
    }
  end,

  -- Fills in the policy; the action is drawn from it, and it is the answer to what it would do here.
  predict = function(self, blocks, tick, policy)
    local q, row, sum = blocks.q, tick.obs[1] * self.actions, 0
    local best = best_of(q, row, self.actions)
    for a = 1, self.actions do
      policy[a] = math.exp((q[row + a] - best) / self.heat)
      sum = sum + policy[a]
    end
    for a = 1, self.actions do policy[a] = policy[a] / sum end
  end,

  learn = function(self, blocks, outcome)
    local q, at = blocks.q, outcome.obs[1] * self.actions + outcome.action + 1
    local best = outcome.terminated and 0 or best_of(q, outcome.next_obs[1] * self.actions, self.actions)
    q[at] = q[at] + self.rate * (outcome.reward + self.discount * best - q[at])
  end,
}
