/* commands.h - the ":" line: one table of commands that dispatch, completion and the help read. */
#ifndef BAUD_TUI_COMMANDS_H
#define BAUD_TUI_COMMANDS_H

#include "dashboard.h"

typedef struct command {
  const char *name, *usage, *help;
  /* `rest`: what stands behind the name, without blanks around it */
  void (*act)(dashboard *d, const char *name, const char *rest);
  /* The index-th word that `rest` may become: 1; 0: no more. Null: none to offer. */
  int (*offer)(const dashboard *d, int index, char *out, size_t size);
} command;

extern const command command_table[];
extern const int command_count;

void command_typed(dashboard *d, const char *line);
int command_complete(void *dashboard_of, const char *text, size_t length, char out[COMPLETIONS][COMPLETION_SIZE], size_t *word);

#endif
