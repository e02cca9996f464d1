/* test_culture.c - lives against their fitness, and evolution against what follows from the model, with the genetic learner.
 *
 * Of a population so large that chance means nothing in it, with shares s of the strategies and a share q of the last
 * generation right, where a share S of lanes has stayed as it was (S is the stability where changes come apart; together it is
 * 1 or 0): an elder's deed is right with chance P = S q. With insight p, benefit b and cost c the fitness of the strategies is
 *   individual 1 + b p - c      social 1 + b P      critical 1 + b (P + (1 - P) p) - c (1 - P)
 * and the next generation has shares in proportion to s times fitness, of which a share mu is drawn anew. Where nothing is
 * drawn anew and changes come apart, individual and social learners are equally fit where P = p - c/b, and as q = (1 - s) p +
 * s P then, the share of social ones is s = (v p - P) / (v (p - P)), v being the stability; mean fitness is what it would be
 * without them: Rogers' paradox. Critical learners by themselves have q = p / (1 - v (1 - p)).
 */
#define baud_plugin_1 culture_library
#include "../../../plugins/env/culture.c" /* first: cmocka has a macro named fail */
#undef baud_plugin_1
#define baud_plugin_1 genetic_library
#include "../../../plugins/learner/genetic.c"
#undef baud_plugin_1

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { ANIMALS = 10000 };
static const double stability = 0.9, insight = 0.5, cost = 0.2, mutation = 0.001; /* benefit 1 */

static int32_t refuse(const baud_host *host, int32_t code, const char *why) {
  (void)host, (void)why;
  return code;
}
static const baud_host host = {.size = BAUD_SIZE(baud_host), .fail = refuse};

/* ---- Lives --------------------------------------------------------------------------------------------- */

typedef struct herd {
  baud_env_spec spec;
  void *model;
  culture_world world;
  culture_lane lane[ANIMALS];
  int32_t strategy[ANIMALS], seen[ANIMALS];
  float fitness[ANIMALS], copies[ANIMALS];
  uint8_t flags[ANIMALS];
  uint32_t pick[ANIMALS];
  uint64_t seeds[ANIMALS];
} herd;

static herd *open_herd(double stays, int64_t changes, int critical) {
  const baud_value values[CULTURE_PARAMS] = {{.f = stays}, {.f = insight}, {.f = 1.0}, {.f = cost}, {.i = changes}, {.i = critical}};
  herd *h = calloc(1, sizeof *h);
  h->spec.size = BAUD_SIZE(baud_env_spec);
  assert_int_equal(culture_create(&host, values, &h->spec, &h->model), BAUD_OK);
  assert_int_equal(culture_draw(h->model, 5, &h->world), BAUD_OK);
  return h;
}

static void close_herd(herd *h) {
  free(h->model);
  free(h);
}

/* All live once, with seeds of their own; the code of step. */
static int32_t live(herd *h, uint64_t seed) {
  float *facts[CULTURE_FACTS] = {h->fitness, h->copies};
  void *obs[1] = {h->seen};
  for (uint32_t k = 0; k < ANIMALS; k++) {
    h->pick[k] = k;
    h->seeds[k] = baud_split(seed, k);
  }
  baud_batch batch = {.size = BAUD_SIZE(baud_batch), .lanes = ANIMALS, .n_pick = ANIMALS, .pick = h->pick, .seed = h->seeds,
                      .lane = (char *)h->lane, .lane_stride = sizeof(culture_lane), .world = (const char *)&h->world,
                      .action = h->strategy, .obs = obs, .facts = facts, .flags = h->flags};
  assert_int_equal(culture_reset(h->model, &batch), BAUD_OK);
  return culture_step(h->model, &batch);
}

static void all_are(herd *h, int32_t strategy) {
  for (uint32_t k = 0; k < ANIMALS; k++) h->strategy[k] = strategy;
}

/* How many have this fitness, as it is written down. */
static int with(const herd *h, double fitness) {
  int n = 0;
  for (uint32_t k = 0; k < ANIMALS; k++) n += h->fitness[k] == (float)fitness;
  return n;
}

/* In a world that never changes: half of the individual learners are right, each social one as its elder, all critical ones
 * whose elder was, and half of the others. 10,000 lives: within six deviations, 300 of them. */
static void each_lives_by_its_strategy(void **unused) {
  (void)unused;
  herd *h = open_herd(1.0, CULTURE_TOGETHER, 1);
  uint8_t was_right[ANIMALS];
  assert_int_equal(live(h, 1), BAUD_OK);
  int right = with(h, 2.0 - cost);
  assert_int_equal(right + with(h, 1.0 - cost), ANIMALS);
  assert_in_range(right, 4700, 5300);
  for (uint32_t k = 0; k < ANIMALS; k++) was_right[k] = h->fitness[k] > 1.0f;
  all_are(h, CULTURE_SOCIAL);
  assert_int_equal(live(h, 2), BAUD_OK);
  for (uint32_t k = 0; k < ANIMALS; k++) assert_true(h->fitness[k] == (was_right[k] ? 2.0f : 1.0f) && h->flags[k] == BAUD_TERMINATED);
  all_are(h, CULTURE_CRITICAL);
  assert_int_equal(live(h, 3), BAUD_OK);
  assert_int_equal(with(h, 2.0), right);
  assert_in_range(with(h, 2.0 - cost), (ANIMALS - right) / 2 - 300, (ANIMALS - right) / 2 + 300);
  assert_int_equal(with(h, 2.0) + with(h, 2.0 - cost) + with(h, 1.0 - cost), ANIMALS);
  close_herd(h);
}

/* A world that changes each time makes every elder wrong. */
static void what_was_right_is_wrong_after_a_change(void **unused) {
  (void)unused;
  for (int64_t changes = CULTURE_TOGETHER; changes <= CULTURE_APART; changes++) {
    herd *h = open_herd(0.0, changes, 0);
    assert_int_equal(live(h, 1), BAUD_OK);
    all_are(h, CULTURE_SOCIAL);
    assert_int_equal(live(h, 2), BAUD_OK);
    assert_int_equal(with(h, 1.0), ANIMALS);
    all_are(h, CULTURE_CRITICAL);
    assert_int_equal(live(h, 3), BAUD_EARG); /* there are none */
    close_herd(h);
  }
}

/* Together all lanes or none change; apart a tenth of them does: 1,000, within six deviations of 30. */
static void worlds_change_together_or_apart(void **unused) {
  enum { GENERATIONS = 200 };
  (void)unused;
  for (int64_t changes = CULTURE_TOGETHER; changes <= CULTURE_APART; changes++) {
    herd *h = open_herd(stability, changes, 0);
    int changed = 0;
    for (uint64_t g = 0; g < GENERATIONS; g++) {
      for (uint32_t k = 0; k < ANIMALS; k++) h->lane[k].elder_was_right = 1;
      all_are(h, CULTURE_SOCIAL);
      assert_int_equal(live(h, g), BAUD_OK);
      int wrong = with(h, 1.0);
      if (changes == CULTURE_APART) assert_in_range(wrong, 820, 1180);
      else assert_true(wrong == 0 || wrong == ANIMALS);
      changed += wrong > ANIMALS / 2;
    }
    if (changes == CULTURE_TOGETHER) assert_in_range(changed, 2, 46); /* of 200: 20, six deviations of 4.2 */
    close_herd(h);
  }
}

/* ---- What follows from the model -------------------------------------------------------------------------- */

typedef struct course {
  double copying, fitness; /* means over generations: share of the last strategy, and fitness */
} course;

/* The population without chance in it, `generations` long, of which the first tenth does not count. */
static course follow(double stays, int64_t changes, int critical, double anew, int generations) {
  enum { MOST = CULTURE_STRATEGIES };
  const int n = critical ? MOST : MOST - 1;
  double share[MOST] = {0}, q = 0.0;
  uint64_t random = 11;
  course mean = {0.0, 0.0};
  for (int i = 0; i < n; i++) share[i] = 1.0 / n;
  for (int g = 0; g < generations; g++) {
    double P = q * (changes == CULTURE_APART ? stays : baud_bernoulli(&random, stays) ? 1.0 : 0.0), sum = 0.0;
    double right[MOST] = {insight, P, P + (1.0 - P) * insight}, tries[MOST] = {1.0, 0.0, 1.0 - P}, fit[MOST];
    q = 0.0;
    for (int i = 0; i < n; i++) {
      fit[i] = 1.0 + right[i] - cost * tries[i];
      sum += share[i] * fit[i];
      q += share[i] * right[i];
    }
    if (g >= generations / 10) {
      mean.copying += share[n - 1] / (generations - generations / 10);
      mean.fitness += sum / (generations - generations / 10);
    }
    for (int i = 0; i < n; i++) share[i] = (1.0 - anew) * share[i] * fit[i] / sum + anew / n;
  }
  return mean;
}

static double social_share(double stays) {
  double P = insight - cost;
  return (stays * insight - P) / (stays * (insight - P));
}

/* The published figures: .833 and 1.300 by theory and 1.873 for critical learners; .80 and 1.32 where all the world changes. */
static void theory_is_that_of_the_papers(void **unused) {
  (void)unused;
  assert_true(fabs(social_share(stability) - 5.0 / 6.0) < 1e-12);
  course apart = follow(stability, CULTURE_APART, 0, 0.0, 40000);
  assert_true(fabs(apart.copying - 5.0 / 6.0) < 1e-4);
  assert_true(fabs(apart.fitness - 1.3) < 1e-4);
  assert_true(fabs(social_share(0.6)) < 1e-12); /* where copying begins to pay: v = (p - c/b) / p */
  double q = insight / (1.0 - stability * (1.0 - insight)), P = stability * q;
  assert_true(fabs(1.0 + q - cost * (1.0 - P) - 1.873) < 5e-4);
  course critical = follow(stability, CULTURE_APART, 1, 0.0, 40000);
  assert_true(fabs(critical.fitness - 1.873) < 5e-4);
  course together = follow(stability, CULTURE_TOGETHER, 0, mutation, 400000);
  print_message("# together %.4f social, fitness %.4f\n", together.copying, together.fitness);
  assert_true(fabs(together.copying - 0.80) < 5e-3);
  assert_true(fabs(together.fitness - 1.32) < 5e-3);
}

/* ---- Evolution ------------------------------------------------------------------------------------------- */

/* 10,000 animals breed in proportion to fitness, with mutation alone; means of the generations after the first third. */
static course evolve(double stays, int critical, int generations, uint64_t seed) {
  static const size_t element[] = {0, 1, 4, 8, 4, 8};
  herd *h = open_herd(stays, CULTURE_APART, critical);
  baud_value values[GENETIC_PARAMS];
  baud_learner_setup setup = {.size = BAUD_SIZE(baud_learner_setup), .lanes = ANIMALS, .channels = BAUD_MASK(BAUD_CH_REWARD),
                              .action = h->spec.action};
  void *model, *at[GENETIC_BLOCKS];
  uint8_t starts[ANIMALS];
  course mean = {0.0, 0.0};
  for (int i = 0; i < GENETIC_PARAMS; i++) values[i] = genetic_params[i].def;
  values[BAUD_POPULATION_SIZE].i = ANIMALS;
  values[GENETIC_PARAM_SELECTION].i = GENETIC_PROPORTIONAL;
  values[GENETIC_PARAM_ELITES].i = 0;
  values[GENETIC_PARAM_MUTATION].f = mutation;
  assert_int_equal(genetic_create(&host, values, &setup, &model), BAUD_OK);
  for (int i = 0; i < GENETIC_BLOCKS; i++)
    at[i] = calloc(element[setup.blocks[i].dtype], setup.blocks[i].count * (setup.blocks[i].flags & BAUD_PER_LANE ? ANIMALS : 1));
  assert_int_equal(genetic_init(model, at, seed), BAUD_OK);
  memset(starts, 1, sizeof starts);
  for (int g = 0, first = generations / 3; g < generations; g++) {
    const baud_tick tick = {.size = BAUD_SIZE(baud_tick), .lanes = ANIMALS, .starts = starts, .action = h->strategy};
    assert_int_equal(genetic_predict(model, at, &tick), BAUD_OK);
    assert_int_equal(live(h, baud_split(seed, (uint64_t)g)), BAUD_OK);
    const baud_outcome outcome = {.size = BAUD_SIZE(baud_outcome), .lanes = ANIMALS, .action = h->strategy, .reward = h->fitness, .flags = h->flags};
    assert_int_equal(genetic_learn(model, at, &outcome), BAUD_OK);
    for (int k = 0; k < ANIMALS && g >= first; k++) {
      mean.copying += (double)h->copies[k] / ANIMALS / (generations - first);
      mean.fitness += (double)h->fitness[k] / ANIMALS / (generations - first);
    }
  }
  for (int i = 0; i < GENETIC_BLOCKS; i++) free(at[i]);
  genetic_destroy(model);
  close_herd(h);
  return mean;
}

/* Where lanes change apart, 10,000 animals come close to a population without chance. From seed to seed means of 200 generations
 * deviate by .0045 in the share and .0016 in fitness, as nine seeds showed; the bounds are six of these. Fixed seeds. */
static void a_population_does_as_theory_says(void **unused) {
  (void)unused;
  for (int critical = 0; critical < 2; critical++) {
    course ours = evolve(stability, critical, 300, 1), theirs = follow(stability, CULTURE_APART, critical, mutation, 40000);
    print_message("# %s: share %.4f (%.4f), fitness %.4f (%.4f)\n", critical ? "critical" : "social", ours.copying, theirs.copying, ours.fitness,
                  theirs.fitness);
    assert_true(fabs(ours.copying - theirs.copying) < 0.027);
    assert_true(fabs(ours.fitness - theirs.fitness) < 0.01);
  }
  assert_true(evolve(0.5, 0, 300, 1).copying < 0.02); /* the world changes too often: there is what mutation brings */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_lives_by_its_strategy),         cmocka_unit_test(what_was_right_is_wrong_after_a_change),
      cmocka_unit_test(worlds_change_together_or_apart),    cmocka_unit_test(theory_is_that_of_the_papers),
      cmocka_unit_test(a_population_does_as_theory_says),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
