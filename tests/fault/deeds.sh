#!/bin/sh
# A plugin that does what no plugin may (tests/plugins/faulty.c), in every way: its own trial fails, with the reason
# and its name, what it had done is kept, and everything else goes on.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../e2e/run/lib.sh"
cd "$scratch" || exit 1
mkdir plugins
${CC:-cc} -std=c11 -D_GNU_SOURCE -O1 -fPIC -shared -fvisibility=hidden -I"$SOURCE/core" \
  "$SOURCE/tests/plugins/faulty.c" -o plugins/faulty.so -lm || exit 1
export BAUD_PLUGIN_PATH="$scratch/plugins${BAUD_PLUGIN_PATH:+:$BAUD_PLUGIN_PATH}"

experiment deed <<'LUA'
return baud.experiment { name = "deed", env = baud.env "lockbox", seeds = 2, stop = { episodes = 3000 },
  learner = baud.sweep { baud.learner "faulty" { deed = "none", after = 1500 }, baud.learner "reinforce" {} } }
LUA
sed 's/"none"/"DEED"/' deed.lua >template.lua

# deed NAME REASON EPISODES [LIMIT]: what must stand in the reason, and how many episodes must have been kept; "some"
# where the worker cannot speak before it dies, so that what it had not sent yet dies with it
deed() {
  sed "s/DEED/$1/" template.lua >"$1.lua"
  "$BAUD" run "$1.lua" --line --jobs 2 ${4:+--limit-seconds "$4"} --out "$1" >"$1.txt" 2>&1
  is "$1: the exit code is 1" "$?" 1
  is "$1: both of its trials failed, both others are done" "$(of "$1" 'SELECT group_concat(status, "") FROM (SELECT
    t.status FROM trial t JOIN config c USING (config) ORDER BY c.config, t.seed)')" FFDD
  reason=$(of "$1" "SELECT DISTINCT reason FROM trial WHERE status = 'F'")
  contains "$1: the reason says so" "$reason" "$2"
  contains "$1: and names the plugin" "$reason" "test.faulty"
  kept=$(of "$1" "SELECT group_concat(DISTINCT episodes) FROM trial WHERE status = 'F'")
  [ "$3" = some ] || is "$1: what it had done is kept" "$kept" "$3"
  is "$1: the others are whole" "$(of "$1" "SELECT group_concat(DISTINCT episodes) FROM trial WHERE status = 'D'")" 3000
}

deed segv "learner test.faulty in learn: crashed with SIGSEGV" 1500
contains "segv: the backtrace leads into the plugin" \
  "$(of segv "SELECT text FROM event WHERE text LIKE 'backtrace%' LIMIT 1")" "faulty.so"
deed overflow "learner test.faulty in learn: crashed with SIGSEGV" 1500
deed abort "learner test.faulty in learn: called abort()" 1500
deed exit "learner test.faulty in learn: called exit()" 1500
deed fail "learner test.faulty in learn: has done what it was told" 1500
deed nan "answered probability nan" 1536 # after 1,500 it is asked next in episode 1,536, every 128th being scored
deed hang "learner test.faulty in learn: ran into the time limit of 2 s" 1500 2
deed deaf "ran into the time limit of 2 s" some 2
deed leave "learner test.faulty in learn: the process ended with exit code 0" some
deed kill "learner test.faulty in learn: killed by signal 9" some
deed close "learner test.faulty in learn: messages that make no sense" some
deed garbage "closes descriptors not its own" some

# Who dies without last words is named all the same, and alone: the call stands on the board.
is "leave: no other plugin is named" "$(of leave "SELECT count(*) FROM trial WHERE reason LIKE '%lockbox%'")" 0
for where in predict create init destroy; do
  sed "s/\"none\"/\"kill\", where = \"$where\"/" deed.lua >"in-$where.lua"
  "$BAUD" run "in-$where.lua" --line --jobs 2 --out "in-$where" >/dev/null 2>&1
  contains "a worker killed in $where: the reason says so" \
    "$(of "in-$where" "SELECT DISTINCT reason FROM trial WHERE status = 'F'")" "learner test.faulty in $where: killed by signal 9"
done

# Noise is not a fault: it goes to the worker's log and nowhere else.
sed "s/DEED/print/" template.lua >print.lua
"$BAUD" run print.lua --line --out print >print.out 2>print.err
is "print: a plugin that prints fails nothing" "$?" 0
is "print: its noise reaches neither stdout nor stderr" "$(cat print.out print.err | grep -c noise)" 0
[ "$(cat print/logs/worker-*.log | grep -c 'noise on std')" -ge 4000 ]
ok $? "print: it lies in the worker's log"

# A worker that is killed from outside is one trial's end as well.
experiment long <<'LUA'
return baud.experiment { name = "long", env = baud.env "lockbox", learner = baud.learner "reinforce" {}, seeds = 3,
  stop = { episodes = 3000000 } }
LUA
"$BAUD" run long.lua --detach --jobs 1 --out long >/dev/null 2>&1
wait_for 5 has_status long R 1
kill -KILL $(workers_of long)
"$BAUD" attach long --line >/dev/null 2>&1
is "a worker killed from outside: exit code 1" "$?" 1
contains "the reason names a call of one of its plugins" "$(of long "SELECT reason FROM trial WHERE status = 'F'")" \
  ": killed by signal 9 (Killed), from outside or out of memory"
is "one trial failed, the others are done" "$(of long 'SELECT group_concat(status, "") FROM trial')" FDD
"$BAUD" resume long --failed --line >/dev/null 2>&1
is "resume --failed runs it again" "$?" 0
