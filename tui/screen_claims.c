/* screen_claims.c - view 7: the script's claims with their verdicts, and all figures of the one under the cursor. */
#include <string.h>

#include "events.h"
#include "keys.h"
#include "search.h"
#include "text.h"

static void draw(dashboard *d, rect body) {
  frame *f = &d->frame;
  const model *m = &d->model;
  int n = (int)m->n_claims, detail = body.height >= 12 && n > 0 ? 5 : 0, top = body.height >= 6 ? 1 : 0;
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
  if (!detail) return;
  store_claim shown, *c = &shown;
  int is_so_far = verdicts_of(d, d->claims.selected, c);
  char title[360];
  text_elide(title, sizeof title, c->text, body.width - 26);
  if (is_so_far) snprintf(title + strlen(title), sizeof title - strlen(title), " (so far)");
  frame_rule(f, body.y + body.height - detail, title);
  text_draw_wrapped(f, (rect){2, body.y + body.height - detail + 1, body.width - 3, detail - 1},
               *c->figures ? c->figures : "no verdict yet");
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
