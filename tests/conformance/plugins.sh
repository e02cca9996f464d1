#!/bin/sh
# The battery of `baud check`: every plugin that ships passes it, every fault of tests/plugins/broken_*.c is caught by
# the checks that are meant to catch it and by no others, and the program's own options hold.
. "$(dirname "$0")/../lib.sh"
unset BAUD_PLUGIN_PATH
case ${SANITIZERS:-no} in no | none | "") limit=30 ;; *) limit=1200 ;; esac # what a sanitizer watches takes its time

# ---- What ships ----
n=0
for library in "$BUILD"/plugins/env/.libs/*.so "$BUILD"/plugins/learner/.libs/*.so "$BUILD"/plugins/reward/.libs/*.so; do
  [ -f "$library" ] || continue
  n=$((n + 1))
  output=$("$BAUD" check --limit $limit "$library" 2>&1)
  ok $? "$(basename "$library" .so) passes the battery" "$(printf '%s\n' "$output" | grep -v '^ok')"
done
[ "$n" -ge 30 ]
ok $? "plugins were found in the build tree" "only $n"

# ---- What is broken ----
# numbers OUTPUT: of the checks that failed or warned, 3,4,17
numbers() { printf '%s\n' "$1" | sed -n 's/^\(FAIL\|warn\) *\([0-9]*\) .*/\2/p' | sort -nu | paste -s -d, -; }

# break_one ROLE FAULT CHECKS
break_one() {
  flags=
  case $2 in *_on_load) flags=-DFAULT_ON_LOAD=1 ;; exports_more) flags=-DFAULT_EXPORTS=1 ;; esac
  library=$scratch/$1-$2.so
  # as a plugin's author would
  # shellcheck disable=SC2086
  if ! output=$(${CC:-cc} -std=c11 -D_GNU_SOURCE -O1 -fPIC -shared -fvisibility=hidden -I"$SOURCE/core" -DFAULT="$2" $flags \
    "$SOURCE/tests/plugins/broken_$1.c" -o "$library" -lm 2>&1); then
    ok 1 "broken_$1.c compiles with the fault $2" "$output"
    return
  fi
  output=$("$BAUD" check "$library" 2>&1)
  status=$?
  caught=$(numbers "$output")
  wanted=$3
  case $output in *"keeps no count"*) [ "$wanted" != 9 ] || wanted=- ;; esac # a sanitizer's allocator
  case $2 in
    none) is "a sound $1 is found sound" "${caught:--}" "$wanted" ;;
    *) is "the fault $2 of a$([ "$1" != env ] || printf n) $1 is caught by check ${wanted}, and by no other" "${caught:--}" "$wanted" ;;
  esac
  case $wanted in - | 3) is "  and the exit code is 0" "$status" 0 ;; *) is "  and the exit code is 1" "$status" 1 ;; esac
}

for role in library env learner reward; do
  sed -n 's/^ \*   \([a-z_]*\)  *\(-\|[0-9][0-9,]*\)$/\1 \2/p' "$SOURCE/tests/plugins/broken_$role.c" >"$scratch/$role.faults"
  [ -s "$scratch/$role.faults" ]
  ok $? "broken_$role.c has a table of faults"
  while read -r fault checks; do
    break_one $role "$fault" "$checks" </dev/null
  done <"$scratch/$role.faults"
done

# ---- What does not come back ----
# shellcheck disable=SC2086
for fault in works_for_ever sleeps_for_ever; do
  ${CC:-cc} -std=c11 -D_GNU_SOURCE -O1 -fPIC -shared -fvisibility=hidden -I"$SOURCE/core" -DFAULT=$fault \
    "$SOURCE/tests/plugins/broken_reward.c" -o "$scratch/$fault.so" -lm
  contains "one that $(echo $fault | tr _ ' ') is stopped at the limit" \
    "$("$BAUD" check --only 14 --limit 1 "$scratch/$fault.so" 2>&1)" "still running after 1 s in score"
done

# ---- In Lua ----
for file in "$SOURCE"/docs/examples/environment.lua "$SOURCE"/docs/examples/learner.lua "$SOURCE"/docs/examples/reward.lua \
  "$SOURCE"/tests/plugins/twins.lua; do
  output=$("$BAUD" check "$file" 2>&1)
  ok $? "$(basename "$file") passes the battery" "$(printf '%s\n' "$output" | grep -v '^ok')"
  is "  and what asks for a shared object says that there is none" \
    "$(printf '%s\n' "$output" | grep 'no shared object' | sed 's/^skip *\([0-9]*\) .*/\1/' | sort -nu | paste -s -d, -)" 2,3,12,25
done

# break_lua FILE FAULT CHECKS SED: the example with one line changed
break_lua() {
  sed "$4" "$SOURCE/docs/examples/$1.lua" >"$scratch/$1-$2.lua"
  output=$("$BAUD" check "$scratch/$1-$2.lua" 2>&1)
  is "in Lua the fault $2 of an example is caught by check $3, and by no other" "$(numbers "$output")" "$3"
}
break_lua environment counts_in_self 24 's/lane.stair, lane.step = stair, /self.calls = (self.calls or 0) + 1 &/'
break_lua environment counts_in_a_variable 24 's/lane.stair, lane.step = stair, /calls = calls_so_far &/; s/^local plugin .*/&\ncalls, calls_so_far = 0, 1/'
break_lua environment ends_every_seventh_step 15,18,19,24 \
  's/return stair == self.stairs or /self.calls = ((self.calls or 0) + 1) % 7\n    return self.calls == 0 or stair == self.stairs or /'
break_lua environment prefers_one_foot 45 \
  's/random:below(self.feet) end/random:bernoulli(0.8) and 0 or random:below(self.feet) end/'
break_lua reward pays_double 47 's/self.size \* step.fact/2 * &/'
break_lua learner counts_in_self 24 's/local best = outcome.terminated/self.calls = (self.calls or 0) + 1 &/'

# ---- A learner that knows what nothing told it ----
# shellcheck disable=SC2086
if output=$(${CC:-cc} -std=c11 -D_GNU_SOURCE -O1 -fPIC -shared -fvisibility=hidden -I"$SOURCE/core" "$SOURCE/tests/plugins/cheats.c" -o "$scratch/cheats.so" -lm 2>&1); then
  output=$("$BAUD" check --only 31 "$scratch/cheats.so" 2>&1)
  contains "a learner that shares the world with its environment fails the leak certificate" \
    "$(printf '%s\n' "$output" | sed -n '/^test.leaky$/,/^$/p')" "FAIL 31"
  contains "one that only boasts does not: wrong facts cost it" \
    "$(printf '%s\n' "$output" | sed -n '/^test.overconfident$/,/^$/p')" "ok   31"
else
  ok 1 "cheats.c compiles" "$output"
fi

# ---- With an environment that is named beside it ----
build() { # build SOURCE OUTPUT [FLAG...]
  from=$1 to=$2
  shift 2
  ${CC:-cc} -std=c11 -D_GNU_SOURCE -O1 -fPIC -shared -fvisibility=hidden -I"$SOURCE/core" "$@" "$SOURCE/tests/$from" -o "$scratch/$to.so" -lm
}
check "a scheme that needs a rare fact, and an environment that has it, compile" build plugins/broken_reward.c picky -DFAULT=none '-DNEEDS="hits"'
check "so does one with a fault" build plugins/broken_reward.c picky_wrong -DFAULT=drops_more '-DNEEDS="hits"'
check "and the environment" build thirdparty/battleship_line.c ships
output=$("$BAUD" check "$scratch/picky.so")
is "alone the scheme is not asked what it does to rewards" "$(printf '%s\n' "$output" | grep -c '^skip.*no environment at hand suits it: the environment has no fact named hits')" 10
output=$("$BAUD" check "$scratch/picky.so" --with "$scratch/ships.so")
status=$?
uncounted=$(printf '%s\n' "$output" | grep -c 'keeps no count') # by a sanitizer's allocator
is "with the environment everything is asked" "$status $(printf '%s\n' "$output" | tail -n 1)" \
  "0 $((22 - uncounted)) passed, 0 failed, 0 warnings, $uncounted skipped (seed 1)"
output=$("$BAUD" check "$scratch/picky_wrong.so" --with "$scratch/ships.so")
is "and a fault is found there" "$(numbers "$output")" 47
contains "and said to be there" "$output" "(for org.example.battleship_line)"
mkdir -p "$scratch/found"
cp "$scratch/ships.so" "$scratch/found"
is "a name will do where the search path finds it" \
  "$(BAUD_PLUGIN_PATH=$scratch/found "$BAUD" check --only 47 "$scratch/picky.so" --with battleship_line | tail -n 1)" \
  "1 passed, 0 failed, 0 warnings, 0 skipped (seed 1)"
output=$("$BAUD" check --only 47 "$scratch/picky.so" --with maze)
is "that a scheme refuses the one named is a failure" "$?" 1
contains "with its reason" "$output" "refuses baud.maze, which it was to be tried with: the environment has no fact named hits"
output=$("$BAUD" check --only 17 posterior --with corridor)
is "so it is that a learner does not play there" "$?" 1
contains "with its reason, too" "$output" "does not play with baud.corridor, which it was to be tried with: "
output=$("$BAUD" check --only 17 gittins --with maez 2>&1)
is "an environment that there is not is wrong use" "$? $output" '2 baud check: no environment "maez" (did you mean "maze"?)'
output=$("$BAUD" check --only 17 gittins --with "$scratch/picky.so" 2>&1)
is "so is a library without one" "$?" 2
contains "and said" "$output" "picky.so gives no environment to try with: it holds none"

# ---- The program ----
sound=$scratch/reward-none.so
is "a relative path is opened from here, not looked for" "$(cd "$scratch" && "$BAUD" check --only 2 ./reward-none.so 2>&1 | head -n 1)" "ok    2 exports baud_plugin_1 and nothing else"
"$BAUD" check --only 2 baud.dense >"$scratch/named" 2>&1
is "a unit is found by its name" "$?" 0
"$BAUD" check "$scratch/absent.so" >/dev/null 2>&1
is "a file that is not there is wrong use" "$?" 2
"$BAUD" check no_such_unit >/dev/null 2>&1
is "a name that nothing has is wrong use" "$?" 2
"$BAUD" check --only 999 "$sound" >/dev/null 2>&1
is "so is a check that there is not" "$?" 2
"$BAUD" check >/dev/null 2>&1
is "so is no plugin at all" "$?" 2
printf 'not a library' >"$scratch/text.so"
"$BAUD" check "$scratch/text.so" >"$scratch/out" 2>&1
is "a file that is no library fails check 1" "$? $(head -c 7 "$scratch/out")" "1 FAIL  1"
chmod o+w "$sound"
"$BAUD" check "$sound" >"$scratch/out" 2>&1
is "a library that others may write to is refused" "$? $(grep -c 'others may write' "$scratch/out")" "1 1"
chmod o-w "$sound"
is "the same seed gives the same report" "$("$BAUD" check --seed 7 "$sound" | grep -v seconds)" "$("$BAUD" check --seed 7 "$sound" | grep -v seconds)"
is "in one process the answers are the same" "$("$BAUD" check --in-process --only 47 "$sound")" "$("$BAUD" check --only 47 "$sound")"
is "as JSON there is an object a check" "$("$BAUD" check --json "$sound" | grep -c '"verdict":')" "$("$BAUD" check "$sound" | grep -c '^\(ok\|FAIL\|skip\|warn\) ')"
contains "the list names the leak certificate" "$("$BAUD" check --list)" "leak certificate"
