# lib.sh - what the terminal tests share: a tmux server of their own, waiting for text, asserting on frames.
# Sourced by the tests, which print TAP. VIEW is the program built from view.c; nothing here sleeps for a fixed time to
# see a result.
set -u
VIEW=${VIEW:-${BUILD:-$PWD}/tests/terminal/view}
RUN=0
SOCKET=
STARTED=0
FAILED=0
export TZ=UTC SHELL=/bin/sh # tmux starts it: an account may have none that one can use
unset NO_COLOR
FAKE_BAUD=$(cd "$(dirname "$0")" && pwd)/fake_baud.sh
export FAKE_BAUD
export XDG_STATE_HOME="${TMPDIR:-/tmp}/baud-state-$$" # nobody's own habits are read or written

tm() { tmux -L "$SOCKET" -f /dev/null "$@"; }

# start WIDTH HEIGHT COMMAND: a plain sh in a fresh session that runs COMMAND first.
start() {
  stop
  STARTED=$((STARTED + 1))
  SOCKET="baud-test-$$-$STARTED" # a server that ends and one that begins never meet on one socket
  tm new-session -d -x "$1" -y "$2" "env LC_ALL=${LOCALE:-C.UTF-8} PS1='ready> ' ENV= sh" &&
    tm set-option -g status off >/dev/null && tm set-option -g escape-time 0 >/dev/null &&
    tm resize-window -x "$1" -y "$2" 2>/dev/null
  wait_for 'ready>' || { fail "a shell starts in tmux"; finish; }
  type_line "$3"
}
stop() { rm -rf "${TMPDIR:-/tmp}/baud-state-$$"; [ -n "$SOCKET" ] && tm kill-server 2>/dev/null; SOCKET=; }
trap stop EXIT

screen() { tm capture-pane -p -t 0; }
keys() { tm send-keys -t 0 "$@"; }
type_line() { tm send-keys -t 0 -l "$1"; tm send-keys -t 0 Enter; }

# wait_for TEXT [SECONDS]: until the screen holds the text (a basic regular expression).
wait_for() {
  tries=$(( ${2:-10} * 20 ))
  while [ "$tries" -gt 0 ]; do
    screen | grep -q -- "$1" && return 0
    tries=$((tries - 1))
    sleep 0.05
  done
  return 1
}
wait_gone() {
  tries=200
  while [ "$tries" -gt 0 ]; do
    screen | grep -q -- "$1" || return 0
    tries=$((tries - 1))
    sleep 0.05
  done
  return 1
}

ok() {
  RUN=$((RUN + 1))
  echo "ok $RUN - $1"
}
fail() {
  RUN=$((RUN + 1))
  FAILED=$((FAILED + 1))
  echo "not ok $RUN - $1"
  screen 2>/dev/null | sed 's/^/# |/'
}
# expect SENTENCE TEXT: the sentence is true when the text appears.
expect() { if wait_for "$2"; then ok "$1"; else fail "$1"; fi; }
expect_gone() { if wait_gone "$2"; then ok "$1"; else fail "$1"; fi; }
check() { if eval "$2"; then ok "$1"; else fail "$1"; fi; }

tty_is_sane() {
  stty -F "$(tm display -p -t 0 '#{pane_tty}')" -a | grep -q ' icanon' &&
    stty -F "$(tm display -p -t 0 '#{pane_tty}')" -a | grep -q ' echo ' &&
    stty -F "$(tm display -p -t 0 '#{pane_tty}')" -a | grep -q ' isig' ||
    { stty -F "$(tm display -p -t 0 '#{pane_tty}')" -a | grep -q '^isig icanon' &&
      stty -F "$(tm display -p -t 0 '#{pane_tty}')" -a | grep -q ' echo '; }
}
terminal_flags() { tm display -p -t 0 '#{alternate_on} #{cursor_flag} #{mouse_any_flag}'; }
finish() {
  stop
  echo "1..$RUN"
  [ "$FAILED" -eq 0 ]
  exit
}
