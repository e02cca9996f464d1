#!/bin/sh
# man.sh BAUD - writes the manual page of the program BAUD to standard output, from what it prints for --help.
#
# Nothing is written twice: the tables of subcommands and options are the program's. A line of help that begins with
# two blanks is an entry, "  NAME VALUE   text"; deeper lines continue it; lines that begin at the margin are prose.
# Only environment and files, which no --help tells, stand here.
set -eu
baud=${1:?usage: man.sh BAUD}

die() {
  echo "man.sh: $1" >&2
  exit 1
}

version=$("$baud" --version) || die "$baud does not run here; name one that does: make BAUD_FOR_MAN=/usr/bin/baud"
help=$("$baud" --help) || die "$baud --help fails"

# Text to roff: what has a meaning at a line's beginning or anywhere is made plain.
roff() {
  sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/^\\([.']\\)/\\\\\\&\\1/" \
    -e 's/≤/\\(<=/g' -e 's/≥/\\(>=/g' -e 's/"/\\(dq/g'
}

# Help text to roff: entries to tagged paragraphs, prose to paragraphs. The tag ends at two blanks or the line's end.
entries() {
  roff | awk '
    function tag(line,   at) {
      at = match(line, /   */)
      if (at == 0) { print ".PP\n.RS 4\n.nf\n\\fB" line "\\fR\n.fi\n.RE"; return } # an example
      print ".TP\n.B " substr(line, 1, at - 1)
      print substr(line, at + RLENGTH)
    }
    /^ *$/ { before = ""; next }
    /^  [^ ]/ { tag(substr($0, 3)); before = "entry"; next }
    /^ / { sub(/^ +/, ""); print; next }
    { if (before != "prose") print ".PP"; print; before = "prose" }
  '
}

# The names in the table of subcommands: the lines from "usage:" to the blank line after them.
subcommands=$(printf '%s\n' "$help" |
  awk '/^usage:/ { on = 1; next } on && /^  [a-z]/ { print $1; seen = 1; next } seen { exit }')
[ -n "$subcommands" ] || die "$baud --help lists no subcommands"

printf '.\\" Made by man.sh from baud --help.\n'
printf '.TH BAUD 1 "" "%s" "User Commands"\n' "$(printf '%s' "$version" | roff)"
cat <<'ROFF'
.SH NAME
baud \- measures how many bits a learner takes in from each episode
.SH SYNOPSIS
.B baud
.I subcommand
.RI [ argument ...]
.SH DESCRIPTION
ROFF
printf '%s\n' "$help" | sed '/^usage:/,$d' | roff
cat <<'ROFF'
An experiment is a Lua script that names environments, reward schemes and learners; each of these is a plugin.
.B baud run
plays all its trials in worker processes, keeps the score itself, and judges the claims that the script makes.
.SH SUBCOMMANDS
ROFF
for name in $subcommands; do
  text=$("$baud" "$name" --help 2>/dev/null) || { # say so, and take the line of the table
    echo "man.sh: $baud $name --help fails" >&2
    text=$(printf 'usage: baud %s\n\n%s' "$name" "$(printf '%s\n' "$help" | sed -n "s/^  $name  *//p")")
  }
  printf '.SS "%s"\n' "$(printf '%s\n' "$text" | sed -n '1s/^usage: //p' | roff)"
  printf '%s\n' "$text" | sed -e 1d | sed -e '/./,$!d' | entries
done
cat <<'ROFF'
.SH EXIT STATUS
ROFF
printf '%s\n' "$help" | sed -n '/^Exit codes:/,$p' | sed 's/^Exit codes: *//' | tr '\n' ' ' | roff |
  sed 's/, \([0-9]\)/,\n.br\n\1/g'
cat <<'ROFF'

.SH ENVIRONMENT
.TP
.B BAUD_PLUGIN_PATH
Folders with plugins, separated by colons, looked through before the usual ones. Relative ones are ignored.
.TP
.B BAUD_EXPERIMENTS
Folders with experiments that can be run by name, separated by colons, looked through first.
.TP
.B BAUD_RUNS
Where runs are kept.
.TP
.B XDG_DATA_HOME, XDG_STATE_HOME, XDG_RUNTIME_DIR
As the XDG Base Directory Specification has them; see below.
.TP
.B NO_COLOR
When set and not empty, the dashboard uses no colour.
.TP
.B COLORTERM
When set, a terminal whose name says little is taken to have 256 colours.
.SH FILES
.TP
.I $XDG_DATA_HOME/baud/plugins
The user's plugins; without the variable
.IR ~/.local/share/baud/plugins .
.TP
.I $XDG_DATA_HOME/baud/runs
A folder for each run: store.db with all results (SQLite), the experiment and the graph as they were run, checkpoints, logs.
.TP
.I $XDG_STATE_HOME/baud
How the dashboard was left: sorting, filters and plots of each experiment, the commands typed, the colours; without the variable
.IR ~/.local/state/baud .
.TP
.I $XDG_RUNTIME_DIR/baud
The sockets and live boards of running experiments.
ROFF
