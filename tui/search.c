/* search.c - matches among the rows of a list: search.h. */
#include "search.h"

#include "actions.h"

enum { ROW_TEXT = 1400 };

static int is_match(dashboard *d, int row) {
  char text[ROW_TEXT] = "";
  d->view->row_text(d, row, text, sizeof text);
  return sieve_passes(filter_of_view(d), text);
}

void search_mark(dashboard *d, int row, int y) {
  if (d->search.is_set && is_match(d, row)) frame_put(&d->frame, 1, y, '*', STYLE_MATCH);
}

void search_note(dashboard *d, char *out, size_t size) {
  int n, before = 0, all = 0;
  const list *l = list_of_view(d, &n);
  out[0] = 0;
  if (!d->search.is_set) return;
  for (int i = 0; i < n; i++) {
    int is_hit = is_match(d, i);
    all += is_hit;
    before += is_hit && i <= l->selected;
  }
  snprintf(out, size, "  /%.40s %d/%d", d->search.text, before, all);
}

/* Opens what the filter shows for the sake of trials within. */
static void unfold_matches(dashboard *d) {
  for (uint32_t c = 0; c < d->model.n_configs; c++)
    if (d->is_folded[c] && d->passes[d->model.n_trials + c] && !sieve_passes(&d->filter, d->model.configs[c].label)) d->is_folded[c] = 0;
  rows_build(d);
}

void act_search(dashboard *d, int step) {
  int n;
  if (!filter_of_view(d)->is_set) {
    if (d->view == &screen_log) act_warning(d, step);
    else dashboard_say(d, "nothing is searched for: / does");
    return;
  }
  if (d->view == &screen_runs) unfold_matches(d);
  const list *l = list_of_view(d, &n);
  int at = l->selected;
  for (int i = at + step; i >= 0 && i < n; i += step) {
    if (!is_match(d, i)) continue;
    act_move(d, i - at);
    return;
  }
  dashboard_say(d, "no %s match", step > 0 ? "later" : "earlier");
}
