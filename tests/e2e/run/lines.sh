#!/bin/sh
# Progress as lines: how far the run is, what is at work, and what it has brought so far - also long after learning is
# over, when an episode brings nothing any more.
. "$(dirname "$0")/../../lib.sh"
. "$(dirname "$0")/../json.sh"
. "$(dirname "$0")/lib.sh"
cd "$scratch" || exit 1
experiment long <<'LUA'
return baud.experiment { name = "long", env = baud.env "lockbox" { codes = 16 }, seeds = 1, stop = { episodes = 1000000000 },
  learner = baud.learner "posterior" }
LUA
"$BAUD" run long.lua --detach --jobs 1 --out long >/dev/null 2>&1
over() { [ "$(of long "SELECT count(*) FROM series WHERE episodes > 5000")" -gt 0 ]; }
wait_for 20 over
ok $? "the run is long past what there was to learn"
timeout --foreground 3 "$BAUD" watch long --interval 0.3 >lines.txt 2>/dev/null
line=$(grep 'trials done' lines.txt | tail -n 1)
contains "a line says how far the run is" "$line" "   0 %  0 of 1 trials done, 1 running   "
contains "and what was taken in so far, of what there was" "$line" "   posterior   received 4 of 4 bits, absorbed 4, success 1.00"
timeout --foreground 3 "$BAUD" watch long --json --interval 0.3 >lines.json 2>/dev/null
grep '"progress"' lines.json | tail -n 1 >last.json
is_json "as JSON" last.json
is "it has the same" "$(json last.json "json_extract(j, '\$.label') || ' ' || round(json_extract(j, '\$.bits.received'), 3) || ' ' ||
  round(json_extract(j, '\$.bits.absorbed'), 3) || ' ' || json_extract(j, '\$.recent.success')")" "posterior 4.0 4.0 1"
is "and how much of the work is done" "$(json last.json "json_extract(j, '\$.fraction') BETWEEN 1e-6 AND 0.9")" 1
"$BAUD" stop long >/dev/null
