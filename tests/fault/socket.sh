#!/bin/sh
# The control socket: every command, and bytes that nobody should send (through talk.c).
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../e2e/run/lib.sh"
cd "$scratch" || exit 1
TALK=$scratch/talk
${CC:-cc} -std=c11 -D_GNU_SOURCE -O1 "$SOURCE/tests/fault/talk.c" -o "$TALK" || exit 1

experiment long <<'LUA'
return baud.experiment { name = "long", env = baud.env "lockbox", learner = baud.learner "reinforce" {}, seeds = 6,
  stop = { episodes = 1000000000 } }
LUA
"$BAUD" run long.lua --detach --jobs 2 --out long >/dev/null 2>&1
wait_for 5 has_status long R 2
socket=$(ls "$XDG_RUNTIME_DIR"/baud/*.sock)
board=$(ls "$XDG_RUNTIME_DIR"/baud/*.board)
is "the socket is its owner's alone" "$(stat -c %a "$socket")" 600
is "so is the board" "$(stat -c %a "$board")" 600
ask() { printf '%s\n' "$1" | "$TALK" "$socket"; }
count() { of long "SELECT count(*) FROM trial WHERE status = '$1'"; }
episodes() { of long "SELECT sum(episodes) FROM trial"; }
counts() { [ "$(count "$1")" -eq "$2" ]; }

contains "ping is answered" "$(ask '{"do":"ping"}')" '"ok":true'
contains "a trial is paused" "$(ask '{"do":"pause","trial":0,"who":"ann (tty1)"}')" '"ok":true'
check "and becomes P" wait_for 3 counts P 1
check "another trial takes its place" wait_for 3 counts R 2
contains "a queued trial can be paused" "$(ask '{"do":"pause","trial":5}')" '"ok":true'
check "and becomes P" wait_for 3 counts P 2
contains "the event log says who did it" "$(of long 'SELECT text FROM event WHERE trial = 0')" "paused by ann (tty1)"
contains "it is resumed" "$(ask '{"do":"resume","trial":0}')" '"ok":true'
check "and runs beside the others" wait_for 3 counts R 3
contains "the whole run is paused" "$(ask '{"do":"pause"}')" '"ok":true'
check "nothing runs then" wait_for 3 counts R 0
before=$(episodes)
sleep 1
is "and nothing moves" "$(episodes)" "$before"
contains "the whole run is resumed" "$(ask '{"do":"resume"}')" '"ok":true'
wait_for 3 counts P 0
sleep 1
[ "$(episodes)" -gt "$before" ]
ok $? "it moves again, from where it was ($before)"
contains "a trial is stopped" "$(ask '{"do":"stop","trial":1}')" '"ok":true'
check "and becomes S" wait_for 3 counts S 1
contains "a stopped trial is run again" "$(ask '{"do":"rerun","trial":1}')" '"ok":true'
check "and is S no more" wait_for 3 counts S 0
contains "one that runs cannot be run again" "$(ask '{"do":"rerun","trial":2}')" '"ok":false'

# ---- hostile
contains "a line that is no JSON is an error" "$(ask 'pause please')" '"ok":false'
contains "an unknown command is an error, with a guess" "$(ask '{"do":"paus"}')" 'did you mean'
contains "a trial that does not exist is an error" "$(ask '{"do":"stop","trial":99}')" '"ok":false'
contains "a trial that is no number is an error" "$(ask '{"do":"stop","trial":"all"}')" '"ok":false'
contains "a trial of 1e300 is an error" "$(ask '{"do":"stop","trial":1e300}')" '"ok":false'
contains "a fraction of a trial is an error" "$(ask '{"do":"stop","trial":0.5}')" '"ok":false'
contains "an array is an error" "$(ask '[[[[[[[[1]]]]]]]]')" '"ok":false'
head -c 100000 /dev/urandom | "$TALK" "$socket" >/dev/null
head -c 100000 /dev/zero | "$TALK" "$socket" >/dev/null
awk 'BEGIN { for (i = 0; i < 200000; i++) printf "[" }' | "$TALK" "$socket" >/dev/null
printf '{"do":"pause","trial":3,"who":"\033]0;evil\007\nx"}\n' | "$TALK" "$socket" >/dev/null
for _ in 1 2 3 4 5 6 7 8; do printf '{"do":' | "$TALK" "$socket" >/dev/null & done
contains "after all that it still answers, many clients at once" "$(ask '{"do":"ping"}')" '"ok":true'
wait
controls=$(of long "SELECT count(*) FROM event WHERE instr(text, char(27)) OR instr(text, char(10))")
is "and no terminal control reached the log" "$controls" 0
is "trials run on" "$(count R)" 2
contains "shutdown leaves in order" "$(ask '{"do":"shutdown","who":"ann"}')" '"ok":true'
check "the supervisor is gone" wait_for 5 is_gone "$(supervisor_of long)"
is "and has removed socket and board" "$(ls "$XDG_RUNTIME_DIR/baud")" ""
