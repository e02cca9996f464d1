/* test_stream.c - bits on the stream and probes in whole trials, through real plugins: what the learners' code lengths
 * must be, what holds between the figures, and that looking at frozen copies leaves the trial as it is.
 */
#include "../test.h"

#include "registry.h"
#include "trial.h"

static registry *plugins;

/* Allocations of the whole process, where no sanitizer stands in their way. */
static uint64_t allocations;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t n, size_t bytes);
void *malloc(size_t bytes) { return allocations++, __libc_malloc(bytes); }
void *calloc(size_t n, size_t bytes) { return allocations++, __libc_calloc(n, bytes); }
#endif

enum { EPISODES = 300 };
typedef struct record {
  uint32_t n;
  uint64_t measured, steps;
  char marks[FIGURES];
  double total[FIGURES];
  float figure[FIGURES][EPISODES];
} record;

#define UNIT(id, params) "{\"id\":\"baud." id "\",\"params\":" params "}"
static const char *describe(const char *env, const char *learner, const char *score, const char *rest) {
  static char json[1200];
  snprintf(json, sizeof json, "{\"env\":%s,\"reward\":" UNIT("dense", "{}") ",\"learner\":%s,\"score\":{%s},%s}", env, learner, score, rest);
  return json;
}

static void run(record *out, const char *json, uint64_t seed) {
  trial *t;
  baud_error error = {0};
  memset(out, 0, sizeof *out);
  if (trial_open(&t, plugins, json, seed, &error) != 0) fail_msg("%s", error.text);
  for (int code = TRIAL_RUNNING; code == TRIAL_RUNNING;) {
    code = trial_advance(t, 1024, UINT64_MAX, &error);
    if (code < 0) fail_msg("%s", error.text);
    const trial_columns *c = trial_drain(t);
    out->measured = c->measured;
    for (uint32_t i = 0; i < c->n && out->n < EPISODES; i++, out->n++)
      for (uint32_t f = 0; f < FIGURES; f++)
        if (c->measured >> f & 1u) out->figure[f][out->n] = c->figure[f][i];
  }
  memcpy(out->total, trial_totals(t), sizeof out->total);
  trial_marks(t, out->marks);
  out->steps = trial_steps(t);
  trial_close(t);
}

static record one, two;

static double last_of(const record *r, uint32_t figure) {
  for (uint32_t i = r->n; i-- > 0;)
    if (!isnan(r->figure[figure][i])) return (double)r->figure[figure][i];
  return NAN;
}

static uint32_t scored(const record *r, uint32_t figure) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < r->n; i++) n += isnan(r->figure[figure][i]) ? 0u : 1u;
  return n;
}

/* Krichevsky and Trofimov's code length of n bits, `ones` of them 1. */
static double kt_bits(double n, double ones) {
  return (lgamma(n + 1.0) + 2.0 * lgamma(0.5) - lgamma(ones + 0.5) - lgamma(n - ones + 0.5)) / log(2.0);
}

/* ---- Code lengths --------------------------------------------------------------------------------------- */

static void a_counting_learner_costs_its_closed_form(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < 10; seed++)
    for (uint32_t lanes = 1; lanes <= 3; lanes += 2) {
      char rest[80];
      snprintf(rest, sizeof rest, "\"lanes\":%u,\"stop\":{\"episodes\":%u}", lanes, 2 * lanes);
      run(&one, describe(UNIT("stream", "{\"length\":500}"), UNIT("kt", "{}"), "\"answers\":1", rest), seed);
      double steps = 1000.0 * lanes, ones = one.total[FIGURE_RETURN], code = one.total[FIGURE_CODE_OBSERVATION];
      assert_true(one.total[FIGURE_STEPS] == steps);
      if (lanes == 1) assert_close(code, kt_bits(steps, ones), 0.01); /* the floor moves it by some thousandths */
      else assert_true(fabs(code - kt_bits(steps, ones)) < 8.0);      /* three commit at once before any of them is told */
      assert_close(one.total[FIGURE_CODE_REWARD], code, 1e-6 * code); /* the reward is the symbol */
      assert_close(one.total[FIGURE_SAVED_OBSERVATION], steps - code, 1e-9 * steps);
    }
  assert_true(one.marks[FIGURE_CODE_OBSERVATION] == '=' && one.marks[FIGURE_SAVED_REWARD] == '=');
  assert_true(one.marks[FIGURE_SAVED_MIXTURE_OBSERVATION] == '-' && one.marks[FIGURE_BIN_OBSERVATION] == '-');
}

/* The mixture holds the very code that the learner uses, at one third. */
static void over_the_mixture_a_member_saves_what_a_mixture_costs(void **state) {
  (void)state;
  run(&one, describe(UNIT("stream", "{\"memory\":\"chain\"}"), UNIT("ctw", "{}"),
                     "\"answers\":1,\"reference\":\"mixture\"", "\"stop\":{\"episodes\":5}"), 1);
  assert_true(one.marks[FIGURE_SAVED_MIXTURE_OBSERVATION] == '=');
  assert_close(one.total[FIGURE_SAVED_MIXTURE_OBSERVATION], log2(3), 0.01);
  run(&two, describe(UNIT("stream", "{\"law\":\"fair\"}"), UNIT("kt", "{}"),
                     "\"answers\":1,\"reference\":\"mixture\"", "\"stop\":{\"episodes\":5}"), 1);
  assert_true(two.total[FIGURE_SAVED_MIXTURE_OBSERVATION] < 0.0); /* the uniform code is the best there */
  assert_true(two.total[FIGURE_SAVED_MIXTURE_OBSERVATION] >= two.total[FIGURE_SAVED_OBSERVATION] - 1e-6);
}

/* The reference hears all episodes, and only those that are scored count. */
static void the_mixture_hears_what_is_not_scored(void **state) {
  (void)state;
  const char *rest = "\"stop\":{\"episodes\":64}";
  run(&one, describe(UNIT("stream", "{\"length\":100}"), UNIT("kt", "{}"), "\"answers\":1,\"reference\":\"mixture\"", rest), 4);
  run(&two, describe(UNIT("stream", "{\"length\":100}"), UNIT("kt", "{}"), "\"answers\":16,\"reference\":\"mixture\"", rest), 4);
  assert_int_equal(scored(&two, FIGURE_SAVED_MIXTURE_OBSERVATION), 4);
  for (uint32_t i = 0; i < 64; i += 16) {
    assert_true(one.figure[FIGURE_SAVED_MIXTURE_OBSERVATION][i] == two.figure[FIGURE_SAVED_MIXTURE_OBSERVATION][i]);
    assert_true(one.figure[FIGURE_CODE_OBSERVATION][i] == two.figure[FIGURE_CODE_OBSERVATION][i]);
  }
}

/* Four unbounded numbers a step, and the reward: bins of 1/64 to +-512, and one beyond at either end. */
static void continuous_numbers_are_scored_in_bins_whose_width_is_shown(void **state) {
  (void)state;
  const char *rest = "\"stop\":{\"episodes\":20}";
  run(&one, describe(UNIT("cartpole", "{}"), UNIT("kt", "{}"), "\"answers\":1,\"reference\":\"mixture\"", rest), 1);
  run(&two, describe(UNIT("cartpole", "{}"), UNIT("kt", "{}"), "\"answers\":1,\"reference\":\"mixture\",\"bin\":0.25", rest), 1);
  const record *r[2] = {&one, &two};
  for (int i = 0; i < 2; i++) {
    double uniform = 0.0, code = r[i]->total[FIGURE_CODE_OBSERVATION], saved = r[i]->total[FIGURE_SAVED_OBSERVATION];
    uniform = r[i]->total[FIGURE_STEPS] * log2(65538);
    assert_close((code + saved) / uniform, round((code + saved) / uniform), 1e-9); /* a whole number of elements */
    assert_close(last_of(r[i], FIGURE_BIN_REWARD), i ? 0.25 : 1.0 / 64, 0.0);
    assert_close(r[i]->total[FIGURE_CODE_REWARD] + r[i]->total[FIGURE_SAVED_REWARD], uniform, 1e-6 * uniform);
    assert_true(code > 0.0 && saved > 0.0 && r[i]->marks[FIGURE_BIN_OBSERVATION] == '=');
  }
  /* sixteen times as wide: four bits less an element, as long as deviations are wider than bins */
  assert_true(one.total[FIGURE_CODE_OBSERVATION] - two.total[FIGURE_CODE_OBSERVATION] > 2.0 * one.total[FIGURE_STEPS]);
}

/* The television is declined by a planner on tables: for it the uniform code is counted, on both sides. */
static void what_a_learner_declines_neither_saves_nor_costs(void **state) {
  (void)state;
  run(&one, describe(UNIT("tv", "{\"symbols\":8}"), UNIT("dyna_q", "{}"), "\"answers\":1,\"reference\":\"mixture\"",
                     "\"stop\":{\"episodes\":50}"), 2);
  double steps = one.total[FIGURE_STEPS], sum = one.total[FIGURE_CODE_OBSERVATION] + one.total[FIGURE_SAVED_OBSERVATION];
  assert_close(sum, steps * (log2(25) + log2(9)), 1e-6 * sum);
  assert_true(one.total[FIGURE_CODE_OBSERVATION] > steps * log2(9));
  double mixture = one.total[FIGURE_SAVED_MIXTURE_OBSERVATION] + one.total[FIGURE_CODE_OBSERVATION];
  assert_true(mixture > steps * log2(9) && mixture < steps * (log2(25) + log2(9)));
}

/* Nobody saves bits on noise in expectation: the mean over trials is below 0, by six standard errors at the least. */
static void on_noise_nothing_is_saved(void **state) {
  enum { TRIALS = 60 };
  double sum = 0.0, squares = 0.0;
  (void)state;
  for (uint64_t seed = 0; seed < TRIALS; seed++) {
    run(&one, describe(UNIT("tv", "{\"symbols\":16}"), UNIT("kt", "{}"), "\"answers\":1", "\"stop\":{\"episodes\":4}"), seed);
    double saved = 0.0; /* over the television alone: positions can be learnt */
    run(&two, describe(UNIT("stream", "{\"symbols\":16,\"law\":\"fair\",\"length\":200}"), UNIT("kt", "{}"),
                     "\"answers\":1", "\"stop\":{\"episodes\":1}"), seed);
    saved = two.total[FIGURE_SAVED_OBSERVATION];
    sum += saved;
    squares += saved * saved;
  }
  double mean = sum / TRIALS, error = sqrt((squares / TRIALS - mean * mean) / TRIALS);
  assert_true(mean + 6.0 * error < 0.0);
}

/* ---- Probes --------------------------------------------------------------------------------------------- */

static void nothing_is_probed_that_was_not_asked_for(void **state) {
  (void)state;
  run(&one, describe(UNIT("stream", "{\"length\":50}"), UNIT("kt", "{}"), "\"answers\":1", "\"stop\":{\"episodes\":20}"), 1);
  for (uint32_t f = FIGURE_LOSS_OBSERVATION; f < FIGURES; f++) assert_true(one.marks[f] == '-' && !(one.measured >> f & 1u));
}

/* Whatever a probe does, all else is as it would have been, to the bit. */
static void a_trial_that_is_probed_is_the_same_trial(void **state) {
  static const struct { const char *env, *learner, *rest; } cases[] = {
      {UNIT("stream", "{\"memory\":\"chain\",\"length\":20}"), UNIT("ctw", "{}"), ""},
      {UNIT("stream", "{\"memory\":\"chain\",\"law\":\"drawn\",\"symbols\":4,\"length\":20}"), UNIT("posterior", "{}"), "\"lanes\":3,"},
      {UNIT("lockbox", "{\"codes\":8}"), UNIT("reinforce", "{}"), "\"demonstrator\":{\"competence\":0.7},"},
      {UNIT("lockbox", "{\"codes\":8}"), UNIT("imitate", "{}"), "\"demonstrator\":{\"competence\":0.7},"},
      {UNIT("maze", "{}"), UNIT("dyna_q", "{}"), ""},
      {UNIT("bandit", "{}"), UNIT("thompson", "{}"), "\"lanes\":2,"},
      {UNIT("blocking_maze", "{}"), UNIT("q_lambda", "{}"), ""},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char rest[120];
    snprintf(rest, sizeof rest, "%s\"stop\":{\"episodes\":40}", cases[i].rest);
    run(&one, describe(cases[i].env, cases[i].learner, "\"answers\":1,\"quiz\":1", rest), 5);
    run(&two, describe(cases[i].env, cases[i].learner, "\"answers\":1,\"quiz\":1,\"probe\":3,\"probe_steps\":50", rest), 5);
    assert_int_equal(two.steps, one.steps);
    for (uint32_t f = 0; f < FIGURE_LOSS_OBSERVATION; f++)
      if (memcmp(one.figure[f], two.figure[f], sizeof one.figure[f]) != 0) fail_msg("case %d: %s differs", (int)i, figure_table[f].name);
  }
}

static void saved_and_forgone_make_up_what_the_reference_loses(void **state) {
  static const char *const learners[] = {UNIT("kt", "{}"), UNIT("ctw", "{}"), UNIT("dyna_q", "{}")};
  (void)state;
  for (size_t l = 0; l < 3; l++)
    for (int rate = 1; rate <= 4; rate += 3) {
      char score[120];
      snprintf(score, sizeof score, "\"answers\":%d,\"reference\":\"mixture\",\"probe\":1,\"probe_steps\":300", rate);
      run(&one, describe(UNIT("stream", "{\"memory\":\"chain\",\"symbols\":3,\"length\":100}"), learners[l], score, "\"stop\":{\"episodes\":12}"), 2);
      double steps = 0.0, code = 0.0, uniform = 0.0, mixture = 0.0;
      for (uint32_t e = 0; e < one.n; e++) {
        double c = (double)one.figure[FIGURE_CODE_OBSERVATION][e], loss = (double)one.figure[FIGURE_LOSS_OBSERVATION][e];
        double forgone = (double)one.figure[FIGURE_FORGONE_OBSERVATION][e];
        if (!isnan(c)) {
          steps += (double)one.figure[FIGURE_STEPS][e];
          code += c;
          uniform += c + (double)one.figure[FIGURE_SAVED_OBSERVATION][e];
          mixture += c + (double)one.figure[FIGURE_SAVED_MIXTURE_OBSERVATION][e];
        }
        assert_close(forgone, code - steps * loss, 2e-4 * steps);
        assert_close(uniform - code + forgone, uniform - steps * loss, 2e-4 * steps);
        assert_close(mixture - code + forgone, mixture - steps * loss, 2e-4 * steps);
      }
      assert_close(uniform, steps * log2(3), 1e-3);
      assert_true(one.marks[FIGURE_FORGONE_OBSERVATION] == '~');
    }
}

/* Krichevsky and Trofimov's frozen estimate on a probe of j ones among N, k having been seen among n: all of it can be read
 * off, since returns count ones. The copy of the last power of two has seen fewer. */
static void losses_and_progress_are_those_of_the_frozen_estimates(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < 5; seed++) {
    run(&one, describe(UNIT("stream", "{\"length\":40}"), UNIT("kt", "{}"),
                     "\"answers\":1,\"probe\":1,\"probe_steps\":400", "\"stop\":{\"episodes\":40}"), seed);
    double n = 0.0, ones = 0.0, past_n = 0.0, past_ones = 0.0;
    for (uint32_t e = 0; e < one.n; e++) {
      n += 40.0;
      ones += (double)one.figure[FIGURE_RETURN][e];
      double all = 10.0 * (double)one.figure[FIGURE_PROBE_RETURN][e];
      assert_close(all, round(all), 1e-4); /* ten episodes, whole ones, make 400 steps */
      double share = all / 400.0, p = (ones + 0.5) / (n + 1.0), q = (past_ones + 0.5) / (past_n + 1.0);
      double loss = -(share * log2(p) + (1 - share) * log2(1 - p)), past = -(share * log2(q) + (1 - share) * log2(1 - q));
      assert_close((double)one.figure[FIGURE_LOSS_OBSERVATION][e], loss, 3e-5);
      assert_close((double)one.figure[FIGURE_PROGRESS_OBSERVATION][e], past - loss, 3e-5);
      if (((e + 1) & e) == 0) {
        past_n = n;
        past_ones = ones;
      }
    }
    assert_int_equal(scored(&one, FIGURE_LOSS_OBSERVATION), 40);
    /* the probes are fresh: their ones are not the trial's */
    int differs = 0;
    for (uint32_t e = 1; e < one.n; e++) differs += one.figure[FIGURE_PROBE_RETURN][e] != one.figure[FIGURE_PROBE_RETURN][0];
    assert_true(differs > 30);
  }
}

/* A way that is blocked after 50 steps of the lane's life is blocked in probes after that, and open before. */
static void an_environment_is_as_old_in_a_probe_as_it_is(void **state) {
  (void)state;
  run(&one, describe(UNIT("blocking_maze", "{\"switch_at\":50}"), UNIT("scripted", "{\"actions\":\"1,1,1,1,1,0,0,0,0,0\"}"),
                     "\"probe\":3,\"probe_steps\":10",
                     "\"limit\":10,\"stop\":{\"episodes\":11}"), 1);
  for (uint32_t e = 0; e < 11; e++) { /* every third, and the last */
    assert_true(one.figure[FIGURE_RETURN][e] == (e < 5 ? 1.0f : 0.0f));
    if (e % 3 == 0 || e == 10) assert_true(one.figure[FIGURE_PROBE_RETURN][e] == (e < 4 ? 1.0f : 0.0f));
    else assert_true(isnan(one.figure[FIGURE_PROBE_RETURN][e]));
  }
}

/* Of a chain that is heard through the reward alone, nothing but memory knows the last symbol. */
static void a_copy_remembers_what_came_in_its_episode(void **state) {
  (void)state;
  run(&one, describe(UNIT("stream", "{\"memory\":\"chain\"}"), UNIT("ctw", "{}"), "\"answers\":1,\"probe\":1,\"probe_steps\":3000",
                     "\"channels\":[\"reward\"],\"stop\":{\"episodes\":4}"), 1);
  assert_close(last_of(&one, FIGURE_LOSS_REWARD), 0.469, 0.06); /* h(.1), six standard deviations of 3000 symbols' */
}

/* From one power of two to the next: on a chain what the loss comes down by in all, from 1 bit to h(.1) = .47; on noise
 * nothing, once what was learnt of the first few symbols has been unlearnt. */
static void progress_tells_the_learnable_from_the_noisy(void **state) {
  (void)state;
  const char *score = "\"answers\":0,\"probe\":1,\"probe_steps\":4000", *rest = "\"stop\":{\"episodes\":64}";
  run(&one, describe(UNIT("stream", "{\"memory\":\"chain\",\"length\":16}"), UNIT("ctw", "{}"), score, rest), 3);
  run(&two, describe(UNIT("stream", "{\"law\":\"fair\",\"length\":16}"), UNIT("ctw", "{}"), score, rest), 3);
  double chain = 0.0, noise = 0.0;
  for (uint32_t n = 1; n <= 64; n *= 2) {
    chain += (double)one.figure[FIGURE_PROGRESS_OBSERVATION][n - 1];
    noise += (double)two.figure[FIGURE_PROGRESS_OBSERVATION][n - 1];
  }
  assert_close(chain, 0.53, 0.1);
  assert_close(noise, 0.0, 0.1);
  assert_true(one.marks[FIGURE_PROGRESS_OBSERVATION] == '~' && one.marks[FIGURE_FORGONE_OBSERVATION] == '-');
}

/* With frozen weights nothing is learnt, and looking twice shows the same learner. */
static void an_evaluated_learner_makes_no_progress(void **state) {
  (void)state;
  run(&one, describe(UNIT("stream", "{\"length\":50}"), UNIT("ctw", "{}"), "\"answers\":1,\"probe\":1,\"probe_steps\":500",
                     "\"mode\":\"evaluate\",\"stop\":{\"episodes\":10}"), 1);
  for (uint32_t e = 0; e < 10; e++) {
    assert_close((double)one.figure[FIGURE_LOSS_OBSERVATION][e], 1.0, 1e-6);
    assert_true(one.figure[FIGURE_PROGRESS_OBSERVATION][e] == 0.0f && one.figure[FIGURE_POLICY_CHANGE][e] == 0.0f);
  }
}

/* What each look costs is known here: twice the steps of a probe of whole episodes, and of the episode read again. */
static void the_default_rate_costs_half_a_percent_of_the_steps(void **state) {
  (void)state;
  for (uint32_t lanes = 1; lanes <= 4; lanes += 3) {
    char rest[80];
    snprintf(rest, sizeof rest, "\"lanes\":%u,\"stop\":{\"episodes\":40000}", lanes);
    trial *t;
    baud_error error = {0};
    double looks = 0.0, first = 0.0;
    const char *json = describe(UNIT("stream", "{\"length\":10}"), UNIT("kt", "{}"), "\"answers\":0,\"probe\":-1,\"probe_steps\":100", rest);
    assert_int_equal(trial_open(&t, plugins, json, 1, &error), 0);
    for (int code = TRIAL_RUNNING; code == TRIAL_RUNNING; trial_drain(t)) {
      code = trial_advance(t, 1, UINT64_MAX, &error);
      if (isnan(trial_last(t)[FIGURE_LOSS_OBSERVATION])) continue;
      uint64_t n = trial_episodes(t);
      assert_true((n & (n - 1)) == 0);
      looks += 1.0;
      double spent = looks * 2.0 * lanes * (100.0 / lanes + 10.0); /* ticks of two copies, and of an episode read again */
      assert_true(spent <= 0.005 * (double)trial_steps(t) * 1.1);
      if (first == 0.0) first = (double)trial_steps(t);
    }
    assert_true(looks >= 3.0 && first < 100000.0);
    trial_close(t);
  }
}

/* Neither scoring nor a reference nor a probe allocates once the trial is open. */
static void nothing_is_allocated_on_the_way(void **state) {
  trial *t;
  baud_error error = {0};
  (void)state;
  uint64_t before_opening = allocations;
  const char *json = describe(UNIT("cartpole", "{}"), UNIT("kt", "{}"), "\"answers\":1,\"reference\":\"mixture\",\"probe\":1,\"probe_steps\":50",
                              "\"lanes\":3,\"stop\":{\"episodes\":100}");
  assert_int_equal(trial_open(&t, plugins, json, 1, &error), 0);
  uint64_t before = allocations;
  while (trial_advance(t, 1024, UINT64_MAX, &error) == TRIAL_RUNNING) trial_drain(t);
  assert_int_equal(allocations, before);
  assert_int_equal(trial_episodes(t), 100);
  trial_close(t);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  assert_true(before > before_opening + 50); /* or they are not counted */
#else
  (void)before_opening;
#endif
}

/* ---- Policies ------------------------------------------------------------------------------------------- */

/* One code shown again and again: the policy after k demonstrations in favour of it is known, and the one that is shown
 * before the action counts for the action. */
static void a_policy_changes_by_what_was_demonstrated(void **state) {
  (void)state;
  double trust = 0.6, ratio = log(trust * 3.0 / (1.0 - trust));
  run(&one, describe(UNIT("lockbox", "{\"codes\":4}"), UNIT("imitate", "{\"trust\":0.6}"), "\"answers\":0,\"probe\":1,\"probe_steps\":4",
                     "\"demonstrator\":{\"competence\":1},\"stop\":{\"episodes\":10}"), 1);
  for (int e = 0; e < 10; e++) {
    double p[2], kl = 0.0;
    for (int i = 0; i < 2; i++) p[i] = exp(ratio * (e + 1 + i)) / (exp(ratio * (e + 1 + i)) + 3.0); /* of the right code: before, after */
    for (int i = 0; i < 2; i++) p[i] = (1.0 - 0x1p-16) * p[i] + 0x1p-18;
    kl = p[1] * log2(p[1] / p[0]) + (1 - p[1]) * log2((1 - p[1]) / (1 - p[0]));
    assert_close((double)one.figure[FIGURE_POLICY_CHANGE][e], kl, 1e-6);
  }
  assert_true(one.marks[FIGURE_POLICY_CHANGE] == '=' && one.figure[FIGURE_POLICY_CHANGE][0] > 0.1f);
}

static void who_plays_a_script_does_not_change(void **state) {
  (void)state;
  run(&one, describe(UNIT("maze", "{}"), UNIT("scripted", "{\"actions\":\"0,1,2,3,1\"}"),
                     "\"probe\":1,\"probe_steps\":10", "\"stop\":{\"episodes\":5}"), 1);
  assert_int_equal(scored(&one, FIGURE_POLICY_CHANGE), 5);
  for (uint32_t e = 0; e < 5; e++) assert_true(one.figure[FIGURE_POLICY_CHANGE][e] == 0.0f);
  assert_true(one.marks[FIGURE_LOSS_OBSERVATION] == '-' && one.marks[FIGURE_PROBE_RETURN] == '~');
}

/* Episodes as long as they like are recorded in part, and a sum over a part of the states is a lower bound. */
static void an_episode_without_limit_is_bounded_from_below(void **state) {
  (void)state;
  run(&one, describe(UNIT("corridor", "{\"max_steps\":100000000}"), UNIT("random", "{}"),
                     "\"probe\":1,\"probe_steps\":10", "\"stop\":{\"episodes\":2}"), 1);
  assert_true(one.marks[FIGURE_POLICY_CHANGE] == '>');
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_counting_learner_costs_its_closed_form),
      cmocka_unit_test(over_the_mixture_a_member_saves_what_a_mixture_costs),
      cmocka_unit_test(the_mixture_hears_what_is_not_scored),
      cmocka_unit_test(continuous_numbers_are_scored_in_bins_whose_width_is_shown),
      cmocka_unit_test(what_a_learner_declines_neither_saves_nor_costs),
      cmocka_unit_test(on_noise_nothing_is_saved),
      cmocka_unit_test(nothing_is_probed_that_was_not_asked_for),
      cmocka_unit_test(a_trial_that_is_probed_is_the_same_trial),
      cmocka_unit_test(saved_and_forgone_make_up_what_the_reference_loses),
      cmocka_unit_test(losses_and_progress_are_those_of_the_frozen_estimates),
      cmocka_unit_test(an_environment_is_as_old_in_a_probe_as_it_is),
      cmocka_unit_test(a_copy_remembers_what_came_in_its_episode),
      cmocka_unit_test(progress_tells_the_learnable_from_the_noisy),
      cmocka_unit_test(an_evaluated_learner_makes_no_progress),
      cmocka_unit_test(the_default_rate_costs_half_a_percent_of_the_steps),
      cmocka_unit_test(nothing_is_allocated_on_the_way),
      cmocka_unit_test(a_policy_changes_by_what_was_demonstrated),
      cmocka_unit_test(who_plays_a_script_does_not_change),
      cmocka_unit_test(an_episode_without_limit_is_bounded_from_below),
  };
  baud_error error;
  if (registry_open(&plugins, &error) != 0) {
    fprintf(stderr, "%s\n", error.text);
    return 2;
  }
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  registry_free(plugins);
  return failed;
}
