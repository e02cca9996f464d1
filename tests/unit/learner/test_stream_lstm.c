/* test_stream_lstm.c - the step that a token moves the weights by, against central differences of its loss where what the
 * cells showed a step ago is held fixed; the size of the published network; forgetting, and being made to forget.
 */
#define baud_plugin_1 stream_lstm_library
#include "../../../plugins/learner/stream_lstm.c"
#undef baud_plugin_1

#include "rig.h"

enum { LETTERS = 7, LANES = 2, STEPS = 25, MOST_WEIGHTS = 1024, MOST_SOURCES = 32 };

static void open_lstm(rig *r, uint32_t letters, uint32_t lanes) {
  r->states = r->actions = letters;
  r->lanes = lanes;
  r->channels = BAUD_MASK(BAUD_CH_OBSERVATION);
  rig_ask(r, BAUD_ASK_OBSERVATION, letters, NULL);
  assert_int_equal(rig_open(r, &stream_lstm_library), BAUD_OK);
  rig_init(r, 3);
}

/* ---- The gradient ----------------------------------------------------------------------------------------- */

static double sigma(double x) { return 1.0 / (1.0 + exp(-x)); }

static double weighed(const double *w, const double *y, uint32_t n) {
  double sum = 0.0;
  for (uint32_t i = 0; i < n; i++) sum += w[i] * y[i];
  return sum;
}

/* The loss of a token after some steps, from the equations: cells run through the sources that were recorded. */
static double paper_loss(const lstm_model *m, const double *w, double source[][MOST_SOURCES], int steps, uint32_t token) {
  double s[MOST_SOURCES] = {0}, y[MOST_SOURCES], net[LETTERS], sum = 0.0, loss = 0.0;
  uint32_t n = m->sources;
  for (int t = 0; t < steps; t++) {
    memcpy(y, source[t], n * sizeof *y);
    for (uint32_t c = 0; c < m->cells; c++) {
      uint32_t b = c / m->in_block;
      double in = sigma(weighed(w + m->in + b * n, source[t], n)), out = sigma(weighed(w + m->out + b * n, source[t], n));
      double forget = lstm_forgets(m) ? sigma(weighed(w + m->forget + b * n, source[t], n)) : 1.0;
      s[c] = forget * s[c] + in * (4.0 * sigma(weighed(w + m->cell + c * (n - 1), source[t], n - 1)) - 2.0);
      y[m->inputs + c] = out * (2.0 * sigma(s[c]) - 1.0);
    }
  }
  for (uint32_t k = 0; k < LETTERS; k++) sum += exp(net[k] = weighed(w + m->show + k * n, y, n));
  if (m->loss == LSTM_CROSS_ENTROPY) return log(sum) - net[token];
  for (uint32_t k = 0; k < LETTERS; k++) {
    double e = (k == token) - sigma(net[k]);
    loss += e * e / 2.0;
  }
  return loss;
}

/* Letters at random, of both lanes; nothing is learnt until the last one, and lane 1's is not asked then. */
static void check_gradient(double forget_gate, double loss) {
  static double source[STEPS][MOST_SOURCES], before[MOST_WEIGHTS], shifted[MOST_WEIGHTS];
  static rig r;
  memset(&r, 0, sizeof r);
  rig_set(&r, "forget_gate", forget_gate);
  rig_set(&r, "loss", loss);
  rig_set(&r, "blocks", 3);
  rig_set(&r, "lr", 0);
  open_lstm(&r, LETTERS, LANES);
  lstm_model *m = r.model;
  double *theta = r.blocks[LSTM_THETA];
  uint64_t random = 11;
  assert_true(m->count <= MOST_WEIGHTS && m->sources <= MOST_SOURCES);
  for (uint64_t i = 0; i < m->count; i++) theta[i] *= 4.0; /* far from where all is linear */
  for (int t = 0; t < STEPS; t++) {
    rig_predict(&r, BAUD_TRAIN, 0);
    memcpy(source[t], lstm_forward_of(m, r.blocks, 0).source, m->sources * sizeof(double));
    for (uint32_t lane = 0; lane < LANES; lane++) r.next[lane] = (int32_t)baud_below(&random, LETTERS);
    if (t + 1 < STEPS) rig_learn(&r);
  }
  memcpy(before, theta, m->count * sizeof *theta);
  lstm_learn_lane(m, r.blocks, 0, (uint32_t)r.next[0], 1.0);
  double largest = 0.0;
  for (uint64_t i = 0; i < m->count; i++) {
    const double h = 1e-5;
    memcpy(shifted, before, m->count * sizeof *before);
    shifted[i] = before[i] + h;
    double up = paper_loss(m, shifted, source, STEPS, (uint32_t)r.next[0]);
    shifted[i] = before[i] - h;
    double slope = (up - paper_loss(m, shifted, source, STEPS, (uint32_t)r.next[0])) / (2.0 * h), moved = theta[i] - before[i];
    largest = fmax(largest, fabs(moved));
    if (fabs(moved + slope) > 1e-8) fail_msg("weight %d moves by %g, the loss falls by %g", (int)i, moved, -slope);
  }
  assert_true(largest > 1e-3);
  rig_close(&r);
}

static void a_token_moves_weights_down_the_slope_of_its_loss(void **unused) {
  (void)unused;
  for (int forget_gate = 0; forget_gate < 2; forget_gate++)
    for (int loss = 0; loss < LSTM_LOSSES; loss++) check_gradient(forget_gate, loss);
}

/* Published: 424 weights for seven letters, four blocks of two cells. */
static void the_network_is_the_published_one(void **unused) {
  (void)unused;
  for (int forget_gate = 0; forget_gate < 2; forget_gate++) {
    static rig r;
    memset(&r, 0, sizeof r);
    rig_set(&r, "forget_gate", forget_gate);
    open_lstm(&r, LETTERS, LANES);
    const lstm_model *m = r.model;
    const double *theta = r.blocks[LSTM_THETA];
    assert_int_equal(m->count, forget_gate ? 424 : 424 - 4 * 16);
    for (uint32_t b = 0; b < 4; b++) {
      assert_true(theta[m->in + b * 16 + 15] == -0.5 * (b + 1) && theta[m->out + b * 16 + 15] == -0.5 * (b + 1));
      if (forget_gate) assert_true(theta[m->forget + b * 16 + 15] == 0.5 * (b + 1));
    }
    rig_close(&r);
  }
}

/* ---- Memory ------------------------------------------------------------------------------------------------ */

/* A stream of strings of six: 0 or 1, four times 2, and the first again. */
enum { STRING = 6 };
typedef struct strings {
  uint64_t random;
  uint32_t at, first, said, named;
} strings;

static uint32_t next_letter(void *ctx, uint32_t lane, uint32_t letter, uint32_t guess, float *reward, uint8_t *flags) {
  strings *s = ctx;
  (void)lane, (void)letter, (void)reward, (void)flags;
  s->at = (s->at + 1) % STRING;
  if (s->at == 0) return s->first = baud_below(&s->random, 2);
  if (s->at < STRING - 1) return 2;
  s->said++;
  s->named += guess == s->first;
  return s->first;
}

/* Without a memory half of the firsts are named: of 200, that 190 or more are has a probability below 1e-40. */
static void what_was_said_long_ago_is_named(void **unused) {
  static rig r;
  strings s = {.random = 5, .at = STRING - 1};
  (void)unused;
  memset(&r, 0, sizeof r);
  rig_set(&r, "lr", 0.2);
  open_lstm(&r, 3, 1);
  for (int t = 0; t < 20000 * STRING; t++) rig_tick(&r, next_letter, &s, 0);
  s.said = s.named = 0;
  for (int t = 0; t < 200 * STRING; t++) rig_tick(&r, next_letter, &s, 0);
  assert_int_equal(s.said, 200);
  assert_true(s.named >= 190);
  rig_close(&r);
}

/* What it answers to a letter that begins an episode, and to the same one again that does too. */
static void only_resets_begin_anew(void **unused) {
  (void)unused;
  for (int resets = 0; resets < 2; resets++) {
    static rig r;
    float first[3];
    memset(&r, 0, sizeof r);
    rig_set(&r, "resets", resets);
    open_lstm(&r, 3, 1);
    rig_predict(&r, BAUD_PLAY, 0);
    memcpy(first, r.answer[0], sizeof first);
    rig_predict(&r, BAUD_PLAY, 0);
    assert_true((memcmp(first, r.answer[0], sizeof first) == 0) == resets);
    rig_close(&r);
  }
}

static void other_places_are_refused(void **unused) {
  static rig r;
  (void)unused;
  memset(&r, 0, sizeof r);
  open_lstm(&r, 3, 1);
  void *model = NULL;
  baud_value values[RIG_PARAMS];
  rig_values(&r, values);
  baud_field number = {BAUD_SIZE(baud_field), BAUD_F32, 0, 1, 0, {0, 0, 0}, -1.0, 1.0, "number", "", ""};
  baud_learner_setup setup = r.setup;
  setup.action = &number;
  assert_int_equal(lstm_create(&r.host, values, &setup, &model), BAUD_EARG);
  assert_non_null(strstr(r.why, "are continuous"));
  setup.action = r.setup.action;
  setup.obs = &number;
  assert_int_equal(lstm_create(&r.host, values, &setup, &model), BAUD_EARG);
  assert_non_null(strstr(r.why, "reads tokens"));
  rig_close(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_token_moves_weights_down_the_slope_of_its_loss),
    cmocka_unit_test(the_network_is_the_published_one),
    cmocka_unit_test(what_was_said_long_ago_is_named),
    cmocka_unit_test(only_resets_begin_anew),
    cmocka_unit_test(other_places_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
