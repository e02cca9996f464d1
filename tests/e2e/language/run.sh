#!/bin/sh
# The language through the program, case by case: each *.test file here holds cases of program, arguments, expected.
#
#   %% a sentence that is true when the case passes
#   $ arguments after `baud run case.lua --dry`          (may be left out)
#   the program; line 1 is  local baud = require "baud"  and is put in front
#   -- the exit code
#   lines of which each must stand, in this order, somewhere in a line of what was printed
. "$(dirname "$0")/../../lib.sh"

run_case() { # run_case FOLDER: holds name, arguments, case.lua, status, expected
  output=$(cd "$1" && eval "\"$BAUD\" run case.lua --dry $(cat arguments)" 2>&1)
  got=$?
  problem=
  [ "$got" = "$(cat "$1/status")" ] || problem="exit code $got instead of $(cat "$1/status")"
  [ -n "$problem" ] || problem=$(printf '%s\n' "$output" | awk -v wanted="$1/expected" '
    BEGIN { while ((getline line < wanted) > 0) want[n++] = line }
    i < n && index($0, want[i]) { i++ }
    END { if (i < n) print "not there: " want[i] }')
  [ -z "$problem" ]
  ok $? "$(cat "$1/name")" "$problem
$output"
}

for file in "$SOURCE"/tests/e2e/language/*.test; do
  cases="$scratch/$(basename "$file")"
  mkdir -p "$cases"
  awk -v top="$cases" '
    /^%% / { folder = sprintf("%s/%03d", top, ++n); system("mkdir -p " folder); part = "program"
             print substr($0, 4) > (folder "/name"); printf "" > (folder "/arguments")
             print "local baud = require \"baud\"" > (folder "/case.lua"); printf "" > (folder "/expected"); next }
    !n { next }
    part == "program" && /^\$ / { print substr($0, 3) > (folder "/arguments"); next }
    part == "program" && /^-- [0-9]+$/ { print $2 > (folder "/status"); part = "expected"; next }
    part == "program" { print > (folder "/case.lua"); next }
    part == "expected" && NF { print > (folder "/expected") }' "$file"
  for folder in "$cases"/*/; do run_case "${folder%/}"; done
done
