#!/bin/sh
# tree.sh FOLDER [OPTION...] - a build tree of its own, FOLDER/tree, configured with these options, beside a copy of what a
# release would hold, FOLDER/source: configure refuses to build elsewhere what is configured where it lies. From the top of
# a build tree. Made again only what has changed; files keep their times.
set -eu
folder=$1
shift
make=${MAKE:-make}
rm -rf "$folder/source"
mkdir -p "$folder/tree"
$make -s distdir distdir="$folder/source" >/dev/null
printf '%s\n' "$@" >"$folder/options.new"
cd "$folder/tree"
if [ ! -f config.status ] || ! cmp -s ../options ../options.new || [ ../source/configure -nt config.status ]; then
  ../source/configure --quiet "$@"
fi
mv ../options.new ../options
