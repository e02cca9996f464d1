#!/bin/sh
# baud export: each episode once, in order, with the values that the store holds; a file is whole or not there.
. "$(dirname "$0")/../../lib.sh"
. "$(dirname "$0")/lib.sh"
cd "$scratch" || exit 1
make_run

# ---- csv
"$BAUD" export --format csv >all.csv
is "an export succeeds" "$?" 0
is "a row an episode, and one of names" "$(wc -l <all.csv | tr -d ' ')" 9001
is "every row has as many fields as names" "$(awk -F, 'NR == 1 { n = NF } NF != n' all.csv | wc -l | tr -d ' ')" 0
is "the names are those of the figures measured" "$(head -n 1 all.csv)" \
  "trial,config,seed,episode,step,$(stored "SELECT group_concat(name) FROM (SELECT name FROM figure WHERE figure IN (SELECT figure FROM series) ORDER BY figure)")"
is "trials come in order, and their episodes from 0 to the last" "$(awk -F, '
  NR > 1 { if ($1 != trial) { if (NR > 2 && n != 1500) bad++; if ($1 != trials) bad++; trial = $1; trials++; n = 0 }
           if ($4 != n++) bad++ }
  BEGIN { trial = -1 } END { print trials, n, bad + 0 }' all.csv)" "6 1500 0"
is "config and seed are the trial's" "$(awk -F, 'NR > 1 && !seen[$1]++ { print $1 "|" $2 "|" $3 }' all.csv)" \
  "$(stored "SELECT trial, config, seed FROM trial ORDER BY trial")"
is "step counts the trial's steps up to the episode's end" "$(awk -F, '
  NR == 1 { for (i = 1; i <= NF; i++) if ($i == "steps") column = i; next }
  { if ($4 == 0) sum = 0; sum += $column; if (sum != $5) bad++ } END { print bad + 0 }' all.csv)" 0

# Count and sum of every column of every trial, against what the store says of its series.
awk -F, 'NR == 1 { for (i = 6; i <= NF; i++) name[i] = $i; n = NF; next }
  { for (i = 6; i <= n; i++) if ($i != "") { count[$1, i]++; sum[$1, i] += $i } }
  END { for (t = 0; t < 6; t++) for (i = 6; i <= n; i++) printf "%d,%s,%d,%.17g\n", t, name[i], count[t, i], sum[t, i] }' all.csv >sums.csv
differing=$(sqlite3 -batch "$run/store.db" 'CREATE TEMP TABLE e(trial, name, count, sum)' '.mode csv' '.import --schema temp sums.csv e' '.mode list' "
  SELECT s.trial, name, s.count, s.sum, e.count, e.sum FROM series s JOIN figure USING (figure) LEFT JOIN e USING (trial, name)
  WHERE e.count IS NULL OR e.count + 0 <> s.count OR abs(e.sum - coalesce(s.sum, 0)) > 1e-6 * (1 + abs(s.sum))" 2>&1)
is "all counts and sums are the store's" "$differing" ""
is "they were compared" "$(wc -l <sums.csv | tr -d ' ')" "$(stored 'SELECT count(*) FROM series')"

# ---- the same, in other forms
"$BAUD" export last --format jsonl >all.jsonl
is_jsonl "each line of jsonl is JSON" all.jsonl
is "as many as there are episodes" "$(wc -l <all.jsonl | tr -d ' ')" 9000
is "what was not scored is left out" "$(grep -c '"format":' all.jsonl) $(grep -c 'nan\|null' all.jsonl)" "6 0"
"$BAUD" export --format csv --figure offered,received.reward,return >some.csv
"$BAUD" export --format jsonl --figure offered --figure received.reward,return | sed 's/"[a-z._]*"://g; s/[{}]//g' >some.jsonl
is "--figure chooses, in the order given" "$(head -n 1 some.csv)" "trial,config,seed,episode,step,offered,received.reward,return"
sed 1d some.csv | cmp -s - some.jsonl
ok $? "csv and jsonl hold the same numbers" "$(sed 1d some.csv | diff - some.jsonl | head -n 4)"
"$BAUD" export --format csv --trial 4 >four.csv
grep '^trial,\|^4,' all.csv | cmp -s - four.csv
ok $? "--trial gives the rows of that trial"
# Shortest decimals: read back as 32-bit floats they are the very values, so writing them in full gives the same sums.
"$BAUD" export --format csv --figure received.reward --trial 1 | sed 1d | cut -d, -f6 >short.txt
is "numbers are as short as they may be" "$(awk '{ digits = $0; sub(/e.*/, "", digits); gsub(/[^0-9]/, "", digits); sub(/^0*/, "", digits); if (length(digits) > 9) bad++ } END { print bad + 0, NR }' short.txt)" "0 1500"

# ---- files
mkdir out
"$BAUD" export --format csv --out out/all.csv >out.txt
is "--out prints nothing" "$? $(cat out.txt)" "0 "
cmp -s all.csv out/all.csv
ok $? "and writes the same into the file"
echo before >out/kept.csv
"$BAUD" export --format csv --out out/kept.csv --trial 6 2>err.txt
is "a trial that is not there is wrong use" "$? $(cat err.txt)" "2 baud export: the run has no trial 6; it has 6, from 0"
(
  ulimit -f 200
  "$BAUD" export --format csv --out out/kept.csv 2>err.txt
)
is "a disk that is full is exit code 5" "$?" 5
contains "and a sentence" "$(cat err.txt)" "out/kept.csv: cannot be written: "
is "the file that was there is as it was" "$(cat out/kept.csv)" before
is "nothing else is left" "$(ls out)" "$(printf 'all.csv\nkept.csv')"
"$BAUD" export --format csv --out nowhere/all.csv 2>err.txt
is "a folder that is not there is exit code 5" "$? $(cat err.txt)" "5 baud export: nowhere/all.csv: cannot be written: No such file or directory"
"$BAUD" export --format jsonl >/dev/full 2>err.txt
is "so is standard output on a full disk" "$? $(cat err.txt)" "5 baud export: standard output: cannot be written: No space left on device"

# ---- wrong use
refused() { # refused "sentence" WANTED ARGUMENT...: exit code 2, nothing on stdout, this sentence
  sentence=$1 wanted=$2
  shift 2
  "$BAUD" export "$@" >out.txt 2>err.txt
  is "$sentence" "$? $(cat out.txt err.txt)" "2 baud export: $wanted"
}
refused "without a format it asks for one" "give --format csv or --format jsonl"
refused "a format that is none" "--format xml: it may be csv or jsonl" --format xml
refused "a figure that is none" 'there is no figure "recieved" (did you mean "received"?)' --format csv --figure recieved
refused "a trial that is no number" "--trial one: it must be a whole number from 0 to 4294967295" --format csv --trial one
refused "two runs" 'unexpected "last"; it takes one run' --format csv last last
is "--help names the figures" "$("$BAUD" export --help | sed '1,/^Figures:/d' | awk '{print $1}')" "$(stored 'SELECT name FROM figure ORDER BY figure')"
