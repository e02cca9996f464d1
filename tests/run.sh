#!/bin/sh
# Runs test programs and scripts that print TAP, JOBS at a time (default 2), shows what failed, and ends with
# "N passed, N failed". Usage: run.sh LOGDIR TEST... ; a test is a file to execute, from the build's top folder.
# A test that dies, times out, or prints fewer results than its plan counts as one failure of its own.
set -u
logs=$1
shift
mkdir -p "$logs"

if [ "${RUN_ONE:-}" = yes ]; then
  name=$(printf '%s' "$1" | sed 's|^\./||; s|^.*/tests/|tests/|; s|[/.]|_|g')
  started=$(date +%s)
  case $1 in
    *.sh) timeout -k 10 "${TEST_TIMEOUT:-600}" sh "$1" >"$logs/$name.tap" 2>"$logs/$name.err" </dev/null ;;
    *) CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 10 "${TEST_TIMEOUT:-600}" "$1" >"$logs/$name.tap" 2>"$logs/$name.err" </dev/null ;;
  esac
  status=$?
  passed=$(grep -c '^ok ' "$logs/$name.tap")
  failed=$(grep '^not ok ' "$logs/$name.tap" | grep -vc '# SKIP') # cmocka marks what it skips so
  skipped=$(grep -c '# SKIP' "$logs/$name.tap")
  planned=$(sed -n 's/^1\.\.\([0-9][0-9]*\).*/\1/p' "$logs/$name.tap" | awk '{n += $1} END {print n + 0}')
  why=
  if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then why="timed out or was killed"
  elif [ "$failed" -eq 0 ] && [ "$status" -ne 0 ]; then why="ended with status $status"
  elif [ $((passed + failed + skipped)) -lt "$planned" ]; then why="ran $((passed + failed)) of $planned"
  elif [ $((passed + failed)) -eq 0 ]; then why="ran no test"
  fi
  [ -z "$why" ] || failed=$((failed + 1))
  printf '%s %s %s %s\n' "$passed" "$failed" "$(($(date +%s) - started))" "$name" >"$logs/$name.result"
  if [ "$failed" -gt 0 ]; then
    printf 'FAIL  %s  %s\n' "$1" "$why"
    { grep -A 12 '^not ok ' "$logs/$name.tap" | grep -v '# SKIP'; tail -n 25 "$logs/$name.err"; } | sed 's/^/      /'
  else
    printf 'pass  %-60s %4s in %s s\n' "$1" "$passed" "$(($(date +%s) - started))"
  fi
  exit 0
fi

rm -f "$logs"/*.result
printf '%s\n' "$@" | RUN_ONE=yes xargs -P "${JOBS:-2}" -I '{}' sh "$0" "$logs" '{}'
cat "$logs"/*.result 2>/dev/null | awk '{p += $1; f += $2} END {printf "%d passed, %d failed\n", p, f; exit (f > 0 || p == 0)}'
