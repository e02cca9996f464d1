#!/bin/sh
# The documentation holds what it says: what plugins.md quotes stands in the examples, the examples build out of tree
# with nothing but the headers, pass baud check and run; every subcommand has its help, and the manual page and the
# completion that are made of it have every subcommand.
. "$(dirname "$0")/../tests/lib.sh"
docs=$SOURCE/docs

# quotes_stand_in_the_examples PAGE N: every block of C and Lua in the page is in one of the example files, line for line,
# and there are at least N.
quotes_stand_in_the_examples() {
  awk -v docs="$docs" -v page="$1" -v least="$2" '
    function slurp(file,   text, line) {
      while ((getline line < file) > 0) text = text line "\n"
      close(file)
      return text
    }
    BEGIN {
      n = split("environment.c learner.c network.c recurrent.c reward.c doors.lua environment.lua learner.lua reward.lua stairs.lua", name, " ")
      for (i = 1; i <= n; i++) source = source slurp(docs "/examples/" name[i]) "\n\f\n"
    }
    /^```(c|lua)$/ { on = 1; text = ""; at = FNR; next }
    on && /^```$/ {
      on = 0
      blocks++
      if (index(source, text) == 0) { printf "the block at %s:%d\n", page, at; bad = 1 }
      next
    }
    on { text = text $0 "\n" }
    END { exit bad || blocks < least }
  ' "$docs/$1"
}
check "what plugins.md quotes stands in the examples" quotes_stand_in_the_examples plugins.md 10
check "what nn.md quotes stands in the examples" quotes_stand_in_the_examples nn.md 6

# README's and the guide's files are there.
links_lead_somewhere() {
  bad=0
  for page in README.md docs/nn.md docs/plugins.md docs/signal.md docs/experiments.md $(cd "$SOURCE" && echo docs/systems/*.md); do
    for target in $(grep -o ']([^)#:]*)' "$SOURCE/$page" | tr -d '])('); do
      [ -e "$SOURCE/$(dirname "$page")/$target" ] || { echo "$page: $target"; bad=1; }
    done
  done
  return "$bad"
}
check "links in the documentation lead somewhere" links_lead_somewhere

# ---- The examples, as someone else would build them --------------------------------------------------------------------

for file in "$docs"/examples/*; do [ -f "$file" ] && cp "$file" "$scratch"; done
mkdir -p "$scratch/tree/plugins/nn" # as if built where the source lies
ln -s "$SOURCE/core" "$scratch/tree/core"
ln -s "$SOURCE/plugins/nn/baud" "$BUILD/plugins/nn/libbaudnn.a" "$scratch/tree/plugins/nn"
check "the examples build with nothing but the headers and the network library" \
  make -C "$scratch" install CC="${CC:-cc}" BAUD_TREE="$scratch/tree" CFLAGS="-O2 -Wpedantic -Wshadow -Wconversion -Werror"
for unit in doors tally echo actor judge stairs habit praise; do
  check "baud finds $unit in the user's folder" "$BAUD" plugins "$unit"
  check "baud check has nothing against $unit" "$BAUD" check "$unit"
done
check "doors.lua runs and all its claims hold" "$BAUD" run "$scratch/doors.lua" --line

# The table that the guide shows is what they give (in the floating point of one architecture).
if [ "$(uname -m)" = x86_64 ]; then
  sed -n '/^`baud report` then shows/,/^Read it/p' "$docs/plugins.md" | sed '1,/^```text/d; /^```/,$d' >"$scratch/shown"
  "$BAUD" report | sed '/^$/,$d' >"$scratch/given"
  is "the guide's table is what baud report prints of them" "$(cat "$scratch/shown")" "$(cat "$scratch/given")"
fi

check "stairs.lua runs and all its claims hold" "$BAUD" run "$scratch/stairs.lua" --line

# The guide's lines for a compiler, as they stand, against the headers here.
line_of() { sed -n "s|\$(pkg-config --cflags baud)|-I$SOURCE/core|; /^$1 .* -shared/p" "$docs/plugins.md" | sed "s/^$1/$2/"; }
cp "$SOURCE/tests/thirdparty/exp3s.c" "$scratch/mine.cc"
check "its line for C builds a plugin" sh -c "cd '$scratch' && $(line_of gcc "${CC:-cc}")"
if command -v "${CXX:-c++}" >/dev/null 2>&1; then
  check "its line for C++ builds one" sh -c "cd '$scratch' && $(line_of g++ "${CXX:-c++}")"
  check "and that one keeps the contract" "$BAUD" check "$scratch/mine.so"
fi

# README's own script.
sed -n '/^-- mine.lua/,/^}/p' "$SOURCE/README.md" >"$scratch/mine.lua"
check "README's experiment runs and its claim holds" "$BAUD" run "$scratch/mine.lua" --line

# ---- Help, manual, completion -------------------------------------------------------------------------------------------

subcommands=$("$BAUD" --help | awk '/^usage:/ { on = 1; next } on && /^  [a-z]/ { print $1; seen = 1; next } seen { exit }')
helps_itself() { "$BAUD" "$1" --help | head -n 1 | grep -q "^usage: baud $1"; }
sh "$docs/man.sh" "$BAUD" >"$scratch/baud.1" 2>"$scratch/man.err"
is "the manual page is made without complaint" "$(cat "$scratch/man.err")" ""
for subcommand in $subcommands; do
  check "baud $subcommand --help is help" helps_itself "$subcommand"
  contains "the manual page has baud $subcommand" "$(cat "$scratch/baud.1")" ".SS \"baud $subcommand"
done
if command -v groff >/dev/null 2>&1; then
  is "groff has nothing against the manual page" "$(groff -man -Tutf8 -ww -Kutf8 "$scratch/baud.1" 2>&1 >/dev/null)" ""
fi

if command -v bash >/dev/null 2>&1; then
  complete() {
    bash -c '. "$0"; COMP_WORDS=("${@:2}"); COMP_CWORD=$(($# - 2)); _baud "$1" "${COMP_WORDS[COMP_CWORD]}" ""; echo "${COMPREPLY[*]}"' \
      "$docs/baud.bash-completion" "$BAUD" "$@"
  }
  is "bash completes a subcommand" "$(complete baud plug)" "plugins"
  is "bash completes an option" "$(complete baud run --episo)" "--episodes"
  is "bash completes a plugin's name" "$(complete baud plugins lockb)" "lockbox"
  contains "bash completes a run's name" "$(complete baud report doors)" "doors-"
fi
