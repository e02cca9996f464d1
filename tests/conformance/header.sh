#!/bin/sh
# The public headers compile alone, as C11 and as C++17, with every compiler at hand and all warnings as errors: those
# that are installed in strict C11, those that only our own plugins share as our plugins are compiled. And a plugin
# written in C++ with the header alone loads and passes its checks.
. "$(dirname "$0")/../lib.sh"
cd "$scratch" || exit 1

installed=$(sed -n '/^baudinclude_HEADERS = /,/[^\\]$/p' "$SOURCE/core/core.am" | tr -s '\\\n' '  ')
case " $installed " in *" core/baud/plugin.h "*) true ;; *) false ;; esac
ok $? "core.am says which headers are installed"
for header in "$SOURCE"/core/baud/*.h "$SOURCE"/plugins/nn/baud/*.h; do
  name=baud/$(basename "$header")
  case $header in */plugins/nn/*) is_public=yes ;; *) case " $installed " in *" core/$name "*) is_public=yes ;; *) is_public= ;; esac ;; esac
  if [ "$is_public" ]; then system=; else system=-D_GNU_SOURCE; fi
  printf '#include "%s"\nint baud_test_of_a_header;\n' "$name" >alone.c
  printf '#include "%s"\n#include "%s"\nint baud_test_of_a_header;\n' "$name" "$name" >twice.cc
  for compiler in gcc clang; do
    command -v $compiler >/dev/null 2>&1 || continue
    extra=
    # functions that a header offers and nobody here calls are no mistake
    [ $compiler = gcc ] || extra='-Wno-unused-function'
    check "$name is C11 to $compiler" \
      $compiler -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Werror $extra $system -I"$SOURCE/core" -I"$SOURCE/plugins/nn" -fsyntax-only alone.c
    if printf 'int main() { return 0; }\n' | $compiler -x c++ -fsyntax-only - 2>/dev/null &&
      printf '#include <math.h>\n' | $compiler -x c++ -std=c++17 -fsyntax-only - 2>/dev/null; then
      check "$name is C++17 to $compiler" \
        $compiler -x c++ -std=c++17 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror $extra -I"$SOURCE/core" -I"$SOURCE/plugins/nn" -fsyntax-only twice.cc
    fi
  done
done

cat >still.cc <<'END'
#include <string.h>
#include "baud/plugin.h"
namespace {
const baud_param params[] = {BAUD_PARAM_FLOAT("scale", 1.0, 0.0, 2.0, "", "a number that means nothing")};
int32_t create(const baud_host *, const baud_value *, baud_reward_setup *setup, void **model) {
  static char nothing;
  setup->view.kind = BAUD_VIEW_BLIND;
  *model = &nothing;
  return BAUD_OK;
}
void destroy(void *) {}
int32_t score(const void *, const baud_batch *b) {
  memset(b->reward, 0, b->lanes * sizeof *b->reward);
  return BAUD_OK;
}
const baud_reward_ops ops = {BAUD_SIZE(baud_reward_ops), 0, create, destroy, nullptr, score};
const baud_unit units[] = {{BAUD_SIZE(baud_unit), BAUD_REWARD, 1, 1, "test.still", "nothing", "In C++.", params, 1, 0, &ops, nullptr}};
}
extern "C" const baud_library baud_plugin_1 = {BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud tests", "1", "MIT", units, 1, 0};
END
if command -v g++ >/dev/null 2>&1; then
  check "a plugin in C++17 compiles with the header alone" \
    g++ -std=c++17 -O2 -fPIC -shared -fvisibility=hidden -Wall -Wextra -Wpedantic -Werror -I"$SOURCE/core" still.cc -o still.so
  check "and passes the checks" "$BAUD" check ./still.so
fi
