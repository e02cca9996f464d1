#!/bin/sh
# Help and wrong arguments, for every subcommand: what --help prints is what is accepted, everything else is refused
# with one sentence that helps, before anything is done.
. "$(dirname "$0")/../lib.sh"
cd "$scratch" || exit 1

# one_sentence "sentence" WANTED COMMAND...: exit code 2, nothing on stdout, this line alone on stderr
one_sentence() {
  sentence=$1 wanted=$2
  shift 2
  "$@" >out.txt 2>err.txt </dev/null
  is "$sentence" "$? $(cat out.txt err.txt)" "2 $wanted"
}

# ---- the program
"$BAUD" >out.txt 2>err.txt
is "without arguments: exit code 2, nothing on stdout" "$? $(cat out.txt)" "2 "
"$BAUD" --help >help.txt 2>help.err
is "--help is exit code 0, on stdout" "$? $(cat help.err)" "0 "
is "and the same as is printed without arguments" "$(cat err.txt)" "$(cat help.txt)"
for same in -h help; do is "so is $same" "$("$BAUD" $same)" "$(cat help.txt)"; done
subcommands=$(awk '/^usage:/ { on = 1; next } on && /^  [a-z]/ { print $1; seen = 1; next } seen { exit }' help.txt)
is "it lists the subcommands" "$(echo $subcommands)" \
  "run attach list show watch resume stop report play export sql plugins check calibrate doctor"
contains "says where to begin" "$(cat help.txt)" "baud run one_bit"
for code in 0 1 2 3 4 5; do contains "and what exit code $code means" "$(sed -n '/^Exit codes/,$p' help.txt | tr '\n' ' ')" "$code "; done
for option in --version -V; do
  is "$option is name and number" "$("$BAUD" $option | sed 's/[0-9][0-9]*\.[0-9][0-9]*\.[0-9][0-9]*$/N/') $?" "baud N 0"
done
one_sentence "an unknown subcommand: it is guessed what was meant" 'baud: unknown subcommand "exprt" (did you mean "export"?)' "$BAUD" exprt
one_sentence "or said where to look" 'baud: unknown subcommand "zzzzzz" (baud --help lists them)' "$BAUD" zzzzzz
one_sentence "an option that nearly is one" 'baud: unknown subcommand "--versio" (did you mean "--version"?)' "$BAUD" --versio
one_sentence "help about what there is not" 'baud: unknown subcommand "runn" (did you mean "run"?)' "$BAUD" help runn
one_sentence "an empty argument" 'baud: unknown subcommand "" (baud --help lists them)' "$BAUD" ""
for own in worker supervise; do
  one_sentence "baud $own is not for people" "baud $own: this is for baud's own use; baud run starts a run" "$BAUD" $own
done

# ---- every subcommand
for name in $subcommands; do
  "$BAUD" "$name" --help >sub.txt 2>sub.err
  is "baud $name --help: exit code 0, on stdout" "$? $(cat sub.err)" "0 "
  is "  its first line is the usage" "$(head -n 1 sub.txt | cut -d ' ' -f 1-3)" "usage: baud $name"
  is "  its summary is that of the list" "$(sed -n 3p sub.txt)" "$(sed -n "s/^  $name  *//p" help.txt)"
  is "  -h and baud help $name are the same" "$("$BAUD" "$name" -h)$("$BAUD" help "$name")" "$(cat sub.txt)$(cat sub.txt)"
  is "  no line is too long for a terminal" "$(awk 'length > 120' sub.txt)" ""
  # Options that the usage line names are explained below it.
  missing=$(head -n 1 sub.txt | grep -o -e '--[a-z-]*' | sort -u | while read -r option; do
    grep -q "^  $option\( \|$\)" sub.txt || echo "$option"
  done)
  is "  what the usage line names is explained" "$missing" ""
  # Every option that is listed is accepted: before --help it either takes its value or does nothing.
  rejected=$(sed -n 's/^  \(--[a-z-]*\)\( [A-Z][A-Z=]*\)\{0,1\}.*/\1\2/p' sub.txt | while read -r option value; do
    case $option in --help) continue ;; --glyphs) value=ascii ;; --palette) value=light ;; --format) value=csv ;; --figure) value=offered ;; --set) value=a.b=1 ;;
      *) [ -z "$value" ] || value=1 ;; esac
    # shellcheck disable=SC2086
    "$BAUD" "$name" $option $value --help 2>&1 </dev/null | cmp -s - sub.txt || echo "$option"
  done)
  is "  the options that it names are accepted" "$rejected" ""
  one_sentence "  an option that it does not have is refused" \
    "baud $name: unknown option --zzzzzz (baud $name --help lists them)" "$BAUD" "$name" --zzzzzz
  one_sentence "  and it is guessed what was meant" "baud $name: unknown option --hepl (did you mean --help?)" "$BAUD" "$name" --hepl
  one_sentence "  short options there are none" "baud $name: unknown option -x (baud $name --help lists them)" "$BAUD" "$name" -x
  # A value that is missing, or one too many.
  valued=$(sed -n 's/^  \(--[a-z-]*\) [A-Z][A-Z=]* .*/\1/p' sub.txt | head -n 1)
  [ -z "$valued" ] || one_sentence "  $valued without its value" "baud $name: $valued needs a value" "$BAUD" "$name" "$valued"
  flag=$(sed -n 's/^  \(--[a-z-]*\)  .*/\1/p' sub.txt | head -n 1)
  [ -z "$flag" ] || one_sentence "  $flag with a value" "baud $name: $flag takes no value" "$BAUD" "$name" "$flag=3"
done
is "nothing was made meanwhile" "$(ls "$scratch" | tr '\n' ' ')" \
  "config data err.txt help.err help.txt home out.txt run sub.err sub.txt "
