#!/bin/sh
# colours.sh - terminals of all kinds: no colour where none is wanted, ASCII where there is no UTF-8, a sentence where
# nothing can be shown.
. "$(dirname "$0")/lib.sh"

# colours: whether the screen holds any colour attribute
has_colours() { tm capture-pane -p -e -t 0 | grep -q "$(printf '\033')\[[0-9;]*\(3[0-7]\|38\|9[0-7]\)[;0-9]*m"; }

start 120 40 "'$VIEW'"
wait_for '\[1 Runs\]'
check "there are colours by default" has_colours
keys q; wait_for 'commands:'

# of_256 N: whether colour N of 256 is on the screen
of_256() { tm capture-pane -p -e -t 0 | grep -q "38;5;$1m"; }
start 120 40 "TERM=xterm-256color '$VIEW'"
wait_for '\[1 Runs\]'
check "keys are orange on a dark background" 'of_256 215 && ! of_256 130'
keys q; wait_for 'commands:'
start 120 40 "TERM=xterm-256color '$VIEW' --palette light"
wait_for '\[1 Runs\]'
check "and brown on a light one, where orange could not be read" 'of_256 130 && ! of_256 215'
check "what runs is a dark green there, titles are blue" 'of_256 28 && of_256 25 && ! of_256 78 && ! of_256 110'
keys q; wait_for 'commands:'

start 120 40 "NO_COLOR=1 '$VIEW'"
wait_for '\[1 Runs\]'
check "NO_COLOR shows no colour at all" '! has_colours'
keys Enter; wait_for '\[2 Run\]'
check "nor in the Run view" '! has_colours'
keys q; wait_for 'commands:'

LOCALE=C start 120 40 "'$VIEW'"
wait_for '\[1 Runs\]'
check "the C locale shows ASCII only" '! screen | LC_ALL=C grep -q "[^ -~]"'
keys Enter; wait_for '\[2 Run\]'
check "in the Run view too" '! screen | LC_ALL=C grep -q "[^ -~]"'
keys q; wait_for 'commands:'

for term in vt100 linux xterm xterm-256color tmux-256color screen; do
  infocmp "$term" > /dev/null 2>&1 || continue
  start 80 24 "TERM=$term '$VIEW'"
  expect "TERM=$term shows a frame" '\[1 Runs\]'
  keys q
  expect "TERM=$term ends well" 'commands:'
done
for term in dumb '' no-such-terminal; do
  start 80 24 "TERM=$term '$VIEW'"
  expect "TERM='$term' is refused in a sentence" 'cannot be shown'
  check "TERM='$term' leaves the terminal alone" tty_is_sane
done

start 80 24 "'$VIEW' --label \"\$(printf 'evil\\033]0;x\\007\\033[2J\\tname\\377')\""
expect "escape codes in a name are shown, not obeyed" 'evil?\]0;x'
keys q; wait_for 'commands:'
finish
