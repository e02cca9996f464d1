/* replay.h - plays back what Gymnasium did (record_gymnasium.py, gymnasium_*.h) on an environment of continuous
 * observations, and compares. The recording runs in one lane among others that act at random, so that a lane's life is
 * seen not to depend on where it stands, and how many stand beside it.
 *
 * A test includes the plugin's source, then cmocka, then this.
 */
#ifndef BAUD_TEST_REPLAY_H
#define BAUD_TEST_REPLAY_H

enum { REPLAY_LANES = 131, REPLAY_FIELDS = 6, REPLAY_LANE_BYTES = 64 };

typedef struct recording {
  const char *const *step;
  const double *start;                          /* [episode][state] */
  uint32_t n_steps, n_state, n_obs, categories; /* categories: of the action, 0: continuous */
} recording;
#define RECORDING(n_obs, categories)                                                                                   \
  {                                                                                                                    \
    gymnasium_steps, gymnasium_starts[0], sizeof gymnasium_steps / sizeof *gymnasium_steps,                            \
        sizeof *gymnasium_starts / sizeof **gymnasium_starts, n_obs, categories                                        \
  }

/* An environment on the bench: as the host holds it, with cells of 64 bytes a lane. */
typedef struct replay {
  const baud_env_ops *ops;
  void *model;
  baud_env_spec spec;
  uint32_t lanes;
  _Alignas(64) char lane[REPLAY_LANES * REPLAY_LANE_BYTES];
  _Alignas(64) float obs0[REPLAY_LANES * REPLAY_FIELDS];
  _Alignas(64) int32_t action[REPLAY_LANES]; /* or floats */
  _Alignas(64) float fact[2][REPLAY_LANES];
  _Alignas(64) uint8_t flags[REPLAY_LANES];
  void *obs[1];
  float *facts[2];
} replay;

static int32_t replay_refuse(const baud_host *host, int32_t code, const char *why) {
  (void)host;
  assert_non_null(why);
  return code;
}
static const baud_host replay_host = {.size = BAUD_SIZE(baud_host), .fail = replay_refuse};

static inline void replay_open(replay *r, const baud_env_ops *ops, uint32_t lanes) {
  memset(r, 0, sizeof *r);
  r->ops = ops;
  r->lanes = lanes;
  r->spec.size = BAUD_SIZE(baud_env_spec);
  assert_int_equal(ops->create(&replay_host, NULL, &r->spec, &r->model), BAUD_OK);
  assert_true(r->spec.lane_bytes <= REPLAY_LANE_BYTES);
  r->obs[0] = r->obs0;
  for (int f = 0; f < 2; f++) r->facts[f] = r->fact[f];
}

static inline void replay_close(replay *r) { r->ops->destroy(r->model); }

static inline baud_batch replay_batch(replay *r) {
  return (baud_batch){.size = BAUD_SIZE(baud_batch),
                      .lanes = r->lanes,
                      .lane = r->lane,
                      .lane_stride = REPLAY_LANE_BYTES,
                      .action = r->action,
                      .obs = r->obs,
                      .facts = r->facts,
                      .flags = r->flags};
}

static inline void replay_reset(replay *r, uint32_t lane, uint64_t seed) {
  baud_batch batch = replay_batch(r);
  batch.pick = &lane;
  batch.seed = &seed;
  batch.n_pick = 1;
  assert_int_equal(r->ops->reset(r->model, &batch), BAUD_OK);
}

static inline void replay_step(replay *r) {
  baud_batch batch = replay_batch(r);
  assert_int_equal(r->ops->step(r->model, &batch), BAUD_OK);
}

static inline uint32_t replay_hexadecimal(const char *at) {
  char digits[9] = {0};
  memcpy(digits, at, 8);
  return (uint32_t)strtoul(digits, NULL, 16);
}

static inline float replay_float(const char *at) {
  uint32_t bits = replay_hexadecimal(at);
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* What stands in a step's line behind the action: its ending. */
static inline const char *replay_ending(const char *line) { return strchr(line, ' ') + 1; }

/* A continuous action. */
static inline void replay_set(replay *r, uint32_t lane, float action) {
  memcpy(&r->action[lane], &action, sizeof action);
}

static inline void replay_act(replay *r, const recording *of, const char *line, uint32_t lane, uint64_t *random) {
  for (uint32_t k = 0; k < r->lanes; k++) {
    int32_t bits = (int32_t)(baud_random(random) >> 40);
    if (of->categories) r->action[k] = bits % (int32_t)of->categories;
    else replay_set(r, k, (float)bits * 0x1p-22f - 2.0f);
  }
  if (of->categories) r->action[lane] = line[0] - '0';
  else replay_set(r, lane, replay_float(line));
}

/* The greatest difference of an observation or reward to the recording's; endings must agree. Begins and ends with
 * lanes open; the recording plays in `lane`. */
static inline double replay_difference(replay *r, const recording *of, uint32_t lane) {
  double most = 0.0;
  uint64_t random = 7;
  uint32_t episode = 0;
  int is_fresh = 1;
  for (uint32_t k = 0; k < r->lanes; k++) replay_reset(r, k, k);
  for (uint32_t step = 0; step < of->n_steps; step++) {
    const char *line = of->step[step], *ending = replay_ending(line);
    if (is_fresh)
      memcpy(r->lane + lane * REPLAY_LANE_BYTES, of->start + of->n_state * episode++, of->n_state * sizeof(double));
    replay_act(r, of, line, lane, &random);
    replay_step(r);
    if (r->flags[lane] != (*ending == 'T' ? BAUD_TERMINATED : 0))
      fail_msg("step %u: flags %u, recorded %c", step, r->flags[lane], *ending);
    most = fmax(most, fabs((double)(r->fact[0][lane] - replay_float(ending + 2))));
    for (uint32_t f = 0; f < of->n_obs; f++)
      most = fmax(most, fabs((double)(r->obs0[lane * of->n_obs + f] - replay_float(ending + 11 + 8 * f))));
    is_fresh = *ending != '-';
    for (uint32_t k = 0; k < r->lanes; k++)
      if (r->flags[k] && k != lane) replay_reset(r, k, baud_random(&random));
  }
  return most;
}

/* Lives of all lanes with two implementations of an environment, open in `one` and `other`: the same to the bit? */
static inline void replay_twins(replay *one, replay *other, const recording *of) {
  uint64_t random = one->lanes;
  for (uint32_t k = 0; k < one->lanes; k++) replay_reset(one, k, k), replay_reset(other, k, k);
  for (uint32_t step = 0; step < 300; step++) {
    replay_act(one, of, of->step[0], 0, &random);
    memcpy(other->action, one->action, sizeof one->action);
    replay_step(one);
    replay_step(other);
    assert_memory_equal(one->lane, other->lane, sizeof one->lane);
    assert_memory_equal(one->obs0, other->obs0, sizeof one->obs0);
    assert_memory_equal(one->fact, other->fact, sizeof one->fact);
    assert_memory_equal(one->flags, other->flags, sizeof one->flags);
    for (uint32_t k = 0; k < one->lanes; k++)
      if (one->flags[k]) replay_reset(one, k, step + k), replay_reset(other, k, step + k);
  }
}

/* The recording in batches of several sizes and at several places. */
static inline void replay_everywhere(const baud_env_ops *ops, const recording *of, double tolerance) {
  static const uint32_t lanes[] = {1, 2, 7, 64, REPLAY_LANES};
  static replay r;
  for (size_t i = 0; i < sizeof lanes / sizeof *lanes; i++) {
    replay_open(&r, ops, lanes[i]);
    for (uint32_t lane = 0; lane < lanes[i]; lane += 1 + lanes[i] / 3) {
      double most = replay_difference(&r, of, lane);
      if (most > tolerance) fail_msg("lane %u of %u: off by %g", lane, lanes[i], most);
    }
    replay_close(&r);
  }
}

/* Illegal actions, each in some lane. */
static inline void replay_refuses(const baud_env_ops *ops, int32_t categories) {
  const int32_t illegal[] = {categories, -1, INT32_MAX, INT32_MIN};
  static replay r;
  for (uint32_t i = 0; i < 4; i++) {
    replay_open(&r, ops, REPLAY_LANES);
    for (uint32_t k = 0; k < REPLAY_LANES; k++) replay_reset(&r, k, k);
    r.action[(37 * i) % REPLAY_LANES] = illegal[i];
    baud_batch batch = replay_batch(&r);
    assert_int_equal(ops->step(r.model, &batch), BAUD_EARG);
    replay_close(&r);
  }
}

#endif
