#!/bin/sh
# scenarios.sh - what people do, from beginning to end: moving, sorting, zooming and coming back, clicking, leaving and
# returning; and text that nobody should write.
. "$(dirname "$0")/lib.sh"

settle() { # until the screen stands still
  before=
  tries=40
  while [ "$tries" -gt 0 ] && [ "$(screen)" != "$before" ]; do before=$(screen); tries=$((tries - 1)); sleep 0.15; done
}
selected() { screen | sed -n 's/^»..\(..*\)/\1/p' | cut -c 1-24 | sed 's/ *$//'; }

# ---- moving
start 120 40 "'$VIEW'"
wait_for '\[1 Runs\]'
keys a
wait_for 'seed 7'
keys NPage
settle
check "PgDn moves on" '[ "$(selected)" != "> all channels" ]'
check "and the heading stays" 'screen | sed -n 3p | grep -q "CONFIG / TRIAL"'
keys G
expect "G goes to the end" '» *[RQ] *seed 7'
keys g
expect "g goes to the top" '» *v all channels'
keys C-d C-u
expect "Ctrl-D and Ctrl-U go half a page there and back" '» *v all channels'
keys j j k
expect "j and k move" '» *R *seed 0'
keys Down Up Up
expect "arrows too" '» *v all channels'

# ---- sorting
keys a
wait_gone 'seed 7'
keys '>' '>' '>' '>' '>' '>'
expect "the heading says what is sorted by" 'ABSB v'
first=$(screen | sed -n 5p | cut -c 6-18)
check "the selection stays on its row" 'screen | grep -q "^» *> all channels"'
keys r
expect "r reverses" 'ABSB ^'
settle
check "another row is first then" '[ "$(screen | sed -n 5p | cut -c 6-18)" != "$first" ]'
check "the selection stays on its row" 'screen | grep -q "^» *> all channels"'
keys /
keys -l '!only'
keys Enter
expect_gone "! before a filter inverts it" 'reward only  *R7'
check "what does not match is shown" 'screen | grep -q "obs + demo"'
keys Escape

# ---- plots
keys g Enter
wait_for '\[2 Run\]'
settle
whole=$(screen)
keys z
wait_gone 'signal funnel'
keys Escape
settle
check "z and Esc lead back to the very same frame" '[ "$(screen)" = "$whole" ]'
keys 2
wait_gone 'signal funnel'
keys 2
settle
check "so does the view's digit, twice" '[ "$(screen)" = "$whole" ]'
keys + +
expect "two steps of zoom are a quarter" ', zoomed'
settle
zoomed=$(screen | sed -n 20p)
keys 5 2
settle
check "the zoom is kept across views" '[ "$(screen | sed -n 20p)" = "$zoomed" ]'
keys Left Left
expect "the cursor reads values" 'cursor ep'
at=$(screen | sed -n 's/.*cursor ep \([0-9,]*\).*/\1/p')
keys Left
settle
check "and moves" '[ "$(screen | sed -n "s/.*cursor ep \([0-9,]*\).*/\1/p")" != "$at" ]'
keys 0 Escape
settle
check "0 and Esc lead back to the whole run" '[ "$(screen)" = "$whole" ]'
keys b
expect "b shows the interquartile mean" 'IQM, 95%'
keys i
expect "i shows each seed" 'seeds: each'
keys i
expect "and back" 'IQM, 95%'
keys q
wait_for 'commands:'

# ---- the mouse, as terminals with SGR and with X10 coordinates send it
start 120 40 "TERM=xterm-256color '$VIEW'"
wait_for '\[1 Runs\]'
keys -l "$(printf '\033[<0;70;3M\033[<0;70;3m')"
expect "a click on a heading sorts by it" 'RECV v'
keys -l "$(printf '\033[<0;30;2M\033[<0;30;2m')"
expect "a click on a tab shows its view" '\[4 Env\]\|\[3 Graph\]'
keys 2
wait_for '\[2 Run\]'
settle
keys -l "$(printf '\033[<64;90;10M')"
expect "the wheel on a plot zooms" ', zoomed'
keys q
wait_for 'commands:'
start 120 40 "TERM=tmux-256color '$VIEW'"
wait_for '\[1 Runs\]'
keys -H 1b 5b 4d 20 2a 27
expect "a click in old coordinates selects the row under it" '» *> obs only'
keys q
wait_for 'commands:'
start 120 40 "'$VIEW' --no-mouse"
wait_for '\[1 Runs\]'
check "--no-mouse leaves the mouse to the terminal" '[ "$(tm display -p -t 0 "#{mouse_any_flag}")" = 0 ]'
keys q
wait_for 'commands:'

# ---- habits
habits=$(mktemp -d "${TMPDIR:-/tmp}/baud-test.XXXXXX")
start 120 40 "'$VIEW' --state '$habits'"
wait_for '\[1 Runs\]'
keys '>' '>' e
wait_for 'ETA v\|% v'
keys -l ':filter channels'
keys Enter
wait_for 'filter: channels'
keys q
wait_for 'commands:'
start 120 40 "'$VIEW' --state '$habits/.'"
expect "sorting, filter and folds are as they were left" 'filter: channels   sort: ETA v'
expect "with the rows that were open" 'seed 7'
keys : Up
expect "and what was typed is remembered" ':filter channels'
keys Escape q
wait_for 'commands:'

# ---- hostile
{
  printf 'evil\033[31m\007\ttab \346\274\242\345\255\227 \377\376 \342\200\256turned '
  awk 'BEGIN { for (i = 0; i < 10000; i++) printf "y" }'
} >"$habits/hostile"
start 100 30 "'$VIEW' --event \"\$(cat '$habits/hostile')\""
wait_for '\[1 Runs\]'
keys 5
expect "a hostile line of the log is shown harmless" 'evil?\[31m?'
check "with its wide characters" 'screen | grep -q "漢字"'
settle
check "it does not turn what follows around" '! tm capture-pane -p -t 0 | grep -q "$(printf "\342\200\256")"'
check "and takes one line" '[ "$(screen | grep -c "evil")" = 1 ]'
rm -r "$habits"
keys q
wait_for 'commands:'

# ---- without colour
start 120 40 "NO_COLOR=1 '$VIEW'"
wait_for '\[1 Runs\]'
keys Space Space c
wait_for 'b - a'
settle
check "two lines are told apart by their letters" 'screen | grep -q "[^ ]a *││\|a *│$" && screen | grep -q "b *││\|b *│$"'
check "and there is no colour" '! tm capture-pane -p -e -t 0 | grep -q "$(printf "\033")\[[0-9;]*\(3[0-7]\|38\|9[0-7]\)[;0-9]*m"'
keys q
wait_for 'commands:'
for term in xterm-16color 'xterm COLORTERM=truecolor'; do
  infocmp "${term%% *}" >/dev/null 2>&1 || continue
  start 120 40 "TERM=$term '$VIEW'"
  expect "TERM=$term shows a frame" '\[1 Runs\]'
  check "in colour" 'tm capture-pane -p -e -t 0 | grep -q "$(printf "\033")\[[0-9;]*m"'
  keys q
  expect "and ends well" 'commands:'
done
start 80 24 "'$VIEW' --palette mono"
wait_for '\[1 Runs\]'
check "the palette mono has no colour either" '! tm capture-pane -p -e -t 0 | grep -q "$(printf "\033")\[[0-9;]*\(3[0-7]\|38\|9[0-7]\)[;0-9]*m"'
keys -l ':palette safe'
keys Enter
tries=50
while [ "$tries" -gt 0 ] && ! tm capture-pane -p -e -t 0 | grep -q "$(printf '\033')\[[0-9;]*38"; do tries=$((tries - 1)); sleep 0.1; done
check "and :palette changes that at once" '[ "$tries" -gt 0 ]'
keys q
wait_for 'commands:'

# ---- leaving by force
start 120 40 "'$VIEW'"
wait_for '\[1 Runs\]'
keys C-z
wait_for 'Stopped'
type_line fg
wait_for '\[1 Runs\]'
check "after Ctrl-Z and fg the mouse is heard again" '[ "$(tm display -p -t 0 "#{mouse_any_flag}")" = 1 ]'
pid=$(pgrep -f "^$VIEW" | tail -1)
tm kill-session
tries=100
while [ "$tries" -gt 0 ] && kill -0 "$pid" 2>/dev/null; do tries=$((tries - 1)); sleep 0.1; done
check "when its terminal is gone the dashboard ends" '[ "$tries" -gt 0 ]'
SOCKET=
finish
