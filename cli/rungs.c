/* rungs.c - see rungs.h.
 */
#include "cli/rungs.h"

#include <langinfo.h>
#include <stdio.h>
#include <string.h>

#include "tui/ladder.h"

enum { WIDTH = 80 };

void cli_print_ladder(const char *title, const char *figures) {
  ladder l;
  if (!ladder_read(&l, figures)) return;
  printf("\n%s\n", title);
  (void)ladder_print(stdout, &l, WIDTH, strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? GLYPHS_BRAILLE : GLYPHS_ASCII);
}
