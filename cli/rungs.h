/* rungs.h - a claim's ladder as lines of text, where lines are all that there is to draw with. */
#ifndef BAUD_CLI_RUNGS_H
#define BAUD_CLI_RUNGS_H

/* A blank line, the title and the ladder, 80 cells wide, to stdout; nothing where the figures are none. */
void cli_print_ladder(const char *title, const char *figures);

#endif
