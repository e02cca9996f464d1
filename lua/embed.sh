#!/bin/sh
# embed.sh SOURCE FILE...: Lua files of the tree at SOURCE as C arrays of their lines, so that the program needs no file to
# know its language. A list of lines, not one literal: C promises only 4,095 characters of a literal. ? is escaped
# against trigraphs.
set -eu
source=$1
shift
for file in "$@"; do
  printf 'static const char *const %s_lua[] = {\n' "$(basename "$file" .lua)"
  sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/?/\\?/g' -e 's/^/"/' -e 's/$/\\n",/' "$source/$file"
  printf 'NULL};\n'
done
