#!/bin/sh
# resize.sh - a storm of sizes in every view, mode and prompt: alive, and the frame that a fresh start would show.
. "$(dirname "$0")/lib.sh"

storm() {
  for size in 80x24 60x16 20x5 1x1 200x50 19x3 120x40 33x9 120x40; do
    tm resize-window -x "${size%x*}" -y "${size#*x}"
  done
}

start 120 40 "'$VIEW'"
wait_for '\[1 Runs\]'
keys Enter
wait_for '\[2 Run\]'
wait_for '20k'
fresh=$(screen)
for prelude in '' '?' ':' ; do
  [ -n "$prelude" ] && keys "$prelude"
  storm
  [ -n "$prelude" ] && { wait_for "now ep\|_ " ; keys Escape; }
  wait_for 'q detach'
  tries=0
  while [ "$(screen)" != "$fresh" ] && [ "$tries" -lt 60 ]; do tries=$((tries + 1)); sleep 0.05; done
  check "after a storm of sizes with '$prelude' the frame is that of a fresh start" '[ "$(screen)" = "$fresh" ]'
done

wait_alternate() {
  tries=200
  while [ "$tries" -gt 0 ] && [ "$(tm display -p -t 0 '#{alternate_on}')" != 1 ]; do tries=$((tries - 1)); sleep 0.05; done
}

for size in 1x1 2x2 20x4 40x8 60x16 79x23 100x30 160x45 210x60; do
  start 80 24 "clear; read size; '$VIEW'"
  wait_gone 'clear'
  tm resize-window -x "${size%x*}" -y "${size#*x}"
  keys Enter
  wait_alternate
  tm resize-window -x 80 -y 24
  expect "started at $size it lives and grows" '\[1 Runs\]'
done
keys q
wait_for 'commands:'

start 80 24 "'$VIEW'"
wait_for '\[1 Runs\]'
keys C-z
expect "Ctrl-Z gives the terminal back" 'Stopped'
check "while stopped the terminal is as it was" 'tty_is_sane'
tm resize-window -x 100 -y 30
type_line fg
expect "fg shows a whole frame of the new size" '\[1 Runs\]'
expect "with its footer" 'q detach'
keys q
expect "and q detaches" 'commands:'
finish
