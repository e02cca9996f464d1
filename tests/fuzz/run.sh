#!/bin/sh
# make fuzz: every target for FUZZ_SECONDS (30) under address and undefined-behaviour sanitizers, in a tree of its own. With
# clang's libFuzzer where there is one, which looks for new paths; else with our driver, which mutates by fixed chance.
# Usage: run.sh TREE-SCRIPT TARGET...; from the top of a build tree, in which the targets are built with the driver.
set -u
make_tree=$1
shift
seconds=${FUZZ_SECONDS:-30}
folder=build-fuzz
tree=$folder/tree
mkdir -p $folder/corpus || exit 1

has_libfuzzer() {
  printf 'int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return d && n > 99; }\n' |
    clang -x c -fsanitize=fuzzer,address,undefined -o $folder/probe - 2>/dev/null
}

if has_libfuzzer; then with=libfuzzer options="--enable-libfuzzer CC=clang"; else with=driver options=; fi
echo "fuzzing with $with, $seconds s for each target"
# shellcheck disable=SC2086
sh "$make_tree" $folder --disable-werror --enable-sanitizers=address,undefined CFLAGS='-O1 -g' $options || exit 1
(cd $tree && ${MAKE:-make} -s all "$@" >/dev/null) || exit 1

failed=0
for target in "$@"; do
  name=${target##*/}
  echo "$name"
  if [ $with = libfuzzer ]; then
    mkdir -p "$folder/corpus/$name"
    "./$target" --corpus "$folder/corpus/$name" >/dev/null
    (cd $folder && "tree/$target" -max_total_time="$seconds" -max_len=65536 -print_final_stats=1 "corpus/$name" >"$name.log" 2>&1)
  else
    (cd $folder && "tree/$target" --seconds "$seconds" >"$name.log" 2>&1)
  fi
  if [ $? -eq 0 ]; then sed -n 's/^stat::number_of_executed_units: /  inputs: /p; s/^ok 1 - /  /p' "$folder/$name.log"
  else
    failed=1
    tail -n 40 "$folder/$name.log"
  fi
done
exit $failed
