/* Context tree weighting, as a coder (Willems, Shtarkov, Tjalkens 1995): the next symbol of each element is predicted from
 * its own last `depth` symbols, by the mixture over all trees of contexts that look back no further. It acts at random,
 * and does not look at its actions. What it saves is what the stream's own past can tell. The nodes of all elements come
 * from a pool of fixed size; contexts that find no place are predicted like shorter ones.
 */
#include <stdlib.h>

#include "baud/coder.h"
#include "baud/ctw.h"

enum { CTW_PARAM_DEPTH, CTW_PARAM_NODES, CTW_PARAMS };
static const baud_param ctw_params[CTW_PARAMS] = {
  BAUD_PARAM_INT("depth", 8, 0, BAUD_CODER_DEEPEST, "symbols", "how far back it looks"),
  BAUD_PARAM_INT("nodes", 262144, 0, 16777216, "", "nodes of all elements' trees together, of 32 bytes each")
};

typedef struct ctw_model {
  baud_coder coder;
  uint32_t depth, nodes;
} ctw_model;

static baud_ctw ctw_shape(const ctw_model *m, uint32_t symbols, uint32_t elements) {
  return baud_ctw_shape(symbols, m->depth, m->nodes / elements);
}

static uint64_t ctw_words(const void *model, uint32_t symbols, uint32_t elements) {
  baud_ctw shape = ctw_shape(model, symbols, elements);
  return baud_ctw_bytes(&shape) / sizeof(uint64_t);
}

static void ctw_foresee(const void *model, uint32_t symbols, uint32_t elements, const void *table, const uint32_t *past, double *p) {
  baud_ctw shape = ctw_shape(model, symbols, elements);
  baud_ctw_predict(&shape, table, past, p);
}

static void ctw_grow(const void *model, uint32_t symbols, uint32_t elements, void *table, const uint32_t *past, uint32_t symbol) {
  baud_ctw shape = ctw_shape(model, symbols, elements);
  if (symbol < symbols) (void)baud_ctw_symbol(&shape, table, past, symbol);
}

static const baud_coder_ways ctw_ways = { ctw_words, ctw_foresee, ctw_grow };

static int32_t ctw_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  ctw_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  m->depth = (uint32_t)values[CTW_PARAM_DEPTH].i;
  m->nodes = (uint32_t)values[CTW_PARAM_NODES].i;
  int32_t code = baud_coder_open(host, setup, m->depth, &ctw_ways, m, &m->coder);
  if (code != BAUD_OK) free(m);
  else *model = m;
  return code;
}

static void ctw_destroy(void *model) { free(model); }

static int32_t ctw_init(const void *model, void *const *blocks, uint64_t seed) {
  baud_seed_lanes(blocks[BAUD_CODER_RANDOM], ((const ctw_model *)model)->coder.lanes, seed);
  return BAUD_OK;
}

static int32_t ctw_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  return baud_coder_predict(&((const ctw_model *)model)->coder, &ctw_ways, model, blocks, tick);
}

static int32_t ctw_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  return baud_coder_take_in(&((const ctw_model *)model)->coder, &ctw_ways, model, blocks, outcome);
}

static int32_t ctw_remember(const void *model, void *const *blocks, const baud_outcome *outcome) {
  return baud_coder_take_in(&((const ctw_model *)model)->coder, NULL, model, blocks, outcome);
}

static const baud_learner_ops ctw_ops = { BAUD_SIZE(baud_learner_ops), 0, ctw_create, ctw_destroy, ctw_init, ctw_predict,
                                          ctw_learn };
static const baud_remember ctw_memory = { BAUD_SIZE(baud_remember), 0, ctw_remember };

static const void *ctw_extension(const char *id) { return strcmp(id, "baud.remember/1") == 0 ? &ctw_memory : NULL; }

static const baud_unit ctw_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.ctw", "Context tree weighting, as a coder",
  "Predicts every element of the observation and the reward from its own last symbols, by context tree weighting (Willems, "
  "Shtarkov and Tjalkens 1995), continuous ones by their mean and deviation, and acts at random. A baseline for code "
  "lengths: what it saves needs memory, and no idea of the world.",
  ctw_params, CTW_PARAMS, 0, &ctw_ops, ctw_extension
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &ctw_unit, 1, 0
};
