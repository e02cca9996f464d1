#!/bin/sh
# baud plugins: every plugin is listed once, tells all about itself, and a file that is no plugin is listed with the
# reason and disturbs nothing.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/json.sh"
unset BAUD_PLUGIN_PATH
cd "$scratch" || exit 1

# ---- the list
"$BAUD" plugins >list.txt 2>list.err
is "the list succeeds" "$? $(cat list.err)" "0 "
modules=$(find "$BUILD"/plugins -name '*.so' -type f | sort)
listed=$(grep -o '/[^ ]*\.so$' list.txt | sort -u)
is "every module of the build is in it, and nothing else" "$listed" "$modules"
is "in groups by role" "$(grep '^[a-z]' list.txt | tr '\n' ' ')" "environments learners rewards "
sed -n 's/^  \([a-z0-9_]*\) .*/\1/p' list.txt | sort >names.txt
is "no name is in it twice" "$(uniq -d names.txt)" ""
"$BAUD" plugins --json >list.json
is_json "--json is JSON" list.json
units="json_each(CAST(readfile('list.json') AS TEXT))"
params="$units u, json_each(u.value, '\$.params') p"
over() { sqlite3 :memory: "$1" 2>&1; }
is "an object a plugin" "$(over "SELECT json_extract(value, '\$.name') FROM $units" | sort)" "$(cat names.txt)"
is "each has id, role, title, doc, version, license and a behaviour" "$(over "SELECT json_extract(value, '\$.name') FROM $units
  WHERE json_extract(value, '\$.role') NOT IN ('environment', 'learner', 'reward') OR json_extract(value, '\$.id') NOT LIKE 'baud._%'
  OR length(json_extract(value, '\$.title')) < 4 OR length(json_extract(value, '\$.doc')) < 20
  OR json_extract(value, '\$.version') IS NULL OR json_extract(value, '\$.license') IS NULL OR json_extract(value, '\$.behaviour') < 1")" ""
is "parameters have key, type, default, unit and help" "$(over "SELECT u.value, p.value FROM $params
  WHERE json_extract(p.value, '\$.key') IS NULL OR json_extract(p.value, '\$.default') IS NULL OR json_extract(p.value, '\$.unit') IS NULL
  OR length(json_extract(p.value, '\$.help')) < 3 OR json_extract(p.value, '\$.type') NOT IN ('int', 'float', 'flag', 'choice', 'text', 'unit')")" ""
is "numbers have a range, and the default lies in it" "$(over "SELECT p.value FROM $params
  WHERE json_extract(p.value, '\$.type') IN ('int', 'float') AND json_extract(p.value, '\$.default')
  BETWEEN json_extract(p.value, '\$.low') AND json_extract(p.value, '\$.high') IS NOT 1")" ""
is "choices have their values, and the default is one" "$(over "SELECT p.value FROM $params WHERE json_extract(p.value, '\$.type') = 'choice'
  AND NOT EXISTS (SELECT 1 FROM json_each(p.value, '\$.choices') c WHERE c.value = json_extract(p.value, '\$.default'))")" ""
[ "$(over "SELECT count(*) FROM $params")" -ge 50 ]
ok $? "there were parameters to look at"
is "every environment says what is seen, what is true and what can be done" "$(over "SELECT json_extract(value, '\$.name') FROM $units
  WHERE json_extract(value, '\$.role') = 'environment' AND json_extract(value, '\$.path') <> 'built in' AND (json_array_length(value, '\$.observations') > 0
  AND json_array_length(value, '\$.facts') > 0 AND json_extract(value, '\$.action.count') > 0) IS NOT 1")" ""

# ---- one
"$BAUD" plugins lockbox >lockbox.txt
is "a plugin is shown by its name" "$? $(head -n 1 lockbox.txt)" "0 environment baud.lockbox  box with a secret code, one guess an episode"
is "and by its id" "$("$BAUD" plugins baud.lockbox)" "$(cat lockbox.txt)"
squeezed=$(tr -s ' ' <lockbox.txt)
contains "parameters have default, range and help" "$squeezed" " codes int 64 2 .. 65536 number of codes that the box may have"
contains "choices are named" "$squeezed" " feedback choice outcome outcome | label | distance | bits "
contains "its channels are shown: what is seen" "$squeezed" " observation phase 1 x 2 categories "
contains "what is true, and what of it crosses the wire" "$squeezed" " fact (wire) success reward, outcome "
contains "what can be done" "$squeezed" " action guess 1 x 64 categories "
contains "how much there is to know" "$squeezed" " prior 6 bits of world"
contains "and its extensions" "$squeezed" "Extensions baud.observer/1, baud.quiz/1, baud.demonstrate/1, baud.draw/1"
plays() { "$BAUD" plugins "$1" | sed -n '/^Takes and answers/,/^$/p' | tr -s ' ' | sed "s/^ on baud\.$2 //p; d"; }
is "a learner says what it takes and answers: one that is told nothing" "$(plays random lockbox)" "takes nothing; answers action"
is "one that is shown what to do, where somebody can show it" "$(plays imitate lockbox)" "takes observation, demonstration; answers action"
is "one whose answers depend on where it plays" "$(plays posterior bandit) / $(plays posterior maze)" \
  "takes observation, reward; answers action, reward / takes observation, reward; answers action, observation"
"$BAUD" plugins posterior --json >posterior.json
is "and as JSON" "$(json posterior.json "(SELECT json_extract(value, '\$.takes') || json_extract(value, '\$.answers') || json_extract(value, '\$.asked')
  FROM json_each(j, '\$.plays') WHERE json_extract(value, '\$.env') = 'baud.lockbox')")" \
  '["observation","reward","demonstration"]["action","reward"]["action","observation","reward","terminated"]'
is "every learner plays somewhere and takes no more than it is offered" "$(over "SELECT json_extract(u.value, '\$.name') FROM $units u
  WHERE json_extract(u.value, '\$.role') = 'learner' AND json_extract(u.value, '\$.path') <> 'built in'
  AND (NOT EXISTS (SELECT 1 FROM json_each(u.value, '\$.plays') p
  WHERE json_extract(p.value, '\$.refuses') IS NULL) OR EXISTS (SELECT 1 FROM json_each(u.value, '\$.plays') p, json_each(p.value, '\$.takes') t
  WHERE NOT EXISTS (SELECT 1 FROM json_each(p.value, '\$.offered') o WHERE o.value = t.value)))")" ""
"$BAUD" plugins lockbox --json >lockbox.json
is "as JSON it is the object of the list" "$(json lockbox.json 'json(j)')" \
  "$(over "SELECT json(value) FROM $units WHERE json_extract(value, '\$.name') = 'lockbox'")"
is "every one can be shown" "$(while read -r name; do "$BAUD" plugins "$name" >/dev/null 2>&1 || echo "$name"; done <names.txt)" ""
# What is declared is what holds.
cat >box.lua <<'LUA'
local baud = require "baud"
return baud.experiment { name = "box", env = baud.env "lockbox", learner = baud.learner "random" {}, seeds = 1, stop = { episodes = 5 } }
LUA
for end in low high; do
  check "the $end end of a range is taken" "$BAUD" run box.lua --dry --set "env.codes=$(json lockbox.json "json_extract(j, '\$.params[0].$end')")"
done
"$BAUD" run box.lua --dry --set env.codes=65537 >/dev/null 2>&1
is "what lies beyond is not" "$?" 2

# ---- wrong use
refused() { # refused "sentence" WANTED ARGUMENT...
  sentence=$1 wanted=$2
  shift 2
  output=$("$BAUD" plugins "$@" 2>&1)
  is "$sentence" "$? $output" "2 baud plugins: $wanted"
}
refused "for a name that is none it is guessed what was meant" 'no plugin "lockbx" (did you mean "lockbox"?)' lockbx
refused "or said where to look" 'no plugin "qqqqqq" (baud plugins lists what there is)' qqqqqq
refused "one name at a time" 'unexpected "lock"; it takes one name' lockbox lock
refused "options are guessed, too" 'unknown option --jsn (did you mean --json?)' --jsn

# ---- files that are no plugins
mkdir plugins
make_library() { # make_library NAME FAULT [SED]: from tests/plugins/broken_library.c
  sed "${3:-}" "$SOURCE/tests/plugins/broken_library.c" >"$1.c"
  ${CC:-cc} -std=c11 -D_GNU_SOURCE -O1 -fPIC -shared -fvisibility=hidden -I"$SOURCE/core" -DFAULT="$2" -DFAULT_ON_LOAD=1 "$1.c" \
    -o "plugins/$1.so" -lm
}
printf 'not a library' >plugins/text.so
: >plugins/nothing.so
ln -s nowhere plugins/dangling.so
make_library crashing crash_on_load && make_library leaving exit_on_load && make_library still none &&
  make_library twin none 's/"test\.still"/"baud.lockbox"/; s/"test\.stiller"/"test.stillest"/'
ok $? "libraries to be refused are made"
cp plugins/still.so plugins/open_to_all.so
chmod o+w plugins/open_to_all.so
export BAUD_PLUGIN_PATH="$scratch/plugins"
"$BAUD" plugins >with.txt 2>with.err
is "the list succeeds among them" "$? $(cat with.err)" "0 "
sed -n '/^not loaded/,$p' with.txt | tr -s ' \n' ' ' >refused.txt
reason() { contains "$1" "$(cat refused.txt)" " $2 $scratch/plugins/$2 $3"; }
reason "a file that is no library" text.so ""
reason "an empty one" nothing.so ""
reason "a link to nowhere" dangling.so "cannot be read: No such file or directory"
reason "a library that crashes when loaded" crashing.so ""
reason "one that ends the program" leaving.so ""
reason "one that others may write to" open_to_all.so "others may write to it (chmod o-w it)"
contains "the same id in two places: the first in the search path counts, the other says who hides it" "$(cat refused.txt)" \
  "baud.lockbox is hidden by the one in $scratch/plugins/twin.so"
is "none of them has no reason" "$("$BAUD" plugins --json >with.json; sqlite3 :memory: "SELECT count(*), sum(length(json_extract(value, '\$.reason')) > 10)
  FROM json_each(CAST(readfile('with.json') AS TEXT)) WHERE json_extract(value, '\$.id') IS NULL")" "7|7"
rm plugins/twin.so # baud.lockbox is itself again
"$BAUD" plugins >with.txt
is "everything else is listed as before" "$(sed '/^not loaded/,$d' with.txt | grep -v "$scratch" | tr -s '\n')" "$(tr -s '\n' <list.txt)"
check "a run goes on among them" "$BAUD" run box.lua --line
contains "the doctor tells of them" "$("$BAUD" doctor)" "not: $scratch/plugins/"

# ---- a learner that falls over when it is set up
sed 's/BAUD_PARAM_CHOICE("deed", 0/BAUD_PARAM_CHOICE("deed", 1/; s/BAUD_PARAM_CHOICE("where", 0/BAUD_PARAM_CHOICE("where", 2/' \
  "$SOURCE/tests/plugins/faulty.c" >falling.c
${CC:-cc} -std=c11 -D_GNU_SOURCE -O1 -fPIC -shared -fvisibility=hidden -I"$SOURCE/core" falling.c -o plugins/falling.so -lm
ASAN_OPTIONS=handle_segv=0 "$BAUD" plugins faulty >falling.txt # a sanitizer would say it in its own words
is "can still be shown" "$? $(grep -c '^learner test.faulty' falling.txt)" "0 1"
contains "and what it did is said" "$(tr -s ' ' <falling.txt)" " on baud.lockbox does not play: crashes: Segmentation fault"
"$BAUD" plugins --json >falling.json
is "the list is none the worse for it" "$? $(json falling.json 'json_array_length(j) > 30')" "0 1"
rm plugins/falling.so

# ---- a stranger with a name of ours
make_library namesake none 's/"test\.still"/"test.dense"/; s/"test\.stiller"/"test.other"/'
ok $? "a library with a reward scheme test.dense is made"
output=$("$BAUD" plugins dense 2>&1)
is "a short name that two have is wrong use, and both ids are named" "$? $output" \
  '2 baud plugins: plugin "dense" is ambiguous: write baud.dense or test.dense'
check "an id is never ambiguous" "$BAUD" plugins baud.dense
check "an experiment that names no reward scheme still has the usual one" "$BAUD" run box.lua --line
is "a relative folder is not looked into" "$(BAUD_PLUGIN_PATH=plugins "$BAUD" plugins)" "$(cat list.txt)"
