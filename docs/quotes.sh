#!/bin/sh
# quotes.sh SOURCE - what docs/plugins.md quotes is what docs/examples holds: every block of C and Lua stands in one of
# the example files, line for line.
set -eu
docs=${1:-$(dirname "$0")/..}/docs
awk -v docs="$docs" '
  function slurp(file,   text, line) {
    while ((getline line < file) > 0) text = text line "\n"
    close(file)
    return text
  }
  BEGIN {
    n = split("environment.c learner.c recurrent.c reward.c doors.lua", name, " ")
    for (i = 1; i <= n; i++) source = source slurp(docs "/examples/" name[i]) "\n\f\n"
  }
  /^```(c|lua)$/ { on = 1; text = ""; at = FNR; next }
  on && /^```$/ {
    on = 0
    blocks++
    if (index(source, text) == 0) { printf "not ok - the block at plugins.md:%d stands in no example\n", at; bad = 1 }
    next
  }
  on { text = text $0 "\n" }
  END {
    if (!blocks) { print "not ok - plugins.md quotes nothing"; exit 1 }
    if (!bad) printf "ok - all %d blocks of plugins.md stand in the examples\n", blocks
    exit bad
  }
' "$docs/plugins.md"
