/* scripted.c - plays a written sequence of actions and learns nothing.
 *
 * For calibration and for bug reports: with a seed and an action sequence everything that an environment and the
 * ledger do is fixed. The sequence is repeated when it ends; every lane plays it by itself.
 */
#include <stdlib.h>

#include "baud/tabular.h"

enum { P_ACTIONS, BLOCK_POSITION = 0 };

static const baud_param params[] = {
    BAUD_PARAM_TEXT("actions", "0", "actions separated by commas or spaces, repeated for ever"),
};

typedef struct script {
  const baud_field *action;
  uint32_t length, lanes;
  uint32_t *step; /* [length] */
} script;

static void destroy(void *model) {
  script *s = model;
  if (s) free(s->step);
  free(s);
}

/* Reads the text into s->step; returns the number of actions, or 0 where it holds anything else. */
static uint32_t read_actions(script *s, const char *text) {
  uint32_t n = 0;
  for (char *end; *text; text = end) {
    while (*text == ' ' || *text == ',') text++;
    if (!*text) break;
    unsigned long action = strtoul(text, &end, 10);
    if (end == text || *text == '-' || action >= s->action->categories) return 0;
    uint32_t *more = realloc(s->step, (n + 1u) * sizeof *more);
    if (!more) return 0;
    s->step = more;
    s->step[n++] = (uint32_t)action;
  }
  return n;
}

static const baud_block blocks[] = {
    {BAUD_SIZE(baud_block), BAUD_U64, BAUD_TRACE, BAUD_PER_LANE, 1, "position"},
};

static int32_t create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  if (setup->action->categories == 0 || setup->action->count != 1)
    return host->fail(host, BAUD_EARG, "needs one discrete action");
  script *s = calloc(1, sizeof *s);
  if (!s) return host->fail(host, BAUD_ENOMEM, "out of memory");
  s->action = setup->action;
  s->lanes = setup->lanes;
  s->length = read_actions(s, values[P_ACTIONS].s);
  if (s->length == 0) {
    destroy(s);
    return host->fail(host, BAUD_EARG, "parameter \"actions\" must be action numbers, each below the environment's number of actions");
  }
  for (uint32_t q = 0; q < setup->n_questions; q++)
    if (setup->questions[q].target == BAUD_ASK_ACTION) setup->questions[q].form = BAUD_FORM_CATEGORICAL;
  setup->subscribed = setup->channels; /* it takes everything in, to no effect: received is what could be learnt */
  setup->blocks = blocks;
  setup->n_blocks = 1;
  *model = s;
  return BAUD_OK;
}

static int32_t init(const void *model, void *const *at, uint64_t seed) {
  (void)model, (void)at, (void)seed;
  return BAUD_OK;
}

static int32_t predict(const void *model, void *const *at, const baud_tick *tick) {
  const script *s = model;
  uint64_t *position = at[BLOCK_POSITION];
  for (uint32_t k = 0; k < tick->lanes && !tick->action_given; k++) {
    uint32_t action = s->step[position[k]++ % s->length];
    if (s->action->dtype == BAUD_U8) ((uint8_t *)tick->action)[k] = (uint8_t)action;
    else ((int32_t *)tick->action)[k] = (int32_t)action;
  }
  /* as an answer: what it would do means nothing, so it says nothing: uniform */
  uint32_t n = s->action->categories;
  for (uint32_t q = 0; q < 64 && tick->ask >> q; q++)
    for (uint32_t i = 0; (tick->ask >> q & 1u) && tick->answer[q] && i < n * tick->lanes; i++) tick->answer[q][i] = 1.0f / (float)n;
  return BAUD_OK;
}

static int32_t learn(const void *model, void *const *at, const baud_outcome *outcome) {
  (void)model, (void)at, (void)outcome;
  return BAUD_OK;
}

static const baud_learner_ops ops = {BAUD_SIZE(baud_learner_ops), 0, create, destroy, init, predict, learn};

static const baud_unit units[] = {
    {BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.scripted", "plays a written sequence of actions",
     "Plays the actions it is given, over and over, and learns nothing. It subscribes to every channel, so that the "
     "ledger's received bits are those of the sequence itself. For calibration and for reproducing a trajectory.",
     params, 1, 0, &ops, NULL},
};

const baud_library baud_plugin_1 = {BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "0.1.0", "MIT", units, 1, 0};
