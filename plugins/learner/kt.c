/* Counting, as a coder: the next symbol of each element is predicted by how often it came before, by the estimator of
 * Krichevsky and Trofimov (1981),
 *   p(x) = (n(x) + 1/2) / (N + m/2),
 * whatever was seen or done in between. It acts at random. What it saves is what frequencies alone can; its code length on
 * a Bernoulli stream is known in closed form, and so is what it costs it to have had to learn.
 */
#include <stdlib.h>

#include "baud/coder.h"
#include "baud/kt.h"

typedef struct kt_model {
  baud_coder coder;
} kt_model;

static uint64_t kt_words(const void *model, uint32_t symbols, uint32_t elements) {
  (void)model, (void)elements;
  return symbols + 1ul;
}

static void kt_foresee(const void *model, uint32_t symbols, uint32_t elements, const void *table, const uint32_t *past, double *p) {
  (void)model, (void)elements, (void)past;
  baud_kt_predict(table, symbols, p);
}

static void kt_count(const void *model, uint32_t symbols, uint32_t elements, void *table, const uint32_t *past, uint32_t symbol) {
  (void)model, (void)elements, (void)past;
  if (symbol < symbols) baud_kt_add(table, symbols, symbol);
}

static const baud_coder_ways kt_ways = { kt_words, kt_foresee, kt_count };

static int32_t kt_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  (void)values;
  kt_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_coder_open(host, setup, 0, &kt_ways, m, &m->coder);
  if (code != BAUD_OK) free(m);
  else *model = m;
  return code;
}

static void kt_destroy(void *model) { free(model); }

static int32_t kt_init(const void *model, void *const *blocks, uint64_t seed) {
  baud_seed_lanes(blocks[BAUD_CODER_RANDOM], ((const kt_model *)model)->coder.lanes, seed);
  return BAUD_OK;
}

static int32_t kt_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  return baud_coder_predict(&((const kt_model *)model)->coder, &kt_ways, model, blocks, tick);
}

static int32_t kt_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  return baud_coder_take_in(&((const kt_model *)model)->coder, &kt_ways, model, blocks, outcome);
}

static const baud_learner_ops kt_ops = { BAUD_SIZE(baud_learner_ops), 0, kt_create, kt_destroy, kt_init, kt_predict, kt_learn };

static const baud_unit kt_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.kt", "Frequencies, as a coder",
  "Predicts every element of the observation and the reward by how often each value came before (Krichevsky and "
  "Trofimov 1981), continuous ones by their mean and deviation, and acts at random. A baseline for code lengths: what it "
  "saves needs no memory and no idea of the world.",
  NULL, 0, 0, &kt_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &kt_unit, 1, 0
};
