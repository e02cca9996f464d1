/* memory_chain.c - bits that are shown at the beginning and asked for at the end (bsuite's memory_len and memory_size:
 * Osband et al., Behaviour suite for reinforcement learning, ICLR 2020).
 *
 * At the start, and once more after the first step, the observation shows `bits` fair bits as 1 and -1; then zeros,
 * with the share of time that is left, until `length` steps on it says which of the bits is asked for. The next action
 * is the answer: 1 if it is that bit, -1 if not, and the end, after length + 1 steps. With one bit a policy of the
 * present observation alone is right half of the time. Bits and query are drawn anew in each episode, so there is no
 * world to be learnt, and no quiz. bsuite scores 10,000 episodes by how many were answered right, against a half:
 * memory_len with one bit and growing length, memory_size with length 2 and growing numbers of bits.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <stdlib.h>
#include <string.h>

enum { MEMORY_ACTIONS = 2, MEMORY_MOST_BITS = 64 };
enum { MEMORY_TIME, MEMORY_QUERY, MEMORY_CONTEXT }; /* what is seen, in bsuite's order */

/* ---- Parameters, model, lane --------------------------------------------------------------------------- */

enum { MEMORY_P_LENGTH, MEMORY_P_BITS, MEMORY_PARAMS };
static const baud_param memory_params[MEMORY_PARAMS] = {
    BAUD_PARAM_INT("length", 10, 1, 1000000, "steps", "steps after which a bit is asked for"),
    BAUD_PARAM_INT("bits", 1, 1, MEMORY_MOST_BITS, "", "number of bits shown"),
};

enum { MEMORY_REWARD, MEMORY_SUCCESS, MEMORY_FACTS };
static const baud_fact memory_facts[MEMORY_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD | BAUD_FACT_AT_END, "reward", "",
     "1 for the right answer, -1 for the wrong one"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "success", "", "1 for the right answer, else 0"},
};

typedef struct memory {
  uint32_t length, bits;
  baud_field obs, action;
} memory;

typedef struct memory_lane {
  uint64_t context; /* bit b of it is bit b */
  uint32_t query, step;
} memory_lane;

static memory_lane *memory_at(const baud_batch *batch, uint32_t k) {
  return (memory_lane *)(void *)(batch->lane + k * batch->lane_stride);
}

static int32_t memory_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  memory *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "memory_chain: no memory for the model");
  m->length = (uint32_t)values[MEMORY_P_LENGTH].i;
  m->bits = (uint32_t)values[MEMORY_P_BITS].i;
  m->obs = (baud_field){.size = BAUD_SIZE(baud_field),
                        .dtype = BAUD_F32,
                        .count = MEMORY_CONTEXT + m->bits,
                        .rank = 1,
                        .shape = {MEMORY_CONTEXT + m->bits, 0, 0},
                        .low = -1.0,
                        .high = m->bits > 2 ? m->bits - 1.0 : 1.0,
                        .name = "sight",
                        .unit = "",
                        .doc = "share of the time that is left, number of the bit asked for, bits as 1 and -1"};
  m->action = (baud_field)BAUD_DISCRETE_FIELD("answer", MEMORY_ACTIONS, "the bit; only the last one counts");
  spec->n_obs = 1;
  spec->n_facts = MEMORY_FACTS;
  spec->max_steps = m->length + 1;
  spec->obs = &m->obs;
  spec->action = &m->action;
  spec->facts = memory_facts;
  spec->lane_bytes = sizeof(memory_lane);
  *model = m;
  return BAUD_OK;
}

/* ---- Reset and step ----------------------------------------------------------------------------------- */

static int memory_bit(const memory_lane *lane, uint32_t bit) { return (int)(lane->context >> bit & 1u); }

/* What there is to see `time` steps into the chain. */
static void memory_see(const memory *m, const memory_lane *lane, uint32_t time, float *sight) {
  sight[MEMORY_TIME] = (float)(1.0 - (double)time / m->length);
  sight[MEMORY_QUERY] = time + 1 == m->length ? (float)lane->query : 0.0f;
  for (uint32_t b = 0; b < m->bits; b++)
    sight[MEMORY_CONTEXT + b] = time > 0 ? 0.0f : memory_bit(lane, b) ? 1.0f : -1.0f;
}

static int32_t memory_reset(const void *model, const baud_batch *batch) {
  const memory *m = model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    uint64_t random = batch->seed[i], context = baud_random(&random) >> (64 - m->bits);
    *memory_at(batch, k) = (memory_lane){context, baud_below(&random, m->bits), 0};
    memory_see(m, memory_at(batch, k), 0, (float *)batch->obs[0] + (size_t)k * m->obs.count);
  }
  return BAUD_OK;
}

/* An observation is that of the time before the step, so the first comes twice: as in bsuite. */
static int32_t memory_step(const void *model, const baud_batch *batch) {
  const memory *m = model;
  const int32_t *action = batch->action;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    memory_lane *lane = memory_at(batch, k);
    if ((uint32_t)action[k] >= MEMORY_ACTIONS) return BAUD_EARG;
    int is_over = lane->step == m->length, is_right = is_over && action[k] == memory_bit(lane, lane->query);
    memory_see(m, lane, lane->step, (float *)batch->obs[0] + (size_t)k * m->obs.count);
    lane->step += !is_over; /* who goes on after the end stays there */
    batch->facts[MEMORY_REWARD][k] = !is_over ? 0.0f : is_right ? 1.0f : -1.0f;
    batch->facts[MEMORY_SUCCESS][k] = is_right ? 1.0f : 0.0f;
    batch->flags[k] = is_over ? BAUD_TERMINATED : 0;
  }
  return BAUD_OK;
}

static const baud_env_ops memory_ops = {
    BAUD_SIZE(baud_env_ops), 0, memory_create, free, NULL, memory_reset, memory_step};

/* ---- Demonstration ------------------------------------------------------------------------------------ */

/* The answer, when it is asked for; before there is nothing to show. */
static int32_t memory_optimal(const void *model, const baud_batch *batch, uint8_t *optimal) {
  const memory *m = model;
  memset(optimal, 0, (size_t)batch->lanes * MEMORY_ACTIONS);
  for (uint32_t k = 0; k < batch->lanes; k++) {
    const memory_lane *lane = memory_at(batch, k);
    if (lane->step == m->length) optimal[k * MEMORY_ACTIONS + (uint32_t)memory_bit(lane, lane->query)] = 1;
  }
  return BAUD_OK;
}

static const baud_demonstrate memory_demonstrate = {BAUD_SIZE(baud_demonstrate), 0, memory_optimal};

/* ---- Tables -------------------------------------------------------------------------------------------- */

static const void *memory_extension(const char *id) {
  return strcmp(id, "baud.demonstrate/1") == 0 ? &memory_demonstrate : NULL;
}

static const baud_unit memory_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.memory_chain",
    .title = "bits shown at the beginning and asked for at the end",
    .doc =
        "bsuite's memory chain: bits are seen at the start and after the first step, `length` steps on one of them is "
        "asked for, and the next action is the answer, worth 1 or -1. memory_len has bits=1, memory_size length=2.",
    .params = memory_params,
    .n_params = MEMORY_PARAMS,
    .ops = &memory_ops,
    .extension = memory_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = memory_units,
    .n_units = 1,
};
