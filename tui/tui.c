/* tui.c - the loop: wait for a key or the next look at the board, act, draw what changed.
 *
 * The board is looked at once an interval (a second); a key is answered at once from what is known already. What the
 * store could not be asked within a frame's budget is asked in the next, a quarter of a second later. A key that comes
 * while the store is asked ends the asking.
 */
#include "tui.h"

#define NCURSES_NOMACROS
#include <curses.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "actions.h"
#include "commands.h"
#include "habits.h"
#include "keys.h"
#include "terminal.h"
#include "text.h"

static const double read_budget_seconds = 0.006, catch_up_seconds = 0.25;
/* To somebody who has just pressed a key, and of a run that is over, which costs nobody anything: */
static const double fill_in_seconds = 0.02; /* between two moments of reading what a finished run had come to */
static const double prompt_budget_seconds = 0.02, prompt_catch_up_seconds = 0.05, attention_seconds = 3;
static const double answer_budget_seconds = 0.004; /* of the frame that answers a key; what it lacks the next one has */

int tui_tier(const char *name) {
  static const char *const names[] = {"auto", "braille", "blocks", "ascii"};
  for (int i = 0; i < 4; i++)
    if (strcasecmp(name, names[i]) == 0) return i;
  return -1;
}

static double monotonic_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int tui_palette(const char *name) {
  for (int i = 0; i < PALETTES; i++)
    if (strcasecmp(name, palette_names[i]) == 0) return i;
  return -1;
}

/* A filter takes effect while it is typed, as long as it is one; Esc brings back the one before. */
static void edit_filter(dashboard *d, int code) {
  char reason[200];
  sieve *f = filter_of_view(d);
  enum prompt_end end = prompt_key(&d->prompt, code, NULL, NULL, NULL);
  int is_bad = sieve_set(f, end == PROMPT_LEFT ? d->filter_before : d->prompt.text, reason, sizeof reason) != 0;
  if (end != PROMPT_GOES_ON) d->mode = MODE_BROWSE;
  if (end != PROMPT_TAKEN || !is_bad) return;
  sieve_set(f, d->filter_before, reason + 100, sizeof reason - 100);
  dashboard_complain(d, "/%.60s: %.99s; the filter is as it was", d->prompt.text, reason);
}

static void edit_command(dashboard *d, int code) {
  enum prompt_end end = prompt_key(&d->prompt, code, &d->history, command_complete, d);
  if (end == PROMPT_GOES_ON) return;
  d->mode = MODE_BROWSE;
  if (end != PROMPT_TAKEN) return;
  history_add(&d->history, d->prompt.text);
  command_typed(d, d->prompt.text);
}

static void on_wheel(dashboard *d, int step) {
  if (d->view == &screen_run || d->view == &screen_compare) act_zoom(d, -step);
  else act_move(d, 3 * step);
}

static void on_click(dashboard *d, int x, int y) {
  layout l = layout_screen(d->frame.width, d->frame.height);
  if (y == l.tabs) { /* tabs are as wide as they are drawn: look for the digit that was hit */
    const frame_cell *row = d->frame.cells + y * d->frame.width;
    for (int at = x; at >= 0 && at > x - 12; at--)
      for (int i = 0; i < SCREENS; i++)
        if (row[at].glyph == (uint32_t)('0' + screens[i]->digit)) {
          act_view(d, screens[i]->digit);
          return;
        }
  } else if (d->view->click) {
    d->view->click(d, x, y);
  }
}

static void on_key(dashboard *d, int code, int x, int y) {
  if (code == TERMINAL_RESIZED) return;
  if (d->mode == MODE_HELP) help_key(d, code);
  else if (d->mode == MODE_ASK) steer_answer(d, code);
  else if (d->mode == MODE_FILTER) edit_filter(d, code);
  else if (d->mode == MODE_COMMAND) edit_command(d, code);
  else if (code == TERMINAL_CLICK) on_click(d, x, y);
  else if (code == TERMINAL_WHEEL_UP || code == TERMINAL_WHEEL_DOWN) on_wheel(d, code == TERMINAL_WHEEL_UP ? -1 : 1);
  else keys_dispatch(d, code);
}

static void look_at_clock(dashboard *d) {
  d->now = monotonic_seconds();
  d->unix_now = d->options.fixed_unix ? d->options.fixed_unix : (int64_t)time(NULL);
}

static int is_prompt(const dashboard *d) { return !d->model.board || d->now - d->key_at < attention_seconds; }

static double budget_of(const dashboard *d) {
  if (d->is_answering) return answer_budget_seconds;
  return d->has_drawn && is_prompt(d) ? prompt_budget_seconds : read_budget_seconds;
}

static void draw(dashboard *d, terminal *t) {
  int width, height, is_from_nothing = d->frame.cursor_x < 0;
  terminal_size(t, &width, &height);
  if (frame_resize(&d->frame, width, height) != 0) return;
  terminal_set_palette(t, d->palette);
  d->frame.is_tinted = terminal_is_tinted(t);
  curves_begin_frame(&d->model.curves, d->now, budget_of(d), d->model.store_version);
  chrome_draw(d);
  if (is_from_nothing) d->frame.cursor_x = -1;
  terminal_show(t, &d->frame);
  d->has_drawn = 1;
  if (is_from_nothing) d->frame.cursor_x = 0;
}

static int running_descriptor(const helper *h) { return helper_is_running(h) ? h->fd : -1; }

static void loop(dashboard *d, terminal *t) {
  double interval = d->options.interval_seconds, next_look = 0;
  interval = interval > 0 ? fmin(fmax(interval, 0.25), 60) : 1;
  while (!d->is_leaving) {
    look_at_clock(d);
    if (d->now >= next_look && !d->is_answering) {
      if (!d->is_frozen) model_refresh(&d->model);
      next_look = d->now + interval;
    }
    draw(d, t);
    double until = next_look, catch_up = d->is_answering ? 0 : is_prompt(d) ? prompt_catch_up_seconds : catch_up_seconds;
    if (d->model.curves.is_behind) until = fmin(until, d->now + catch_up);
    if (!d->model.board && d->model.next_unread < d->model.n_trials && !d->is_frozen) until = next_look = d->now + fill_in_seconds;
    int others[] = {steer_descriptor(d), running_descriptor(&d->units.helper), running_descriptor(&d->verdicts.helper), -1, -1};
    feed_descriptors(d, others + 3, others + 4);
    until = fmin(until, feed_due(d));
    if (terminal_wait(t, until - monotonic_seconds(), others, sizeof others / sizeof *others)) return;
    look_at_clock(d);
    if (steer_poll(d)) next_look = 0; /* what was changed shows at once */
    if (units_poll(d)) steer_offer_live(d);
    verdicts_poll(d);
    feed_poll(d, d->now);
    int was_frozen = d->is_frozen;
    d->is_answering = 0;
    for (int code, x = 0, y = 0; (code = terminal_key(t, &x, &y)) != TERMINAL_NO_KEY && !d->is_leaving;) {
      on_key(d, code, x, y);
      d->key_at = d->now;
      d->is_answering = 1;
      rows_build(d); /* a key acts on the rows as the keys before it left them */
    }
    if (d->is_copying) {
      terminal_copy(t, d->readout);
      dashboard_say(d, "copied: %s", d->readout);
      d->is_copying = 0;
    }
    if (was_frozen && !d->is_frozen) next_look = 0;
  }
}

static void print_claims(const model *m) {
  for (uint32_t i = 0; i < m->n_claims; i++) {
    const store_claim *c = m->claims + i;
    char text[400], figures[700];
    text_elide(text, sizeof text, c->text, 90);
    text_elide(figures, sizeof figures, c->figures, 120);
    printf("  %-9s  %s%s%s\n", *c->verdict ? c->verdict : "open", text, *figures ? "   " : "", figures);
  }
}

/* What is left on the terminal: that the run goes on and how to come back, or how it ended. */
static void say_goodbye(const dashboard *d) {
  const model *m = &d->model;
  uint32_t ended = model_ended(m), failed = m->by_state[model_state_index(STATUS_FAILED)];
  char name[200], run_name[1100];
  text_elide(name, sizeof name, m->plan->name, 60);
  text_elide(run_name, sizeof run_name, m->run_name, 250);
  if (m->liveness == ENDED) {
    const char *how = m->state == 'S' ? "was stopped" : "is finished";
    printf("baud: %s %s: %u of %u trials, %u failed\n", name, how, ended, m->n_trials, failed);
    print_claims(m);
  } else if (m->liveness == LOST) {
    printf("baud: %s is not running, %u of %u trials have ended; go on with: baud resume %s\n", name, ended,
           m->n_trials, run_name);
  } else {
    printf("baud: %s goes on without this screen, %u of %u trials have ended; come back with: baud attach %s\n", name,
           ended, m->n_trials, run_name);
  }
  fflush(stdout);
}

int tui_run(const char *run_folder, const tui_options *options, baud_error *error) {
  dashboard *d = calloc(1, sizeof *d);
  terminal *t = NULL;
  int code = 0, asked = 0;
  if (!d) return error_set(error, BAUD_ENOMEM, "no memory for the dashboard");
  if (options) d->options = *options;
  code = model_open(&d->model, run_folder, error);
  if (code == 0 && dashboard_init(d) != 0) code = error_set(error, BAUD_ENOMEM, "no memory for the dashboard");
  if (code == 0) code = terminal_open(&t, d->options.tier, !d->options.no_mouse, error);
  if (code == 0) {
    d->frame.tier = terminal_tier(t);
    d->model.curves.keys_fd = terminal_descriptor(t);
    loop(d, t);
    habits_save(d);
    asked = terminal_close(t);
    model_refresh(&d->model);
    say_goodbye(d);
  }
  dashboard_clear(d);
  free(d);
  if (asked == SIGTERM || asked == SIGHUP) raise(asked);
  return code;
}
