/* prompt.c - editing, recalling, completing: prompt.h. The keys are those of readline and every shell. */
#include "prompt.h"

#define NCURSES_NOMACROS
#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "text.h"

/* ---- History ------------------------------------------------------------------------------------------ */

void history_add(history *h, const char *line) {
  if (!line[strspn(line, " ")]) return;
  char *copy = strdup(line);
  if (!copy) return;
  int at = 0;
  while (at < h->n && strcmp(h->line[at], line) != 0) at++;
  if (at == h->n && h->n == HISTORY_LINES) at = 0;
  if (at < h->n) {
    free(h->line[at]);
    memmove(h->line + at, h->line + at + 1, (size_t)(--h->n - at) * sizeof *h->line);
  }
  h->line[h->n++] = copy;
}

void history_clear(history *h) {
  for (int i = 0; i < h->n; i++) free(h->line[i]);
  h->n = 0;
}

static void recall(prompt *p, const history *h, int step) {
  int wanted = p->recalled + step;
  if (!h || wanted < 0 || wanted > h->n) return;
  if (p->recalled == 0) memcpy(p->typed, p->text, sizeof p->typed);
  snprintf(p->text, sizeof p->text, "%s", wanted == 0 ? p->typed : h->line[h->n - wanted]);
  p->recalled = wanted;
  p->cursor = strlen(p->text);
}

/* ---- Editing ------------------------------------------------------------------------------------------ */

void prompt_set(prompt *p, const char *text) {
  *p = (prompt){.shown = -1};
  snprintf(p->text, sizeof p->text, "%s", text);
  p->cursor = strlen(p->text);
}

static int is_inside(const char *text, size_t at) { return ((unsigned char)text[at] & 0xc0) == 0x80; }

static size_t left_of(const prompt *p, size_t at) {
  if (at > 0) at--;
  while (at > 0 && is_inside(p->text, at)) at--;
  return at;
}

static size_t right_of(const prompt *p, size_t at) {
  if (p->text[at]) at++;
  while (p->text[at] && is_inside(p->text, at)) at++;
  return at;
}

static void cut(prompt *p, size_t from, size_t to) {
  memmove(p->text + from, p->text + to, strlen(p->text + to) + 1);
  p->cursor = from;
}

static void insert(prompt *p, int byte) {
  size_t n = strlen(p->text);
  if (n + 1 >= sizeof p->text) return;
  memmove(p->text + p->cursor + 1, p->text + p->cursor, n - p->cursor + 1);
  p->text[p->cursor++] = (char)byte;
}

static size_t word_left(const prompt *p) {
  size_t at = p->cursor;
  while (at > 0 && p->text[at - 1] == ' ') at--;
  while (at > 0 && p->text[at - 1] != ' ') at--;
  return at;
}

static void complete(prompt *p, prompt_completer completer, void *owner, int step) {
  if (!completer) return;
  if (p->shown < 0) {
    p->n_completions = completer(owner, p->text, p->cursor, p->completion, &p->word);
    if (p->n_completions == 0) return;
    p->shown = step > 0 ? 0 : p->n_completions - 1;
  } else {
    p->shown = (p->shown + step + p->n_completions) % p->n_completions;
  }
  char whole[2 * PROMPT_SIZE + COMPLETION_SIZE];
  int n = snprintf(whole, sizeof whole, "%.*s%s", (int)p->word, p->text, p->completion[p->shown]);
  snprintf(whole + n, sizeof whole - (size_t)n, "%s", p->text + p->cursor);
  p->cursor = (size_t)n < sizeof p->text - 1 ? (size_t)n : sizeof p->text - 1;
  memcpy(p->text, whole, sizeof p->text - 1);
  p->text[sizeof p->text - 1] = 0;
}

enum prompt_end prompt_key(prompt *p, int code, const history *h, prompt_completer completer, void *owner) {
  enum { CTRL_A = 1, CTRL_B = 2, CTRL_E = 5, CTRL_F = 6, CTRL_H = 8, CTRL_K = 11, CTRL_N = 14, CTRL_P = 16, CTRL_W = 23 };
  int is_completing = code == KEY_TABULATOR || code == KEY_BTAB;
  if (!is_completing) p->shown = -1;
  switch (code) {
  case KEY_ESCAPE: return PROMPT_LEFT;
  case KEY_RETURN: case KEY_NEWLINE: case KEY_ENTER: return PROMPT_TAKEN;
  case KEY_TABULATOR: complete(p, completer, owner, 1); break;
  case KEY_BTAB: complete(p, completer, owner, -1); break;
  case KEY_LEFT: case CTRL_B: p->cursor = left_of(p, p->cursor); break;
  case KEY_RIGHT: case CTRL_F: p->cursor = right_of(p, p->cursor); break;
  case KEY_HOME: case CTRL_A: p->cursor = 0; break;
  case KEY_END: case CTRL_E: p->cursor = strlen(p->text); break;
  case KEY_UP: case CTRL_P: recall(p, h, 1); break;
  case KEY_DOWN: case CTRL_N: recall(p, h, -1); break;
  case KEY_DELETE: case CTRL_H: case KEY_BACKSPACE:
    if (!p->text[0]) return PROMPT_LEFT; /* nothing left to take back but the prompt itself */
    cut(p, left_of(p, p->cursor), p->cursor);
    break;
  case KEY_DC: case KEY_CTRL_D: cut(p, p->cursor, right_of(p, p->cursor)); break;
  case KEY_CTRL_U: cut(p, 0, p->cursor); break;
  case CTRL_K: cut(p, p->cursor, strlen(p->text)); break;
  case CTRL_W: cut(p, word_left(p), p->cursor); break;
  default:
    if (code >= ' ' && code < 256) insert(p, code);
  }
  return PROMPT_GOES_ON;
}

int prompt_cursor_cells(const prompt *p) {
  char before[PROMPT_SIZE];
  snprintf(before, sizeof before, "%.*s", (int)p->cursor, p->text);
  return text_width(before);
}
