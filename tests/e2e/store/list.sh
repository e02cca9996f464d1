#!/bin/sh
# baud list: the runs that there are, for people and as JSON, also when some cannot be read.
. "$(dirname "$0")/../../lib.sh"
. "$(dirname "$0")/lib.sh"
cd "$scratch" || exit 1

# ---- no runs yet
output=$("$BAUD" list 2>&1)
is "without runs the list is no error" "$?" 0
contains "and says how to make one" "$output" "baud run one_bit"
is "as JSON it is an empty array" "$("$BAUD" list --json)" "[]"
[ ! -e "$BAUD_RUNS" ]
ok $? "looking makes no folder"

# ---- two runs
make_run
"$BAUD" run small.lua --episodes 10 --seeds 1 --line >/dev/null 2>&1
mv "$(ls -d "$BAUD_RUNS"/small-* | grep -vx "$run")" "$BAUD_RUNS/again"
sqlite3 "$run/store.db" "UPDATE run SET value = value - 1000 WHERE key = 'started'" # so that their order cannot be chance
"$BAUD" list >list.txt
is "there is a line a run, and one of headings" "$(wc -l <list.txt | tr -d ' ')" 3
is "the newest comes first" "$(sed -n '2,3s/ .*//p' list.txt)" "$(printf 'again\n%s' "${run##*/}")"
line=$(grep "^${run##*/} " list.txt)
for part in " done " " 6 done " " 9000 " " 1 of 2 hold"; do contains "the line of a run has \"${part# }\"" "$line" "$part"; done

"$BAUD" list --json >list.json
is_json "--json is JSON" list.json
is "an object a run" "$(json list.json "json_array_length(j)")" 2
is "with the run's name, experiment, status" \
  "$(json list.json "json_extract(j, '\$[1].run') || ' ' || json_extract(j, '\$[1].experiment') || ' ' || json_extract(j, '\$[1].status')")" \
  "${run##*/} small done"
is "its folder" "$(json list.json "json_extract(j, '\$[1].folder')")" "$(realpath "$run")"
is "its episodes, as the store has them" "$(json list.json "json_extract(j, '\$[1].episodes')")" \
  "$(stored "SELECT sum(episodes) FROM trial")"
is "when it began and ended, as the store has it" \
  "$(json list.json "json_extract(j, '\$[1].started') || ' ' || json_extract(j, '\$[1].finished')")" \
  "$(stored "SELECT (SELECT value FROM run WHERE key = 'started') || ' ' || (SELECT value FROM run WHERE key = 'finished')")"
is "its trials by status" "$(json list.json "json_extract(j, '\$[1].trials_by_status')")" \
  '{"done":6,"running":0,"paused":0,"queued":0,"failed":0,"stopped":0}'
is "its claims by verdict" "$(json list.json "json_extract(j, '\$[1].claims_by_verdict')")" '{"holds":1,"open":1,"unjudged":0}'

# ---- what is no run, and what cannot be read
mkdir "$BAUD_RUNS/empty" "$BAUD_RUNS/.hidden" "$BAUD_RUNS/broken" "$BAUD_RUNS/newer" "$BAUD_RUNS/cut-short"
touch "$BAUD_RUNS/file"
cp "$run/store.db" "$BAUD_RUNS/.hidden"
head -c 5000 "$run/store.db" >"$BAUD_RUNS/broken/store.db"
cp "$run/store.db" "$BAUD_RUNS/newer"
sqlite3 "$BAUD_RUNS/newer/store.db" 'PRAGMA user_version = 99'
cp "$run/store.db" "$BAUD_RUNS/cut-short" # as if its supervisor had been killed
sqlite3 "$BAUD_RUNS/cut-short/store.db" "UPDATE run SET value = 'running' WHERE key = 'status'"
"$BAUD" list >list.txt 2>list.err
is "runs that cannot be read do not keep it from listing the others" "$? $(grep -c ' done ' list.txt)" "0 3"
is "folders without a store, files and hidden ones are not listed" "$(grep -c 'empty\|hidden\|^file' list.txt)" 0
is "what cannot be read comes last, and is called so" "$(sed -n '5,$s/ *-.*//p' list.txt | tr -s ' ')" "$(printf 'newer unreadable\nbroken unreadable')"
contains "why is on stderr: one is damaged" "$(cat list.err)" "broken/store.db: the file is damaged"
contains "one is from a newer baud" "$(cat list.err)" "newer/store.db: a newer baud wrote it"
is "a run that nobody is behind any more was interrupted" "$(sed -n 's/^cut-short *\([a-z]*\) .*/\1/p' list.txt)" interrupted
"$BAUD" list --json >list.json
is_json "--json is JSON then, too" list.json
is "and has the error in the place of the rest" \
  "$(sqlite3 :memory: "SELECT count(*) FROM json_each(CAST(readfile('list.json') AS TEXT)) WHERE json_extract(value, '\$.error') IS NOT NULL AND json_extract(value, '\$.status') IS NULL")" 2

# ---- where runs lie
mkdir -p "$XDG_DATA_HOME/baud"
mv "$BAUD_RUNS" "$XDG_DATA_HOME/baud/runs"
contains "without BAUD_RUNS they lie in XDG_DATA_HOME" "$(unset BAUD_RUNS && "$BAUD" list 2>/dev/null)" "${run##*/}"
mkdir -p "$HOME/.local/share/baud"
mv "$XDG_DATA_HOME/baud/runs" "$HOME/.local/share/baud/runs"
contains "without that in ~/.local/share" "$(unset BAUD_RUNS XDG_DATA_HOME && "$BAUD" list 2>/dev/null)" "${run##*/}"
output=$(unset BAUD_RUNS XDG_DATA_HOME HOME && "$BAUD" list 2>&1)
is "where nothing says where, that is wrong use" "$? $output" "2 baud list: cannot tell where runs lie: set HOME or BAUD_RUNS"
touch nowhere
output=$(BAUD_RUNS=$scratch/nowhere "$BAUD" list 2>&1)
is "a folder that is none is the system's refusal, not an empty list" "$? $output" \
  "5 baud list: cannot read the folder $scratch/nowhere: Not a directory"
