/* test_reber.c - strings against the grammar written as a regular expression, their choices against its expectations, and the
 * observer's bits against the choices counted in the strings themselves.
 */
#include "../../../plugins/env/reber.c" /* first: cmocka has a macro named fail */

#include <stdio.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "bench.h"

enum { LANES = 8, STRINGS = 25, EPISODES = 100, N = LANES * STRINGS * EPISODES, LONGEST = 512 };

#define INNER "B(TS*X(XT*VP)*(S|XT*VV)|PT*V(PXT*V)*(V|PS))E"

static void open_reber(bench *b, int64_t strings) {
  const baud_value values[REBER_PARAMS] = {{.i = strings}};
  bench_open(b, &reber_ops, values, LANES);
  memset(b->lane, 0, sizeof b->lane);
  bench_draw(b, 1);
}

static uint32_t letter_of(const bench *b, uint32_t lane) { return ((const uint32_t *)(const void *)b->sight[0])[lane]; }

/* ---- The strings ---------------------------------------------------------------------------------------- */

typedef struct tally {
  regex_t grammar;
  double letters, outer_t; /* of all strings */
  uint32_t strings;
} tally;

static void take_string(tally *t, const char *string) {
  if (regexec(&t->grammar, string, 0, NULL, 0) != 0) fail_msg("%s is no string of the grammar", string);
  t->letters += (double)strlen(string);
  t->outer_t += string[1] == 'T';
  t->strings++;
}

/* One lane's letters, put together to strings; an episode ends at the B that begins the next string, and not before. */
typedef struct reader {
  char string[LONGEST];
  size_t n, strings;
} reader;

static void read_letter(tally *t, reader *r, char letter, int is_end) {
  int is_next = letter == 'B' && r->n > 6 && r->string[r->n - 1] == 'E' && r->string[r->n - 3] == 'E';
  if (is_next) {
    r->string[r->n] = 0;
    take_string(t, r->string);
    r->n = 0;
    r->strings++;
  }
  assert_int_equal(is_end, is_next && r->strings == STRINGS);
  assert_true(r->n + 1 < LONGEST);
  r->string[r->n++] = letter;
}

/* A string has 12 letters in the mean, standard deviation 3.4, hence 7 choices: all letters have one but five. Half of the
 * strings have T for their outer letter. Six standard errors: false alarm below 4e-9 for each. */
static void strings_are_the_grammar_s(void **unused) {
  static bench b;
  static reader readers[LANES];
  tally t = {.strings = 0};
  (void)unused;
  assert_int_equal(regcomp(&t.grammar, "^(BT" INNER "TE|BP" INNER "PE)$", REG_EXTENDED | REG_NOSUB), 0);
  open_reber(&b, STRINGS);
  uint32_t episodes = 0;
  memset(readers, 0, sizeof readers);
  for (uint32_t k = 0; k < LANES; k++) {
    bench_reset(&b, k, k);
    read_letter(&t, &readers[k], reber_letters[letter_of(&b, k)], 0);
  }
  while (episodes < EPISODES * LANES) {
    bench_step(&b);
    for (uint32_t k = 0; k < LANES; k++) {
      read_letter(&t, &readers[k], reber_letters[letter_of(&b, k)], b.flags[k] != 0);
      if (b.flags[k] == 0) continue;
      assert_int_equal(b.flags[k], BAUD_TERMINATED);
      readers[k].strings = 0;
      bench_reset(&b, k, 1000 + episodes++);
      assert_int_equal(letter_of(&b, k), REBER_B); /* which it has shown already */
    }
  }
  double n = t.strings;
  assert_true(n >= N && n < 1.1 * N);
  assert_true(fabs(t.letters / n - 12.0) < 6.0 * 3.4 / sqrt(n));
  assert_true(fabs(t.outer_t / n - 0.5) < 6.0 * 0.5 / sqrt(n));
  regfree(&t.grammar);
  bench_close(&b);
}

/* ---- The reward ------------------------------------------------------------------------------------------ */

/* Lane 0 always says T, lane 1 what the outer letter was, lane 2 what it was not. */
static void the_outer_letter_named_is_what_pays(void **unused) {
  static bench b;
  reber_at at[LANES];
  double paid[3] = {0}, strings[3] = {0}, t_strings = 0;
  (void)unused;
  open_reber(&b, 1000000);
  for (uint32_t k = 0; k < LANES; k++) {
    bench_reset(&b, k, 50 + k);
    at[k] = reber_begun;
  }
  for (int step = 0; step < 20000; step++) {
    b.action[0] = REBER_T;
    b.action[1] = at[1].outer;
    b.action[2] = at[2].outer == REBER_T ? REBER_P : REBER_T;
    bench_step(&b);
    for (uint32_t k = 0; k < 3; k++) {
      int is_again = at[k].place == REBER_AGAIN;
      paid[k] += (double)b.fact[0][k];
      strings[k] += is_again;
      if (k == 0) t_strings += is_again && at[0].outer == REBER_T;
      assert_true(b.fact[0][k] == 0.0f || is_again);
      reber_leave(&at[k], reber_exit_of(&at[k], letter_of(&b, k)));
    }
  }
  assert_true(strings[0] > 1000.0 && paid[0] == t_strings && paid[1] == strings[1] && paid[2] == 0.0);
  bench_close(&b);
}

static void what_is_no_letter_is_refused(void **unused) {
  const baud_value values[REBER_PARAMS] = {{.i = 3}};
  (void)unused;
  bench_refuses(&reber_ops, values, REBER_LETTERS);
}

/* ---- The observer ---------------------------------------------------------------------------------------- */

static baud_evidence evidence_of(uint32_t kind, const void *const *before, const void *const *obs, const void *action, const double *weight) {
  return (baud_evidence){.size = BAUD_SIZE(baud_evidence), .kind = kind, .lane = 1, .obs_before = before, .obs = obs, .action = action,
                         .sees_observation = 1, .sees_reward = weight != NULL, .n_weight = weight ? 2 : 0, .weight = weight, .value = NAN};
}

/* The letters of a string, and what each costs. */
static void one_who_knows_the_grammar_pays_for_its_choices_alone(void **unused) {
  static const char string[] = "BPBTSSXXTVPXVVEPEBTBPVVETEB";
  static const double wanted[] = {0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 1, 1, 1, 0, 0, 0, 0};
  const reber_model m = {.strings = 9};
  reber_at state[2];
  double bits[BAUD_CHANNELS], known[BAUD_CHANNELS];
  uint32_t before = 0, letter, guess = REBER_P;
  const void *obs_before[] = {&before}, *obs[] = {&letter};
  (void)unused;
  assert_int_equal(reber_open(&m, state, 2), BAUD_OK);
  for (size_t i = 0; string[i]; i++, before = letter) {
    letter = (uint32_t)(strchr(reber_letters, string[i]) - reber_letters);
    int is_again = i == 15 || i == 24;
    const double paid[2] = {is_again && guess == letter ? 0.25 : 0.75, is_again && guess == letter ? 0.75 : 0.25};
    baud_evidence e = evidence_of(i == 0 ? BAUD_EV_START : BAUD_EV_STEP, obs_before, obs, &guess, i == 0 ? NULL : paid);
    assert_int_equal(reber_noise(&m, NULL, state, &e, known), BAUD_OK);
    assert_int_equal(reber_surprise(&m, state, &e, bits), BAUD_OK);
    assert_memory_equal(bits, known, sizeof bits);
    if (bits[BAUD_CH_OBSERVATION] != wanted[i]) fail_msg("letter %zu costs %g bits", i, bits[BAUD_CH_OBSERVATION]);
    if (i > 0) assert_true(fabs(bits[BAUD_CH_REWARD] + log2(0.75)) < 1e-12); /* a flip of a quarter, in either direction */
  }
}

static void what_cannot_come_is_infinitely_surprising(void **unused) {
  const reber_model m = {.strings = 9};
  reber_at state[2];
  double bits[BAUD_CHANNELS];
  uint32_t before = REBER_B, letter = REBER_S, guess = 0;
  const void *obs_before[] = {&before}, *obs[] = {&letter};
  (void)unused;
  assert_int_equal(reber_open(&m, state, 2), BAUD_OK);
  baud_evidence e = evidence_of(BAUD_EV_STEP, obs_before, obs, &guess, NULL);
  assert_int_equal(reber_surprise(&m, state, &e, bits), BAUD_OK);
  assert_true(isinf(bits[BAUD_CH_OBSERVATION]));
  assert_int_equal(reber_supports(&m, BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD), 0, BAUD_SEES_SOFT), 1);
  assert_int_equal(reber_supports(&m, BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD), 0, BAUD_SEES_LATE), 0);
  assert_int_equal(reber_supports(&m, BAUD_MASK(BAUD_CH_REWARD), 0, 0), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(strings_are_the_grammar_s),
      cmocka_unit_test(the_outer_letter_named_is_what_pays),
      cmocka_unit_test(what_is_no_letter_is_refused),
      cmocka_unit_test(one_who_knows_the_grammar_pays_for_its_choices_alone),
      cmocka_unit_test(what_cannot_come_is_infinitely_surprising),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
