#!/bin/sh
# Steering a run from outside: stop, detach, watch, exit codes. fault/socket.sh has pause and resume.
. "$(dirname "$0")/../../lib.sh"
. "$(dirname "$0")/lib.sh"
cd "$scratch" || exit 1

experiment long <<'LUA'
return baud.experiment { name = "long", env = baud.env "lockbox", learner = baud.learner "reinforce" {}, seeds = 4,
  stop = { episodes = 1000000000 }, claims = { baud.claim "never judged" (function(r) return true end) } }
LUA
experiment short <<'LUA'
return baud.experiment { name = "short", env = baud.env "lockbox", learner = baud.learner "random" {}, seeds = 3,
  stop = { episodes = 200 }, claims = { baud.claim "it holds" (function(r) return true end) } }
LUA
experiment wrong <<'LUA'
return baud.experiment { name = "wrong", env = baud.env "lockbox", learner = baud.learner "random" {}, seeds = 1,
  stop = { episodes = 20 }, claims = { baud.claim "it fails" (function(r) return false end) } }
LUA

# ---- the whole way, as lines
"$BAUD" run short.lua >out.txt 2>err.txt
is "a run whose claims hold is exit code 0" "$?" 0
contains "verdicts are on stdout" "$(cat out.txt)" "holds      it holds"
contains "progress and events are on stderr" "$(cat err.txt)" "run over: 3 done"
folder=$(ls -d "$BAUD_RUNS"/short-*)
for part in store.db experiment.lua graph.json logs checkpoints; do
  [ -e "$folder/$part" ]
  ok $? "the run's folder holds $part"
done
is "nothing is left in the runtime folder" "$(ls "$XDG_RUNTIME_DIR/baud")" ""
"$BAUD" run wrong.lua --line >/dev/null 2>&1
is "a claim that fails is exit code 3" "$?" 3
"$BAUD" run short.lua --json 2>/dev/null | grep -q '"exit_code":0.*"verdict":"holds"'
ok $? "--json ends with one object that holds exit code and verdicts"
"$BAUD" watch last --json | tail -n 1 | grep -q '"type":"end"'
ok $? "watch --json of a run that is over ends with its end"

# ---- folders
mkdir full && touch full/something
output=$("$BAUD" run short.lua --out full 2>&1)
is "a folder with other things in it is refused" "$?" 2
is "and left as it was" "$(ls full)" "something"
"$BAUD" run short.lua --out here --line >/dev/null 2>&1
"$BAUD" run short.lua --out here --line >/dev/null 2>again.txt
is "the same plan into the same folder is taken up again" "$?" 0
contains "with nothing left to do" "$(cat again.txt)" "0 of 3 trials to do"
output=$("$BAUD" run wrong.lua --out here 2>&1)
is "another plan into that folder is refused" "$?" 2

# ---- stop
started=$("$BAUD" run long.lua --detach --jobs 2 --out stopped 2>/dev/null)
is "--detach prints the folder and leaves" "$started" "$scratch/stopped"
wait_for 5 has_status stopped R 2
"$BAUD" stop stopped --trial 0 >/dev/null
is "stopping one trial succeeds" "$?" 0
wait_for 5 has_status stopped S 1
is "that trial alone is stopped" "$(of stopped "SELECT group_concat(trial) FROM trial WHERE status = 'S'")" 0
output=$("$BAUD" stop stopped --trial 77 2>&1)
is "a trial that does not exist is wrong use" "$?" 2
"$BAUD" attach stopped --line >attach.txt 2>&1 &
attached=$!
"$BAUD" stop stopped >/dev/null
wait "$attached"
is "who follows a run that is stopped gets exit code 4" "$?" 4
is "all of its trials are stopped" "$(of stopped "SELECT count(*) FROM trial WHERE status = 'S'")" 4
[ "$(of stopped "SELECT min(episodes) FROM trial WHERE trial = 0")" -gt 0 ]
ok $? "what a stopped trial did is kept"
contains "the reason says who did it" "$(of stopped "SELECT reason FROM trial WHERE trial = 1")" "stopped by $(id -un)"
output=$("$BAUD" stop stopped 2>&1)
is "stopping a run that does not run is wrong use" "$?" 2

# ---- interrupting
"$BAUD" run long.lua --line --out detached >/dev/null 2>detached.txt &
front=$!
wait_for 5 has_status detached R 1
kill -TERM "$front"
wait "$front"
is "SIGTERM to the front-end is exit code 143" "$?" 143
contains "and it says how to come back" "$(cat detached.txt)" "baud attach detached"
is_gone "$(supervisor_of detached)"
[ $? -ne 0 ]
ok $? "the run goes on"
kill -HUP "$(supervisor_of detached)"
sleep 0.3
is_gone "$(supervisor_of detached)"
[ $? -ne 0 ]
ok $? "SIGHUP does not end the supervisor"
kill -TERM "$(supervisor_of detached)"
wait_for 5 is_gone "$(supervisor_of detached)"
ok $? "SIGTERM ends it in order"
is "the run is then interrupted" "$(of detached "SELECT value FROM run WHERE key = 'status'")" interrupted

# ---- the command line
"$BAUD" >/dev/null 2>&1
is "no arguments is wrong use" "$?" 2
output=$("$BAUD" runn 2>&1)
is "an unknown subcommand is wrong use" "$?" 2
contains "and it is guessed what was meant" "$output" 'did you mean "run"?'
output=$("$BAUD" run short.lua --episode 3 2>&1)
is "an unknown option is wrong use" "$?" 2
contains "and it is guessed what was meant" "$output" "did you mean --episodes?"
for bad in "--jobs 0" "--jobs x" "--limit-seconds -1" "--seeds" "--glyphs ink"; do
  # shellcheck disable=SC2086
  "$BAUD" run short.lua $bad >/dev/null 2>&1
  is "run $bad is wrong use" "$?" 2
done
for name in run attach resume stop watch doctor; do
  "$BAUD" "$name" --help | grep -q "^usage: baud $name"
  ok $? "baud $name --help begins with its usage"
done
is "baud --version is name and number" "$("$BAUD" --version | grep -c '^baud [0-9.]*$')" 1
check "baud doctor finds nothing bad" "$BAUD" doctor
