#!/bin/sh
# figures.sh BAUD FILE - writes into FILE (docs/experiments.md) what comes out when each experiment that it names is run.
#
# Between the lines "<!-- figures NAME -->" and "<!-- end -->" it puts the claims of experiment NAME with their
# verdicts and figures, as baud report prints them; a claim whose figures are all "case ours±interval (published)"
# becomes a row of a table of cases. "<!-- figures calibrate -->" takes what baud calibrate prints. Where NAME.svg lies beside
# FILE, the ladder of experiment NAME is drawn anew as well.
set -eu
baud=${1:?usage: figures.sh BAUD FILE} file=${2:?usage: figures.sh BAUD FILE}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

claims() {
  awk '
    function escape(text) { gsub(/\|/, "\\|", text); return text }
    function pivot(claim, figures,   n, i, part, cell, word) {
      n = split(figures, part, /, /)
      if (rows++ == 0) {
        header = "| |"; rule = "|---|"
        for (i = 1; i <= n; i++) {
          cell = part[i]
          sub(/ [^ ]+ \([^)]*\)$/, "", cell)
          header = header " " cell " |"
          rule = rule "---|"
        }
        table = header "\n" rule
      }
      sub(/^[^:]*: /, "", claim)
      split(claim, word, " ")
      row = "| " word[1] " |"
      for (i = 1; i <= n; i++) {
        match(part[i], /[^ ]+ \([^)]*\)$/)
        row = row " " substr(part[i], RSTART) " |"
      }
      table = table "\n" row
    }
    function flush_claim(   text) {
      if (verdict == "") return
      text = figures
      if (text ~ /^([^,(]+ [0-9.]+±[0-9.]+ \([0-9.]+\)(, )?)+$/) {
        pivot(claim, text)
        text = "see the table of cases"
      }
      list = list "| " verdict " | " escape(claim) " | " escape(text) " |\n"
    }
    /^(holds|fails|undecided) / { flush_claim(); verdict = $1; claim = substr($0, 12); figures = ""; next }
    /^[^ ]/ { flush_claim(); verdict = "" } # what comes behind the claims: a ladder
    verdict != "" && /^ / { sub(/^ +/, ""); figures = figures $0 }
    END {
      flush_claim()
      if (table != "") print table "\n"
      print "| verdict | claim | figures |\n|---|---|---|"
      printf "%s", list
    }
  '
}

for name in $(sed -n 's/^<!-- figures \([a-z_]*\) -->$/\1/p' "$file"); do
  if [ "$name" = calibrate ]; then
    { echo '```'; "$baud" calibrate || true; echo '```'; } > "$work/$name"
  else
    code=0
    "$baud" run "$name" --line --out "$work/run-$name" > "$work/log" 2>&1 || code=$?
    case $code in
      0 | 3) ;; # a claim that fails is shown as failing
      *) cat "$work/log" >&2; echo "figures.sh: baud run $name ends with exit code $code" >&2; exit 1 ;;
    esac
    { "$baud" report "$work/run-$name" || true; } | claims > "$work/$name"
    picture=$(dirname "$file")/$name.svg
    [ ! -f "$picture" ] || "$baud" report "$work/run-$name" --plot "$picture" > "$work/log" || [ $? -eq 3 ]
  fi
  [ -s "$work/$name" ] || { echo "figures.sh: $name gave nothing" >&2; exit 1; }
done

awk -v work="$work" '
  /^<!-- figures [a-z_]* -->$/ { print; while ((getline line < (work "/" $3)) > 0) print line; inside = 1; next }
  /^<!-- end -->$/ { inside = 0 }
  !inside
' "$file" > "$work/new"
cat "$work/new" > "$file"
