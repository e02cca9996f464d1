#!/bin/sh
# Plugins in Lua through the program: listed and shown as others are, run on one job and on two to the same bits, resumed
# after everything was killed, carried by checkpoints; and what is broken or hostile costs its own trial, with a sentence.
. "$(dirname "$0")/../../lib.sh"
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../json.sh"
unset BAUD_PLUGIN_PATH
plugins=$XDG_DATA_HOME/baud/plugins
mkdir -p "$plugins"
cp "$SOURCE/docs/examples/environment.lua" "$SOURCE/docs/examples/learner.lua" "$SOURCE/docs/examples/reward.lua" "$plugins"
cd "$scratch" || exit 1

# ---- what they say about themselves
"$BAUD" plugins >list.txt 2>list.err
is "the list succeeds, in silence" "$? $(cat list.err)" "0 "
is "all three are in it, with their files" "$(grep -o "$plugins/.*" list.txt | sort | tr '\n' ' ')" \
  "$plugins/environment.lua $plugins/learner.lua $plugins/reward.lua "
"$BAUD" plugins stairs | tr -s ' ' >stairs.txt
contains "an environment shows its parameters" "$(cat stairs.txt)" " tries int 100 1 .. 100000 the longest episode, steps"
contains "what it shows depends on them" "$(cat stairs.txt)" " observation stair 1 x 7 categories where one stands; 0 is the bottom"
contains "its facts" "$(cat stairs.txt)" " fact (wire) top reward, outcome "
contains "how much there is to know" "$(cat stairs.txt)" " prior 6 bits of world, episodes of at most 100 steps"
contains "and its extensions" "$(cat stairs.txt)" "Extensions baud.observer/1, baud.quiz/1"
"$BAUD" plugins stairs --json >stairs.json
is_json "as JSON, too" stairs.json
is "with everything in it" "$(json stairs.json "json_extract(j, '\$.role') || json_extract(j, '\$.params[0].default') || json_extract(j, '\$.facts[0].name')")" environment6top
contains "a learner in Lua says what it takes and answers" "$("$BAUD" plugins habit | tr -s ' ')" " on baud.lock takes observation, reward; answers action"
contains "and which of its parameters are live" "$("$BAUD" plugins habit)" "step size; live"
"$BAUD" run "$SOURCE/docs/examples/stairs.lua" --dry --set learner.rate=2 >dry.txt 2>&1
is "parameters are held to their ranges before anything starts" "$? $(grep -c 'parameter "rate" is 2; it takes a number from 0.001 to 1' dry.txt)" "2 1"

# ---- the same bits
experiment climb <<'LUA'
local g = baud.graph { name = "climb", doc = "a checkpoint in Lua flows", env = baud.env "stairs", reward = baud.reward "praise", seeds = 3,
  lanes = 3, learner = baud.learner "habit" { rate = baud.sweep { 0.2, 0.5 } }, stop = { episodes = 5000 } }
local first = g:train { name = "first" }
g:evaluate { name = "check", from = first, stop = { episodes = 500 } }
return g
LUA
"$BAUD" run climb.lua --line --jobs 1 --out one >one.log 2>&1
is "a graph of plugins in Lua runs to its end" "$? $(of one "SELECT count(*) FROM trial WHERE status = 'D'")" "0 12"
"$BAUD" run climb.lua --line --jobs 2 --out two >two.log 2>&1
same "two jobs store exactly what one job stored" one two
is "what was learnt came with the checkpoint" "$("$BAUD" sql one "SELECT count(*) FROM (SELECT trial FROM episode WHERE success = 1 AND trial > 5 GROUP BY trial HAVING count(*) > 495)" | tail -n 1)" 6
"$BAUD" run climb.lua --detach --jobs 2 --out killed >/dev/null 2>&1
wait_for 5 has_status killed R 1
pid=$(supervisor_of killed)
kill -9 $(workers_of killed) "$pid"
wait_for 5 is_gone "$pid"
"$BAUD" resume killed --line >killed.log 2>&1
is "a run that was killed is resumed to its end" "$?" 0
same "and ends with the store of an uninterrupted one" one killed

# ---- files that are no plugins
printf 'return plugin.reward {' >"$plugins/half.lua"
printf 'while true do end' >"$plugins/loop.lua"
printf 'local baud = require "baud"\nreturn baud.experiment {}' >"$plugins/experiment.lua"
cp "$plugins/reward.lua" "$plugins/open_to_all.lua"
cp "$plugins/reward.lua" "$plugins/twin.lua"
chmod o+w "$plugins/open_to_all.lua"
ln -s nowhere "$plugins/dangling.lua"
"$BAUD" plugins >with.txt 2>with.err
is "the list succeeds among broken ones" "$? $(cat with.err)" "0 "
sed -n '/^not loaded/,$p' with.txt | tr -s ' \n' ' ' >refused.txt
reason() { contains "$1" "$(cat refused.txt)" " $2 $plugins/$2 $3"; }
reason "one that is cut short is listed with its line" half.lua "half.lua:1: unexpected symbol near <eof>"
reason "one that never ends" loop.lua "loop.lua:1: the plugin ran too long"
reason "an experiment" experiment.lua "experiment.lua:1: there is no module \"baud\""
reason "one that others may write to" open_to_all.lua "others may write to it (chmod o-w it)"
reason "a link to nowhere" dangling.lua "cannot be read: No such file or directory"
reason "an id that is taken" twin.lua "org.example.praise is hidden by the one in $plugins/reward.lua"
is "everything else is listed as before" "$(sed '/^not loaded/,$d' with.txt | tr -s '\n')" "$(tr -s '\n' <list.txt)"
is "a relative folder is not looked into" "$(cd "$plugins/.." && XDG_DATA_HOME=$scratch/none BAUD_PLUGIN_PATH=plugins "$BAUD" plugins | grep -c '\.lua')" 0
is "check finds the syntax error" "$("$BAUD" check "$plugins/half.lua" 2>&1 | head -n 1)" \
  "FAIL  1 loads by itself, in an empty environment: half.lua:1: unexpected symbol near <eof>"
rm "$plugins"/half.lua "$plugins"/loop.lua "$plugins"/experiment.lua "$plugins"/open_to_all.lua "$plugins"/twin.lua "$plugins"/dangling.lua

# ---- trials that fail
cat >"$plugins/moody.lua" <<'LUA'
local plugin = require "baud.plugin"
return plugin.reward {
  id = "test.moody", title = "moody", doc = "Goes wrong in one of several ways, in the third episode or so.",
  params = { { key = "mood", type = "choice", default = "good", choices = { "good", "endless", "nan", "text", "missing", "greedy" }, help = "which" } },
  create = function(p) return { lane = { steps = "i32" } } end,
  reset = function() end,
  score = function(self, lane, step)
    lane.steps = lane.steps + 1
    if lane.steps < 3 or self.mood == "good" then return 0 end
    if self.mood == "endless" then while true do end end
    if self.mood == "nan" then return 0 / 0 end
    if self.mood == "text" then return "much" end
    if self.mood == "missing" then return step.facts.glory end
    local all = {}
    for i = 1, math.huge do all[i] = ("x"):rep(1000000) .. i end
  end,
}
LUA
experiment moods <<'LUA'
return baud.experiment { name = "moods", env = baud.env "lockbox", learner = baud.learner "random", stop = { episodes = 10 }, seeds = 1,
  reward = baud.reward "moody" { mood = baud.sweep { "good", "endless", "nan", "text", "missing", "greedy" } } }
LUA
"$BAUD" run moods.lua --line --jobs 2 --out moods >moods.log 2>&1
is "trials that fail give the exit code for it" "$?" 1
is "the rest is finished" "$(of moods "SELECT group_concat(status, '') FROM (SELECT status FROM trial ORDER BY trial)")" DFFFFF
fails() { contains "$1" "$(of moods "SELECT reason FROM trial WHERE trial = $2")" "reward test.moody in score: $3"; }
fails "a loop without end is ended, with plugin, file and line" 1 "moody.lua:10: the plugin ran too long"
fails "a reward that is no number" 2 "moody.lua:7: score returned -nan; it returns the reward, a finite number"
fails "a reward of the wrong type" 3 "moody.lua:7: score returned much; it returns the reward, a finite number"
fails "a fact that there is not" 4 "moody.lua:13: facts has no field \"glory\""
fails "a table that grows without end" 5 "the plugin needs more than its 512 MB of memory"
