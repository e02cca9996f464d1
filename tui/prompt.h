/* prompt.h - one line of text being typed: a cursor, the usual keys, words completed, lines remembered.
 *
 * Text is UTF-8 and the cursor never stands within a character. What can be completed and what is remembered is the
 * owner's: completions come from a function, the history is a list that outlives the prompt.
 */
#ifndef BAUD_TUI_PROMPT_H
#define BAUD_TUI_PROMPT_H

#include <stddef.h>

enum { PROMPT_SIZE = 256, HISTORY_LINES = 100, COMPLETIONS = 64, COMPLETION_SIZE = 96 };

typedef struct history {
  char *line[HISTORY_LINES]; /* oldest first */
  int n;
} history;

/* Remembers a line; the same one is kept once, as the newest. Blank ones are not. */
void history_add(history *h, const char *line);
void history_clear(history *h);

typedef struct prompt {
  char text[PROMPT_SIZE];
  size_t cursor;               /* byte offset */
  int recalled;                /* lines back in the history; 0: what is being typed */
  char typed[PROMPT_SIZE];     /* that, while an old line is shown */
  char completion[COMPLETIONS][COMPLETION_SIZE];
  int n_completions, shown;    /* of the word at `word`; shown: the one in the text, -1 none yet */
  size_t word;
} prompt;

enum prompt_end { PROMPT_GOES_ON, PROMPT_TAKEN, PROMPT_LEFT };

/* Fills out[] with what the last word of text[0, length) may become; returns their number and where the word begins. */
typedef int (*prompt_completer)(void *owner, const char *text, size_t length, char out[COMPLETIONS][COMPLETION_SIZE], size_t *word);

void prompt_set(prompt *p, const char *text);
enum prompt_end prompt_key(prompt *p, int code, const history *h, prompt_completer complete, void *owner);

/* Cells from the text's left edge to the cursor. */
int prompt_cursor_cells(const prompt *p);

#endif
