-- plugin.lua - the words with which a plugin declares its units: plugin.environment, plugin.learner, plugin.reward.
--
-- A declaration is checked where it is written, so that a mistake is told with its line before anything is run. What
-- a unit's create returns is read in C (form.c), which knows the sizes and ranges of the contract.
local core = ...
local public, closest, sorted_keys = core.public, core.closest, core.sorted_keys
local plugin, Unit = {}, {}

next = nil -- its order differs from process to process

local function failf(format, ...) core.fail(format:format(...)) end

local function shown(value)
  return type(value) == "string" and ("%q"):format(value) or type(value) == "table" and "a table" or tostring(value)
end

-- kinds of values: what is asked of them, and the words for it
local function whole(low)
  return function(x) return math.type(x) == "integer" and x >= low and x <= 0xffffffff end, "a whole number from " .. low
end
local function of_type(name) return function(x) return type(x) == name end, "a " .. name end
local function text() return function(x) return type(x) == "string" and x ~= "" end, "a text" end

local function rows(...)
  local all = {}
  for _, row in ipairs { ... } do
    all[row[1]] = { is_fine = row[2], takes = row[3], is_needed = row.needed }
  end
  return all
end
local function row(name, is_fine, takes) return { name, is_fine, takes } end
local function needed(name, is_fine, takes) return { name, is_fine, takes, needed = true } end

local COMMON = {
  needed("id", text()), needed("title", text()), needed("doc", text()), needed("create", of_type "function"),
  row("params", of_type "table"), row("behaviour", whole(1)), row("state_version", whole(1)),
}
local function with_common(...) return rows(table.unpack(table.move({ ... }, 1, select("#", ...), #COMMON + 1,
  table.move(COMMON, 1, #COMMON, 1, {})))) end

local KEYS = {
  environment = with_common(row("draw", of_type "function"), needed("reset", of_type "function"),
    needed("step", of_type "function"), row("quiz", of_type "function"), row("longest_prefix", whole(0)), row("observer", of_type "table"),
    row("demonstrate", of_type "function"), row("picture", of_type "function")),
  learner = with_common(row("init", of_type "function"), needed("predict", of_type "function"),
    row("expect", of_type "function"), row("learn", of_type "function"), row("remember", of_type "function")),
  reward = with_common(row("reset", of_type "function"), needed("score", of_type "function")),
}
local OBSERVER = rows(row("open", of_type "function"), needed("surprise", of_type "function"),
  row("noise", of_type "function"), needed("supports", of_type "function"), row("answer", of_type "function"),
  row("settled", of_type "function"), row("noiseless", of_type "boolean"), row("repeatable", of_type "boolean"))
local PARAM = rows(needed("key", text()), needed("type", text()), needed("help", text()), row("unit", of_type "string"),
  row("range", of_type "table"), row("choices", of_type "table"), row("live", of_type "boolean"),
  needed("default", function(x) return x ~= nil end, "a value"))

-- Refuses keys that are unknown, missing, or hold the wrong kind of thing.
local function check_keys(what, given, known)
  for _, key in ipairs(sorted_keys(given)) do
    local is = known[key]
    if not is then
      local near = type(key) == "string" and closest(key, sorted_keys(known))
      failf(near and "%s has nothing called %s (did you mean %q?)" or "%s has nothing called %s; there are %s", what,
        shown(key), near or table.concat(sorted_keys(known), ", "))
    elseif not is.is_fine(given[key]) then
      failf("%s: %s is %s; it takes %s", what, key, shown(given[key]), is.takes)
    end
  end
  for _, key in ipairs(sorted_keys(known)) do
    if known[key].is_needed and given[key] == nil then failf("%s has no %s, %s", what, key, known[key].takes) end
  end
end

-- What an expert shows is right by chance only, and to weigh that is noise's.
local function check_observer(what, given)
  local observer = given.observer
  check_keys("the observer of " .. what, observer, OBSERVER)
  if not observer.noise and (not observer.noiseless or given.demonstrate) then
    failf("the observer of %s has no noise, a function; it does without where it is noiseless and nobody demonstrates", what)
  end
end

---- Parameters ------------------------------------------------------------------------------------------------

local function is_finite(x) return type(x) == "number" and x == x and math.abs(x) < math.huge end

local function number_param(is_fine, takes)
  return function(what, given, param)
    local range = given.range or {}
    if not (is_fine(given.default) and is_fine(range[1]) and is_fine(range[2])) then
      failf("%s takes default and range = { low, high }, %s", what, takes)
    end
    param.default, param.low, param.high = given.default, range[1], range[2]
  end
end

-- type = function that completes the parameter; the order is that of plugin.h, from 1
local PARAM_TYPES = {
  { "int", number_param(function(x) return math.type(x) == "integer" end, "whole numbers") },
  { "float", number_param(is_finite, "finite numbers") },
  { "flag", function(what, given, param)
    if type(given.default) ~= "boolean" then failf("%s takes a default of true or false", what) end
    param.default = given.default
  end },
  { "choice", function(what, given, param)
    param.choices = {}
    for i, name in ipairs(given.choices or {}) do
      if type(name) ~= "string" then failf("%s takes choices = { \"one\", \"another\" }", what) end
      param.choices[i] = name
      if name == given.default then param.default = i - 1 end
    end
    if not param.default then failf("%s takes a default that is one of its choices", what) end
  end },
  { "text", function(what, given, param)
    if type(given.default) ~= "string" then failf("%s takes a default that is a text", what) end
    param.default = given.default
  end },
}

local function read_param(role, unit, index, given)
  if type(given) ~= "table" then failf("parameter %d of %q is %s; it takes a table", index, unit, shown(given)) end
  local what = ("parameter %s of %q"):format(shown(given.key or index), unit)
  local param, names = { key = given.key, unit = given.unit or "", help = given.help, live = given.live or false }, {}
  check_keys(what, given, PARAM)
  for code, kind in ipairs(PARAM_TYPES) do
    names[code] = kind[1]
    if kind[1] == given.type then
      param.type = code
      kind[2](what, given, param)
    end
  end
  if param.live and (role ~= "learner" or given.type == "text") then
    failf("%s is live; only a learner's can change while it runs, and texts never", what)
  end
  if not param.type then failf("%s has type %q; there are %s", what, given.type, table.concat(names, ", ")) end
  return param
end

---- Units -----------------------------------------------------------------------------------------------------

local ROLES = { environment = 1, learner = 2, reward = 3 } -- as plugin.h counts them

for _, role in ipairs { "environment", "learner", "reward" } do
  plugin[role] = public(function(given)
    if type(given) ~= "table" then failf("plugin.%s takes a table, not %s", role, shown(given)) end
    local what = type(given.id) == "string" and ("%s %q"):format(role, given.id) or "this " .. role
    check_keys(what, given, KEYS[role])
    local unit = { role = ROLES[role], id = given.id, title = given.title, doc = given.doc, params = {}, given = given,
      behaviour = given.behaviour or 1, state_version = given.state_version or 1 }
    if given.observer then check_observer(what, given) end
    for i, param in ipairs(given.params or {}) do unit.params[i] = read_param(role, given.id, i, param) end
    return setmetatable(unit, Unit)
  end)
end

-- Says that these parameters, or this place, are none that the unit can do with: no mistake of the plugin's.
plugin.refuse = public(function(format, ...) core.refuse(tostring(format):format(...)) end)

-- What a file returned, as a list of units; it may carry who made it.
function core.collect(result)
  if getmetatable(result) == Unit then result = { result } end
  if type(result) ~= "table" then
    failf("it returned %s; a plugin returns plugin.environment { ... }, plugin.learner { ... }, plugin.reward { ... }, or "
      .. "a list of them", shown(result))
  end
  local list = {}
  for i, unit in ipairs(result) do
    if getmetatable(unit) ~= Unit then failf("item %d of the list that it returned is no unit, but %s", i, shown(unit)) end
    list[i] = unit
  end
  if #list == 0 then failf "it returned a list without units" end
  for _, key in ipairs { "vendor", "version", "license" } do
    if result[key] ~= nil and type(result[key]) ~= "string" then failf("%s is %s; it takes a text", key, shown(result[key])) end
    list[key] = result[key] or ""
  end
  return list
end

-- What a reward scheme's create is told, with a way to look for a fact: by its role, else by its name.
function core.reward_setup(setup)
  setup.fact = public(function(wanted)
    local names = {}
    for pass = 1, 2 do
      for _, fact in ipairs(setup.facts) do
        local is_it = pass == 1 and fact.roles[wanted] or pass == 2 and fact.name == wanted
        if is_it and not fact.roles.hidden then return fact.name end
      end
    end
    for _, fact in ipairs(setup.facts) do
      if not fact.roles.hidden then names[#names + 1] = fact.name end
    end
    core.refuse(("the environment has no fact %s to make a reward of; it has %s"):format(shown(wanted), table.concat(names, ", ")))
  end)
  return setup
end

return setmetatable(plugin, { __metatable = false, __index = public(function(_, name)
  local near = type(name) == "string" and closest(name, sorted_keys(plugin))
  failf(near and "there is no plugin.%s (did you mean plugin.%s?)" or "there is no plugin.%s", tostring(name), near)
end) })
