#!/bin/sh
# Bits on the stream from script to screen: asked for in the script, kept in the store, shown, reported, exported, claimed.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/json.sh"
cd "$scratch" || exit 1

cat >stream.lua <<'LUA'
local baud = require "baud"
return baud.experiment {
  name = "coders", env = baud.env "stream" { memory = "chain", length = 100 },
  learner = baud.sweep { baud.learner "kt", baud.learner "ctw" {} },
  seeds = 3, stop = { episodes = 64 },
  score = { answers = 1, quiz = 0, reference = "mixture", probe = 4, probe_steps = 1000 },
  claims = {
    baud.claim "contexts save half of a chain" (function(r)
      return (r:select { learner = "ctw" }:total "saved.observation" / 6400):mean():above(0.4)
    end),
    baud.claim "over the mixture nobody can save more than it costs" (function(r)
      return r:total "saved_mixture.observation":mean():at_most(math.log(3, 2), 0.1)
    end),
    baud.claim "saved and forgone make up what the reference loses" (function(r)
      local loss, saved, forgone = r:last "loss.reward", r:total "saved.reward", r:last "forgone.reward"
      local code = r:total "code.reward"
      return (saved + forgone - (code + saved) + loss * 6400):map(math.abs):max() < 1, "to rounding"
    end),
    baud.claim "a copy's loss comes down to its chain's" (function(r)
      return r:select { learner = "ctw" }:last "loss.observation":mean():near(baud.h(0.1), { absolute = 0.1 })
    end),
    baud.claim "returns hold some bits" (function(r)
      local one = r:select { learner = "ctw" } -- the same seeds are the same streams
      local e = one:outcomes("return", { from = 33 }):entropy()
      local shared = baud.shared(one:outcomes("return", { to = 32 }), one:outcomes("return", { from = 33 }))
      return e.n == 96 and e.bits > 3 and e.bits < 8 and math.abs(shared.bits) < 1, tostring(e) .. "; " .. tostring(shared)
    end),
    baud.claim "they are not shared by samples of two sizes" (function(r)
      return pcall(baud.shared, r:outcomes("return", { to = 3 }), r:outcomes("return", { to = 4 })) == false, "refused"
    end),
  },
}
LUA
"$BAUD" run stream.lua --line >made.txt 2>&1
is "an experiment with streams runs, and its claims hold" "$?" 0 "$(cat made.txt)"
run=$(ls -d "$BAUD_RUNS"/coders-*)
stored() { sqlite3 -batch -readonly "$run/store.db" "$1"; }

# ---- the store
is "each figure says in the store what it is" "$(stored "SELECT group_concat(DISTINCT mark) FROM series JOIN figure USING (figure) WHERE name LIKE 'saved%'")" "="
is "what comes of samples of episodes is an estimate" \
  "$(stored "SELECT group_concat(DISTINCT mark) FROM series JOIN figure USING (figure) WHERE name LIKE 'loss%' OR name LIKE 'progress%' OR name LIKE 'forgone%'")" "~"
is "copies were looked at every fourth time, and at the end" \
  "$("$BAUD" sql "$run" --csv "SELECT group_concat(episode, ' ') FROM episode WHERE trial = 0 AND loss_observation IS NOT NULL" | tail -n 1 | tr -d '"\r')" \
  "0 4 8 12 16 20 24 28 32 36 40 44 48 52 56 60 63"
is "code length and what was saved make up a bit a symbol" \
  "$(stored "SELECT DISTINCT round(sum(sum), 3) FROM series JOIN figure USING (figure) WHERE name IN ('code.observation', 'saved.observation') GROUP BY trial")" "6400.0"

# ---- show
"$BAUD" show "$run" >show.txt 2>show.err
is "it can be shown" "$? $(cat show.err)" "0 "
# cell LEARNER STREAM COLUMN
cell() { awk -v config="  $1" -v stream="$2" -v column="$3" '/^  [^ ]/ { on = $0 == config } /^    stream / { in_streams = on } on && in_streams && $1 == stream { print $column; exit }' show.txt; }
total() { stored "SELECT printf('%.2f', avg(sum)) FROM series JOIN figure USING (figure) JOIN trial USING (trial) WHERE config = $1 AND name = '$2'"; }
contains "streams have a table of their own" "$(tr -s ' ' <show.txt)" " stream code saved over mixture forgone loss a step progress"
is "code lengths are the store's" "$(cell kt observation 2)" "=$(total 0 code.observation)"
is "so is what was saved" "$(cell ctw reward 3)" "=$(total 1 saved.reward)"
is "also over the mixture" "$(cell ctw observation 4)" "=$(total 1 saved_mixture.observation)"
contains "what was forgone is an estimate" "$(cell kt observation 5)" "~"
contains "the policy of who acts at random does not change" "$(cat show.txt)" "policy change =0 bits an episode"
contains "outcomes have an entropy, with the size of the sample" "$(cat show.txt)" "(Grassberger; N 192, "
"$BAUD" show "$run" --json >show.json
is_json "--json is JSON" show.json
is "levels have an end" "$(sqlite3 :memory: "SELECT json_extract(readfile('show.json'), '\$.configs[0].figures.\"loss.observation\".end') BETWEEN 0.9 AND 1.1")" 1

# ---- report
"$BAUD" report "$run" >report.txt
head=$(head -n 1 report.txt | tr -s ' ')
contains "the report has columns for what was saved and forgone" "$head" "saved obs saved rew mixture obs mixture rew forgone obs forgone rew policy change"
contains "and says what they are" "$(cat report.txt)" "saved: bits of the stream, uniform code minus the learner's"

# ---- export
"$BAUD" export "$run" --format csv --figure saved_mixture.reward,progress.reward >some.csv
is "figures go by their names" "$(head -n 1 some.csv)" "trial,config,seed,episode,step,saved_mixture.reward,progress.reward"
is "what was not scored is empty" "$(sed -n 3p some.csv | sed 's/.*,//')" ""

# ---- the command line
"$BAUD" run stream.lua --dry --set score.reference=uniform --set score.probe=0 --set score.bin=0.5 >dry.txt 2>&1
is "scores can be set from the command line" "$?" 0 "$(cat dry.txt)"
