/* bench.h - an environment on the bench, its lanes in the test's hands; and tapes of what bsuite did
 * (record_bsuite.py), line by line. A test includes the plugin's source, then cmocka, then this.
 */
#ifndef BAUD_TEST_BENCH_H
#define BAUD_TEST_BENCH_H

enum { BENCH_LANES = 32, BENCH_OBS = 8192, BENCH_WORLD = 16384, BENCH_STRIDE = 512 };

typedef struct bench {
  const baud_env_ops *ops;
  void *model;
  baud_env_spec spec;
  uint32_t lanes;
  _Alignas(64) char lane[BENCH_LANES * BENCH_STRIDE];
  _Alignas(64) char world[BENCH_WORLD];
  _Alignas(64) char sight[2][BENCH_OBS]; /* of up to two fields */
  _Alignas(64) int32_t action[BENCH_LANES];
  _Alignas(64) float fact[3][BENCH_LANES];
  _Alignas(64) uint8_t flags[BENCH_LANES];
  void *obs[2];
  float *facts[3];
} bench;

static int32_t bench_refuse(const baud_host *host, int32_t code, const char *why) {
  (void)host;
  assert_non_null(why);
  return code;
}
static const baud_host bench_host = {.size = BAUD_SIZE(baud_host), .fail = bench_refuse};

static inline int32_t bench_try(bench *b, const baud_env_ops *ops, const baud_value *values, uint32_t lanes) {
  memset(b, 0, sizeof *b);
  b->ops = ops;
  b->lanes = lanes;
  b->spec.size = BAUD_SIZE(baud_env_spec);
  for (int f = 0; f < 2; f++) b->obs[f] = b->sight[f];
  for (int f = 0; f < 3; f++) b->facts[f] = b->fact[f];
  return ops->create(&bench_host, values, &b->spec, &b->model);
}

static inline void bench_open(bench *b, const baud_env_ops *ops, const baud_value *values, uint32_t lanes) {
  assert_int_equal(bench_try(b, ops, values, lanes), BAUD_OK);
  assert_true(b->spec.lane_bytes <= BENCH_STRIDE && b->spec.world_bytes <= BENCH_WORLD && b->spec.n_facts <= 3);
  for (uint32_t f = 0; f < b->spec.n_obs; f++)
    assert_true((uint64_t)b->spec.obs[f].count * (b->spec.obs[f].dtype == BAUD_U8 ? 1 : 4) * lanes <= BENCH_OBS);
}

static inline void bench_close(bench *b) { b->ops->destroy(b->model); }

static inline baud_batch bench_batch(bench *b) {
  return (baud_batch){.size = BAUD_SIZE(baud_batch),
                      .lanes = b->lanes,
                      .lane = b->lane,
                      .lane_stride = BENCH_STRIDE,
                      .world = b->world,
                      .action = b->action,
                      .obs = b->obs,
                      .facts = b->facts,
                      .flags = b->flags};
}

static inline void bench_draw(bench *b, uint64_t seed) {
  memset(b->world, 0, sizeof b->world);
  assert_int_equal(b->ops->draw(b->model, seed, b->world), BAUD_OK);
}

static inline void bench_reset(bench *b, uint32_t lane, uint64_t seed) {
  baud_batch batch = bench_batch(b);
  batch.pick = &lane;
  batch.seed = &seed;
  batch.n_pick = 1;
  assert_int_equal(b->ops->reset(b->model, &batch), BAUD_OK);
}

static inline void bench_step(bench *b) {
  baud_batch batch = bench_batch(b);
  assert_int_equal(b->ops->step(b->model, &batch), BAUD_OK);
}

static inline double bench_see(const bench *b, uint32_t element) {
  const void *sight = b->sight[0];
  uint32_t dtype = b->spec.obs[0].dtype;
  return dtype == BAUD_U8    ? ((const uint8_t *)sight)[element]
         : dtype == BAUD_I32 ? ((const int32_t *)sight)[element]
                             : (double)((const float *)sight)[element];
}

/* Illegal actions are refused in any lane. */
static inline void bench_refuses(const baud_env_ops *ops, const baud_value *values, int32_t categories) {
  const int32_t illegal[] = {categories, -1, INT32_MAX, INT32_MIN};
  static bench b;
  for (uint32_t i = 0; i < 4; i++) {
    bench_open(&b, ops, values, 3);
    if (ops->draw) bench_draw(&b, 1);
    for (uint32_t k = 0; k < 3; k++) bench_reset(&b, k, k);
    b.action[i % 3] = illegal[i];
    baud_batch batch = bench_batch(&b);
    assert_int_equal(ops->step(b.model, &batch), BAUD_EARG);
    bench_close(&b);
  }
}

/* ---- Tapes ---------------------------------------------------------------------------------------------- */

/* The numbers of a line's part `part`, the letter being part 0; their number. */
enum { TAPE_NUMBERS = 256 };
static inline uint32_t tape_read(const char *line, int part, double numbers[TAPE_NUMBERS]) {
  uint32_t n = 0;
  while (part-- > 0) line = strchr(line, ' ') + 1;
  for (char *end; n < TAPE_NUMBERS; line = end + 1) {
    numbers[n++] = strtod(line, &end);
    if (*end != ',') break;
  }
  return n;
}

static inline double tape_number(const char *line, int part) {
  double numbers[TAPE_NUMBERS];
  assert_int_equal(tape_read(line, part, numbers), 1);
  return numbers[0];
}

/* The first n numbers of part `part` are what lane 0 sees, from the first on. */
static inline void tape_sees(const bench *b, const char *line, int part, uint32_t n) {
  double numbers[TAPE_NUMBERS];
  assert_true(tape_read(line, part, numbers) >= n);
  for (uint32_t i = 0; i < n; i++)
    if ((float)numbers[i] != (float)bench_see(b, i)) fail_msg("%s: element %u is %g", line, i, bench_see(b, i));
}

#endif
