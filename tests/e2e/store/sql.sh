#!/bin/sh
# baud sql: the table episode holds what the store holds, queries are read only, and the forms are what they say.
. "$(dirname "$0")/../../lib.sh"
. "$(dirname "$0")/lib.sh"
cd "$scratch" || exit 1
make_run
ask() { "$BAUD" sql last "$1" | sed 1d; }

# ---- the table episode
is "episode has a row an episode" "$(ask 'SELECT count(*) FROM episode')" 9000
is "its sums are the store's" "$(ask 'SELECT trial, round(sum(received), 6), round(sum(absorbed_reward), 6) FROM episode GROUP BY trial' | tr '\t' '|')" \
  "$(stored "SELECT trial, round(sum(s.sum) FILTER (WHERE name = 'received'), 6), round(sum(s.sum) FILTER (WHERE name = 'absorbed.reward'), 6) FROM series s JOIN figure USING (figure) GROUP BY trial")"
is "what was not scored is NULL" "$(ask 'SELECT count(format), count(*) FROM episode WHERE trial = 0' | tr '\t' ' ')" "1 1500"
is "it joins with the other tables" "$(ask "SELECT label, count(*) FROM episode JOIN trial USING (trial) JOIN config USING (config) GROUP BY config" | tr '\t' ' ')" \
  "$(printf 'reinforce 4500\nrandom 4500')"
# Conditions choose what is read; behind a + they do not, and every row is looked at.
columns='trial, episode, step, received, known'
same=0
for condition in 'trial = 3' 'episode >= 1490' 'trial = 2 AND episode BETWEEN 1020 AND 1030' 'trial IN (1, 5, 9) AND episode < 3' \
  'episode = 1024' 'trial > 4 AND episode > 1023 AND episode <= 1030' 'trial = 1 AND episode = -1' 'trial < 0' 'episode >= 1499.5'; do
  plain=$(printf '%s' "$condition" | sed 's/trial/+trial/g; s/episode/+episode/g')
  chosen=$(ask "SELECT $columns FROM episode WHERE $condition ORDER BY 1, 2")
  [ "$chosen" = "$(ask "SELECT $columns FROM episode WHERE $plain ORDER BY 1, 2")" ] && same=$((same + 1)) || echo "# differs: $condition"
done
is "conditions on trial and episode choose the rows that they say" "$same" 9
is "and are used" "$(ask 'EXPLAIN QUERY PLAN SELECT received FROM episode WHERE trial = 1 AND episode < 9' | grep -c 'INDEX 0:t=')" 1

# ---- the forms
query="SELECT 1 AS a, NULL AS b, 'x,\"y' AS c, 'l' || char(10) || 'm' || char(9) || 'n' AS \"d,e\", 1e999 AS f, 0.5 AS g"
is "elsewhere than on a terminal, tabs; what would break a line is a blank" "$("$BAUD" sql last "$query")" \
  "$(printf 'a\tb\tc\td,e\tf\tg\n1\t\tx,"y\tl m n\tInf\t0.5')"
is "--csv quotes what must be quoted" "$("$BAUD" sql last --csv "$query")" \
  "$(printf 'a,b,c,"d,e",f,g\n1,,"x,""y","l\nm\tn",Inf,0.5')"
is "--table aligns" "$("$BAUD" sql last --table "SELECT trial * 1000 AS trial, status FROM trial LIMIT 2")" \
  "$(printf 'trial  status\n    0  D\n 1000  D')"
"$BAUD" sql last --json "$query" >rows.json
is_json "--json is JSON" rows.json
is "with each value as what it is" "$(json rows.json "json_remove(j, '\$[0].\"d,e\"')")" '[{"a":1,"b":null,"c":"x,\"y","f":null,"g":0.5}]'
is "and texts in full" "$(json rows.json "json_extract(j, '\$[0].\"d,e\"') = 'l' || char(10) || 'm' || char(9) || 'n'")" 1
is "no rows are an empty array" "$("$BAUD" sql last --json 'SELECT 1 WHERE 0')" "[]"
is "without a query it is read from standard input" "$(echo 'SELECT max(episode) AS n FROM episode' | "$BAUD" sql last)" "$(printf 'n\n1499')"

# ---- a store is only read
before=$(sqlite3 -readonly "$run/store.db" .dump | cksum)
mkdir here
for query in "DELETE FROM trial" "UPDATE run SET value = 'x'" "DROP TABLE chunk" "CREATE TEMP TABLE t(x)" "PRAGMA user_version = 7" \
  "PRAGMA journal_mode = DELETE" "VACUUM INTO 'copy.db'" "ATTACH 'other.db' AS other" "SELECT load_extension('x')" \
  "WITH a AS (SELECT 1) INSERT INTO node SELECT 9, 'n', 'k'" "BEGIN EXCLUSIVE"; do
  output=$(cd here && "$BAUD" sql last "$query" 2>&1 >/dev/null)
  status=$?
  is "refused, with a sentence: $query" "$status $(printf '%s\n' "$output" | grep -c '^baud sql: ')" "2 1"
done
is "the store is as it was" "$(sqlite3 -readonly "$run/store.db" .dump | cksum)" "$before"
is "no file was made" "$(ls -A here)" ""

# ---- wrong use
refused() { # refused "sentence" WANTED QUERY...
  sentence=$1 wanted=$2
  shift 2
  output=$("$BAUD" sql last "$@" 2>&1 </dev/null)
  is "$sentence" "$? $output" "2 baud sql: $wanted"
}
refused "what is no SQL" 'near "SELEC": syntax error' "SELEC 1"
refused "a column that is not there" "no such column: receivd" "SELECT receivd FROM episode"
refused "two statements" "this is more than one query; give one at a time" "SELECT 1; SELECT 2"
refused "none" "there is no query in it"
refused "a query without quotes" 'unexpected "*"; put the query in quotes' SELECT '*'

# ---- SQLite's own shell, by the extension
if grep -q '__[at]san_init' "$BAUD"; then
  ok 0 "sqlite3 loads the extension # SKIP a sanitizer must be loaded first"
else
  is "sqlite3 has the table episode by the extension" \
    "$(sqlite3 -batch -readonly "$run/store.db" ".load $BUILD/.libs/baud_episodes" 'SELECT count(*), round(sum(received), 6) FROM episode' 2>&1)" \
    "$(ask 'SELECT count(*), round(sum(received), 6) FROM episode' | tr '\t' '|')"
fi
