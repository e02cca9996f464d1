# Shared by the test scripts: TAP, a scratch folder of its own, and the program under test.
# Source it first:  . "$(dirname "$0")/../lib.sh"   (or ../../lib.sh)
# Run from the top of the build tree. BAUD names the program, SOURCE the source tree.
BAUD=${BAUD:-$PWD/baud}
BUILD=${BUILD:-$PWD}
if [ -f "$BUILD/.baud-build" ]; then SOURCE=${SOURCE:-$(cat "$BUILD/.baud-build")}; else SOURCE=${SOURCE:-$PWD}; fi
export BAUD BUILD SOURCE
scratch=$(mktemp -d "${TMPDIR:-/tmp}/baud-test.XXXXXX")
# Nothing of the user's is touched: runs, sockets and settings lie in the scratch folder.
export HOME="$scratch/home" XDG_DATA_HOME="$scratch/data" XDG_RUNTIME_DIR="$scratch/run" XDG_CONFIG_HOME="$scratch/config" BAUD_RUNS="$scratch/runs"
mkdir -p "$HOME" "$XDG_DATA_HOME" "$XDG_RUNTIME_DIR" "$XDG_CONFIG_HOME"
chmod 700 "$XDG_RUNTIME_DIR"
tests_run=0
tests_failed=0

# ok CONDITION-STATUS "a sentence that is true when it passes" [detail]
ok() {
  tests_run=$((tests_run + 1))
  if [ "$1" -eq 0 ]; then
    printf 'ok %d - %s\n' "$tests_run" "$2"
  else
    tests_failed=$((tests_failed + 1))
    printf 'not ok %d - %s\n' "$tests_run" "$2"
    [ $# -lt 3 ] || printf '%s\n' "$3" | sed 's/^/#   /' | head -n 40
  fi
}

# check "sentence" COMMAND...: passes when the command succeeds.
check() {
  sentence=$1
  shift
  if output=$("$@" 2>&1); then ok 0 "$sentence"; else ok 1 "$sentence" "$output"; fi
}

# is "sentence" GOT WANTED
is() { [ "$2" = "$3" ]; ok $? "$1" "got:    $2
wanted: $3"; }

# contains "sentence" TEXT PATTERN (fixed string)
contains() { case $2 in *"$3"*) ok 0 "$1" ;; *) ok 1 "$1" "no \"$3\" in: $2" ;; esac; }

# wait_for SECONDS COMMAND...: polls until the command succeeds.
wait_for() {
  deadline=$(($(date +%s) + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$(date +%s)" -lt "$deadline" ] || return 1
    sleep 0.1
  done
}

at_exit() { :; }
finish() {
  at_exit
  printf '1..%d\n' "$tests_run"
  # supervisors that a test left behind
  [ ! -d "$BAUD_RUNS" ] || for lock in "$BAUD_RUNS"/*/; do "$BAUD" stop "$lock" >/dev/null 2>&1 || true; done
  rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP
