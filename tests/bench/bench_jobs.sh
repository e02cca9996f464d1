#!/bin/sh
# What a second worker brings: the same four trials of PPO by one job and by two, in turn, wall time, the median of five
# ratios, at least 1.9. It takes two processors that nobody else uses: beside each pair stands what the machine gave just
# then to two runs of two trials each, which share nothing but the machine. Where that is below 2, no program can do better.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../e2e/run/lib.sh"
cd "$scratch" || exit 1
rounds=5
experiment jobs <<'LUA'
return baud.experiment { name = "jobs", env = baud.env "cartpole" {}, reward = baud.reward "dense" {},
  learner = baud.learner "ppo" {}, lanes = 4, seeds = 4, stop = { steps = 600000 } }
LUA
# seconds COMMAND...: of the wall
seconds() {
  began=$(date +%s.%N)
  "$@" >/dev/null 2>&1 || { echo "$* did not end well" >&2; exit 1; }
  awk -v a="$began" -v b="$(date +%s.%N)" 'BEGIN { print b - a }'
}
run() { "$BAUD" run jobs.lua --line --out "$@"; }
run_apart() {
  run "left-$1" --jobs 1 --seeds 2 &
  run "right-$1" --jobs 1 --seeds 2
  wait
}
finish() { rm -rf "$scratch"; }
i=0
while [ $i -lt $rounds ]; do
  i=$((i + 1))
  printf '%s %s %s\n' "$(seconds run "one-$i" --jobs 1)" "$(seconds run "two-$i" --jobs 2)" "$(seconds run_apart "$i")"
done >pairs
finish() { rm -rf "$scratch"; }
awk '{ printf "one job %.2f s, two %.2f s: %.2f; two runs apart: %.2f\n", $1, $2, $1 / $2, $1 / $3; print $1 / $2 >"ratios" }' pairs
awk -v jobs="$(sort -n ratios | sed -n "$((rounds / 2 + 1))p")" 'BEGIN {
  printf "  %-44s %8.2f times, at least 1.9\n", "two jobs against one", jobs
  exit !(jobs >= 1.9)
}'
