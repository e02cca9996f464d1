/* test_lifetime.c - lifetimes through the trial loop: an inner trial is the very trial that its seed gives, whatever it
 * shares the model with, however often it is put away, and however deep it lies; and what decides what.
 */
#include "../test.h"

#include "loop/life.h"
#include "loop/stage.h"
#include "registry.h"
#include "trial.h"

static registry *plugins;

enum { EPISODES = 24, TEXT = 4000, LIFETIMES_FACTS = 4 };
typedef struct record { /* [lane][episode of the lane] cannot be told from columns: all, in the order of their ends */
  uint32_t n;
  float figure[FIGURES][EPISODES];
} record;

#define UNIT(id, params) "{\"id\":\"baud." id "\",\"params\":" params "}"
#define LOCKBOX UNIT("lockbox", "{\"codes\":16}")
#define REINFORCE UNIT("reinforce", "{\"lr\":1}")
#define RANDOM UNIT("random", "{}")
#define DENSE UNIT("dense", "{}")

/* A text that stays for a while. */
__attribute__((format(printf, 1, 2))) static const char *text(const char *format, ...) {
  static char ring[8][TEXT];
  static int turn;
  va_list arguments;
  turn = (turn + 1) % 8;
  va_start(arguments, format);
  vsnprintf(ring[turn], TEXT, format, arguments);
  va_end(arguments);
  return ring[turn];
}

/* A trial's configuration; `rest` is more members of it. */
static const char *describe(const char *env, const char *learner, const char *rest) {
  return text("{\"env\":%s,\"reward\":" DENSE ",\"learner\":%s,%s}", env, learner, rest);
}

static const char *lifetime(const char *env, const char *learner, const char *more) {
  return text("{\"id\":\"baud.lifetime\",\"params\":{\"env\":%s,\"reward\":" DENSE ",\"learner\":%s%s}}", env, learner, more);
}

static trial *opened(const char *json, uint64_t seed) {
  trial *t;
  baud_error error = {0};
  if (trial_open(&t, plugins, json, seed, &error) != 0) fail_msg("%s", error.text);
  return t;
}

static void run(record *out, const char *json, uint64_t seed) {
  trial *t = opened(json, seed);
  baud_error error = {0};
  memset(out, 0, sizeof *out);
  for (int code = TRIAL_RUNNING; code == TRIAL_RUNNING;) {
    code = trial_advance(t, 5, 7, &error);
    if (code < 0) fail_msg("%s", error.text);
    const trial_columns *c = trial_drain(t);
    for (uint32_t i = 0; i < c->n && out->n < EPISODES; i++, out->n++)
      for (uint32_t f = 0; f < FIGURES; f++)
        if (c->measured >> f & 1u) out->figure[f][out->n] = c->figure[f][i];
  }
  trial_close(t);
}

static const uint32_t inner_figures[] = {FIGURE_OFFERED_ALL, FIGURE_RECEIVED_ALL, FIGURE_ABSORBED_ALL, FIGURE_USEFUL, FIGURE_KNOWN, FIGURE_RETURN};
enum { INNER_FIGURES = sizeof inner_figures / sizeof *inner_figures };

static record one, two;

/* ---- An inner trial is a trial ------------------------------------------------------------------------ */

static void a_lifetime_is_the_trial_that_its_seed_gives(void **state) {
  (void)state;
  const char *const learners[] = {REINFORCE, UNIT("posterior", "{}"), UNIT("thompson", "{}"), UNIT("recurrent_ppo", "{\"units\":4,\"horizon\":8}")};
  const char *const envs[] = {LOCKBOX, UNIT("lock", "{\"digits\":2,\"symbols\":3}"), UNIT("bandit", "{\"arms\":3}"), LOCKBOX};
  for (uint32_t i = 0; i < 4; i++) {
    const char *outer = describe(lifetime(envs[i], learners[i], ",\"episodes\":40"), RANDOM, "\"stop\":{\"episodes\":2}");
    trial *t = opened(outer, 7);
    uint64_t seed = stage_seed(trial_stage(t), PURPOSE_ENV, 0, 1);
    trial_close(t);
    run(&one, outer, 7);
    const char *inner = text("{\"env\":%s,\"reward\":" DENSE ",\"learner\":%s,\"stop\":{\"episodes\":40},\"score\":{\"answers\":0}}", envs[i],
                             learners[i]);
    baud_error error = {0};
    t = opened(inner, seed);
    while (trial_advance(t, 1024, UINT64_MAX, &error) == TRIAL_RUNNING) trial_drain(t);
    const double *total = trial_totals(t);
    char marks[FIGURES];
    trial_marks(t, marks);
    int is_known = marks[FIGURE_KNOWN] != '-';
    for (uint32_t k = 0; k < INNER_FIGURES; k++) {
      double wanted = inner_figures[k] == FIGURE_KNOWN && is_known ? trial_last(t)[FIGURE_KNOWN] : total[inner_figures[k]];
      assert_close((double)one.figure[inner_figures[k]][1], (double)(float)wanted, 0.0);
    }
    assert_true(i == 2 || total[FIGURE_RECEIVED_ALL] > 0.0);
    trial_close(t);
  }
}

static void lanes_and_putting_away_leave_no_trace(void **state) {
  (void)state;
  /* eight lives at once, each put away after every episode, and after every third step */
  const char *const turns[] = {"", ",\"turn\":\"episode\"", ",\"turn\":\"step\",\"every\":3"};
  for (uint32_t i = 0; i < 3; i++) {
    const char *env = lifetime(UNIT("lock", "{\"digits\":2,\"symbols\":3}"), REINFORCE, text(",\"episodes\":30%s", turns[i]));
    run(i ? &two : &one, describe(env, RANDOM, "\"lanes\":8,\"stop\":{\"episodes\":8}"), 5);
    if (i == 1) /* lives of as many turns end together */
      for (uint32_t k = 0; k < INNER_FIGURES; k++) assert_memory_equal(one.figure[inner_figures[k]], two.figure[inner_figures[k]], 8 * sizeof(float));
    double sums[2] = {0.0, 0.0};
    for (uint32_t e = 0; e < 8; e++) {
      sums[0] += (double)one.figure[FIGURE_RECEIVED_ALL][e];
      sums[1] += (double)two.figure[FIGURE_RECEIVED_ALL][e];
    }
    if (i > 0) assert_close(sums[1], sums[0], 1e-4); /* ends in another order */
    assert_true(sums[0] > 1.0);
  }
}

static void a_lane_is_what_it_is_alone(void **state) {
  (void)state;
  const char *env = lifetime(LOCKBOX, REINFORCE, ",\"episodes\":20,\"turn\":\"episode\",\"decides\":\"lr=0.1|1|10\"");
  float *many = one.figure[FIGURE_RECEIVED_ALL], *few = two.figure[FIGURE_RECEIVED_ALL];
  /* the outer learner is told nothing and its lanes have random streams of their own */
  run(&one, describe(env, RANDOM, "\"lanes\":6,\"stop\":{\"episodes\":6}"), 9);
  run(&two, describe(env, RANDOM, "\"lanes\":2,\"stop\":{\"episodes\":2}"), 9);
  assert_memory_equal(many, few, 2 * sizeof *many);
  assert_memory_equal(one.figure[FIGURE_ABSORBED_ALL], two.figure[FIGURE_ABSORBED_ALL], 2 * sizeof *many);
}

/* ---- Cloning ------------------------------------------------------------------------------------------ */

/* Steps lane 0 of an opened environment `steps` times with action 0; what the last one paid. */
static float play(const stage *s, char *lane, uint32_t steps) {
  static float facts[64][1], obs[64][64];
  float *fact[64];
  void *field[64];
  int32_t action = 1;
  uint8_t flags = 0;
  for (uint32_t i = 0; i < 64; i++) fact[i] = facts[i], field[i] = obs[i];
  baud_batch b = {.size = BAUD_SIZE(baud_batch), .lanes = 1, .lane = lane, .lane_stride = s->env_stride, .action = &action, .obs = field,
                  .facts = fact, .flags = &flags};
  for (uint32_t i = 0; i < steps; i++) assert_int_equal(s->env->step(s->env_model, &b), BAUD_OK);
  return facts[0][0];
}

static void a_clone_goes_on_as_the_lane_does(void **state) {
  (void)state;
  const char *env = lifetime(LOCKBOX, REINFORCE, ",\"episodes\":60,\"turn\":\"episode\",\"decides\":\"lr=0.1|1|10\",\"pays\":\"received\"");
  const char *json = describe(env, RANDOM, "\"stop\":{\"episodes\":1}");
  trial *t = opened(json, 3), *other = opened(json, 4);
  const stage *s = trial_stage(t), *fresh = trial_stage(other);
  char *lane = s->env_lanes, *clone = malloc(s->env_stride), *abroad = malloc(s->env_stride);
  assert_non_null(clone);
  assert_non_null(abroad);
  play(s, lane, 9);
  memcpy(clone, lane, s->env_stride);
  memcpy(abroad, lane, s->env_stride);
  float paid = play(s, lane, 11);
  assert_memory_not_equal(lane, clone, s->env_stride);
  assert_close((double)play(s, clone, 11), (double)paid, 0.0);
  assert_memory_equal(lane, clone, s->env_stride);
  assert_close((double)play(fresh, abroad, 11), (double)paid, 0.0); /* by a model that never saw it */
  assert_memory_equal(lane, abroad, s->env_stride);
  free(clone);
  free(abroad);
  trial_close(other);
  trial_close(t);
}

/* ---- Depth -------------------------------------------------------------------------------------------- */

static void lifetimes_nest_and_their_bits_add_up(void **state) {
  (void)state;
  const char *inner = lifetime(LOCKBOX, UNIT("posterior", "{}"), ",\"episodes\":40,\"turn\":\"episode\",\"every\":5");
  const char *middle = lifetime(inner, RANDOM, ",\"episodes\":3,\"turn\":\"step\",\"every\":2");
  run(&one, describe(middle, RANDOM, "\"lanes\":3,\"stop\":{\"episodes\":6}"), 2);
  assert_int_equal(one.n, 6);
  for (uint32_t e = 0; e < 6; e++) { /* three lives of four bits */
    assert_close((double)one.figure[FIGURE_RECEIVED_ALL][e], 12.0, 1e-4);
    assert_close((double)one.figure[FIGURE_ABSORBED_ALL][e], 12.0, 1e-2);
    assert_close((double)one.figure[FIGURE_STEPS][e], 12.0, 0.0); /* 24 turns of five episodes, two at a time */
  }
}

/* ---- Decisions ---------------------------------------------------------------------------------------- */

static const baud_field *action_of(trial *t) { return trial_stage(t)->spec.action; }

static void what_is_decided_shows_in_the_action(void **state) {
  (void)state;
  static const char recurrent[] = UNIT("recurrent_ppo", "{\"units\":4,\"horizon\":8}");
  static const char windowed[] = UNIT("window", "{\"learner\":" UNIT("recurrent_ppo", "{\"units\":4,\"horizon\":8}") "}");
  static const struct {
    const char *learner, *decides;
    uint32_t categories, count;
  } cases[] = {{REINFORCE, "", 1, 1},
               {REINFORCE, "learning", 2, 1},
               {REINFORCE, "lr=0.1|1|10", 3, 1},
               {recurrent, "lr=0.1|1, entropy=0|0.5|0.9", 6, 1},
               {REINFORCE, "lr=1e-3..10 log", 0, 1},
               {recurrent, "lr=1e-3..1 log, entropy=0..1", 0, 2},
               {windowed, "learner.lr=1e-3..1 log", 0, 1},
               {UNIT("q_lambda", "{}"), "weights", 0, 32}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *more = text(",\"decides\":\"%s\"", cases[i].decides);
    baud_error error = {0};
    trial *t = NULL;
    const char *json = describe(lifetime(LOCKBOX, cases[i].learner, more), UNIT("told", "{}"), "\"stop\":{\"episodes\":1}");
    if (trial_open(&t, plugins, json, 0, &error) != 0) {
      fail_msg("%s: %s", cases[i].decides, error.text);
      return;
    }
    assert_int_equal(action_of(t)->categories, cases[i].categories);
    assert_int_equal(action_of(t)->count, cases[i].count);
    trial_close(t);
  }
}

/* All turns decide the same: `choice` for ever. */
static const char *always(int choice) { return text("{\"id\":\"baud.scripted\",\"params\":{\"actions\":\"%d\"}}", choice); }

static void a_turn_may_be_decided_by_its_first_step_alone(void **state) {
  (void)state;
  /* where a lock tells each digit, the posterior finds the later ones by itself, but the first is entered for it: 2 of 3 digits */
  const char *lock = UNIT("lock", "{\"digits\":3,\"symbols\":4,\"feedback\":\"per_digit\"}");
  const char *env = lifetime(lock, UNIT("posterior", "{}"), ",\"episodes\":40,\"turn\":\"episode\",\"decides\":\"first\"");
  run(&one, describe(env, always(1), "\"stop\":{\"episodes\":24}"), 3);
  uint32_t rights = 0;
  for (uint32_t e = 0; e < EPISODES; e++) {
    assert_close((double)one.figure[FIGURE_STEPS][e], 40.0, 0.0);
    double success = (double)one.figure[FIGURE_SUCCESS][e];
    assert_true(success == 0.0 || success > 0.5); /* never, or once the others are found */
    rights += success > 0.5;
  }
  assert_true(rights >= 1 && rights <= 16); /* each with 1/4: outside with less than 1.1e-3 + 1e-6, under a fixed seed */
}

static void a_call_comes_before_what_the_inner_learner_does(void **state) {
  (void)state;
  const char *box = UNIT("toolbox", "{\"env\":" UNIT("recall", "{\"keys\":4,\"values\":4,\"shown\":4,\"filler\":0,\"questions\":3}")
                                    ",\"span\":2,\"cost\":0.125,\"calls\":100}");
  const char *learner = UNIT("fast_weights", "{\"first_said\":8,\"last_said\":11}");
  const char *more = ",\"episodes\":1,\"decides\":\"call\",\"sees\":\"observation\"";
  const float steps = 4.0f * 2.0f + 3.0f * 3.0f;
  for (int calls = 0; calls < 2; calls++) {
    run(&one, describe(lifetime(box, learner, more), always(calls), "\"stop\":{\"episodes\":8}"), 3);
    for (uint32_t e = 0; e < 8; e++) {
      assert_close((double)one.figure[FIGURE_STEPS][e], (double)steps, 0.0); /* a turn for each token */
      assert_close((double)one.figure[FIGURE_RETURN][e], 3.0 - calls * 0.125 * (double)steps, 1e-5);
      assert_close((double)one.figure[FIGURE_KNOWN_WIPED][e], calls ? 8.0 : 0.0, 1e-3); /* what was taught is in weights */
    }
  }
}

static void surprise_counts_noise_and_all(void **state) {
  (void)state;
  /* who watches a television of 16 symbols is surprised by 4 bits a step, and takes in none of them */
  const char *tv = UNIT("tv", "{\"symbols\":16,\"max_steps\":50}");
  const char *env = lifetime(tv, RANDOM, ",\"episodes\":2,\"decides\":\"action\",\"pays\":\"surprise\",\"turn\":\"episode\",\"quiz\":0");
  run(&one, describe(env, always(4), "\"stop\":{\"episodes\":4}"), 3);
  for (uint32_t e = 0; e < 4; e++) {
    assert_close((double)one.figure[FIGURE_RECEIVED_ALL][e], 0.0, 1e-6);
    assert_close((double)one.figure[FIGURE_RETURN][e], 2.0 * 50.0 * 4.0, 1e-3);
  }
  baud_error error = {0};
  trial *none = NULL;
  const char *blind = lifetime(UNIT("corridor", "{}"), RANDOM, ",\"pays\":\"surprise\"");
  assert_int_not_equal(trial_open(&none, plugins, describe(blind, RANDOM, "\"stop\":{\"episodes\":1}"), 0, &error), 0);
  assert_non_null(strstr(error.text, "nobody is there to be surprised"));
}

static void a_wrong_decision_is_refused_with_a_sentence(void **state) {
  (void)state;
  static const struct {
    const char *more, *sentence, *env;
  } cases[] = {{",\"decides\":\"lrr=0..1\"", "\"lrr\" is no live parameter of learner baud.reinforce", NULL},
               {",\"decides\":\"lr=0..1 log\"", "is neither a range", NULL},
               {",\"decides\":\"lr=1..0\"", "is neither a range", NULL},
               {",\"decides\":\"lr=1\"", "is neither a range", NULL},
               {",\"decides\":\"lr=0..1, lr=0|1\"", "one sort alone", NULL},
               {",\"pays\":\"received\"", "has no observer", UNIT("corridor", "{}")},
               {",\"pays\":\"absorbed\"", "answers no quiz", UNIT("corridor", "{}")},
               {",\"decides\":\"weights\"", "not one block of weights", NULL},
               {",\"lanes\":2,\"decides\":\"action\"", "one action goes to one inner lane", NULL},
               {"", "no environment \"baud.nowhere\"", UNIT("nowhere", "{}")}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    baud_error error = {0};
    trial *t = NULL;
    const char *inner = cases[i].env ? cases[i].env : LOCKBOX, *env = lifetime(inner, REINFORCE, cases[i].more);
    int code = trial_open(&t, plugins, describe(env, RANDOM, "\"stop\":{\"episodes\":1}"), 0, &error);
    assert_int_not_equal(code, 0);
    if (!strstr(error.text, cases[i].sentence)) fail_msg("%s: %s", cases[i].more, error.text);
  }
}

/* A learner told to learn nothing is one with a rate of nothing; one that may learn gets further. */
static void learning_is_left_off_where_it_is_decided_so(void **state) {
  (void)state;
  const char *told = UNIT("scripted", "{\"actions\":\"0\"}");
  const char *env = lifetime(LOCKBOX, REINFORCE, ",\"episodes\":200,\"decides\":\"learning\"");
  run(&one, describe(env, told, "\"stop\":{\"episodes\":3}"), 1);
  for (uint32_t e = 0; e < 3; e++) assert_close((double)one.figure[FIGURE_ABSORBED_ALL][e], 0.0, 1e-9);
  run(&two, describe(env, UNIT("scripted", "{\"actions\":\"1\"}"), "\"stop\":{\"episodes\":3}"), 1);
  assert_true((double)two.figure[FIGURE_ABSORBED_ALL][0] > 1.0);
}

/* Values that are given at birth are acted upon from the first step: a box is opened at once by who values its code. */
static void weights_are_what_is_decided_at_birth(void **state) {
  (void)state;
  const char *env = lifetime(LOCKBOX, UNIT("q_lambda", "{\"epsilon\":0,\"lr\":0}"), ",\"episodes\":32,\"decides\":\"weights\"");
  trial *t = opened(describe(env, UNIT("told", "{}"), "\"stop\":{\"episodes\":20}"), 1);
  const stage *s = trial_stage(t);
  float *weights = s->action, facts[LIFETIMES_FACTS][1] = {{0}}, *fact[LIFETIMES_FACTS], progress[2];
  void *obs[1] = {progress};
  uint8_t flags = 0;
  uint32_t pick = 0, opened_by = 0;
  uint64_t seed = 5;
  for (uint32_t f = 0; f < LIFETIMES_FACTS; f++) fact[f] = facts[f];
  baud_batch b = {.size = BAUD_SIZE(baud_batch), .lanes = 1, .n_pick = 1, .pick = &pick, .seed = &seed, .lane = s->env_lanes, .action = weights,
                  .lane_stride = s->env_stride, .obs = obs, .facts = fact, .flags = &flags};
  for (uint32_t code = 0; code < 16; code++) { /* the same world each time */
    memset(weights, 0, 32 * sizeof *weights);
    weights[code] = 1.0f;
    assert_int_equal(s->env->reset(s->env_model, &b), BAUD_OK);
    assert_int_equal(s->env->step(s->env_model, &b), BAUD_OK);
    opened_by += facts[0][0] == 32.0f;
    assert_true(facts[0][0] == 32.0f || facts[0][0] == 0.0f);
    assert_int_equal(flags, BAUD_TERMINATED);
  }
  assert_int_equal(opened_by, 1);
  trial_close(t);
}

/* ---- Without an inner learner -------------------------------------------------------------------------- */

static void without_a_learner_the_actions_are_the_inner_ones(void **state) {
  (void)state;
  const char *env = UNIT("lifetime", "{\"env\":" UNIT("lockbox", "{\"codes\":16}") ",\"episodes\":16}");
  /* one code after the other is tried in each life: whatever it is, it is found, and by then four bits have come */
  run(&one, describe(env, UNIT("scripted", "{\"actions\":\"0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15\"}"), "\"lanes\":2,\"stop\":{\"episodes\":4}"), 1);
  for (uint32_t e = 0; e < 4; e++) {
    assert_close((double)one.figure[FIGURE_RETURN][e], 1.0, 0.0);
    assert_close((double)one.figure[FIGURE_STEPS][e], 16.0, 0.0);
    assert_close((double)one.figure[FIGURE_RECEIVED_ALL][e], 4.0, 1e-5);
  }
}

/* ---- Marks -------------------------------------------------------------------------------------------- */

static void bounds_do_not_outlast_what_comes_back(void **state) {
  (void)state;
  const char *const turns[] = {"", ",\"turn\":\"episode\""};
  for (int i = 0; i < 2; i++) {
    trial *t = opened(describe(lifetime(LOCKBOX, REINFORCE, turns[i]), RANDOM, "\"stop\":{\"episodes\":1}"), 0);
    char marks[FIGURES];
    trial_marks(t, marks);
    assert_int_equal(marks[FIGURE_RECEIVED_ALL], '=');
    assert_int_equal(marks[FIGURE_ABSORBED_ALL], i ? '~' : '>');
    trial_close(t);
  }
}

static int set_up(void **state) {
  baud_error error;
  (void)state;
  return registry_open(&plugins, &error);
}

static int tear_down(void **state) {
  (void)state;
  registry_free(plugins);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_lifetime_is_the_trial_that_its_seed_gives),
      cmocka_unit_test(lanes_and_putting_away_leave_no_trace),
      cmocka_unit_test(a_lane_is_what_it_is_alone),
      cmocka_unit_test(a_clone_goes_on_as_the_lane_does),
      cmocka_unit_test(lifetimes_nest_and_their_bits_add_up),
      cmocka_unit_test(what_is_decided_shows_in_the_action),
      cmocka_unit_test(a_turn_may_be_decided_by_its_first_step_alone),
      cmocka_unit_test(a_call_comes_before_what_the_inner_learner_does),
      cmocka_unit_test(surprise_counts_noise_and_all),
      cmocka_unit_test(a_wrong_decision_is_refused_with_a_sentence),
      cmocka_unit_test(learning_is_left_off_where_it_is_decided_so),
      cmocka_unit_test(weights_are_what_is_decided_at_birth),
      cmocka_unit_test(without_a_learner_the_actions_are_the_inner_ones),
      cmocka_unit_test(bounds_do_not_outlast_what_comes_back),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
