/* umbrella.c - whether to take an umbrella, and much later the rain (bsuite's umbrella_length and umbrella_distract:
 * Osband et al., Behaviour suite for reinforcement learning, ICLR 2020).
 *
 * The first action decides whether one has an umbrella; the observation says whether one will need it, how much time is
 * left, and shows distractors, fair bits drawn anew each step. After `length` steps the reward is 1 if one has what one
 * needs and -1 if not; until then it is 1 or -1 by a fair coin, so that what was deserved has to be found among what
 * was not. Need, luck and distractors are drawn anew in each episode: there is no world to be learnt, and no quiz.
 * bsuite scores 10,000 episodes by regret, which is 2 for each wrong decision: umbrella_length with 20 distractors and
 * growing length, umbrella_distract with length 20 and growing distraction.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <stdlib.h>
#include <string.h>

enum { UMBRELLA_LEAVE, UMBRELLA_TAKE, UMBRELLA_ACTIONS };
enum { UMBRELLA_NEED, UMBRELLA_HAVE, UMBRELLA_TIME, UMBRELLA_DISTRACTORS }; /* what is seen, in bsuite's order */

/* ---- Parameters, model, lane --------------------------------------------------------------------------- */

enum { UMBRELLA_P_LENGTH, UMBRELLA_P_DISTRACTORS, UMBRELLA_PARAMS };
static const baud_param umbrella_params[UMBRELLA_PARAMS] = {
    BAUD_PARAM_INT("length", 20, 1, 1000000, "steps", "steps of an episode"),
    BAUD_PARAM_INT("distractors", 20, 0, 1000, "", "number of random bits in the observation"),
};

enum { UMBRELLA_REWARD, UMBRELLA_SUCCESS, UMBRELLA_FACTS };
static const baud_fact umbrella_facts[UMBRELLA_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "reward", "",
     "1 or -1: deserved at the last step, at all others a coin's"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "success", "",
     "1 when one has what one needs, else 0"},
};

typedef struct umbrella {
  uint32_t length, distractors;
  baud_field obs, action;
} umbrella;

typedef struct umbrella_lane {
  uint64_t random;
  uint32_t step;
  uint8_t needs, has, pad[2];
} umbrella_lane;

static umbrella_lane *umbrella_at(const baud_batch *batch, uint32_t k) {
  return (umbrella_lane *)(void *)(batch->lane + k * batch->lane_stride);
}

static int32_t umbrella_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  umbrella *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "umbrella: no memory for the model");
  m->length = (uint32_t)values[UMBRELLA_P_LENGTH].i;
  m->distractors = (uint32_t)values[UMBRELLA_P_DISTRACTORS].i;
  m->obs = (baud_field){.size = BAUD_SIZE(baud_field),
                        .dtype = BAUD_F32,
                        .count = UMBRELLA_DISTRACTORS + m->distractors,
                        .rank = 1,
                        .shape = {UMBRELLA_DISTRACTORS + m->distractors, 0, 0},
                        .high = 1.0,
                        .name = "sight",
                        .unit = "",
                        .doc = "need, have, share of the time that is left, distractors"};
  m->action =
      (baud_field)BAUD_DISCRETE_FIELD("take", UMBRELLA_ACTIONS, "0 leave it, 1 take it; only the first one counts");
  spec->n_obs = 1;
  spec->n_facts = UMBRELLA_FACTS;
  spec->max_steps = m->length;
  spec->obs = &m->obs;
  spec->action = &m->action;
  spec->facts = umbrella_facts;
  spec->lane_bytes = sizeof(umbrella_lane);
  *model = m;
  return BAUD_OK;
}

/* ---- Reset and step ----------------------------------------------------------------------------------- */

static uint8_t umbrella_coin(umbrella_lane *lane) { return (uint8_t)(baud_random(&lane->random) >> 63); }

static void umbrella_see(const umbrella *m, umbrella_lane *lane, float *sight) {
  sight[UMBRELLA_NEED] = lane->needs;
  sight[UMBRELLA_HAVE] = lane->has;
  sight[UMBRELLA_TIME] = (float)(1.0 - (double)lane->step / m->length);
  for (uint32_t d = 0; d < m->distractors; d++) sight[UMBRELLA_DISTRACTORS + d] = umbrella_coin(lane);
}

static int32_t umbrella_reset(const void *model, const baud_batch *batch) {
  const umbrella *m = model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    umbrella_lane *lane = umbrella_at(batch, k);
    *lane = (umbrella_lane){.random = batch->seed[i]};
    lane->needs = umbrella_coin(lane);
    lane->has = umbrella_coin(lane);
    umbrella_see(m, lane, (float *)batch->obs[0] + (size_t)k * m->obs.count);
  }
  return BAUD_OK;
}

static int32_t umbrella_step(const void *model, const baud_batch *batch) {
  const umbrella *m = model;
  const int32_t *action = batch->action;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    umbrella_lane *lane = umbrella_at(batch, k);
    if ((uint32_t)action[k] >= UMBRELLA_ACTIONS) return BAUD_EARG;
    if (lane->step == 0) lane->has = (uint8_t)action[k];
    lane->step += lane->step < m->length; /* who goes on after the end stays there */
    int is_over = lane->step == m->length, is_right = lane->has == lane->needs;
    int is_rewarded = is_over ? is_right : umbrella_coin(lane);
    batch->facts[UMBRELLA_REWARD][k] = is_rewarded ? 1.0f : -1.0f;
    batch->facts[UMBRELLA_SUCCESS][k] = is_over && is_right ? 1.0f : 0.0f;
    batch->flags[k] = is_over ? BAUD_TERMINATED : 0;
    umbrella_see(m, lane, (float *)batch->obs[0] + (size_t)k * m->obs.count);
  }
  return BAUD_OK;
}

static const baud_env_ops umbrella_ops = {
    BAUD_SIZE(baud_env_ops), 0, umbrella_create, free, NULL, umbrella_reset, umbrella_step};

/* ---- Demonstration ------------------------------------------------------------------------------------ */

/* What one needs, at the first step; later there is nothing to show. */
static int32_t umbrella_optimal(const void *model, const baud_batch *batch, uint8_t *optimal) {
  (void)model;
  memset(optimal, 0, (size_t)batch->lanes * UMBRELLA_ACTIONS);
  for (uint32_t k = 0; k < batch->lanes; k++) {
    const umbrella_lane *lane = umbrella_at(batch, k);
    if (lane->step == 0) optimal[(size_t)k * UMBRELLA_ACTIONS + lane->needs] = 1;
  }
  return BAUD_OK;
}

static const baud_demonstrate umbrella_demonstrate = {BAUD_SIZE(baud_demonstrate), 0, umbrella_optimal};

/* ---- Tables -------------------------------------------------------------------------------------------- */

static const void *umbrella_extension(const char *id) {
  return strcmp(id, "baud.demonstrate/1") == 0 ? &umbrella_demonstrate : NULL;
}

static const baud_unit umbrella_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.umbrella",
    .title = "an umbrella to be taken long before the rain",
    .doc =
        "bsuite's umbrella chain: the first of `length` actions decides whether one has an umbrella, the last reward "
        "whether that was right; the rewards between are coins', and so are the distractors in the observation. "
        "umbrella_length has distractors=20, umbrella_distract length=20.",
    .params = umbrella_params,
    .n_params = UMBRELLA_PARAMS,
    .ops = &umbrella_ops,
    .extension = umbrella_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = umbrella_units,
    .n_units = 1,
};
