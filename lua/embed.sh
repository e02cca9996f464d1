#!/bin/sh
# embed.sh NAME FILE: a Lua file as a C array of its lines, so that the program needs no file to know its language.
# A list of lines, not one literal: C promises only 4,095 characters of a literal. ? is escaped against trigraphs.
set -eu
printf 'static const char *const %s[] = {\n' "$1"
sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/?/\\?/g' -e 's/^/"/' -e 's/$/\\n",/' "$2"
printf 'NULL};\n'
