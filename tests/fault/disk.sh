#!/bin/sh
# A disk that fills while a run goes on, played by a limit on the size of files: the run ends with a sentence, what was
# committed is whole, and resume goes on to the same end.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../e2e/run/lib.sh"
cd "$scratch" || exit 1
experiment big <<'LUA'
return baud.experiment { name = "big", env = baud.env "lockbox", learner = baud.learner "reinforce" {}, seeds = 6,
  stop = { episodes = 100000 } }
LUA
"$BAUD" run big.lua --line --out whole >/dev/null 2>&1
size=$(cat whole/store.db whole/store.db-wal 2>/dev/null | wc -c)
# ulimit -f counts blocks of 512 bytes; a third of what the whole store takes
output=$(
  ulimit -f $((size / 512 / 3))
  "$BAUD" run big.lua --line --out full 2>&1
)
is "a full disk is exit code 5" "$?" 5
contains "the sentence says what happened" "$output" "the run cannot go on"
contains "and how to go on" "$output" "baud resume"
is "the store is not damaged" "$(of full 'PRAGMA integrity_check')" ok
"$BAUD" resume full --line >/dev/null 2>&1
is "with room again it is resumed to its end" "$?" 0
same "which is that of a run that had room" whole full
