#!/bin/sh
# commands.sh < MAKE-OUTPUT - compile_commands.json out of what `make -n V=1` prints: one entry for each C file compiled.
set -u
awk -v folder="$PWD" '
  function quote(text,   n, i, c, out) {
    n = length(text)
    for (i = 1; i <= n; i++) {
      c = substr(text, i, 1)
      out = out (c == "\\" || c == "\"" ? "\\" : "") c
    }
    return "\"" out "\""
  }
  { line = held $0; held = "" }
  /\\$/ { sub(/\\$/, "", line); held = line " "; next }
  line !~ / -c -o [^ ]+ .*\.c( |$)/ { next }
  {
    sub(/^.* --mode=compile /, "", line)
    sub(/^depbase=`[^`]*`; */, "", line)
    sub(/ *&&.*$/, "", line)
    gsub(/-MT [^ ]+ -MD -MP -MF [^ ]+ /, "", line)
    while (match(line, /`test -f [^ ]+ \|\| echo [^`]*`/)) { # where the source lies, of an out-of-tree build
      prefix = substr(line, RSTART, RLENGTH)
      sub(/^.*\|\| echo ./, "", prefix)
      sub(/.`$/, "", prefix)
      line = substr(line, 1, RSTART - 1) prefix substr(line, RSTART + RLENGTH)
    }
    n = split(line, word, / +/)
    file = word[n]
    sub(/^\.\//, "", file)
    if (file in seen) next
    seen[file] = 1
    printf "%s\n{\"directory\": %s, \"file\": %s, \"command\": %s}", n_out++ ? "," : "[", quote(folder), quote(file), quote(line)
  }
  END { print n_out ? "\n]" : "[]" }'
