-- order.lua - tables are walked in the order of their keys: numbers, then texts, then the rest.
--
-- Lua's own order over texts differs from process to process; what a script does must not.
local core = ...
local next, type, sort = next, type, table.sort

local RANK = { number = 1, string = 2 }
local function before(a, b)
  local rank_a, rank_b = RANK[type(a)] or 3, RANK[type(b)] or 3
  if rank_a ~= rank_b then return rank_a < rank_b end
  return rank_a < 3 and a < b
end

function core.sorted_keys(t)
  local keys = {}
  for key in next, t do keys[#keys + 1] = key end
  sort(keys, before)
  return keys
end

function pairs(t)
  local keys, i = core.sorted_keys(t), 0
  return function()
    i = i + 1
    if keys[i] ~= nil then return keys[i], t[keys[i]] end
  end
end
