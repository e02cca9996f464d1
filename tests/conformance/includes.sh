#!/bin/sh
# Who may include whom (docs/ARCHITECTURE.md): plugins know the public headers alone, as a third party would; core
# knows nothing but core; the language and the dashboard know core; the program knows all. Read from the #include lines.
. "$(dirname "$0")/../lib.sh"
cd "$SOURCE" || exit 1

# includes FILE: its quoted includes as paths from the top, and <system> ones as they are.
includes() {
  sed -n 's/^ *# *include *\([<"][^>"]*[>"]\).*/\1/p' "$1" | while read -r name; do
    case $name in
      '<'*) printf '%s\n' "$name" ;;
      *)
        name=${name#\"} name=${name%\"}
        for folder in "$(dirname "$1")" core plugins/nn .; do
          [ ! -f "$folder/$name" ] || { printf '%s\n' "$folder/$name" | sed 's|^\./||'; continue 2; }
        done
        case $name in
          *.inc) printf '%s\n' "$name" ;; # made by the build
          *) printf 'nowhere: %s\n' "$name" ;;
        esac
        ;;
    esac
  done
}

# strangers FILE PATTERN: what it includes that matches none of the patterns (case syntax, separated by |).
strangers() {
  includes "$1" | while read -r name; do
    eval "case \$name in $2) ;; *) printf '%s: %s\n' \"\$1\" \"\$name\" ;; esac"
  done
}

# room "sentence" PATTERN FILE...
room() {
  sentence=$1 allowed=$2
  shift 2
  [ $# -gt 0 ] || { ok 1 "$sentence" "no files"; return; }
  found=$(for file in "$@"; do strangers "$file" "$allowed"; done)
  is "$sentence" "$found" ""
}

files() { find "$@" \( -name '*.c' -o -name '*.h' \) -type f ! -name '.*' | LC_ALL=C sort; }

iso='"<assert.h>"|"<ctype.h>"|"<errno.h>"|"<fenv.h>"|"<float.h>"|"<inttypes.h>"|"<limits.h>"|"<math.h>"|"<stdarg.h>"|"<stddef.h>"|"<stdint.h>"|"<stdio.h>"|"<stdlib.h>"|"<string.h>"'

# shellcheck disable=SC2046
{
  room "the public headers include C's, the compiler's vectors and each other's alone" "$iso|\"<immintrin.h>\"|core/baud/*" $(files core/baud)
  room "plugins include the public headers alone, as a third party would" "$iso|core/baud/*|plugins/nn/baud/*" $(files plugins/env plugins/learner plugins/reward)
  room "the network library includes the public headers, itself and the compiler's vectors" "$iso|core/baud/*|plugins/nn/*|\"<immintrin.h>\"" $(files plugins/nn)
  room "core includes core alone" '"<lua"*|"<lauxlib.h>"|"<curses.h>"|"<ncurses"*|"<term.h>") printf "%s: %s\n" "$1" "$name" ;; "<"*|core/*' $(files core)
  room "the language includes core and itself" '"<curses.h>"|"<ncurses"*|"<term.h>") printf "%s: %s\n" "$1" "$name" ;; "<"*|core/*|lua/*' $(files lua)
  room "the dashboard includes core and itself" '"<lua"*|"<lauxlib.h>"|"<sqlite3"*) printf "%s: %s\n" "$1" "$name" ;; "<"*|core/*|tui/*' $(files tui)
  room "the program includes the rooms and itself" '"<"*|core/*|lua/*|tui/*|cli/*' $(files cli)
}

up=$(grep -n '# *include *"\.\.' $(files core plugins lua tui cli) || true)
is "headers are named from their room's top, never by ../" "$up" ""

own=$(for source in $(files core lua tui cli | grep '\.c$'); do
  header=${source%.c}.h
  [ -f "$header" ] || continue
  first=$(includes "$source" | head -n 1)
  [ "$first" = "$header" ] || printf '%s includes %s first\n' "$source" "$first"
done)
is "a file includes its own header first, so that no header leans on another" "$own" ""

# The rules themselves are tried on a plugin that breaks them.
mkdir -p "$scratch/plugins"
printf '#include "registry.h"\n#include <unistd.h>\n#include "baud/plugin.h"\n' >"$scratch/plugins/bad.c"
found=$(strangers "$scratch/plugins/bad.c" "$iso|core/baud/*" | wc -l)
is "a plugin that includes core and the system is found out, twice" "$((found))" 2
