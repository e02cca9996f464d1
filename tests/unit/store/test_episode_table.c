/* Tests of the table `episode`: its rows are the episodes, conditions on trial and episode narrow what is read, and
 * store_query lets nothing be written.
 */
#include "rig.h"

#include "store/database.h"
#include "store/episode_table.h"
#include "store/query.h"

enum { FIGURES_USED = 7, EPISODES = 3000, TRIALS = 4 };

/* Trials 0 and 2 done, 1 running (with a tail), 3 queued. */
static int setup(void **state) {
  if (rig_setup(state) != 0) return -1;
  store *s = rig_create(TRIALS);
  for (uint32_t trial = 0; trial < 3; trial++) {
    rig_ok(rig_append(s, trial, FIGURES_USED, 0, EPISODES, &rig_error));
    if (trial != 1) rig_ok(store_set_status(s, trial, STATUS_DONE, EPISODES, 0, "", &rig_error));
  }
  rig_ok(store_flush(s, &rig_error));
  store_close(s);
  rig_ok(store_open_readonly(&s, rig_path, &rig_error));
  assert_int_equal(episode_table_register(s->db), SQLITE_OK);
  *state = s;
  return 0;
}

static int teardown(void **state) {
  store_close(*state);
  return rig_teardown(state);
}

static sqlite3_stmt *query(store *s, const char *sql) {
  sqlite3_stmt *row;
  if (sqlite3_prepare_v2(s->db, sql, -1, &row, NULL) != SQLITE_OK) fail_msg("%s: %s", sql, sqlite3_errmsg(s->db));
  return row;
}

/* The first row's columns, joined by |. */
static const char *answer(store *s, const char *sql) {
  static char text[1000];
  sqlite3_stmt *row = query(s, sql);
  text[0] = 0;
  int code = sqlite3_step(row);
  if (code != SQLITE_ROW && code != SQLITE_DONE) fail_msg("%s: %s", sql, sqlite3_errmsg(s->db));
  for (int i = 0; code == SQLITE_ROW && i < sqlite3_column_count(row); i++) {
    const char *cell = (const char *)sqlite3_column_text(row, i);
    size_t used = strlen(text);
    snprintf(text + used, sizeof text - used, "%s%s", i ? "|" : "", cell ? cell : "-");
  }
  sqlite3_finalize(row);
  return text;
}

static void its_rows_are_the_episodes_in_order(void **state) {
  store *s = *state;
  sqlite3_stmt *row = query(
      s, "SELECT trial, episode, step, return, success, steps, wire_observation, surprise_observation FROM episode");
  static const int column_of[] = {3, 4, 5, 6, 7};
  for (uint32_t trial = 0; trial < 3; trial++)
    for (uint32_t e = 0; e < EPISODES; e++) {
      assert_int_equal(sqlite3_step(row), SQLITE_ROW);
      assert_int_equal(sqlite3_column_int64(row, 0), trial);
      assert_int_equal(sqlite3_column_int64(row, 1), e);
      assert_int_equal(sqlite3_column_int64(row, 2), rig_step(trial, e));
      for (uint32_t f = 0; f < 5; f++) {
        float expected = rig_value(trial, f, e);
        int is_null = sqlite3_column_type(row, column_of[f]) == SQLITE_NULL;
        if (isnan(expected)) assert_true(is_null);
        else assert_true(!is_null && sqlite3_column_double(row, column_of[f]) == (double)expected);
      }
    }
  assert_int_equal(sqlite3_step(row), SQLITE_DONE);
  sqlite3_finalize(row);
}

static void every_figure_has_its_column(void **state) {
  store *s = *state;
  sqlite3_stmt *row = query(s, "SELECT * FROM episode LIMIT 1");
  assert_int_equal(sqlite3_column_count(row), 3 + FIGURES);
  for (int f = 0; f < FIGURES; f++) {
    char name[60];
    snprintf(name, sizeof name, "%s", figure_table[f].name);
    for (char *at = name; *at; at++) *at = *at == '.' ? '_' : *at;
    assert_string_equal(sqlite3_column_name(row, 3 + f), name);
  }
  sqlite3_finalize(row);
  assert_string_equal(answer(s, "SELECT format, known FROM episode LIMIT 1"), "-|-");
}

/* Each condition against the same one that cannot be pushed down (+ keeps SQLite from it). */
static void every_condition_gives_what_it_gives_when_it_is_not_pushed_down(void **state) {
  store *s = *state;
  static const char *const operators[] = {"=", "<", "<=", ">", ">=", "<>", "IS"};
  static const char *const values[] = {"0",
                                       "1",
                                       "2",
                                       "1023",
                                       "1024",
                                       "2999",
                                       "3000",
                                       "-1",
                                       "1.0",
                                       "1.5",
                                       "-0.5",
                                       "NULL",
                                       "'1'",
                                       "'x'",
                                       "9223372036854775807",
                                       "-9223372036854775808",
                                       "1e300",
                                       "-1e300"};
  char sql[300], expected[100];
  for (size_t v = 0; v < sizeof values / sizeof *values; v++)
    for (size_t o = 0; o < sizeof operators / sizeof *operators; o++)
      for (int is_trial = 0; is_trial < 2; is_trial++) {
        const char *column = is_trial ? "trial" : "episode", *op = operators[o], *value = values[v];
        snprintf(sql, sizeof sql, "SELECT count(*), sum(episode), sum(trial) FROM episode WHERE +%s %s %s", column, op,
                 value);
        snprintf(expected, sizeof expected, "%s", answer(s, sql));
        snprintf(sql, sizeof sql, "SELECT count(*), sum(episode), sum(trial) FROM episode WHERE %s %s %s", column, op,
                 value);
        const char *got = answer(s, sql);
        /* a text compared with +column has no number made of it, so it is left out where it is one */
        if (strcmp(value, "'1'") != 0 && strcmp(got, expected) != 0) fail_msg("%s: %s, not %s", sql, got, expected);
      }
}

static void conditions_combine(void **state) {
  store *s = *state;
  assert_string_equal(answer(s, "SELECT count(*), min(episode), max(episode), min(trial) FROM episode WHERE trial = 2 "
                                "AND episode BETWEEN 1000 AND 1099"),
                      "100|1000|1099|2");
  assert_string_equal(answer(s, "SELECT count(*) FROM episode WHERE trial IN (0, 2, 3, 77) AND episode >= 2990"), "20");
  assert_string_equal(
      answer(
          s,
          "SELECT count(*) FROM episode WHERE episode > 10 AND episode > 2990 AND episode < 2995 AND episode <= 5000"),
      "12");
  assert_string_equal(answer(s, "SELECT count(*) FROM episode WHERE trial = 1 AND trial = 2"), "0");
  assert_string_equal(
      answer(s, "SELECT count(*) FROM trial t JOIN episode e ON e.trial = t.trial WHERE t.seed = 1 AND e.episode < 5"),
      "5");
  assert_string_equal(
      answer(s, "SELECT group_concat(trial || ':' || n) FROM (SELECT trial, count(*) n FROM episode GROUP BY trial)"),
      "0:3000,1:3000,2:3000");
}

static void rows_come_in_the_order_asked_for(void **state) {
  store *s = *state;
  assert_string_equal(answer(s, "SELECT trial, episode FROM episode ORDER BY trial DESC, episode DESC"), "2|2999");
  assert_string_equal(answer(s, "SELECT trial, episode FROM episode ORDER BY episode DESC, trial"), "0|2999");
  assert_string_equal(answer(s, "SELECT trial, episode FROM episode WHERE trial IN (2, 1) ORDER BY trial, episode"),
                      "1|0");
  assert_string_equal(answer(s, "SELECT trial, episode FROM episode WHERE trial = 1 ORDER BY episode DESC"), "1|2999");
  sqlite3_stmt *plan_row = query(s, "EXPLAIN QUERY PLAN SELECT * FROM episode ORDER BY trial, episode");
  while (sqlite3_step(plan_row) == SQLITE_ROW)
    assert_null(strstr((const char *)sqlite3_column_text(plan_row, 3), "TEMP B-TREE"));
  sqlite3_finalize(plan_row);
}

/* Instructions of SQLite's machine, in tens, that a query takes. */
static int count_work(void *context) { return ++*(int *)context, 0; }

static void a_narrow_condition_reads_few_rows(void **state) {
  store *s = *state;
  int work[2] = {0, 0};
  sqlite3_progress_handler(s->db, 10, count_work, &work[0]);
  answer(s, "SELECT sum(return) FROM episode WHERE trial = 2 AND episode BETWEEN 2000 AND 2009");
  sqlite3_progress_handler(s->db, 10, count_work, &work[1]);
  answer(s, "SELECT sum(return) FROM episode WHERE +trial = 2 AND +episode BETWEEN 2000 AND 2009");
  sqlite3_progress_handler(s->db, 0, NULL, NULL);
  assert_true(work[0] * 50 < work[1]);
}

static void a_database_that_is_no_store_gets_a_sentence(void **state) {
  (void)state;
  sqlite3 *db;
  sqlite3_stmt *row;
  assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
  assert_int_equal(episode_table_register(db), SQLITE_OK);
  assert_int_not_equal(sqlite3_prepare_v2(db, "SELECT * FROM episode", -1, &row, NULL), SQLITE_OK);
  assert_non_null(strstr(sqlite3_errmsg(db), "needs a baud store"));
  sqlite3_close(db);
}

static void a_damaged_blob_ends_the_query_with_a_sentence(void **state) {
  store *s = *state, *writer;
  rig_ok(store_open(&writer, rig_path, &rig_error));
  rig_ok(database_script(writer, "UPDATE chunk SET data = x'0102' WHERE trial = 0 AND chunk = 1", &rig_error));
  store_close(writer);
  sqlite3_stmt *row = query(s, "SELECT sum(return) FROM episode");
  assert_int_not_equal(sqlite3_step(row), SQLITE_ROW);
  assert_non_null(strstr(sqlite3_errmsg(s->db), "trial 0, the chunk with episode 1024 cannot be read"));
  sqlite3_finalize(row);
}

/* ---- store_query ------------------------------------------------------------------------------------------ */

static int keep(void *context, uint64_t row, int n, const query_cell *cells) {
  char *text = context;
  for (int i = 0; i < n; i++) sprintf(text + strlen(text), "%s%d%s", i ? "," : "", (int)cells[i].type, cells[i].text);
  strcat(text, "\n");
  return row == 3;
}

static void a_query_hands_over_names_then_rows(void **state) {
  char text[1000] = "";
  rig_ok(store_query(*state, "SELECT trial AS t, episode / 2.0, 'x' c, NULL, x'0aff' FROM episode -- and so on\n;  ",
                     keep, text, &rig_error));
  assert_string_equal(
      text, "3t,3episode / 2.0,3c,3NULL,3x'0aff'\n10,20.0,3x,0,40aff\n10,20.5,3x,0,40aff\n10,21.0,3x,0,40aff\n");
}

static void a_query_that_is_wrong_writes_or_is_several_is_refused(void **state) {
  static const struct {
    const char *sql, *says;
  } cases[] = {
      {"SELEC 1", "syntax error"},
      {"SELECT colour FROM episode", "no such column: colour"},
      {"", "no query"},
      {" ; -- nothing", "no query"},
      {"SELECT 1; SELECT 2", "more than one"},
      {"DELETE FROM trial", "would write"},
      {"DROP TABLE chunk", "would write"},
      {"ATTACH '/tmp/other.db' AS other", "too many attached"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    baud_error error = {0};
    char text[1000] = "";
    if (store_query(*state, cases[i].sql, keep, text, &error) != BAUD_EARG) fail_msg("%s was accepted", cases[i].sql);
    if (!strstr(error.text, cases[i].says)) fail_msg("%s: \"%s\"", cases[i].sql, error.text);
  }
}

int main(void) {
#define on_a_store(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
  const struct CMUnitTest tests[] = {
      on_a_store(its_rows_are_the_episodes_in_order),
      on_a_store(every_figure_has_its_column),
      on_a_store(every_condition_gives_what_it_gives_when_it_is_not_pushed_down),
      on_a_store(conditions_combine),
      on_a_store(rows_come_in_the_order_asked_for),
      on_a_store(a_narrow_condition_reads_few_rows),
      on_a_store(a_database_that_is_no_store_gets_a_sentence),
      on_a_store(a_damaged_blob_ends_the_query_with_a_sentence),
      on_a_store(a_query_hands_over_names_then_rows),
      on_a_store(a_query_that_is_wrong_writes_or_is_several_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
