-- battleship_line: what is taken in of a ship hidden on a line
--
-- The same line of cells four ways. In "seen" and "policy" the board is seen and each hit is paid; the first asks who
-- can say where the ship is, the second whose policy has it. In "told" nothing is seen: an episode is three shots, and
-- at its end the number of hits is told, or 0 in its place. In "shown" an expert shows a shot before each shot.
-- The world holds log2 (cells - 2) bits: nobody can receive more, and the exact Bayesian leaves nothing of it.
local baud = require "baud"

local cells = 14
local bits = baud.log2(cells - 2)          -- the ship's place
local shot_bits = baud.log2((cells - 2) / 3) -- a policy for the first shot, exact where cells = 3 k + 2

local function line(settings)
  settings.cells = cells
  return baud.env "battleship_line" (settings)
end

local posterior = baud.learner "posterior" {}
local learners = baud.sweep {
  baud.learner "random" {},
  baud.learner "reinforce" { lr = 0.3, baseline = "mean" },
  baud.learner "q_lambda" { lr = 0.2 },
  posterior,
}

-- In these parts, for each learner and setting: `more` is at least `less`, in the mean over worlds.
local function ordered(parts, more, less)
  return function(r)
    local verdicts = {}
    for _, part in ipairs(parts) do
      for _, group in r:select { part = part }:by "learner" do
        verdicts[#verdicts + 1] =
          baud.compare(group:total(more), group:total(less), { paired = true }).difference:at_least(0, 1e-3)
      end
    end
    return verdicts
  end
end

return baud.experiment {
  name = "battleship_line",
  doc = "what is taken in of a ship hidden on a line",
  seeds = 200,
  stop = { episodes = 300 },
  parts = {
    baud.part "seen" { env = line { shots = 14 }, reward = baud.reward "dense" {}, learner = posterior },
    baud.part "policy" {
      env = line { shots = 14, facts = "shot" },
      reward = baud.reward "dense" {},
      learner = learners,
    },
    baud.part "told" {
      env = line { shots = 3, facts = "shot", seen = false },
      reward = baud.reward "noisy_hits" { drop = 0.3 },
      learner = learners,
    },
    baud.part "noise" {
      env = line { shots = 3, facts = "shot", seen = false },
      reward = baud.reward "noisy_hits" { drop = baud.sweep { 0, 0.3, 0.6 } },
      learner = posterior,
      stop = { episodes = 3 },
    },
    baud.part "shown" {
      env = line { shots = 14 },
      reward = baud.reward "dense" {},
      channels = { "observation", "demonstration" },
      demonstrator = { competence = baud.sweep { 1, 0.8 } },
      learner = posterior,
    },
  },
  claims = {
    baud.claim "received ≤ offered, for every learner" (ordered({ "seen", "policy", "shown" }, "offered", "received")),
    baud.claim "received ≤ offered, where hits are told and left out" (ordered({ "told" }, "offered", "received")),
    baud.claim "absorbed ≤ received, for every learner"
      (ordered({ "seen", "policy", "told", "shown" }, "received", "absorbed")),
    baud.claim "who sees receives all of the place, log2 (cells - 2) bits, and the posterior absorbs it" (function(r)
      local verdicts = {}
      for _, part in ipairs { "seen", "shown" } do
        local group = r:select { part = part }
        verdicts[#verdicts + 1] = group:total "received":mean():near(bits, { absolute = 1e-3 })
        verdicts[#verdicts + 1] = group:total "absorbed":mean():near(bits, { absolute = 1e-3 })
      end
      return verdicts
    end),
    baud.claim "as a policy for the first shot the same is worth log2 ((cells - 2) / 3) bits" (function(r)
      local exact = r:select { part = "policy", learner = "posterior" }
      return exact:last "known":mean():near(shot_bits, { absolute = 1e-3 })
    end),
    -- Not 0: the baseline is the best policy of one who knows nothing, and uniform is a worse one.
    baud.claim "random takes in nothing: it stays where uniform is against the baseline" (function(r)
      local uniform = baud.log2(3 / cells) + shot_bits
      return r:select { part = "policy", learner = "random" }:total "absorbed":mean():near(uniform, { absolute = 1e-3 })
    end),
    baud.claim "the more often the hits are left out, the fewer bits get through" (function(r)
      local verdicts, before = {}, nil
      for _, group in r:select { part = "noise" }:by "reward.drop" do
        local received = group:total "received"
        if before then verdicts[#verdicts + 1] = baud.compare(before, received, { paired = true }).difference:above(0) end
        before = received
      end
      return verdicts
    end),
  },
}
