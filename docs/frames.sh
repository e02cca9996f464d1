#!/bin/sh
# frames.sh FILE... - draws the captures in these pages anew: between "<!-- frame NAME: ... -->" and the end of the block
# behind it comes what the program shows in a terminal (tmux) of 80 x 24. Needs the built tree: BUILD, SOURCE. Experiments
# are run for it (minutes each); what lies finished in FRAMES_RUNS, under the experiment's name, is shown as it is.
set -u
[ $# -gt 0 ] || { echo "usage: frames.sh FILE..." >&2; exit 2; }
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

# finished NAME: there is a run of this experiment that is over, in $run.
finished() {
  run=${FRAMES_RUNS:+$FRAMES_RUNS/$1}
  [ -n "$run" ] && [ -f "$run/store.db" ] && return
  run=$work/runs/$1
  [ -f "$run/store.db" ] || "$baud" run "$1" --line --out "$run" >/dev/null 2>&1
}

# compared NAME REGEX CHART KEY...: rows of a run that the filter finds side by side; the keys mark them, from the first on.
compared() {
  finished "$1"
  start 80 24 "'$baud' attach '$run' --ro"
  await '1 Runs'
  keys /
  keys -l "$2"
  keys Enter g
  chart=$3
  shift 3
  keys "$@" c
  await '8 Cmp'
  keys -l ":chart $chart"
  keys Enter
  settle
  while screen | grep -q '\.\.\.\|reading'; do settle; done
}

# Each recipe leaves its capture on the screen.
frame_one_bit() { compared one_bit '^lockbox:' known Down Space Space Down Down Down Space; }
frame_world_model() { compared world_model '^random maze:' known Down Space Space Space; }
frame_streaming() {
  compared streaming '(once|rollouts|replay): cartpole' return Space Space Space Down Space
  keys -l ':axis step'
  keys Enter
  await 'x axis: step' && await 'q detach' # the message is gone
}
frame_every_token() { compared every_token '^umbrella: distractors=20 ' success Space Space Down Space; }
frame_windows() { compared windows '^train:.*arms=5 ' return Space Down Space Down Space; }
frame_evolve() { compared evolve '^stability:' success Space Down Space Down Space; }
frame_run() { # a run that is over: what REINFORCE took in of a box with 64 codes, and how late
  finished one_bit
  start 80 24 "'$baud' attach '$run'"
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

for page in "$@"; do
  for name in $(sed -n 's/^<!-- frame \([a-z_]*\): .*/\1/p' "$page"); do
    echo "$name"
    "frame_$name"
    settle
    screen | sed 's/ *$//' >"$work/frame"
    awk -v name="$name" -v frame="$work/frame" '
      index($0, "<!-- frame " name ":") == 1 { print; getline; print; while ((getline line < frame) > 0) print line; skips = 1; next }
      skips && /^```$/ { skips = 0 }
      !skips { print }' "$page" >"$work/page" || exit 1
    cp "$work/page" "$page"
    keys q
    stop
  done
done
