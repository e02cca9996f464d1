#!/bin/sh
# An episode once more: a replay from the seed is what happened, to the bit; a copy of a running trial shows what the trial
# then does; both touch nothing. And claims judged while a run goes on.
. "$(dirname "$0")/../../lib.sh"
. "$(dirname "$0")/lib.sh"
cd "$scratch" || exit 1

experiment mazes <<'LUA'
return baud.experiment { name = "mazes", env = baud.env "maze" {}, learner = baud.learner "dyna_q" {}, seeds = 2, stop = { episodes = 40 } }
LUA
experiment long <<'LUA'
return baud.experiment { name = "long", env = baud.env "maze" {}, learner = baud.learner "dyna_q" {}, seeds = 1, stop = { episodes = 100000000 } }
LUA

"$BAUD" run mazes.lua --line --out mazes >/dev/null 2>&1
dump mazes/store.db >before.txt
figure() { "$BAUD" sql mazes "SELECT $1 FROM episode WHERE trial = $2 AND episode = $3" | tail -n 1; }
# shown WHAT: of the steps in steps.jsonl, summed up by a small program of awk over json_tree
sums() { sqlite3 :memory: "CREATE TABLE l(x); " ".mode tabs" ".import steps.jsonl l" "SELECT $1 FROM l"; }
for at in "0 0" "1 7" "1 39"; do
  # shellcheck disable=SC2086
  set -- $at
  "$BAUD" play mazes --trial "$1" --episode "$2" --json 2>/dev/null | grep -v '"at"' >steps.jsonl
  is "trial $1 episode $2 has as many steps as it had" "$(sums "count(json_extract(x, '\$.action'))")" "$(figure 'CAST(steps AS INT)' "$1" "$2")"
  is "and as many received bits on observations" "$(sums "printf('%.4f', sum(json_extract(x, '\$.bits.received[0]')))")" "$(figure "printf('%.4f', received_observation)" "$1" "$2")"
  is "and ends as it did" "$(sums "max(json_extract(x, '\$.facts.success'))")" "$(figure 'CAST(success AS INT)' "$1" "$2")"
done
dump mazes/store.db >after.txt
check "the run is as it was" cmp before.txt after.txt
contains "for people there are pictures" "$("$BAUD" play mazes --trial 0 --episode 3 2>/dev/null)" '####'
output=$("$BAUD" play mazes --trial 2 2>&1)
is "a trial that does not exist is wrong use" "$?" 2
output=$("$BAUD" play mazes --episode 40 2>&1)
is "so is an episode that did not happen" "$?" 2
contains "and it says why" "$output" 'ended before episode 40'

# ---- a copy of what runs
cat >listen.c <<'C'
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
int main(int argc, char **argv) {
  struct sockaddr_un a = {.sun_family = AF_UNIX};
  char piece[65536];
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (argc < 2) return 2;
  strncpy(a.sun_path, argv[1], sizeof a.sun_path - 1);
  if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, 1) != 0) return 1;
  int from = accept(fd, NULL, NULL);
  for (ssize_t n; (n = read(from, piece, sizeof piece)) > 0;) fwrite(piece, 1, (size_t)n, stdout);
  return 0;
}
C
${CC:-cc} -std=c11 -D_GNU_SOURCE -O1 listen.c -o listen && ${CC:-cc} -std=c11 -D_GNU_SOURCE -O1 "$SOURCE/tests/fault/talk.c" -o talk || exit 1
"$BAUD" run long.lua --detach --out long >/dev/null 2>&1
wait_for 5 has_status long R 1
socket=$(ls "$XDG_RUNTIME_DIR"/baud/long*.sock)
ask() { printf '%s\n' "$1" | ./talk "$socket"; }
ask '{"do":"pause","trial":0}' >/dev/null
wait_for 5 has_status long P 1
./listen "$scratch/see.sock" >live.jsonl &
listener=$!
wait_for 5 test -S "$scratch/see.sock"
contains "a trial is watched, paused or not" "$(ask "{\"do\":\"watch\",\"trial\":0,\"to\":\"$scratch/see.sock\"}")" '"ok":true'
wait "$listener"
last=$(tail -n 1 live.jsonl | sed 's/.*"episode":\([0-9]*\).*/\1/')
grep "\"episode\":$last," live.jsonl >copy.jsonl
is "the copy plays on to the end of a whole episode" "$(tail -n 1 copy.jsonl | grep -c '"end"')" 1
"$BAUD" play long --trial 0 --episode "$last" --json 2>/dev/null | grep "\"episode\":$last," >replay.jsonl
check "what it does is what the trial does from its seed, to the bit" cmp copy.jsonl replay.jsonl
is "and it costs the trial nothing: it stands where it stood" "$(of long 'SELECT status FROM trial')" P
contains "nobody listening is said" "$(ask "{\"do\":\"watch\",\"trial\":0,\"to\":\"$scratch/nobody.sock\"}")" 'nobody listens'
contains "a watch without a place is refused" "$(ask '{"do":"watch","trial":0}')" '"ok":false'
contains "the log has no word of it" "$(of long 'SELECT count(*) FROM event WHERE text LIKE "%watch%"')" 0
"$BAUD" stop long >/dev/null

# ---- claims so far
experiment half <<'LUA'
local parts = {}
return baud.experiment { name = "half", env = baud.env "lockbox", learner = baud.sweep { baud.learner "random" {}, baud.learner "reinforce" {} }, seeds = 6,
  stop = { episodes = 400000 }, claims = {
    baud.claim "both are there" (function(r)
      local a, b = r:select { learner = "random" }, r:select { learner = "reinforce" }
      return baud.compare(b:total "success", a:total "success", { paired = true }).difference:above(0) end),
    baud.claim "one is enough" (function(r) return r:total("success"):mean():at_least(0) end) } }
LUA
"$BAUD" run half.lua --detach --jobs 1 --out half >/dev/null 2>&1
is_judged() { "$BAUD" judge "$scratch/half" | grep -q '"claim":1,"verdict":"holds"'; }
check "claims are judged while a run goes on" wait_for 40 is_judged
is "though the store does not know yet" "$(of half "SELECT count(*) FROM claim WHERE verdict != ''")" 0
done_pairs=$(of half "SELECT count(*) FROM (SELECT seed FROM trial GROUP BY seed HAVING min(status = 'D'))")
[ "$done_pairs" -lt 6 ]
ok $? "and not all seeds were done"
"$BAUD" stop half >/dev/null
"$BAUD" judge "$scratch/half" | grep -q '"claim":0,"verdict":"\(holds\|undecided\)"'
ok $? "what is compared by seed is of seeds that are done in both"
