/* screen_log.c - view 5: the events, newest last, by severity and filter; follows unless one looks back. */
#include <string.h>

#include "actions.h"
#include "events.h"
#include "keys.h"
#include "search.h"
#include "text.h"

static const char levels[] = "DIWE";
enum { DETAIL = 6 }; /* rows for the whole of one line, a rule above them */

static int is_shown(const dashboard *d, const store_event_row *event) {
  const char *level = strchr(levels, event->severity);
  if (level && level - levels < d->log_level) return 0;
  int has_trial = event->trial >= 0 && event->trial < (int64_t)d->model.n_trials;
  if (d->log_is_selected_only) {
    if (!has_trial || d->model.trials[event->trial].config != d->selected.config) return 0;
    if (d->selected.trial >= 0 && d->selected.trial != event->trial) return 0;
  }
  return 1;
}

/* Indices of the events that are shown, oldest first. */
static int collect(const dashboard *d, int *out) {
  int n = 0;
  for (uint32_t i = 0; i < d->model.n_events; i++)
    if (is_shown(d, d->model.events + i)) out[n++] = (int)i;
  return n;
}

static void row_text(dashboard *d, int row, char *out, size_t size) {
  int at[MODEL_EVENTS], n = collect(d, at);
  size_t used = 0;
  if (row >= n) return;
  const store_event_row *event = d->model.events + at[row];
  if (event->trial >= 0 && event->trial < (int64_t)d->model.n_trials) {
    model_trial_name(&d->model, (uint32_t)event->trial, out, size / 2);
    used = strlen(out);
  }
  snprintf(out + used, size - used, "  %s", event->text);
}

static void draw(dashboard *d, rect body) {
  frame *f = &d->frame;
  int at[MODEL_EVENTS], n = collect(d, at);
  rect area = body.height >= 6 ? (rect){body.x, body.y + 1, body.width, body.height - 1} : body;
  int detail = d->log_is_wrapped && area.height >= 10 && n > 0 ? DETAIL : 0;
  area.height -= detail;
  if (d->is_following) d->log.selected = n - 1;
  list_show(&d->log, n, area.height);
  for (int i = 0; i < area.height && d->log.top + i < n; i++) {
    int row = d->log.top + i;
    const store_event_row *event = d->model.events + at[row];
    event_draw(d, 2, area.y + i, body.width - 3, event);
    search_mark(d, row, area.y + i);
    if (row != d->log.selected) continue;
    frame_put(f, 0, area.y + i, 0xbb, STYLE_STRONG);
    frame_restyle(f, (rect){0, area.y + i, body.width, 1}, STYLE_SELECTED);
    f->cursor_y = area.y + i;
  }
  if (detail) {
    frame_rule(f, area.y + area.height, "w: the line under the cursor");
    text_draw_wrapped(f, (rect){2, area.y + area.height + 1, body.width - 3, detail - 1}, d->model.events[at[d->log.selected]].text);
  }
  if (n == 0) frame_text(f, 2, area.y, body.width - 3, STYLE_DIM, d->model.n_events ? "no event of this kind" : "no events yet");
}

static void note(dashboard *d, char *out, size_t size) {
  char matches[80];
  search_note(d, matches, sizeof matches);
  snprintf(out, size, "%s  level>=%c%s%s", d->is_following ? "FOLLOW" : "", levels[d->log_level],
           d->log_is_selected_only ? "  selected only" : "", matches);
}

static list *list_of(dashboard *d, int *rows) {
  int at[MODEL_EVENTS];
  *rows = collect(d, at);
  return &d->log;
}

static void click(dashboard *d, int x, int y) {
  (void)x;
  int at[MODEL_EVENTS], row = d->log.top + y - (d->frame.cursor_y - (d->log.selected - d->log.top));
  if (row < 0 || row >= collect(d, at)) return;
  d->log.selected = row;
  d->is_following = 0;
}

void act_follow(dashboard *d, int unused) {
  (void)unused;
  d->is_following = !d->is_following;
}

void act_level(dashboard *d, int unused) {
  (void)unused;
  d->log_level = (d->log_level + 1) % (int)(sizeof levels - 1);
}

void act_log_selected(dashboard *d, int unused) {
  (void)unused;
  d->log_is_selected_only = !d->log_is_selected_only;
}

void act_log_wrap(dashboard *d, int unused) {
  (void)unused;
  d->log_is_wrapped = !d->log_is_wrapped;
}

/* What n and N do where nothing is searched for. */
void act_warning(dashboard *d, int step) {
  int at[MODEL_EVENTS], n = collect(d, at);
  for (int i = d->log.selected + step; i >= 0 && i < n; i += step) {
    const store_event_row *event = d->model.events + at[i];
    if (event->severity != 'W' && event->severity != 'E') continue;
    d->log.selected = i;
    d->is_following = 0;
    return;
  }
  dashboard_say(d, "no %s warning", step > 0 ? "later" : "earlier");
}

/* The trial of the event under the cursor, in the Run view. */
void act_open_event(dashboard *d, int unused) {
  (void)unused;
  int at[MODEL_EVENTS], n = collect(d, at);
  const store_event_row *event = d->log.selected < n ? d->model.events + at[d->log.selected] : NULL;
  if (!event || event->trial < 0 || event->trial >= (int64_t)d->model.n_trials) return;
  d->selected = (target){d->model.trials[event->trial].config, event->trial};
  d->is_folded[d->selected.config] = 0;
  d->view = &screen_run;
}

const screen screen_log = {5, "Log", "Log", IN_LOG, draw, note, click, list_of, NULL, row_text};
