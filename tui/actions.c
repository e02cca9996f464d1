/* actions.c - keys that work on every screen: views, moving, freezing, leaving. */
#include "actions.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "habits.h"

const screen *const screens[SCREENS] = {&screen_runs, &screen_run,     &screen_graph,  &screen_env,
                                        &screen_log,  &screen_plugins, &screen_claims, &screen_compare};

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
  d->passes = malloc(m->n_trials + m->n_configs + 1u);
  if (!d->rows || !d->is_folded || !d->passes) return BAUD_ENOMEM;
  memset(d->passes, 1, m->n_trials + m->n_configs + 1u);
  if (graph_build(&d->graph, m->plan) != 0) return BAUD_ENOMEM;
  feed_stop(&d->feed);
  verdicts_close(&d->verdicts);
  d->is_wide_picture = 1;
  d->view = &screen_runs;
  d->selected = (target){0, -1};
  d->sort_order = DESCENDING;
  d->shown_chart = 2; /* absorbed: what this is all about */
  d->compared = d->shown_chart;
  d->measured = (target){UINT32_MAX, -1};
  d->is_following = 1;
  d->has_totals = m->liveness == ENDED; /* the last episodes of what has been learnt tell little */
  /* Many seeds: the configurations are the overview. */
  if (m->n_trials > 4 * m->n_configs || m->n_trials > 24) memset(d->is_folded, 1, m->n_configs);
  habits_load(d);
  return 0;
}

void dashboard_clear(dashboard *d) {
  steer_close(&d->steering);
  units_close(&d->units);
  verdicts_close(&d->verdicts);
  feed_stop(&d->feed);
  graph_free(&d->graph);
  sieve_clear(&d->filter);
  sieve_clear(&d->search);
  history_clear(&d->history);
  free(d->rows);
  free(d->is_folded);
  free(d->passes);
  frame_free(&d->frame);
  dots_free(&d->canvas);
  charts_free();
  compare_free();
  model_close(&d->model);
}

void act_help(dashboard *d, int unused) {
  (void)unused;
  d->mode = MODE_HELP;
  d->help_top = d->help_finds = 0;
  *d->help_find = 0;
}

void show_screen(dashboard *d, const screen *s) {
  d->view = s;
  if (s->enter) s->enter(d);
}

void act_view(dashboard *d, int digit) {
  if (d->view->digit == digit) {
    if (d->view->scope & (IN_RUNS | IN_RUN | IN_GRAPH | IN_ENV | IN_COMPARE)) act_zoom_panel(d, 0);
    return;
  }
  for (int i = 0; i < SCREENS; i++)
    if (screens[i]->digit == digit) show_screen(d, screens[i]);
}

int *chart_of_view(dashboard *d) {
  return d->view == &screen_runs ? &d->shown_chart : d->view == &screen_compare ? &d->compared : &d->plot;
}

void act_back(dashboard *d, int unused) {
  (void)unused;
  int has_plots = d->view == &screen_run || d->view == &screen_compare;
  if (zoom_of_view(d) == LAYOUT_ALONE) act_zoom_panel(d, 0);
  else if (has_plots && d->has_cursor) d->has_cursor = 0;
  else if (d->view != &screen_runs && d->view->row_text && d->search.is_set) sieve_clear(&d->search);
  else if (d->view == &screen_runs && d->filter.is_set) sieve_clear(&d->filter);
  else if (d->view == &screen_runs) d->n_marks = 0;
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
  prompt_set(&d->prompt, "");
  units_ask(d); /* what can be completed */
}

void act_filter(dashboard *d, int unused) {
  (void)unused;
  d->mode = MODE_FILTER;
  snprintf(d->filter_before, sizeof d->filter_before, "%s", filter_of_view(d)->text);
  prompt_set(&d->prompt, d->filter_before);
}

sieve *filter_of_view(dashboard *d) { return d->view == &screen_runs ? &d->filter : &d->search; }

list *list_of_view(dashboard *d, int *rows) {
  if (d->view->list_of) return d->view->list_of(d, rows);
  *rows = d->n_rows;
  return &d->list;
}

void act_move(dashboard *d, int rows) {
  int n;
  list *l = list_of_view(d, &n);
  list_move(l, rows, n);
  if (l == &d->list) rows_select(d, l->selected), d->is_tracking = 0;
  if (l == &d->log) d->is_following = 0;
  if (l == &d->nodes) graph_choose(d, l->selected);
}

void act_page(dashboard *d, int halves) {
  int half = d->frame.height / 4;
  act_move(d, halves * (half > 1 ? half : 1));
}

void act_end(dashboard *d, int which) {
  act_move(d, which * 1000000000);
  if (d->view == &screen_log) d->is_following = which > 0;
}

void act_copy(dashboard *d, int unused) {
  (void)unused;
  if (!d->readout[0]) dashboard_complain(d, "there are no values to copy in this view");
  else d->is_copying = 1;
}
