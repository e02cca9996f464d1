/* screen_log.c - view 5: the events, newest last, by severity and filter; follows unless one looks back. */
#include <string.h>

#include "actions.h"
#include "events.h"
#include "keys.h"
#include "text.h"

static const char levels[] = "DIWE";

static int is_shown(const dashboard *d, const store_event_row *event) {
  const char *level = strchr(levels, event->severity), *part = d->log_filter;
  int is_inverted = *part == '!';
  char name[300] = "";
  if (level && level - levels < d->log_level) return 0;
  int has_trial = event->trial >= 0 && event->trial < (int64_t)d->model.n_trials;
  if (has_trial) model_trial_name(&d->model, (uint32_t)event->trial, name, sizeof name);
  if (d->log_is_selected_only) {
    if (!has_trial || d->model.trials[event->trial].config != d->selected.config) return 0;
    if (d->selected.trial >= 0 && d->selected.trial != event->trial) return 0;
  }
  part += is_inverted;
  return !*part || (text_contains(event->text, part) || text_contains(name, part)) != is_inverted;
}

/* Indices of the events that are shown, oldest first. */
static int collect(const dashboard *d, int *out) {
  int n = 0;
  for (uint32_t i = 0; i < d->model.n_events; i++)
    if (is_shown(d, d->model.events + i)) out[n++] = (int)i;
  return n;
}

static void draw(dashboard *d, rect body) {
  frame *f = &d->frame;
  int at[MODEL_EVENTS], n = collect(d, at);
  rect area = body.height >= 6 ? (rect){body.x, body.y + 1, body.width, body.height - 1} : body;
  if (d->is_following) d->log.selected = n - 1;
  list_show(&d->log, n, area.height);
  for (int i = 0; i < area.height && d->log.top + i < n; i++) {
    int row = d->log.top + i;
    event_draw(d, 2, area.y + i, body.width - 3, d->model.events + at[row]);
    if (row != d->log.selected) continue;
    frame_put(f, 0, area.y + i, 0xbb, STYLE_STRONG);
    frame_restyle(f, (rect){0, area.y + i, body.width, 1}, STYLE_SELECTED);
    f->cursor_y = area.y + i;
  }
  const char *empty = d->log_filter[0] ? "nothing matches" : "no events yet";
  if (n == 0) frame_text(f, 2, area.y, body.width - 3, STYLE_DIM, empty);
}

static void note(dashboard *d, char *out, size_t size) {
  snprintf(out, size, "%s  level>=%c%s%s%s", d->is_following ? "FOLLOW" : "", levels[d->log_level],
           d->log_is_selected_only ? "  selected only" : "", d->log_filter[0] ? "  /" : "", d->log_filter);
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

void act_search(dashboard *d, int step) {
  int at[MODEL_EVENTS], n = collect(d, at);
  for (int i = d->log.selected + step; i >= 0 && i < n; i += step) {
    char severity = d->model.events[at[i]].severity;
    if (severity != 'W' && severity != 'E') continue;
    d->log.selected = i;
    d->is_following = 0;
    return;
  }
  dashboard_say(d, "no %s warning", step > 0 ? "later" : "earlier");
}

const screen screen_log = {5, "Log", "Log", IN_LOG, draw, note, NULL};
