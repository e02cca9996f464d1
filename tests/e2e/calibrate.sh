#!/bin/sh
# baud calibrate: the ledger agrees with every closed form, and says so for people and for programs.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/json.sh"
cd "$scratch" || exit 1

"$BAUD" calibrate >all.txt 2>all.err
is "the ledger agrees with every closed form" "$? $(tail -n 1 all.txt) $(cat all.err)" "0 the ledger agrees with every closed form "
while read -r row; do
  case $row in
    *" holds") ok 0 "$(printf '%s' "$row" | tr -s ' ' | sed 's/\( [-+0-9.e]*\)\{3\} holds$//')" ;;
    *) ok 1 "$row" ;;
  esac
done <<ROWS
$(sed '1d;$d' all.txt)
ROWS
[ "$(wc -l <all.txt)" -ge 55 ]
ok $? "there are 53 cases at least"

"$BAUD" calibrate --json >all.json
is "as JSON it succeeds, too" "$?" 0
is_json "--json is JSON" all.json
rows="json_each(CAST(readfile('all.json') AS TEXT))"
over() { sqlite3 :memory: "$1" 2>&1; }
is "an object a case" "$(over "SELECT count(*) FROM $rows")" "$(($(wc -l <all.txt) - 2))"
is "with case, closed_form, ledger, difference, tolerance, relation and holds" \
  "$(over "SELECT (SELECT group_concat(key || ' ' || type) FROM json_each(r.value)) FROM $rows r" | sed 's/integer/real/g' | sort -u)" \
  "case text,closed_form real,ledger real,difference real,tolerance real,relation text,holds true"
is "the difference is the ledger minus the closed form" "$(over "SELECT value FROM $rows WHERE abs(json_extract(value, '\$.difference') -
  (json_extract(value, '\$.ledger') - json_extract(value, '\$.closed_form'))) > 1e-12")" ""
is "it holds where the difference is within the tolerance" "$(over "SELECT value FROM $rows WHERE json_extract(value, '\$.holds') <>
  (json_extract(value, '\$.difference') <= json_extract(value, '\$.tolerance')
  AND (json_extract(value, '\$.relation') = '<=' OR -json_extract(value, '\$.difference') <= json_extract(value, '\$.tolerance')))")" ""
is "no tolerance is so wide that anything would hold" "$(over "SELECT value FROM $rows WHERE json_extract(value, '\$.tolerance') >
  max(1e-6, abs(json_extract(value, '\$.closed_form')) / 4)")" ""
# Figures that anybody can compute again: h(1/100), log2 100, 6 bits of 64 codes, 8 bits a symbol of 256.
figure() { over "SELECT printf('%.6f', json_extract(value, '\$.ledger')) FROM $rows WHERE json_extract(value, '\$.case') = '$1'"; }
is "a first guess at 100 codes is worth h(1/100) bits" "$(figure 'lockbox N=100, first outcome')" \
  "$(awk 'BEGIN { printf "%.6f", -(0.01 * log(0.01) + 0.99 * log(0.99)) / log(2) }')"
is "the label is worth log2 100 bits" "$(figure 'lockbox N=100, the label')" "$(awk 'BEGIN { printf "%.6f", log(100) / log(2) }')"
is "64 codes hold 6 bits in all" "$(figure 'lockbox N=64, total of elimination')" 6.000000
is "a noisy television surprises by 8 bits a symbol" "$(figure 'noisy TV of 256 symbols, surprise a symbol')" 8.000000
is "and offers none" "$(figure 'noisy TV of 256 symbols, offered')" 0.000000

# ---- some of them
"$BAUD" calibrate 'noisy TV' >some.txt
is "a text chooses the cases that have it in their name" "$? $(sed '1d;$d' some.txt | grep -c '^noisy TV') $(wc -l <some.txt | tr -d ' ')" "0 3 5"
is "their figures are the same" "$(sed '1d;$d' some.txt)" "$(grep '^noisy TV' all.txt)"
is "as JSON, too" "$("$BAUD" calibrate --json 'noisy TV' | grep -c '"case"')" 3
refused() { # refused "sentence" WANTED ARGUMENT...: nothing on stdout
  sentence=$1 wanted=$2
  shift 2
  "$BAUD" calibrate "$@" >out.txt 2>err.txt
  is "$sentence" "$? $(cat out.txt err.txt)" "2 baud calibrate: $wanted"
}
refused "a text that no case has is wrong use" 'no case has "zebra" in its name' zebra
refused "also as JSON" 'no case has "zebra" in its name' --json zebra
refused "so are two texts" 'unexpected "TV"; it takes one text' noisy TV
refused "so is an unknown option" "unknown option --jsn (did you mean --json?)" --jsn
