#!/bin/sh
# frames.sh README - draws README's captures anew: between "<!-- frame NAME: ... -->" and the end of the block behind it comes
# what the program shows in a terminal (tmux) of 80 x 24. Needs the built tree: BUILD, SOURCE.
set -u
readme=${1:?usage: frames.sh README}
. "$SOURCE/tests/terminal/lib.sh"
work=$(mktemp -d)
export BAUD_RUNS="$work/runs" XDG_RUNTIME_DIR="$work" XDG_CONFIG_HOME="$work"
trap 'stop; rm -rf "$work"' EXIT
baud=$BUILD/baud

# await TEXT: or give up, with what is on the screen.
await() { wait_for "$1" "${2:-20}" || { echo "no \"$1\" on the screen:" >&2; screen >&2; exit 1; }; }

# settle: until the screen stands still.
settle() {
  screen >"$work/before"
  while sleep 0.4; screen >"$work/now"; ! cmp -s "$work/before" "$work/now"; do mv "$work/now" "$work/before"; done
}

# Each recipe leaves its capture on the screen.
frame_run() { # a run that is over: what REINFORCE took in of a box with 64 codes, and how late
  "$baud" run one_bit --line --out "$work/runs/one_bit" >/dev/null 2>&1
  start 80 24 "'$baud' attach one_bit"
  await '1 Runs'
  keys Down
  await 'lockbox: reinforce'
  keys Enter
  await '\[2 Run\]'
  settle
  screen | grep -q 'bits in all' || keys t
  await 'bits in all'
  for plot in 1 2 3 4 5 6 7 8 9; do
    screen | grep -q 'absorbed / received' && break
    keys ']'
    settle
  done
  await 'absorbed / received'
}
frame_compare() { # three rows of a made-up run side by side
  start 80 24 "'$BUILD/tests/terminal/view' --glyphs braille"
  await '\[1 Runs\]'
  keys e
  await 'seed 0'
  keys Down Space Space Space c
  await 'c - a'
}

for name in $(sed -n 's/^<!-- frame \([a-z]*\): .*/\1/p' "$readme"); do
  echo "$name"
  "frame_$name"
  settle
  screen | sed 's/ *$//' >"$work/frame"
  awk -v name="$name" -v frame="$work/frame" '
    index($0, "<!-- frame " name ":") == 1 { print; getline; print; while ((getline line < frame) > 0) print line; skips = 1; next }
    skips && /^```$/ { skips = 0 }
    !skips { print }' "$readme" >"$work/README" || exit 1
  cp "$work/README" "$readme"
  keys q
  stop
done
