-- plan.lua - experiments, parts and graphs, and how they become a plan (core/plan.h has its format).
--
-- What a script says is kept as it is until core.plan multiplies it out: each node's settings, its sweeps taken apart,
-- give its configurations, each with its canonical text, its tags and its label. Nothing of it depends on the order of
-- a table's keys.
local core, baud = ...
local public, closest, words = core.public, core.closest, core.words
local Sweep, Unit, is, failf, shown, copy = words.Sweep, words.Unit, words.is, words.failf, words.shown, words.copy
local sorted_keys, text_of, expand, overrides = words.sorted_keys, words.text_of, words.expand, words.overrides
local override_value, complain = words.override_value, words.complain
local Claim, Part, Graph, Node = {}, {}, {}, {}

local MOST_CONFIGS, MOST_TRIALS = words.MOST_CONFIGS, 10000000

local is_channel = {}
for _, channel in ipairs(core.channels) do is_channel[channel] = true end

---- Settings of experiments and parts -------------------------------------------------------------------------

local function whole(low, high)
  return { ("a whole number from %d to %d"):format(low, high), function(x)
    local n = math.tointeger(x)
    return type(x) == "number" and n and n >= low and n <= high
  end }
end
local function number(low, high)
  return { ("a number from %g to %g"):format(low, high), function(x)
    return type(x) == "number" and x >= low and x <= high
  end }
end
local function unit_of(role)
  return { ("baud.%s \"name\" { ... }, or a sweep of them"):format(role), function(x)
    return is(x, Unit) and x.role == role
  end }
end
local function one_of(...)
  local names, is_name = { ... }, {}
  for _, name in ipairs(names) do is_name[name] = true end
  return { '"' .. table.concat(names, '" or "') .. '"', function(x) return is_name[x] == true end }
end
local BIG = 1 << 50

-- In the order in which configurations are multiplied out and labels are written.
local SETTINGS = {
  { name = "env", check = unit_of "env" },
  { name = "reward", check = unit_of "reward" },
  { name = "learner", check = unit_of "learner" },
  { name = "demonstrator", fields = { competence = number(0, 1) }, defaults = { competence = 1 } },
  { name = "channels" },
  { name = "lanes", check = whole(1, 65536), default = 1 },
  { name = "limit", check = whole(0, BIG), default = 0 },
  { name = "world", check = whole(0, BIG), default = 0 },
  { name = "stop", fields = { episodes = whole(0, BIG), steps = whole(0, BIG), seconds = number(0, 1e9) },
    defaults = { episodes = 0, steps = 0, seconds = 0 } },
  { name = "score", fields = { answers = whole(-1, BIG), quiz = whole(-1, BIG), reference = one_of("uniform", "mixture"),
    bin = number(0, 1e9), probe = whole(-1, BIG), probe_steps = whole(1, 1000000000) },
    defaults = { answers = -1, quiz = -1, reference = "uniform", bin = 0, probe = 0, probe_steps = 1000 } },
}
local SHARED = { "env", "reward", "learner", "demonstrator", "channels", "lanes", "limit", "world", "stop", "score",
  "seeds" }
local TAKES = { experiment = { "name", "doc", "parts", "claims" }, part = { "doc", "claims" },
  graph = { "name", "doc", "claims" }, train = { "name", "from", "claims" }, evaluate = { "name", "from", "claims" } }
for _, takes in next, TAKES do table.move(SHARED, 1, #SHARED, #takes + 1, takes) end

local function check_keys(what, title, given)
  if type(given) ~= "table" or getmetatable(given) then
    failf("%s takes a table of settings, not %s", title, shown(given))
  end
  for key in pairs(given) do
    local known = false
    for _, name in ipairs(TAKES[what]) do known = known or name == key end
    if not known then
      local near = type(key) == "string" and closest(key, TAKES[what])
      failf(near and "%s has no setting %s (did you mean %q?)" or "%s has no setting %s; it has %s", title, shown(key),
        near or table.concat(TAKES[what], ", "))
    end
  end
end

-- One concrete value of a setting, checked and completed. `title` says whose it is.
local function check_value(setting, value, title, raise)
  if setting.fields then
    if type(value) ~= "table" or getmetatable(value) then
      raise("%s: %s is %s; it takes a table { %s = ... }", title, setting.name, shown(value),
        sorted_keys(setting.fields)[1])
    end
    for _, key in ipairs(sorted_keys(value)) do
      local field, names = setting.fields[key], sorted_keys(setting.fields)
      if not field then
        local near = type(key) == "string" and closest(key, names)
        raise(near and "%s: %s has no %s (did you mean %q?)" or "%s: %s has no %s; it has %s", title, setting.name,
          shown(key), near or table.concat(names, ", "))
      elseif not field[2](value[key]) then
        raise("%s: %s.%s is %s; it takes %s", title, setting.name, key, shown(value[key]), field[1])
      end
    end
    local full = copy(setting.defaults)
    for key, given in next, value do full[key] = given end
    return full
  elseif setting.name == "channels" then
    if type(value) ~= "table" or getmetatable(value) then
      raise("%s: channels is %s; it takes a list such as { \"reward\" }", title, shown(value))
    end
    local has = {}
    for _, channel in pairs(value) do
      if not is_channel[channel] then
        local near = type(channel) == "string" and closest(channel, core.channels)
        raise(near and "%s: there is no channel %s (did you mean %q?)" or "%s: there is no channel %s; there are %s",
          title, shown(channel), near or table.concat(core.channels, ", "))
      end
      has[channel] = true
    end
    local ordered = core.array {}
    for _, channel in ipairs(core.channels) do
      if has[channel] then ordered[#ordered + 1] = channel end
    end
    return ordered
  elseif not setting.check[2](value) then
    raise("%s: %s is %s; it takes %s", title, setting.name, shown(value), setting.check[1])
  end
  return value
end

-- A setting's value after --set: only where the part has such a setting, or it has a default.
local function plain_override(setting, value)
  for _, override in ipairs(overrides) do
    local name, field = override.key:match("^(%w+)%.?([%w_]*)$")
    if override.plain and name == setting.name and (value ~= nil or setting.name ~= "demonstrator") then
      local given = override_value(override, "float")
      override.used = true
      local list = is(given, Sweep) and given or { given }
      local check = field ~= "" and setting.fields[field] or setting.check
      for _, one in ipairs(list) do
        if not check[2](one) then complain(override, "%s is %s; it takes %s", override.key, shown(one), check[1]) end
      end
      if field == "" then
        value = given
      else
        local changed = {}
        for _, one in ipairs(expand(value or {})) do
          one = type(one) == "table" and copy(one) or {}
          one[field] = given
          changed[#changed + 1] = one
        end
        value = setmetatable(changed, Sweep)
      end
    end
  end
  return value
end

local function seeds_of(value, title, raise)
  if core.seeds > 0 then value = core.seeds end
  local seeds = core.array {}
  if math.type(value) == "integer" and value >= 1 and value <= MOST_TRIALS then
    for seed = 0, value - 1 do seeds[#seeds + 1] = seed end
  elseif type(value) == "table" and not getmetatable(value) and #value > 0 then
    local seen = {}
    for _, seed in ipairs(value) do
      if math.type(seed) ~= "integer" or seed < 0 or seed > BIG then raise("%s: %s is no seed", title, shown(seed)) end
      if seen[seed] then raise("%s: seed %d is there twice", title, seed) end
      seen[seed] = true
      seeds[#seeds + 1] = seed
    end
  else
    raise("%s: seeds is %s; it takes how many, or a list of whole numbers", title, shown(value))
  end
  return seeds
end

---- Nodes and their configurations ----------------------------------------------------------------------------

-- The alternatives of each setting: what the node says, else the graph, else the parent, else the default.
local function alternatives_of(node, setting, parent, raise)
  local value = node.given[setting.name]
  if value == nil and parent then return { parent[setting.name] or false } end
  if value == nil then value = node.graph.given[setting.name] end
  value = plain_override(setting, value)
  if setting.name == "stop" and core.episodes > 0 then
    local changed = {}
    for i, one in ipairs(expand(value or {})) do
      changed[i] = type(one) == "table" and copy(one) or {}
      changed[i].episodes = core.episodes
    end
    value = setmetatable(changed, Sweep)
  end
  if value == nil and setting.name == "reward" then
    value = words.make_unit("reward", core.unit(core.REWARD, "baud.dense"), {})
  end
  if value == nil then
    if setting.default ~= nil then return { setting.default } end
    if setting.defaults and setting.name ~= "demonstrator" then return { setting.defaults } end
    if setting.check then raise("%s has no %s", node.title, setting.name) end
    return { false } -- no demonstrator; the usual channels
  end
  local list, seen = {}, {}
  for _, one in ipairs(expand(value)) do
    local checked = one and check_value(setting, one, node.title, raise)
    local text = is(checked, Unit) and checked.text or core.json(checked)
    if not seen[text] then list[#list + 1] = checked end
    seen[text] = true
  end
  return list
end

-- What only shows once all settings of a configuration are together.
local function complete(config, node, raise)
  local stop, channels = config.stop, config.channels
  if stop.episodes == 0 and stop.steps == 0 and stop.seconds == 0 then
    raise("%s never ends: give it stop = { episodes = ... }", node.title)
  end
  if not channels then
    channels = core.array { "observation", "reward" }
    if config.demonstrator then channels[3] = "demonstration" end
    config.channels = channels
  end
  if channels[#channels] == "demonstration" and not config.demonstrator then
    raise("%s has the channel \"demonstration\" and nobody to demonstrate: give it demonstrator = { competence = 1 }",
      node.title)
  end
  if config.demonstrator and not core.extends(core.ENV, config.env.id, "baud.demonstrate/1") then
    raise("%s has a demonstrator, and env %q shows no demonstrations", node.title, config.env.name)
  end
end

local function canonical(config, node)
  return core.json { channels = config.channels, demonstrator = config.demonstrator or core.null, env = config.env.json,
    from = config.parent and config.parent.id or "", lanes = config.lanes, learner = config.learner.json,
    limit = config.limit, mode = node.kind, reward = config.reward.json, score = config.score, stop = config.stop,
    world = config.world > 0 and config.world or nil }
end

-- All configurations that follow from one parent (or from none), appended without repetition.
local function multiply(node, parent, configs, seen, raise)
  local found = { { parent = parent } }
  for _, setting in ipairs(SETTINGS) do
    local alternatives, wider = alternatives_of(node, setting, parent, raise), {}
    if #alternatives * #found > MOST_CONFIGS then
      raise("%s multiplies to more than %d configurations", node.title, MOST_CONFIGS)
    end
    for _, narrow in ipairs(found) do
      for _, alternative in ipairs(alternatives) do
        local one = copy(narrow)
        one[setting.name] = alternative
        wider[#wider + 1] = one
      end
    end
    found = wider
  end
  for _, config in ipairs(found) do
    complete(config, node, raise)
    config.node, config.json = node, canonical(config, node)
    config.id = core.identity(config.json)
    if not seen[config.json] then configs[#configs + 1] = config end
    seen[config.json] = true
  end
end

local function resolve(node)
  local function raise(format, ...) error(node.where .. format:format(...), 0) end
  local configs, seen = {}, {}
  local given = node.given.seeds or node.graph.given.seeds
  if node.from then
    for _, parent in ipairs(node.from.configs) do multiply(node, parent, configs, seen, raise) end
    node.seeds = node.given.seeds and core.seeds == 0 and seeds_of(given, node.title, raise) or node.from.seeds
    local has = {}
    for _, seed in ipairs(node.from.seeds) do has[seed] = true end
    for _, seed in ipairs(node.seeds) do
      if not has[seed] then raise("%s starts from %s, which has no seed %d", node.title, node.from.title, seed) end
    end
  else
    multiply(node, nil, configs, seen, raise)
    if given == nil and core.seeds == 0 then raise("%s has no seeds: say how many, seeds = 20", node.title) end
    node.seeds = seeds_of(given, node.title, raise)
  end
  node.configs = configs
end

---- Tags and labels -------------------------------------------------------------------------------------------

-- What a configuration is selected by, as texts; and in which order, for labels: groups of { key, tag, of }.
local function tag(config)
  local tags, order = { part = config.node.name, mode = config.node.kind }, {}
  local function put(group, key, name, value, of)
    tags[name] = text_of(value)
    order[#order + 1] = { group = group, key = key, tag = name, of = of }
  end
  for group, role in ipairs { "env", "reward", "learner" } do
    local unit = config[role]
    put(group, false, role, unit.name)
    for _, key in ipairs(unit.keys) do put(group, key, role .. "." .. key, unit.params[key], role) end
  end
  if config.demonstrator then put(4, "competence", "demonstrator.competence", config.demonstrator.competence) end
  put(4, "channels", "channels", table.concat(config.channels, "+"))
  put(4, "lanes", "lanes", config.lanes)
  put(4, "limit", "limit", config.limit)
  put(4, "world", "world", config.world)
  for _, name in ipairs { "stop", "score" } do
    for _, key in ipairs(sorted_keys(config[name])) do
      put(4, name .. "." .. key, name .. "." .. key, config[name][key])
    end
  end
  config.tags, config.order = tags, order
end

-- Whether some two of the units differ in nothing but keys outside of `keys`.
local function confuses(units, keys)
  local seen = {}
  for _, unit in ipairs(units) do
    local words = {}
    for i, key in ipairs(keys) do words[i] = text_of(unit.params[key]) end
    local text = table.concat(words, "\0")
    if seen[text] then return true end
    seen[text] = true
  end
  return false
end

-- A smallest set of parameters that tells the units of one name apart: those that vary, less what the others imply.
-- Units within them may have parameters of their own, so that not all need have the same; these are done without first.
local function telling_keys(units)
  local keys, own, seen = {}, {}, {}
  for _, having in ipairs(units) do
    for _, key in ipairs(having.keys) do
      local varies = false
      for _, unit in ipairs(units) do varies = varies or unit.params[key] ~= units[1].params[key] end
      local list = key:find(".", 1, true) and keys or own
      if varies and not seen[key] then list[#list + 1] = key end
      seen[key] = true
    end
  end
  table.move(own, 1, #own, #keys + 1, keys)
  local i = 1
  while i <= #keys do
    local key = table.remove(keys, i)
    if confuses(units, keys) then
      table.insert(keys, i, key)
      i = i + 1
    end
  end
  return keys
end

-- Which tags a node's labels show: place -> true; a parameter's place is its tag with the unit's name.
local function place_of(entry, config) return entry.of and entry.tag .. "\0" .. config.tags[entry.of] or entry.tag end

local function count_variety(configs)
  local first, varies, units, known = {}, {}, {}, {}
  for _, config in ipairs(configs) do
    for _, entry in ipairs(config.order) do
      if not entry.of then
        local value = config.tags[entry.tag]
        if first[entry.tag] == nil then first[entry.tag] = value end
        varies[entry.tag] = varies[entry.tag] or first[entry.tag] ~= value
      end
    end
    for role in pairs(words.ROLES) do
      local unit, group = config[role], role .. "\0" .. config[role].name
      units[group] = units[group] or {}
      if not known[role .. unit.text] then table.insert(units[group], unit) end
      known[role .. unit.text] = true
    end
  end
  for group, list in pairs(units) do
    local role, name = group:match("^(.-)\0(.*)$")
    for _, key in ipairs(telling_keys(list)) do varies[role .. "." .. key .. "\0" .. name] = true end
  end
  return varies
end

local function label_of(config, varies, prefix)
  local groups = {}
  for _, entry in ipairs(config.order) do
    if varies[place_of(entry, config)] then
      local value = config.tags[entry.tag]
      local word = entry.key and entry.key .. "=" .. value or value
      groups[entry.group] = groups[entry.group] and groups[entry.group] .. " " .. word or word
    end
  end
  local words = {}
  for group = 1, 4 do words[#words + 1] = groups[group] end
  local label = #words > 0 and table.concat(words, " / ") or config.learner.name
  return prefix .. label
end

local function label_all(nodes)
  local used = {}
  for _, node in ipairs(nodes) do
    for _, config in ipairs(node.configs) do tag(config) end
    local varies = count_variety(node.configs)
    for _, config in ipairs(node.configs) do
      local label = label_of(config, varies, #nodes > 1 and node.name .. ": " or "")
      if used[label] and config.parent then label = label .. " from " .. config.parent.label end
      local unique, n = label, 2
      while used[unique] do unique, n = ("%s (%d)"):format(label, n), n + 1 end
      used[unique], config.label = true, unique
    end
  end
end

---- Graphs ----------------------------------------------------------------------------------------------------

local function check_text(value, what, title)
  if value ~= nil and (type(value) ~= "string" or value == "") then
    failf("%s: %s is %s; it takes a text", title, what, shown(value))
  end
  return value
end

local function add_claims(graph, claims, part, title)
  if claims == nil then return end
  if type(claims) ~= "table" or getmetatable(claims) then
    failf("%s: claims is %s; it takes a list of baud.claim", title, shown(claims))
  end
  for _, claim in pairs(claims) do
    if not is(claim, Claim) or not claim.judge then
      failf("%s: %s is among the claims; each is baud.claim \"text\" (function(r) ... end)", title, shown(claim))
    end
    table.insert(graph.claims, { text = claim.text, judge = claim.judge, part = part })
  end
end

local function add_node(graph, kind, name, given, where, title)
  if not name:match("^[%w_ .=,-]+$") or #name > 60 then
    error(("%s%s: letters, digits, space and _ . = , - make a name"):format(where, title), 0)
  end
  for _, other in ipairs(graph.nodes) do
    if other.name == name then error(("%s%s is there twice"):format(where, title), 0) end
  end
  local node = { graph = graph, kind = kind, name = name, given = given, where = where, title = title }
  setmetatable(node, Node)
  if given.from ~= nil then
    if not is(given.from, Node) or given.from.graph ~= graph then
      failf("%s: from is %s; it takes what g:train or g:evaluate gave", title, shown(given.from))
    end
    node.from = given.from
  elseif kind == "evaluate" then
    failf("%s has no from: the node whose checkpoints it evaluates", title)
  end
  table.insert(graph.nodes, node)
  add_claims(graph, given.claims, name, title)
  return node
end

local function new_graph(what, given)
  check_keys(what, what, given)
  local name = check_text(given.name, "name", what)
  if not name then failf("%s has no name", what) end
  if not name:match("^[%w_.-]+$") then
    failf("%s: name is %s; letters, digits, _ . and - make one", what, shown(name))
  end
  check_text(given.doc, "doc", what)
  return setmetatable({ name = name, doc = given.doc or "", given = given, nodes = {}, claims = {} }, Graph)
end

local methods = {}
for _, kind in ipairs { "train", "evaluate" } do
  methods[kind] = public(function(graph, given)
    if not is(graph, Graph) then failf("write g:%s{ ... }, with a colon", kind) end
    check_keys(kind, "g:" .. kind, given)
    local name = check_text(given.name, "name", "g:" .. kind) or ("%s %d"):format(kind, #graph.nodes + 1)
    return add_node(graph, kind, name, given, core.where(), ("%s %q"):format(kind, name))
  end)
end
Graph.__index = methods

baud.graph = public(function(given)
  local graph = new_graph("graph", given)
  add_claims(graph, given.claims, nil, "graph")
  return graph
end)

baud.part = public(function(name)
  if type(name) ~= "string" then failf("baud.part takes a name, not %s", shown(name)) end
  return public(function(given)
    local title = ("part %q"):format(name)
    check_keys("part", title, given)
    check_text(given.doc, "doc", title)
    return setmetatable({ name = name, given = given, where = core.where(), title = title }, Part)
  end)
end)

baud.experiment = public(function(given)
  local graph = new_graph("experiment", given)
  if given.parts == nil then
    add_node(graph, "train", "train", {}, core.where(), "experiment")
  elseif type(given.parts) ~= "table" or #given.parts == 0 then
    failf("experiment: parts is %s; it takes a list of baud.part \"name\" { ... }", shown(given.parts))
  end
  for _, part in ipairs(given.parts or {}) do
    if not is(part, Part) then
      failf("experiment: %s is among the parts; each is baud.part \"name\" { ... }", shown(part))
    end
    add_node(graph, "train", part.name, part.given, part.where, part.title)
  end
  add_claims(graph, given.claims, nil, "experiment")
  return graph
end)

baud.claim = public(function(text)
  if type(text) ~= "string" or #text < 3 or #text > 280 then
    failf("a claim is a sentence of 3 to 280 letters, not %s", shown(text))
  end
  return setmetatable({ text = text }, Claim)
end)
Claim.__call = public(function(claim, judge)
  if type(judge) ~= "function" then failf("claim %q takes a function(r), not %s", claim.text, shown(judge)) end
  return setmetatable({ text = claim.text, judge = judge }, Claim)
end)

---- The plan --------------------------------------------------------------------------------------------------

-- Multiplies out what the script returned; plan.h has the format.
function core.plan(graph, script)
  if not is(graph, Graph) then
    local sentence = "%s: a script returns baud.experiment{ ... } or a graph; this one returned %s"
    error(sentence:format(script, shown(graph)), 0)
  end
  if #graph.nodes == 0 then error(("%s: the graph has no nodes: add g:train{ ... }"):format(script), 0) end
  local plan = { format = 1, name = graph.name, doc = graph.doc, nodes = core.array {}, configs = core.array {},
    claims = core.array {} }
  local trials, index = 0, {}
  for _, node in ipairs(graph.nodes) do
    resolve(node)
    trials = trials + #node.configs * #node.seeds
  end
  if trials > MOST_TRIALS then
    error(("%s: %d trials are more than a run can hold (%d)"):format(script, trials, MOST_TRIALS), 0)
  end
  label_all(graph.nodes)
  words.check_overrides()
  for i, node in ipairs(graph.nodes) do
    plan.nodes[i] = { name = node.name, kind = node.kind }
    for _, config in ipairs(node.configs) do
      index[config] = #plan.configs
      table.insert(plan.configs, { node = i - 1, label = config.label, tags = config.tags, seeds = node.seeds,
        from = config.parent and index[config.parent] or -1, config = config })
    end
  end
  for i, claim in ipairs(graph.claims) do plan.claims[i] = claim.text end
  local text, configs = {}, plan.configs
  for i, config in ipairs(configs) do -- the canonical text goes in as it is: its hash is the trial's name
    local json = config.config.json
    config.config = nil
    text[i] = core.json(config):gsub("^{", function() return '{"config":' .. json .. "," end)
  end
  plan.configs = nil
  local rest = core.json(plan):gsub("^{", "")
  return '{"configs":[' .. table.concat(text, ",") .. "]," .. rest, graph.claims
end
