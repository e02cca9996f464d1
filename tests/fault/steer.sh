#!/bin/sh
# Steering one trial while it runs (through talk.c): single episodes, live parameters, the rate of scoring; and that a
# trial which was changed is known as such from then on, wherever its results are used.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../e2e/run/lib.sh"
cd "$scratch" || exit 1
TALK=$scratch/talk
${CC:-cc} -std=c11 -D_GNU_SOURCE -O1 "$SOURCE/tests/fault/talk.c" -o "$TALK" || exit 1

experiment long <<'LUA'
return baud.experiment { name = "long", env = baud.env "lockbox", learner = baud.learner "reinforce" {}, seeds = 4,
  stop = { episodes = 1000000000 } }
LUA
"$BAUD" run long.lua --detach --jobs 2 --out long >/dev/null 2>&1
wait_for 5 has_status long R 2
socket=$(ls "$XDG_RUNTIME_DIR"/baud/*.sock)
ask() { printf '%s\n' "$1" | "$TALK" "$socket"; }
counts() { [ "$(of long "SELECT count(*) FROM trial WHERE status = '$1'")" -eq "$2" ]; }
episodes() { of long "SELECT episodes FROM trial WHERE trial = $1"; }
has_episodes() { [ "$(episodes "$1")" -eq "$2" ]; }
settled() { first=$(episodes 0); sleep 0.6; [ "$(episodes 0)" = "$first" ]; }

# ---- single episodes
contains "a trial that runs cannot be stepped" "$(ask '{"do":"step","trial":0}')" 'it is not paused'
ask '{"do":"pause","trial":0}' >/dev/null
check "a paused trial stands still" wait_for 5 settled
at=$(episodes 0)
contains "a paused trial is stepped" "$(ask '{"do":"step","trial":0,"who":"ann (tty1)"}')" '"ok":true'
check "by one episode" wait_for 5 has_episodes 0 $((at + 1))
ask '{"do":"step","trial":0,"episodes":7}' >/dev/null
check "or by seven" wait_for 5 has_episodes 0 $((at + 8))
sleep 0.5
is "and no further" "$(episodes 0)" $((at + 8))
check "it is still paused" counts P 1
contains "the log says who did it" "$(of long 'SELECT text FROM event WHERE trial = 0')" "stepped 1 episode by ann (tty1)"
contains "no episodes are no step" "$(ask '{"do":"step","trial":0,"episodes":0}')" '"ok":false'
wait_for 5 counts R 2
queued=$(of long "SELECT trial FROM trial WHERE status = 'Q'")
contains "a queued trial cannot be stepped" "$(ask "{\"do\":\"step\",\"trial\":$queued}")" '"ok":false'

# ---- live parameters
change() { ask "{\"do\":\"change\",\"trial\":$1,\"key\":\"$2\",\"value\":$3,\"who\":\"ann (tty1)\"}"; }
contains "a live parameter is changed, and the reply says from when on" "$(change 0 learner.lr 0.25)" \
  "learner.lr 1 -> 0.25 from episode $((at + 8)) on"
contains "once more, from what it is now" "$(change 0 learner.lr 0.5)" "learner.lr 0.25 -> 0.5"
contains "while it runs, too" "$(change 1 learner.lr 2)" "learner.lr 1 -> 2"
contains "the log says what was changed and who did it" "$(of long 'SELECT text FROM event WHERE trial = 1')" \
  "changed: learner.lr 1 -> 2"
is "the store holds each change" "$(of long 'SELECT count(*), min(who) FROM change')" "3|ann (tty1)"
contains "what is not live is refused" "$(change 0 learner.baseline '"mean"')" 'may not change while a trial runs'
contains "what is no parameter is refused, with a guess" "$(change 0 learner.lrr 1)" 'did you mean \"lr\"'
contains "a value out of range is refused" "$(change 0 learner.lr -1)" 'a number from 0'
contains "a value of another type is refused" "$(change 0 learner.lr true)" '"ok":false'
contains "the environment is not changed" "$(change 0 env.codes 4)" 'cannot be changed while a trial runs'
contains "a trial that does not run is not changed" "$(change "$queued" learner.lr 1)" 'it does not run'
contains "all trials at once are not changed" "$(ask '{"do":"change","key":"learner.lr","value":1}')" 'say which trial'
contains "a change without a value is refused" "$(ask '{"do":"change","trial":0,"key":"learner.lr"}')" '"ok":false'
contains "several in one go are answered in their order" \
  "$(printf '{"do":"change","trial":0,"key":"learner.lr","value":3}\n{"do":"ping"}\n' | "$TALK" "$socket" | tr '\n' ' ')" \
  '0.5 -> 3'
is "and none is lost" "$(printf '{"do":"change","trial":0,"key":"learner.lr","value":4}\n{"do":"ping"}\n' |
  "$TALK" "$socket" | grep -c '"ok":true')" 2

# ---- the rate of scoring
contains "the rate of scoring is raised" "$(change 0 score 1)" 'score default -> every episode'
contains "a rate of 0 is refused" "$(change 0 score 0)" 'a number of episodes from 1'
at=$(episodes 0)
ask '{"do":"step","trial":0,"episodes":64}' >/dev/null
wait_for 5 has_episodes 0 $((at + 64))
"$BAUD" sql long "SELECT count(known) FROM episode WHERE trial = 0 AND episode >= $at" >scored.txt
contains "every episode is scored then" "$(tail -n 1 scored.txt)" 64

# ---- what becomes of it
"$BAUD" stop long >/dev/null
contains "the run says that a trial was changed" "$("$BAUD" show long --trials)" 'changed while it ran'
contains "for machines too" "$("$BAUD" show long --json)" '"changes"'
contains "a report leaves changed trials out and says so" "$("$BAUD" report long)" 'left out: 2 trials changed'
"$BAUD" resume long --detach --jobs 1 >/dev/null 2>&1
wait_for 5 has_status long R 1
is "a trial that begins anew is as its id says again" "$(of long 'SELECT count(*) FROM change')" 0
"$BAUD" stop long >/dev/null

experiment judged <<'LUA'
return baud.experiment { name = "judged", env = baud.env "lockbox", learner = baud.learner "reinforce" {}, seeds = 3,
  stop = { episodes = 1000000 }, claims = { baud.claim "there are trials" (function(r)
    return r:total("success"):mean():at_least(0) end) } }
LUA
"$BAUD" run judged.lua --detach --jobs 3 --out judged >/dev/null 2>&1
wait_for 5 has_status judged R 3
socket=$(ls "$XDG_RUNTIME_DIR"/baud/judged*.sock)
ask '{"do":"pause"}' >/dev/null
change 1 learner.lr 0.125 >/dev/null
ask '{"do":"resume"}' >/dev/null
ended() { [ "$(of judged "SELECT value FROM run WHERE key = 'status'")" != running ]; }
wait_for 60 ended
contains "the run's end says that claims leave a changed trial out" "$(of judged "SELECT text FROM event WHERE text LIKE '%claims%'")" \
  '1 trial was changed while running: the claims leave it out'
contains "and they do" "$(of judged 'SELECT figures FROM claim')" '2'
