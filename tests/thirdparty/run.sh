#!/bin/sh
# Plugins by people who had the header, the guide and the program, and had seen none of the implementation: they must
# go on building with every warning, keep the contract, and run in the experiments that came with them.
. "$(dirname "$0")/../lib.sh"

here=$SOURCE/tests/thirdparty
plugins=$scratch/plugins
mkdir -p "$plugins"
export BAUD_PLUGIN_PATH="$plugins"
warnings="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror"

for source in battleship_line noisy_hits elman exp3s; do
  check "$source compiles as C11 with every warning an error" \
    ${CC:-cc} -std=c11 -O2 -fPIC -shared -fvisibility=hidden $warnings -I"$SOURCE/core" "$here/$source.c" -o "$plugins/$source.so" -lm
done
if command -v "${CXX:-c++}" >/dev/null 2>&1; then
  for source in battleship_line exp3s; do
    check "$source compiles as C++17 too" \
      ${CXX:-c++} -x c++ -std=c++17 -O2 -fPIC -shared -fvisibility=hidden $warnings -I"$SOURCE/core" "$here/$source.c" -o "$scratch/$source.so" -lm
  done
fi
for unit in battleship_line noisy_hits elman exp3s; do
  check "$unit keeps the contract" "$BAUD" check "$plugins/$unit.so"
done
for experiment in battleship_line outer; do
  check "every claim of $experiment holds" "$BAUD" run "$here/$experiment.lua" --line
done
