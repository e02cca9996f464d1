#!/bin/sh
# Wrong use of runs: one sentence that says what, where and what to do, the right exit code, and nothing left behind.
# Mistakes in the language have tests/e2e/language, wrong options help.sh.
. "$(dirname "$0")/../lib.sh"
cd "$scratch" || exit 1
mkdir here && cd here || exit 1
printf '%s\n' 'local baud = require "baud"' 'return baud.experiment { name = "good", env = baud.env "lockbox",' \
  '  learner = baud.learner "reinforce" {}, seeds = 1, stop = { episodes = 20 } }' >good.lua
sed 's/episodes = 20/episodes = 1000000000/; s/"good"/"long"/' good.lua >long.lua

# refused CODE "sentence" WANTED ARGUMENT...: this exit code, nothing on stdout, one line on stderr that begins so, and
# neither a run, nor a folder, nor a process.
everything() { find "$scratch" ! -name '*.txt' | sort; }
refused() {
  code=$1 sentence=$2 wanted=$3
  shift 3
  everything >"$scratch/before.txt"
  "$BAUD" "$@" >"$scratch/out.txt" 2>"$scratch/err.txt" </dev/null
  status=$?
  problem=
  [ "$status" -eq "$code" ] || problem="exit code $status instead of $code; "
  [ ! -s "$scratch/out.txt" ] || problem="${problem}something on stdout; "
  [ "$(wc -l <"$scratch/err.txt")" -eq 1 ] || problem="${problem}not one line; "
  case $(cat "$scratch/err.txt") in "baud $1: $wanted"*) ;; *) problem="${problem}another sentence; " ;; esac
  everything >"$scratch/after.txt"
  cmp -s "$scratch/before.txt" "$scratch/after.txt" || problem="${problem}left: $(diff "$scratch/before.txt" "$scratch/after.txt")"
  [ -z "$problem" ]
  ok $? "$sentence" "$problem
wanted: baud $1: $wanted
got:    $(cat "$scratch/err.txt" "$scratch/out.txt")"
}

# ---- no runs
for name in show report attach watch resume stop "export --format csv" "sql last 1"; do
  # shellcheck disable=SC2086
  refused 2 "baud ${name%% *} without any run says how to make one" "there are no runs in $BAUD_RUNS yet (baud run one_bit makes one)" $name
done
for name in show report attach watch resume stop "export --format csv" sql; do
  # shellcheck disable=SC2086
  refused 2 "baud ${name%% *} of a run that there is not" "no run \"nosuch\" in $BAUD_RUNS (baud list shows what there is)" $name nosuch
  # shellcheck disable=SC2086
  refused 2 "baud ${name%% *} of a folder that holds none" "./.. is not a run's folder" $name ./..
  # shellcheck disable=SC2086
  refused 2 "baud ${name%% *} of a name that is empty" "the run's name is empty" $name ""
done

# ---- scripts
refused 2 "no experiment" "which experiment? A name, like one_bit, or a path that ends in .lua" run
refused 2 "two experiments" 'one experiment at a time: "long.lua" is too many' run good.lua long.lua
refused 2 "a name that does not ship: it is guessed what was meant" 'there is no experiment "one_bitt" (did you mean "one_bit"?)' run one_bitt
refused 2 "or said what there is" 'there is no experiment "xxxxxxxx"; what ships: ' run xxxxxxxx
refused 2 "a script that is not there" "cannot read nosuch.lua: No such file or directory" run nosuch.lua
mkdir folder.lua
refused 2 "a folder" "cannot read folder.lua: Is a directory" run folder.lua
cp good.lua unreadable.lua
chmod 000 unreadable.lua
if [ "$(id -u)" -eq 0 ]; then ok 0 "a script that may not be read # SKIP root may read everything"
else refused 2 "a script that may not be read" "cannot read unreadable.lua: Permission denied" run unreadable.lua; fi
: >empty.lua
refused 2 "an empty script" "empty.lua: a script returns baud.experiment{ ... } or a graph; this one returned nil" run empty.lua
printf 'local baud = require "baud"\nreturn baud.experiment {\n  name = = "x" }\n' >syntax.lua
refused 2 "a slip of syntax is shown with its line" "syntax.lua:3: unexpected symbol near '='" run syntax.lua
sed 's/"reinforce"/"reinforc"/' good.lua >slip.lua
refused 2 "a plugin's name that is none, with its line" 'slip.lua:3: no learner "reinforc" (did you mean "reinforce"?)' run slip.lua
sed 's/{}, seeds/{ lr = "much" }, seeds/' good.lua >slip.lua
refused 2 "a parameter that is none" 'slip.lua:3: learner "reinforce": parameter "lr" is "much"; it takes a number from 0 to ' run slip.lua
head -c 300 /dev/zero >zeros.lua
refused 2 "a file that is no script" "zeros.lua:1: " run zeros.lua

# ---- settings
refused 2 "--set without a value" "--set learner.lr: it takes KEY=VALUE, as in learner.lr=0.3" run good.lua --set learner.lr
refused 2 "--set of a parameter that is none" '--set learner.lrr=3: no learner of this script has a parameter "lrr" (did you mean "lr"?)' \
  run good.lua --set learner.lrr=3
refused 2 "--set of nothing that there is" '--set lr=3: nothing is called "lr"; there are env.PARAMETER, ' run good.lua --set lr=3
refused 2 "--set of a value that cannot be" '--set env.codes=1: environment "lockbox": parameter "codes" is 1; it takes a whole number from 2 to 65536' \
  run good.lua --set env.codes=1
refused 2 "also when it only would be shown" '--set env.codes=x: environment "lockbox": parameter "codes" is "x"' run good.lua --dry --set env.codes=x
refused 2 "no seeds" "--seeds 0: it must be a whole number from 1 to 1000000" run good.lua --seeds 0
refused 2 "a number that is none" "--episodes 1e3: it must be a whole number from 1 to " run good.lua --episodes 1e3

# ---- where to
mkdir full && touch full/something
refused 2 "a folder with other things in it" "--out full: it is not empty and is not a run; choose another folder" run good.lua --out full
refused 2 "a file" "--out good.lua: it is not a folder; choose another name" run good.lua --out good.lua
refused 2 "nothing" "--out: it needs a folder" run good.lua --out ""
refused 5 "below a file" "cannot create the folder good.lua/run: Not a directory" run good.lua --out good.lua/run
refused 2 "a path that no file can have" "--out: the path is too long (at most 399 characters)" run good.lua --out "$(printf '%0500d' 0)"
touch notafolder
BAUD_RUNS=$PWD/notafolder refused 5 "runs in what is no folder" "cannot create the folder $PWD/notafolder/good-" run good.lua
BAUD_RUNS=$PWD/notafolder refused 5 "a list of them" "cannot read the folder $PWD/notafolder: Not a directory" list
"$BAUD" run good.lua --out mine --line >/dev/null 2>&1
is "a run is made" "$?" 0
refused 2 "a folder with the run of another plan" "--out mine: it holds a run of another plan; choose another folder" run long.lua --out mine
refused 2 "the same script with other settings is another plan" "--out mine: it holds a run of another plan; choose another folder" \
  run good.lua --seeds 2 --out mine
rm -rf mine/checkpoints && printf junk >mine/store.db && rm -f mine/store.db-wal mine/store.db-shm
for name in show report attach watch resume "export --format csv" "sql"; do
  # shellcheck disable=SC2086
  refused 2 "baud ${name%% *} of a store that is none" "$PWD/mine/store.db: this is not a baud store" $name mine
done

# ---- two at one folder
"$BAUD" run long.lua --detach --out busy >started.txt 2>&1
is "a run is started" "$?" 0
busy="a supervisor is at work on $PWD/busy already: baud attach shows it"
# The store grows meanwhile, but no file comes or goes once the trial runs.
episodes() { [ "$(sqlite3 -readonly -cmd '.timeout 2000' busy/store.db 'SELECT max(episodes) FROM trial')" -gt 0 ]; }
wait_for 10 episodes
ok $? "and its trial goes on"
refused 2 "the same run a second time" "$busy" run long.lua --out busy
refused 2 "a run that goes on is not resumed" "$busy" resume busy
refused 2 "a trial that it does not have is not stopped" "there is no trial 7; the last is 0" stop busy --trial 7
check "the one that is at work can be stopped" "$BAUD" stop busy
refused 2 "one that is stopped cannot be stopped" "$PWD/busy is not running" stop busy
# Two at the very same moment: one of them has it.
for i in 1 2 3 4; do
  "$BAUD" resume busy --detach >"race$i.txt" 2>&1 &
done
wait
is "of four that resume it at once, one does" "$(grep -lx "$PWD/busy" race?.txt | wc -l | tr -d ' ')" 1
is "and the others say who has it" "$(grep -c "$busy" race?.txt | grep -c ':1$')" 3
is "there is one supervisor" "$(grep -lz "^$PWD/busy\$" /proc/[0-9]*/cmdline 2>/dev/null | while read -r file; do
  tr '\0' '\n' <"$file" 2>/dev/null | sed -n 2p; done)" supervise
check "which can be stopped" "$BAUD" stop busy
is "nothing is left in the runtime folder" "$(ls "$XDG_RUNTIME_DIR/baud")" ""
at_exit() { "$BAUD" stop "$scratch/here/busy" >/dev/null 2>&1; }
