/* export.c - :save and :plot: export.h. Files are written beside their place and renamed when whole. */
#include "export.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ladder.h"
#include "plot.h"
#include "plots.h"
#include "svg.h"
#include "text.h"

enum { PATH_ROOM = 4096, PICTURE_DOTS = 512 };

/* "~/plot.svg" as a shell would have it. */
static void expand(const char *path, char *out, size_t size) {
  const char *home = getenv("HOME");
  if (path[0] == '~' && path[1] == '/' && home) snprintf(out, size, "%s%s", home, path + 1);
  else snprintf(out, size, "%s", path);
}

static FILE *begin_file(const char *path, char *part, size_t size) {
  char whole[PATH_ROOM];
  expand(path, whole, sizeof whole);
  snprintf(part, size, "%s.part-%ld", whole, (long)getpid());
  return fopen(part, "we");
}

static void end_file(dashboard *d, const char *name, FILE *to, const char *part, const char *path, const char *what) {
  char whole[PATH_ROOM];
  expand(path, whole, sizeof whole);
  int is_written = to && !ferror(to);
  if (to && fclose(to) != 0) is_written = 0;
  if (is_written && rename(part, whole) == 0) {
    dashboard_say(d, "%s is in %s", what, path);
    return;
  }
  dashboard_complain(d, "%s: %.200s could not be written: %s", name, path, strerror(errno));
  unlink(part);
}

void export_frame(dashboard *d, const char *name, const char *path) {
  char part[PATH_ROOM + 32];
  d->message[0] = 0;
  chrome_draw(d); /* without the prompt */
  FILE *to = begin_file(path, part, sizeof part);
  if (to) frame_write(&d->frame, to);
  end_file(d, name, to, part, path, "this frame");
}

/* The targets of the present view's plot. */
static const target *targets_of(const dashboard *d, int *n) {
  int is_compared = d->view == &screen_compare && d->n_marks > 1;
  *n = is_compared ? d->n_marks : 1;
  return is_compared ? d->marks : &d->selected;
}

static void fill_legend(const dashboard *d, const chart_query *q, const chart_data *data, char names[SERIES][200], svg_text *text) {
  static const char *const parts[] = {"reward", "observation", "demonstration"};
  for (int i = 0; i < data->n_series; i++) {
    if (q->n > 1) target_name(d, q->targets[i], names[i], sizeof names[i]);
    else if (data->n_series == 3) snprintf(names[i], sizeof names[i], "%s", parts[i]);
    else if (data->n_series == 2) snprintf(names[i], sizeof names[i], "%s", figure_table[q->chart->parts[i].figure].name);
    else continue;
    text->legend[i] = names[i];
  }
}

/* All of it, this once, whatever keys are pressed meanwhile. */
static void read_whole(model *m, const chart_query *q, chart_data *data) {
  static const double patience_seconds = 5;
  int keys_fd = m->curves.keys_fd;
  m->curves.keys_fd = -1;
  m->curves.budget_until = m->curves.begun + patience_seconds;
  chart_read(m, q, data);
  m->curves.keys_fd = keys_fd;
}

static void export_curves(dashboard *d, const char *name, const char *path) {
  char part[PATH_ROOM + 32], title[500], subject[300], x[80], names[SERIES][200];
  int n;
  const target *targets = targets_of(d, &n);
  chart_query q = plots_query(d, targets, n, *chart_of_view(d), 80, PLOTS_ALONE);
  chart_data data;
  axis a;
  q.dots = PICTURE_DOTS;
  read_whole(&d->model, &q, &data);
  if (!plot_y_axis(&data, d->is_log ? AXIS_LOG : AXIS_LINEAR, 6, &a)) {
    dashboard_complain(d, "%s: there is nothing to draw yet", name);
    return;
  }
  target_name(d, targets[0], subject, sizeof subject);
  snprintf(title, sizeof title, "%s%s%s", n > 1 ? q.chart->whole_title : q.chart->title, n > 1 ? "" : ", ", n > 1 ? "" : subject);
  snprintf(x, sizeof x, "%s", x_axis_units[q.axis]);
  svg_text text = {.title = title, .x = x, .y = data.series[0].low ? seeds_titles[q.seeds] : ""};
  fill_legend(d, &q, &data, names, &text);
  FILE *to = begin_file(path, part, sizeof part);
  if (to) svg_write(to, &data, &a, &text);
  end_file(d, name, to, part, path, "the plot");
}

/* The ladder that the claim under the cursor holds. */
static void export_ladder(dashboard *d, const char *name, const char *path) {
  char part[PATH_ROOM + 32];
  store_claim c;
  ladder l;
  if (d->model.n_claims > 0) verdicts_of(d, d->claims.selected, &c);
  if (d->model.n_claims == 0 || !ladder_read(&l, c.figures)) {
    dashboard_complain(d, "%s: the figures of this claim are no ladder, and there is nothing to draw", name);
    return;
  }
  FILE *to = begin_file(path, part, sizeof part);
  if (to) ladder_write_svg(to, &l, c.text);
  end_file(d, name, to, part, path, "the ladder");
}

void export_plot(dashboard *d, const char *name, const char *path) {
  if (d->view == &screen_claims) export_ladder(d, name, path);
  else export_curves(d, name, path);
}
