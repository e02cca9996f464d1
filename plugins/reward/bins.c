/* bins.c - the environment's reward made coarse: the middle of one of n equal bins on [low, high].
 *
 * At most log2 n bits a step, and what a continuous reward holds becomes a count. Values outside go to the outermost
 * bins; bin i is [low + i w, low + (i+1) w) with w = (high - low) / n, the last one closed. Deterministic and without
 * state; the view names the bins. The reward is delivered as a float of the middle.
 */
#include "baud/plugin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BINS_P_BINS, BINS_P_LOW, BINS_P_HIGH, BINS_P_FACT, BINS_PARAMS };
static const baud_param bins_params[BINS_PARAMS] = {
    BAUD_PARAM_INT("bins", 2, 1, 65536, "", "number of bins"),
    BAUD_PARAM_FLOAT("low", 0.0, -1e9, 1e9, "", "lower end of the first bin"),
    BAUD_PARAM_FLOAT("high", 1.0, -1e9, 1e9, "", "upper end of the last bin"),
    BAUD_PARAM_TEXT("fact", "", "name of the fact to read; empty: the one of role reward"),
};

typedef struct bins {
  uint32_t fact, n;
  double low, high;
} bins;

/* The fact called `name`, or where that is empty the first of role reward; never a hidden one. */
static int32_t bins_find(const baud_env_spec *env, const char *name, uint32_t *fact) {
  for (uint32_t f = 0; f < env->n_facts; f++) {
    if (env->facts[f].roles & BAUD_FACT_HIDDEN) continue;
    if (name[0] != '\0' ? strcmp(env->facts[f].name, name) != 0 : !(env->facts[f].roles & BAUD_FACT_REWARD)) continue;
    *fact = f;
    return BAUD_OK;
  }
  return BAUD_EARG;
}

static int32_t bins_refuse(const baud_host *host, const char *name) {
  static const char missing[] = "bins: the environment has no fact of role reward; name one with `fact`";
  char why[200];
  if (name[0] == '\0') return host->fail(host, BAUD_EARG, missing);
  (void)snprintf(why, sizeof why,
                 "bins: the environment has no fact \"%.64s\" to make a reward of; name another", name);
  return host->fail(host, BAUD_EARG, why);
}

static int32_t bins_create(const baud_host *host, const baud_value *values, baud_reward_setup *setup, void **model) {
  bins *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "bins: no memory for the model");
  const char *name = values[BINS_P_FACT].s;
  if (bins_find(setup->env, name, &m->fact) != BAUD_OK) {
    free(m);
    return bins_refuse(host, name);
  }
  m->n = (uint32_t)values[BINS_P_BINS].i;
  m->low = values[BINS_P_LOW].f;
  m->high = values[BINS_P_HIGH].f;
  if (!(m->low < m->high)) {
    free(m);
    return host->fail(host, BAUD_EARG, "bins: low must be less than high; give the range that the reward lies in");
  }
  setup->view.kind = BAUD_VIEW_FACT;
  setup->view.fact = m->fact;
  setup->view.when = BAUD_VIEW_EVERY_STEP;
  setup->view.n_bins = m->n;
  setup->view.bin_low = m->low;
  setup->view.bin_high = m->high;
  *model = m;
  return BAUD_OK;
}

static int32_t bins_reset(const void *model, const baud_batch *batch) {
  (void)model;
  (void)batch; /* it has no state */
  return BAUD_OK;
}

static float bins_middle(const bins *m, double value) {
  double width = (m->high - m->low) / m->n, place = floor((value - m->low) / width);
  double bin = place > 0.0 ? (place < m->n - 1.0 ? place : m->n - 1.0) : 0.0;
  return (float)(m->low + (bin + 0.5) * width);
}

static int32_t bins_score(const void *model, const baud_batch *batch) {
  const bins *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) batch->reward[k] = bins_middle(m, batch->facts[m->fact][k]);
  return BAUD_OK;
}

static const baud_reward_ops bins_ops = {
    BAUD_SIZE(baud_reward_ops), 0, bins_create, free, bins_reset, bins_score};

static const baud_unit bins_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_REWARD,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.bins",
    .title = "the environment's reward, put into bins",
    .doc = "Delivers at each step the middle of the bin that the reward falls into: at most log2(bins) bits a step.",
    .params = bins_params,
    .n_params = sizeof bins_params / sizeof *bins_params,
    .ops = &bins_ops,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = bins_units,
    .n_units = 1,
};
