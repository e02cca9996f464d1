/* Regression on a stream, step by step beside the three rules written out in double precision; what it answers; and which
 * unit begins anew.
 */
#include "../test.h"

#undef fail /* cmocka's: the contract has a function of that name */
#define baud_plugin_1 regression_library
#include "../../../plugins/learner/regression.c"
#undef baud_plugin_1

enum { BITS = 6, HIDDEN = 4, TICKS = 400, MATURITY = 20 };
#define REPLACEMENT 0.01
#define DECAY 0.9

/* ---- A learner and its blocks ------------------------------------------------------------------------------------ */

static const baud_field fields[] = {
  { .size = BAUD_SIZE(baud_field), .dtype = BAUD_F32, .count = 1, .low = -INFINITY, .high = INFINITY, .name = "target" },
  { .size = BAUD_SIZE(baud_field), .dtype = BAUD_U8, .categories = 2, .count = BITS, .name = "bits" },
};
static const baud_field prediction = { .size = BAUD_SIZE(baud_field), .dtype = BAUD_F32, .count = 1, .name = "prediction" };

static char said[200];
static int32_t note(const baud_host *host, int32_t code, const char *why) {
  (void)host;
  snprintf(said, sizeof said, "%s", why);
  return code;
}
static const baud_host host = { .size = BAUD_SIZE(baud_host), .fail = note };

typedef struct pupil {
  void *model, *blocks[REGRESSION_BLOCKS];
  baud_learner_setup setup;
  baud_question question;
  uint64_t random;
  float target, next_target, action, answer[2];
  uint8_t bits[BITS], next_bits[BITS];
} pupil;

static int32_t try_pupil(pupil *p, int64_t method, int64_t activation, double lr, const baud_field *obs, const baud_field *action) {
  const baud_value values[REGRESSION_PARAMS] = { { .i = method }, { .f = lr }, { .i = HIDDEN }, { .i = activation }, { .f = 2 },
                                                 { .f = REPLACEMENT }, { .i = MATURITY }, { .f = DECAY } };
  memset(p, 0, sizeof *p);
  p->random = 3;
  p->question = (baud_question){ .size = BAUD_SIZE(baud_question), .target = BAUD_ASK_OBSERVATION, .horizon = 1,
                                 .forms = 1u << BAUD_FORM_NORMAL, .width_normal = 2 };
  p->setup = (baud_learner_setup){ .size = BAUD_SIZE(baud_learner_setup), .lanes = 1, .channels = 3, .n_obs = 2, .n_questions = 1,
                                   .obs = obs, .action = action, .questions = &p->question };
  return regression_create(&host, values, &p->setup, &p->model);
}

static void open_pupil(pupil *p, int64_t method, int64_t activation, double lr) {
  static const size_t element[] = { 0, 1, 4, 8, 4, 8 };
  assert_int_equal(try_pupil(p, method, activation, lr, fields, &prediction), BAUD_OK);
  for (uint32_t i = 0; i < REGRESSION_BLOCKS; i++) {
    size_t bytes = (element[p->setup.blocks[i].dtype] * p->setup.blocks[i].count + 63) / 64 * 64;
    p->blocks[i] = aligned_alloc(64, bytes);
    memset(p->blocks[i], 0, bytes);
  }
  assert_int_equal(regression_init(p->model, p->blocks, 7), BAUD_OK);
  for (int i = 0; i < BITS; i++) p->bits[i] = (uint8_t)baud_below(&p->random, 2);
}

static void close_pupil(pupil *p) {
  for (uint32_t i = 0; i < REGRESSION_BLOCKS; i++) free(p->blocks[i]);
  free(p->model);
}

/* A tick: predict, then learn from a target that is linear in the bits but for one product of two, and noise. */
static void live(pupil *p) {
  const void *obs[2] = { &p->target, p->bits }, *next[2] = { &p->next_target, p->next_bits };
  float *answers[1] = { p->answer };
  uint8_t starts = 0, flags = 0;
  baud_tick tick = { .size = BAUD_SIZE(baud_tick), .lanes = 1, .ask = 1, .obs = obs, .starts = &starts, .action = &p->action,
                     .answer = answers };
  assert_int_equal(regression_predict(p->model, p->blocks, &tick), BAUD_OK);
  p->next_target = (float)(1.0 + 2.0 * p->bits[0] - p->bits[1] + 3.0 * p->bits[2] * p->bits[3] + 0.1 * baud_normal(&p->random));
  for (int i = 0; i < BITS; i++) p->next_bits[i] = (uint8_t)baud_below(&p->random, 2);
  baud_outcome outcome = { .size = BAUD_SIZE(baud_outcome), .lanes = 1, .obs = obs, .action = &p->action, .flags = &flags, .next_obs = next };
  assert_int_equal(regression_learn(p->model, p->blocks, &outcome), BAUD_OK);
}

static void turn(pupil *p) {
  p->target = p->next_target;
  memcpy(p->bits, p->next_bits, BITS);
}

/* ---- The rules, once more ------------------------------------------------------------------------------------------ */

typedef struct twin {
  double v[HIDDEN][BITS + 1], w[HIDDEN + 1]; /* the last of each: the bias */
  double h[HIDDEN], prediction, squares, use[HIDDEN], age[HIDDEN], owed;
  int n, replaced;
} twin;

static float *incoming(const pupil *p, int j, int i) {
  const regression_model *m = p->model;
  return (float *)p->blocks[REGRESSION_THETA] + (i < BITS ? m->hidden.weight + (uint64_t)(i * HIDDEN + j) : m->hidden.bias + (uint64_t)j);
}
static float *outgoing(const pupil *p, int j) {
  const regression_model *m = p->model;
  return (float *)p->blocks[REGRESSION_THETA] + (j < HIDDEN ? m->out.weight + (uint64_t)j : m->out.bias);
}

static void twin_copy_unit(twin *t, const pupil *p, int j) {
  for (int i = 0; i <= BITS; i++) t->v[j][i] = (double)*incoming(p, j, i);
}

static void twin_predict(twin *t, const pupil *p, int64_t activation) {
  t->prediction = t->w[HIDDEN];
  for (int j = 0; j < HIDDEN; j++) {
    double sum = t->v[j][BITS];
    for (int i = 0; i < BITS; i++) sum += t->v[j][i] * p->bits[i];
    t->h[j] = activation == REGRESSION_TANH ? tanh(sum) : fmax(sum, 0.0);
    t->prediction += t->w[j] * t->h[j];
  }
}

/* theta += rate grad prediction: rate is 2 lr e, or ObGD's step times e. */
static void twin_learn(twin *t, const pupil *p, int64_t method, int64_t activation, double lr) {
  double e = (double)p->next_target - t->prediction, d[HIDDEN], size = 1.0;
  t->squares += e * e;
  t->n++;
  for (int j = 0; j < HIDDEN; j++) {
    d[j] = t->w[j] * (activation == REGRESSION_TANH ? 1.0 - t->h[j] * t->h[j] : t->h[j] > 0.0);
    size += fabs(t->h[j]) + fabs(d[j]);
    for (int i = 0; i < BITS; i++) size += fabs(d[j] * p->bits[i]);
  }
  double rate = method == REGRESSION_OBGD ? lr / fmax(1.0, 2.0 * lr * fmax(fabs(e), 1.0) * size) * e : 2.0 * lr * e;
  for (int j = 0; j < HIDDEN; j++) {
    for (int i = 0; i < BITS; i++) t->v[j][i] += rate * d[j] * p->bits[i];
    t->v[j][BITS] += rate * d[j];
    t->w[j] += rate * t->h[j];
  }
  t->w[HIDDEN] += rate;
}

/* Which unit begins anew in this step, or -1. */
static int twin_renew(twin *t) {
  int least = -1, mature = 0;
  for (int j = 0; j < HIDDEN; j++) {
    t->use[j] = DECAY * t->use[j] + (1.0 - DECAY) * fabs(t->h[j]) * fabs(t->w[j]);
    if (++t->age[j] <= MATURITY) continue;
    mature++;
    if (least < 0 || t->use[j] < t->use[least]) least = j;
  }
  t->owed += REPLACEMENT * mature;
  if (t->owed < 1.0) return -1;
  t->owed -= 1.0;
  t->w[least] = t->use[least] = t->age[least] = 0.0;
  return least;
}

static void check_weights(const twin *t, const pupil *p) {
  for (int j = 0; j <= HIDDEN; j++) assert_close((double)*outgoing(p, j), t->w[j], 2e-3);
  for (int j = 0; j < HIDDEN; j++)
    for (int i = 0; i <= BITS; i++) assert_close((double)*incoming(p, j, i), t->v[j][i], 2e-3);
}

static void live_beside_the_rule(int64_t method, int64_t activation, double lr) {
  static pupil p;
  static twin t;
  memset(&t, 0, sizeof t);
  open_pupil(&p, method, activation, lr);
  assert_int_equal(p.question.form, BAUD_FORM_NORMAL);
  assert_int_equal(p.setup.subscribed, BAUD_MASK(BAUD_CH_OBSERVATION));
  for (int j = 0; j < HIDDEN; j++) twin_copy_unit(&t, &p, j);
  for (int j = 0; j <= HIDDEN; j++) t.w[j] = (double)*outgoing(&p, j);
  for (int tick = 0; tick < TICKS; tick++) {
    twin_predict(&t, &p, activation);
    live(&p);
    assert_close((double)p.action, t.prediction, 2e-3);
    assert_true(p.answer[0] == p.action);
    assert_close((double)p.answer[1], t.n ? sqrt(t.squares / t.n) + 1e-3 : 1.0, 2e-3);
    twin_learn(&t, &p, method, activation, lr);
    int renewed = method == REGRESSION_CONTINUAL ? twin_renew(&t) : -1;
    if (renewed >= 0) {
      double bound = (activation == REGRESSION_TANH ? 5.0 / 3.0 : sqrt(2.0)) * sqrt(3.0 / BITS), moved = 0.0;
      for (int i = 0; i <= BITS; i++) {
        moved += fabs((double)*incoming(&p, renewed, i) - t.v[renewed][i]);
        assert_true(i < BITS ? fabs((double)*incoming(&p, renewed, i)) <= bound : *incoming(&p, renewed, i) == 0.0f);
      }
      assert_true(moved > 0.1);
      twin_copy_unit(&t, &p, renewed); /* chance's part */
      t.replaced++;
    }
    check_weights(&t, &p);
    turn(&p);
  }
  assert_true(method != REGRESSION_CONTINUAL || t.replaced > 8);
  close_pupil(&p);
}

static void plain_steps_follow_the_gradient_of_the_squared_error(void **state) {
  (void)state;
  live_beside_the_rule(REGRESSION_SGD, REGRESSION_TANH, 0.02);
  live_beside_the_rule(REGRESSION_SGD, REGRESSION_RELU, 0.02);
}
static void bounded_steps_are_obgd_without_traces(void **state) {
  (void)state;
  live_beside_the_rule(REGRESSION_OBGD, REGRESSION_TANH, 1.0);
  live_beside_the_rule(REGRESSION_OBGD, REGRESSION_RELU, 0.05);
}
static void the_least_useful_mature_unit_begins_anew(void **state) {
  (void)state;
  live_beside_the_rule(REGRESSION_CONTINUAL, REGRESSION_TANH, 0.02);
  live_beside_the_rule(REGRESSION_CONTINUAL, REGRESSION_RELU, 0.02);
}

static void it_learns_what_there_is_to_learn(void **state) {
  static pupil p;
  double squares = 0.0;
  (void)state;
  open_pupil(&p, REGRESSION_SGD, REGRESSION_TANH, 0.02);
  for (int tick = 0; tick < 20000; tick++) {
    live(&p);
    double e = (double)p.next_target - (double)p.action;
    if (tick >= 18000) squares += e * e / 2000;
    turn(&p);
  }
  assert_true(squares < 0.1); /* the noise's is .01, that of the best constant 3.2 */
  close_pupil(&p);
}

static void other_places_are_refused(void **state) {
  static const baud_field choice = BAUD_DISCRETE_FIELD("move", 4, "one of four");
  static const baud_field swapped[] = { { .size = BAUD_SIZE(baud_field), .dtype = BAUD_U8, .categories = 2, .count = BITS, .name = "bits" },
                                        { .size = BAUD_SIZE(baud_field), .dtype = BAUD_F32, .count = 1, .name = "target" } };
  static pupil p;
  (void)state;
  assert_int_equal(try_pupil(&p, 0, 0, 0.1, swapped, &prediction), BAUD_EARG);
  assert_non_null(strstr(said, "must be one continuous number"));
  assert_int_equal(try_pupil(&p, 0, 0, 0.1, fields, &choice), BAUD_EARG);
  assert_non_null(strstr(said, "acts by its prediction"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(plain_steps_follow_the_gradient_of_the_squared_error),
    cmocka_unit_test(bounded_steps_are_obgd_without_traces),
    cmocka_unit_test(the_least_useful_mature_unit_begins_anew),
    cmocka_unit_test(it_learns_what_there_is_to_learn),
    cmocka_unit_test(other_places_are_refused),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
