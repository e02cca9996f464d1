#!/bin/sh
# live.sh - the dashboard on a real store and board: what moves, two viewers at once, a supervisor that dies, a run
# that ends. MAKE_RUN names the program built from make_run.c, ATTACH the command that shows a run's folder.
. "$(dirname "$0")/lib.sh"
MAKE_RUN=${MAKE_RUN:-${BUILD:-$PWD}/tests/terminal/make_run}
ATTACH=${ATTACH:-${BUILD:-$PWD}/baud attach}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/baud-test.XXXXXX")
export XDG_RUNTIME_DIR="$scratch/runtime"
mkdir -m 700 "$XDG_RUNTIME_DIR"
SUPERVISOR=
trap 'stop; [ -n "$SUPERVISOR" ] && kill "$SUPERVISOR" 2>/dev/null; rm -rf "$scratch"' EXIT

await_file() { tries=200; while [ "$tries" -gt 0 ] && ! grep -q "$2" "$1" 2>/dev/null; do tries=$((tries - 1)); sleep 0.05; done; }
episode() { screen | sed -n 's/.*ep \([0-9,]*\)\/.*/\1/p' | tr -d ,; }

"$MAKE_RUN" "$scratch/live" --seeds 4 --episodes 4000 --live 60 > "$scratch/out" &
SUPERVISOR=$!
await_file "$scratch/out" ready
start 120 40 "$ATTACH '$scratch/live'"
expect "a live run shows as LIVE" 'LIVE'
expect "it shows all configurations" 'lockbox codes=2048'
keys a
wait_for 'seed 0'
keys Down Enter
wait_for '\[2 Run\]'
before=$(episode)
tries=200
while [ "$tries" -gt 0 ] && ! [ "$(episode)" -gt "$before" ]; do tries=$((tries - 1)); sleep 0.05; done
check "its episodes go on" '[ "$(episode)" -gt "$before" ]'
keys f
wait_for FROZEN
keys f
tm split-window -d "$ATTACH '$scratch/live' --ro"
check "a second viewer may look on" '[ "$(tm list-panes | wc -l)" = 2 ]'
expect "and disturbs the first one not" 'LIVE'
tm kill-pane -t 1
kill -9 "$SUPERVISOR"
wait "$SUPERVISOR" 2>/dev/null
SUPERVISOR=
expect "a supervisor that died shows as LOST" 'LOST'
keys q
expect "leaving then says how to go on" 'baud resume live'

"$MAKE_RUN" "$scratch/done" --seeds 4 > "$scratch/out"
start 120 40 "$ATTACH '$scratch/done'"
expect "a run that is over is shown from its store" 'DONE'
expect "with the verdicts of its claims" 'claims: 2 hold'
expect "and its funnel over the whole run" 'whole run'
keys q
expect "leaving it prints the claims" 'holds .*learns at all'
finish
