/* columns.c - headings and cells of the Runs view: columns.h. */
#include "columns.h"

#include <math.h>
#include <string.h>

#include "text.h"

enum { MARGIN = 4, LEAST_NAME = 14 }; /* cursor mark and state letter; cells of the name below which columns go */

static const struct {
  const char *heading;
  int width, narrow; /* with the blank before it; where room is short */
  int drop;       /* dropped in this order; 0: never */
  int can_sort;
} table[COLUMNS_SHOWN] = {
    [COLUMN_NAME] = {"CONFIGURATION / TRIAL", 0, 0, 0, 1},
    [COLUMN_SEEDS] = {"SEEDS", 10, 8, 2, 0},
    [COLUMN_PROGRESS] = {"PROGRESS", 12, 10, 1, 0},
    [COLUMN_PERCENT] = {"%", 5, 4, 8, 1},
    [COLUMN_ETA] = {"ETA", 6, 5, 5, 1},
    [COLUMN_RETURN] = {"RETURN", 8, 7, 9, 1},
    [COLUMN_OFFERED] = {"OFFER", 8, 7, 6, 1},
    [COLUMN_RECEIVED] = {"RECV", 8, 7, 10, 1},
    [COLUMN_ABSORBED] = {"ABSB", 8, 7, 11, 1},
    [COLUMN_USEFUL] = {"USEFUL", 8, 7, 7, 1},
    [COLUMN_SHARE] = {"USE%", 7, 6, 3, 1},
    [COLUMN_SPARK] = {"", 16, 11, 4, 0},
};

const char *column_name(int column) { return column == COLUMN_NAME ? "order" : table[column].heading; }

int column_next(int column, int step) {
  do column = (column + step + COLUMNS_SHOWN) % COLUMNS_SHOWN;
  while (!table[column].can_sort);
  return column;
}

static double percent_of(const dashboard *d, target what) {
  if (what.trial < 0) return 100 * d->model.configs[what.config].progress;
  const model_trial *t = d->model.trials + what.trial;
  if (t->status == STATUS_DONE) return 100;
  return t->target ? fmin(100 * (double)t->episodes / (double)t->target, 100) : NAN;
}

static double eta_of(const dashboard *d, target what) {
  if (what.trial >= 0) return model_trial_eta(d->model.trials + what.trial);
  const model_config *c = d->model.configs + what.config;
  double longest = NAN;
  if (c->by_state[model_state_index(STATUS_QUEUED)]) return NAN;
  for (uint32_t i = 0; i < c->n_trials; i++) longest = fmax(longest, model_trial_eta(d->model.trials + c->trials[i]));
  return longest;
}

double column_value(const dashboard *d, target what, int column) {
  const float *recent = what.trial < 0 ? d->model.configs[what.config].recent : d->model.trials[what.trial].recent;
  if (what.trial >= 0 && !d->model.trials[what.trial].has_recent && column >= COLUMN_RETURN) return NAN;
  switch (column) {
  case COLUMN_PERCENT: return percent_of(d, what);
  case COLUMN_ETA: return eta_of(d, what);
  case COLUMN_RETURN: return (double)recent[RECENT_RETURN];
  case COLUMN_OFFERED: return (double)recent[RECENT_OFFERED];
  case COLUMN_RECEIVED: return (double)recent[RECENT_RECEIVED];
  case COLUMN_ABSORBED: return (double)recent[RECENT_ABSORBED];
  case COLUMN_USEFUL: return (double)recent[RECENT_USEFUL];
  case COLUMN_SHARE: {
    double offered = (double)recent[RECENT_OFFERED];
    return offered > 0 ? 100 * (double)recent[RECENT_USEFUL] / offered : NAN;
  }
  default: return NAN; /* the script's own order */
  }
}

/* Drops columns in their order, from `first` to `last`, until `needed` cells are free; returns those freed. */
static int drop_columns(int widths[COLUMNS_SHOWN], int first, int last, int needed) {
  int freed = 0;
  for (int drop = first; drop <= last && freed < needed; drop++)
    for (int i = 0; i < COLUMNS_SHOWN; i++)
      if (table[i].drop == drop) freed += widths[i], widths[i] = 0;
  return freed;
}

void columns_fit(int cells, int wished_name, int widths[COLUMNS_SHOWN]) {
  int left = cells - MARGIN - 1, least = cells / (cells >= 100 ? 3 : 4);
  if (least > wished_name) least = wished_name;
  if (least < LEAST_NAME) least = LEAST_NAME;
  for (int i = 0; i < COLUMNS_SHOWN; i++) left -= widths[i] = table[i].width;
  left += drop_columns(widths, 1, 3, least - left);
  for (int i = 0; left < least && i < COLUMNS_SHOWN; i++) /* narrower before fewer */
    if (widths[i]) left += widths[i] - table[i].narrow, widths[i] = table[i].narrow;
  left += drop_columns(widths, 4, COLUMNS_SHOWN, least - left);
  widths[COLUMN_NAME] = left < 0 ? 0 : left > wished_name + 2 && widths[COLUMN_SPARK] ? wished_name + 2 : left;
  if (widths[COLUMN_SPARK]) widths[COLUMN_SPARK] += left - widths[COLUMN_NAME];
  if (widths[COLUMN_SPARK] > 64) widths[COLUMN_NAME] += widths[COLUMN_SPARK] - 64, widths[COLUMN_SPARK] = 64;
}

int columns_at(const int widths[COLUMNS_SHOWN], int x) {
  for (int i = 0, at = MARGIN + 1; i < COLUMNS_SHOWN; at += widths[i++])
    if (x >= at && x < at + widths[i]) return table[i].can_sort ? i : -1;
  return -1;
}

void columns_draw_heading(dashboard *d, int y, const int widths[COLUMNS_SHOWN]) {
  frame *f = &d->frame;
  frame_put(f, 3, y, 'S', STYLE_DIM);
  for (int i = 0, x = MARGIN + 1; i < COLUMNS_SHOWN; x += widths[i++]) {
    char text[64];
    int is_sorted = i == d->sort_column && i != COLUMN_NAME;
    const char *heading = i == COLUMN_SPARK ? charts[d->shown_chart].name : table[i].heading;
    if (i == COLUMN_NAME && widths[i] < 22) heading = "CONFIG / TRIAL";
    const char *mark = !is_sorted ? "" : d->sort_order == DESCENDING ? "v" : "^";
    int has_room = (int)strlen(heading) + 2 < widths[i];
    snprintf(text, sizeof text, "%s%s%s%s", heading, i == COLUMN_SPARK ? widths[i] > 18 ? "/episode" : "/ep" : "",
             is_sorted && has_room ? " " : "", mark);
    unsigned style = is_sorted ? STYLE_STRONG : STYLE_DIM;
    if (widths[i] == 0) continue;
    if (i == COLUMN_NAME) frame_text(f, x, y, widths[i], style, text);
    else if (i == COLUMN_SPARK || i == COLUMN_SEEDS || i == COLUMN_PROGRESS)
      frame_text(f, x + 2, y, widths[i] - 2, style, text);
    else frame_right(f, x, y, widths[i], style, text);
  }
}

/* "R6F1Q1" */
static void seeds_text(char *out, size_t size, const model_config *c) {
  size_t used = 0;
  out[0] = 0;
  for (int i = 0; i < STATES && used < size; i++)
    if (c->by_state[i]) used += (size_t)snprintf(out + used, size - used, "%c%u", model_states[i], c->by_state[i]);
}

static void draw_spark(dashboard *d, int x, int y, int cells, target what, unsigned style) {
  chart_data data;
  chart_query q = {.targets = &what, .n = 1, .dots = 2 * cells, .chart = charts + d->shown_chart, .seeds = SEEDS_OFF};
  chart_read(&d->model, &q, &data);
  if (data.n_series == 0 || data.domain.n == 0) return;
  const double *line = data.series[0].line;
  double low = 0, high = 0, level = NAN, n = (data.domain.end - data.domain.from) / data.domain.width;
  for (int i = 0; i < data.domain.n; i++)
    if (isfinite(line[i])) low = fmin(low, line[i]), high = fmax(high, line[i]);
  for (int i = 0; i < cells; i++) {
    int from = (int)(i * n / cells), to = (int)ceil((i + 1) * n / cells), count = 0;
    double sum = 0;
    for (int bin = from; bin < to && bin < data.domain.n; bin++)
      if (isfinite(line[bin])) sum += line[bin], count++;
    if (from >= data.domain.n) break;
    if (count) level = high - low > 1e-9 ? (sum / count - low) / (high - low) : 0;
    if (!isnan(level)) frame_put(&d->frame, x + i, y, frame_spark(&d->frame, level), style);
  }
}

static void cell_text(const dashboard *d, target what, int column, char *out, size_t size) {
  double value = column_value(d, what, column);
  char status = what.trial < 0 ? d->model.configs[what.config].status : d->model.trials[what.trial].status;
  if (column == COLUMN_ETA && status == STATUS_PAUSED) snprintf(out, size, "paus");
  else if (column == COLUMN_ETA) text_duration(out, size, value);
  else if (isnan(value)) snprintf(out, size, "-");
  else if (column == COLUMN_PERCENT || column == COLUMN_SHARE) snprintf(out, size, "%.0f", value);
  else text_number(out, size, value, 6);
}

static void draw_name(dashboard *d, int y, target what, int width) {
  frame *f = &d->frame;
  int mark = mark_of(d, what);
  if (mark >= 0) frame_put(f, 1, y, (uint32_t)('a' + mark), STYLE_FIRST + (unsigned)mark);
  const model_config *c = d->model.configs + what.config;
  char name[400], cut[400];
  if (what.trial < 0) {
    frame_put(f, 3, y, d->is_folded[what.config] ? '>' : 'v', STYLE_DIM);
    snprintf(name, sizeof name, "%s", c->label);
  } else {
    const model_trial *t = d->model.trials + what.trial;
    frame_put(f, 3, y, (uint32_t)(unsigned char)t->status, state_style(t->status));
    if (t->changes) frame_put(f, 4, y, '!', STYLE_ALERT);
    snprintf(name, sizeof name, "  seed %llu", (unsigned long long)t->seed);
  }
  text_elide(cut, sizeof cut, name, width - 1);
  frame_text(f, MARGIN + 1, y, width, what.trial < 0 ? STYLE_STRONG : STYLE_PLAIN, cut);
}

void columns_draw_row(dashboard *d, int y, target what, const int widths[COLUMNS_SHOWN]) {
  frame *f = &d->frame;
  draw_name(d, y, what, widths[COLUMN_NAME]);
  for (int i = 0, x = MARGIN + 1; i < COLUMNS_SHOWN; x += widths[i++]) {
    char text[64];
    if (widths[i] == 0 || i == COLUMN_NAME) continue;
    if (i == COLUMN_SEEDS) {
      seeds_text(text, sizeof text, d->model.configs + what.config);
      if (what.trial < 0) frame_text(f, x + 2, y, widths[i] - 2, STYLE_PLAIN, text);
    } else if (i == COLUMN_PROGRESS) {
      double percent = percent_of(d, what);
      frame_bar(f, x + 2, y, widths[i] - 2, isnan(percent) ? 0 : percent / 100);
    } else if (i == COLUMN_SPARK) {
      draw_spark(d, x + 2, y, widths[i] - 2, what, what.trial < 0 ? STYLE_FIRST : STYLE_BAR);
    } else {
      cell_text(d, what, i, text, sizeof text);
      frame_right(f, x + 1, y, widths[i] - 1, STYLE_PLAIN, text);
    }
  }
}
