/* test_rewards.c - every reward scheme against the view that it declares.
 *
 * A scheme is run on simulated facts and flags. What its view says must come out is computed here, from plugin.h's
 * words alone: for schemes without dice each delivered number is compared, for those with dice the counts of what was
 * delivered are compared with P(delivered | fact), each within 6 standard deviations (false alarm 2e-9 a count).
 */
#include "baud/plugin.h"
#include "baud/random.h"

#define baud_plugin_1 library_of_outcome
#include "../../../plugins/reward/outcome.c"
#undef baud_plugin_1
#define baud_plugin_1 library_of_dense
#include "../../../plugins/reward/dense.c"
#undef baud_plugin_1
#define baud_plugin_1 library_of_potential
#include "../../../plugins/reward/potential.c"
#undef baud_plugin_1
#define baud_plugin_1 library_of_delayed
#include "../../../plugins/reward/delayed.c"
#undef baud_plugin_1
#define baud_plugin_1 library_of_flipped
#include "../../../plugins/reward/flipped.c"
#undef baud_plugin_1
#define baud_plugin_1 library_of_sparse
#include "../../../plugins/reward/sparse.c"
#undef baud_plugin_1
#define baud_plugin_1 library_of_bins
#include "../../../plugins/reward/bins.c"
#undef baud_plugin_1

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* ---- An environment's facts, and a rig that runs a scheme on them ---------------------------------------- */

enum { LANES = 3, FACTS = 6, MOST_STEPS = 40 };
enum { REWARD, SUCCESS, POTENTIAL, POTENTIAL_BEFORE, SECRET, SPARE };
static const baud_fact facts_of_env[FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "reward", "", ""},
    {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME, "success", "", ""},
    {BAUD_SIZE(baud_fact), BAUD_FACT_POTENTIAL, "height", "", ""},
    {BAUD_SIZE(baud_fact), 0, "height_before", "", ""},
    {BAUD_SIZE(baud_fact), BAUD_FACT_HIDDEN | BAUD_FACT_OUTCOME, "secret", "", ""},
    {BAUD_SIZE(baud_fact), 0, "spare", "", ""},
};
static const baud_env_spec whole_env = {.size = BAUD_SIZE(baud_env_spec), .n_facts = FACTS, .facts = facts_of_env};

static char last_why[300];
static int32_t remember(const baud_host *host, int32_t code, const char *why) {
  (void)host;
  (void)snprintf(last_why, sizeof last_why, "%s", why);
  return code;
}
static const baud_host host = {.size = BAUD_SIZE(baud_host), .fail = remember};

typedef struct rig {
  const baud_reward_ops *ops;
  void *model;
  baud_reward_setup setup;
  char *lane;
  float fact[FACTS][LANES], reward[LANES];
  float *facts[FACTS];
  uint8_t flags[LANES];
  uint32_t lanes;
} rig;

static int32_t rig_try_open(rig *r, const baud_library *library, const baud_env_spec *env, const baud_value *values) {
  memset(r, 0, sizeof *r);
  r->ops = library->units[0].ops;
  r->lanes = LANES;
  r->setup = (baud_reward_setup){.size = BAUD_SIZE(baud_reward_setup), .lanes = LANES, .env = env,
                                 .view = {.size = BAUD_SIZE(baud_view), .scale = 1.0}};
  for (int f = 0; f < FACTS; f++) r->facts[f] = r->fact[f];
  int32_t code = r->ops->create(&host, values, &r->setup, &r->model);
  if (code == BAUD_OK) r->lane = calloc(LANES, r->setup.lane_bytes + 1);
  return code;
}

static void rig_open(rig *r, const baud_library *library, const baud_value *values) {
  assert_int_equal(rig_try_open(r, library, &whole_env, values), BAUD_OK);
}

static void rig_close(rig *r) {
  r->ops->destroy(r->model);
  free(r->lane);
}

static baud_batch rig_batch(rig *r) {
  return (baud_batch){.size = BAUD_SIZE(baud_batch), .lanes = r->lanes, .lane = r->lane,
                      .lane_stride = r->setup.lane_bytes, .facts = r->facts, .reward = r->reward, .flags = r->flags};
}

static void rig_reset(rig *r, uint32_t lane, uint64_t seed) {
  baud_batch batch = rig_batch(r);
  batch.n_pick = 1;
  batch.pick = &lane;
  batch.seed = &seed;
  assert_int_equal(r->ops->reset(r->model, &batch), BAUD_OK);
}

static void rig_score(rig *r) {
  baud_batch batch = rig_batch(r);
  assert_int_equal(r->ops->score(r->model, &batch), BAUD_OK);
}

/* ---- What a view says ------------------------------------------------------------------------------------ */

/* The bin's middle, found by looking for the bin. */
static double binned(const baud_view *v, double value) {
  if (v->n_bins == 0) return value;
  double width = (v->bin_high - v->bin_low) / v->n_bins;
  uint32_t i = 0;
  while (i + 1 < v->n_bins && value >= v->bin_low + (i + 1) * width) i++;
  return v->bin_low + (i + 0.5) * width;
}

/* P(delivered | the fact is `value`, at a step that `when` names), for a view without delay and sum. */
static double said(const baud_view *v, double value, float delivered) {
  int is_binary = value == 0.0 || value == 1.0;
  double flip = is_binary ? v->flip : 0.0, p = 0.0;
  if ((float)(v->offset + v->scale * binned(v, value)) == delivered) p += (1.0 - flip) * (1.0 - v->drop);
  if (flip > 0.0 && (float)(v->offset + v->scale * (1.0 - value)) == delivered) p += flip * (1.0 - v->drop);
  if (delivered == 0.0f) p += v->drop;
  return p;
}

/* What is delivered in the steps of one episode, for a view without dice: fact [n] -> out [n]. */
static void said_of_episode(const baud_view *v, const float *fact, int n, float *out) {
  double held[MOST_STEPS];
  for (int t = 0; t < n; t++) {
    int is_named = v->when == BAUD_VIEW_EVERY_STEP || t == n - 1;
    held[t] = is_named ? binned(v, (double)fact[t]) : 0.0;
    out[t] = 0.0f;
  }
  for (int t = 0; t < n; t++)
    if (t + (int)v->delay < n - 1) out[t + (int)v->delay] = (float)held[t];
  double rest = 0.0;
  for (int t = 0; t < n; t++) rest += t + (int)v->delay >= n - 1 ? held[t] : 0.0;
  out[n - 1] = (float)rest;
}

/* Runs episodes of all lengths, ended either way, in lanes that end at different times, and compares every number. */
static void assert_delivers_what_its_view_says(rig *r) {
  uint64_t random = 17;
  int length[LANES], at[LANES];
  float fact[LANES][MOST_STEPS], expected[LANES][MOST_STEPS];
  const baud_view *v = &r->setup.view;
  assert_int_equal(v->kind, BAUD_VIEW_FACT);
  for (int k = 0; k < LANES; k++) at[k] = length[k] = 0;
  for (int tick = 0; tick < 3000; tick++) {
    for (uint32_t k = 0; k < LANES; k++) {
      if (at[k] == length[k]) { /* the next episode */
        length[k] = 1 + (int)baud_below(&random, MOST_STEPS);
        at[k] = 0;
        for (int t = 0; t < length[k]; t++) fact[k][t] = (float)baud_below(&random, 64) / 16.0f - 1.0f; /* exact sums */
        said_of_episode(v, fact[k], length[k], expected[k]);
        rig_reset(r, k, baud_random(&random));
      }
      for (int f = 0; f < FACTS; f++) r->fact[f][k] = -77.0f;
      r->fact[v->fact][k] = fact[k][at[k]];
      r->flags[k] = at[k] + 1 < length[k] ? 0 : tick % 2 ? BAUD_TERMINATED : BAUD_TRUNCATED;
    }
    rig_score(r);
    for (int k = 0; k < LANES; k++) {
      double given = (double)r->reward[k], due = (double)expected[k][at[k]];
      if (given != due) fail_msg("step %d of %d: %g, the view says %g", at[k], length[k], given, due);
      at[k]++;
    }
  }
}

/* ---- Schemes without dice -------------------------------------------------------------------------------- */

static void outcome_delivers_its_view(void **state) {
  rig r;
  (void)state;
  rig_open(&r, &library_of_outcome, (baud_value[]){{.s = ""}});
  assert_true(r.setup.view.fact == SUCCESS && r.setup.view.when == BAUD_VIEW_AT_END);
  assert_delivers_what_its_view_says(&r);
  rig_close(&r);
}

static void dense_delivers_its_view(void **state) {
  rig r;
  (void)state;
  rig_open(&r, &library_of_dense, (baud_value[]){{.s = ""}});
  assert_true(r.setup.view.fact == REWARD && r.setup.view.when == BAUD_VIEW_EVERY_STEP);
  assert_delivers_what_its_view_says(&r);
  rig_close(&r);
  rig_open(&r, &library_of_dense, (baud_value[]){{.s = "spare"}});
  assert_int_equal(r.setup.view.fact, SPARE);
  assert_delivers_what_its_view_says(&r);
  rig_close(&r);
}

static void delayed_delivers_its_view(void **state) {
  static const int64_t steps[] = {0, 1, 2, 7, 39, 40, 1000};
  (void)state;
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    rig r;
    rig_open(&r, &library_of_delayed, (baud_value[]){{.i = steps[i]}, {.s = ""}});
    assert_true(r.setup.view.fact == REWARD && r.setup.view.delay == steps[i]);
    assert_delivers_what_its_view_says(&r);
    rig_close(&r);
  }
}

static void bins_delivers_its_view(void **state) {
  static const struct {
    int64_t n;
    double low, high;
  } cases[] = {{2, 0, 1}, {1, -3, 5}, {10, -0.5, 2}, {64, -1, 3}, {7, 0.1, 0.7}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    rig r;
    baud_value values[] = {{.i = cases[i].n}, {.f = cases[i].low}, {.f = cases[i].high}, {.s = ""}};
    rig_open(&r, &library_of_bins, values);
    assert_true(r.setup.view.fact == REWARD && r.setup.view.n_bins == cases[i].n);
    assert_delivers_what_its_view_says(&r);
    r.fact[REWARD][0] = -INFINITY;
    r.fact[REWARD][1] = INFINITY;
    rig_score(&r);
    double width = (cases[i].high - cases[i].low) / (double)cases[i].n;
    assert_true(r.reward[0] == (float)(cases[i].low + 0.5 * width));
    assert_true(fabs((double)r.reward[1] - (cases[i].high - 0.5 * width)) < 1e-6);
    rig_close(&r);
  }
}

/* ---- Schemes with dice ----------------------------------------------------------------------------------- */

/* Delivers `value` at the end of `episodes` episodes (or at each step of one); counts zeros, ones, others. */
static void count_delivered(rig *r, float value, int episodes, double count[3]) {
  count[0] = count[1] = count[2] = 0.0;
  for (uint64_t e = 0; e < (uint64_t)episodes; e++) {
    for (uint32_t k = 0; k < LANES; k++) {
      if (e == 0 || r->setup.view.when == BAUD_VIEW_AT_END) rig_reset(r, k, 1000 * e + k);
      r->fact[r->setup.view.fact][k] = value;
      r->flags[k] = r->setup.view.when == BAUD_VIEW_AT_END ? BAUD_TERMINATED : 0;
    }
    rig_score(r);
    for (int k = 0; k < LANES; k++) count[r->reward[k] == 0.0f ? 0 : r->reward[k] == 1.0f ? 1 : 2]++;
  }
}

static void assert_counts_fit_the_view(rig *r) {
  static const float values[] = {0.0f, 1.0f, 0.5f};
  enum { EPISODES = 20000 };
  for (int i = 0; i < 3; i++) {
    const double n = EPISODES * LANES;
    double count[3], p[3];
    count_delivered(r, values[i], EPISODES, count);
    for (int x = 0; x < 3; x++) p[x] = said(&r->setup.view, (double)values[i], values[x]); /* others can be .5 only */
    if (fabs(p[0] + p[1] + p[2] - 1.0) > 1e-12) fail_msg("the table's row sums to %g", p[0] + p[1] + p[2]);
    for (int x = 0; x < 3; x++)
      if (!(fabs(count[x] - n * p[x]) <= 6 * sqrt(n * p[x] * (1 - p[x])) + 1e-9))
        fail_msg("fact %g: %g times the %d-th reward, the view says %g", (double)values[i], count[x], x, n * p[x]);
  }
}

static void flipped_delivers_its_view(void **state) {
  static const double epsilon[] = {0.0, 0.1, 0.5, 1.0};
  (void)state;
  for (int i = 0; i < 4; i++) {
    rig r;
    rig_open(&r, &library_of_flipped, (baud_value[]){{.f = epsilon[i]}, {.s = ""}});
    assert_true(r.setup.view.kind == BAUD_VIEW_FACT && r.setup.view.fact == SUCCESS);
    assert_true(r.setup.view.when == BAUD_VIEW_AT_END && r.setup.view.flip == epsilon[i]);
    assert_counts_fit_the_view(&r);
    for (int t = 0; t < 50; t++) { /* and nothing before the end */
      for (int k = 0; k < LANES; k++) r.flags[k] = 0;
      rig_score(&r);
      for (int k = 0; k < LANES; k++) assert_true(r.reward[k] == 0.0f);
    }
    rig_close(&r);
  }
}

static void sparse_delivers_its_view(void **state) {
  static const double keep[] = {0.0, 0.1, 0.75, 1.0};
  (void)state;
  for (int i = 0; i < 4; i++) {
    rig r;
    rig_open(&r, &library_of_sparse, (baud_value[]){{.f = keep[i]}, {.s = ""}});
    assert_true(r.setup.view.kind == BAUD_VIEW_FACT && r.setup.view.fact == REWARD);
    assert_true(r.setup.view.when == BAUD_VIEW_EVERY_STEP && r.setup.view.drop == 1.0 - keep[i]);
    assert_counts_fit_the_view(&r);
    rig_close(&r);
  }
}

/* Of 4,000 pairs of lanes and of steps about as many agree as independence has it; within 6 standard deviations. */
static void dice_are_a_lanes_and_a_steps_own_and_follow_the_seed(void **state) {
  enum { STEPS = 4000 };
  rig r, again;
  int lanes_agree = 0, steps_agree = 0, last = 0;
  (void)state;
  rig_open(&r, &library_of_sparse, (baud_value[]){{.f = 0.5}, {.s = ""}});
  rig_open(&again, &library_of_sparse, (baud_value[]){{.f = 0.5}, {.s = ""}});
  again.lanes = 1;
  for (uint32_t k = 0; k < LANES; k++) rig_reset(&r, k, k);
  rig_reset(&again, 0, 2);
  for (int t = 0; t < STEPS; t++) {
    for (int k = 0; k < LANES; k++) r.fact[REWARD][k] = 1.0f;
    again.fact[REWARD][0] = 1.0f;
    rig_score(&r);
    rig_score(&again);
    assert_true(again.reward[0] == r.reward[2]);
    lanes_agree += r.reward[0] == r.reward[1];
    steps_agree += last == (r.reward[0] == 1.0f);
    last = r.reward[0] == 1.0f;
  }
  assert_true(abs(lanes_agree - STEPS / 2) < 6 * 32 && abs(steps_agree - STEPS / 2) < 6 * 32);
  rig_close(&r);
  rig_close(&again);
}

/* ---- Shaping --------------------------------------------------------------------------------------------- */

/* The discounted sum of r + w (gamma Phi' - Phi) is that of r less w Phi(s0) when the episode terminates, and
 * w gamma^n Phi(s_n) more when it is cut short: what makes shaping leave the optimal policies alone. */
static void shaping_adds_up_to_the_first_potential(void **state) {
  rig r;
  uint64_t random = 3;
  (void)state;
  rig_open(&r, &library_of_potential, (baud_value[]){{.f = 0.9}, {.f = 2.0}, {.s = ""}});
  assert_int_equal(r.setup.view.kind, BAUD_VIEW_UNKNOWN);
  for (int episode = 0; episode < 100; episode++) {
    int n = 1 + (int)baud_below(&random, 30);
    uint8_t end = episode % 2 ? BAUD_TERMINATED : BAUD_TRUNCATED;
    double first = baud_uniform(&random) * 5, phi = first, discount = 1.0, shaped = 0.0, plain = 0.0;
    rig_reset(&r, 0, 1);
    for (int t = 0; t < n; t++) {
      double next = baud_uniform(&random) * 5, reward = baud_normal(&random);
      r.fact[REWARD][0] = (float)reward;
      r.fact[POTENTIAL][0] = (float)next;
      r.fact[POTENTIAL_BEFORE][0] = (float)phi;
      r.flags[0] = t + 1 == n ? end : 0;
      rig_score(&r);
      shaped += discount * (double)r.reward[0];
      plain += discount * reward;
      discount *= 0.9;
      phi = next;
    }
    double rest = end == BAUD_TERMINATED ? 0.0 : discount * phi;
    assert_true(fabs(shaped - (plain + 2.0 * (rest - first))) < 1e-4);
  }
  rig_close(&r);
}

/* ---- What they refuse ------------------------------------------------------------------------------------ */

static void a_fact_that_is_missing_or_hidden_is_refused_by_name(void **state) {
  static const baud_fact only_spare = {BAUD_SIZE(baud_fact), 0, "spare", "", ""};
  static const baud_env_spec poor = {.size = BAUD_SIZE(baud_env_spec), .n_facts = 1, .facts = &only_spare};
  const struct {
    const baud_library *library;
    int place; /* of the parameter `fact` */
    const char *role;
  } cases[] = {{&library_of_outcome, 0, "outcome"}, {&library_of_dense, 0, "reward"},
               {&library_of_potential, 2, "reward"}, {&library_of_delayed, 1, "reward"},
               {&library_of_flipped, 1, "outcome"}, {&library_of_sparse, 1, "reward"}, {&library_of_bins, 3, "reward"}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    static const char *const names[] = {"", "secret", "nonsense"};
    for (int n = 0; n < 3; n++) {
      rig r;
      baud_value values[4] = {{.i = 2, .f = 0.5}, {.f = 0.5}, {.f = 0.9}, {.f = 0.5}};
      values[cases[i].place].s = names[n];
      assert_int_equal(rig_try_open(&r, cases[i].library, n == 0 ? &poor : &whole_env, values), BAUD_EARG);
      if (!strstr(last_why, n == 0 ? cases[i].role : names[n])) fail_msg("the sentence is: %s", last_why);
    }
  }
}

static void empty_bins_and_a_lone_potential_are_refused(void **state) {
  rig r;
  baud_env_spec lone = {.size = BAUD_SIZE(baud_env_spec), .n_facts = 3, .facts = facts_of_env}; /* no height_before */
  (void)state;
  baud_value bins_values[] = {{.i = 2}, {.f = 1}, {.f = 1}, {.s = ""}};
  baud_value potential_values[] = {{.f = 0.9}, {.f = 1}, {.s = ""}};
  assert_int_equal(rig_try_open(&r, &library_of_bins, &whole_env, bins_values), BAUD_EARG);
  assert_non_null(strstr(last_why, "low must be less than high"));
  assert_int_equal(rig_try_open(&r, &library_of_potential, &lone, potential_values), BAUD_EARG);
  assert_non_null(strstr(last_why, "_before"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(outcome_delivers_its_view),
      cmocka_unit_test(dense_delivers_its_view),
      cmocka_unit_test(delayed_delivers_its_view),
      cmocka_unit_test(bins_delivers_its_view),
      cmocka_unit_test(flipped_delivers_its_view),
      cmocka_unit_test(sparse_delivers_its_view),
      cmocka_unit_test(dice_are_a_lanes_and_a_steps_own_and_follow_the_seed),
      cmocka_unit_test(shaping_adds_up_to_the_first_potential),
      cmocka_unit_test(a_fact_that_is_missing_or_hidden_is_refused_by_name),
      cmocka_unit_test(empty_bins_and_a_lone_potential_are_refused),
  };
  return cmocka_run_group_tests_name("rewards", tests, NULL, NULL);
}
