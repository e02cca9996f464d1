/* chrome.c - one whole frame: header, tabs, the screen's body, footer or prompt; the help over it.
 *
 * The header's word tells freeze from silence: LIVE, FROZEN (by the viewer), STALE (no heartbeat for seconds), LOST
 * (no supervisor), DONE or STOPPED.
 */
#include "dashboard.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "commands.h"
#include "keys.h"
#include "text.h"

unsigned state_style(char status) {
  static const unsigned styles[STATES] = {STYLE_RUNNING, STYLE_PAUSED, STYLE_QUEUED,
                                          STYLE_DONE,    STYLE_FAILED, STYLE_DIM};
  return styles[model_state_index(status)];
}

void target_name(const dashboard *d, target what, char *out, size_t size) {
  if (what.trial >= 0) model_trial_name(&d->model, (uint32_t)what.trial, out, size);
  else snprintf(out, size, "%s", d->model.configs[what.config].label);
}

static void clock_text(const dashboard *d, char *out, size_t size) {
  time_t t = (time_t)(d->is_frozen ? d->frozen_unix : d->unix_now);
  struct tm parts;
  localtime_r(&t, &parts);
  strftime(out, size, "%H:%M:%S", &parts);
}

/* The word at the right of the header, and its look. */
static unsigned liveness_text(const dashboard *d, char *out, size_t size) {
  const model *m = &d->model;
  static const char *const words[] = {"LIVE", "STALE", "LOST", "DONE"};
  if (d->is_frozen) {
    snprintf(out, size, "FROZEN");
    return STYLE_PAUSED;
  }
  const char *word = m->liveness == ENDED && m->state == 'S' ? "STOPPED" : words[m->liveness];
  if (m->liveness == LIVE && m->state == 'P') word = "PAUSED";
  if ((m->liveness == STALE || m->liveness == LOST) && isfinite(m->silent_seconds))
    snprintf(out, size, "%s %.0fs", word, m->silent_seconds);
  else snprintf(out, size, "%s", word);
  return m->liveness == LIVE || m->liveness == ENDED ? STYLE_RUNNING : STYLE_ALERT;
}

/* "6 configurations x 8 seeds = 48 trials" where all have as many seeds. */
static void size_text(const model *m, int is_wide, char *out, size_t size) {
  uint32_t seeds = m->n_configs ? m->configs[0].n_trials : 0;
  for (uint32_t c = 0; c < m->n_configs; c++)
    if (m->configs[c].n_trials != seeds) seeds = 0;
  if (is_wide && seeds > 0)
    snprintf(out, size, "%u configuration%s x %u seed%s = %u trial%s", m->n_configs,
             m->n_configs == 1 ? "" : "s", seeds, seeds == 1 ? "" : "s", m->n_trials, m->n_trials == 1 ? "" : "s");
  else snprintf(out, size, "%u trial%s", m->n_trials, m->n_trials == 1 ? "" : "s");
}

static void draw_header(dashboard *d) {
  frame *f = &d->frame;
  const model *m = &d->model;
  char word[64], when[16], right[96], size[96], name[160], eta[16];
  int is_wide = f->width >= 100, gap = is_wide ? 3 : 2;
  unsigned style = liveness_text(d, word, sizeof word);
  clock_text(d, when, sizeof when);
  snprintf(right, sizeof right, "%s %s%s", word, is_wide ? " " : "", when);
  int right_at = f->width - 1 - (int)strlen(right), x = 1;
  if (f->width < 34) right_at = f->width - 1 - (int)strlen(word);
  x += frame_text(f, x, 0, right_at - x, STYLE_DIM, "baud") + (is_wide ? 2 : 1);
  text_elide(name, sizeof name, m->plan->name, is_wide ? 40 : f->width / 3);
  x += frame_text(f, x, 0, right_at - x - 1, STYLE_STRONG, name) + gap;
  size_text(m, is_wide, size, sizeof size);
  if (x + (int)strlen(size) < right_at) x += frame_text(f, x, 0, right_at - x - 1, STYLE_PLAIN, size) + gap;
  for (int i = 0; i < STATES; i++) {
    char count[32];
    if (m->by_state[i] == 0) continue;
    snprintf(count, sizeof count, is_wide ? "%c %u" : "%c%u", model_states[i], m->by_state[i]);
    if (x + (int)strlen(count) >= right_at) break;
    x += frame_text(f, x, 0, right_at - x - 1, state_style(model_states[i]), count) + (is_wide ? 2 : 1);
  }
  text_duration(eta, sizeof eta, m->eta_seconds);
  if (isfinite(m->eta_seconds) && x + 10 < right_at)
    frame_print(f, x + 1, 0, right_at - x - 2, STYLE_PLAIN, "ETA %s", eta);
  frame_text(f, right_at, 0, (int)strlen(word), style, word);
  if (f->width >= 34) frame_text(f, f->width - 9, 0, 8, STYLE_PLAIN, when);
}

static void draw_tabs(dashboard *d, int y) {
  frame *f = &d->frame;
  int x = 1, is_wide = f->width >= 100;
  for (int i = 0; i < SCREENS; i++) {
    const screen *s = screens[i];
    int is_shown = s == d->view;
    const char *name = is_wide ? s->name : s->short_name;
    unsigned style = is_shown ? STYLE_STRONG : STYLE_DIM;
    const char *format = is_shown ? "[%d %s]" : is_wide ? " %d %s " : "%d %s";
    x += 1 + frame_print(f, x, y, f->width - x, style, format, s->digit, name);
  }
  char note[400] = "", cut[400];
  if (d->view->note) d->view->note(d, note, sizeof note);
  text_elide(cut, sizeof cut, note, f->width - x - 2);
  if (*cut && f->width - x > 14) frame_right(f, x + 1, y, f->width - x - 2, STYLE_PLAIN, cut);
}

/* Behind what is typed: what it can be completed to, what the command is for, or what the keys do. */
static void draw_prompt_help(dashboard *d, int y, int x) {
  frame *f = &d->frame;
  const prompt *p = &d->prompt;
  char text[400] = "";
  size_t used = 0;
  if (d->mode == MODE_FILTER) snprintf(text, sizeof text, "Enter keep  Esc as before");
  for (int i = 0; p->shown >= 0 && i < p->n_completions && used + COMPLETION_SIZE + 4 < sizeof text; i++)
    used += (size_t)snprintf(text + used, sizeof text - used, i == p->shown ? "[%s] " : "%s ", p->completion[i]);
  for (int i = 0; d->mode == MODE_COMMAND && p->shown < 0 && i < command_count; i++) {
    size_t n = strlen(command_table[i].name);
    if (strncmp(p->text, command_table[i].name, n) == 0 && (p->text[n] == ' ' || !p->text[n]))
      snprintf(text, sizeof text, "%s  %s", command_table[i].usage, command_table[i].help);
  }
  if (!text[0]) snprintf(text, sizeof text, "Tab complete  Enter do  Esc leave");
  if (f->width - x > 20) frame_right(f, x + 3, y, f->width - x - 4, STYLE_DIM, text);
}

static void draw_prompt(dashboard *d, int y) {
  frame *f = &d->frame;
  if (d->mode == MODE_ASK) {
    frame_print(f, 1, y, f->width - 1, STYLE_ALERT, "%s  y yes  %sn no", d->question.text,
                d->question.can_be_whole ? "a the whole run  " : "");
    return;
  }
  int is_filter = d->mode == MODE_FILTER, room = f->width - 3, at = prompt_cursor_cells(&d->prompt);
  int from = at > room ? at - room : 0; /* the cursor stays in view */
  frame_put(f, 1, y, is_filter ? '/' : ':', STYLE_STRONG);
  int n = frame_text(f, 2 - from, y, room + from, STYLE_STRONG, d->prompt.text) - from;
  if (from) frame_put(f, 0, y, ' ', STYLE_PLAIN), frame_put(f, 1, y, 0x2026, STYLE_DIM);
  f->cursor_x = 2 + at - from;
  f->cursor_y = y;
  frame_restyle(f, (rect){f->cursor_x, y, 1, 1}, STYLE_SELECTED);
  if (f->cursor_x == 2 + n) frame_put(f, f->cursor_x, y, '_', STYLE_STRONG);
  draw_prompt_help(d, y, 2 + n);
}

static void draw_footer(dashboard *d, const layout *l) {
  frame *f = &d->frame;
  int y = l->footer >= 0 ? l->footer : f->height - 1;
  if (l->rule >= 0) frame_rule(f, l->rule, NULL);
  int is_prompt = d->mode == MODE_FILTER || d->mode == MODE_COMMAND || d->mode == MODE_ASK;
  int is_message = d->message[0] && d->now < d->message_until;
  if (l->footer < 0 && !is_prompt && !is_message) return;
  if (is_prompt || is_message) frame_fill(f, (rect){0, y, f->width, 1}, ' ', STYLE_PLAIN);
  if (is_prompt) {
    draw_prompt(d, y);
  } else if (is_message) {
    char cut[400];
    text_elide(cut, sizeof cut, d->message, f->width - 2);
    frame_text(f, 1, y, f->width - 2, d->message_is_error ? STYLE_ALERT : STYLE_STRONG, cut);
  } else {
    keys_draw_hints(d, y);
  }
}

/* Too small for anything else. */
static void draw_status_line(dashboard *d) {
  frame *f = &d->frame;
  const model *m = &d->model;
  char word[64];
  unsigned style = liveness_text(d, word, sizeof word);
  int x = frame_text(f, 0, 0, f->width, style, word);
  frame_print(f, x + 1, 0, f->width - x - 1, STYLE_PLAIN, "%u/%u", model_ended(m), m->n_trials);
}

void chrome_draw(dashboard *d) {
  frame *f = &d->frame;
  layout l = layout_screen(f->width, f->height);
  frame_clear(f);
  rows_build(d);
  if (l.is_status_only) {
    draw_status_line(d);
    return;
  }
  draw_header(d);
  if (l.tabs >= 0) draw_tabs(d, l.tabs);
  d->view->draw(d, l.body);
  if (d->mode == MODE_HELP) help_draw(d);
  draw_footer(d, &l);
}
