#!/bin/sh
# signals.sh - whatever ends the dashboard, the terminal is as it was and a line says that the run goes on.
. "$(dirname "$0")/lib.sh"

pid_of_view() { pgrep -f "^$VIEW" | while read -r pid; do
  [ "$(ps -o tty= -p "$pid" | tr -d ' ')" = "$(tm display -p -t 0 '#{pane_tty}' | sed 's|/dev/||')" ] && echo "$pid"
done | tail -1; }

for signal in TERM HUP QUIT ABRT SEGV BUS FPE; do
  start 120 40 "'$VIEW' --step 0.01"
  wait_for '\[1 Runs\]'
  kill -s "$signal" "$(pid_of_view)"
  expect "after SIG$signal there is a line that the run goes on" 'the run goes on\|goes on without'
  type_line 'echo still-$((40 + 2))'
  expect "after SIG$signal the prompt works" '^still-42'
  check "after SIG$signal the terminal is as it was" 'tty_is_sane && [ "$(terminal_flags)" = "0 1 0" ]'
done

start 120 40 "'$VIEW'"
wait_for '\[1 Runs\]'
keys C-c
expect "Ctrl-C detaches" 'goes on without this screen'
check "after Ctrl-C the terminal is as it was" 'tty_is_sane && [ "$(terminal_flags)" = "0 1 0" ]'

start 120 40 "'$VIEW' --progress 1"
wait_for '\[1 Runs\]'
keys q
expect "leaving a finished run prints its claims" 'holds .*absorbs at most what it receives'
finish
