#!/bin/sh
# keys.sh - keys through a real terminal: moving, filtering, freezing, commands, and what only reading refuses.
. "$(dirname "$0")/lib.sh"

start 120 40 "'$VIEW' --step 0.002"
expect "the dashboard opens on the Runs view" '\[1 Runs\]'
keys j
expect "j moves down" '»  *> reward only'
keys Up
expect "the arrow moves up" '»  *> all channels'
keys /
keys -l 'demo'
keys Enter
expect_gone "a filter leaves what matches only" 'obs only'
keys Escape
expect "Esc shows all rows again" 'obs only'
keys Enter
expect "Enter opens the row" '\[2 Run\]'
keys z
expect_gone "z shows one panel alone" 'signal funnel'
keys Escape
expect "Esc brings all panels back" 'signal funnel'
keys Right
expect "an arrow brings the cursor" 'cursor ep'
keys + +
expect "+ zooms in" ', zoomed'
keys 0
expect "0 fits the whole run" ', whole run'
keys y
expect "y makes the axis logarithmic" 'y:log'
keys Escape Escape
expect "Esc goes back to the Runs view" '\[1 Runs\]'
keys '?'
expect "? opens the help" 'THIS VIEW'
keys q
expect_gone "any key closes the help, q too" 'THIS VIEW'

keys f
expect "f freezes" 'FROZEN'
before=$(screen)
tries=0
while [ "$tries" -lt 25 ]; do # longer than two looks at the board
  tries=$((tries + 1))
  [ "$(screen)" = "$before" ] || break
  sleep 0.1
done
check "a frozen screen does not move" '[ "$(screen)" = "$before" ]'
keys f
expect "f again catches up" 'LIVE'

keys P
expect "P pauses what is selected" 'trials paused'
keys S
expect "S asks first" 'stop all channels?  y yes'
keys n
expect "n changes nothing" 'nothing was changed'
keys q
expect "q detaches and says that the run goes on" 'goes on without this screen'
expect "the commands that were sent are the pauses" 'commands: pause 0;'
check "no stop was sent" '! screen | grep -q "stop "'
check "the terminal is as it was" 'tty_is_sane && [ "$(terminal_flags)" = "0 1 0" ]'

start 120 40 "'$VIEW' --ro"
wait_for '\[1 Runs\]'
keys P
expect "only reading refuses P" 'refused'
keys S
expect "only reading refuses S" 'stop (asks): refused'
keys q
expect "only reading sends nothing" 'commands: *$'

start 120 40 "TERM=xterm-256color '$VIEW'"
wait_for '\[1 Runs\]'
keys -l "$(printf '\033[<0;10;7M')"
expect "a click selects the row under it" '»  *> obs only'
keys q
wait_for 'commands:'

start 80 24 "'$VIEW' --silence 12"
expect "a silent supervisor shows as STALE" 'STALE 12s'
keys q
wait_for 'commands:'
finish
