# Shared by the scripts that drive whole runs. Source it after lib.sh.

# dump STORE: everything in a store that must not depend on jobs, timing or interruptions, as text. Events, the clock
# and row numbers are left out.
dump() {
  sqlite3 "$1" <<'SQL'
SELECT 'trial', trial, config, seed, id, status, episodes, steps, reason FROM trial ORDER BY trial;
SELECT 'series', trial, figure, mark, episodes, count, sum, min, max FROM series ORDER BY trial, figure;
SELECT 'chunk', trial, figure, chunk, n, count, sum, min, max, hex(data) FROM chunk ORDER BY trial, figure, chunk;
SELECT 'tail', trial, figure, chunk, n, count, sum, min, max, hex(data) FROM tail ORDER BY trial, figure, chunk;
SELECT 'pyramid', trial, figure, level, position, count, sum, min, max FROM pyramid ORDER BY 2, 3, 4, 5;
SELECT 'steps', trial, chunk, n, before, last, hex(data) FROM steps ORDER BY trial, chunk;
SELECT 'claim', claim, text, verdict, figures FROM claim ORDER BY claim;
SQL
}

# Runs that a failing script left behind.
at_exit() { for lock in "$scratch"/*/lock; do [ ! -f "$lock" ] || "$BAUD" stop "${lock%/lock}" >/dev/null 2>&1; done; }

# of FOLDER SQL: one answer from a run's store. Read only: asked too early, sqlite3 would make the file before baud can.
of() { sqlite3 -readonly -cmd '.timeout 2000' "$1/store.db" "$2"; }

# same "sentence" FOLDER FOLDER: two runs hold the same.
same() {
  dump "$2/store.db" >"$scratch/one.txt"
  dump "$3/store.db" >"$scratch/two.txt"
  [ -s "$scratch/one.txt" ] && cmp -s "$scratch/one.txt" "$scratch/two.txt"
  ok $? "$1" "$(diff "$scratch/one.txt" "$scratch/two.txt" | cut -c 1-200 | head -n 6)"
}

# experiment NAME: writes NAME.lua into the scratch folder, its body from stdin.
experiment() {
  {
    echo 'local baud = require "baud"'
    cat
  } >"$scratch/$1.lua"
}

supervisor_of() { of "$1" "SELECT value FROM run WHERE key = 'supervisor_pid'"; }
workers_of() { pgrep -P "$(supervisor_of "$1")"; }
# Ended, whether or not somebody has collected it yet.
is_gone() { case $(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null) in '' | Z | X) true ;; *) false ;; esac; }
has_status() { [ "$(of "$1" "SELECT count(*) FROM trial WHERE status = '$2'")" -ge "$3" ]; } # FOLDER STATUS LEAST
