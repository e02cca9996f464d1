#!/bin/sh
# lint.sh - the rules of the house that a machine can see. From the top of the source tree; INCLUDES finds the headers. Says
# what breaks which rule, and ends with 1 if anything does. Tools that are not there are left out, with a word.
set -u
complaints=$(mktemp) || exit 1
trap 'rm -f "$complaints"' EXIT
complain() { # complain RULE < LINES
  lines=$(cat)
  [ -z "$lines" ] || printf '%s\n%s\n' "-- $1" "$lines" | tee -a "$complaints"
}
tracked() { git ls-files -- "$@" 2>/dev/null || find . -name "${1#\*}" | sed 's|^\./||'; }
code=$(tracked '*.c' '*.h')
scripts=$(tracked '*.sh' bootstrap)
experiments=$(tracked '*.lua')

# ---- Text ----
LC_ALL=C.UTF-8
export LC_ALL
# shellcheck disable=SC2086
{
  grep -nE '^.{151,}' $code $experiments | cut -c 1-120 | complain "a line has 150 columns at most"
  grep -nP '\t' $code $experiments $scripts | complain "indentation is blanks"
  grep -nE ' +$' $code $experiments $scripts | grep -v 'keys / $' | complain "no blanks at the end of a line"
  grep -nE '\b(TODO|FIXME|XXX)\b' $code $experiments $scripts | grep -v '^build-aux/lint.sh:' | complain "what is left to do is no comment"
  grep -nE '\bgoto +' $code | grep -v 'goto done;' | complain "goto goes to done alone"
  for file in $code; do
    head -n 1 "$file" | grep -q '^/\* ' || echo "$file"
    [ -z "$(tail -c 1 "$file")" ] || echo "$file: no newline at its end"
  done | complain "a file begins with what it is, and ends with a newline"
  for file in $(tracked 'core/*.c' 'lua/*.c' 'tui/*.c' 'plugins/*.c'); do
    case $file in core/worker/worker.c) continue ;; esac # a process of its own
    sed 's/"[^"]*"//g; s|/\*.*\*/||' "$file" | grep -nE '(^|[^_a-z])(exit|abort) *\(' | sed "s|^|$file:|"
  done | complain "nothing below cli/ ends the process"
}
for file in $code; do # own header first: a .c that has a .h of its name includes it before all others
  header=$(printf '%s' "$file" | sed -n 's/\.c$/.h/p')
  [ -n "$header" ] && [ -f "$header" ] || continue
  case $file in tests/*) continue ;; esac
  first=$(sed -n 's/^#include [<"]\(.*\)[>"].*/\1/p' "$file" | head -n 1)
  [ "${first##*/}" = "${header##*/}" ] || echo "$file includes $first first"
done | complain "a file includes its own header first"

# ---- Scripts ----
for file in $scripts; do sh -n "$file" 2>&1; done | complain "scripts are POSIX sh"
if command -v shellcheck >/dev/null 2>&1; then
  # shellcheck disable=SC2086
  shellcheck -s sh -S warning -e SC1090,SC1091,SC2154,SC2034 $scripts 2>&1 | complain "shellcheck has no warning"
else echo "(shellcheck is not here)"; fi

# ---- A second compiler ----
strict="-std=c11 -D_GNU_SOURCE -fsyntax-only -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes
  -Wnull-dereference -Wno-unknown-pragmas"
own=$(printf '%s\n' $code | grep '\.c$' | grep -vE '^tests/(plugins|fault|thirdparty|bench/peers)/|^plugins/nn/.*wide') # those have flags of their own
if command -v clang >/dev/null 2>&1; then
  # shellcheck disable=SC2086
  printf '%s\n' $own | xargs -P 2 -n 8 clang $strict ${INCLUDES:-} -Icore -I. -Itests/unit/tui \
    '-DBAUD_VERSION="0"' '-DBAUD_PLUGIN_DIR="/"' '-DBAUD_DATA_DIR="/"' 2>&1 |
    complain "clang has no warning"
else echo "(clang is not here)"; fi

[ -s "$complaints" ] && exit 1
echo "nothing to complain of"
