#!/bin/sh
# Compositions from a script to the store: lifetimes at any depth, with windows, tools and demonstrators in them, are
# the same whatever the number of jobs, and whatever was killed meanwhile.
. "$(dirname "$0")/../../lib.sh"
. "$(dirname "$0")/lib.sh"

# Evolution over lifetimes of a learner with a tool, inside a window.
experiment evolved <<'LUA'
local life = baud.lifetime {
  env = baud.toolbox { env = baud.env "recall" { keys = 2, values = 2, shown = 2, questions = 2 }, cost = 0.1 },
  learner = baud.window { length = 4, learner = baud.learner "sft" { units = 4, horizon = 8, speaks = false } },
  episodes = 6, decides = "learner.lr=1e-4..1e-1 log", pays = "absorbed" }
return baud.experiment { name = "evolved", env = life, learner = baud.learner "cma_es" { population = 8 },
  lanes = 8, seeds = 3, stop = { episodes = 3000 } }
LUA

# A lifetime of lifetimes, whose inner decisions come episode by episode.
experiment nested <<'LUA'
local life = baud.lifetime {
  env = baud.demonstrator { env = baud.env "lockbox" { codes = 16 }, reliability = 0.5 },
  learner = baud.learner "posterior", episodes = 60, turn = "episode" }
return baud.experiment { name = "nested", env = baud.lifetime { env = life, learner = baud.learner "random", episodes = 3 },
  learner = baud.sweep { baud.learner "random", baud.learner "scripted" }, lanes = 2, seeds = 2, stop = { episodes = 300 } }
LUA

cd "$scratch" || exit 1
for name in evolved nested; do
  "$BAUD" run $name.lua --line --jobs 1 --out $name-1 >$name.log 2>&1
  is "$name runs to its end" "$? $(of $name-1 "SELECT count(*) FROM trial WHERE status <> 'D'")" "0 0"
  "$BAUD" run $name.lua --line --jobs 2 --out $name-2 >/dev/null 2>&1
  same "$name: two jobs store exactly what one job stored" $name-1 $name-2
done

# Bits of an inner ledger, exact where they can be: three lives of sixteen codes to an episode, two ways to learn of them.
"$BAUD" show nested-1 | tr -s ' ' >shown.txt
contains "three lives of four bits are twelve, in each of 300 episodes, and exact" "$(grep '^ all ' shown.txt | head -n 1)" " =3600.00 =3600.00 "
[ "$(grep -c '^ demonstration .*=[1-9]' shown.txt)" -eq 2 ]
ok $? "what an inner demonstrator told is among them" "$(cat shown.txt)"

# kill -9 of everything, again and again
"$BAUD" run evolved.lua --detach --jobs 2 --out killed >/dev/null 2>&1
kills=0
for pause in 0.2 0.3 0.4; do
  sleep "$pause"
  pid=$(supervisor_of killed)
  workers=$(workers_of killed)
  is_gone "$pid" && continue
  kill -9 $workers "$pid" && kills=$((kills + 1))
  wait_for 5 is_gone "$pid"
  "$BAUD" resume killed --detach >/dev/null 2>&1
done
[ "$kills" -ge 1 ]
ok $? "everything was killed while the run went on ($kills times)"
"$BAUD" attach killed --line >killed.log 2>&1
same "a run of lifetimes that was killed and resumed ends with the store of an uninterrupted one" evolved-1 killed

# What is made of what
output=$("$BAUD" run evolved.lua --dry)
contains "--dry says of what an environment is made" "$output" "lifetime { env = toolbox { env = recall }, learner = window { learner = sft }, reward = dense }"

# A slip has its line
printf 'local baud = require "baud"\nreturn baud.experiment { name = "slip", learner = baud.learner "random",\n  env = baud.lifetime { env = baud.learner "random" }, seeds = 1, stop = { episodes = 1 } }\n' >slip.lua
output=$("$BAUD" run slip.lua --dry 2>&1)
contains "a learner for an environment is refused with its line" "$output" 'slip.lua:3: env "lifetime": parameter "env" is learner "random"; it takes baud.env'

output=$("$BAUD" check lifetime 2>&1)
contains "what is built in has no library to be checked, and says so" "$output" "baud.lifetime is built in"
"$BAUD" play nested-1 >played.txt 2>&1
contains "a life that is opened shows its ledger" "$(cat played.txt)" "bits: offered"

# Step by step, it adds up to what the store has of the episode; what is in the weights is told apart from memory.
"$BAUD" play nested-1 --trial 1 --episode 4 --json >opened.json 2>/dev/null
told=$(sed -n '$s/.*"inner":{.*"received":\[\([^]]*\)\].*/\1/p' opened.json | awk -F, '{ printf "%.4f", $1 + $2 + $3 }')
steps=$(sed 's/,"inner".*//; s/.*"received":\[\([^]]*\)\].*/\1/' opened.json | awk -F, '{ sum += $1 + $2 + $3 } END { printf "%.4f", sum }')
stored=$("$BAUD" sql nested-1 "SELECT printf('%.4f', received) FROM episode WHERE trial = 1 AND episode = 4" | tail -n 1)
is "bits of an inner ledger that is looked at are those that are stored" "$told $steps" "$stored $stored"
known=$(sed -n '$s/.*"known":\([^,}]*\).*/\1/p' opened.json | awk '{ printf "%.3f", $1 }')
is "and so is what its learner knows in the end" "$known" "$("$BAUD" sql nested-1 "SELECT printf('%.3f', known) FROM episode WHERE trial = 1 AND episode = 4" | tail -n 1)"
