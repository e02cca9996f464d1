/* actions.c - keys that work on every screen: views, moving, freezing, leaving. */
#include "actions.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const screen *const screens[SCREENS] = {&screen_runs, &screen_run, &screen_log, &screen_claims};

static const double message_seconds = 6;

static void set_message(dashboard *d, const char *format, va_list args) {
  vsnprintf(d->message, sizeof d->message, format, args);
  d->message_until = d->now + message_seconds;
}

void dashboard_say(dashboard *d, const char *format, ...) {
  va_list args;
  va_start(args, format);
  set_message(d, format, args);
  va_end(args);
  d->message_is_error = 0;
}

void dashboard_complain(dashboard *d, const char *format, ...) {
  va_list args;
  va_start(args, format);
  set_message(d, format, args);
  va_end(args);
  d->message_is_error = 1;
}

int dashboard_init(dashboard *d) {
  const model *m = &d->model;
  d->rows = calloc(m->n_trials + m->n_configs + 2u, sizeof *d->rows);
  d->is_folded = calloc(m->n_configs + 1u, 1);
  if (!d->rows || !d->is_folded) return BAUD_ENOMEM;
  d->view = &screen_runs;
  d->selected = (target){0, -1};
  d->sort_order = DESCENDING;
  d->shown_chart = 2; /* absorbed: what this is all about */
  d->has_band = 1;
  d->is_following = 1;
  d->has_totals = m->liveness == ENDED; /* the last episodes of what has been learnt tell little */
  /* Many seeds: the configurations are the overview. */
  if (m->n_trials > 4 * m->n_configs || m->n_trials > 24) memset(d->is_folded, 1, m->n_configs);
  return 0;
}

void dashboard_clear(dashboard *d) {
  free(d->rows);
  free(d->is_folded);
  frame_free(&d->frame);
  dots_free(&d->canvas);
  charts_free();
  model_close(&d->model);
}

void act_help(dashboard *d, int unused) {
  (void)unused;
  d->mode = MODE_HELP;
  d->help_top = 0;
}

void act_view(dashboard *d, int digit) {
  if (d->view->digit == digit) {
    if (d->view == &screen_run) act_zoom_panel(d, 0);
    return;
  }
  for (int i = 0; i < SCREENS; i++)
    if (screens[i]->digit == digit) d->view = screens[i];
}

void act_back(dashboard *d, int unused) {
  (void)unused;
  if (d->view == &screen_run && d->zoom_panel == LAYOUT_ONE_PLOT) d->zoom_panel = LAYOUT_GRID;
  else if (d->view == &screen_run && d->has_cursor) d->has_cursor = 0;
  else if (d->view == &screen_log && d->log_filter[0]) d->log_filter[0] = 0;
  else if (d->view == &screen_runs) d->filter[0] = 0;
  else d->view = &screen_runs;
}

void act_freeze(dashboard *d, int unused) {
  (void)unused;
  d->is_frozen = !d->is_frozen;
  d->frozen_unix = d->unix_now;
}

void act_detach(dashboard *d, int unused) {
  (void)unused;
  d->is_leaving = 1;
}

void act_redraw(dashboard *d, int unused) {
  (void)unused;
  d->frame.cursor_x = -1; /* terminal_show takes this as: all of it, from nothing */
}

void act_command(dashboard *d, int unused) {
  (void)unused;
  d->mode = MODE_COMMAND;
  d->input[0] = 0;
}

void act_filter(dashboard *d, int unused) {
  (void)unused;
  d->mode = MODE_FILTER;
  snprintf(d->input, sizeof d->input, "%s", d->view == &screen_log ? d->log_filter : d->filter);
}

static list *list_of_view(dashboard *d, int *rows) {
  if (d->view == &screen_log) {
    *rows = (int)d->model.n_events;
    return &d->log;
  }
  if (d->view == &screen_claims) {
    *rows = (int)d->model.n_claims;
    return &d->claims;
  }
  *rows = d->n_rows;
  return &d->list;
}

void act_move(dashboard *d, int rows) {
  int n;
  list *l = list_of_view(d, &n);
  list_move(l, rows, n);
  if (l == &d->list) rows_select(d, l->selected);
  if (l == &d->log) d->is_following = 0;
}

void act_page(dashboard *d, int halves) {
  int half = d->frame.height / 4;
  act_move(d, halves * (half > 1 ? half : 1));
}

void act_end(dashboard *d, int which) {
  act_move(d, which * 1000000000);
  if (d->view == &screen_log) d->is_following = which > 0;
}
