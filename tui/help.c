/* help.c - the help over a screen: this view's keys on the left, everyone's on the right, all from the key table; `/` leaves
 * those that have a text in them.
 */
#define NCURSES_NOMACROS
#include <curses.h>
#include <string.h>

#include "keys.h"
#include "text.h"

enum { MOST_LINES = 64 };

/* The lines of one column: keys of this view only, or keys of every view (moving and the like are in most). */
static int collect(const dashboard *d, int is_everywhere, const key **out) {
  int n = 0;
  for (int i = 0; i < key_count && n < MOST_LINES; i++) {
    const key *k = key_table + i;
    if (!k->help || !(k->scope & d->view->scope) || (k->scope == EVERYWHERE) != is_everywhere) continue;
    if (!text_contains(k->help, d->help_find) && !text_contains(k->label, d->help_find)) continue;
    out[n++] = k;
  }
  return n;
}

static void draw_key(frame *f, int x, int y, int cells, const key *k) {
  char cut[100];
  frame_text(f, x, y, 10, STYLE_KEY, k->label);
  text_elide(cut, sizeof cut, k->help, cells - 11);
  frame_text(f, x + 11, y, cells - 11, STYLE_PLAIN, cut);
}

static const char *const legend[] = {
    "States  R running  P paused  Q queued  D done  F failed  S stopped  ! changed",
    "Bits    offered > received > absorbed > useful, per episode",
    "Marks   = exact  \xe2\x89\xa4 upper bound  \xe2\x89\xa5 lower bound  ~ estimate  - unmeasured",
};
enum { LEGEND = (int)(sizeof legend / sizeof *legend) };

/* In two columns where there is room, else everything in one. */
void help_draw(dashboard *d) {
  frame *f = &d->frame;
  const key *here[MOST_LINES * 2], *everywhere[MOST_LINES];
  int n_here = collect(d, 0, here), n_everywhere = collect(d, 1, everywhere);
  int width = f->width < 64 ? f->width : f->width > 96 ? 88 : f->width - 6, is_double = width >= 60;
  if (!is_double)
    for (int i = 0; i < n_everywhere; i++) here[n_here++] = everywhere[i];
  int lines = is_double && n_everywhere > n_here ? n_everywhere : n_here;
  int height = lines + 3 + LEGEND + 2, limit = f->height >= 10 ? f->height - 3 : f->height;
  if (height > limit) height = limit;
  rect box = {(f->width - width) / 2, (f->height - height) / 2, width, height};
  if (box.y < 2 && f->height >= height + 4) box.y = 2;
  char title[64];
  snprintf(title, sizeof title, "help: %s view%s%s%s", d->view->name, d->help_finds || *d->help_find ? "  /" : "",
           d->help_find, d->help_finds ? "_" : "");
  frame_fill(f, box, ' ', STYLE_PLAIN);
  rect in = frame_box(f, box, title, d->help_finds ? "Enter done  Esc all" : "/ find  Esc close", STYLE_STRONG);
  int with_legend = in.height >= LEGEND + 5 ? LEGEND + 1 : 0, room = in.height - 1 - with_legend;
  if (d->help_top > lines - room) d->help_top = lines - room;
  if (d->help_top < 0) d->help_top = 0;
  int half = is_double ? (in.width - 2) / 2 : in.width - 2;
  frame_text(f, in.x + 1, in.y, half, STYLE_STRONG, "THIS VIEW");
  if (is_double) frame_text(f, in.x + 1 + half, in.y, half, STYLE_STRONG, "EVERYWHERE");
  if (lines > room) frame_right(f, in.x, in.y, in.width - 1, STYLE_DIM, "\xe2\x86\x91 \xe2\x86\x93 more");
  if (lines == 0 && room > 0) frame_text(f, in.x + 1, in.y + 1, in.width - 1, STYLE_DIM, "no key has this");
  for (int i = 0; i < room; i++) {
    int line = d->help_top + i, y = in.y + 1 + i;
    if (line < n_here) draw_key(f, in.x + 1, y, half - 1, here[line]);
    if (is_double && line < n_everywhere) draw_key(f, in.x + 1 + half, y, half, everywhere[line]);
  }
  for (int i = 0; with_legend && i < LEGEND; i++)
    frame_text(f, in.x + 1, in.y + in.height - LEGEND + i, in.width - 1, STYLE_DIM, legend[i]);
}

/* A key while a text is typed. */
static void find(dashboard *d, int code) {
  size_t length = strlen(d->help_find);
  if (code == KEY_ESCAPE) *d->help_find = 0;
  if (code == KEY_ESCAPE || code == KEY_RETURN || code == KEY_NEWLINE || code == KEY_ENTER) d->help_finds = 0;
  else if (code == KEY_BACKSPACE || code == KEY_DELETE || code == '\b') d->help_find[length ? length - 1 : 0] = 0;
  else if (code >= ' ' && code < 127 && length + 1 < sizeof d->help_find) memcpy(d->help_find + length, (char[]){(char)code, 0}, 2);
  d->help_top = 0;
}

void help_key(dashboard *d, int code) {
  static const struct { int code, step; } steps[] = {
      {KEY_DOWN, 1}, {KEY_UP, -1}, {'j', 1}, {'k', -1}, {KEY_NPAGE, 8}, {KEY_PPAGE, -8}, {' ', 8},
  };
  if (d->help_finds) {
    find(d, code);
    return;
  }
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
    if (steps[i].code == code) {
      d->help_top += steps[i].step;
      return;
    }
  if (code == '/') d->help_finds = 1;
  else d->mode = MODE_BROWSE; /* any other key, q as well, closes the help and nothing else */
}
