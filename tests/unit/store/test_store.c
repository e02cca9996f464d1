/* Tests of the store through store.h: what is put comes back, whatever was written when; and what it does when the
 * system does not help: a writer killed, a full disk, a file that may not be written, is locked, damaged or newer.
 */
#include "rig.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store/schema.h"

enum { FIGURES_USED = 7, EPISODES = 5000 };

static void finish(store *s, uint32_t trial, uint64_t episodes) {
  rig_ok(
      store_set_status(s, trial, STATUS_DONE, episodes, episodes ? rig_step(trial, episodes - 1) : 0, "", &rig_error));
}

/* A run of two trials, in pieces of `piece` episodes, with a flush and commit after each where told. */
static void run_whole(store *s, uint64_t piece, int is_flushed) {
  for (uint32_t trial = 0; trial < 2; trial++) {
    rig_ok(store_begin(s, &rig_error));
    for (uint64_t at = 0; at < EPISODES; at += piece) {
      uint64_t to = at + piece < EPISODES ? at + piece : EPISODES;
      rig_ok(rig_append(s, trial, FIGURES_USED, at, to, &rig_error));
      if (!is_flushed) continue;
      rig_ok(store_flush(s, &rig_error));
      rig_ok(store_commit(s, &rig_error));
      rig_ok(store_begin(s, &rig_error));
    }
    finish(s, trial, EPISODES);
    rig_ok(store_commit(s, &rig_error));
  }
}

static void values_marks_and_steps_come_back(void **state) {
  (void)state;
  store *s = rig_create(2), *r;
  run_whole(s, 777, 1);
  rig_ok(store_open_readonly(&r, rig_path, &rig_error));
  for (int which = 0; which < 2; which++) {
    for (uint32_t trial = 0; trial < 2; trial++) rig_check(which ? r : s, trial, FIGURES_USED, EPISODES);
    assert_int_equal(store_read_mark(which ? r : s, 1, 0), '=');
    assert_int_equal(store_read_mark(which ? r : s, 1, 1), '>');
    assert_int_equal(store_read_mark(which ? r : s, 1, 20), '-');
    assert_int_equal(store_read_mark(which ? r : s, 99, 0), '-');
  }
  float some[10];
  uint32_t n = 10;
  rig_ok(store_read_values(r, 0, 0, 1020, some, &n, &rig_error));
  assert_int_equal(n, 10);
  for (uint32_t i = 0; i < n; i++) assert_true(some[i] == rig_value(0, 0, 1020 + i));
  rig_ok(store_read_values(r, 0, 0, EPISODES - 3, some, (n = 10, &n), &rig_error));
  assert_int_equal(n, 3);
  rig_ok(store_read_values(r, 0, 20, 0, some, (n = 10, &n), &rig_error));
  assert_int_equal(n, 0);
  store_close(r);
  store_close(s);
}

static void readers_see_what_was_flushed_and_committed_and_no_more(void **state) {
  (void)state;
  store *s = rig_create(1), *r;
  rig_ok(store_open_readonly(&r, rig_path, &rig_error));
  rig_ok(store_begin(s, &rig_error));
  rig_ok(rig_append(s, 0, FIGURES_USED, 0, 100, &rig_error));
  rig_ok(store_flush(s, &rig_error));
  float value;
  uint32_t n = 1;
  rig_ok(store_read_values(r, 0, 0, 0, &value, &n, &rig_error));
  assert_int_equal(n, 0);
  rig_ok(store_commit(s, &rig_error));
  rig_check(r, 0, FIGURES_USED, 100);
  rig_ok(store_begin(s, &rig_error));
  rig_ok(rig_append(s, 0, FIGURES_USED, 100, 1500, &rig_error));
  rig_ok(store_commit(s, &rig_error)); /* without a flush: what filled a chunk is consistent all the same */
  uint64_t count;
  double sum;
  rig_ok(store_read_total(r, 0, 2, UINT64_MAX, &sum, &count, &rig_error));
  assert_int_equal(count, 1500);
  rig_ok(store_flush(s, &rig_error)); /* a transaction of its own */
  rig_check(r, 0, FIGURES_USED, 1500);
  store_close(r);
  store_close(s);
}

static void the_content_does_not_depend_on_when_it_was_flushed(void **state) {
  (void)state;
  char *content[3];
  static const uint64_t piece[3] = {EPISODES, 64, 1024};
  for (int i = 0; i < 3; i++) {
    store *s = rig_create(2);
    run_whole(s, piece[i], i > 0);
    store_close(s);
    content[i] = rig_content(rig_path);
    unlink(rig_path);
  }
  assert_true(strlen(content[0]) > 100000);
  assert_string_equal(content[0], content[1]);
  assert_string_equal(content[0], content[2]);
  for (int i = 0; i < 3; i++) free(content[i]);
}

static void a_run_goes_on_in_another_process_to_the_same_content(void **state) {
  (void)state;
  store *s = rig_create(2);
  run_whole(s, EPISODES, 0);
  store_close(s);
  char *expected = rig_content(rig_path);
  static const uint64_t cuts[] = {0, 1, 500, 1024, 1030, 3071, 3072, 4500, EPISODES};
  for (int is_stopped = 0; is_stopped < 2; is_stopped++) {
    unlink(rig_path);
    s = rig_create(2);
    for (uint32_t trial = 0; trial < 2; trial++)
      for (size_t i = 0; i + 1 < sizeof cuts / sizeof *cuts; i++) {
        rig_ok(store_begin(s, &rig_error));
        rig_ok(store_set_status(s, trial, STATUS_RUNNING, cuts[i], 0, NULL, &rig_error));
        rig_ok(rig_append(s, trial, FIGURES_USED, cuts[i], cuts[i + 1], &rig_error));
        rig_ok(store_flush(s, &rig_error));
        if (is_stopped) rig_ok(store_set_status(s, trial, STATUS_STOPPED, cuts[i + 1], 0, "stopped", &rig_error));
        if (cuts[i + 1] == EPISODES) finish(s, trial, EPISODES);
        rig_ok(store_commit(s, &rig_error));
        store_close(s);
        rig_ok(store_open(&s, rig_path, &rig_error));
      }
    store_close(s);
    char *content = rig_content(rig_path);
    assert_string_equal(content, expected);
    free(content);
  }
  free(expected);
}

static void a_trial_run_anew_leaves_no_trace_of_the_first_time(void **state) {
  (void)state;
  store *s = rig_create(2);
  run_whole(s, EPISODES, 0);
  store_close(s);
  char *expected = rig_content(rig_path);
  unlink(rig_path);
  s = rig_create(2);
  rig_ok(store_begin(s, &rig_error));
  rig_ok(rig_append(s, 0, 20, 0, 4321, &rig_error));
  rig_ok(store_flush(s, &rig_error));
  rig_ok(store_reset_trial(s, 0, &rig_error)); /* while it is running */
  rig_ok(rig_append(s, 1, 20, 0, 321, &rig_error));
  rig_ok(store_set_status(s, 1, STATUS_FAILED, 321, 1, "it fell", &rig_error));
  rig_ok(store_reset_trial(s, 1, &rig_error)); /* after it has ended */
  store_trial row;
  uint32_t n = 1;
  rig_ok(store_read_trials(s, 1, &row, &n, &rig_error));
  assert_int_equal(row.status, STATUS_QUEUED);
  assert_string_equal(row.reason, "");
  rig_ok(store_commit(s, &rig_error));
  run_whole(s, 1000, 1);
  store_close(s);
  char *content = rig_content(rig_path);
  assert_string_equal(content, expected);
  free(content);
  free(expected);
}

static void episodes_out_of_order_are_refused_and_change_nothing(void **state) {
  (void)state;
  store *s = rig_create(1);
  baud_error error = {0};
  float value = 1;
  uint64_t steps[2] = {5, 4};
  rig_ok(rig_append(s, 0, FIGURES_USED, 0, 1500, &rig_error));
  assert_int_equal(store_append(s, 0, 0, '=', 1501, &value, 1, &error), BAUD_EARG);
  assert_non_null(strstr(error.text, "episode 1501 came where 1500 was expected"));
  assert_int_equal(store_append(s, 0, 0, '=', 1499, &value, 1, &error), BAUD_EARG);
  assert_int_equal(store_append(s, 0, FIGURES, '=', 0, &value, 1, &error), BAUD_EARG);
  assert_int_equal(store_append(s, 1, 0, '=', 0, &value, 1, &error), BAUD_EARG);
  assert_int_equal(store_append_steps(s, 0, 1500, steps, 2, &error), BAUD_EARG);
  rig_ok(rig_append(s, 0, FIGURES_USED, 1500, 2000, &rig_error));
  rig_ok(store_flush(s, &rig_error));
  rig_check(s, 0, FIGURES_USED, 2000);
  store_close(s);
}

static double expected_total(uint32_t figure, uint64_t to, uint64_t *count) {
  double sum = 0;
  *count = 0;
  for (uint64_t e = 0; e < to; e++) {
    float v = rig_value(0, figure, e);
    if (isnan(v)) continue;
    sum += (double)v;
    ++*count;
  }
  return sum;
}

static void the_last_value_is_found_behind_whatever_was_not_scored(void **state) {
  (void)state;
  static float values[5000];
  static uint64_t steps[5000];
  static const uint32_t scored[] = {0, 1023, 1024, 2047, 2500, 4999, UINT32_MAX};
  double last;
  for (size_t k = 0; k < sizeof scored / sizeof *scored; k++) {
    store *s = rig_create(1);
    for (uint32_t i = 0; i < 5000; i++) {
      values[i] = i == scored[k] ? 0.5f + (float)k : NAN;
      steps[i] = i + 1;
    }
    rig_ok(store_append(s, 0, 1, '>', 0, values, 5000, &rig_error));
    rig_ok(store_append_steps(s, 0, 0, steps, 5000, &rig_error));
    rig_ok(store_flush(s, &rig_error));
    rig_ok(store_read_last(s, 0, 1, &last, &rig_error));
    assert_true(scored[k] < 5000 ? last == 0.5 + (double)k : isnan(last));
    rig_ok(store_read_last(s, 0, 2, &last, &rig_error)); /* a figure that there is not */
    assert_true(isnan(last));
    store_close(s);
    unlink(rig_path);
  }
}

static void totals_are_those_of_the_values(void **state) {
  (void)state;
  store *s = rig_create(1);
  rig_ok(rig_append(s, 0, FIGURES_USED, 0, 9999, &rig_error));
  rig_ok(store_flush(s, &rig_error));
  static const uint64_t ends[] = {0, 1, 1023, 1024, 1025, 3072, 7168, 8192, 9998, 9999, 20000, UINT64_MAX};
  for (uint32_t f = 0; f < FIGURES_USED; f++)
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
      uint64_t count, expected_count;
      double sum, expected = expected_total(f, ends[i] < 9999 ? ends[i] : 9999, &expected_count);
      rig_ok(store_read_total(s, 0, f, ends[i], &sum, &count, &rig_error));
      assert_int_equal(count, expected_count);
      assert_true(fabs(sum - expected) <= 1e-12 * (1e6 + fabs(expected)));
    }
  store_close(s);
}

static void check_curve(store *s, uint32_t figure, uint64_t from, uint64_t to, uint32_t room, uint64_t episodes) {
  store_point *points = malloc((room + 1) * sizeof *points);
  uint32_t n = room;
  rig_ok(store_read_curve(s, 0, figure, from, to, points, &n, &rig_error));
  assert_true(n <= room);
  uint64_t end = to < episodes ? to : episodes, asked = to == UINT64_MAX ? episodes : to;
  if (from >= end || room == 0) {
    assert_int_equal(n, 0);
    free(points);
    return;
  }
  pyramid_view view = pyramid_look(from, asked, room);
  assert_int_equal(n, (end - from - 1) / view.width + 1);
  for (uint32_t i = 0; i < n; i++) {
    uint64_t first = from + i * view.width, last = first + view.width < end ? first + view.width : end;
    float low = INFINITY, high = -INFINITY;
    double sum = 0;
    uint32_t count = 0;
    for (uint64_t e = first; e < last; e++) {
      float v = rig_value(0, figure, e);
      if (isnan(v)) continue;
      low = fminf(low, v), high = fmaxf(high, v), sum += (double)v, count++;
    }
    assert_true(points[i].episode == ((double)first + (double)last) / 2);
    assert_int_equal(points[i].count, count);
    if (count)
      assert_true(points[i].low == low && points[i].high == high && fabs((double)points[i].mean - sum / count) < 1e-4);
    else assert_true(isnan(points[i].mean) && isnan(points[i].low));
  }
  free(points);
}

static void a_curve_is_the_values_binned_at_every_zoom(void **state) {
  (void)state;
  enum { MANY = 1300000 }; /* beyond what is read raw: levels 0 to 5 come into play */
  store *s = rig_create(1);
  rig_ok(store_begin(s, &rig_error));
  rig_ok(rig_append(s, 0, 2, 0, MANY, &rig_error));
  rig_ok(store_flush(s, &rig_error));
  rig_ok(store_commit(s, &rig_error));
  for (uint32_t f = 0; f < 2; f++) {
    check_curve(s, f, 0, UINT64_MAX, 200, MANY);
    check_curve(s, f, 0, UINT64_MAX, 3, MANY);
    check_curve(s, f, 0, UINT64_MAX, 1, MANY);
    check_curve(s, f, 12345, 1234567, 100, MANY);  /* bins that cut through nodes */
    check_curve(s, f, 12345, 1234567, 7, MANY);
    check_curve(s, f, 1000, 1000 + 512 * 2048, 512, MANY);
    check_curve(s, f, 5000, 5100, 200, MANY);      /* more room than episodes */
    check_curve(s, f, 1023, 1026, 2, MANY);
    check_curve(s, f, 1250000, 2000000, 150, MANY); /* beyond the end */
    check_curve(s, f, MANY, MANY + 10, 10, MANY);
    check_curve(s, f, 10, 10, 10, MANY);
    check_curve(s, f, 0, 1000, 0, MANY);
  }
  store_close(s);
}

static void facts_about_the_run_come_back(void **state) {
  (void)state;
  store *s = rig_create(3);
  baud_error error = {0};
  char value[40];
  rig_ok(store_set_run(s, "status", "running", &rig_error));
  rig_ok(store_set_run(s, "status", "done", &rig_error));
  rig_ok(store_get_run(s, "status", value, sizeof value, &rig_error));
  assert_string_equal(value, "done");
  assert_int_equal(store_get_run(s, "colour", value, sizeof value, &error), BAUD_ENOTFOUND);
  rig_ok(store_set_run(s, "word", "naïve", &rig_error));
  rig_ok(store_get_run(s, "word", value, 4, &rig_error)); /* room for n, a and half of a two-byte letter */
  assert_string_equal(value, "na");
  rig_ok(store_set_claim(s, 1, "holds", "1 of 2", &rig_error));
  assert_int_equal(store_set_claim(s, 2, "holds", "", &error), BAUD_EARG);
  static store_claim claims[5];
  uint32_t n = 5;
  rig_ok(store_read_claims(s, claims, &n, &rig_error));
  assert_int_equal(n, 2);
  assert_string_equal(claims[0].verdict, "");
  assert_string_equal(claims[1].text, "two");
  assert_string_equal(claims[1].verdict, "holds");
  assert_string_equal(claims[1].figures, "1 of 2");
  plan *p;
  rig_ok(store_read_plan(s, &p, &rig_error));
  assert_int_equal(p->n_trials, 3);
  assert_string_equal(p->name, "rig");
  rig_ok(store_set_status(s, 1, STATUS_FAILED, 10, 20, "learner x: NaN", &rig_error));
  store_trial rows[5];
  rig_ok(store_read_trials(s, 1, rows, (n = 5, &n), &rig_error));
  assert_int_equal(n, 2);
  assert_true(rows[0].trial == 1 && rows[0].episodes == 10 && rows[0].steps == 20 && rows[0].seed == 1 &&
              rows[0].status == 'F');
  assert_string_equal(rows[0].id, p->trials[1].id);
  assert_string_equal(rows[0].reason, "learner x: NaN");
  rig_ok(store_trial_count(s, &n, &rig_error));
  assert_int_equal(n, 3);
  plan_free(p);
  store_close(s);
}

static void the_newest_events_come_oldest_first(void **state) {
  (void)state;
  store *s = rig_create(1);
  char text[20];
  for (int i = 1; i <= 10; i++) {
    snprintf(text, sizeof text, "event %d", i);
    rig_ok(store_event(s, i % 2 ? -1 : 0, i == 9 ? 'E' : 'I', text, &rig_error));
  }
  static store_event_row rows[20];
  uint32_t n = 3;
  rig_ok(store_read_events(s, 0, rows, &n, &rig_error));
  assert_int_equal(n, 3);
  assert_string_equal(rows[0].text, "event 8");
  assert_int_equal(rows[1].severity, 'E');
  assert_int_equal(rows[1].trial, -1);
  assert_int_equal(rows[2].trial, 0);
  rig_ok(store_read_events(s, rows[0].id, rows, (n = 20, &n), &rig_error));
  assert_int_equal(n, 7);
  assert_string_equal(rows[6].text, "event 7");
  store_close(s);
}

static void means_are_over_the_trials_of_a_configuration_with_their_weakest_mark(void **state) {
  (void)state;
  store *s = rig_create(3);
  float a[] = {1, 2, NAN}, b[] = {5};
  rig_ok(store_append(s, 0, 0, '=', 0, a, 3, &rig_error));
  rig_ok(store_append(s, 1, 0, '<', 0, b, 1, &rig_error));
  rig_ok(store_append(s, 0, 1, '<', 0, a, 3, &rig_error));
  rig_ok(store_append(s, 1, 1, '>', 0, b, 1, &rig_error));
  rig_ok(store_append(s, 0, 2, '>', 0, a + 2, 1, &rig_error));
  rig_ok(store_flush(s, &rig_error));
  store_mean means[FIGURES];
  rig_ok(store_read_means(s, 0, means, &rig_error));
  assert_true(means[0].trials == 2 && means[0].mark == '<' && means[0].count == 3);
  assert_true(means[0].total == 4 && means[0].mean == 3.25);
  assert_int_equal(means[1].mark, '~');
  assert_true(means[2].trials == 1 && isnan(means[2].total));
  assert_true(means[3].trials == 0 && means[3].mark == '-');
  store_close(s);
}

static void memory_of_a_trial_is_freed_when_it_ends(void **state) {
  (void)state;
  struct rusage before, after;
  store *s = rig_create(3000);
  rig_ok(store_begin(s, &rig_error));
  rig_ok(rig_append(s, 0, 28, 0, 10, &rig_error));
  finish(s, 0, 10);
  getrusage(RUSAGE_SELF, &before);
  for (uint32_t trial = 1; trial < 3000; trial++) {
    rig_ok(rig_append(s, trial, 28, 0, 10, &rig_error));
    finish(s, trial, 10);
  }
  rig_ok(store_commit(s, &rig_error));
  getrusage(RUSAGE_SELF, &after);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what is freed for a while */
  assert_true(after.ru_maxrss - before.ru_maxrss < 20000); /* KB; kept, it would be 420 MB */
#endif
  rig_check(s, 2999, 28, 10);
  store_close(s);
}

/* ---- When the system does not help ------------------------------------------------------------------------ */

static void a_writer_killed_at_any_moment_leaves_a_store_to_go_on_from(void **state) {
  (void)state;
  store *s = rig_create(1);
  rig_ok(rig_append(s, 0, FIGURES_USED, 0, EPISODES, &rig_error));
  finish(s, 0, EPISODES);
  store_close(s);
  char *expected = rig_content(rig_path);
  for (int delay_us = 500; delay_us < 60000; delay_us = delay_us * 5 / 3) {
    unlink(rig_path);
    store_close(rig_create(1));
    pid_t child = fork();
    if (child == 0) { /* commits every 50 episodes until it is killed */
      baud_error error = {0};
      if (store_open(&s, rig_path, &error) != 0) _exit(1);
      for (uint64_t at = 0; at < EPISODES; at += 50)
        if (store_begin(s, &error) || rig_append(s, 0, FIGURES_USED, at, at + 50, &error) || store_flush(s, &error) ||
            store_commit(s, &error))
          _exit(1);
      pause();
    }
    usleep((useconds_t)delay_us);
    kill(child, SIGKILL);
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    rig_ok(store_open(&s, rig_path, &rig_error));
    uint64_t count;
    double sum;
    rig_ok(store_read_total(s, 0, 2, UINT64_MAX, &sum, &count, &rig_error)); /* figure 2 is scored in each episode */
    assert_int_equal(count % 50, 0);
    rig_check(s, 0, count ? FIGURES_USED : 0, count);
    rig_ok(rig_append(s, 0, FIGURES_USED, count, EPISODES, &rig_error));
    finish(s, 0, EPISODES);
    store_close(s);
    char *content = rig_content(rig_path);
    assert_string_equal(content, expected);
    free(content);
  }
  free(expected);
}

static void a_reader_sees_whole_commits_while_another_process_writes(void **state) {
  (void)state;
  enum { PIECE = 700, LAST = 140 * PIECE };
  store_close(rig_create(1));
  pid_t child = fork();
  if (child == 0) {
    store *w;
    baud_error error = {0};
    if (store_open(&w, rig_path, &error) != 0) _exit(1);
    for (uint64_t at = 0; at < LAST; at += PIECE)
      if (store_begin(w, &error) || rig_append(w, 0, 3, at, at + PIECE, &error) || store_flush(w, &error) ||
          store_commit(w, &error))
        _exit(1);
    _exit(0);
  }
  store *r;
  store_point points[50];
  static float values[LAST];
  uint64_t seen = 0, n_looks = 0;
  rig_ok(store_open_readonly(&r, rig_path, &rig_error));
  for (double begin = store_now(); seen < LAST && store_now() < begin + 30; n_looks++) {
    uint32_t n = 50, n_values = LAST;
    uint64_t count = 0, in_curve = 0;
    double sum;
    rig_ok(store_read_curve(r, 0, 2, 0, UINT64_MAX, points, &n, &rig_error));
    for (uint32_t i = 0; i < n; i++) in_curve += points[i].count;
    assert_true(in_curve % PIECE == 0 && in_curve >= seen);
    rig_ok(store_read_values(r, 0, 0, 0, values, &n_values, &rig_error));
    assert_true(n_values % PIECE == 0 && n_values >= in_curve);
    for (uint32_t i = n_values > 5000 ? n_values - 5000 : 0; i < n_values; i++)
      assert_true(values[i] == rig_value(0, 0, i));
    rig_ok(store_read_total(r, 0, 2, UINT64_MAX, &sum, &count, &rig_error));
    assert_true(count % PIECE == 0 && count >= n_values);
    seen = count;
  }
  int status;
  waitpid(child, &status, 0);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  assert_int_equal(seen, LAST);
  assert_true(n_looks > 3);
  store_close(r);
}

static void a_writer_that_closes_leaves_all_in_the_file_itself(void **state) {
  (void)state;
  store *s = rig_create(1), *r;
  char log[80];
  struct stat info;
  rig_ok(store_open_readonly(&r, rig_path, &rig_error)); /* stays open: the last connection is a reader's */
  rig_ok(rig_append(s, 0, FIGURES_USED, 0, 3000, &rig_error));
  rig_ok(store_flush(s, &rig_error));
  rig_check(r, 0, FIGURES_USED, 3000);
  store_close(s);
  snprintf(log, sizeof log, "%s-wal", rig_path);
  assert_true(stat(log, &info) != 0 || info.st_size == 0);
  rig_check(r, 0, FIGURES_USED, 3000);
  store_close(r);
}

static void a_full_disk_is_said_and_what_was_committed_is_safe(void **state) {
  (void)state;
  struct rlimit limit, unlimited;
  store *s = rig_create(1);
  baud_error error = {0};
  uint64_t committed = 0;
  int code = 0;
  signal(SIGXFSZ, SIG_IGN);
  getrlimit(RLIMIT_FSIZE, &unlimited);
  limit = unlimited;
  limit.rlim_cur = 1 << 20;
  setrlimit(RLIMIT_FSIZE, &limit);
  while (code == 0 && committed < 1000000) {
    code = store_begin(s, &error);
    if (!code) code = rig_append(s, 0, FIGURES_USED, committed, committed + 3000, &error);
    if (!code) code = store_flush(s, &error);
    if (!code) code = store_commit(s, &error);
    if (!code) committed += 3000;
  }
  assert_int_equal(code, BAUD_EIO);
  assert_non_null(strstr(error.text, "the disk is full"));
  assert_true(committed > 0);
  setrlimit(RLIMIT_FSIZE, &unlimited);
  baud_error later = {0};
  assert_int_equal(store_event(s, -1, 'I', "still there?", &later),
                   BAUD_EIO); /* it says the same until it is opened anew */
  assert_string_equal(later.text, error.text);
  store_close(s);
  rig_ok(store_open(&s, rig_path, &rig_error));
  rig_check(s, 0, FIGURES_USED, committed);
  rig_ok(rig_append(s, 0, FIGURES_USED, committed, committed + 3000, &rig_error));
  finish(s, 0, committed + 3000);
  rig_check(s, 0, FIGURES_USED, committed + 3000);
  store_close(s);
}

/* Runs what is given as a user without rights where the tests run as root; a test fails there with exit code 1. */
static int as_nobody(void (*what)(void)) {
  pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(77);
    what();
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void read_in_a_closed_folder(void) {
  store *s;
  baud_error error = {0};
  float values[3000];
  uint32_t n = 3000;
  if (store_open(&s, rig_path, &error) != BAUD_EIO || !strstr(error.text, "may not be written")) _exit(2);
  if (store_open_readonly(&s, rig_path, &error) != 0) _exit(3);
  if (store_read_values(s, 0, 0, 0, values, &n, &error) != 0 || n != 3000) _exit(4);
  if (values[2999] != rig_value(0, 0, 2999)) _exit(5);
  if (store_event(s, -1, 'I', "x", &error) != BAUD_ESTATE || !strstr(error.text, "reading only")) _exit(6);
  store_close(s);
}

static void a_store_in_a_folder_that_may_not_be_written_is_readable(void **state) {
  (void)state;
  store *s = rig_create(1);
  rig_ok(rig_append(s, 0, FIGURES_USED, 0, 3000, &rig_error));
  finish(s, 0, 3000);
  store_close(s);
  chmod(rig_path, 0444);
  chmod(rig_folder, 0555);
  assert_int_equal(as_nobody(read_in_a_closed_folder), 0);
}

static void a_locked_store_is_said_to_be_and_can_be_tried_again(void **state) {
  (void)state;
  store *s = rig_create(1);
  sqlite3 *other;
  baud_error error = {0};
  assert_int_equal(sqlite3_open(rig_path, &other), SQLITE_OK);
  assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
  sqlite3_busy_timeout(s->db, 50);
  assert_int_equal(store_begin(s, &error), BAUD_EBUSY);
  assert_non_null(strstr(error.text, "another process is writing"));
  sqlite3_close(other);
  rig_ok(store_begin(s, &rig_error));
  rig_ok(rig_append(s, 0, 1, 0, 10, &rig_error));
  rig_ok(store_commit(s, &rig_error));
  store_close(s);
}

static void refuses(const char *path, int code, const char *says) {
  store *s = NULL;
  for (int is_reader = 0; is_reader < 2; is_reader++) {
    baud_error error = {0};
    int got = is_reader ? store_open_readonly(&s, path, &error) : store_open(&s, path, &error);
    if (got != code || !strstr(error.text, says)) fail_msg("code %d: %s", got, error.text);
  }
}

static void write_file(const char *path, const char *bytes, size_t n, off_t at) {
  int file = open(path, O_CREAT | O_WRONLY, 0644);
  assert_int_equal(pwrite(file, bytes, n, at), n);
  close(file);
}

static void what_is_no_store_is_refused_in_a_sentence(void **state) {
  (void)state;
  refuses("/nonexistent/store.db", BAUD_ENOTFOUND, "no such file");
  write_file(rig_path, "not a database at all, but long enough to be one", 48, 0);
  refuses(rig_path, BAUD_EARG, "not a baud store");
  unlink(rig_path);
  sqlite3 *other;
  assert_int_equal(sqlite3_open(rig_path, &other), SQLITE_OK);
  sqlite3_exec(other, "CREATE TABLE t(x)", NULL, NULL, NULL);
  sqlite3_close(other);
  refuses(rig_path, BAUD_EARG, "not a baud store");
  unlink(rig_path);
  store *s = rig_create(1);
  store_close(s);
  plan *p = rig_plan(1);
  baud_error error = {0};
  assert_int_equal(store_create(&s, rig_path, p, &error), BAUD_EARG); /* never over another */
  assert_non_null(strstr(error.text, "exists"));
  assert_int_equal(store_create(&s, "/nonexistent/store.db", p, &error), BAUD_EIO);
  plan_free(p);
}

static void a_damaged_store_is_said_to_be(void **state) {
  (void)state;
  store *s = rig_create(1);
  rig_ok(rig_append(s, 0, FIGURES_USED, 0, 30000, &rig_error));
  finish(s, 0, 30000);
  store_close(s);
  struct stat file;
  stat(rig_path, &file);
  char junk[4096];
  memset(junk, 0xa5, sizeof junk);
  for (off_t at = SCHEMA_PAGE; at + SCHEMA_PAGE <= file.st_size; at += SCHEMA_PAGE)
    write_file(rig_path, junk, sizeof junk, at);
  baud_error error = {0};
  int code = store_open_readonly(&s, rig_path, &error);
  assert_int_equal(code, BAUD_EIO);
  assert_non_null(strstr(error.text, "damaged"));
}

static void a_blob_gone_wrong_is_said_to_be(void **state) {
  (void)state;
  store *s = rig_create(1);
  rig_ok(rig_append(s, 0, 1, 0, 3000, &rig_error));
  finish(s, 0, 3000);
  rig_ok(database_script(s, "UPDATE chunk SET data = x'00' WHERE chunk = 1", &rig_error));
  float values[3000];
  uint32_t n = 3000;
  baud_error error = {0};
  assert_int_equal(store_read_values(s, 0, 0, 0, values, &n, &error), BAUD_EIO);
  assert_non_null(strstr(error.text, "from episode 1024 on cannot be read"));
  store_close(s);
}

/* ---- Versions --------------------------------------------------------------------------------------------- */

static void a_store_of_a_newer_baud_is_refused(void **state) {
  (void)state;
  store *s = rig_create(1);
  rig_ok(database_script(s, "PRAGMA user_version = 99", &rig_error));
  store_close(s);
  refuses(rig_path, BAUD_ESTATE, "a newer baud wrote it (schema 99");
}

static void migrations_run_in_order_and_all_or_none(void **state) {
  (void)state;
  static const char *const good[] = {NULL, "ALTER TABLE trial ADD COLUMN colour TEXT",
                                     "UPDATE trial SET colour = 'red'"};
  static const char *const bad[] = {NULL, NULL, NULL, "ALTER TABLE trial ADD COLUMN taste TEXT",
                                    "UPDATE nowhere SET x = 1"};
  store *s = rig_create(1);
  baud_error error = {0};
  rig_ok(schema_migrate(s, good, 1, 3, &rig_error));
  rig_ok(database_script(s, "SELECT colour FROM trial", &rig_error));
  assert_int_equal(schema_migrate(s, bad, 3, 5, &error), BAUD_EIO);
  assert_non_null(strstr(error.text, "from schema 3 to 5"));
  assert_int_not_equal(database_script(s, "SELECT taste FROM trial", &error), 0);
  int32_t version = 0;
  assert_int_equal(schema_check(s, &version, &error), BAUD_ESTATE); /* 3 stays, which is newer than this baud's own */
  assert_int_equal(version, 3);
  store_close(s);
}

/* What an older baud wrote: read as it is, brought up to date when written. */
static void a_store_of_version_1_is_read_and_then_brought_up_to_date(void **state) {
  (void)state;
  store *s = rig_create(1);
  store_trial row;
  store_moment moment;
  uint32_t n = 1;
  rig_ok(database_script(s, "DROP TABLE change; DROP TABLE clock; PRAGMA user_version = 1", &rig_error));
  store_close(s);
  rig_ok(store_open_readonly(&s, rig_path, &rig_error));
  rig_ok(store_read_trials(s, 0, &row, &n, &rig_error));
  assert_int_equal(row.changes, 0);
  rig_ok(store_read_clock(s, 0, &moment, (n = 1, &n), &rig_error));
  assert_int_equal(n, 0);
  store_close(s);
  rig_ok(store_open(&s, rig_path, &rig_error));
  rig_ok(store_begin(s, &rig_error));
  rig_ok(store_change(s, 0, "learner.lr 1 -> 0.3", "ann", &rig_error));
  rig_ok(store_clock(s, 0, 100, 1.5, &rig_error));
  rig_ok(store_commit(s, &rig_error));
  rig_ok(store_read_trials(s, 0, &row, (n = 1, &n), &rig_error));
  assert_int_equal(row.changes, 1);
  rig_ok(store_read_clock(s, 0, &moment, (n = 1, &n), &rig_error));
  assert_true(n == 1 && moment.episodes == 100 && moment.seconds == 1.5);
  rig_ok(store_reset_trial(s, 0, &rig_error));
  rig_ok(store_read_trials(s, 0, &row, (n = 1, &n), &rig_error));
  assert_int_equal(row.changes, 0);
  rig_ok(store_read_clock(s, 0, &moment, (n = 1, &n), &rig_error));
  assert_int_equal(n, 0);
  store_close(s);
}

static void figures_are_known_by_name_not_by_number(void **state) {
  (void)state;
  store *s = rig_create(1);
  /* As an older baud might have written it: other numbers, one figure not there yet. */
  rig_ok(database_script(s, "DELETE FROM figure WHERE name = 'format'; UPDATE figure SET figure = 100 + figure",
                         &rig_error));
  store_close(s);
  rig_ok(store_open(&s, rig_path, &rig_error));
  assert_int_equal(s->number[FIGURE_RETURN], 100);
  assert_true(s->number[FIGURE_FORMAT] > 100 && s->number[FIGURE_FORMAT] != s->number[FIGURE_COMPUTE]);
  rig_ok(rig_append(s, 0, FIGURES, 0, 2000, &rig_error));
  finish(s, 0, 2000);
  rig_check(s, 0, FIGURES, 2000);
  store_mean means[FIGURES];
  rig_ok(store_read_means(s, 0, means, &rig_error));
  assert_int_equal(means[FIGURE_FORMAT].trials, 1);
  store_close(s);
}

int main(void) {
#define in_a_folder(test) cmocka_unit_test_setup_teardown(test, rig_setup, rig_teardown)
  const struct CMUnitTest tests[] = {
      in_a_folder(values_marks_and_steps_come_back),
      in_a_folder(readers_see_what_was_flushed_and_committed_and_no_more),
      in_a_folder(the_content_does_not_depend_on_when_it_was_flushed),
      in_a_folder(a_run_goes_on_in_another_process_to_the_same_content),
      in_a_folder(a_trial_run_anew_leaves_no_trace_of_the_first_time),
      in_a_folder(episodes_out_of_order_are_refused_and_change_nothing),
      in_a_folder(the_last_value_is_found_behind_whatever_was_not_scored),
      in_a_folder(totals_are_those_of_the_values),
      in_a_folder(a_curve_is_the_values_binned_at_every_zoom),
      in_a_folder(facts_about_the_run_come_back),
      in_a_folder(the_newest_events_come_oldest_first),
      in_a_folder(means_are_over_the_trials_of_a_configuration_with_their_weakest_mark),
      in_a_folder(memory_of_a_trial_is_freed_when_it_ends),
      in_a_folder(a_writer_killed_at_any_moment_leaves_a_store_to_go_on_from),
      in_a_folder(a_reader_sees_whole_commits_while_another_process_writes),
      in_a_folder(a_writer_that_closes_leaves_all_in_the_file_itself),
      in_a_folder(a_full_disk_is_said_and_what_was_committed_is_safe),
      in_a_folder(a_store_in_a_folder_that_may_not_be_written_is_readable),
      in_a_folder(a_locked_store_is_said_to_be_and_can_be_tried_again),
      in_a_folder(what_is_no_store_is_refused_in_a_sentence),
      in_a_folder(a_damaged_store_is_said_to_be),
      in_a_folder(a_blob_gone_wrong_is_said_to_be),
      in_a_folder(a_store_of_a_newer_baud_is_refused),
      in_a_folder(a_store_of_version_1_is_read_and_then_brought_up_to_date),
      in_a_folder(migrations_run_in_order_and_all_or_none),
      in_a_folder(figures_are_known_by_name_not_by_number),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
