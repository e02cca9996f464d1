#!/bin/sh
# baud show: what it prints of one run is what its store holds, and a run is found by path, name or the name's beginning.
. "$(dirname "$0")/../../lib.sh"
. "$(dirname "$0")/lib.sh"
cd "$scratch" || exit 1
make_run

# total CONFIG FIGURE: bits a trial, mean over a configuration's trials, as show prints numbers
total() {
  stored "SELECT printf('%.2f', avg(sum)) FROM series JOIN figure USING (figure) JOIN trial USING (trial)
    WHERE config = $1 AND name = '$2'"
}
# row CONFIG CHANNEL COLUMN: a cell of the funnel of the configuration, by its label
row() { awk -v config="  $1" -v channel="$2" -v column="$3" '/^  [^ ]/ { on = $0 == config } on && $1 == channel { print $column }' show.txt; }

"$BAUD" show >show.txt 2>show.err
is "showing a run succeeds, whatever its claims" "$? $(cat show.err)" "0 "
contains "it says how the run stands" "$(cat show.txt)" "status   done"
contains "how many trials and episodes" "$(cat show.txt)" "trials   6 done; 9000 episodes"
contains "its doc" "$(cat show.txt)" "two learners at one box"
contains "its nodes" "$(cat show.txt)" "train  (train, 2 configurations)"
is "bits offered are the store's, and exact" "$(row reinforce reward 5)" "=$(total 0 offered.reward)"
is "so are bits received" "$(row reinforce reward 6)" "=$(total 0 received.reward)"
is "bits absorbed are the store's, and a lower bound" "$(row reinforce reward 7)" "≥$(total 0 absorbed.reward)"
is "for each configuration" "$(row random reward 5)" "=$(total 1 offered.reward)"
is "over all channels, too" "$(row reinforce all 7)" "≥$(total 0 absorbed)"
is "what is useful is told over all channels" "$(row reinforce all 8) $(row reinforce reward 8)" "≥$(total 0 useful) -"
is "what was not measured is a dash, not a zero" "$(row reinforce observation 7)" "-"
contains "a claim that holds" "$(cat show.txt)" "  holds      the box holds 4 bits"
contains "a claim that fails, with its figures" "$(tr -s '\n ' ' ' <show.txt)" "fails no trial is done 6 are"
is "trials are left out unless they failed" "$(grep -c 'seed [0-9]' show.txt)" 0
"$BAUD" show --trials >trials.txt
is "--trials has a line for each" "$(grep -c 'done  *1500 episodes  *seed [0-2] ' trials.txt)" 6

# ---- as JSON
"$BAUD" show --json >show.json
is_json "--json is JSON" show.json
is "it has the run's figures: received is the store's to the last digit but rounding" \
  "$(json show.json "round(json_extract(j, '\$.configs[0].figures.received.total'), 9)")" \
  "$(stored "SELECT round(avg(sum), 9) FROM series JOIN figure USING (figure) JOIN trial USING (trial) WHERE config = 0 AND name = 'received'")"
is "with mark, trials and how many episodes were scored" \
  "$(json show.json "json_extract(j, '\$.configs[0].figures.received.mark') || json_extract(j, '\$.configs[0].figures.received.trials') || ' ' || json_extract(j, '\$.configs[0].figures.received.scored')")" "=3 4500"
is "it has every trial with its id" \
  "$(sqlite3 :memory: "SELECT group_concat(json_extract(value, '\$.id')) FROM json_each(CAST(readfile('show.json') AS TEXT), '\$.trials')")" \
  "$(stored "SELECT group_concat(id) FROM (SELECT id FROM trial ORDER BY trial)")"
is "tags are an object" "$(json show.json "json_extract(j, '\$.configs[1].tags.learner')")" random
is "claims have text, verdict and figures" "$(json show.json "json_extract(j, '\$.claims[1]')")" \
  '{"claim":"no trial is done","verdict":"fails","figures":"6 are"}'

# ---- which run
name=${run##*/}
for what in last "$name" "${name%??}" small "$run" "$run/"; do
  is "the run is found by $(printf '%s' "$what" | sed "s|$scratch|...|; s|[0-9]\{3,\}|N|g")" "$("$BAUD" show "$what" 2>&1)" "$(cat show.txt)"
done
cp -r "$run" "$BAUD_RUNS/smaller"
output=$("$BAUD" show smal 2>&1)
is "the beginning of two names is wrong use" "$?" 2
contains "and both are named" "$output" "\"smal\" is ambiguous: "
output=$("$BAUD" show smaler 2>&1)
is "a name that is none is wrong use, and it is guessed what was meant" "$? $output" \
  "2 baud show: no run \"smaler\" (did you mean \"smaller\"?)"
output=$("$BAUD" show "" 2>&1)
is "an empty name is none" "$? $output" "2 baud show: the run's name is empty; last means the newest"
output=$("$BAUD" show "$scratch" 2>&1)
is "neither is a folder that holds no run" "$? $output" "2 baud show: $scratch is not a run's folder"
output=$("$BAUD" show small smaller 2>&1)
is "two runs are one too many" "$? $output" "2 baud show: unexpected \"smaller\"; it takes one run"

# ---- runs that did not go well
cat >long.lua <<'LUA'
local baud = require "baud"
return baud.experiment { name = "long", env = baud.env "lockbox", learner = baud.learner "reinforce" {}, seeds = 2,
  stop = { episodes = 1000000000 } }
LUA
"$BAUD" run long.lua --limit-seconds 0.3 --line --out failed >/dev/null 2>&1
is "a run whose trials fail is exit code 1" "$?" 1
output=$("$BAUD" show failed)
is "failed trials are shown, each with its reason" "$? $(printf '%s\n' "$output" | sed '1,/^failed trials/d' | grep -c 'failed .*limit')" "0 2"
head -c 5000 "$run/store.db" >"$BAUD_RUNS/smaller/store.db"
rm -f "$BAUD_RUNS/smaller/store.db-wal"
output=$("$BAUD" show smaller 2>&1)
is "a damaged store is exit code 5 and a sentence" "$? $(printf '%s\n' "$output" | grep -c 'the file is damaged')" "5 1"
"$BAUD" show "$name" >/dev/full 2>full.txt
is "output that cannot be written is exit code 5 and a sentence" "$? $(cat full.txt)" \
  "5 baud: standard output cannot be written: No space left on device"
