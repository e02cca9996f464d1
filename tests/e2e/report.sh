#!/bin/sh
# baud report: the table is the store's, and the claims are judged anew by the script that lies with the run.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/store/lib.sh"
cd "$scratch" || exit 1
make_run
dump_of_run() { sqlite3 -readonly "$run/store.db" .dump | cksum; }
before=$(dump_of_run)

# ---- the table
"$BAUD" report >report.txt 2>report.err
is "a claim that does not hold is exit code 3" "$? $(cat report.err)" "3 "
tr -s ' ' <report.txt >squeezed.txt
# A trial's bits in all, mean over trials, as the report prints numbers.
bits() {
  stored "SELECT printf('%.4g', avg(sum)) FROM series JOIN figure USING (figure) JOIN trial USING (trial) WHERE config = $1 AND name = '$2'"
}
for heading in trials episodes return success steps offered received absorbed useful; do
  contains "there is a column $heading" "$(head -n 1 squeezed.txt)" " $heading"
done
row=$(grep '^reinforce ' squeezed.txt)
contains "a configuration has a row: its trials that are done, and their episodes" "$row" "reinforce 3/3 1500 "
contains "bits received are the store's, and exact" "$row" " =$(bits 0 received)"
contains "bits absorbed are the store's, and a lower bound" "$row" " ≥$(bits 0 absorbed)"
contains "bits useful are the store's" "$row" " ≥$(bits 0 useful)"
is "what is left with memory wiped is not shown where nobody has memory" "$(grep -c wiped squeezed.txt)" 0
contains "so for each configuration" "$(grep '^random ' squeezed.txt)" " =$(bits 1 received)"
contains "a claim that holds, with its figures" "$(cat squeezed.txt)" "holds the box holds 4 bits"
contains "a claim that fails, with its figures" "$(tr -s '\n ' ' ' <squeezed.txt)" "fails no trial is done 6 are"

# ---- as JSON
"$BAUD" report --json >report.json
is "the exit code is the same with --json" "$?" 3
is_json "--json is JSON" report.json
is "the run's name, and an object a configuration" \
  "$(json report.json "json_extract(j, '\$.name') || json_array_length(j, '\$.configs')")" small2
is "a mean is the store's" "$(json report.json "printf('%.9f', json_extract(j, '\$.configs[0].figures.return.mean'))")" \
  "$(stored "SELECT printf('%.9f', avg(mean)) FROM series JOIN figure USING (figure) JOIN trial USING (trial) WHERE config = 0 AND name = 'return'")"
is "with its mark and how many trials it is of" \
  "$(json report.json "json_extract(j, '\$.configs[0].figures.absorbed.mark') || json_extract(j, '\$.configs[0].figures.absorbed.n')")" "≥3"
is "every interval holds its mean" "$(sqlite3 :memory: "
  SELECT count(*), sum(json_extract(f.value, '\$.mean') BETWEEN json_extract(f.value, '\$.low') - 1e-9 AND json_extract(f.value, '\$.high') + 1e-9)
  FROM json_each(CAST(readfile('report.json') AS TEXT), '\$.configs') c, json_each(c.value, '\$.figures') f")" "18|18"
is "claims have text, verdict and figures" "$(json report.json "json_extract(j, '\$.claims[1]')")" \
  '{"claim":"no trial is done","figures":"6 are","verdict":"fails"}'

# The last quiz's value, mean over trials: SQLite reads it as floats of the store's own table.
end_of() {
  "$BAUD" sql "$run" "SELECT printf('%.5f', avg(v)) FROM (SELECT e.trial, e.$2 AS v, max(e.episode) FROM episode e
    JOIN trial t USING (trial) WHERE t.config = $1 AND e.$2 IS NOT NULL GROUP BY e.trial)" | tail -n 1
}
for figure in known known_wiped; do
  is "$figure is its value at the end" "$(json report.json "printf('%.5f', json_extract(j, '\$.configs[0].figures.$figure.mean'))")" \
    "$(end_of 0 $figure)"
done

# ---- placement: who remembers and who has learnt
cat >placed.lua <<'LUA'
local baud = require "baud"
return baud.experiment { name = "placed", env = baud.env "lockbox" { codes = 16 }, seeds = 3, stop = { episodes = 300 },
  learner = baud.sweep { baud.learner "posterior", baud.learner "reinforce" { lr = 1 } } }
LUA
"$BAUD" run placed.lua --line --out placed >/dev/null 2>&1
"$BAUD" report placed | tr -s ' ' >placed.txt
"$BAUD" show placed >placed.show
is "the table has a column for it where somebody has memory" "$(head -n 1 placed.txt)" \
  " trials episodes return success steps offered received absorbed useful wiped"
contains "one that knows by remembering has nothing left" "$(grep '^posterior' placed.txt)" " ≥4 ≥4 ≥0"
is "one that knows by its weights keeps what it absorbed" "$(sed -n 's/^reinforce .* \(≥[^ ]*\)\( ±[^ ]*\)\{0,1\} ≥.* \(≥[^ ]*\)\( ±[^ ]*\)\{0,1\}$/\1/p' placed.txt)" \
  "$(sed -n 's/^reinforce .* \(≥[^ ]*\)\( ±[^ ]*\)\{0,1\} ≥.* \(≥[^ ]*\)\( ±[^ ]*\)\{0,1\}$/\3/p' placed.txt)"
is "show says it, too, where there is a difference" "$(grep -c 'known at the end ≥4, with memory wiped ≥' placed.show) $(grep -c 'with memory wiped' placed.show)" "1 1"
is "and its JSON has the ends" "$("$BAUD" show placed --json >placed.json; json placed.json "printf('%.3f %.3f',
  json_extract(j, '\$.configs[0].figures.known.end'), json_extract(j, '\$.configs[0].figures.known_wiped.end'))")" "4.000 0.000"

# ---- judged anew
is "a report only reads" "$(dump_of_run)" "$before"
rm small.lua # the run has its own
sed 's/r:count() == 0/r:count() == 6/; s/"no trial is done"/"six trials are done"/' "$run/experiment.lua" >changed.lua
cp changed.lua "$run/experiment.lua"
output=$("$BAUD" report)
is "by the script as it is now: with all claims holding the exit code is 0" "$?" 0
contains "the verdict is the new one" "$output" "holds      six trials are done"
contains "what was judged at the run's end stays in the store" "$("$BAUD" show)" "fails      no trial is done"
sed 's/near(4/near(5/' changed.lua >"$run/experiment.lua"
output=$("$BAUD" report)
is "the other way round, too" "$? $(printf '%s\n' "$output" | grep -c '^fails  *the box holds 4 bits')" "3 1"
echo 'syntax is not this' >"$run/experiment.lua"
output=$("$BAUD" report 2>&1 >/dev/null)
is "a script that is damaged is wrong use, and the sentence says where" "$? $(printf '%s\n' "$output" | grep -c '^baud report: .*experiment.lua:1: ')" "2 1"
cp changed.lua "$run/experiment.lua"
mv "$run" elsewhere
check "a run can be moved: its folder is all that it needs" "$BAUD" report elsewhere

# ---- a run that goes on
cat >long.lua <<'LUA'
local baud = require "baud"
return baud.experiment { name = "long", env = baud.env "lockbox", learner = baud.learner "reinforce" {}, seeds = 2,
  stop = { episodes = 1000000000 }, claims = { baud.claim "it is over" (function(r) return r:total "received":mean():above(0) end) } }
LUA
"$BAUD" run long.lua --detach --out going >/dev/null 2>&1
at_exit() { "$BAUD" stop "$scratch/going" >/dev/null 2>&1; }
some_episodes() { [ "$(sqlite3 -readonly -cmd '.timeout 2000' going/store.db 'SELECT min(episodes) FROM trial')" -gt 0 ]; }
wait_for 10 some_episodes
output=$("$BAUD" report going 2>&1)
status=$?
case $status in 0 | 3) ok 0 "a run that goes on can be reported on" ;; *) ok 1 "a run that goes on can be reported on" "$status: $output" ;; esac
contains "with none of its trials done" "$(printf '%s\n' "$output" | tr -s ' ')" "reinforce 0/2 "
"$BAUD" stop going >/dev/null

# ---- wrong use
is "--help is help" "$("$BAUD" report --help | head -n 1) $?" "usage: baud report [RUN] [--json] [--plot FILE.svg] 0"
refused() { # refused "sentence" WANTED ARGUMENT...
  sentence=$1 wanted=$2
  shift 2
  output=$("$BAUD" report "$@" 2>&1)
  is "$sentence" "$? $output" "2 baud report: $wanted"
}
refused "an unknown option is wrong use" "unknown option --jsn (did you mean --json?)" --jsn
refused "so is a run that there is not" "no run \"small\" in $BAUD_RUNS (baud list shows what there is)" small
refused "so is a folder that holds none" "$scratch is not a run's folder" "$scratch"
"$BAUD" report elsewhere going >out.txt 2>&1
is "so are two runs" "$? $(grep -c '^baud report: ' out.txt) $(wc -l <out.txt | tr -d ' ')" "2 1 1"
