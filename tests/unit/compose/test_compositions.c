/* test_compositions.c - windows, toolboxes and demonstrators: what they leave as it is, and what they change.
 */
#include "../test.h"

#include "loop/stage.h"
#include "registry.h"
#include "trial.h"

static registry *plugins;

enum { EPISODES = 60, TEXT = 3000 };
typedef struct record {
  uint32_t n;
  uint64_t measured;
  float figure[FIGURES][EPISODES];
} record;

#define UNIT(id, params) "{\"id\":\"baud." id "\",\"params\":" params "}"
#define LOCKBOX UNIT("lockbox", "{\"codes\":16}")
#define RECALL "{\"keys\":3,\"values\":4,\"shown\":3,\"questions\":1}"
#define TOOLBOX(more) UNIT("toolbox", "{\"env\":" UNIT("recall", RECALL) more "}")
#define RECURRENT UNIT("recurrent_ppo", "{\"units\":4,\"horizon\":16,\"carry\":true}")
#define SFT(more) UNIT("sft", "{\"units\":8,\"lr\":0.01,\"speaks\":false" more "}") /* acts at random, and so calls now and then */
#define WINDOW(learner, more) UNIT("window", "{\"learner\":" learner more "}")

static const char *describe(const char *env, const char *learner, const char *rest) {
  static char json[2][TEXT];
  static int turn;
  turn = !turn;
  snprintf(json[turn], TEXT, "{\"env\":%s,\"reward\":" UNIT("dense", "{}") ",\"learner\":%s,%s}", env, learner, rest);
  return json[turn];
}

static trial *opened(const char *json, uint64_t seed) {
  trial *t = NULL;
  baud_error error = {0};
  if (trial_open(&t, plugins, json, seed, &error) != 0) fail_msg("%s", error.text);
  return t;
}

static void go_on(trial *t, uint64_t ticks) {
  baud_error error = {0};
  if (trial_advance(t, UINT32_MAX, ticks, &error) < 0) fail_msg("%s", error.text);
  trial_drain(t);
}

static void run(record *out, const char *json, uint64_t seed) {
  trial *t = opened(json, seed);
  baud_error error = {0};
  memset(out, 0, sizeof *out);
  for (int code = TRIAL_RUNNING; code == TRIAL_RUNNING;) {
    code = trial_advance(t, EPISODES, UINT64_MAX, &error);
    if (code < 0) fail_msg("%s", error.text);
    const trial_columns *c = trial_drain(t);
    out->measured = c->measured;
    for (uint32_t i = 0; i < c->n && out->n < EPISODES; i++, out->n++)
      for (uint32_t f = 0; f < FIGURES; f++)
        if (c->measured >> f & 1u) out->figure[f][out->n] = c->figure[f][i];
  }
  trial_close(t);
}

static void refused(const char *json, const char *sentence) {
  trial *t = NULL;
  baud_error error = {0};
  assert_int_not_equal(trial_open(&t, plugins, json, 0, &error), 0);
  if (!strstr(error.text, sentence)) fail_msg("%s", error.text);
}

/* Over the episodes in which it was measured. */
static double sum(const record *r, uint32_t figure) {
  double all = 0.0;
  for (uint32_t e = 0; e < r->n; e++) all += isnan(r->figure[figure][e]) ? 0.0 : (double)r->figure[figure][e];
  return all;
}

static record one, two;

/* ---- Windows ------------------------------------------------------------------------------------------ */

#define LIVES ",\"stop\":{\"episodes\":40}"
#define BANDIT UNIT("bandit", "{\"arms\":3,\"pulls\":5}")

static void a_window_that_keeps_everything_leaves_no_trace(void **state) {
  (void)state;
  run(&one, describe(BANDIT, RECURRENT, "\"lanes\":2" LIVES), 3);
  run(&two, describe(BANDIT, WINDOW(RECURRENT, ",\"length\":2,\"carry\":\"keep\""), "\"lanes\":2" LIVES), 3);
  assert_memory_equal(&one, &two, sizeof one);
  run(&two, describe(BANDIT, WINDOW(RECURRENT, ",\"length\":2"), "\"lanes\":2" LIVES), 3);
  assert_memory_not_equal(&one, &two, sizeof one);
}

/* How many MEMORY bytes of the learner's own are other than they were at birth. */
static uint32_t remembered(trial *t) {
  const stage *s = trial_stage(t);
  uint32_t n = 0;
  for (uint32_t i = 0; i < s->live.n; i++) {
    const char *now = s->live.at[i], *birth = s->initial.at[i];
    if (s->live.info[i].role != BAUD_MEMORY) continue;
    for (size_t k = 0; k < blocks_size_of(&s->live, i); k++) n += now[k] != birth[k];
  }
  return n;
}

static void what_is_cut_is_as_it_was_at_birth(void **state) {
  (void)state;
  /* one that cuts itself, and one that is cut from outside */
  const char *const learners[] = {WINDOW(RECURRENT, ",\"length\":4"), WINDOW(SFT(",\"carry\":true"), ",\"length\":4")};
  for (int i = 0; i < 2; i++) {
    trial *t = opened(describe(UNIT("recall", "{\"keys\":2,\"values\":2,\"shown\":2}"), learners[i], "\"lanes\":2,\"stop\":{\"steps\":1000}"), 5);
    for (uint32_t tick = 1; tick <= 40; tick++) {
      go_on(t, 1);
      if (tick % 4 == 0) assert_int_equal(remembered(t), 0);
      else assert_true(remembered(t) > 0);
    }
    trial_close(t);
  }
}

static void what_a_window_cannot_do_is_said(void **state) {
  (void)state;
  refused(describe(LOCKBOX, WINDOW(SFT(""), ",\"carry\":\"compress\""), "\"stop\":{\"episodes\":1}"), "cannot compress what it remembers");
  refused(describe(LOCKBOX, WINDOW(UNIT("posterior", "{}"), ""), "\"stop\":{\"episodes\":1}"), "learner baud.window in create");
  refused(describe(LOCKBOX, UNIT("window", "{}"), "\"stop\":{\"episodes\":1}"), "it has no \"learner\"");
}

/* ---- Toolboxes ---------------------------------------------------------------------------------------- */

/* The environment by hand: one lane, one action; the reward. */
typedef struct hand {
  trial *trial;
  const stage *s;
  float fact[64][1];
  int32_t seen[4], action;
  uint8_t flags;
} hand;

static float act(hand *h, int32_t action) {
  float *facts[64];
  void *obs[4];
  for (int i = 0; i < 64; i++) facts[i] = h->fact[i];
  for (int i = 0; i < 4; i++) obs[i] = &h->seen[i];
  h->action = action;
  baud_batch b = {.size = BAUD_SIZE(baud_batch), .lanes = 1, .lane = h->s->env_lanes, .lane_stride = h->s->env_stride, .world = h->s->world,
                  .action = &h->action, .obs = obs, .facts = facts, .flags = &h->flags};
  assert_int_equal(h->s->env->step(h->s->env_model, &b), BAUD_OK);
  return h->fact[0][0];
}

static void a_call_costs_and_nothing_moves(void **state) {
  (void)state;
  const char *json = describe(TOOLBOX(",\"cost\":0.25"), SFT(""), "\"stop\":{\"episodes\":1}");
  hand h = {.trial = opened(json, 2)}, plain = {.trial = opened(json, 2)};
  h.s = trial_stage(h.trial);
  plain.s = trial_stage(plain.trial);
  uint32_t call = h.s->spec.action->categories - 1;
  for (int step = 0; step < 5; step++) { /* every step twice: once as a call */
    float reward = act(&plain, 0);
    for (int k = 0; step > 0 && k < 2; k++) {
      int32_t before = h.seen[0];
      assert_close((double)act(&h, (int32_t)call), -0.25, 0.0);
      assert_int_equal(h.seen[0], before);
      assert_int_equal(h.flags, 0);
    }
    assert_close((double)act(&h, 0), (double)reward, 0.0);
    assert_int_equal(h.seen[0], plain.seen[0]);
  }
  trial_close(h.trial);
  trial_close(plain.trial);
}

static void calls_tell_nothing_and_bits_stay_exact(void **state) {
  (void)state;
  char marks[FIGURES];
  trial *t = opened(describe(TOOLBOX(""), SFT(""), "\"stop\":{\"episodes\":40}"), 4);
  trial_marks(t, marks);
  assert_int_equal(marks[FIGURE_RECEIVED_ALL], '=');
  trial_close(t);
  run(&one, describe(TOOLBOX(",\"cost\":5"), SFT(""), "\"stop\":{\"episodes\":40}"), 4);
  assert_close(sum(&one, FIGURE_RECEIVED_ALL), 6.0, 1e-5); /* three keys of four values: all are shown, and are known for good */
  assert_true(sum(&one, FIGURE_RETURN) < 0.0);             /* there were calls */
}

/* A learner whose rollouts are never full learns by being taught alone. */
static void what_is_taught_is_absorbed(void **state) {
  (void)state;
  const char *idle = SFT(",\"horizon\":100000"), *rest = "\"stop\":{\"episodes\":60}";
  run(&one, describe(TOOLBOX(",\"calls\":0"), idle, rest), 4);
  run(&two, describe(TOOLBOX(""), idle, rest), 4);
  assert_close(sum(&one, FIGURE_ABSORBED_ALL), (double)one.figure[FIGURE_FORMAT][0], 1e-4);
  assert_true(sum(&two, FIGURE_ABSORBED_ALL) > sum(&one, FIGURE_ABSORBED_ALL) + 1.0);
  assert_true(sum(&two, FIGURE_ABSORBED_ALL) <= sum(&two, FIGURE_RECEIVED_ALL) + 1e-3);
}

static void who_cannot_be_taught_is_told_so(void **state) {
  (void)state;
  refused(describe(TOOLBOX(""), UNIT("random", "{}"), "\"stop\":{\"episodes\":1}"), "learner baud.random cannot be taught");
  refused(describe(UNIT("toolbox", "{\"env\":" TOOLBOX("") "}"), SFT(""), "\"stop\":{\"episodes\":1}"), "has a toolbox already");
  refused(describe(UNIT("toolbox", "{\"env\":" UNIT("pendulum", "{}") "}"), SFT(""), "\"stop\":{\"episodes\":1}"), "one discrete number");
  run(&one, describe(TOOLBOX(""), WINDOW(SFT(""), ""), "\"stop\":{\"episodes\":4}"), 0); /* through a window as well */
  assert_int_equal(one.n, 4);
}

/* The call as an outer decision: what it costs is in the pay, and what the inner learner does besides is its own. */
static void an_outer_learner_calls_the_tool(void **state) {
  (void)state;
  const char *calls[] = {"0", "1 0", "1"};
  double paid[3];
  for (int i = 0; i < 3; i++) {
    char env[TEXT / 2], learner[100];
    snprintf(env, sizeof env, "{\"id\":\"baud.lifetime\",\"params\":{\"env\":%s,\"learner\":%s,\"episodes\":1,\"decides\":\"tool\"}}",
             TOOLBOX(",\"cost\":100,\"calls\":5"), UNIT("sft", "{\"units\":8}"));
    snprintf(learner, sizeof learner, "{\"id\":\"baud.scripted\",\"params\":{\"actions\":\"%s\"}}", calls[i]);
    run(&one, describe(env, learner, "\"stop\":{\"episodes\":3}"), 1);
    paid[i] = (double)one.figure[FIGURE_RETURN][0];
    /* 12 tokens: three facts with a filler each, a question with its echo; who does nothing but call is cut off */
    assert_close((double)one.figure[FIGURE_STEPS][0], i == 0 ? 12.0 : i == 1 ? 17.0 : 17.0, 0.0);
  }
  assert_true(paid[0] >= 0.0);
  assert_true(paid[1] <= -799.0 && paid[1] >= -900.0); /* every other of 17 */
  assert_close(paid[2], -1700.0, 1e-9);
}

/* ---- Demonstrators ------------------------------------------------------------------------------------ */

static void a_demonstrator_shows_what_the_setting_shows(void **state) {
  (void)state;
  const char *learner = UNIT("imitate", "{}"), *rest = "\"stop\":{\"episodes\":30},\"demonstrator\":{\"competence\":0.7}";
  run(&one, describe(LOCKBOX, learner, rest), 6);
  run(&two, describe(UNIT("demonstrator", "{\"env\":" LOCKBOX ",\"reliability\":0.7}"), learner, "\"stop\":{\"episodes\":30}"), 6);
  assert_memory_equal(&one, &two, sizeof one);
  assert_true(sum(&one, figure_of_channel(FIGURE_RECEIVED, BAUD_CH_DEMONSTRATION)) > 1.0);
}

/* SIGNAL.md: the first demonstration of an expert who is right with q tells log2 N - h(q) - (1 - q) log2(N - 1) in the mean over worlds. */
static void a_first_demonstration_tells_what_its_reliability_says(void **state) {
  (void)state;
  const double q = 0.9, n = 16.0, h = -q * log2(q) - (1 - q) * log2(1 - q);
  double mean = 0.0;
  enum { WORLDS = 400 };
  for (uint64_t seed = 0; seed < WORLDS; seed++) {
    run(&one, describe(UNIT("demonstrator", "{\"env\":" LOCKBOX ",\"reliability\":0.9}"), UNIT("imitate", "{}"), "\"stop\":{\"episodes\":1}"), seed);
    mean += (double)one.figure[figure_of_channel(FIGURE_RECEIVED, BAUD_CH_DEMONSTRATION)][0] / WORLDS;
  }
  /* one of two values, 7.1 bits apart, the rarer with .1: five deviations of a mean of 400 are .53; false alarm below 1e-6 */
  assert_close(mean, log2(n) - h - (1 - q) * log2(n - 1), 0.53);
  assert_true(mean > 2.0);
}

static void who_has_no_expert_shows_nothing(void **state) {
  (void)state;
  refused(describe(UNIT("demonstrator", "{\"env\":" UNIT("pendulum", "{}") "}"), UNIT("random", "{}"), "\"stop\":{\"episodes\":1}"),
          "no expert who could show");
  refused(describe(UNIT("demonstrator", "{\"env\":" LOCKBOX "}"), UNIT("random", "{}"), "\"stop\":{\"episodes\":1},\"demonstrator\":{}"),
          "leave the setting \"demonstrator\" out");
}

static void a_toolbox_around_a_demonstrator_still_shows(void **state) {
  (void)state;
  const char *env = UNIT("toolbox", "{\"env\":" UNIT("demonstrator", "{\"env\":" UNIT("recall", RECALL) "}") "}");
  trial *t = opened(describe(env, SFT(""), "\"stop\":{\"episodes\":2}"), 1);
  assert_true(trial_stage(t)->config.has_demonstrator);
  go_on(t, UINT64_MAX);
  trial_close(t);
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
      cmocka_unit_test(a_window_that_keeps_everything_leaves_no_trace),
      cmocka_unit_test(what_is_cut_is_as_it_was_at_birth),
      cmocka_unit_test(what_a_window_cannot_do_is_said),
      cmocka_unit_test(a_call_costs_and_nothing_moves),
      cmocka_unit_test(calls_tell_nothing_and_bits_stay_exact),
      cmocka_unit_test(what_is_taught_is_absorbed),
      cmocka_unit_test(who_cannot_be_taught_is_told_so),
      cmocka_unit_test(an_outer_learner_calls_the_tool),
      cmocka_unit_test(a_demonstrator_shows_what_the_setting_shows),
      cmocka_unit_test(a_first_demonstration_tells_what_its_reliability_says),
      cmocka_unit_test(who_has_no_expert_shows_nothing),
      cmocka_unit_test(a_toolbox_around_a_demonstrator_still_shows),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
