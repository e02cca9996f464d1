/* test_screens.c - whole frames of a made-up run: any size, any key, any value; what keys may and may not do. */
#define NCURSES_NOMACROS
#include <curses.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_run.h"
#include "tui/actions.h"
#include "tui/columns.h"
#include "tui/commands.h"
#include "tui/compare.h"
#include "tui/habits.h"
#include "tui/keys.h"
#include "tui/plot.h"
#include "tui/plots.h"
#include "tui/text.h"

static void draw(dashboard *d) {
  d->now += 1;
  curves_begin_frame(&d->model.curves, d->now, 10, d->model.store_version);
  chrome_draw(d);
}

static dashboard *open_dashboard(int width, int height) {
  dashboard *d = calloc(1, sizeof *d);
  baud_error error;
  assert_int_equal(model_open(&d->model, "/", &error), 0);
  assert_int_equal(dashboard_init(d), 0);
  d->frame.tier = GLYPHS_BRAILLE;
  d->now = 100;
  d->unix_now = 50531;
  assert_int_equal(frame_resize(&d->frame, width, height), 0);
  draw(d);
  return d;
}

static void close_dashboard(dashboard *d) {
  dashboard_clear(d);
  free(d);
  fake_run_restore();
}

static void press(dashboard *d, int code) {
  keys_dispatch(d, code);
  draw(d);
}

static char *row_text(const dashboard *d, int y) {
  static char out[4000];
  size_t used = 0;
  for (int x = 0; x < d->frame.width; x++) {
    char bytes[4];
    uint32_t glyph = d->frame.cells[y * d->frame.width + x].glyph;
    if (!glyph) continue;
    int n = text_encode(bytes, glyph);
    memcpy(out + used, bytes, (size_t)n);
    used += (size_t)n;
  }
  out[used] = 0;
  return out;
}

/* The first row that holds the text, or -1. */
static int find_row(const dashboard *d, const char *text) {
  for (int y = 0; y < d->frame.height; y++)
    if (strstr(row_text(d, y), text)) return y;
  return -1;
}

static void rows_are_exactly_as_wide_as_the_screen(const dashboard *d) {
  for (int y = 0; y < d->frame.height; y++) assert_int_equal(text_width(row_text(d, y)), d->frame.width);
}

static void every_view_is_right_at_any_size(void **state) {
  (void)state;
  static const int views[] = {'1', '2', '3', '4', '5', '6', '7', '8', '?'};
  dashboard *d = open_dashboard(80, 24);
  for (int i = 0; i < MARKS; i++) press(d, ' ');
  for (int width = 1; width <= 210; width += width < 90 ? 7 : 23)
    for (int height = 1; height <= 62; height += 3)
      for (int v = 0; v < 9; v++) {
        assert_int_equal(frame_resize(&d->frame, width, height), 0);
        d->mode = MODE_BROWSE;
        press(d, views[v]);
        rows_are_exactly_as_wide_as_the_screen(d);
      }
  close_dashboard(d);
}

static void any_value_is_drawn_without_harm(void **state) {
  (void)state;
  static const float values[] = {NAN, INFINITY, -INFINITY, 0, 7, -7, 3e38f, -3e38f, 1e-38f};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    fake_run_force(values[i]);
    dashboard *d = open_dashboard(200, 50);
    static const int keys[] = {'e', ' ', ' ', '2', 'y', 'w', 't',      '+', '+', KEY_LEFT, 'z', '-',
                               'b', 'b', 'i', 'x', '+', 'x', KEY_LEFT, 'x', '8', 'x',      '0'};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) press(d, keys[k]);
    rows_are_exactly_as_wide_as_the_screen(d);
    close_dashboard(d);
  }
}

static void a_run_that_has_not_begun_shows_dashes_not_zeros(void **state) {
  (void)state;
  fake_run_set_progress(0);
  dashboard *d = open_dashboard(120, 40);
  char *row = row_text(d, find_row(d, "all channels"));
  assert_non_null(strstr(row, "-"));
  assert_null(strstr(row, "0.0"));
  close_dashboard(d);
}

static void lower_case_never_sends_a_command(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  fake_run_commands();
  for (int view = 0; view < SCREENS; view++)
    for (int code = 0; code < 0640; code++) {
      if (code >= 'A' && code <= 'Z') continue;
      d->view = screens[view];
      d->mode = MODE_BROWSE;
      press(d, code);
    }
  assert_string_equal(fake_run_commands(), "");
  close_dashboard(d);
}

static void capitals_act_on_what_is_selected_and_stopping_asks(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  fake_run_commands();
  press(d, 'e');
  press(d, KEY_DOWN); /* seed 0 of configuration 0: trial 0 */
  press(d, 'P');
  assert_string_equal(fake_run_commands(), "pause 0;");
  press(d, 'S');
  assert_string_equal(fake_run_commands(), "");
  assert_int_equal(d->mode, MODE_ASK);
  assert_true(find_row(d, "stop all channels / seed 0?") >= 0);
  steer_answer(d, 'n');
  assert_string_equal(fake_run_commands(), "");
  press(d, 'S');
  steer_answer(d, 'y');
  assert_string_equal(fake_run_commands(), "stop 0;");
  press(d, 'S');
  steer_answer(d, 'a');
  assert_string_equal(fake_run_commands(), "stop -1;");
  close_dashboard(d);
}

static void reading_only_refuses_capitals_and_commands(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  d->options.read_only = 1;
  fake_run_commands();
  press(d, 'P');
  press(d, 'S');
  press(d, 'R');
  press(d, 'E');
  press(d, 'C');
  press(d, 'M');
  d->mode = MODE_BROWSE;
  command_typed(d, "stop");
  command_typed(d, "change lr=3");
  command_typed(d, "score 1");
  command_typed(d, "rerun");
  assert_int_equal(d->mode, MODE_BROWSE);
  assert_string_equal(fake_run_commands(), "");
  assert_true(d->message_is_error);
  close_dashboard(d);
}

static void a_command_for_many_gets_one_answer(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  fake_run_commands();
  press(d, 'P'); /* configuration 0: all that run or wait */
  assert_string_equal(fake_run_commands(), "pause 0;pause 6;pause 18;pause 24;pause 30;pause 36;pause 42;");
  assert_string_equal(d->message, "all channels: 7 trials paused");
  fake_run_refuse(18);
  press(d, 'P');
  assert_true(d->message_is_error);
  assert_string_equal(d->message, "all channels: 6 of 7 trials paused; it has other plans");
  close_dashboard(d);
}

static void a_live_parameter_is_changed_where_it_runs(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  press(d, 'e');
  press(d, KEY_DOWN);
  fake_run_commands();
  command_typed(d, "change lr=0.3");
  assert_string_equal(fake_run_commands(), "change 0 learner.lr 0.3;");
  assert_string_equal(d->message, "all channels / seed 0: learner.lr -> 0.3");
  command_typed(d, "change score.quiz 4");
  assert_string_equal(fake_run_commands(), "change 0 score.quiz 4;");
  command_typed(d, "change lr");
  assert_true(d->message_is_error);
  assert_string_equal(fake_run_commands(), "");
  press(d, 'M');
  assert_string_equal(fake_run_commands(), "change 0 score 1;");
  press(d, 'M'); /* and back */
  assert_string_equal(fake_run_commands(), "change 0 score -1;");
  press(d, 'E'); /* it runs: nothing to step */
  assert_string_equal(fake_run_commands(), "");
  assert_true(d->message_is_error);
  d->selected = (target){1, 19}; /* the one that is paused */
  press(d, 'E');
  assert_string_equal(fake_run_commands(), "step 19 1;");
  command_typed(d, "step 50");
  assert_string_equal(fake_run_commands(), "step 19 50;");
  close_dashboard(d);
}

static int reruns;
static int count_rerun(const char *folder, const char *trials, const char *who, baud_error *error) {
  (void)folder, (void)error;
  assert_string_equal(trials, "0,6,12,18,24,30,36,42");
  assert_string_equal(who, "ada (pts/4)");
  reruns++;
  return 0;
}

static void a_run_that_is_over_is_run_again_by_a_supervisor_of_its_own(void **state) {
  (void)state;
  fake_run_set_progress(1);
  dashboard *d = open_dashboard(120, 40);
  d->options.rerun = count_rerun;
  d->model.trials[12].status = STATUS_DONE;
  press(d, 'R');
  assert_int_equal(d->mode, MODE_ASK);
  assert_true(find_row(d, "run again all channels, 8 trials?") >= 0);
  steer_answer(d, 'n');
  assert_int_equal(reruns, 0);
  press(d, 'R');
  steer_answer(d, 'y');
  assert_int_equal(reruns, 1);
  close_dashboard(d);
}

static void a_changed_trial_is_marked_and_counts_in_no_mean(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  double before = (double)d->model.configs[0].recent[RECENT_RETURN];
  fake_run_change(0); /* the first and best */
  model_refresh(&d->model);
  press(d, 'e');
  assert_true(strstr(row_text(d, find_row(d, "seed 0")), "R!") != NULL);
  assert_true((double)d->model.configs[0].recent[RECENT_RETURN] != before);
  chart_query q = {.targets = &d->selected, .n = 1, .dots = 100, .chart = charts};
  chart_data data;
  chart_read(&d->model, &q, &data);
  assert_int_equal(data.series[0].n_seeds, FAKE_SEEDS - 1);
  close_dashboard(d);
}

static void marks_are_letters_and_are_compared(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  press(d, 'c');
  assert_true(d->view == &screen_runs && d->message_is_error);
  press(d, ' ');
  press(d, ' ');
  assert_int_equal(d->n_marks, 2);
  press(d, KEY_UP);
  press(d, ' '); /* takes b back */
  assert_int_equal(d->n_marks, 1);
  press(d, ' ');
  press(d, 'c');
  assert_true(d->view == &screen_compare);
  assert_true(find_row(d, "a all channels") >= 0 && find_row(d, "b - a") > 0);
  for (int i = 0; i < 2 * MARKS; i++) {
    d->selected = (target){(uint32_t)i % FAKE_CONFIGS, i < FAKE_CONFIGS ? -1 : i};
    if (mark_of(d, d->selected) < 0) act_mark(d, 0);
  }
  assert_int_equal(d->n_marks, MARKS);
  draw(d);
  rows_are_exactly_as_wide_as_the_screen(d);
  close_dashboard(d);
}

/* The table's difference is that of the statistics of reports, pair by pair where the seeds are the same. */
static void differences_are_taken_pair_by_pair(void **state) {
  (void)state;
  fake_run_set_progress(1);
  dashboard *d = open_dashboard(120, 40);
  d->has_totals = 0;
  curves_begin_frame(&d->model.curves, d->now, 10, d->model.store_version);
  comparison c = compare_difference(d, (target){1, -1}, (target){3, -1}, 0);
  double mean = 0;
  for (uint32_t s = 0; s < FAKE_SEEDS; s++)
    mean += (double)(d->model.trials[1 + FAKE_CONFIGS * s].recent[RECENT_RETURN] -
                     d->model.trials[3 + FAKE_CONFIGS * s].recent[RECENT_RETURN]) /
            FAKE_SEEDS;
  assert_true(c.is_ready && c.is_paired && c.n == FAKE_SEEDS && fabs(c.value - mean) < 1e-5);
  assert_true(c.low <= c.value && c.value <= c.high && c.low < c.high);
  comparison back = compare_difference(d, (target){3, -1}, (target){1, -1}, 0);
  assert_true(fabs(back.value + c.value) < 1e-5);
  comparison itself = compare_difference(d, (target){1, -1}, (target){1, -1}, 0);
  assert_true(itself.value == 0 && itself.low == 0 && itself.high == 0);
  comparison apart = compare_difference(d, (target){1, -1}, (target){1, 1}, 0); /* all seeds against one */
  assert_true(!apart.is_paired);
  close_dashboard(d);
}

/* Twelve steps an episode and a thousandth of a second: the same curve, drawn over other axes. */
static void other_axes_show_the_same_values_elsewhere(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  target what = {0, 0};
  chart_query q = {.targets = &what, .n = 1, .dots = 100, .chart = charts + 4, .seeds = SEEDS_OFF}; /* known: without noise */
  static const double per_episode[X_AXES] = {1, 12, 1e-3, 0};
  for (int on = X_EPISODE; on <= X_TIME; on++) {
    chart_data data;
    q.axis = (enum x_axis)on;
    chart_read(&d->model, &q, &data);
    assert_true(data.n_series == 2 && data.domain.n > 20);
    assert_true(fabs(data.domain.n * data.domain.width - per_episode[on] * (double)d->model.trials[0].episodes) <= 2 * data.domain.width);
    for (int i = 2; i < data.domain.n - 2; i++) {
      double episode = plot_middle(&data.domain, i) / per_episode[on], exact = 12 * (1 - exp(-episode / 2000));
      assert_true(fabs(data.series[0].line[i] - exact) < 0.15);
    }
  }
  close_dashboard(d);
}

/* What was saved adds up from bin to bin; what was forgone is a level, and lies on top. */
static void what_was_forgone_is_stacked_on_what_was_saved(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  int saved = -1, stack = -1;
  for (int i = 0; i < CHARTS; i++) {
    if (strcmp(charts[i].name, "saved") == 0) saved = i;
    if (strcmp(charts[i].name, "forgone") == 0) stack = i;
  }
  assert_true(saved >= 0 && stack >= 0);
  target what = {0, 0};
  chart_query q = {.targets = &what, .n = 1, .dots = 100, .chart = charts + saved, .axis = X_EPISODE, .seeds = SEEDS_OFF};
  chart_data data;
  static double mean[1000];
  chart_read(&d->model, &q, &data);
  assert_true(data.n_series == 2 && data.domain.n > 20 && data.domain.n < 1000);
  memcpy(mean, data.series[0].line, (size_t)data.domain.n * sizeof *mean);
  q.chart = charts + stack;
  chart_read(&d->model, &q, &data);
  assert_true(data.n_series == 2 && data.series[0].letter == 's' && data.series[1].letter == 'f');
  double sum = 0;
  for (int i = 0; i < data.domain.n - 1; i++) { /* the last bin may not be full */
    sum += mean[i] * data.domain.width;
    assert_true(fabs(data.series[0].line[i] - sum) < 1e-4 * sum);
    assert_true(fabs(data.series[1].line[i] - data.series[0].line[i] - mean[i]) < 1e-3 * mean[i] + 1e-5 * sum); /* made up alike */
  }
  close_dashboard(d);
}

static void zooming_on_another_axis_reads_finer(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  press(d, '2');
  press(d, 'x');
  for (int i = 0; i < 8; i++) press(d, '+');
  assert_true(d->span.zoom == 8 && d->plotted.n > 20 && d->plotted.axis == X_STEP);
  press(d, 'x');
  assert_true(d->span.zoom == 0 && !d->has_cursor);
  close_dashboard(d);
}

/* Steps up to an episode e: 12 e + a (1 - cos(2 pi e / period)), a = wave period / 2 pi. The bins of the whole run see none of the wave. */
static void steps_are_placed_by_episodes_where_one_looks_closely(void **state) {
  (void)state;
  fake_run_set_wave(8);
  dashboard *d = open_dashboard(120, 40);
  model *m = &d->model;
  double from = 4000, length = 2 * FAKE_WAVE, amplitude = 8.0 * FAKE_WAVE / (2 * 3.14159265358979), worst = 0, guessed = 0;
  curves_begin_frame(&m->curves, d->now, 10, m->store_version);
  for (double e = from; e <= from + length; e += 8) {
    double steps = 12 * e + amplitude * (1 - cos(2 * 3.14159265358979 * e / FAKE_WAVE));
    x_map whole = x_map_of(m, 0, X_STEP);
    guessed = fmax(guessed, fabs(x_of_episode(&whole, e) - steps));
    x_map within = x_map_within(m, 0, X_STEP, 12 * from, 12 * (from + length));
    worst = fmax(worst, fabs(x_of_episode(&within, e) - steps));
    for (int i = 1; i < within.n; i++) assert_true(within.episode[i] > within.episode[i - 1] && within.x[i] >= within.x[i - 1]);
  }
  assert_true(guessed > 1.5 * amplitude && worst < 0.05 * amplitude);
  close_dashboard(d);
}

/* -2 to 0.5 in ten rows: labels at every half do not all fit, and with one of them left out the axis would look bent. */
static void labels_of_an_axis_are_of_even_steps(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  double line[64];
  int seen = 0;
  for (int i = 0; i < 64; i++) line[i] = -2 + 2.5 * i / 63;
  chart_data data = {.domain = {.axis = X_EPISODE, .width = 1, .end = 64, .n = 64}, .n_series = 1, .series = {{.line = line}}};
  for (int height = 8; height < 24; height++) {
    double label[40];
    int n = 0;
    frame_clear(&d->frame);
    plot_draw(&d->frame, (rect){0, 0, 60, height}, &d->canvas, "", "", &data, &(plot_look){.smooth = 1});
    for (int y = 1; y < height - 3; y++)
      if (d->frame.cells[y * d->frame.width + 6].glyph == 0x2524) label[n++] = atof(row_text(d, y) + strlen("\xe2\x94\x82"));
    seen += n >= 3;
    for (int i = 2; i < n; i++) assert_true(fabs((label[i] - label[i - 1]) - (label[1] - label[0])) < 1e-9);
  }
  assert_true(seen > 8);
  close_dashboard(d);
}

static void the_band_lies_around_the_mean_and_each_seed_has_a_line(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  chart_query q = {.targets = &d->selected, .n = 1, .dots = 100, .chart = charts};
  for (int how = 0; how < SEEDS_SHOWN; how++) {
    chart_data data;
    q.seeds = (enum seeds_shown)how;
    curves_begin_frame(&d->model.curves, d->now, 10, d->model.store_version);
    chart_read(&d->model, &q, &data);
    const series *s = data.series;
    int has_band = how == SEEDS_MEAN || how == SEEDS_IQM || how == SEEDS_RANGE;
    assert_true((s->low != NULL) == has_band && (s->n_shown == FAKE_SEEDS) == (how == SEEDS_EACH));
    for (int i = 0; has_band && i < data.domain.n; i++)
      if (!isnan(s->low[i])) assert_true(s->low[i] <= s->line[i] + 1e-5 && s->line[i] <= s->high[i] + 1e-5);
  }
  close_dashboard(d);
}

static void what_is_typed_is_found_or_told_apart(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  char words[COMPLETIONS][COMPLETION_SIZE];
  size_t word;
  assert_int_equal(command_complete(d, "st", 2, words, &word), 2); /* stop, step */
  assert_true(command_complete(d, "sort ", 5, words, &word) > 5);
  assert_int_equal(word, 5);
  assert_int_equal(command_complete(d, "axis st", 7, words, &word), 1);
  assert_string_equal(words[0], "step");
  assert_int_equal(command_complete(d, "nothing x", 9, words, &word), 0);
  command_typed(d, "axis bits");
  assert_int_equal(d->axis, X_BITS);
  command_typed(d, "seeds each");
  assert_int_equal(d->seeds, SEEDS_EACH);
  command_typed(d, "  view   Log ");
  assert_true(d->view == &screen_log);
  command_typed(d, "veiw Runs");
  assert_non_null(strstr(d->message, "did you mean :view?"));
  command_typed(d, "sort NOTHING");
  assert_true(d->message_is_error);
  command_typed(d, "save");
  assert_true(d->message_is_error);
  close_dashboard(d);
}

static void files_hold_what_is_on_the_screen(void **state) {
  (void)state;
  char path[200], line[400], typed[300];
  dashboard *d = open_dashboard(100, 30);
  snprintf(path, sizeof path, "%s/baud-test-%ld.svg", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", (long)getpid());
  snprintf(typed, sizeof typed, "save %s", path);
  command_typed(d, typed);
  FILE *from = fopen(path, "r");
  assert_non_null(from);
  for (int y = 0; y < 30; y++) {
    assert_non_null(fgets(line, sizeof line, from));
    line[strlen(line) - 1] = 0;
    assert_string_equal(line, row_text(d, y));
  }
  fclose(from);
  press(d, '2');
  snprintf(typed, sizeof typed, "plot %s", path);
  command_typed(d, typed);
  from = fopen(path, "r");
  assert_non_null(from);
  size_t n = fread(line, 1, sizeof line - 1, from);
  line[n] = 0;
  assert_non_null(strstr(line, "<svg xmlns"));
  fseek(from, -7, SEEK_END);
  assert_non_null(fgets(line, sizeof line, from));
  assert_string_equal(line, "</svg>\n");
  fclose(from);
  unlink(path);
  command_typed(d, "save /no/such/folder/x");
  assert_true(d->message_is_error);
  close_dashboard(d);
}

static void the_graph_is_a_forest_in_which_parents_stand_above_children(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  static const struct { uint32_t config; int depth; } rows[] = {{0, 0}, {3, 1}, {4, 2}, {1, 0}, {2, 0}, {5, 0}};
  assert_int_equal(d->graph.n, FAKE_CONFIGS);
  for (int i = 0; i < FAKE_CONFIGS; i++) {
    assert_int_equal(d->graph.row[i].config, rows[i].config);
    assert_int_equal(d->graph.row[i].depth, rows[i].depth);
  }
  assert_true(graph_is_related(d->model.plan, 0, 4) && graph_is_related(d->model.plan, 4, 0) && !graph_is_related(d->model.plan, 1, 4));
  uint32_t path[GRAPH_DEEPEST];
  assert_int_equal(graph_critical(&d->model, path), 3);
  assert_true(path[0] == 0 && path[1] == 3 && path[2] == 4);
  press(d, '3');
  press(d, KEY_DOWN);
  assert_int_equal(d->selected.config, 3);
  assert_true(find_row(d, "from      all channels") > 0 && find_row(d, "blocks    demo only") > 0);
  press(d, 'd'); /* what it has to do with */
  assert_true(find_row(d, "reward only") < 0 && find_row(d, "demo only") > 0);
  press(d, KEY_RETURN);
  assert_true(d->view == &screen_run && d->selected.config == 3);
  close_dashboard(d);
}

/* A program that says the same whatever it is asked; in a file of its own. */
static const char *program_that_says(const char *text) {
  static char path[200];
  snprintf(path, sizeof path, "%s/baud-test-%ld.sh", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", (long)getpid());
  FILE *to = fopen(path, "w");
  assert_non_null(to);
  fprintf(to, "#!/bin/sh\ncat <<'END'\n%s\nEND\n", text);
  fclose(to);
  assert_int_equal(chmod(path, 0700), 0);
  return path;
}

static void an_episode_is_played_step_by_step(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  d->options.program = program_that_says(
      "{\"at\":1,\"of\":3}\n{\"episode\":3,\"step\":0,\"picture\":[\"#A#\"],\"obs\":[[1]]}\n"
      "{\"episode\":3,\"step\":1,\"picture\":[\"#.A\"],\"obs\":[[1],[0.5,\"x\"]],\"action\":[2],\"reward\":1e999,"
      "\"bits\":{\"received\":[1,2,null],\"absorbed\":0.25}}\n"
      "no line of "
      "ours\n{\"step\":\"x\"}\n[]\n{\"episode\":3,\"step\":2,\"picture\":5,\"obs\":7,\"bits\":[],\"end\":3}");
  command_typed(d, "episode 3");
  assert_true(d->view == &screen_env);
  d->feed.is_held = 1;
  for (int i = 0; i < 2000 && !d->feed.is_over; i++) {
    feed_poll(d, d->now);
    usleep(1000);
  }
  assert_int_equal(d->feed.n, 3);
  assert_true(d->feed.step[1].received == 3 && d->feed.step[1].absorbed == 0.25f);
  press(d, '.');
  assert_true(find_row(d, "action    2") > 0);
  rows_are_exactly_as_wide_as_the_screen(d);
  press(d, '.'); /* what makes no sense is drawn without harm */
  rows_are_exactly_as_wide_as_the_screen(d);
  press(d, '.');
  assert_int_equal(d->feed.at, 2);
  press(d, ',');
  assert_int_equal(d->feed.at, 1);
  d->feed.is_held = 0;
  d->feed.per_second = 4;
  d->feed.due_at = d->now;
  assert_int_equal(feed_poll(d, d->now), 1);
  assert_int_equal(d->feed.at, 2);
  command_typed(d, "episode x");
  assert_true(d->message_is_error);
  unlink(d->options.program);
  close_dashboard(d);
}

static void claims_fill_in_while_the_run_goes_on(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  d->options.program = program_that_says("{\"claim\":0,\"verdict\":\"holds\",\"figures\":\"45.2 [43.0 "
                                         "47.1]\"}\n{\"claim\":99,\"verdict\":\"x\",\"figures\":\"\"}");
  press(d, '7');
  assert_true(find_row(d, "open") > 0);
  for (int i = 0; i < 2000 && !d->verdicts.n; i++) {
    verdicts_poll(d);
    usleep(1000);
  }
  draw(d);
  assert_true(find_row(d, "holds?") > 0 && find_row(d, "45.2 [43.0 47.1]") > 0);
  verdicts_poll(d); /* nothing new in the store: it is not asked again */
  assert_false(helper_is_running(&d->verdicts.helper));
  unlink(d->options.program);
  close_dashboard(d);
}

static void a_ladder_is_drawn_below_the_claims_where_there_is_room(void **state) {
  (void)state;
  char path[200], typed[300], line[8000];
  fake_run_set_figures("low: 0.02 [0.01, 0.03] an episode, 0.0002 [0.0001, 0.0003] a token; high: 5 [4, 6] an episode, 0.05 [0.04, 0.06] a token");
  dashboard *d = open_dashboard(80, 24);
  press(d, '7');
  int low = find_row(d, "  low "), high = find_row(d, " high ");
  assert_true(high > 0 && low == high + 1);
  assert_true(find_row(d, "an episode") == high - 1);
  snprintf(path, sizeof path, "%s/baud-ladder-%ld.svg", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", (long)getpid());
  snprintf(typed, sizeof typed, "plot %s", path);
  command_typed(d, typed);
  FILE *from = fopen(path, "r");
  assert_non_null(from);
  line[fread(line, 1, sizeof line - 1, from)] = 0;
  fclose(from);
  unlink(path);
  assert_non_null(strstr(line, "bits absorbed, by what is learnt from"));
  press(d, 'j'); /* the next claim has none */
  assert_true(find_row(d, " high ") < 0 && find_row(d, "no verdict yet") > 0);
  command_typed(d, typed);
  assert_true(d->message_is_error);
  assert_int_not_equal(access(path, F_OK), 0);
  press(d, 'k');
  assert_true(find_row(d, " high ") > 0);
  close_dashboard(d);
  static const char *const many =
      "low: 1 [1, 1] b; r: 1 [1, 1] b; r: 1 [1, 1] b; r: 1 [1, 1] b; r: 1 [1, 1] b; r: 1 [1, 1] b; high: 2 [1, 3] b";
  fake_run_set_figures(many);
  d = open_dashboard(80, 18); /* too low for so many: as text */
  press(d, '7');
  assert_true(find_row(d, "low: 1 [1, 1] b; r: 1 [1, 1] b; r: 1") > 0 && find_row(d, "logarithmic") < 0);
  close_dashboard(d);
  fake_run_set_figures(many);
  d = open_dashboard(80, 20);
  press(d, '7');
  assert_true(find_row(d, "logarithmic") > 0);
  close_dashboard(d);
  fake_run_restore();
}

static void plugins_are_listed_with_what_is_wrong_with_them(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  d->options.program = program_that_says("[{\"name\":\"reinforce\",\"id\":\"baud.reinforce\",\"role\":\"learner\","
                                         "\"title\":\"t\",\"params\":[{\"key\":\"lr\",\"default\":1,\"live\":true}]},"
                                         "{\"name\":\"bad\",\"path\":\"/x.so\",\"reason\":\"no such symbol\"},7,{}]");
  press(d, '6');
  for (int i = 0; i < 2000 && !d->units.list; i++) {
    units_poll(d);
    usleep(1000);
  }
  draw(d);
  assert_true(find_row(d, "F bad") > 0 && find_row(d, "no such symbol") > 0);
  char name[COMPLETION_SIZE];
  assert_int_equal(units_live(d, 0, 0, name, sizeof name), 1);
  assert_string_equal(name, "lr");
  assert_int_equal(units_live(d, 0, 1, name, sizeof name), 0);
  for (int i = 0; i < 5; i++) press(d, KEY_DOWN);
  rows_are_exactly_as_wide_as_the_screen(d);
  unlink(d->options.program);
  close_dashboard(d);
}

static void habits_are_kept_and_nonsense_is_not_taken_up(void **state) {
  (void)state;
  char folder[200], path[400], shell[500];
  snprintf(folder, sizeof folder, "%s/baud-habits-%ld", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", (long)getpid());
  dashboard *d = open_dashboard(120, 40);
  d->options.state_folder = folder;
  press(d, 'e');
  press(d, '>');
  press(d, 'r');
  command_typed(d, "filter channels|obs");
  command_typed(d, "axis step");
  command_typed(d, "seeds iqm");
  command_typed(d, "palette light");
  history_add(&d->history, "axis step");
  int sort = d->sort_column;
  habits_save(d);
  close_dashboard(d);
  d = calloc(1, sizeof *d);
  baud_error error;
  assert_int_equal(model_open(&d->model, "/", &error), 0);
  d->options.state_folder = folder;
  assert_int_equal(dashboard_init(d), 0);
  assert_true(d->sort_column == sort && d->sort_order == ASCENDING && d->axis == X_STEP && d->seeds == SEEDS_IQM);
  assert_string_equal(d->filter.text, "channels|obs");
  assert_true(!d->is_folded[0] && d->is_folded[1] && d->palette == 1 && d->history.n == 1);
  close_dashboard(d);
  snprintf(shell, sizeof shell, "ls %s/view-*.json", folder);
  FILE *from = popen(shell, "r");
  assert_non_null(fgets(path, sizeof path, from));
  pclose(from);
  path[strcspn(path, "\n")] = 0;
  FILE *to = fopen(path, "w");
  fputs("{\"sort\":1,\"plot\":99,\"chart\":-1,\"smooth\":\"x\",\"filter\":\"a(b\",\"open\":[1,null],\"axis\":\"\",\"seeds\":7}", to);
  fclose(to);
  d = calloc(1, sizeof *d);
  assert_int_equal(model_open(&d->model, "/", &error), 0);
  d->options.state_folder = folder;
  d->options.palette = "mono";
  assert_int_equal(dashboard_init(d), 0);
  assert_true(d->sort_column == 0 && d->plot == 0 && d->shown_chart == 2 && d->smoothing == 0 && !d->filter.is_set && d->axis == X_EPISODE);
  assert_int_equal(d->palette, 3); /* what is asked for goes before what was */
  close_dashboard(d);
  snprintf(shell, sizeof shell, "rm -r %s", folder);
  assert_int_equal(system(shell), 0);
}

static void sorting_and_filtering_keep_the_selection(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  press(d, 'e');
  for (int i = 0; i < 3; i++) press(d, KEY_DOWN);
  target before = d->selected;
  for (int i = 0; i < 12; i++) {
    press(d, i % 3 ? '>' : 'r');
    assert_true(d->rows[d->list.selected].config == before.config && d->rows[d->list.selected].trial == before.trial);
  }
  char why[100];
  sieve_set(&d->filter, "channels", why, sizeof why);
  draw(d);
  assert_int_equal(d->n_rows, 1 + FAKE_SEEDS);
  sieve_set(&d->filter, "!channels", why, sizeof why);
  draw(d);
  assert_int_equal(d->n_rows, FAKE_CONFIGS - 1);
  sieve_set(&d->filter, "no such thing", why, sizeof why);
  draw(d);
  assert_int_equal(d->n_rows, 0);
  assert_true(find_row(d, "nothing matches") >= 0);
  press(d, KEY_ESCAPE);
  assert_int_equal(d->n_rows, FAKE_CONFIGS + FAKE_SEEDS);
  assert_true(d->selected.trial == before.trial);
  close_dashboard(d);
}

static void sorted_rows_descend(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  while (d->sort_column != COLUMN_RECEIVED) press(d, '>');
  for (int i = 1; i < d->n_rows; i++)
    assert_true(column_value(d, d->rows[i - 1], COLUMN_RECEIVED) >= column_value(d, d->rows[i], COLUMN_RECEIVED));
  close_dashboard(d);
}

static void hostile_names_are_shown_harmless(void **state) {
  (void)state;
  static char label[10001];
  memset(label, 'x', sizeof label - 1);
  static const char attack[] = "\033[2J\033]0;pwned\007\t\xff\xfe\xe6\xbc\xa2";
  memcpy(label, attack, sizeof attack - 1);
  fake_run_set_label(label);
  dashboard *d = open_dashboard(80, 24);
  press(d, '2');
  press(d, '1');
  for (int i = 0; i < 80 * 24; i++) {
    uint32_t glyph = d->frame.cells[i].glyph;
    assert_false((glyph > 0 && glyph < ' ') || (glyph >= 0x7f && glyph < 0xa0));
  }
  rows_are_exactly_as_wide_as_the_screen(d);
  close_dashboard(d);
}

static void the_ascii_tier_is_ascii(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  d->frame.tier = GLYPHS_ASCII;
  static const int keys[] = {'e', ' ', ' ', '2', '?', '3', '4', '5', '6', '7', '8'};
  for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
    d->mode = MODE_BROWSE;
    press(d, keys[k]);
    for (int i = 0; i < 120 * 40; i++) assert_true(d->frame.cells[i].glyph < 0x7f);
  }
  close_dashboard(d);
}

static void the_help_lists_every_key_of_its_view(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 90);
  for (int v = 0; v < SCREENS; v++) {
    d->view = screens[v];
    d->mode = MODE_HELP;
    draw(d);
    for (int i = 0; i < key_count; i++) {
      const key *k = key_table + i;
      if (k->help && (k->scope & d->view->scope) && find_row(d, k->help) < 0)
        fail_msg("%s: %s", d->view->name, k->help);
    }
  }
  close_dashboard(d);
}

static void the_help_finds_keys(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 60);
  act_help(d, 0);
  help_key(d, '/');
  for (const char *c = "THIS HELx"; *c; c++) help_key(d, *c);
  help_key(d, 127);
  draw(d);
  assert_true(find_row(d, "this help (also F1)") >= 0);
  assert_int_equal(find_row(d, "freeze screen"), -1);
  help_key(d, '!');
  draw(d);
  assert_true(find_row(d, "no key has this") >= 0);
  help_key(d, 27); /* all keys again, and the help stays */
  draw(d);
  assert_true(find_row(d, "freeze screen") >= 0);
  assert_int_equal(d->mode, MODE_HELP);
  help_key(d, '/');
  help_key(d, 'q');
  help_key(d, '\n'); /* typed; what is found stays, and the keys are the help's again */
  assert_string_equal(d->help_find, "q");
  help_key(d, 'q');
  assert_int_equal(d->mode, MODE_BROWSE);
  close_dashboard(d);
}

static void every_alias_has_a_listed_key_with_the_same_action(void **state) {
  (void)state;
  for (int i = 0; i < key_count; i++) {
    int found = 0;
    for (int j = 0; j < key_count; j++)
      found |= key_table[j].help && key_table[j].act == key_table[i].act && (key_table[j].scope & key_table[i].scope);
    if (!found && key_table[i].act != act_back) fail_msg("key %d is listed nowhere", key_table[i].code);
  }
}

static void no_two_lines_of_the_table_claim_one_key_on_one_screen(void **state) {
  (void)state;
  for (int i = 0; i < key_count; i++)
    for (int j = 0; j < i; j++)
      if (key_table[i].code == key_table[j].code) assert_int_equal(key_table[i].scope & key_table[j].scope, 0);
}

static void an_unchanged_board_reads_nothing_from_the_store(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  press(d, '2');
  unsigned before = fake_run_curve_reads();
  for (int i = 0; i < 20; i++) {
    model_refresh(&d->model);
    draw(d);
  }
  assert_int_equal(fake_run_curve_reads(), before);
  close_dashboard(d);
}

static void zooming_keeps_the_cursor_in_view_and_zero_fits_all(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  press(d, '2');
  double whole = d->plotted.end;
  for (int i = 0; i < 30; i++) press(d, KEY_LEFT);
  for (int i = 0; i < 20; i++) {
    press(d, '+');
    assert_true(d->cursor >= (double)d->plotted.from - 1e-9 && d->cursor <= d->plotted.end);
  }
  assert_true(d->plotted.width <= 1 + 1e-9); /* raw episodes */
  press(d, '0');
  assert_true(d->plotted.end == whole && d->plotted.from == 0);
  close_dashboard(d);
}

static void silence_is_shown_as_stale_and_a_finished_run_as_done(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  assert_true(find_row(d, "LIVE") == 0);
  fake_run_set_silence(12);
  model_refresh(&d->model);
  draw(d);
  assert_true(find_row(d, "STALE 12s") == 0);
  close_dashboard(d);
  fake_run_set_progress(1);
  d = open_dashboard(120, 40);
  assert_true(find_row(d, "DONE") == 0 && find_row(d, "claims: 1 holds, 1 fails") > 0);
  press(d, '2');
  press(d, 'x');
  assert_true(find_row(d, "now step 240,000") > 0); /* 20,000 episodes of 12, not the end of a bin */
  close_dashboard(d);
}

static void forgetting_is_lost_bits_and_what_is_known_has_a_place(void **unused) {
  (void)unused;
  dashboard *d = open_dashboard(200, 50);
  press(d, '2');
  assert_true(find_row(d, "known now ") > 0 && find_row(d, ": weights ") == find_row(d, ", memory "));
  assert_true(find_row(d, "useful bits with nothing received") > 0);
  assert_true(find_row(d, "lost") < 0);
  close_dashboard(d);
  fake_run_force(-2);
  d = open_dashboard(200, 50);
  press(d, '2');
  assert_true(find_row(d, "lost") > 0);
  close_dashboard(d);
}

int main(void) {
  setlocale(LC_ALL, "C.UTF-8");
  setenv("TZ", "UTC", 1);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_view_is_right_at_any_size),
      cmocka_unit_test(any_value_is_drawn_without_harm),
      cmocka_unit_test(a_run_that_has_not_begun_shows_dashes_not_zeros),
      cmocka_unit_test(lower_case_never_sends_a_command),
      cmocka_unit_test(capitals_act_on_what_is_selected_and_stopping_asks),
      cmocka_unit_test(reading_only_refuses_capitals_and_commands),
      cmocka_unit_test(a_command_for_many_gets_one_answer),
      cmocka_unit_test(a_live_parameter_is_changed_where_it_runs),
      cmocka_unit_test(a_run_that_is_over_is_run_again_by_a_supervisor_of_its_own),
      cmocka_unit_test(a_changed_trial_is_marked_and_counts_in_no_mean),
      cmocka_unit_test(marks_are_letters_and_are_compared),
      cmocka_unit_test(differences_are_taken_pair_by_pair),
      cmocka_unit_test(other_axes_show_the_same_values_elsewhere),
      cmocka_unit_test(what_was_forgone_is_stacked_on_what_was_saved),
      cmocka_unit_test(zooming_on_another_axis_reads_finer),
      cmocka_unit_test(steps_are_placed_by_episodes_where_one_looks_closely),
      cmocka_unit_test(labels_of_an_axis_are_of_even_steps),
      cmocka_unit_test(the_band_lies_around_the_mean_and_each_seed_has_a_line),
      cmocka_unit_test(what_is_typed_is_found_or_told_apart),
      cmocka_unit_test(files_hold_what_is_on_the_screen),
      cmocka_unit_test(the_graph_is_a_forest_in_which_parents_stand_above_children),
      cmocka_unit_test(an_episode_is_played_step_by_step),
      cmocka_unit_test(claims_fill_in_while_the_run_goes_on),
      cmocka_unit_test(a_ladder_is_drawn_below_the_claims_where_there_is_room),
      cmocka_unit_test(plugins_are_listed_with_what_is_wrong_with_them),
      cmocka_unit_test(habits_are_kept_and_nonsense_is_not_taken_up),
      cmocka_unit_test(sorting_and_filtering_keep_the_selection),
      cmocka_unit_test(sorted_rows_descend),
      cmocka_unit_test(hostile_names_are_shown_harmless),
      cmocka_unit_test(the_ascii_tier_is_ascii),
      cmocka_unit_test(the_help_lists_every_key_of_its_view),
      cmocka_unit_test(the_help_finds_keys),
      cmocka_unit_test(every_alias_has_a_listed_key_with_the_same_action),
      cmocka_unit_test(no_two_lines_of_the_table_claim_one_key_on_one_screen),
      cmocka_unit_test(an_unchanged_board_reads_nothing_from_the_store),
      cmocka_unit_test(zooming_keeps_the_cursor_in_view_and_zero_fits_all),
      cmocka_unit_test(forgetting_is_lost_bits_and_what_is_known_has_a_place),
      cmocka_unit_test(silence_is_shown_as_stale_and_a_finished_run_as_done),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
