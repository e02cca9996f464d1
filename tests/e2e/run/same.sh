#!/bin/sh
# Same seed, same bits: whatever the number of jobs, and however often everything is killed meanwhile.
. "$(dirname "$0")/../../lib.sh"
. "$(dirname "$0")/lib.sh"

# Twelve trials, eight of which start from the checkpoint of another.
experiment chain <<'LUA'
local g = baud.graph { name = "chain", doc = "a checkpoint flows",
  env = baud.env "lockbox" { codes = baud.sweep { 16, 64 } }, seeds = 2,
  learner = baud.learner "reinforce" { lr = 0.5 }, stop = { episodes = 400000 } }
local first = g:train { name = "first" }
local second = g:train { name = "second", from = first }
g:evaluate { name = "check", from = second, stop = { episodes = 3000 } }
return g
LUA

cd "$scratch" || exit 1
"$BAUD" run chain.lua --line --jobs 1 --out one >one.log 2>&1
is "a graph with checkpoints runs to its end on one job" "$?" 0
is "all of its trials are done" "$(of one "SELECT count(*) FROM trial WHERE status = 'D'")" 12
is "a checkpoint lies there for each trial that others start from, and no other" "$(ls one/checkpoints | wc -l)" 8
"$BAUD" run chain.lua --line --jobs 2 --out two >two.log 2>&1
same "two jobs store exactly what one job stored" one two

# kill -9 of everything, again and again, at moments that differ
"$BAUD" run chain.lua --detach --jobs 2 --out killed >/dev/null 2>&1
kills=0
for pause in 0.3 0.5 0.2 0.7 0.4; do
  sleep "$pause"
  pid=$(supervisor_of killed)
  workers=$(workers_of killed)
  is_gone "$pid" && continue
  kill -9 $workers "$pid" && kills=$((kills + 1))
  wait_for 5 is_gone "$pid"
  "$BAUD" resume killed --detach >/dev/null 2>&1
done
[ "$kills" -ge 2 ]
ok $? "everything was killed at least twice while the run went on ($kills times)"
"$BAUD" attach killed --line >killed.log 2>&1
is "attach follows the resumed run to its end and gives its exit code" "$?" 0
same "a run that was killed and resumed ends with the store of an uninterrupted one" one killed

# only the supervisor: its workers must not outlive it
"$BAUD" run chain.lua --detach --jobs 2 --out orphaned >/dev/null 2>&1
wait_for 5 has_status orphaned R 1
pid=$(supervisor_of orphaned)
workers=$(workers_of orphaned)
kill -9 "$pid"
sleep 0.5
left=0
for worker in $workers; do is_gone "$worker" || left=$((left + 1)); done
is "workers die with their supervisor" "$left" 0
output=$("$BAUD" attach orphaned --line 2>&1)
is "attaching to a run whose supervisor was killed is exit code 5" "$?" 5
contains "and says how to go on" "$output" "baud resume orphaned"

# two at once
"$BAUD" run chain.lua --detach --out busy >/dev/null 2>&1
output=$("$BAUD" resume busy --detach 2>&1)
is "a run that goes on cannot be resumed" "$?" 2
contains "and the sentence says what to do" "$output" "baud attach"
"$BAUD" stop busy >/dev/null
rm -f chain.lua # runs need nothing but their folder
"$BAUD" resume busy --line >busy.log 2>&1
is "a stopped run goes on without the script that made it" "$?" 0
same "and ends with the same store" one busy
