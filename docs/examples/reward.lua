-- reward.lua - praise, an example reward scheme in Lua: `size` for success at the end of an episode, else nothing.
local plugin = require "baud.plugin"
return plugin.reward {
  id = "org.example.praise", title = "Praise for success", doc = "Pays for success when the episode ends. An example.",
  params = { { key = "size", type = "float", default = 1, range = { 0.1, 100 }, help = "what success is worth" } },
  create = function(p, setup)
    return { view = { fact = setup.fact "outcome", when = "at_end", scale = p.size } }
  end,
  score = function(self, lane, step) return step.ended and self.size * step.fact or 0 end,
}
