#!/bin/sh
# What a second worker brings: the same four trials of PPO by one job and by two, in turn, wall time, the median of five
# ratios, at least 1.9. It takes two processors that nobody else uses: beside each pair stands what the machine itself gave
# two busy processes just then, and where that is below 2 no program can do better.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../e2e/run/lib.sh"
cd "$scratch" || exit 1
rounds=5
experiment jobs <<'LUA'
return baud.experiment { name = "jobs", env = baud.env "cartpole" {}, reward = baud.reward "dense" {},
  learner = baud.learner "ppo" {}, lanes = 4, seeds = 4, stop = { steps = 200000 } }
LUA
now() { date +%s.%N; }
# seconds COMMAND...: of the wall
seconds() {
  began=$(now)
  "$@" >/dev/null 2>&1 || { echo "$* did not end well" >&2; exit 1; }
  awk -v a="$began" -v b="$(now)" 'BEGIN { print b - a }'
}
spin() { awk 'BEGIN { for (i = 0; i < 1e7; i++) x += i % 7 }'; }
spin_twice() {
  spin &
  spin
  wait
}
i=0
while [ $i -lt $rounds ]; do
  i=$((i + 1))
  printf '%s %s %s %s\n' "$(seconds "$BAUD" run jobs.lua --line --jobs 1 --out "one-$i")" \
    "$(seconds "$BAUD" run jobs.lua --line --jobs 2 --out "two-$i")" "$(seconds spin)" "$(seconds spin_twice)"
done >pairs
finish() { rm -rf "$scratch"; }
awk '{ printf "one job %.2f s, two %.2f s: %.2f; the machine %.2f\n", $1, $2, $1 / $2, 2 * $3 / $4; print $1 / $2, 2 * $3 / $4 >"ratios" }' pairs
awk -v jobs="$(cut -d' ' -f1 ratios | sort -n | sed -n "$((rounds / 2 + 1))p")" 'BEGIN {
  printf "  %-44s %8.2f times, at least 1.9\n", "two jobs against one", jobs
  exit !(jobs >= 1.9)
}'
