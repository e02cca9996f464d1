-- words.lua - the language's smallest words: units, sweeps, grids, and what the command line sets in them.
--
-- A unit is checked against its plugin's table of parameters where it is written, each alternative of a sweep too.
-- Functions that scripts call go through `public` (speech.c), so that the line to blame is always there to be named.
-- `core` holds the primitives; what plan.lua needs of this file lies in core.words.
local core = ...
local public, closest, sorted_keys = core.public, core.closest, core.sorted_keys

local baud = { full = core.full }
local Sweep, Unit, Maker = {}, {}, {}

local MOST_CONFIGS = 100000

---- Small tools -----------------------------------------------------------------------------------------------

local function is(value, class) return type(value) == "table" and getmetatable(value) == class end

local function failf(format, ...) core.fail(format:format(...)) end

local function copy(t)
  local other = {}
  for key, value in next, t do other[key] = value end
  return other
end

local function text_of(value)
  if type(value) == "number" then return core.json(value) end
  return tostring(value)
end

-- A value as an error message shows it.
local function shown(value)
  if type(value) == "string" then return ("%q"):format(value) end
  if type(value) == "number" then
    return value == value and math.abs(value) < math.huge and core.json(value) or tostring(value)
  end
  if is(value, Sweep) then return "a sweep" end
  if is(value, Unit) then return ("%s %q"):format(value.role, value.name) end
  if is(value, Maker) then return ("%s %q"):format(value.role, value.name) end
  if type(value) == "table" or type(value) == "function" then return "a " .. type(value) end
  return tostring(value)
end

---- Sweeps ----------------------------------------------------------------------------------------------------

-- All the concrete values that a value with sweeps in it stands for, in order.
local function expand(value)
  if is(value, Sweep) then
    local all = {}
    for _, alternative in ipairs(value) do
      for _, one in ipairs(expand(alternative)) do all[#all + 1] = one end
    end
    return all
  elseif is(value, Maker) then
    return expand(value.make())
  elseif type(value) == "table" and not getmetatable(value) then
    local found = { {} }
    for _, key in ipairs(sorted_keys(value)) do
      local alternatives, wider = expand(value[key]), {}
      if #alternatives * #found > MOST_CONFIGS then failf("these sweeps multiply to more than %d", MOST_CONFIGS) end
      for _, narrow in ipairs(found) do
        for _, alternative in ipairs(alternatives) do
          local one = copy(narrow)
          one[key] = alternative
          wider[#wider + 1] = one
        end
      end
      found = wider
    end
    return found
  end
  return { value }
end

baud.sweep = public(function(alternatives)
  if type(alternatives) ~= "table" or getmetatable(alternatives) or not next(alternatives) then
    failf("baud.sweep takes a list of alternatives, { 0.1, 1 }, not %s", shown(alternatives))
  end
  for key in next, alternatives do
    if math.type(key) ~= "integer" then
      failf("baud.sweep takes a list; for named ones (%s = ...) there is baud.grid", tostring(key))
    end
  end
  return setmetatable(copy(alternatives), Sweep)
end)

baud.grid = public(function(lists)
  if type(lists) ~= "table" or getmetatable(lists) then
    failf("baud.grid takes named lists, { lr = { 0.1, 1 } }, not %s", shown(lists))
  end
  local named = {}
  for key, list in pairs(lists) do
    if type(key) ~= "string" or type(list) ~= "table" then
      failf("baud.grid: %s is %s; it takes a list of alternatives", tostring(key), shown(list))
    end
    named[key] = getmetatable(list) and list or setmetatable(copy(list), Sweep)
  end
  return setmetatable(expand(named), Sweep)
end)

---- What the command line sets --------------------------------------------------------------------------------

local ROLES = { env = core.ENV, learner = core.LEARNER, reward = core.REWARD }
local PLAIN = { ["lanes"] = true, ["limit"] = true, ["world"] = true, ["stop.episodes"] = true, ["stop.steps"] = true,
  ["stop.seconds"] = true, ["score.answers"] = true, ["score.quiz"] = true,
  ["score.reference"] = true, ["score.bin"] = true, ["score.probe"] = true, ["score.probe_steps"] = true,
  ["demonstrator.competence"] = true }
local overrides, keys_seen = {}, { env = {}, learner = {}, reward = {} }

local function complain(override, format, ...)
  error(("--set %s: "):format(override.text) .. format:format(...), 0)
end

-- "learner.lr=0.3", "learner.reinforce.lr=0.3", "stop.episodes=100"
local function parse_override(text)
  local key, value = text:match("^%s*([%w_.-]+)%s*=%s*(.*)$")
  local override = { text = text, key = key, value = value }
  if not key then complain(override, "it takes KEY=VALUE, as in learner.lr=0.3") end
  local role, rest = key:match("^(%w+)%.(.+)$")
  if PLAIN[key] then
    override.plain = true
  elseif ROLES[role] then
    override.role = role
    override.unit, override.param = rest:match("^([%w_.-]+)%.([%w_]+)$")
    override.param = override.param or rest
  else
    local known = { "env", "learner", "reward" }
    for plain in pairs(PLAIN) do known[#known + 1] = plain end
    local near = closest(key, known) or role and closest(role, known)
    complain(override, near and "nothing is called %q (did you mean %q?)" or "nothing is called %q; there are "
      .. "env.PARAMETER, reward.PARAMETER, learner.PARAMETER, lanes, limit, stop.*, score.*, demonstrator.competence",
      key, near)
  end
  return override
end

local function typed(text, kind)
  if kind == "int" or kind == "float" then return tonumber(text) or text end
  if kind == "flag" then
    if text == "true" or text == "false" then return text == "true" end
  end
  return text
end

-- The text's value; with commas, a sweep of values.
local function override_value(override, kind)
  if kind == "text" or not override.value:find(",", 1, true) then return typed(override.value, kind) end
  local list = {}
  for piece in override.value:gmatch("[^,]+") do list[#list + 1] = typed(piece, kind) end
  return setmetatable(list, Sweep)
end

local function check_overrides()
  for _, override in ipairs(overrides) do
    if not override.used then
      local what = override.unit and ("%s %q"):format(override.role, override.unit) or override.role
      if override.plain then complain(override, "no part of this script has a %s", override.key:match("^%w+")) end
      local near = closest(override.param, keys_seen[override.role])
      complain(override, near and "no %s of this script has a parameter %q (did you mean %q?)" or
        "no %s of this script has a parameter %q", what, override.param, near)
    end
  end
end

for _, text in ipairs(core.settings) do overrides[#overrides + 1] = parse_override(text) end

---- Units -----------------------------------------------------------------------------------------------------

-- The parameter values after --set, and the override that touched them last.
local function overridden(role, info, values)
  local last
  for _, override in ipairs(overrides) do
    if override.role == role and info.types[override.param] and
        (not override.unit or override.unit == info.name or override.unit == info.id) then
      if not last then values = copy(values) end
      values[override.param] = override_value(override, info.types[override.param])
      override.used, last = true, override
    end
  end
  return values, last
end

-- What a unit's values are shown, compared and selected by: texts and numbers, those of a unit within it under its
-- parameter's name, as in "learner.lr".
local function flatten(info, values)
  local keys, params = {}, {}
  for _, key in ipairs(info.keys) do
    local value = values[key]
    keys[#keys + 1], params[key] = key, is(value, Unit) and value.name or value
    for _, inner in ipairs(is(value, Unit) and value.keys or {}) do
      keys[#keys + 1], params[key .. "." .. inner] = key .. "." .. inner, value.params[inner]
    end
  end
  return keys, params
end

-- A unit's values as the registry reads them, with units as their texts say; those that were not given are made.
local function plain_values(role, info, values)
  local plain, full = copy(values), copy(values)
  for _, key in ipairs(sorted_keys(info.units)) do
    local takes, value = info.units[key], values[key]
    if value == nil and takes.default ~= "" then
      value = core.words.make_unit(takes.role, core.unit(ROLES[takes.role], takes.default), {})
    end
    if is(value, Unit) and value.role ~= takes.role then
      return nil, ("%s %q: parameter %q is %s; it takes baud.%s"):format(role, info.name, key, shown(value), takes.role)
    end
    full[key], plain[key] = value or "none", is(value, Unit) and value.json or value
  end
  return plain, full
end

-- All parameters, checked; and the same for people. Or nil and a sentence.
local function read_values(role, info, values)
  local plain, full = plain_values(role, info, values)
  if not plain then return nil, full end
  local params, sentence = core.params(ROLES[role], info.id, plain)
  if not params then return nil, sentence end
  local shown_as = copy(params)
  for key in pairs(info.units) do params[key], shown_as[key] = plain[key] or core.null, full[key] end
  return params, shown_as
end

local function add_unit(units, role, info, params, values)
  local unit = { role = role, id = info.id, name = info.name }
  unit.keys, unit.params = flatten(info, values)
  unit.json = { id = info.id, behaviour = info.behaviour, params = params }
  unit.text = core.json(unit.json)
  for _, other in ipairs(units) do
    if other.text == unit.text then return end
  end
  units[#units + 1] = setmetatable(unit, Unit)
end

local function make_unit(role, info, given)
  if given ~= nil and type(given) ~= "table" then
    failf("%s %q takes a table of parameters, { name = value }, not %s", role, info.name, shown(given))
  end
  for _, key in ipairs(info.keys) do table.insert(keys_seen[role], key) end
  local units = {}
  for _, values in ipairs(expand(given or {})) do
    if type(values) ~= "table" or getmetatable(values) then
      failf("%s %q takes tables of parameters, not %s", role, info.name, shown(values))
    end
    local params, full = read_values(role, info, values)
    if not params then core.fail(full) end
    local changed, override = overridden(role, info, values)
    if not override then
      add_unit(units, role, info, params, full)
    else
      for _, one in ipairs(expand(changed)) do
        params, full = read_values(role, info, one)
        if not params then complain(override, "%s", full) end
        add_unit(units, role, info, params, full)
      end
    end
  end
  return #units == 1 and units[1] or setmetatable(units, Sweep)
end

-- baud.env "lock" may be called with parameters, or stand for the unit with its defaults.
Maker.__call = public(function(maker, given) return make_unit(maker.role, maker.info, given) end)

for role in pairs(ROLES) do
  baud[role] = public(function(name)
    if type(name) ~= "string" then failf("baud.%s takes the name of a plugin, not %s", role, shown(name)) end
    local info, sentence = core.unit(ROLES[role], name)
    if not info then core.fail(sentence) end
    local maker = { role = role, name = info.name, info = info }
    maker.make = function() return make_unit(role, info) end
    return setmetatable(maker, Maker)
  end)
end

-- Compositions by their own names: baud.lifetime { env = ..., learner = ... } is baud.env "lifetime" { ... }.
for name, role in pairs { lifetime = "env", toolbox = "env", demonstrator = "env", window = "learner" } do
  baud[name] = public(function(given) return make_unit(role, core.unit(ROLES[role], name), given) end)
end

core.words = { Sweep = Sweep, Unit = Unit, MOST_CONFIGS = MOST_CONFIGS, ROLES = ROLES, overrides = overrides,
  is = is, failf = failf, sorted_keys = sorted_keys, copy = copy, text_of = text_of, shown = shown, expand = expand,
  override_value = override_value, complain = complain, check_overrides = check_overrides, make_unit = make_unit }

-- A slip in one of baud's own names.
return setmetatable(baud, { __metatable = false, __index = public(function(_, name)
  local near = type(name) == "string" and closest(name, sorted_keys(baud))
  failf(near and "there is no baud.%s (did you mean baud.%s?)" or "there is no baud.%s", tostring(name), near)
end) })
