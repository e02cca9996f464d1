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
keys / f r e e z e Enter
expect_gone "/ in the help leaves the keys that have it" 'this help (also F1)'
expect "and shows what is looked for" 'view  /freeze'
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
expect "S asks first" 'stop all channels, 7 trials?  y yes'
keys n
expect "n changes nothing" 'nothing was changed'
keys Down e Down Down Down Down E
expect "E goes on by one episode, when paused" 'seed 3: stepped'
keys Down Down Down Down C
expect "C opens the prompt with a live parameter" ':change lr='
keys -l '0.3'
keys Enter
expect "and says what was changed" 'learner.lr -> 0.3'
keys M
expect "M has every episode scored" 'score -> 1'
keys : Up Enter
expect "the command line remembers" 'learner.lr -> 0.3'
keys -l ':paus'
keys Tab
expect "and completes" ':pause'
keys Escape
keys q
expect "q detaches and says that the run goes on" 'goes on without this screen'
wait_for 'commands:'
check "the commands that were sent are those asked for" \
  'screen | tr -d "\n" | grep -q "commands: pause 0;.*step 19 1;change 43 learner.lr 0.3;change 43 score 1;change 43 learner.lr 0.3;"'
check "no stop was sent" '! screen | grep -q "stop "'
check "the terminal is as it was" 'tty_is_sane && [ "$(terminal_flags)" = "0 1 0" ]'

start 120 40 "'$VIEW'"
wait_for '\[1 Runs\]'
keys Space Space c
expect "what is marked is compared" '\[8 Compare\]'
expect "each under its letter" 'a all channels   b reward only'
expect "with how they differ" 'b - a'
keys x
expect "x changes the axis" 'step, bin'
keys Escape Escape
wait_for '\[1 Runs\]'
keys / 
keys -l 'obs|random'
expect "a filter takes effect while it is typed" 'obs only'
expect_gone "and hides what does not match" 'demo only .*R8'
keys Escape
expect "Esc takes it back" 'demo only'
keys /
keys -l 'a(b'
keys Enter
expect "what is no regex is refused" 'the filter is as it was'
keys n
expect "n without a search says so" 'nothing is searched for'
keys /
keys -l 'seed 3'
keys Enter g n
expect "n opens what holds the next match, and goes there" '» .*seed 3'
check "which is the first one" 'screen | grep -B1 "^» .*seed 3" | grep -q "all channels"'
keys n
expect "and then to the one behind it" '»  *P  *seed 3'
keys N N
expect "N goes back until there is none" 'no earlier match'
keys Escape 3
wait_for '\[3 Graph\]'
keys /
keys -l 'demo'
keys Enter g n
expect "the graph is searched: a star beside each match" '^ \* .*demo only'
expect "and how many there are" '/demo 1/2'
check "the cursor is on one" 'screen | grep -q "^»\* .*obs + demo"'
keys z
expect_gone "z shows the tree alone" 'critical path'
keys 3
expect "the digit again brings the others back" 'critical path'
keys End
expect "End goes to the last of the graph" '^» .*random'
keys Escape 5
wait_for '\[5 Log\]'
keys /
keys -l nan
keys Enter g w
expect "w shows all of the line under the cursor" '── w: the line'
keys w n
expect "the log is searched, letters of either case alike" '/nan [01]/1'
keys 1
keys -l ':save frame.txt'
keys Enter
expect ":save writes the frame" 'this frame is in frame.txt'
keys q
wait_for 'commands:'
type_line 'head -c 6 frame.txt; rm frame.txt'
expect "as text" '^ baud *ready'

start 120 40 "FAKE_LIFE=1 '$VIEW'"
wait_for '\[1 Runs\]'
keys -l ':episode 7'
keys Enter
expect "a lane that is a trial itself is opened: how far it has come" 'inner  *episode 3 of 10'
expect "and its ledger" 'received  *0.00  *6.50'
keys Space , , , , , , . . . . .
expect "with what of it is in the weights" 'memory wiped  *0\.[67]'
keys q
wait_for 'commands:'

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
