-- results.lua - what a claim's function is given: trials by tag, figures by trial, estimates with intervals.
--
-- r and all that r:select gives are groups of trials. A group's figures come as samples, one number a trial; a sample
-- gives estimates (a statistic with its 95 % bootstrap interval); an estimate gives verdicts, which are open (nil)
-- where the interval does not decide. Episodes count from 1. Data that are not there raise an error, and the claim is
-- undecided.
local core, baud = ...
local public = core.public

local Group, Sample, Estimate, Verdict = {}, {}, {}, {}
Group.__index, Sample.__index, Estimate.__index, Verdict.__index = Group, Sample, Estimate, Verdict

local function is(value, class) return type(value) == "table" and getmetatable(value) == class end
local function failf(format, ...) core.fail(format:format(...)) end

local function shown(x)
  if type(x) ~= "number" then return tostring(x) end
  if x == math.huge then return "never" end
  if math.tointeger(x) and math.abs(x) < 1e7 then return ("%d"):format(math.tointeger(x)) end
  return ("%.4g"):format(x)
end

---- Verdicts --------------------------------------------------------------------------------------------------

local function verdict(ok, text) return setmetatable({ ok = ok, text = text or "" }, Verdict) end

baud.verdict = public(function(ok, text)
  if ok ~= nil and type(ok) ~= "boolean" then failf("baud.verdict takes true, false or nil, not %s", tostring(ok)) end
  return verdict(ok, text)
end)

-- Holds when all do, fails when one fails, else open.
local function all(list)
  local ok, texts = true, {}
  for _, one in ipairs(list) do
    if not is(one, Verdict) then failf("baud.all takes verdicts, not %s", tostring(one)) end
    if one.ok == false then ok = false elseif one.ok == nil and ok then ok = nil end
    if one.text ~= "" then texts[#texts + 1] = one.text end
  end
  if #list == 0 then ok = nil end
  return verdict(ok, table.concat(texts, "; "))
end
baud.all = public(function(...)
  local list = { ... }
  if #list == 1 and type(list[1]) == "table" and not is(list[1], Verdict) then list = list[1] end
  return all(list)
end)

---- Estimates -------------------------------------------------------------------------------------------------

local function estimate(fields, what)
  fields.what = what
  return setmetatable(fields, Estimate)
end

function Estimate.__tostring(e)
  local interval = e.low == e.high and "" or (" [%s, %s]"):format(shown(e.low), shown(e.high))
  if e.n == 1 then interval = " (one trial)" end
  return ("%s %s%s"):format(e.what, shown(e.value), interval)
end

-- true, false or nil: whether the whole interval says so, or all of it the contrary.
local function decide(holds, fails)
  if holds then return true end
  if fails then return false end
  return nil
end

local function inside(e, low, high)
  return decide(e.low >= low and e.high <= high, e.high < low or e.low > high)
end

local JUDGES = {
  above = function(e, x) return decide(e.low > x, e.high <= x), "> " .. shown(x) end,
  below = function(e, x) return decide(e.high < x, e.low >= x), "< " .. shown(x) end,
  at_most = function(e, x, slack) return inside(e, -math.huge, x + (slack or 0)), "≤ " .. shown(x) end,
  at_least = function(e, x, slack) return inside(e, x - (slack or 0), math.huge), "≥ " .. shown(x) end,
  within = function(e, low, high) return inside(e, low, high), ("in %s to %s"):format(shown(low), shown(high)) end,
  -- The tolerance is on the value, as published figures are compared; the interval is shown beside it.
  near = function(e, x, tolerance)
    if type(tolerance) ~= "table" or not (tolerance.relative or tolerance.absolute) then
      failf("near takes a tolerance: { relative = 0.02 } or { absolute = 0.1 }")
    end
    local room = math.max((tolerance.relative or 0) * math.abs(x), tolerance.absolute or 0)
    local said = tolerance.relative and ("%g %%"):format(100 * tolerance.relative) or shown(tolerance.absolute)
    return math.abs(e.value - x) <= room, ("≈ %s ± %s"):format(shown(x), said)
  end,
  -- Agrees with an exact figure: the interval, widened by a tolerance for the arithmetic, holds it.
  agrees = function(e, x, tolerance)
    local room = tolerance or 1e-9 * math.max(1, math.abs(x))
    return e.low - room <= x and x <= e.high + room, "= " .. shown(x)
  end,
}
for name, judge in pairs(JUDGES) do
  Estimate[name] = public(function(e, x, more)
    if not is(e, Estimate) then failf("write estimate:%s(x), with a colon", name) end
    if type(x) ~= "number" then failf("%s takes a number, not %s", name, tostring(x)) end
    local ok, text = judge(e, x, more)
    if e.n == 1 and e.low ~= e.high and name ~= "near" then ok = nil end
    return verdict(ok, ("%s, %s"):format(tostring(e), text))
  end)
end

---- Ladders ---------------------------------------------------------------------------------------------------

-- Learners side by side as rows, each a name and estimates in the order of `units`. Holds when there is an estimate above 0 in
-- every row: what cannot stand on a log axis is no rung. The text is one that tui/ladder.c reads again, to draw it.
baud.ladder = public(function(rows, units)
  if type(rows) ~= "table" or type(units) ~= "table" then failf("baud.ladder takes a list of rows and a list of units") end
  local ok, texts = #rows > 0 or nil, {}
  for i, row in ipairs(rows) do
    local figures = {}
    for k, unit in ipairs(units) do
      local e = row[k + 1]
      if not is(e, Estimate) then failf("baud.ladder: row %d has no estimate of %s", i, tostring(unit)) end
      if e.value <= 0 then ok = false elseif e.low <= 0 and ok then ok = nil end
      figures[k] = ("%.3g [%.3g, %.3g] %s"):format(e.value, e.low, e.high, unit)
    end
    texts[i] = ("%s: %s"):format(row[1], table.concat(figures, ", "))
  end
  return verdict(ok, table.concat(texts, "; "))
end)

---- Samples ---------------------------------------------------------------------------------------------------

local function sample(numbers, what, trials)
  numbers.what, numbers.trials = what, trials
  return setmetatable(numbers, Sample)
end

for _, kind in ipairs { "mean", "median", "iqm" } do
  Sample[kind] = public(function(s)
    if #s == 0 then failf("%s: there are no trials", s.what) end
    return estimate(core.estimate(kind, s), kind == "mean" and s.what or kind .. " " .. s.what)
  end)
end

function Sample.sum(s)
  local sum = 0
  for _, x in ipairs(s) do sum = sum + x end
  return sum
end
function Sample.max(s)
  local most = -math.huge
  for _, x in ipairs(s) do most = math.max(most, x) end
  return most
end
function Sample.min(s)
  local least = math.huge
  for _, x in ipairs(s) do least = math.min(least, x) end
  return least
end

Sample.map = public(function(s, f, what)
  local numbers = {}
  for i, x in ipairs(s) do numbers[i] = f(x) end
  return sample(numbers, what or s.what, s.trials)
end)
-- 1 for each trial that the condition is true of, else 0: its mean is the share of trials.
Sample.share = public(function(s, condition, what)
  return s:map(function(x) return condition(x) and 1 or 0 end, what or "share of " .. s.what)
end)

---- Entropies -------------------------------------------------------------------------------------------------

local Entropy, Outcomes = {}, {}
Outcomes.__index = Outcomes

function Entropy.__tostring(e)
  local less = e.null and (", null %s taken off"):format(shown(e.null)) or ""
  return ("%s %s bits (%s, N %s, %s singletons%s)"):format(e.what, shown(e.bits), e.estimator, shown(e.n), shown(e.singletons), less)
end

-- How many bits the numbers hold, as outcomes: Grassberger's estimator, Chao and Shen's where over 30 % are singletons.
Sample.entropy = public(function(s)
  if #s == 0 then failf("%s: there is nothing to take an entropy of", s.what) end
  local e = core.sample_entropy(s)
  e.what = ("H(%s)"):format(s.what)
  return setmetatable(e, Entropy)
end)
Outcomes.entropy = Sample.entropy

-- What the numbers of one sample tell of the other's, pair by pair, minus what shuffled pairs would show.
baud.shared = public(function(a, b)
  for _, s in ipairs { a, b } do
    if not is(s, Sample) and not is(s, Outcomes) then
      failf("baud.shared takes two samples or outcomes (r:at(...), r:outcomes(...)), not %s", tostring(s))
    end
  end
  if #a ~= #b then failf("%s and %s have %d and %d outcomes: they are no pairs", a.what, b.what, #a, #b) end
  if #a == 0 then failf("%s: there is nothing to be shared", a.what) end
  local e = core.shared_bits(a, b)
  e.what = ("I(%s; %s)"):format(a.what, b.what)
  return setmetatable(e, Entropy)
end)

local function combine(a, b, symbol, operate)
  local numbers, n = {}, is(a, Sample) and #a or #b
  if is(a, Sample) and is(b, Sample) and #a ~= #b then
    failf("%s and %s have %d and %d trials", a.what, b.what, #a, #b)
  end
  for i = 1, n do numbers[i] = operate(is(a, Sample) and a[i] or a, is(b, Sample) and b[i] or b) end
  local what = ("%s %s %s"):format(is(a, Sample) and a.what or shown(a), symbol, is(b, Sample) and b.what or shown(b))
  return sample(numbers, what, is(a, Sample) and a.trials or b.trials)
end
Sample.__add = public(function(a, b) return combine(a, b, "+", function(x, y) return x + y end) end)
Sample.__sub = public(function(a, b) return combine(a, b, "−", function(x, y) return x - y end) end)
Sample.__mul = public(function(a, b) return combine(a, b, "×", function(x, y) return x * y end) end)
Sample.__div = public(function(a, b) return combine(a, b, "÷", function(x, y) return x / y end) end)

-- What two samples' difference comes to. Options: paired (the same worlds, by seed), statistic.
baud.compare = public(function(a, b, options)
  options = options or {}
  for _, s in ipairs { a, b } do
    if not is(s, Sample) then
      failf("baud.compare takes two samples (r:total(...), r:average(...)), not %s", tostring(s))
    end
    if #s == 0 then failf("%s: there are no trials", s.what) end
  end
  if options.paired then
    for i = 1, math.max(#a, #b) do
      if not a.trials[i] or not b.trials[i] or a.trials[i].seed ~= b.trials[i].seed then
        failf("%s and %s are not of the same seeds: they cannot be paired", a.what, b.what)
      end
    end
  end
  local pairing = options.paired and "paired" or "independent"
  local difference, probability = core.compare(options.statistic or "mean", pairing, a, b)
  return { difference = estimate(difference, ("%s − %s"):format(a.what, b.what)),
    probability = estimate(probability, ("P(%s > %s)"):format(a.what, b.what)) }
end)

---- Groups ----------------------------------------------------------------------------------------------------

local everything -- all trials, each with its label and tags; read once

-- While a run goes on: the trials that are done, as far as all of the same node and seed are.
local function those_that_stand(configs, trials)
  local open, kept = {}, {}
  local function key(trial) return configs[trial.config].node .. " " .. trial.seed end
  for _, trial in ipairs(trials) do
    if trial.status ~= "D" then open[key(trial)] = true end
  end
  for _, trial in ipairs(trials) do
    if not open[key(trial)] then kept[#kept + 1] = trial end
  end
  return kept
end

local function read_everything()
  if everything then return everything end
  local configs, trials = core.configs(), core.trials()
  for _, trial in ipairs(trials) do
    trial.label, trial.tags = configs[trial.config].label, configs[trial.config].tags
  end
  everything = core.so_far and those_that_stand(configs, trials) or trials
  return everything
end

local function group(trials, what) return setmetatable({ list = trials, what = what }, Group) end

local function text_of(value) return type(value) == "number" and core.json(value) or tostring(value) end

local function check_tag(key)
  local names, seen = {}, {}
  for _, trial in ipairs(read_everything()) do
    for name in next, trial.tags do
      if not seen[name] then names[#names + 1] = name end
      seen[name] = true
    end
  end
  if seen[key] then return end
  local near = type(key) == "string" and core.closest(key, names)
  failf(near and "no trial has a %q to select by (did you mean %q?)" or "no trial has a %q to select by", tostring(key),
    near)
end

Group.select = public(function(g, wanted)
  if type(wanted) ~= "table" then
    failf("select takes a table, { learner = \"reinforce\" }, not %s", tostring(wanted))
  end
  local trials, words = g.list, {}
  for key, values in pairs(wanted) do
    check_tag(key)
    if type(values) ~= "table" then values = { values } end
    local accepted, kept, said = {}, {}, {}
    for i, value in ipairs(values) do
      accepted[text_of(value)] = true
      said[i] = text_of(value)
    end
    for _, trial in ipairs(trials) do
      if accepted[trial.tags[key]] then kept[#kept + 1] = trial end
    end
    trials = kept
    local short = key:match("^[%a_]+$") and "" or key:match("[%w_]+$") .. "="
    words[#words + 1] = short .. table.concat(said, "|")
  end
  local what = table.concat(words, " ")
  return group(trials, g.what ~= "" and what ~= "" and g.what .. " " .. what or g.what .. what)
end)

-- for value, group in r:by "env.codes" do: the groups of equal tag, in the plan's order.
Group.by = public(function(g, key)
  check_tag(key)
  local order, lists = {}, {}
  for _, trial in ipairs(g.list) do
    local value = trial.tags[key]
    if value ~= nil and not lists[value] then
      lists[value] = {}
      order[#order + 1] = value
    end
    if value ~= nil then table.insert(lists[value], trial) end
  end
  local i = 0
  return function()
    i = i + 1
    local value = order[i]
    if value ~= nil then
      local short = key:match("^[%a_]+$") and "" or key:match("[%w_]+$") .. "="
      return tonumber(value) or value, group(lists[value], (g.what ~= "" and g.what .. " " or "") .. short .. value)
    end
  end
end)

-- The distinct values of a tag, in the plan's order; numbers as numbers.
Group.tags = public(function(g, key)
  check_tag(key)
  local values, seen = {}, {}
  for _, trial in ipairs(g.list) do
    local value = trial.tags[key]
    if value ~= nil and not seen[value] then
      seen[value] = true
      values[#values + 1] = tonumber(value) or value
    end
  end
  return values
end)

local function figure_of(name)
  local index, near = core.figure(name)
  if not index then
    failf(near and "there is no figure %q (did you mean %q?)" or "there is no figure %q (docs/language.md lists them)",
      tostring(name), near)
  end
  return index
end

-- The trials whose number in a sample of this group meets a condition:
-- g:keep(g:total("success", 8), function(hits) return hits == 0 end)
Group.keep = public(function(g, s, condition, what)
  if not is(s, Sample) or #s ~= #g.list then failf("keep takes a sample of the same group and a condition") end
  local kept = {}
  for i, trial in ipairs(g.list) do
    if condition(s[i]) then kept[#kept + 1] = trial end
  end
  return group(kept, (g.what ~= "" and g.what .. " " or "") .. (what or "some"))
end)

-- The trials in which a figure is scored at all: a maze without a way has no right decisions to ask for.
Group.measured = public(function(g, name)
  local figure, kept = figure_of(name), {}
  for _, trial in ipairs(g.list) do
    local _, count = core.total(trial.trial, figure)
    if count > 0 then kept[#kept + 1] = trial end
  end
  return group(kept, g.what)
end)

Group.trials = public(function(g) return g.list end)
Group.count = public(function(g) return #g.list end)

-- The episodes that a trial must have, or the reason why a claim cannot rest on it.
local function need(trial, episodes)
  if trial.status == "F" then failf("%s seed %d failed: %s", trial.label, trial.seed, trial.reason) end
  if episodes and trial.episodes < episodes then
    failf("%s seed %d has %d of the %d episodes needed", trial.label, trial.seed, trial.episodes, episodes)
  end
  if not episodes and trial.status ~= "D" then failf("%s seed %d did not end", trial.label, trial.seed) end
end

-- One number a trial; read(trial, figure) gives it.
local function gather(g, name, what, episodes, read)
  local figure, numbers = figure_of(name), {}
  if #g.list == 0 then failf("no trial is %s", g.what ~= "" and g.what or "there") end
  for i, trial in ipairs(g.list) do
    need(trial, episodes)
    local x = read(trial, figure)
    if x == nil or x ~= x then failf("%s is not measured in %s seed %d%s", name, trial.label, trial.seed, what) end
    numbers[i] = x
  end
  return sample(numbers, (g.what ~= "" and g.what .. " " or "") .. name .. what, g.list)
end

local function check_episode(value, name)
  if value ~= nil and (math.type(value) ~= "integer" or value < 1) then
    failf("%s is %s; episodes count from 1", name, tostring(value))
  end
  return value
end

-- The outcomes of all episodes from .. to (the first, the last) of all trials, trial by trial; all must have been scored.
Group.outcomes = public(function(g, name, range)
  range = range or {}
  local from, to = check_episode(range.from, "from") or 1, check_episode(range.to, "to")
  local figure, numbers = figure_of(name), {}
  if #g.list == 0 then failf("no trial is %s", g.what ~= "" and g.what or "there") end
  for _, trial in ipairs(g.list) do
    need(trial, to)
    for i, x in ipairs(core.values(trial.trial, figure, from - 1, math.max(0, (to or trial.episodes) - from + 1))) do
      if x ~= x then failf("%s is not scored in episode %d of %s seed %d", name, from + i - 1, trial.label, trial.seed) end
      numbers[#numbers + 1] = x
    end
  end
  numbers.what = (g.what ~= "" and g.what .. " " or "") .. name .. ((from > 1 or to) and (" in %d-%s"):format(from, to or "end") or "")
  return setmetatable(numbers, Outcomes)
end)

-- The sum over the first `upto` episodes (all).
Group.total = public(function(g, name, upto)
  check_episode(upto, "upto")
  return gather(g, name, upto and (" in %d"):format(upto) or " in all", upto, function(trial, figure)
    local sum, count = core.total(trial.trial, figure, upto)
    return (count > 0 or trial.episodes == 0) and sum or nil
  end)
end)

local function mean_after(trial, figure, from, to)
  local sum, count = core.total(trial.trial, figure, to)
  if from > 0 then
    local early, early_count = core.total(trial.trial, figure, from)
    sum, count = sum - early, count - early_count
  end
  return count > 0 and sum / count or nil
end

-- The mean over the episodes that ended in the last `share` of the trial's steps.
local function average_of_last(g, name, share)
  if type(share) ~= "number" or not (share > 0 and share <= 1) then
    failf("last is %s; it is a share of the steps, above 0 and at most 1", tostring(share))
  end
  return gather(g, name, (" in the last %g %% of steps"):format(100 * share), nil, function(trial, figure)
    return mean_after(trial, figure, core.episodes_by(trial.trial, math.floor((1 - share) * trial.steps)))
  end)
end

-- The mean over episodes from .. to, both included (the first, the last); or { last = 0.1 }.
Group.average = public(function(g, name, range)
  range = range or {}
  if range.last then return average_of_last(g, name, range.last) end
  local from, to = check_episode(range.from, "from") or 1, check_episode(range.to, "to")
  if to and to < from then failf("from %d to %d are no episodes", from, to) end
  local what = (from > 1 or to) and (" in %d-%s"):format(from, to or "end") or ""
  return gather(g, name, what, to, function(trial, figure) return mean_after(trial, figure, from - 1, to) end)
end)

-- The value in one episode.
Group.at = public(function(g, name, episode)
  if episode == nil then failf("at takes a figure and an episode") end
  check_episode(episode, "episode")
  return gather(g, name, (" at %d"):format(episode), episode, function(trial, figure)
    return core.values(trial.trial, figure, episode - 1, 1)[1]
  end)
end)

-- The last scored value up to an episode (the end): for levels such as `known` that are quizzed now and then.
Group.last = public(function(g, name, upto)
  check_episode(upto, "upto")
  return gather(g, name, upto and (" by %d"):format(upto) or " at the end", upto, function(trial, figure)
    local to = upto or trial.episodes
    while to > 0 do
      local from = math.max(0, to - 512)
      local values = core.values(trial.trial, figure, from, to - from)
      for i = #values, 1, -1 do
        if values[i] == values[i] then return values[i] end
      end
      to = from
    end
  end)
end)

-- The first episode whose value is at least `threshold` (or of which threshold(value) is true); math.huge: never.
Group.first = public(function(g, name, threshold)
  local met = threshold
  if type(threshold) == "number" then met = function(x) return x >= threshold end end
  if type(met) ~= "function" then
    failf("first takes a figure and a threshold, or a function, not %s", tostring(threshold))
  end
  local what = type(threshold) == "number" and " first ≥ " .. shown(threshold) or " first"
  return gather(g, name, what, nil, function(trial, figure)
    local from = 0
    while from < trial.episodes do
      local values = core.values(trial.trial, figure, from, 4096)
      if #values == 0 then break end
      for i = 1, #values do
        if values[i] == values[i] and met(values[i]) then return from + i end
      end
      from = from + #values
    end
    return math.huge
  end)
end)

-- curve[e]: the mean over trials in episode e, for the first `upto` episodes (as many as all trials have).
Group.curve = public(function(g, name, upto)
  local figure, sums, counts = figure_of(name), {}, {}
  check_episode(upto, "upto")
  if #g.list == 0 then failf("no trial is %s", g.what) end
  if not upto then
    upto = math.maxinteger
    for _, trial in ipairs(g.list) do upto = math.min(upto, trial.episodes) end
  end
  for e = 1, upto do sums[e], counts[e] = 0, 0 end
  for _, trial in ipairs(g.list) do
    need(trial, upto)
    for e, x in ipairs(core.values(trial.trial, figure, 0, upto)) do
      if x == x then sums[e], counts[e] = sums[e] + x, counts[e] + 1 end
    end
  end
  for e = 1, upto do sums[e] = sums[e] / counts[e] end
  return sums
end)

-- r:mean(figure, { from =, to = }) of averages, or { at = 10 }, or { at = "total", to = 10 }; so median, iqm.
for _, kind in ipairs { "mean", "median", "iqm" } do
  Group[kind] = public(function(g, name, where)
    where = where or {}
    local s
    if where.at == "total" then s = g:total(name, where.to)
    elseif where.at then s = g:at(name, where.at)
    else s = g:average(name, where) end
    return s[kind](s)
  end)
end
Group.interval = public(function(g, name, where)
  local e = g:mean(name, where)
  return e.low, e.high, e.value
end)
Group.mark = public(function(g, name)
  if #g.list == 0 then failf("no trial is %s", g.what) end
  return core.mark(g.list[1].trial, figure_of(name))
end)

---- Judging ---------------------------------------------------------------------------------------------------

baud.h = core.public(core.entropy)
baud.log2 = public(function(x) return math.log(x, 2) end)

-- Calls a claim's function; gives "holds", "fails" or "undecided" and the figures.
function core.judge(claim)
  local trials = read_everything()
  local r = group(trials, "")
  if claim.part then
    r = r:select { part = claim.part }
    r.what = ""
  end
  local result, text = claim.judge(r)
  if type(result) == "table" and not is(result, Verdict) then result = all(result) end
  if is(result, Verdict) then result, text = result.ok, text or result.text end
  if result ~= nil and type(result) ~= "boolean" then
    failf("claim %q returned %s; it returns true, false or nil and a text, or verdicts", claim.text, tostring(result))
  end
  return result and "holds" or result == false and "fails" or "undecided", text and tostring(text) or ""
end
