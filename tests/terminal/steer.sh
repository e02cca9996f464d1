#!/bin/sh
# steer.sh - a real run steered from the dashboard: what keys do arrives, is in the log with who did it, and two viewers
# see the same. ATTACH as in live.sh.
. "$(dirname "$0")/lib.sh"
BAUD=${BAUD:-${BUILD:-$PWD}/baud}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/baud-test.XXXXXX")
export XDG_RUNTIME_DIR="$scratch/runtime" XDG_STATE_HOME="$scratch/state" BAUD_RUNS="$scratch/runs"
mkdir -m 700 "$XDG_RUNTIME_DIR"
trap 'stop; "$BAUD" stop "$scratch/run" >/dev/null 2>&1; rm -rf "$scratch"' EXIT
of() { sqlite3 -readonly -cmd '.timeout 2000' "$scratch/run/store.db" "$1"; }
await() { # await SENTENCE SQL WANTED
  tries=100
  while [ "$tries" -gt 0 ] && [ "$(of "$2")" != "$3" ]; do tries=$((tries - 1)); sleep 0.1; done
  check "$1" '[ "$tries" -gt 0 ]'
}

cat >"$scratch/long.lua" <<'LUA'
local baud = require "baud"
return baud.experiment { name = "long", env = baud.env "lockbox", learner = baud.learner "reinforce" {}, seeds = 2,
  stop = { episodes = 1000000000 } }
LUA
"$BAUD" run "$scratch/long.lua" --detach --jobs 2 --out "$scratch/run" >/dev/null 2>&1
start 120 40 "'$BAUD' attach '$scratch/run'"
wait_for 'R 2'
keys Right Down
expect "the first trial is selected" '» *R *seed 0'
keys P
expect "P pauses it" 'seed 0: paused'
expect "its row says so" '» *P *seed 0'
expect "the log says who did it" "paused by .*pts/"
at=$(of "SELECT episodes FROM trial WHERE trial = 0")
keys E
expect "E goes on by one episode" 'seed 0: stepped'
await "and by no more" "SELECT episodes FROM trial WHERE trial = 0" $((at + 1))
keys C
expect "C offers the live parameter" ':change lr='
keys -l '0.5'
keys Enter
expect "it is changed, and from when on is said" 'seed 0: learner.lr 1 -> 0.5 from episode'
expect "the trial is marked" '» *P! *seed 0'
await "the store knows who changed what" "SELECT what LIKE 'learner.lr 1 -> 0.5%' AND who LIKE '%(pts/%)' FROM change" 1
keys C
wait_for ':change'
keys -l 'x'
keys Enter
expect "what is refused says why" 'it takes a number\|is no value'
keys M
expect "M measures every episode" 'score default -> every episode'

tm split-window -d "'$BAUD' attach '$scratch/run' --ro"
other() { tm capture-pane -p -t 1; }
tries=100
while [ "$tries" -gt 0 ] && ! other | grep -q 'R1.*P1\|R 1.*P 1'; do tries=$((tries - 1)); sleep 0.1; done
check "a second viewer sees the same" '[ "$tries" -gt 0 ]'
tm send-keys -t 1 P
tries=100
while [ "$tries" -gt 0 ] && ! other | grep -q 'refused'; do tries=$((tries - 1)); sleep 0.1; done
check "and with --ro it changes nothing" '[ "$tries" -gt 0 ]'
tm kill-pane -t 1

keys S
expect "S asks" 'stop reinforce / seed 0?  y yes\|stop .* seed 0?  y yes'
keys y
expect "and stops it" '» *S! *seed 0'
keys R
wait_for 'run again'
keys y
expect "R runs it again, as its id says" '» *R  *seed 0'
await "no change is left" "SELECT count(*) FROM change" 0
keys -l ':stop run'
keys Enter
expect ":stop run asks about the whole run" 'stop the whole run?'
keys y
expect "and ends it" 'STOPPED'
keys R
wait_for 'run again'
keys y
expect "a run that is over is taken up by a supervisor of its own" 'LIVE'
expect "for what was asked for" 'R 1'
await "the log says who wanted it" "SELECT count(*) FROM event WHERE text LIKE 'run again by %(pts/%): trials 0'" 1
kill -9 "$(of "SELECT value FROM run WHERE key = 'supervisor_pid'")"
expect "a supervisor that is killed shows as LOST" 'LOST'
"$BAUD" resume "$scratch/run" --detach >/dev/null 2>&1
expect "one that takes its place is found" 'LIVE'
keys q
expect "q leaves it going" 'goes on without this screen'

# ---- a plugin that aborts ends its trial, and nothing else
cat >"$scratch/bad.lua" <<'LUA'
local baud = require "baud"
return baud.experiment { name = "bad", env = baud.env "lockbox", learner = baud.sweep { baud.learner "faulty" { deed = "abort", after = 1000000 },
  baud.learner "random" {} }, seeds = 1, stop = { episodes = 1000000000 } }
LUA
mkdir "$scratch/plugins"
${CC:-cc} -std=c11 -D_GNU_SOURCE -O1 -fPIC -shared -fvisibility=hidden -I"${SOURCE:-$PWD}/core" "${SOURCE:-$PWD}/tests/plugins/faulty.c" \
  -o "$scratch/plugins/faulty.so" -lm
export BAUD_PLUGIN_PATH="$scratch/plugins"
"$BAUD" run "$scratch/bad.lua" --detach --jobs 2 --out "$scratch/bad" >/dev/null 2>&1
start 120 40 "'$BAUD' attach '$scratch/bad'"
expect "a dashboard is there" '\[1 Runs\]'
wait_for 'F 1' 60
expect "when a plugin aborts" 'F 1'
keys 5
expect "the log says which and how" 'failed: .*test.faulty.*SIGABRT'
expect "the other trials go on" 'R 1'
keys q
wait_for 'goes on without'
check "and the terminal is as it was" 'tty_is_sane && [ "$(terminal_flags)" = "0 1 0" ]'
"$BAUD" stop "$scratch/bad" >/dev/null 2>&1
finish
