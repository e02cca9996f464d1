#!/bin/sh
# frames.sh - whole frames against golden files: views by sizes by glyphs. UPDATE=1 writes them anew: look at them.
. "$(dirname "$0")/lib.sh"
GOLDEN="$(dirname "$0")/golden"

# frame NAME: the screen becomes that of the golden file, and stays.
frame() {
  shot="${TMPDIR:-/tmp}/frame-$$"
  tries=60
  while [ "$tries" -gt 0 ]; do
    screen > "$shot"
    sleep 0.05
    if screen | cmp -s - "$shot"; then # not in the middle of being drawn
      [ "${UPDATE:-0}" = 1 ] && [ "$tries" -lt 30 ] && cp "$shot" "$GOLDEN/$1.txt"
      cmp -s "$GOLDEN/$1.txt" "$shot" && break
    fi
    tries=$((tries - 1))
  done
  if [ "$tries" -gt 0 ]; then ok "the frame $1 is as it was"
  else
    fail "the frame $1 is as it was"
    diff "$GOLDEN/$1.txt" "$shot" | head -20 | sed 's/^/# /'
  fi
  rm -f "$shot"
}

for size in 80x24 120x40 200x50; do
  for glyphs in braille blocks ascii; do
    [ "$size" = 200x50 ] && [ "$glyphs" != braille ] && continue
    start "${size%x*}" "${size#*x}" "'$VIEW' --glyphs $glyphs"
    wait_for '\[1 Runs\]'
    keys e
    wait_for 'seed 0'
    frame "runs-$size-$glyphs"
    keys Down Enter
    wait_for '\[2 Run\]'
    frame "run-$size-$glyphs"
    keys '?'
    wait_for 'THIS VIEW'
    frame "help-$size-$glyphs"
    keys Escape
    wait_gone 'THIS VIEW'
    keys 5
    wait_for '\[5 Log\]'
    frame "log-$size-$glyphs"
    keys 1 Space Space Space c
    wait_for 'c - a'
    frame "compare-$size-$glyphs"
    keys Escape Escape 3
    wait_for '\[3 Graph\]'
    frame "graph-$size-$glyphs"
    keys -l ':episode 7'
    keys Enter
    wait_for 'step 1'
    keys Space , , , , , , . . . .
    wait_for 'step 4'
    frame "env-$size-$glyphs"
    keys 6
    wait_for '3 plugins'
    keys Down
    frame "plugins-$size-$glyphs"
    keys 7
    wait_for 'so far'
    frame "claims-$size-$glyphs"
    keys q
    wait_for 'commands:'
  done
done
rungs="outcome reward: 0.0144 [0.0129, 0.0159] an episode, 0.000262 [0.000235, 0.000288] a token; dense reward: 0.331 [0.256, 0.405] an episode, 0.00602 [0.005, 0.007] a token; ideal observer: 3.49 [3.47, 3.51] an episode, 0.0635 [0.0632, 0.0638] a token"
for shape in 80x24-braille 80x24-ascii 120x40-braille; do
  size=${shape%-*}
  start "${size%x*}" "${size#*x}" "'$VIEW' --glyphs ${shape#*-} --figures '$rungs'"
  wait_for '\[1 Runs\]'
  keys 7
  wait_for 'ideal observer'
  frame "ladder-$shape"
  keys q
  wait_for 'commands:'
done
start 120 40 "'$VIEW' --progress 1"
wait_for 'run is over'
frame done-120x40
finish
