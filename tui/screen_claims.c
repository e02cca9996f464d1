/* screen_claims.c - view 7: the script's claims with their verdicts, and all figures of the one under the cursor: as a picture
 * where they are a ladder and there is room for it.
 */
#include <string.h>

#include "events.h"
#include "keys.h"
#include "ladder.h"
#include "search.h"
#include "text.h"

enum { LEAST_LIST = 4 }; /* rows of claims that a picture leaves */

/* The lines below the list, of which the first is a rule: as many as the figures of the selected claim are given. */
static int detail_of(const dashboard *d, rect body, int n, ladder *l, int *is_ladder) {
  store_claim c;
  *is_ladder = 0;
  if (body.height < 12 || n == 0) return 0;
  verdicts_of(d, d->claims.selected, &c);
  if (!ladder_read(l, c.figures) || body.height < ladder_height(l) + 1 + LEAST_LIST) return 5;
  *is_ladder = 1;
  return ladder_height(l) + 1;
}

static void draw_detail(dashboard *d, rect area, const ladder *l) {
  store_claim c;
  int is_so_far = verdicts_of(d, d->claims.selected, &c);
  char title[360];
  text_elide(title, sizeof title, c.text, area.width - 26);
  if (is_so_far) snprintf(title + strlen(title), sizeof title - strlen(title), " (so far)");
  frame_rule(&d->frame, area.y, title);
  rect inside = {2, area.y + 1, area.width - 3, area.height - 1};
  if (l) ladder_draw(&d->frame, inside, l);
  else text_draw_wrapped(&d->frame, inside, *c.figures ? c.figures : "no verdict yet");
}

static void draw(dashboard *d, rect body) {
  frame *f = &d->frame;
  const model *m = &d->model;
  ladder l;
  int n = (int)m->n_claims, top = body.height >= 6 ? 1 : 0, is_ladder;
  list_show(&d->claims, n, body.height); /* the selection within the list, before its figures are looked at */
  int detail = detail_of(d, body, n, &l, &is_ladder);
  rect area = {0, body.y + top, body.width, body.height - top - detail};
  list_show(&d->claims, n, area.height);
  for (int i = 0; i < area.height && d->claims.top + i < n; i++) {
    int row = d->claims.top + i;
    claim_draw(d, 2, area.y + i, body.width - 3, row);
    search_mark(d, row, area.y + i);
    if (row != d->claims.selected) continue;
    frame_put(f, 0, area.y + i, 0xbb, STYLE_STRONG);
    frame_restyle(f, (rect){0, area.y + i, body.width, 1}, STYLE_SELECTED);
    f->cursor_y = area.y + i;
  }
  if (n == 0) frame_text(f, 2, area.y, body.width - 3, STYLE_DIM, "the script makes no claims");
  if (detail) draw_detail(d, (rect){0, body.y + body.height - detail, body.width, detail}, is_ladder ? &l : NULL);
}

static void note(dashboard *d, char *out, size_t size) {
  int counts[3] = {0}, n = (int)d->model.n_claims;
  static const char *const verdict[3] = {"holds", "fails", "undecided"};
  store_claim c;
  for (int i = 0; i < n; i++) {
    verdicts_of(d, i, &c);
    for (int v = 0; v < 3; v++) counts[v] += strcmp(c.verdict, verdict[v]) == 0;
  }
  int others = n - counts[0] - counts[1];
  char matches[80];
  search_note(d, matches, sizeof matches);
  if (d->frame.width < 100) snprintf(out, size, "%d of %d hold%s", counts[0], n, matches);
  else snprintf(out, size, "%d hold, %d fail, %d undecided or open%s", counts[0], counts[1], others, matches);
}

static list *list_of(dashboard *d, int *rows) {
  *rows = (int)d->model.n_claims;
  return &d->claims;
}

static void row_text(dashboard *d, int row, char *out, size_t size) {
  store_claim c;
  verdicts_of(d, row, &c);
  snprintf(out, size, "%s  %s  %s", c.verdict, c.text, c.figures);
}

static void click(dashboard *d, int x, int y) {
  (void)x;
  int row = d->claims.top + y - (d->frame.cursor_y - (d->claims.selected - d->claims.top));
  if (row >= d->claims.top && row < (int)d->model.n_claims) d->claims.selected = row;
}

const screen screen_claims = {7, "Claims", "Claims", IN_CLAIMS, draw, note, click, list_of, NULL, row_text};
