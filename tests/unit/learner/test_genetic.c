/* test_genetic.c - the genetic algorithm: who has children, what they inherit, and what is found.
 */
#define baud_plugin_1 genetic_library
#include "../../../plugins/learner/genetic.c" /* first: cmocka has a macro named fail */
#undef baud_plugin_1

#include "flock.h"
#include "../test.h"

enum { N = 12, SIZE = 40 };

static double *genes_of(flock *f, uint32_t k) { return baud_genes(&((const genetic_model *)f->model)->population, f->at, k); }

/* Counts the ones of [N] bits. */
static float ones(const void *ctx, const void *action) {
  float sum = 0.0f;
  (void)ctx;
  for (int i = 0; i < N; i++) sum += (float)((const uint8_t *)action)[i];
  return sum;
}

static void truncation_breeds_from_the_fittest_alone(void **unused) {
  static const flock_setting settings[] = {{"population", SIZE}, {"parents", 3}, {"mutation", 0}, {NULL, 0}};
  double before[SIZE][N], fitness[SIZE];
  flock f;
  (void)unused;
  flock_open(&f, &genetic_library, flock_choices(N, 2, BAUD_U8), SIZE, settings);
  flock_init(&f, 5);
  for (int k = 0; k < SIZE; k++) memcpy(before[k], genes_of(&f, (uint32_t)k), sizeof before[k]);
  (void)flock_episode(&f, ones, NULL);
  for (int k = 0; k < SIZE; k++) fitness[k] = (double)f.reward[k];
  int children[SIZE] = {0};
  for (int k = 0; k < SIZE; k++) {
    int parent = -1;
    for (int j = 0; j < SIZE && parent < 0; j++)
      if (memcmp(genes_of(&f, (uint32_t)k), before[j], sizeof before[j]) == 0) parent = j;
    assert_true(parent >= 0);
    int better = 0;
    for (int j = 0; j < SIZE; j++) better += fitness[j] > fitness[parent];
    assert_true(better < 3);
    children[parent]++;
  }
  int parents = 0, best = 0;
  for (int k = 0; k < SIZE; k++) {
    parents += children[k] > 0;
    if (fitness[k] > fitness[best]) best = k;
  }
  assert_int_equal(parents, 3);
  assert_memory_equal(f.at[BAUD_POPULATION_SETTLED], before[best], sizeof before[best]);
  flock_close(&f);
}

static void elites_pass_on_as_they_are(void **unused) {
  static const flock_setting settings[] = {{"population", SIZE}, {"elites", 4}, {"crossover", 1}, {"sigma", 1}, {NULL, 0}};
  const flock_function function = flock_function_of(FUNCTION_SPHERE, N);
  double before[SIZE][N];
  flock f;
  (void)unused;
  flock_open(&f, &genetic_library, flock_numbers(N, -INFINITY, INFINITY), SIZE, settings);
  flock_init(&f, 5);
  for (int k = 0; k < SIZE; k++) memcpy(before[k], genes_of(&f, (uint32_t)k), sizeof before[k]);
  (void)flock_episode(&f, flock_value, &function);
  for (int k = 0; k < SIZE; k++) {
    int better = 0;
    for (int j = 0; j < SIZE; j++) better += f.reward[j] > f.reward[k];
    if (better < 4) assert_memory_equal(genes_of(&f, (uint32_t)better), before[k], sizeof before[k]);
  }
  for (uint32_t k = 4; k < SIZE; k++)
    for (int j = 0; j < SIZE; j++) assert_memory_not_equal(genes_of(&f, k), before[j], sizeof before[j]);
  flock_close(&f);
}

/* Fitness 0, 1, 2, 3, ..: of n children candidate k has a share k / sum, to six standard deviations of a binomial (2e-9
 * each, 40 of them). */
static float of_its_place(const void *ctx, const void *action) {
  (void)ctx;
  return ((const float *)action)[0];
}

static void proportional_selection_is_in_proportion(void **unused) {
  enum { ROUNDS = 400 };
  static const flock_setting settings[] = {{"population", SIZE}, {"selection", GENETIC_PROPORTIONAL}, {"elites", 0}, {"sigma", 0}, {NULL, 0}};
  int children[SIZE] = {0};
  flock f;
  (void)unused;
  flock_open(&f, &genetic_library, flock_numbers(1, -INFINITY, INFINITY), SIZE, settings);
  flock_init(&f, 5);
  for (int round = 0; round < ROUNDS; round++) {
    for (int k = 0; k < SIZE; k++) *genes_of(&f, (uint32_t)k) = k;
    (void)flock_episode(&f, of_its_place, NULL);
    for (int k = 0; k < SIZE; k++) children[(int)*genes_of(&f, (uint32_t)k)]++;
  }
  for (int k = 0; k < SIZE; k++) {
    double share = k / (SIZE * (SIZE - 1) / 2.0), n = ROUNDS * SIZE;
    assert_true(fabs(children[k] - n * share) <= 6.0 * sqrt(n * share * (1.0 - share)));
  }
  flock_close(&f);
}

/* Parents all 0 and all 1: a child of two has one change from one to the other, at each of the N - 1 points alike; none is
 * mutated. 12,000 children of which half differ from their parents: chi^2 with 10 degrees of freedom above 60: 4e-9. */
static void crossover_has_one_point(void **unused) {
  enum { ROUNDS = 300 };
  static const flock_setting settings[] = {{"population", SIZE}, {"parents", SIZE}, {"elites", 0}, {"crossover", 1}, {"mutation", 0}, {NULL, 0}};
  int at[N] = {0}, mixed = 0;
  flock f;
  (void)unused;
  flock_open(&f, &genetic_library, flock_choices(N, 2, BAUD_U8), SIZE, settings);
  flock_init(&f, 5);
  for (int round = 0; round < ROUNDS; round++) {
    for (int k = 0; k < SIZE; k++)
      for (int i = 0; i < N; i++) genes_of(&f, (uint32_t)k)[i] = k % 2;
    (void)flock_episode(&f, ones, NULL);
    for (int k = 0; k < SIZE; k++) {
      int changes = 0;
      for (int i = 1; i < N; i++) {
        if (genes_of(&f, (uint32_t)k)[i] == genes_of(&f, (uint32_t)k)[i - 1]) continue;
        changes++;
        at[i]++;
      }
      assert_true(changes <= 1);
      mixed += changes;
    }
  }
  double n = ROUNDS * SIZE, chi = 0.0;
  assert_true(fabs(mixed - 0.5 * n) < 6.0 * sqrt(0.25 * n));
  for (int i = 1; i < N; i++) chi += (at[i] - mixed / (N - 1.0)) * (at[i] - mixed / (N - 1.0)) / (mixed / (N - 1.0));
  assert_true(chi < 60.0);
  flock_close(&f);
}

/* A gene is any of three with chance .3, so it changes with .2, and sigma is the deviation of a number's change: six standard
 * errors of 24,000 genes each. */
static void mutation_has_its_size(void **unused) {
  enum { ROUNDS = 50 };
  static const flock_setting settings[] = {{"population", SIZE}, {"elites", 0}, {"mutation", 0.3}, {"sigma", 0.5}, {NULL, 0}};
  double n = ROUNDS * SIZE * N;
  (void)unused;
  for (int choices = 0; choices < 2; choices++) {
    double changed = 0.0, squares = 0.0;
    flock f;
    flock_open(&f, &genetic_library, choices ? flock_choices(N, 3, BAUD_I32) : flock_numbers(N, -INFINITY, INFINITY), SIZE, settings);
    flock_init(&f, 5);
    for (int round = 0; round < ROUNDS; round++) {
      for (int k = 0; k < SIZE; k++)
        for (int i = 0; i < N; i++) genes_of(&f, (uint32_t)k)[i] = 1;
      (void)flock_episode(&f, of_its_place, NULL);
      for (int k = 0; k < SIZE; k++)
        for (int i = 0; i < N; i++) {
          double away = genes_of(&f, (uint32_t)k)[i] - 1.0;
          changed += away != 0.0;
          squares += away * away;
        }
    }
    if (choices) assert_true(fabs(changed - 0.2 * n) < 6.0 * sqrt(0.16 * n));
    else assert_true(fabs(squares / n - 0.25) < 6.0 * 0.25 * sqrt(2.0 / n));
    flock_close(&f);
  }
}

static void it_finds_all_ones_and_the_bottom_of_the_sphere(void **unused) {
  static const flock_setting bits[] = {{"population", SIZE}, {"crossover", 0.7}, {"mutation", 0.02}, {NULL, 0}};
  static const flock_setting numbers[] = {{"population", SIZE}, {"start", 1}, {"spread", 0.1}, {NULL, 0}};
  const flock_function function = flock_function_of(FUNCTION_SPHERE, 10);
  flock f;
  (void)unused;
  flock_open(&f, &genetic_library, flock_choices(N, 2, BAUD_U8), SIZE, bits);
  flock_init(&f, 5);
  for (int i = 0; i < 100; i++) (void)flock_episode(&f, ones, NULL);
  for (int i = 0; i < N; i++) assert_true(((const double *)f.at[BAUD_POPULATION_SETTLED])[i] == 1.0);
  flock_close(&f);
  flock_open(&f, &genetic_library, flock_numbers(10, -INFINITY, INFINITY), SIZE, numbers);
  flock_init(&f, 5);
  for (int i = 0; i < 400; i++) (void)flock_episode(&f, flock_value, &function);
  flock_predict(&f, BAUD_PLAY);
  assert_true(-(double)flock_value(&function, flock_action(&f, 0)) < 0.02);
  flock_close(&f);
}

static void what_it_learns_does_not_depend_on_the_number_of_lanes(void **unused) {
  static const uint32_t lanes[] = {1, 7, SIZE, 50};
  static const flock_setting settings[] = {{"population", SIZE}, {"crossover", 0.5}, {NULL, 0}};
  uint64_t wanted = 0;
  (void)unused;
  for (size_t i = 0; i < sizeof lanes / sizeof *lanes; i++) {
    flock f;
    flock_open(&f, &genetic_library, flock_choices(N, 2, BAUD_U8), lanes[i], settings);
    flock_init(&f, 5);
    uint32_t ticks = 6 * ((SIZE + lanes[i] - 1) / lanes[i]); /* six generations */
    while (ticks-- > 0) (void)flock_episode(&f, ones, NULL);
    uint64_t hash = flock_hash(&f, 0, GENETIC_BLOCKS - 1);
    if (i == 0) wanted = hash;
    assert_true(hash == wanted);
    flock_close(&f);
  }
}

static float less_than_nothing(const void *ctx, const void *action) {
  (void)ctx, (void)action;
  return -1.0f;
}

static void what_cannot_be_is_refused(void **unused) {
  static const flock_setting crowd[] = {{"population", 5}, {"parents", 6}, {NULL, 0}};
  static const flock_setting settings[] = {{"population", 2}, {"selection", GENETIC_PROPORTIONAL}, {NULL, 0}};
  flock f;
  (void)unused;
  assert_int_equal(flock_try(&f, &genetic_library, flock_numbers(3, 0, 1), 1, crowd), BAUD_EARG);
  assert_non_null(strstr(f.why, "fewer candidates"));
  flock_open(&f, &genetic_library, flock_numbers(3, 0, 1), 2, settings);
  flock_init(&f, 5);
  flock_predict(&f, BAUD_TRAIN);
  for (int k = 0; k < 2; k++) f.reward[k] = less_than_nothing(NULL, NULL);
  f.flags[0] = f.flags[1] = BAUD_TERMINATED;
  const baud_outcome outcome = {.size = BAUD_SIZE(baud_outcome), .lanes = 2, .action = f.action, .reward = f.reward, .flags = f.flags};
  assert_int_equal(f.ops->learn(f.model, f.at, &outcome), BAUD_EARG);
  assert_non_null(strstr(f.why, "truncation"));
  flock_close(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(truncation_breeds_from_the_fittest_alone),
      cmocka_unit_test(elites_pass_on_as_they_are),
      cmocka_unit_test(proportional_selection_is_in_proportion),
      cmocka_unit_test(crossover_has_one_point),
      cmocka_unit_test(mutation_has_its_size),
      cmocka_unit_test(it_finds_all_ones_and_the_bottom_of_the_sphere),
      cmocka_unit_test(what_it_learns_does_not_depend_on_the_number_of_lanes),
      cmocka_unit_test(what_cannot_be_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
