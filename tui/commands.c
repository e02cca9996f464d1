/* commands.c - what can be typed behind ":": commands.h. What a key does as well is done by the key's function. */
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "columns.h"
#include "export.h"
#include "keys.h"
#include "text.h"
#include "units.h"

/* ---- What the words after a command may be -------------------------------------------------------------- */

static int offer_from(const char *const *words, int n, int index, char *out, size_t size) {
  if (index >= n) return 0;
  snprintf(out, size, "%s", words[index]);
  return 1;
}

static int offer_run(const dashboard *d, int index, char *out, size_t size) {
  (void)d;
  static const char *const words[] = {"run"};
  return offer_from(words, 1, index, out, size);
}

static int offer_change(const dashboard *d, int index, char *out, size_t size) {
  char name[COMPLETION_SIZE - 2];
  if (!units_live(d, d->selected.config, index, name, sizeof name)) return 0;
  snprintf(out, size, "%s=", name);
  return 1;
}

static int offer_rate(const dashboard *d, int index, char *out, size_t size) {
  (void)d;
  static const char *const words[] = {"1", "10", "100", "default"};
  return offer_from(words, 4, index, out, size);
}

static int offer_view(const dashboard *d, int index, char *out, size_t size) {
  (void)d;
  if (index >= SCREENS) return 0;
  snprintf(out, size, "%s", screens[index]->name);
  return 1;
}

static int offer_column(const dashboard *d, int index, char *out, size_t size) {
  (void)d;
  int column = COLUMN_NAME;
  for (int i = 0; i < index; i++)
    if ((column = column_next(column, 1)) == COLUMN_NAME) return 0;
  snprintf(out, size, "%s", column_name(column));
  return 1;
}

static int offer_chart(const dashboard *d, int index, char *out, size_t size) {
  (void)d;
  if (index >= CHARTS) return 0;
  snprintf(out, size, "%s", charts[index].name);
  return 1;
}

static int offer_axis(const dashboard *d, int index, char *out, size_t size) {
  (void)d;
  return offer_from(x_axis_names, X_AXES, index, out, size);
}

static int offer_seeds(const dashboard *d, int index, char *out, size_t size) {
  (void)d;
  return offer_from(seeds_names, SEEDS_SHOWN, index, out, size);
}

static int offer_palette(const dashboard *d, int index, char *out, size_t size) {
  (void)d;
  return offer_from(palette_names, PALETTES, index, out, size);
}

static int place_of(const char *word, const char *const *words, int n) {
  for (int i = 0; i < n; i++)
    if (strcasecmp(word, words[i]) == 0) return i;
  return -1;
}

/* ---- The commands ------------------------------------------------------------------------------------------ */

static void do_steer(dashboard *d, const char *name, const char *rest) { steer_command(d, name, rest); }

static void do_view(dashboard *d, const char *name, const char *rest) {
  (void)name;
  for (int i = 0; i < SCREENS; i++)
    if (strcasecmp(screens[i]->name, rest) == 0 || atoi(rest) == screens[i]->digit) {
      if (d->view != screens[i]) act_view(d, screens[i]->digit);
      return;
    }
  dashboard_complain(d, "view: there is no \"%s\"; Tab lists them", rest);
}

static void do_sort(dashboard *d, const char *name, const char *rest) {
  (void)name;
  int column = COLUMN_NAME;
  do
    if (strcasecmp(column_name(column), rest) == 0) {
      d->sort_column = column;
      d->sort_order = DESCENDING;
      return;
    }
  while ((column = column_next(column, 1)) != COLUMN_NAME);
  dashboard_complain(d, "sort: there is no column \"%s\"; Tab lists them", rest);
}

static void do_chart(dashboard *d, const char *name, const char *rest) {
  (void)name;
  for (int i = 0; i < CHARTS; i++)
    if (strcasecmp(charts[i].name, rest) == 0) {
      *chart_of_view(d) = i;
      return;
    }
  dashboard_complain(d, "chart: there is no \"%s\"; Tab lists them", rest);
}

static void do_axis(dashboard *d, const char *name, const char *rest) {
  (void)name;
  int axis = place_of(rest, x_axis_names, X_AXES);
  if (axis < 0) dashboard_complain(d, "axis: episode, step, time or bits");
  else set_axis(d, (enum x_axis)axis);
}

static void do_seeds(dashboard *d, const char *name, const char *rest) {
  (void)name;
  int how = place_of(rest, seeds_names, SEEDS_SHOWN);
  if (how < 0) dashboard_complain(d, "seeds: mean, iqm, range, each or off");
  else d->seeds = (enum seeds_shown)how;
}

static void do_palette(dashboard *d, const char *name, const char *rest) {
  (void)name;
  int palette = place_of(rest, palette_names, PALETTES);
  if (palette < 0) {
    dashboard_complain(d, "palette: there is no \"%s\"; Tab lists them", rest);
    return;
  }
  d->palette = palette;
  act_redraw(d, 0);
}

static void do_filter(dashboard *d, const char *name, const char *rest) {
  (void)name;
  char reason[200];
  if (sieve_set(&d->filter, rest, reason, sizeof reason) != 0) dashboard_complain(d, "filter: %s", reason);
}

static void do_save(dashboard *d, const char *name, const char *rest) { export_frame(d, name, rest); }
static void do_plot(dashboard *d, const char *name, const char *rest) { export_plot(d, name, rest); }

static void do_copy(dashboard *d, const char *name, const char *rest) {
  (void)name, (void)rest;
  act_copy(d, 0);
}

static void do_help(dashboard *d, const char *name, const char *rest) {
  (void)name, (void)rest;
  act_help(d, 0);
}

static void do_episode(dashboard *d, const char *name, const char *rest) {
  char *end;
  unsigned long long episode = strtoull(rest, &end, 10);
  if (end == rest || *end) {
    dashboard_complain(d, "%s: a number, from 0", name);
    return;
  }
  d->view = &screen_env;
  feed_replay(d, episode);
}

static void do_quit(dashboard *d, const char *name, const char *rest) {
  (void)name, (void)rest;
  d->is_leaving = 1;
}

const command command_table[] = {
    {"pause", "[run]", "what is selected, or the whole run", do_steer, offer_run},
    {"resume", "[run]", "goes on", do_steer, offer_run},
    {"stop", "[run]", "ends it (asks)", do_steer, offer_run},
    {"rerun", "", "what is selected, from its beginning (asks)", do_steer, NULL},
    {"step", "N", "so many episodes on, when paused", do_steer, NULL},
    {"change", "NAME=VALUE", "a live parameter of the learner; the trial is marked as changed", do_steer, offer_change},
    {"score", "N|default", "asks and quizzes every N episodes", do_steer, offer_rate},
    {"view", "NAME", "another view", do_view, offer_view},
    {"sort", "COLUMN", "of the Runs view", do_sort, offer_column},
    {"filter", "REGEX", "rows of the Runs view; ! before it inverts", do_filter, NULL},
    {"chart", "NAME", "the figure that is shown", do_chart, offer_chart},
    {"axis", "NAME", "what plots have to the right: episode, step, time, bits", do_axis, offer_axis},
    {"seeds", "HOW", "what plots show of the seeds: mean, iqm, range, each, off", do_seeds, offer_seeds},
    {"episode", "N", "plays this episode of the trial anew, from its seed", do_episode, NULL},
    {"palette", "NAME", "colours", do_palette, offer_palette},
    {"save", "FILE", "this frame as text", do_save, NULL},
    {"plot", "FILE.svg", "the plot in focus, or a claim's ladder, as a picture", do_plot, NULL},
    {"copy", "", "the values under the cursor, to the clipboard", do_copy, NULL},
    {"help", "", "the keys of this view", do_help, NULL},
    {"q", "", "detach; the run goes on", do_quit, NULL},
};
const int command_count = (int)(sizeof command_table / sizeof *command_table);

static const command *find(const char *name, size_t n) {
  for (int i = 0; i < command_count; i++)
    if (strlen(command_table[i].name) == n && strncmp(command_table[i].name, name, n) == 0) return command_table + i;
  return NULL;
}

void command_typed(dashboard *d, const char *line) {
  char rest[PROMPT_SIZE];
  line += strspn(line, " ");
  size_t n = strcspn(line, " ");
  if (n == 0) return;
  const command *c = find(line, n);
  snprintf(rest, sizeof rest, "%s", line + n + strspn(line + n, " "));
  for (size_t end = strlen(rest); end > 0 && rest[end - 1] == ' ';) rest[--end] = 0;
  if (!c) {
    const char *names[64];
    for (int i = 0; i < command_count; i++) names[i] = command_table[i].name;
    char typed[40];
    snprintf(typed, sizeof typed, "%.*s", (int)(n < 30 ? n : 30), line);
    const char *near = error_closest(typed, names, (size_t)command_count);
    dashboard_complain(d, "there is no :%s%s%s%s", typed, near ? " (did you mean :" : "; Tab lists what there is", near ? near : "",
                       near ? "?)" : "");
  } else if (!*rest && c->usage[0] && c->usage[0] != '[') {
    dashboard_complain(d, ":%s %s  %s", c->name, c->usage, c->help);
  } else {
    c->act(d, c->name, rest);
  }
}

static int offer(char out[COMPLETIONS][COMPLETION_SIZE], int n, const char *word, const char *begun, size_t length) {
  if (n == COMPLETIONS || strncasecmp(word, begun, length) != 0) return n;
  snprintf(out[n], COMPLETION_SIZE, "%s", word);
  return n + 1;
}

int command_complete(void *dashboard_of, const char *text, size_t length, char out[COMPLETIONS][COMPLETION_SIZE], size_t *word) {
  const dashboard *d = dashboard_of;
  size_t first = strspn(text, " "), n = strcspn(text + first, " ");
  int found = 0;
  char candidate[COMPLETION_SIZE];
  if (first + n >= length) { /* still the command's name */
    *word = first;
    for (int i = 0; i < command_count; i++) found = offer(out, found, command_table[i].name, text + first, length - first);
    return found;
  }
  const command *c = find(text + first, n);
  *word = first + n + strspn(text + first + n, " ");
  if (*word > length) *word = length;
  for (int i = 0; c && c->offer && c->offer(d, i, candidate, sizeof candidate); i++)
    found = offer(out, found, candidate, text + *word, length - *word);
  return found;
}
