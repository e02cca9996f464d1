/* test_stomp.c - STOMP in two rooms and four: options and their models against closed forms, and the sweeps that planning
 * takes with options and without. The world is told exactly, as counts in proportion to its probabilities, or walked through.
 */
#define baud_plugin_1 stomp_library
#include "../../../plugins/learner/stomp.c" /* first: cmocka has a macro named fail */
#undef baud_plugin_1
#define baud_plugin_1 rooms_library
#include "../../../plugins/env/rooms.c"
#undef baud_plugin_1

#include "../test.h"

enum { CELLS = ROOMS_MOST_CELLS, ACTIONS = ROOMS_ACTIONS };
#define GAMMA 0.99

static char refusal[240];
static int32_t refuse(const baud_host *host, int32_t code, const char *why) {
  (void)host;
  snprintf(refusal, sizeof refusal, "%s", why);
  return code;
}
static const baud_host host = {.size = BAUD_SIZE(baud_host), .fail = refuse};

/* ---- The world, apart from the learner --------------------------------------------------------------------- */

typedef struct place {
  rooms *rooms;
  baud_env_spec spec;
  uint32_t cells, hallways[4], n_hallways;
  char attain[64];
  double p[CELLS][ACTIONS][CELLS], r[CELLS][ACTIONS]; /* successors within the episode; mean rewards */
} place;

static void open_place(place *w, int which, double slip) {
  const baud_value values[ROOMS_PARAMS] = {{.i = which}, {.f = slip}, {.i = 0}};
  void *model;
  memset(w, 0, sizeof *w);
  w->spec.size = BAUD_SIZE(baud_env_spec);
  assert_int_equal(rooms_create(&host, values, &w->spec, &model), BAUD_OK);
  w->rooms = model;
  const rooms_layout *l = w->rooms->layout;
  w->cells = l->width * l->height;
  for (uint32_t s = 0; s < w->cells; s++) {
    if (l->cells[s] == 'h') w->hallways[w->n_hallways++] = s;
    for (uint32_t a = 0; a < ACTIONS && l->cells[s] != '#' && l->cells[s] != 'G'; a++)
      for (uint32_t b = 0; b < ACTIONS; b++) {
        double chance = a == b ? 1.0 - slip : slip / 3.0;
        uint32_t next = w->rooms->next[s][b];
        w->r[s][a] += chance * (l->cells[next] == 'G' ? 1.0 : l->cells[next] == '-' ? -1.0 : 0.0);
        if (l->cells[next] != 'G') w->p[s][a][next] += chance;
      }
  }
  for (uint32_t i = 0; i < w->n_hallways; i++) sprintf(w->attain + strlen(w->attain), "%s%u", i ? "," : "", w->hallways[i]);
}

/* Value iteration to the end, of stopping values where there are any: max(z, best action), or the best action alone. */
static void solve(const place *w, const double *z, double *value) {
  memset(value, 0, CELLS * sizeof *value);
  for (double change = 1.0; change > 1e-14;) {
    change = 0.0;
    for (uint32_t s = 0; s < w->cells; s++) {
      double best = -INFINITY;
      for (uint32_t a = 0; a < ACTIONS; a++) {
        double q = w->r[s][a];
        for (uint32_t next = 0; next < w->cells; next++) q += GAMMA * w->p[s][a][next] * (z ? fmax(z[next], value[next]) : value[next]);
        best = fmax(best, q);
      }
      change = fmax(change, fabs(best - value[s]));
      value[s] = best;
    }
  }
}

/* a x = b for `columns` right-hand sides, by elimination; x replaces b. */
static void eliminate(double a[CELLS][CELLS], double b[CELLS][CELLS + 1], uint32_t n, uint32_t columns) {
  for (uint32_t k = 0; k < n; k++) { /* diagonally dominant: no pivoting is needed */
    for (uint32_t i = 0; i < n; i++) {
      double factor = i == k ? 0.0 : a[i][k] / a[k][k];
      if (factor == 0.0) continue;
      for (uint32_t j = k; j < n; j++) a[i][j] -= factor * a[k][j];
      for (uint32_t j = 0; j < columns; j++) b[i][j] -= factor * b[k][j];
    }
  }
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t j = 0; j < columns; j++) b[i][j] /= a[i][i];
}

/* ---- The learner ------------------------------------------------------------------------------------------- */

typedef struct planner {
  void *model, *at[STOMP_BLOCKS];
  baud_learner_setup setup;
} planner;

static int32_t try_planner(planner *p, const place *w, const char *attain) {
  baud_value values[STOMP_PARAMS];
  for (int i = 0; i < STOMP_PARAMS; i++) values[i] = stomp_params[i].def;
  values[STOMP_PARAM_ATTAIN].s = attain;
  values[STOMP_PARAM_EPSILON].f = 1.0;
  values[STOMP_PARAM_EVERY].i = 1000000000;
  p->setup = (baud_learner_setup){.size = BAUD_SIZE(baud_learner_setup), .lanes = 1, .channels = 3, .n_obs = 1,
                                  .obs = w->spec.obs, .action = w->spec.action};
  return stomp_create(&host, values, &p->setup, &p->model);
}

static void open_planner(planner *p, const place *w, const char *attain) {
  static const size_t element[] = {0, 1, 4, 8, 4, 8};
  assert_int_equal(try_planner(p, w, attain), BAUD_OK);
  for (int i = 0; i < STOMP_BLOCKS; i++) p->at[i] = calloc(p->setup.blocks[i].count, element[p->setup.blocks[i].dtype]);
  assert_int_equal(stomp_init(p->model, p->at, 3), BAUD_OK);
}

static void close_planner(planner *p) {
  for (int i = 0; i < STOMP_BLOCKS; i++) free(p->at[i]);
  stomp_destroy(p->model);
}

/* Nine steps of each pair, as they would be on average. */
static void tell_world(planner *p, const place *w) {
  for (uint32_t s = 0; s < w->cells; s++)
    for (uint32_t a = 0; a < ACTIONS; a++) {
      uint64_t pair = (uint64_t)s * ACTIONS + a;
      ((double *)p->at[STOMP_VISITS])[pair] = 9.0;
      ((double *)p->at[STOMP_REWARDS])[pair] = 9.0 * w->r[s][a];
      for (uint32_t next = 0; next < w->cells; next++) ((double *)p->at[STOMP_SUCCESSORS])[pair * w->cells + next] = 9.0 * w->p[s][a][next];
    }
}

static void learn_options(planner *p, int sweeps) {
  const stomp_model *m = p->model;
  for (uint32_t i = 0; i < m->options; i++)
    for (int sweep = 0; sweep < sweeps; sweep++) {
      stomp_improve(m, p->at, i);
      for (uint32_t s = 0; s < m->table.states; s++) stomp_follow(m, p->at, i, s);
    }
}

/* Options are the best for their subtasks, and r_i and p_i solve (I - gamma P (1 - stop)) [r_i, p_i] = [r, gamma P stop]. */
static void check_options(const planner *p, const place *w, double tolerance) {
  static double z[CELLS], value[CELLS], a[CELLS][CELLS], b[CELLS][CELLS + 1];
  uint32_t n = w->cells;
  for (uint32_t i = 0; i < w->n_hallways; i++) {
    const double *goes_on = (const double *)p->at[STOMP_OPTION] + (uint64_t)i * n;
    const double *reward = (const double *)p->at[STOMP_MODEL_REWARD] + (uint64_t)i * n;
    const double *next = (const double *)p->at[STOMP_MODEL_NEXT] + (uint64_t)i * n * n;
    const int32_t *choice = (const int32_t *)p->at[STOMP_CHOICE] + (uint64_t)i * n;
    for (uint32_t s = 0; s < n; s++) z[s] = ((const double *)p->at[STOMP_VALUE])[s] + (s == w->hallways[i]);
    solve(w, z, value);
    memset(a, 0, sizeof a);
    memset(b, 0, sizeof b);
    for (uint32_t s = 0; s < n; s++) {
      assert_close(goes_on[s], value[s], tolerance);
      a[s][s] = 1.0;
      b[s][n] = w->r[s][choice[s]];
      for (uint32_t to = 0; to < n; to++) {
        double p_to = GAMMA * w->p[s][choice[s]][to];
        if (z[to] >= goes_on[to]) b[s][to] += p_to;
        else a[s][to] -= p_to;
      }
    }
    eliminate(a, b, n, n + 1);
    double attained = 0.0;
    for (uint32_t s = 0; s < n; s++) {
      assert_close(reward[s], b[s][n], tolerance);
      for (uint32_t x = 0; x < n; x++) assert_close(next[s * n + x], b[s][x], tolerance);
      attained = fmax(attained, next[s * n + w->hallways[i]]);
    }
    assert_true(attained > 0.5); /* it does lead there */
  }
}

/* ---- Tests ------------------------------------------------------------------------------------------------ */

static void options_and_their_models_are_those_of_the_closed_form(void **unused) {
  static place w;
  (void)unused;
  for (int which = 0; which < ROOMS_LAYOUTS; which++) {
    planner p;
    open_place(&w, which, 1.0 / 3.0);
    open_planner(&p, &w, w.attain);
    assert_int_equal(((const stomp_model *)p.model)->options, w.n_hallways);
    tell_world(&p, &w);
    learn_options(&p, 300);
    check_options(&p, &w, 1e-9);
    close_planner(&p);
    free(w.rooms);
  }
}

/* Where moves do not slip, what was seen once is known: after a random walk through all pairs the same holds. */
static void what_is_learnt_by_walking_is_the_same(void **unused) {
  static place w;
  planner p;
  (void)unused;
  open_place(&w, ROOMS_TWO, 0.0);
  open_planner(&p, &w, w.attain);
  int32_t cell = (int32_t)w.rooms->start;
  for (int step = 0; step < 300000; step++) {
    const uint8_t starts = 0;
    int32_t action, next;
    const void *obs[1] = {&cell}, *after[1] = {&next};
    const baud_tick tick = {.size = BAUD_SIZE(baud_tick), .lanes = 1, .obs = obs, .starts = &starts, .action = &action};
    assert_int_equal(stomp_predict(p.model, p.at, &tick), BAUD_OK);
    next = w.rooms->next[cell][action];
    char there = w.rooms->layout->cells[next];
    const uint8_t flags = there == 'G' ? BAUD_TERMINATED : 0;
    const float reward = there == 'G' ? 1.0f : there == '-' ? -1.0f : 0.0f;
    const baud_outcome outcome = {.size = BAUD_SIZE(baud_outcome), .lanes = 1, .obs = obs, .action = &action, .reward = &reward,
                                  .flags = &flags, .next_obs = after};
    assert_int_equal(stomp_learn(p.model, p.at, &outcome), BAUD_OK);
    cell = flags ? (int32_t)w.rooms->start : next;
  }
  for (uint32_t s = 0; s < w.cells; s++)
    for (uint32_t a = 0; a < ACTIONS; a++) {
      int is_place = w.rooms->layout->cells[s] != '#' && w.rooms->layout->cells[s] != 'G';
      assert_int_equal(((const double *)p.at[STOMP_VISITS])[s * ACTIONS + a] > 0.0, is_place);
    }
  learn_options(&p, 300);
  check_options(&p, &w, 1e-9);
  close_planner(&p);
  free(w.rooms);
}

/* From values of 0: sweeps until no value is off by more than 1e-3. */
static int sweeps_needed(const place *w, const char *attain) {
  static double best[CELLS];
  planner p;
  int sweeps = 0;
  open_planner(&p, w, attain);
  tell_world(&p, w);
  learn_options(&p, 300);
  solve(w, NULL, best);
  for (double off = 1.0; off > 1e-3 && sweeps < 1000; sweeps++) {
    off = 0.0;
    for (uint32_t s = 0; s < w->cells; s++) stomp_back_up(p.model, p.at, s);
    for (uint32_t s = 0; s < w->cells; s++) off = fmax(off, fabs(((const double *)p.at[STOMP_VALUE])[s] - best[s]));
  }
  close_planner(&p);
  return sweeps;
}

/* Where moves slip in two rooms options do not help: the values that come last are of places to be avoided, which no option
 * leads through. */
static void planning_with_options_takes_fewer_sweeps(void **unused) {
  static const struct { int which; double slip; } cases[] = {{ROOMS_TWO, 0.0}, {ROOMS_FOUR, 0.0}, {ROOMS_FOUR, 1.0 / 3.0}};
  static place w;
  (void)unused;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    open_place(&w, cases[i].which, cases[i].slip);
    int with = sweeps_needed(&w, w.attain), without = sweeps_needed(&w, "");
    print_message("# %s rooms, slip %.2f: %d sweeps with options, %d without\n", rooms_names[cases[i].which], cases[i].slip, with, without);
    assert_true(3 * with < 2 * without && without < 1000);
    free(w.rooms);
  }
}

static void lists_that_are_none_are_refused(void **unused) {
  static const char *const wrong[] = {"x", "1,", ",1", "1,,2", "-1", "999", "1 2", " 1"};
  static place w;
  planner p;
  (void)unused;
  open_place(&w, ROOMS_TWO, 0.0);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_int_equal(try_planner(&p, &w, wrong[i]), BAUD_EARG);
    assert_non_null(strstr(refusal, "parted by commas"));
  }
  free(w.rooms);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(options_and_their_models_are_those_of_the_closed_form),
      cmocka_unit_test(what_is_learnt_by_walking_is_the_same),
      cmocka_unit_test(planning_with_options_takes_fewer_sweeps),
      cmocka_unit_test(lists_that_are_none_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
