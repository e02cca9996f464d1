/* prefix.c - see prefix.h. A step of a prefix is a tick in EVAL mode with the action given and nothing asked, and, for a
 * learner that remembers actions and rewards, the outcome behind it, as "baud.remember/1" has it in play.
 */
#include "ledger/prefix.h"

#include <stdlib.h>
#include <string.h>

struct prefixes {
  const baud_env_spec *env;
  uint32_t n, most, lanes;
  size_t action_bytes;   /* of one lane */
  char **obs;            /* [field] -> [n][most][count] */
  char *action;          /* [n][most][count] */
  float *reward;         /* [n][most] */
  void **lent;           /* [field]: what an item is handed */
  void **now;            /* [field] -> [lanes][count]: the step being read */
  void **next;           /* [field] -> [lanes][count]: the one behind it */
  char *now_action;      /* [lanes][count] */
  float *now_reward;     /* [lanes] */
  uint8_t *starts, *zeros; /* [lanes] */
};

static size_t field_bytes(const baud_field *f) { return (f->dtype == BAUD_U8 ? 1u : 4u) * (size_t)f->count; }

static int allocate(prefixes *p) {
  size_t fields = p->env->n_obs, steps = (size_t)p->n * p->most;
  p->action_bytes = field_bytes(p->env->action);
  p->obs = calloc(fields + 1, sizeof *p->obs);
  p->lent = calloc(fields + 1, sizeof *p->lent);
  p->now = calloc(fields + 1, sizeof *p->now);
  p->next = calloc(fields + 1, sizeof *p->next);
  p->action = calloc(steps, p->action_bytes);
  p->reward = calloc(steps, sizeof *p->reward);
  p->now_action = calloc(p->lanes, p->action_bytes);
  p->now_reward = calloc(p->lanes, sizeof *p->now_reward);
  p->starts = calloc(p->lanes, 1);
  p->zeros = calloc(p->lanes, 1);
  int missing = !p->obs || !p->lent || !p->now || !p->next || !p->action || !p->reward || !p->now_action || !p->now_reward ||
                !p->starts || !p->zeros;
  for (uint32_t f = 0; f < fields && !missing; f++) {
    size_t bytes = field_bytes(&p->env->obs[f]);
    p->obs[f] = calloc(steps, bytes);
    p->now[f] = calloc(p->lanes, bytes);
    p->next[f] = calloc(p->lanes, bytes);
    missing = !p->obs[f] || !p->now[f] || !p->next[f];
  }
  return missing ? BAUD_ENOMEM : 0;
}

int prefixes_open(prefixes **out, const baud_env_spec *env, uint32_t n_items, uint32_t most, uint32_t lanes, baud_error *error) {
  *out = NULL;
  if (most == 0) return 0;
  prefixes *p = calloc(1, sizeof *p);
  if (!p) return error_set(error, BAUD_ENOMEM, "out of memory for the quiz");
  *out = p;
  *p = (prefixes){.env = env, .n = n_items, .most = most, .lanes = lanes};
  return allocate(p) == 0 ? 0 : error_set(error, BAUD_ENOMEM, "out of memory for the prefixes of the quiz");
}

void prefixes_close(prefixes *p) {
  if (!p) return;
  for (uint32_t f = 0; f < p->env->n_obs; f++) {
    if (p->obs) free(p->obs[f]);
    if (p->now) free(p->now[f]);
    if (p->next) free(p->next[f]);
  }
  free(p->obs);
  free(p->lent);
  free(p->now);
  free(p->next);
  free(p->action);
  free(p->reward);
  free(p->now_action);
  free(p->now_reward);
  free(p->starts);
  free(p->zeros);
  free(p);
}

void prefixes_lend(prefixes *p, uint32_t index, baud_item *item) {
  if (!p) return;
  size_t first = (size_t)index * p->most;
  for (uint32_t f = 0; f < p->env->n_obs; f++) {
    size_t bytes = field_bytes(&p->env->obs[f]);
    p->lent[f] = memset(p->obs[f] + first * bytes, 0, p->most * bytes);
  }
  item->prefix_obs = p->lent;
  item->prefix_action = memset(p->action + first * p->action_bytes, 0, p->most * p->action_bytes);
  item->prefix_reward = memset(p->reward + first, 0, p->most * sizeof *p->reward);
}

/* ---- Reading ------------------------------------------------------------------------------------------ */

/* Observations of a step of the items in `order`, lane-major. */
static void gather_obs(const prefixes *p, const uint32_t *order, uint32_t step, void **to) {
  for (uint32_t f = 0; f < p->env->n_obs; f++) {
    size_t bytes = field_bytes(&p->env->obs[f]);
    for (uint32_t lane = 0; lane < p->lanes; lane++)
      memcpy((char *)to[f] + lane * bytes, p->obs[f] + ((size_t)order[lane] * p->most + step) * bytes, bytes);
  }
}

static void gather_rest(prefixes *p, const uint32_t *order, uint32_t step) {
  for (uint32_t lane = 0; lane < p->lanes; lane++) {
    size_t at = (size_t)order[lane] * p->most + step;
    memcpy(p->now_action + lane * p->action_bytes, p->action + at * p->action_bytes, p->action_bytes);
    p->now_reward[lane] = p->reward[at];
  }
}

static int read_step(prefixes *p, const quiz_learner *l, void *const *next, baud_error *error) {
  int sees = (l->subscribed & BAUD_MASK(BAUD_CH_OBSERVATION)) != 0, is_shown = (l->subscribed & BAUD_MASK(BAUD_CH_DEMONSTRATION)) != 0;
  const void *const *obs = sees ? (const void *const *)p->now : NULL;
  baud_tick tick = {.size = BAUD_SIZE(baud_tick), .lanes = p->lanes, .mode = BAUD_EVAL, .action_given = 1, .obs = obs, .starts = p->starts,
                    .demonstration = is_shown ? p->now_action : NULL, .shown = p->zeros, .action = p->now_action, .answer = l->answers->written};
  if (l->ops->predict(l->model, l->shadow->at, &tick) != BAUD_OK) return error_set(error, BAUD_EPLUGIN, "predict failed in the quiz");
  if (!l->remember) return 0;
  baud_outcome outcome = {.size = BAUD_SIZE(baud_outcome), .lanes = p->lanes, .obs = obs, .action = p->now_action,
                          .reward = l->subscribed & BAUD_MASK(BAUD_CH_REWARD) ? p->now_reward : NULL, .flags = p->zeros,
                          .next_obs = sees ? (const void *const *)next : NULL, .demonstration = tick.demonstration, .shown = p->zeros};
  int32_t code = l->remember->remember(l->model, l->shadow->at, &outcome);
  return code == BAUD_OK ? 0 : error_set(error, BAUD_EPLUGIN, "remember failed in the quiz");
}

int prefixes_put(prefixes *p, const quiz_learner *l, const uint32_t *order, uint32_t n_steps, void *const *context, baud_error *error) {
  int code = 0;
  for (uint32_t step = 0; step < n_steps && code == 0; step++) {
    int is_last = step + 1 == n_steps;
    memset(p->starts, step == 0, p->lanes);
    gather_obs(p, order, step, p->now);
    if (!is_last) gather_obs(p, order, step + 1, p->next);
    gather_rest(p, order, step);
    code = read_step(p, l, is_last ? context : p->next, error);
  }
  return code;
}
