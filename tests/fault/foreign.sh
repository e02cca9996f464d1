#!/bin/sh
# Files that are damaged, of another kind, or may not be written: whoever meets one says so in one sentence, with an exit
# code that is not 0, and changes nothing.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../e2e/run/lib.sh"
cd "$scratch" || exit 1
experiment g <<'LUA'
local g = baud.graph { name = "g", seeds = 2, env = baud.env "lockbox" { codes = 16 }, stop = { episodes = 300 },
  learner = baud.learner "reinforce" { lr = 1 } }
g:evaluate { name = "test", from = g:train { name = "train" }, stop = { episodes = 50 } }
return g
LUA
"$BAUD" run g.lua --line --out whole >/dev/null 2>&1
is "a run to be damaged" "$? $(of whole 'SELECT group_concat(status, "") FROM trial')" "0 DDDD"

# refused "sentence" CODE TEXT ARGUMENT...: one line on stderr, which holds the text, nothing on stdout, that exit code.
refused() {
  what=$1 code=$2 text=$3
  shift 3
  timeout 20 "$BAUD" "$@" >out.txt 2>err.txt
  is "$what: exit code and no output" "$? $(cat out.txt)" "$code "
  is "$what: one sentence" "$(wc -l <err.txt | tr -d ' ')" 1
  contains "$what: that says what is wrong" "$(cat err.txt)" "$text"
}

# damage NAME: a copy of the run, its store rewritten by what comes on stdin as sh, in whose place "$store" stands.
damage() {
  cp -r whole "$1"
  rm -f "$1"/store.db-*
  store=$1/store.db
  eval "$(cat)"
}

# ---- stores
damage cut <<'SH'
head -c 5000 whole/store.db >"$store"
SH
damage none <<'SH'
: >"$store"
SH
damage text <<'SH'
echo "this is no database, and never was one" >"$store"
SH
damage newer <<'SH'
sqlite3 "$store" 'PRAGMA user_version = 99'
SH
damage strange <<'SH'
rm "$store"; sqlite3 "$store" 'CREATE TABLE t(x); INSERT INTO t VALUES (1)'
SH
while read -r name code text; do
  for command in show report "export --format csv" "resume --line" "attach --line"; do
    # shellcheck disable=SC2086
    refused "a store that is $name, baud $command" "$code" "$text" ${command%% *} $name $(printf '%s' "$command" | sed 's/^[a-z]* *//')
  done
  refused "a store that is $name, baud sql" "$code" "$text" sql $name "SELECT 1"
done <<'LIST'
cut 5 the file is damaged; `sqlite3 FILE .recover` saves what can be read
none 2 this is not a baud store
text 2 this is not a baud store
newer 2 a newer baud wrote it (schema 99, this one knows
strange 2 this is not a baud store
LIST
mkdir -p "$BAUD_RUNS" && cp -r cut whole "$BAUD_RUNS"
"$BAUD" list >list.txt 2>list.err
is "a list of runs has the others, and says which cannot be read" "$? $(grep -c '^whole ' list.txt) $(grep -c '^cut  *unreadable' list.txt) $(wc -l <list.err | tr -d ' ')" "0 1 1 1"

# Bytes changed anywhere in a store: whatever is read of it, nothing crashes and nothing hangs.
size=$(wc -c <whole/store.db)
worst=0
for place in 1 2 3 4 5 6 7 8 9 10 11 12; do
  rm -rf bits
  cp -r whole bits
  rm -f bits/store.db-*
  printf '\377\377\377\377\377\377\377\377' | dd of=bits/store.db bs=1 seek=$((size * place / 13)) conv=notrunc 2>/dev/null
  for command in show report "export --format csv"; do
    # shellcheck disable=SC2086
    timeout 20 "$BAUD" ${command%% *} bits $(printf '%s' "$command" | sed 's/^[a-z]* *//') >/dev/null 2>&1
    status=$?
    [ "$status" -le "$worst" ] || worst=$status
  done
done
[ "$worst" -le 5 ]
ok $? "bytes changed in a store crash nobody" "$worst"

# ---- checkpoints
# spoil NAME: a copy of the run in which the evaluation is still to do, and the checkpoint of its first trial is "$file".
spoil() {
  cp -r whole "$1"
  file=$1/checkpoints/$(of whole "SELECT p.id FROM trial t JOIN trial p ON p.trial = t.origin WHERE t.trial = 2").ckpt
  sqlite3 "$1/store.db" "UPDATE trial SET status = 'S' WHERE trial IN (2, 3)"
}
spoil short && head -c 100 whole/checkpoints/"${file##*/}" >"$file"
spoil flipped && printf '\377\377\377\377' | dd of="$file" bs=1 seek=$(($(wc -c <"$file") - 20)) conv=notrunc 2>/dev/null
spoil strange2 && head -c 300 whole/store.db >"$file"
spoil empty && : >"$file"
spoil other && sed 's/"lr":1/"lr":2/' whole/checkpoints/"${file##*/}" >"$file"
while read -r name text; do
  timeout 60 "$BAUD" resume $name --line >out.txt 2>err.txt
  is "a checkpoint that is $name: its trial fails, the other is done" "$? $(of $name 'SELECT group_concat(status, "") FROM trial')" "1 DDFD"
  contains "  and the reason says why" "$(of $name 'SELECT reason FROM trial WHERE trial = 2')" "$text"
done <<'LIST'
short is damaged (its head)
flipped is damaged (its contents)
strange2 is not a checkpoint
empty is not a checkpoint
other is another learner's: its params is
LIST
rm "$(of short "SELECT substr(reason, instr(reason, '/'), instr(reason, '.ckpt') + 5 - instr(reason, '/')) FROM trial WHERE trial = 2")"
"$BAUD" resume short --failed --line >/dev/null 2>&1
is "without the damaged file it is made again, as the reason says" "$? $(of short 'SELECT group_concat(status, "") FROM trial')" "0 DDDD"
same "to the same end" short whole

# ---- folders
mkdir -p busy
echo something >busy/file
sed 's/episodes = 300/episodes = 301/' g.lua >h.lua
refused "a folder of another run" 2 "it holds a run of another plan; choose another folder" run h.lua --line --out whole
refused "a folder that is no run" 2 "it is not empty and is not a run; choose another folder" run g.lua --line --out busy
refused "a file" 2 "it is not a folder; choose another name" run g.lua --line --out g.lua
refused "a folder that cannot be made" 5 "cannot create the folder" run g.lua --line --out /proc/none
experiment long <<'LUA'
return baud.experiment { name = "long", env = baud.env "lockbox", learner = baud.learner "reinforce" {}, seeds = 1,
  stop = { episodes = 1000000000 } }
LUA
"$BAUD" run long.lua --detach --out long >/dev/null 2>&1
refused "the folder of a run that goes on" 2 "a supervisor is at work on $scratch/long already: baud attach shows it" run long.lua --line --out long
"$BAUD" stop long >/dev/null

# What may not be written. Who may write everything tries it as somebody else.
cp -r whole locked
sqlite3 locked/store.db "UPDATE trial SET status = 'S' WHERE trial = 3"
chmod -R a-w locked
before=$(cksum locked/store.db)
if [ "$(id -u)" = 0 ]; then
  chmod 755 "$scratch"
  mkdir -m 777 nobody
  as() { setpriv --reuid=65534 --regid=65534 --clear-groups env HOME="$scratch/nobody" XDG_RUNTIME_DIR="$scratch/nobody" "$@"; }
else as() { "$@"; }; fi
if as "$BAUD" --version >/dev/null 2>&1; then
  as "$BAUD" show locked >out.txt 2>err.txt
  is "a run that may not be written can be shown" "$? $(cat err.txt)" "0 "
  for command in resume run; do
    case $command in run) set -- run g.lua --out locked --line ;; *) set -- resume locked --line ;; esac
    as "$BAUD" "$@" >out.txt 2>err.txt
    is "  and not gone on with by baud $command" "$? $(wc -l <err.txt | tr -d ' ')" "5 1"
    contains "  which is said" "$(cat err.txt)" "cannot write to $scratch/locked: Permission denied"
  done
  is "  and is as it was" "$(cksum locked/store.db)" "$before"
fi
chmod -R u+w locked
